"""Repairing a disavow file: what it plainly says stays said, and nothing is lost.

Safe fixes keep every entry and every comment. Unsafe ones guess what was meant, or disavow more
than the line did. Pruning takes out lines that others cover.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from spamlinks.disavow.bulk import read_lines
from spamlinks.disavow.document import DisavowFile
from spamlinks.disavow.entries import Entry
from spamlinks.disavow.findings import Fix
from spamlinks.disavow.lines import Kind, Line, read_line
from spamlinks.disavow.merging import texts_without
from spamlinks.disavow.problems import Problem
from spamlinks.disavow.sites import Sites
from spamlinks.guards import is_institution, is_platform
from spamlinks.urls import parse_host

__all__ = [
    "SAFE_CODES",
    "UNSAFE_CODES",
    "Repair",
    "base_fix",
    "fixed_lines",
    "is_repeat",
    "may_prune",
    "repair",
    "wider_fix",
]

UNSAFE_CODES = frozenset(
    {
        Problem.BARE_HOST,
        Problem.DOMAIN_HAS_PATH,
        Problem.DOMAIN_HAS_PORT,
        Problem.MOJIBAKE,
        Problem.UNKNOWN_PREFIX,
        Problem.URL_IS_HOST,
        Problem.URL_WITHOUT_SCHEME,
        Problem.WWW_ONLY,
    }
)
"""What a repair has to guess at, or can only mend by disavowing more."""

SAFE_CODES = frozenset(
    {
        Problem.BOM,
        Problem.DOMAIN_HAS_SCHEME,
        Problem.DUPLICATE,
        Problem.IDN_NOT_PUNYCODE,
        Problem.INDENTED_COMMENT,
        Problem.INLINE_COMMENT,
        Problem.INVISIBLE_CHARACTER,
        Problem.LEADING_DOT,
        Problem.LONE_CARRIAGE_RETURN,
        Problem.MIXED_LINE_ENDS,
        Problem.NO_FINAL_NEWLINE,
        Problem.QUOTED,
        Problem.SEVERAL_ENTRIES,
        Problem.SPACE_AFTER_COLON,
        Problem.SURROUNDING_SPACE,
        Problem.TRAILING_DOT,
        Problem.UPPER_CASE,
        Problem.URL_NOT_ENCODED,
        Problem.UTF16,
        Problem.WILDCARD,
    }
)
"""What a repair mends without changing what is meant, where nothing else is wrong with the line."""

# These may stand beside a fix of something else: no rewriting of the line mends them.
_WIDER = frozenset({Problem.URL_IS_HOST, Problem.WWW_ONLY})


def base_fix(line: Line) -> Fix | None:
    """Return what would say the same correctly, or None where the line needs nothing.

    >>> base_fix(read_line("Domain: Spam.example"))
    Fix(kind='safe', lines=('domain:spam.example',))
    >>> base_fix(read_line("spam.example")).kind
    'unsafe'
    """
    if not line.fix:
        return None
    unsafe = not (UNSAFE_CODES - _WIDER).isdisjoint(line.problems)
    if Problem.SEVERAL_ENTRIES in line.problems:
        # A URL with blanks in it looks like several entries too.
        unsafe = not all(text.lower().startswith("domain:") for text in line.fix)
    if line.kind is Kind.INVALID:
        # Nobody disavows a platform or a university by mending a line.
        entries = [Entry(x.kind, x.value) for x in map(read_line, line.fix) if x.is_entry]
        if any(e.kind is Kind.DOMAIN and _is_shared(e.value) for e in entries):
            return None
    return Fix("unsafe" if unsafe else "safe", line.fix)


def wider_fix(line: Line) -> Fix | None:
    """Return the whole domain for an entry that covers only ``www.`` or the start page.

    None where there is no such entry, or the domain must never be disavowed.

    >>> wider_fix(read_line("domain:www.spam.example"))
    Fix(kind='unsafe', lines=('domain:spam.example',))
    """
    if not line.is_entry or _WIDER.isdisjoint(line.problems):
        return None
    host = Entry(line.kind, line.value).host
    parts = parse_host(host.removeprefix("www."))
    name = parts.linking_domain if Problem.WWW_ONLY in line.problems else parts.host
    if not name or parts.is_ip or name == parts.suffix or _is_shared(name):
        return None
    return Fix("unsafe", (Entry.domain(name).line,))


@dataclass(frozen=True)
class Repair:
    """A repaired document, and what was done.

    ``changes`` are (line as it was, texts in its place), in the order of the file; ``notes`` are
    the codes of problems of the whole file that are gone. ``file`` is the document that was given
    when there was nothing to do.
    """

    file: DisavowFile
    changes: tuple[tuple[Line, tuple[str, ...]], ...] = ()
    notes: tuple[Problem, ...] = ()

    def diff(self) -> str:
        """The changed lines, before (``-``) and after (``+``), with their numbers before."""
        out = []
        for line, texts in self.changes:
            out.append(f"@@ line {line.number} @@\n-{line.text}\n")
            out += [f"+{text}\n" for text in texts]
        return "".join(out)


def _is_shared(host: str) -> bool:
    whole = is_institution(host) and (parse_host(host).linking_domain or host) == host
    return whole or is_platform(host)


def repair(
    file: DisavowFile, *, unsafe: bool = False, prune: bool = False, spare: Iterable[str] = ()
) -> Repair:
    """Apply fixes to a document.

    Parameters
    ----------
    file : stays as it is.
    unsafe : apply the unsafe fixes as well.
    prune : take out entries that another line covers; their comments stay.
    spare : hosts of the user's own sites and of those to keep, which no unsafe fix may newly hit.

    Returns
    -------
    Repair; its file is UTF-8 without a byte order mark, with one kind of line end. What the file
    disavowed it still disavows, whatever the arguments. Repairing again changes nothing.

    >>> repair(DisavowFile.parse("Domain:spam.com # bought")).file.render()
    b'# bought\\ndomain:spam.com\\n'
    """
    spared = Sites(spare)
    newline = _newline(file)
    blocks = [fixed_lines(line, unsafe=unsafe, spare=spared) for line in file.lines]
    if blocks and blocks[0]:  # a second byte order mark would be read as the first
        blocks[0] = (blocks[0][0].lstrip("\ufeff"), *blocks[0][1:])
    fixed = _document(file, [text for block in blocks for text in block], newline)
    gone = {
        line.number
        for line, by in fixed.redundant()
        if is_repeat(line, by) or (prune and may_prune(by, spared))
    }
    if gone:
        kept = iter(texts_without(fixed.lines, gone, "another line covers"))
        blocks = [tuple(text for _ in block for text in next(kept)) for block in blocks]
        fixed = _document(file, [text for block in blocks for text in block], newline)
    if fixed.render() == file.render() and file.encoding == "utf-8":
        return Repair(file)
    pairs = zip(file.lines, blocks, strict=True)
    changes = tuple((line, texts) for line, texts in pairs if texts != (line.text,))
    return Repair(fixed, changes, tuple(p for p in file.problems if p not in fixed.problems))


def is_repeat(line: Line, by: Line) -> bool:
    """Whether two lines are one entry."""
    return (line.kind, line.value) == (by.kind, by.value)


def may_prune(by: Line, spare: Sites | None = None) -> bool:
    """Whether a line is sound enough to stand for those it covers.

    A whole suffix is not, nor one that hits a site to spare: whoever takes that line out again
    needs the others.
    """
    return not by.has_error and (spare is None or spare.hit_by(by) is None)


def fixed_lines(line: Line, *, unsafe: bool, spare: Sites) -> tuple[str, ...]:
    """Return the lines in place of one, repaired until they stay as they are."""
    fix = base_fix(line)
    if fix is not None and (unsafe or fix.kind == "safe") and fix.lines != (line.text,):
        again = [read_line(text) for text in fix.lines]
        # What is an entry already hits nobody anew by being written otherwise.
        if line.is_entry or not _hits(again, spare):
            return tuple(
                text for part in again for text in fixed_lines(part, unsafe=unsafe, spare=spare)
            )
    wider = wider_fix(line) if unsafe else None
    if wider is not None and not _hits([read_line(text) for text in wider.lines], spare):
        return wider.lines
    return (line.text,)


def _hits(lines: Sequence[Line], spare: Sites) -> bool:
    return any(line.is_entry and spare.hit_by(line) is not None for line in lines)


def _newline(file: DisavowFile) -> str:
    ends = [line.end for line in file.lines]
    return "\r\n" if ends.count("\r\n") > ends.count("\n") else "\n"


def _document(file: DisavowFile, texts: list[str], newline: str) -> DisavowFile:
    return DisavowFile(read_lines([(text, newline) for text in texts]), file.source)
