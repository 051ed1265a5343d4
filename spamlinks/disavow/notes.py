"""What the owner of a live file should know before entries are added to it."""

from __future__ import annotations

from spamlinks.disavow.document import DisavowFile
from spamlinks.disavow.lines import Kind
from spamlinks.disavow.render import safe_comment

__all__ = ["live_notes"]

_SHOWN_CHARS = 60


def live_notes(live: DisavowFile) -> tuple[str, ...]:
    """Say what ``merge`` cannot keep byte for byte, which lines do nothing, and an empty list.

    Returns
    -------
    Sentences for people without a final stop, each one line; () where there is nothing to say.

    >>> live_notes(DisavowFile.parse("domain:a.example\\nb.example\\n", "live.txt"))
    ('1 line of live.txt is no entry, kept as it is (line 2: b.example)',)
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
            f"1 line of {name} is no entry, kept as it is ({first})"
            if len(odd) == 1
            else f"{len(odd):,} lines of {name} are no entries, kept as they are (first: {first})"
        )
    if not live.entries:
        notes.append(f"{name} holds no entries: if it was downloaded, download it again")
    return tuple(notes)
