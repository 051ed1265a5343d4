"""A report as text, JSON, GitHub annotations and SARIF: whole, harmless, bounded."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spamlinks.disavow import PROBLEM_TEXT, Problem, lint_bytes
from spamlinks.disavow.formats import FORMATS, codes_table, render_reports

TEXT = (
    "# note\ndomain:xyz\nDomain: a.com # paid\nspam.com\ndomain:b.a.com\ndomain:a.com\n"
    "http://b.com/x\n"
)


def report(text: str, source: str = "seo/disavow.txt"):
    return lint_bytes(text.encode("utf-8", "surrogatepass"), source)[0]


def render(name: str, text: str = TEXT, source: str = "seo/disavow.txt", **options) -> str:
    return render_reports([report(text, source)], name, "1.2.3", **options)


def test_text():
    assert render("text") == (
        "seo/disavow.txt:2:1: error WHOLE_TLD: This names a whole top-level domain and knows no "
        "exceptions. [domain:xyz]\n"
        "seo/disavow.txt:3:1: info UPPER_CASE: Hosts and 'domain:' are written in lower case. "
        "[Domain: a.com # paid] -> # paid + domain:a.com (--fix)\n"
        "seo/disavow.txt:3:7: warning SPACE_AFTER_COLON: There is a space around the colon of "
        "'domain:'. [Domain: a.com # paid] -> # paid + domain:a.com (--fix)\n"
        "seo/disavow.txt:3:15: warning INLINE_COMMENT: A comment needs a line of its own. "
        "[Domain: a.com # paid] -> # paid + domain:a.com (--fix)\n"
        "seo/disavow.txt:4:1: error BARE_HOST: A host needs 'domain:' before it to be an entry. "
        "[spam.com] -> domain:spam.com (--fix --unsafe)\n"
        "seo/disavow.txt:5:1: info REDUNDANT: Line 3 (domain:a.com) covers this one. "
        "[domain:b.a.com] (--fix --prune)\n"
        "seo/disavow.txt:6:1: info DUPLICATE: The same entry stands above, on line 3. "
        "[domain:a.com] (--fix)\n"
        "seo/disavow.txt:7:1: warning URL_IS_ONE_PAGE: This covers exactly this URL; https, www "
        "and ?queries are others. [http://b.com/x]\n"
    )


def test_text_is_bounded_and_says_what_it_left_out():
    many = "".join(f"http://b.com/{n}\n" for n in range(30))
    shown = render("text", many).splitlines()
    assert len(shown) == 11
    assert shown[-1] == "seo/disavow.txt: and 20 more URL_IS_ONE_PAGE; --all shows each"
    assert len(render("text", many, every=True).splitlines()) == 30
    wrong = "".join(f"b{n}.com\n" for n in range(60))
    assert len(render("text", wrong).splitlines()) == 52  # NO_ENTRIES, 50 of 60, the rest


def test_json_holds_everything():
    out = json.loads(render("json"))
    assert out["counts"] == {"error": 2, "warning": 3, "info": 3}
    file = out["files"][0]
    assert (file["path"], file["lines"], file["domains"], file["urls"]) == (
        "seo/disavow.txt", 7, 4, 1,
    )  # fmt: skip
    assert file["fixable"] == {"safe": 2, "unsafe": 1, "prune": 1}
    assert len(file["sha256"]) == 64
    bare = next(f for f in file["findings"] if f["code"] == "BARE_HOST")
    assert bare == {
        "code": "BARE_HOST",
        "severity": "error",
        "line": 4,
        "column": 1,
        "end_column": 9,
        "message": PROBLEM_TEXT[Problem.BARE_HOST],
        "text": "spam.com",
        "other_line": None,
        "fix": {"kind": "unsafe", "lines": ["domain:spam.com"]},
    }
    whole = json.loads(render("json", "domain:a.com"))["files"][0]["findings"][0]
    assert (whole["code"], whole["line"], whole["column"]) == ("NO_FINAL_NEWLINE", None, None)


def test_github():
    lines = render("github").splitlines()
    assert lines[0] == (
        "::error file=seo/disavow.txt,line=2,col=1,endColumn=11,title=spamlinks WHOLE_TLD::"
        "This names a whole top-level domain and knows no exceptions. domain:xyz"
    )
    assert {line.partition(" ")[0] for line in lines} == {"::error", "::warning", "::notice"}
    many = "".join(f"http://b.com/{n}\n" for n in range(30))
    assert render("github", many).splitlines()[-1] == (
        "::notice file=seo/disavow.txt::and more: 20 URL_IS_ONE_PAGE"
    )


def test_github_commands_cannot_be_injected():
    hostile = "x\r::set-output name=a::b\ndomain:a.com ::error::100%\u2028::stop\x1b[31m\n"
    for line in render("github", hostile, "a:b,c\n.txt").splitlines():
        assert re.match(r"::(error|warning|notice) file=a%3Ab%2Cc%0A\.txt(,|::)", line), line
    assert "\x1b" not in render("github", hostile)


def test_sarif_has_what_the_standard_asks_for():
    out = json.loads(render("sarif"))
    assert out["version"] == "2.1.0"
    (run,) = out["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert run["tool"]["driver"]["name"] == "spamlinks"
    assert run["columnKind"] == "unicodeCodePoints"
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == "seo/disavow.txt"
        assert place["region"]["startLine"] >= 1
        assert place["region"]["endColumn"] > place["region"]["startColumn"] >= 1


def test_the_fixes_of_sarif_do_what_they_say():
    """Applied as an editor would, from the last to the first."""
    text = "domain: a.com\n# x\nspam.com\ndomain:a.com\ndomain:c.com # why\n"
    changes = [
        change
        for result in json.loads(render("sarif", text))["runs"][0]["results"]
        for fix in result.get("fixes", ())
        for change in fix["artifactChanges"][0]["replacements"]
    ]
    lines = text.splitlines()
    for change in sorted(changes, key=lambda c: -c["deletedRegion"]["startLine"]):
        region = change["deletedRegion"]
        start = region["startLine"] - 1
        if region.get("endLine", start + 1) > start + 1:
            del lines[start]
        else:
            assert region["endColumn"] == len(lines[start]) + 1
            lines[start : start + 1] = change["insertedContent"]["text"].split("\n")
    assert lines == ["domain:a.com", "# x", "domain:spam.com", "# why", "domain:c.com"]


@settings(deadline=None)
@given(st.text(max_size=80), st.sampled_from(FORMATS), st.text(max_size=10))
def test_no_text_breaks_a_format(text, name, source):
    if any("\ud800" <= c <= "\udfff" for c in source):
        return
    out = render(name, f"domain:ok.com\n{text}", source)
    if name in ("json", "sarif"):
        assert isinstance(json.loads(out), dict)
    elif name == "text":
        shown = out.replace("\n", "")
        assert all(c.isprintable() for c in shown), "control characters reach the terminal"


@pytest.mark.parametrize("code", list(Problem))
def test_every_code_is_listed(code):
    assert f"| `{code.value}` |" in codes_table()


@pytest.mark.parametrize(
    "text", ["domain:ok.com\nx.com ##[stop-commands]t\n", "domain:ok.com\n::error::x\n"]
)
@pytest.mark.parametrize("source", ["disavow.txt", "::error::a.txt", "##[error]a.txt"])
def test_text_holds_no_command_of_a_build_server(text, source):
    for line in render("text", text, source).splitlines():
        assert "##[" not in line
        assert not line.lstrip().startswith("::")


def test_a_name_that_is_no_text_is_still_a_uri():
    assert "%FF" in render("sarif", "a.com\n", "x\udcff.txt")


@pytest.mark.parametrize(
    "text",
    [
        "domain:a.com" + " " * 300_000 + "x",
        "domain:" + "a" * 300_000 + ":x@b.com",
        "domain:a" + "." * 300_000 + "b.",
        "domain:" + "".join(chr(0x4E00 + n % 20_000) for n in range(100_000)) + ".com",
        "domain:a.com" + " " * 300_000 + "# x",
        "x" + ":1/" * 100_000,
    ],
    ids=["blanks", "userinfo", "dots", "letters", "comment", "ports"],
)
def test_a_long_line_is_read_in_time(text):
    """Time that grew with the square of the length would be minutes or hours here."""
    assert "disavow.txt:2:" in render("text", f"domain:ok.com\n{text}\n")
