"""Labels beside an export: a file of them, a past disavow file, a keep list, decisions.

1 is spam, 0 is honest, always.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from spamlinks.decided import DecisionList
from spamlinks.disavow import DisavowFile, Kind
from spamlinks.errors import InputError
from spamlinks.exports.keys import bare_page_key
from spamlinks.policy import KeepList, Verdict
from spamlinks.urls import authorities, authority, canonical_url, host_table, parse_host

__all__ = [
    "HONEST_WORDS",
    "SPAM_WORDS",
    "Decisions",
    "counted_are",
    "few",
    "past_decisions",
    "read_labels",
]

SPAM_WORDS = frozenset("1 1.0 true yes y t spam toxic bad disavow x".split())
HONEST_WORDS = frozenset("0 0.0 false no n f ham good honest keep ok".split())
NAMED = 3
"""So many contradictions are named; the rest is counted."""


def few(names: Sequence[str], most: int = NAMED) -> str:
    """Name the first of several, and count the rest.

    >>> few(["a", "b", "c", "d", "e"])
    'a, b, c and 2 more'
    """
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def counted_are(many: int, noun: str) -> str:
    """Begin a sentence about several.

    >>> counted_are(1, "page"), counted_are(1200, "page")
    ('1 page is', '1,200 pages are')
    """
    return f"{many:,} {noun} is" if many == 1 else f"{many:,} {noun}s are"


@dataclass(frozen=True)
class Decisions:
    """Labels by host and by page: 1 spam, 0 honest.

    ``hosts`` are ASCII hosts without ``www.``, each with everything below it; ``pages`` are pages
    as ``keys.bare_page_key`` writes them. The closest label counts: the page's own, the host's,
    then those of its parents, up to the linking domain or, with ``to_top``, to the top.
    """

    source: str
    hosts: Mapping[str, int] = field(default_factory=dict)
    pages: Mapping[str, int] = field(default_factory=dict)
    to_top: bool = False

    def labels(self, table: pl.DataFrame) -> npt.NDArray[np.float64]:
        """Label each row of a table of backlinks: float64 (n,), NaN where nothing is known."""
        names = authorities(table["referring_page"])
        hosts = host_table(names)
        found = [
            self._of_host(host, domain)
            for host, domain in hosts.select("host", "linking_domain").iter_rows()
        ]
        by_host = names.replace_strict(
            hosts["authority"],
            pl.Series(found, dtype=pl.Float64),
            default=None,
            return_dtype=pl.Float64,
        )
        if self.pages:
            keys = bare_page_key(table["referring_page"])
            texts = pl.Series(list(self.pages), dtype=pl.String)
            values = pl.Series(list(self.pages.values()), dtype=pl.Float64)
            by_page = keys.replace_strict(texts, values, default=None, return_dtype=pl.Float64)
            by_host = pl.select(pl.coalesce(by_page, by_host)).to_series()
        return np.array(by_host.fill_null(np.nan).to_numpy(), dtype=np.float64)

    def matched(self, table: pl.DataFrame) -> int:
        """How many of the hosts and pages are about some row of a table of backlinks."""
        seen: set[str] = set()
        for host in host_table(authorities(table["referring_page"]))["host"].drop_nulls():
            name = host.removeprefix("www.")
            while name:
                seen.add(name)
                name = name.partition(".")[2]
        keys = set(bare_page_key(table["referring_page"])) if self.pages else set()
        return len(seen & set(self.hosts)) + len(keys & set(self.pages))

    def _of_host(self, host: str | None, domain: str | None) -> float | None:
        name = (host or "").removeprefix("www.")
        while name:
            if name in self.hosts:
                return float(self.hosts[name])
            if name == domain and not self.to_top:
                return None
            name = name.partition(".")[2]
        return None


class _Gathering:
    """Labels on their way to ``Decisions``, with what contradicts."""

    def __init__(self) -> None:
        self.hosts: dict[str, int] = {}
        self.pages: dict[str, int] = {}
        self.both: dict[str, None] = {}

    def add(self, name: str, value: int) -> bool:
        """Take a domain or URL; False for a text that is neither."""
        parts = parse_host(authority(name))
        if parts.problem is not None:
            return False
        url = canonical_url(name)
        tail = url.partition("://")[2].partition("/")[2]
        if tail:
            self._put(self.pages, bare_page_key(pl.Series([url]))[0], value)
        else:
            self._put(self.hosts, parts.host.removeprefix("www."), value)
        return True

    def add_decided(self, decided: DecisionList) -> None:
        """Take what people decided on sites and pages; what is for review has no label."""
        for decision in decided.by_name.values():
            if decision.verdict == Verdict.REVIEW or decision.is_suffix:
                continue
            spam = int(decision.verdict == Verdict.DISAVOW)
            if decision.is_page:
                self._put(self.pages, bare_page_key(pl.Series([decision.name]))[0], spam)
            else:
                self._put(self.hosts, decision.name, spam)

    def _put(self, into: dict[str, int], key: str, value: int) -> None:
        if into.setdefault(key, value) != value:
            self.both[key] = None

    def decisions(self, source: str, hint: str, *, to_top: bool = False) -> Decisions:
        """Close the gathering; raises InputError where something has both labels."""
        if self.both:
            both = list(self.both)
            raise InputError(
                source,
                f"{counted_are(len(both), 'name')} labelled both spam and honest ({few(both)})",
                hint,
            )
        return Decisions(source, self.hosts, self.pages, to_top)


_LABELS_HINT = "Give two columns: a domain or URL, and 1 (spam) or 0."


def read_labels(path: Path) -> Decisions:
    """Read a labels file: one domain or URL a line with its label, 1 (spam) or 0.

    Text in UTF-8, or in UTF-16 with a byte order mark; between the columns a comma, semicolon or
    tab. Further columns, empty lines, lines that begin with ``#`` and a header are passed over. A
    domain labels all its pages, a URL only that page, whose own label counts before its domain's;
    an address without a path (``https://a.example/``) is its site, as for decisions. A URL may be
    spelled in any way: escaped or not, its host in letters or in ASCII.

    Raises
    ------
    InputError : the file cannot be read or is empty, a label is none, a name is neither domain nor
        URL, or a domain or page has both labels.
    """
    rows = _rows(_text(path), path.name)
    found = _Gathering()
    for place, (number, cells) in enumerate(rows):
        name, word = cells[0].strip(), cells[1].strip().lower() if len(cells) > 1 else ""
        if word not in SPAM_WORDS | HONEST_WORDS:
            if place == 0 and not _Gathering().add(name, 0):
                continue  # a header
            raise InputError(path.name, f"line {number}: {word[:40]!r} is no label", _LABELS_HINT)
        if not found.add(name, int(word in SPAM_WORDS)):
            problem = f"line {number}: {name[:80]!r} is no domain or URL"
            raise InputError(path.name, problem, _LABELS_HINT)
    if not found.hosts and not found.pages:
        raise InputError(path.name, "it holds no label", _LABELS_HINT)
    return found.decisions(path.name, "Decide which it is.")


def _text(path: Path) -> str:
    data = _bytes(path)
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return data.decode("utf-16")
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\x00"
    if "\x00" in text:
        raise InputError(path.name, "it is no text in UTF-8", "Save it as CSV in UTF-8.")
    return text


def _rows(text: str, source: str) -> list[tuple[int, list[str]]]:
    """Line numbers and cells, cut at the separator that leaves labels in the second column."""
    best: list[tuple[int, list[str]]] = []
    most, wide = -1, False
    for mark in (",", "\t", ";"):
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
        try:
            rows = [
                (reader.line_num, cells)
                for cells in reader
                if any(cells) and not cells[0].lstrip().startswith("#")
            ]
        except csv.Error as error:
            raise InputError(source, f"cannot be read ({error})", _LABELS_HINT) from None
        wide = wide or any(len(cells) > 1 for _, cells in rows)
        hits = sum(
            len(c) > 1 and c[1].strip().lower() in SPAM_WORDS | HONEST_WORDS for _, c in rows[:100]
        )
        if hits > most:
            best, most = rows, hits
    if best and not wide:
        raise InputError(source, "it has one column", _LABELS_HINT)
    return best


def past_decisions(
    disavow: Path | None, keep: Path | None, decided: DecisionList | None = None
) -> Decisions:
    """What a past disavow file covers is spam, what the keep list names is honest.

    Of what was ``decided``, DISAVOW is spam, KEEP is honest, and REVIEW has no label.

    Raises
    ------
    InputError : a file cannot be read or decides nothing, or something has both labels.
    """
    found = _Gathering()
    sources = []
    if disavow is not None:
        sources.append(disavow.name)
        past = DisavowFile.parse(_bytes(disavow), disavow.name)
        if not past.entries:
            raise InputError(disavow.name, "it disavows nothing", "Give a file with entries.")
        for line in past.entries:
            if line.kind is Kind.DOMAIN:
                found.hosts[line.value.removeprefix("www.")] = 1
            else:
                found.pages[bare_page_key(pl.Series([line.value]))[0]] = 1
    if keep is not None:
        sources.append(keep.name)
        kept = KeepList.parse(_bytes(keep), keep.name)
        for host in sorted(kept.domains):
            found.hosts.setdefault(host, 0)
            if found.hosts[host]:
                found.both[host] = None
        for url in sorted(kept.urls):
            found.add(url, 0)
    if decided is not None:
        sources.append(decided.source)
        found.add_decided(decided)
        if not found.hosts and not found.pages:
            hint = "Write KEEP or DISAVOW into its column decision; REVIEW is no label."
            raise InputError(decided.source, "it decides nothing", hint)
    hint = "Take it out of one of them: what is kept cannot be spam."
    return found.decisions(" and ".join(sources), hint, to_top=True)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            path.name, f"cannot be read ({error.strerror})", "Check the path and its permissions."
        ) from None
