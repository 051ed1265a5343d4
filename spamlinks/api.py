"""The library: pandas (or polars) DataFrames in and out. Re-exported by ``spamlinks`` itself."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from spamlinks.decided import DecisionList, decisions_of, read_decisions
from spamlinks.disavow import DisavowFile, Report, lint_bytes, read_disavow_bytes
from spamlinks.enriching import Enrichment, Fetching, Wanted, fetch_settings
from spamlinks.enriching import enrich as run_enrich
from spamlinks.errors import InputError
from spamlinks.evaluation import Evaluation
from spamlinks.evaluation import evaluate as run_evaluate
from spamlinks.explanations import Explanation
from spamlinks.explanations import explain as run_explain
from spamlinks.exports import Hints, Mapping, Reading, catalogue, read_export
from spamlinks.model.bundle import load_bundle
from spamlinks.model.classifier import BacklinkSignals, SpamLinkClassifier
from spamlinks.model.frames import to_backlinks
from spamlinks.pipeline import Audit, Settings
from spamlinks.pipeline import audit as run_audit
from spamlinks.rechecking import Recheck
from spamlinks.rechecking import recheck as run_recheck
from spamlinks.since import Comparison, compare_runs, compared, read_earlier

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Audit",
    "BacklinkSignals",
    "Comparison",
    "DisavowFile",
    "Enrichment",
    "Evaluation",
    "Explanation",
    "SpamLinkClassifier",
    "audit",
    "compare_runs",
    "evaluate",
    "explain",
    "fetch_facts",
    "lint",
    "load_bundle",
    "read_backlinks",
    "recheck",
]


def read_backlinks(
    path: Path | str,
    keep: Sequence[str] = (),
    *,
    mapping: Mapping | dict[str, str] | Path | str | None = None,
    accept_guess: bool = False,
) -> pd.DataFrame:
    """Read one export of any known vendor, or of your own making.

    Parameters
    ----------
    path : file; recognised by its content.
    keep : headers of further columns, such as a label, added under these names as text.
    mapping : what the columns of a file are that no format fits: a dict such as
        ``{"Source": "referring_page"}``, or a file that ``spamlinks formats --save`` wrote.
    accept_guess : read such a file as its cells suggest.

    Returns
    -------
    pandas DataFrame of shape (n_backlinks, n_columns) with the columns of
    ``spamlinks.schema.FIELDS`` that the export has. Records that could not be used are listed in
    ``attrs["rejected"]`` (a list of dicts: file, record, reason, text).

    Raises
    ------
    InputError : the file or the mapping cannot be used; RefusedExport when it holds no links.
    """
    reading = read_export(Path(path), tuple(keep), hints=_hints(mapping, accept_guess))
    frame = reading.backlinks.to_pandas()
    frame.attrs["rejected"] = reading.rejected.to_dicts()
    return frame


def audit(
    exports: Path | str | pd.DataFrame | pl.DataFrame | Sequence[Path | str],
    *,
    site: str | None = None,
    brand: Sequence[str] = (),
    disavow: Path | str | None = None,
    keep: Path | str | None = None,
    decisions: Path | str | pd.DataFrame | pl.DataFrame | None = None,
    decided_by: str | None = None,
    facts: Path | str | None = None,
    store: Path | str | None = None,
    model: Path | str | None = None,
    situation: str = "none",
    precision: float | None = None,
    prior: float | str | None = None,
    previous: Path | str | None = None,
    mapping: Mapping | dict[str, str] | Path | str | None = None,
    accept_guess: bool = False,
) -> Audit:
    """Judge every linking domain of the exports; nothing is written.

    Parameters
    ----------
    exports : a file, several, or a table of backlinks (pandas or polars) with at least
        ``referring_page``.
    site, brand, disavow, keep, facts, store, model, situation, precision, prior, previous : as the
        options of ``spamlinks audit``.
    decisions : a file, as the option takes it, or a table (pandas or polars) with the columns
        ``linking_domain`` and ``decision`` and perhaps ``decided_by``, ``decided_on`` and
        ``decision_note``.
    decided_by : author of the decisions that name none; needs ``decisions``.
    mapping, accept_guess : as for ``read_backlinks``.

    Returns
    -------
    Audit: ``domains`` and ``links`` (polars), ``rejected``, ``run``, ``verdicts``, and with
    ``previous`` what changed since then: ``changes`` (polars) and ``run["since"]``.
    ``to_pandas()`` gives domains and links as pandas DataFrames.

    Raises
    ------
    InputError : an input cannot be used. ModelError : the model folder cannot be used.
    """
    settings = Settings(
        site=site,
        brand=tuple(brand),
        disavow=_path(disavow),
        keep=_path(keep),
        facts=_path(facts),
        store=_path(store),
        model=_path(model),
        situation=situation,
        precision=precision,
        prior=prior,
        hints=_hints(mapping, accept_guess),
        decisions=_decisions(decisions, decided_by),
    )
    earlier = read_earlier(previous, site)
    return compared(run_audit(_exports(exports), settings), earlier)


def evaluate(
    labelled: Path | str | Sequence[Path | str],
    *,
    label: str = "is_spam",
    labels: Path | str | None = None,
    disavow: Path | str | None = None,
    keep: Path | str | None = None,
    decisions: Path | str | pd.DataFrame | pl.DataFrame | None = None,
    compare: str | None = None,
    compare_lower_is_worse: bool = False,
    compare_cut: float | None = None,
    site: str | None = None,
    brand: Sequence[str] = (),
    facts: Path | str | None = None,
    store: Path | str | None = None,
    model: Path | str | None = None,
    situation: str = "none",
    precision: float | None = None,
    prior: float | str | None = None,
    mapping: Mapping | dict[str, str] | Path | str | None = None,
    accept_guess: bool = False,
    seed: int = 0,
    rounds: int | None = None,
) -> Evaluation:
    """Measure a model on labelled exports; nothing is written.

    Parameters
    ----------
    labelled : a file or several.
    label, labels, disavow, keep, compare, compare_lower_is_worse, compare_cut, site, brand, facts,
    store, model, situation, precision, prior, seed, rounds : as the options of
        ``spamlinks evaluate``.
    decisions : as for ``audit``.
    mapping, accept_guess : as for ``read_backlinks``.

    Returns
    -------
    Evaluation: ``links`` and ``domains`` (figures with 95 % intervals), ``slices``, ``beside``,
    ``errors`` and ``drift`` (polars), ``made_up``; ``to_dict()`` gives what evaluation.json holds.

    Raises
    ------
    InputError : an input or its labels cannot be used. ModelError : the model folder cannot be
    used.
    """
    settings = Settings(
        site=site,
        brand=tuple(brand),
        facts=_path(facts),
        store=_path(store),
        model=_path(model),
        situation=situation,
        precision=precision,
        prior=prior,
        hints=_hints(mapping, accept_guess),
    )
    files = [labelled] if isinstance(labelled, str | Path) else list(labelled)
    return run_evaluate(
        files,
        settings,
        label=label,
        labels=_path(labels),
        disavow=_path(disavow),
        keep=_path(keep),
        decisions=_decisions(decisions, None),
        compare=compare,
        compare_lower_is_worse=compare_lower_is_worse,
        compare_cut=compare_cut,
        seed=seed,
        rounds=rounds,
    )


def explain(
    what: str,
    exports: Path | str | pd.DataFrame | pl.DataFrame | Sequence[Path | str],
    *,
    site: str | None = None,
    brand: Sequence[str] = (),
    disavow: Path | str | None = None,
    keep: Path | str | None = None,
    decisions: Path | str | pd.DataFrame | pl.DataFrame | None = None,
    decided_by: str | None = None,
    facts: Path | str | None = None,
    store: Path | str | None = None,
    model: Path | str | None = None,
    situation: str = "none",
    precision: float | None = None,
    prior: float | str | None = None,
    mapping: Mapping | dict[str, str] | Path | str | None = None,
    accept_guess: bool = False,
    links: int = 10,
    language: str = "en",
) -> Explanation:
    """Say why a linking domain, a host of it or the link on a page got its score and verdict.

    Parameters
    ----------
    what : a domain such as "spam.example", or the URL of a linking page.
    exports, site, brand, disavow, keep, decisions, decided_by, facts, store, model, situation,
    precision, prior : as for ``audit``.
    mapping, accept_guess : as for ``read_backlinks``.
    links : so many links are listed, the highest scores first.
    language : of the sentences; ``spamlinks.language`` says how one is added.

    Returns
    -------
    Explanation: verdict, score and the way to it, effects by group, what was not known, parts of
    Google's policy, what would change the verdict, network and links; ``to_dict()`` gives what
    ``spamlinks explain --format json`` writes.

    Raises
    ------
    InputError : it is not in the exports, or an input cannot be used. ModelError : the model folder
    cannot be used.
    """
    settings = Settings(
        site=site,
        brand=tuple(brand),
        disavow=_path(disavow),
        keep=_path(keep),
        facts=_path(facts),
        store=_path(store),
        model=_path(model),
        situation=situation,
        precision=precision,
        prior=prior,
        hints=_hints(mapping, accept_guess),
        decisions=_decisions(decisions, decided_by),
    )
    return run_explain(what, _exports(exports), settings, links=links, language=language)


def recheck(
    live: Path | str,
    exports: Path | str | Sequence[Path | str],
    *,
    site: str | None = None,
    brand: Sequence[str] = (),
    keep: Path | str | None = None,
    facts: Path | str | None = None,
    store: Path | str | None = None,
    model: Path | str | None = None,
    situation: str = "none",
    precision: float | None = None,
    prior: float | str | None = None,
    mapping: Mapping | dict[str, str] | Path | str | None = None,
    accept_guess: bool = False,
) -> Recheck:
    """Examine each line of an old disavow file with today's exports; nothing is changed.

    Parameters
    ----------
    live : path of the file that Google holds.
    exports : a file or several.
    site, brand, keep, facts, store, model, situation, precision, prior : as the options of
        ``spamlinks recheck``.
    mapping, accept_guess : as for ``read_backlinks``.

    Returns
    -------
    Recheck: ``lines`` (polars; line, entry, finding, reason, effect, spam_score, links,
    followed_links, domains), ``counts`` by finding, ``against_owner`` and ``counting_again``.

    Raises
    ------
    InputError : an input cannot be used, or the exports hold no link.
    """
    settings = Settings(
        site=site,
        brand=tuple(brand),
        keep=_path(keep),
        facts=_path(facts),
        store=_path(store),
        model=_path(model),
        situation=situation,
        precision=precision,
        prior=prior,
        hints=_hints(mapping, accept_guess),
    )
    files = [exports] if isinstance(exports, str | Path) else list(exports)
    return run_recheck(Path(live), files, settings)


def fetch_facts(
    exports: Path | str | pd.DataFrame | pl.DataFrame | Sequence[Path | str],
    store: Path | str,
    *,
    what: Sequence[str] = ("ages", "pages"),
    only_undecided: bool = False,
    pages_per_domain: int = 3,
    max_requests: int | None = None,
    max_age: int | None = None,
    delay: float = 1.0,
    contact: str | None = None,
    dry_run: bool = False,
    site: str | None = None,
    brand: Sequence[str] = (),
    disavow: Path | str | None = None,
    keep: Path | str | None = None,
    decisions: Path | str | pd.DataFrame | pl.DataFrame | None = None,
    facts: Path | str | None = None,
    model: Path | str | None = None,
    situation: str = "none",
    precision: float | None = None,
    prior: float | str | None = None,
    mapping: Mapping | dict[str, str] | Path | str | None = None,
    accept_guess: bool = False,
) -> Enrichment:
    """Fetch what can change verdicts into a store, as ``spamlinks enrich`` does.

    The one function that uses the network. It returns when all is done or ``max_requests`` is
    reached; stopped by Ctrl-C or called again, it goes on where it was.

    Parameters
    ----------
    store : file of the store; made where there is none.
    what : of "ages", "pages" and "dns".
    dry_run : only forecast; nothing is written and nobody is asked.
    only_undecided, pages_per_domain, max_requests, max_age, delay, contact : as the options of
        ``spamlinks enrich``.
    exports, site, brand, disavow, keep, decisions, facts, model, situation, precision, prior,
    mapping, accept_guess : as for ``audit``.

    Returns
    -------
    Enrichment: ``forecast``, ``kinds`` (what was done), ``stopped``, ``error``, ``learned``,
    ``left``; ``to_dict()`` gives what ``spamlinks enrich --format json`` writes. An error that ends
    a run after it began is in ``error``, since what was fetched until then is saved.

    Raises
    ------
    InputError : an input or the store cannot be used. NetworkError : there is no network; nothing
    was written. FetchError : the extra ``spamlinks[enrich]`` is not installed.
    """
    settings = Settings(
        site=site,
        brand=tuple(brand),
        disavow=_path(disavow),
        keep=_path(keep),
        facts=_path(facts),
        model=_path(model),
        situation=situation,
        precision=precision,
        prior=prior,
        hints=_hints(mapping, accept_guess),
        decisions=_decisions(decisions, None),
    )
    fetch = fetch_settings(contact=contact, delay=delay, max_requests=max_requests)
    wanted = Wanted(
        frozenset([what] if isinstance(what, str) else what), only_undecided, pages_per_domain
    )
    fetching = Fetching(wanted, fetch, max_age)
    return run_enrich(_exports(exports), Path(store), settings, fetching, dry_run=dry_run)


def lint(
    file: Path | str,
    *,
    site: str | Sequence[str] = (),
    keep: Sequence[str] = (),
    allow: Sequence[str] = (),
) -> Report:
    """Check a disavow file; nothing is changed.

    Parameters
    ----------
    file : its path.
    site : the user's own site or sites, which no line may hit.
    keep : domains or URLs that no line may hit.
    allow : suffixes, platforms and addresses that are disavowed whole on purpose.

    Returns
    -------
    Report: ``findings`` (code, line, column, message, fix), ``counts`` by severity, ``fixable``.
    A file that is something else is a finding too. ``DisavowFile.normalised`` repairs.

    Raises
    ------
    InputError : the file cannot be read.
    """
    path = Path(file)
    own = [site] if isinstance(site, str) else site
    return lint_bytes(read_disavow_bytes(path), str(path), own=own, keep=keep, allow=allow)[0]


def _decisions(
    given: Path | str | pd.DataFrame | pl.DataFrame | None, by: str | None
) -> DecisionList | None:
    if by is not None and (given is None or not by.strip()):
        problem = "there are no decisions" if by.strip() else "it is no name"
        raise InputError("decided_by", problem, "Give decisions=..., and the author's name.")
    if given is None:
        return None
    if isinstance(given, str | Path):
        return read_decisions(Path(given), by)
    return decisions_of(given, by)


def _exports(
    exports: Path | str | pd.DataFrame | pl.DataFrame | Sequence[Path | str],
) -> list[Path | str | Reading]:
    if isinstance(exports, str | Path):
        return [exports]
    if isinstance(exports, pl.DataFrame) or hasattr(exports, "to_numpy"):
        return [_as_reading(exports)]  # type: ignore[arg-type]
    return list(exports)


def _path(value: Path | str | None) -> Path | None:
    return None if value is None else Path(value)


def _hints(mapping: Mapping | dict[str, str] | Path | str | None, accept_guess: bool) -> Hints:
    if mapping is None:
        return Hints(accept_guess=accept_guess)
    if isinstance(mapping, dict):
        mapping = Mapping("columns", mapping)
    if not isinstance(mapping, Mapping):
        mapping = Mapping.load(Path(mapping))
    return Hints((mapping,), accept_guess)


def _as_reading(table: pd.DataFrame | pl.DataFrame) -> Reading:
    """A table of backlinks as if it had been read from a file named "table"."""
    backlinks = to_backlinks(table)
    backlinks = backlinks.with_columns(
        export_row=pl.int_range(1, backlinks.height + 1, dtype=pl.Int64, eager=True),
        export_file=pl.lit("table"),
    )
    told = {
        "vendor": pl.lit("plain"),
        "grain": pl.lit("link"),
        "export_date": pl.lit(None, pl.Date),
    }
    missing = [value.alias(name) for name, value in told.items() if name not in backlinks.columns]
    backlinks = backlinks.with_columns(missing)
    plain = next(entry for entry in catalogue() if entry.vendor == "plain")
    digest = hashlib.sha256(backlinks.write_csv().encode()).hexdigest()
    rejected = pl.DataFrame(
        schema={"file": pl.String, "record": pl.Int64, "reason": pl.String, "text": pl.String}
    )
    return Reading(
        source="table",
        path=Path("table"),
        format=plain,
        sha256=digest,
        property=None,
        export_date=None,
        backlinks=backlinks,
        rejected=rejected,
        records=backlinks.height,
        notes=(),
    )
