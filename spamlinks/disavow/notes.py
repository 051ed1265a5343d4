"""What the owner of a live file should know before entries are added to it."""

from __future__ import annotations

from collections.abc import Iterable

from spamlinks.disavow.document import DisavowFile
from spamlinks.disavow.entries import Entry
from spamlinks.disavow.lines import Kind
from spamlinks.disavow.problems import Problem
from spamlinks.disavow.render import safe_comment
from spamlinks.disavow.sites import Sites

__all__ = ["live_notes"]

_SHOWN_CHARS = 60
_TOO_WIDE = frozenset({Problem.WHOLE_TLD, Problem.PUBLIC_SUFFIX})


def live_notes(live: DisavowFile, own: Iterable[str] = ()) -> tuple[str, ...]:
    """Say what ``merge`` cannot keep byte for byte, and which lines do nothing or far too much.

    Parameters
    ----------
    live : the file that Google holds.
    own : hosts of the user's own sites.

    Returns
    -------
    Sentences for people without a final stop, each one line; () where there is nothing to say.

    >>> live_notes(DisavowFile.parse("domain:a.example\\nb.example\\n", "a.txt"))
    ("1 line of a.txt is no entry, kept as it is (line 2: b.example); 'spamlinks lint' says why",)
    """
    name, notes = live.source, []
    if live.encoding == "utf-16":
        notes.append(f"{name} is UTF-16, and Google takes UTF-8: its lines are written as UTF-8")
    if live.encoding == "utf-8-sig":
        notes.append(f"{name} begins with a byte order mark: it is left out, all else stays")
    odd = [line for line in live.lines if line.kind is Kind.INVALID]
    if odd:
        shown = safe_comment(odd[0].text, _SHOWN_CHARS)[2:]
        first = f"line {odd[0].number}: {shown}"
        notes.append(
            f"1 line of {name} is no entry, kept as it is ({first}); 'spamlinks lint' says why"
            if len(odd) == 1
            else f"{len(odd):,} lines of {name} are no entries, kept as they are (first: {first}); "
            "'spamlinks lint' says why"
        )
    spared = Sites(own)
    for line in live.entries if spared else ():
        if spared.hit_by(line) is not None:
            entry = Entry(line.kind, line.value).line
            notes.append(f"line {line.number} of {name} ({entry}) disavows your own site")
    wide = [line for line in live.entries if not _TOO_WIDE.isdisjoint(line.problems)]
    if wide:
        first = f"line {wide[0].number}: {Entry(wide[0].kind, wide[0].value).line}"
        notes.append(
            f"1 line of {name} disavows a whole suffix, kept as it is ({first})"
            if len(wide) == 1
            else f"{len(wide):,} lines of {name} disavow whole suffixes, kept (first: {first})"
        )
    if not live.entries:
        notes.append(f"{name} holds no entries: if it was downloaded, download it again")
    return tuple(notes)
