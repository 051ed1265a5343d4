"""One line at a time: every case of the rules, then properties on arbitrary text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spamlinks.disavow import PROBLEM_TEXT, Kind, Problem, read_line, severity

calm = settings(deadline=None)  # the machine may be busy; the first call loads a list

P = Problem
D, U, C, B, X = Kind.DOMAIN, Kind.URL, Kind.COMMENT, Kind.BLANK, Kind.INVALID
LONG = "http://spam.example/" + "a" * (2048 - len("http://spam.example/"))

LINES = [  # text, kind, value, problems; the reason stands beside the odd ones
    ("domain:spam.example", D, "spam.example", ()),
    ("domain:sub.spam.example", D, "sub.spam.example", ()),
    ("domain:me.blogspot.com", D, "me.blogspot.com", ()),  # never cut to the platform
    ("domain:xn--bcher-kva.example", D, "xn--bcher-kva.example", ()),
    ("domain:ex_am.example", D, "ex_am.example", ()),  # such hosts exist in real files
    ("domain:a.netcheap", D, "a.netcheap", (P.UNKNOWN_TLD,)),
    ("http://spam.example/a.html", U, "http://spam.example/a.html", (P.URL_IS_ONE_PAGE,)),
    ("http://spam.example/dir/", U, "http://spam.example/dir/", (P.URL_IS_FOLDER,)),
    ("http://spam.example", U, "http://spam.example/", (P.URL_IS_HOST,)),
    ("HTTP://SPAM.example:80/A", U, "http://spam.example/A", (P.URL_IS_ONE_PAGE,)),
    ("https://x.example/p#frag", U, "https://x.example/p", (P.URL_IS_ONE_PAGE,)),  # no comment
    ("# note", C, "", ()),
    ("#", C, "", ()),
    ("# domain:bounceme.net", C, "", ()),  # a commented-out entry stays a comment
    ("# soft\u00adhyphen", C, "", ()),  # anything may stand in a comment
    ("", B, "", ()),
    (" \t ", B, "", ()),
    ("\u200b", B, "", (P.INVISIBLE_CHARACTER,)),
    # read as meant, with a finding
    ("Domain:SPAM.example", D, "spam.example", (P.UPPER_CASE,)),
    ("domain: spam.example", D, "spam.example", (P.SPACE_AFTER_COLON,)),
    ("Domain: seo-tip.com", D, "seo-tip.com", (P.UPPER_CASE, P.SPACE_AFTER_COLON)),
    ("domain:www.spam.example", D, "www.spam.example", (P.WWW_ONLY,)),
    ("domain:spam.example.", D, "spam.example", (P.TRAILING_DOT,)),
    ("domain:1.2.3.4", D, "1.2.3.4", (P.IP_ADDRESS,)),
    ("domain:[::1]", D, "::1", (P.IP_ADDRESS,)),
    ("http://1.2.3.4/x", U, "http://1.2.3.4/x", (P.IP_ADDRESS, P.URL_IS_ONE_PAGE)),
    ("domain:bücher.example", D, "xn--bcher-kva.example", (P.IDN_NOT_PUNYCODE,)),
    ("domain:spam.example # paid 2019", D, "spam.example", (P.INLINE_COMMENT,)),
    ("   # note", C, "", (P.INDENTED_COMMENT,)),
    ('"domain:spam.example"', D, "spam.example", (P.QUOTED,)),
    ('"# of 331 links"', C, "", (P.QUOTED, P.INDENTED_COMMENT)),
    ("domain:spam.example \t", D, "spam.example", (P.SURROUNDING_SPACE,)),
    ("domain:spam.example\u00a0", D, "spam.example", (P.INVISIBLE_CHARACTER, P.SURROUNDING_SPACE)),
    ("domain:sp\u200bam.example", D, "spam.example", (P.INVISIBLE_CHARACTER,)),
    (
        "http://spam.example/a b",
        U,
        "http://spam.example/a%20b",
        (P.URL_NOT_ENCODED, P.URL_IS_ONE_PAGE),
    ),
    # errors with an effect: still entries
    ("domain:xyz", D, "xyz", (P.WHOLE_TLD,)),
    ("domain:RU", D, "ru", (P.WHOLE_TLD, P.UPPER_CASE)),
    ("domain:kiev.ua", D, "kiev.ua", (P.PUBLIC_SUFFIX,)),
    ("domain:org.br", D, "org.br", (P.PUBLIC_SUFFIX,)),
    ("domain:blogspot.com", D, "blogspot.com", (P.PUBLIC_SUFFIX,)),
    ("domain:herokuapp.com", D, "herokuapp.com", (P.PUBLIC_SUFFIX,)),
    ("domain:pages.dev", D, "pages.dev", (P.PUBLIC_SUFFIX,)),
    # errors: no entry
    ("domain:", X, "", (P.EMPTY_ENTRY,)),
    ("domain:storefront", X, "", (P.BAD_HOST,)),  # glued; no such top-level domain
    ("domain:-.example", X, "", (P.BAD_HOST,)),
    ("domain:a b.example", X, "", (P.BAD_HOST,)),
    ("domain:spam%0a.example", X, "", (P.BAD_HOST,)),
    ("domain:spam.example/dir/", X, "", (P.DOMAIN_HAS_PATH,)),
    ("domain:spam.example/", X, "", (P.DOMAIN_HAS_PATH,)),
    ("domain:spam.example?x=1", X, "", (P.DOMAIN_HAS_PATH,)),
    ("domain:https://spam.example", X, "", (P.DOMAIN_HAS_SCHEME,)),
    ("domain:://spam.example", X, "", (P.DOMAIN_HAS_SCHEME,)),
    ("domain:spam.example:8080", X, "", (P.DOMAIN_HAS_PORT,)),
    ("domain:*.spam.example", X, "", (P.WILDCARD,)),
    ("domain:*purse*wallet*", X, "", (P.WILDCARD, P.BAD_HOST)),
    ("domain:.spam.example", X, "", (P.LEADING_DOT,)),
    ("domain:user@spam.example", X, "", (P.USERINFO,)),
    ("http://user:pw@spam.example/", X, "", (P.USERINFO,)),
    ("info@spam.example", X, "", (P.USERINFO,)),
    ("domain:a.example domain:b.example", X, "", (P.SEVERAL_ENTRIES,)),
    ("domain:abfallkÃ¼hler.de", X, "", (P.MOJIBAKE,)),
    ("domain:straße.example", X, "", (P.IDN_AMBIGUOUS,)),  # IDNA 2003 says strasse
    ("spam.example", X, "", (P.BARE_HOST,)),
    ("spam.example/page", X, "", (P.URL_WITHOUT_SCHEME,)),
    ("url:http://spam.example", X, "", (P.UNKNOWN_PREFIX,)),
    ("site:spam.example", X, "", (P.UNKNOWN_PREFIX,)),
    ("ftp://spam.example/", X, "", (P.NOT_WEB,)),
    ("javascript:alert(1)", X, "", (P.NOT_WEB,)),
    ("mailto:info@spam.example", X, "", (P.NOT_WEB,)),
    ("http:///spam.example/", X, "", (P.BROKEN_SCHEME,)),
    ("http:/spam.example/", X, "", (P.BROKEN_SCHEME,)),
    ("http://co.il/x", X, "", (P.BAD_HOST,)),
    ("domain:spam\x07.example", X, "", (P.CONTROL_CHARACTER,)),
    ("http://spam.example/\x0ba", X, "", (P.CONTROL_CHARACTER,)),
    ("hello world", X, "", (P.UNREADABLE,)),
    ("spam.example,90", X, "", (P.UNREADABLE,)),
    (LONG, U, LONG, (P.URL_IS_ONE_PAGE,)),
    (LONG + "a", X, "", (P.URL_TOO_LONG,)),
    (LONG[:-3] + "ü", X, "", (P.URL_TOO_LONG,)),  # 2,046 characters, 2,051 when encoded
]

FIXES = [  # text, the lines that would say the same correctly
    ("domain:spam.example", ()),
    ("domain: Spam.example", ("domain:spam.example",)),
    ("domain:https://spam.example", ("domain:spam.example",)),
    ("domain:*.spam.example", ("domain:spam.example",)),
    ("domain:.spam.example", ("domain:spam.example",)),
    ("spam.example", ("domain:spam.example",)),
    ("blogspot.com", ()),  # a fix never makes a worse line
    ("domain:*.co.il", ()),
    ("domain:*purse*", ()),
    ("url:http://spam.example", ("http://spam.example",)),
    ("domain:bücher.example", ("# bücher.example", "domain:xn--bcher-kva.example")),
    ("domain:spam.example # paid", ("# paid", "domain:spam.example")),
    ("domain:a.example domain:b.example", ("domain:a.example", "domain:b.example")),
    ("domain:abfallkÃ¼hler.de", ("domain:xn--abfallkhler-zhb.de",)),
    ("  # note", ("# note",)),
    ("https://x.example/p#frag", ()),
    ("domain:storefront", ()),
]


@pytest.mark.parametrize(("text", "kind", "value", "problems"), LINES, ids=lambda x: str(x)[:40])
def test_a_line_is_read_as_the_rules_say(text, kind, value, problems):
    line = read_line(text, number=7, end="\r\n")
    assert (line.kind, line.value) == (kind, value)
    assert set(line.problems) == set(problems)
    assert (line.number, line.text, line.end) == (7, text, "\r\n")


@pytest.mark.parametrize(("text", "fix"), FIXES)
def test_a_fix_is_offered_only_where_the_meaning_is_certain(text, fix):
    assert read_line(text).fix == fix


@pytest.mark.parametrize("text", [case[0] for case in LINES])
def test_a_fix_has_no_error_and_needs_no_fix(text):
    line = read_line(text)
    for fixed in line.fix:
        again = read_line(fixed)
        harmless = {P.WHOLE_TLD, P.PUBLIC_SUFFIX} & set(line.problems)
        assert again.fix == ()
        assert harmless or not again.has_error


def test_every_problem_has_a_sentence_and_a_severity():
    assert set(PROBLEM_TEXT) == set(Problem)
    assert {severity(problem) for problem in Problem} == {"error", "warning", "info"}
    assert severity(Problem.WILDCARD) == "error"
    assert severity(Problem.WWW_ONLY) == "warning"
    assert severity(Problem.BOM) == "info"


one_line = st.text().filter(lambda text: "\n" not in text and "\r" not in text)


@calm
@given(st.one_of(one_line, one_line.map("domain:".__add__), one_line.map("http://a.co/".__add__)))
def test_reading_never_raises_and_an_invalid_line_has_an_error(text):
    line = read_line(text)
    assert line.text == text
    assert bool(line.value) is line.is_entry
    if line.kind is Kind.INVALID:
        assert line.has_error
    if line.is_entry:
        assert line.value.isascii()
        assert not any(character.isspace() for character in line.value)


@calm
@given(one_line)
def test_the_normal_form_of_an_entry_is_read_as_itself(text):
    line = read_line(f"domain:{text}")
    if line.is_entry and ":" not in line.value:
        assert read_line(f"domain:{line.value}").value == line.value
