"""The page as a browser runs it. Needs a Chromium, nothing else."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from spamlinks.report import render_report

BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")

# Acts like a reader and writes what it sees into the title.
READER = """<script>
const rows = () => document.querySelectorAll("#rows > tr").length;
const first = () => document.querySelector("#rows .open").textContent;
const seen = [document.documentElement.dataset.report, rows(), first()];
document.querySelector("#rows .open").click();
seen.push(rows(), document.querySelectorAll(".detail .sample").length);
document.querySelector("#rows .open").click();
const byScore = document.querySelector("th[data-key=score] button");
byScore.click();
seen.push(first(), byScore.parentElement.getAttribute("aria-sort"));
byScore.click();
seen.push(first());
document.querySelector("input[value=REVIEW]").click();
seen.push(rows(), first());
document.querySelector("input[value='']").click();
document.querySelector("#next").click();
seen.push(rows(), document.querySelector("#next").disabled);
seen.push(document.querySelectorAll("#app a, #app img").length, String(window.hacked));
document.title = "SEEN " + seen.join("|");
</script></body>"""


def dump(html: str, folder: Path) -> str:
    page = folder / "report.html"
    page.write_text(html, encoding="utf-8")
    assert BROWSER is not None
    done = subprocess.run(
        [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--disable-sync",
         "--disable-background-networking", "--disable-component-update",
         f"--user-data-dir={folder / 'profile'}", "--dump-dom", page.as_uri()],
        capture_output=True, timeout=60, check=True,
    )  # fmt: skip
    return done.stdout.decode("utf-8")


def test_a_reader_can_use_the_table(
    run: dict[str, Any], domains: pl.DataFrame, links: pl.DataFrame, tmp_path: Path
) -> None:
    many = pl.DataFrame(
        {
            "linking_domain": [f"more{n}.com" for n in range(60)],
            "verdict": ["KEEP"] * 60,
            "spam_score": [n / 1000 for n in range(60)],
        }
    )
    attack = pl.DataFrame(
        {
            "linking_domain": ["a.xyz"],
            "verdict": ["DISAVOW"],
            "spam_score": [1.0],
            "why": ["<img src=x onerror=window.hacked=1><script>window.hacked=1</script>"],
        }
    )
    table = pl.concat([domains, many, attack], how="diagonal")
    html = render_report(run, table, links).replace("</body>", READER)
    dom = dump(html, tmp_path)
    seen = dom.split("<title>SEEN ")[1].split("</title>")[0].split("|")
    assert seen == [
        "ready",
        "50", "a.xyz",  # one page of 77, the surest first
        "51", "0",  # opened: a row of details; this domain has no links in the table
        "a.xyz", "descending",  # numbers start with the largest
        "more0.com",  # scores turned round: the lowest first
        "1", "odd.example.top",  # only what is to review
        "27", "true",  # second and last page
        "0", "undefined",  # nothing to click on, nothing was run
    ]  # fmt: skip


def test_a_broken_table_says_so(
    run: dict[str, Any], domains: pl.DataFrame, links: pl.DataFrame, tmp_path: Path
) -> None:
    html = render_report(run, domains, links).replace('{"columns":', '{"columns"', 1)
    dom = dump(html, tmp_path)
    assert 'data-report="failed"' in dom
    assert "The table could not be drawn" in dom
