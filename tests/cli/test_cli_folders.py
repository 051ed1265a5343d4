"""A folder holds the audits of one site."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_outcome import Run

from spamlinks.errors import OutputError
from spamlinks.run_folder import refuse_other_site


@pytest.mark.parametrize("site", ["--site=other.example", ""])
def test_an_audit_of_another_site_is_never_written_over(
    run: Run, exports: dict[str, Path], tmp_path: Path, site: str
) -> None:
    out = tmp_path / "out"
    assert run("audit", exports["ahrefs"], "--site", "shop.example", "-o", out).code == 0
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    other = tmp_path / "other.csv"  # says itself which site it is about
    text = exports["semrush"].read_text("utf-8").replace("shop.example", "other.example")
    other.write_text(text, "utf-8")
    outcome = run("audit", other, *filter(None, [site]), "-o", out)
    assert outcome.code == 1
    assert "holds an audit of shop.example, and this one is about other.example" in outcome.line
    assert "-o" in outcome.line
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_a_site_that_was_guessed_may_be_a_wrong_one(tmp_path: Path) -> None:
    run = '{"tool": "spamlinks", "site": "a.example", "site_guessed": true}'
    (tmp_path / "run.json").write_text(run, "utf-8")
    with pytest.raises(OutputError, match="or delete it if that site was a wrong guess"):
        refuse_other_site(tmp_path, "b.example")


def test_a_host_of_the_same_site_may_follow(
    run: Run, exports: dict[str, Path], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    for site in ("shop.example", "https://www.shop.example/", "blog.shop.example"):
        assert run("audit", exports["ahrefs"], "--site", site, "-o", out).code == 0


def test_a_folder_of_which_nothing_is_known_is_taken(
    run: Run, exports: dict[str, Path], tmp_path: Path
) -> None:
    for text in ("no json", "[]", '{"tool": "spamlinks", "site": null}', '{"site": "x.example"}'):
        out = tmp_path / str(len(text))
        out.mkdir()
        (out / "run.json").write_text(text, "utf-8")
        assert run("audit", exports["ahrefs"], "--site", "shop.example", "-o", out).code == 0
