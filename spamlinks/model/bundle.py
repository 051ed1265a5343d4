"""The model bundle: a folder of text and JSON. Loading it runs no code.

``metadata.json`` names every signal with its version and what it is, the calibration and thresholds
per view, the prior, the seed, library versions, figures, and the SHA-256 of the other files: one or
more LightGBM texts and ``names.json`` (host-name evidence). ``README.md`` is the card.
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from spamlinks.errors import ModelError
from spamlinks.model.bundle_content import (
    FORMAT,
    Part,
    check_format,
    cuts_from,
    cuts_to,
    evidence_from,
    evidence_to,
    feature_table,
    figures_from,
    lines_from,
    lines_to,
    name_from,
    part_files,
    parts_from,
    parts_to,
    prior_from,
    share_from,
)
from spamlinks.model.bundle_files import (
    HINT,
    METADATA,
    as_model_error,
    read_file,
    read_json,
    read_named,
    refuse_folder,
    sha256_of,
    write_folder,
)
from spamlinks.model.calibration import Cut, Line
from spamlinks.model.evidence import Evidence
from spamlinks.model.origin import Origin, origin_from, origin_to
from spamlinks.model.terms import add_terms
from spamlinks.model.tree_text import split_features, trees_only
from spamlinks.model.views import VIEWS, view_of
from spamlinks.signals.kernel import SIGNALS

__all__ = [
    "SHIPPED",
    "ModelBundle",
    "Part",
    "load_bundle",
    "refuse_folder",
    "save_bundle",
    "shipped_model_path",
]

SHIPPED = "standard-v4"


@dataclass(frozen=True)
class ModelBundle:
    """A model ready to score.

    Attributes
    ----------
    name : folder name or title.
    parts : LightGBM models; the margin is their weighted sum.
    evidence : learned host-name evidence, or None.
    lines : calibration per view.
    cuts : thresholds per view and promised precision, in log-odds at ``prior``.
    prior : share of spam among linking domains that scores assume unless told otherwise.
    metadata : everything else the bundle records.
    unit_lines : calibration of linking domains per view; None where ``lines`` serves both.
    top_share : how a domain's links are rolled up: this share of its highest margin and the rest
        of the mean margin.
    origin : the model that a model of one's own leans on, whose thresholds stay in force beside
        ``cuts``; None for others.
    sha256 : of ``metadata.json``, which names the hashes of the other files; "" in memory only.
    """

    name: str
    parts: tuple[Part, ...]
    evidence: Evidence | None
    lines: Mapping[str, Line]
    cuts: Mapping[str, Mapping[str, Cut]]
    prior: float
    metadata: Mapping[str, Any]
    sha256: str = ""
    unit_lines: Mapping[str, Line] | None = None
    top_share: float = 0.0
    origin: Origin | None = None
    _boosters: list[Any] = field(default_factory=list, repr=False, compare=False)
    _lock: Any = field(default_factory=threading.Lock, repr=False, compare=False)

    def __getstate__(self) -> dict[str, Any]:
        # Neither locks nor boosters travel between processes; both are made again there.
        return {**self.__dict__, "_boosters": [], "_lock": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update({**state, "_lock": threading.Lock()})

    def boosters(self) -> list[Any]:
        """The LightGBM boosters, built on first use; names checked against ``parts``."""
        with self._lock:
            if not self._boosters:
                self._boosters.extend(self._built())
        return self._boosters

    def _built(self) -> list[Any]:
        import lightgbm as lgb  # late: importing it takes seconds

        boosters = []
        for part in self.parts:
            try:
                booster = lgb.Booster(model_str=trees_only(part.text))
            except lgb.basic.LightGBMError as error:
                raise ModelError(self.name, f"model text is damaged ({error})", HINT) from None
            if not booster.num_trees():
                raise ModelError(self.name, "model text is cut off", HINT)
            if tuple(booster.feature_name()) != part.signals:
                problem = "model text and metadata.json disagree on signals"
                raise ModelError(self.name, problem, HINT)
            boosters.append(booster)
        return boosters

    def margins(self, matrix: npt.NDArray[np.float32], threads: int = 0) -> npt.NDArray[np.float64]:
        """Raw log-odds of spam, before calibration.

        Parameters
        ----------
        matrix : float32 of shape (n, len(SIGNALS)), as ``signals`` returns it; NaN = unknown.
        threads : for LightGBM; 0 = all cores.

        Returns
        -------
        float64 array of shape (n,).
        """
        return self.both_margins(matrix, threads)[0]

    def both_margins(
        self, matrix: npt.NDArray[np.float32], threads: int = 0
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64] | None]:
        """``margins``, and those of the model that this one leans on; None where there is none."""
        out = np.zeros(len(matrix), np.float64)
        before = None if self.origin is None else np.zeros(len(matrix), np.float64)
        first = len(self.parts) - (0 if self.origin is None else self.origin.parts)
        views = view_of(matrix)
        for place, (part, booster) in enumerate(zip(self.parts, self.boosters(), strict=True)):
            here = np.isin(views, [VIEWS.index(view) for view in part.views])
            if not here.any():
                continue
            columns = [_AT[name] for name in part.signals]  # bound by name, never by position
            rows = matrix if here.all() else matrix[here]
            raw = booster.predict(rows[:, columns], raw_score=True, num_threads=threads)
            raw = part.weight * np.asarray(raw, dtype=np.float64)
            add_terms(part.terms, rows, raw)
            out[here] += raw
            if before is not None and self.origin is not None and place >= first:
                before[here] += raw / self.origin.scale
        return out, before

    def origin_model(self) -> ModelBundle | None:
        """The model that this one leans on, to read its calibration and cuts from."""
        if self.origin is None:
            return None
        origin = self.origin
        parts = tuple(part.scaled(1 / origin.scale) for part in self.parts[-origin.parts :])
        return ModelBundle(
            origin.name, parts, self.evidence, origin.lines, origin.cuts, origin.prior, {},
            unit_lines=origin.unit_lines, top_share=origin.top_share,
        )  # fmt: skip

    def log_odds(
        self,
        margins: npt.NDArray[np.float64],
        views: npt.NDArray[np.int8],
        prior: float | None = None,
        *,
        units: bool = False,
    ) -> npt.NDArray[np.float64]:
        """Calibrated log-odds at ``prior`` (default: the bundle's), by each row's view.

        Margins are of links, or with ``units`` of linking domains (``top_share``).
        """
        lines = self.lines if self.unit_lines is None or not units else self.unit_lines
        out = np.empty(len(margins), np.float64)
        for index, view in enumerate(VIEWS):
            here = views == index
            if here.any():
                out[here] = lines[view].log_odds(margins[here], prior or self.prior)
        return out

    def used_signals(self) -> frozenset[str]:
        """Signals that some tree or term looks at; the others change no score.

        Read from the model's text, where ``split_feature=`` lists column numbers, so that reading
        an export need not wait for LightGBM.
        """
        used: set[str] = set()
        for part in self.parts:
            used.update(part.signals[n] for n in split_features(part.text))
            used.update(term.signal for term in part.terms)
        return frozenset(used)

    def warm_up(self) -> None:
        """Build the boosters in a thread of its own: importing LightGBM takes a second or two.

        Errors wait for the caller of ``boosters``.
        """

        def build() -> None:
            with contextlib.suppress(ModelError, OSError, ImportError):
                self.boosters()

        threading.Thread(target=build, name="boosters", daemon=True).start()

    def signal_names(self) -> tuple[str, ...]:
        """Signals that any part uses, in the order of ``SIGNALS``."""
        used = {name for part in self.parts for name in part.signals}
        used |= {term.signal for part in self.parts for term in part.terms}
        return tuple(name for name in SIGNALS if name in used)


_AT = {name: i for i, name in enumerate(SIGNALS)}


def shipped_model_path() -> Path:
    """Folder of the shipped model: inside the installed package, else the checkout's."""
    packaged = Path(str(files("spamlinks"))) / "models" / SHIPPED
    if (packaged / "metadata.json").is_file():
        return packaged
    return Path(str(files("spamlinks"))).parent / "models" / SHIPPED


def save_bundle(bundle: ModelBundle, folder: Path, card: str) -> str:
    """Write a bundle into ``folder`` (made if absent); return its SHA-256.

    Same bundle, same bytes. ``metadata.json`` is written last, so that a killed run leaves a
    folder that does not load rather than one that loads half. What could not be loaded again is
    refused before anything is written.

    Raises
    ------
    ModelError : the bundle holds what ``load_bundle`` refuses.
    OutputError : the folder cannot be written, or it holds other things than a model, whose
        ``README.md`` would be lost.
    """
    files = {**part_files(bundle.parts), **evidence_to(bundle.evidence)}
    meta = {
        **bundle.metadata,
        "format": FORMAT,
        "name": bundle.name,
        "label": "is_spam, 1 = spam",
        "prior": bundle.prior,
        "parts": parts_to(bundle.parts),
        "features": feature_table(bundle.parts),
        "calibration": lines_to(bundle.lines),
        "unit_calibration": lines_to(bundle.unit_lines or bundle.lines),
        "top_share": bundle.top_share,
        "thresholds": cuts_to(bundle.cuts),
        "sha256": {name: sha256_of(data) for name, data in files.items()},
        **({} if bundle.origin is None else {"origin": origin_to(bundle.origin)}),
    }
    with as_model_error(folder, METADATA):
        data = (json.dumps(meta, indent=1, sort_keys=True, allow_nan=False) + "\n").encode()
        _content(read_json(data), files, folder)
    write_folder(folder, files, card, data)
    return sha256_of(data)


def load_bundle(folder: Path | None = None, sha256: str | None = None) -> ModelBundle:
    """Load a bundle, by default the shipped one.

    ``metadata.json`` holds the SHA-256 of the other files, so damage to them is always found. A
    hash inside the folder does not keep out somebody who writes both: for that, note the SHA-256
    of ``metadata.json`` elsewhere (``spamlinks model`` and ``run.json`` show it) and pass it. The
    card, ``README.md``, is text for people and not covered. Whatever the files hold, loading runs
    no code, and scoring reads nothing but checked numbers.

    Parameters
    ----------
    folder : model folder.
    sha256 : expected SHA-256 of ``metadata.json``, 64 hexadecimal digits.

    Raises
    ------
    ModelError : the folder is no bundle, a file is missing, too large or was changed, the format
        is another, or a signal is unknown or has another version here.
    """
    folder = shipped_model_path() if folder is None else Path(folder)
    data = read_file(folder, METADATA)
    found = sha256_of(data)
    if sha256 is not None and sha256.strip().lower() != found:
        problem = f"metadata.json has the SHA-256 {found}, another than was expected"
        raise ModelError(str(folder), problem, HINT)
    with as_model_error(folder, METADATA):
        meta = check_format(read_json(data), str(folder))
        texts = read_named(folder, meta["sha256"])
        return replace(_content(meta, texts, folder), sha256=found)


def _content(meta: dict[str, Any], texts: Mapping[str, bytes], folder: Path) -> ModelBundle:
    """The bundle that checked files make. Raises ModelError, ValueError, TypeError, KeyError."""
    figures_from(meta.get("figures", []))
    parts = parts_from(meta["parts"], texts, folder)
    return ModelBundle(
        name_from(meta["name"]),
        parts,
        evidence_from(texts, folder),
        lines_from(meta["calibration"]),
        cuts_from(meta["thresholds"]),
        prior_from(meta["prior"]),
        meta,
        unit_lines=lines_from(meta["unit_calibration"]),
        top_share=share_from(meta["top_share"]),
        origin=origin_from(meta.get("origin"), len(parts)),
    )
