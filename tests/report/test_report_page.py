"""The page as a parser sees it, without a browser."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any

import polars as pl
import pytest

from spamlinks.report import render_report, words
from spamlinks.report.page import CONTENT_POLICY
from spamlinks.report.steps import steps

EMPTY_LINKS = pl.DataFrame(schema={"referring_page": pl.String, "linking_domain": pl.String})
VOID = {"meta", "input", "br", "link", "img"}
LOADING = {"src", "srcset", "data", "action", "formaction", "poster", "background", "cite", "ping"}


class Page(HTMLParser):
    """Elements, attributes, visible text, and whether every element is closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.errors: list[str] = []
        self.texts: list[str] = []
        self.scripts: list[str] = []
        self.feed(text)
        self.close()
        self.text = " ".join(" ".join(self.texts).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.errors.append(tag)

    def handle_data(self, data: str) -> None:
        inside = self.open[-1] if self.open else ""
        if inside == "script":
            self.scripts.append(data)
        elif inside != "style":
            self.texts.append(data)

    def attribute(self, tag: str, name: str) -> list[str]:
        return [attrs[name] or "" for found, attrs in self.tags if found == tag and name in attrs]


@pytest.fixture
def html(run: dict[str, Any], domains: pl.DataFrame, links: pl.DataFrame) -> str:
    return render_report(run, domains, links)


@pytest.fixture
def page(html: str) -> Page:
    return Page(html)


def test_markup_is_sound(page: Page) -> None:
    assert page.errors == page.open == []
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    named = [attrs["aria-labelledby"] for _, attrs in page.tags if "aria-labelledby" in attrs]
    assert set(named) <= set(ids)
    assert set(page.attribute("a", "href")) <= {f"#{name}" for name in ids}


def test_nothing_is_loaded_or_sent(html: str, page: Page) -> None:
    assert page.attribute("meta", "content").count(CONTENT_POLICY) == 1
    assert CONTENT_POLICY.startswith("default-src 'none'; ")
    for tag, attrs in page.tags:
        assert tag not in {"link", "img", "iframe", "object", "embed", "base", "image", "use"}, tag
        assert not LOADING & attrs.keys(), (tag, attrs)
        assert not [name for name in attrs if name.startswith("on")], (tag, attrs)
        assert attrs.get("href", "#").startswith("#"), (tag, attrs)
        assert not re.search(r"https?:|url\(|//", attrs.get("style") or "")
    styles = re.findall(r"<style>(.*?)</style>", html, re.S)
    assert not re.search(r"url\(|@import|https?:", "".join(styles))


def test_the_policy_stands_before_anything_it_governs(page: Page) -> None:
    order = [tag for tag, attrs in page.tags if "http-equiv" in attrs or tag in ("style", "script")]
    assert order == ["meta", "style", "script", "script"]


def test_rows_are_valid_json(page: Page) -> None:
    table = json.loads(page.scripts[0])
    assert len(table["rows"]) == 16
    assert {len(row) for row in table["rows"]} == {len(table["columns"])}


def test_the_script_never_writes_markup(page: Page) -> None:
    code = page.scripts[1]
    banned = ("innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval", "fetch",
              "XMLHttp", "import(", "Function(", "href", "localStorage", "cookie")  # fmt: skip
    assert [word for word in banned if word in code] == []


def test_hostile_texts_stay_text(html: str, page: Page, hostile: str) -> None:
    assert "alert(1)" in page.text  # shown, so that the checks below mean something
    assert [tag for tag, _ in page.tags if tag == "script"] == ["script", "script"]
    assert "{{ 7 * 7 }}{% include 'x' %}" in page.scripts[0]  # no template ran
    forbidden = set(
        "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\x00\x07\x1b\u2028\u2029"
    )
    assert not forbidden & set(html)
    assert "x" * 1_000 not in html
    assert "\u0301" * 4 not in html
    if "<" in hostile:
        assert hostile not in html


SHOWN = [
    "3 of 16 domains are certain enough for a disavow file, should you need one.",
    "1 is unclear",
    "disavow.txt holds 43 entries: 3 new, 40 from your live file.",
    "Most likely not.",
    "1,250 1,036 200 10 4 adds up",  # per file
    "1,250 1,036 200 10 3 +1 not explained",  # totals that do not add up are owned up to
    "A keyword report",
    "old.csv is a copy of links.csv, counted once",
    "bad port 1",
    "2 flagged domains are not in Search Console: no entry is needed for them.",
    "Domain ages",
    "99.1\u00a0% at least 98.3\u00a0%".replace("\u00a0", " "),
    "41 % 37 % to 45 %",
    "9f2c" * 16,
    "ab12" * 16,
    "15 January 2025, 10:22 UTC",
    "1 of 16 domains have no usable date",
    "of 1,036 links (not known followed) from 16 domains:",
    "Taken away New entries The whole file Links 24 31 Followed links 7 9 Linking domains 3 5",
    "of these with search visits 1 2 of these with authority not known not known",
    "of these looking good 0 12",
    "line 9; looks good:",
    "and 7 more",
    # Networks
    "27 domains belong to 18 networks",
    "What was compared: Anchor texts",
    "What could not be compared: Titles: these exports have none.",
    "net-1 3 domains",
    "3 use the anchor text “casino”",
    "1 was first seen in the week of 2 September 2024",
    "24 links, counted as followed: 7. First seen: 2 September 2024 to 4 September 2024.",
    "Endings: .xyz (3)",
    "Its domains: bad0.xyz , bad1.xyz , bad2.xyz",
    "2 share the <b> “",
    "Show 2 more networks",
    "Not listed: 4 smaller networks",
    # Spikes
    "One week stands out with far more new linking domains than usual. About 1 new",
    "1 Week of 2 September 2024",
    "Ending .xyz 3 100 % 2 %",
    # Since the last run
    "Compared with the run of 01 December 2024, 08:00 UTC, model",
    "Judged worse 4 New 12 Judged better 5 Gone 3 As before 300",
    "worse.com judged worse KEEP 0.20 DISAVOW 0.97",
    "new.com new not there DISAVOW 0.97",
    "gone.com gone KEEP 0.20 not there",
    "Not listed: 7 more changes, to be found in changes.csv.",
]


@pytest.mark.parametrize("sentence", SHOWN)
def test_the_page_says(page: Page, sentence: str) -> None:
    assert sentence in page.text.replace("\u00a0", " ")


def test_without_scripts_the_flagged_are_listed(html: str) -> None:
    plain = Page(re.findall(r"<noscript>(.*?)</noscript>", html, re.S)[0]).text
    assert all(name in plain for name in ("bad0.xyz", "bad2.xyz", "odd.example.top"))
    assert "kept0.com" not in plain


def test_a_run_without_a_file_takes_nothing_away(
    run: dict[str, Any], domains: pl.DataFrame, links: pl.DataFrame
) -> None:
    for effect in (None, {}, "damaged", {"lines": "no", "whole_file": {"links": 0}}):
        page = Page(render_report({**run, "effect": effect}, domains, links))
        assert "takes away" not in page.text


def test_empty_run() -> None:
    domains = pl.DataFrame(schema={"linking_domain": pl.String, "verdict": pl.String})
    page = Page(render_report({}, domains, EMPTY_LINKS))
    assert page.errors == page.open == []
    assert "Nothing to do: there are no links to judge." in page.text
    assert "brings no error figures" in page.text
    assert "No file was read." in page.text
    assert not page.scripts


def test_missing_columns_are_said() -> None:
    domains = pl.DataFrame({"linking_domain": ["a.com"], "verdict": ["KEEP"]})
    links = pl.DataFrame({"referring_page": ["http://a.com/"], "linking_domain": ["a.com"]})
    text = Page(render_report({}, domains, links)).text
    for sentence in ("holds anchor texts", "holds usable dates", "No domain has a score"):
        assert sentence in text


def test_precision_is_put_into_numbers() -> None:
    assert "no more than 2 should be honest" in words.promise(0.98, 0).replace("\u00a0", " ")
    assert "about 20 mistakes" in words.promise(0.9, 200)
    assert "does not state" in words.promise(None, 5)


PRESENCE = [  # search_console, situation, sentence, why
    (None, "none", "", "a run of an older version"),
    ({"given": False, "not_listed": 0}, "none", "", "no export of it"),
    ({"given": True, "not_listed": 0}, "none", "", "it lists all that is flagged"),
    ({"given": True, "not_listed": 1}, "none", "1 flagged domain is not in Search Console: no "
     "entry is needed for it.", "one"),
    ({"given": True, "not_listed": 9}, "bought", "9 flagged domains are not in Search Console: its "
     "list is a sample, so look at them.", "a cause to act"),
    ({"given": True, "why_not": "x.csv is cut off", "not_listed": 0}, "none",
     "Your Search Console export cannot tell which domains Google does not know: x.csv is cut off.",
     "cut off"),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "situation", "sentence", "_why"), PRESENCE)
def test_what_search_console_says(facts: Any, situation: str, sentence: str, _why: str) -> None:
    assert words.presence({"search_console": facts, "situation": situation}) == sentence


SITUATIONS = [  # situation, flagged, in the page, why
    ("none", 3, "That alone is no reason to upload a file", "spam is not a reason to act"),
    ("none", 0, "Nothing to do: none of 9 domains is worth", "the plain answer"),
    ("attack", 0, "Nothing to do: none of 9 domains is worth", "waves are ignored"),
    ("manual-action", 0, "Nothing is certain: none of 9 domains", "there is something to do"),
    ("bought", 0, "does not prove the links to be fine", "the program cannot see invoices"),
    ("manual-action", 3, "Yes, as one step of the clean-up.", "the case of the tool"),
    ("unheard-of", 1, "Most likely not.", "the careful default"),
]


HEADLINES = [  # DISAVOW, REVIEW, KEEP, of the first in the live file, situation, sentence
    (25, 9, 518, 0, "none",
     "25 of 552 domains are certain enough for a disavow file, should you need one."),
    (1, 0, 4, 1, "none",
     "Nothing to add: your live file already covers 1 of 5 domains, and no other is certain "
     "enough."),
    (2, 0, 3, 1, "attack",
     "2 of 5 domains are certain enough for a disavow file, 1 of them in your live file already, "
     "should you need one."),
    (2, 0, 0, 2, "bought", "Nothing to add: your live file already covers all 2 domains."),
    (1, 0, 0, 1, "bought", "Nothing to add: your live file already covers the one linking domain."),
    (1, 0, 0, 0, "manual-action", "The one linking domain is worth disavowing."),
    (1, 0, 1, 0, "manual-action", "1 of 2 domains is worth disavowing."),
]  # fmt: skip


@pytest.mark.parametrize(("bad", "unclear", "kept", "live", "situation", "sentence"), HEADLINES)
def test_the_headline_agrees_with_the_advice(
    bad: int, unclear: int, kept: int, live: int, situation: str, sentence: str
) -> None:
    verdicts = ["DISAVOW"] * bad + ["REVIEW"] * unclear + ["KEEP"] * kept
    domains = pl.DataFrame({"linking_domain": [f"{n}.com" for n in range(len(verdicts))]})
    domains = domains.with_columns(
        verdict=pl.Series(verdicts),
        reason=pl.Series(["IN_LIVE_FILE"] * live + ["SCORE_HIGH"] * (len(verdicts) - live)),
    )
    html = render_report({"situation": situation, "site": "shop.example"}, domains, EMPTY_LINKS)
    assert f"<title>Link audit of shop.example: {sentence}</title>" in html
    assert f"<h1>{sentence}</h1>" in html


@pytest.mark.parametrize(("situation", "flagged", "sentence", "why"), SITUATIONS)
def test_advice_fits_the_situation(situation: str, flagged: int, sentence: str, why: str) -> None:
    domains = pl.DataFrame(
        {
            "linking_domain": [f"{n}.com" for n in range(9)],
            "verdict": ["DISAVOW"] * flagged + ["KEEP"] * (9 - flagged),
        }
    )
    assert sentence in Page(render_report({"situation": situation}, domains, EMPTY_LINKS)).text


def test_nothing_is_put_into_googles_mouth() -> None:
    for situation, advice in words.SITUATIONS.items():
        todo = steps({"situation": situation}, {"DISAVOW": 3, "REVIEW": 4, "KEEP": 5})
        for text in (*advice.reasons, *todo, advice.answer):
            assert not re.search(r"Google (says|states|recommends|advises|confirms)", text)
            if "Google" in text:
                assert "common reading of" in text


def make_longest(wide: str) -> dict[str, Any]:
    """More networks, spikes and changes than are shown, every text as long as can be."""
    bonds = [{"kind": "anchor", "what": wide, "domains": 9}] * 20
    network = {
        "id": wide,
        "domains": 10**9,
        "description": wide,
        "evidence": bonds,
        "verdicts": {"KEEP": 9},
        "suffixes": [[wide, 9]] * 20,
        "samples": [wide] * 20,
    }
    causes = [{"kind": "network", "what": wide, "domains": 9, "usual_share": 0.1}] * 20
    spikes = [{"week": "2024-09-02", "domains": 9, "causes": causes, "text": wide}] * 100
    changes = [{"linking_domain": wide, "change": wide, "why": wide}] * 1_000
    return {
        "networks": {"list": [network] * 500, "looked_at": [wide] * 99, "missing": [wide] * 99},
        "spikes": {"weeks": [["2024-09-02", 9]] * 900, "list": spikes},
        "since": {"changes": changes, "notes": [wide] * 99},
    }


def test_a_thousand_domains_at_their_longest_stay_under_5_mb(run: dict[str, Any]) -> None:
    wide = "界" * 3_000
    run |= make_longest(wide)
    names = [f"{n}.com" for n in range(1_000)]
    domains = pl.DataFrame({"linking_domain": names}).with_columns(
        pl.lit("DISAVOW").alias("verdict"),
        pl.lit(wide).alias("why"),
        pl.lit(wide).alias("network"),
        pl.lit(" | ".join([f"{n}{wide}" for n in range(20)])).alias("evidence"),
        pl.lit(wide).alias("decision"),
        pl.lit(wide).alias("decided_by"),
        pl.lit(wide).alias("decision_note"),
    )
    links = pl.DataFrame({"linking_domain": names * 6}).with_columns(
        pl.lit(wide).alias("referring_page"),
        pl.lit(wide).alias("anchor_text"),
        pl.lit(wide).alias("target_url"),
    )
    html = render_report(run, domains, links)
    assert len(html.encode()) < 5_000_000
    assert len(json.loads(Page(html).scripts[0])["rows"]) == 1_000


def test_the_same_run_gives_the_same_bytes(
    run: dict[str, Any], domains: pl.DataFrame, links: pl.DataFrame
) -> None:
    assert render_report(run, domains, links) == render_report(run, domains, links)


def test_an_older_run_keeps_its_chart(
    run: dict[str, Any], domains: pl.DataFrame, links: pl.DataFrame
) -> None:
    weekly = "New linking domains per week"
    both = Page(render_report(run, domains, links)).text
    assert both.count(f"{weekly} By the day") == 1  # in the section on spikes, not twice
    del run["spikes"], run["networks"], run["since"]
    old = Page(render_report(run, domains, links)).text
    assert f"{weekly} By the day" in old
    assert "When links came" not in old
    assert "Since the last run" not in old
    assert "This run did not look for networks." in old


def test_without_dates_the_page_says_why(
    run: dict[str, Any], domains: pl.DataFrame, links: pl.DataFrame
) -> None:
    run["spikes"] = {"why_not": "these exports have no dates", "usual": None, "weeks": [],
                     "list": []}  # fmt: skip
    text = Page(render_report(run, domains, links)).text
    assert "Whether links came in waves could not be told: these exports have no dates." in text
    assert "New linking domains per week By the day" in text  # the chart by verdict is there


def test_the_report_says_that_fetched_pages_are_not_measured(
    run: dict[str, Any], domains: pl.DataFrame, links: pl.DataFrame
) -> None:
    said = "has no error rate measured on real pages, only on generated ones"
    assert said not in render_report(run, domains, links)
    page = Page(render_report(run | {"views": ["pages", "urls"]}, domains, links))
    assert said in page.text
    assert page.errors == []
