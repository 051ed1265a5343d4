"""An old disavow file looked at again with today's exports: what each line still does.

Nothing is removed here by itself: that somebody thought a site was spam is evidence, and a model
that finds only a part of all spam is no proof of the contrary.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import polars as pl

from spamlinks.disavow import (
    PROBLEM_TEXT,
    DisavowFile,
    Entry,
    Kind,
    Line,
    Problem,
    Sites,
    read_disavow,
    severity,
)
from spamlinks.disavow.bulk import read_lines
from spamlinks.disavow.fixing import is_repeat, may_prune
from spamlinks.disavow.merging import newline_of, texts_without
from spamlinks.effect import LOOKS_GOOD, at_even_odds, covered_links
from spamlinks.errors import InputError
from spamlinks.pipeline import Audit, Settings, Stage, audit
from spamlinks.policy import Reason, Verdict

__all__ = ["COLUMNS", "Found", "Recheck", "recheck", "without"]

COLUMNS = (
    "line",
    "entry",
    "finding",
    "reason",
    "effect",
    "spam_score",
    "links",
    "followed_links",
    "domains",
)


class Found(StrEnum):
    """What became of a line."""

    GOOD = "looks good now"
    SUFFIX = "whole suffix"
    INVALID = "invalid"
    REDUNDANT = "redundant"
    SILENT = "no longer links"
    KEEP = "keep"


@dataclass(frozen=True)
class Recheck:
    """The outcome: ``lines`` with ``COLUMNS``, one row per line that is or means to be an entry.

    ``effect`` says what taking the line out would do. ``spam_score`` is the worst of the domains
    that the line covers; null where it covers none. ``live`` is the file, ``run`` the facts of the
    audit behind it. ``against_owner`` numbers the lines that disavow the own site, then those that
    disavow what the keep list or a comment spares.
    """

    lines: pl.DataFrame
    live: DisavowFile
    run: dict[str, Any]
    against_owner: tuple[int, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """Number of lines by finding, all findings included."""
        found = dict(self.lines["finding"].value_counts().rows())
        return {item.value: int(found.get(item.value, 0)) for item in Found}

    def counting_again(self, new: DisavowFile) -> tuple[int, int]:
        """Return how many entries of ``live`` no line of ``new`` covers, and how many links.

        A line that another covered counts with its own links when both go.
        """
        gone = {
            line.number: Entry(line.kind, line.value)
            for line in self.live.entries
            if new.covers(line.value) is None
        }
        numbers = pl.Series(sorted(gone), dtype=pl.UInt32)
        rows = self.lines.filter(pl.col("line").is_in(numbers.implode()))
        return len(set(gone.values())), int(rows["links"].sum())


def without(
    live: DisavowFile, names: Sequence[str], *, prune: bool = False
) -> tuple[DisavowFile, list[str]]:
    """Take out entries by name, and on request the redundant ones.

    Parameters
    ----------
    live : stays as it is.
    names : hosts or URLs, as the file names them.
    prune : also the entries that repeat another or that a sound line covers.

    Returns
    -------
    (file, changes): the new document, and the lines that go as a diff shows them (``- line``).

    Raises
    ------
    InputError : a name has no line, or another line still covers it; nothing is removed then.
    """
    new = live.remove(*names) if names else live
    if prune:
        gone = {line.number for line, by in new.redundant() if is_repeat(line, by) or may_prune(by)}
        texts = texts_without(new.lines, gone, "another line covers")
        pairs = zip(new.lines, texts, strict=True)
        end = newline_of(new)
        parts = [(t, x.end if t == x.text else end) for x, block in pairs for t in block]
        new = replace(new, lines=read_lines(parts), sha256="") if gone else new
    left = Counter(line.text for line in new.lines)
    changes = []
    for line in live.lines:
        if left[line.text]:
            left[line.text] -= 1
        else:
            changes.append(f"- {line.text.strip()}")
    return new, changes


def recheck(
    live: Path | DisavowFile,
    exports: Sequence[Path | str],
    settings: Settings | None = None,
    *,
    stage: Stage | None = None,
) -> Recheck:
    """Examine each line of a disavow file with today's exports; nothing is changed.

    Parameters
    ----------
    live : the file that Google holds.
    exports : as for ``audit``.
    settings : as for ``audit``; ``disavow`` is not used.

    Returns
    -------
    Recheck.

    Raises
    ------
    InputError : the file or an export cannot be used, or the exports hold no link: then nothing can
        be said about any line.
    """
    file = live if isinstance(live, DisavowFile) else read_disavow(live)
    settings = replace(settings or Settings(), disavow=None)
    outcome = audit(exports, settings, as_if_new=True, stage=stage)
    if not outcome.links.height:
        raise InputError(
            "recheck", "the exports hold no link", "Without links nothing can be said of a line."
        )
    rows = _Rows(file, outcome)
    lines = [line for line in file.lines if line.is_entry or line.kind is Kind.INVALID]
    table = pl.DataFrame(
        [rows.of(line) for line in lines],
        schema={
            "line": pl.UInt32,
            "entry": pl.String,
            "finding": pl.String,
            "reason": pl.String,
            "effect": pl.String,
            "spam_score": pl.Float64,
            "links": pl.Int64,
            "followed_links": pl.Int64,
            "domains": pl.Int64,
        },
        orient="row",
    )
    first = sorted(rows.against, key=lambda number: (rows.against[number], number))
    return Recheck(table, file, outcome.run, tuple(first))


_Row = tuple[int, str, str, str, str, float | None, int, int | None, int]


class _Rows:
    """What is known of a file and the exports, to judge its lines one by one."""

    def __init__(self, file: DisavowFile, outcome: Audit) -> None:
        self.file = file
        self.prior = float(outcome.run["prior"])
        self.redundant = {line.number: by for line, by in file.redundant()}
        self.own = Sites(outcome.guards.own_hosts)
        keep = outcome.guards.keep
        self.keep = Sites((*keep.domains, *keep.urls))
        self.kept = file.kept_in_comments
        self.kept_sites = Sites(self.kept)
        self.rel = bool({"rel_nofollow", "rel_ugc", "rel_sponsored"} & set(outcome.links.columns))
        facts = outcome.domains.select("linking_domain", "spam_score", "verdict", "reason")
        hits = covered_links(file, outcome.domains, outcome.links)
        joined = hits.join(facts, on="linking_domain", how="left", maintain_order="left")
        joined = joined.with_columns(good=self._good())
        self.hits: dict[int, list[dict[str, Any]]] = {}
        for row in joined.iter_rows(named=True):
            self.hits.setdefault(row["line"], []).append(row)
        self.pages = self._page_scores(outcome)
        self.against: dict[int, int] = {}
        """Lines that their owner does not mean, with their rank: the own site is the first."""

    def _good(self) -> pl.Expr:
        score = at_even_odds(pl.col("spam_score"), self.prior) < LOOKS_GOOD
        shared = pl.col("reason").is_in([Reason.PLATFORM.value, Reason.INSTITUTION.value])
        return (score & (pl.col("verdict") == Verdict.KEEP.value)) | shared

    def _page_scores(self, outcome: Audit) -> dict[int, float]:
        """The worst score of the links on the page of each URL line."""
        urls = [line for line in self.file.entries if line.kind is Kind.URL]
        if not urls:
            return {}
        pages = outcome.links.select("referring_page", "spam_score").with_columns(
            line=self.file.covering(outcome.links["referring_page"])
        )
        numbers = pl.Series([line.number for line in urls], dtype=pl.UInt32)
        near = pages.filter(pl.col("line").is_in(numbers.implode()))
        return dict(near.group_by("line").agg(pl.col("spam_score").max()).rows())

    def of(self, line: Line) -> _Row:
        """The row of one line."""
        entry = Entry(line.kind, line.value)
        text = entry.line if line.is_entry else line.text.strip()
        hits = self.hits.get(line.number, [])
        links = sum(hit["links"] for hit in hits)
        followed = sum(hit["followed_links"] or 0 for hit in hits) if self.rel and hits else None
        scores = [hit["spam_score"] for hit in hits if hit["spam_score"] is not None]
        worst = max(scores, default=None)
        if line.kind is Kind.URL and line.number in self.pages:
            worst = self.pages[line.number]
        found, reason, effect = self._judge(line, hits, worst, links, followed)
        return (
            line.number, text, found.value, reason, effect, worst, links, followed, len(hits),
        )  # fmt: skip

    def _judge(
        self,
        line: Line,
        hits: list[dict[str, Any]],
        worst: float | None,
        links: int,
        followed: int | None,
    ) -> tuple[Found, str, str]:
        again = _again(links, followed)
        if not line.is_entry:
            errors = [p for p in line.problems if severity(p) == "error"]
            code = errors[0] if errors else Problem.UNREADABLE
            reason = f"{code.value}: {PROBLEM_TEXT[code]} See 'spamlinks lint'."
            return Found.INVALID, reason, "none: the line does nothing"
        spared = self._spared(line)
        if spared:
            return Found.GOOD, spared, again
        good = sum(hit["good"] for hit in hits)
        if not {Problem.WHOLE_TLD, Problem.PUBLIC_SUFFIX}.isdisjoint(line.problems):
            effect = f"{again}, {_from_domains(len(hits), good)}" if hits else again
            return Found.SUFFIX, "Many unrelated sites live under this name.", effect
        by = self.redundant.get(line.number)
        if by is not None:
            reason = f"Line {by.number} ({Entry(by.kind, by.value).line}) covers it."
            return Found.REDUNDANT, reason, "none: its links stay disavowed"
        if not hits:
            reason = "No link of these exports falls under it; exports are samples, so it stays."
            return Found.SILENT, reason, "none that these exports show"
        if followed == 0:
            reason = "Every link is nofollow, ugc or sponsored: the entry changes nothing."
            return Found.KEEP, reason, "none: no link of it would count"
        shown = f"score {worst:.2f}" if worst is not None else "no score"
        if line.kind is Kind.URL:
            even = pl.select(at_even_odds(pl.lit(worst or 0.0), self.prior)).item()
            if worst is not None and even < LOOKS_GOOD:
                return Found.GOOD, f"The links on this page look honest ({shown}).", again
            if even > 1 - LOOKS_GOOD:
                return Found.KEEP, f"The links on this page still look bad ({shown}).", again
            return Found.KEEP, f"Not certain enough either way ({shown}).", again
        if good == len(hits):
            return Found.GOOD, _why_good(hits, shown), again
        verdicts = {hit["verdict"] for hit in hits}
        if Verdict.DISAVOW.value in verdicts:
            return Found.KEEP, f"Still certain enough to be disavowed ({shown}).", again
        if Verdict.REVIEW.value in verdicts:
            return Found.KEEP, f"Still looks bad, if not certain ({shown}).", again
        if good:
            reason = f"{good:,} of {len(hits):,} domains under it look good, not all ({shown})."
            return Found.KEEP, reason, again
        return Found.KEEP, f"Not certain enough either way ({shown}).", again

    def _spared(self, line: Line) -> str:
        """Why the line must be taken out whatever the scores say; "" where nothing speaks so."""
        if self.own.hit_by(line) is not None:
            self.against[line.number] = 0
            return "This is your own site, or one that holds it: take it out."
        if self.keep.hit_by(line) is not None:
            self.against[line.number] = 1
            return "Your keep list names this site, or a part of it."
        hit = self.kept_sites.hit_by(line) if line.kind is Kind.DOMAIN else None
        if hit is not None:
            self.against[line.number] = 2
            return f"The comment on line {self.kept[hit]} says that it is not disavowed."
        return ""


def _why_good(hits: list[dict[str, Any]], shown: str) -> str:
    shared = {hit["reason"] for hit in hits}
    if shared == {Reason.PLATFORM.value}:
        return "A platform with many honest users; disavow single URLs of it."
    if shared == {Reason.INSTITUTION.value}:
        return "A school, university or public body; disavow a hacked page by its URL."
    if len(hits) == 1:
        return f"Its links look honest even if half of such entries are spam ({shown})."
    return f"All {len(hits):,} domains under it look honest ({shown} at worst)."


def _again(links: int, followed: int | None) -> str:
    if not links:
        return "none that these exports show"
    said = f" ({followed:,} followed)" if followed is not None else ""
    its = "its 1 link" if links == 1 else f"its {links:,} links"
    return f"{its}{said} would count again"


def _from_domains(many: int, good: int) -> str:
    if many == 1:
        return f"from 1 domain, which {'looks' if good else 'does not look'} good"
    looks = {0: "none of which looks", 1: "1 of which looks"}.get(good, f"{good:,} of which look")
    return f"from {many:,} domains, {looks} good"


def _counted(many: int, noun: str) -> str:
    return f"{many:,} {noun}{'' if many == 1 else 's'}"
