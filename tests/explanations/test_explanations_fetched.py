"""What fetching found, under the links of an explanation."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from spamlinks.explanations.explanation import Explanation
from spamlinks.explanations.job import explain
from spamlinks.explanations.page import lines_of
from spamlinks.exports import read_exports
from spamlinks.pipeline import Settings

EVIL = "for \u202esale\x1b[31m\n"
READ = {"fetch_state": "fetched", "fetched_on": date(2026, 11, 25)}
FOUND = [  # cells of the link, the line, whether it is there at all
    (
        READ | {"fetched_link_found": True, "fetched_placement": "footer", "fetched_words": 1450,
                "fetched_external_links": 736},
        "fetched on 2026-11-25: the link stands in the footer; 736 links to other sites in 1,450 "
        "words",
    ),
    (READ | {"fetched_link_found": False},
     "fetched on 2026-11-25: no link to the site stands there"),
    ({"fetch_state": "absent", "fetched_http_code": 404},
     "fetched: the page was not there any more (404)"),
    (READ | {"fetched_link_found": True, "fetched_for_sale": EVIL},
     "fetched on 2026-11-25: the link stands on the page; the domain is offered for sale (“for "
     "sale[31m”)"),
    ({}, None),
]  # fmt: skip


def explained(folder: Path, cells: dict[str, Any]) -> Explanation:
    path = folder / "links.csv"
    pl.DataFrame({"referring_page": ["https://some.example.net/x"]}).write_csv(path)
    (reading,) = read_exports([path])
    table = reading.backlinks.with_columns(pl.lit(v).alias(name) for name, v in cells.items())
    return explain(
        "example.net", [replace(reading, backlinks=table)], Settings(site="shop.example")
    )


@pytest.mark.parametrize(("cells", "line"), FOUND)
def test_the_line_of_the_report_stands_under_the_link(
    tmp_path: Path, cells: dict[str, Any], line: str | None
) -> None:
    found = explained(tmp_path, cells)
    (link,) = json.loads(json.dumps(found.to_dict()))["link_rows"]["shown"]
    assert link["fetched"] == line
    page = "\n".join(lines_of(found, 200))
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert page.count("fetched on") + page.count("fetched: ") == (line is not None)
    if line is not None:
        assert line in page
