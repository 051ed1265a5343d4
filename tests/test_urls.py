"""Hosts, linking domains and canonical URLs: tables of odd cases, then properties."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spamlinks.urls import (
    authority,
    authority_expr,
    canonical_url,
    host_table,
    is_public_suffix,
    linking_domain,
    one_spelling,
    one_spellings,
    parse_host,
)

HOSTS = [  # text, host, linking domain, registrable domain
    ("https://www.example.com/a", "www.example.com", "example.com", "example.com"),
    ("HTTP://EXAMPLE.COM", "example.com", "example.com", "example.com"),  # case
    ("example.com/a", "example.com", "example.com", "example.com"),  # no scheme
    ("//example.com/a", "example.com", "example.com", "example.com"),  # scheme-relative
    ("  https://example.com ", "example.com", "example.com", "example.com"),  # pasted with spaces
    ("https://example.com\n", "example.com", "example.com", "example.com"),  # and with a line end
    (
        "http:\\\\example.com\\a",
        "example.com",
        "example.com",
        "example.com",
    ),  # browsers turn \ to /
    ("https:///example.com/a", "example.com", "example.com", "example.com"),  # and take ///
    ("example.com.", "example.com", "example.com", "example.com"),  # trailing dot: same host
    ("example.com:8080/a", "example.com", "example.com", "example.com"),  # a port is no scheme
    ("https://example.com:/", "example.com", "example.com", "example.com"),  # empty port
    ("https://example.com?q=http://evil.org", "example.com", "example.com", "example.com"),
    ("https://example.com#@evil.org", "example.com", "example.com", "example.com"),
    # user info: the host stands after the last @
    ("https://paypal.com:x@evil.org/", "evil.org", "evil.org", "evil.org"),
    ("https://a@b@evil.org/", "evil.org", "evil.org", "evil.org"),
    # a backslash ends the authority, so what follows the @ is a path
    ("https://good.com\\@evil.org/", "good.com", "good.com", "good.com"),
    ("http://ex%61mple.com/", "example.com", "example.com", "example.com"),  # escaped letter
    # suffixes
    ("a.b.example.co.uk", "a.b.example.co.uk", "example.co.uk", "example.co.uk"),
    ("me.blogspot.com", "me.blogspot.com", "me.blogspot.com", "blogspot.com"),  # private suffix
    ("x.y.github.io", "x.y.github.io", "y.github.io", "github.io"),
    ("blogspot.com", "blogspot.com", "blogspot.com", "blogspot.com"),  # the platform's own site
    ("www.ck", "www.ck", "www.ck", "www.ck"),  # exception to the list's wildcard *.ck
    ("shop.example", "shop.example", "shop.example", "shop.example"),  # unlisted: the default rule
    ("_dmarc.example.com", "_dmarc.example.com", "example.com", "example.com"),  # _ is in DNS names
    # international names
    ("https://bücher.example/ü", "xn--bcher-kva.example", *["xn--bcher-kva.example"] * 2),
    ("BÜCHER.example", "xn--bcher-kva.example", *["xn--bcher-kva.example"] * 2),
    ("straße.de", "xn--strae-oqa.de", *["xn--strae-oqa.de"] * 2),  # not strasse.de: another owner
    ("example。com", "example.com", "example.com", "example.com"),  # ideographic full stop
    ("ｅxample.com", "example.com", "example.com", "example.com"),  # full-width letter
    ("☃.net", "xn--n3h.net", "xn--n3h.net", "xn--n3h.net"),  # emoji names exist
    ("xn--a.com", "xn--a.com", "xn--a.com", "xn--a.com"),  # bad punycode is left as it is
    # addresses
    ("http://192.0.2.7:80/a", "192.0.2.7", "192.0.2.7", "192.0.2.7"),
    ("http://[2001:DB8::1]:8080/", "2001:db8::1", "2001:db8::1", "2001:db8::1"),
]

NO_HOSTS = [  # text, problem
    ("", "no host"),
    ("   ", "no host"),
    ("http://", "no host"),
    ("https:///", "no host"),
    ("javascript:alert(1)", "not an http(s) URL"),
    ("JavaScript:alert(1)//example.com", "not an http(s) URL"),
    ("mailto:me@example.com", "not an http(s) URL"),
    ("data:text/html,x", "not an http(s) URL"),
    ("ftp://example.com/a", "not an http(s) URL"),
    ("gopher://example.com", "not an http(s) URL"),  # any other scheme
    ("co.uk", "host is a public suffix, not a site"),
    ("foo.ck", "host is a public suffix, not a site"),  # wildcard *.ck
    ("http://localhost/", "host has no public suffix"),
    ("com", "host has no public suffix"),
    ("http://example.com:99999/", "bad port"),
    ("http://example.com:80a/", "bad port"),
    ("http://256.1.1.1/", "bad IP address"),
    ("http://2130706433/", "bad IP address"),  # an address as one number
    ("http://[::1", "bad port"),  # never closed
    ("http://[::zz]/", "bad IP address"),
    ("http://exa mple.com/", "host has characters that no host name can have"),
    ("http://exa\nmple.com/", "host has characters that no host name can have"),
    ("http://a..example.com/", "host has characters that no host name can have"),
    ("http://-a.com/", "host has characters that no host name can have"),
    ("http://" + "a" * 64 + ".com", "host has characters that no host name can have"),
    ("http://" + ".".join(["a" * 60] * 5) + ".com", "host is longer than 253 characters"),
    ("http://\u202emoc.com/", "host is not a valid international name"),  # right-to-left override
    ("http://exam\u200dple.com/", "host is not a valid international name"),  # zero-width joiner
]

CANONICAL = [  # URL, the one spelling
    ("HTTP://Example.com:80?a=1#top", "http://example.com/?a=1"),
    ("https://example.com:443", "https://example.com/"),
    ("https://example.com:80/", "https://example.com:80/"),  # not https' own port
    ("example.com/a b", "http://example.com/a%20b"),
    ("http://example.com/ä?q=ß", "http://example.com/%C3%A4?q=%C3%9F"),
    ("http://example.com/%C3%A4", "http://example.com/%C3%A4"),  # no second escape
    ("http://example.com/%c3%a4", "http://example.com/%c3%a4"),  # case of escapes is kept
    ("http://www.example.com/", "http://www.example.com/"),  # www is another entry for Google
    ("http://example.com/A/../b", "http://example.com/A/../b"),  # paths are the server's affair
    ("http://example.com/a\\b", "http://example.com/a/b"),
    ("http://[2001:db8::1]:80/a", "http://[2001:db8::1]/a"),
    ("http://user@example.com/a", "http://example.com/a"),  # Google drops user info
    (" mailto:me@example.com ", "mailto:me@example.com"),  # no web address: only stripped
]

texts = st.one_of(
    st.text(max_size=40),
    st.from_regex(
        r"(?i)(https?:)?[/\\]{0,3}[a-z0-9ßü.@:\[\]%-]{0,20}([/?#\\].{0,8})?", fullmatch=True
    ),
    st.tuples(
        st.sampled_from(
            ["http://", "https://", "HTTP:", "//", "", "ftp://", "mailto:", " http://"]
        ),
        st.sampled_from(["example.com", "Bücher.example", "[::1]", "1.2.3.4", "a@b.com", "co.uk"]),
        st.sampled_from(["", ":80", ":", ":x", ".", "%2e", "\\", "。"]),
        st.text(max_size=10),
    ).map("".join),
)


@pytest.mark.parametrize(("text", "host", "linking", "registrable"), HOSTS)
def test_host(text: str, host: str, linking: str, registrable: str) -> None:
    parts = parse_host(authority(text))
    assert parts.problem is None
    assert (parts.host, parts.linking_domain, parts.registrable_domain) == (
        host,
        linking,
        registrable,
    )
    assert linking_domain(text) == linking


@pytest.mark.parametrize(("text", "problem"), NO_HOSTS)
def test_no_host(text: str, problem: str) -> None:
    parts = parse_host(authority(text))
    assert parts.problem == problem
    assert parts.host == parts.linking_domain == ""
    assert linking_domain(text) == ""


def test_details_of_an_authority() -> None:
    parts = parse_host("user:pw@www.example.co.uk:8443")
    assert (parts.port, parts.has_userinfo, parts.suffix) == (8443, True, "co.uk")
    assert (parts.is_ip, parts.is_private_suffix, parts.is_known_suffix) == (False, False, True)
    assert parse_host("me.blogspot.com").is_private_suffix
    assert not parse_host("shop.example").is_known_suffix
    address = parse_host("[2001:db8::1]:80")
    assert (address.is_ip, address.port, address.suffix) == (True, 80, "")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("com", True),
        ("CO.UK", True),
        ("co.uk.", True),
        ("blogspot.com", True),  # private section: never `domain:blogspot.com`
        ("foo.ck", True),
        ("www.ck", False),
        ("example.com", False),
        ("me.blogspot.com", False),
    ],
)
def test_is_public_suffix(name: str, expected: bool) -> None:
    assert is_public_suffix(name) is expected


@pytest.mark.parametrize(("url", "expected"), CANONICAL)
def test_canonical_url(url: str, expected: str) -> None:
    assert canonical_url(url) == expected


def test_host_table_parses_each_authority_once() -> None:
    table = host_table(pl.Series(["b.com", None, "a.b.com:80", "b.com", "co.uk"]))
    assert table["authority"].to_list() == ["b.com", "a.b.com:80", "co.uk"]
    assert table["linking_domain"].to_list() == ["b.com", "b.com", ""]
    assert table["port"].to_list() == [None, 80, None]
    assert table["problem"].is_not_null().to_list() == [False, False, True]


def test_authority_expr_keeps_nulls_and_order() -> None:
    urls = ["https://B.com/x", None, "mailto:a@b.c", "c.com"]
    found = pl.DataFrame({"u": pl.Series(urls, dtype=pl.String)}).select(authority_expr("u"))
    assert found.to_series().to_list() == ["b.com", None, "mailto:", "c.com"]


@given(texts)
@settings(max_examples=300, deadline=None)
def test_parsing_never_raises_and_hosts_are_plain(text: str) -> None:
    parts = parse_host(authority(text))
    if parts.problem is None:
        assert parts.host.isascii()
        assert parts.host == parts.host.lower().strip(".")
        assert parts.host.endswith(parts.linking_domain)
        assert parts.linking_domain.endswith(parts.registrable_domain)
        bracketed = f"[{parts.host}]" if ":" in parts.host else parts.host
        assert parse_host(bracketed).host == parts.host
    else:
        assert parts.linking_domain == ""


@given(texts)
@settings(max_examples=300, deadline=None)
def test_canonical_url_is_idempotent(text: str) -> None:
    once = canonical_url(text)
    assert canonical_url(once) == once
    assert linking_domain(once) == linking_domain(text)


@given(st.lists(st.one_of(st.none(), texts), min_size=1, max_size=30))
@settings(max_examples=150, deadline=None)
def test_authority_expr_agrees_with_authority(urls: list[str | None]) -> None:
    frame = pl.DataFrame({"u": pl.Series(urls, dtype=pl.String)})
    found = frame.select(authority_expr("u").alias("a"))["a"].to_list()
    plain = pl.Series([None if u is None else authority(u) for u in urls], dtype=pl.String)
    assert found == plain.str.to_lowercase().to_list()


def test_a_port_of_thousands_of_digits_is_a_bad_port():
    assert parse_host("a.com:" + "1" * 5000).problem == "bad port"


def test_a_url_with_half_a_letter_is_still_written():
    assert canonical_url("http://a.com/\udcff") == "http://a.com/?"


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["http://a.example", "https://M\u00fcller.example", "HTTP://a.example:80"]
            ),
            st.text(
                st.sampled_from('/%25AcC3fF\u00e9\u0441\u3000\U0001f600?#\\ "~-&;\t'), max_size=12
            ),
        ).map("".join),
        max_size=5,
    )
)
def test_many_are_spelled_as_one_is(urls: list[str]) -> None:
    got = one_spellings(pl.Series(urls, dtype=pl.String)).to_list()
    assert [url.rstrip("/") for url in got] == [one_spelling(url).rstrip("/") for url in urls]
    assert [one_spelling(one_spelling(url)) for url in urls] == [one_spelling(u) for u in urls]
