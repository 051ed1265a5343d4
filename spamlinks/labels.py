"""Labelled exports: links with what somebody decided about them.

Labels come from a column of the export, from a file of domains and pages, or from past decisions:
a disavow file (spam) with or without a keep list (honest). 1 is spam, always.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from spamlinks.disavow import DisavowFile, Kind
from spamlinks.errors import InputError
from spamlinks.exports import Hints, Reading, guess_site, read_exports
from spamlinks.exports.catalog import normalise_header
from spamlinks.exports.keys import page_key
from spamlinks.policy import KeepList
from spamlinks.schema import VENDOR_VERDICTS
from spamlinks.urls import authorities, authority, canonical_url, host_table, parse_host

__all__ = ["Decisions", "Labelled", "linking_domains", "load_labelled", "read_labels"]

_SPAM = frozenset("1 1.0 true yes y t spam toxic bad disavow x".split())
_HONEST = frozenset("0 0.0 false no n f ham good honest keep ok".split())
_NAMED = 3
"""So many contradictions are named; the rest is counted."""


@dataclass(frozen=True)
class Labelled:
    """Links with their labels.

    Attributes
    ----------
    table : backlinks of all exports, n rows: columns of ``schema.FIELDS`` and the ``extra``
        headers asked for, without the label column.
    is_spam : float64 (n,): 1 spam, 0 honest, NaN without a label.
    sources : names of the exports that were read.
    site : the site that the links lead to, as given or guessed; None where neither.
    readings, refused : what was read, and what was left out with the reason.
    vendor_verdict : the vendor's verdict that serves as label, None for a label of one's own.
    notes : sentences for people.
    """

    table: pl.DataFrame
    is_spam: npt.NDArray[np.float64]
    sources: tuple[str, ...]
    site: str | None
    readings: tuple[Reading, ...]
    refused: tuple[InputError, ...] = ()
    vendor_verdict: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def spam_rows(self) -> int:
        """Number of rows labelled spam."""
        return int((self.is_spam == 1).sum())

    @property
    def honest_rows(self) -> int:
        """Number of rows labelled honest."""
        return int((self.is_spam == 0).sum())

    @property
    def unlabelled_rows(self) -> int:
        """Number of rows without a label."""
        return int(np.isnan(self.is_spam).sum())

    @property
    def positive_unlabelled(self) -> bool:
        """Whether spam is known and nothing is known to be honest."""
        return self.spam_rows > 0 and self.honest_rows == 0


def load_labelled(
    exports: Iterable[Path | str],
    *,
    label: str = "is_spam",
    labels: Path | None = None,
    disavow: Path | None = None,
    keep: Path | None = None,
    site: str | None = None,
    hints: Hints | None = None,
    extra: Sequence[str] = (),
) -> Labelled:
    """Read exports with their labels.

    Parameters
    ----------
    exports : files and folders, read as ``audit`` reads them.
    label : header of the label column; used when none of the next three is given.
    labels : a file of domains or URLs with 1 (spam) or 0; see ``read_labels``.
    disavow, keep : a past disavow file and, with it or not, a keep list. Without one nothing is
        known to be honest: the outcome is ``positive_unlabelled``.
    site : the user's site; guessed from the exports when None.
    hints : what is known about the columns of exports that no format fits.
    extra : headers of further columns that are wanted, such as a vendor's score, as text.

    Raises
    ------
    InputError : a file cannot be used; labels contradict each other, are of one class, all stand
        on one linking domain, match no link, or are no labels.
    """
    ways = [name for name, given in (("--labels", labels), ("--disavow", disavow)) if given]
    if len(ways) > 1 or (labels is not None and keep is not None):
        other = "--disavow" if disavow is not None else "--keep"
        raise InputError(
            "labels", f"--labels and {other} were given together", "Give the labels in one way."
        )
    if keep is not None and disavow is None:
        raise InputError(
            "labels",
            "a keep list alone knows nothing that is spam",
            "Give the disavow file as well (--disavow FILE), or label a column.",
        )
    from_column = labels is None and disavow is None
    wanted = tuple(dict.fromkeys((*((label,) if from_column else ()), *extra)))
    refused: list[InputError] = []
    readings = read_exports(
        [Path(path) for path in exports],
        keep=wanted,
        refused=refused,
        hints=hints,
        site=site,
        apart=[path for path in (labels, disavow, keep) if path is not None],
    )
    if not readings:
        raise refused[0] if refused else InputError("labels", "no export was given", "Give one.")
    table = pl.concat([reading.backlinks for reading in readings], how="diagonal_relaxed")
    sources = tuple(reading.source for reading in readings)
    names = _few(sources)
    if not table.height:
        raise InputError(names, "no links in it", "Give an export with labelled links.")
    verdict: str | None = None
    notes: list[str] = []
    if from_column:
        is_spam, notes = _column_labels(table, label, names)
        verdict = _vendor_verdict(readings, label)
        if label not in extra:
            table = table.drop(label)
    else:
        decisions = read_labels(labels) if labels is not None else _decided(disavow, keep)
        is_spam = decisions.labels(table)
        _refuse_unmatched(is_spam, decisions, names)
    if verdict is not None:
        notes.append(
            f"the label is a vendor's verdict ({verdict}): what is learned is to agree with it"
        )
    _refuse_thin(is_spam, table, names, one_class=disavow is not None and keep is None)
    return Labelled(
        table,
        is_spam,
        sources,
        site if site is not None else guess_site(readings),
        tuple(readings),
        tuple(refused),
        verdict,
        tuple(notes),
    )


def linking_domains(table: pl.DataFrame) -> pl.Series:
    """Linking domain of each row; where there is none, the authority as it stands."""
    names = authorities(table["referring_page"])
    hosts = host_table(names).with_columns(
        domain=pl.when(pl.col("problem").is_null()).then("linking_domain").otherwise("authority")
    )
    return (
        names.alias("authority")
        .to_frame()
        .join(
            hosts.select("authority", "domain"), on="authority", how="left", maintain_order="left"
        )
        .select(pl.col("domain").fill_null(""))
        .to_series()
    )


def _few(names: Sequence[str], most: int = _NAMED) -> str:
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _refuse_thin(
    is_spam: npt.NDArray[np.float64], table: pl.DataFrame, names: str, *, one_class: bool
) -> None:
    known = ~np.isnan(is_spam)
    rows, spam = int(known.sum()), int((is_spam == 1).sum())
    if not rows:
        hint = "Fill the column: 1 or 0, true or false, spam or ham."
        raise InputError(names, f"none of {table.height:,} rows has a label", hint)
    if one_class and not spam:
        raise InputError(names, "nothing in it is disavowed", "Give the disavow file of this site.")
    if not one_class and spam in (0, rows):
        only, other = ("spam", "honest") if spam else ("honest", "spam")
        hint = f"Label some that are {other} too" + (
            ", or give the spam as a list with --disavow FILE, which needs no honest ones."
            if spam
            else "."
        )
        raise InputError(
            names, f"all {rows:,} labelled rows are {only}, none is labelled {other}", hint
        )
    domains = linking_domains(table.filter(pl.Series(known)))
    if domains.n_unique() == 1:
        raise InputError(
            names,
            f"all {rows:,} labelled rows are of one linking domain ({domains[0]})",
            "Label links of several domains: what holds for one says nothing about others.",
        )


# Labels in a column.


def _column_labels(
    table: pl.DataFrame, label: str, source: str
) -> tuple[npt.NDArray[np.float64], list[str]]:
    text = table[label].cast(pl.String).str.strip_chars().str.to_lowercase()
    values = sorted(set(text.drop_nulls().unique().to_list()) - {""})
    strange = [value for value in values if value not in _SPAM | _HONEST]
    if strange:
        many = f" (one of {len(values):,} different values)" if len(values) > 2 else ""
        hint = "Use 1 or 0, true or false, spam or ham; leave a cell empty where you do not know."
        raise InputError(
            source,
            f"column {label!r} holds {strange[0][:40]!r}, which is no label{many}",
            "A vendor's score is no label: compare with it instead." if len(values) > 20 else hint,
        )
    spam, honest = text.is_in(list(_SPAM)), text.is_in(list(_HONEST))
    is_spam = np.where(
        spam.fill_null(value=False).to_numpy(),
        1.0,
        np.where(honest.fill_null(value=False).to_numpy(), 0.0, np.nan),
    )
    known = table.select("referring_page").with_columns(y=pl.Series(is_spam)).drop_nans("y")
    mixed = _of_both(page_key(known["referring_page"]), known["y"])
    if mixed:
        raise InputError(
            source,
            f"{_count(len(mixed), 'page')} labelled both spam and honest ({_few(mixed)})",
            "Decide which it is; one page has one label.",
        )
    split = _of_both(linking_domains(known), known["y"])
    notes = []
    if split:
        notes.append(
            f"{_count(len(split), 'linking domain')} labelled both spam and honest, page by page "
            f"({_few(split)}): each page keeps its own label"
        )
    return is_spam, notes


def _count(many: int, noun: str) -> str:
    return f"{many:,} {noun} is" if many == 1 else f"{many:,} {noun}s are"


def _of_both(keys: pl.Series, y: pl.Series) -> list[str]:
    """Keys that stand with both labels, sorted."""
    frame = pl.DataFrame({"key": keys, "y": y})
    both = frame.group_by("key").agg(pl.col("y").n_unique()).filter(pl.col("y") > 1)
    return sorted(both["key"].to_list())


def _vendor_verdict(readings: Sequence[Reading], label: str) -> str | None:
    """The vendor's verdict that a label column holds, by its header in each export's format."""
    header = normalise_header(label)
    found = {
        column.field
        for reading in readings
        for column in reading.format.columns_for(header)
        if column.field in VENDOR_VERDICTS
    }
    return label if label in VENDOR_VERDICTS else min(found, default=None)


# Labels beside the export.


@dataclass(frozen=True)
class Decisions:
    """Labels by host and by page: 1 spam, 0 honest.

    ``hosts`` are ASCII hosts without ``www.``, each with everything below it; ``pages`` are pages
    as ``_page_keys`` writes them. The closest label counts: the page's own, the host's, then those
    of its parents, up to the linking domain or, with ``to_top``, to the top.
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
            keys = _page_keys(table["referring_page"])
            texts = pl.Series(list(self.pages), dtype=pl.String)
            values = pl.Series(list(self.pages.values()), dtype=pl.Float64)
            by_page = keys.replace_strict(texts, values, default=None, return_dtype=pl.Float64)
            by_host = pl.select(pl.coalesce(by_page, by_host)).to_series()
        return np.array(by_host.fill_null(np.nan).to_numpy(), dtype=np.float64)

    def _of_host(self, host: str | None, domain: str | None) -> float | None:
        name = (host or "").removeprefix("www.")
        while name:
            if name in self.hosts:
                return float(self.hosts[name])
            if name == domain and not self.to_top:
                return None
            name = name.partition(".")[2]
        return None


def _page_keys(pages: pl.Series) -> pl.Series:
    return page_key(pages).str.replace("^https?://", "")


def _refuse_unmatched(is_spam: npt.NDArray[np.float64], decisions: Decisions, names: str) -> None:
    many = len(decisions.hosts) + len(decisions.pages)
    if np.isnan(is_spam).all():
        raise InputError(
            decisions.source,
            f"none of its {many:,} domains and pages links in {names}",
            "Give the export of the site that these decisions are about.",
        )


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
            self._put(self.pages, _page_keys(pl.Series([url]))[0], value)
        else:
            self._put(self.hosts, parts.host.removeprefix("www."), value)
        return True

    def _put(self, into: dict[str, int], key: str, value: int) -> None:
        if into.setdefault(key, value) != value:
            self.both[key] = None

    def decisions(self, source: str, hint: str, *, to_top: bool = False) -> Decisions:
        """Close the gathering; raises InputError where something has both labels."""
        if self.both:
            both = list(self.both)
            raise InputError(
                source,
                f"{_count(len(both), 'name')} labelled both spam and honest ({_few(both)})",
                hint,
            )
        return Decisions(source, self.hosts, self.pages, to_top)


_LABELS_HINT = "Give two columns: a domain or URL, and 1 (spam) or 0."


def read_labels(path: Path) -> Decisions:
    """Read a labels file: one domain or URL a line with its label, 1 (spam) or 0.

    Text in UTF-8, or in UTF-16 with a byte order mark; between the columns a comma, semicolon or
    tab. Further columns, empty lines, lines that begin with ``#`` and a header are passed over. A
    domain labels all its pages, a URL only that page, whose own label counts before its domain's.

    Raises
    ------
    InputError : the file cannot be read or is empty, a label is none, a name is neither domain nor
        URL, or a domain or page has both labels.
    """
    rows = _rows(_text(path), path.name)
    found = _Gathering()
    for place, (number, cells) in enumerate(rows):
        name, word = cells[0].strip(), cells[1].strip().lower() if len(cells) > 1 else ""
        if word not in _SPAM | _HONEST:
            if place == 0 and not _Gathering().add(name, 0):
                continue  # a header
            raise InputError(path.name, f"line {number}: {word[:40]!r} is no label", _LABELS_HINT)
        if not found.add(name, int(word in _SPAM)):
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
        hits = sum(len(c) > 1 and c[1].strip().lower() in _SPAM | _HONEST for _, c in rows[:100])
        if hits > most:
            best, most = rows, hits
    if best and not wide:
        raise InputError(source, "it has one column", _LABELS_HINT)
    return best


def _decided(disavow: Path | None, keep: Path | None) -> Decisions:
    """What a past disavow file covers is spam, what the keep list names is honest."""
    found = _Gathering()
    source = ""
    if disavow is not None:
        source = disavow.name
        past = DisavowFile.parse(_bytes(disavow), disavow.name)
        if not past.entries:
            raise InputError(disavow.name, "it disavows nothing", "Give a file with entries.")
        for line in past.entries:
            if line.kind is Kind.DOMAIN:
                found.hosts[line.value.removeprefix("www.")] = 1
            else:
                found.pages[_page_keys(pl.Series([line.value]))[0]] = 1
    if keep is not None:
        source = f"{source} and {keep.name}"
        kept = KeepList.parse(_bytes(keep), keep.name)
        for host in sorted(kept.domains):
            found.hosts.setdefault(host, 0)
            if found.hosts[host]:
                found.both[host] = None
        for url in sorted(kept.urls):
            found.add(url, 0)
    hint = "Take it out of one of them: what is kept cannot be spam."
    return found.decisions(source, hint, to_top=True)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            path.name, f"cannot be read ({error.strerror})", "Check the path and its permissions."
        ) from None
