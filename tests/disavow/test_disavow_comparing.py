"""A diff for people: right, short, and harmless on a terminal."""

from __future__ import annotations

from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spamlinks.disavow import DisavowFile, unified
from spamlinks.disavow.comparing import MAX_SHOWN_CHARS

calm = settings(deadline=None)  # the machine may be busy; the first call loads a list


def file_of(*lines: str, end: str = "\n") -> DisavowFile:
    return DisavowFile.parse("".join(line + end for line in lines))


ROWS = [f"domain:s{n}.com" for n in range(9)]

CASES = [  # before, after, the lines below the two names
    (["# a"], ["# a"], ()),
    ([], ["domain:a.com"], ("@@ -0,0 +1 @@", "+domain:a.com")),
    (["domain:a.com"], [], ("@@ -1 +0,0 @@", "-domain:a.com")),
    (
        ROWS,
        [*ROWS, "domain:new.com"],
        ("@@ -7,3 +7,4 @@", *(f" {row}" for row in ROWS[6:]), "+domain:new.com"),
    ),
    (
        ROWS,
        [*ROWS[:4], *ROWS[5:]],
        ("@@ -2,7 +2,6 @@", " domain:s1.com", " domain:s2.com", " domain:s3.com",
         "-domain:s4.com", " domain:s5.com", " domain:s6.com", " domain:s7.com"),
    ),  # counted from the top of the file
    (["# x \x1b]0;a\x07"], ["#  two  blanks"], ("@@ -1 +1 @@", r"-# x \x1b]0;a\x07",
                                                "+#  two  blanks")),
    (["# \u202eabc\t"], [], ("@@ -1 +0,0 @@", r"-# \u202eabc\t")),
    (["#"], ["# Bücher 博彩"], ("@@ -1 +1 @@", "-#", "+# Bücher 博彩")),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "said"), CASES)
def test_what_is_shown(before, after, said):
    found = unified(file_of(*before), file_of(*after), names=("old", "new"))
    assert found == (("--- old", "+++ new", *said) if said else ())


def test_line_ends_and_marks_are_no_difference():
    one, other = file_of("domain:a.com", end="\r\n"), DisavowFile.parse(b"\xef\xbb\xbfdomain:a.com")
    assert unified(one, other) == ()


def test_a_hostile_name_and_an_endless_line_are_shown_short_and_harmless():
    old = DisavowFile.parse("# x\n", "a\x1b[2J\n.txt")
    found = unified(old, file_of("# " + "y" * 100_000))
    assert found[0] == r"--- a\x1b[2J\n.txt"
    assert max(map(len, found)) == MAX_SHOWN_CHARS


def test_the_largest_files_take_no_time():
    rows = [f"domain:s{n}.com" for n in range(100_000)]
    old, new = file_of(*rows), file_of("# first", *rows[:50_000], *rows[50_001:], "domain:z.com")
    start = perf_counter()
    found = unified(old, new)
    assert perf_counter() - start < 5  # a tenth of that on an idle machine
    assert [x for x in found[2:] if x[0] in "+-"] == [
        "+# first", "-domain:s50000.com", "+domain:z.com"
    ]  # fmt: skip


texts = st.lists(
    st.one_of(st.sampled_from(["", "#", "domain:a.com", "domain:b.com", "+++", "@@ -1 +1 @@"]),
              st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\r\n\0"),
                      max_size=8).map("# {}".format)),
    max_size=12,
)  # fmt: skip


def applied(old: list[str], diff: tuple[str, ...]) -> list[str]:
    """Follow a unified diff, as plainly as possible."""
    out, place = [], 0
    for line in diff[2:]:
        if line.startswith("@@"):
            number, _, many = line.split()[1][1:].partition(",")
            start = int(number) - (many != "0")
            out += old[place:start]
            place = start
        elif line[0] == "+":
            out.append(line[1:])
        else:
            if line[0] == " ":
                out.append(old[place])
            place += 1
    return out + old[place:]


@calm
@given(texts, texts, st.integers(0, 4))
def test_whoever_follows_it_arrives_at_the_new_file(before, after, context):
    old, new = (DisavowFile.parse("".join(f"# {x}\n" for x in part)) for part in (before, after))
    found = unified(old, new, context=context)
    shown = [x.text if x.text.isprintable() else None for x in new.lines]
    result = applied([x.text for x in old.lines], found)
    assert len(result) == len(shown)
    assert all(b is None or a == b for a, b in zip(result, shown, strict=True))
    assert all(line.isprintable() for line in found)
    assert bool(found) is ([x.text for x in old.lines] != [x.text for x in new.lines])
