"""What would go into the disavow file, and why nothing would: nothing is written here."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl

from spamlinks import __version__
from spamlinks.disavow import (
    Candidate,
    DisavowFile,
    Entry,
    Header,
    Kind,
    Sites,
    live_notes,
    merge_candidates,
    unified,
    vet,
)
from spamlinks.disavow.merging import OWN_COMMENT
from spamlinks.drafts.candidates import NO_PAGE, candidates, own_site_rows, without_page
from spamlinks.drafts.decided_entries import (
    DecidedKeep,
    decided_candidates,
    left_in_live_file,
    left_out,
)
from spamlinks.effect import Effect
from spamlinks.policy import Decision, Guards, Reason, Verdict

__all__ = ["Draft", "ForProperty", "Wishes", "draft_disavow"]


@dataclass(frozen=True)
class Draft:
    """A disavow file before it is written.

    ``text`` is None when there is nothing to write; ``why_not`` then says why. ``entries`` counts
    all of the file's, ``new`` those that this run adds, ``kept`` those that stood there before.
    ``refused`` names candidates that a last check held back, with the reason; ``changes`` are the
    new entries, each behind "+ ". ``notes`` are sentences about the live file and about what had to
    be given up for Google's limits, and ``backup`` names the copy of a file that was replaced or
    set aside.
    """

    text: bytes | None
    entries: int
    new: int
    kept: int
    why_not: str | None
    refused: tuple[str, ...]
    changes: tuple[str, ...]
    notes: tuple[str, ...] = ()
    backup: str | None = None
    run: dict[str, Any] | None = None
    """Facts of the run, where exports were read for this file alone."""
    effect: Effect | None = None
    """What the file takes away; None where it takes nothing, or there is no file."""
    collapsed: tuple[str, ...] = ()
    """Entries that stand for several that would not have fitted."""
    unchanged: bool = False
    """The file of a former run holds these very entries and stays as it is."""
    apart: tuple[ForProperty, ...] = ()
    """Files for single properties that were written beside this one."""
    diff: tuple[str, ...] = ()
    """A unified diff, safe for a terminal, against the live file, else against the former one."""


@dataclass(frozen=True)
class ForProperty:
    """The disavow file of one property: its URL prefix, where the file goes, and the draft."""

    prefix: str
    path: Path
    draft: Draft

    def to_dict(self) -> dict[str, Any]:
        """For run.json."""
        draft = self.draft
        return {
            "property": self.prefix,
            "path": self.path.name if draft.text is not None else None,
            "entries": draft.entries,
            "new": draft.new,
            "kept": draft.kept,
            "why_not": draft.why_not,
            "refused": list(draft.refused),
            "collapsed": list(draft.collapsed),
            "effect": draft.effect.whole.to_dict() if draft.effect is not None else None,
        }


@dataclass(frozen=True)
class Wishes:
    """What the user wants of the disavow file besides the guards.

    ``allow`` names suffixes and addresses that are disavowed whole on purpose. ``former`` is the
    file of a former run that will be replaced, see ``former_file``: its entries keep their
    comments.
    """

    allow: frozenset[str] = frozenset()
    former: DisavowFile | None = None


def draft_disavow(
    domains: pl.DataFrame,
    guards: Guards,
    run: dict[str, Any],
    links: pl.DataFrame | None = None,
    wishes: Wishes | None = None,
) -> Draft:
    """Draft the disavow file: new, or the live file with entries added.

    Parameters
    ----------
    domains : with ``DOMAIN_COLUMNS``.
    guards : own site, keep list, live file and decisions. Of those, DISAVOW also adds pages and
        parts of sites that have no row, and what is KEEP is never written.
    run : run facts (model, totals); empty for a table of domains without a run.
    links : as ``Audit.links``; needed for single pages.
    wishes : of the user.
    """
    wishes = wishes or Wishes()
    made_on = date.fromisoformat(str(run.get("created", date.today().isoformat()))[:10])
    wanted = candidates(domains, links, made_on=made_on, allow=wishes.allow)
    live = guards.live
    wanted += decided_candidates(guards.decided, domains, links, made_on)
    vetted = vet(wanted, guards.own_hosts, wishes.allow)
    spared, kept_back = _spared(vetted.accepted, guards, wishes.allow)
    refused = (
        *(f"{c.entry.value}: {refusal.value}" for c, refusal in vetted.refused),
        *kept_back,
        *(f"{name}: OWN_SITE" for name in own_site_rows(domains)),
        *(f"{name}: {NO_PAGE}" for name in without_page(domains, wanted, wishes.allow)),
    )
    if wishes.former is not None:
        spared = _with_first_comments(spared, wishes.former, guards.decided)
    base = live if live is not None else DisavowFile()
    header = _header(run, made_on)
    merged = merge_candidates(
        base,
        spared,
        header.lines(),
        own=guards.own_hosts,
        keep=(*guards.spared.domains, *guards.spared.urls, *_kept_by_comments(live, wishes.allow)),
        allow=wishes.allow,
    )
    notes = live_notes(live, guards.own_hosts) if live is not None else ()
    notes = (*notes, *left_in_live_file(live, guards.decided))
    before = len(base.entries)
    if not merged.added:
        covered = live is not None and bool(spared)
        why = _why_not(domains, run, live=covered)
        return Draft(None, before, 0, before, why, refused, (), notes)
    if merged.without_comments:
        notes = (*notes, "the comments on new entries were left out: the file would be too large")
    if run.get("situation") == "manual-action":
        notes = (*notes, _TRY_REMOVAL)
    notes = (*notes, *left_out(wishes.former, merged.file, guards.decided))
    changes = tuple(f"+ {entry.line}" for entry in merged.added)
    draft = Draft(
        merged.file.render(),
        len(merged.file.entries),
        len(merged.added),
        before,
        None,
        refused,
        changes,
        notes,
        collapsed=tuple(str(entry) for entry in merged.collapsed),
    )
    former, file = wishes.former, merged.file
    if former is not None and former.entry_set == file.entry_set:
        # The same list on another day: neither header nor comments change.
        file, changes = former, changes if live is not None else ()
        draft = replace(draft, text=former.render(), changes=changes, unchanged=True)
    old = live or former or DisavowFile(source="nothing")
    return replace(draft, diff=unified(old, file, names=(old.source, "the new file")))


_DAY = len("2026-11-25")

_TRY_REMOVAL = (
    "after a manual action, Google's reviewers are reported to expect that removal of the links "
    "was tried first: keep notes of whom you asked, and when"
)


def _header(run: dict[str, Any], made_on: date) -> Header:
    model = run.get("model", {"name": "not recorded", "sha256": ""})
    counts = run.get("verdicts", {})
    return Header(
        tool="spamlinks",
        version=__version__,
        model=str(model["name"]),
        model_hash=str(model["sha256"])[:16],
        made_on=made_on,
        counts={f"domains {name}": int(n) for name, n in counts.items()},
    )


def _spared(
    accepted: Sequence[Candidate], guards: Guards, allow: Collection[str]
) -> tuple[tuple[Candidate, ...], tuple[str, ...]]:
    """Hold back what the keep list names, and what comments of the live file keep.

    Entries are compared, not cells of a table: a name can be spelt in many ways.
    """
    comments = guards.live.kept_in_comments if guards.live is not None else {}
    keep = Sites((*guards.keep.domains, *guards.keep.urls))
    decided = DecidedKeep(guards.decided)
    sites, out, held = Sites(comments), [], []
    for candidate in accepted:
        entry = candidate.entry
        kept = keep.hit_by(entry) if keep else None
        meant = decided.hit_by(entry) if kept is None else None
        hit = sites.hit_by(entry) if comments and entry.kind is Kind.DOMAIN else None
        if kept is not None:
            held.append(f"{entry.value}: KEEP_LIST ({kept})")
        elif meant is not None:
            held.append(f"{entry.value}: you decided to keep {meant}")
        elif hit is None or entry.value in allow:
            out.append(candidate)
        else:
            line = comments[hit]
            held.append(f"{entry.value}: a comment of your live file keeps it (line {line})")
    return tuple(out), tuple(held)


def _kept_by_comments(live: DisavowFile | None, allow: Collection[str]) -> list[str]:
    """Names in comments that no collapsed entry may hit either."""
    if live is None:
        return []
    return [name for name in live.kept_in_comments if name not in allow]


def _with_first_comments(
    accepted: Sequence[Candidate], former: DisavowFile, decided: Mapping[str, Decision]
) -> tuple[Candidate, ...]:
    """Give entries that stood in a file of ours the comment of their first run.

    What was decided keeps only the day of it: the decision may be newer.
    """
    first: dict[Entry, str] = {}
    for above, line in pairwise(former.lines):
        match = OWN_COMMENT.match(above.text) if line.is_entry else None
        if match is not None:
            first[Entry(line.kind, line.value)] = above.text[match.start(1) :]
    out = []
    for candidate in accepted:
        comment = first.get(candidate.entry, candidate.comment)
        if candidate.entry.value in decided:
            comment = comment[:_DAY] + candidate.comment[_DAY:]
        out.append(replace(candidate, comment=comment))
    return tuple(out)


_SPARED = (
    ((Reason.NOT_IN_SEARCH_CONSOLE.value,), "Google's own export does not list them"),
    ((Reason.NOFOLLOW_ONLY.value, Reason.LINKS_GONE.value), "all links are nofollow or gone"),
)


def _why_not(domains: pl.DataFrame, run: dict[str, Any], *, live: bool = False) -> str:
    if not domains.height:
        return "there are no links"
    review = int((domains["verdict"] == Verdict.REVIEW.value).sum())
    noun = "domain is" if review == 1 else "domains are"
    note = f"; {review:,} {noun} for you to review" if review else ""
    if live or (domains["reason"] == Reason.IN_LIVE_FILE.value).any():
        return f"your live file already has every entry{note}"
    if (domains["verdict"] == Verdict.DISAVOW.value).any():
        return f"no candidate passed the last check{note}"
    if review and run.get("threshold") is False:
        promised = f"this model cannot promise a precision of {run['precision']:.2f} here"
        if run.get("threshold_at_any_precision") is False:
            return f"{promised}, nor any other: it was trained on too few labels{note}"
        return f"{promised}, a lower --precision may decide{note}"
    for spared, why in _SPARED:
        count = int(domains["reason"].is_in(spared).sum())
        if count:
            look = "domain looks" if count == 1 else "domains look"
            note = f", {count:,} {look} bad but {why}{note}"
    return f"nothing reached the threshold{note}" if note else "no domain looks bad enough"
