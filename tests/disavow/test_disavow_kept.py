"""Names that comments keep, as real files write them."""

from __future__ import annotations

import pytest

from spamlinks.disavow import DisavowFile

CASES = [  # comments, kept hosts
    ("# NOT disavowed: superlawyers.com - a directory", {"superlawyers.com": 1}),
    ("# Protected (NOT disavowed): a.com (sister), b.com,\n#   c.co, d.com (real).",
     {"a.com": 1, "b.com": 1, "c.co": 2, "d.com": 2}),
    ("# KEEP (do NOT disavow) \u2014 fine\n#   me.vercel.app   (credit)", {"me.vercel.app": 2}),
    ("# KEEP THESE - Potentially legitimate:\n# x.com - DR 83, real\n\n# y.com", {"x.com": 2}),
    ("# whitelist: www.a.com", {"a.com": 1}),
    ("# allow-list a.com", {"a.com": 1}),
    ("# Don't disavow a.com", {"a.com": 1}),
    # what follows is another subject
    ("# NOT disavowed: a.com\n# Needs a human eye:\n#  b.com", {"a.com": 1}),
    ("# NOT disavowed: a.com\n# domain:b.com", {"a.com": 1}),
    ("# NOT disavowed: a.com\ndomain:b.com\n# c.com", {"a.com": 1}),
    # no such words
    ("# kept adding roughly 3 domains a day: a.com", {}),
    ("# disavowed: a.com", {}),
    ("# domain:a.com", {}),
    ("# Re-uploading REPLACES the list, so keep this as the master copy of a.com", {}),
    # no such names
    ("# not disavowed: mail me@a.com, 1.2.3.4, disavow.txt, e.g. this", {}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "kept"), CASES, ids=[text[:40] for text, _ in CASES])
def test_kept_in_comments(text, kept):
    assert DisavowFile.parse(text).kept_in_comments == kept


def test_a_long_hostile_comment_takes_no_time():
    text = "# not disavowed: " + "a." * 200_000 + "\n# keep" + "-" * 100_000
    assert DisavowFile.parse(text).kept_in_comments == {}
