"""Signals of what was looked up: each value, what leaves it unknown, and which way it may push."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spamlinks.schema import BLOCKS, FIELDS
from spamlinks.signals import SIGNALS, encode, signals
from spamlinks.signals.fetched import MIN_LANGUAGE_WORDS, MIN_WORDS
from spamlinks.signals.fetched import SIGNALS as FETCHED

NAN = math.nan
NAMES = [signal.name for signal in FETCHED]
BRAND = "lucky-casino"  # a site whose own trade is gambling

PAGE: list[tuple[dict[str, Any], str, float]] = [  # columns of a fetched page, signal, value
    # links per 100 words, in decades of one and more
    (
        {"fetched_external_links": 9, "fetched_words": 100},
        "links_per_100_words",
        1,
    ),
    ({"fetched_external_links": 0, "fetched_words": 100}, "links_per_100_words", 0),
    ({"fetched_external_links": 99, "fetched_words": 1000}, "links_per_100_words", 1.0374265),
    ({"fetched_external_links": 10**9, "fetched_words": 20}, "links_per_100_words", 4),  # clipped
    ({"fetched_external_links": 2, "fetched_words": MIN_WORDS - 1}, "links_per_100_words", NAN),
    ({"fetched_external_links": 2, "fetched_words": 0}, "links_per_100_words", NAN),
    ({"fetched_external_links": 2, "fetched_words": None}, "links_per_100_words", NAN),
    ({"fetched_external_links": None, "fetched_words": 200}, "links_per_100_words", NAN),
    ({"fetched_words": 99}, "page_words", 2),
    ({"fetched_words": 0}, "page_words", 0),
    ({"fetched_trade_words": 9}, "trade_words_on_page", 1),
    ({"fetched_trade_links": 99}, "trade_links", 2),
    ({"fetched_parked": "parking script"}, "page_is_parked", 1),
    ({"fetched_parked": ""}, "page_is_parked", 0),
    ({"fetched_parked": None}, "page_is_parked", NAN),
    ({"fetched_for_sale": "buy this domain"}, "page_is_for_sale", 1),
    ({"fetched_directory": ""}, "page_is_directory", 0),
    ({"fetched_sells_links": "guest post, $50"}, "page_sells_links", 1),
    ({"fetched_noindex": True}, "page_noindex", 1),
    ({"fetched_canonical_elsewhere": False}, "canonical_elsewhere", 0),
    ({"fetched_redirects": 3}, "redirect_hops", 3),
    ({"fetched_elsewhere": True}, "lands_elsewhere", 1),
    ({"fetched_link_hidden": True}, "link_is_hidden", 1),
    ({"fetched_link_hidden": None}, "link_is_hidden", NAN),  # no link was found: nothing hides
    ({"fetched_placement": "footer"}, "link_in_boilerplate", 1),
    ({"fetched_placement": "main"}, "link_in_boilerplate", 0),
    ({"fetched_placement": "comment"}, "link_in_boilerplate", 0),
    ({"fetched_placement": "comment"}, "link_in_comment", 1),
    ({"fetched_placement": None}, "link_in_comment", NAN),
    ({"fetched_links_around": 9}, "links_around", 1),
]


@pytest.mark.parametrize(("row", "name", "value"), PAGE, ids=lambda v: str(v)[:60])
def test_page(compute, row, name, value) -> None:
    filled = {column: [cell, _filled(FIELDS[column].dtype)] for column, cell in row.items()}
    found = compute(fetch_state=["fetched", "fetched"], **filled)[name]
    assert found[0] == pytest.approx(value, abs=1e-6, nan_ok=True)


@pytest.mark.parametrize("state", ["blocked", "failed", "absent", "robots", None, "", "FETCHED"])
def test_how_fetching_ended_is_no_signal(compute, state) -> None:
    """What stands on the page that refuses is not the site's."""
    rest = {
        name: [_filled(FIELDS[name].dtype), _filled(FIELDS[name].dtype)]
        for name in BLOCKS["fetched"]
        if name not in ("fetch_state", "home_state")
    }
    # The second row is fetched, so that no column is empty.
    found = compute(fetch_state=[state, "fetched"], home_state=[state, "fetched"], **rest)
    for signal in FETCHED:
        if signal.group == "fetched":
            assert math.isnan(found[signal.name][0]), signal.name
            assert signal.name == "home_other_language" or not math.isnan(found[signal.name][1])


def _filled(dtype: pl.DataType) -> Any:
    return {pl.String(): "x", pl.Int64(): 60, pl.Boolean(): True, pl.Date(): date(2026, 1, 1)}[
        dtype
    ]


HOME: list[tuple[dict[str, Any], str, float]] = [
    ({"home_parked": "parking script"}, "home_is_parked", 1),
    ({"home_trade_words": 9}, "home_trade_words", 1),
    ({"home_external_links": 9, "home_words": 100}, "home_links_per_100_words", 1),
    ({"home_external_links": 9, "home_words": 3}, "home_links_per_100_words", NAN),
]


@pytest.mark.parametrize(("row", "name", "value"), HOME, ids=lambda v: str(v)[:60])
def test_home(compute, row, name, value) -> None:
    """The start page is judged even where the page itself refused."""
    found = compute(
        fetch_state=["blocked"], home_state=["fetched"], **{c: [v] for c, v in row.items()}
    )[name]
    assert found[0] == pytest.approx(value, abs=1e-6, nan_ok=True)


LANGUAGES = [  # page, start page, words of either, value
    ("en", "de", 60, 1),
    ("en-GB", "EN", 60, 0),  # a region is no other language
    ("en", "de", MIN_LANGUAGE_WORDS - 1, NAN),  # too short to tell
    ("en", None, 60, NAN),
    ("??", "de", 60, NAN),
]


@pytest.mark.parametrize(("page", "home", "words", "value"), LANGUAGES)
def test_another_language_than_the_start_page(compute, page, home, words, value) -> None:
    found = compute(
        fetch_state=["fetched", "fetched"],
        home_state=["fetched", "fetched"],
        fetched_language=[page, "en"],
        home_language=[home, "en"],
        fetched_words=[words, 60],
        home_words=[60, 60],
    )["home_other_language"]
    assert found[0] == pytest.approx(value, nan_ok=True)


@pytest.mark.parametrize(
    ("page", "home", "value"),
    [
        ("fetched", "fetched", 1),
        ("blocked", "fetched", NAN),  # the words are of a refusal
        ("fetched", "blocked", NAN),
        (None, "fetched", NAN),
    ],
)
def test_languages_are_compared_where_both_pages_were_read(compute, page, home, value) -> None:
    found = compute(
        fetch_state=[page, "fetched"],
        home_state=[home, "fetched"],
        fetched_language=["de", "en"],
        home_language=["en", "en"],
        fetched_words=[60, 60],
        home_words=[60, 60],
    )["home_other_language"]
    assert list(found) == pytest.approx([value, 0], nan_ok=True)


TRADES = [  # count, trades, brand, words, links; 10 of each were found
    (10, "gambling pharma", (), 1.0413927, 1.0413927, "every trade counts"),
    (10, None, (), 1.0413927, 1.0413927, "which trades does not matter"),
    (10, "pharma", (BRAND,), 1.0413927, 1.0413927, "another trade than the site's own"),
    (10, "gambling", (BRAND,), 0, NAN, "a casino's links speak of casinos"),
    (10, "gambling pharma loans", (BRAND,), 0.4771213, NAN, "two foreign trades at the least"),
    (10, None, (BRAND,), NAN, NAN, "whose trades they are is not known"),
    (0, None, (BRAND,), 0, 0, "none are nobody's"),
    (10, "", (BRAND,), 1.0413927, NAN, "the words are of no trade that is known"),
]


@pytest.mark.parametrize(("count", "trades", "brand", "words", "links", "reason"), TRADES)
def test_the_sites_own_trade_does_not_count(
    compute, count, trades, brand, words, links, reason
) -> None:
    for column in ([trades, "adult"], None):
        if column is None and trades is not None:
            continue
        named = {} if column is None else {"fetched_trades": column, "home_trades": column}
        found = compute(
            brand,
            fetch_state=["fetched"] * 2,
            home_state=["fetched"] * 2,
            fetched_trade_words=[count, 1],
            fetched_trade_links=[count, 1],
            home_trade_words=[count, 1],
            **named,
        )
        assert found["trade_words_on_page"][0] == pytest.approx(words, abs=1e-6, nan_ok=True)
        assert found["home_trade_words"][0] == pytest.approx(words, abs=1e-6, nan_ok=True)
        assert found["trade_links"][0] == pytest.approx(links, abs=1e-6, nan_ok=True)


DAY = date(2026, 1, 10)
REGISTERED: list[tuple[dict[str, Any], str, float]] = [
    (
        {"domain_created_on": date(2020, 1, 1), "domain_expires_on": date(2021, 1, 1)},
        "registered_for_years",
        1,
    ),
    (
        {"domain_created_on": date(2020, 1, 1), "domain_expires_on": date(2019, 1, 1)},
        "registered_for_years",
        NAN,  # dates of two registrations
    ),
    (
        {"domain_created_on": date(2020, 1, 1), "domain_expires_on": date(2020, 1, 1)},
        "registered_for_years",
        0,  # taken back on the first day: known, and not long
    ),
    ({"domain_created_on": date(2026, 3, 1), "first_seen": DAY}, "registered_after_link", 1),
    ({"domain_created_on": date(2026, 1, 11), "first_seen": DAY}, "registered_after_link", 0),
    ({"domain_created_on": date(2020, 1, 1), "first_seen": DAY}, "registered_after_link", 0),
    ({"domain_created_on": None, "first_seen": DAY}, "registered_after_link", NAN),
    ({"host_parking": "sedo"}, "on_parking_servers", 1),
    ({"host_parking": ""}, "on_parking_servers", 0),
    ({"host_parking": None}, "on_parking_servers", NAN),
]


@pytest.mark.parametrize(("row", "name", "value"), REGISTERED, ids=lambda v: str(v)[:70])
def test_registration(compute, row, name, value) -> None:
    known = {
        "domain_created_on": DAY,
        "domain_expires_on": DAY,
        "host_parking": "",
        "first_seen": DAY,
    }
    found = compute(**{column: [cell, known[column]] for column, cell in row.items()})[name]
    assert found[0] == pytest.approx(value, abs=5e-3, nan_ok=True)


def shared(compute, hosts: list[str], ids: list[str | None], **more: list[Any]) -> list[float]:
    more.setdefault("fetch_state", ["fetched"] * len(hosts))
    found = compute(referring_page=[f"https://{host}/" for host in hosts], fetched_ids=ids, **more)[
        "shares_id_domains"
    ]
    return [round(10**value - 1) if not math.isnan(value) else NAN for value in found]


def test_domains_that_share_an_id(compute) -> None:
    hosts = ["a.com", "b.com", "www.b.com", "c.com", "d.com", "e.com"]
    ids = ["ga:1 adsense:7", "adsense:7", "ga:9", "adsense:7", "", None]
    assert shared(compute, hosts, ids)[:5] == [2, 2, 2, 2, 0]
    assert math.isnan(shared(compute, hosts, ids)[5])  # not fetched


def test_an_id_of_a_service_or_a_platform_is_nobodys(compute) -> None:
    many = [f"site{n}.com" for n in range(30)]
    assert set(shared(compute, many, ["widget:1"] * 30)) == {0}
    assert max(shared(compute, many, ["adsense:1"] * 12 + ["ga:x"] + [""] * 17)) == 11
    half = ["adsense:1"] * 10 + [""] * 10
    assert max(shared(compute, many[:20], half)) == 9, "half of them is not more than half"
    assert set(shared(compute, many[:20], ["adsense:1", *half[:19]])) == {0}
    users = [f"user{n}.blogspot.com" for n in range(4)]
    assert set(shared(compute, users, ["ga:platform"] * 4)) == {0}
    assert shared(compute, ["me.blogspot.com", "me.com"], ["ga:mine"] * 2) == [1, 1]


def test_ids_of_a_refusal_or_of_another_domain_do_not_count(compute) -> None:
    states = ["fetched", "blocked", "fetched"]
    found = shared(
        compute, ["a.com", "b.com", "c.com"], ["ga:1"] * 3,
        fetch_state=states, fetched_elsewhere=[False, False, True],
    )  # fmt: skip
    assert found[0] == 0
    assert math.isnan(found[1])
    assert math.isnan(found[2])


def test_domains_that_were_registered_together(compute) -> None:
    hosts = ["a.com", "a.com", "b.com", "c.com", "d.com"]
    found = compute(
        referring_page=[f"https://{host}/" for host in hosts],
        domain_created_on=[DAY, DAY, DAY, DAY, None],
        domain_registrar=["One", "One", "One", "Two", "One"],
    )["registered_together_domains"]
    assert [round(10**v - 1) for v in found[:4]] == [1, 1, 1, 0]
    assert math.isnan(found[4])


# for every kind of cell


texts = st.one_of(
    st.none(), st.text(max_size=20), st.sampled_from(["fetched", "", "en", "ga:1 ga:2", ":", "a: "])
)
BY_TYPE = {
    pl.String(): texts,
    pl.Int64(): st.one_of(st.none(), st.integers(-(2**62), 2**62), st.integers(0, 500)),
    pl.Float64(): st.one_of(st.none(), st.floats(allow_nan=False)),
    pl.Date(): st.one_of(st.none(), st.dates()),
    pl.Boolean(): st.one_of(st.none(), st.booleans()),
}
COLUMNS = (*BLOCKS["facts"], *BLOCKS["dns"], *BLOCKS["fetched"], "first_seen")


def matrix(columns: dict[str, pl.Series]) -> np.ndarray:
    coded, tables = encode(pl.DataFrame(columns), brands=(BRAND,))
    return signals(coded, tables)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_no_cell_raises_and_all_values_keep_their_range(data) -> None:
    height = data.draw(st.integers(1, 4))
    hosts = st.sampled_from(["a.com", "b.com", "me.blogspot.com", "1.2.3.4"])
    columns = {"referring_page": pl.Series([f"http://{data.draw(hosts)}/" for _ in range(height)])}
    for name in COLUMNS:
        if data.draw(st.integers(0, 3)):
            cells = [data.draw(BY_TYPE[FIELDS[name].dtype]) for _ in range(height)]
            if name.endswith("_state") and data.draw(st.booleans()):
                cells = ["fetched"] * height
            columns[name] = pl.Series(name, cells, dtype=FIELDS[name].dtype)
    found = matrix(columns)
    for signal in FETCHED:
        values = found[:, list(SIGNALS).index(signal.name)]
        known = values[~np.isnan(values)]
        assert ((known >= np.float32(signal.low)) & (known <= np.float32(signal.high))).all()


def test_nothing_is_known_without_the_columns(compute) -> None:
    found = compute(referring_page=["https://a.com/x"], anchor_text=["x"], first_seen=[DAY])
    for name in NAMES:
        assert math.isnan(found[name][0]), name


def test_what_was_fetched_changes_no_other_signal(compute) -> None:
    """Only what is declared as needing it may look at it; addresses of shared hosts aside."""
    plain = {"referring_page": ["https://a.com/x", "https://b.com/y"], "anchor_text": ["x", "y"]}
    extra = {
        name: [_filled(FIELDS[name].dtype)] * 2
        for name in (*BLOCKS["fetched"], *BLOCKS["dns"])
        if name != "fetched_ids"
    }
    one, two = compute(**plain), compute(**plain, **extra)
    for name in SIGNALS:
        if name not in NAMES:
            assert one[name].equals(two[name], null_equal=True), name


MORE = {  # a column that counts for spam, or against it, and the signal that must follow
    "fetched_external_links": ("links_per_100_words", 1),
    "fetched_words": ("links_per_100_words", -1),
    "fetched_trade_words": ("trade_words_on_page", 1),
    "fetched_trade_links": ("trade_links", 1),
    "fetched_links_around": ("links_around", 1),
    "home_trade_words": ("home_trade_words", 1),
    "home_external_links": ("home_links_per_100_words", 1),
    "home_words": ("home_links_per_100_words", -1),
}


@pytest.mark.parametrize("column", MORE)
@given(low=st.integers(20, 10**6), high=st.integers(20, 10**6))
@settings(max_examples=20, deadline=None)
def test_more_of_it_is_more(column, low, high) -> None:
    name, way = MORE[column]
    low, high = sorted((low, high))
    cells: dict[str, Any] = {c: [50, 50] for c in MORE} | {column: [low, high]}
    frame = pl.DataFrame(
        {"referring_page": ["https://a.com/"] * 2, "fetch_state": ["fetched"] * 2, **cells}
    ).with_columns(home_state=pl.lit("fetched"))
    coded, tables = encode(frame)
    values = signals(coded, tables)[:, list(SIGNALS).index(name)]
    assert way * (values[1] - values[0]) >= 0
    assert SIGNALS[name].direction == 1


def test_they_stand_behind_all_others() -> None:
    assert list(SIGNALS)[-len(NAMES) :] == NAMES
