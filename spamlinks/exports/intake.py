"""Taking in whatever lies on the user's desk: many files, folders, archives, copies, old lists.

Every file ends in exactly one place: read, refused with a reason, a copy of another, or a disavow
file, which is never read as links.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from spamlinks.errors import InputError, RefusedExport
from spamlinks.exports.containers.parts import Part
from spamlinks.exports.listing import list_files, unique
from spamlinks.exports.read import Reading, read_recognised
from spamlinks.exports.recognise import Recognised, recognise, tables
from spamlinks.exports.unknown.mapped import refuse_unused
from spamlinks.exports.unknown.mapping import Hints
from spamlinks.exports.webgraph import is_web_graph, read_web_graph

__all__ = ["Intake", "no_links", "read_exports", "take_in"]


@dataclass
class Intake:
    """What became of the files: each one is in exactly one of the lists.

    ``refused`` names what was left out, with the reason; ``copies`` pairs a file with the one it is
    byte for byte a copy of; ``disavow`` holds disavow files found among the exports; ``beside``
    names files that were read for what another one says (the vertices of a web graph).
    """

    readings: list[Reading] = field(default_factory=list)
    refused: list[InputError] = field(default_factory=list)
    copies: list[tuple[str, str]] = field(default_factory=list)
    disavow: list[Part] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)


def take_in(
    paths: Iterable[Path],
    keep: Sequence[str] = (),
    *,
    hints: Hints | None = None,
    site: str | None = None,
    apart: Iterable[Path] = (),
    digest: bool = True,
    only: frozenset[str] | None = None,
) -> Intake:
    """Read every export among files and folders, folders within folders included.

    Copies are told by their hashes before anything is read. A file that was named itself must be
    readable; one that was found in a folder or an archive and cannot be used is only refused.

    Parameters
    ----------
    paths : files and folders; what an earlier audit wrote into a folder is passed over.
    keep, digest, only, hints : as for ``read_export``.
    site : the user's site, which a web graph is searched for.
    apart : files with a part of their own (keep list, live file, facts): never exports.

    Raises
    ------
    InputError : a file that was named does not exist, is damaged, or fits no known format; no
        table has the columns of a mapping.
    """
    intake = Intake()
    taking = _Taking(intake, keep, hints or Hints(), digest, only)
    own = {_place(path) for path in apart}
    files = (
        (path, named)
        for path, named in list_files(paths, intake.refused)
        if _place(path) not in own
    )
    for path, name, named in unique(files, intake.copies):
        taking.file(path, name, named)
    taking.web_graph(site)
    refuse_unused(taking.hints, [reading.format for reading in intake.readings], taking.looked_at)
    return intake


def _place(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):
        return path


@dataclass
class _Taking:
    """One taking-in: what is wanted of each file, and what waits for others."""

    intake: Intake
    keep: Sequence[str]
    hints: Hints
    digest: bool
    only: frozenset[str] | None
    graph: list[Recognised] = field(default_factory=list)
    looked_at: list[Part] = field(default_factory=list)

    def file(self, path: Path, name: str, named: bool) -> None:
        """Take in the tables of one file; raise only for one that the user named."""
        try:
            found, problems = tables(path, name)
            self.intake.refused += problems
            self.looked_at += found
            for part in found:
                self._table(part, named and len(found) == 1)
        except InputError as error:
            if named and not isinstance(error, RefusedExport):
                raise
            self.intake.refused.append(error)

    def _table(self, part: Part, named: bool) -> None:
        # A folder holds tables that nobody meant: there a guess must be clear.
        hints = self.hints if named else replace(self.hints, clear_only=True)
        try:
            recognised = recognise(part, hints)
            if is_web_graph(recognised):
                self.graph.append(recognised)
            elif recognised.format.grain == "disavow" and not part.sheet_like:
                self.intake.disavow.append(part)
            else:
                self.intake.readings.append(
                    read_recognised(recognised, self.keep, digest=self.digest, only=self.only)
                )
        except InputError as error:
            if named and not isinstance(error, RefusedExport):
                raise
            self.intake.refused.append(error)

    def web_graph(self, site: str | None) -> None:
        """Read the files of a web graph together, once all of them are known."""
        if not self.graph:
            return
        first: dict[str, str] = {}
        files = []
        for file in self.graph:
            part = file.source.part
            twin = first.setdefault(part.sha256(), part.name)
            if twin == part.name:
                files.append(file)
            else:
                self.intake.copies.append((part.name, twin))
        reading, left_out = read_web_graph(files, site)
        self.intake.refused += left_out
        if reading is not None:
            self.intake.readings.append(reading)
            names = [file.source.name for file in files]
            self.intake.beside += [name for name in names if name != reading.source]


def read_exports(
    paths: Iterable[Path],
    keep: Sequence[str] = (),
    refused: list[InputError] | None = None,
    *,
    hints: Hints | None = None,
    site: str | None = None,
    apart: Iterable[Path] = (),
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
    intake = take_in(paths, keep, hints=hints, site=site, apart=apart, digest=digest, only=only)
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
