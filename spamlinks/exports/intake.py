"""Taking in whatever lies on the user's desk: many files, folders, archives, copies, old lists.

Every file ends in exactly one place: read, refused with a reason, a copy of another, or a disavow
file, which is never read as links.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from spamlinks.errors import InputError, RefusedExport
from spamlinks.exports.mapped import refuse_unused
from spamlinks.exports.mapping import Hints
from spamlinks.exports.names import date_from_name, property_from_name
from spamlinks.exports.parts import Part, shown_name
from spamlinks.exports.read import Reading, read_recognised
from spamlinks.exports.recognise import Recognised, recognise, tables
from spamlinks.exports.webgraph import is_web_graph, read_web_graph

__all__ = ["Intake", "no_links", "read_exports", "take_in"]

MAX_FILES = 10_000
MAX_DEPTH = 8
_CLUTTER = frozenset({"thumbs.db", "desktop.ini", "__macosx"})
_OUTCOME = ("run.json", "domains.csv", "links.parquet")
"""A folder that holds all of these was written by an audit."""


@dataclass
class Intake:
    """What became of the files: each one is in exactly one of the lists.

    ``refused`` names what was left out, with the reason; ``copies`` pairs a file with the one it is
    byte for byte a copy of; ``disavow`` holds disavow files found among the exports.
    """

    readings: list[Reading] = field(default_factory=list)
    refused: list[InputError] = field(default_factory=list)
    copies: list[tuple[str, str]] = field(default_factory=list)
    disavow: list[Part] = field(default_factory=list)


def take_in(
    paths: Iterable[Path],
    keep: Sequence[str] = (),
    *,
    hints: Hints | None = None,
    site: str | None = None,
    digest: bool = True,
    only: frozenset[str] | None = None,
) -> Intake:
    """Read every export among files and folders, folders within folders included.

    Copies are told by their hashes before anything is read. A file that was named itself must be
    readable; one that was found in a folder or an archive and cannot be used is only refused.

    Parameters
    ----------
    paths : files and folders; an outcome of an earlier audit inside a folder is passed over.
    keep, digest, only, hints : as for ``read_export``.
    site : the user's site, which a web graph is searched for.

    Raises
    ------
    InputError : a file that was named does not exist, is damaged, or fits no known format; no
        table has the columns of a mapping.
    """
    intake = Intake()
    graph: list[Recognised] = []
    looked_at: list[Part] = []
    for path, name, named in _unique(_files(paths, intake), intake):
        try:
            found, problems = tables(path, name)
            intake.refused += problems
            looked_at += found
            for part in found:
                _take(part, keep, hints, digest, only, named and len(found) == 1, intake, graph)
        except RefusedExport as error:
            intake.refused.append(error)
        except InputError as error:
            if named:
                raise
            intake.refused.append(error)
    if graph:
        reading, left_out = read_web_graph(graph, site)
        intake.refused += left_out
        intake.readings += [reading] if reading is not None else []
    if hints is not None:
        refuse_unused(hints, [reading.format for reading in intake.readings], looked_at)
    return intake


def _take(
    part: Part,
    keep: Sequence[str],
    hints: Hints | None,
    digest: bool,
    only: frozenset[str] | None,
    must: bool,
    intake: Intake,
    graph: list[Recognised],
) -> None:
    try:
        recognised = recognise(part, hints)
        if is_web_graph(recognised):
            graph.append(recognised)
        elif recognised.format.grain == "disavow" and not part.sheet_like:
            intake.disavow.append(part)
        else:
            intake.readings.append(read_recognised(recognised, keep, digest=digest, only=only))
    except RefusedExport as error:
        intake.refused.append(error)
    except InputError as error:
        if must:
            raise
        intake.refused.append(error)


def read_exports(
    paths: Iterable[Path],
    keep: Sequence[str] = (),
    refused: list[InputError] | None = None,
    *,
    hints: Hints | None = None,
    site: str | None = None,
    digest: bool = True,
    only: frozenset[str] | None = None,
) -> list[Reading]:
    """Read every export, as ``take_in``, when only the links are wanted.

    Parameters
    ----------
    refused : when given, what was left out is added to it instead of ending the reading; a
        disavow file is left out.

    Raises
    ------
    InputError : as ``take_in``; the first that was left out when ``refused`` is None.
    """
    intake = take_in(paths, keep, hints=hints, site=site, digest=digest, only=only)
    left_out = [*intake.refused, *(no_links(part) for part in intake.disavow)]
    if refused is None and left_out:
        raise left_out[0]
    if refused is not None:
        refused += left_out
    return intake.readings


def no_links(part: Part) -> RefusedExport:
    """Return the refusal of a disavow file where links are wanted."""
    problem = "it is a disavow file, not a link export"
    return RefusedExport(part.name, problem, "Give it with --disavow FILE beside the exports.")


def _files(paths: Iterable[Path], intake: Intake) -> Iterator[tuple[Path, bool]]:
    """Yield (file, whether the user named it) in the order given, folders by name."""
    for path in paths:
        if not path.is_dir():
            yield path, True
            continue
        found = list(_inside(path, intake, depth=0))
        if not found:
            problem = "the folder holds no files"
            raise InputError(path.name or str(path), problem, "Give export files.")
        if len(found) > MAX_FILES:
            problem = f"the folder holds more than {MAX_FILES:,} files"
            raise InputError(path.name or str(path), problem, "Give the folder of the exports.")
        yield from ((file, False) for file in found)


def _inside(folder: Path, intake: Intake, depth: int) -> Iterator[Path]:
    try:
        inside = sorted(folder.iterdir())
    except OSError:
        error = InputError(folder.name, "the folder may not be read", "Check its permissions.")
        if depth == 0:
            raise error from None
        intake.refused.append(error)
        return
    if depth and all((folder / name).is_file() for name in _OUTCOME):
        problem = "it is the outcome of an audit, not exports"
        intake.refused.append(RefusedExport(folder.name, problem, "Nothing in it was read."))
        return
    for path in inside:
        if path.name.startswith(".") or path.name.casefold() in _CLUTTER:
            continue
        if path.is_dir():
            if depth < MAX_DEPTH and not path.is_symlink():
                yield from _inside(path, intake, depth + 1)
        elif path.is_file():
            yield path


def _unique(files: Iterable[tuple[Path, bool]], intake: Intake) -> Iterator[tuple[Path, str, bool]]:
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
            intake.copies.append((names[number], names[copy_of[number]]))
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
