"""Which registry answers for a suffix: IANA's list of RDAP servers (RFC 9224).

A copy is bundled (``spamlinks/data/rdap_bootstrap.json``, in IANA's own form), so that a first run
needs nothing from IANA; ``refresh_bootstrap`` fetches the present one and keeps it beside the
store. A suffix that is not on the list has a registry that offers no RDAP, or told nobody: nothing
can be asked there, and nothing is.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

from spamlinks.enrich.settings import FetchSettings
from spamlinks.errors import InputError
from spamlinks.files import write_atomic

__all__ = [
    "IANA_LIST",
    "Bootstrap",
    "bootstrap_path",
    "load_bootstrap",
    "read_bootstrap",
    "refresh_bootstrap",
]

IANA_LIST = "https://data.iana.org/rdap/dns.json"
MAX_BYTES = 2_000_000
_FILE = "rdap_bootstrap.json"
_SUFFIX = re.compile(
    r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?)(?:\.[a-z0-9_][a-z0-9_-]{0,62})*\Z"
)
_AGAIN = "Fetch it again with 'spamlinks enrich --refresh-bootstrap', or delete it."


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """The list of registries.

    Attributes
    ----------
    published : when IANA published it, in UTC.
    servers : base URL, with a final slash, by suffix in ASCII; https where the registry has both.
    """

    published: datetime
    servers: dict[str, str]

    def server_of(self, domain: str) -> str | None:
        """Return the base URL of the registry of a domain in ASCII; None where it has none.

        The longest suffix counts, label by label (RFC 9224, section 4).

        >>> load_bootstrap().server_of("example.com")
        'https://rdap.verisign.com/com/v1/'
        >>> load_bootstrap().server_of("example.de") is None
        True
        """
        name = domain.lower().rstrip(".")
        while name:
            if name in self.servers:
                return self.servers[name]
            name = name.partition(".")[2]
        return None


def read_bootstrap(raw: bytes, source: str) -> Bootstrap:
    """Read a list in the form of RFC 9224, and trust nothing in it.

    Parameters
    ----------
    raw : the file, at most 2 MB.
    source : what an error calls it.

    Raises
    ------
    InputError : no such list, or an entry that is not as it must be.
    """

    def fail(problem: str) -> InputError:
        return InputError(source, f"this is no list of RDAP servers: {problem}", _AGAIN)

    if len(raw) > MAX_BYTES:
        raise fail(f"it is larger than {MAX_BYTES:,} bytes")
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        raise fail("it is no JSON") from None
    if not isinstance(found, dict) or found.get("version") != "1.0":
        raise fail("it is not of version 1.0")
    published = _moment(found.get("publication"))
    if published is None:
        raise fail("it has no date of publication")
    services = found.get("services")
    if not isinstance(services, list) or not services:
        raise fail("it names no services")
    servers: dict[str, str] = {}
    for service in services:
        if not (isinstance(service, list) and len(service) == 2):
            raise fail("a service is no pair of suffixes and URLs")
        suffixes, urls = service
        if not (isinstance(suffixes, list) and isinstance(urls, list) and urls):
            raise fail("a service is no pair of suffixes and URLs")
        for url in urls:
            if not _is_base(url):
                raise fail(f"{str(url)[:60]!r} is no base URL")
        base = next((url for url in urls if url.lower().startswith("https:")), urls[0])
        for suffix in suffixes:
            name = suffix.lower() if isinstance(suffix, str) else ""
            if len(name) > 253 or not _SUFFIX.match(name):
                raise fail(f"{str(suffix)[:60]!r} is no suffix")
            servers[name] = base if base.endswith("/") else base + "/"
    return Bootstrap(published, servers)


def _moment(text: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    if found is None:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _is_base(url: object) -> bool:
    if not isinstance(url, str) or not url.isascii() or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
        plain = not (parts.query or parts.fragment or parts.username or parts.password)
        return (
            parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and plain
            and (parts.port is None or parts.port > 0)
        )
    except ValueError:
        return False


@cache
def _bundled() -> Bootstrap:
    return read_bootstrap(files("spamlinks").joinpath("data", _FILE).read_bytes(), _FILE)


def bootstrap_path(store: Path) -> Path:
    """Where a refreshed list is kept: in the folder of the store."""
    return store.parent / _FILE


def load_bootstrap(path: Path | None = None) -> Bootstrap:
    """Return the list to go by: the refreshed one at ``path``, if there is one and it is newer.

    Raises
    ------
    InputError : the file at ``path`` cannot be used.
    """
    if path is None or not path.is_file():
        return _bundled()
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(str(path), f"cannot be read ({error.strerror})", _AGAIN) from None
    kept = read_bootstrap(raw, str(path))
    return max(kept, _bundled(), key=lambda one: one.published)


def refresh_bootstrap(settings: FetchSettings, path: Path, *, url: str = IANA_LIST) -> Bootstrap:
    """Fetch IANA's present list, check it, and keep it at ``path``.

    A list that names less than half as many suffixes as the one in use is taken for a fault.

    Raises
    ------
    NetworkError : it cannot be fetched.
    InputError : what came is no such list; ``path`` is then unchanged.
    OutputError : it cannot be written.
    """
    from spamlinks.enrich.transport import fetch  # heavy, and only for those who ask

    raw = fetch(url, settings, accept="application/json", max_bytes=MAX_BYTES)
    fresh = read_bootstrap(raw, url)
    known = len(_bundled().servers)
    if len(fresh.servers) * 2 < known:
        problem = f"it names {len(fresh.servers):,} suffixes, the list in use {known:,}"
        raise InputError(url, problem, "Try again later; the list in use stays.")
    write_atomic(path, raw)
    return fresh
