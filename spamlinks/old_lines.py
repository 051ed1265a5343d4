"""What single lines of an old disavow file still do, held against the links of today's exports."""

from __future__ import annotations

from enum import StrEnum
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
    read_line,
    severity,
)
from spamlinks.disavow.fixing import base_fix, is_repeat, may_prune
from spamlinks.effect import covered_links
from spamlinks.guards import is_institution, is_platform
from spamlinks.looks_good import LOOKS_GOOD, at_even_odds, good_score, good_site, shared_site
from spamlinks.model.views import VIEW_TEXT
from spamlinks.pipeline import Audit
from spamlinks.policy import Reason, Verdict
from spamlinks.urls import linking_domain

__all__ = ["COLUMNS", "SCHEMA", "Found", "OldLines"]

SCHEMA: dict[str, Any] = {
    "line": pl.UInt32,
    "entry": pl.String,
    "finding": pl.String,
    "reason": pl.String,
    "effect": pl.String,
    "spam_score": pl.Float64,
    "links": pl.Int64,
    "followed_links": pl.Int64,
    "domains": pl.Int64,
}
COLUMNS = tuple(SCHEMA)
"""Columns of ``Recheck.lines``."""


class Found(StrEnum):
    """What became of a line."""

    GOOD = "looks good now"
    SUFFIX = "whole suffix"
    INVALID = "invalid"
    REDUNDANT = "redundant"
    SILENT = "no longer links"
    KEEP = "keep"


Row = tuple[int, str, str, str, str, float | None, int, int | None, int]


class OldLines:
    """What is known of a file and the exports, to judge its lines one by one."""

    def __init__(self, file: DisavowFile, outcome: Audit, prior: float) -> None:
        self.file = file
        self.prior = prior
        self.bare = outcome.run.get("view") == VIEW_TEXT["urls"]
        self.redundant = {line.number: by for line, by in file.redundant()}
        self.own = Sites(outcome.guards.own_hosts)
        keep = outcome.guards.keep
        self.keep = Sites((*keep.domains, *keep.urls))
        self.kept = file.kept_in_comments
        self.kept_sites = Sites(self.kept)
        self.rel = bool({"rel_nofollow", "rel_ugc", "rel_sponsored"} & set(outcome.links.columns))
        self.parts = self._parts(outcome)
        self.hits: dict[int, list[dict[str, Any]]] = {}
        for row in self._covered(outcome).iter_rows(named=True):
            self.hits.setdefault(row["line"], []).append(row)

    def _covered(self, outcome: Audit) -> pl.DataFrame:
        """What each line covers of each domain, what is known of it, and whether it looks good."""
        facts = outcome.domains.select("linking_domain", "spam_score", "verdict", "reason")
        hits = covered_links(self.file, outcome.domains, outcome.links)
        joined = hits.join(facts, on="linking_domain", how="left", maintain_order="left")
        hosts = {line.number: Entry(line.kind, line.value).host for line in self.file.entries}
        part, site = pl.col("_host"), pl.col("linking_domain")
        joined = joined.with_columns(
            pl.Series("_host", [hosts[number] for number in joined["line"]], dtype=pl.String)
        ).with_columns(
            _host=pl.when(part.str.ends_with(pl.lit(".") + site)).then(part).otherwise(site)
        )
        shared = shared_site(joined["_host"])
        return joined.drop("_host").with_columns(
            good=good_site(self.prior) | shared,
            shared=shared,
            on_shared=shared_site(joined["linking_domain"]),
        )

    def _parts(self, outcome: Audit) -> dict[int, tuple[float, bool]]:
        """Of each line that names a page or a part of a site: the worst score of its own links, and
        whether it looks good. The rest of a shared site says nothing about that part.
        """
        parts = [
            line.number
            for line in self.file.entries
            if line.kind is Kind.URL or (linking_domain(line.value) or line.value) != line.value
        ]
        if not parts:
            return {}
        pages = outcome.links.select("referring_page", "spam_score").with_columns(
            line=self.file.covering(outcome.links["referring_page"])
        )
        near = pages.filter(pl.col("line").is_in(pl.Series(parts, dtype=pl.UInt32).implode()))
        worst = near.group_by("line").agg(pl.col("spam_score").max())
        worst = worst.with_columns(good=good_score(pl.col("spam_score"), self.prior))
        return {line: (score, good) for line, score, good in worst.rows()}

    def of(self, line: Line) -> Row:
        """The row of one line."""
        text = Entry(line.kind, line.value).line if line.is_entry else line.text.strip()
        hits = self.hits.get(line.number, [])
        links = sum(hit["links"] for hit in hits)
        followed = sum(hit["followed_links"] or 0 for hit in hits) if self.rel and hits else None
        scores = [hit["spam_score"] for hit in hits if hit["spam_score"] is not None]
        worst = max(scores, default=None)
        if line.number in self.parts:
            worst = self.parts[line.number][0]
        again = _again(links, followed)
        found, reason = self._judge(line, hits, followed)
        by = self.redundant.get(line.number)
        if found is Found.INVALID:
            effect = "none: the line does nothing"
        elif by is not None:
            effect = f"none: its links stay disavowed by line {by.number:,}"
        elif found is Found.SUFFIX and hits:
            good = sum(hit["good"] for hit in hits)
            effect = f"{again}, {_from_domains(len(hits), good)}"
        elif found is Found.KEEP and followed == 0:
            effect = "none: no link of it would count"
        else:
            effect = again
        return (
            line.number, text, found.value, reason, effect, worst, links, followed, len(hits),
        )  # fmt: skip

    def _judge(
        self, line: Line, hits: list[dict[str, Any]], followed: int | None
    ) -> tuple[Found, str]:
        if not line.is_entry:
            return Found.INVALID, self._wrong(line)
        spared = self.spared(line)
        if not {Problem.WHOLE_TLD, Problem.PUBLIC_SUFFIX}.isdisjoint(line.problems):
            many = "Many unrelated sites live under this name."
            return Found.SUFFIX, spared[1] if spared else many
        if spared:
            return Found.GOOD, spared[1]
        by = self.redundant.get(line.number)
        if by is not None:
            how = "says the same" if is_repeat(line, by) else "covers it"
            if not (is_repeat(line, by) or may_prune(by)):
                how += ", with more than it should: --prune leaves this one, should that one go"
            return Found.REDUNDANT, f"Line {by.number} ({Entry(by.kind, by.value).line}) {how}."
        if not hits:
            reason = "No link of these exports falls under it; exports are samples, so it stays."
            return Found.SILENT, reason
        if followed == 0:
            return (
                Found.KEEP,
                "Every link is nofollow, ugc or sponsored: the entry changes nothing.",
            )
        good = sum(hit["good"] for hit in hits)
        is_page = line.kind is Kind.URL
        if is_page or (line.number in self.parts and not all(hit["shared"] for hit in hits)):
            return self._judge_part(line, hits)
        if good == len(hits):
            return Found.GOOD, self._why_good(line, hits)
        return Found.KEEP, _why_kept(hits, good)

    def _judge_part(self, line: Line, hits: list[dict[str, Any]]) -> tuple[Found, str]:
        """Judge a page or a part of a site by its own links."""
        is_page = line.kind is Kind.URL
        what = "on this page" if is_page else "of this part of the site"
        spared = all(hit["verdict"] == Verdict.KEEP.value or hit["on_shared"] for hit in hits)
        if spared and self.parts.get(line.number, (1.0, False))[1]:
            return (
                Found.GOOD,
                f"The links {what} look honest even if half of such entries are spam.",
            )
        score = self.parts.get(line.number, (0.0, False))[0]
        if pl.select(at_even_odds(pl.lit(score), self.prior)).item() > 1 - LOOKS_GOOD:
            return Found.KEEP, f"The links {what} still look bad."
        return Found.KEEP, f"Not certain enough either way, by the links {what}."

    def _wrong(self, line: Line) -> str:
        """What is wrong with a line that is no entry, and how it is mended."""
        errors = [p for p in line.problems if severity(p) == "error"]
        code = errors[0] if errors else Problem.UNREADABLE
        said = f"{code.value}: {PROBLEM_TEXT[code]}"
        fix = base_fix(line)
        meant = [self.spared(read_line(text)) for text in fix.lines] if fix is not None else []
        wrong = next(filter(None, meant), None)
        if wrong is not None:
            return f"{said} Do not mend it. {wrong[1]}"
        if fix is None:
            return f"{said} Correct or delete it by hand; 'spamlinks lint FILE' shows the place."
        if fix.kind == "safe":
            return f"{said} 'spamlinks lint FILE --fix' mends it."
        return f"{said} 'spamlinks lint FILE --fix --unsafe' guesses what was meant."

    def spared(self, line: Line) -> tuple[int, str] | None:
        """Why the line should go whatever the scores say, with its rank: the own site is first."""
        if not line.is_entry:
            return None
        if self.own.hit_by(line) is not None:
            return 0, "This is your own site, or one that holds it: take it out."
        if self.keep.hit_by(line) is not None:
            return 1, "Your keep list names this site, or a part of it."
        hit = self.kept_sites.hit_by(line) if line.kind is Kind.DOMAIN else None
        # A platform that is kept as a whole does not keep each of its users.
        whole = hit is not None and (len(line.value) <= len(hit) or not is_platform(hit))
        if hit is not None and whole and linking_domain(line.value) == linking_domain(hit):
            return 2, f"The comment on line {self.kept[hit]} says that it is not disavowed."
        return None

    def _why_good(self, line: Line, hits: list[dict[str, Any]]) -> str:
        if all(hit["shared"] for hit in hits):
            if is_institution(line.value):
                return "A school, university or public body; disavow a hacked page by its URL."
            return "A platform with many honest users; disavow single URLs of it."
        what = "address looks" if self.bare else "links look"
        if len(hits) == 1:
            return f"Its {what} honest{_EVEN_SO}."
        what = "have honest addresses" if self.bare else "look honest"
        return f"All {len(hits):,} domains under it {what}{_EVEN_SO}."


_EVEN_SO = " even if half of such entries are spam"
_SETTLED = {
    Reason.LINKS_GONE.value: "Every followed link is gone: the entry changes nothing now.",
    Reason.NOT_IN_SEARCH_CONSOLE.value: "The score is high, though Google's own export does not "
    "list the site.",
}


def _why_kept(hits: list[dict[str, Any]], good: int) -> str:
    """Why a line stays of whose domains not every one looks good."""
    verdicts = {hit["verdict"] for hit in hits}
    several = len(hits) > 1
    if Verdict.DISAVOW.value in verdicts:
        some = "Some of it is still" if several else "Still"
        return f"{some} certain enough to be disavowed."
    if Verdict.REVIEW.value in verdicts:
        return "Some of it still looks bad, if not certain." if several else (
            "Still looks bad, if not certain."
        )  # fmt: skip
    settled = {hit["reason"] for hit in hits}
    if len(settled) == 1 and (only := settled.pop()) in _SETTLED:
        return _SETTLED[only]
    if good:
        return f"{good:,} of {len(hits):,} domains under it look good, not all."
    return "Not certain enough either way."


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
