"""The linter: the cases of the rules, the quirks of real files, places and repairs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spamlinks.disavow import DisavowFile, Problem, lint, lint_bytes
from spamlinks.disavow.places import place_of

P = Problem
S, U, R = "safe", "unsafe", "prune"
URL = "http://spam.example/"
ONE_PAGE, FOLDER, HOST = P.URL_IS_ONE_PAGE, P.URL_IS_FOLDER, P.URL_IS_HOST


def codes(text: str | bytes, source: str = "disavow.txt", **options) -> list[tuple[str, int]]:
    data = text.encode() if isinstance(text, str) else text
    report, _ = lint_bytes(data, source, **options)
    return [(finding.code.value, finding.line) for finding in report.findings]


CASES = [  # a line or file, [(code, line)], the fix of the first finding as (kind, lines) or None
    # T1, T2: sound
    ("domain:spam.example\n", [], None),
    ("domain:sub.spam.example\n", [], None),
    # T4, T5: a URL is one page
    (f"{URL}a.html\n", [(ONE_PAGE, 1)], None),
    (f"{URL}dir/\n", [(FOLDER, 1)], None),
    # T6 to T14: what is nearly an entry
    ("domain:spam.example/dir/\n", [(P.NO_ENTRIES, 0), (P.DOMAIN_HAS_PATH, 1)], None),
    ("domain:https://spam.example\n", [(P.NO_ENTRIES, 0), (P.DOMAIN_HAS_SCHEME, 1)], None),
    ("domain: spam.example\n", [(P.SPACE_AFTER_COLON, 1)], (S, ("domain:spam.example",))),
    ("Domain:SPAM.example\n", [(P.UPPER_CASE, 1)], (S, ("domain:spam.example",))),
    ("domain:www.spam.example\n", [(P.WWW_ONLY, 1)], (U, ("domain:spam.example",))),
    ("# \ndomain:*.spam.example\n", [(P.NO_ENTRIES, 0), (P.WILDCARD, 2)], None),
    ("domain:.spam.example\n", [(P.NO_ENTRIES, 0), (P.LEADING_DOT, 1)], None),
    ("spam.example\n", [(P.NO_ENTRIES, 0), (P.BARE_HOST, 1)], None),
    (f"url:{URL}\n", [(P.NO_ENTRIES, 0), (P.UNKNOWN_PREFIX, 1)], None),
    # T15, T16
    ("domain:1.2.3.4\n", [(P.IP_ADDRESS, 1)], None),
    (
        "domain:bücher.example\n",
        [(P.IDN_NOT_PUNYCODE, 1)],
        (S, ("# bücher.example", "domain:xn--bcher-kva.example")),
    ),
    # T17, T18: too much
    ("domain:xyz\n", [(P.WHOLE_TLD, 1)], None),
    *[
        (f"domain:{suffix}\n", [(P.PUBLIC_SUFFIX, 1)], None)
        for suffix in ("kiev.ua", "org.br", "blogspot.com", "herokuapp.com", "pages.dev")
    ],
    # T20: a platform whole, but a page of it is fine
    *[
        (f"domain:{name}\n", [(P.PLATFORM, 1)], None)
        for name in ("google.com", "wikipedia.org", "github.com")
    ],
    ("https://github.com/spam/spam\n", [(ONE_PAGE, 1)], None),
    ("domain:ucoz.ru\ndomain:en.wikipedia.org\n", [(P.PLATFORM, 1), (P.SHARED_SITE, 2)], None),
    ("domain:spammer.deviantart.com\n", [], None),  # one user of a platform
    ("domain:middlebury.edu\n", [(P.INSTITUTION, 1)], None),  # a whole university
    ("domain:blog.auburn.edu\n", [], None),  # one hacked part of it
    # T21 to T24
    ("https://x.example/p#frag\n", [(ONE_PAGE, 1)], None),
    (
        "domain:spam.example # paid 2019\n",
        [(P.INLINE_COMMENT, 1)],
        (S, ("# paid 2019", "domain:spam.example")),
    ),
    (f"   # note\n{URL}a\n", [(P.INDENTED_COMMENT, 1), (ONE_PAGE, 2)], (S, ("# note",))),
    (URL + "a" * (2048 - len(URL)) + "\n", [(ONE_PAGE, 1)], None),
    (URL + "a" * (2049 - len(URL)) + "\n", [(P.NO_ENTRIES, 0), (P.URL_TOO_LONG, 1)], None),
    (URL + "ü" * 400 + "\n", [(P.NO_ENTRIES, 0), (P.URL_TOO_LONG, 1)], None),  # six bytes each
    # T27 to T31
    (b"\xef\xbb\xbfdomain:a.example\n", [(P.BOM, 0)], (S, ())),
    ("domain:a.example\n".encode("utf-16"), [(P.UTF16, 0)], (S, ())),
    (b"# ok\n# J\xfcrgen\ndomain:k\xe4.de\n", [(P.NOT_UTF8, 2), (P.NOT_UTF8, 3)], None),
    ("domain:a.example\r\ndomain:b.example\r\n", [], None),
    ("domain:a.example\rdomain:b.example\r", [(P.LONE_CARRIAGE_RETURN, 0)], (S, ())),
    ("domain:a.example\r\n\ndomain:b.example\n", [(P.MIXED_LINE_ENDS, 0)], (S, ())),
    ("domain:a.example", [(P.NO_FINAL_NEWLINE, 0)], (S, ())),
    ("domain:a.example\t\n", [(P.SURROUNDING_SPACE, 1)], (S, ("domain:a.example",))),
    (
        "domain:a.exam\u200bple\u00a0\n",
        [(P.INVISIBLE_CHARACTER, 1), (P.SURROUNDING_SPACE, 1)],
        (S, ("domain:a.example",)),
    ),
    ('"domain:x.example"\n', [(P.QUOTED, 1)], (S, ("domain:x.example",))),
    # T32: another kind of file, of which no entry is taken
    *[
        (data, [(P.NOT_A_DISAVOW_FILE, 0)], None)
        for data in (
            b'["a.example", "b.example"]',
            b"<!DOCTYPE html><p>domain:a.example",
            b"a.example,1\nb.example,2\n",
            b"domain:a.example,domain:b.example,domain:c.example",
            b"\xd0\xcf\x11\xe0document",
            b"PK\x03\x04document",
            b"\x00\x01",
        )
    ],
    # T33 to T36
    ("domain:a.example\nDOMAIN:A.example\n", [(P.DUPLICATE, 2), (P.UPPER_CASE, 2)], (S, ())),
    ("domain:b.a.example\ndomain:a.example\n", [(P.REDUNDANT, 1)], (R, ())),
    ("domain:a.example\nhttp://www.a.example/x\n", [(P.REDUNDANT, 2)], (R, ())),
    (f"{URL}a\nHTTP://SPAM.EXAMPLE:80/a\n", [(ONE_PAGE, 1), (P.DUPLICATE, 2)], (S, ())),
    (f"{URL}a\nhttps://spam.example/a/\n", [(ONE_PAGE, 1), (FOLDER, 2), (P.SAME_PAGE, 2)], None),
    # T37 to T39
    (f"{URL}a b\n", [(P.URL_NOT_ENCODED, 1), (ONE_PAGE, 1)], (S, (f"{URL}a%20b",))),
    ("http:///spam.example\n# x\n", [(P.NO_ENTRIES, 0), (P.BROKEN_SCHEME, 1)], None),
    (f"{URL}a\x07\n", [(P.NO_ENTRIES, 0), (P.CONTROL_CHARACTER, 1)], None),
    ("http://me:pw@spam.example/a\n", [(P.NO_ENTRIES, 0), (P.USERINFO, 1)], None),
    ("domain:spam.example:8080\n", [(P.NO_ENTRIES, 0), (P.DOMAIN_HAS_PORT, 1)], None),
    *[
        (f"{text}\n", [(P.NO_ENTRIES, 0), (P.NOT_WEB, 1)], None)
        for text in ("ftp://spam.example/", "javascript:alert(1)", "mailto:a@b.example")
    ],
    # T58
    ("# nothing yet\n", [(P.NO_ENTRIES, 0)], None),
    (b"", [(P.NO_ENTRIES, 0)], None),
    # quirks of real files
    ("domain:a.example domain:b.example\n", [(P.NO_ENTRIES, 0), (P.SEVERAL_ENTRIES, 1)], None),
    ("domain:abfallkÃ¼hler.de\n", [(P.NO_ENTRIES, 0), (P.MOJIBAKE, 1)], None),
    ("domain:://businessvocal.com\n", [(P.NO_ENTRIES, 0), (P.DOMAIN_HAS_SCHEME, 1)], None),
    ("domain:*purse*wallet*\n", [(P.NO_ENTRIES, 0), (P.BAD_HOST, 1), (P.WILDCARD, 1)], None),
    ("domain:lettersvsnumbers.netcheap\n", [(P.UNKNOWN_TLD, 1)], None),
    ("# domain:bounceme.net\ndomain:a.example\n", [(P.COMMENTED_OUT, 1)], None),
    ("# https://search.google.com/search-console/disavow-links\ndomain:a.example\n", [], None),
    ("# http://spam.example/x\ndomain:a.example\n", [(P.COMMENTED_OUT, 1)], None),
    ("domain:example3.com\n", [(P.PLACEHOLDER, 1)], None),
    ("domain:ex_am.com\n", [], None),
    ("a.site/v\ndomain:a.example\n", [(P.URL_WITHOUT_SCHEME, 1)], (U, ("http://a.site/v",))),
    (f"{URL}\n", [(HOST, 1)], (U, ("domain:spam.example",))),
    ("http://blogspot.com/\n", [(HOST, 1)], None),  # a whole platform is never offered
    ("domain:www.google.com\n", [(P.PLATFORM, 1), (P.WWW_ONLY, 1)], None),
    ("# NOT disavowed: paper.com\ndomain:paper.com\n", [(P.KEPT_IN_COMMENT, 2)], None),
    ("# NOT disavowed: paper.com\nhttp://paper.com/x\n", [(ONE_PAGE, 2)], None),
]  # fmt: skip


@pytest.mark.parametrize(("data", "found", "fix"), CASES, ids=[repr(c[0])[:60] for c in CASES])
def test_what_is_found(data, found, fix):
    assert sorted(codes(data)) == sorted((code.value, line) for code, line in found)
    if fix is not None:
        report, _ = lint_bytes(data.encode() if isinstance(data, str) else data, "disavow.txt")
        repairs = [f.fix for f in report.findings if f.fix is not None]
        assert (repairs[0].kind, repairs[0].lines) == fix


def test_a_line_is_found_by_every_code_in_one_place_or_another():
    """No code of a line or file is without a case above or below."""
    named = {code for _, found, _ in CASES for code, _ in found}
    below = {
        P.EMPTY_ENTRY, P.IDN_AMBIGUOUS, P.KEEP_LIST, P.NEARLY_TOO_LARGE, P.NOT_TXT, P.OWN_SITE,
        P.PUBLISHED, P.TOO_LARGE, P.TOO_MANY_LINES, P.TRAILING_DOT, P.UNREADABLE,
    }  # fmt: skip
    assert named | below == set(Problem)
    assert not named & below


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("domain:", P.EMPTY_ENTRY),
        ("domain:straße.de", P.IDN_AMBIGUOUS),
        ("domain:a.example.", P.TRAILING_DOT),
        ("nonsense", P.UNREADABLE),
    ],
)
def test_other_lines(text, code):
    assert (code.value, 2) in codes(f"domain:ok.example\n{text}\n")


# The whole file: T25, T26


def test_limits_of_lines():
    assert codes("#\n" * 99_999 + "domain:a.example\n") == []
    found = codes("#\n" * 100_000 + "domain:a.example\n")
    assert found == [("TOO_MANY_LINES", 0)]


@pytest.mark.parametrize(
    ("size", "code"),
    [
        (1_999_999, []),
        (2_000_000, [("NEARLY_TOO_LARGE", 0)]),
        (2_097_152, [("NEARLY_TOO_LARGE", 0)]),
        (2_097_153, [("TOO_LARGE", 0)]),
    ],
)
def test_limits_of_bytes(size, code):
    entry = "domain:a.example\n"
    assert codes(entry + "#" * (size - len(entry) - 1) + "\n") == code


def test_a_file_that_is_too_long_is_told_what_would_shorten_it():
    pages = "".join(f"http://spam.example/{n}\n" for n in range(100_001))
    report, _ = lint_bytes(pages.encode(), "disavow.txt")
    assert report.findings[0].code is P.TOO_LARGE
    lines = next(f for f in report.findings if f.code is P.TOO_MANY_LINES)
    assert "100,001 lines" in lines.message
    assert "spam.example (100,001 URLs)" in lines.message
    report, _ = lint_bytes(("domain:a.example\n" * 100_001).encode(), "disavow.txt")
    lines = next(f for f in report.findings if f.code is P.TOO_MANY_LINES)
    assert "100,000 lines are needless: --fix --prune" in lines.message


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("disavow.txt", []),
        ("seo/disavow.TXT", []),
        ("disavow.csv", ["NOT_TXT"]),
        ("public/disavow.txt", ["PUBLISHED"]),  # T60
        ("-", []),
    ],
)
def test_the_name_of_the_file(source, found):
    assert [code for code, _ in codes("domain:a.example\n", source)] == found


# Who must be spared: T19


@pytest.mark.parametrize(
    ("line", "own", "found"),
    [
        ("domain:shop.example", ["shop.example"], True),
        ("domain:shop.example", ["https://www.shop.example/"], True),
        ("domain:blog.shop.example", ["shop.example"], True),  # a part of it
        ("domain:shop.example", ["blog.shop.example"], True),  # above it
        ("http://shop.example/x", ["shop.example"], True),
        ("domain:co.uk", ["shop.co.uk"], True),
        ("domain:notshop.example", ["shop.example"], False),
        ("domain:sister.example", ["shop.example", "sister.example"], True),
        ("domain:shop.example", [], False),
    ],
)
def test_the_own_site(line, own, found):
    assert (("OWN_SITE", 1) in codes(f"{line}\n", own=own)) is found


@pytest.mark.parametrize(
    ("line", "keep", "found"),
    [
        ("domain:partner.example", ["partner.example"], True),
        ("domain:a.partner.example", ["partner.example"], True),
        ("domain:paper.example", ["http://paper.example/good"], True),  # the page is in it
        ("http://paper.example/bad", ["http://paper.example/good"], False),
        ("http://paper.example/good", ["http://paper.example/good"], True),
        ("domain:other.example", ["partner.example"], False),
    ],
)
def test_the_keep_list(line, keep, found):
    assert (("KEEP_LIST", 1) in codes(f"{line}\n", keep=keep)) is found


def test_a_comment_that_keeps_is_named_with_its_line():
    text = "# note\n# KEEP (do NOT disavow):\n#   paper.com\ndomain:a.example\ndomain:paper.com\n"
    report = lint(DisavowFile.parse(text))
    assert [f.message for f in report.findings] == [
        "The comment on line 3 says that paper.com is not disavowed."
    ]
    assert report.findings[0].other == 3


@pytest.mark.parametrize(
    ("line", "allow", "found"),
    [
        ("domain:xyz", "xyz", []),
        ("domain:blogspot.com", "domain:Blogspot.com", []),
        ("domain:google.com", "google.com", []),
        ("domain:1.2.3.4", "1.2.3.4", []),
        ("domain:xyz", "blogspot.com", ["WHOLE_TLD"]),
        ("domain: xyz", "xyz", ["SPACE_AFTER_COLON"]),  # only what it is, not how it is written
    ],
)
def test_what_is_meant_is_allowed(line, allow, found):
    assert [code for code, _ in codes(f"{line}\n", allow=[allow])] == found


def test_the_own_site_cannot_be_allowed():
    assert codes("domain:shop.example\n", own=["shop.example"], allow=["shop.example"]) == [
        ("OWN_SITE", 1)
    ]


def test_a_covered_line_is_not_warned_of_its_extent():
    text = "domain:a.example\nhttp://a.example/x\ndomain:www.a.example\n"
    assert codes(text) == [("REDUNDANT", 2), ("REDUNDANT", 3)]


def test_a_whole_suffix_is_no_reason_to_prune():
    report = lint(DisavowFile.parse("domain:store\ndomain:spam.store\n"))
    assert [(f.code.value, f.fix) for f in report.findings] == [
        ("WHOLE_TLD", None),
        ("REDUNDANT", None),
    ]


# Places

PLACES = [  # line, code, the text that the columns mark
    ("domain:*.spam.example", P.WILDCARD, "*."),
    ("domain:spam.example/dir/", P.DOMAIN_HAS_PATH, "/dir/"),
    ("domain:https://spam.example/x", P.DOMAIN_HAS_PATH, "/x"),
    ("domain:https://spam.example", P.DOMAIN_HAS_SCHEME, "https://"),
    ("domain:spam.example:80", P.DOMAIN_HAS_PORT, ":80"),
    ("domain:spam.example # paid", P.INLINE_COMMENT, "# paid"),
    ("domain: spam.example", P.SPACE_AFTER_COLON, ": "),
    ("domain:spam.example  ", P.SURROUNDING_SPACE, "  "),
    ("domain:sp\u200bam.example", P.INVISIBLE_CHARACTER, "\u200b"),
    ("Domain:spam.example", P.UPPER_CASE, "D"),
    ("domain:bücher.example", P.IDN_NOT_PUNYCODE, "bücher.example"),
    ("domain:..spam.example", P.LEADING_DOT, ".."),
    ("domain:spam.example.", P.TRAILING_DOT, "."),
    ("domain:www.spam.example", P.WWW_ONLY, "www."),
    ("domain:a.example domain:b.example", P.SEVERAL_ENTRIES, "domain:b.example"),
    ("http://me@spam.example/", P.USERINFO, "me@"),
    ("  spam.example", P.BARE_HOST, "spam.example"),
    ("nonsense", P.UNREADABLE, "nonsense"),
]


@pytest.mark.parametrize(("text", "code", "marked"), PLACES)
def test_columns_mark_what_is_wrong(text, code, marked):
    line = DisavowFile.parse(f"#\n{text}\n").lines[1]
    column, end = place_of(code, line)
    assert text[column - 1 : end - 1] == marked


@settings(deadline=None)
@given(st.text(max_size=60))
def test_columns_are_within_the_line(text):
    for finding in lint_bytes(f"domain:a.example\n{text}\n".encode("utf-8", "replace"), "a.txt")[
        0
    ].findings:
        if finding.line:
            assert 1 <= finding.column < finding.end_column <= max(len(finding.text), 1) + 1


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_the_linter_never_raises(data):
    report, file = lint_bytes(data, "a.txt")
    assert (file is None) == any(f.code.value.startswith("NOT_A") or f.code is P.NOT_UTF8
                                 for f in report.findings)  # fmt: skip
