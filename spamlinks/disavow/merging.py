"""Adding entries to a disavow file, and taking single ones out by name.

An upload replaces the list that Google holds, so adding never removes, moves or rewrites a line,
and nothing goes unless somebody names it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from spamlinks.disavow.bulk import read_lines
from spamlinks.disavow.collapsing import Collapsed, block_within
from spamlinks.disavow.entries import Candidate, Entry, Refusal, Vetted, vet
from spamlinks.disavow.lines import Kind, Line, read_line
from spamlinks.disavow.render import collapse_hint, over_limit, safe_comment
from spamlinks.errors import InputError, OutputError

if TYPE_CHECKING:
    from spamlinks.disavow.document import DisavowFile

__all__ = [
    "OWN_COMMENT",
    "Merged",
    "has_entry",
    "merge_candidates",
    "newline_of",
    "remove_entries",
    "texts_without",
]

OWN_COMMENT = re.compile(r"# (?:\([^()]*\) )?(\d{4}-\d\d-\d\d) score ")
"""A comment that this program wrote for one entry, with the day of the entry's first run."""


@dataclass(frozen=True)
class Merged:
    """A disavow file with entries added.

    ``file`` is the document that was merged into when there was nothing to add. ``added`` is
    sorted; ``collapsed`` says which of them stand for several that would not have fitted, and
    ``without_comments`` that the comments were left out for the same reason.
    """

    file: DisavowFile
    added: tuple[Entry, ...] = ()
    collapsed: tuple[Collapsed, ...] = ()
    without_comments: bool = False


def merge_candidates(
    live: DisavowFile,
    candidates: Iterable[Candidate],
    heading: Sequence[str] = (),
    *,
    own: Iterable[str] = (),
    keep: Iterable[str] = (),
    allow: Iterable[str] = (),
) -> Merged:
    """Append the candidates that no line covers yet; see ``DisavowFile.merge``.

    Parameters
    ----------
    live : the document to add to; it stays as it is.
    candidates, heading, own : as for ``DisavowFile.merge``.
    keep : hosts and URLs of the keep list, which no collapsed entry may hit.
    allow : suffixes and addresses that are disavowed on purpose: see ``vet``.

    Raises
    ------
    OutputError : a candidate must never be written, or the result would break a limit of Google's
        however it is written.
    """
    own, keep = tuple(own), tuple(keep)
    vetted = vet(candidates, own, allow)
    _refuse(vetted, live.source)
    new = [c for c in vetted.accepted if not has_entry(live, c.entry)]
    if not new:
        return Merged(live)
    kept = [line for line in live.lines if line.text or line.end]
    newline = newline_of(live)
    if kept and not kept[-1].end:
        kept[-1] = replace(kept[-1], end=newline)
    # After a lone carriage return an empty line's "\n" would become the second half of its end.
    joins = bool(kept) and kept[-1].end == "\r" and newline == "\n"
    gap = [""] if kept and kept[-1].kind is not Kind.BLANK and not joins else []
    top = [*gap, *(safe_comment(line.removeprefix("# ")) for line in heading)]
    size = sum(len((line.text + line.end).encode()) for line in kept)
    block = block_within(new, top, lines=len(kept), size=size, newline=newline, spare=(*own, *keep))
    if block is None:
        bare = [newline.join(c.entry.line for c in new), ""]
        broken = over_limit(live.render() + newline.join(bare).encode())
        hint = _room_hint(live) if live.entries else collapse_hint(new)
        what = f"merged, it would have {broken}" if live.lines else f"it would have {broken}"
        raise OutputError(live.source, what, hint)
    start = len(kept)
    added = tuple(
        read_line(text, start + place, newline) for place, text in enumerate(block.lines, 1)
    )
    numbered = (replace(line, number=n) for n, line in enumerate(kept, 1))
    file = replace(live, lines=(*numbered, *added), encoding="utf-8", sha256="")
    entries = tuple(sorted({Entry(x.kind, x.value) for x in added if x.is_entry}))
    return Merged(file, entries, block.collapsed, block.without_comments)


def _room_hint(live: DisavowFile) -> str:
    needless = len(live.redundant())
    if needless:
        return (
            f"{needless:,} of its lines are needless: spamlinks lint {live.source} --fix --prune."
        )
    return "'spamlinks recheck' says which of its entries do nothing any more."


def _refuse(vetted: Vetted, source: str) -> None:
    """Raise OutputError when a candidate is one that must never be written."""
    if vetted.refused:
        candidate, refusal = vetted.refused[0]
        more = f" and {len(vetted.refused) - 1} more" if len(vetted.refused) > 1 else ""
        name = safe_comment(candidate.entry.value, 100)[2:]
        problem = f"{name}{more} must never be disavowed ({refusal.value})"
        meant = (Refusal.WHOLE_TLD, Refusal.PUBLIC_SUFFIX, Refusal.IP_ADDRESS)
        hint = "Leave it out; no setting allows it."
        if refusal in meant:
            hint = "Leave it out, or name it with allow when you mean it."
        raise OutputError(source, problem, hint)


def has_entry(file: DisavowFile, entry: Entry) -> bool:
    """Whether some line of a file disavows all that an entry does."""
    if entry.kind is Kind.URL:
        return file.covers(entry.value) is not None
    return file.covers_host(entry.host) is not None


def newline_of(file: DisavowFile) -> str:
    """The line end a file uses most; a plain one where several are as frequent or there is none."""
    ends = [line.end for line in file.lines if line.end]
    return max(("\n", "\r\n", "\r"), key=ends.count) if ends else "\n"


def remove_entries(file: DisavowFile, names: Iterable[str]) -> DisavowFile:
    """Take out the entries of exactly these names; see ``DisavowFile.remove``."""
    wanted: dict[Entry, str] = {}
    for name in names:
        plain = name.strip().removeprefix("domain:")
        entry = Entry.url(plain) if "/" in plain else Entry.domain(plain)
        wanted.setdefault(entry, plain)
    present = {Entry(line.kind, line.value) for line in file.entries}
    named = {x.number for x in file.entries if Entry(x.kind, x.value) in wanted}
    rest = replace(file, lines=tuple(x for x in file.lines if x.number not in named), sha256="")
    for entry, name in wanted.items():
        shown = safe_comment(name, 100)[2:]
        blocking = rest.covers(name)
        if blocking is not None:
            raise InputError(
                file.source,
                f"{shown} stays disavowed by line {blocking.number} ({blocking.text.strip()})",
                "A disavow file knows no exceptions: remove that line, or keep both.",
            )
        broken = next((x for x in rest.lines if x.kind is Kind.INVALID and name in x.text), None)
        if entry not in present and broken is not None:
            raise InputError(
                file.source,
                f"{shown} on line {broken.number} is no entry, so there is nothing to take out",
                "Delete the line, or see 'spamlinks lint'.",
            )
        if entry not in present:
            raise InputError(file.source, f"no entry for {shown}", "Name it as the file does.")
    if not named:
        return file
    newline = newline_of(file)
    texts = texts_without(file.lines, named, "was removed")
    parts = [
        (text, line.end if text == line.text else newline)
        for line, block in zip(file.lines, texts, strict=True)
        for text in block
    ]
    return replace(file, lines=read_lines(parts), sha256="")


def texts_without(lines: Sequence[Line], gone: set[int], why: str) -> list[tuple[str, ...]]:
    """The texts in place of each line when the entries of some numbers go.

    Comments stay. One that this program wrote for that very entry would then seem to describe the
    next, so a comment below it says which entry it was about.
    """
    out: list[tuple[str, ...]] = []
    below: Line | None = None  # the next line that stays; so from the end
    for place in range(len(lines) - 1, -1, -1):
        line = lines[place]
        if line.number not in gone:
            out.append((line.text,))
            below = line
            continue
        ours = place > 0 and OWN_COMMENT.match(lines[place - 1].text) is not None
        if ours and below is not None and below.kind is not Kind.BLANK:
            out.append((f"# (above: {line.value}, which {why})",))
        else:
            out.append(())
    return out[::-1]
