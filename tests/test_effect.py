"""What a disavow file takes away: counted by hand on a small profile, then properties."""

from __future__ import annotations

import json

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spamlinks.disavow import DisavowFile
from spamlinks.effect import effect_of

DOMAINS = pl.DataFrame(
    [
        # domain, links, followed, score, reason
        ("spam.com", 10, 8, 0.9, "SCORE_HIGH"),
        ("good.com", 4, 3, 0.01, "SCORE_LOW"),
        ("nofollow.com", 5, 0, 0.01, "NOFOLLOW_ONLY"),
        ("middling.com", 2, 2, 0.3, "SCORE_LOW"),
        ("me.blogspot.com", 1, 1, 0.01, "SCORE_LOW"),
        ("you.blogspot.com", 1, 1, 0.7, "SCORE_MIDDLE"),
        ("google.com", 3, 3, 0.5, "PLATFORM"),
    ],
    schema=["linking_domain", "links", "followed_links", "spam_score", "reason"],
    orient="row",
)
ROWS = [  # page, nofollow, visits, rating
    *[(f"http://spam.com/{n}", n < 2, 0.0, 1.0) for n in range(10)],
    *[(f"http://blog.good.com/{n}", n == 0, 5000.0, 85.0) for n in range(3)],
    ("http://good.com/x", False, 5000.0, 85.0),
    *[(f"http://nofollow.com/{n}", True, None, None) for n in range(5)],
    *[(f"http://middling.com/{n}", False, 9.0, 20.0) for n in range(2)],
    ("http://me.blogspot.com/a", False, None, None),
    ("http://you.blogspot.com/a", False, None, None),
    *[(f"http://google.com/{n}", False, 1e9, 99.0) for n in range(3)],
]
LINKS = pl.DataFrame(
    ROWS,
    schema={
        "referring_page": pl.String,
        "rel_nofollow": pl.Boolean,
        "domain_traffic": pl.Float64,
        "ahrefs_domain_rating": pl.Float64,
    },
    orient="row",
).with_columns(
    linking_domain=pl.col("referring_page")
    .str.extract("//([^/]+)/")
    .str.replace("blog.good.com", "good.com", literal=True)
)


def of(text: str, **options):
    return effect_of(DisavowFile.parse(text), DOMAINS, LINKS, **options)


CASES = [  # file, links, followed, domains, visited, authority, good names
    ("domain:spam.com", 10, 8, 1, 0, 0, []),
    ("domain:good.com", 4, 3, 1, 1, 1, ["good.com"]),
    ("domain:blog.good.com", 3, 2, 1, 1, 1, ["good.com"]),  # a part: its rows
    ("http://good.com/x", 1, 1, 1, 1, 1, ["good.com"]),
    ("http://good.com/other", 0, None, 0, None, None, []),
    ("domain:nofollow.com", 5, 0, 1, None, None, []),  # nothing good is lost
    ("domain:middling.com", 2, 2, 1, 0, 0, []),  # 9 visits are none; a middling score
    ("domain:blogspot.com", 2, 2, 2, None, None, ["me.blogspot.com"]),
    ("domain:com", 26, 18, 7, 2, 2, ["good.com", "google.com", "me.blogspot.com"]),
    ("http://google.com/1", 1, 1, 1, 1, 1, ["google.com"]),
    ("domain:nothing.com", 0, None, 0, None, None, []),
]


@pytest.mark.parametrize(
    ("text", "links", "followed", "domains", "visited", "authority", "good"), CASES
)
def test_one_line(text, links, followed, domains, visited, authority, good):
    effect = of(text)
    sums = effect.whole
    assert (sums.links, sums.domains, sums.good) == (links, domains, len(good))
    if links:
        assert (sums.followed_links, sums.visited, sums.authority) == (followed, visited, authority)
        row = effect.lines.row(0, named=True)
        assert sorted(row["good_names"]) == sorted(good)
        assert (row["line"], row["links"], row["entry"]) == (1, links, text)
    else:
        assert not effect.lines.height


def test_a_link_counts_for_the_closest_line_and_once_in_the_sum():
    effect = of("domain:good.com\ndomain:blog.good.com\nhttp://blog.good.com/1\ndomain:spam.com\n")
    assert effect.whole.links == 14
    assert effect.whole.domains == 2
    by_line = dict(effect.lines.select("line", "links").rows())
    assert by_line == {1: 1, 2: 2, 3: 1, 4: 10}
    assert effect.lines["line"][0] == 4  # most links first


def test_the_new_entries_are_those_that_the_live_file_lacks():
    live = DisavowFile.parse("domain:spam.com\n")
    effect = of("domain:spam.com\ndomain:good.com\n", live=live)
    assert (effect.new.entries, effect.new.links) == (1, 4)
    assert (effect.whole.entries, effect.whole.links) == (2, 14)
    assert dict(effect.lines.select("entry", "new").rows()) == {
        "domain:spam.com": False,
        "domain:good.com": True,
    }
    assert effect.sentences() == [
        "The new entries take away 4 of 26 links (3 of 18 followed) from 1 of 7 domains; 1 with "
        "search visits, 1 with authority.",
        "The whole file takes away 14 of 26 links (11 of 18 followed) from 2 of 7 domains; 1 with "
        "search visits, 1 with authority.",
        "Line 2 (domain:good.com) hits a domain that looks good: good.com.",
    ]


def test_what_is_not_known_is_not_zero():
    bare = LINKS.select("referring_page", "linking_domain")
    effect = effect_of(DisavowFile.parse("domain:spam.com"), DOMAINS, bare)
    assert effect.whole.links == 10
    assert effect.whole.followed_links is None
    assert effect.all_followed is None
    assert effect.whole.visited is None
    assert effect.whole.authority is None
    assert effect.sentences() == [
        "The new entries take away 10 of 26 links from 1 of 7 domains.",
        "Not known here: followed links, search visits, authority.",
    ]


def test_where_nothing_is_new_nothing_is_taken_away():
    """0 of what the exports tell, and not known of what they do not."""
    file = DisavowFile.parse("domain:good.com\n")
    new = of("domain:good.com\n", live=file).new
    assert (new.entries, new.followed_links, new.visited, new.authority) == (0, 0, 0, 0)
    bare = LINKS.select("referring_page", "linking_domain")
    new = effect_of(file, DOMAINS, bare, live=file).new
    assert (new.links, new.followed_links, new.visited, new.authority) == (0, None, None, None)


def test_from_domains_alone():
    """As from a domains.csv that a spreadsheet saved, where counts are texts."""
    table = DOMAINS.with_columns(pl.col("followed_links").cast(pl.String))
    effect = effect_of(DisavowFile.parse("domain:good.com\nhttp://spam.com/1"), table)
    assert (effect.whole.links, effect.whole.followed_links) == (4, 3)
    assert effect.source == "domains"
    assert effect.whole.visited is None
    assert effect.sentences()[1:3] == [
        "Counted from the table of domains, without the links: entries for a part of a domain or "
        "a single page are not counted.",
        "Not known here: search visits, authority.",
    ]


def test_a_group_of_links_counts_as_many():
    links = LINKS.with_columns(links_in_group=pl.lit(7, dtype=pl.Int64))
    assert effect_of(DisavowFile.parse("http://good.com/x"), DOMAINS, links).whole.links == 7


def test_the_share_of_spam_moves_what_looks_good():
    text = "domain:middling.com"
    assert of(text).whole.good == 0
    assert of(text, prior=0.9).whole.good == 1


def test_run_json_can_hold_it_and_names_every_line_that_hits_good_sites():
    out = of("domain:good.com\ndomain:google.com\ndomain:spam.com\ndomain:middling.com\n").to_dict(
        2
    )
    assert json.loads(json.dumps(out)) == out
    assert [line["entry"] for line in out["lines"]] == ["domain:good.com", "domain:google.com"]
    assert out["lines_not_listed"] == 2
    assert out["profile"] == {"links": 26, "followed_links": 18, "domains": 7}


def test_many_warnings_are_bounded():
    names = [f"good{n}.com" for n in range(9)]
    domains = pl.DataFrame(
        {
            "linking_domain": names,
            "links": [1] * 9,
            "followed_links": [1] * 9,
            "spam_score": [0.01] * 9,
            "reason": ["SCORE_LOW"] * 9,
        }
    )
    file = DisavowFile.parse("".join(f"domain:{name}\n" for name in names))
    said = effect_of(file, domains).sentences(3)
    assert sum(sentence.startswith("Line ") for sentence in said) == 3
    assert said[-1] == "6 more lines hit domains that look good."
    whole = effect_of(DisavowFile.parse("domain:com"), domains).sentences()[-1]
    assert whole == (
        "Line 1 (domain:com) hits 9 domains that look good: good0.com, good1.com, good2.com and 6 "
        "more."
    )


ENTRIES = st.sampled_from([text for text, *_ in CASES])


@settings(deadline=None)
@given(st.lists(ENTRIES, max_size=6, unique=True), st.randoms(use_true_random=False))
def test_every_link_counts_once_in_any_order_of_lines(entries, chance):
    file = DisavowFile.parse("\n".join(["#", *entries]))
    sums = effect_of(file, DOMAINS, LINKS).whole
    covered = sum(file.covers(page) is not None for page in LINKS["referring_page"])
    assert sums.links == covered
    chance.shuffle(entries)
    again = effect_of(DisavowFile.parse("\n".join(["#", *entries])), DOMAINS, LINKS).whole
    assert again == sums


def test_what_somebody_decided_to_keep_is_good_whatever_its_score():
    row = pl.col("linking_domain") == "spam.com"
    for verdict, good in (("KEEP", 1), ("DISAVOW", 0)):
        decided = DOMAINS.with_columns(
            verdict=pl.when(row).then(pl.lit(verdict)).otherwise(pl.lit("REVIEW")),
            reason=pl.when(row).then(pl.lit("DECIDED")).otherwise("reason"),
        )
        assert effect_of(DisavowFile.parse("domain:spam.com"), decided, LINKS).whole.good == good
