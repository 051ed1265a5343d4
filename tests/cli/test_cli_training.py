"""From labels to a model that audits: by column, by file, by past decisions."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path

import pytest
from cli_outcome import EXAMPLES, Run

from spamlinks.model import blend, leaks, learning
from spamlinks.model.bundle import SHIPPED


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blend, "BOOSTED", {**blend.BOOSTED, "n_estimators": 10})
    monkeypatch.setattr(blend, "SEEDS", 1)
    monkeypatch.setattr(blend, "FOREST", {**blend.FOREST, "n_estimators": 6})
    monkeypatch.setattr(learning, "DRAWS", 1)


@pytest.fixture(scope="session")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("labelled") / "labelled.csv"
    with (EXAMPLES / "labelled.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[:221]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def domains(labelled: Path) -> dict[str, str]:
    from spamlinks.urls import linking_domain

    with labelled.open(encoding="utf-8", newline="") as file:
        return {
            linking_domain(row["Referring page URL"]): row["is_spam"]
            for row in csv.DictReader(file)
        }


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_by_column_twice_the_same_and_audited_with(
    run: Run, labelled: Path, tmp_path: Path, exports: dict[str, Path]
) -> None:
    for name in ("mine", "again/mine"):
        outcome = run("train", labelled, "-o", tmp_path / name, "--seed", "7", "--jobs", "1")
        assert outcome.code == 0, outcome.talk
        assert outcome.data == b""
    first = files(tmp_path / "mine")
    assert first == files(tmp_path / "again" / "mine")
    assert {"metadata.json", "README.md", "model.txt", "names.json"} <= set(first)
    with labelled.open(encoding="utf-8", newline="") as file:
        labels = [row["is_spam"] for row in csv.DictReader(file)]
    for words in (
        f"{labels.count('1')} spam and {labels.count('0')} honest rows, 0 without a label",
        "ROC AUC",
        f"start ({SHIPPED})",
        "labelled domains",
        "draws that helped",
        "nearly every domain has a label",
        f"verdicts on these links with {SHIPPED}: ",
        "with the new model",
        "model written to",
    ):
        assert words in outcome.talk

    shown = run("model", tmp_path / "mine")
    assert b"# mine" in shown.data
    out = tmp_path / "out"
    audited = run("audit", exports["ahrefs"], "-o", out, "--model", tmp_path / "mine")
    assert audited.code == 0, audited.talk
    model = json.loads((out / "run.json").read_text("utf-8"))["model"]
    assert model["name"] == "mine"
    assert model["sha256"].encode() in shown.data
    scored = run("score", exports["ahrefs"], "-o", "-", "--model", tmp_path / "mine")
    assert scored.data != run("score", exports["ahrefs"], "-o", "-").data


def test_by_labels_file_and_by_past_decisions(run: Run, labelled: Path, tmp_path: Path) -> None:
    by_name = domains(labelled)
    labels, past, keep = (tmp_path / name for name in ("labels.csv", "past.txt", "keep.txt"))
    labels.write_text("".join(f"{name},{label}\n" for name, label in by_name.items()))
    past.write_text("".join(f"domain:{n}\n" for n, label in by_name.items() if label == "1"))
    keep.write_text("".join(f"{n}\n" for n, label in by_name.items() if label == "0"))
    one = run("train", labelled, "-o", tmp_path / "a", "--labels", labels, "--jobs", "1")
    assert one.code == 0, one.talk
    two = run("train", labelled, "-o", tmp_path / "b", "--disavow", past, "--keep", keep,
              "--jobs", "1")  # fmt: skip
    assert two.code == 0, two.talk
    # The same labels by two ways are the same model.
    assert (tmp_path / "a" / "model.txt").read_bytes() == (
        tmp_path / "b" / "model.txt"
    ).read_bytes()

    both = run("train", labelled, "-o", tmp_path / "c", "--keep", keep, "--jobs", "1")
    assert both.code == 1
    assert "disavow file" in both.line


def test_a_column_of_another_name_and_with_gaps(run: Run, labelled: Path, tmp_path: Path) -> None:
    header, *rows = labelled.read_text("utf-8").splitlines()
    words = {"1": "Spam", "0": " ham"}
    other = [row if i % 4 else row[:-1] for i, row in enumerate(rows)]
    other = [row[:-1] + words.get(row[-1:], row[-1:]) for row in other]
    path = tmp_path / "mine.csv"
    path.write_text("\n".join([header.replace("is_spam", "My label"), *other]) + "\n", "utf-8")
    outcome = run("train", path, "-o", tmp_path / "m", "--label", "my label", "--jobs", "1")
    assert outcome.code == 0, outcome.talk
    assert "55 without a label" in outcome.talk


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda text: text.replace("is_spam", "other"), "no column 'is_spam'"),
        (lambda text: text.splitlines()[0] + "\n", "no links in it"),
        (lambda text: "\n".join(text.splitlines()[:6]) + "\n", "is labelled spam"),
        (lambda text: "\n".join([*text.splitlines()[:5], text.splitlines()[5][:-1] + "maybe"])
         + "\n", "'maybe', which is no label"),
    ],
)  # fmt: skip
def test_labels_that_cannot_train(
    run: Run, labelled: Path, tmp_path: Path, edit, words: str
) -> None:
    path = tmp_path / "labelled.csv"
    path.write_text(edit(labelled.read_text("utf-8")), "utf-8")
    outcome = run("train", path, "-o", tmp_path / "m", "--jobs", "1")
    assert outcome.code == 1
    assert words in outcome.line
    assert not (tmp_path / "m").exists()


def test_a_project_folder_is_not_overwritten(run: Run, labelled: Path, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("my project")
    outcome = run("train", labelled, "-o", tmp_path, "--jobs", "1")
    assert outcome.code == 1
    assert "README.md" in outcome.line
    assert files(tmp_path) == {"README.md": b"my project"}


def test_a_disavow_file_alone_trains_on_what_is_unlabelled(
    run: Run, labelled: Path, tmp_path: Path
) -> None:
    past = tmp_path / "past.txt"
    past.write_text("".join(f"domain:{n}\n" for n, y in domains(labelled).items() if y == "1"))
    outcome = run("train", labelled, "-o", tmp_path / "m", "--disavow", past, "--jobs", "1")
    assert outcome.code == 0, outcome.talk
    assert "nothing is known to be honest" in outcome.talk
    assert "spam and 0 honest rows, " in outcome.talk
    assert "the lengths of lists say nothing" in outcome.talk
    meta = json.loads((tmp_path / "m" / "metadata.json").read_text("utf-8"))
    assert set(meta["verdicts"]) == {"start", "own"}
    assert 0 < meta["unlabelled"]["spam_share"] < 1
    assert meta["labelled_domains"]["unlabelled"] > 0
    assert [p["labels"] for p in meta["learning_curve"]] == [30, 100]
    card = (tmp_path / "m" / "README.md").read_text("utf-8")
    assert "every figure is lower than the truth" in card
    assert "What fewer labels would have bought" in card


def test_a_signal_that_is_the_label_is_refused_unless_accepted(
    run: Run, labelled: Path, tmp_path: Path
) -> None:
    with labelled.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    at, label = rows[0].index("External links"), rows[0].index("is_spam")
    for i, row in enumerate(rows[1:]):
        row[at] = str((1000 if row[label] == "1" else 1) + i % 7)
    path = tmp_path / "told.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    refused = run("train", path, "-o", tmp_path / "m", "--jobs", "1")
    assert refused.code == 1
    assert "one thing alone tells all that is labelled spam" in refused.line
    assert "(signal external_links, ROC AUC 1.000)" in refused.line
    assert "--accept-leaks" in refused.line
    assert not (tmp_path / "m").exists()
    accepted = run("train", path, "-o", tmp_path / "m", "--jobs", "1", "--accept-leaks")
    assert accepted.code == 0, accepted.talk


def test_labels_that_help_nothing_leave_every_verdict_as_it_was(
    run: Run, labelled: Path, tmp_path: Path, exports: dict[str, Path]
) -> None:
    """Labels by the roll of a die: the new model is the shipped one under another name."""
    names = sorted(domains(labelled))
    rng = random.Random(3)
    dice = tmp_path / "dice.csv"
    dice.write_text("".join(f"{name},{rng.randrange(2)}\n" for name in names))
    outcome = run("train", labelled, "-o", tmp_path / "m", "--labels", dice, "--jobs", "1")
    assert outcome.code == 0, outcome.talk
    assert f"the new model scores and decides as {SHIPPED} does" in outcome.talk
    assert "with the new model the same" in outcome.talk
    assert "only say REVIEW" not in outcome.talk
    mine = run("score", exports["ahrefs"], "-o", "-", "--by", "domain", "--model", tmp_path / "m")
    assert mine.data == run("score", exports["ahrefs"], "-o", "-", "--by", "domain").data


def test_a_few_decisions_keep_the_shares_of_a_profile(
    run: Run, labelled: Path, tmp_path: Path
) -> None:
    """Half of the labels, taken as they come: the share of spam is found again."""
    by_name = sorted(domains(labelled).items())[::2]
    some = tmp_path / "some.csv"
    some.write_text("".join(f"{name},{label}\n" for name, label in by_name))
    outcome = run("train", labelled, "-o", tmp_path / "m", "--labels", some, "--jobs", "1")
    assert outcome.code == 0, outcome.talk
    meta = json.loads((tmp_path / "m" / "metadata.json").read_text("utf-8"))
    assert meta["share_of_labels"] > 0
    assert "as labelled, and in the rest as much as its scores tell" in outcome.talk
    assert meta["origin"]["name"] == SHIPPED
    spam = sum(label == "1" for _, label in by_name) / len(by_name)
    assert meta["prior"] == pytest.approx(spam, abs=0.15)


def test_labels_drawn_from_the_scores_are_told_in_plain_words(
    run: Run, labelled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whether one signal tells them as well depends on the export; here one does.
    told = "links out beside reach in this file (signal rank_sum, ROC AUC 1.000)"
    monkeypatch.setattr(leaks, "find_leaks", lambda *_: [told])
    scores = run("score", labelled, "-o", "-", "--by", "domain").data.decode()
    ranked = sorted(csv.DictReader(scores.splitlines()), key=lambda row: float(row["spam_score"]))
    labels = tmp_path / "labels.csv"
    some = ranked[:70] + ranked[-70:]
    labels.write_text("".join(f"{row['linking_domain']},{int(i >= 70)}\n"
                              for i, row in enumerate(some)))  # fmt: skip
    outcome = run("train", labelled, "-o", tmp_path / "m", "--labels", labels, "--jobs", "1")
    assert outcome.code == 1
    assert f"the labels say what the scores of {SHIPPED} say already" in outcome.line
    assert "look at sites and decide where you see it otherwise" in outcome.line
    assert "(signal " in outcome.line


def test_a_great_many_rows_with_one_positive_end_in_one_line(
    run: Run, labelled: Path, tmp_path: Path
) -> None:
    header, *rows = labelled.read_text("utf-8").splitlines()
    honest = [row for row in rows if row.endswith("0")] * 200
    spam = next(row for row in rows if row.endswith("1"))
    path = tmp_path / "many.csv"
    path.write_text("\n".join([header, *honest, spam]) + "\n", "utf-8")
    outcome = run("train", path, "-o", tmp_path / "m", "--jobs", "1")
    assert outcome.code == 1
    assert "only 1 linking domain is labelled spam" in outcome.line
