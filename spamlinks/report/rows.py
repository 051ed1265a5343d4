"""The table of domains as JSON for the page's script, within a fixed number of bytes."""

from __future__ import annotations

import json
import math
import re
from typing import Any

import polars as pl

from spamlinks.errors import InputError
from spamlinks.report.charts import SERIES
from spamlinks.report.fetched_words import FETCHED_COLUMNS, fetched_line
from spamlinks.report.text import clean

__all__ = [
    "COLUMNS",
    "MAX_ROWS",
    "domain_rows",
    "payload",
    "tidy_domains",
    "tidy_links",
    "without_guesses",
]

COLUMNS: tuple[str, ...] = (
    "domain", "unit", "verdict", "reason", "score", "links", "followed", "first_seen", "network",
    "why", "evidence", "samples", "cut", "listed", "seen_by", "decided",
)  # fmt: skip
"""Meaning of the places in a row; ``cut`` is 1 where details were left out to save space,
``listed`` whether Search Console knows the domain (null without its export), ``evidence`` pairs
of sentence and effect (above 0 speaks against the domain, null: not stated), ``decided`` what the
user decided (null: nothing)."""

MAX_ROWS = 20_000
DETAIL_BYTES = 2_600_000  # a page of 1,000 domains stays under 5 MB with every text at its longest
WHY_LENGTH = 800
"""Characters of the sentence on top of an opened row; a longer one is cut."""

_SAMPLES = {"DISAVOW": 5, "REVIEW": 5, "KEEP": 2}
_SAMPLE_COLUMNS = (
    "linking_domain", "referring_page", "anchor_text", "target_url", "spam_score", "first_seen",
    "referring_page_title",
)  # fmt: skip

_FETCHED = len(_SAMPLE_COLUMNS) - 1  # from here on in a sample, behind ``linking_domain``

_DOMAIN_TYPES: dict[str, pl.DataType] = {
    "linking_domain": pl.String(), "unit": pl.String(), "verdict": pl.String(),
    "reason": pl.String(), "spam_score": pl.Float64(), "links": pl.Int64(),
    "followed_links": pl.Int64(), "first_seen": pl.Date(), "network": pl.String(),
    "why": pl.String(), "evidence": pl.String(), "in_search_console": pl.Boolean(),
    "seen_by": pl.String(), "decision": pl.String(), "decided_by": pl.String(),
    "decided_on": pl.String(), "decision_note": pl.String(),
}  # fmt: skip
_LINK_TYPES: dict[str, pl.DataType] = {
    "referring_page": pl.String(), "linking_domain": pl.String(), "target_url": pl.String(),
    "anchor_text": pl.String(), "spam_score": pl.Float64(), "first_seen": pl.Date(),
    "referring_page_title": pl.String(),
}  # fmt: skip


def tidy_domains(domains: pl.DataFrame) -> pl.DataFrame:
    """Give the table every column and type the report uses, the most urgent domains first.

    Absent columns become null; a score that is no finite number is null. Order: DISAVOW, REVIEW,
    KEEP, then the higher score, then the name.

    Raises
    ------
    InputError : ``linking_domain`` or ``verdict`` is missing, or a verdict is unknown.
    """
    frame = _typed(domains, _DOMAIN_TYPES, "domains", ("linking_domain", "verdict"))
    strange = frame.filter(~pl.col("verdict").is_in(SERIES) | pl.col("verdict").is_null())
    if not strange.is_empty():
        raise InputError(
            "domains",
            f"verdict {clean(strange['verdict'][0], 40)!r} is none of {', '.join(SERIES)}",
            "Pass the table that audit writes as domains.csv.",
        )
    rank = pl.col("verdict").replace_strict(SERIES, range(len(SERIES)), return_dtype=pl.Int8)
    return frame.sort(
        [rank, pl.col("spam_score"), pl.col("linking_domain")],
        descending=[False, True, False],
        nulls_last=True,
    )


def without_guesses(
    domains: pl.DataFrame, links: pl.DataFrame, known: object = None
) -> pl.DataFrame:
    """Take out the followed links of domains of which no link says whether it is nofollow.

    A verdict takes such links as followed; a reader must not.

    Parameters
    ----------
    domains : as ``tidy_domains`` returns it.
    links : with ``linking_domain``, perhaps ``rel_nofollow``.
    known : False where no export of the run says it.
    """
    if known is False:
        return domains.with_columns(followed_links=pl.lit(None, dtype=pl.Int64))
    if "rel_nofollow" not in links.columns or "linking_domain" not in links.columns:
        return domains
    told = links.filter(pl.col("rel_nofollow").is_not_null())["linking_domain"].unique()
    keep = pl.col("linking_domain").is_in(told.implode())
    return domains.with_columns(pl.when(keep).then("followed_links").alias("followed_links"))


def tidy_links(links: pl.DataFrame) -> pl.DataFrame:
    """Give the link table every column and type the report uses; absent columns become null.

    Raises
    ------
    InputError : ``referring_page`` or ``linking_domain`` is missing.
    """
    fetched = [name for name in FETCHED_COLUMNS if name in links.columns]
    tidy = _typed(links, _LINK_TYPES, "links", ("referring_page", "linking_domain"))
    return tidy.hstack(links.select(fetched)) if fetched else tidy


def _typed(
    frame: pl.DataFrame, types: dict[str, pl.DataType], source: str, required: tuple[str, ...]
) -> pl.DataFrame:
    missing = [name for name in required if name not in frame.columns]
    if missing:
        raise InputError(source, f"missing columns {missing}", "Pass the tables that audit writes.")
    columns = []
    for name, dtype in types.items():
        if name not in frame.columns:
            columns.append(pl.lit(None, dtype=dtype).alias(name))
        elif dtype == pl.Date() and frame.schema[name] == pl.String():
            columns.append(pl.col(name).str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False))
        else:
            columns.append(pl.col(name).cast(dtype, strict=False))
    out = frame.select(columns)
    score = pl.col("spam_score")
    return out.with_columns(pl.when(score.is_finite()).then(score).alias("spam_score"))


def domain_rows(domains: pl.DataFrame, links: pl.DataFrame, taken: int = 0) -> list[list[Any]]:
    """Build one row per domain, in order, with up to five sample links (two of kept domains).

    Parameters
    ----------
    domains, links : as ``tidy_domains`` and ``tidy_links`` return them.
    taken : bytes that other parts of the page have used of what details may take.

    Returns
    -------
    Lists in the order of ``COLUMNS``, at most ``MAX_ROWS``; every text is clean and short. Once
    the details of earlier rows have used their share of bytes, later ones have none and ``cut``
    is 1.
    """
    shown = domains.head(MAX_ROWS)
    samples = _samples(links, shown["linking_domain"])
    left = max(DETAIL_BYTES - taken, 0)
    rows: list[list[Any]] = []
    for row in shown.iter_rows(named=True):
        evidence: list[list[Any]] = []
        found: list[list[Any]] = []
        why = clean(row["why"], WHY_LENGTH if left else 120)
        if left:
            evidence = _evidence(row["evidence"], why)
            raw = samples.get(row["linking_domain"], [])[: _SAMPLES[row["verdict"]]]
            found = [_sample(*link) for link in raw]
            spent = _size([why[320:]]) + sum(map(_size, (*evidence, *found)))
            if spent > left:
                evidence, found, left = [], [], 0
                why = clean(row["why"], 120)
            else:
                left -= spent
        rows.append([
            clean(row["linking_domain"], 300), clean(row["unit"], 12), row["verdict"],
            clean(row["reason"], 60), _rounded(row["spam_score"]), row["links"],
            row["followed_links"], _day(row["first_seen"]), clean(row["network"], 80) or None,
            why, evidence, found, int(not left), row["in_search_console"],
            clean(row["seen_by"], 120) or None, _decided(row),
        ])  # fmt: skip
    return rows


_EFFECT = re.compile(r"\s*\(([+-]\d{1,4}(?:\.\d{1,4})?)\)$")


def _evidence(said: str | None, why: str) -> list[list[Any]]:
    """Pairs of sentence and effect, the order kept; the effect is read before a text is cut."""
    found: list[list[Any]] = []
    for part in (said or "")[:20_000].split(" | "):
        size = _EFFECT.search(part[-40:].rstrip())
        bare = part.rstrip()[: -len(size[0])] if size else part
        text = clean(bare, 240)
        if text and (size or text != why):  # whose side it is on is not said by ``why``
            found.append([text, float(size[1]) if size else None])
    return found[:12]


def _decided(row: dict[str, Any]) -> str | None:
    """Say what the user decided: "KEEP, by Ann on 2026-11-25: client of ours"; None: nothing."""
    what, who = clean(row["decision"], 20), clean(row["decided_by"], 40)
    when, note = clean(row["decided_on"], 20), clean(row["decision_note"], 120)
    if not what:
        return None
    by = ", " * bool(who or when) + " ".join(
        text for text in (f"by {who}" if who else "", f"on {when}" if when else "") if text
    )
    return f"{what}{by}: {note}" if note else what + by


def _size(values: list[Any]) -> int:
    """Bytes that values take in the page, and a little more."""
    return sum(len(v.encode()) if isinstance(v, str) else 8 for v in values) + 4 * len(values)


def _samples(links: pl.DataFrame, wanted: pl.Series) -> dict[str, list[tuple[Any, ...]]]:
    """Return the links with the highest scores of each domain, as the table has them."""
    # Row numbers are sorted, not rows: one anchor may be 100 kB, and a table may have millions.
    best = (
        links.lazy()
        .select("linking_domain", "spam_score")
        .with_row_index("at")
        .filter(pl.col("linking_domain").is_in(wanted.implode()))
        .sort("spam_score", descending=True, nulls_last=True, maintain_order=True)
        .group_by("linking_domain", maintain_order=True)
        .agg(pl.col("at").head(max(_SAMPLES.values())))
        .collect()
    )
    fetched = [name for name in FETCHED_COLUMNS if name in links.columns]
    rows = links.select(*_SAMPLE_COLUMNS, *fetched)[best["at"].explode()].with_columns(
        pl.col("referring_page", "anchor_text", "target_url", "referring_page_title").str.slice(
            0, 1000
        )
    )
    found: dict[str, list[tuple[Any, ...]]] = {name: [] for name in best["linking_domain"]}
    for name, *link in rows.iter_rows():
        said = fetched_line(dict(zip(fetched, link[_FETCHED:], strict=True)))
        found[name].append((*link[:_FETCHED], said))
    return found


def _sample(
    page: str | None,
    anchor: str | None,
    target: str | None,
    score: float | None,
    day: object,
    title: str | None,
    fetched: str = "",
) -> list[Any]:
    """One link; title and what fetching found only where there is any: most exports have none."""
    shown = clean(title, 100)
    return [
        clean(page, 180),
        None if anchor is None else clean(anchor, 120),
        None if target is None else clean(target, 140),
        _rounded(score),
        _day(day),
        *([shown] if shown or fetched else []),
        *([fetched] if fetched else []),
    ]


def _rounded(score: float | None) -> float | None:
    return None if score is None or not math.isfinite(score) else round(score, 4)


def _day(value: object) -> str | None:
    return None if value is None else str(value)


def payload(rows: list[list[Any]]) -> str:
    """Write rows as JSON that cannot end the script element it stands in.

    ``<``, ``>`` and ``&`` are written as escapes, so that neither ``</script>`` nor ``<!--`` can
    appear; so are U+2028 and U+2029. Source: HTML Standard, restrictions for script contents.

    >>> payload([["</script><!--"]]).endswith(r'[["\\u003c/script\\u003e\\u003c!--"]]}')
    True
    """
    text = json.dumps(
        {"columns": COLUMNS, "rows": rows},
        ensure_ascii=False, allow_nan=False, separators=(",", ":"),
    )  # fmt: skip
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text
