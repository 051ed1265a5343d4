"""What would go into the disavow file, and why nothing would: nothing is written here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from spamlinks import __version__
from spamlinks.disavow import Candidate, Entry, Header, diff, live_notes, render_candidates, vet
from spamlinks.effect import Effect
from spamlinks.policy import Guards, Reason, Verdict

__all__ = ["Draft", "candidates", "draft_disavow"]


@dataclass(frozen=True)
class Draft:
    """A disavow file before it is written.

    ``text`` is None when there is nothing to write; ``why_not`` then says why. ``entries`` counts
    all of the file's, ``new`` those that this run adds, ``kept`` those of the live file.
    ``refused`` names candidates that a last check held back, with the reason; ``changes`` are
    lines with + or - for a diff. ``notes`` are sentences about the live file, and ``backup`` names
    the copy of a file that was replaced or set aside.
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


def candidates(domains: pl.DataFrame) -> list[Candidate]:
    """Entries for the rows whose verdict is DISAVOW and that no live file covers yet."""
    chosen = domains.filter(
        (pl.col("verdict") == Verdict.DISAVOW.value)
        & (pl.col("reason") != Reason.IN_LIVE_FILE.value)
    )
    out = []
    wanted = ("linking_domain", "unit", "spam_score", "links", "evidence")
    for row in chosen.select(wanted).iter_rows(named=True):
        name = row["linking_domain"]
        if row["unit"] == "url" and "/" not in name:
            continue  # single pages only, and this names none: see ``_without_page``
        entry = Entry.url(name) if row["unit"] == "url" else Entry.domain(name)
        links = row["links"]
        counted = f"{links:,} link{'' if links == 1 else 's'}"
        reasons = [e for e in (row["evidence"] or "").split(" | ") if "(+" in e][:2]
        said = "; ".join(reason.rpartition(" (")[0] for reason in reasons)
        comment = f"score {row['spam_score']:.2f}, {counted}{': ' if said else ''}{said}"
        out.append(Candidate(entry, comment, ""))
    return out


def draft_disavow(domains: pl.DataFrame, guards: Guards, run: dict[str, Any]) -> Draft:
    """Draft the disavow file: new, or the live file with entries added.

    Parameters
    ----------
    domains : with ``DOMAIN_COLUMNS``.
    guards : own site and live file.
    run : run facts (model, totals); empty for a table of domains without a run.
    """
    vetted = vet(candidates(domains), guards.own_hosts)
    refused = (
        *(f"{c.entry.value}: {refusal.value}" for c, refusal in vetted.refused),
        *(f"{name}: only single pages of it may be disavowed" for name in _without_page(domains)),
    )
    accepted = vetted.accepted
    live = guards.live
    notes = live_notes(live) if live is not None else ()
    model = run.get("model", {"name": "not recorded", "sha256": ""})
    counts = run.get("verdicts", {})
    header = Header(
        tool="spamlinks",
        version=__version__,
        model=str(model["name"]),
        model_hash=str(model["sha256"])[:16],
        made_on=date.fromisoformat(str(run.get("created", date.today().isoformat()))[:10]),
        counts={f"domains {name}": int(n) for name, n in counts.items()},
    )
    if live is not None:
        merged = live.merge(accepted, header.lines(), guards.own_hosts)
        added, _ = diff(live, merged)
        changes = tuple(f"+ {entry.line}" for entry in added)
        if not added:
            why = _why_not(domains, run, live=bool(accepted))
            return Draft(None, len(live.entries), 0, len(live.entries), why, refused, (), notes)
        return Draft(
            merged.render(),
            len(merged.entries),
            len(added),
            len(live.entries),
            None,
            refused,
            changes,
            notes,
        )
    if not accepted:
        return Draft(None, 0, 0, 0, _why_not(domains, run), refused, ())
    text = render_candidates(accepted, header, guards.own_hosts).encode()
    lines = tuple(f"+ {candidate.entry.line}" for candidate in accepted)
    return Draft(text, len(accepted), len(accepted), 0, None, refused, tuple(sorted(lines)))


def _without_page(domains: pl.DataFrame) -> list[str]:
    """Sites that honest people share and that somebody set to DISAVOW whole in a table."""
    chosen = domains.filter(
        (pl.col("verdict") == Verdict.DISAVOW.value)
        & (pl.col("reason") != Reason.IN_LIVE_FILE.value)
        & (pl.col("unit") == "url")
        & ~pl.col("linking_domain").str.contains("/", literal=True)
    )
    return chosen["linking_domain"].to_list()


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
