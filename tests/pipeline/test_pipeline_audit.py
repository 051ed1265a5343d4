"""From exports to verdicts: every record accounted for, and only evidence moves a verdict."""

from __future__ import annotations

import csv
import io
import itertools
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from spamlinks.disavow import DisavowFile
from spamlinks.disavowing import disavow_from
from spamlinks.drafts import draft_disavow
from spamlinks.errors import InputError, RefusedExport
from spamlinks.model.bundle import load_bundle
from spamlinks.outputs import write_audit
from spamlinks.pipeline import (
    DECISION_COLUMNS,
    DOMAIN_COLUMNS,
    PRESENCE_COLUMNS,
    Audit,
    Settings,
    audit,
    site_label,
)
from spamlinks.policy import SITUATIONS
from spamlinks.reasons import EXPLAINED
from spamlinks.scores import LINK_COLUMNS, score, write_scores

EXAMPLES = Path(__file__).resolve().parents[2] / "data" / "examples"
AHREFS = EXAMPLES / "shop-ahrefs-backlinks.csv"
SEMRUSH = EXAMPLES / "shop-semrush-backlinks.csv"
GSC = EXAMPLES / "https___www.shop.example_-Latest links-2026-10-05.csv"
VERDICT = ("linking_domain", "unit", "verdict", "reason")


def table(path: Path, rows: int) -> list[list[str]]:
    """The header and the first rows of an example."""
    encoding = "utf-16" if path == AHREFS else "utf-8"
    text = path.read_bytes().decode(encoding)
    delimiter = "\t" if path == AHREFS else ","
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))[: rows + 1]


def spread(path: Path, step: int) -> list[list[str]]:
    """The header and every so manieth row: the spam of an example stands together."""
    header, *rows = table(path, 10_000)
    return [header, *rows[::step]]


def write(rows: list[list[str]], path: Path) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("small")
    return {
        "ahrefs": write(spread(AHREFS, 2), folder / "shop-ahrefs-backlinks.csv"),
        "semrush": write(spread(SEMRUSH, 2), folder / SEMRUSH.name),
        "gsc": write(table(GSC, 90), folder / GSC.name),
    }


def verdicts(outcome: Audit) -> dict[str, tuple[str, ...]]:
    return {row[0]: row for row in outcome.domains.select(VERDICT).rows()}


def spam_scores(outcome: Audit) -> dict[str, float]:
    return dict(outcome.domains.select("linking_domain", "spam_score").rows())


@pytest.fixture(scope="module")
def whole(small: dict[str, Path]) -> Audit:
    return audit(list(small.values()), Settings(situation="attack"))


def assert_accounted(run: dict[str, Any]) -> None:
    parts = ("links", "duplicates", "own_site", "rejected")
    for entry in (*run["inputs"], run["totals"]):
        assert entry["records"] == sum(entry[name] for name in parts), entry
    for name in ("records", *parts):
        assert run["totals"][name] == sum(entry[name] for entry in run["inputs"])


def test_the_outcome_has_the_columns_and_counts_of_the_design(whole: Audit) -> None:
    assert tuple(whole.domains.columns) == (*DOMAIN_COLUMNS, *PRESENCE_COLUMNS, *DECISION_COLUMNS)
    assert tuple(whole.links.columns[:5]) == LINK_COLUMNS
    assert whole.links.height == whole.run["totals"]["links"]
    assert whole.domains["linking_domain"].n_unique() == whole.domains.height
    assert set(whole.links["linking_domain"]) == set(whole.domains["linking_domain"])
    assert whole.verdicts == whole.run["verdicts"]
    assert sum(whole.verdicts.values()) == whole.run["totals"]["domains"]
    assert all(count > 0 for count in whole.verdicts.values())
    assert_accounted(whole.run)
    order = whole.domains["verdict"].to_list()
    assert order == sorted(order, key=["DISAVOW", "REVIEW", "KEEP"].index)
    for _, part in whole.domains.group_by("verdict"):
        assert part["spam_score"].to_list() == sorted(part["spam_score"], reverse=True)
    assert not whole.domains["why"].has_nulls()
    assert whole.domains["evidence"].str.len_chars().min() > 0
    assert whole.run["site"] == "shop.example"  # guessed from the targets
    json.dumps(whole.run, allow_nan=False)


def test_records_are_accounted_for_whatever_they_are(tmp_path: Path) -> None:
    odd = table(GSC, 12)
    odd += [odd[1], odd[2], ["https://www.shop.example/own", "2026-01-01"]]
    odd += [["mailto:x@y.example", "2026-01-01"], ["", "2026-01-01"], ["https://com/", ""]]
    one = write(odd, tmp_path / "Latest links.csv")
    two = write([*table(SEMRUSH, 10), ["broken"], [""] * 18], tmp_path / "semrush.csv")
    copy = tmp_path / "copy.csv"
    copy.write_bytes(one.read_bytes())
    outcome = audit([one, two, copy], Settings(site="shop.example"))
    assert_accounted(outcome.run)
    first = next(entry for entry in outcome.run["inputs"] if entry["vendor"] == "gsc")
    assert (first["records"], first["duplicates"], first["own_site"], first["rejected"]) == (
        18, 2, 1, 3,
    )  # fmt: skip
    assert len(outcome.run["inputs"]) == 2  # a copy is named, not counted
    assert "copy" in outcome.run["notes"][0]
    assert outcome.rejected.height == outcome.run["totals"]["rejected"]
    assert "shop.example" not in set(outcome.domains["linking_domain"])


VENDOR_HEADERS = {"ahrefs": ("Is spam",), "semrush": ("Page ascore",)}


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_vendors_verdicts_change_nothing(
    data: st.DataObject, tmp_path: Path, whole: Audit, small: dict[str, Path]
) -> None:
    paths = []
    for vendor, path in small.items():
        rows = list(csv.reader(io.StringIO(path.read_text("utf-8"), newline="")))
        for header in VENDOR_HEADERS.get(vendor, ()):
            at = rows[0].index(header)
            choices = ["true", "false", ""] if vendor == "ahrefs" else ["0", "99", ""]
            cells = data.draw(st.lists(st.sampled_from(choices), min_size=3, max_size=9))
            for i, row in enumerate(rows[1:]):
                row[at] = cells[i % len(cells)]
        paths.append(write(rows, tmp_path / path.name))
    flipped = audit(paths, Settings(situation="attack"))
    assert verdicts(flipped) == verdicts(whole)
    assert spam_scores(flipped) == spam_scores(whole)


def test_vendors_verdicts_are_read_and_kept(tmp_path: Path, small: dict[str, Path]) -> None:
    rows = list(csv.reader(io.StringIO(small["ahrefs"].read_text("utf-8"), newline="")))
    at = rows[0].index("Is spam")
    for row in rows[1:]:
        row[at] = "true"
    outcome = audit([write(rows, tmp_path / "ahrefs.csv")])
    assert outcome.links["ahrefs_is_spam"].all()  # so the test above did feed them in


def test_a_vendors_verdict_does_not_choose_which_of_two_rows_stands_for_a_link(
    tmp_path: Path,
) -> None:
    header, row = table(AHREFS, 1)
    found = []
    for cell in ("", "true", "false"):
        twins = [list(row), list(row)]
        for twin, rating in zip(twins, ("10", "90"), strict=True):
            twin[header.index("Domain rating")] = rating
        twins[1][header.index("Is spam")] = cell  # it must not make the second row the fuller one
        outcome = audit([write([header, *twins], tmp_path / "ahrefs.csv")])
        assert outcome.run["totals"]["duplicates"] == 1
        found.append((outcome.links["ahrefs_domain_rating"].to_list(), spam_scores(outcome)))
    assert found[1:] == found[:1] * 2


def test_the_order_of_files_rows_and_columns_changes_no_verdict(
    tmp_path: Path, whole: Audit, small: dict[str, Path]
) -> None:
    turned = []
    for path in reversed(list(small.values())):
        header, *rows = csv.reader(io.StringIO(path.read_text("utf-8"), newline=""))
        columns = range(len(header)) if path.name == GSC.name else range(len(header))[::-1]
        rows = [[row[i] for i in columns] for row in [header, *rows[::-1]]]
        turned.append(write(rows, tmp_path / path.name))
    other = audit(turned, Settings(situation="attack"))
    assert verdicts(other) == verdicts(whole)
    ours, theirs = spam_scores(whole), spam_scores(other)
    assert ours.keys() == theirs.keys()
    assert max(abs(ours[name] - theirs[name]) for name in ours) < 1e-9


def test_the_same_input_twice_gives_the_same_tables(whole: Audit, small: dict[str, Path]) -> None:
    again = audit(list(small.values()), Settings(situation="attack"))
    assert_frame_equal(again.domains, whole.domains)
    assert_frame_equal(again.links, whole.links)


def test_a_stricter_promise_takes_entries_away_only(small: dict[str, Path]) -> None:
    found = []
    for precision in sorted({0.8, *SITUATIONS.values(), 0.9999}):
        outcome = audit([small["ahrefs"]], Settings(precision=precision))
        flagged = {n for n, row in verdicts(outcome).items() if row[2] == "DISAVOW"}
        found.append(flagged)
    for looser, stricter in itertools.pairwise(found):
        assert stricter <= looser
    assert found[0]
    assert not found[-1]


def test_evidence_names_the_strongest_and_matches_the_direction(whole: Audit) -> None:
    certain = whole.domains.filter(pl.col("reason").is_in(["SCORE_HIGH", "NAME_HIGH"]))
    assert certain.height
    for text in certain["evidence"]:
        assert "(+" in text
    for why, evidence in whole.domains.select("why", "evidence").rows():
        assert "{" not in why
        assert len(evidence.split(" | ")) <= 6
    for why, evidence in certain.select("why", "evidence").rows():
        assert evidence.split(" | ")[0].rpartition(" (")[0].lower() in why.lower()
        assert not why.startswith(("Not known: ", "Not: ", "0 "))


def test_many_domains_are_explained_up_to_a_bound(
    small: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert EXPLAINED >= 1000
    monkeypatch.setattr("spamlinks.reasons.EXPLAINED", 5)
    outcome = audit([small["ahrefs"]])
    said = outcome.domains["evidence"].str.contains("not computed")
    assert said.to_list() == [False] * 5 + [True] * (outcome.domains.height - 5)
    assert not outcome.domains["why"].has_nulls()


def test_an_export_without_links_gives_empty_tables(tmp_path: Path) -> None:
    outcome = audit([write(table(GSC, 0), tmp_path / GSC.name)])
    assert (outcome.domains.height, outcome.links.height) == (0, 0)
    assert tuple(outcome.domains.columns) == (*DOMAIN_COLUMNS, *PRESENCE_COLUMNS, *DECISION_COLUMNS)
    assert outcome.run["totals"]["records"] == 0
    draft = draft_disavow(outcome.domains, outcome.guards, outcome.run)
    assert (draft.text, draft.why_not) == (None, "there are no links")


def test_refused_files_are_named_and_all_refused_is_an_error(
    tmp_path: Path, small: dict[str, Path]
) -> None:
    pages = tmp_path / "refused.csv"
    samples = EXAMPLES.parents[1] / "tests" / "exports" / "samples"
    pages.write_bytes((samples / "ahrefs__anchors__2025.csv").read_bytes())
    with pytest.raises(RefusedExport):
        audit([pages])
    outcome = audit([pages, small["gsc"]])
    assert [entry["file"] for entry in outcome.run["refused"]] == ["refused.csv"]
    by_link = score([pages, small["gsc"]])
    assert [error.source for error in by_link.refused] == ["refused.csv"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"situation": "panic"}, {"precision": 0.0}, {"precision": 1.0}, {"precision": float("nan")},
        {"prior": 0}, {"prior": 1}, {"prior": "most"}, {"prior": float("inf")},
    ],
)  # fmt: skip
def test_settings_out_of_range_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=next(iter(wrong))):
        Settings(**wrong)


def test_the_situation_sets_the_promise() -> None:
    assert {name: Settings(situation=name).target for name in SITUATIONS} == {
        "none": 0.98, "attack": 0.95, "bought": 0.90, "manual-action": 0.90,
    }  # fmt: skip
    assert Settings(situation="attack", precision=0.5).target == 0.5


LABELS = [
    ("shop.example", "shop"),
    ("https://www.shop.example/x?y", "shop"),
    ("WWW.Shop.co.uk", "shop"),
    ("blog.shop.example", "shop"),
    ("me.blogspot.com", "me"),
]


@pytest.mark.parametrize(("site", "label"), LABELS)
def test_the_sites_own_name(site: str, label: str) -> None:
    assert site_label(site) == (label,)


def test_a_site_may_be_written_as_a_url(small: dict[str, Path]) -> None:
    plain = audit([small["ahrefs"]], Settings(site="shop.example"))
    as_url = audit([small["ahrefs"]], Settings(site="https://www.Shop.example/home"))
    assert spam_scores(plain) == spam_scores(as_url)


def test_scores_by_link_are_those_of_the_audit(small: dict[str, Path]) -> None:
    by_link = score([small["gsc"]])
    audited = audit([small["gsc"]])
    assert tuple(by_link.table.columns) == LINK_COLUMNS
    assert by_link.records == by_link.table.height + by_link.rejected
    pages = dict(by_link.table.select("referring_page", "spam_score").rows())
    for page, value in audited.links.select("referring_page", "spam_score").rows():
        assert pages[page] == pytest.approx(value)
    data = write_scores(by_link.table, None)
    assert data is not None
    assert data.startswith(",".join(LINK_COLUMNS).encode())
    with pytest.raises(InputError, match="link or domain"):
        score([small["gsc"]], by="page")


def test_files_say_what_the_run_says(whole: Audit, tmp_path: Path) -> None:
    run, draft = write_audit(whole, tmp_path)
    assert draft.text is not None
    file = DisavowFile.parse((tmp_path / "disavow.txt").read_bytes())
    chosen = {n for n, row in verdicts(whole).items() if row[2] == "DISAVOW"}
    assert {entry.value for entry in file.entries} == chosen
    assert run["disavow"]["new"] == draft.new == len(chosen)
    assert run["model"]["sha256"] == load_bundle().sha256
    assert json.loads((tmp_path / "run.json").read_text("utf-8")) == run
    table_draft = disavow_from([tmp_path / "domains.csv"], Settings(), tmp_path / "again.txt")
    assert table_draft.changes == draft.changes


def test_progress_is_told_in_order(small: dict[str, Path]) -> None:
    told: list[tuple[str, int, int]] = []
    audit([small["gsc"]], stage=lambda *args: told.append(args))
    names = list(dict.fromkeys(name for name, _, _ in told))
    assert names == ["reading", "scoring", "comparing", "explaining"]
    done = [at for name, at, total in told if name == "scoring"]
    assert done == sorted(done)
    last = [(at, total) for name, at, total in told if name == "scoring"][-1]
    assert last == (90, 90)
