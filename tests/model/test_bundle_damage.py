"""Whatever stands in a model folder scores as it should, or is refused in one line."""

from __future__ import annotations

import copy
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import tiny_bundle as tiny
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spamlinks.errors import ModelError, OutputError
from spamlinks.model import bundle_files
from spamlinks.model.bundle import ModelBundle, load_bundle, save_bundle
from spamlinks.model.bundle_files import read_card, read_json, sha256_of
from spamlinks.model.evidence import Evidence
from spamlinks.model.views import VIEWS, view_of
from spamlinks.signals.hostname import HostNameModel
from spamlinks.signals.suffixes import SuffixTable

FILES = ("metadata.json", "model.txt", "model-2.txt", "names.json")


@cache
def evidence() -> Evidence:
    rng = np.random.default_rng(0)
    small, business = (HostNameModel.from_weights(rng.normal(size=256), 0.25) for _ in range(2))
    return Evidence(small, business, SuffixTable({"com": -0.5, "xyz": 1.25}, 0.125))


@cache
def made() -> ModelBundle:
    bundle = tiny.make()
    figure = {"name": "ROC AUC", "view": "urls", "value": 0.9, "low": None, "high": 1, "note": "x"}
    return replace(bundle, evidence=evidence(), metadata={"figures": [figure]})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save_bundle(made(), tmp_path / "tiny", "# tiny\n")
    return tmp_path / "tiny"


def resign(folder: Path, *names: str) -> None:
    """Write true hashes, as somebody who tampers would."""
    meta = json.loads((folder / "metadata.json").read_text("utf-8"))
    for name in names:
        meta["sha256"][name] = sha256_of((folder / name).read_bytes())
    (folder / "metadata.json").write_text(json.dumps(meta), "utf-8")


def outcome(bundle: ModelBundle) -> tuple[Any, ...]:
    """All that scoring takes from a bundle, computed."""
    X = np.concatenate([tiny.matrix(view)[:20] for view in VIEWS])
    margins = bundle.margins(X, 1)
    odds = bundle.log_odds(margins, view_of(X))
    names = bundle.evidence and bundle.evidence.columns(
        pl.DataFrame(
            {
                "host": ["a-b.xyz", "c.com"],
                "linking_domain": ["a-b.xyz", "c.com"],
                "suffix": ["xyz", "de"],
            }
        )
    )
    known = {key: value.tolist() for key, value in (names or {}).items()}
    return (odds.tolist(), known, bundle.lines, bundle.cuts, bundle.prior, bundle.used_signals())


@cache
def expected() -> tuple[Any, ...]:
    return outcome(made())


def one_line(caught: pytest.ExceptionInfo[ModelError]) -> str:
    message = str(caught.value)
    assert message.isprintable()
    assert len(message) < 700
    return message


# Files.


@pytest.mark.parametrize("name", FILES)
def test_a_missing_truncated_or_edited_file(folder: Path, name: str) -> None:
    data = (folder / name).read_bytes()
    for content in (data[: len(data) // 2], b"", data[:-2] + b"  x", data + b"\x00"):
        (folder / name).write_bytes(content)
        with pytest.raises(ModelError, match=r"damaged|changed") as caught:
            load_bundle(folder)
        assert name in one_line(caught)
    (folder / name).unlink()
    with pytest.raises(ModelError, match="cannot be read"):
        load_bundle(folder)


@pytest.mark.parametrize("name", FILES[1:])
def test_a_flipped_bit_anywhere_in_a_file_is_found(folder: Path, name: str) -> None:
    data = (folder / name).read_bytes()
    for at in range(0, len(data), max(1, len(data) // 60)):
        flipped = bytearray(data)
        flipped[at] ^= 1 << (at % 8)
        (folder / name).write_bytes(flipped)
        with pytest.raises(ModelError, match="changed"):
            load_bundle(folder)


def test_a_flipped_bit_in_metadata_is_found_by_its_noted_sha256(folder: Path) -> None:
    data = (folder / "metadata.json").read_bytes()
    noted = sha256_of(data)
    assert outcome(load_bundle(folder, sha256=f" {noted.upper()}\n")) == expected()
    for at in range(0, len(data), 97):
        flipped = bytearray(data)
        flipped[at] ^= 1 << (at % 8)
        (folder / "metadata.json").write_bytes(flipped)
        with pytest.raises(ModelError, match="another than was expected"):
            load_bundle(folder, sha256=noted)
    for wrong in ("", "0" * 64, noted[:-1], "é"):
        with pytest.raises(ModelError, match="another than was expected"):
            load_bundle(folder, sha256=wrong)


def test_a_whole_forgery_is_found_by_the_noted_sha256_alone(folder: Path) -> None:
    """Hashes inside the folder are worth nothing against somebody who writes both."""
    noted = load_bundle(folder).sha256
    text = (folder / "model.txt").read_text("utf-8")
    (folder / "model.txt").write_text(text.replace("leaf_value=-0.", "leaf_value=-1.", 1), "utf-8")
    (folder / "metadata.json").write_bytes((folder / "metadata.json").read_bytes() + b" ")
    with pytest.raises(ModelError, match=r"model\.txt was changed"):
        load_bundle(folder)
    resign(folder, "model.txt")
    assert outcome(load_bundle(folder)) != expected()
    with pytest.raises(ModelError, match="another than was expected"):
        load_bundle(folder, sha256=noted)


@pytest.mark.parametrize("name", ["model.txt", "metadata.json"])
def test_links_that_lead_out_of_the_folder(folder: Path, tmp_path: Path, name: str) -> None:
    shutil.move(folder / name, tmp_path / "elsewhere")
    (folder / name).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ModelError, match="link that leaves the folder"):
        load_bundle(folder)
    with pytest.raises(OutputError, match="is a symbolic link"):
        save_bundle(made(), folder, "# tiny\n")  # would write there
    (folder / name).unlink()
    shutil.move(tmp_path / "elsewhere", folder / "inside.txt")
    (folder / name).symlink_to("inside.txt")
    assert outcome(load_bundle(folder)) == expected()
    (folder / name).unlink()
    (folder / name).symlink_to(name)  # to itself
    with pytest.raises(ModelError, match=r"cannot be read|leaves the folder"):
        load_bundle(folder)


def test_a_folder_that_is_itself_a_link(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "current").symlink_to(folder)
    assert outcome(load_bundle(tmp_path / "current")) == expected()


@pytest.mark.parametrize("name", ["model.txt", "metadata.json"])
def test_what_is_no_plain_file(folder: Path, name: str) -> None:
    (folder / name).unlink()
    os.mkfifo(folder / name)  # opening it would wait for ever
    with pytest.raises(ModelError, match="no plain file"):
        load_bundle(folder)
    (folder / name).unlink()
    (folder / name).mkdir()
    with pytest.raises(ModelError, match="no plain file"):
        load_bundle(folder)


def test_sizes_are_bounded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = {path.name: path.stat().st_size for path in folder.iterdir()}
    texts = max(sizes["model.txt"], sizes["model-2.txt"])
    named = sum(sizes[name] for name in FILES[1:])
    for limit, value in (
        ("MAX_FILE", texts), ("MAX_JSON", sizes["metadata.json"]), ("MAX_TOTAL", named)
    ):  # fmt: skip
        with monkeypatch.context() as patch:
            patch.setattr(bundle_files, limit, value)
            load_bundle(folder)
            patch.setattr(bundle_files, limit, value - 1)
            with pytest.raises(ModelError, match="is larger than"):
                load_bundle(folder)
    with (folder / "model.txt").open("ab") as file:
        file.truncate(bundle_files.MAX_FILE + 1)  # a sparse file
    with pytest.raises(ModelError, match="is larger than 64 MB"):
        load_bundle(folder)


def test_a_card_is_text_whatever_it_holds(folder: Path, tmp_path: Path) -> None:
    assert read_card(folder) == "# tiny\n"
    (folder / "README.md").write_bytes(b"# \xff\x1b[31m")
    assert read_card(folder) == "# \ufffd\x1b[31m"  # who shows it takes control characters out
    assert outcome(load_bundle(folder)) == expected()
    (tmp_path / "secret").write_text("x")
    (folder / "README.md").unlink()
    assert read_card(folder) is None
    (folder / "README.md").symlink_to(tmp_path / "secret")
    with pytest.raises(ModelError, match="leaves the folder"):
        read_card(folder)


# JSON.


def at(path: list[Any], value: Any) -> Callable[[dict[str, Any]], None]:
    def apply(meta: dict[str, Any]) -> None:
        found: Any = meta
        for key in path[:-1]:
            found = found[key]
        if value is KeyError:
            del found[path[-1]]
        else:
            found[path[-1]] = value

    return apply


KNOTS = ["unit_calibration", "full", "knots"]
TERM = ["parts", 0, "terms", 0]
CUT = ["thresholds", "urls", "0.80"]
CHANGES: list[tuple[str, Callable[[dict[str, Any]], None], str]] = [
    ("a newer format", at(["format"], 4), "bundle format 4 is not 3. Update spamlinks"),
    ("an older format", at(["format"], 1), "bundle format 1 is not 3. Use another"),
    ("no format", at(["format"], KeyError), "bundle format None"),
    ("a format that equals one", at(["format"], True), "bundle format True"),
    ("an unknown signal", at(["parts", 0, "signals", 0], ["moon_phase", 1]), "moon_phase is unkn"),
    ("another version", at(["parts", 0, "signals", 0, 1], 99), "has changed since training"),
    ("a signal twice", at(["parts", 1, "signals", 0], ["domain_traffic", 1]), "one twice"),
    ("a path upwards", at(["sha256", "../x"], "0"), "leaves the folder"),
    ("an absolute path", at(["sha256", "/etc/hostname"], "0"), "leaves the folder"),
    ("a path of Windows", at(["sha256", "..\\x"], "0"), "leaves the folder"),
    ("a folder", at(["sha256", ".."], "0"), "leaves the folder"),
    ("a NUL", at(["sha256", "a\x00b"], "0"), "leaves the folder"),
    ("a line break", at(["sha256", "a\nb"], "0"), "leaves the folder"),
    ("a long name", at(["sha256", "a" * 5000], "0"), "leaves the folder"),
    ("metadata as its own part", at(["sha256", "metadata.json"], "0"), "not allowed"),
    ("a file that no part uses", at(["sha256", "spare.txt"], "0"), "cannot be read"),
    ("hashes that are a list", at(["sha256"], ["model.txt"]), "damaged"),
    ("a part without hash", at(["parts", 0, "file"], "README.md"), "has no SHA-256"),
    ("a part that is the names", at(["parts", 0, "file"], "names.json"), "has no SHA-256"),
    ("a part that names another", at(["parts", 0, "file"], "model-2.txt"), "disagree on signals"),
    ("no parts", at(["parts"], []), "0 models"),
    ("very many parts", at(["parts"], [{}] * 300), "300 models"),
    ("parts that are text", at(["parts"], "model.txt"), "parts is no list"),
    ("a strange key of a part", at(["parts", 0, "code"], "x"), "'code'"),
    ("a view that is none", at(["parts", 0, "views"], ["sideways"]), "view that is none"),
    ("a view without model", at(["parts", 0, "views"], ["urls"]), "cover every view"),
    ("a weight that is none", at(["parts", 0, "weight"], "much"), "weight of a part"),
    ("an infinite weight", at(["parts", 0, "weight"], float("inf")), "Infinity is no JSON number"),
    ("a weight beyond floats", at(["parts", 0, "weight"], 10**400), "weight of a part"),
    ("a weight below zero", at(["parts", 0, "weight"], -1), "weight of a part"),
    ("no name", at(["name"], KeyError), "KeyError: 'name'"),
    ("a name of two lines", at(["name"], "a\nb"), "printable"),
    ("no prior", at(["prior"], KeyError), "KeyError: 'prior'"),
    ("a prior of one", at(["prior"], 1.0), "prior"),
    ("a prior that is no number", at(["prior"], "some"), "prior"),
    ("a prior that is not a number", at(["prior"], float("nan")), "NaN is no JSON number"),
    ("a view without line", at(["calibration", "urls"], KeyError), "every view"),
    ("a view without cuts", at(["thresholds", "full"], KeyError), "every view"),
    ("a view too many", at(["calibration", "sideways"], {}), "every view"),
    ("a line that falls", at(["calibration", "urls", "slope"], -1.0), "calibration urls: slope"),
    ("a steep line", at(["calibration", "urls", "slope"], 1e300), "calibration urls: slope"),
    ("a line of text", at(["calibration", "urls", "slope"], "x"), "calibration urls: slope"),
    ("a strange key", at(["calibration", "urls", "extra"], 1), "'extra'"),
    ("one knot", at([*KNOTS, slice(1, None)], []), "calibration full: knots"),
    ("knots that fall", at([*KNOTS, 1, 1], -9.0), "calibration full: knots"),
    ("knots that stand still", at([*KNOTS, 1, 0], -2.0), "calibration full: knots"),
    ("a knot of three", at([*KNOTS, 0], [1, 2, 3]), "too many values"),
    ("a knot of text", at([*KNOTS, 0, 0], "low"), "a knot is no number"),
    ("very many knots", at(KNOTS, [[i, i] for i in range(99)]), "too many"),
    ("a share above one", at(["top_share"], 1.5), "a share"),
    ("no unit calibration", at(["unit_calibration"], KeyError), "KeyError: 'unit_calibration'"),
    ("a term of an unknown signal", at([*TERM, "signal"], "moon_phase"), "moon_phase is unkn"),
    ("a term of another version", at([*TERM, "version"], 9), "has changed since training"),
    ("a term without scale", at([*TERM, "scale"], 0), "a term: scale"),
    ("a heavy term", at([*TERM, "weight"], 1e9), "a term: weight"),
    ("two terms for one signal", at([*TERM, "signal"], "in_content"), "two terms"),
    ("terms that are text", at(["parts", 0, "terms"], "all"), "terms of a part is no list"),
    ("a cut of text", at([*CUT, "score"], "low"), "'0.80': score"),
    ("a cut below all", at([*CUT, "score"], -1e300), "'0.80': score"),
    ("a cut without score", at([*CUT, "score"], KeyError), "'score'"),
    ("a precision above one", at([*CUT, "precision"], 1.5), "'0.80': precision"),
    ("half a unit", at([*CUT, "spam_above"], 0.5), "fractions"),
    ("a precision of text", at(["thresholds", "urls", "high"], {}), "damaged"),
    ("a precision of nan", at(["thresholds", "urls", "nan"], {}), "out of range"),
    ("a precision in other words", at(["thresholds", "urls", "0.8"], {}), "out of range"),
    ("figures of text", at(["figures"], "good"), "figures is no list"),
    ("a figure of lists", at(["figures", 0, "value"], [1]), "a figure is no number"),
    ("a lone surrogate", at(["note"], "\ud800"), "surrogates"),
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
    message = one_line(caught)
    assert words in message
    assert "spamlinks train" in message  # what to do next


def test_a_hash_of_a_file_that_no_part_uses(folder: Path) -> None:
    (folder / "spare.txt").write_text("x")
    resign(folder, "spare.txt")
    with pytest.raises(ModelError, match=r"no part uses the file 'spare\.txt'"):
        load_bundle(folder)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"null", b"[]", b"{", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 100_000,
        b'{"format": 3}', b'"x"', b"1", b"9" * 5000, b"{}".decode().encode("utf-16"),
        b'\xef\xbb\xbf{"format": 3}',
        b'{"format": 3, "sha256": {"a": 1e999}}',
    ],
    ids=lambda content: repr(content[:12]),
)  # fmt: skip
@pytest.mark.parametrize("name", ["metadata.json", "names.json"])
def test_json_that_is_none_of_ours(folder: Path, name: str, content: bytes) -> None:
    (folder / name).write_bytes(content)
    if name == "names.json":
        resign(folder, name)
    with pytest.raises(ModelError) as caught:
        load_bundle(folder)
    one_line(caught)


STRICT = [
    ('{"a": 1, "a": 1}', "'a' stands there twice"),
    ('{"b": {"a": 1, "c": 2, "a": 1}}', "'a' stands there twice"),
    ("[NaN]", "NaN is no JSON number"),
    ("[-Infinity]", "-Infinity is no JSON number"),
    ("[1e400]", "1e400 is too large"),
    ('["\\ud83d"]', "surrogates"),
]


@pytest.mark.parametrize(("text", "words"), STRICT)
def test_json_that_others_would_take(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_json(text.encode())


def test_json_that_is_taken() -> None:
    data = {"a": [1, -2.5, True, None, "é😀"], "b": {"a": {}}}
    assert read_json(json.dumps(data).encode()) == data
    assert read_json(json.dumps(data, ensure_ascii=False).encode()) == data


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every position of a JSON value."""
    yield path
    if isinstance(value, dict | list):
        keys = value if isinstance(value, dict) else range(len(value))
        for key in keys:
            yield from places(value[key], (*path, key))


def kind(value: Any) -> str:
    return "number" if type(value) in (int, float) else type(value).__name__


OTHERS: list[Any] = [None, True, False, "", "x", "0.5", "urls", [], [[]], ["urls"], {}, {"x": 1}]
OTHERS += [0.5, -1, 10**400, 1e308]


@cache
def saved() -> dict[str, bytes]:
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        save_bundle(made(), Path(name) / "m", "# tiny\n")
        return {path.name: path.read_bytes() for path in (Path(name) / "m").iterdir()}


def test_the_walk_knows_every_position() -> None:
    assert list(places({"a": [1, {"b": 2}]})) == [
        (), ("a",), ("a", 0), ("a", 1), ("a", 1, "b"),
    ]  # fmt: skip


def parent(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path[:-1]:
        value = value[key]
    return value


@pytest.mark.parametrize("name", ["metadata.json", "names.json"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_another_type_anywhere_is_refused_or_changes_nothing(
    tmp_path: Path, name: str, data: st.DataObject
) -> None:
    value = json.loads(saved()[name])
    path = data.draw(st.sampled_from([path for path in places(value) if path]))
    holder, key = parent(value, path), path[-1]
    other = [o for o in OTHERS if kind(o) != kind(holder[key])]
    if key == "score":  # a number or null, which is a threshold that nothing reaches
        other = [o for o in other if kind(o) not in ("number", "NoneType")]
    holder[key] = copy.deepcopy(data.draw(st.sampled_from(other)))
    bundle = loaded(tmp_path, name, value)
    assert bundle is None or outcome(bundle) == expected()


@pytest.mark.parametrize("name", ["metadata.json", "names.json"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_anything_more_or_less_is_refused_or_scores_numbers(
    tmp_path: Path, name: str, data: st.DataObject
) -> None:
    """A threshold taken out, say, makes another valid bundle."""
    value = json.loads(saved()[name])
    path = data.draw(st.sampled_from([path for path in places(value) if path]))
    holder, key = parent(value, path), path[-1]
    if data.draw(st.booleans()):
        del holder[key]
    elif isinstance(holder, list):
        holder.append(data.draw(st.sampled_from([*OTHERS, holder[0]])))
    else:
        extra = data.draw(st.sampled_from(["extra", "", "urls", "0.99", "format", "\x1b[31m"]))
        holder[extra] = data.draw(st.sampled_from([*OTHERS, holder[key]]))
    bundle = loaded(tmp_path, name, value)
    assert bundle is None or np.isfinite(outcome(bundle)[0]).all()


def loaded(folder: Path, name: str, value: Any) -> ModelBundle | None:
    """The bundle with another JSON file, None where it is refused in one line."""
    for file, content in saved().items():
        (folder / file).write_bytes(content)
    (folder / name).write_text(json.dumps(value), "utf-8")
    if name == "names.json":
        resign(folder, name)
    try:
        return load_bundle(folder)
    except ModelError as error:
        assert str(error).isprintable()  # noqa: PT017 - what is accepted is looked at by the caller
        return None


def test_what_would_not_load_is_not_saved(tmp_path: Path) -> None:
    bundle = made()
    line = bundle.lines["urls"].__class__(1e300, 0.0, 0.1)
    for wrong in (
        {"prior": 1.0},
        {"name": "a\nb"},
        {"lines": {}},
        {"lines": {**bundle.lines, "urls": line}},
        {"unit_lines": {**bundle.lines, "urls": line}},
        {"top_share": 2.0},
        {"metadata": {"figures": 1}},
        {"parts": ()},
    ):
        changed = ModelBundle(**{**as_fields(bundle), **wrong})
        with pytest.raises(ModelError):
            save_bundle(changed, tmp_path / "m", "# tiny\n")
        assert not (tmp_path / "m").exists()


def as_fields(bundle: ModelBundle) -> dict[str, Any]:
    names = ("name", "parts", "evidence", "lines", "cuts", "prior", "metadata")
    names += ("unit_lines", "top_share")
    return {name: getattr(bundle, name) for name in names}
