"""Which addresses and URLs may be asked: tables of cases with reasons, then properties."""

from __future__ import annotations

import ipaddress
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spamlinks.enrich.addresses import (
    REFUSED_PORTS,
    literal_address,
    why_refused,
    why_url_refused,
)

NOWHERE = str(ipaddress.IPv4Address(0))

PUBLIC = (
    "1.1.1.1",
    "93.184.216.34",
    "9.255.255.255",  # the neighbours of refused networks
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.1",
    "169.253.255.255",
    "169.255.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "191.255.255.255",
    "192.0.1.0",
    "192.0.3.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "198.51.99.255",
    "203.0.114.0",
    "223.255.255.255",
    "168.63.129.15",
    "2606:2800:220:1:248:1893:25c8:1946",
    "2a00:1450:4001:81b::200e",
    "2001:200::1",  # the first block after those of the IETF
    "3ffd::1",
    "::ffff:93.184.216.34",
    "64:ff9b::5db8:d822",  # the usual answer in networks that have only IPv6
)

# address, reason, whether allow_private opens it
REFUSED = (
    ("127.0.0.1", "loopback address", True),
    ("127.255.255.254", "loopback address", True),  # the whole network, not one address
    ("::1", "loopback address", True),
    ("10.0.0.0", "private address", True),
    ("10.255.255.255", "private address", True),
    ("172.16.0.1", "private address", True),
    ("172.31.255.255", "private address", True),
    ("192.168.0.1", "private address", True),
    ("fc00::1", "private address", True),
    ("fd12:3456:789a::1", "private address", True),
    ("100.64.0.1", "address shared inside a provider's network", True),
    ("100.127.255.255", "address shared inside a provider's network", True),
    ("198.18.0.1", "benchmarking address", True),
    ("198.19.255.255", "benchmarking address", True),
    ("169.254.169.254", "cloud metadata address", False),  # most clouds
    ("169.254.170.2", "cloud metadata address", False),  # credentials of a container
    ("fd00:ec2::254", "cloud metadata address", False),  # the same by IPv6, in a private network
    ("fd20:ce::254", "cloud metadata address", False),
    ("100.100.100.200", "cloud metadata address", False),  # in the provider's network
    ("192.0.0.192", "cloud metadata address", False),
    ("168.63.129.16", "cloud metadata address", False),  # looks public
    ("169.254.0.1", "link-local address", False),
    ("fe80::1", "link-local address", False),
    ("febf::1", "link-local address", False),
    ("fe80::1%eth0", "link-local address", False),
    ("fd00::1%eth0", "address with a zone", False),
    ("2606:2800:220:1::1%eth0", "address with a zone", False),  # nothing public has one
    ("::ffff:93.184.216.34%1", "address with a zone", False),
    (NOWHERE, "unspecified address", False),  # Linux connects it to itself
    ("::", "unspecified address", False),
    ("0.0.0.1", "address of this network", False),
    ("0.1.2.3", "address of this network", False),
    ("224.0.0.1", "multicast address", False),
    ("239.255.255.255", "multicast address", False),
    ("ff02::1", "multicast address", False),
    ("255.255.255.255", "broadcast address", False),
    ("240.0.0.1", "reserved address", False),
    ("192.0.0.8", "reserved address", False),
    ("192.0.2.1", "documentation address", False),
    ("198.51.100.7", "documentation address", False),
    ("203.0.113.9", "documentation address", False),
    ("2001:db8::1", "documentation address", False),
    ("3fff::1", "documentation address", False),
    ("192.88.99.1", "tunnel address", False),
    ("2002:7f00:1::1", "tunnel address", False),  # 6to4 around 127.0.0.1
    ("2002:5db8:d822::1", "tunnel address", False),  # and around a public one
    ("2001:0:4136:e378:8000:63bf:80ff:fffe", "tunnel address", False),  # Teredo
    ("2001:67c:2e8::5efe:7f00:1", "tunnel address", False),  # ISATAP around 127.0.0.1
    ("2001:67c:2e8:0:200:5efe:a00:1", "tunnel address", False),
    ("2001:2::1", "reserved address (IETF)", False),
    ("2001:20::1", "reserved address (IETF)", False),
    ("::127.0.0.1", "IPv4-compatible address", False),
    ("::93.184.216.34", "IPv4-compatible address", False),
    ("::2", "IPv4-compatible address", False),
    ("::ffff:0:127.0.0.1", "translated address", False),
    ("64:ff9b:1::7f00:1", "translated address", False),  # where the IPv4 part stands is unknown
    ("::ffff:127.0.0.1", "loopback address", True),
    ("::ffff:169.254.169.254", "cloud metadata address", False),
    ("::ffff:0.0.0.0", "unspecified address", False),
    ("64:ff9b::127.0.0.1", "loopback address", True),
    ("64:ff9b::169.254.169.254", "cloud metadata address", False),
    ("fec0::1", "site-local address", False),
    ("100::1", "reserved address", False),  # discard-only
    ("4000::1", "reserved address", False),  # given to nobody
    ("5f00::1", "reserved address", False),
    ("3ffe::1", "reserved address", False),
    ("", "no address", False),
    ("localhost", "no address", False),
    ("127.1", "no address", False),  # not the usual spelling: literal_address comes before
    ("0127.0.0.1", "no address", False),
    ("[::1]", "no address", False),
    (" 1.1.1.1", "no address", False),
    ("1.1.1.1%eth0", "address with a zone", False),
)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_may_be_asked(address: str) -> None:
    assert why_refused(address) is None
    assert why_refused(address, allow_private=True) is None


@pytest.mark.parametrize(("address", "reason", "opened"), REFUSED)
def test_refused_addresses(address: str, reason: str, opened: bool) -> None:
    assert why_refused(address) == reason
    assert why_refused(address, allow_private=True) == (None if opened else reason)


@given(st.ip_addresses())
def test_what_python_calls_special_is_refused(
    ip: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    if ip.is_private or ip.is_multicast or ip.is_reserved or ip.is_link_local:
        known_otherwise = isinstance(ip, ipaddress.IPv6Address) and (
            ip.ipv4_mapped is not None or ip in ipaddress.IPv6Network("64:ff9b::/96")
        )
        assert known_otherwise or why_refused(str(ip)) is not None
    if why_refused(str(ip)) is None:
        assert why_refused(str(ip), allow_private=True) is None


@given(st.ip_addresses(v=4))
def test_wrapping_an_address_changes_nothing(ip: ipaddress.IPv4Address) -> None:
    plain = why_refused(str(ip))
    assert why_refused(f"::ffff:{ip}") == plain
    assert why_refused(f"64:ff9b::{ip}") == plain
    for old in (f"::{ip}", f"2002:{int(ip) >> 16:x}:{int(ip) & 0xFFFF:x}::1", f"::ffff:0:{ip}"):
        assert why_refused(old) is not None


LITERALS = (
    ("127.0.0.1", "127.0.0.1"),
    ("127.0.0.1.", "127.0.0.1"),  # a final dot is allowed in a host
    ("127.1", "127.0.0.1"),
    ("127.0.1", "127.0.0.1"),
    ("2130706433", "127.0.0.1"),
    ("0x7f000001", "127.0.0.1"),
    ("0X7F.1", "127.0.0.1"),
    ("017700000001", "127.0.0.1"),
    ("0177.0.0.1", "127.0.0.1"),
    ("0x7f.0x0.0x0.0x1", "127.0.0.1"),
    ("127.0x100", "127.0.1.0"),
    ("0", NOWHERE),
    ("0x", NOWHERE),  # browsers read a bare prefix as zero
    ("0.0", NOWHERE),
    ("4294967295", "255.255.255.255"),
    ("169.254.43518", "169.254.169.254"),
    ("\uff11\uff12\uff17.0.0.1", "127.0.0.1"),  # full-width digits
    ("\u2460\u2461\u2466.0.0.1", "127.0.0.1"),  # circled ones
    ("127\u30020\u30020\u30021", "127.0.0.1"),  # ideographic full stops
    ("%31%32%37.0.0.1", "127.0.0.1"),
    ("[::1]", "::1"),
    ("::1", "::1"),
    ("[0:0::0:1]", "::1"),
    ("[::ffff:7f00:1]", "::ffff:127.0.0.1"),
    ("[fe80::1%eth0]", "fe80::1%eth0"),
    ("example.com", None),
    ("1.2.3.4.5", None),
    ("256.1.1.1", None),
    ("1.2.3.256", None),
    ("4294967296", None),
    ("0x100000000", None),
    ("08.1.1.1", None),  # octal without being one
    ("1..1", None),
    (".1", None),
    ("", None),
    (".", None),
    ("-1", None),
    ("+1", None),
    ("1_0", None),  # int() would read it
    ("1e3", None),
    ("127.0.0.1.example.com", None),
    ("0xg", None),
    ("[::1", None),
    ("[:::1]", None),
    ("1" * 5000, None),
)


@pytest.mark.parametrize(("host", "address"), LITERALS)
def test_literal_addresses(host: str, address: str | None) -> None:
    found = literal_address(host)
    # The text of a mapped address differs between versions of Python.
    assert found == address or (
        found is not None
        and address is not None
        and ipaddress.ip_address(found) == ipaddress.ip_address(address)
    )


@given(
    st.lists(
        st.sampled_from(["0", "1", "10", "255", "256", "0x7f", "0177", "65535", "09", "a"]),
        min_size=1,
        max_size=5,
    )
)
def test_what_the_system_takes_for_an_address_is_read_the_same(parts: list[str]) -> None:
    host = ".".join(parts)
    try:
        expected = socket.inet_ntoa(socket.inet_aton(host))
    except OSError:
        return  # browsers accept some forms more
    assert literal_address(host) == expected


@given(st.text(max_size=60))
def test_reading_never_raises(text: str) -> None:
    literal_address(text)
    why_refused(text)
    why_url_refused(text)
    why_url_refused(f"http://{text}/")


@given(st.ip_addresses(v=4), st.sampled_from(["{0}", "{0:#x}", "0{0:o}"]))
def test_no_spelling_of_an_address_gets_around_the_guard(
    ip: ipaddress.IPv4Address, form: str
) -> None:
    assert why_url_refused(f"http://{form.format(int(ip))}/") == why_refused(str(ip))


URLS = (
    ("http://example.com", None),
    ("HTTPS://Example.com/", None),
    ("http://example.com:8080/x", None),
    ("http://example.com:81/", None),  # some honest sites use it
    ("http://example.com:/", None),  # an empty port is the usual one
    ("http://b\u00fccher.example/", None),
    ("http://a_b.example.com/", None),
    ("http://example.com/?u=http://me@other.example/", None),  # an @ behind the host
    ("http://1.1.1.1/", None),
    ("ftp://example.com/", "not http or https"),
    ("file:///etc/passwd", "not http or https"),
    ("javascript:alert(1)", "not http or https"),
    ("gopher://example.com:70/", "not http or https"),
    ("//example.com/", "not http or https"),
    ("example.com", "not http or https"),
    ("http:example.com", "not http or https"),
    ("", "not http or https"),
    ("http://", "no host"),
    ("http:///x", "no host"),
    ("http://:80/", "no host"),
    ("http://me@example.com/", "user name in the URL"),
    ("http://me:secret@example.com/", "user name in the URL"),
    ("http://@example.com/", "user name in the URL"),
    ("http://example.com\\@127.0.0.1/", "user name in the URL"),  # two readers, two hosts
    ("http://example.com\\.evil.example/", "characters that no URL can have"),
    ("http://exa mple.com/", "characters that no URL can have"),
    ("http://example.com/a\r\nHost: x", "characters that no URL can have"),
    ("http://127.0.\t0.1/", "characters that no URL can have"),
    ("http://example.com:99999/", "host or port cannot be read"),
    ("http://example.com:x/", "host or port cannot be read"),
    ("http://[::1/", "host or port cannot be read"),
    ("http://example.com:22/", "port 22 is not for web pages"),
    ("http://example.com:6379/", "port 6379 is not for web pages"),
    ("http://example.com:0/", "port 0 is not for web pages"),
    ("http://127.0.0.1/", "loopback address"),
    ("http://[::1]/", "loopback address"),
    ("http://[::ffff:169.254.169.254]/", "cloud metadata address"),
    ("http://2852039166/latest/meta-data/", "cloud metadata address"),
    ("http://localhost/", "name of a local network"),
    ("http://a.localhost./", "name of a local network"),
    ("http://intranet/", "name of a local network"),
    ("http://printer.local/", "name of a local network"),
    ("http://metadata.google.internal/", "name of a local network"),
    ("http://abc.onion/", "name that is not in the public name system"),
    ("http://example.com/" + "a" * 9000, "URL is longer than 8192 characters"),
)


@pytest.mark.parametrize(("url", "reason"), URLS)
def test_urls(url: str, reason: str | None) -> None:
    assert why_url_refused(url) == reason


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://127.0.0.1:40123/", None),
        ("http://localhost:8000/", None),
        ("http://intranet/", None),
        ("http://wiki.internal/", None),
        ("http://169.254.169.254/", "cloud metadata address"),
        ("http://me@127.0.0.1/", "user name in the URL"),
        ("http://127.0.0.1:6379/", "port 6379 is not for web pages"),
        ("http://abc.onion/", "name that is not in the public name system"),
    ],
)
def test_the_switch_opens_names_and_networks_and_nothing_else(url: str, reason: str | None) -> None:
    assert why_url_refused(url, allow_private=True) == reason


def test_the_ports_of_the_web_are_open() -> None:
    assert REFUSED_PORTS.isdisjoint({80, 81, 88, 443, 591, 8000, 8008, 8080, 8081, 8443, 8888})
    assert not [port for port in REFUSED_PORTS if port > 60000]
