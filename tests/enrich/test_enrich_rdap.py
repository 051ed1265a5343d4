"""Reading RDAP answers: usual ones, odd ones, and whatever else a server may send."""

from __future__ import annotations

import json
import time
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdap_server import domain_object

from spamlinks.enrich.answers import AgeFacts
from spamlinks.enrich.rdap import FIRST_DOMAIN, NotRdap, merge_ages, read_rdap, related_link

TODAY = date(2026, 3, 1)


def read(**changes: object) -> AgeFacts:
    body = json.dumps(domain_object("a.com", **changes)).encode()
    return read_rdap(body, "a.com", today=TODAY)


def events(*pairs: tuple[object, object]) -> list[dict[str, object]]:
    return [{"eventAction": action, "eventDate": day} for action, day in pairs]


BORN = [  # events, registered on, why
    ([("registration", "1997-09-15T04:00:00Z")], date(1997, 9, 15), "as RFC 9083 has it"),
    ([("Registration ", "1997-09-15T04:00:00Z")], date(1997, 9, 15), "case and space"),
    ([("registration", "1997-09-15")], date(1997, 9, 15), "no time"),
    ([("registration", "1997-09-15 04:00:00")], date(1997, 9, 15), "a space for the T"),
    ([("registration", "1997-09-15 04:00:00 UTC")], date(1997, 9, 15), "zone by name"),
    ([("registration", "1997-09-15T04:00:00.123456789Z")], date(1997, 9, 15), "nanoseconds"),
    ([("registration", "2020-01-01T00:30:00+02:00")], date(2019, 12, 31), "the day in UTC"),
    ([("registration", "2019-12-31T23:30:00-02:00")], date(2020, 1, 1), "the day in UTC"),
    ([("registration", "1985-01-01T00:00:00Z")], date(1985, 1, 1), "the first there were"),
    ([("registration", "1970-01-01T00:00:00Z")], None, "a placeholder"),
    ([("registration", "0001-01-01T00:00:00Z")], None, "a placeholder"),
    ([("registration", "0001-01-01T00:00:00+14:00")], None, "before the first day there is"),
    ([("registration", "9999-12-31T23:59:59-14:00")], None, "after the last day there is"),
    ([("registration", "2026-03-01T10:00:00Z")], date(2026, 3, 1), "today"),
    ([("registration", "2026-03-02T10:00:00Z")], date(2026, 3, 2), "tomorrow: zones differ"),
    ([("registration", "2026-03-03T10:00:00Z")], None, "in the future"),
    ([("registration", "2023-02-29T10:00:00Z")], None, "no day"),
    ([("registration", "before 1996-08-01")], None, "words around it: nothing is guessed"),
    ([("registration", "15.09.1997")], None, "day or month first? nothing is guessed"),
    ([("registration", "١٩٩٧-٠٩-١٥")], None, "digits of another script"),
    ([("registration", 874296000)], None, "a number"),
    ([("registration", None)], None, "null"),
    ([("registration", ["1997-09-15"])], None, "a list"),
    ([(None, "1997-09-15"), (7, "1998-09-15")], None, "no action"),
    ([("registration", "x"), ("registration", "1999-01-02")], date(1999, 1, 2), "the usable one"),
    (
        [("registration", "1999-01-02"), ("registration", "2001-01-02")],
        date(1999, 1, 2),
        "the first of two",
    ),
    (
        [("registration", "1999-01-02"), ("reregistration", "2021-05-06")],
        date(2021, 5, 6),
        "dropped and caught: as old as its last registration",
    ),
    ([("last changed", "2020-01-01")], None, "another event"),
    ([], None, "none"),
]


@pytest.mark.parametrize(("pairs", "day", "why"), BORN, ids=[why for _, _, why in BORN])
def test_registered_on(pairs, day, why):
    assert read(events=events(*pairs)).created_on == day


@pytest.mark.parametrize(
    ("action", "field", "given", "day"),
    [
        ("expiration", "expires_on", "2027-01-01T00:00:00Z", date(2027, 1, 1)),
        ("expiration", "expires_on", "2020-01-01T00:00:00Z", date(2020, 1, 1)),  # it has expired
        ("expiration", "expires_on", "2126-01-01T00:00:00Z", date(2126, 1, 1)),  # for 100 years
        ("expiration", "expires_on", "9999-12-31T00:00:00Z", None),  # "never"
        ("last changed", "changed_on", "2025-01-01T00:00:00Z", date(2025, 1, 1)),
        ("last changed", "changed_on", "2027-01-01T00:00:00Z", None),
        ("last update of RDAP database", "changed_on", "2025-01-01T00:00:00Z", None),
    ],
)
def test_other_dates(action, field, given, day):
    assert getattr(read(events=events((action, given))), field) == day


@pytest.mark.parametrize(
    ("action", "field"), [("expiration", "expires_on"), ("last changed", "changed_on")]
)
def test_of_several_the_last_counts(action, field):
    days = ("2024-01-02", "2025-03-04", "2023-05-06")
    assert getattr(read(events=events(*((action, day) for day in days))), field) == date(2025, 3, 4)


@pytest.mark.parametrize(
    "odd", [None, 7, "x", {}, True, [None], [[]], ["x"], [{}], [[[]]], {"a": []}, 1e308, ""]
)
@pytest.mark.parametrize("key", ["events", "entities", "nameservers", "links"])
def test_a_member_of_another_type_is_left_out(key, odd):
    facts = read(**{key: odd})
    spared = {"events": "registrar", "entities": "created_on"}.get(key, "created_on")
    assert getattr(facts, spared) is not None
    if key == "nameservers":
        assert facts.name_servers == (() if isinstance(odd, list) else None)


def card(*entries: object) -> dict[str, object]:
    return {"vcardArray": ["vcard", [["version", {}, "text", "4.0"], *entries]]}


def entity(*roles: str, inside: object = None, **more: object) -> dict[str, object]:
    return {"objectClassName": "entity", "roles": list(roles), "entities": inside, **more}


def mail(address: object) -> list[object]:
    return ["email", {}, "text", address]


CONTACTS = [  # entities, registrar, contact for abuse
    ([], None, None),
    ([entity("registrar", **card(["fn", {}, "text", "A Inc."]))], "A Inc.", None),
    ([entity("Registrar", **card(["org", {}, "text", ["A Inc.", "Sales"]]))], "A Inc.", None),
    ([entity("registrar", handle="292")], "292", None),
    ([entity("registrant", **card(["fn", {}, "text", "Somebody"]))], None, None),
    (
        [entity("registrar", "abuse", **card(["fn", {}, "text", "A"], mail("x@a.example")))],
        "A",
        "x@a.example",
    ),
    ([entity("abuse", **card(mail("MAILTO:x@a.example")))], None, "x@a.example"),
    (
        [
            entity("abuse", **card(mail("registry@b.example"))),
            entity("registrar", handle="1", inside=[entity("abuse", **card(mail("x@a.example")))]),
        ],
        "1",
        "x@a.example",
    ),
    (
        [entity("abuse", **card(mail("no address"), ["tel", {}, "uri", "tel:+1.5550100"]))],
        None,
        "+1.5550100",
    ),
    ([entity("abuse", **card(mail("javascript:alert(1)@x y")))], None, None),
    ([entity("abuse", **card(mail(["x@a.example"])))], None, "x@a.example"),
    ([entity("technical", **card(mail("x@a.example")))], None, None),
    (
        [
            entity(
                "registrar",
                jscard={"@type": "Card", "organizations": {"o": {"name": "B GmbH"}}},
                inside=[entity("abuse", jscard={"emails": {"e": {"address": "x@b.example"}}})],
            )
        ],
        "B GmbH",
        "x@b.example",
    ),
    ([{"roles": "registrar", "handle": "1"}], None, None),  # no list of roles
    ([{"roles": ["registrar"], "vcardArray": {"fn": "A"}}], None, None),
    (
        [{"roles": ["registrar"], "vcardArray": ["vcard", [["fn"], [7, {}, "text", "A"]]]}],
        None,
        None,
    ),
]


@pytest.mark.parametrize(("entities", "registrar", "abuse"), CONTACTS)
def test_registrar_and_abuse_contact(entities, registrar, abuse):
    facts = read(entities=entities)
    assert (facts.registrar, facts.abuse_contact) == (registrar, abuse)


def test_name_servers():
    given = ["NS1.Example.NET.", "ns1.example.net", "ns2.example.net", "no host!", "", 7, "a" * 300]
    servers = [{"objectClassName": "nameserver", "ldhName": name} for name in given]
    assert read(nameservers=servers).name_servers == ("ns1.example.net", "ns2.example.net")
    assert read(nameservers=[]).name_servers == ()  # registered, and leading nowhere
    many = [{"ldhName": f"ns{i}.example.net"} for i in range(10_000)]
    assert len(read(nameservers=many).name_servers or ()) == 30


@pytest.mark.parametrize("name", ["A.COM", "a.com.", "a.com", None, 7, "", ["a.com"]])
def test_the_answer_may_spell_or_omit_the_name(name):
    assert read(ldhName=name).created_on is not None


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "no JSON object"),
        (b"null", "no JSON object"),
        (b"[]", "no JSON object"),
        (b'"domain"', "no JSON object"),
        (b"{" * 200_000, "no JSON object"),
        (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, "no JSON object"),
        (b"9" * 100_000, "no JSON object"),
        (b"\x00\xff\xfe", "no JSON object"),
        (b"{}", "no object of a domain"),
        (b'{"errorCode": 404}', "no object of a domain"),
        (b'{"objectClassName": ["domain"]}', "no object of a domain"),
        (b'{"objectClassName": "domain", "ldhName": "b.com"}', "an object of another domain"),
        (b'{"objectClassName": "domain", "ldhName": "x.a.com"}', "an object of another domain"),
    ],
)
def test_what_is_no_answer_is_said_to_be_none(body, why):
    with pytest.raises(NotRdap, match=f"^{why}$"):
        read_rdap(body, "a.com", today=TODAY)
    related_link(body)


def test_international_names_are_compared_in_ascii():
    for name in ("xn--bcher-kva.com", "bücher.com", "XN--BCHER-KVA.COM."):
        body = json.dumps(domain_object("x", ldhName=name)).encode()
        assert read_rdap(body, "xn--bcher-kva.com", today=TODAY).created_on is not None


def test_a_megabyte_of_anything_is_read_at_once():
    deep: object = entity("abuse")
    for _ in range(300):
        deep = entity("registrar", inside=[deep] * 2)
        if len(json.dumps(deep)) > 900_000:
            break
    wide = [entity("registrar", inside=[entity("x", inside=[entity("abuse")] * 30)] * 30)] * 10
    long = [{"eventAction": "registration", "eventDate": "2" * 900_000}]
    for changes in ({"entities": [deep]}, {"entities": wide}, {"events": long}):
        begun = time.perf_counter()
        read(**changes)
        assert time.perf_counter() - begun < 1


KEYS = (
    "objectClassName ldhName events eventAction eventDate entities roles handle vcardArray jscard "
    "nameservers links rel href type name full organizations emails phones address number"
).split()
WORDS = (
    "domain a.com registration reregistration expiration registrar abuse vcard fn email tel "
    "related 2019-08-14T04:00:00Z 0000-00-00 x@a.example https://r.example/"
).split()
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.sampled_from(WORDS), st.text()
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=5),
        st.dictionaries(st.one_of(st.sampled_from(KEYS), st.text()), inner, max_size=6),
    ),
    max_leaves=20,
)


def check(body: bytes) -> None:
    try:
        facts = read_rdap(body, "a.com", today=TODAY)
    except NotRdap:
        return
    for day in (facts.created_on, facts.changed_on):
        assert day is None or FIRST_DOMAIN <= day <= TODAY + timedelta(days=1)
    assert facts.expires_on is None or FIRST_DOMAIN <= facts.expires_on <= date(2128, 1, 1)
    for text in (facts.registrar, facts.abuse_contact, *(facts.name_servers or ())):
        assert text is None or (text == text.strip() and 0 < len(text) <= 260)
        assert text is None or text.isprintable()
    link = related_link(body)
    assert link is None or link.lower().startswith(("http://", "https://"))


@given(st.dictionaries(st.sampled_from(KEYS), JSON))
def test_no_json_is_too_odd(members):
    check(json.dumps({**members, "objectClassName": "domain", "ldhName": "a.com"}).encode())


@given(st.binary())
def test_no_bytes_are_too_odd(body):
    check(body)
    check(b'{"objectClassName": "domain", "ldhName": "' + body)


@given(st.datetimes(timezones=st.timezones()), st.sampled_from(["registration", "expiration"]))
def test_every_moment_is_read_as_its_day_in_utc(moment, action):
    facts = read(events=events((action, moment.isoformat())))
    got = facts.created_on if action == "registration" else facts.expires_on
    last = TODAY + timedelta(days=1) if action == "registration" else date(2127, 12, 31)
    try:
        day = moment.astimezone(UTC).date()
    except OverflowError:
        return
    if FIRST_DOMAIN <= day <= last:
        assert got == day
    elif not FIRST_DOMAIN <= day <= last + timedelta(days=2):
        assert got is None


def test_the_registrar_fills_gaps_only():
    registry = AgeFacts(created_on=None, registrar="A", name_servers=(), server="https://a/")
    registrar = AgeFacts(date(2000, 1, 1), registrar="B", name_servers=("x",), server="https://b/")
    assert merge_ages(registry, registrar) == AgeFacts(
        created_on=date(2000, 1, 1), registrar="A", name_servers=(), server="https://a/"
    )


@pytest.mark.parametrize(
    ("link", "found"),
    [
        ({"rel": "related", "href": "https://r.example/a", "type": "application/rdap+json"}, True),
        ({"rel": "related", "href": "https://r.example/a"}, True),
        ({"rel": "self", "href": "https://r.example/a"}, False),
        ({"rel": "related", "href": "https://r.example/a", "type": "text/html"}, False),
        ({"rel": "related", "href": "ftp://r.example/a"}, False),
        ({"rel": "related", "href": "/a"}, False),
        ({"rel": "related", "href": 7}, False),
        ({"rel": ["related"], "href": "https://r.example/a"}, False),
        ({"rel": "related", "href": "https://" + "a" * 3000}, False),
    ],
)
def test_where_the_registrar_answers(link, found):
    body = json.dumps(domain_object("a.com", links=[link])).encode()
    assert (related_link(body) is not None) is found


def test_now_is_not_needed_for_reading():
    # The same answer read on another day differs only by what was in the future.
    body = json.dumps(domain_object("a.com")).encode()
    late = datetime(2030, 1, 1, tzinfo=UTC).date()
    assert read_rdap(body, "a.com", today=late) == read_rdap(body, "a.com", today=TODAY)
