"""Which addresses and URLs may be asked: public ones, unless a switch says otherwise.

Pages are written by strangers. Without this, a link or a redirect could send the program to a
router, a neighbour's printer or the service that hands a cloud machine its secrets. The tables
are our own, because what ``ipaddress`` calls global differs between versions of Python. Sources:
IANA special-purpose address registries (IPv4 and IPv6), RFC 6890, RFC 4291; RFC 6052 and 8215
(translation); the Fetch standard, "bad port".

IPv6 is decided the other way round: only 2000::/3 is given out for public use, all else is refused.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from urllib.parse import unquote, urlsplit

__all__ = [
    "REFUSED_PORTS",
    "literal_address",
    "why_name_refused",
    "why_refused",
    "why_url_refused",
]

# Reason -> networks. The first group is opened by ``allow_private``, the second never.
_PRIVATE = {
    "loopback address": "127.0.0.0/8 ::1/128",
    "private address": "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 fc00::/7",
    "address shared inside a provider's network": "100.64.0.0/10",
    "benchmarking address": "198.18.0.0/15",  # some proxies answer every name with one of these
}
_NEVER = {
    "cloud metadata address": (
        "169.254.169.254/32 169.254.169.253/32 169.254.170.2/32 169.254.170.23/32 "
        "169.254.0.23/32 fd00:ec2::254/128 fd00:ec2::253/128 fd00:ec2::23/128 fd20:ce::254/128 "
        "100.100.100.200/32 192.0.0.192/32 168.63.129.16/32"
    ),
    "link-local address": "169.254.0.0/16 fe80::/10",
    "unspecified address": "0.0.0.0/32 ::/128",
    "address of this network": "0.0.0.0/8",
    "multicast address": "224.0.0.0/4 ff00::/8",
    "broadcast address": "255.255.255.255/32",
    "reserved address": "192.0.0.0/24 240.0.0.0/4 3ffe::/16",
    "documentation address": (
        "192.0.2.0/24 198.51.100.0/24 203.0.113.0/24 2001:db8::/32 3fff::/20"
    ),
    # Old ways to wrap IPv4: no server lives there, and the packet would end somewhere else.
    "tunnel address": "192.88.99.0/24 2002::/16 2001::/32",
    "reserved address (IETF)": "2001::/23",
    "IPv4-compatible address": "::/96",
    "translated address": "::ffff:0:0:0/96 64:ff9b:1::/48",
    "site-local address": "fec0::/10",
}

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _table(groups: dict[str, str]) -> tuple[tuple[_Network, str], ...]:
    return tuple(
        (ipaddress.ip_network(network), reason)
        for reason, networks in groups.items()
        for network in networks.split()
    )


_NEVER_TABLE, _PRIVATE_TABLE = _table(_NEVER), _table(_PRIVATE)
_PUBLIC_V6 = ipaddress.IPv6Network("2000::/3")
_LOOPBACK_V6 = ipaddress.IPv6Address(1)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

REFUSED_PORTS: frozenset[int] = frozenset(
    int(port)
    for port in (
        # Services that are no web servers, and that a request could be made to obey: the Fetch
        # standard's list, ...
        "0 1 7 9 11 13 15 17 19 20 21 22 23 25 37 42 43 53 69 77 79 87 95 101 102 103 104 109 110 "
        "111 113 115 117 119 123 135 137 139 143 161 179 389 427 465 512 513 514 515 526 530 531 "
        "532 540 548 554 556 563 587 601 636 989 990 993 995 1719 1720 1723 2049 3659 4045 4190 "
        "5060 5061 6000 6566 6665 6666 6667 6668 6669 6679 6697 10080 "
        # ... and databases, caches, remote control.
        "445 623 873 1080 1433 1521 2375 2376 2379 2380 3128 3306 3389 5432 5672 5900 5984 5985 "
        "6379 6443 8500 9042 9100 9200 9300 10250 11211 27017 50000"
    ).split()
)
"""Ports that are never asked, on any host. Any other may be: honest pages stand on odd ports."""

MAX_URL_CHARS = 8192
_ODD = re.compile(r"[\x00-\x20\x7f-\x9f\\<>\"{}|^`]")
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]{0,64}|[0-9]{1,64}")
_DOTS = re.compile("[\u3002\uff0e\uff61]")
_NEVER_NAMES = (".onion", ".invalid")  # these must not be asked of the name system (RFC 6761)
_LOCAL_NAMES = (".localhost", ".local", ".localdomain", ".internal", ".intranet", ".home.arpa")


def why_refused(address: str, *, allow_private: bool = False) -> str | None:
    """Say why an IP address must not be contacted; None where it may.

    Checked after name resolution, on the very address that is then connected to, and again on
    every redirect.

    Parameters
    ----------
    address : IPv4 or IPv6 in its usual spelling; anything else is refused as "no address".
    allow_private : for tests and intranets: opens loopback, private networks, those inside a
        provider's network and those for benchmarks. Metadata services, link-local addresses and
        what is no host's address stay closed.

    >>> why_refused("93.184.216.34"), why_refused("169.254.169.254")
    (None, 'cloud metadata address')
    >>> why_refused("127.0.0.1"), why_refused("127.0.0.1", allow_private=True)
    ('loopback address', None)
    >>> why_refused("::ffff:10.0.0.1"), why_refused("64:ff9b::a00:1")
    ('private address', 'private address')
    """
    plain, percent, _zone = address.partition("%")
    try:
        ip = ipaddress.ip_address(plain)
    except ValueError:
        return "no address"
    inside = _ipv4_inside(ip)
    if inside is not None:
        ip = inside
    reason = _reason(ip, _NEVER_TABLE)
    # ::1 lies in ::/96 and is the one address there that has a meaning of its own.
    if reason is not None and ip != _LOOPBACK_V6:
        return reason
    private = _reason(ip, _PRIVATE_TABLE)
    if private is None and isinstance(ip, ipaddress.IPv6Address):
        if ip not in _PUBLIC_V6:
            return "reserved address"
        if (int(ip) >> 32) & 0xFDFFFFFF == 0x5EFE:  # 0:5efe and 200:5efe, ISATAP
            return "tunnel address"
    if percent:  # the number of a network card: nothing public has one
        return "address with a zone"
    return None if allow_private else private


def _ipv4_inside(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 host that an IPv6 address stands for, where packets do end there.

    A socket of a mapped address speaks IPv4, and so does the network behind the well-known prefix
    of a translator.
    """
    if isinstance(ip, ipaddress.IPv4Address):
        return None
    return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else ip.ipv4_mapped


def _reason(
    ip: ipaddress.IPv4Address | ipaddress.IPv6Address, table: tuple[tuple[_Network, str], ...]
) -> str | None:
    for network, reason in table:
        if ip.version == network.version and ip in network:
            return reason
    return None


def literal_address(host: str) -> str | None:
    """Read a host that is an address in any form that a resolver or a browser takes for one.

    ``inet_aton`` knows one to four parts, each decimal, octal or hexadecimal; browsers read
    percent escapes and full-width digits before. None for a name, and for numbers that are no
    address. IPv6 with or without brackets; a zone stays, so that ``why_refused`` sees it.

    >>> [literal_address(h) for h in ("127.1", "2130706433", "0x7f.0.0.1", "0177.0.0.01")]
    ['127.0.0.1', '127.0.0.1', '127.0.0.1', '127.0.0.1']
    >>> literal_address("[0:0::1]"), literal_address("example.com")
    ('::1', None)
    """
    if len(host) > 1024:
        return None
    text = unquote(host) if "%" in host else host
    text = _DOTS.sub(".", unicodedata.normalize("NFKC", text)).strip().lower()
    if ":" in text:
        inside = text[1:-1] if text.startswith("[") and text.endswith("]") else text
        try:
            return str(ipaddress.IPv6Address(inside))
        except ValueError:
            return None
    parts = text.removesuffix(".").split(".")
    if len(parts) > 4 or not all(_NUMBER.fullmatch(part) for part in parts):
        return None
    try:
        numbers = [_number(part) for part in parts]
    except ValueError:  # 08: octal without being one
        return None
    *front, last = numbers
    if any(number > 255 for number in front) or last >= 256 ** (4 - len(front)):
        return None
    value = last
    for place, number in enumerate(front):
        value += number << (8 * (3 - place))
    return str(ipaddress.IPv4Address(value))


def _number(part: str) -> int:
    if part.startswith("0x"):
        return int(part[2:] or "0", 16)
    return int(part, 8) if part.startswith("0") and len(part) > 1 else int(part)


def why_url_refused(url: str, *, allow_private: bool = False) -> str | None:
    """Say why a URL must not be asked for, before any name is resolved; None where it may.

    Only http and https; no user name or password; no port of another service (``REFUSED_PORTS``);
    no host that is a refused address in any spelling; no name that only a local network knows;
    nothing that two readers of URLs would cut at different places. What a name resolves to is
    still for ``why_refused``.

    >>> why_url_refused("https://example.com:8443/a?b=c#d") is None
    True
    >>> why_url_refused("ftp://example.com/"), why_url_refused("http://example.com:25/")
    ('not http or https', 'port 25 is not for web pages')
    >>> why_url_refused("http://0x7f.1/"), why_url_refused("http://me:secret@example.com/")
    ('loopback address', 'user name in the URL')
    """
    if len(url) > MAX_URL_CHARS:
        return f"URL is longer than {MAX_URL_CHARS} characters"
    scheme, colon, rest = url.partition("://")
    if not colon or scheme.lower() not in ("http", "https"):
        return "not http or https"
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    if "@" in authority:
        return "user name in the URL"
    if _ODD.search(authority) or re.search(r"[\x00-\x1f\x7f]", url):
        return "characters that no URL can have"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "host or port cannot be read"
    if not host:
        return "no host"
    if parts.netloc != authority:
        return "host or port cannot be read"
    if port is not None and port in REFUSED_PORTS:
        return f"port {port} is not for web pages"
    literal = literal_address(host)
    if literal is not None:
        return why_refused(literal, allow_private=allow_private)
    return why_name_refused(host, allow_private=allow_private)


def why_name_refused(host: str, *, allow_private: bool = False) -> str | None:
    """Say why the name system must not be asked for a host; None where it may.

    >>> why_name_refused("example.com") is None, why_name_refused("printer.local")
    (True, 'name of a local network')
    """
    name = "." + host.rstrip(".").lower()
    if name.endswith(_NEVER_NAMES):
        return "name that is not in the public name system"
    if not allow_private and (name.count(".") < 2 or name.endswith(_LOCAL_NAMES)):
        return "name of a local network"
    return None
