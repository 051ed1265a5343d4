"""The disavow file as a document: every byte kept, entries found fast, only additions.

An upload replaces the list that Google holds, so a lost line is a link that counts again. The
document therefore never rewrites what it read: ``render`` gives back the same bytes, ``merge``
only appends, and ``remove`` takes out single entries by name.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from spamlinks.disavow.bulk import read_lines
from spamlinks.disavow.coverage import covering_lines
from spamlinks.disavow.decode import decode, refuse_other_formats, refuse_unreadable
from spamlinks.disavow.entries import Candidate, Entry, host_and_parents
from spamlinks.disavow.kept import kept_in_comments
from spamlinks.disavow.lines import Kind, Line
from spamlinks.disavow.merging import merge_candidates, remove_entries
from spamlinks.disavow.problems import Problem
from spamlinks.disavow.render import MAX_BYTES, MAX_LINES, Header
from spamlinks.errors import InputError, OutputError
from spamlinks.urls import authority, canonical_url, one_spelling, parse_host

__all__ = ["DisavowFile", "diff", "not_reexamined", "render_candidates"]

# Not str.splitlines: that also splits at form feeds and at Unicode separators.
_LINE = re.compile(r"([^\r\n]*)(\r\n|\n|\r|\Z)")
NEARLY_BYTES = 2_000_000


@dataclass(frozen=True)
class DisavowFile:
    """A disavow file, line by line. Never changed: every method returns a new document.

    ``encoding`` is "utf-8", "utf-8-sig" (with a byte order mark) or "utf-16". ``sha256`` is that of
    what was parsed; "" for a document that was made otherwise.
    """

    lines: tuple[Line, ...] = ()
    source: str = "disavow.txt"
    encoding: str = "utf-8"
    sha256: str = field(default="", compare=False)

    @classmethod
    def parse(cls, data: bytes | str, source: str = "disavow.txt") -> DisavowFile:
        r"""Read a file.

        Parameters
        ----------
        data : the file's bytes, or its text.
        source : its name, for messages.

        Returns
        -------
        DisavowFile whose ``render()`` equals ``data``; UTF-16 alone is rendered as UTF-8.

        Raises
        ------
        InputError : the bytes are not UTF-8 (with line numbers), or the file is something else
            than a disavow file.

        >>> file = DisavowFile.parse(b"# mine\r\ndomain:Spam.example")
        >>> file.render(), [entry.value for entry in file.entries]
        (b'# mine\r\ndomain:Spam.example', ['spam.example'])
        """
        encoding = "utf-8"
        if isinstance(data, str):
            try:
                data.encode("utf-8")
            except UnicodeEncodeError as error:
                number = len(_split(data[: error.start])) or 1
                raise InputError(
                    source, f"not text on line {number}", "Read the file's bytes instead."
                ) from None
            text = data.removeprefix("\ufeff")
            encoding = "utf-8-sig" if len(text) < len(data) else encoding
        else:
            text, encoding = decode(data, source)
        refuse_other_formats(text, source)
        lines = read_lines(_split(text))
        refuse_unreadable(lines, source)
        raw = data.encode() if isinstance(data, str) else data
        return cls(lines, source, encoding, hashlib.sha256(raw).hexdigest())

    def render(self) -> bytes:
        """Return the file's bytes; the same as were parsed, as long as nothing was changed."""
        text = "".join(line.text + line.end for line in self.lines)
        return text.encode("utf-8-sig" if self.encoding == "utf-8-sig" else "utf-8")

    @cached_property
    def entries(self) -> tuple[Line, ...]:
        """The lines that disavow something, in the order of the file, repeats included."""
        return tuple(line for line in self.lines if line.is_entry)

    @cached_property
    def entry_set(self) -> frozenset[Entry]:
        """The distinct entries, without their lines."""
        return frozenset(Entry(line.kind, line.value) for line in self.entries)

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the file as a whole; each line has problems of its own."""
        size, ends = len(self.render()), {line.end for line in self.lines if line.end}
        last = self.lines[-1] if self.lines else None
        found = {
            Problem.TOO_MANY_LINES: len(self.lines) > MAX_LINES,
            Problem.TOO_LARGE: size > MAX_BYTES,
            Problem.NEARLY_TOO_LARGE: NEARLY_BYTES <= size <= MAX_BYTES,
            Problem.NO_ENTRIES: not self.entries,
            Problem.UTF16: self.encoding == "utf-16",
            Problem.BOM: self.encoding == "utf-8-sig",
            Problem.MIXED_LINE_ENDS: len(ends) > 1,
            Problem.LONE_CARRIAGE_RETURN: "\r" in ends,
            Problem.NO_FINAL_NEWLINE: last is not None and not last.end,
        }
        return tuple(problem for problem, true in found.items() if true)

    @cached_property
    def _by_host(self) -> dict[str, Line]:
        # Reversed, so that the first of several equal lines is the one named.
        return {x.value: x for x in reversed(self.entries) if x.kind is Kind.DOMAIN}

    @cached_property
    def _by_url(self) -> dict[str, Line]:
        return {x.value: x for x in reversed(self.entries) if x.kind is Kind.URL}

    @cached_property
    def _by_spelling(self) -> dict[str, Line]:
        lines = (x for x in reversed(self.entries) if x.kind is Kind.URL)
        return {one_spelling(line.value): line for line in lines}

    def covers(self, url_or_host: str) -> Line | None:
        """Return the line that disavows a host or a page, or None.

        The closest wins: the line of that very URL, then the host's own, then its parents', up to
        the top-level domain. Of equal lines the first. A URL line covers that URL alone, however
        it is spelled.

        >>> live = DisavowFile.parse("domain:spam.example")
        >>> [live.covers(x) is not None for x in ("a.spam.example", "notspam.example")]
        [True, False]
        """
        if "/" in url_or_host:
            line = self._by_spelling.get(one_spelling(url_or_host))
            if line is not None:
                return line
        name = authority(url_or_host)
        return self.covers_host(parse_host(name).host or name.lower())

    def covers_host(self, host: str) -> Line | None:
        """Return the ``domain:`` line that covers a normalised host, the closest, or None."""
        own = self._by_host.get(host)
        return own if own is not None or not host else self._above(host)

    def covering(self, names: pl.Series) -> pl.Series:
        """``covers`` for many pages and hosts at once: a million take about a second.

        Parameters
        ----------
        names : String series of URLs and hosts.

        Returns
        -------
        UInt32 series of the same length: the number of the line that covers each, or null.

        >>> live = DisavowFile.parse("domain:spam.example\\nhttp://paper.example/bought")
        >>> names = ["https://a.spam.example/x", "http://paper.example/bought#top", "paper.example"]
        >>> live.covering(pl.Series(names)).to_list()
        [1, 2, None]
        """
        by_host = {host: line.number for host, line in self._by_host.items()}
        by_url = {url: line.number for url, line in self._by_spelling.items()}
        return covering_lines(names, by_host, by_url)

    @cached_property
    def kept_in_comments(self) -> dict[str, int]:
        """Hosts that comments say are not disavowed, with their line: ``kept_in_comments``."""
        return kept_in_comments(self.lines)

    def redundant(self) -> tuple[tuple[Line, Line], ...]:
        """Return (line, the line that makes it needless): repeats, and what a parent covers.

        Of a repeat, the first line with that entry; else the closest parent.
        """
        return self._redundant

    @cached_property
    def _redundant(self) -> tuple[tuple[Line, Line], ...]:
        hosts, pages, found = self._by_host, self._by_url, []
        for line in self.entries:
            is_host = line.kind is Kind.DOMAIN
            first = (hosts if is_host else pages)[line.value]
            if first.number != line.number:
                found.append((line, first))
                continue
            host = line.value if is_host else Entry(line.kind, line.value).host
            by = self._above(host) if is_host else self.covers_host(host)
            if by is not None:
                found.append((line, by))
        return tuple(found)

    def _above(self, host: str) -> Line | None:
        """The line of the closest name above a host; an address has none."""
        by_host = self._by_host
        is_address = ":" in host or host.rpartition(".")[2].isdigit()
        rest = "" if is_address else host.partition(".")[2]
        while rest:
            if rest in by_host:
                return by_host[rest]
            rest = rest.partition(".")[2]
        return None

    def add(
        self, entries: Iterable[Entry], comment: str = "", own: Iterable[str] = ()
    ) -> DisavowFile:
        """Append entries that are not covered yet, under one comment; see ``merge``."""
        heading = (comment,) if comment else ()
        return self.merge((Candidate(entry) for entry in entries), heading, own)

    def merge(
        self,
        candidates: Iterable[Candidate],
        heading: Sequence[str] = (),
        own: Iterable[str] = (),
    ) -> DisavowFile:
        """Append the candidates that no line covers yet. Nothing is removed, moved or rewritten.

        Parameters
        ----------
        candidates : in any order; the result does not depend on it.
        heading : comment lines above the new block, such as ``Header.lines()`` gives.
        own : hosts of the user's own sites; a last defence, see ``vet``.

        Returns
        -------
        DisavowFile : this very document when there is nothing to add. Otherwise every line of it
            in place (a missing last line end is added, a byte order mark is left out) and then
            the new block. Merging the same candidates again adds nothing.

        Raises
        ------
        OutputError : a candidate is one that must never be written, or the result would break a
            limit of Google's even without the new comments.
        """
        return merge_candidates(self, candidates, heading, own=own).file

    def remove(self, *names: str) -> DisavowFile:
        """Take out the entries of exactly these names, each with its repeats.

        Their links count again once Google sees the new list. Comments stay.

        Parameters
        ----------
        names : hosts for ``domain:`` lines, URLs for the others.

        Raises
        ------
        InputError : no line names one of them; or a line above still covers it, since a disavow
            file knows no exceptions. The message names that line, and nothing is removed.
        """
        return remove_entries(self, names)

    def normalised(self, *, prune: bool = False) -> DisavowFile:
        """Return the document with every entry in the form that we write, each once.

        UTF-8 with one kind of line end, hosts in lower case and punycode, comments on lines of
        their own. Order, comments and lines that are no entries stay. With ``prune`` entries that
        another line covers go as well. What is disavowed stays the same, apart from entries that
        were plainly meant and now work, such as ``domain:https://spam.example``.

        >>> DisavowFile.parse("Domain: Spam.com # bought\\ndomain:spam.com").normalised().render()
        b'# bought\\ndomain:spam.com\\n'
        """
        from spamlinks.disavow.fixing import repair  # it makes documents, so it imports this module

        return repair(self, prune=prune).file

    def diff(self, new: DisavowFile) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
        """Return the entries that ``new`` has more and those that it lacks: see ``diff``."""
        return diff(self, new)


def _split(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = _LINE.findall(text)
    return found[:-1] if found and found[-1] == ("", "") else found


def diff(old: DisavowFile, new: DisavowFile) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
    """Return (added, removed): the entries of one file that the other lacks, each sorted."""
    before, after = old.entry_set, new.entry_set
    return tuple(sorted(after - before)), tuple(sorted(before - after))


def not_reexamined(live: DisavowFile, examined: Iterable[str]) -> tuple[Line, ...]:
    """Return the live entries that no examined host or URL falls under; they stay in the file.

    ``examined`` are the linking domains, hosts or pages that the exports of this run hold.
    """
    seen: set[str] = set()
    hosts: set[str] = set()
    for name in examined:
        host = parse_host(authority(name)).host
        hosts.update(host_and_parents(host))
        if "/" in name:
            seen.add(canonical_url(name))
    return tuple(
        line
        for line in live.entries
        if line.value not in (hosts if line.kind is Kind.DOMAIN else seen)
    )


def render_candidates(
    candidates: Iterable[Candidate], header: Header, own: Iterable[str] = ()
) -> str:
    """Write a new file.

    Parameters
    ----------
    candidates : in any order; the text does not depend on it.
    header : what the first comment says.
    own : hosts of the user's own sites; a last defence, see ``vet``.

    Returns
    -------
    str : the file, ASCII entries sorted, one a line; "" never. Comments on entries are left out
        when the file would be too large with them, and entries collapse when it still is.

    Raises
    ------
    OutputError : there is no candidate, one must never be written (use ``vet`` first to leave
        such ones out and report them), or the entries alone break a limit.
    """
    merged = merge_candidates(DisavowFile(), candidates, header.lines(), own=own)
    if not merged.added:
        hint = "An empty upload would clear the list; keep the file you have."
        raise OutputError("disavow.txt", "there is no entry to write", hint)
    return merged.file.render().decode()
