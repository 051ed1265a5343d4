"""A bundle comes back as it was saved, or is refused in one line; loading runs no code."""

from __future__ import annotations

import hashlib
import json
import pickle
from pathlib import Path

import numpy as np
import pytest
import tiny_bundle as tiny

from spamlinks.errors import ModelError, OutputError
from spamlinks.model.bundle import load_bundle, save_bundle, shipped_model_path
from spamlinks.model.views import STAND_INS, VIEWS, view_of
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


def test_a_bundle_that_knows_no_pages_judges_fetched_ones_as_without_them(folder: Path) -> None:
    """Format 2 had five views: each view with pages is judged as the one without."""
    meta = json.loads((folder / "metadata.json").read_text("utf-8"))
    meta["format"] = 2
    for part in meta["parts"]:
        part["views"] = [view for view in part["views"] if view not in STAND_INS]
    meta["parts"][1]["views"] = ["links"]  # a part of one view serves the pages of that one alone
    for name in ("calibration", "unit_calibration", "thresholds"):
        for view in STAND_INS:
            del meta[name][view]
    (folder / "metadata.json").write_text(json.dumps(meta), "utf-8")
    old = load_bundle(folder)
    for view, other in STAND_INS.items():
        assert old.lines[view] == old.lines[other]
        assert old.cuts[view] == old.cuts[other]
        X = tiny.matrix(view)
        assert np.isfinite(old.margins(X, 1)).all()
        for part in old.parts:
            assert (view in part.views) is (other in part.views)
    del meta["calibration"]["full"]
    (folder / "metadata.json").write_text(json.dumps(meta), "utf-8")
    with pytest.raises(ModelError, match="does not cover every view"):
        load_bundle(folder)


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
        for term in part.terms:
            expected += term.values(X)
    np.testing.assert_allclose(bundle.margins(X, 1), expected, atol=1e-12)
    bare = tiny.matrix("urls")
    first = lgb.Booster(model_str=bundle.parts[0].text)
    columns = [list(SIGNALS).index(name) for name in bundle.parts[0].signals]
    np.testing.assert_allclose(
        bundle.margins(bare, 1), 0.7 * first.predict(bare[:, columns], raw_score=True), atol=1e-12
    )


def test_a_folder_of_somebody_else_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("my project")
    with pytest.raises(OutputError, match="no model"):
        save_bundle(tiny.make(), tmp_path, "# tiny\n")
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]
    assert (tmp_path / "README.md").read_text() == "my project"
    with pytest.raises(OutputError, match="no folder"):
        save_bundle(tiny.make(), tmp_path / "README.md", "# tiny\n")
    with pytest.raises(OutputError, match="cannot be printed"):
        save_bundle(tiny.make(), tmp_path / "a\nb", "# tiny\n")


def test_a_model_may_be_trained_anew_in_place(folder: Path) -> None:
    save_bundle(tiny.make(seed=1), folder, "# tiny\n")
    assert load_bundle(folder).metadata["seed"] == 1


def test_a_killed_save_leaves_no_model_that_loads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import spamlinks.model.bundle_files as module

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


def test_metadata_shows_what_the_model_looks_at(folder: Path) -> None:
    meta = json.loads((folder / "metadata.json").read_text("utf-8"))
    table = {row["signal"]: row for row in meta["features"]}
    assert list(table) == list(load_bundle(folder).signal_names())
    one = dict(table["external_links"])
    assert one.pop("importance").keys() == {"model.txt", "model-2.txt"}
    assert one == {
        "signal": "external_links", "version": SIGNALS["external_links"].version, "group": "page",
        "unit": "log10(1 + links)", "direction": "higher is worse", "terms": {},
    }  # fmt: skip
    assert table["in_content"]["terms"] == {"model.txt": 0.2, "model-2.txt": 0.2}
    assert table["in_content"]["importance"] == {}
    assert table["host_length"]["importance"].keys() == {"model.txt"}
    shares = [row["importance"].get("model.txt", 0.0) for row in table.values()]
    assert sum(shares) == pytest.approx(1, abs=1e-4)
    assert max(shares) < 1


def test_loading_does_not_need_the_table_of_signals(folder: Path) -> None:
    bundle = load_bundle(folder)
    meta = json.loads((folder / "metadata.json").read_text("utf-8"))
    del meta["features"]  # as in older bundles
    (folder / "metadata.json").write_text(json.dumps(meta), "utf-8")
    again = load_bundle(folder)
    assert (again.parts, again.cuts, again.lines) == (bundle.parts, bundle.cuts, bundle.lines)


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
