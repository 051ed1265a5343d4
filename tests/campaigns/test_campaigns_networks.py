"""What is told of a network: one line, a name that lasts, numbers that add up."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

import polars as pl
import pytest

from spamlinks.campaigns import network_facts
from spamlinks.campaigns.describe import description, network_id, shared_words, span
from spamlinks.report.text import clean
from spamlinks.schema import FIELDS
from spamlinks.signals.kernel import encode, networks_among

DAY = date(2026, 8, 18)


def told(rows: list[dict[str, Any]], verdicts: dict[str, str]) -> tuple[dict[str, Any], Any]:
    names = sorted({name for row in rows for name in row})
    frame = pl.DataFrame(
        {n: pl.Series(n, [row.get(n) for row in rows], dtype=FIELDS[n].dtype) for n in names}
    )
    coded, tables = encode(frame, brands=("acme",))
    decided = tables.hosts.unique("linking_domain", maintain_order=True).select(
        "linking_domain",
        verdict=pl.col("linking_domain").replace_strict(
            list(verdicts), list(verdicts.values()), default="KEEP", return_dtype=pl.String
        ),
        links=pl.lit(2), followed_links=pl.lit(1), first_seen=pl.lit(DAY), spam_score=pl.lit(0.9),
    )  # fmt: skip
    return network_facts(coded, tables.hosts, networks_among(coded, tables, ("acme",)), decided)


def sellers(count: int) -> list[dict[str, Any]]:
    return [
        {
            "referring_page": f"https://{word}seoexpress{n}.store/",
            "anchor_text": "buy backlinks now",
            "first_seen": DAY + timedelta(days=n % 3),
            "target_url": "https://acme.com/",
        }
        for n in range(count)
        for word in [("my", "top", "pro", "web", "big", "our", "max")[n % 7]]
    ]


def test_a_network_is_told_in_one_line_with_numbers_that_add_up() -> None:
    rows = [*sellers(9), {"referring_page": "https://bobs-bakery.com/"}]
    facts, ids = told(rows, {"myseoexpress0.store": "DISAVOW", "topseoexpress1.store": "REVIEW"})
    (network,) = facts["list"]
    assert facts["domains"] == 9
    assert facts["more"] == 0
    assert network["domains"] == 9
    assert network["links"] == 18
    assert network["followed_links"] == 9
    assert network["verdicts"] == {"DISAVOW": 1, "REVIEW": 1, "KEEP": 7}
    assert network["description"].startswith("9 domains, .store, names with ")
    assert "anchor 'buy backlinks now'" in network["description"]
    assert network["description"].endswith("first seen in week 34 of 2026")
    assert {item["kind"] for item in network["evidence"]} >= {"name", "anchor"}
    assert set(ids["network"]) == {network["id"]}
    assert ids.height == 9


def test_a_network_keeps_its_name_while_it_grows() -> None:
    before, _ = told(sellers(7), {})
    after, _ = told(sellers(30), {})
    assert before["list"][0]["id"] == after["list"][0]["id"]


def test_no_network_is_told_with_what_was_compared() -> None:
    facts, ids = told([{"referring_page": "https://bobs-bakery.com/"}], {})
    assert facts["list"] == []
    assert ids.height == 0
    assert any("Anchors: these exports have none" in text for text in facts["missing"])
    assert any("domain names" in text for text in facts["looked_at"])


def test_hostile_texts_are_told_on_one_short_line() -> None:
    anchor = "=cmd|' /C calc'!A0 <b>x</b>\x1b[31m\n\u202ekcatta " + "z" * 100_000
    facts, _ = told([row | {"anchor_text": anchor} for row in sellers(9)], {})
    text = str(facts["list"])
    assert len(text) < 3000
    assert "\\x1b" not in text
    assert "\\u202e" not in text
    assert "\\n" not in text


SPANS = [
    ([], "", "no dates"),
    ([DAY], "first seen in week 34 of 2026", "one day"),
    ([DAY] * 8 + [date(2020, 1, 1)], "first seen in week 34 of 2026", "one stray is left out"),
    ([DAY, DAY + timedelta(weeks=2)], "first seen in weeks 34 to 36 of 2026", "some weeks"),
    (
        [date(2025, 12, 16), date(2026, 1, 6)],
        "first seen from week 51 of 2025 to week 2 of 2026", "over New Year",
    ),
    (
        [date(2020, 1, 6), date(2026, 8, 18)],
        "first seen from January 2020 to August 2026", "years apart",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("days", "text", "why"), SPANS, ids=[s[2] for s in SPANS])
def test_when_a_network_appeared(days: list[date], text: str, why: str) -> None:
    assert span(days) == text


def test_words_that_hold_each_other_are_one() -> None:
    assert shared_words(["backlinkpro", "linkbarn", "mylinks"]) == ["link"]


def test_names_that_share_nothing_have_no_words() -> None:
    assert shared_words(["apfel", "birne", "kirsche"]) == []


def test_several_texts_of_one_kind_are_counted() -> None:
    found = [("title", "one long title", 5), ("title", "another title", 4), ("anchor", "x y", 1)]
    text = description(5, [("com", 3), ("de", 1), ("fr", 1)], [], found, [])
    assert text == "5 domains, .com .de .fr, title 'one long title' and 1 more"


def test_an_id_holds_plain_letters_only() -> None:
    name = network_id(["sé<o"], "xn--p1ai", [("anchor", "<script>\u202e", 5)])
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


def test_an_id_is_of_what_most_share_but_for_weeks_and_endings() -> None:
    found = [("ending", ".store", 9), ("moment", "2026-08-17", 9), ("anchor", "buy links", 8)]
    assert network_id(["seo"], "store", found) == network_id(["seo"], "store", found[2:])
    assert network_id(["seo"], "store", found[:2]) == network_id(["seo"], "store", found[:1])


def campaign(number: int) -> list[dict[str, Any]]:
    """Seven domains of one anchor and one title, which no other campaign has."""
    letters = "".join(chr(97 + int(digit)) for digit in f"{number:03}")
    return [
        {
            "referring_page": f"https://{letters}{fruit}{letters}.com/",
            "anchor_text": f"anchor of {letters}",
            "referring_page_title": f"The title of {letters}, a long one",
        }
        for fruit in ("apfel", "birne", "kirsche", "mango", "papaya", "quitte", "traube")
    ]


def test_networks_beyond_the_listed_are_counted_and_still_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("spamlinks.campaigns.networks.LISTED", 2)
    facts, ids = told([row for n in range(5) for row in campaign(n)], {})
    assert (len(facts["list"]), facts["more"], facts["domains"]) == (2, 3, 35)
    assert ids["network"].n_unique() == 5
    assert ids.height == 35


def test_no_two_networks_have_one_id(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spamlinks.campaigns.networks.network_id", lambda *_: "seo-store")
    facts, ids = told([row for n in range(3) for row in campaign(n)], {})
    assert [entry["id"] for entry in facts["list"]] == ["seo-store", "seo-store-2", "seo-store-3"]
    assert set(ids["network"].value_counts()["count"]) == {7}


def test_each_kind_is_told_before_a_second_text_of_one() -> None:
    anchors = [
        row | {"anchor_text": f"anchor number {n}", "referring_page": f"{row['referring_page']}{n}"}
        for row in campaign(0)
        for n in "abcdefghijk"
    ]
    facts, _ = told(anchors, {})
    kinds = [item["kind"] for item in facts["list"][0]["evidence"]]
    assert len(kinds) == 8
    assert kinds[:2] in (["anchor", "title"], ["title", "anchor"])
    assert kinds.count("anchor") == 7


def test_the_samples_are_those_with_the_highest_scores() -> None:
    rows = campaign(0)
    names = sorted(row["referring_page"].split("/")[2] for row in rows)
    frame = pl.DataFrame(
        {n: pl.Series(n, [row[n] for row in rows], dtype=FIELDS[n].dtype) for n in rows[0]}
    )
    coded, tables = encode(frame)
    decided = pl.DataFrame(
        {"linking_domain": names, "spam_score": [n / 10 for n in range(7)]}
    ).with_columns(
        verdict=pl.lit("KEEP"), links=1, followed_links=1,
        first_seen=pl.lit(None, dtype=pl.Date),
    )  # fmt: skip
    facts, _ = network_facts(coded, tables.hosts, networks_among(coded, tables), decided)
    assert facts["list"][0]["samples"] == names[::-1]


def test_without_common_words_the_pattern_of_the_names_is_told() -> None:
    found = [("name", "payday*.com", 16), ("trade", "loans .com", 16)]
    assert description(16, [("com", 16)], [], found, []).endswith(", names like 'payday*.com'")
    assert "like" not in description(16, [("com", 16)], ["payday"], found, [])


def burst(**same: Any) -> list[dict[str, Any]]:
    """Names that share a word, first seen in one week, beside others of other weeks."""
    sisters = [
        {"referring_page": f"https://{word}greenmarket.com/", "first_seen": DAY} | same
        for word in ("my", "top", "our", "big", "web", "pro")
    ]
    others = [
        {"referring_page": f"https://{name}.org/", "first_seen": DAY - timedelta(weeks=9 * place)}
        | same
        for place, name in enumerate(("apfel", "birne", "kirsche", "mango", "papaya", "quitte"), 1)
    ]
    return [*sisters, *others]


@pytest.mark.parametrize(
    ("same", "kind", "what"),
    [
        ({}, "week", "2026-08-17"),
        (
            {"target_url": "https://acme.com/x"},
            "target", "https://acme.com/x in the week of 2026-08-17",
        ),
    ],
    ids=["no target is known", "a target is known"],
)  # fmt: skip
def test_a_common_week_is_told_with_its_target_where_that_is_known(
    same: dict[str, Any], kind: str, what: str
) -> None:
    facts, _ = told(burst(**same), {})
    found = [(item["kind"], item["what"]) for item in facts["list"][0]["evidence"]]
    assert (kind, what) in found


def test_marks_that_pile_up_over_other_lines_are_few() -> None:
    shown = clean("ca" + "\u0301" * 50 + "sino \U000e0041\u00ad\u180e\ud83d", 48)
    assert shown == "ca" + "\u0301" * 3 + "sino \ufffd"


def test_what_is_told_does_not_depend_on_the_order_of_the_rows() -> None:
    """Networks of one size, with weeks and targets that tie."""
    rows = [
        {
            "referring_page": f"https://{word}{name}.{ending}/",
            "anchor_text": f"buy {name} things",
            "referring_page_title": f"The best {name} of the year",
            "target_url": f"https://acme.com/{target}",
            "first_seen": DAY,
        }
        for name in ("oak", "elm", "ash", "fir", "yew")
        for target in range(9)
        for word, ending in (("blue", "com"), ("red", "org"), ("grey", "net"), ("pink", "de"),
                             ("teal", "fr"), ("gold", "nl"))
    ]  # fmt: skip
    first, _ = told(rows, {})
    assert len(first["list"]) == 5
    for seed in range(3):
        mixed = list(rows)
        Random(seed).shuffle(mixed)
        assert told(mixed, {})[0] == first


def test_no_text_is_shown_as_nothing() -> None:
    assert clean("\u200b\n\t", 48) == ""
