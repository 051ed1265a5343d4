"""Networks: what ties domains together, what does not, and that nothing but the links matters."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spamlinks.schema import FIELDS
from spamlinks.signals.kernel import encode, networks_among
from spamlinks.signals.name_traces import own_labels
from spamlinks.signals.networks import MIN_DOMAINS, Networks
from spamlinks.signals.page_traces import list_lengths

MONDAY = date(2026, 8, 17)
HONEST = (
    "gardenbirds.org", "bobs-bakery.com", "trailrunner.net", "quietcoffee.co.uk", "oldradio.de",
    "mapleknits.ca", "nightskyphotos.com", "river-kayak.info", "thewoodshop.com", "lenasrezepte.de",
    "vintagecameras.fr", "smalltownnews.com", "bookbinding.org", "cyclingdad.com", "ponypost.nl",
)  # fmt: skip


def frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    names = sorted({name for row in rows for name in row})
    return pl.DataFrame(
        {
            name: pl.Series(name, [row.get(name) for row in rows], dtype=FIELDS[name].dtype)
            for name in names
        }
    )


def honest() -> list[dict[str, Any]]:
    """Sites that share nothing but the brand as their anchor."""
    return [
        {
            "referring_page": f"https://{host}/{place}-notes/",
            "anchor_text": "Acme",
            "target_url": "https://acme.com/",
            "referring_page_title": f"Thoughts of {host.partition('.')[0]} number {place}",
            "first_seen": MONDAY - timedelta(weeks=7 * place + 10),
        }
        for place, host in enumerate(HONEST)
    ]


def found(rows: list[dict[str, Any]], brands: tuple[str, ...] = ("acme",)) -> dict[str, int]:
    """Network of each linking domain."""
    networks, names = among(rows, brands)
    return dict(zip(names, networks.of.tolist(), strict=True))


def among(
    rows: list[dict[str, Any]], brands: tuple[str, ...] = ("acme",)
) -> tuple[Networks, list[str]]:
    coded, tables = encode(frame(rows), brands=brands)
    sites = tables.hosts.unique("_domain", keep="first", maintain_order=True).sort("_domain")
    return networks_among(coded, tables, brands), sites["linking_domain"].to_list()


def sisters(count: int, **same: Any) -> list[dict[str, Any]]:
    """Domains of unlike names under unlike endings, with whatever they have the same."""
    labels = ("apfel", "birne", "kirsche", "mango", "papaya", "quitte", "traube", "zitrone")
    endings = ("com", "org", "net", "de", "fr")
    rows = []
    for place in range(count):
        host = f"{labels[place % 8]}{'abcdefgh'[place // 8]}.{endings[place % 5]}"
        rows.append({"referring_page": f"https://{host}/p{place}/"} | same)
    return rows


ANCHOR = {"anchor_text": "buy cheap oak floors"}
TITLE = {"referring_page_title": "The 100 best floors of the year, ranked by experts"}
WEEK = {"first_seen": MONDAY, "target_url": "https://acme.com/floors/oak"}
ADDRESS = {"page_ip": "203.0.113.7"}

TIED = [
    (ANCHOR | TITLE, "an anchor under one title"),
    (ANCHOR | ADDRESS, "an anchor from one address block"),
    (TITLE | ADDRESS, "a title at one address block"),
    (TITLE | {"page_linked_domains": 3451}, "one long list of links under one title"),
]
NOT_TIED = [
    (ANCHOR, "one kind of evidence alone"),
    (TITLE, "one article that many took over"),
    (WEEK, "a page that made news"),
    (ANCHOR | WEEK, "a page that made news, linked to by its title"),
    (TITLE | WEEK, "one article of one week"),
    (ADDRESS, "one hoster"),
    (TITLE | {"page_linked_domains": 40}, "one article, with as many links as articles have"),
    (WEEK | {"page_linked_domains": 3451}, "lists that grew in one week"),
    ({"anchor_text": "Acme floors"} | TITLE, "the brand is everybody's anchor"),
    ({"anchor_text": "https://acme.com/"} | TITLE, "an address is everybody's anchor"),
    ({"anchor_text": "click here"} | TITLE, "a phrase is everybody's anchor"),
    ({"anchor_text": ""} | TITLE, "an empty anchor says nothing"),
    (ANCHOR | {"referring_page_title": "Page not found"}, "an error page is everybody's title"),
    (ANCHOR | {"referring_page_title": "Home"}, "a title of one word is no template"),
    (ANCHOR | {"page_ip": "104.16.1.1"}, "a delivery network is everybody's address"),
    (ANCHOR | {"page_ip": "10.0.0.1"}, "no public address"),
    (ANCHOR | {"page_ip": "nonsense"}, "no address at all"),
]


@pytest.mark.parametrize(("same", "why"), TIED, ids=[why for _, why in TIED])
def test_two_kinds_that_agree_make_a_network(same: dict[str, Any], why: str) -> None:
    of = found([*honest(), *sisters(8, **same)])
    assert {of[name] for name in of if name not in HONEST} == {0}
    assert {of[name] for name in HONEST} == {-1}


@pytest.mark.parametrize(("same", "why"), NOT_TIED, ids=[why for _, why in NOT_TIED])
def test_what_people_share_for_good_reasons_is_no_network(same: dict[str, Any], why: str) -> None:
    assert set(found([*honest(), *sisters(8, **same)]).values()) == {-1}


@pytest.mark.parametrize(
    ("addresses", "tied"),
    [
        ([f"203.0.113.{n}" for n in range(6)], True),
        ([f"203.0.{n}.7" for n in range(6)], False),
        ([f"2a01:4f8:1:{n}::1" for n in range(6)], True),
        ([f"2a01:4f8:{n}::1" for n in range(6)], False),
    ],
    ids=["one /24", "a /24 each", "one /48", "a /48 each"],
)
def test_addresses_are_compared_by_blocks(addresses: list[str], tied: bool) -> None:
    rows = [row | ANCHOR | {"page_ip": ip} for row, ip in zip(sisters(6), addresses, strict=True)]
    of = found([*honest(), *rows])
    assert {of[name] for name in of if name not in HONEST} == {0 if tied else -1}


PATH = "/gate/index.cgi"
FRUIT = ("apfel", "birne", "kirsche", "mango", "papaya", "quitte")
STORE = tuple(f"{name}.store" for name in FRUIT)
HOSTS = tuple(row["referring_page"].split("/")[2] for row in sisters(6))
ONE_EVENT = [  # hosts, path, what they have the same, why it is no network
    (HOSTS, PATH, ADDRESS, "a hoster sets up one program for all"),
    (HOSTS, PATH, WEEK, "blogs of one make report in one week"),
    (HOSTS, "/", ADDRESS | WEEK, "customers of one hoster in one week"),
    (STORE, "/", ADDRESS, "shops under one ending at one hoster"),
    (STORE, PATH, {}, "shops under one ending with one program"),
    (STORE, "/", WEEK, "shops under one ending in one week"),
]


@pytest.mark.parametrize(("hosts", "path", "same", "why"), ONE_EVENT, ids=[e[3] for e in ONE_EVENT])
def test_pairs_that_agree_without_one_operator(
    hosts: tuple[str, ...], path: str, same: dict[str, Any], why: str
) -> None:
    rows = [{"referring_page": f"https://{host}{path}"} | same for host in hosts]
    assert set(found([*honest(), *rows]).values()) == {-1}, why
    tied = found([*honest(), *(row | ANCHOR for row in rows)])
    assert {tied[host] for host in hosts} == {0}, "beside an anchor one of the two counts"


def test_fewer_than_a_handful_is_chance() -> None:
    rows = [*honest(), *sisters(MIN_DOMAINS - 1, **ANCHOR, **TITLE)]
    assert set(found(rows).values()) == {-1}


def test_many_links_of_one_domain_count_once() -> None:
    pages = [
        {"referring_page": f"https://bigsite.com/page/{n}"} | ANCHOR | TITLE for n in range(50)
    ]
    assert set(found([*honest(), *pages]).values()) == {-1}


def test_one_name_under_many_endings_counts_once() -> None:
    rows = [
        {"referring_page": f"https://oakhouse.{ending}/"} | ANCHOR | TITLE
        for ending in ("com", "de", "fr", "nl", "it", "es", "ch", "at")
    ]
    assert set(found([*honest(), *rows]).values()) == {-1}


def test_a_group_of_one_owner_is_none_though_others_share_each_of_its_keys() -> None:
    own = [
        {"referring_page": f"https://oakhouse.{ending}/"} | ANCHOR | TITLE
        for ending in ("com", "de", "fr", "nl", "it", "es")
    ]
    with_anchor, with_title = sisters(10)[:5], sisters(10)[5:]
    rows = [*own, *(row | ANCHOR for row in with_anchor), *(row | TITLE for row in with_title)]
    assert set(found([*honest(), *rows]).values()) == {-1}


def test_platforms_and_popular_sites_are_no_members() -> None:
    big = ("github.com", "wikipedia.org", "nytimes.com", "harvard.edu", "192.0.2.1", "medium.com")
    rows = [{"referring_page": f"https://{host}/x"} | ANCHOR | TITLE for host in big]
    assert set(found([*honest(), *rows]).values()) == {-1}


NAMES = [
    (
        ["best-seoexpress-team.store", "seoexpress-pro.store", "my-seoexpress.store",
         "seoexpress-links.store", "grand-seoexpress-hub.store", "top-seoexpress.store"],
        True, "an operator's name, the words of its trade and its ending",
    ),
    (
        ["rankloot.shop", "linkbarn.shop", "seobox.shop", "backlinkvault.shop", "pbnlinks.shop"],
        True, "words of one trade under one new ending",
    ),
    (
        ["xkqfworld.site", "abcfworld.site", "mnofworld.site", "zzyfworld.site", "pqrfworld.site"],
        True, "one end of the names under a new ending",
    ),
    (
        ["franksgarage.shop", "museoshop.shop", "videotime.shop", "seoulfood.shop", "blinker.shop"],
        False, "frank is not rank, museo and seoul are not seo, blink is not link",
    ),
    (
        ["annaphotography.com", "bobphotography.com", "carlphotography.com", "danphotography.com",
         "evaphotography.com", "finphotography.com"],
        False, "honest names share a word of their trade",
    ),
    (
        ["uni-bonn.de", "uni-mainz.de", "uni-koeln.de", "uni-jena.de", "uni-kassel.de"],
        False, "a short beginning is no operator",
    ),
    (
        ["anna.dev", "bob.dev", "carl.dev", "dan.dev", "eva.dev", "fin.dev"],
        False, "an ending alone is no operator",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("names", "tied", "why"), NAMES, ids=[why for _, _, why in NAMES])
def test_names_alone(names: list[str], tied: bool, why: str) -> None:
    of = found([{"referring_page": f"https://{name}/"} for name in (*HONEST, *names)])
    assert {of[name] for name in names} == {0 if tied else -1}
    assert {of[name] for name in HONEST} == {-1}


def test_a_week_ties_names_that_share_a_word_where_it_is_unusual() -> None:
    names = [f"{word}greenmarket.com" for word in ("my", "top", "our", "big", "web", "pro")]
    burst = [
        {"referring_page": f"https://{name}/", "target_url": "https://acme.com/",
         "first_seen": MONDAY} for name in names
    ]  # fmt: skip
    spread = [
        row | {"first_seen": MONDAY - timedelta(weeks=9 * place)} for place, row in enumerate(burst)
    ]
    assert {found([*honest(), *burst])[name] for name in names} == {0}
    assert {found([*honest(), *spread])[name] for name in names} == {-1}


def market(words: tuple[str, ...], **same: Any) -> list[dict[str, Any]]:
    """Names that share a word, with whatever they have the same."""
    return [{"referring_page": f"https://{word}greenmarket.com/"} | same for word in words]


SIX = ("my", "top", "our", "big", "web", "pro")
FIFTEEN = (*SIX, "new", "old", "red", "hot", "all", "one", "ten", "zen", "van")


def test_a_week_that_all_have_ties_nobody() -> None:
    rows = [row | WEEK for row in honest()]
    assert set(found([*rows, *market(SIX, **WEEK)]).values()) == {-1}


@pytest.mark.parametrize(("with_anchor", "tied"), [(5, False), (6, True)])
def test_a_word_of_names_agrees_where_two_in_five_of_them_do(with_anchor: int, tied: bool) -> None:
    some = market(FIFTEEN[:with_anchor], **ANCHOR)
    of = found([*honest(), *some, *market(FIFTEEN[with_anchor:])])
    assert {of[f"{word}greenmarket.com"] for word in FIFTEEN[:with_anchor]} == {0 if tied else -1}


@pytest.mark.parametrize(("others", "tied"), [(900, True), (1300, False)])
def test_in_a_large_profile_a_few_names_share_a_word_by_chance(others: int, tied: bool) -> None:
    """1 in 200 names under the ending must share the word: of 906 six do, of 1,306 they do not."""
    numbers = np.random.default_rng(1).integers(0, 26, (others, 12)) + ord("a")
    names = {bytes(row.astype(np.uint8)).decode() for row in numbers}
    rows = [{"referring_page": f"https://{name}.com/", "first_seen": None} for name in names]
    of = found([*rows, *market(SIX, **WEEK)])
    assert {of[f"{word}greenmarket.com"] for word in SIX} == {0 if tied else -1}


def test_a_group_of_which_half_lies_in_a_network_joins_it() -> None:
    other = {"anchor_text": "loft conversions leeds", "referring_page_title": "Loft news daily x"}
    nine, four = sisters(9), sisters(13)[9:]
    rows = [row | ANCHOR | TITLE for row in nine]
    rows += [row | other for row in (*nine[:4], *four)]
    of = found([*honest(), *rows])
    assert {of[name] for name in of if name not in HONEST} == {0}
    rows = [row | ANCHOR | TITLE for row in nine] + [row | other for row in (*nine[:3], *four)]
    of = found([*honest(), *rows])
    assert {of[row["referring_page"].split("/")[2]] for row in four} == {-1}


def test_a_platforms_users_are_not_tied_by_what_the_platform_gives_them() -> None:
    rows = [
        {
            "referring_page": f"https://{name}greenmarket.blogspot.com/2026/08/odd.php9",
            "page_ip": "203.0.113.9",
        }
        for name in ("my", "top", "our", "big", "web", "pro")
    ]
    assert set(found([*honest(), *rows]).values()) == {-1}


def test_networks_that_share_a_telling_key_are_one() -> None:
    one = sisters(6, **ANCHOR, **TITLE)
    two = [
        row | ANCHOR | {"referring_page_title": "A wholly different title of the same seller"}
        for row in sisters(14)[8:]
    ]
    of = found([*honest(), *one, *two])
    assert {of[name] for name in of if name not in HONEST} == {0}


def test_the_largest_network_comes_first_and_says_what_it_shares() -> None:
    large = sisters(9, **ANCHOR, **TITLE)
    small = [
        row | {"anchor_text": "loft conversions leeds", "referring_page_title": "Loft news daily x"}
        for row in sisters(23)[16:]
    ]
    networks, _ = among([*honest(), *small, *large])
    assert networks.sizes.tolist() == [9, 7]
    first = networks.evidence.filter(pl.col("network") == 0)
    assert first.select("kind", "key", "domains").rows() == [
        ("anchor", "buy cheap oak floors", 9),
        ("title", "the 9 best floors of the year ranked by experts", 9),
    ]
    assert set(networks.kinds.tolist()) == {0, 2}


def test_a_title_is_compared_without_the_sites_own_name() -> None:
    rows = [
        row | ANCHOR | {"referring_page_title": f"{label.upper()} - the leading directory of 2026"}
        for row in sisters(6)
        for label in [row["referring_page"].split("/")[2].partition(".")[0]]
    ]
    networks, _ = among([*honest(), *rows])
    assert ("title", "the leading directory of 9") in networks.evidence.select("kind", "key").rows()


def test_signals_of_members_and_others(compute: Any) -> None:
    rows = [*honest(), *sisters(10, **ANCHOR, **TITLE)]
    table = frame(rows)
    signals = compute(("acme",), **{name: table[name].to_list() for name in table.columns})
    sizes, kinds = signals["network_domains"].to_list(), signals["network_kinds"].to_list()
    assert sizes[: len(HONEST)] == [0.0] * len(HONEST)
    assert sizes[len(HONEST) :] == pytest.approx([1.0] * 10)  # nine others
    assert kinds == [0.0] * len(HONEST) + [2.0] * 10


def test_a_site_with_many_anchors_costs_no_more_than_the_commonest_of_them() -> None:
    """Each of the sisters uses a thousand anchors; the common one is still seen."""
    rows = [
        {"referring_page": f"{row['referring_page']}{n}", "anchor_text": f"topic number {n} of it"}
        | TITLE
        for row in sisters(6)
        for n in range(40)
    ]
    rows += [row | ANCHOR | TITLE for row in sisters(8)]
    of = found([*honest(), *rows])
    assert {of[name] for name in of if name not in HONEST} == {0}


def test_names_are_read_as_people_read_them() -> None:
    domains = pl.DataFrame(
        {"linking_domain": ["xn--bcher-kva.de", "a.b.co.uk", "xn--zz--9999999.com"],
         "suffix": ["de", "co.uk", "com"]}
    )  # fmt: skip
    assert own_labels(domains).to_list()[:2] == ["bücher", "a.b"]


hosts = st.sampled_from([*HONEST, *(row["referring_page"].split("/")[2] for row in sisters(12))])
rows_of = st.lists(
    st.fixed_dictionaries(
        {
            "referring_page": hosts.map(lambda host: f"https://{host}/x"),
            "anchor_text": st.sampled_from(["buy cheap oak floors", "Acme", "", None, "=1+1"]),
            "referring_page_title": st.sampled_from([TITLE["referring_page_title"], None, "x"]),
            "first_seen": st.sampled_from([MONDAY, MONDAY - timedelta(days=400), None]),
        }
    ),
    min_size=1,
    max_size=60,
)


@settings(max_examples=60, deadline=None)
@given(rows_of, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(rows: list[dict[str, Any]], random: Any) -> None:
    other = list(rows)
    random.shuffle(other)
    one, two = found(rows), found(other)
    assert {k: v >= 0 for k, v in one.items()} == {k: v >= 0 for k, v in two.items()}
    groups = [{frozenset(n for n in of if of[n] == k) for k in of.values() if k >= 0}
              for of in (one, two)]  # fmt: skip
    assert groups[0] == groups[1]


@settings(max_examples=60, deadline=None)
@given(rows_of)
def test_members_are_many_and_each_has_two_kinds(rows: list[dict[str, Any]]) -> None:
    networks, _ = among(rows)
    assert np.all(networks.sizes >= MIN_DOMAINS)
    assert np.all((networks.kinds >= 2) == (networks.of >= 0))


def test_a_title_is_compared_without_the_sites_name_in_words() -> None:
    rows = [
        row | ANCHOR | {"referring_page_title": title}
        for row, title in zip(
            sisters(5),
            ("Loft news of the day | Apfela", "Loft news of the day – Birne A", "Kirsche A - Loft "
             "news of the day", "Loft news of the day", "Loft news of the day « Papaya-A"),
            strict=True,
        )
    ]  # fmt: skip
    networks, _ = among([*honest(), *rows])
    assert ("title", "loft news of the day", 5) in networks.evidence.select(
        "kind", "key", "domains"
    ).rows()


def test_a_long_anchor_is_compared_without_the_salt_at_its_ends() -> None:
    salted = [
        {"referring_page": f"https://{name}.xyz/", "anchor_text": f"{salt}↑↑Black hat links for "
         f"every purse in town {salt[::-1]}"}
        for name, salt in (("qwhzx", "Hm1"), ("prtvv", "yo2"), ("klmnz", "Ie3"), ("bcdxx", "zu4"),
                           ("ghjkq", "Bo5"))
    ]  # fmt: skip
    of = found([*honest(), *salted])
    assert {of[name] for name in of if name not in HONEST} == {0}


def test_lists_of_nearly_one_length_are_one() -> None:
    rows = [
        row | TITLE | {"page_external_links": 3870 + 9 * place}
        for place, row in enumerate(sisters(6))
    ]
    networks, _ = among([*honest(), *rows])
    keys = networks.evidence.filter(pl.col("kind") == "list")["key"].to_list()
    assert keys
    assert all(low <= 3870 <= high or low <= 3915 <= high for low, high in map(list_lengths, keys))


# what was looked up: ids of owners and name servers of their own


def siblings(many: int = 7, **columns: Any) -> list[dict[str, Any]]:
    """Domains under one title, each with further columns; a function is given the place."""
    names = ("amberfield", "brackish", "coldwell", "dunmore", "easterly", "fenwick", "gorsely",
             "hazelton", "ironwood", "juniper", "kestrel", "lowland")  # fmt: skip
    return [
        {
            "referring_page": f"https://{name}.com/",
            "referring_page_title": "Top casino offers of the week",
            "fetch_state": "fetched",
            **{c: v(place) if callable(v) else v for c, v in columns.items()},
        }
        for place, name in enumerate(names[:many])
    ]


def others(**columns: Any) -> list[dict[str, Any]]:
    return [{**row, "fetch_state": "fetched", **columns} for row in honest()]


OWNER = {"fetched_ids": "adsense:pub-1"}
SERVERS = {"domain_name_servers": "NS1.amberfield.com. ns1.amberfield.com ns2.amberfield.com"}
LOOKED_UP = [  # columns of the siblings, of the others, tied or not, reason
    (OWNER, {"fetched_ids": ""}, True, "one advertising id under one title"),
    (OWNER, {"fetched_ids": None}, False, "no others were fetched: it may be a service's"),
    ({"fetched_ids": lambda n: f"ga:{n}"}, {"fetched_ids": ""}, False, "each its own id"),
    (OWNER, OWNER, False, "an id that all have is a service's"),
    (
        {**OWNER, "fetched_elsewhere": True},
        {"fetched_ids": ""},
        False,
        "the id is that of the domain they lead to",
    ),
    ({**OWNER, "fetch_state": "blocked"}, {"fetched_ids": ""}, False, "the page that refuses"),
    (SERVERS, {"domain_name_servers": "ns.big.net"}, True, "name servers below a linking domain"),
    (
        {"domain_name_servers": "anna.ns.cloudflare.com"},
        {"domain_name_servers": "ns.big.net"},
        False,
        "a network that serves everybody",
    ),
    (
        {"domain_name_servers": "ns-1.awsdns-12.org"},
        {"domain_name_servers": "ns.big.net"},
        False,
        "one of the many names of a hoster",
    ),
    (
        {"domain_name_servers": "ns1.someone.net"},
        {"domain_name_servers": "ns.big.net"},
        False,
        "too common here for a stranger's servers",
    ),
]


@pytest.mark.parametrize(("mine", "theirs", "tied", "reason"), LOOKED_UP)
def test_what_was_looked_up_ties_domains(mine, theirs, tied, reason) -> None:
    of = found(siblings(**mine) + others(**theirs))
    networks = {of[row["referring_page"][8:-1]] for row in siblings()}
    assert networks == ({0} if tied else {-1}), reason
    assert {of[host] for host in HONEST} == {-1}


@pytest.mark.parametrize("columns", [OWNER, SERVERS])
def test_looked_up_traces_need_a_second_kind(columns) -> None:
    rows = [{**row, "referring_page_title": None} for row in siblings(**columns)]
    assert set(found(rows + others(fetched_ids="", domain_name_servers="a.b.net")).values()) == {-1}


def test_an_agency_ties_nobody_by_all_that_it_gives_its_clients() -> None:
    rows = siblings(
        12, **OWNER, **SERVERS, page_ip="203.0.113.7", referring_page_title=None,
        first_seen=MONDAY, target_url="https://acme.com/",
    )  # fmt: skip
    assert set(found(rows + others(fetched_ids="")).values()) == {-1}


def test_users_of_a_platform_share_its_id() -> None:
    rows = [
        {**row, "referring_page": row["referring_page"].replace(".com", ".blogspot.com")}
        for row in siblings(**OWNER)
    ]
    assert set(found(rows + others(fetched_ids="")).values()) == {-1}


def test_an_address_that_many_share_ties_nobody() -> None:
    rows = siblings(page_ip="203.0.113.7")
    plain = others(page_ip=None)
    assert {found(rows + plain)["amberfield.com"]} == {0}
    for hosting in ("cdn", "shared"):
        marked = [{**row, "host_hosting": hosting} for row in rows]
        assert set(found(marked + plain).values()) == {-1}
