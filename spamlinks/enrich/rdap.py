"""What an RDAP answer says of a domain (RFC 9083), read so that nothing in it can do harm.

Registries differ in what they send, and an answer is a stranger's text: every field may be absent,
of another type, nested without end or megabytes long. What is not as the RFC has it is left out
and never guessed at: a date with words around it is no date.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from spamlinks.enrich.answers import AgeFacts
from spamlinks.urls import parse_host

__all__ = ["NotRdap", "merge_ages", "read_rdap", "related_link"]

FIRST_DOMAIN = date(1985, 1, 1)
"""No domain is older; what says so is a placeholder such as 1900 or 1970."""
LONGEST_YEARS = 101
"""A registry that sells for a hundred years is the longest there is."""
_MAX_ENTITIES = 200
_MAX_DEPTH = 4
_MAX_SERVERS = 30
_MAX_CHARS = 200
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[Tt ].{1,40})?\Z")
_SERVER = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_][a-z0-9_-]{0,62})*\Z"
)
_EMAIL = re.compile(r"[^\s@<>\"',;:]{1,64}@[^\s@<>\"',;:]{1,150}\Z")
_PHONE = re.compile(r"\+?[0-9][0-9 .()/;a-z=+-]{3,40}\Z")


class NotRdap(Exception):  # noqa: N818 - it says what an answer is, and never reaches a user
    """The text is no RDAP answer about this domain; the message says why in a few words."""


def read_rdap(body: bytes, domain: str, *, today: date, server: str | None = None) -> AgeFacts:
    """Read an answer about a domain.

    Parameters
    ----------
    body : JSON, at most what the transport lets through.
    domain : what was asked about, in ASCII and lower case.
    today : dates of registration and change after it are wrong.
    server : base URL of whoever answered, for ``AgeFacts.server``.

    Returns
    -------
    AgeFacts; what the answer does not say, or says in another form than RFC 9083, is None. A domain
    that was deleted and registered anew is as old as its last registration.

    Raises
    ------
    NotRdap : no JSON, no object of a domain, or an object of another domain.

    >>> body = b'{"objectClassName": "domain", "events": [{"eventAction": "registration",'
    >>> body += b'"eventDate": "1997-09-15T04:00:00Z"}]}'
    >>> read_rdap(body, "a.example", today=date(2026, 1, 1)).created_on
    datetime.date(1997, 9, 15)
    """
    found = _load(body)
    if not isinstance(found, dict):
        raise NotRdap("no JSON object")
    if found.get("objectClassName") != "domain":
        raise NotRdap("no object of a domain")
    name = found.get("ldhName")
    if isinstance(name, str) and name.strip(". ") and parse_host(name[:300]).host != domain:
        raise NotRdap("an object of another domain")
    dates = dict.fromkeys(("registration", "reregistration", "expiration", "last changed"), _NEVER)
    for action, day in _events(found.get("events")):
        if action in dates:
            dates[action] = (*dates[action], day)
    born = _between(dates["registration"], FIRST_DOMAIN, today)
    again = _between(dates["reregistration"], FIRST_DOMAIN, today)
    ends = _between(dates["expiration"], FIRST_DOMAIN, _years_after(today, LONGEST_YEARS))
    changed = _between(dates["last changed"], FIRST_DOMAIN, today)
    registrar, abuse = _contacts(found)
    return AgeFacts(
        created_on=max(again) if again else min(born, default=None),
        expires_on=max(ends, default=None),
        changed_on=max(changed, default=None),
        registrar=registrar,
        name_servers=_name_servers(found.get("nameservers")),
        abuse_contact=abuse,
        server=server,
    )


_NEVER: tuple[date, ...] = ()


def merge_ages(registry: AgeFacts, registrar: AgeFacts) -> AgeFacts:
    """Fill what the registry does not say with what the registrar says.

    >>> told = merge_ages(AgeFacts(registrar="A"), AgeFacts(registrar="B", name_servers=()))
    >>> told.registrar, told.name_servers, told.created_on
    ('A', (), None)
    """
    gaps = {
        name: getattr(registrar, name)
        for name in AgeFacts.__dataclass_fields__
        if getattr(registry, name) is None and name != "server"
    }
    return replace(registry, **gaps)


def related_link(body: bytes) -> str | None:
    """Return the URL at which the registrar answers for itself (``rel`` "related"), or None."""
    found = _load(body)
    for link in _dicts(found.get("links") if isinstance(found, dict) else None):
        href, kind = link.get("href"), link.get("type")
        if (
            link.get("rel") == "related"
            and isinstance(href, str)
            and href[:8].lower().startswith(("http://", "https://"))
            and len(href) <= 2000
            and (kind is None or (isinstance(kind, str) and "json" in kind))
        ):
            return href
    return None


def _load(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):  # UnicodeDecodeError and numbers without end among them
        return None


def _dicts(found: object) -> Iterator[dict[str, Any]]:
    if isinstance(found, list):
        yield from (one for one in found[:_MAX_ENTITIES] if isinstance(one, dict))


def _texts(found: object) -> list[str]:
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def _clean(found: object) -> str | None:
    """One line without marks that steer a terminal; None for no text. Of a list, its first text."""
    if isinstance(found, list):  # an organisation and its departments
        found = next(iter(_texts(found[:10])), None)
    if not isinstance(found, str):
        return None
    text = found[: 10 * _MAX_CHARS]
    plain = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text)
    return " ".join(plain.split())[:_MAX_CHARS].strip() or None


def _events(found: object) -> Iterator[tuple[str, date]]:
    for event in _dicts(found):
        action, day = event.get("eventAction"), _day(event.get("eventDate"))
        if isinstance(action, str) and day is not None:
            yield action.strip().lower(), day


def _day(found: object) -> date | None:
    """The day in UTC of an RFC 3339 moment; a plain day is taken as it stands."""
    if not isinstance(found, str) or not (parts := _DAY.match(found.strip()[:60])):
        return None
    try:
        day = date.fromisoformat(parts[1])
    except ValueError:
        return None
    try:
        moment = datetime.fromisoformat(found.strip().upper())
        return moment.astimezone(UTC).date() if moment.tzinfo else day
    except (ValueError, OverflowError):
        return day


def _between(days: tuple[date, ...], first: date, last: date) -> list[date]:
    return [day for day in days if first <= day <= last + timedelta(days=1)]  # zones differ


def _years_after(day: date, years: int) -> date:
    return date(min(day.year + years, 9998), 12, 31)


def _name_servers(found: object) -> tuple[str, ...] | None:
    if not isinstance(found, list):
        return None
    names: dict[str, None] = {}
    for server in _dicts(found):
        name = server.get("ldhName")
        if isinstance(name, str) and _SERVER.match(name[:260].strip(" .").lower()):
            names[name.strip(" .").lower()] = None
    return tuple(names)[:_MAX_SERVERS]


def _contacts(found: dict[str, Any]) -> tuple[str | None, str | None]:
    """Return the registrar's name and the contact for abuse, the registrar's before others."""
    registrar: str | None = None
    abuse: dict[bool, str | None] = {True: None, False: None}
    level = [(entity, False) for entity in _dicts(found.get("entities"))]
    for _ in range(_MAX_DEPTH):
        below: list[tuple[dict[str, Any], bool]] = []
        for entity, inside in level[:_MAX_ENTITIES]:
            roles = {role.strip().lower() for role in _texts(entity.get("roles"))[:20]}
            within = inside or "registrar" in roles
            if "registrar" in roles and registrar is None:
                registrar = _name(entity) or _clean(entity.get("handle"))
            if "abuse" in roles and abuse[within] is None:
                abuse[within] = _reach(entity)
            below += [(one, within) for one in _dicts(entity.get("entities"))]
        level = below
    return registrar, abuse[True] or abuse[False]


def _vcard(entity: dict[str, Any]) -> Iterator[tuple[str, object]]:
    """Names and values of the properties of a jCard (RFC 7095)."""
    card = entity.get("vcardArray")
    if isinstance(card, list) and len(card) > 1 and isinstance(card[1], list):
        for entry in card[1][:_MAX_ENTITIES]:
            if isinstance(entry, list) and len(entry) > 3 and isinstance(entry[0], str):
                yield entry[0].strip().lower(), entry[3]


def _jscard(entity: dict[str, Any]) -> dict[str, Any]:
    """The contact as JSContact (RFC 9553), which some registries send instead."""
    for key in ("jscard", "jscontact_card"):
        if isinstance(entity.get(key), dict):
            return dict(entity[key])
    return {}


def _values(found: object, key: str) -> list[object]:
    if not isinstance(found, dict):
        return []
    return [one.get(key) for one in list(found.values())[:20] if isinstance(one, dict)]


def _name(entity: dict[str, Any]) -> str | None:
    card, other = list(_vcard(entity)), _jscard(entity)
    full = other.get("name")
    candidates = [value for key in ("fn", "org") for name, value in card if name == key]
    candidates += [full.get("full")] if isinstance(full, dict) else []
    candidates += _values(other.get("organizations"), "name")
    return next((text for one in candidates if (text := _clean(one))), None)


def _reach(entity: dict[str, Any]) -> str | None:
    """An e-mail address; a telephone number where there is none."""
    card, other = list(_vcard(entity)), _jscard(entity)
    mails = [value for name, value in card if name == "email"]
    mails += _values(other.get("emails"), "address")
    phones = [value for name, value in card if name == "tel"]
    phones += _values(other.get("phones"), "number")
    for values, scheme, form in ((mails, "mailto:", _EMAIL), (phones, "tel:", _PHONE)):
        for value in values:
            text = _clean(value)
            text = text[len(scheme) :] if text and text.lower().startswith(scheme) else text
            if text and form.match(text):
                return text
    return None
