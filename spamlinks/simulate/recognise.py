"""Telling generated links from real ones, so that no figure is ever taken from made-up rows.

Nothing in an export may say where it came from: the columns are a vendor's. What is left are the
pages themselves, whose addresses are made of one short list of words.
"""

from __future__ import annotations

import re
from functools import cache

import polars as pl

from spamlinks.simulate.words import topic_words
from spamlinks.urls import authority_expr

__all__ = ["generated_files", "reserved_target"]

MIN_PAGES = 3
"""Fewer addresses that are made of words say too little."""

MADE_SHARE = 0.7
"""A file of which more of these addresses are made of the generator's words is generated."""

# Names that nobody can register (RFC 2606 and 6761).
_RESERVED = r"(?i)(?:\.(?:example|invalid|test|localhost)|(?:^|\.)example\.(?:com|net|org))$"


def reserved_target(backlinks: pl.DataFrame) -> pl.Series:
    """Whether each link goes to a site under a name that is reserved for examples: Boolean (n,)."""
    if "target_url" not in backlinks.columns:
        return pl.repeat(False, backlinks.height, dtype=pl.Boolean, eager=True)
    hosts = backlinks.select(authority_expr("target_url").alias("host"))["host"]
    return hosts.str.replace(r":\d+$", "").str.contains(_RESERVED).fill_null(value=False)


def generated_files(backlinks: pl.DataFrame) -> dict[str, str]:
    """Find the exports whose rows are made up.

    Parameters
    ----------
    backlinks : links with ``referring_page``; ``export_file``, ``vendor`` and ``target_url`` where
        they are known.

    Returns
    -------
    By name of the file why it is taken for made up: the vendor is "simulated", its links go to a
    reserved name, or its pages have the addresses of ``spamlinks simulate``. Files that look real
    are absent; without ``export_file`` all rows are one file named "".
    """
    names = backlinks.columns
    slug, made = _patterns()
    table = backlinks.select(
        file=pl.col("export_file") if "export_file" in names else pl.lit(""),
        simulated=pl.col("vendor") == "simulated" if "vendor" in names else pl.lit(value=False),
        slug=pl.col("referring_page").str.contains(slug),
        made=pl.col("referring_page").str.contains(made),
    ).with_columns(reserved=reserved_target(backlinks))
    found = table.group_by("file", maintain_order=True).agg(
        pl.col("simulated").fill_null(value=False).any(),
        pl.col("reserved").mean(),
        pl.col("slug").sum(),
        (pl.col("made") & pl.col("slug")).sum().alias("made"),
    )
    why = {}
    for row in found.iter_rows(named=True):
        if row["simulated"]:
            why[row["file"]] = "its vendor is 'simulated'"
        elif row["reserved"] > 0.5:
            why[row["file"]] = "its links go to a name that is reserved for examples"
        elif row["slug"] >= MIN_PAGES and row["made"] > MADE_SHARE * row["slug"]:
            why[row["file"]] = "its pages have the addresses that 'spamlinks simulate' makes up"
    return why


@cache
def _patterns() -> tuple[str, str]:
    """Addresses with two or more hyphenated words, and those made of the generator's words."""
    word = "(?:" + "|".join(re.escape(text) for text in sorted(topic_words())) + ")"
    end = r"(?:-list)?(?:\.html|\.\d+)?(?:/[0-9]*)?$"
    return rf"/[^/?#-]+(?:-[^/?#-]+)+{end}", rf"/{word}(?:-{word})+{end}"
