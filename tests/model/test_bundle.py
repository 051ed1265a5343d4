"""A bundle comes back as it was saved, or is refused in one line; loading runs no code."""

from __future__ import annotations

import hashlib
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny_bundle as tiny

from spamlinks.errors import ModelError, OutputError
from spamlinks.model.bundle import load_bundle, save_bundle, shipped_model_path
from spamlinks.model.views import VIEWS, view_of
from spamlinks.signals.kernel import SIGNALS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save_bundle(tiny.make(), tmp_path / "tiny", "# tiny\n")
    return tmp_path / "tiny"


def test_the_round_trip_changes_no_score(folder: Path) -> None:
    bundle, again = tiny.make(), load_bundle(folder)
    for view in VIEWS:
        X = tiny.matrix(view)
        views = view_of(X)
        np.testing.assert_array_equal(bundle.margins(X, 1), again.margins(X, 1))
        np.testing.assert_array_equal(
            bundle.log_odds(bundle.margins(X, 1), views),
            again.log_odds(again.margins(X, 1), views),
        )
    assert (again.cuts, again.lines, again.prior) == (bundle.cuts, bundle.lines, bundle.prior)
    assert again.parts == bundle.parts
    data = (folder / "metadata.json").read_bytes()
    assert again.sha256 == hashlib.sha256(data).hexdigest()


def test_same_bundle_same_bytes(folder: Path, tmp_path: Path) -> None:
    sha = save_bundle(tiny.make(), tmp_path / "again", "# tiny\n")
    assert sha == load_bundle(folder).sha256
    names = {path.name for path in folder.iterdir()}
    assert names == {"README.md", "metadata.json", "model.txt", "model-2.txt"}
    for name in names:
        assert (folder / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


def test_nothing_in_a_bundle_is_a_pickle(folder: Path) -> None:
    for path in (*folder.iterdir(), *shipped_model_path().iterdir()):
        path.read_bytes().decode("utf-8")
        with pytest.raises(Exception):  # noqa: B017, PT011 - any refusal will do
            pickle.loads(path.read_bytes())  # noqa: S301 - the point of the test


def test_parts_are_bound_by_name_and_by_view() -> None:
    import lightgbm as lgb

    bundle = tiny.make()
    X = tiny.matrix("full")
    expected = np.zeros(len(X))
    for part in bundle.parts:
        columns = [list(SIGNALS).index(name) for name in part.signals]
        expected += part.weight * lgb.Booster(model_str=part.text).predict(
            X[:, columns], raw_score=True, num_threads=1
        )
    np.testing.assert_allclose(bundle.margins(X, 1), expected, atol=1e-12)
    bare = tiny.matrix("urls")
    first = lgb.Booster(model_str=bundle.parts[0].text)
    columns = [list(SIGNALS).index(name) for name in bundle.parts[0].signals]
    np.testing.assert_allclose(
        bundle.margins(bare, 1), 0.7 * first.predict(bare[:, columns], raw_score=True), atol=1e-12
    )


def resign(folder: Path, name: str) -> None:
    """Write a file's true hash, as somebody who tampers would."""
    meta = json.loads((folder / "metadata.json").read_text("utf-8"))
    meta["sha256"][name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    (folder / "metadata.json").write_text(json.dumps(meta), "utf-8")


@pytest.mark.parametrize("name", ["metadata.json", "model.txt", "model-2.txt"])
def test_a_missing_truncated_or_edited_file(folder: Path, name: str) -> None:
    data = (folder / name).read_bytes()
    for content in (data[: len(data) // 2], b"", data[:-2] + b"  x"):
        (folder / name).write_bytes(content)
        with pytest.raises(ModelError, match=r"damaged|changed"):
            load_bundle(folder)
    (folder / name).unlink()
    with pytest.raises(ModelError, match="cannot be read"):
        load_bundle(folder)


def test_a_model_text_that_was_cut_and_signed_again(folder: Path) -> None:
    data = (folder / "model.txt").read_bytes()
    for content in (b"tree\n", data[:300], data.replace(b"external_links", b"linked_domains")):
        (folder / "model.txt").write_bytes(content)
        resign(folder, "model.txt")
        with pytest.raises(ModelError, match=r"damaged|disagree|cut off"):
            load_bundle(folder).boosters()


def change(path: list[Any], value: Any) -> Callable[[dict[str, Any]], None]:
    def apply(meta: dict[str, Any]) -> None:
        at: Any = meta
        for key in path[:-1]:
            at = at[key]
        if value is KeyError:
            del at[path[-1]]
        else:
            at[path[-1]] = value

    return apply


CHANGES: list[tuple[str, Callable[[dict[str, Any]], None], str]] = [
    ("a newer format", change(["format"], 2), "bundle format 2 is not 1"),
    ("no format", change(["format"], KeyError), "bundle format None"),
    ("an unknown signal", change(["parts", 0, "signals", 0], ["moon_phase", 1]), "moon_phase"),
    ("another version", change(["parts", 0, "signals", 0, 1], 99), "has changed since training"),
    ("a path upwards", change(["sha256", "../x"], "0"), "leaves the folder"),
    ("an absolute path", change(["sha256", "/etc/hostname"], "0"), "leaves the folder"),
    ("a folder", change(["sha256", ".."], "0"), "cannot be read"),
    ("a NUL", change(["sha256", "a\x00b"], "0"), "damaged"),
    ("hashes that are a list", change(["sha256"], ["model.txt"]), "damaged"),
    ("a part without hash", change(["parts", 0, "file"], "README.md"), "damaged"),
    ("no parts", change(["parts"], []), "damaged"),
    ("parts that are text", change(["parts"], "model.txt"), "damaged"),
    ("a view that is none", change(["parts", 0, "views"], ["sideways"]), "damaged"),
    ("a weight that is none", change(["parts", 0, "weight"], "much"), "damaged"),
    ("an infinite weight", change(["parts", 0, "weight"], float("inf")), "damaged"),
    ("no name", change(["name"], KeyError), "damaged"),
    ("no prior", change(["prior"], KeyError), "damaged"),
    ("a prior of one", change(["prior"], 1.0), "prior"),
    ("a prior that is no number", change(["prior"], "some"), "damaged"),
    ("a view without line", change(["calibration", "urls"], KeyError), "every view"),
    ("a view without cuts", change(["thresholds", "full"], KeyError), "every view"),
    ("a line that falls", change(["calibration", "urls", "slope"], -1.0), "calibration"),
    ("a line of text", change(["calibration", "urls", "slope"], "x"), "damaged"),
    ("a strange key", change(["calibration", "urls", "extra"], 1), "damaged"),
    ("a cut of text", change(["thresholds", "urls", "0.80", "score"], "low"), "damaged"),
    ("a cut below all", change(["thresholds", "urls", "0.80", "score"], -float("inf")), "0.80"),
    ("a precision of text", change(["thresholds", "urls", "high"], {}), "damaged"),
]


@pytest.mark.parametrize(("what", "edit", "words"), CHANGES, ids=[c[0] for c in CHANGES])
def test_edited_metadata_is_one_line(
    folder: Path, what: str, edit: Callable[[dict[str, Any]], None], words: str
) -> None:
    meta = json.loads((folder / "metadata.json").read_text("utf-8"))
    edit(meta)
    (folder / "metadata.json").write_text(json.dumps(meta), "utf-8")
    with pytest.raises(ModelError) as caught:
        load_bundle(folder)
    message = str(caught.value)
    assert words in message
    assert "\n" not in message
    assert "spamlinks train" in message  # what to do next


@pytest.mark.parametrize(
    "content", [b"", b"null", b"[]", b"{", b"\xff\xfe", b"[" * 100_000, b'{"format": 1}']
)
def test_metadata_that_is_none(folder: Path, content: bytes) -> None:
    (folder / "metadata.json").write_bytes(content)
    with pytest.raises(ModelError):
        load_bundle(folder)


def test_evidence_that_is_damaged(folder: Path) -> None:
    for content in (b"{}", b"[]", b"null", b'{"small": 1, "business": 2, "suffixes": 3}', b"\xff"):
        (folder / "names.json").write_bytes(content)
        resign(folder, "names.json")
        with pytest.raises(ModelError) as caught:
            load_bundle(folder)
        assert "\n" not in str(caught.value)


def test_a_folder_of_somebody_else_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("my project")
    with pytest.raises(OutputError, match="no model"):
        save_bundle(tiny.make(), tmp_path, "# tiny\n")
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]
    assert (tmp_path / "README.md").read_text() == "my project"
    with pytest.raises(OutputError, match="no folder"):
        save_bundle(tiny.make(), tmp_path / "README.md", "# tiny\n")


def test_a_model_may_be_trained_anew_in_place(folder: Path) -> None:
    save_bundle(tiny.make(seed=1), folder, "# tiny\n")
    assert load_bundle(folder).metadata["seed"] == 1


def test_a_killed_save_leaves_no_model_that_loads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import spamlinks.model.bundle as module

    real = module.write_atomic

    def dies(path: Path, data: bytes) -> None:
        if path.name == "model-2.txt":
            raise KeyboardInterrupt
        real(path, data)

    save_bundle(tiny.make(), tmp_path / "m", "# tiny\n")
    monkeypatch.setattr(module, "write_atomic", dies)
    with pytest.raises(KeyboardInterrupt):
        save_bundle(tiny.make(seed=1), tmp_path / "m", "# tiny\n")
    with pytest.raises(ModelError, match="changed or is damaged"):
        load_bundle(tmp_path / "m")


def test_the_shipped_model_loads_and_covers_every_view() -> None:
    bundle = load_bundle()
    assert bundle.prior == 0.1
    assert bundle.evidence is not None
    # A model that never says DISAVOW has failed.
    assert all(np.isfinite(bundle.cuts[view]["0.95"].score) for view in VIEWS)
    assert np.isfinite(bundle.cuts["urls"]["0.98"].score)
    for view in VIEWS:  # a higher promise never has a lower cut
        cuts = [bundle.cuts[view][key].score for key in sorted(bundle.cuts[view])]
        assert cuts == sorted(cuts), view
