"""Hosts and registrable domains, offline, through the bundled Public Suffix List.

Two names for one site matter here. The ``registrable_domain`` is what somebody registered with a
registry (``blogspot.com``). The ``linking_domain`` is the unit people decide about: the private
section of the list counts as well, so that ``me.blogspot.com`` stands for itself and nobody
disavows a platform. Sources: publicsuffix.org (list and algorithm), RFC 3986 (authority),
RFC 5891 (IDNA).
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, unquote

import idna
import polars as pl

from spamlinks.suffixes import suffix_lengths, suffix_start

__all__ = [
    "HostParts",
    "authorities",
    "authority",
    "authority_expr",
    "canonical_url",
    "host_table",
    "hosts_of",
    "is_public_suffix",
    "linking_domain",
    "one_spelling",
    "one_spellings",
    "parse_host",
]

_SCHEME = re.compile(r"(?i)^\s*([a-z][a-z0-9+.\-]*):(?=//|[^0-9/?#]|$)")
_NOT_WEB = frozenset(
    (
        "mailto javascript data tel sms ftp ftps file about blob skype whatsapp android-app "
        "ios-app chrome-extension magnet ws wss sftp ssh git urn news"
    ).split()
)
_LABEL = re.compile(r"^(?!-)[a-z0-9_-]{1,63}(?<!-)\Z")
# A host that needs no care: ASCII, lower case, no port, a last label that is no number.
_PLAIN_HOST = r"^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$"
_PLAIN = re.compile(_PLAIN_HOST.removesuffix("$") + r"\Z")
_DOTS = re.compile("[\u3002\uff0e\uff61]")  # full stops IDNA treats as "."
MAX_HOST_CHARS = 253


@dataclass(frozen=True, slots=True)
class HostParts:
    """What a URL's authority says about its host.

    ``problem`` is None for a usable host and a short reason otherwise; the other fields are then
    "" or False. ``host`` is ASCII, lower case, without port, user info or trailing dot. For an IP
    address ``linking_domain`` and ``registrable_domain`` are the address and ``suffix`` is "".
    """

    host: str
    linking_domain: str
    registrable_domain: str
    suffix: str
    is_ip: bool
    is_private_suffix: bool
    is_known_suffix: bool
    has_userinfo: bool
    port: int | None
    problem: str | None


def _bad(problem: str) -> HostParts:
    return HostParts("", "", "", "", False, False, False, False, None, problem)


def authority(url: str) -> str:
    """Cut the authority (``user@host:port``) out of a URL, a host or a scheme-less URL.

    Returns the scheme with a colon, such as ``mailto:``, for a URL that is not a web address, so
    that ``parse_host`` can name the problem; "" when there is nothing.

    >>> authority("https://user@Example.com:8080/a?b#c")
    'user@Example.com:8080'
    >>> authority("www.example.com/links"), authority("//example.com/x")
    ('www.example.com', 'example.com')
    >>> authority("mailto:me@example.com")
    'mailto:'
    """
    text = url.strip().replace("\\", "/")
    scheme = _SCHEME.match(text)
    if scheme is not None:
        name = scheme.group(1).lower()
        if name in ("http", "https"):
            text = text[scheme.end() :]
        elif name in _NOT_WEB or text[scheme.end() :].startswith("//"):
            return f"{name}:"
    text = text.lstrip("/") if scheme is not None or text.startswith("//") else text
    return re.split(r"[/?#]", text, maxsplit=1)[0].strip()


def _to_ascii(host: str) -> str | None:
    if host.isascii():
        return host
    try:
        labels = [label if label.isascii() else _label_to_ascii(label) for label in host.split(".")]
    except UnicodeError:
        return None
    return ".".join(labels).lower()


def _label_to_ascii(label: str) -> str:
    """IDNA 2008 as browsers map it: straße.de is not strasse.de. Emoji only IDNA 2003 allows."""
    try:
        return idna.encode(label, uts46=True).decode("ascii")
    except idna.IDNAError:
        if any(mark in label for mark in "\u00df\u03c2\u200c\u200d"):
            raise  # these IDNA 2003 maps to another name
        return label.encode("idna").decode("ascii")


@lru_cache(maxsize=1 << 18)  # one pass over a million links names a hundred thousand hosts
def parse_host(text: str) -> HostParts:
    """Parse an authority into host, registrable domain and suffix; never raises.

    Parameters
    ----------
    text : an authority as ``authority`` returns it, or a bare host.

    Returns
    -------
    HostParts; ``problem`` says why a text is no usable host.

    >>> parse_host("WWW.Example.co.uk:443").linking_domain
    'example.co.uk'
    >>> parse_host("me.blogspot.com").linking_domain  # private suffix: spare the platform
    'me.blogspot.com'
    >>> parse_host("me.blogspot.com").registrable_domain
    'blogspot.com'
    >>> parse_host("bücher.example").host
    'xn--bcher-kva.example'
    >>> parse_host("10.0.0.7").is_ip, parse_host("").problem
    (True, 'no host')
    >>> parse_host("mailto:").problem
    'not an http(s) URL'
    """
    if len(text) <= MAX_HOST_CHARS and _PLAIN.match(text):
        return _registrable(text, text.split("."), userinfo=False, port=None)
    if text.endswith(":") and "." not in text:  # a scheme, as ``authority`` returns it
        return _bad("not an http(s) URL")
    text = unquote(text) if "%" in text else text
    _userinfo, at, rest = text.rpartition("@")
    host = _DOTS.sub(".", rest.strip()).lower()
    port: int | None = None
    if host.startswith("["):  # IPv6 literal
        inside, closed, tail = host[1:].partition("]")
        try:
            address = str(ipaddress.IPv6Address(inside))
        except ValueError:
            return _bad("bad IP address")
        if not closed or (tail and not re.fullmatch(r":\d{0,5}", tail)):
            return _bad("bad port")
        port = int(tail[1:]) if len(tail) > 1 else None
        return HostParts(address, address, address, "", True, False, False, bool(at), port, None)
    if ":" in host:
        host, _, digits = host.partition(":")
        few = len(digits) <= 10 and digits.isascii() and digits.isdigit()
        if digits and not (few and int(digits) <= 65535):
            return _bad("not an http(s) URL" if not host.count(".") else "bad port")
        port = int(digits) if digits else None
    host = host.rstrip(".")
    if not host:
        return _bad("no host")
    if len(host) > MAX_HOST_CHARS:  # before the slow reading of international names
        return _bad("host is longer than 253 characters")
    ascii_host = _to_ascii(host)
    if ascii_host is None:
        return _bad("host is not a valid international name")
    if len(ascii_host) > MAX_HOST_CHARS:
        return _bad("host is longer than 253 characters")
    labels = ascii_host.split(".")
    if labels[-1].isdigit():
        try:
            address = str(ipaddress.IPv4Address(ascii_host))
        except ValueError:
            return _bad("bad IP address")
        return HostParts(address, address, address, "", True, False, False, bool(at), port, None)
    if not all(_LABEL.match(label) for label in labels):
        return _bad("host has characters that no host name can have")
    if len(labels) < 2:
        return _bad("host has no public suffix")
    return _registrable(ascii_host, labels, bool(at), port)


def _registrable(host: str, labels: list[str], userinfo: bool, port: int | None) -> HostParts:
    start = suffix_start(labels, private=True)
    known = start is not None
    if start is None:  # the list's default rule "*": an unlisted last label is a suffix
        start = len(labels) - 1
    icann = suffix_start(labels, private=False) if known else start
    icann = len(labels) - 1 if icann is None else icann
    suffix, private = ".".join(labels[start:]), start < icann
    registrable = ".".join(labels[max(icann - 1, 0) :])
    if start == 0:
        if not private:
            return _bad("host is a public suffix, not a site")
        # the platform's own site, such as blogspot.com itself
        return HostParts(host, host, registrable, suffix, False, True, True, userinfo, port, None)
    linking = ".".join(labels[start - 1 :])
    return HostParts(
        host, linking, registrable, suffix, False, private, known, userinfo, port, None
    )


def linking_domain(url_or_host: str) -> str:
    """Return the domain people decide about, or "" when there is none.

    >>> linking_domain("http://a.b.example.co.uk/x"), linking_domain("co.uk")
    ('example.co.uk', '')
    """
    return parse_host(authority(url_or_host)).linking_domain


def is_public_suffix(name: str) -> bool:
    """Whether a name is a whole suffix, of the ICANN or the private section, or a bare TLD.

    >>> [is_public_suffix(n) for n in ("co.uk", "blogspot.com", "xyz", "example.com")]
    [True, True, True, False]
    """
    labels = name.lower().strip(".").split(".")
    return len(labels) == 1 or suffix_start(labels, private=True) == 0


def canonical_url(url: str) -> str:
    """Write a URL the way two spellings of one page agree: idempotent, never raises.

    Lower-case ASCII host without default port and trailing dot, ``/`` for an empty path, spaces
    and non-ASCII percent-encoded, no fragment. Scheme and ``www.`` stay, since they are different
    entries for Google. A text without a usable host comes back stripped.

    >>> canonical_url("HTTP://Example.com:80?a=1#top")
    'http://example.com/?a=1'
    >>> canonical_url("example.com/a b")
    'http://example.com/a%20b'
    """
    text = url.strip()
    raw = authority(text)
    parts = parse_host(raw)
    if parts.problem is not None:
        return text
    scheme = "https" if text[:8].lower().startswith("https:") else "http"
    default = {"http": 80, "https": 443}[scheme]
    port = f":{parts.port}" if parts.port is not None and parts.port != default else ""
    host = f"[{parts.host}]" if ":" in parts.host else parts.host
    tail = text.replace("\\", "/").partition(raw)[2].partition("#")[0]
    if not tail.startswith("/"):
        tail = "/" + tail
    return f"{scheme}://{host}{port}{quote(tail, safe=_URL_SAFE, errors='replace')}"


_URL_SAFE = "%/:?#[]@!$&'()*+,;=~-._|"
# Not right behind a stray "%": what is put there would become an escape of something else.
_ESCAPE = re.compile("(?<!%)(?<!%[0-9a-fA-F])%[0-9a-fA-F]{2}")
_NEEDLESS = frozenset(map(ord, "-._~|")) | {c for c in range(128) if chr(c).isalnum()}
"""Bytes whose escapes mean what the character itself means (RFC 3986, 6.2.2.2)."""
_PATH_SIGNS = r"A-Za-z0-9/:?@!$&'()*+,;=~._|%\[\]\-"
_PLAIN_URL = rf"^https?://[a-z0-9.-]+(?:/[{_PATH_SIGNS}]*)?$"
_LETTERS_URL = rf"^https?://[a-z0-9.-]+/[{_PATH_SIGNS}[^\x00-\x7f]]*$"
_OTHER_ESCAPE = (
    r"%(?:[a-f][0-9a-fA-F]|[0-9A-F][a-f]|2[DE]|3[0-9]|4[1-9A-F]|5[0-9AF]|6[1-9A-F]|7[0-9ACE])"
)
"""An escape that ``one_spelling`` may write in another way."""


def one_spelling(url: str) -> str:
    """Write a URL as ``canonical_url`` does, and its escapes in one way: for comparing pages.

    Escapes are in upper case, and there are none of letters, digits, and ``-._~|``. What Google is
    given is not written so: there a line stays as somebody wrote it.

    >>> one_spelling("http://a.example/x%c3%a9%7E") == one_spelling("http://a.example/x\u00e9~")
    True
    """
    return _ESCAPE.sub(_one_escape, canonical_url(url))


def _one_escape(found: re.Match[str]) -> str:
    code = int(found[0][1:], 16)
    return chr(code) if code in _NEEDLESS else found[0].upper()


def one_spellings(urls: pl.Series) -> pl.Series:
    """``one_spelling`` of each text but for the slash behind a bare host; null stays null.

    Quick where the texts are regular, which most are.
    """
    odd = ~urls.str.contains(_PLAIN_URL) | urls.str.contains(_OTHER_ESCAPE)
    if odd.any():
        texts = urls.filter(odd).unique()
        easy = texts.str.contains(_LETTERS_URL)
        easy &= ~texts.str.contains(_OTHER_ESCAPE) & ~texts.str.contains(r"\s$")
        letters = texts.filter(easy)
        strange = texts.filter(~easy)
        signs = sorted({sign for text in letters for sign in text if not sign.isascii()})
        spelled = [
            letters.str.replace_many(signs, [quote(sign) for sign in signs]) if signs else letters,
            pl.Series([one_spelling(text) for text in strange], dtype=pl.String),
        ]
        urls = urls.replace(pl.concat([letters, strange]), pl.concat(spelled))
    return urls


def authority_expr(column: str = "referring_page") -> pl.Expr:
    """Vectorised ``authority`` over a column of URLs: lower case, null stays null.

    The common form ``scheme://authority/...`` is cut by a split; every other form goes through
    ``authority`` itself, so that both agree on all input.
    """
    text = pl.col(column)
    parts = text.str.splitn("/", 4)
    plain = (
        parts.struct.field("field_1").eq("")
        & parts.struct.field("field_0").is_in(["http:", "https:"])
        & parts.struct.field("field_2").str.contains(r"^[A-Za-z0-9._:@-]+$")
    )
    plain = plain.fill_null(False)  # "https:" has no third part: neither true nor false
    slow = text.map_elements(authority, return_dtype=pl.String)
    fast = pl.when(plain).then(parts.struct.field("field_2"))
    return pl.coalesce(fast, pl.when(~plain).then(slow)).str.to_lowercase()


def authorities(pages: pl.Series) -> pl.Series:
    """Return what ``authority_expr`` gives for a series of URLs, several times as fast.

    The common form is cut by one anchored pattern; only the others take the long way.
    """
    found = pages.str.extract(r"^https?://([a-z0-9.-]+)/")
    rest = found.is_null() & pages.is_not_null()
    if not rest.any():
        return found
    others = pages.filter(rest).rename("page").to_frame().select(authority_expr("page"))
    return found.scatter(rest.arg_true(), others.to_series())


def hosts_of(names: pl.Series) -> pl.Series:
    """Return the ASCII host of each authority; the text in lower case where it has no usable host.

    What ``parse_host(name).host or name.lower()`` gives, for many names at once; null stays null.
    """
    plain = names.str.contains(_PLAIN_HOST) & (names.str.len_bytes() <= MAX_HOST_CHARS)
    odd = names.filter(~plain.fill_null(value=True)).unique()
    if not len(odd):
        return names
    found = [parse_host(name).host or name.lower() for name in odd]
    parsed = names.replace_strict(odd, found, default=None, return_dtype=pl.String)
    return names.zip_with(plain.fill_null(value=True), parsed)


_HOST_SCHEMA = {
    "authority": pl.String,
    "host": pl.String,
    "linking_domain": pl.String,
    "registrable_domain": pl.String,
    "suffix": pl.String,
    "is_ip_host": pl.Boolean,
    "is_private_suffix": pl.Boolean,
    "is_known_suffix": pl.Boolean,
    "has_userinfo": pl.Boolean,
    "port": pl.Int32,
    "problem": pl.String,
}


def host_table(authorities: pl.Series) -> pl.DataFrame:
    """Parse each distinct authority once.

    Parameters
    ----------
    authorities : String series; duplicates and nulls are dropped.

    Returns
    -------
    DataFrame with one row per distinct authority and the fields of ``HostParts``.
    """
    distinct = authorities.drop_nulls().unique(maintain_order=True).alias("authority")
    plain = distinct.str.contains(_PLAIN_HOST) & (distinct.str.len_bytes() <= MAX_HOST_CHARS)
    quick = _plain_hosts(distinct.filter(plain))
    slow = distinct.filter(~distinct.is_in(quick["authority"].implode()))
    parsed = pl.concat([quick, _parsed_hosts(slow)])
    return distinct.to_frame().join(parsed, on="authority", how="left", maintain_order="left")


def _parsed_hosts(authorities: pl.Series) -> pl.DataFrame:
    rows = [
        (
            text,
            p.host,
            p.linking_domain,
            p.registrable_domain,
            p.suffix,
            p.is_ip,
            p.is_private_suffix,
            p.is_known_suffix,
            p.has_userinfo,
            p.port,
            p.problem,
        )
        for text in authorities.to_list()
        for p in (parse_host(text),)
    ]
    return pl.DataFrame(rows, schema=_HOST_SCHEMA, orient="row")


def _plain_hosts(hosts: pl.Series) -> pl.DataFrame:
    """``_parsed_hosts`` of plain hosts, all at once; those that need a closer look are left out."""
    frame = suffix_lengths(hosts).with_columns(authority=hosts)
    count = pl.col("labels").list.len()
    known = pl.col("all").is_not_null()
    frame = frame.with_columns(
        is_known_suffix=known, all=pl.col("all").fill_null(1), icann=pl.col("icann").fill_null(1)
    ).filter(~pl.col("special") & (count > pl.col("all")))

    def tail(size: pl.Expr) -> pl.Expr:
        return pl.col("labels").list.tail(size).list.join(".")

    private = pl.col("all") > pl.col("icann")
    return frame.select(
        "authority",
        host=pl.col("authority"),
        linking_domain=tail(pl.col("all") + 1),
        registrable_domain=tail(pl.when(private).then("icann").otherwise("all") + 1),
        suffix=tail(pl.col("all")),
        is_ip_host=pl.lit(False),
        is_private_suffix=private,
        is_known_suffix="is_known_suffix",
        has_userinfo=pl.lit(False),
        port=pl.lit(None, dtype=pl.Int32),
        problem=pl.lit(None, dtype=pl.String),
    )
