"""What a person can do about a record that was rejected: one sentence for each reason."""

from __future__ import annotations

import polars as pl

from spamlinks.exports.site import LINKS_ELSEWHERE, NO_TARGET

__all__ = ["ADVICE", "BEGINNINGS", "OTHERWISE", "with_advice"]

_LOOK_UP = "Look the page up in the tool that made the export, and add its address if it links."
_NO_SITE = "Nothing to do: what stands here is no web site that could be disavowed."

ADVICE: dict[str, str] = {
    "no referring page": _LOOK_UP,
    "control character in the URL": _LOOK_UP,
    "a repeated header line": "Nothing to do: exports were put together in one file.",
    "comment": "Nothing to do: the line is a comment.",
    "a quote is never closed": "Export the file again, unchanged by a spreadsheet or an editor.",
    "a quote is never closed, or a cell is too long": "Export the file again, unchanged by a "
    "spreadsheet or an editor.",
    "it is no record": "Nothing to do: a value without names holds no link.",
    "the record is empty": "Nothing to do: it holds nothing.",
    "not an http(s) URL": _NO_SITE,
    "no host": "Write the whole address, such as https://spam.example/page.",
    "bad IP address": "Check the address: the numbers are no IP address.",
    "bad port": "Check the address: what follows the colon is no port.",
    "host is not a valid international name": "Check the spelling of the host, or look the page up "
    "in the tool that made the export.",
    "host is longer than 253 characters": _NO_SITE,
    "host has characters that no host name can have": "Check the spelling of the host, or look the "
    "page up in the tool that made the export.",
    "host has no public suffix": "Write the whole host, such as spam.example.",
    "host is a public suffix, not a site": "Name the site itself: an entry for this ending would "
    "hit everybody below it.",
    LINKS_ELSEWHERE: "Nothing to do: this link does not concern your site.",
    NO_TARGET: "Export it again with the column of the link's target, if it should count.",
}
"""Advice by reason."""

BEGINNINGS: dict[str, tuple[str, str]] = {
    "the record has ": (
        "wrong number of cells",
        "Export the file again; if it was edited, put text with separators into quotes.",
    ),
    "the line ": ("unreadable line", "Export the file again, unchanged by an editor."),
}
"""Reasons that go on with numbers of their own, by how they begin: a short name, and advice."""

OTHERWISE = "Look at the record in the file, and export it again if it should count."


def with_advice(rejected: pl.DataFrame) -> pl.DataFrame:
    """Add the column ``advice`` before ``text``; what is said depends on ``reason`` only.

    Parameters
    ----------
    rejected : with columns file, record, reason, text.
    """
    reason = pl.col("reason")
    said = reason.replace_strict(ADVICE, default=OTHERWISE, return_dtype=pl.String)
    for begin, (_name, advice) in BEGINNINGS.items():
        said = pl.when(reason.str.starts_with(begin)).then(pl.lit(advice)).otherwise(said)
    return rejected.select("file", "record", "reason", said.alias("advice"), "text")
