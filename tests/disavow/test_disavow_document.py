"""The document: no byte lost, found by label border, merged by adding alone."""

from __future__ import annotations

import contextlib
import random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from spamlinks.disavow import Candidate, DisavowFile, Entry, Kind, Problem, diff, not_reexamined
from spamlinks.errors import DisavowFormatError, InputError, OutputError
from spamlinks.urls import authority, canonical_url, parse_host

calm = settings(deadline=None)  # the machine may be busy; the first call loads a list

# ---------------------------------------------------------------- strategies

labels = st.sampled_from(["a", "b", "spam", "www", "xn--bcher-kva", "notspam", "co"])
hosts = st.builds(
    lambda parts, tld: ".".join([*parts, tld]),
    st.lists(labels, min_size=1, max_size=3),
    st.sampled_from(["example", "co.uk", "blogspot.com", "xyz"]),
)
urls = st.builds(
    lambda scheme, host, path: f"{scheme}://{host}{path}",
    st.sampled_from(["http", "https", "HTTP"]),
    hosts,
    st.sampled_from(["", "/", "/p", "/p?x=1", "/dir/", "/a b", "/p#frag"]),
)
file_lines = st.one_of(
    hosts.map("domain:{}".format),
    hosts.map("Domain: {} ".format),
    hosts.map("# domain:{}".format),
    hosts,
    urls,
    st.sampled_from(["", "  ", "# note", " # note", '"# note"', "\t", "domain:"]),
    st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00"), max_size=20),
)
ends = st.sampled_from(["\n", "\r\n", "\r"])
texts = st.builds(
    lambda parts, last: "".join(a + b for a, b in parts) + last,
    st.lists(st.tuples(file_lines, ends), max_size=8),
    file_lines,
)
safe_hosts = hosts.filter(lambda host: not parse_host(host).problem)
candidates = st.lists(
    st.builds(
        Candidate,
        st.one_of(safe_hosts.map(Entry.domain), urls.map(Entry.url)),
        st.text(max_size=20),
        st.sampled_from(["", "wave 1", "wave 2"]),
    ).filter(lambda c: _may_be_written(c)),
    max_size=8,
)


def _may_be_written(candidate: Candidate) -> bool:
    parts = parse_host(candidate.entry.host)
    whole_platform = parts.host.removeprefix("www.") == parts.suffix
    return parts.problem is None and not whole_platform


def parse(data):
    try:
        return DisavowFile.parse(data)
    except InputError:
        assume(False)


# ---------------------------------------------------------------- parse and render

BYTES = [  # data, entries, problems of the file
    (b"", 0, {Problem.NO_ENTRIES}),
    (b"# only a template\n", 0, {Problem.NO_ENTRIES}),
    (b"domain:a.example\n", 1, set()),
    (b"domain:a.example", 1, {Problem.NO_FINAL_NEWLINE}),
    (b"domain:a.example\r\n\r\n# x\r\n", 1, set()),
    (
        b"domain:a.example\rdomain:b.example\r",
        2,
        {Problem.LONE_CARRIAGE_RETURN},
    ),  # old Mac line ends
    (b"domain:a.example\r\ndomain:b.example\n", 2, {Problem.MIXED_LINE_ENDS}),
    (b"\xef\xbb\xbfdomain:a.example\n", 1, {Problem.BOM}),
    (b"# a\x0cb\ndomain:a.example\n", 1, set()),  # a form feed ends no line
    ("# a\u2028b\u0085c\ndomain:a.example\n".encode(), 1, set()),  # nor do these
    (b"\n\n\ndomain:a.example\n\n", 1, set()),
]


@pytest.mark.parametrize(("data", "entries", "problems"), BYTES)
def test_parse_keeps_every_byte(data, entries, problems):
    file = DisavowFile.parse(data)
    assert file.render() == data
    assert len(file.entries) == entries
    assert set(file.problems) == problems
    assert [line.number for line in file.lines] == list(range(1, len(file.lines) + 1))


@calm
@given(texts)
def test_any_text_that_parses_renders_to_itself(text):
    assert parse(text).render() == text.encode()
    assert parse(text.encode()).render() == text.encode()


@calm
@given(texts, st.booleans())
def test_any_bytes_that_parse_render_to_themselves(text, bom):
    data = (b"\xef\xbb\xbf" if bom else b"") + text.encode()
    assert parse(data).render() == data


@calm
@given(st.binary(max_size=60))
def test_parse_raises_nothing_but_input_errors(data):
    with contextlib.suppress(InputError):  # any other exception fails the test
        file = DisavowFile.parse(data)
        assert data[:2] in (b"\xff\xfe", b"\xfe\xff") or file.render() == data


def test_utf16_is_read_by_its_mark_and_written_as_utf8():
    file = DisavowFile.parse("# bücher\r\ndomain:a.example\r\n".encode("utf-16"))
    assert Problem.UTF16 in file.problems
    assert file.render() == "# bücher\r\ndomain:a.example\r\n".encode()


def test_latin1_is_refused_with_line_numbers():
    data = "# ok\ndomain:a.example\n# Jürgen\r\n# ok\n# Käthe\n".encode("latin-1")
    said = r"^mine\.txt: not UTF-8 on line 3, 5 \(NOT_UTF8\)\. "
    with pytest.raises(DisavowFormatError, match=said) as caught:
        DisavowFile.parse(data, "mine.txt")
    assert caught.value.code == "NOT_UTF8"
    assert caught.value.places == ((3, 4), (5, 4))


def test_a_lone_surrogate_is_refused_with_its_line():
    with pytest.raises(InputError, match="not text on line 2"):
        DisavowFile.parse("# ok\n# \ud800\n")


OTHERS = [  # data, what the message names
    (b'[{"domain": "a.example"}]', "JSON"),
    (b'{"domains": ["a.example"]}', "JSON"),
    (b'{"domains": ["a.example"', "damaged JSON"),
    (b"<!DOCTYPE html><p>domain:a.example</p>", "HTML"),
    (b"  <html>\ndomain:a.example\n</html>", "HTML"),
    (b"%PDF-1.7 domain:a.example", "PDF"),
    (b"PK\x03\x04 rest", "office document"),
    (b"\xd0\xcf\x11\xe0 rest", "office document"),
    (b"domain:a.example\n\x00\n", "binary"),
    ("domain:a.example\n".encode("utf-16-le"), "binary data, or UTF-16 without"),
    (b"Domain,Score\na.example,90\nb.example,80\n", "CSV"),
    (b"Linking page;First seen\nhttps://a.example/x;2024-01-01\n", "CSV"),
    (b"Linking page,First seen\nhttps://a.example/x,2024-01-01\n", "CSV"),
    (b'"Source url"\t"Target url"\n"https://a.example/"\t"https://b.example/"\n', "CSV"),
    (b"domain:a.example,domain:b.example,domain:c.example", "one line"),
    (b"http://a.example/x,http://b.example/y", "one line"),
    (b"dear sir,\nplease remove my link\n", "CSV|without a single entry"),
    (b"hello world\nthis is prose\n", "without a single entry"),
]


@pytest.mark.parametrize(("data", "what"), OTHERS)
def test_another_format_is_refused_before_any_entry_is_taken(data, what):
    with pytest.raises(InputError, match=rf"no disavow file: this is .*({what})"):
        DisavowFile.parse(data)


NOT_OTHERS = [  # files that look odd and are still disavow files
    b"a.example\nb.example\n",  # bare hosts: each line says so itself
    b"# a,b\n# c,d\n",
    b"http://a.example/0,1518,2.html\nhttp://a.example/0,1518,3.html\n",
    b"domain:a.example domain:b.example\ndomain:c.example\n",
    b"# a note\nsome words without any meaning\n",
    b"[a note in brackets]\ndomain:a.example\n",
    b"domain:*.a.example\t\ndomain:b.example\t\n",  # tabs that separate nothing
]


@pytest.mark.parametrize("data", NOT_OTHERS)
def test_an_odd_disavow_file_is_not_refused(data):
    assert DisavowFile.parse(data).render() == data


def test_the_limits_of_lines_and_bytes_are_named():
    hundred_thousand = b"#\n" * 100_000
    assert Problem.TOO_MANY_LINES not in DisavowFile.parse(hundred_thousand).problems
    assert Problem.TOO_MANY_LINES in DisavowFile.parse(hundred_thousand + b"#").problems
    full = b"#" * 2_097_152
    assert Problem.NEARLY_TOO_LARGE in DisavowFile.parse(full).problems
    assert Problem.TOO_LARGE in DisavowFile.parse(full + b"#").problems
    assert DisavowFile.parse(b"#" * 1_999_999).problems == (
        Problem.NO_ENTRIES,
        Problem.NO_FINAL_NEWLINE,
    )


# ---------------------------------------------------------------- covers

COVERS = [  # line, covered, not covered
    (
        "domain:spam.example",
        ["spam.example", "www.spam.example", "a.b.spam.example", "https://spam.example/x?y"],
        ["notspam.example", "example", "spam.example.org", "http://a.example/spam.example"],
    ),
    (
        "domain:sub.spam.example",
        ["sub.spam.example", "x.sub.spam.example"],
        ["spam.example", "other.spam.example"],
    ),
    (
        "http://spam.example/a.html",
        ["http://spam.example/a.html", "HTTP://Spam.example:80/a.html#top"],
        [
            "http://spam.example/a.html?x=1",
            "https://spam.example/a.html",
            "http://www.spam.example/a.html",
            "spam.example",
        ],
    ),
    ("http://spam.example", ["http://spam.example/"], ["http://spam.example/x"]),
    ("domain:xyz", ["spam.xyz", "http://a.b.xyz/"], ["xyz.example"]),
    ("domain:blogspot.com", ["me.blogspot.com", "blogspot.com"], ["blogspot.de"]),
    ("domain:co.il", ["spam.co.il", "co.il"], ["spam.il"]),
    ("domain:1.2.3.4", ["http://1.2.3.4/x"], ["http://9.1.2.3.4.example/", "http://3.4.5.6/"]),
    ("domain:xn--bcher-kva.example", ["http://bücher.example/"], ["bucher.example"]),
    ("# domain:spam.example", [], ["spam.example"]),
    ("domain:https://spam.example", [], ["spam.example"]),  # an error line covers nothing
]


@pytest.mark.parametrize(("line", "yes", "no"), COVERS, ids=[case[0] for case in COVERS])
def test_covers(line, yes, no):
    file = DisavowFile.parse(f"# list\n{line}\n")
    assert [name for name in yes if file.covers(name) is None] == []
    assert [name for name in no if file.covers(name) is not None] == []
    assert all(file.covers(name).number == 2 for name in yes)


def test_the_closest_and_the_first_of_equals_is_named():
    file = DisavowFile.parse(
        "domain:a.example\ndomain:b.a.example\ndomain:a.example\nhttp://b.a.example/x\n"
    )
    assert file.covers("c.b.a.example").number == 2
    assert file.covers("x.a.example").number == 1
    assert file.covers("http://b.a.example/x").number == 4
    assert file.covers("http://b.a.example/y").number == 2


def slow_covers(file: DisavowFile, name: str) -> bool:
    """Say the rule as plainly as possible: any line, one after the other."""
    host = parse_host(authority(name)).host
    for line in file.entries:
        if line.kind is Kind.DOMAIN and (f".{host}").endswith(f".{line.value}"):
            return True
        if line.kind is Kind.URL and "/" in name and canonical_url(name) == line.value:
            return True
    return False


@calm
@given(texts, st.one_of(safe_hosts, urls))
def test_covers_agrees_with_a_slow_reference(text, name):
    file = parse(text)
    assert (file.covers(name) is not None) is slow_covers(file, name)


def test_redundant_names_repeats_and_what_a_parent_covers():
    file = DisavowFile.parse(
        "domain:a.example\ndomain:A.example\ndomain:b.a.example\nhttp://www.a.example/x\n"
        "domain:c.example\nhttp://d.example/\nhttp://D.example:80\n"
    )
    assert [(line.number, by.number) for line, by in file.redundant()] == [
        (2, 1),
        (3, 1),
        (4, 1),
        (7, 6),
    ]


# ---------------------------------------------------------------- merge

LIVE = b"# my list, 2019\r\ndomain:old.example\r\n\r\nhttp://b.example/x\r\n  # odd\r\nbroken line"


def domains(*names):
    return [Candidate(Entry.domain(name)) for name in names]


def test_merge_adds_below_and_keeps_the_rest_byte_for_byte():
    file = DisavowFile.parse(LIVE)
    merged = file.merge([Candidate(Entry.domain("new.example"), "score 0.99")], ["# run 7"])
    assert merged.render() == (LIVE + b"\r\n\r\n# run 7\r\n# score 0.99\r\ndomain:new.example\r\n")
    assert diff(file, merged) == ((Entry(Kind.DOMAIN, "new.example"),), ())
    assert [line.number for line in merged.lines] == list(range(1, len(merged.lines) + 1))


NOTHING_NEW = [
    [],
    domains("old.example"),
    domains("sub.old.example"),  # the parent line covers it
    [Candidate(Entry.url("http://www.old.example/page"))],
    [Candidate(Entry.url("HTTP://B.example:80/x#top"))],
]


@pytest.mark.parametrize("new", NOTHING_NEW)
def test_a_merge_that_adds_nothing_changes_no_byte_not_even_the_header(new):
    file = DisavowFile.parse(b"\xef\xbb\xbf" + LIVE)
    assert file.merge(new, ["# run 8"]) is file
    assert file.render() == b"\xef\xbb\xbf" + LIVE


def test_a_broken_line_does_not_stand_for_an_entry():
    file = DisavowFile.parse("domain:https://spam.example\n")
    assert b"\ndomain:spam.example\n" in file.merge(domains("spam.example")).render()


def test_a_byte_order_mark_is_left_out_when_something_is_added():
    merged = DisavowFile.parse(b"\xef\xbb\xbfdomain:a.example\n").merge(domains("b.example"))
    assert merged.render() == b"domain:a.example\n\ndomain:b.example\n"


def test_a_host_stays_when_its_parent_is_added():
    merged = DisavowFile.parse("domain:b.a.example\n").merge(domains("a.example"))
    assert merged.render() == b"domain:b.a.example\n\ndomain:a.example\n"


def test_an_empty_file_gets_no_blank_line_on_top():
    assert DisavowFile.parse(b"").merge(domains("a.example")).render() == b"domain:a.example\n"


def test_add_takes_entries_under_one_comment():
    file = DisavowFile.parse("domain:a.example\n")
    added = file.add([Entry.domain("c.example"), Entry.domain("b.example")], "by hand\ndomain:x.co")
    assert added.render() == (
        b"domain:a.example\n\n# by hand domain :x.co\ndomain:b.example\ndomain:c.example\n"
    )


@pytest.mark.parametrize("name", ["xyz", "co.uk", "blogspot.com", "1.2.3.4", "wikipedia.org"])
def test_merge_refuses_what_must_never_be_written(name):
    with pytest.raises(OutputError, match="must never be disavowed"):
        DisavowFile.parse(LIVE).merge(domains("ok.example", name))


def test_merge_refuses_the_own_site():
    with pytest.raises(OutputError, match=r"mine\.example must never .*OWN_SITE"):
        DisavowFile.parse(LIVE).merge(domains("mine.example"), own=["https://www.mine.example/"])


def test_merge_drops_its_comments_before_it_breaks_a_limit():
    live = DisavowFile.parse(b"#\n" * 99_990)
    new = [Candidate(Entry.domain(f"s{i}.example"), "a reason") for i in range(10)]
    merged = live.merge(new, ["# run"])
    assert len(merged.lines) == 100_000
    expected = "".join(f"domain:s{i}.example\n" for i in range(10)).encode()
    assert merged.render() == b"#\n" * 99_990 + expected
    with pytest.raises(OutputError, match="100,001 lines"):
        live.merge([*new, *domains("one.more.example")])


@calm
@given(texts, candidates)
def test_merge_loses_no_line_and_is_idempotent(text, new):
    live = parse(text)
    merged = live.merge(new, ["# run"])
    kept = [(line.kind, line.text) for line in live.lines]
    assert [(line.kind, line.text) for line in merged.lines][: len(kept)] == kept
    assert merged.merge(new, ["# another run"]).render() == merged.render()
    added, removed = diff(live, merged)
    assert removed == ()
    assert set(added) <= {candidate.entry for candidate in new}
    assert all(merged.covers(c.entry.value) is not None for c in new)


@calm
@given(texts, candidates)
def test_a_merged_file_is_read_back_as_the_same_entries(text, new):
    merged = parse(text).merge(new)
    again = DisavowFile.parse(merged.render())
    assert again.entry_set == merged.entry_set


@calm
@given(texts, candidates, st.randoms(use_true_random=False))
def test_merge_does_not_depend_on_the_order_of_the_candidates(text, new, chance: random.Random):
    live = parse(text)
    shuffled = list(new)
    chance.shuffle(shuffled)
    assert live.merge(shuffled).render() == live.merge(new).render()


# ---------------------------------------------------------------- remove, what was not examined


def test_remove_takes_exactly_one_entry_and_diff_shows_it():
    file = DisavowFile.parse(LIVE)
    rest = file.remove("old.example")
    assert rest.render() == LIVE.replace(b"domain:old.example\r\n", b"")
    assert diff(file, rest) == ((), (Entry(Kind.DOMAIN, "old.example"),))
    assert file.remove("http://b.example/x").covers("http://b.example/x") is None


def test_remove_knows_no_exceptions():
    file = DisavowFile.parse("# a\ndomain:a.example\ndomain:b.a.example\n")
    with pytest.raises(InputError, match=r"stays disavowed by line 2 \(domain:a\.example\)"):
        file.remove("b.a.example")
    assert file.remove("a.example").render() == b"# a\ndomain:b.a.example\n"


def test_remove_of_an_unknown_name_says_so():
    with pytest.raises(InputError, match=r"no entry for c\.example"):
        DisavowFile.parse(LIVE).remove("c.example")


def test_entries_that_no_export_shows_are_listed():
    file = DisavowFile.parse(
        "domain:a.example\ndomain:b.example\nhttp://c.example/x\nhttp://c.example/y\n"
    )
    left = not_reexamined(file, ["sub.a.example", "http://c.example/y", "notb.example"])
    assert [line.number for line in left] == [2, 3]


def test_lines_are_as_many_as_their_bytes_say_after_a_lone_carriage_return():
    live = DisavowFile.parse(b"domain:a.com\n#\ndomain:b.com\r")
    merged = live.merge([Candidate(Entry.domain("c.com"))])
    assert len(DisavowFile.parse(merged.render()).lines) == len(merged.lines)


def test_an_ending_that_ends_in_a_digit_is_no_address():
    file = DisavowFile.parse("domain:x.foo1\ndomain:w.x.foo1\n")
    assert file.covers("v.x.foo1").number == 1
    assert len(file.redundant()) == 1
