"""Decisions held against a table of verdicts that an audit wrote."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from spamlinks.decided.decision_list import DECISION_COLUMNS, DecisionList
from spamlinks.errors import InputError
from spamlinks.exports.cells import printable
from spamlinks.policy import Decision, Reason, Verdict, decided_name
from spamlinks.tables import plain_text

__all__ = ["refuse_split", "settle"]


def settle(domains: pl.DataFrame, decisions: DecisionList) -> pl.DataFrame:
    """Let decisions settle the verdicts of a table, as an audit with them would.

    Parameters
    ----------
    domains : linking_domain, verdict and reason, perhaps ``DECISION_COLUMNS``.

    Returns
    -------
    DataFrame with ``DECISION_COLUMNS`` at the end, those of a row without a decision as they were.
    The reason becomes DECIDED, but the own site keeps its reason, and so does what a live file
    covers and was decided DISAVOW.

    Raises
    ------
    InputError : a site that the audit's keep list keeps is decided DISAVOW.
    """
    rows = domains.with_columns(
        pl.lit(None, dtype=pl.Date if name == "decided_on" else pl.String).alias(name)
        for name in DECISION_COLUMNS
        if name not in domains.columns
    )
    at, out = [], []
    for place, (text, reason) in enumerate(rows.select("linking_domain", "reason").iter_rows()):
        decision = decisions.by_name.get(text) or _spelled(text, decisions.by_name)
        if decision is None:
            continue
        if decision.verdict == Verdict.DISAVOW and reason == Reason.KEEP_LIST.value:
            raise InputError(
                decisions.source,
                f"{printable(text, 80)} is decided DISAVOW, and your keep list keeps it or a part",
                "Decide which it is; to disavow it, take it off the list and run the audit again.",
            )
        verdict = decision.verdict.value
        stays = reason == Reason.OWN_SITE.value or (
            reason == Reason.IN_LIVE_FILE.value and decision.verdict == Verdict.DISAVOW
        )
        at.append(place)
        out.append(
            (
                verdict,
                reason if stays else Reason.DECIDED.value,
                *(verdict, decision.by, decision.on, decision.note),
            )
        )
    if not at:
        return rows
    names = ("verdict", "reason", *DECISION_COLUMNS)
    schema = {name: pl.Date if name == "decided_on" else pl.String for name in names}
    found = pl.DataFrame(out, schema=schema, orient="row").with_columns(
        _at=pl.Series(at, dtype=pl.UInt32)
    )
    joined = rows.with_row_index("_at").join(found, on="_at", how="left", suffix="_new")
    here = pl.col("verdict_new").is_not_null()
    new = [pl.when(here).then(f"{name}_new").otherwise(name).alias(name) for name in names]
    return joined.sort("_at").with_columns(new).select(rows.columns)


def _spelled(text: str, by_name: Mapping[str, Decision]) -> Decision | None:
    """The decision on a cell that somebody spelled otherwise: an upper case letter, a URL."""
    if text.islower() and "/" not in text and "'" not in text and text.isascii():
        return by_name.get(text.removeprefix("www."))
    return by_name.get(decided_name(plain_text(text)))


def refuse_split(first: DecisionList, second: DecisionList) -> None:
    """Raise InputError where two files decide one site in two ways."""
    for name in first.by_name.keys() & second.by_name.keys():
        one, two = first.by_name[name], second.by_name[name]
        if one.verdict != two.verdict:
            raise InputError(
                first.source,
                f"{printable(name, 80)} is decided {one.verdict} in row {one.row}, and "
                f"{two.verdict} in row {two.row} of {second.source}",
                "Decide which it is.",
            )
