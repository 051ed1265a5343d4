"""What looking things up is worth to an export that has addresses only, on generated webs.

``python benchmarks/enrich_gain.py`` makes a Search Console export of a generated profile, serves
its web and its registry on addresses of this machine, runs ``enrich`` against them and scores the
links before and after with the shipped model. It prints ROC AUC and average precision over several
seeds with intervals (bootstrap over networks and domains), how the look-ups ended, how long they
took, and how far the facts that were read agree with what the generator put on the pages.

``--columns`` crawls nothing and takes the generator's columns as a look-up would have found them:
seconds instead of minutes. ``--model DIR`` measures another model.

All rows are generated. The figures say what the program makes of such pages; they are no accuracy
on real links, and the pages say what the reader looks for: agreement is no recall on real pages.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
from local_web import LocalWeb, Registry
from sklearn.metrics import average_precision_score, roc_auc_score

from spamlinks.enrich.settings import FetchSettings
from spamlinks.enrich.store import Store
from spamlinks.enriching.job import Fetching, enrich
from spamlinks.enriching.plan import Wanted
from spamlinks.fetched import join_store
from spamlinks.model.bundle import load_bundle
from spamlinks.model.scoring import score_links
from spamlinks.pipeline import Settings
from spamlinks.simulate import fill_from_fetch, generate, hide_fetch, see_as, write_export
from spamlinks.simulate.web import Web, bare

SITE = "shop.example"
SPAM_SHARE = 0.3
DRAWS = 400
"""Draws of the bootstrap."""

Floats = npt.NDArray[np.float64]

EXACT = ("fetched_redirects", "fetched_elsewhere", "fetched_link_found", "fetched_link_hidden",
         "fetched_placement", "fetched_external_links", "fetched_linked_domains",
         "fetched_language", "fetched_generator", "fetched_noindex", "fetched_canonical_elsewhere",
         "fetched_trade_words", "fetched_ids", "fetch_state", "fetched_http_code", "home_state",
         "home_language", "home_external_links", "home_trade_words", "domain_created_on",
         "domain_expires_on", "domain_registrar", "domain_name_servers", "referring_page_title",
         "anchor_text", "rel_nofollow", "rel_ugc", "rel_sponsored", "link_kind")  # fmt: skip
NEAR = ("fetched_words", "home_words", "fetched_internal_links", "fetched_links_around",
        "fetched_trade_links")  # fmt: skip
"""Columns that agree where they differ by a tenth or two at most."""
EVIDENCE = ("fetched_parked", "fetched_for_sale", "fetched_directory", "fetched_sells_links",
            "home_parked")  # fmt: skip
"""Columns of words that agree where both or none of them say something."""


@dataclass
class Round:
    """One seed: labels, units for the bootstrap, scores before and after, and what was found."""

    spam: npt.NDArray[np.bool_]
    unit: npt.NDArray[np.int64]
    before: Floats
    after: Floats
    seconds: float
    states: dict[str, Counter[str]] = field(default_factory=dict)
    agreement: pl.DataFrame | None = None


def profile(seed: int, rows: int) -> pl.DataFrame:
    """A generated profile with one row for each page, as Search Console lists them."""
    made = generate(rows, seed=seed, spam_share=SPAM_SHARE, site=SITE)
    key = pl.col("referring_page").str.replace(r"^https?://(?:www\.)?", "")
    return made.unique(key, keep="first", maintain_order=True)


def units(made: pl.DataFrame) -> npt.NDArray[np.int64]:
    """Network of each row, or else its host: what the bootstrap draws."""
    host = made["referring_page"].map_elements(lambda url: bare(url)[0], return_dtype=pl.String)
    names = made["network"].fill_null(host)
    return names.rank("dense").to_numpy().astype(np.int64) - 1


def scores(frame: pl.DataFrame, model: Path | None) -> Floats:
    """Spam score of each row of a frame."""
    scored = score_links(load_bundle(model), frame, brands=(SITE.split(".")[0],))
    return np.asarray(scored.spam_score, dtype=np.float64)


def by_columns(seed: int, rows: int, model: Path | None, pages: int) -> Round:
    """Take the generator's columns for what was looked up."""
    started = time.perf_counter()
    made = profile(seed, rows)
    plain = see_as(made, "urls").select("referring_page", "last_crawled")
    rng = np.random.default_rng(seed)
    looked_up = hide_fetch(made, rng, depth="all", pages=pages, reach=1)
    shown = see_as(looked_up, "urls", fetched=True)
    after = scores(fill_from_fetch(shown, looked_up), model)
    states = {"pages": Counter(shown["fetch_state"].fill_null("not tried").to_list())}
    return Round(
        made["is_spam"].to_numpy() == 1, units(made), scores(plain, model), after,
        time.perf_counter() - started, states,
    )  # fmt: skip


def by_crawl(
    seed: int,
    rows: int,
    model: Path | None,
    pages: int,
    folder: Path,
    debug: Path | None = None,
) -> Round:
    """Serve the web and fetch it; ``debug`` keeps both tables of the comparison."""
    made = profile(seed, rows)
    web = Web(made, seed=seed)
    made = made.with_columns(
        referring_page=made["referring_page"].map_elements(web.local, return_dtype=pl.String)
    )
    export = folder / f"https___{SITE}_-Latest links-2026-10-05-{seed}.csv"
    plain = see_as(made, "urls").select("referring_page", "last_crawled")
    write_export(plain, export, "gsc", label=False)
    path = folder / f"{seed}.store"
    settings = Settings(site=SITE, model=model)
    with LocalWeb(web) as served, Registry(made) as registry:
        fetch = FetchSettings(
            "spamlinks-benchmark/1 (on this machine only)", delay=0.0, timeout=10.0,
            allow_private=True, hosts=served.hosts, rdap_server=registry.base, retries=0,
        )  # fmt: skip
        wanted = Wanted(frozenset({"ages", "pages"}), pages_per_domain=pages)
        started = time.perf_counter()
        outcome = enrich([export], path, settings, Fetching(wanted, fetch))
        seconds = time.perf_counter() - started
    if outcome.error is not None:
        raise outcome.error
    with Store.open(path, read_only=True) as store:
        joined, _ = join_store(plain, store, SITE)
    states = {name: Counter(kind.states) for name, kind in outcome.kinds.items()}
    print({name: round(kind.seconds, 1) for name, kind in outcome.kinds.items()},
          sum(served.asked.values()), "requests of pages")  # fmt: skip
    if debug is not None:
        made.write_parquet(debug / "made.parquet")
        joined.write_parquet(debug / "joined.parquet")
    return Round(
        made["is_spam"].to_numpy() == 1, units(made), scores(plain, model), scores(joined, model),
        seconds, states, agreement(made, joined),
    )  # fmt: skip


def agreement(made: pl.DataFrame, joined: pl.DataFrame) -> pl.DataFrame:
    """Compare what was read with what the generator put there, column by column.

    Returns
    -------
    DataFrame with ``column``, ``rows`` (both know it), ``agree`` (of these) and ``lost`` (the
    generator has it, it was looked up, and nothing was read).
    """
    read = joined["fetch_state"] == "fetched"
    found = read & (joined["fetched_link_found"] & made["fetched_link_found"]).fill_null(False)
    of_link = ("anchor_text", "link_kind", "rel_nofollow", "rel_ugc", "rel_sponsored")
    table = []
    for name in (*EXACT, *NEAR, *EVIDENCE):
        if name not in joined.columns or name not in made.columns:
            continue
        ours, theirs = joined[name], made[name]
        where = found if name in of_link else read if name.startswith(("fetched_", "ref")) else None
        both = theirs.is_not_null() & ours.is_not_null()
        lost = theirs.is_not_null() & ours.is_null()
        if where is not None:
            both, lost = both & where, lost & where
        one, two = ours.filter(both), theirs.filter(both)
        if name in NEAR:
            gap = (one.cast(pl.Float64) - two.cast(pl.Float64)).abs()
            room = pl.select(pl.max_horizontal(two * 0.1, pl.lit(2.0))).to_series()
            same = gap <= room
        elif name in EVIDENCE:
            same = (one != "") == (two != "")
        else:
            same = one == two
        table.append((name, len(same), float(same.mean() or 0.0), int(lost.sum())))
    return pl.DataFrame(table, schema=["column", "rows", "agree", "lost"], orient="row")


def interval(rounds: Sequence[Round], figure: Callable[[Floats, Floats, Floats], float]) -> Floats:
    """2.5, 50 and 97.5 % of a figure, with networks and domains drawn with replacement."""
    rng = np.random.default_rng(0)
    drawn = []
    for _ in range(DRAWS):
        values = []
        for part in rounds:
            count = int(part.unit.max()) + 1
            weight = np.bincount(rng.integers(0, count, count), minlength=count)[part.unit]
            if 0 < weight[part.spam].sum() < weight.sum():
                values.append(figure(part, weight))  # type: ignore[arg-type, call-arg]
        drawn.append(np.mean(values))
    return np.asarray(np.quantile(drawn, [0.025, 0.5, 0.975]), dtype=np.float64)


def show(rounds: Sequence[Round]) -> None:
    """Print the table of figures."""
    figures = {"ROC AUC": roc_auc_score, "average precision": average_precision_score}
    print("| figure | addresses only | with what was looked up | gain, 95 % interval |")
    print("| --- | --- | --- | --- |")
    for name, figure in figures.items():
        before = np.mean([figure(r.spam, r.before) for r in rounds])
        after = np.mean([figure(r.spam, r.after) for r in rounds])

        def gain(part: Round, weight: Floats, of=figure) -> float:  # type: ignore[no-untyped-def]
            return of(part.spam, part.after, sample_weight=weight) - of(
                part.spam, part.before, sample_weight=weight
            )

        low, _, high = interval(rounds, gain)  # type: ignore[arg-type]
        print(f"| {name} | {before:.3f} | {after:.3f} | {after - before:+.3f} "
              f"({low:+.3f} to {high:+.3f}) |")  # fmt: skip


def main() -> None:
    """Run the measurement."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rows", type=int, default=900, help="links of each profile")
    parser.add_argument("--seeds", type=int, default=3, help="profiles")
    parser.add_argument("--first", type=int, default=7000, help="seed of the first profile")
    parser.add_argument("--pages", type=int, default=3, help="pages of a domain at most")
    parser.add_argument("--model", type=Path, help="folder of a model; default the shipped one")
    parser.add_argument("--columns", action="store_true", help="no crawl: the generator's columns")
    parser.add_argument("--keep", type=Path, help="folder for the compared tables, last seed")
    args = parser.parse_args()
    rounds = []
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(args.first, args.first + args.seeds):
            if args.columns:
                rounds.append(by_columns(seed, args.rows, args.model, args.pages))
            else:
                part = by_crawl(seed, args.rows, args.model, args.pages, Path(folder), args.keep)
                rounds.append(part)
            part = rounds[-1]
            print(f"seed {seed}: {len(part.spam)} pages, {part.seconds:.1f} s, ROC AUC "
                  f"{roc_auc_score(part.spam, part.before):.3f} -> "
                  f"{roc_auc_score(part.spam, part.after):.3f}", flush=True)  # fmt: skip
    how = "the generator's columns, no crawl" if args.columns else "crawled on this machine"
    print(f"\nGenerated rows, {how}; no accuracy on real links.\n")
    show(rounds)
    states: dict[str, Counter[str]] = {}
    for part in rounds:
        for name, counts in part.states.items():
            states.setdefault(name, Counter()).update(counts)
    for name, counts in states.items():
        total = sum(counts.values())
        print(f"\n{name}: " + ", ".join(f"{k} {v / total:.1%}" for k, v in counts.most_common()))
    tables = [part.agreement for part in rounds if part.agreement is not None]
    if tables:
        seconds = sum(part.seconds for part in rounds)
        count = sum(sum(c.values()) for c in states.values())
        print(f"\n{count} look-ups in {seconds:.0f} s, planning and scoring included.")
        every = pl.concat(tables).group_by("column", maintain_order=True).agg(
            (pl.col("agree") * pl.col("rows")).sum() / pl.col("rows").sum(),
            pl.col("rows").sum(), pl.col("lost").sum(),
        )  # fmt: skip
        print("\n| read from pages | rows | as the generator put it | not read |")
        print("| --- | --- | --- | --- |")
        for name, agree, count, lost in every.iter_rows():
            print(f"| {name} | {count} | {agree:.1%} | {lost} |")


if __name__ == "__main__":
    main()
