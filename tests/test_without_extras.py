"""Without the extra ``enrich`` all but fetching works, and fetching says what to install."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import spamlinks
from spamlinks.enrich.answers import AgeFacts, Answer, Lookup, PageFacts, State, What
from spamlinks.enrich.store import Store

PACKAGES = (
    *("scrapy", "twisted", "httpx", "httpcore", "dns", "lxml", "py3langid", "w3lib", "zope"),
    *("brotli", "OpenSSL", "service_identity"),
)
BLOCKER = f"""
import sys
from importlib.machinery import PathFinder

class Hiding:
    @staticmethod
    def find_spec(name, path=None, target=None):
        hidden = name.partition(".")[0] in {PACKAGES!r}
        return None if hidden else PathFinder.find_spec(name, path, target)

sys.meta_path[:] = [Hiding if finder is PathFinder else finder for finder in sys.meta_path]
"""
URL = "https://casino-bonus-777.xyz/win"
SITE = "shop.example"


@pytest.fixture
def bare(tmp_path: Path):
    """Run Python as it is where the extra was never installed; returns (code, out, talk)."""
    (tmp_path / "blocked").mkdir()
    (tmp_path / "blocked" / "sitecustomize.py").write_text(BLOCKER)
    home = Path(spamlinks.__file__).parents[1]
    paths = os.pathsep.join((str(tmp_path / "blocked"), str(home)))

    def call(*arguments: object) -> tuple[int, str, str]:
        done = subprocess.run(
            [sys.executable, *map(str, arguments)],
            capture_output=True, text=True, timeout=300, check=False, cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": paths},
        )  # fmt: skip
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, done.stdout, " ".join(done.stderr.split())

    return call


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "links.csv"
    path.write_text(
        "referring_page,target_url,anchor_text\n"
        f"{URL},https://{SITE}/,best casino\n"
        f"https://bakery.com/links,https://{SITE}/,shop\n"
    )
    return path


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "s.db"
    now = datetime(2026, 3, 1, tzinfo=UTC)
    facts = PageFacts(URL, http_code=200, words=300, external_links=90, parked="")
    with Store.open(path, create=True) as opened:
        opened.save(
            [
                Answer(Lookup(What.PAGE, URL, SITE), State.FETCHED, now, 200, facts=facts),
                Answer(
                    Lookup(What.AGE, "bakery.com"),
                    State.FETCHED,
                    now,
                    facts=AgeFacts(date(2009, 1, 2)),
                ),
            ]
        )
    return path


def test_the_blocker_blocks(bare):
    for name in PACKAGES[:2]:
        code = f"import importlib.util as u\ntry: import {name}\nexcept ImportError: print('no')"
        assert bare("-c", code)[:2] == (0, "no\n")


def test_the_package_and_its_help(bare):
    names = ", ".join(name for name in spamlinks.__all__ if not name.startswith("_"))
    assert bare("-W", "error", "-c", f"from spamlinks import {names}")[0] == 0
    assert bare("-m", "spamlinks", "--help")[0] == 0
    code, out, _ = bare("-m", "spamlinks", "enrich", "--help")
    assert code == 0
    assert "--store" in out


def test_a_store_is_read(bare, export, store, tmp_path):
    code, _, talk = bare(
        "-m", "spamlinks", "audit", export, "--site", SITE, "--store", store, "-o", tmp_path / "out"
    )
    assert code == 0, talk
    assert "1 of 2 linking pages read" in talk
    assert (tmp_path / "out" / "run.json").is_file()
    scores = tmp_path / "scores.csv"
    code, _, talk = bare(
        "-m", "spamlinks", "score", export, "--site", SITE, "--store", store, "-o", scores
    )
    assert code == 0, talk
    assert scores.read_text().startswith("referring_page,")


KINDS = [  # --what, packages that are named
    ("ages", "httpcore"),
    ("dns", "dns"),
    ("ages,pages", "dns, httpcore, lxml, py3langid, scrapy"),
]


@pytest.mark.parametrize(("what", "named"), KINDS)
def test_fetching_says_what_to_install(bare, export, tmp_path, what, named):
    new = tmp_path / "new.db"
    code, out, talk = bare(
        "-m", "spamlinks", "enrich", export, "--site", SITE, "--store", new, "--what", what
    )
    assert (code, out) == (1, "")
    assert f"({named})" in talk
    assert "pip install 'spamlinks[enrich]'" in talk
    assert not new.exists()
