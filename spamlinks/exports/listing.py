"""The files of a run: what folders hold, clutter and outcomes of audits apart, copies once."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from spamlinks.errors import InputError, OutputError, RefusedExport
from spamlinks.exports.containers.container import shown_name
from spamlinks.exports.names import date_from_name, property_from_name

__all__ = ["list_files", "refuse_among", "unique"]

MAX_FILES = 10_000
MAX_DEPTH = 8
_CLUTTER = frozenset({"thumbs.db", "desktop.ini", "__macosx"})
_OUTCOME = frozenset({"run.json", "domains.csv", "links.parquet"})
"""A folder that holds all of these was written to by an audit."""
_WRITTEN = _OUTCOME | {"rejected.csv", "report.html", "changes.csv"}
_BACKUP = re.compile(r"\.bak-[0-9a-f]{12}$")
_OWN_HEAD = b"# Disavow file by spamlinks "


def refuse_among(paths: Iterable[Path], output: Path) -> None:
    """Raise OutputError when an outcome would be written among the exports it is made from.

    A disavow file that is proposed there would pass for the live one in the next run.
    """
    for path in paths:
        if path.is_dir() and output.is_dir() and output.samefile(path):
            problem = "the exports are in this folder"
            raise OutputError(str(output), problem, "Choose another folder with -o.")


def list_files(paths: Iterable[Path], refused: list[InputError]) -> Iterator[tuple[Path, bool]]:
    """Yield (file, whether the user named it) in the order given, folders by name."""
    for path in paths:
        if not path.is_dir():
            yield path, True
            continue
        found = list(_inside(path, refused, depth=0))
        if not found:
            problem = "the folder holds no files"
            raise InputError(path.name or str(path), problem, "Give export files.")
        if len(found) > MAX_FILES:
            problem = f"the folder holds more than {MAX_FILES:,} files"
            raise InputError(path.name or str(path), problem, "Give the folder of the exports.")
        yield from ((file, False) for file in found)


def _inside(folder: Path, refused: list[InputError], depth: int) -> Iterator[Path]:
    try:
        inside = sorted(folder.iterdir())
    except OSError:
        error = InputError(folder.name, "the folder may not be read", "Check its permissions.")
        if depth == 0:
            raise error from None
        refused.append(error)
        return
    names = {path.name for path in inside if path.is_file()}
    if depth and names >= _OUTCOME:
        problem = "it is the outcome of an audit, not exports"
        refused.append(RefusedExport(folder.name, problem, "Nothing in it was read."))
        return
    for path in inside:
        if path.name.startswith(".") or path.name.casefold() in _CLUTTER:
            continue
        if names >= _OUTCOME and (path.name in _WRITTEN or _is_suggestion(path)):
            problem = "an audit wrote it"
            advice = "If you have uploaded it, give it with --disavow."
            advice = (
                advice if path.suffix == ".txt" else "Let audits write to a folder of their own."
            )
            refused.append(RefusedExport(shown_name(path.name), problem, advice))
        elif path.is_dir():
            if depth < MAX_DEPTH and not path.is_symlink():
                yield from _inside(path, refused, depth + 1)
        elif path.is_file() and not _BACKUP.search(path.name):
            yield path


def _is_suggestion(path: Path) -> bool:
    """Whether a file is a disavow file that an audit proposed; whether Google has it is unknown."""
    if path.name != "disavow.txt":
        return False
    try:
        with path.open("rb") as file:
            return file.read(len(_OWN_HEAD)) == _OWN_HEAD
    except OSError:
        return False


def unique(
    files: Iterable[tuple[Path, bool]], copies: list[tuple[str, str]]
) -> Iterator[tuple[Path, str, bool]]:
    """Pass on each content once, in order; only files of one size are compared, by hash.

    Of several copies that one is read whose name tells most: the property, the day.
    """
    listed = list(files)
    by_size: dict[int, list[int]] = {}
    for number, (path, _) in enumerate(listed):
        try:
            by_size.setdefault(path.stat().st_size, []).append(number)
        except (OSError, ValueError):
            continue  # opening it says what is wrong
    copy_of: dict[int, int] = {}
    for numbers in by_size.values():
        groups: dict[str, list[int]] = {}
        for number in numbers if len(numbers) > 1 else ():
            if (digest := _digest(listed[number][0])) is not None:
                groups.setdefault(digest, []).append(number)
        for same in groups.values():
            first = max(same, key=lambda number: _telling(listed[number][0]))
            copy_of.update({number: first for number in same if number != first})
    names = _names([path for path, _ in listed])
    for number, (path, named) in enumerate(listed):
        if number in copy_of:
            copies.append((names[number], names[copy_of[number]]))
        else:
            yield path, names[number], named


def _names(paths: list[Path]) -> list[str]:
    """Name files as people know them: with their folder where another has the same name."""
    counts = Counter(path.name for path in paths)
    return [
        shown_name(path.name if counts[path.name] == 1 else "/".join(path.parts[-2:]))
        for path in paths
    ]


def _digest(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def _telling(path: Path) -> tuple[bool, bool, int]:
    named = property_from_name(path.name) is not None, date_from_name(path.name) is not None
    return *named, -len(path.name)
