"""The linter: everything about a disavow file that its owner should know before the upload."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePath

import polars as pl

from spamlinks.disavow.document import DisavowFile
from spamlinks.disavow.entries import Candidate, Entry
from spamlinks.disavow.findings import Finding, Fix, Report
from spamlinks.disavow.fixing import (
    SAFE_CODES,
    UNSAFE_CODES,
    base_fix,
    fixed_lines,
    is_repeat,
    may_prune,
    wider_fix,
)
from spamlinks.disavow.lines import Kind, Line, read_line
from spamlinks.disavow.places import place_of
from spamlinks.disavow.problems import PROBLEM_TEXT, Problem
from spamlinks.disavow.render import MAX_BYTES, MAX_LINES, collapse_hint, safe_comment
from spamlinks.disavow.sites import Sites
from spamlinks.errors import DisavowFormatError
from spamlinks.guards import institution_mask, is_platform, platform_mask, popular_mask
from spamlinks.urls import linking_domain

__all__ = ["lint", "lint_bytes"]

_P = Problem
# Findings that --allow NAME takes back: the owner means this line.
_ALLOWABLE = frozenset(
    {
        _P.WHOLE_TLD,
        _P.PUBLIC_SUFFIX,
        _P.PLATFORM,
        _P.SHARED_SITE,
        _P.INSTITUTION,
        _P.IP_ADDRESS,
        _P.PLACEHOLDER,
    }
)
_MENDED = SAFE_CODES | UNSAFE_CODES
_SCOPE = frozenset({_P.URL_IS_FOLDER, _P.URL_IS_HOST, _P.URL_IS_ONE_PAGE, _P.WWW_ONLY})
_PLACEHOLDER = re.compile(
    r"(?:www\.)?(?:(?:example|spam-?(?:domain|site)|bad-?(?:domain|site)|toxic-?(?:domain|site))"
    r"-?\d*|your-?(?:domain|site)|domain-?name)\.(?:com|net|org)"
)
# A part of a platform that is not one user's: en.wikipedia.org, mobile.ok.ru, docs.google.com.
_PARTS = frozenset(
    "blog blogs docs drive forum groups images maps mail mobile news play search sites support www"
    .split()
)  # fmt: skip
MAX_PART_CHARS = 3
_WEB_FOLDERS = frozenset(
    {"htdocs", "public", "public_html", "static", "webroot", "www", "wwwroot", "_site"}
)
_COMMENTED = re.compile(r"#\s{0,5}((?:domain:|https?://)\S+)\s*\Z")


def lint(
    file: DisavowFile,
    *,
    own: Iterable[str] = (),
    keep: Iterable[str] = (),
    allow: Iterable[str] = (),
) -> Report:
    """Check a disavow file.

    Parameters
    ----------
    file : as ``DisavowFile.parse`` gives it; ``source`` may be a path.
    own : hosts or URLs of the user's own sites and aliases; no line may hit them.
    keep : hosts or URLs that must not be disavowed, such as a keep list's.
    allow : names of suffixes, platforms and addresses that the user disavows whole on purpose.

    Returns
    -------
    Report; its findings are in the order of the lines, those of the whole file first.

    >>> [f.code.value for f in lint(DisavowFile.parse("domain:*.spam.com\\n")).findings]
    ['NO_ENTRIES', 'WILDCARD']
    """
    own, keep = tuple(own), tuple(keep)
    spare = Sites((*own, *keep))
    found = [*_of_file(file), *_of_lines(file, spare)]
    found += [*_of_sites(file, Sites(own), Sites(keep)), *_of_repeats(file, spare)]
    found += _of_comments(file)
    allowed = {name.strip().lower().removeprefix("domain:") for name in allow}
    if allowed:
        found = [f for f in found if not _is_allowed(f, file, allowed)]
    found.sort(key=lambda finding: (finding.line, finding.column, finding.code.value))
    kinds = [line.kind for line in file.entries]
    return Report(
        file.source,
        tuple(found),
        len(file.lines),
        kinds.count(Kind.DOMAIN),
        kinds.count(Kind.URL),
        file.sha256,
    )


def lint_bytes(
    data: bytes,
    source: str,
    *,
    own: Iterable[str] = (),
    keep: Iterable[str] = (),
    allow: Iterable[str] = (),
) -> tuple[Report, DisavowFile | None]:
    """Check the bytes of a file, whatever they are: see ``lint``.

    Returns
    -------
    (report, document); the document is None when the bytes are no disavow file, and the report
    then says what they are, with the places where that is known.
    """
    try:
        file = DisavowFile.parse(data, source)
    except DisavowFormatError as error:
        message = f"{error.problem.removesuffix(f' ({error.code})')}. {error.hint}"
        message = message[0].upper() + message[1:]
        code = Problem(error.code)
        places = error.places or ((0, 0),)
        found = (Finding(code, n, c, c + (n > 0), message) for n, c in places)
        return Report(source, tuple(found)), None
    return lint(file, own=own, keep=keep, allow=allow), file


def _of_file(file: DisavowFile) -> Iterator[Finding]:
    codes = list(file.problems)
    path = PurePath(file.source)
    if path.suffix.lower() != ".txt" and file.source != "-":
        codes.append(_P.NOT_TXT)
    if _WEB_FOLDERS.intersection(part.lower() for part in path.parts[:-1]):
        codes.append(_P.PUBLISHED)
    for code in codes:
        fix = Fix("safe", ()) if code in SAFE_CODES else None
        yield Finding(code, 0, 0, 0, _file_message(code, file), fix=fix)


def _file_message(code: Problem, file: DisavowFile) -> str:
    said = PROBLEM_TEXT[code]
    if code not in (_P.TOO_MANY_LINES, _P.TOO_LARGE):
        return said
    if code is _P.TOO_MANY_LINES:
        said = f"The file has {len(file.lines):,} lines, comments and blanks counted; Google "
        said += f"takes {MAX_LINES:,}."
    else:
        said = f"The file has {len(file.render()):,} bytes; Google takes {MAX_BYTES:,}."
    if file.redundant():
        return f"{said} {len(file.redundant()):,} lines are needless: --fix --prune."
    beside = [line for line in file.lines if not line.is_entry]
    if 2 * len(beside) > len(file.lines) or 2 * sum(len(x.text) for x in beside) > MAX_BYTES:
        return f"{said} {len(beside):,} of the lines are no entries: shorten the comments."
    return f"{said} {collapse_hint([Candidate(Entry(x.kind, x.value)) for x in file.entries])}"


def _of_lines(file: DisavowFile, spare: Sites) -> Iterator[Finding]:
    covered = {line.number for line, _ in file.redundant()}
    for line in file.lines:
        if not line.problems:
            continue
        base = base_fix(line)
        for code in line.problems:
            if code in _SCOPE and line.number in covered:
                continue  # what it covers alone does not matter
            wide = code in (_P.WWW_ONLY, _P.URL_IS_HOST)
            mended = base if code in _MENDED else None
            fix = wider_fix(line) if wide else mended
            # The lines that --fix would write in the end, or none. A safe fix of one entry is that.
            final = line.is_entry and code is not _P.SEVERAL_ENTRIES
            if fix is not None and not (final and fix.kind == "safe"):
                lines = fixed_lines(line, unsafe=fix.kind == "unsafe", spare=spare)
                fix = Fix(fix.kind, lines) if lines != (line.text,) else None
            yield _finding(code, line, fix)


def _finding(
    code: Problem, line: Line, fix: Fix | None = None, message: str = "", other: int = 0
) -> Finding:
    column, end = place_of(code, line)
    said = message or PROBLEM_TEXT[code]
    return Finding(code, line.number, column, end, said, line.text, fix, other)


def _of_sites(file: DisavowFile, own: Sites, keep: Sites) -> Iterator[Finding]:
    """Lines that hit somebody who should be spared."""
    kept = file.kept_in_comments
    kept_around = Sites(kept)
    for line in file.entries if own or keep or kept else ():
        for sites, code in ((own, _P.OWN_SITE), (keep, _P.KEEP_LIST)):
            hit = sites.hit_by(line) if sites else None
            if hit is not None:
                message = f"{PROBLEM_TEXT[code].rstrip('.')} ({safe_comment(hit, 100)[2:]})."
                yield _finding(code, line, message=message)
        hit = kept_around.hit_by(line) if kept and line.kind is Kind.DOMAIN else None
        if hit is not None:
            number = kept[hit]
            message = f"The comment on line {number} says that {hit} is not disavowed."
            yield _finding(_P.KEPT_IN_COMMENT, line, message=message, other=number)
    whole = [x for x in file.entries if x.kind is Kind.DOMAIN and not x.has_error]
    hosts = pl.Series([line.value for line in whole], dtype=pl.String)
    platform, popular = platform_mask(hosts), popular_mask(hosts)
    institution = institution_mask(hosts)
    for place in (platform | institution).arg_true().to_list():
        line = whole[place]
        site = linking_domain(line.value)
        if platform[place]:
            part = line.value.removesuffix(site).rstrip(".").rpartition(".")[2]
            if popular[place]:
                yield _finding(_P.PLATFORM, line)
            elif len(part) <= MAX_PART_CHARS or part in _PARTS:
                yield _finding(_P.SHARED_SITE, line)
        elif site == line.value:
            yield _finding(_P.INSTITUTION, line)
    for line in whole:
        if _PLACEHOLDER.fullmatch(line.value):
            yield _finding(_P.PLACEHOLDER, line)


def _of_repeats(file: DisavowFile, spare: Sites) -> Iterator[Finding]:
    """Lines that others make needless."""
    for line, by in file.redundant():
        if is_repeat(line, by):
            message = f"The same entry stands above, on line {by.number}."
            yield _finding(_P.DUPLICATE, line, Fix("safe", ()), message, by.number)
        else:
            message = f"Line {by.number} ({Entry(by.kind, by.value).line}) covers this one."
            fix = Fix("prune", ()) if may_prune(by, spare) else None
            yield _finding(_P.REDUNDANT, line, fix, message, by.number)
    seen: dict[str, Line] = {}
    for line in file.entries:
        if line.kind is not Kind.URL:
            continue
        page = line.value.partition("://")[2].rstrip("/")
        first = seen.setdefault(page, line)
        if first.value != line.value:
            message = f"Line {first.number} names the same page with another scheme or final slash."
            yield _finding(_P.SAME_PAGE, line, message=message, other=first.number)


def _of_comments(file: DisavowFile) -> Iterator[Finding]:
    for line in file.lines:
        if line.kind is not Kind.COMMENT or not line.text.startswith("#"):
            continue
        match = _COMMENTED.match(line.text)
        meant = read_line(match.group(1)) if match is not None else line
        # A link to Google's own tool stands above many lists.
        page = meant.kind is Kind.URL and is_platform(Entry(meant.kind, meant.value).host)
        if meant.is_entry and not page:
            yield _finding(_P.COMMENTED_OUT, line)


def _is_allowed(finding: Finding, file: DisavowFile, allowed: Iterable[str]) -> bool:
    if finding.code not in _ALLOWABLE or not finding.line:
        return False
    line = file.lines[finding.line - 1]
    return Entry(line.kind, line.value).host in allowed
