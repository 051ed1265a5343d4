"""Generated files: valid under every rule, whatever the candidates and their texts hold."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spamlinks.disavow import (
    Candidate,
    DisavowFile,
    Entry,
    Header,
    Kind,
    Refusal,
    collapsing,
    merge_candidates,
    read_line,
    render,
    render_candidates,
    safe_comment,
    vet,
)
from spamlinks.disavow.render import over_limit
from spamlinks.errors import OutputError

calm = settings(deadline=None)  # the machine may be busy; the first call loads a list

HEADER = Header(
    "spamlinks", "0.1.0", "standard-v1", "sha256 abc123", date(2026, 1, 31), {"domains": 2}
)


def entries_of(text: str) -> list[str]:
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_a_file_has_a_header_comments_and_sorted_entries():
    text = render_candidates(
        [
            Candidate(Entry.url("http://hacked.example/a b#x"), "one page"),
            Candidate(Entry.domain("Spam-B.example."), "score 0.99, 12 links"),
            Candidate(Entry.domain("bücher.example")),
            Candidate(Entry.domain("spam-a.example"), "score 0.98"),
        ],
        HEADER,
    )
    assert text == (
        "# Disavow file by spamlinks 0.1.0 on 2026-01-31\n"
        "# Model standard-v1, sha256 abc123\n"
        "# Counts: 2 domains\n"
        "# An upload replaces the list that Google holds for the property.\n"
        "# score 0.98\n"
        "domain:spam-a.example\n"
        "# score 0.99, 12 links\n"
        "domain:spam-b.example\n"
        "# (bücher.example)\n"
        "domain:xn--bcher-kva.example\n"
        "# one page\n"
        "http://hacked.example/a%20b\n"
    )


def test_groups_have_one_comment_above_them():
    text = render_candidates(
        [
            Candidate(Entry.domain("c.example"), group="wave 2"),
            Candidate(Entry.domain("b.example"), group="wave 1"),
            Candidate(Entry.domain("a.example"), group="wave 2"),
        ],
        HEADER,
    )
    assert text.endswith(
        "\n\n# wave 1\ndomain:b.example\n\n# wave 2\ndomain:a.example\ndomain:c.example\n"
    )


REFUSED = [  # entry, refusal; own sites are mine.example and me.blogspot.com
    (Entry.domain("xyz"), Refusal.WHOLE_TLD),
    (Entry.domain("co.uk"), Refusal.PUBLIC_SUFFIX),
    (Entry.domain("kiev.ua"), Refusal.PUBLIC_SUFFIX),
    (Entry.domain("blogspot.com"), Refusal.PUBLIC_SUFFIX),
    (Entry.domain("herokuapp.com"), Refusal.PUBLIC_SUFFIX),
    (Entry.domain("pages.dev"), Refusal.PUBLIC_SUFFIX),
    (Entry.domain("10.0.0.7"), Refusal.IP_ADDRESS),
    (Entry.domain("[::1]"), Refusal.IP_ADDRESS),
    (Entry.url("http://10.0.0.7/x"), Refusal.IP_ADDRESS),
    (Entry.url("http://[::1]/x"), Refusal.IP_ADDRESS),
    (Entry.domain("google.com"), Refusal.PLATFORM),
    (Entry.domain("en.wikipedia.org"), Refusal.PLATFORM),
    (Entry.domain("github.com"), Refusal.PLATFORM),
    (Entry.domain("wordpress.com"), Refusal.PLATFORM),
    (Entry.domain("mine.example"), Refusal.OWN_SITE),
    (Entry.domain("shop.mine.example"), Refusal.OWN_SITE),
    (Entry.url("https://www.mine.example/x"), Refusal.OWN_SITE),
    (Entry.domain("me.blogspot.com"), Refusal.OWN_SITE),
    (Entry.domain(""), Refusal.INVALID),
    (Entry.domain("a b.example"), Refusal.INVALID),
    (Entry.domain("*.spam.example"), Refusal.INVALID),
    (Entry.domain("a.example\ndomain:good.example"), Refusal.INVALID),
    (Entry.domain("a%0adomain:good.example"), Refusal.INVALID),
    (Entry(Kind.DOMAIN, "Spam.example"), Refusal.INVALID),  # built past the normalisation
    (Entry(Kind.DOMAIN, "bücher.example"), Refusal.INVALID),
    (Entry(Kind.URL, "http://a.example/x y"), Refusal.INVALID),
    (Entry(Kind.URL, "http://a.example/#domain:x"), Refusal.INVALID),
    (Entry(Kind.URL, "domain:a.example"), Refusal.INVALID),
    (Entry(Kind.COMMENT, "# x"), Refusal.INVALID),
    (Entry(Kind.BLANK, ""), Refusal.INVALID),
    (Entry.url("http://user:pw@"), Refusal.INVALID),
    (Entry.url("ftp://a.example/x"), Refusal.INVALID),
    (Entry.url("javascript:alert(1)"), Refusal.INVALID),
    (Entry.url("http://a.example/" + "x" * 2048), Refusal.INVALID),
]
OWN = ["https://www.mine.example/", "me.blogspot.com"]


@pytest.mark.parametrize(("entry", "refusal"), REFUSED, ids=lambda x: str(x)[:60])
def test_what_must_never_be_written_is_refused_by_vet_and_by_render(entry, refusal):
    good = Candidate(Entry.domain("ok.example"))
    vetted = vet([Candidate(entry), good], OWN)
    assert [(c.entry, why) for c, why in vetted.refused] == [(entry, refusal)]
    assert vetted.accepted == (good,)
    with pytest.raises(OutputError, match="must never be disavowed"):
        render_candidates([Candidate(entry), good], HEADER, OWN)


ALLOWED = [
    Entry.domain("spam.example"),
    Entry.domain("other.blogspot.com"),  # a host under a private suffix
    Entry.domain("someone.wordpress.com"),  # a user's host on a platform
    Entry.url("https://github.com/spammer/x"),  # a URL on a platform
    Entry.url("https://www.google.com/url?q=x"),
    Entry.domain("notmine.example"),
    Entry.url("http://a.example:8080/x"),
]


@pytest.mark.parametrize("entry", ALLOWED, ids=str)
def test_what_may_be_written_is_written_exactly(entry):
    assert entries_of(render_candidates([Candidate(entry)], HEADER, OWN)) == [entry.line]


def test_a_host_below_a_candidate_and_its_urls_are_redundant():
    vetted = vet(
        [
            Candidate(Entry.domain("b.a.example")),
            Candidate(Entry.url("http://www.a.example/x")),
            Candidate(Entry.domain("a.example"), "z"),
            Candidate(Entry.domain("a.example"), "b"),
        ]
    )
    assert vetted.accepted == (Candidate(Entry.domain("a.example"), "b"),)
    assert {c.entry.value for c in vetted.redundant} == {"b.a.example", "http://www.a.example/x"}


def test_no_candidate_means_no_file():
    with pytest.raises(OutputError, match=r"no entry to write.*would clear the list"):
        render_candidates([], HEADER)


LIMITS = [  # file, what breaks; the numbers are Google's
    (b"#\n" * 100_000, None),
    (b"#\n" * 100_000 + b"#", "100,001 lines"),
    (b"#\r\n" * 100_000, None),
    (b"#\r" * 100_001, "100,001 lines"),
    (b"#" * 2_097_152, None),
    (b"#" * 2_097_153, "2,097,153 bytes"),
    (b"", None),
]


@pytest.mark.parametrize(("data", "broken"), LIMITS, ids=lambda x: str(x)[:20])
def test_over_limit(data, broken):
    found = over_limit(data)
    assert (found or "").split(", ")[0] == (broken or "")


@pytest.fixture
def short(monkeypatch):
    """A limit of 100 lines; the real one would only be slower."""
    monkeypatch.setattr(collapsing, "MAX_LINES", 100)
    monkeypatch.setattr(render, "MAX_LINES", 100)


def test_comments_go_first_when_the_file_would_be_too_long(short):
    many = [Candidate(Entry.domain(f"s{i}.example"), "reason") for i in range(60)]
    text = render_candidates(many, HEADER)
    assert text.count("\n") == 64
    assert "# reason" not in text
    assert text.startswith("# Disavow file by spamlinks 0.1.0")


def merged(candidates, live=b"", **options):
    return merge_candidates(DisavowFile.parse(live), candidates, HEADER.lines(), **options)


def urls(host: str, many: int) -> list[Candidate]:
    return [Candidate(Entry.url(f"http://{host}/{i}")) for i in range(many)]


def test_urls_of_a_host_collapse_when_they_do_not_fit(short):
    found = merged([*urls("big.example", 80), *urls("small.example", 40), *urls("one.example", 1)])
    assert [str(entry) for entry in found.collapsed] == [
        "domain:big.example stands for 80 URLs"  # the biggest, and no more than needed
    ]
    assert len(found.added) == 42
    assert Entry.domain("big.example") in found.added
    assert found.without_comments
    assert found.file.covers("http://big.example/7").kind is Kind.DOMAIN


def test_hosts_of_a_domain_collapse_last(short):
    hosts = [Candidate(Entry.domain(f"h{i}.big.com")) for i in range(60)]
    pages = [c for i in range(60) for c in urls(f"p{i}.wide.com", 1)]
    found = merged([*hosts, *pages])
    assert [str(entry) for entry in found.collapsed] == ["domain:big.com stands for 60 hosts"]
    found = merged([*hosts, *pages, *urls("a.big.com", 60)])
    assert [str(entry) for entry in found.collapsed] == ["domain:big.com stands for 120 entries"]


@pytest.mark.parametrize(
    ("host", "options"),
    [
        ("google.com", {}),  # a platform
        ("blogspot.com", {}),  # a suffix
        ("mit.edu", {}),  # an institution
        ("a.example", {"keep": ["http://a.example/good"]}),
        ("a.example", {"keep": ["b.a.example"]}),
    ],
)
def test_nothing_that_must_be_spared_collapses(short, host, options):
    with pytest.raises(OutputError, match=r"10\d lines"):
        merged(urls(host, 101), **options)


def test_the_live_file_is_never_collapsed(short):
    live = b"".join(b"http://a.example/%d\n" % n for n in range(95))
    found = merged(urls("b.example", 10), live)
    assert found.file.render() == live + b"domain:b.example\n"
    many = [Candidate(Entry.domain(f"s{i}.example")) for i in range(10)]
    with pytest.raises(OutputError, match="'spamlinks recheck' says which of its entries"):
        merged(many, live)
    with pytest.raises(OutputError, match=r"1 of its lines .* lint disavow\.txt --fix --prune"):
        merged(many, live + b"http://a.example/1\n")


def test_too_many_entries_are_refused(short):
    many = [Candidate(Entry.domain(f"s{i}.example")) for i in range(101)]
    with pytest.raises(OutputError, match="it would have 101 lines, and Google takes 100"):
        render_candidates(many, HEADER)


@pytest.mark.parametrize(
    ("name", "refusal", "own"),
    [
        ("xyz", Refusal.WHOLE_TLD, "shop.xyz"),
        ("blogspot.com", Refusal.PUBLIC_SUFFIX, "me.blogspot.com"),
        ("1.2.3.4", Refusal.IP_ADDRESS, "1.2.3.4"),
    ],
)
def test_a_suffix_or_address_is_written_only_when_it_is_named(name, refusal, own):
    candidate = Candidate(Entry.domain(name))
    assert vet([candidate]).refused == ((candidate, refusal),)
    assert vet([candidate], allow=["other.example"]).refused == ((candidate, refusal),)
    assert vet([candidate], allow=[f"domain:{name.upper()}"]).accepted == (candidate,)
    refused = vet([candidate], own=[own], allow=[name]).refused
    assert refused == ((candidate, Refusal.OWN_SITE),)


def test_no_switch_allows_a_platform():
    candidate = Candidate(Entry.domain("google.com"))
    assert vet([candidate], allow=["google.com"]).refused == ((candidate, Refusal.PLATFORM),)


def test_too_many_bytes_are_refused():
    urls = [Candidate(Entry.url(f"http://h{i}.example/" + "x" * 2000)) for i in range(1_100)]
    with pytest.raises(OutputError, match="bytes, and Google takes 2,097,152"):
        render_candidates(urls, HEADER)


COMMENTS = [  # hostile text, the comment
    ("cheap\ndomain:good.example", "# cheap domain :good.example"),
    ("cheap\r\nhttp://good.example/", "# cheap http://good.example/"),
    ("a\u2028domain:good.example", "# a domain :good.example"),
    ("a\u0085b\x0bc\x0cd\x1be\x00f", "# a b c d e f"),
    ("DOMAIN:x", "# DOMAIN :x"),
    ("\u202egnp.exe\u202c", "# gnp.exe"),
    ("zero\u200bwidth\ufeff", "# zero width"),
    ("  blanks \t here ", "# blanks here"),
    ("", "#"),
    ("# already", "# # already"),
    ("ü 漢字", "# ü 漢字"),
    ("x" * 400, "# " + "x" * 297 + "..."),
    ("\ud800 lone", "# lone"),
]


@pytest.mark.parametrize(("text", "comment"), COMMENTS, ids=lambda x: repr(x)[:40])
def test_safe_comment(text, comment):
    assert safe_comment(text) == comment


@calm
@given(st.text())
def test_a_comment_is_one_clean_line_whatever_the_text(text):
    comment = safe_comment(text)
    assert comment.startswith("#")
    assert len(comment) <= 302
    assert comment.splitlines() == [comment]
    assert all(unicodedata.category(c)[0] not in "CZ" or c == " " for c in comment)
    assert read_line(comment).kind is Kind.COMMENT
    assert read_line(comment.lstrip("# ")).kind is not Kind.DOMAIN
    assert safe_comment(comment.removeprefix("# ")) == comment or comment == "#"


hostile = st.one_of(
    st.text(),
    st.sampled_from(["\n", "\r", "\u2028", "\x85"]).map("x{}domain:good.example".format),
)
spam_hosts = st.integers(0, 50).map("spam{}.example".format)


@calm
@given(st.lists(st.builds(Candidate, spam_hosts.map(Entry.domain), hostile, hostile), min_size=1))
def test_no_text_of_an_export_can_become_an_entry(candidates):
    header = Header("t\n1", "1\ndomain:a.co", "m\r2", "h\u20283", date(2026, 1, 1), {"x\ny": 1})
    text = render_candidates(candidates, header)
    file = DisavowFile.parse(text.encode("utf-8"))
    assert file.entry_set == {candidate.entry for candidate in candidates}
    assert all(line.kind is not Kind.INVALID for line in file.lines)
    assert all(line.text.startswith("#") for line in file.lines if line.kind is Kind.COMMENT)
    assert not re.search(r"[\r\x0b\x0c\x85\u2028\u2029]", text)


@calm
@given(st.lists(st.builds(Candidate, spam_hosts.map(Entry.domain), st.text(max_size=3))))
def test_vet_puts_every_candidate_in_one_place(candidates):
    vetted = vet(candidates, ["spam1.example"])
    refused = {c.entry for c, _ in vetted.refused}
    accepted = {c.entry for c in vetted.accepted}
    assert refused | accepted == {c.entry for c in candidates}
    assert refused <= {Entry.domain("spam1.example")}
    assert not refused & accepted


def test_vet_does_not_depend_on_the_order():
    candidates = [Candidate(entry) for entry, _ in REFUSED] + [Candidate(e) for e in ALLOWED]
    assert vet(candidates, OWN) == vet(reversed(candidates), reversed(OWN))


wild = st.one_of(st.text(), hostile, st.text().map("spam.example{}".format))
wild_entries = st.one_of(
    st.builds(Entry, st.sampled_from(Kind), wild),
    st.builds(Entry, st.just(Kind.URL), wild.map("http://spam.example/{}".format)),
    wild.map(Entry.domain),
    wild.map("http://spam.example/{}".format).map(Entry.url),
)


@calm
@given(st.lists(wild_entries.map(Candidate), max_size=5))
def test_whatever_vet_accepts_is_one_ascii_line_that_means_just_that(candidates):
    vetted = vet(candidates, ["mine.example"])
    for candidate in vetted.accepted:
        line = candidate.entry.line
        assert line.isascii()
        assert line.isprintable()
        assert " " not in line
    if vetted.accepted:
        text = render_candidates((c for c in vetted.accepted), HEADER, ["mine.example"])
        assert DisavowFile.parse(text).entry_set == {c.entry for c in vetted.accepted}


OUTSIDE_THE_RULES = [  # a value with a line feed is no line, however it got there
    Entry(Kind.DOMAIN, "a.example\n"),
    Entry(Kind.DOMAIN, "a.example\ndomain:good.example"),
    Entry(Kind.URL, "http://a.example/x\ndomain:good.example"),
    Entry(Kind.URL, "http://a.example/\r"),
]


@pytest.mark.parametrize("entry", OUTSIDE_THE_RULES, ids=repr)
def test_a_line_feed_never_reaches_the_file(entry):
    assert [why for _, why in vet([Candidate(entry)]).refused] == [Refusal.INVALID]
