"""Taking entries out of a disavow file, shown as a diff: only what is named, or covered twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from spamlinks.disavow.bulk import read_lines
from spamlinks.disavow.document import DisavowFile
from spamlinks.disavow.fixing import is_repeat, may_prune
from spamlinks.disavow.lines import Line
from spamlinks.disavow.merging import newline_of, texts_without

__all__ = ["without"]


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
    (file, changes): the new document, and what changes as a diff shows it: ``- `` before a line
    that goes, ``+ `` before a comment that says which entry the comment above it was about.

    Raises
    ------
    InputError : a name has no line, or another line still covers it; nothing is removed then.

    >>> live = DisavowFile.parse("domain:a.com\\ndomain:b.a.com\\n")
    >>> without(live, [], prune=True)[1]
    ['- domain:b.a.com']
    """
    new = live.remove(*names) if names else live
    if prune:
        gone = {line.number for line, by in new.redundant() if is_repeat(line, by) or may_prune(by)}
        texts = texts_without(new.lines, gone, "another line covers")
        pairs = zip(new.lines, texts, strict=True)
        end = newline_of(new)
        parts = [(t, x.end if t == x.text else end) for x, block in pairs for t in block]
        new = replace(new, lines=read_lines(parts), sha256="") if gone else new
    return new, _changes(live.lines, new.lines)


def _changes(old: Sequence[Line], new: Sequence[Line]) -> list[str]:
    """A diff of two documents of which the second lacks lines and has new comments, no more."""
    changes, at = [], 0
    for line in old:
        if at < len(new) and new[at].text == line.text:
            at += 1
            continue
        changes.append(f"- {line.text.strip()}")
        if at < len(new) and new[at].text.startswith(f"# (above: {line.value}, "):
            changes.append(f"+ {new[at].text}")
            at += 1
    return changes
