"""Old lines looked at again: every finding, its reason and effect, and what may go."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spamlinks.rechecking as module
from spamlinks.disavow import DisavowFile, Entry
from spamlinks.effect import EVEN_ODDS, at_even_odds
from spamlinks.errors import InputError
from spamlinks.pipeline import Audit
from spamlinks.policy import Guards, KeepList
from spamlinks.rechecking import COLUMNS, Found, recheck, without

DOMAINS = pl.DataFrame(
    [
        # domain, links, followed, score, verdict, reason
        ("spam.com", 10, 8, 0.97, "DISAVOW", "SCORE_HIGH"),
        ("bad.com", 2, 2, 0.80, "REVIEW", "SCORE_MIDDLE"),
        ("unsure.com", 3, 3, 0.05, "KEEP", "SCORE_LOW"),  # low, but not low enough
        ("good.com", 41, 38, 0.01, "KEEP", "SCORE_LOW"),
        ("nofollow.com", 5, 0, 0.01, "KEEP", "NOFOLLOW_ONLY"),
        ("facebook.com", 4, 4, 0.60, "REVIEW", "PLATFORM"),
        ("mit.edu", 1, 1, 0.30, "KEEP", "INSTITUTION"),
        ("me.blogspot.com", 1, 1, 0.01, "KEEP", "SCORE_LOW"),
        ("you.blogspot.com", 1, 1, 0.90, "DISAVOW", "SCORE_HIGH"),
    ],
    schema=["linking_domain", "links", "followed_links", "spam_score", "verdict", "reason"],
    orient="row",
)
LINKS = pl.DataFrame(
    [
        *[(f"http://{name}/{n}", name, nofollow, score)
          for name, many, nofollow, score in (
              ("spam.com", 10, False, 0.97), ("bad.com", 2, False, 0.8),
              ("unsure.com", 3, False, 0.05), ("nofollow.com", 5, True, 0.01),
              ("mit.edu", 1, False, 0.3), ("me.blogspot.com", 1, False, 0.01),
              ("you.blogspot.com", 1, False, 0.9))
          for n in range(many)],
        *[(f"http://a.good.com/{n}", "good.com", n > 37, 0.01) for n in range(41)],
        ("http://facebook.com/honest", "facebook.com", False, 0.005),
        *[(f"http://facebook.com/spam{n}", "facebook.com", False, 0.95) for n in range(3)],
    ],
    schema=["referring_page", "linking_domain", "rel_nofollow", "spam_score"],
    orient="row",
)  # fmt: skip


def outcome(**guards: Any) -> Audit:
    run = {"prior": 0.1, "totals": {"links": LINKS.height, "domains": DOMAINS.height}}
    return Audit(DOMAINS, LINKS, pl.DataFrame(), run, Guards(site="shop.example", **guards))


@pytest.fixture
def look(monkeypatch: pytest.MonkeyPatch):
    """Recheck a text against the profile above."""

    def of(text: str, **guards: Any) -> pl.DataFrame:
        monkeypatch.setattr(module, "audit", lambda *args, **options: outcome(**guards))
        return recheck(DisavowFile.parse(text), []).lines

    return of


CASES = [  # line, finding, reason begins with, effect
    ("domain:spam.com", Found.KEEP, "Still certain enough to be disavowed (score 0.97)",
     "its 10 links (8 followed) would count again"),
    ("domain:bad.com", Found.KEEP, "Still looks bad, if not certain (score 0.80)",
     "its 2 links (2 followed) would count again"),
    ("domain:unsure.com", Found.KEEP, "Not certain enough either way (score 0.05)",
     "its 3 links (3 followed) would count again"),
    ("domain:good.com", Found.GOOD, "Its links look honest even if half of such entries are spam",
     "its 41 links (38 followed) would count again"),
    ("domain:a.good.com", Found.GOOD, "Its links look honest",
     "its 41 links (38 followed) would count again"),
    ("domain:nofollow.com", Found.KEEP, "Every link is nofollow, ugc or sponsored",
     "none: no link of it would count"),
    ("domain:facebook.com", Found.GOOD, "A platform with many honest users",
     "its 4 links (4 followed) would count again"),
    ("domain:mit.edu", Found.GOOD, "A school, university or public body",
     "its 1 link (1 followed) would count again"),
    ("domain:blogspot.com", Found.SUFFIX, "Many unrelated sites",
     "its 2 links (2 followed) would count again, from 2 domains, 1 of which looks good"),
    ("domain:xyz", Found.SUFFIX, "Many unrelated sites", "none that these exports show"),
    ("domain:silent.com", Found.SILENT, "No link of these exports falls under it",
     "none that these exports show"),
    ("domain:me.blogspot.com", Found.GOOD, "Its links look honest",
     "its 1 link (1 followed) would count again"),
    ("http://facebook.com/honest", Found.GOOD, "The links on this page look honest (score 0.01)",
     "its 1 link (1 followed) would count again"),
    ("http://facebook.com/spam1", Found.KEEP, "The links on this page still look bad (score 0.95)",
     "its 1 link (1 followed) would count again"),
    ("http://unsure.com/1", Found.KEEP, "Not certain enough either way (score 0.05)",
     "its 1 link (1 followed) would count again"),
    ("http://facebook.com/other", Found.SILENT, "No link", "none that these exports show"),
    ("spam.com", Found.INVALID, "BARE_HOST: A host needs 'domain:'", "none: the line does nothing"),
    ("domain:https://spam.com", Found.INVALID, "DOMAIN_HAS_SCHEME", "none: the line does nothing"),
    ("domain:shop.example", Found.GOOD, "This is your own site",
     "none that these exports show"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "found", "reason", "effect"), CASES, ids=[c[0] for c in CASES])
def test_one_line(look, text, found, reason, effect):
    row = look(f"# mine\n{text}\n").row(0, named=True)
    assert tuple(row) == COLUMNS
    assert row["line"] == 2
    assert row["entry"] == text
    assert row["finding"] == found
    assert row["reason"].startswith(reason)
    assert row["effect"] == effect


def test_comments_and_blanks_are_no_lines_to_judge(look):
    assert look("# domain:spam.com\n\n").height == 0


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("domain:spam.com\ndomain:SPAM.com\n", "Line 1 (domain:spam.com) covers it."),
        ("domain:spam.com\nhttp://spam.com/1\n", "Line 1 (domain:spam.com) covers it."),
    ],
)
def test_redundant(look, text, by):
    row = look(text).row(1, named=True)
    assert (row["finding"], row["reason"]) == (Found.REDUNDANT, by)
    assert row["effect"] == "none: its links stay disavowed"


def test_a_line_over_good_and_bad_sites_stays(look):
    """good.com looks good, spam.com does not, and one line cannot say both."""
    text = "domain:com\n"
    row = look(text).row(0, named=True)
    assert row["finding"] == Found.SUFFIX
    assert row["effect"].endswith(f"from {DOMAINS.height - 1} domains, 4 of which look good")


def test_the_keep_list_and_comments_speak_first(look):
    keep = KeepList(domains=frozenset({"spam.com"}))
    assert look("domain:spam.com", keep=keep)["finding"][0] == Found.GOOD
    assert look("domain:spam.com", keep=keep)["reason"][0].startswith("Your keep list")
    row = look("# NOT disavowed: spam.com\ndomain:spam.com").row(0, named=True)
    assert row["finding"] == Found.GOOD
    assert row["reason"] == "The comment on line 1 says that it is not disavowed."


def test_what_the_owner_does_not_mean_is_numbered_with_the_own_site_first(look):
    text = "# NOT disavowed: good.com\ndomain:good.com\ndomain:mit.edu\ndomain:spam.com\n"
    keep = KeepList(domains=frozenset({"mit.edu"}))
    look(text + "domain:shop.example\nhttps://www.shop.example/page\n", keep=keep)
    found = recheck(
        DisavowFile.parse(text + "domain:shop.example\nhttps://www.shop.example/page\n"), []
    )
    assert found.against_owner == (5, 6, 3, 2)  # own, own, keep list, comment; spam.com is meant
    look("domain:good.com")
    assert recheck(DisavowFile.parse("domain:good.com"), []).against_owner == ()


REMOVED = [  # the file, what goes, entries and links that count again
    ("domain:spam.com\ndomain:bad.com", ["spam.com"], (1, 10)),
    # a child counts its own links, so they come on top when both go
    ("domain:good.com\ndomain:a.good.com\ndomain:bad.com", ["good.com", "a.good.com"], (2, 41)),
    # the child that stays holds all of them
    ("domain:good.com\ndomain:a.good.com\ndomain:bad.com", ["good.com"], (1, 0)),
    ("domain:spam.com\nhttp://spam.com/1\ndomain:bad.com",
     ["spam.com", "http://spam.com/1"], (2, 10)),
    ("domain:spam.com\ndomain:spam.com\ndomain:bad.com", ["spam.com"], (1, 10)),
    ("domain:silent.com\ndomain:bad.com", ["silent.com"], (1, 0)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "names", "again"), REMOVED)
def test_how_many_links_count_again(look, text, names, again):
    look(text)
    found = recheck(DisavowFile.parse(text), [])
    assert found.counting_again(without(found.live, names)[0]) == again
    assert found.counting_again(found.live) == (0, 0)


def test_what_is_pruned_stays_disavowed(look):
    text = "domain:good.com\ndomain:a.good.com\ndomain:good.com\n"
    look(text)
    found = recheck(DisavowFile.parse(text), [])
    new, changes = without(found.live, [], prune=True)
    assert len(changes) == 2
    assert found.counting_again(new) == (0, 0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("domain:edu", "from 1 domain, which looks good"),
        ("domain:you.blogspot.com\ndomain:blogspot.com", "from 1 domain, which looks good"),
        ("domain:me.blogspot.com\ndomain:blogspot.com", "from 1 domain, which does not look good"),
    ],
)
def test_a_suffix_says_how_many_of_its_domains_look_good(look, text, said):
    row = look(text).row(-1, named=True)
    assert row["finding"] == Found.SUFFIX
    assert row["effect"].endswith(said)


def test_followed_links_are_not_known_without_the_column(monkeypatch):
    bare = outcome()
    bare = Audit(
        bare.domains, bare.links.drop("rel_nofollow"), bare.rejected, bare.run, bare.guards
    )
    monkeypatch.setattr(module, "audit", lambda *args, **options: bare)
    row = recheck(DisavowFile.parse("domain:good.com"), []).lines.row(0, named=True)
    assert row["followed_links"] is None
    assert row["effect"] == "its 41 links would count again"


def test_counts_name_every_finding(monkeypatch):
    monkeypatch.setattr(module, "audit", lambda *args, **options: outcome())
    found = recheck(DisavowFile.parse("domain:good.com\ndomain:spam.com\n"), [])
    assert found.counts == {**dict.fromkeys(Found, 0), Found.GOOD: 1, Found.KEEP: 1}


def test_without_links_nothing_is_said(monkeypatch):
    empty = Audit(DOMAINS.clear(), LINKS.clear(), pl.DataFrame(), {"prior": 0.1})
    monkeypatch.setattr(module, "audit", lambda *args, **options: empty)
    with pytest.raises(InputError, match="the exports hold no link"):
        recheck(DisavowFile.parse("domain:good.com"), [])


def test_a_file_that_is_none(tmp_path: Path):
    path = tmp_path / "live.txt"
    path.write_bytes(b"[1]")
    with pytest.raises(InputError, match="NOT_A_DISAVOW_FILE"):
        recheck(path, [])


@given(st.floats(0, 1), st.floats(0.01, 0.99))
def test_even_odds_keep_the_order_and_the_middle(score, prior):
    def moved(value: float) -> float:
        return float(pl.select(at_even_odds(pl.lit(value), prior)).item())

    assert 0 <= moved(score) <= 1
    assert moved(prior) == pytest.approx(EVEN_ODDS)
    assert moved(score) <= moved(min(1.0, score + 0.01)) + 1e-12


# What goes, goes by name

LIVE = (
    "# mine\ndomain:a.com\ndomain:b.a.com\n# 2026-01-02 score 0.97, 1 link\ndomain:c.com\n"
    "domain:d.com\nhttp://e.com/x\ndomain:C.com\n"
)


@pytest.mark.parametrize(
    ("names", "prune", "changes"),
    [
        (["c.com"], False, ["- domain:c.com", "- domain:C.com"]),  # and its repeat
        (["domain:d.com", "http://e.com/x"], False, ["- domain:d.com", "- http://e.com/x"]),
        ([], True, ["- domain:b.a.com", "- domain:C.com"]),
        (["a.com", "b.a.com"], False, ["- domain:a.com", "- domain:b.a.com"]),
    ],
)
def test_exactly_what_is_named_goes(names, prune, changes):
    live = DisavowFile.parse(LIVE)
    new, shown = without(live, names, prune=prune)
    assert shown == changes
    kept = [line.text for line in live.lines if f"- {line.text}" not in changes]
    assert [line.text for line in new.lines if not line.text.startswith("# (above")] == kept


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["b.a.com"], r"b\.a\.com stays disavowed by line 2 \(domain:a\.com\)"),
        (["c.com", "b.a.com"], "stays disavowed"),  # and c.com stays too
        (["nobody.com"], r"no entry for nobody\.com"),
        (["http://e.com/y"], "no entry for"),
    ],
)
def test_what_cannot_go(names, said):
    with pytest.raises(InputError, match=said):
        without(DisavowFile.parse(LIVE), names)


def test_the_comment_of_an_entry_that_went_says_so():
    new, _ = without(DisavowFile.parse(LIVE), ["c.com"])
    assert b"score 0.97, 1 link\n# (above: c.com, which was removed)\ndomain:d.com" in new.render()


@settings(deadline=None)
@given(st.lists(st.sampled_from(["a.com", "c.com", "d.com", "w.com", "b.w.com"]), unique=True))
def test_removing_and_adding_again_disavows_the_same(names):
    live = DisavowFile.parse("".join(f"domain:{n}\n" for n in ["a.com", "c.com", "d.com", "w.com"]))
    wanted = [name for name in names if live.covers(name) and name != "b.w.com"]
    new, _ = without(live, wanted)
    for name in ("a.com", "c.com", "d.com", "w.com"):
        assert (new.covers(name) is None) is (name in wanted)
    assert new.add(Entry.domain(n) for n in wanted).entry_set == live.entry_set
