"""Training rows of the shipped model: real host names, and generated links that wear them.

Two sources, kept apart by ``is_real``:

* every labelled host of the corpus once, as an address-only row, in pseudo-exports of a few
  hundred hosts; these carry the weight in the view "urls";
* generated link profiles (``spamlinks.simulate``) in every view, whose host names are drawn from
  the corpus. They give the export columns their meaning. What is learned from them supports no
  accuracy claim.

Host-name evidence is out of fold throughout: a host is judged by models that saw neither it nor
its network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from joblib import Parallel, delayed

from spamlinks.model.evidence import Evidence, FoldedEvidence
from spamlinks.model.hostnames import fit_host_models
from spamlinks.model.networks import folds as network_folds
from spamlinks.model.views import VIEWS, view_of
from spamlinks.schema import BLOCKS
from spamlinks.signals import fetched
from spamlinks.signals.host import NameEvidence
from spamlinks.signals.hostname import SuffixTable
from spamlinks.signals.kernel import SIGNALS, encode, signals
from spamlinks.simulate import HostPool, generate, see_as
from spamlinks.simulate.looked_up import fill_from_fetch, hide_fetch

__all__ = [
    "BESIDE",
    "JUDGES",
    "NEGATIVE_MIX",
    "Examples",
    "build_examples",
    "fit_evidence",
    "fold_evidence",
    "real_examples",
    "shipped_signals",
]

SMALL_KINDS = ("smallweb", "preload", "kept")
"""Honest kinds whose names generated links wear."""

SUFFIX_MIX = {"smallweb": 0.55, "opendns_top": 0.25, "preload": 0.1, "popular": 0.1}
"""Honest kinds that the risk of a suffix is counted against, with their shares."""

_REAL_PROFILE = 600  # hosts in one pseudo-export
_ROWS = 1200  # rows in one generated profile
# Enough that a cut which no generated honest site passes is held up by tens of thousands of them.
_PROFILES = {
    **{"urls": 3, "anchors": 24, "flows": 20, "links": 24, "full": 36},
    **{"pages": 36, "full_pages": 24},
}  # per fold
GENERATED_WEIGHT = dict.fromkeys(_PROFILES, 1.0) | {"urls": 0.25}
# Where better columns are known, a name must not decide: spam domains wear a plain name more often.
_SPAM_NAMES = {
    **{"urls": 1.0, "anchors": 0.8, "flows": 0.5, "links": 0.4, "full": 0.3},
    **{"pages": 0.4, "full_pages": 0.3},
}
BESIDE = 1e-6
"""Weight of rows that stand beside fetched pages of their domain and were not fetched: they are
rolled up with them, and train nothing."""

_LOOKED_UP = frozenset(signal.name for signal in fetched.SIGNALS)
_FETCHED_FOR = {"pages": ("urls", "urls", "anchors", "flows", "links"), "full_pages": ("full",)}
"""Exports whose pages are fetched: mostly those that say little themselves."""

JUDGES = ("opendns_random", "kept")
"""Honest kinds that train nothing, so that they can judge: random sites and hand-kept ones."""

NEGATIVE_MIX = {
    "smallweb": 0.78,
    "opendns_top": 0.05,
    "popular": 0.05,
    "preload": 0.03,
    "university": 0.04,
    "gov": 0.03,
    "allowlist": 0.02,
}
"""Share of each honest kind in the weight of the honest side. Mostly small, unknown sites: a model
that knows only popular ones as honest calls the others spam."""


def shipped_signals(*, pages: bool = True) -> tuple[str, ...]:
    """Signals the shipped model uses; without ``pages`` none that only a look-up can know.

    All of the host name, which real labels teach; of the rest only those whose direction is a
    matter of knowledge. A free direction learned from generated rows would be a habit of the
    generator.
    """
    return tuple(
        n
        for n, s in SIGNALS.items()
        if (s.group == "host" or s.direction != 0) and (pages or n not in _LOOKED_UP)
    )


@dataclass(frozen=True)
class Examples:
    """Rows to train on; all arrays of length n.

    ``matrix`` is float32 (n, len(SIGNALS)); ``fold`` 0 .. k-1; ``unit`` names the linking domain
    within its profile; ``kind`` is the corpus kind of a real row, else the generator's;
    ``host_kind`` is the corpus kind of the host that the row wears, on either sort of row.
    """

    matrix: npt.NDArray[np.float32]
    is_spam: npt.NDArray[np.int8]
    weight: npt.NDArray[np.float64]
    view: npt.NDArray[np.int8]
    fold: npt.NDArray[np.int64]
    is_real: npt.NDArray[np.bool_]
    unit: npt.NDArray[np.int64]
    kind: npt.NDArray[np.object_]
    network: npt.NDArray[np.object_]
    host_kind: npt.NDArray[np.object_]


def fit_evidence(hosts: pl.DataFrame, seed: int) -> Evidence:
    """Fit the name models and the suffix table on labelled hosts (``corpus.load_hosts``)."""
    models = fit_host_models(hosts, seed=seed)
    part = hosts.filter((pl.col("is_spam") == 1) | pl.col("kind").is_in(list(SUFFIX_MIX)))
    # Country endings are rare in the small web, whose writers are mostly English: counted against
    # it alone, .com.au and .de would look like spam.
    weight = part["weight"].to_numpy().astype(np.float64).copy()
    kind, spam = part["kind"].to_numpy(), part["is_spam"].to_numpy() == 1
    for name, share in SUFFIX_MIX.items():
        here = ~spam & (kind == name)
        weight[here] *= share * weight[spam].sum() / max(weight[here].sum(), 1e-9)
    table = SuffixTable.fit(part["suffix"].to_list(), spam.astype(np.int8), weight)
    return Evidence(models["small_web"], models["business"], table)


def fold_evidence(
    hosts: pl.DataFrame, k: int, seed: int, jobs: int
) -> tuple[npt.NDArray[np.int64], FoldedEvidence]:
    """Split hosts by network and fit the evidence that each fold is judged by."""
    fold = np.asarray(network_folds(hosts, k, seed))
    parts = Parallel(n_jobs=jobs)(
        delayed(fit_evidence)(hosts.filter(pl.Series(fold != f)), seed) for f in range(k)
    )
    fold_of = dict(zip(hosts["host"], fold.tolist(), strict=True))
    fold_of |= dict(zip(hosts["linking_domain"], fold.tolist(), strict=True))
    return fold, FoldedEvidence(tuple(parts), fold_of)


def _negative_weights(hosts: pl.DataFrame) -> npt.NDArray[np.float64]:
    """Label weights, honest kinds rescaled to their mix, classes to spam 30 %, mean 1.

    ``JUDGES`` weigh nothing. A kind that is absent leaves its share to the others.
    """
    weight = hosts["weight"].to_numpy().astype(np.float64).copy()
    kind = hosts["kind"].to_numpy()
    spam = hosts["is_spam"].to_numpy() == 1
    weight[~spam & ~np.isin(kind, list(NEGATIVE_MIX))] = 0.0
    for name, share in NEGATIVE_MIX.items():
        here = ~spam & (kind == name)
        weight[here] *= share / max(weight[here].sum(), 1e-9)
    weight[~spam] *= 0.7 / max(weight[~spam].sum(), 1e-9)
    weight[spam] *= 0.3 / max(weight[spam].sum(), 1e-9)
    return np.asarray(weight / weight.mean(), dtype=np.float64)


def _real_profiles(
    hosts: pl.DataFrame, fold: npt.NDArray[np.int64], rng: np.random.Generator
) -> list[npt.NDArray[np.int64]]:
    """Deal the hosts of each fold into pseudo-exports; sister domains arrive together."""
    out = []
    network = hosts["network"].to_numpy()
    for f in np.unique(fold):
        here = np.flatnonzero(fold == f)
        spam = here[hosts["is_spam"].to_numpy()[here] == 1]
        good = rng.permutation(here[hosts["is_spam"].to_numpy()[here] == 0])
        order = {name: rng.random() for name in np.unique(network[spam])}
        spam = spam[np.argsort([order[n] for n in network[spam]], kind="stable")]
        count = max(1, len(here) // _REAL_PROFILE)
        out += [
            np.concatenate(pair)
            for pair in zip(np.array_split(spam, count), np.array_split(good, count), strict=True)
        ]
    return out


def _pages(hosts: Sequence[str], rng: np.random.Generator) -> pl.Series:
    """Address-only rows: half home pages, half with an unremarkable path on either class."""
    tails = np.array(
        [
            "",
            "/",
            "/",
            "/about/",
            "/2024/05/notes/",
            "/links.html",
            "/blog/a-page/",
            "/page/2/",
            "/?p=120",
            "/index.html",
        ],
        dtype=object,
    )
    return pl.Series(
        [
            f"https://{h}{t}"
            for h, t in zip(hosts, tails[rng.integers(0, len(tails), len(hosts))], strict=True)
        ]
    )


def real_examples(
    hosts: pl.DataFrame, fold: npt.NDArray[np.int64], evidence: NameEvidence, *, seed: int
) -> Examples:
    """The address-only rows alone: every labelled host once, in pseudo-exports of its fold."""
    rng = np.random.default_rng(seed)
    weights = _negative_weights(hosts)
    return _joined(
        [
            _real_part(
                hosts[rows], weights[rows], int(fold[rows[0]]), evidence, int(rng.integers(2**31))
            )
            for rows in _real_profiles(hosts, fold, rng)
        ],
        hosts,
    )


def build_examples(
    hosts: pl.DataFrame,
    fold: npt.NDArray[np.int64],
    evidence: FoldedEvidence,
    *,
    seed: int,
    jobs: int = 1,
) -> Examples:
    """Assemble the training rows.

    Parameters
    ----------
    hosts, fold, evidence : labelled hosts, their folds, and the evidence by fold.
    seed : of all chance.
    jobs : processes.
    """
    rng = np.random.default_rng(seed)
    weights = _negative_weights(hosts)
    tasks = [
        delayed(_real_part)(
            hosts[rows], weights[rows], int(fold[rows[0]]), evidence, int(rng.integers(2**31))
        )
        for rows in _real_profiles(hosts, fold, rng)
    ]
    numbers = {False: count(1), True: count(50_001)}  # pages come beside the others, not between
    for f in np.unique(fold):
        part = hosts.filter(pl.Series(fold == f))
        honest = part.filter(pl.col("kind").is_in(SMALL_KINDS))["host"].to_list()
        spam = part.filter(pl.col("is_spam") == 1)["host"].to_list()
        for view, profiles in _PROFILES.items():
            for _ in range(profiles):
                number = next(numbers[view in _FETCHED_FOR])
                tasks.append(
                    delayed(_generated_part)(
                        HostPool(honest, spam), view, int(f), evidence, seed * 100_003 + number
                    )
                )
    return _joined(Parallel(n_jobs=jobs)(tasks), hosts)


def _joined(parts: Sequence[dict[str, npt.NDArray[np.generic]]], hosts: pl.DataFrame) -> Examples:
    unit, start = [], 0
    for part in parts:
        unit.append(part["unit"] + start)
        start += int(part["unit"].max()) + 1
    joined: dict[str, Any] = {
        key: np.concatenate([p[key] for p in parts]) for key in parts[0] if key != "unit"
    }
    kind_of = dict(zip(hosts["linking_domain"], hosts["kind"], strict=True))
    kind_of |= dict(zip(hosts["host"], hosts["kind"], strict=True))
    worn = [kind_of.get(name, "") for name in joined["network"]]
    host_kind = np.where(joined["is_real"], joined["kind"], np.array(worn, dtype=object))
    return Examples(unit=np.concatenate(unit), host_kind=host_kind, **joined)


def _part(
    frame: pl.DataFrame, evidence: NameEvidence, brands: tuple[str, ...]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64], pl.Series]:
    coded, tables = encode(frame, evidence, brands=brands)
    names = tables.hosts["linking_domain"].gather(coded["_host"])
    return signals(coded, tables), coded["_domain"].to_numpy().astype(np.int64), names


def _real_part(
    rows: pl.DataFrame,
    weight: npt.NDArray[np.float64],
    fold: int,
    evidence: NameEvidence,
    seed: int,
) -> dict[str, npt.NDArray[np.generic]]:
    frame = pl.DataFrame(
        {"referring_page": _pages(rows["host"].to_list(), np.random.default_rng(seed))}
    )
    matrix, unit, _ = _part(frame, evidence, ())
    n = len(matrix)
    return {
        "matrix": matrix,
        "unit": unit,
        "is_spam": rows["is_spam"].to_numpy().astype(np.int8),
        "weight": weight,
        "view": view_of(matrix),
        "fold": np.full(n, fold),
        "is_real": np.ones(n, np.bool_),
        "kind": np.array(rows["kind"].to_list(), dtype=object),
        "network": np.array(rows["network"].to_list(), dtype=object),
    }


def _exported(made: pl.DataFrame, view: str, rng: np.random.Generator) -> pl.DataFrame:
    """A profile as an export shows it, now and then with what registries say."""
    shown = see_as(made, view)
    if rng.random() > 0.15:  # few people bring registration dates
        shown = shown.drop(BLOCKS["facts"], strict=False)
    return shown


def _fetched(made: pl.DataFrame, view: str, rng: np.random.Generator) -> pl.DataFrame:
    """A profile as an export shows it, some of its pages fetched.

    Rows whose page was not fetched are rows of the export's own view, as they will be in use.
    """
    looked_up = hide_fetch(made, rng, depth="pages" if rng.random() < 0.7 else "all")
    export = str(rng.choice(_FETCHED_FOR[view]))
    return fill_from_fetch(see_as(looked_up, export, fetched=True), looked_up)


def _generated_part(
    pool: HostPool, view: str, fold: int, evidence: FoldedEvidence, seed: int
) -> dict[str, npt.NDArray[np.generic]]:
    rng = np.random.default_rng(seed)
    share = float(np.clip(rng.beta(1.6, 4), 0.02, 0.8))
    made = generate(
        _ROWS,
        seed=seed,
        spam_share=share,
        pool=pool,
        wide=rng.uniform(0.8, 1.3),
        spam_names=_SPAM_NAMES[view],
    )
    shown = _fetched(made, view, rng) if view in _FETCHED_FOR else _exported(made, view, rng)
    # One in four knows no brand: the anchor match must be allowed to be missing.
    brands = ("shop",) if rng.random() < 0.75 else ()
    matrix, unit, names = _part(shown, evidence, brands)
    n = len(matrix)
    label = made["is_spam"].to_numpy().astype(np.int8)
    weight = np.where(label == 1, 0.3 / max(label.mean(), 0.01), 0.7 / max(1 - label.mean(), 0.01))
    seen = view_of(matrix)
    beside = (seen != VIEWS.index(view)) & (view in _FETCHED_FOR)
    return {
        "matrix": matrix,
        "unit": unit,
        "is_spam": label,
        "weight": weight * np.where(beside, BESIDE, GENERATED_WEIGHT[view]),
        "view": seen,
        "fold": np.full(n, fold),
        "is_real": np.zeros(n, np.bool_),
        "kind": np.array(made["kind"].to_list(), dtype=object),
        "network": np.array(names.to_list(), dtype=object),
    }
