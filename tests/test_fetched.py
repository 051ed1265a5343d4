"""A store beside backlinks: which link is the row's, what is filled in, and what never is."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from spamlinks.enrich.answers import (
    AgeFacts,
    Answer,
    DnsFacts,
    LinkFacts,
    Lookup,
    PageFacts,
    Placement,
    State,
    What,
)
from spamlinks.enrich.store import Store
from spamlinks.errors import InputError
from spamlinks.facts import join_facts
from spamlinks.fetched import FILLED, StoreAccount, join_store, with_store
from spamlinks.fetched.account import NOT_TRIED
from spamlinks.fetched.links import link_of_rows, same_page, same_target
from spamlinks.pipeline import Settings, audit
from spamlinks.schema import BLOCKS, FIELDS

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SITE = "shop.example"
PAGE = "https://blog.example/post"
ADDED = (*BLOCKS["facts"], *BLOCKS["dns"], *BLOCKS["fetched"])


def link(target: str = "https://shop.example/", **changes: object) -> LinkFacts:
    plain: dict[str, object] = {
        "target": target, "via": None, "kind": "text", "rel_nofollow": False, "rel_ugc": False,
        "rel_sponsored": False, "placement": Placement.MAIN, "hidden": None, "anchor": "shop",
        "left_context": "", "right_context": "", "links_around": 0,
    }  # fmt: skip
    return LinkFacts(**(plain | changes))  # type: ignore[arg-type]


def facts(*links: LinkFacts, **changes: object) -> PageFacts:
    plain: dict[str, object] = {
        "final_url": PAGE, "http_code": 200, "content_type": "text/html", "words": 300,
        "external_links": 40, "internal_links": 7, "linked_domains": 12, "title": "A title",
    }  # fmt: skip
    return PageFacts(links=links, **(plain | changes))  # type: ignore[arg-type]


def answer(
    found: PageFacts | None, state: State = State.FETCHED, code: int | None = 200, url: str = PAGE
) -> Answer:
    return Answer(Lookup(What.PAGE, url, SITE), state, NOW, code, facts=found)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "s.db", create=True) as opened:
        yield opened


def rows(**columns: object) -> pl.DataFrame:
    """Backlinks with the types of the schema; one row unless a column says otherwise."""
    given = {"referring_page": [PAGE], **columns}
    return pl.DataFrame(
        {name: pl.Series(cells, dtype=FIELDS[name].dtype) for name, cells in given.items()}
    )


def joined(store: Store, *answers: Answer, **columns: object) -> dict[str, object]:
    """The first row, after the answers were saved."""
    store.save(list(answers))
    return join_store(rows(**columns), store, SITE)[0].to_dicts()[0]


# ---- which link

A, B, HOME = (f"https://shop.example{path}" for path in ("/a", "/b", "/"))
SAME = [  # two addresses, one page?, why
    ("https://shop.example/a", "http://shop.example/a", True, "scheme"),
    ("https://shop.example/a", "https://www.shop.example/a", True, "www"),
    ("https://shop.example/a", "https://shop.example/a/", True, "closing slash"),
    ("https://shop.example/a", "https://shop.example/a#top", True, "fragment"),
    ("https://shop.example/a", "https://SHOP.example:443/a", True, "case of the host, usual port"),
    ("https://shop.example/%C3%A9", "https://shop.example/\u00e9", True, "escaped as browsers do"),
    ("https://shop.example/%c3%a9", "https://shop.example/%C3%A9", True, "case of an escape"),
    ("https://shop.example", "https://shop.example/", True, "no path"),
    ("https://shop.example/a", "https://shop.example/A", False, "paths have a case"),
    ("https://shop.example/a", "https://shop.example/a?x=1", False, "a query is another page"),
    ("https://shop.example/a", "https://de.shop.example/a", False, "another host"),
]


@pytest.mark.parametrize(("one", "other", "same", "why"), SAME)
def test_when_two_addresses_are_one_page(one: str, other: str, same: bool, why: str) -> None:
    keys = same_page(pl.Series([one, other]))
    assert (keys[0] == keys[1]) is same, why
    assert same_page(keys).to_list()  # never raises on what it made itself


CHOICES: list[tuple[str | None, str | None, list[LinkFacts], int, str]] = [
    (A, None, [link(B), link(A)], 1, "the same target"),
    (A, None, [link(B), link("http://www.shop.example/a/#x")], 1, "the same target, spelled else"),
    (A, None, [link(B), link(A + "?utm=1")], 1, "else the same path"),
    (A, None, [link("https://de.shop.example/a"), link(A)], 1, "the target comes before the path"),
    (A, None, [link(B, hidden="display none"), link(HOME, rel_nofollow=True), link(HOME)], 2,
     "else the first that is seen and followed"),
    (A, None, [link(B, hidden="tiny"), link(B, rel_nofollow=True)], 1,
     "seen counts more than followed"),
    (A, None, [link(B, hidden="tiny"), link(B, hidden="tiny")], 0, "else simply the first"),
    (None, None, [link(B, rel_nofollow=True), link(A)], 1, "no target: seen and followed"),
    (A, None, [link(A, hidden="tiny"), link(B)], 0, "the row's own link, hidden as it is"),
    (A, None, [link(A, rel_nofollow=True), link(A)], 1, "of two with the target the followed one"),
    (A, "Cheap", [link(A, anchor="logo"), link(A, anchor=" cheap ", rel_nofollow=True)], 1,
     "of two with the target that with the row's anchor"),
    (A, "cheap", [link(B, anchor="cheap"), link(A, anchor="logo")], 1,
     "a target that fits counts more than an anchor"),
    (A, "cheap", [link(B, anchor="x"), link(HOME, anchor="cheap")], 0,
     "an anchor alone does not choose"),
    (HOME, None, [link(B), link("https://shop.example")], 1, "no path is the root"),
    ("https://shop.example/?p=1", None, [link(B), link("https://shop.example/?p=2")], 1,
     "the root is a path as well"),
]  # fmt: skip


@pytest.mark.parametrize(("target", "anchor", "links", "chosen", "why"), CHOICES)
def test_which_link_of_the_page_is_the_row_s(
    store: Store, target: str | None, anchor: str | None, links: list[LinkFacts], chosen: int,
    why: str,
) -> None:  # fmt: skip
    numbered = [
        LinkFacts(**{name: getattr(one, name) for name in LinkFacts.__slots__ if name !=
                     "links_around"}, links_around=i)
        for i, one in enumerate(links)
    ]  # fmt: skip
    row = joined(store, answer(facts(*numbered)), target_url=[target], anchor_text=[anchor])
    assert row["fetched_links_around"] == chosen, why


def test_rows_of_one_page_each_get_their_own_link(store: Store) -> None:
    page = facts(link(A, rel_nofollow=True, anchor="one"), link(B, placement=Placement.FOOTER))
    store.save([answer(page)])
    found, _ = join_store(
        rows(referring_page=[PAGE] * 3, target_url=[B, A, "https://shop.example/zzz"]), store, SITE
    )
    assert found["rel_nofollow"].to_list() == [False, True, False]
    assert found["fetched_placement"].to_list() == ["footer", "main", "footer"]
    assert found["in_content"].to_list() == [False, True, False]
    assert found["fetched_link_hidden"].to_list() == [False] * 3


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_choosing_agrees_with_the_rule_in_plain_words(data: st.DataObject) -> None:
    targets = [A, B, HOME, A + "?q", "http://www.shop.example/b/", None]
    said = st.sampled_from(["x", "y", None])
    links = data.draw(
        st.lists(
            st.tuples(
                st.integers(0, 2), st.sampled_from(targets[:5]), said,
                st.booleans(), st.booleans(),
            ),
            max_size=12,
        )
    )  # fmt: skip
    given_rows = data.draw(
        st.lists(
            st.tuples(st.none() | st.integers(0, 3), st.sampled_from(targets), said), max_size=8
        )
    )
    table = pl.DataFrame(
        [(p, t, a, "why" if h else None, n) for p, t, a, h, n in links],
        schema={"page": pl.UInt32, "target": pl.String, "anchor": pl.String,
                "hidden": pl.String, "rel_nofollow": pl.Boolean},
        orient="row",
    )  # fmt: skip
    asked = pl.DataFrame(
        given_rows,
        schema={"page": pl.UInt32, "target": pl.String, "anchor": pl.String},
        orient="row",
    )

    def keys(url: str | None) -> tuple[str | None, str | None]:
        key, path = same_target(pl.Series([url], dtype=pl.String))
        return key[0], path[0]

    expected = []
    for p, target, anchor in given_rows:
        key, path = keys(target)
        ranked = []
        for i, (of, to, text, hidden, nofollow) in enumerate(links):
            if of != p or p is None:
                continue
            fit = (
                2 if key is None else (0 if keys(to)[0] == key else 1 if keys(to)[1] == path else 2)
            )
            said_so = fit < 2 and anchor is not None and text == anchor
            ranked.append((fit, not said_so, hidden, nofollow, i))
        expected.append(min(ranked)[-1] if ranked else None)
    assert link_of_rows(asked, table).to_list() == expected


# ---- is the link there

LOST = [  # answer, fetched_link_found, is_lost, why
    (answer(facts(link())), True, False, "it stands there"),
    (answer(facts()), False, True, "the whole page was read and has no link"),
    (answer(facts(link(), truncated=True)), True, False, "found before the cut"),
    (answer(facts(truncated=True)), None, None, "the end of the page is not known"),
    (answer(facts(content_type="application/pdf", words=None)), None, None, "no HTML"),
    (answer(facts(content_type="application/xhtml+xml")), False, True, "XHTML is HTML"),
    (answer(facts(content_type=None)), False, True, "no type stated: read as HTML"),
    (answer(facts(http_code=203)), False, None, "not 200: the page says it is not the page"),
    (answer(facts(words=0, external_links=0, internal_links=0)), None, None,
     "an empty page is filled by scripts"),
    (answer(None, State.ABSENT, 404), None, True, "the page is gone"),
    (answer(None, State.ABSENT, 410), None, True, "the page is gone for good"),
    (answer(None, State.ABSENT, None), None, None, "a name that is not found may be back"),
    (answer(None, State.BLOCKED, 403), None, None, "who is not let in has seen nothing"),
    (answer(None, State.BLOCKED, 429), None, None, "too many requests"),
    (answer(facts(http_code=403), State.BLOCKED, 403), None, None, "facts of a refusal"),
    (answer(None, State.FAILED, 503), None, None, "an error passes"),
    (answer(None, State.FAILED, None), None, None, "a time-out passes"),
    (answer(None, State.ROBOTS, None), None, None, "nothing was asked for"),
    (None, None, None, "not tried"),
]  # fmt: skip


@pytest.mark.parametrize(("given_answer", "found", "lost", "why"), LOST)
def test_when_a_link_counts_as_lost(
    store: Store, given_answer: Answer | None, found: bool | None, lost: bool | None, why: str
) -> None:
    row = joined(store, *([given_answer] if given_answer else []), is_lost=[None])
    assert row["fetched_link_found"] is found, why
    assert row["is_lost"] is lost, why
    assert row["fetch_state"] == (given_answer.state.value if given_answer else None)


KEEPS = [  # column, what the export says, answer
    ("is_lost", True, answer(facts(link()))),
    ("is_lost", False, answer(None, State.ABSENT, 404)),
    ("anchor_text", "", answer(facts(link(anchor="shop")))),  # empty is not unknown
    ("rel_nofollow", True, answer(facts(link()))),
    ("rel_ugc", True, answer(facts(link()))),
    ("rel_sponsored", False, answer(facts(link(rel_sponsored=True)))),
    ("page_external_links", 0, answer(facts(link()))),
    ("page_internal_links", 0, answer(facts(link()))),
    ("page_linked_domains", 0, answer(facts(link()))),
    ("referring_page_title", "", answer(facts(link()))),
    ("page_http_code", 301, answer(facts(link()))),
    ("target_url", "https://shop.example/old", answer(facts(link()))),
    ("link_kind", "image", answer(facts(link()))),
    ("in_content", False, answer(facts(link()))),
    ("domain_created_on", date(1999, 1, 1), answer(facts(link()))),
]


@pytest.mark.parametrize(("column", "own", "given_answer"), KEEPS)
def test_what_the_export_says_stays(
    store: Store, column: str, own: object, given_answer: Answer
) -> None:
    created = Answer(
        Lookup(What.AGE, "blog.example"), State.FETCHED, NOW, facts=AgeFacts(date(2020, 1, 1))
    )
    assert joined(store, given_answer, created, **{column: [own]})[column] == own


FILLS = [  # column, filled with
    ("page_external_links", 40), ("page_internal_links", 7), ("page_linked_domains", 12),
    ("referring_page_title", "A title"), ("page_http_code", 200), ("anchor_text", "Buy"),
    ("target_url", A), ("rel_nofollow", True), ("rel_ugc", False), ("rel_sponsored", True),
    ("link_kind", "image"), ("in_content", False), ("page_ip", "192.0.2.7"), ("is_lost", False),
]  # fmt: skip
ONE_LINK = answer(
    facts(link(A, anchor="Buy", rel_nofollow=True, rel_sponsored=True, kind="image",
               placement=Placement.FOOTER))
)  # fmt: skip
HOST = Answer(
    Lookup(What.DNS, "blog.example"), State.FETCHED, NOW,
    facts=DnsFacts(("2001:db8::1", "192.0.2.7"), ("b.example", "a.example"), 64500, "Name"),
)  # fmt: skip


def test_every_column_to_fill_has_a_case() -> None:
    assert {name for name, _ in FILLS} == set(FILLED)


@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize(("column", "value"), FILLS)
def test_an_empty_cell_or_column_is_filled_in(
    store: Store, column: str, value: object, there: bool
) -> None:
    assert joined(store, ONE_LINK, HOST, **({column: [None]} if there else {}))[column] == value


def test_only_empty_cells_are_counted_as_filled(store: Store) -> None:
    store.save([answer(facts(link(anchor="shop")))])
    links = pl.DataFrame(
        {"referring_page": [PAGE] * 3, "anchor_text": ["mine", None, None], "link_kind": ["x"] * 3}
    )
    rows, account = join_store(links, store, SITE)
    assert rows["anchor_text"].to_list() == ["mine", "shop", "shop"]
    assert account.filled["anchor_text"] == 2
    assert account.filled["target_url"] == 3  # the export has no such column
    assert "link_kind" not in account.filled


NOT_FILLED = [  # answer, column, why
    (answer(facts(link(left_context="l", right_context="r"), language="de")), "left_context",
     "an empty context says that there is none"),
    (answer(facts(link(right_context="r"))), "right_context", "as above"),
    (answer(facts(link(), language="de")), "page_language", "as above"),
    (answer(facts(link(A), link(B))), "target_url", "two links: nobody knows which"),
    (answer(facts()), "anchor_text", "no link, no anchor"),
    (answer(facts()), "rel_nofollow", "no link, no rel"),
    (answer(facts(http_code=403, title="Denied"), State.BLOCKED, 403), "referring_page_title",
     "the title of a refusal is not the page's"),
    (answer(facts(http_code=403), State.BLOCKED, 403), "page_http_code", "a refusal is no state"),
    (answer(None, State.FAILED, 500), "page_http_code", "an error passes"),
    (answer(facts(http_code=403), State.BLOCKED, 403), "page_external_links", "not the page's"),
]  # fmt: skip


@pytest.mark.parametrize(("given_answer", "column", "why"), NOT_FILLED)
def test_what_is_not_filled_in(store: Store, given_answer: Answer, column: str, why: str) -> None:
    assert joined(store, given_answer, **{column: [None]})[column] is None, why


@pytest.mark.parametrize(
    ("hosting", "filled"), [(None, "192.0.2.7"), ("cdn", None), ("shared", None)]
)
def test_an_address_that_many_share_is_not_the_page_s(
    store: Store, hosting: str | None, filled: str | None
) -> None:
    found = Answer(
        Lookup(What.DNS, "blog.example"), State.FETCHED, NOW,
        facts=DnsFacts(("192.0.2.7",), hosting=hosting),
    )  # fmt: skip
    row = joined(store, found)
    assert row.get("page_ip") == filled
    assert row["host_hosting"] == hosting


def test_a_link_that_only_scripts_make_is_not_lost(store: Store) -> None:
    store.save([answer(facts())])
    found, _ = join_store(
        rows(referring_page=[PAGE] * 3, seen_raw=[False, True, None]), store, SITE
    )
    assert found["is_lost"].to_list() == [None, True, True]


def test_a_day_of_loss_is_the_vendor_s_word(store: Store) -> None:
    store.save([answer(facts(link()))])
    found, _ = join_store(
        rows(referring_page=[PAGE] * 2, lost_at=[date(2025, 1, 1), None]), store, SITE
    )
    assert found["is_lost"].to_list() == [None, False]


def test_a_row_for_a_domain_has_no_page(store: Store) -> None:
    created = AgeFacts(date(2020, 1, 1))
    store.save(
        [
            answer(facts(), url="https://blog.example/"),
            Answer(Lookup(What.AGE, "blog.example"), State.FETCHED, NOW, facts=created),
            Answer(Lookup(What.HOME, "blog.example"), State.FETCHED, NOW, facts=facts()),
        ]
    )
    table = rows(referring_page=["https://blog.example/"] * 2, grain=["domain", "link"])
    found, account = join_store(table, store, SITE)
    assert found["is_lost"].to_list() == [None, True]
    assert found["fetch_state"].to_list() == [None, "fetched"]
    assert found["domain_created_on"].to_list() == [date(2020, 1, 1)] * 2
    assert found["home_words"].to_list() == [300, 300]
    assert account.pages["fetched"] == 1


SPELLED = [  # the row's page, found?, why
    (PAGE, True, "the same text"),
    ("http://www.blog.example/post/", True, "the same page as another vendor spells it"),
    ("https://blog.example/post#comment-5", True, "a fragment is not sent"),
    ("https://blog.example/post?page=2", False, "another page"),
    ("https://blog.example/", False, "another page"),
    ("blog.example/post", True, "without a scheme"),
    ("not a url", False, "no page at all"),
    ("", False, "nothing"),
]


@pytest.mark.parametrize(("page", "found", "why"), SPELLED)
def test_whose_page_it_is(store: Store, page: str, found: bool, why: str) -> None:
    row = joined(store, answer(facts(link())), referring_page=[page])
    assert (row["fetch_state"] == "fetched") is found, why


def test_the_same_text_comes_before_the_same_page(store: Store) -> None:
    store.save([answer(facts(words=1), url="http://blog.example/post")])
    store.save([answer(facts(words=2), url=PAGE)])
    pages = [PAGE, "http://blog.example/post", "http://www.blog.example/post"]
    found, _ = join_store(rows(referring_page=pages), store, SITE)
    assert found["fetched_words"].to_list()[:2] == [2, 1]
    assert found["fetched_words"][2] in (1, 2)


@pytest.mark.parametrize("site", [SITE, "https://www.shop.example/x", None])
def test_the_site_is_named_in_any_way(store: Store, site: str | None) -> None:
    store.save([answer(facts(link()))])
    assert join_store(rows(), store, site)[0]["fetched_link_found"].to_list() == [True]
    assert join_store(rows(), store, "other.example")[0]["fetch_state"].to_list() == [None]


def test_redirects_and_canonical_addresses(store: Store) -> None:
    old = "https://old.example/x"
    away = facts(
        link(), final_url="https://www.new.example/y", redirects=(old,),
        canonical="https://elsewhere.example/",
    )  # fmt: skip
    near = facts(link(), redirects=("http://blog.example/post",), canonical="https://blog.example/")
    store.save([answer(away, url=old), answer(near)])
    found, _ = join_store(rows(referring_page=[old, PAGE]), store, SITE)
    assert found["fetched_elsewhere"].to_list() == [True, False]
    assert found["fetched_redirects"].to_list() == [1, 1]
    assert found["fetched_canonical_elsewhere"].to_list() == [True, False]


def test_domains_hosts_and_lists(store: Store) -> None:
    registered = AgeFacts(
        date(2020, 1, 1), date(2027, 1, 1), None, "Reg", ("ns2.x.example", "ns1.x.example"), "a@b.c"
    )
    page = "https://sub.me.blogspot.com/p"
    store.save(
        [
            Answer(Lookup(What.AGE, "me.blogspot.com"), State.FETCHED, NOW, facts=registered),
            Answer(Lookup(What.AGE, "blog.example"), State.FETCHED, NOW, facts=registered),
            HOST,
            answer(facts(link(), ids=("ga:UA-1", "adsense:pub-9"))),
        ]
    )
    found, _ = join_store(rows(referring_page=[page, PAGE]), store, SITE)
    assert found["domain_registrar"].to_list() == ["Reg", "Reg"]
    # what the name system says comes before the registry
    assert found["domain_name_servers"].to_list() == [
        "ns1.x.example ns2.x.example", "a.example b.example",
    ]  # fmt: skip
    assert found["host_asn"].to_list() == [None, 64500]
    assert found["host_parking"].to_list() == [None, ""]
    assert found["fetched_ids"].to_list() == [None, "ga:UA-1 adsense:pub-9"]


TRADES = [  # distinct words, trades, column, why
    (2, ("gambling", "loans"), "gambling loans", "of these trades"),
    (0, (), "", "looked for and not there"),
    (None, (), None, "not looked for"),
]


@pytest.mark.parametrize(("words", "trades", "column", "why"), TRADES)
def test_trades_of_pages_and_start_pages(
    store: Store, words: int | None, trades: tuple[str, ...], column: str | None, why: str
) -> None:
    page = facts(trade_words=words, trades=trades)
    home = Answer(Lookup(What.HOME, "blog.example"), State.FETCHED, NOW, facts=page)
    row = joined(store, answer(page), home)
    assert row["fetched_trades"] == row["home_trades"] == column, why
    assert row["fetched_trade_words"] == row["home_trade_words"] == words


AGES = [  # registered, link first seen, export of, age in days, why
    (date(2025, 1, 1), date(2025, 1, 31), date(2026, 1, 1), 30, "on the day the link appeared"),
    (date(2025, 1, 1), None, date(2025, 3, 2), 60, "else on the day of the export"),
    (date(2026, 2, 1), date(2025, 1, 1), date(2026, 3, 1), -30, "registered again; clipped"),
    (None, date(2025, 1, 1), date(2026, 3, 1), None, "not known"),
]


@pytest.mark.parametrize(("created", "seen", "exported", "age", "why"), AGES)
def test_age_is_measured_on_the_day_the_link_appeared(
    store: Store, created: date | None, seen: date | None, exported: date, age: int | None, why: str
) -> None:
    from spamlinks.signals.kernel import SIGNALS, encode, signals

    store.save(
        [Answer(Lookup(What.AGE, "blog.example"), State.FETCHED, NOW, facts=AgeFacts(created))]
    )
    table = rows(first_seen=[seen], export_date=[exported])
    found, _ = join_store(table, store, SITE)
    frame, tables = encode(found, brands=())
    value = float(signals(frame, tables)[0, list(SIGNALS).index("domain_age_days")])
    assert value == pytest.approx(float("nan") if age is None else age, nan_ok=True), why


def test_facts_win_over_the_store(store: Store) -> None:
    registered = AgeFacts(date(2020, 1, 1), registrar="Reg")
    store.save([Answer(Lookup(What.AGE, "blog.example"), State.FETCHED, NOW, facts=registered)])
    table = pl.DataFrame(
        {"linking_domain": ["blog.example"], "domain_created_on": [date(2001, 1, 1)]}
    )
    found = join_facts(join_store(rows(), store, SITE)[0], table)
    assert found["domain_created_on"].to_list() == [date(2001, 1, 1)]
    assert found["domain_registrar"].to_list() == ["Reg"]
    none = table.with_columns(domain_created_on=pl.lit(None, dtype=pl.Date))
    kept = join_facts(join_store(rows(), store, SITE)[0], none)
    assert kept["domain_created_on"].to_list() == [date(2020, 1, 1)]


# ---- the table as a whole


def test_rows_order_and_types_stay(store: Store) -> None:
    store.save([answer(facts(link())), HOST])
    pages = [f"https://h{i}.example/{i}" for i in range(50)] + [PAGE] + ["x"]
    table = rows(referring_page=pages, target_url=[None] * 52).with_columns(
        mine=pl.int_range(52), grain=pl.lit("link")
    )
    found, _ = join_store(table, store, SITE)
    assert found["referring_page"].to_list() == pages
    assert found["mine"].to_list() == list(range(52))
    assert set(ADDED) <= set(found.columns)
    for name in found.columns:
        if name in FIELDS:
            assert found.schema[name] == FIELDS[name].dtype, name
    none, account = join_store(table[:0], store, SITE)
    assert none.height == 0
    assert set(ADDED) <= set(none.columns)
    assert account.nothing
    again, _ = join_store(found, store, SITE)
    assert_frame_equal(again, found)  # once is enough


def test_only_some_columns(store: Store) -> None:
    store.save([answer(facts(link())), HOST])
    found, _ = join_store(rows(), store, SITE, only={"fetched_words", "rel_nofollow", "other"})
    assert found.columns == ["referring_page", "fetched_words", "rel_nofollow"]


def test_a_column_nothing_can_be_filled_into_is_not_made(store: Store) -> None:
    found, account = join_store(rows(), store, SITE)
    assert not set(FILLED) & set(found.columns)
    assert account.filled == {}
    assert found["fetch_state"].to_list() == [None]


# ---- the account


def test_the_account_adds_up_and_says_it_in_one_line(store: Store) -> None:
    pages = [f"https://blog.example/{i}" for i in range(6)]
    states = [State.FETCHED, State.ABSENT, State.BLOCKED, State.FAILED, State.ROBOTS]
    store.save(
        [
            Answer(
                Lookup(What.PAGE, url, SITE), state, NOW + timedelta(days=i), 200,
                facts=facts() if state is State.FETCHED else None,
            )
            for i, (url, state) in enumerate(zip(pages, states, strict=False))
        ]
    )  # fmt: skip
    store.save([Answer(Lookup(What.AGE, "blog.example"), State.FETCHED, NOW, facts=AgeFacts())])
    _, account = join_store(
        rows(referring_page=[*pages, *pages, "https://b.example/"]), store, SITE
    )
    assert account.pages == {
        "fetched": 1, "absent": 1, "blocked": 1, "failed": 1, "robots": 1, NOT_TRIED: 2,
    }  # fmt: skip
    assert account.domains["fetched"] == 1
    assert account.domains[NOT_TRIED] == 1
    assert (account.links_found, account.links_missing) == (0, 2)
    assert (account.first, account.last) == (date(2026, 3, 1), date(2026, 3, 5))
    said = account.to_dict()
    assert said["text"] == (
        "Looked up in s.db: 1 of 7 linking pages read (1 not there, 1 blocked, 1 failed, 1 closed "
        "by robots.txt), 1 of 2 registrations known"
    )
    assert account.notes() == []
    assert account.not_looked_at() == [
        "Linking pages that could not be read: 1 not there, 1 blocked, 1 failed, 1 closed by "
        "robots.txt.",
        "Linking pages that were not tried: 2 of 7.",
        "Registrations that are not known: 1 of 2 domains.",
    ]


def test_a_store_with_nothing_to_say_says_so(store: Store) -> None:
    _, account = join_store(rows(), store, SITE)
    assert account.notes() == [
        "The store s.db is empty: nothing was looked up yet; run 'spamlinks enrich' on these "
        "exports"
    ]
    store.save([answer(facts(), url="https://other.example/")])
    _, account = join_store(rows(), store, SITE)
    assert account.notes()[0].startswith("The store s.db holds nothing about these links; run")
    assert account.to_dict()["text"] == ""
    assert isinstance(account, StoreAccount)


def test_a_missing_store_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.db: does not exist\. Make one with 'spamlinks"):
        with_store(rows(), tmp_path / "none.db", SITE)


# ---- a run


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "links.csv"
    lines = [f"https://blog{i}.example/post" for i in range(8)]
    path.write_text("referring_page\n" + "\n".join(lines) + "\n", "utf-8")
    return path


def test_a_run_reads_the_store_and_leaves_no_trace(store: Store, export: Path) -> None:
    for i in range(4):
        url = f"https://blog{i}.example/post"
        store.save([answer(facts(link(rel_nofollow=True)), url=url)])
    store.close()
    before = store.path.read_bytes()
    plain = audit([export], Settings(site=SITE))
    known = audit([export], Settings(site=SITE, store=store.path))
    assert store.path.read_bytes() == before
    assert sorted(p.name for p in store.path.parent.iterdir()) == ["links.csv", "s.db"]
    assert plain.run["looked_up"] is None
    assert not set(ADDED) & set(plain.links.columns)
    assert "nothing was fetched; 'spamlinks enrich' does it" in plain.run["not_looked_at"][0]
    assert known.run["looked_up"]["pages"]["fetched"] == 4
    assert known.run["looked_up"]["filled"]["rel_nofollow"] == 4
    assert "Linking pages that were not tried: 4 of 8." in known.run["not_looked_at"]
    assert any("Registration dates" in text for text in known.run["not_looked_at"])
    assert known.links["rel_nofollow"].sum() == 4
    assert known.links.height == plain.links.height == 8


def test_an_empty_store_changes_no_verdict(store: Store, export: Path) -> None:
    store.close()
    plain = audit([export], Settings(site=SITE))
    known = audit([export], Settings(site=SITE, store=store.path))
    assert_frame_equal(plain.domains, known.domains)
    assert any("is empty" in note for note in known.run["notes"])


def test_many_rows_are_quick(store: Store) -> None:
    """The bound is wide: the machine may be busy. On a quiet one it takes about a second."""
    for start in range(0, 20_000, 5000):
        urls = [f"https://h{i % 997}.example/p/{i}" for i in range(start, start + 5000)]
        store.save([answer(facts(link(), link(A)), url=url) for url in urls])
    pages = pl.int_range(400_000, eager=True)
    pages %= 200_000
    urls = pl.format("https://h{}.example/p/{}", pages % 997, pages)
    table = pl.select(referring_page=urls, target_url=pl.lit(A))
    started = time.perf_counter()
    found, account = join_store(table, store, SITE)
    assert time.perf_counter() - started < 20
    assert account.pages["fetched"] == 20_000
    assert found["fetched_link_found"].sum() == 40_000
