"""One line of a disavow file: what it is, what it means, what is wrong with it.

Reading never changes the text: a ``Line`` keeps it as it stands beside the normalised value.
A line with an error is INVALID and covers nothing, with two exceptions: a whole top-level domain
and a public suffix are entries with a real effect, so they are read as such and named.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from spamlinks.disavow.problems import Problem, severity
from spamlinks.urls import authority, canonical_url, is_public_suffix, parse_host

__all__ = ["MAX_URL_CHARS", "Kind", "Line", "read_line", "scope_of"]

MAX_URL_CHARS = 2048  # Google's limit for one URL, counted after percent-encoding


class Kind(StrEnum):
    """What a line is."""

    COMMENT = "comment"
    BLANK = "blank"
    DOMAIN = "domain"
    URL = "url"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it stands in the file.

    ``number`` counts from 1. ``text`` is the line without its end, ``end`` is the line end ("" for
    a last line without one). ``value`` is the ASCII host of a DOMAIN, the canonical URL of a URL,
    and "" otherwise. ``fix`` holds the lines that would say the same correctly; it is empty when
    the line needs none or nobody can know.
    """

    number: int
    text: str
    end: str
    kind: Kind
    value: str = ""
    problems: tuple[Problem, ...] = ()
    fix: tuple[str, ...] = ()

    @property
    def is_entry(self) -> bool:
        """Whether the line disavows something."""
        return self.kind in (Kind.DOMAIN, Kind.URL)

    @property
    def has_error(self) -> bool:
        """Whether one of the problems is an error."""
        return bool(self.problems) and any(severity(p) == "error" for p in self.problems)


SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
# Soft hyphen, joiners, zero-width, bidirectional marks and overrides, variation selectors, tags.
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f]")
_QUOTES = {'"': '"', "'": "'", "\u201c": "\u201d", "\u201e": "\u201c", "\u00ab": "\u00bb"}
_DOMAIN = re.compile(r"(?i)(domain)(\s*):(\s*)")
_URL = re.compile(r"(?i)https?://(?!/)")
_SCHEME_LIKE = re.compile(r"(?i)([a-z][a-z0-9+.\-]*)?:/{1,3}")
_PREFIX = re.compile(r"(?i)([a-z][a-z0-9+\-]*):")
_ENTRY_START = re.compile(r"(?i)(?:domain:|https?://)")
_BETWEEN = re.compile(r"[\s,;]+")
_INLINE = re.compile(r"\s#")
_HALF_URL = re.compile(r"(?i)https?:/")
_AFTER_HOST = re.compile(r"[/\\?#]")
_PORT = re.compile(r":\d+$")
_PORT_ONLY = re.compile(r"\d+(?:/|$)")
_TO_ENCODE = re.compile(r"[\s\\]")
_NOT_WEB = frozenset(
    ["mailto", "javascript", "data", "tel", "sms", "ftp", "ftps", "file", "about", "blob", "news"]
)
# Two-byte UTF-8 read as Latin-1: "Ã¼" for "ü". No real name holds such pairs.
MOJIBAKE = re.compile("[\u00c2-\u00f4][\u0080-\u00bf]")
# IDNA 2003 and 2008 map these to different names (RFC 5894 section 7.2): "ss" or a name of its own.
_AMBIGUOUS = re.compile("[\u00df\u03c2]")
_RESERVED_TLDS = frozenset({"example", "test"})  # RFC 2606: for documents and trials
_HAS_EFFECT = frozenset({Problem.WHOLE_TLD, Problem.PUBLIC_SUFFIX})


def read_line(text: str, number: int = 1, end: str = "\n") -> Line:
    """Read one line; never raises, whatever the text.

    >>> read_line("domain:Spam.example").value
    'spam.example'
    >>> line = read_line("domain:https://spam.example")
    >>> line.kind.value, [p.value for p in line.problems], line.fix
    ('invalid', ['DOMAIN_HAS_SCHEME'], ('domain:spam.example',))
    """
    problems: list[Problem] = []
    body = SPACES.sub(" ", text)
    body = INVISIBLE.sub("", body)
    if body != text:
        problems.append(Problem.INVISIBLE_CHARACTER)
    entry = body.strip(" \t")
    if not entry:
        emptied = ("",) if problems else ()
        return Line(number, text, end, Kind.BLANK, problems=tuple(problems), fix=emptied)
    if len(entry) > 1 and _QUOTES.get(entry[0]) == entry[-1] and entry[-1] not in entry[1:-1]:
        problems.append(Problem.QUOTED)
        entry = entry[1:-1].strip(" \t")
    if entry.startswith("#"):
        if not text.startswith("#"):
            problems.append(Problem.INDENTED_COMMENT)
        elif Problem.INVISIBLE_CHARACTER in problems:
            problems.clear()  # anything may stand in a comment
        better = (entry,) if problems else ()
        return Line(number, text, end, Kind.COMMENT, problems=tuple(problems), fix=better)
    if entry != body and Problem.QUOTED not in problems:
        problems.append(Problem.SURROUNDING_SPACE)
    if CONTROL.search(entry):
        problems.append(Problem.CONTROL_CHARACTER)
        return Line(number, text, end, Kind.INVALID, problems=tuple(problems))
    kind, value, fix = _read_entry(entry, problems)
    found = tuple(dict.fromkeys(problems))
    return Line(number, text, end, kind, value, found, () if fix == (text,) else fix)


_Read = tuple[Kind, str, tuple[str, ...]]
_NOTHING: _Read = (Kind.INVALID, "", ())


def _read_entry(entry: str, problems: list[Problem]) -> _Read:
    entry, comment = _split_comment(entry)
    if comment:
        problems.append(Problem.INLINE_COMMENT)
    tokens = [token for token in _BETWEEN.split(entry) if token]
    starts = sum(1 for token in tokens if _ENTRY_START.match(token))
    if starts > 1:
        problems.append(Problem.SEVERAL_ENTRIES)
        lines = tuple(tokens) if starts == len(tokens) else ()
        return Kind.INVALID, "", lines
    kind, value, fix = _read_one(entry, problems)
    return kind, value, (comment, *fix) if comment and fix else fix


def _split_comment(entry: str) -> tuple[str, str]:
    # A "#" within a URL belongs to it; only one after a blank begins a comment.
    found = _INLINE.search(entry)
    if found is None:
        return entry, ""
    return entry[: found.start()].rstrip(), "# " + entry[found.end() :].strip(" \t#")


def _read_one(entry: str, problems: list[Problem]) -> _Read:
    keyword = _DOMAIN.match(entry)
    if keyword is not None:
        if keyword.group(1) != "domain":
            problems.append(Problem.UPPER_CASE)
        if keyword.group(2) or keyword.group(3):
            problems.append(Problem.SPACE_AFTER_COLON)
        return _read_domain(entry[keyword.end() :], problems)
    if _URL.match(entry):
        return _read_url(entry, problems)
    if entry.startswith("://") or _HALF_URL.match(entry):
        problems.append(Problem.BROKEN_SCHEME)
        return _NOTHING
    prefix = _PREFIX.match(entry)
    if prefix is not None and not _PORT_ONLY.match(entry[prefix.end() :]):
        web = prefix.group(1).lower() in _NOT_WEB or entry[prefix.end() :].startswith("//")
        problems.append(Problem.NOT_WEB if web else Problem.UNKNOWN_PREFIX)
        rest = entry[prefix.end() :].strip()
        return Kind.INVALID, "", (rest,) if not web and _ENTRY_START.match(rest) else ()
    return _read_bare(entry, problems)


def _read_bare(entry: str, problems: list[Problem]) -> _Read:
    if entry.startswith("*."):
        problems.append(Problem.WILDCARD)
        return _fixed_domain(entry[2:])
    name, slash, _ = entry.partition("/")
    parts = parse_host(name)
    if "@" in name and parts.problem is None:
        problems.append(Problem.USERINFO)
    elif parts.problem is not None or parts.port is not None or "%" in name:
        problems.append(Problem.UNREADABLE)
    elif slash:
        problems.append(Problem.URL_WITHOUT_SCHEME)
        return Kind.INVALID, "", (canonical_url("http://" + entry),)
    else:
        problems.append(Problem.BARE_HOST)
        return _fixed_domain(name)
    return _NOTHING


def _fixed_domain(name: str) -> _Read:
    value, problem = _read_host(name)
    return Kind.INVALID, "", (f"domain:{value}",) if value and problem is None else ()


def _read_domain(rest: str, problems: list[Problem]) -> _Read:
    if not rest:
        problems.append(Problem.EMPTY_ENTRY)
        return _NOTHING
    if MOJIBAKE.search(rest):
        problems.append(Problem.MOJIBAKE)
        try:
            return _fixed_domain(rest.encode("latin-1").decode("utf-8"))
        except UnicodeError:
            return _NOTHING
    scheme = _SCHEME_LIKE.match(rest)
    if scheme is not None:
        problems.append(Problem.DOMAIN_HAS_SCHEME)
        rest = rest[scheme.end() :]
    name = rest
    if not rest.startswith("["):  # not an IPv6 address
        name = _AFTER_HOST.split(rest, maxsplit=1)[0]
        if name != rest:
            problems.append(Problem.DOMAIN_HAS_PATH)
        if _PORT.search(name):
            problems.append(Problem.DOMAIN_HAS_PORT)
            name = name.rpartition(":")[0]
    if "*" in name:
        problems.append(Problem.WILDCARD)
        name = name.removeprefix("*.")
    if name.startswith("."):
        problems.append(Problem.LEADING_DOT)
        name = name.lstrip(".")
    if name.endswith("."):
        problems.append(Problem.TRAILING_DOT)
    if "@" in name:
        problems.append(Problem.USERINFO)
        return _NOTHING
    value, problem = _read_host(name)
    if problem is not None:
        problems.append(problem)
    if not value:
        return _NOTHING
    _note_host(name, value, problems)
    fix = (f"domain:{value}",) if ":" not in value else ()
    if Problem.IDN_NOT_PUNYCODE in problems:
        fix = (f"# {name}", *fix)
    if any(severity(p) == "error" and p not in _HAS_EFFECT for p in problems):
        return Kind.INVALID, "", fix if problem is None else ()
    return Kind.DOMAIN, value, fix


def _read_host(name: str) -> tuple[str, Problem | None]:
    """Return the host and an error; a suffix is a host as well, with its error."""
    if "%" in name or "@" in name:
        return "", Problem.BAD_HOST
    if _AMBIGUOUS.search(name):
        return "", Problem.IDN_AMBIGUOUS
    parts = parse_host(name)
    if parts.problem is None:
        whole = not parts.is_ip and parts.suffix == parts.host
        return parts.host, Problem.PUBLIC_SUFFIX if whole else None
    below = parse_host(f"x.{name}")  # a suffix is no host, but a name below it is
    if below.problem is None and not below.is_ip and is_public_suffix(below.host[2:]):
        suffix = below.host[2:]
        if "." in suffix:
            return suffix, Problem.PUBLIC_SUFFIX
        return (suffix, Problem.WHOLE_TLD) if below.is_known_suffix else ("", Problem.BAD_HOST)
    return "", Problem.BAD_HOST


def _note_host(name: str, value: str, problems: list[Problem]) -> None:
    parts = parse_host(value)
    if parts.is_ip or ":" in value:
        problems.append(Problem.IP_ADDRESS)
    elif parts.suffix and not parts.is_known_suffix and parts.suffix not in _RESERVED_TLDS:
        problems.append(Problem.UNKNOWN_TLD)
    if not name.isascii():
        problems.append(Problem.IDN_NOT_PUNYCODE)
    elif name != name.lower():
        problems.append(Problem.UPPER_CASE)
    if value.startswith("www.") and parts.linking_domain != value:
        problems.append(Problem.WWW_ONLY)


def _read_url(entry: str, problems: list[Problem]) -> _Read:
    name = authority(entry)
    if "@" in name:
        problems.append(Problem.USERINFO)
        return _NOTHING
    parts = parse_host(name)
    if parts.problem is not None or "%" in name or _AMBIGUOUS.search(name):
        problems.append(Problem.BAD_HOST)
        return _NOTHING
    url = canonical_url(entry)
    if len(url) > MAX_URL_CHARS:
        problems.append(Problem.URL_TOO_LONG)
        return _NOTHING
    if parts.is_ip:
        problems.append(Problem.IP_ADDRESS)
    if not name.isascii():
        problems.append(Problem.IDN_NOT_PUNYCODE)
    if not entry.isascii() or _TO_ENCODE.search(entry):
        problems.append(Problem.URL_NOT_ENCODED)
    problems.append(scope_of(url))
    return Kind.URL, url, (url,) if _needs_fix(problems) else ()


def scope_of(url: str) -> Problem:
    """Return what people may not expect of the extent of a canonical URL."""
    tail = url.split("/", 3)[3]
    if not tail:
        return Problem.URL_IS_HOST
    folder = tail.endswith("/") and "?" not in tail
    return Problem.URL_IS_FOLDER if folder else Problem.URL_IS_ONE_PAGE


def _needs_fix(problems: list[Problem]) -> bool:
    scope = {Problem.URL_IS_ONE_PAGE, Problem.URL_IS_FOLDER, Problem.URL_IS_HOST}
    return any(p not in scope and p is not Problem.IP_ADDRESS for p in problems)
