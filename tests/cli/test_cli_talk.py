"""What is said on screen: short, whatever was given, and in whole words."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from cli_outcome import Run

from spamlinks.cli.show import apart
from spamlinks.drafts import draft_disavow
from spamlinks.policy import Guards

GSC_HEADER = "Linking page,Last crawled\n"


def exports_about(folder: Path, many: int) -> Path:
    """Small lists of pages, every second with a record that is rejected."""
    folder.mkdir()
    for number in range(many):
        bad = "https://10.0.0.999/,2026-10-05\n" if number % 2 else ""
        row = f"https://site-{number}.example/page,2026-10-05\n"
        (folder / f"list-{number:03}.csv").write_text(f"{GSC_HEADER}{row}{bad}")
    return folder


def test_a_hundred_files_are_told_in_few_lines(run: Run, tmp_path: Path) -> None:
    folder = exports_about(tmp_path / "in", 60)
    for number in range(30):
        (folder / f"zz-{number}.csv").write_text(f"colour,size\nred,{number}\n")
    outcome = run("audit", folder, "--site", "shop.example", "-o", tmp_path / "out")
    assert outcome.code == 0, outcome.talk
    lines = outcome.talk.splitlines()
    told = [line for line in lines if line.strip().startswith("list-")]
    assert len(told) == 10
    assert all(" 1 rejected" in line for line in told)  # those first that have something to say
    assert sum("refused: " in line for line in lines) == 8
    assert "  and 50 more files in run.json" in lines
    assert "  and 22 more refused files in run.json" in lines
    assert len(lines) <= 50


SITES = [  # rows, options, end of the first line, why
    ("https://a.example/x,https://www.shop.example/\n", (),
     "1 link from 1 domain to shop.example (guessed; --site says otherwise)", "guessed"),
    ("https://a.example/x,https://www.shop.example/\n", ("--site", "shop.example"),
     "1 link from 1 domain to shop.example", "given"),
    ("https://a.example/x,\nhttps://b.example/x,\n", (),
     "2 links from 2 domains; site unknown: give --site", "no target is named"),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "options", "line", "why"), SITES, ids=[s[3] for s in SITES])
def test_the_first_line_says_which_site_is_meant(
    run: Run, tmp_path: Path, rows: str, options: tuple[str, ...], line: str, why: str
) -> None:
    (tmp_path / "list.csv").write_text(f"from,to\n{rows}")
    named = ("--map", "from=referring_page", "--map", "to=target_url")
    outcome = run("audit", tmp_path / "list.csv", *named, *options, "-o", tmp_path / "out")
    assert outcome.code == 0, outcome.talk
    assert next(text for text in outcome.talk.splitlines() if text) == line, why


def test_columns_that_were_named_are_told_in_words(run: Run, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.csv").write_text(
            f"from,to\nhttps://{name}.example/,https://x.example/\n"
        )
    named = ("--map", "from=referring_page", "--map", "to=target_url")
    files = (tmp_path / "a.csv", tmp_path / "b.csv")
    outcome = run("audit", *files, *named, "-o", tmp_path / "out")
    assert "a.csv: table, columns as you said: 1 record = 1 link + 0 duplicates" in outcome.talk


def test_few_rows_have_no_rate(run: Run, tmp_path: Path) -> None:
    folder = exports_about(tmp_path / "in", 1)
    outcome = run("score", folder, "-o", tmp_path / "o.csv")
    assert "1 row to " in outcome.talk
    assert "a second" not in outcome.talk


WHY_NOT = [  # verdict, reason, the sentence, why
    ("KEEP", "SCORE_LOW", "no domain looks bad enough", "a lower --precision decides nothing"),
    ("REVIEW", "SCORE_MIDDLE", "this model cannot promise a precision of 0.98 here, a lower "
     "--precision may decide; 1 domain is for you to review", "here it may"),
    ("KEEP", "NOFOLLOW_ONLY", "nothing reached the threshold, 1 domain looks bad but all links are "
     "nofollow or gone", "spared by a rule"),
]  # fmt: skip


@pytest.mark.parametrize(("verdict", "reason", "sentence", "why"), WHY_NOT)
def test_why_nothing_is_disavowed(verdict: str, reason: str, sentence: str, why: str) -> None:
    row = {"linking_domain": "a.example", "unit": "domain", "verdict": verdict, "reason": reason}
    domains = pl.DataFrame([row]).with_columns(
        spam_score=pl.lit(0.1), links=pl.lit(1), evidence=pl.lit("")
    )
    draft = draft_disavow(domains, Guards(), {"threshold": False, "precision": 0.98})
    assert draft.why_not == sentence, why


def test_disavow_names_what_it_left_out(run: Run, tmp_path: Path) -> None:
    """The file may be uploaded: what did not count for it must be known, without a run.json."""
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "a.csv").write_text("Linking page,Last crawled\nhttps://a.example/,2026-01-05\n")
    (folder / "anchors.csv").write_text("Rank,Link text\n1,tools\n")
    outcome = run("disavow", folder, "--site", "shop.example", "-o", tmp_path / "disavow.txt")
    assert "refused: anchors.csv: it lists anchor texts" in outcome.talk
    assert "run.json" not in outcome.talk


def test_addresses_alone_are_no_all_clear(run: Run, tmp_path: Path) -> None:
    path, out = tmp_path / "links.csv", tmp_path / "out"
    path.write_text(f"{GSC_HEADER}https://honest.example/page,2026-10-05\n")
    outcome = run("audit", path, "--site", "shop.example", "-o", out)
    assert "Only addresses were known. An export of Ahrefs" in outcome.talk
    assert "Nothing found by addresses alone: " in outcome.talk
    assert "Nothing to disavow" not in outcome.talk
    report = (out / "report.html").read_text("utf-8")
    assert "<h1>Nothing found by addresses alone among 1 linking domain.</h1>" in report
    assert "Only addresses were known." in report


def test_the_first_line_counts_what_records_stand_for(run: Run, tmp_path: Path) -> None:
    path, out = tmp_path / "list.csv", tmp_path / "out"
    path.write_text("page,n\nhttps://a.example/,7\nhttps://b.example/,2\n")
    named = ("--map", "page=referring_page", "--map", "n=links_in_group")
    outcome = run("audit", path, *named, "--site", "shop.example", "-o", out)
    said = "2 records for 9 links from 2 domains"
    assert next(text for text in outcome.talk.splitlines() if text).startswith(said)
    assert f"{said}." in (out / "report.html").read_text("utf-8")


def test_the_worst_are_not_all_of_one_network() -> None:
    names = ["n-1"] * 9 + [None] * 3 + ["n-2"] * 3 + ["n-1"]
    flagged = pl.DataFrame({"at": range(len(names)), "network": names})
    shown, left = apart(flagged)
    assert [row["at"] for row in shown] == [0, 1, 9, 10, 11, 12, 13]
    assert left == {"n-1": 8, "n-2": 1}
    alone = pl.DataFrame({"network": [None] * 30}, schema={"network": pl.String})
    assert len(apart(alone)[0]) == 10
