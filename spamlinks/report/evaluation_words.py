"""What an evaluation says, as sentences and rows of text: for the terminal and for the page.

Everything is read from the data of evaluation.json, in which a number that cannot be had is None.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from spamlinks.report.text import clean, count, percent

__all__ = [
    "Rows",
    "cautions",
    "compare_note",
    "compare_rows",
    "cut_rows",
    "drift_rows",
    "headline",
    "interval_text",
    "lead",
    "main_rows",
    "remarks",
    "slice_rows",
]

Rows = list[tuple[str, ...]]
"""A table of text; the first row holds the names of the columns."""

MADE_UP = "Made-up rows: these figures say nothing about accuracy."

DRIFTED = 0.25
SHOWN_DRIFT = 15


def interval_text(found: Mapping[str, Any] | None, how: str = "score") -> str:
    """Write a figure with its interval; ``how`` is score, percent, count or signed.

    >>> interval_text({"value": 0.9123, "low": 0.88, "high": 0.95})
    '0.912 [0.880, 0.950]'
    >>> interval_text({"value": 0.5, "low": None, "high": None}, "percent")
    '50.0 % [n/a]'
    >>> interval_text({"value": -0.02, "low": -0.05, "high": 0.01}, "signed")
    '-0.020 [-0.050, +0.010]'
    >>> interval_text({"value": None, "low": None, "high": None})
    'n/a'
    """
    if found is None or found.get("value") is None:
        return "n/a"

    def one(value: float) -> str:
        if how == "percent":
            return f"{100 * value:.1f}"
        if how == "count":
            return f"{value:,.1f}"
        return f"{value:+.3f}" if how == "signed" else f"{value:.3f}"

    unit = " %" if how == "percent" else ""
    low, high = found.get("low"), found.get("high")
    ends = "n/a" if low is None or high is None else f"{one(low)}, {one(high)}"
    return f"{one(found['value'])}{unit} [{ends}]"


def headline(found: Mapping[str, Any]) -> str:
    """The main figure in one sentence, or that there is none."""
    if found["made_up"]:
        return MADE_UP
    domains = found["domains"]
    return (
        f"ROC AUC {interval_text(domains['roc_auc'])} on {count(domains['rows'])} labelled linking "
        "domains"
    )


def lead(found: Mapping[str, Any]) -> str:
    """What the model's cut does on these domains, in one sentence."""
    domains = found["domains"]
    cut = next(iter(domains["cuts"].values()))
    wanted = percent(found["precision"]).replace("\u00a0", " ")
    if not cut["flagged"]:
        return (
            f"The model's cut for a precision of {wanted} flags none of the "
            f"{count(domains['spam'])} spam domains and no honest one."
        )
    return (
        f"The model's cut for a precision of {wanted} flags {count(cut['flagged'])} domains: "
        f"{count(cut['caught'])} of {count(domains['spam'])} labelled spam, and "
        f"{count(cut['false'])} of {count(domains['honest'])} labelled honest."
        f"{_after_guards(domains)}"
    )


def _after_guards(domains: Mapping[str, Any]) -> str:
    """What is left of the cut's domains after the guards, as an audit would write them down."""
    cuts = list(domains["cuts"].values())
    if len(cuts) < 2:
        return ""
    left = cuts[1]
    return (
        f" An audit would disavow {count(left['flagged'])}, {count(left['false'])} of them "
        "labelled honest: links that are nofollow or gone, and sites that guards keep, need no "
        "entry."
    )


def cautions(found: Mapping[str, Any]) -> list[str]:
    """What a reader must know before any figure."""
    out = []
    if found["made_up"]:
        out += [f"{file}: {why}." for file, why in found["made_up"].items()]
    if found["trained_on"]:
        out.append(
            f"The model was trained on {', '.join(found['trained_on'][:3])}: it knows these "
            "labels, so every figure is better than on other links. 'spamlinks train' prints "
            "those of domains left out."
        )
    if found["vendor_verdict"]:
        out.append(
            f"The label is a vendor's own verdict ({found['vendor_verdict']}): the figures tell "
            "how far the model agrees with it, not how often either is right."
        )
    counts = found["counts"]
    if counts["contradictory_domains"]:
        names = ", ".join(counts["contradictory"][:5])
        more = ", ..." if counts["contradictory_domains"] > 5 else ""
        out.append(
            f"{count(counts['contradictory_domains'])} linking domains with links of both labels "
            f"are left out of the figures of domains ({names}{more})."
        )
    return [clean(text, 400) for text in out]


def remarks(found: Mapping[str, Any]) -> list[str]:
    """What could not be computed, what was assumed, and other notes."""
    counts = found["counts"]
    parts = (
        ("duplicates", "duplicates"),
        ("own_site", "from the own site"),
        ("rejected", "rejected"),
    )
    others = "".join(f" + {count(counts[key])} {word}" for key, word in parts)
    out = [f"{count(counts['records'])} records = {count(counts['links'])} links{others}."]
    if counts["unlabelled_links"]:
        out.append(
            f"{count(counts['unlabelled_links'])} links without a label were scored along and not "
            "counted."
        )
    for level in ("links", "domains"):
        out += [f"{level}: {text}." for text in found[level]["why_not"]]
    out += [text if text.endswith(".") else f"{text}." for text in found["notes"]]
    return [clean(text, 400) for text in out]


def _both(found: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield found["links"]
    yield found["domains"]


def main_rows(found: Mapping[str, Any]) -> Rows:
    """Ranking and calibration, links beside linking domains."""
    rows: Rows = [("figure", "links", "linking domains")]

    def add(name: str, cells: Sequence[str]) -> None:
        rows.append((name, *cells))

    add("labelled", [f"{count(p['rows'])} ({count(p['spam'])} spam)" for p in _both(found)])
    add("networks, resampled whole", [count(part["networks"]) for part in _both(found)])
    add("ROC AUC", [interval_text(part["roc_auc"]) for part in _both(found)])
    add("average precision", [interval_text(part["average_precision"]) for part in _both(found)])
    for key, words in (
        ("calibration_as_scored", f"as scored, at a prior of {found['prior']:.3g}"),
        ("calibration_at_labelled_share", "moved to the labelled share of spam"),
    ):
        for figure, name in (
            ("expected_calibration_error", "expected calibration error"),
            ("brier_skill", "Brier skill over the base rate"),
        ):
            cells = [
                interval_text(part[key][figure]) if part[key] else "n/a" for part in _both(found)
            ]
            add(f"{name}, {words}", cells)
    return rows


def cut_rows(cuts: Mapping[str, Any], prior: float) -> Rows:
    """What each cut catches, one column a cut."""
    rows: Rows = [("linking domains", *cuts)]
    for key, name in (("flagged", "flagged"), ("false", "of these labelled honest")):
        rows.append((name, *(count(cut[key]) for cut in cuts.values())))
    for key, name, how in (
        ("precision", "precision at the labelled share of spam", "percent"),
        ("precision_at_prior", f"precision at a prior of {prior:.3g}", "percent"),
        ("recall", "recall", "percent"),
        ("false_per_10000", "false disavows per 10,000 honest domains", "count"),
    ):
        rows.append((name, *(interval_text(cut[key], how) for cut in cuts.values())))
    return rows


def slice_rows(found: Mapping[str, Any], kind: str) -> Rows:
    """Figures of linking domains, one row a part; what cannot be had says why."""
    rows: Rows = [
        (
            f"by {kind}",
            "domains",
            "spam",
            "ROC AUC",
            "average precision",
            "precision",
            "recall",
            "false per 10,000",
        )
    ]
    for part in found["slices"]:
        if part["kind"] != kind:
            continue
        cut = next(iter(part["cuts"].values()))
        rows.append(
            (
                part["says"],
                count(part["rows"]),
                count(part["spam"]),
                interval_text(part["roc_auc"]),
                interval_text(part["average_precision"]),
                interval_text(cut["precision"], "percent"),
                interval_text(cut["recall"], "percent"),
                interval_text(cut["false_per_10000"], "count"),
            )
        )
    return rows


def compare_rows(found: Mapping[str, Any]) -> Rows:
    """Our score and the other one on the same links and domains."""
    compared = found["compare"]
    rows: Rows = [("on the same rows", "model", compared["column"], "difference")]
    for level, part in compared["levels"].items():
        name = "linking domains" if level == "domains" else level
        head = f"{name}, {count(part['rows'])} ({count(part['spam'])} spam)"
        for metric, ours in part["ours"].items():
            rows.append(
                (
                    f"{head}: {metric}",
                    interval_text(ours),
                    interval_text(part["theirs"][metric]),
                    interval_text(part["difference"][metric], "signed"),
                )
            )
        if not part["their_cuts"]:
            continue
        theirs = next(iter(part["their_cuts"].values()))
        ours = next(iter(part["our_cuts"].values()), None)
        for key, word, how in (
            ("precision", "precision", "percent"),
            ("recall", "recall", "percent"),
            ("false_per_10000", "honest ones flagged per 10,000", "count"),
        ):
            mine = interval_text(ours[key], how) if ours else "no cut for links"
            rows.append((f"{head}: {word}", mine, interval_text(theirs[key], how), ""))
    return rows


def compare_note(found: Mapping[str, Any]) -> str:
    """How the other column was read: its bad end, its cut, and how domains get a value."""
    compared = found["compare"]
    end = "lower is worse" if compared["lower_is_worse"] else "higher is worse"
    text = f"{compared['column']}: {end}, {compared['direction']}."
    if compared["yes_or_no"]:
        text += " A link is flagged by a yes, a domain where half of its links or more are."
    elif compared["cut"] is not None:
        side = "or less" if compared["lower_is_worse"] else "or more"
        text += f" Flagged at {compared['cut']:g} {side}; a domain has the mean of its links."
    else:
        text += " A domain has the mean of its links; no cut was stated (--compare-cut)."
    auc = compared["levels"]["domains"]["theirs"]["ROC AUC"]["value"]
    if auc is not None and auc < 0.5 and not compared["lower_is_worse"]:
        text += " It ranks worse than chance: perhaps lower is worse (--compare-lower-is-worse)."
    return clean(text, 500)


def drift_rows(found: Mapping[str, Any], most: int = SHOWN_DRIFT) -> Rows:
    """The signals that moved most since training."""
    rows: Rows = [("signal", "view", "PSI", "by chance", "known", "median")]
    for line in (found["drift"] or [])[:most]:
        then, now = line["median_before"], line["median_now"]
        rows.append(
            (
                line["signal"],
                line["view"],
                f"{line['psi']:.2f}",
                f"{line['chance']:.2f}",
                f"{line['known_before']:.0%} -> {line['known_now']:.0%}",
                f"{then:.3g} -> " + ("none" if now is None else f"{now:.3g}"),
            )
        )
    return rows
