"""Old lines looked at again: every finding, its reason and effect, and what may go."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spamlinks.rechecking as module
from spamlinks.disavow import DisavowFile, Entry, without
from spamlinks.errors import InputError
from spamlinks.model.views import VIEW_TEXT
from spamlinks.pipeline import Audit
from spamlinks.policy import Guards, KeepList
from spamlinks.rechecking import COLUMNS, Found, recheck

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
    ("domain:spam.com", Found.KEEP, "Still certain enough to be disavowed.",
     "its 10 links (8 followed) would count again"),
    ("domain:bad.com", Found.KEEP, "Still looks bad, if not certain.",
     "its 2 links (2 followed) would count again"),
    ("domain:unsure.com", Found.KEEP, "Not certain enough either way.",
     "its 3 links (3 followed) would count again"),
    ("domain:good.com", Found.GOOD, "Its links look honest even if half of such entries are spam",
     "its 41 links (38 followed) would count again"),
    ("domain:a.good.com", Found.GOOD, "The links of this part of the site look honest",
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
    ("http://facebook.com/honest", Found.GOOD, "The links on this page look honest",
     "its 1 link (1 followed) would count again"),
    ("http://facebook.com/spam1", Found.KEEP, "The links on this page still look bad.",
     "its 1 link (1 followed) would count again"),
    ("http://unsure.com/1", Found.KEEP, "Not certain enough either way, by the links on this page.",
     "its 1 link (1 followed) would count again"),
    ("http://facebook.com/other", Found.SILENT, "No link", "none that these exports show"),
    ("spam.com", Found.INVALID, "BARE_HOST: A host needs 'domain:' before it to be an entry. "
     "'spamlinks lint FILE --fix --unsafe' guesses what was meant.", "none: the line does nothing"),
    ("domain:https://spam.com", Found.INVALID, "DOMAIN_HAS_SCHEME: ",
     "none: the line does nothing"),
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
        ("domain:spam.com\ndomain:SPAM.com\n", "Line 1 (domain:spam.com) says the same."),
        ("domain:spam.com\nhttp://spam.com/1\n", "Line 1 (domain:spam.com) covers it."),
    ],
)
def test_redundant(look, text, by):
    row = look(text).row(1, named=True)
    assert (row["finding"], row["reason"]) == (Found.REDUNDANT, by)
    assert without(DisavowFile.parse(text), [], prune=True)[1] == [f"- {text.split()[1]}"]
    assert row["effect"] == "none: its links stay disavowed by line 1"


def test_what_only_a_whole_suffix_covers_is_redundant_and_yet_not_pruned(look):
    """Whoever takes the suffix out again needs the line."""
    text = "domain:xyz\ndomain:a.xyz\n"
    row = look(text).row(1, named=True)
    assert row["finding"] == Found.REDUNDANT
    assert row["reason"].endswith("--prune leaves this one, should that one go.")
    assert without(DisavowFile.parse(text), [], prune=True)[1] == []


SEVERAL = [  # scores of two sites under domain:fastly.net, finding, reason
    ((0.001, 0.002), Found.GOOD, "All 2 domains under it look honest"),
    ((0.001, 0.05), Found.KEEP, "1 of 2 domains under it look good, not all."),
    ((0.05, 0.05), Found.KEEP, "Not certain enough either way."),
    ((0.001, 0.80), Found.KEEP, "Some of it still looks bad, if not certain."),
    ((0.001, 0.97), Found.KEEP, "Some of it is still certain enough to be disavowed."),
]


@pytest.mark.parametrize(("scores", "finding", "reason"), SEVERAL)
def test_a_line_over_several_sites_is_good_only_if_each_is(monkeypatch, scores, finding, reason):
    """fastly.net is no suffix itself; the names of its customers are below one of its own."""
    names = [f"{part}.global.ssl.fastly.net" for part in "ab"]
    verdicts = ["DISAVOW" if s > 0.9 else "REVIEW" if s > 0.5 else "KEEP" for s in scores]
    domains = pl.DataFrame(
        [(n, 1, 1, s, v, "SCORE") for n, s, v in zip(names, scores, verdicts, strict=True)],
        schema=DOMAINS.schema,
        orient="row",
    )
    links = pl.DataFrame(
        [(f"http://{n}/", n, False, s) for n, s in zip(names, scores, strict=True)],
        schema=LINKS.schema,
        orient="row",
    )
    found = Audit(domains, links, pl.DataFrame(), {"prior": 0.1}, Guards(site="shop.example"))
    monkeypatch.setattr(module, "audit", lambda *args, **options: found)
    row = recheck(DisavowFile.parse("domain:fastly.net"), []).lines.row(0, named=True)
    assert (row["finding"], row["domains"]) == (finding, 2)
    assert row["spam_score"] == max(scores)
    assert row["reason"].startswith(reason)


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


# What goes, goes by name

LIVE = (
    "# mine\ndomain:a.com\ndomain:b.a.com\n# 2026-01-02 score 0.97, 1 link\ndomain:c.com\n"
    "domain:d.com\nhttp://e.com/x\ndomain:C.com\n"
)


@pytest.mark.parametrize(
    ("names", "prune", "changes"),
    [
        (  # and its repeat; whom the comment was about is said
            ["c.com"],
            False,
            ["- domain:c.com", "+ # (above: c.com, which was removed)", "- domain:C.com"],
        ),
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


# Parts of a site, several sites under one line, and what the user wants spared


def test_a_part_of_a_shared_site_is_judged_by_its_own_links(monkeypatch):
    """Not by the platform's name, and not by what its other users do."""
    domains = pl.DataFrame(
        [("tumblr.com", 4, 4, 0.60, "REVIEW", "PLATFORM")], schema=DOMAINS.schema, orient="row"
    )
    pages = [("http://me.tumblr.com/1", 0.005)] * 2 + [("http://you.tumblr.com/2", 0.9)] * 2
    links = pl.DataFrame(
        [(page, "tumblr.com", False, score) for page, score in pages],
        schema=LINKS.schema,
        orient="row",
    )
    run = {"prior": 0.1}
    shared = Audit(domains, links, pl.DataFrame(), run, Guards(site="shop.example"))
    monkeypatch.setattr(module, "audit", lambda *args, **options: shared)
    text = "domain:me.tumblr.com\ndomain:you.tumblr.com\n"
    rows = recheck(DisavowFile.parse(text), []).lines
    assert rows["finding"].to_list() == [Found.GOOD, Found.KEEP]
    assert rows["spam_score"].to_list() == [0.005, 0.9]
    whole = recheck(DisavowFile.parse("domain:tumblr.com\n"), []).lines.row(0, named=True)
    assert (whole["finding"], whole["reason"][:10]) == (Found.GOOD, "A platform")


def test_a_platform_with_a_low_score_is_one_too(look, monkeypatch):
    """The audit names the score as its reason then, not the platform."""
    calm = DOMAINS.with_columns(
        reason=pl.when(pl.col("linking_domain") == "facebook.com")
        .then(pl.lit("SCORE_LOW"))
        .otherwise("reason"),
        verdict=pl.when(pl.col("linking_domain") == "facebook.com")
        .then(pl.lit("KEEP"))
        .otherwise("verdict"),
    )
    found = Audit(calm, LINKS, pl.DataFrame(), {"prior": 0.1}, Guards(site="shop.example"))
    monkeypatch.setattr(module, "audit", lambda *args, **options: found)
    row = recheck(DisavowFile.parse("domain:facebook.com"), []).lines.row(0, named=True)
    assert row["finding"] == Found.GOOD


def test_a_good_page_of_a_bad_site_stays(monkeypatch):
    links = LINKS.with_columns(
        spam_score=pl.when(pl.col("referring_page") == "http://spam.com/1")
        .then(0.001)
        .otherwise("spam_score")
    )
    found = Audit(DOMAINS, links, pl.DataFrame(), {"prior": 0.1}, Guards(site="shop.example"))
    monkeypatch.setattr(module, "audit", lambda *args, **options: found)
    row = recheck(DisavowFile.parse("http://spam.com/1"), []).lines.row(0, named=True)
    assert (row["finding"], row["spam_score"]) == (Found.KEEP, 0.001)


def test_links_that_are_gone_are_the_reason(monkeypatch):
    domains = DOMAINS.with_columns(
        verdict=pl.lit("KEEP"), reason=pl.lit("LINKS_GONE"), spam_score=pl.lit(0.97)
    )
    found = Audit(domains, LINKS, pl.DataFrame(), {"prior": 0.1}, Guards(site="shop.example"))
    monkeypatch.setattr(module, "audit", lambda *args, **options: found)
    row = recheck(DisavowFile.parse("domain:spam.com"), []).lines.row(0, named=True)
    assert row["finding"] == Found.KEEP
    assert row["reason"].startswith("Every followed link is gone")


def test_where_only_addresses_are_known_the_reason_says_so(monkeypatch):
    run = {"prior": 0.1, "view": VIEW_TEXT["urls"]}
    found = Audit(DOMAINS, LINKS, pl.DataFrame(), run, Guards(site="shop.example"))
    monkeypatch.setattr(module, "audit", lambda *args, **options: found)
    reason = recheck(DisavowFile.parse("domain:good.com"), []).lines["reason"][0]
    assert reason == "Its address looks honest even if half of such entries are spam."


SPARED = [  # text, spared lines, finding of the last line, effect begins with
    ("domain:shop.example", (1,), Found.GOOD, "none that these exports show"),
    ("domain:www.shop.example", (1,), Found.GOOD, "none that these exports show"),
    ("http://shop.example/x", (1,), Found.GOOD, "none that these exports show"),
    # a line that stays disavows it none the less
    ("domain:shop.example\nhttp://shop.example/x", (1, 2), Found.GOOD,
     "none: its links stay disavowed by line 1"),
    # a whole suffix over the own site is both
    ("domain:example", (), Found.INVALID, "none: the line does nothing"),
    # a broken line over the own site does nothing, so it is not urgent
    ("shop.example", (), Found.INVALID, "none: the line does nothing"),
    ("# NOT disavowed: good.com\ndomain:good.com", (2,), Found.GOOD, "its 41 links (38 followed)"),
    ("# NOT disavowed: good.com\ndomain:a.good.com", (2,), Found.GOOD, "its 41 links"),
    # kept as a whole, which keeps none of its users
    ("# NOT disavowed: blogspot.com\ndomain:you.blogspot.com", (), Found.KEEP, "its 1 link"),
    ("# NOT disavowed: tumblr.com\ndomain:you.tumblr.com", (), Found.SILENT, "none that"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "spared", "finding", "effect"), SPARED)
def test_what_the_user_wants_spared(monkeypatch, text, spared, finding, effect):
    monkeypatch.setattr(module, "audit", lambda *args, **options: outcome())
    found = recheck(DisavowFile.parse(text), [])
    last = found.lines.row(-1, named=True)
    assert found.against_owner == spared
    assert last["finding"] == finding
    assert last["effect"].startswith(effect)


def test_a_suffix_over_the_own_site_is_both(monkeypatch):
    run = {"prior": 0.1}
    found = Audit(DOMAINS, LINKS, pl.DataFrame(), run, Guards(site="shop.com"))
    monkeypatch.setattr(module, "audit", lambda *args, **options: found)
    found = recheck(DisavowFile.parse("domain:com"), [])
    row = found.lines.row(0, named=True)
    assert found.against_owner == (1,)
    assert (row["finding"], row["reason"][:21]) == (Found.SUFFIX, "This is your own site")
    assert row["effect"].startswith("its ")


def test_a_broken_line_over_the_own_site_is_not_to_be_mended(look):
    reason = look("shop.example")["reason"][0]
    assert reason.startswith("BARE_HOST:")
    assert "Do not mend it. This is your own site" in reason


def test_the_live_file_is_named_to_the_audit_but_guards_nothing(monkeypatch, tmp_path):
    path = tmp_path / "live.txt"
    path.write_text("domain:spam.com\n")
    seen: dict[str, Any] = {}

    def fake(exports, settings, **options):
        seen.update(options, disavow=settings.disavow)
        return outcome()

    monkeypatch.setattr(module, "audit", fake)
    assert recheck(path, []).lines["finding"][0] == Found.KEEP
    assert (seen["disavow"], seen["as_if_new"]) == (path, True)


POOL = [
    "domain:spam.com", "domain:SPAM.com", "http://spam.com/1", "domain:good.com",
    "domain:a.good.com", "domain:blogspot.com", "domain:me.blogspot.com", "domain:com",
    "spam.com", "domain:x.com/dir/", "domain:https://bad.com", "domain:silent.com",
    "# NOT disavowed: good.com", "", "domain:shop.example", "http://facebook.com/honest",
    "domain:facebook.com", "domain:1.2.3.4",
]  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(POOL), max_size=12))
def test_any_file_gets_one_finding_a_line_and_pruning_loses_nothing(texts):
    file = DisavowFile.parse("".join(f"{text}\n" for text in texts))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "audit", lambda *args, **options: outcome())
        found = recheck(file, [])
    meant = [n for n, text in enumerate(texts, 1) if text and not text.startswith("#")]
    assert found.lines["line"].to_list() == meant
    assert sum(found.counts.values()) == len(meant)
    assert set(found.against_owner) <= {line.number for line in file.entries}
    # No link is counted twice: taking out every line can give back each link once at most.
    assert found.lines["links"].sum() <= DOMAINS["links"].sum()
    for row in found.lines.iter_rows(named=True):
        if row["finding"] == Found.GOOD and row["line"] not in found.against_owner:
            assert row["links"] > 0, row
    pruned, changes = without(file, [], prune=True)
    redundant = found.lines.filter(pl.col("effect").str.contains("stay disavowed by line"))
    assert len(changes) <= redundant.height
    for page in LINKS["referring_page"]:
        assert (file.covers(page) is None) == (pruned.covers(page) is None)


SHARED_DATA = Path(__file__).resolve().parents[1] / ".." / "shared" / "data"
PAIRS = [  # real disavow file, real export, findings that it must have
    ("growth-austen__disavow_automator__disavow.txt", "growth-austen_urls.txt",
     {Found.SUFFIX, Found.INVALID, Found.REDUNDANT, Found.SILENT, Found.KEEP}),
    ("poortechguy__poortechguy.github.io__disavow.txt", "semrush_dash2trade.com-backlinks.csv",
     {Found.SUFFIX, Found.SILENT}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "export", "findings"), PAIRS, ids=[pair[0] for pair in PAIRS])
def test_real_files_against_real_exports(name, export, findings):
    path = SHARED_DATA / "disavow" / name
    if not path.is_file():
        pytest.skip("the real disavow files are not part of the repository")
    before = path.read_bytes()
    found = recheck(path, [SHARED_DATA / "exports" / export])
    assert {item for item, many in found.counts.items() if many} == findings
    assert found.lines.height == len(found.live.entries) + found.counts[Found.INVALID]
    assert found.lines["reason"].str.len_chars().min() > 0
    assert found.lines["links"].sum() <= found.run["totals"]["links"]
    assert path.read_bytes() == before
