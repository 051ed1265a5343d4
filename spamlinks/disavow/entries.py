"""What may be written: entries, candidates for them, and the last check before writing.

``vet`` is the defence in depth behind the policy. Whatever a caller asks for, a line is written
only if our own parser reads it back as exactly that entry without an error, and never one that
would hit a suffix, an address, a platform or the user's own site.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from spamlinks.disavow.lines import Kind, read_line
from spamlinks.disavow.problems import Problem
from spamlinks.guards import is_platform
from spamlinks.urls import authority, canonical_url, linking_domain, parse_host

__all__ = ["Candidate", "Entry", "Refusal", "Vetted", "host_and_parents", "vet"]


_PLAIN_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One thing to disavow: a host with everything below it, or one URL.

    ``kind`` is ``Kind.DOMAIN`` or ``Kind.URL``; ``value`` is an ASCII host or a canonical URL.
    Build one with ``Entry.domain`` or ``Entry.url``, which normalise.
    """

    kind: Kind
    value: str

    @classmethod
    def domain(cls, host: str) -> Entry:
        """Return the entry for a host and everything below it.

        >>> Entry.domain("Bücher.example").line
        'domain:xn--bcher-kva.example'
        """
        name = host.strip()
        return cls(Kind.DOMAIN, parse_host(name).host or name.lower())

    @classmethod
    def url(cls, url: str) -> Entry:
        """Return the entry for one URL, without its fragment.

        >>> Entry.url("HTTP://Spam.example:80/a b#top").line
        'http://spam.example/a%20b'
        """
        return cls(Kind.URL, canonical_url(url))

    @property
    def line(self) -> str:
        """The line of the file, without a line end."""
        return f"domain:{self.value}" if self.kind is Kind.DOMAIN else self.value

    @property
    def host(self) -> str:
        """The host the entry is about."""
        if self.kind is Kind.DOMAIN:
            return self.value
        parts = self.value.split("/", 3)
        if len(parts) == 4 and self.value.startswith("http") and _PLAIN_HOST.fullmatch(parts[2]):
            return parts[2]  # a canonical URL, whose host needs no reading
        return parse_host(authority(self.value)).host


@dataclass(frozen=True, slots=True, order=True)
class Candidate:
    """An entry somebody wants to add, with why. Both texts become comments and are made safe."""

    entry: Entry
    comment: str = ""
    group: str = ""


class Refusal(StrEnum):
    """Why a candidate is never written."""

    INVALID = "INVALID"
    WHOLE_TLD = "WHOLE_TLD"
    PUBLIC_SUFFIX = "PUBLIC_SUFFIX"
    IP_ADDRESS = "IP_ADDRESS"
    OWN_SITE = "OWN_SITE"
    PLATFORM = "PLATFORM"


@dataclass(frozen=True, slots=True)
class Vetted:
    """Candidates sorted into what may be written, what may not, and what another one covers.

    ``accepted`` is sorted, each entry once. Every candidate is in exactly one of the three, apart
    from repeats of one entry, of which the first by comment stays.
    """

    accepted: tuple[Candidate, ...]
    refused: tuple[tuple[Candidate, Refusal], ...]
    redundant: tuple[Candidate, ...]


def host_and_parents(host: str) -> list[str]:
    """Return a host and every name above it, the host first; an address stands alone.

    >>> host_and_parents("a.b.example"), host_and_parents("10.0.0.7")
    (['a.b.example', 'b.example', 'example'], ['10.0.0.7'])
    """
    labels = host.split(".")
    if ":" in host or labels[-1].isdigit():
        return [host]
    return [".".join(labels[i:]) for i in range(len(labels))]


def vet(
    candidates: Iterable[Candidate], own: Iterable[str] = (), allow: Iterable[str] = ()
) -> Vetted:
    """Decide which candidates may be written at all.

    Parameters
    ----------
    candidates : in any order; the result does not depend on it.
    own : hosts or URLs of the user's own sites and aliases.
    allow : top-level domains, suffixes and addresses that the user means to disavow whole. Nothing
        allows the own site, or a platform that is no suffix.

    Returns
    -------
    Vetted
    """
    allowed = {name.strip().lower().removeprefix("domain:").strip("[]") for name in allow}
    own_hosts = {parse_host(authority(site)).host or site.lower() for site in own if site.strip()}
    own_sites = {linking_domain(host) or host for host in own_hosts}
    accepted: dict[Entry, Candidate] = {}
    refused: list[tuple[Candidate, Refusal]] = []
    for candidate in sorted(set(candidates)):
        refusal = _refusal(candidate.entry, own_hosts, own_sites, allowed)
        if refusal is not None:
            refused.append((candidate, refusal))
        else:
            accepted.setdefault(candidate.entry, candidate)
    hosts = {entry.value for entry in accepted if entry.kind is Kind.DOMAIN}
    redundant = [c for e, c in accepted.items() if _is_covered(e, hosts)]
    for candidate in redundant:
        del accepted[candidate.entry]
    return Vetted(tuple(accepted.values()), tuple(refused), tuple(redundant))


def _is_covered(entry: Entry, hosts: set[str]) -> bool:
    above = host_and_parents(entry.host)
    return any(name in hosts for name in (above[1:] if entry.kind is Kind.DOMAIN else above))


def _refusal(
    entry: Entry, own_hosts: set[str], own_sites: set[str], allowed: set[str]
) -> Refusal | None:
    if entry.kind not in (Kind.DOMAIN, Kind.URL):
        return Refusal.INVALID
    above = host_and_parents(entry.host)
    is_own = any(name in own_sites for name in above) or (
        entry.kind is Kind.DOMAIN
        and any(entry.value in host_and_parents(host) for host in own_hosts)
    )
    line = read_line(entry.line)
    meant = entry.kind is Kind.DOMAIN and entry.value in allowed
    if meant and ":" not in entry.value and line.kind is Kind.DOMAIN and line.value == entry.value:
        if is_own:
            return Refusal.OWN_SITE
        shared = is_platform(entry.value) and Problem.PUBLIC_SUFFIX not in line.problems
        return Refusal.PLATFORM if shared else None
    if ":" in entry.value and parse_host(f"[{entry.value}]").is_ip:
        return Refusal.IP_ADDRESS
    if Problem.WHOLE_TLD in line.problems:
        return Refusal.WHOLE_TLD
    if Problem.PUBLIC_SUFFIX in line.problems:
        return Refusal.PUBLIC_SUFFIX
    if Problem.IP_ADDRESS in line.problems or parse_host(entry.host).is_ip:
        return Refusal.IP_ADDRESS
    if line.kind is not entry.kind or line.value != entry.value or line.has_error:
        return Refusal.INVALID
    if line.fix or not entry.line.isascii():  # not the form that we write
        return Refusal.INVALID
    if is_own:
        return Refusal.OWN_SITE
    if entry.kind is Kind.DOMAIN and is_platform(entry.value):
        return Refusal.PLATFORM
    return None
