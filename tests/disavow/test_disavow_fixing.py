"""Repairs: nothing is lost, nothing is disavowed that was not meant, twice is once."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spamlinks.disavow import DisavowFile, Kind, lint, repair

calm = settings(deadline=None)

SAFE = [  # before, after
    ("domain:a.com\n", "domain:a.com\n"),
    ("Domain: A.com \n", "domain:a.com\n"),
    ("domain:a.com # paid\n", "# paid\ndomain:a.com\n"),
    ('"domain:a.com"\n', "domain:a.com\n"),
    ("  # note\n", "# note\n"),
    ("domain:https://a.com\n", "domain:a.com\n"),
    ("domain:*.a.com\n", "domain:a.com\n"),
    ("domain:.a.com\n", "domain:a.com\n"),
    ("domain:a.com.\n", "domain:a.com\n"),
    ("domain:a.com domain:b.com\n", "domain:a.com\ndomain:b.com\n"),
    ("domain:bücher.com\n", "# bücher.com\ndomain:xn--bcher-kva.com\n"),
    ("\u200b\ndomain:a.com\n", "\ndomain:a.com\n"),
    ("domain:a.com\r\ndomain:b.com\n", "domain:a.com\ndomain:b.com\n"),
    ("domain:a.com\r\n#\r\ndomain:b.com\n", "domain:a.com\r\n#\r\ndomain:b.com\r\n"),
    ("domain:a.com\rdomain:b.com", "domain:a.com\ndomain:b.com\n"),
    ("\ufeffdomain:a.com\n", "domain:a.com\n"),
    # a repeat goes, its comment stays and does not come to describe another entry
    ("domain:a.com\nDomain:A.com\n", "domain:a.com\n"),
    ("domain:a.com\n# again\ndomain:a.com\n", "domain:a.com\n# again\n"),
    ("domain:a.com\n# mine\ndomain:a.com\ndomain:b.com\n", "domain:a.com\n# mine\ndomain:b.com\n"),
    (
        "domain:a.com\n# 2026-01-02 score 0.97, 1 link\ndomain:a.com\n# x\ndomain:b.com\n",
        "domain:a.com\n# 2026-01-02 score 0.97, 1 link\n# (above: a.com, which another line covers)"
        "\n# x\ndomain:b.com\n",
    ),
    ("domain:a.com\ndomain:a.com # why\n", "domain:a.com\n# why\n"),
    # what needs a guess, or another line to stand for it, stays
    ("spam.com\n", "spam.com\n"),
    ("domain:a.com/dir\n", "domain:a.com/dir\n"),
    ("domain:www.a.com\n", "domain:www.a.com\n"),
    ("http://a.com/\n", "http://a.com/\n"),
    ("domain:a.com\ndomain:b.a.com\n", "domain:a.com\ndomain:b.a.com\n"),
    ("http://a.com/x http://b.com/y\n", "http://a.com/x http://b.com/y\n"),
    ("nonsense here\n# ok\n", "nonsense here\n# ok\n"),
    ("https://x.com/p#frag\n", "https://x.com/p#frag\n"),
]


@pytest.mark.parametrize(("before", "after"), SAFE)
def test_safe_repairs(before, after):
    assert repair(DisavowFile.parse(before)).file.render().decode() == after


UNSAFE = [
    ("spam.com\n", "domain:spam.com\n"),
    ("domain:a.com/dir\n", "domain:a.com\n"),
    ("domain:a.com:80\n", "domain:a.com\n"),
    ("a.com/x\n", "http://a.com/x\n"),
    ("url:http://a.com/x\n", "http://a.com/x\n"),
    ("domain:www.a.co.uk\n", "domain:a.co.uk\n"),
    ("domain:https://www.a.com/x\n", "domain:a.com\n"),
    ("http://www.a.com/\n", "domain:a.com\n"),
    ("domain:abfallkÃ¼hler.de\n", "domain:xn--abfallkhler-zhb.de\n"),
    ("http://a.com/x http://b.com/y\n", "http://a.com/x\nhttp://b.com/y\n"),
    # never onto what nobody should disavow
    ("domain:www.google.com\n", "domain:www.google.com\n"),
    ("http://blogspot.com/\n", "http://blogspot.com/\n"),
    ("http://1.2.3.4/\n", "http://1.2.3.4/\n"),
    ("domain:xyz\n", "domain:xyz\n"),
]


@pytest.mark.parametrize(("before", "after"), UNSAFE)
def test_unsafe_repairs(before, after):
    assert repair(DisavowFile.parse(before), unsafe=True).file.render().decode() == after


@pytest.mark.parametrize("line", ["www.shop.com", "domain:www.shop.com", "http://shop.com/"])
def test_no_guess_hits_the_own_site(line):
    file = DisavowFile.parse(f"{line}\n")
    assert repair(file, unsafe=True, spare=["shop.com"]).file is file


@pytest.mark.parametrize("line", ["domain:*.shop.com", "domain:.shop.com", "10.0.0.7"])
def test_no_repair_newly_hits_what_is_spared(line):
    file = DisavowFile.parse(f"domain:ok.com\n{line}\n")
    assert repair(file, unsafe=True, spare=["shop.com", "10.0.0.7"]).file is file


def test_a_platform_is_not_disavowed_by_a_safe_repair():
    file = DisavowFile.parse("domain:ok.com\ndomain:*.facebook.com\n")
    assert repair(file).file is file


def test_a_second_byte_order_mark_goes_as_well():
    file = DisavowFile.parse(b"\xef\xbb\xbf\xef\xbb\xbffoo bar\ndomain:x.com\n")
    once = repair(file).file
    assert not once.render().startswith(b"\xef\xbb\xbf")
    assert repair(DisavowFile.parse(once.render())).file.render() == once.render()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("domain:b.a.com\ndomain:a.com\nhttp://a.com/x\n", "domain:a.com\n"),
        (
            "domain:store\ndomain:a.store\n",
            "domain:store\ndomain:a.store\n",
        ),  # an error stands above
        ("# why\ndomain:b.a.com\n\ndomain:a.com\n", "# why\n\ndomain:a.com\n"),
    ],
)
def test_pruning(before, after):
    assert repair(DisavowFile.parse(before), prune=True).file.render().decode() == after


def test_a_file_without_faults_is_the_same_document():
    file = DisavowFile.parse("# note\r\ndomain:a.com\r\n")
    done = repair(file, unsafe=True, prune=True)
    assert done.file is file
    assert not done.changes
    assert done.diff() == ""


def test_utf16_is_written_as_utf8():
    done = repair(DisavowFile.parse("domain:a.com\n".encode("utf-16")))
    assert done.file.render() == b"domain:a.com\n"
    assert [code.value for code in done.notes] == ["UTF16"]


def test_the_diff_shows_every_changed_line_with_its_number():
    file = DisavowFile.parse("domain:ok.com\nDomain:a.com # x\ndomain:ok.com\n")
    assert repair(file).diff() == (
        "@@ line 2 @@\n-Domain:a.com # x\n+# x\n+domain:a.com\n@@ line 3 @@\n-domain:ok.com\n"
    )


def test_normalised():
    file = DisavowFile.parse("Domain: B.com\r\n# x\r\nhttp://b.com/y\r\ndomain:b.com")
    assert file.normalised().render() == b"domain:b.com\r\n# x\r\nhttp://b.com/y\r\n"
    assert file.normalised(prune=True).render() == b"domain:b.com\r\n# x\r\n"


# Properties

hosts = st.sampled_from(
    ["a.com", "b.a.com", "www.a.com", "A.COM", "bü.com", "blogspot.com", "me.blogspot.com", "xyz",
     "1.2.3.4", "google.com", "c.netcheap", "*.a.com", ".a.com", "a.com.", "a.com/x", "a.com:80"]
)  # fmt: skip
shapes = st.sampled_from(
    ["domain:{}", "Domain: {}", "{}", "http://{}", "https://{}/p q", "# {}", "  # {}",
     '"domain:{}"',
     "domain:{} # why", "domain:{} domain:z.com", "domain:http://{}", "", "\u200b", "url:http://{}/a",
     "# not disavowed: {}", "junk {}", "domain:{}\t"]
)  # fmt: skip
ends = st.sampled_from(["\n", "\r\n", "\r"])
lines = st.builds(lambda shape, host, end: shape.format(host) + end, shapes, hosts, ends)
texts = st.lists(lines, max_size=8).map("".join)
flags = st.booleans()


def parsed(text: str) -> DisavowFile:
    return DisavowFile.parse("# mine\n" + text)


@calm
@given(texts, flags, flags)
def test_twice_is_once(text, unsafe, prune):
    once = repair(parsed(text), unsafe=unsafe, prune=prune).file
    again = repair(once, unsafe=unsafe, prune=prune)
    assert again.file is once
    assert DisavowFile.parse(once.render()).render() == once.render()


@calm
@given(texts, flags, flags)
def test_what_was_disavowed_still_is(text, unsafe, prune):
    before = parsed(text)
    after = repair(before, unsafe=unsafe, prune=prune).file
    for line in before.entries:
        assert after.covers(line.value) is not None


@calm
@given(texts)
def test_a_safe_repair_of_sound_entries_disavows_nothing_new(text):
    whole = parsed(text).lines
    before = DisavowFile(tuple(line for line in whole if line.kind is not Kind.INVALID))
    for line in repair(before).file.entries:
        assert before.covers(line.value) is not None


@calm
@given(texts, flags, flags)
def test_no_comment_is_lost(text, unsafe, prune):
    before = parsed(text)
    after = repair(before, unsafe=unsafe, prune=prune).file.render().decode()
    for line in before.lines:
        if line.kind is Kind.COMMENT:
            assert line.text.strip().strip('"') in after


@calm
@given(texts)
def test_after_a_safe_repair_no_safe_repair_is_offered(text):
    report = lint(repair(parsed(text)).file)
    assert report.fixable["safe"] == 0


@calm
@given(texts, flags, flags)
def test_the_diff_rebuilds_the_file(text, unsafe, prune):
    before = parsed(text)
    done = repair(before, unsafe=unsafe, prune=prune)
    changed = {line.number: texts for line, texts in done.changes}
    rebuilt = [t for line in before.lines for t in changed.get(line.number, (line.text,))]
    assert rebuilt == [line.text for line in done.file.lines]
