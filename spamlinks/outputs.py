"""What a run leaves behind: the files of ``spamlinks audit``, and the disavow file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import polars as pl

from spamlinks import __version__
from spamlinks.disavow import (
    Candidate,
    DisavowFile,
    Entry,
    Header,
    diff,
    render_candidates,
    vet,
    write_disavow,
)
from spamlinks.disavow.entries import host_and_parents
from spamlinks.errors import InputError, OutputError
from spamlinks.files import write_atomic
from spamlinks.guards import below_mask
from spamlinks.pipeline import DOMAIN_COLUMNS, Audit, Settings, Stage, audit
from spamlinks.policy import REASON_TEXT, Guards, KeepList, Reason, Verdict
from spamlinks.report import render_report
from spamlinks.tables import write_table

__all__ = ["Draft", "candidates", "draft_disavow", "read_domains", "write_audit"]

T = TypeVar("T")


@dataclass(frozen=True)
class Draft:
    """A disavow file before it is written.

    ``text`` is None when there is nothing to write; ``why_not`` then says why. ``entries`` counts
    all of the file's, ``new`` those that this run adds, ``kept`` those of the live file.
    ``refused`` names candidates that a last check held back, with the reason; ``changes`` are
    lines with + or - for a diff.
    """

    text: bytes | None
    entries: int
    new: int
    kept: int
    why_not: str | None
    refused: tuple[str, ...]
    changes: tuple[str, ...]


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
            return Draft(None, len(live.entries), 0, len(live.entries), why, refused, ())
        return Draft(
            merged.render(),
            len(merged.entries),
            len(added),
            len(live.entries),
            None,
            refused,
            changes,
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
    if run.get("threshold") is False:
        promised = f"this model cannot promise a precision of {run['precision']:.2f} here"
        return f"{promised}, a lower --precision may decide{note}"
    for spared, why in _SPARED:
        count = int(domains["reason"].is_in(spared).sum())
        if count:
            look = "domain looks" if count == 1 else "domains look"
            note = f", {count:,} {look} bad but {why}{note}"
    return f"nothing reached the threshold{note}"


def write_audit(audit: Audit, folder: Path) -> tuple[dict[str, Any], Draft]:
    """Write ``disavow.txt``, ``domains.csv``, ``links.parquet``, ``rejected.csv``,
    ``report.html`` and ``run.json`` into a folder, made if absent.

    No ``disavow.txt`` is written when there is nothing to add: an empty upload clears the list.
    One that an earlier run left in the folder is then set aside as a backup, unless it says the
    same as the live file. A file that is replaced is backed up as well.

    Returns
    -------
    (run, draft): run facts with the outputs, as written to run.json.

    Raises
    ------
    OutputError : the folder or a file cannot be written; each file is whole or absent.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            str(folder), f"cannot be made ({error.strerror})", "Choose another folder with -o."
        ) from None
    draft = draft_disavow(audit.domains, audit.guards, audit.run)
    target = folder / "disavow.txt"
    run = {
        **audit.run,
        "disavow": {
            "written": draft.text is not None,
            "path": target.name if draft.text is not None else None,
            "entries": draft.entries,
            "new": draft.new,
            "kept": draft.kept,
            "why_not": draft.why_not,
            "refused": list(draft.refused),
        },
    }
    write_table(audit.domains, folder / "domains.csv")
    write_table(audit.links, folder / "links.parquet")
    write_table(audit.rejected, folder / "rejected.csv")
    report = render_report(run, audit.domains, audit.links)
    write_atomic(folder / "report.html", report.encode())
    if draft.text is not None:
        write_disavow(target, draft.text, backup=True)
    elif target.is_file():
        _set_aside(target, audit.guards.live)
    write_atomic(folder / "run.json", (json.dumps(run, indent=1, sort_keys=True) + "\n").encode())
    return run, draft


def _set_aside(path: Path, live: DisavowFile | None) -> None:
    """Rename a file of a former run, since its owner may have edited it; never the live file."""
    data = path.read_bytes()
    if not data.startswith(b"# Disavow file by spamlinks "):
        return
    if live is None or live.render() != data:
        path.replace(path.with_name(f"{path.name}.bak-{hashlib.sha256(data).hexdigest()[:12]}"))


_BARE = (
    "A bare score is not enough: the guards need the links. Give the exports, or the domains.csv "
    "that 'spamlinks audit' wrote."
)


def read_domains(path: Path) -> pl.DataFrame | None:
    """Read audit's ``domains.csv``; None when the file is no such table (an export, then).

    Raises
    ------
    InputError : a table of scores without verdict, unit and reason, or with unknown verdicts.
    """
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError as error:
        raise InputError(
            path.name, f"cannot be read ({error.strerror})", "Check the path and its permissions."
        ) from None
    header = head.split(b"\n", 1)[0].decode("utf-8", "replace").lstrip("\ufeff").strip()
    names = {name.strip('"') for name in header.split(",")}
    if not {"linking_domain", "spam_score"} <= names:
        if "spam_score" in names:
            raise InputError(path.name, "it holds scores and no verdicts", _BARE)
        return None
    if not set(DOMAIN_COLUMNS) <= names:
        raise InputError(path.name, "it holds scores and no verdicts with reasons", _BARE)
    try:
        frame = pl.read_csv(path, infer_schema=False).with_columns(
            pl.col("spam_score").cast(pl.Float64), pl.col("links").cast(pl.Int64)
        )
    except pl.exceptions.PolarsError as error:
        raise InputError(
            path.name, f"is damaged ({str(error).splitlines()[0]})", "Run 'spamlinks audit' again."
        ) from None
    frame = frame.select(DOMAIN_COLUMNS)  # columns that somebody added are theirs
    needed = ("linking_domain", "unit", "verdict", "reason", "spam_score", "links")
    for name in needed:
        if frame[name].null_count():
            raise InputError(
                path.name,
                f"a cell of {name} is empty",
                "Fill it in, or run the audit again.",
            )
    known = set(frame["verdict"]) <= {v.value for v in Verdict}
    if not known or not set(frame["reason"]) <= set(REASON_TEXT):
        raise InputError(
            path.name,
            "has a verdict or reason that is not known",
            "Use KEEP, REVIEW or DISAVOW, and leave the reason as it is.",
        )
    return frame


def disavow_from(
    inputs: list[Path], settings: Settings, output: Path, *, stage: Stage | None = None
) -> Draft:
    """Write the disavow file for exports, or for one ``domains.csv`` of an audit.

    Nothing is written when there is nothing to add; the draft says why.

    Parameters
    ----------
    inputs : exports, or tables of ``audit`` (not both at once).
    settings : ``disavow`` is the live file to merge with. With tables only that, ``site`` and
        ``keep`` can be honoured; the others decided the verdicts that the tables hold.
    output : file to write; a file that is replaced is backed up first.

    Raises
    ------
    InputError : bare scores, exports and tables mixed, or settings that tables cannot follow.
    OutputError : ``output`` cannot be written.
    """
    tables = [read_domains(path) if path.is_file() else None for path in inputs]
    given = [table for table in tables if table is not None]
    if given and len(given) < len(inputs):
        raise InputError(
            "disavow", "exports and domains.csv files were given together", "Give one kind."
        )
    if given:
        _refuse_unused(settings)
        live = _parsed(settings.disavow, DisavowFile.parse)
        keep = _parsed(settings.keep, KeepList.parse) or KeepList()
        guards = Guards(site=settings.site, keep=keep, live=live)
        domains = pl.concat(given).unique("linking_domain", keep="first", maintain_order=True)
        if live is None and (domains["reason"] == Reason.IN_LIVE_FILE.value).any():
            raise InputError(
                inputs[0].name,
                "its verdicts were made beside a live disavow file",
                "Give that file with --merge, or its entries would be missing from the new one.",
            )
        draft = draft_disavow(domains.filter(~_kept(domains, keep)), guards, {})
    else:
        outcome = audit(inputs, settings, stage=stage)
        draft = draft_disavow(outcome.domains, outcome.guards, outcome.run)
    if draft.text is not None:
        _refuse_loss(output, draft.text)
        write_disavow(output, draft.text, backup=output.exists())
    return draft


def _refuse_loss(output: Path, text: bytes) -> None:
    """A disavow file that already stands there must not lose an entry to the new one."""
    if not output.is_file():
        return
    try:
        old = DisavowFile.parse(output.read_bytes(), output.name)
    except (OSError, InputError):
        return  # no disavow file; writing makes a backup of it
    removed = diff(old, DisavowFile.parse(text, output.name))[1]
    if removed:
        raise OutputError(
            output.name,
            f"it holds {len(removed):,} entries that the new file would not have",
            f"Add to it with --merge {output.name}, or choose another name.",
        )


def _refuse_unused(settings: Settings) -> None:
    """A wish that a table of verdicts cannot follow must not be dropped in silence."""
    free = Settings(settings.site, disavow=settings.disavow, keep=settings.keep)
    for name in ("brand", "facts", "model", "situation", "precision", "prior"):
        if getattr(settings, name) != getattr(free, name):
            raise InputError(
                f"--{name}",
                "a table of verdicts cannot follow it",
                "Give the exports instead of domains.csv, or run 'spamlinks audit' with it.",
            )
    if settings.hints.mappings:
        hint = "Give the exports instead, or leave the mapping out."
        raise InputError("--map", "domains.csv of an audit needs no mapping", hint)


def _kept(domains: pl.DataFrame, keep: KeepList) -> pl.Series:
    """Which entries would hit something on the keep list: the site, one above it, or a page."""
    hosts = domains["linking_domain"].str.to_lowercase()
    around = {name for host in keep.hosts_inside() for name in host_and_parents(host)}
    inside = hosts.is_in(pl.Series(sorted(around), dtype=pl.String).implode())
    return (below_mask(hosts, keep.domains) | inside).fill_null(value=False)


def _parsed(path: Path | None, parse: Callable[[bytes, str], T]) -> T | None:
    if path is None:
        return None
    try:
        return parse(path.read_bytes(), path.name)
    except OSError as error:
        raise InputError(
            path.name, f"cannot be read ({error.strerror})", "Check the path and its permissions."
        ) from None
