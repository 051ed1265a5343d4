"""The model bundle: a folder of text and JSON. Loading it runs no code.

``metadata.json`` names every signal with its version, the calibration and thresholds per view,
the prior, the seed, library versions, figures, and the SHA-256 of the other files: one or more
LightGBM texts and ``names.json`` (host-name evidence). ``README.md`` is the card.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from spamlinks.errors import ModelError, OutputError
from spamlinks.files import write_atomic
from spamlinks.model.calibration import Cut, Line
from spamlinks.model.evidence import Evidence
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

FORMAT = 1
SHIPPED = "standard-v1"
_HINT = "Use another model folder, or train the model anew with 'spamlinks train'."


@dataclass(frozen=True, slots=True)
class Part:
    """One LightGBM model of a bundle.

    ``text`` is LightGBM's own, ``signals`` what it was trained on, in its order; its margins
    count ``weight`` times for rows of ``views`` and not at all for others.
    """

    text: str
    signals: tuple[str, ...]
    weight: float
    views: tuple[str, ...]


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
    sha256 : of ``metadata.json``, which names the hashes of the other files; "" before saving.
    """

    name: str
    parts: tuple[Part, ...]
    evidence: Evidence | None
    lines: Mapping[str, Line]
    cuts: Mapping[str, Mapping[str, Cut]]
    prior: float
    metadata: Mapping[str, Any]
    sha256: str = ""
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
                booster = lgb.Booster(model_str=part.text)
            except lgb.basic.LightGBMError as error:
                raise ModelError(self.name, f"model text is damaged ({error})", _HINT) from None
            if not booster.num_trees():
                raise ModelError(self.name, "model text is cut off", _HINT)
            if tuple(booster.feature_name()) != part.signals:
                problem = "model text and metadata.json disagree on signals"
                raise ModelError(self.name, problem, _HINT)
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
        out = np.zeros(len(matrix), np.float64)
        views = view_of(matrix)
        for part, booster in zip(self.parts, self.boosters(), strict=True):
            here = np.isin(views, [VIEWS.index(view) for view in part.views])
            if not here.any():
                continue
            columns = [_AT[name] for name in part.signals]  # bound by name, never by position
            rows = matrix if here.all() else matrix[here]
            raw = booster.predict(rows[:, columns], raw_score=True, num_threads=threads)
            out[here] += part.weight * raw
        return out

    def log_odds(
        self,
        margins: npt.NDArray[np.float64],
        views: npt.NDArray[np.int8],
        prior: float | None = None,
    ) -> npt.NDArray[np.float64]:
        """Calibrated log-odds at ``prior`` (default: the bundle's), by each row's view."""
        out = np.empty(len(margins), np.float64)
        for index, view in enumerate(VIEWS):
            here = views == index
            if here.any():
                out[here] = self.lines[view].log_odds(margins[here], prior or self.prior)
        return out

    def used_signals(self) -> frozenset[str]:
        """Signals that some tree splits on; the others change no score and need no computing.

        Read from the model's text, where ``split_feature=`` lists column numbers, so that reading
        an export need not wait for LightGBM.
        """
        used: set[str] = set()
        for part in self.parts:
            for line in part.text.splitlines():
                if line.startswith("split_feature="):
                    numbers = line.partition("=")[2].split()
                    used.update(part.signals[int(n)] for n in numbers if int(n) < len(part.signals))
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
        return tuple(name for name in SIGNALS if name in used)


_AT = {name: i for i, name in enumerate(SIGNALS)}


def shipped_model_path() -> Path:
    """Folder of the shipped model: inside the installed package, else the checkout's."""
    packaged = Path(str(files("spamlinks"))) / "models" / SHIPPED
    if (packaged / "metadata.json").is_file():
        return packaged
    return Path(str(files("spamlinks"))).parent / "models" / SHIPPED


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def refuse_folder(folder: Path) -> None:
    """Raise OutputError for a file, or a folder whose ``README.md`` is no model's card."""
    if folder.exists() and not folder.is_dir():
        raise OutputError(str(folder), "it is no folder", "Choose another name with -o.")
    if (folder / "README.md").exists() and not (folder / "metadata.json").exists():
        raise OutputError(
            str(folder), "it holds a README.md and no model", "Choose a new folder with -o."
        )


def save_bundle(bundle: ModelBundle, folder: Path, card: str) -> str:
    """Write a bundle into ``folder`` (made if absent); return its SHA-256.

    Same bundle, same bytes. ``metadata.json`` is written last, so that a killed run leaves a
    folder that does not load rather than one that loads half.

    Raises
    ------
    OutputError : the folder cannot be written, or it holds other things than a model, whose
        ``README.md`` would be lost.
    """
    refuse_folder(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            str(folder), f"cannot be made ({error.strerror})", "Choose another folder with -o."
        ) from None
    hashes: dict[str, str] = {}
    parts = []
    for index, part in enumerate(bundle.parts):
        name = "model.txt" if index == 0 else f"model-{index + 1}.txt"
        data = part.text.encode()
        write_atomic(folder / name, data)
        hashes[name] = _sha(data)
        parts.append(
            {
                "file": name,
                "weight": part.weight,
                "views": list(part.views),
                "signals": [[signal, SIGNALS[signal].version] for signal in part.signals],
            }
        )
    if bundle.evidence is not None:
        data = (json.dumps(bundle.evidence.to_dict(), sort_keys=True) + "\n").encode()
        write_atomic(folder / "names.json", data)
        hashes["names.json"] = _sha(data)
    meta = {
        **bundle.metadata,
        "format": FORMAT,
        "name": bundle.name,
        "label": "is_spam, 1 = spam",
        "prior": bundle.prior,
        "parts": parts,
        "calibration": {view: asdict(line) for view, line in bundle.lines.items()},
        "thresholds": {
            view: {
                p: {k: (None if v == float("inf") else v) for k, v in asdict(cut).items()}
                for p, cut in cuts.items()
            }
            for view, cuts in bundle.cuts.items()
        },
        "sha256": hashes,
    }
    data = (json.dumps(meta, indent=1, sort_keys=True, allow_nan=False) + "\n").encode()
    write_atomic(folder / "README.md", card.encode())
    write_atomic(folder / "metadata.json", data)
    return _sha(data)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelError(str(path), f"cannot be read ({error.strerror})", _HINT) from None


def load_bundle(folder: Path | None = None) -> ModelBundle:
    """Load a bundle, by default the shipped one.

    Raises
    ------
    ModelError : the folder is no bundle, a file is missing or was changed, the format is newer,
        or a signal is unknown or has another version here.
    """
    folder = shipped_model_path() if folder is None else folder
    data = _read(folder / "metadata.json")
    try:
        meta = json.loads(data)
        if not isinstance(meta, dict) or meta.get("format") != FORMAT:
            found = meta.get("format") if isinstance(meta, dict) else None
            raise ModelError(str(folder), f"bundle format {found!r} is not {FORMAT}", _HINT)
        texts: dict[str, bytes] = {}
        for name, sha in meta["sha256"].items():
            if Path(name).name != name:
                raise ModelError(str(folder), f"file name {name!r} leaves the folder", _HINT)
            texts[name] = _read(folder / name)
            if _sha(texts[name]) != sha:
                raise ModelError(str(folder), f"{name} was changed or is damaged", _HINT)
        parts = tuple(
            Part(
                texts[p["file"]].decode(),
                tuple(name for name, _ in p["signals"]),
                float(p["weight"]),
                tuple(p["views"]),
            )
            for p in _checked(meta["parts"], str(folder))
        )
        evidence = (
            Evidence.from_dict(json.loads(texts["names.json"])) if "names.json" in texts else None
        )
        lines = {view: Line(**line) for view, line in meta["calibration"].items()}
        cuts = {
            view: {
                p: Cut(**{**cut, "score": float("inf") if cut["score"] is None else cut["score"]})
                for p, cut in by.items()
            }
            for view, by in meta["thresholds"].items()
        }
        if set(lines) != set(VIEWS) or set(cuts) != set(VIEWS):
            raise ModelError(str(folder), "calibration does not cover every view", _HINT)
        prior = float(meta["prior"])
        _check_numbers(parts, lines, cuts, prior)
        name = str(meta["name"])
    except ModelError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        shown = str(error)[:200]
        raise ModelError(
            str(folder), f"metadata.json is damaged ({type(error).__name__}: {shown})", _HINT
        ) from None
    return ModelBundle(name, parts, evidence, lines, cuts, prior, meta, _sha(data))


def _check_numbers(
    parts: Sequence[Part],
    lines: Mapping[str, Line],
    cuts: Mapping[str, Mapping[str, Cut]],
    prior: float,
) -> None:
    """Raise ValueError or TypeError for what would fail, or score nonsense, only later."""
    if not parts:
        raise ValueError("it names no model")
    for part in parts:
        if not set(part.views) <= set(VIEWS) or not math.isfinite(part.weight):
            raise ValueError("a part has a weight or a view that is none")
    for line in lines.values():
        if not (0 < line.slope < math.inf and math.isfinite(line.offset) and 0 < line.prior < 1):
            raise ValueError("a calibration line is out of range")
    for key, cut in ((key, cut) for by in cuts.values() for key, cut in by.items()):
        if key != f"{float(key):.2f}" or not cut.score > -math.inf:
            raise ValueError(f"threshold {key!r} is out of range")
    if not 0 < prior < 1:
        raise ValueError(f"prior {prior} is not between 0 and 1")


def _checked(parts: list[dict[str, Any]], source: str) -> list[dict[str, Any]]:
    for part in parts:
        for name, version in part["signals"]:
            if name not in SIGNALS:
                raise ModelError(source, f"signal {name} is unknown to this version", _HINT)
            if SIGNALS[name].version != version:
                raise ModelError(
                    source,
                    f"signal {name} has changed since training "
                    f"(version {version}, here {SIGNALS[name].version})",
                    _HINT,
                )
    return parts
