"""From labelled exports to figures: right on rows that are known, honest about what they are."""

from __future__ import annotations

import csv
import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

import spamlinks
from spamlinks.errors import InputError
from spamlinks.evaluation import CUT, VERDICT, Evaluation, evaluate, job, write_evaluation
from spamlinks.evaluation.mistakes import MISSED, MISTAKE_COLUMNS, WRONG
from spamlinks.model.bundle import load_bundle
from spamlinks.model.drift import reference
from spamlinks.pipeline import Settings
from spamlinks.scores import score
from spamlinks.signals.kernel import encode, signals
from spamlinks.simulate import generate, simulate, write_export

PAGE, TARGET, LABEL = "Referring page URL", "Target URL", "is_spam"
QUICK: dict[str, Any] = {"rounds": 40}
BOLD = Settings(precision=0.80)
"""The lowest cut there is, so that a few hundred rows have something above it."""


def rows_of(examples: Path, many: int = 260) -> list[dict[str, str]]:
    with (examples / "labelled.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))[:many]


def real(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """The same links with addresses that nobody would take for generated ones."""
    return [
        {**row, PAGE: f"https://{row[PAGE].split('/')[2]}/p{n}-of-our-site", TARGET: "https://caldea.com/"}
        for n, row in enumerate(rows)
    ]  # fmt: skip


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made-up links that look real, so that nothing is set aside."""
    examples = Path(__file__).resolve().parents[2] / "data" / "examples"
    return write(tmp_path_factory.mktemp("real") / "links.csv", real(rows_of(examples)))


@pytest.fixture(scope="module")
def found(labelled: Path) -> Evaluation:
    return evaluate([labelled], **QUICK)


def test_figures_of_links_are_those_of_their_scores(labelled: Path, found: Evaluation) -> None:
    scores = score([labelled]).table["spam_score"].to_numpy()
    with labelled.open(encoding="utf-8", newline="") as file:
        y = np.array([int(row[LABEL]) for row in csv.DictReader(file)])
    assert found.links.rows == len(y)
    assert found.links.spam == y.sum()
    assert found.links.roc_auc.value == pytest.approx(roc_auc_score(y, scores))
    assert found.links.average_precision.value == pytest.approx(average_precision_score(y, scores))
    assert found.links.roc_auc.low < found.links.roc_auc.value < found.links.roc_auc.high
    assert found.links.groups < found.facts["counts"]["domains"]  # networks join domains


def test_figures_of_domains_are_those_of_an_audit(labelled: Path, found: Evaluation) -> None:
    by_domain = score([labelled], by="domain").table
    with labelled.open(encoding="utf-8", newline="") as file:
        labels = {spamlinks_domain(r[PAGE]): int(r[LABEL]) for r in csv.DictReader(file)}
    y = np.array([labels[name] for name in by_domain["linking_domain"]])
    assert found.domains.rows == len(y) == found.facts["counts"]["domains"]
    assert found.domains.roc_auc.value == pytest.approx(roc_auc_score(y, by_domain["spam_score"]))
    said = (by_domain["verdict"] == "DISAVOW").to_numpy()
    cut = found.domains.cuts[VERDICT]
    assert (cut.flagged, cut.caught) == (said.sum(), (said & (y == 1)).sum())
    assert found.domains.cuts[CUT].flagged >= cut.flagged  # guards only take away


def spamlinks_domain(url: str) -> str:
    from spamlinks.urls import linking_domain

    return linking_domain(url)


def test_slices_cover_every_domain_once(found: Evaluation) -> None:
    for kind in ("view", "ending", "language"):
        parts = [part.found for part in found.slices if part.kind == kind]
        assert sum(part.rows for part in parts) == found.domains.rows
        assert sum(part.spam for part in parts) == found.domains.spam
        assert sum(p.cuts[CUT].flagged for p in parts) == found.domains.cuts[CUT].flagged


def test_errors_are_all_there_worst_first(found: Evaluation) -> None:
    cut = found.domains.cuts[CUT]
    assert tuple(found.errors.columns) == MISTAKE_COLUMNS
    wrong = found.errors.filter(mistake=WRONG)
    missed = found.errors.filter(mistake=MISSED)
    assert (wrong.height, missed.height) == (cut.false, found.domains.spam - cut.caught)
    assert found.errors["mistake"].to_list() == [WRONG] * wrong.height + [MISSED] * missed.height
    assert missed["spam_score"].is_sorted()
    assert found.errors["evidence"].str.contains(r"\([+-]\d").all()


def test_a_wrongly_disavowed_domain_comes_first_with_its_reasons(
    labelled: Path, tmp_path: Path
) -> None:
    """Turn the labels of everything the model is sure of: all of it is an error now."""
    found = evaluate([labelled], BOLD, **QUICK)
    with labelled.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row[LABEL] = str(1 - int(row[LABEL]))
    turned = evaluate([write(tmp_path / "turned.csv", rows)], BOLD, **QUICK)
    cut = turned.domains.cuts[CUT]
    assert cut.false == found.domains.cuts[CUT].caught > 0
    assert turned.errors["mistake"][0] == WRONG
    wrong = turned.errors.filter(mistake=WRONG)
    disavowed = (wrong["verdict"] == "DISAVOW").to_list()
    assert disavowed == sorted(disavowed, reverse=True)  # what a guard keeps comes later
    assert True in disavowed
    for part in (wrong.filter(verdict="DISAVOW"), wrong.filter(pl.col("verdict") != "DISAVOW")):
        assert part["spam_score"].is_sorted(descending=True)
    assert turned.domains.roc_auc.value == pytest.approx(1 - found.domains.roc_auc.value)


def test_calibration_moves_with_the_prior_and_ranking_does_not(
    labelled: Path, found: Evaluation
) -> None:
    other = evaluate([labelled], Settings(prior=0.4), **QUICK)
    assert other.facts["prior"] == 0.4
    assert other.domains.roc_auc.value == pytest.approx(found.domains.roc_auc.value)
    one, two = found.domains, other.domains
    assert None not in (one.at_prior, one.at_share, two.at_prior, two.at_share)
    assert one.at_prior.error.value != two.at_prior.error.value
    # Moved to the share of the labels, what the scores assumed before does not matter.
    assert one.at_share.error.value == pytest.approx(two.at_share.error.value, abs=1e-6)
    assert one.at_share.prior == one.at_share.share == one.spam / one.rows
    guessed = evaluate([labelled], Settings(prior="auto"), **QUICK)
    assert guessed.facts["prior"] not in (0.1, 0.4)


def test_rows_without_a_label_are_scored_and_not_counted(labelled: Path, tmp_path: Path) -> None:
    with labelled.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with_gaps = [{**row, LABEL: "" if n % 3 else row[LABEL]} for n, row in enumerate(rows)]
    some = evaluate([write(tmp_path / "gaps.csv", with_gaps)], **QUICK)
    assert some.links.rows == sum(1 for row in with_gaps if row[LABEL])
    assert some.facts["counts"]["unlabelled_links"] == len(rows) - some.links.rows
    assert some.facts["counts"]["links"] == len(rows)


def test_a_domain_with_both_labels_is_named_and_left_out(labelled: Path, tmp_path: Path) -> None:
    with labelled.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    twice = {**rows[0], PAGE: rows[0][PAGE] + "-again", LABEL: str(1 - int(rows[0][LABEL]))}
    mixed = evaluate([write(tmp_path / "mixed.csv", [*rows, twice])], **QUICK)
    counts = mixed.facts["counts"]
    assert counts["contradictory_domains"] == 1
    assert counts["contradictory"] == [spamlinks_domain(rows[0][PAGE])]
    assert counts["domains"] == mixed.domains.rows + 1
    assert mixed.links.rows == len(rows) + 1  # each link keeps its own label


def test_made_up_rows_are_said_and_never_counted_beside_real_ones(
    labelled: Path, examples: Path, tmp_path: Path, found: Evaluation
) -> None:
    alone = evaluate([write(tmp_path / "made.csv", rows_of(examples, 120))], **QUICK)
    assert list(alone.made_up) == ["made.csv"]
    assert alone.domains.rows > 0  # the mechanics are shown all the same
    simulate(150, tmp_path / "more.csv", site="caldea.com")
    both = evaluate([labelled, tmp_path / "more.csv"], **QUICK)
    assert both.made_up == {}
    assert both.links.rows == found.links.rows
    assert both.facts["counts"]["unlabelled_links"] > 140  # a few are one link
    assert any("more.csv: not counted, its pages" in note for note in both.notes)


def test_exports_of_several_sites_are_not_mixed(
    labelled: Path, examples: Path, tmp_path: Path, found: Evaluation
) -> None:
    """Anchors are held against one brand, and profiles are counted for one site."""
    other = write(tmp_path / "other.csv", rows_of(examples, 60))
    with pytest.raises(InputError, match="about different sites"):
        evaluate([labelled, other], **QUICK)
    one = evaluate([labelled, other], Settings(site="caldea.com"), **QUICK)
    assert one.links.rows == found.links.rows
    assert [entry["file"] for entry in one.facts["refused"]] == ["other.csv"]


def test_several_exports_are_judged_as_an_audit_judges_them(tmp_path: Path) -> None:
    """Links that two vendors know are one, in whatever order the files come."""
    made = generate(600, seed=3, spam_share=0.3, site="caldea.com")
    files = []
    for vendor in ("ahrefs", "semrush"):
        files.append(tmp_path / f"{vendor}.csv")
        write_export(made.drop("is_spam"), files[-1], vendor)
    names = [spamlinks_domain(page) for page in made["referring_page"]]
    truth = dict(zip(names, made["is_spam"].to_list(), strict=True))
    labels = tmp_path / "labels.txt"
    labels.write_text("".join(f"{name},{label}\n" for name, label in truth.items()))
    found = evaluate(files, BOLD, labels=labels, **QUICK)
    counts = found.facts["counts"]
    assert counts["records"] == counts["links"] + counts["duplicates"] == 1200
    assert counts["duplicates"] >= 600
    by_domain = score(files, BOLD, by="domain").table
    said = set(by_domain.filter(verdict="DISAVOW")["linking_domain"])
    assert said
    assert found.domains.cuts[VERDICT].flagged == len(said)
    y = [truth[name] for name in by_domain["linking_domain"]]
    assert found.domains.roc_auc.value == pytest.approx(roc_auc_score(y, by_domain["spam_score"]))


def test_links_from_the_own_site_are_no_evidence(labelled: Path) -> None:
    with labelled.open(encoding="utf-8", newline="") as file:
        first = spamlinks_domain(next(csv.DictReader(file))[PAGE])
    counts = evaluate([relinked(labelled, first)], Settings(site=first), **QUICK).facts["counts"]
    assert counts["own_site"] > 0
    assert counts["records"] == counts["links"] + counts["own_site"]


def test_another_score_on_the_same_rows(labelled: Path) -> None:
    found = evaluate([labelled], compare="Domain rating", **QUICK)
    assert found.compared is not None
    assert (found.compared.field, found.compared.lower_is_worse) == ("ahrefs_domain_rating", True)
    with labelled.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["Domain rating"]]
    theirs = roc_auc_score(
        [int(r[LABEL]) for r in rows], [-float(r["Domain rating"]) for r in rows]
    )
    links = found.beside["links"]
    assert links.rows == len(rows)
    assert links.theirs["ROC AUC"].value == pytest.approx(theirs)
    gain = links.gain["ROC AUC"]
    assert gain.value == pytest.approx(links.ours["ROC AUC"].value - theirs)
    assert gain.low < gain.value < gain.high


def test_a_verdict_has_a_precision_of_its_own(labelled: Path, tmp_path: Path) -> None:
    with labelled.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for n, row in enumerate(rows):  # right but for every fifth; silent about every seventh
        row["Is spam"] = "" if n % 7 == 0 else str((row[LABEL] == "1") != (n % 5 == 0)).lower()
    found = evaluate([write(tmp_path / "v.csv", rows)], compare="Is spam", **QUICK)
    links = found.beside["links"]
    said = [row for row in rows if row["Is spam"]]
    yes = [row for row in said if row["Is spam"] == "true"]
    cut = links.their_cuts["Is spam"]
    assert links.rows == len(said)
    assert cut.flagged == len(yes)
    assert cut.precision.value == pytest.approx(sum(r[LABEL] == "1" for r in yes) / len(yes))
    assert set(found.beside["domains"].their_cuts) == {"Is spam"}


def test_drift_needs_a_reference_and_finds_what_moved(
    labelled: Path, found: Evaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = load_bundle()
    bare = replace(bundle, metadata={k: v for k, v in bundle.metadata.items() if k != "reference"})
    monkeypatch.setattr(job, "load_bundle", lambda path: bare)
    without = evaluate([labelled], **QUICK)
    assert without.drift is None
    assert "stores no summary" in without.drift_note

    frame, tables = encode(spamlinks_table(labelled), bundle.evidence, brands=("caldea",))
    matrix = signals(frame, tables)
    views = np.full(len(matrix), 4, np.int8)
    stored = replace(bundle, metadata={**bundle.metadata, "reference": reference(matrix, views)})
    monkeypatch.setattr(job, "load_bundle", lambda path: stored)
    same = evaluate([labelled], **QUICK)
    assert same.drift is not None
    assert same.drift["psi"].max() < 0.05
    matrix[:, :] += 3
    moved = replace(bundle, metadata={**bundle.metadata, "reference": reference(matrix, views)})
    monkeypatch.setattr(job, "load_bundle", lambda path: moved)
    table = evaluate([labelled], **QUICK).drift
    assert table is not None
    assert table["psi"][0] > 1
    assert table["psi"].is_sorted(descending=True)


def test_a_model_that_knows_the_labels_is_named(
    labelled: Path, found: Evaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Figures on rows of the training are no evidence."""
    assert found.facts["trained_on"] == []
    sha = found.facts["files"][0]["sha256"]
    bundle = load_bundle()
    own = replace(bundle, metadata={**bundle.metadata, "data_sha256": {"renamed.csv": sha}})
    monkeypatch.setattr(job, "load_bundle", lambda path: own)
    assert evaluate([labelled], **QUICK).facts["trained_on"] == ["links.csv"]


def relinked(path: Path, site: str) -> Path:
    """The same links, to another site."""
    other = path.with_name("relinked.csv")
    text = path.read_text("utf-8").replace("https://caldea.com/", f"https://{site}/")
    other.write_text(text, "utf-8")
    return other


def spamlinks_table(path: Path) -> pl.DataFrame:
    from spamlinks.exports import read_export

    return read_export(path).backlinks


def test_few_rounds_for_many_rows_are_said() -> None:
    assert job._rounds(None, 1000) == (500, [])
    rounds, notes = job._rounds(None, 1_000_000)
    assert rounds < 500
    assert "instead of 500" in notes[0]
    assert job._rounds(77, 1_000_000) == (77, [])


@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        (lambda rows: [{**r, LABEL: ""} for r in rows], "has a label"),
        (lambda rows: [{**r, LABEL: "1"} for r in rows], "none is labelled honest"),
        (
            lambda rows: [{**r, LABEL: str(n % 3)} for n, r in enumerate(rows)],
            "'2', which is no label",
        ),
        (
            lambda rows: [*rows, {**rows[0], LABEL: str(1 - int(rows[0][LABEL]))}],
            "both spam and honest",
        ),
        (
            lambda rows: [
                {**r, PAGE: f"https://one.com/{n}", LABEL: str(n % 2)} for n, r in enumerate(rows)
            ],
            "one linking domain",
        ),
        (
            lambda rows: [
                {**r, PAGE: f"https://{'ab'[n % 2]}.com/{n}", LABEL: str(n // 2 % 2)}
                for n, r in enumerate(rows)
            ],
            "0 linking domains are labelled spam and 0 honest",
        ),
    ],
)  # fmt: skip
def test_labels_that_say_nothing(edit, problem: str, examples: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "links.csv", edit(real(rows_of(examples, 60))))
    with pytest.raises(InputError, match=problem):
        evaluate([path], **QUICK)


def test_two_domains_give_figures_without_intervals(examples: Path, tmp_path: Path) -> None:
    rows = real(rows_of(examples, 200))
    few = [next(r for r in rows if r[LABEL] == code) for code in "10"]
    found = evaluate([write(tmp_path / "two.csv", few)], **QUICK)
    assert found.domains.rows == 2
    for part in (found.domains.roc_auc, found.domains.cuts[CUT].recall):
        assert math.isfinite(part.value)
        assert not part.known
    assert any("intervals take" in text for text in found.domains.why_not)
    json.dumps(found.to_dict(), allow_nan=False)


def test_the_files(found: Evaluation, labelled: Path, tmp_path: Path) -> None:
    write_evaluation(found, tmp_path / "new")
    files = {path.name for path in (tmp_path / "new").iterdir()}
    assert files == {"evaluation.json", "evaluation.html", "errors.csv"}
    data = json.loads((tmp_path / "new" / "evaluation.json").read_text("utf-8"))
    assert data == json.loads(json.dumps(found.to_dict()))
    assert data["domains"]["roc_auc"]["value"] == round(found.domains.roc_auc.value, 6)
    table = pl.read_csv(tmp_path / "new" / "errors.csv")
    assert table["linking_domain"].to_list() == found.errors["linking_domain"].to_list()


def test_the_library_gives_the_same(labelled: Path, found: Evaluation) -> None:
    same = spamlinks.evaluate(labelled, **QUICK)
    assert isinstance(same, spamlinks.Evaluation)
    changing = ("created", "seconds")
    assert {k: v for k, v in same.to_dict().items() if k not in changing} == {
        k: v for k, v in found.to_dict().items() if k not in changing
    }


def test_a_vendors_verdict_as_label_is_said(shared_data: Path) -> None:
    path = shared_data / "labelled" / "ahrefs_caldea.com-backlinks_half.csv"
    found = evaluate([path], label="Is spam", **QUICK)
    assert found.facts["vendor_verdict"] == "ahrefs_is_spam"
    assert found.made_up == {}
    assert found.domains.roc_auc.value > 0.85
    with pytest.raises(InputError, match="it is the label itself"):
        evaluate([path], label="Is spam", compare="ahrefs_is_spam", **QUICK)
