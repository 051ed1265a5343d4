"""The page as a browser runs it. Needs a Chromium, nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from spamlinks.report import render_report
from tests.report.browser import BROWSER, Tab
from tests.report.conftest import HOSTILE, make_domains, make_links, make_run

pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")

WIDTHS = [(1280, "desk"), (390, "phone"), (320, "small phone")]

# Texts that try to leave their place, each in every column that an export can fill.
WIDE = [
    *HOSTILE,
    "w" * 5_000,  # one word
    "界" * 5_000,  # twice as wide, and no spaces either
    "W\u0332" * 2_000,  # marks below every letter
    "ส\u0e49\u0e49\u0e49\u0e49\u0e49\u0e49" * 40,  # marks piled up over a line
    "\u202e" * 50 + "https://evil.example/txt.exe",  # turned round
    "\u200f\u05d0\u05d1" * 900,  # truly written from right to left
    "\u00ad\u200b\u2060" * 2_000 + "seen",  # thousands of nothing
    "=HYPERLINK(\"http://evil.example\";\"x\")",  # a formula
    "\U0001f9d1\u200d\U0001f692" * 800,  # people made of several signs
    "\U0001f1eb\U0001f1f7" * 800,
    "fdfa \ufdfa " * 300,  # the widest letter there is
    "\ufdfd" * 300,
    "<table><tr><td style='width:9000px'>x",
    "a\tb\r\nc\x0b\x0cd\x1b]8;;http://evil.example\x07e",
]  # fmt: skip


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    with Tab(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture
def watched(tab: Tab) -> Iterator[Tab]:
    """The browser, which must see no error, no broken policy and no request."""
    tab.problems.clear()
    tab.resize(1280)
    yield tab
    assert tab.problems == []
    assert tab.requests == []
    assert tab.run("String(window.hacked)") == "undefined"
    assert tab.run("performance.getEntriesByType('resource').length") == 0


def save(html: str, folder: Path) -> Path:
    page = folder / "report.html"
    page.write_text(html, encoding="utf-8")
    return page


@pytest.fixture
def report(tab: Tab, tmp_path: Path) -> str:
    """An ordinary report in the browser: the small run, 60 more domains and one that attacks."""
    many = pl.DataFrame(
        {
            "linking_domain": [f"more{n}.com" for n in range(60)],
            "verdict": ["KEEP"] * 60,
            "reason": ["SCORE_LOW"] * 60,
            "spam_score": [n / 1000 for n in range(60)],
            "evidence": ["Many words (-0.3) | A bad word (+0.8) | No sign | A worse word (+1.2)"]
            * 60,
        }
    )
    attack = pl.DataFrame(
        {
            "linking_domain": ["a.xyz"],
            "verdict": ["DISAVOW"],
            "spam_score": [1.0],
            "why": ["<img src=x onerror=window.hacked=1><script>window.hacked=1</script>"],
            "decision": ["KEEP"],
            "decided_by": ["Ann"],
            "decided_on": ["2026-11-25"],
            "decision_note": ["client of ours"],
        }
    )
    table = pl.concat([make_domains(), many, attack], how="diagonal")
    tab.open(save(render_report(make_run(), table, make_links()), tmp_path))
    assert tab.run("document.documentElement.dataset.report") == "ready"
    return "ready"


ROWS = "document.querySelectorAll('#rows > tr:not(.detail)').length"
FIRST = "document.querySelector('#rows .open').textContent"
STATUS = "document.querySelector('#status').textContent"


def click(tab: Tab, selector: str, place: int = 0) -> None:
    tab.run(f"document.querySelectorAll({selector!r})[{place}].click()")


def choose(tab: Tab, selector: str, value: str) -> None:
    tab.run(
        f"(() => {{ const field = document.querySelector({selector!r}); field.value = {value!r};"
        "for (const kind of ['input', 'change'])"
        " field.dispatchEvent(new Event(kind, { bubbles: true })); })()"
    )


@pytest.mark.usefixtures("report")
def test_the_table_sorts_and_turns_pages(watched: Tab) -> None:
    assert (watched.run(ROWS), watched.run(FIRST)) == (50, "a.xyz")  # the surest first
    assert watched.run(STATUS) == "Rows 1 to 50 of 77 domains"
    click(watched, "th[data-key=score] button")
    sort = "document.querySelector('th[data-key=score]').getAttribute('aria-sort')"
    assert (watched.run(FIRST), watched.run(sort)) == ("a.xyz", "descending")  # largest first
    click(watched, "th[data-key=score] button")
    assert (watched.run(FIRST), watched.run(sort)) == ("more0.com", "ascending")
    click(watched, "th[data-key=domain] button")
    assert watched.run(FIRST) == "a.xyz"
    click(watched, "#next")
    assert (watched.run(ROWS), watched.run(FIRST)) == (27, "more34.com")  # 9 stands before 10
    assert watched.run("document.querySelector('#next').disabled") is True
    click(watched, "th[data-key=network] button")
    click(watched, "th[data-key=network] button")
    assert watched.run("document.querySelector('#rows tr').cells[6].textContent") != "–"


@pytest.mark.usefixtures("report")
def test_filters_meet_and_can_be_cleared(watched: Tab) -> None:
    click(watched, "input[value=REVIEW]")
    assert (watched.run(ROWS), watched.run(FIRST)) == (1, "odd.example.top")
    assert watched.run(STATUS) == "Rows 1 to 1 of 1 domain that match, of 77"
    choose(watched, "#by-reason", "SCORE_LOW")
    assert watched.run(STATUS).startswith("No domain matches.")
    click(watched, "input[value='']")
    assert watched.run(ROWS) == 50  # SCORE_LOW alone: 60 rows, on two pages
    choose(watched, "#search", "MORE1 word")
    assert watched.run(STATUS).startswith("Rows 1 to 11 of 11 domains")  # 1 and 10 to 19
    assert watched.run("document.querySelector('#status').getAttribute('aria-live')") == "polite"
    click(watched, "#clear")
    assert watched.run(STATUS) == "Rows 1 to 50 of 77 domains"
    fields = "['search', 'by-reason', 'by-network'].map((id) => document.getElementById(id).value)"
    assert watched.run(fields) == ["", "", ""]
    assert watched.run("document.querySelector('#clear').disabled") is True


@pytest.mark.usefixtures("report")
def test_a_card_leads_to_its_domains_and_back(watched: Tab) -> None:
    choose(watched, "#search", "nothing at all")
    button = ".card .pick[data-network=net-1]"
    click(watched, button)
    assert (watched.run(ROWS), watched.run(FIRST)) == (3, "bad0.xyz")  # the search gave way
    pressed = f"document.querySelector('{button}').getAttribute('aria-pressed')"
    assert watched.run(pressed) == "true"
    assert watched.run("document.querySelector('#by-network').value") == "net-1"
    assert watched.run("document.activeElement.id") == "by-network"
    click(watched, "#return")
    assert watched.run(STATUS) == "Rows 1 to 50 of 77 domains"
    assert watched.run("document.activeElement.dataset.network") == "net-1"
    assert watched.run(pressed) == "false"
    click(watched, button)
    click(watched, button)  # pressed again: all domains
    assert watched.run(ROWS) == 50
    hidden = "document.querySelector('.pick[data-network=net-away]').hidden"
    assert watched.run(hidden) is True  # no row of this page belongs to it
    click(watched, ".causes .pick")
    assert watched.run(ROWS) == 3  # a spike names a network too


def test_buttons_lead_to_a_week_and_to_spared_domains(watched: Tab, tmp_path: Path) -> None:
    run = make_run() | {"looks_bad": {"NOFOLLOW_ONLY": 1, "LINKS_GONE": 1}}
    spared = pl.DataFrame(
        {
            "linking_domain": ["gone.com", "nofollow.com"],
            "verdict": ["KEEP"] * 2,
            "reason": ["LINKS_GONE", "NOFOLLOW_ONLY"],
        }
    )
    table = pl.concat([make_domains(), spared], how="diagonal")
    watched.open(save(render_report(run, table, make_links()), tmp_path))
    week = ".spike .pick[data-week='2024-09-02']"
    click(watched, week)
    assert watched.run(STATUS).endswith("first seen in the week of 2024-09-02, of 18")
    assert (watched.run(ROWS), watched.run(FIRST)) == (3, "bad0.xyz")
    pressed = "[...document.querySelectorAll('.pick[aria-pressed=true]')].length"
    assert watched.run(pressed) == 1
    click(watched, "header .pick[data-reasons]")
    assert (watched.run(ROWS), watched.run(FIRST)) == (2, "gone.com")
    assert watched.run(pressed) == 1
    click(watched, "#return")
    assert watched.run("document.activeElement.dataset.reasons") == "NOFOLLOW_ONLY LINKS_GONE"
    assert watched.run(STATUS) == "Rows 1 to 18 of 18 domains"


@pytest.mark.usefixtures("report")
def test_reasons_open_by_keyboard_and_take_sides(watched: Tab) -> None:
    choose(watched, "#search", "more7.com")
    watched.run("document.querySelector('#rows .open').focus()")
    watched.press("Enter", 13)
    opened = "document.querySelector('#rows .open').getAttribute('aria-expanded')"
    assert watched.run(opened) == "true"
    controls = "document.querySelector('#rows .open').getAttribute('aria-controls')"
    assert watched.run(f"document.getElementById({controls}).className") == "detail"
    told = (
        "[...document.querySelectorAll('.detail h4 + ul')].map((list) => "
        "[list.previousSibling.textContent, ...[...list.children].map((li) => li.textContent)])"
    )
    assert watched.run(told) == [
        ["What speaks against it", "A worse word +1.2", "A bad word +0.8"],  # the heavier first
        ["What speaks for it", "Many words −0.3"],
        ["Also noted", "No sign"],
    ]
    watched.press(" ", 32)
    assert watched.run(opened) == "false"
    assert watched.run("document.querySelectorAll('.detail').length") == 0
    click(watched, "#clear")
    click(watched, "#rows .open")
    decision = "Your decision: KEEP, by Ann on 2026-11-25: client of ours"
    assert watched.run("document.querySelector('th .decided').textContent") == decision
    assert watched.run("document.querySelector('.detail .decided').textContent") == decision


@pytest.mark.usefixtures("report")
def test_paper_shows_the_flagged_and_what_is_folded(watched: Tab) -> None:
    assert watched.pdf().startswith(b"%PDF")
    assert watched.run(ROWS) == 50  # and the table is as before
    watched.run("dispatchEvent(new Event('beforeprint'))")
    assert watched.run(ROWS) == 5
    assert watched.run(STATUS).startswith("Printed: 5 of 77 domains, the flagged ones.")
    watched.call("Emulation.setEmulatedMedia", media="print")
    seen = "[...document.querySelectorAll({!r})].filter((node) => node.offsetHeight > 0).length"
    assert watched.run(seen.format("form, .pager, .pick, header nav, th button.pick")) == 0
    assert watched.run(seen.format(".card")) == 12
    assert watched.run(seen.format(".card li")) > 12  # what they share
    assert watched.run("getComputedStyle(document.querySelector('.card')).breakInside") == "avoid"
    watched.call("Emulation.setEmulatedMedia", media="")
    watched.run("dispatchEvent(new Event('afterprint'))")
    assert watched.run(ROWS) == 50


def test_a_broken_table_says_so(tab: Tab, tmp_path: Path) -> None:
    html = render_report(make_run(), make_domains(), make_links())
    tab.open(save(html.replace('{"columns":', '{"columns"', 1), tmp_path))
    assert tab.run("document.documentElement.dataset.report") == "failed"
    assert "could not be drawn" in tab.run("document.querySelector('#failed').textContent")


def hostile_report() -> str:
    """Every text of an export is each of ``WIDE`` somewhere."""
    run: dict[str, Any] = make_run()
    count = len(WIDE)
    run["networks"]["list"] = [
        {
            "id": text, "domains": 9, "links": 9, "followed_links": 9, "verdicts": {"DISAVOW": 9},
            "description": text, "suffixes": [[text, 9]], "samples": WIDE[place:] + WIDE[:place],
            "evidence": [{"kind": "anchor", "what": text, "domains": 9}],
        }
        for place, text in enumerate(WIDE)
    ]  # fmt: skip
    run["spikes"]["list"] = [
        {"week": "2024-09-02", "domains": 3, "text": text,
         "causes": [{"kind": "network", "what": text, "domains": 1, "usual_share": 0.1}]}
        for text in WIDE
    ]  # fmt: skip
    run["since"]["changes"] = [
        {"linking_domain": text, "change": text, "before": "KEEP", "after": None, "why": text}
        for text in WIDE
    ]
    run["not_looked_at"] = WIDE
    run["inputs"] = [{**run["inputs"][0], "file": text, "notes": [text]} for text in WIDE]
    columns = ("linking_domain", "why", "network", "reason", "seen_by", "decision",
               "decided_by", "decision_note")  # fmt: skip
    domains = pl.DataFrame(dict.fromkeys(columns, WIDE)).with_columns(
        verdict=pl.Series(["DISAVOW", "REVIEW", "KEEP"] * count).head(count),
        spam_score=pl.lit(0.5),
        evidence=pl.Series([f"{text} (+0.8) | {text} (-0.3)" for text in WIDE]),
    )
    links = pl.DataFrame(
        dict.fromkeys(("referring_page", "linking_domain", "target_url", "anchor_text"), WIDE)
    )
    return render_report(run, domains, links)


@pytest.mark.parametrize(("width", "_name"), WIDTHS)
def test_hostile_texts_neither_run_nor_leave_their_place(
    watched: Tab, tmp_path: Path, width: int, _name: str
) -> None:
    watched.resize(width)
    watched.open(save(hostile_report(), tmp_path))
    watched.run("for (const more of document.querySelectorAll('details')) more.open = true")
    watched.run("for (const row of [...document.querySelectorAll('#rows .open')]) row.click()")
    assert watched.run("document.querySelectorAll('.detail').length") == len(WIDE)
    assert watched.run("[document.documentElement.scrollWidth, innerWidth]") == [width, width]
    strange = "document.querySelectorAll('main a, img, iframe, object, embed, form[action]').length"
    assert watched.run(strange) == 0
    away = (
        "[...document.querySelectorAll('[src], [href], [action], [style]')]"
        ".filter((node) => !(node.getAttribute('href') || '').startsWith('#')).length"
    )
    assert watched.run(away) == 0
    # Marks may draw over their own line, never over others: rows and cards cut them off.
    piled = (
        "[...document.querySelectorAll('.card, #rows th, #rows td')]"
        ".filter((node) => node.scrollWidth > node.clientWidth + 1"
        " && getComputedStyle(node).overflowX === 'visible').length"
    )
    assert watched.run(piled) == 0


def test_the_guards_see_what_they_are_for(tab: Tab, tmp_path: Path) -> None:
    """A page that breaks every rule is told of: the tests above could fail."""
    html = render_report(make_run(), make_domains(), make_links())
    bad = (
        "<img src='http://127.0.0.1:9/x.png'><script>console.log('x'); throw new Error('y')"
        "</script><div style='width:5000px'>wide</div></main>"
    )
    tab.problems.clear()
    tab.open(save(html.replace("</main>", bad), tmp_path))
    said = " ".join(tab.problems)
    assert "Content Security Policy" in said
    assert "Error: y" in said
    assert "'x'" in said
    assert tab.run("document.documentElement.scrollWidth > innerWidth") is True
    tab.problems.clear()
    tab.requests.clear()


def test_ten_thousand_domains_stay_smooth(watched: Tab, tmp_path: Path) -> None:
    size = 10_000
    domains = pl.DataFrame(
        {
            "linking_domain": [f"name-{n * 7919 % size}.example{n % 7}.com" for n in range(size)],
            "verdict": [("DISAVOW", "REVIEW", "KEEP", "KEEP")[n % 4] for n in range(size)],
            "reason": [f"REASON_{n % 9}" for n in range(size)],
            "network": [f"net-{n % 400}" if n % 3 else None for n in range(size)],
            "spam_score": [n / size for n in range(size)],
            "links": [n % 50 for n in range(size)],
            "why": [f"{n % 97} words in an anchor that names no brand" for n in range(size)],
            "evidence": ["the page has 3,870 links out (+1.4) | a spam-trade word (+0.9)"] * size,
        }
    )
    links = domains.select(
        "linking_domain", referring_page=pl.lit("https://a.example/some/page.html")
    )
    html = render_report(make_run(), domains, links)
    assert len(html.encode()) < 8_000_000
    watched.open(save(html, tmp_path))
    assert watched.run(ROWS) == 50  # only the page that shows
    timed = """(async () => {
      const quiet = () => new Promise((done) => setTimeout(done, 30));
      const took = {};
      const time = async (name, act) => {
        await quiet();
        const start = performance.now();
        act();
        document.body.offsetHeight; // lay it out
        took[name] = performance.now() - start;
      };
      const field = document.querySelector("#search");
      for (const key of ["domain", "verdict", "score", "links", "first_seen", "network", "reason"])
        await time(key, () => document.querySelector(`th[data-key=${key}] button`).click());
      for (const text of ["n", "na", "name-77", "zzz", ""])
        await time(`search ${text}`, () => {
          field.value = text;
          field.dispatchEvent(new Event("input"));
        });
      await time("filter", () => document.querySelector("input[value=DISAVOW]").click());
      return took;
    })()"""
    took = watched.run(timed)
    # Under 80 ms on an idle machine. A busy one may take longer, all rows at once far longer.
    assert max(took.values()) < 1_000, took
