"""A small model for tests: two parts, one per group of views, trained in a moment."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
import polars as pl

from spamlinks.model.bundle import ModelBundle, Part
from spamlinks.model.calibration import Cut, Line
from spamlinks.model.terms import Term
from spamlinks.model.training import fit_part
from spamlinks.model.views import STAND_INS, VIEWS
from spamlinks.signals.kernel import SIGNALS, encode, signals
from spamlinks.simulate import fill_from_fetch, generate, see_as

SMALL = {"n_estimators": 12, "num_leaves": 7, "max_depth": 3, "min_child_samples": 10}
FIRST = ("host_length", "anchor_length", "external_links", "link_age_days")
SECOND = ("external_links", "domain_traffic", "is_nofollow")


@cache
def rows(view: str = "full", n: int = 260, seed: int = 3) -> pl.DataFrame:
    """Generated backlinks with ``is_spam``, as an export of a view shows them."""
    made = generate(n, seed=seed, spam_share=0.35)
    if view in STAND_INS:
        made = made.with_columns(
            fetch_state=pl.lit("fetched"), fetched_words=pl.col("fetched_words").fill_null(300)
        )
        bare = see_as(made, "anchors" if view == "pages" else "full", fetched=True)
        return fill_from_fetch(bare, made).with_columns(made["is_spam"])
    return see_as(made, view).with_columns(made["is_spam"])


@cache
def matrix(view: str = "full", n: int = 260, seed: int = 3) -> npt.NDArray[np.float32]:
    """Their signals."""
    frame, tables = encode(rows(view, n, seed).drop("is_spam"), None, brands=("shop",))
    return signals(frame, tables)


def usable(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if name in SIGNALS)


def make(seed: int = 0) -> ModelBundle:
    """A bundle with a cut in every view; its figures are made up."""
    data = np.concatenate([matrix(view) for view in VIEWS])
    label = np.tile(rows()["is_spam"].to_numpy(), len(VIEWS)).astype(np.int8)
    weight = np.ones(len(label))
    parts: list[Part] = []
    for names, views, share in ((FIRST, VIEWS, 0.7), (SECOND, ("links", "full"), 0.3)):
        parts.append(
            fit_part(
                data, label, weight, usable(names), views,
                seed=seed, threads=1, share=share, settings=SMALL,
                terms=(Term("domain_traffic", -0.5, 1.5, 1.5), Term("in_content", 0.2)),
            )
        )  # fmt: skip
    never = Cut(float("inf"), 0.0, 0.1, 0.0, 0.0, 0.0, 0, 0)
    cuts = {
        view: {"0.80": Cut(0.5, 0.8, 0.1, 0.5, 1.0, 3.0, 40, 900), "0.98": never} for view in VIEWS
    }
    lines = {view: Line(1.0 + i / 10, -0.5, 0.3) for i, view in enumerate(VIEWS)}
    bent = ((-2.0, -3.0), (0.0, -1.0), (2.5, 4.0))
    unit_lines = {**lines, "full": Line(1.2, -0.4, 0.3, bent)}
    return ModelBundle(
        "tiny", tuple(parts), None, lines, cuts, 0.1, {"seed": seed, "start": "none"},
        unit_lines=unit_lines, top_share=0.25,
    )  # fmt: skip
