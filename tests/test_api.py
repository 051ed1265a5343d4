"""What ``import spamlinks`` offers, on tables and files of a user's own."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import polars as pl
import pytest

import spamlinks
from spamlinks.errors import InputError

EXAMPLES = Path(__file__).resolve().parents[1] / "data" / "examples"
PAGES = ["http://cheap-seo-links.xyz/a", "https://blog.good-garden.com/b", "http://x.example/c"]


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame])
def test_a_table_of_pages_is_audited(make):
    found = spamlinks.audit(make({"referring_page": PAGES}))
    assert found.domains.height == 3
    assert set(found.links["vendor"]) == {"plain"}
    assert found.run["totals"]["records"] == 3


def test_a_table_is_judged_as_the_file_it_came_from():
    path = EXAMPLES / "shop-semrush-backlinks.csv"
    table = spamlinks.read_backlinks(path).head(80)
    found = spamlinks.audit(table, site="shop.example")
    assert found.domains.height > 20
    assert {"KEEP"} <= set(found.domains["verdict"])


def test_two_rows_of_one_link_count_once():
    found = spamlinks.audit(pd.DataFrame({"referring_page": [PAGES[0], PAGES[0]]}))
    assert (found.run["totals"]["links"], found.run["totals"]["duplicates"]) == (1, 1)


def test_lint(tmp_path):
    path = tmp_path / "disavow.txt"
    path.write_text("domain:shop.example\nspam.com\n")
    report = spamlinks.lint(path, site="https://www.shop.example/", allow=["spam.com"])
    assert [f.code.value for f in report.findings] == ["OWN_SITE", "BARE_HOST"]
    assert spamlinks.lint(path, site=["other.example"]).counts["error"] == 1
    with pytest.raises(InputError, match="No such file"):
        spamlinks.lint(tmp_path / "none.txt")


def test_recheck():
    found = spamlinks.recheck(
        EXAMPLES / "disavow.txt", EXAMPLES / "shop-ahrefs-backlinks.csv", site="shop.example"
    )
    assert found.lines.height == 21
    assert sum(found.counts.values()) == 21
    assert "redundant" in found.counts
    assert found.counting_again(found.live.remove("kesihagarden.com.au"))[0] == 1
    with pytest.raises(InputError, match="situation"):
        spamlinks.recheck(
            EXAMPLES / "disavow.txt", EXAMPLES / "shop-ahrefs-backlinks.csv", situation="panic"
        )


def test_every_name_can_be_reached():
    for name in spamlinks.__all__:
        assert getattr(spamlinks, name) is not None
    with pytest.raises(AttributeError):
        spamlinks.nothing  # noqa: B018


@pytest.mark.parametrize(
    ("decisions", "by", "said"),
    [(None, "Ann", "there are no decisions"), ("file", " ", "it is no name")],
    ids=["an author of nothing", "an author without a name"],
)
def test_an_author_without_use_is_refused(
    decisions: str | None, by: str, said: str, tmp_path: Path
) -> None:
    path = None
    if decisions is not None:
        path = tmp_path / "decisions.csv"
        path.write_text("linking_domain,decision\na.com,KEEP\n", "utf-8")
    with pytest.raises(InputError, match=said):
        spamlinks.audit(tmp_path / "never-read.csv", decisions=path, decided_by=by)
