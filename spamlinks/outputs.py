"""What a run leaves behind: the files of ``spamlinks audit``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from spamlinks.disavow import (
    DisavowFile,
    diff,
    not_reexamined,
    read_disavow_bytes,
    write_disavow,
)
from spamlinks.drafts import (
    Draft,
    Wishes,
    draft_disavow,
    former_file,
    set_aside,
    with_effect,
)
from spamlinks.drafts.by_property import plan_for_properties, write_planned
from spamlinks.drafts.completed import OURS
from spamlinks.effect import examined
from spamlinks.errors import InputError, OutputError
from spamlinks.files import make_folder, write_atomic
from spamlinks.pipeline import Audit
from spamlinks.properties import Property
from spamlinks.report import render_report
from spamlinks.report.text import counted
from spamlinks.run_folder import refuse_other_site
from spamlinks.since.changes import write_changes
from spamlinks.tables import write_table
from spamlinks.verdict_files import write_verdicts

__all__ = ["write_audit"]


def write_audit(
    audit: Audit, folder: Path, properties: Sequence[Property] = ()
) -> tuple[dict[str, Any], Draft]:
    """Write ``disavow.txt``, ``domains.csv``, ``domains.xlsx``, ``links.parquet``,
    ``rejected.csv``, ``report.html`` and ``run.json`` into a folder, made if absent;
    ``decisions.csv`` where decisions were given; ``changes.csv`` where the audit was compared with
    an earlier one, and else that of a former run goes.

    No ``disavow.txt`` is written when there is nothing to add: an empty upload clears the list.
    One that an earlier run left in the folder is then set aside as a backup, unless it says the
    same as the live file. A file that is replaced is backed up as well. For each of the
    ``properties`` with candidates there is a file of its own: see ``plan_for_properties``.

    Returns
    -------
    (run, draft): run facts with the outputs, as written to run.json.

    Raises
    ------
    InputError : the properties do not fit the exports. OutputError : the folder holds an audit of
        another site, or it or a file cannot be written; each file is whole or absent.
    """
    target = folder / "disavow.txt"
    refuse_other_site(folder, audit.run.get("site"))
    planned = plan_for_properties(audit, properties, target)
    make_folder(folder)
    wishes = Wishes(former=former_file(target, audit.guards.live))
    try:
        draft = draft_disavow(audit.domains, audit.guards, audit.run, audit.links, wishes)
        if properties:  # a file for none of them would be uploaded to one, and drop its list
            draft = Draft(None, 0, 0, 0, "each property has a file of its own", draft.refused, ())
    except OutputError as error:  # the live file is full: all else is still worth having
        kept_entries = len(audit.guards.live.entries) if audit.guards.live is not None else 0
        why = f"{error.problem}. {error.hint.rstrip('.')}"
        draft = Draft(None, kept_entries, 0, kept_entries, why, (), ())
    draft = with_effect(draft, audit.guards.live, audit.domains, audit.links, audit.run)
    run = {
        **audit.run,
        "notes": [*draft.notes, *audit.run["notes"]],
        "live": _live_facts(audit.guards.live),
        "disavow": {
            "written": draft.text is not None,
            "path": target.name if draft.text is not None else None,
            "entries": draft.entries,
            "new": draft.new,
            "kept": draft.kept,
            "why_not": draft.why_not,
            "refused": list(draft.refused),
            "collapsed": list(draft.collapsed),
            "not_reexamined": _not_reexamined(audit),
        },
        "effect": draft.effect.to_dict() if draft.effect is not None else None,
    }
    tables = write_verdicts(audit, folder)
    run["tables"], run["notes"] = tables.sha256, [*tables.notes, *run["notes"]]
    draft = replace(draft, notes=(*draft.notes, *tables.notes))
    write_table(audit.links, folder / "links.parquet")
    write_table(audit.rejected, folder / "rejected.csv")
    write_changes(audit.changes, folder)
    silent = len(run["disavow"]["not_reexamined"])
    if silent and audit.guards.live is not None:
        which = f"{silent:,} of the {len(audit.guards.live.entries):,} entries of your live file"
        note = f"no link of these exports falls under {which}; they stay ('spamlinks recheck')"
        run["notes"] = [*run["notes"], note]
        draft = replace(draft, notes=(*draft.notes, note))
    lost = _would_lose(target, draft)
    if lost:
        run["notes"] = [*run["notes"], lost]
    report = render_report(run, audit.domains, audit.links)
    write_atomic(folder / "report.html", report.encode())
    kept: Path | None = None
    if draft.text is not None:
        kept = write_disavow(target, draft.text, backup=True)
    elif target.is_file():
        kept = set_aside(target, audit.guards.live)
    draft = replace(draft, backup=kept.name if kept is not None else None)
    run["disavow"]["backup"] = draft.backup
    apart = [write_planned(plan, replace_former=True) for plan in planned]
    run["properties"] = [item.to_dict() for item in apart]
    write_atomic(folder / "run.json", (json.dumps(run, indent=1, sort_keys=True) + "\n").encode())
    return run, replace(draft, apart=tuple(apart))


def _live_facts(live: DisavowFile | None) -> dict[str, Any] | None:
    """Which file the verdicts were made beside; ``entries`` counts lines, repeats included."""
    if live is None:
        return None
    return {"name": live.source, "sha256": live.sha256, "entries": len(live.entries)}


def _would_lose(target: Path, draft: Draft) -> str:
    """Say how many entries of a file that somebody else put there the new one lacks; "" for none.

    A file of ours is made anew each time; another may be the list that Google holds.
    """
    if draft.text is None or not target.is_file():
        return ""
    try:
        data = read_disavow_bytes(target)
        old = DisavowFile.parse(data, target.name)
    except InputError:
        return ""
    removed = () if data.startswith(OURS) else diff(old, DisavowFile.parse(draft.text))[1]
    if not removed:
        return ""
    many = counted(len(removed), "entry", "entries")
    return (
        f"the {target.name} that stood in this folder held {many} which the new one lacks; if it "
        "is the list that Google holds, give it with --disavow"
    )


def _not_reexamined(audit: Audit) -> list[str]:
    """Entries of the live file that no link of the exports falls under; they stay."""
    live = audit.guards.live
    if live is None:
        return []
    names = examined(live, audit.domains, audit.links)
    names = names.filter(live.covering(names).is_not_null())
    return [line.text.strip() for line in not_reexamined(live, names)]
