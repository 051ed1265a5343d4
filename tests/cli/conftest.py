"""Running the command line in this process, as a shell would see it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from cli_outcome import EXAMPLES, Outcome, Run

from spamlinks.cli import main


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    """Call ``spamlinks`` with arguments; anything but a clean exit fails the test."""

    def call(*arguments: object) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["spamlinks", *map(str, arguments)])
        capfdbinary.readouterr()
        code = 0
        try:
            main()
        except SystemExit as error:
            code = error.code if isinstance(error.code, int) else 0 if error.code is None else 1
        out, talk = capfdbinary.readouterr()
        return Outcome(code, out, talk.decode())

    return call


@pytest.fixture(scope="session")
def exports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The first rows of each example export, by vendor."""
    folder = tmp_path_factory.mktemp("exports")
    out = {}
    for name, source, encoding, rows in (
        ("ahrefs", "shop-ahrefs-backlinks.csv", "utf-16", 200),
        ("semrush", "shop-semrush-backlinks.csv", "utf-8", 60),
        ("gsc", "https___www.shop.example_-Latest links-2026-10-05.csv", "utf-8", 350),
    ):
        text = (EXAMPLES / source).read_text(encoding)
        path = folder / source
        path.write_text("".join(text.splitlines(keepends=True)[: rows + 1]), encoding)
        out[name] = path
    return out
