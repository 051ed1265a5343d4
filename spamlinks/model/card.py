"""Model cards: what a model is for, what it learned from, what it can get wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from spamlinks.model.bundle import ModelBundle
from spamlinks.model.own import OwnTraining
from spamlinks.model.terms import BOUND
from spamlinks.model.thresholds import GENERATED_BELIEF
from spamlinks.model.training import Trained

__all__ = ["own_card", "shipped_card", "table"]


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Render a Markdown table."""
    lines = [" | ".join(header), " | ".join("---" for _ in header)]
    lines += [" | ".join(str(cell) for cell in row) for row in rows]
    return "\n".join(f"| {line} |" for line in lines)


def own_card(
    training: OwnTraining, source: str, notes: Sequence[str] = (), verdicts: str = ""
) -> str:
    """The card of a model trained on somebody's own labels.

    ``notes`` are sentences about them, ``verdicts`` one about what the model does to their links.
    """
    start = training.bundle.metadata["start"]
    cuts = [
        (view, target, f"{cut.recall:.0%}", f"{cut.false_per_10000_upper:.0f}", cut.honest_units)
        for view, by in training.bundle.cuts.items()
        for target, cut in by.items()
        if cut.score != float("inf")
    ]
    header = ("view", "precision", "recall", "honest above, per 10,000 (upper)", "honest")
    thresholds = "\n\n".join(
        part for part in (_leaning(training, start), table(header, cuts) if cuts else "") if part
    )
    figures = table(
        ("figure", "this model", f"start ({start})"),
        [(name, training.own[name], training.start[name]) for name in training.own],
    )
    other = "without a label" if training.unlabelled else "honest"
    rest = training.domains - training.spam_domains
    said = "".join(f"- {note[0].upper()}{note[1:]}.\n" for note in notes)
    return f"""# {training.bundle.name}

A model trained on own labels, starting from {start}.

- Labels: {training.rows:,} rows, {training.domains:,} linking domains,
  {training.spam_domains:,} spam and {rest:,} {other}. Source: {source}
- Label: is_spam, 1 = spam. Prior: {training.bundle.prior:.3f}, the share of spam that scores assume
  among linking domains.
- {_counted(training, start)}
{said}{verdicts and f"- {verdicts[0].upper()}{verdicts[1:]}.{chr(10)}"}
## How good it is

Folds over {training.groups:,} groups: a linking domain, and all that share a name pattern, a title
template, a long anchor or a seller's handle with it, are never on both sides. 95 % intervals from
groups drawn whole.{_UNKNOWN if training.unlabelled else ""}

{figures}

Difference in ROC AUC to the start, on the same rows: {training.gain}

## What fewer labels would have bought

{_curve(training)}

## Thresholds

{thresholds}

## Limits

It learned one person's decisions about one site. On other sites it may know less than the model
it started from. Labels carry noise; a figure near 1 says that they are easy, not that they are
right.
"""


def _counted(training: OwnTraining, start: str) -> str:
    if training.share:
        return f"What was learned from the labels counts {training.share:.0%}, the start the rest."
    return (
        "The labels did not help on domains left out (ROC AUC "
        f"{training.tried:.3f} with them,\n  {training.start['ROC AUC'].value:.3f} without), so "
        f"this model scores and decides as {start} does."
    )


def _leaning(training: OwnTraining, start: str) -> str:
    """Which cuts are in force, in words, before the table of the model's own."""
    bundle = training.bundle
    if not training.share:
        return f"Those of {start}, as it was measured."
    own = any(cut.score != float("inf") for by in bundle.cuts.values() for cut in by.values())
    few = "" if own else "There are too few labels to promise a precision by themselves. "
    if bundle.origin is None:
        return "" if own else f"{few}Nothing is DISAVOW; what looks bad is REVIEW."
    lifted = [f"{d.precision:.2f}" for d in training.disputes if d.lifted]
    spoken = f" The labels speak against its cut at {', '.join(lifted)}: not in force." * bool(
        lifted
    )
    more = " Besides, at the cuts below, counted on the labels:" if own else ""
    return (
        f"{few}DISAVOW is what {bundle.origin.name} would disavow and this model holds\n"
        f"for REVIEW at least; where they disagree, REVIEW.{spoken}{more}"
    )


def interval_text(figure: Mapping[str, Any]) -> str:
    """The interval of a recorded figure, "" where it has none."""
    return "" if figure["low"] is None else f"{figure['low']} to {figure['high']}"


_UNKNOWN = """ Rows without a label count as honest here although some are
spam, so every figure is lower than the truth, for both models alike; their order is what counts."""


def _curve(training: OwnTraining) -> str:
    if not training.curve:
        return "Not measured: there are too few labelled domains to draw from."
    whole = training.own["ROC AUC"].value, training.start["ROC AUC"].value
    rows = [
        (f"{p.labels:,}", f"{p.own:.3f}", f"{p.low:.3f} to {p.high:.3f}", f"{p.start:.3f}",
         f"{p.better} of {p.draws}")
        for p in training.curve
    ]  # fmt: skip
    rows.append((f"{training.domains:,} (all)", f"{whole[0]:.3f}", "", f"{whole[1]:.3f}", ""))
    header = ("labelled domains", "ROC AUC", "draws from and to", "start", "draws that helped")
    return (
        "Mean ROC AUC of models trained on random draws of so many domains, on a fold of groups "
        "that is left\nout of each draw; the last row is the figure above.\n\n"
        f"{table(header, rows)}"
    )


_SHIPPED = """# {name}

The model that is shipped with spamlinks. It scores backlinks; higher is worse; label: is_spam,
1 = spam.

## What it is for

To find, among the domains that link to a site, those that are surely spam, so that a person can
decide about a disavow file. It is not for judging people, for blocking mail or traffic, or for
deciding without a person. A score is a probability at a stated prior ({prior:.0%} of linking
domains are spam); a site with a flood of spam has more.

## What it learned from

- **Host names**: {hosts:,} hosts of public lists of disavowed, referrer-spam, comment-spam and
  copycat domains (spam), and of small personal sites, popular sites, sites with preloaded https,
  universities and public bodies (honest); `metadata.json` names source, commit, licence, date and
  SHA-256 of each list. No list and no row of one is in this model: only weights, counts of endings
  and calibration. Two honest lists, random sites and sites that owners kept, trained nothing, so
  that they can judge.
- **Generated links** (`spamlinks simulate`, docs/GENERATOR.md) for the other columns: anchors, link
  counts, traffic, authority, dates. Their numbers are assumptions.
- **Stated terms**: bounded log-odds that are assumed openly, listed below.
- No vendor's verdict (Ahrefs' "Is spam", Semrush's Toxic Score or Authority Score, Moz' Spam
  Score) trained it or is a signal.

{kinds}

One booster serves rows that show addresses and anchors only, others serve rows with link columns,
so that what was learned from generated links does not touch the first, and host names do not rule
where better columns are known. Directions are bound where they are known (monotone constraints). A
domain's links are rolled up as {top:.0%} of the highest margin and the rest of the mean.

### Stated terms

weight * clip((value - centre) / scale, -{bound:g}, {bound:g}), in log-odds; nothing where unknown.

{terms}

## How often it is wrong: addresses only, real hosts

Networks left out: each host is judged by a model that saw no host of its network (same name
pattern and ending, or one operator). 95 % intervals from networks drawn whole.

{figures}

Share of hosts above the DISAVOW threshold of situation "none" (log-odds {cut:.2f}), by kind:

{shares}

The lists of random and well-known sites are of 2014 and hold some spam themselves. Popular sites,
platforms and institutions are kept from DISAVOW by guards besides.

### Sources left out whole

The whole recipe run again without the source, its networks and a part of the honest hosts
(`make accuracy`). AUC against each honest kind; `opendns_random` and `kept` are left out whole
everywhere. `recall_at_1_in_1000` where 1 in 1,000 small honest sites is above the cut; then what
DISAVOW would have done, and the calibration error at the prior.

{left_out}

## Rows with link columns: labelled exports it never saw

Zero-shot: no row of these exports and no vendor's verdict trained the model. The label is the
verdict of the vendor, which is no truth: among the rows that it calls good are pages that sell
links. **The terms' choice and weights were settled while looking at these rows**, after some sixty
variants; take the figures as those of a development set. "over rank sum" is the paired difference
to the plain sum of ranks of seven columns. Intervals (95 %) from linking domains drawn whole.

{labelled}

## Thresholds

For each view and promised precision at the prior: recall, honest hosts above per 10,000 with the
upper 95 % bound. In "urls" recall is counted on hosts of disavow files made by hand, false alarms
on small personal and on random sites together. **In every view but "urls" these are counted on
generated rows**: they order the links sensibly, and they are no measured error rate. The
log-odds that calibration on them gives are believed to {belief:.0%}, and their cuts are never below
that of "urls". Where there is none, only a host name that is certain by itself
leads to DISAVOW.

{cuts}

## Is popularity the label?

Median log-odds of honest hosts: {popular}. Small unknown sites must not look worse than well-known
ones; a model trained on popular sites as its honest examples would put them far apart.

## Limits

- A name is weak evidence: most spam hosts have unremarkable names and stay below the threshold.
- Against business-like sites it is weaker than against personal ones (see random, popular and
  preloaded sites).
- The mix of honest kinds was chosen after looking at left-out tables like the one above. Small
  personal sites come from one list: they are split by network, never left out as a source.
- Lists overlap and copy each other; a wave of link sellers of 2026 dominates the recent ones.
- Languages other than English are thin in the word lists and in the honest hosts.
- What it learned from generated links is as good as the assumptions in docs/GENERATOR.md; on the
  rows above it added nothing to the stated terms.
"""


def shipped_card(bundle: ModelBundle, trained: Trained) -> str:
    """The card of the shipped model, every number from the run that trained it."""
    meta = bundle.metadata
    kinds = meta["corpus"]["hosts_by_kind"]
    cut = bundle.cuts["urls"]["0.98"]
    shares = trained.false_shares(cut.score)
    left_out = meta["left_out_sources"]
    rows = [
        (
            view,
            target,
            f"{c.score:.2f}",
            f"{c.recall:.1%}",
            f"{c.false_per_10000:.1f}",
            f"{c.false_per_10000_upper:.1f}",
            f"{c.honest_units:,}",
        )
        if c.score != float("inf")
        else (view, target, "none", "", "", "", f"{c.honest_units:,}")
        for view, by in bundle.cuts.items()
        for target, c in by.items()
    ]
    header = ("view", "precision", "log-odds", "recall", "false per 10,000", "upper", "honest")
    terms = {term: part.views for part in bundle.parts for term in part.terms}
    views = {t: tuple(v for p in bundle.parts if t in p.terms for v in p.views) for t in terms}
    labelled = meta["labelled_exports"]
    return _SHIPPED.format(
        name=bundle.name,
        top=bundle.top_share,
        belief=GENERATED_BELIEF,
        bound=BOUND,
        terms=table(
            ("signal", "weight", "centre", "scale", "views"),
            [
                (t.signal, f"{t.weight:+g}", f"{t.centre:g}", f"{t.scale:g}", " ".join(views[t]))
                for t in terms
            ],
        ),
        labelled=table(tuple(labelled[0]), [tuple(row.values()) for row in labelled])
        if labelled
        else "Not measured for this build: the corpus folder had no labelled export.",
        prior=bundle.prior,
        hosts=sum(kinds.values()),
        kinds=table(("kind", "hosts"), [(k, f"{n:,}") for k, n in kinds.items()]),
        figures=table(
            ("figure", "value", "95 % interval"),
            [(f["name"], f["value"], interval_text(f)) for f in meta["figures"]],
        ),
        cut=cut.score,
        shares=table(
            ("kind", "hosts", "above, per 10,000"),
            [(kind, f"{n:,}", f"{1e4 * share:.1f}") for kind, (n, share) in shares.items()],
        ),
        left_out=table(tuple(left_out[0]), [tuple(row.values()) for row in left_out])
        if left_out
        else "Not measured for this build; run `make accuracy`, then train again.",
        cuts=table(header, rows),
        popular=", ".join(
            f"{kind} {value:+.2f}"
            for kind, value in trained.median_odds(
                ("smallweb", "preload", "opendns_random", "popular", "opendns_top", "university")
            ).items()
        ),
    )
