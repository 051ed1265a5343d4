"""``audit --previous``: what is told, what is written, and that nothing is lost on the way."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import polars as pl
import pytest
from cli_outcome import EXAMPLES, Run

import spamlinks
from spamlinks.errors import InputError

SITE = ("--site", "shop.example")


def halved(source: Path, target: Path, encoding: str = "utf-8") -> Path:
    """Every other record of an export."""
    lines = source.read_text(encoding).splitlines(keepends=True)
    target.write_text(lines[0] + "".join(lines[1::2]), encoding)
    return target


def since_of(folder: Path) -> dict:
    return json.loads((folder / "run.json").read_text("utf-8"))["since"]


def changes(folder: Path) -> list[dict[str, str]]:
    with (folder / "changes.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_half_an_export_against_the_whole(run: Run, tmp_path: Path, exports) -> None:
    half = halved(exports["ahrefs"], tmp_path / "half.csv", "utf-16")
    assert run("audit", half, *SITE, "-o", tmp_path / "then").code == 0
    done = run(
        "audit", exports["ahrefs"], *SITE, "-o", tmp_path / "now", "--previous", tmp_path / "then"
    )
    assert done.code == 0, done.talk
    since = since_of(tmp_path / "now")
    then, now = (pl.read_csv(tmp_path / name / "domains.csv") for name in ("then", "now"))
    gone = set(then["linking_domain"]) - set(now["linking_domain"])
    new = set(now["linking_domain"]) - set(then["linking_domain"])
    counts = since["counts"]
    assert (counts["gone"], counts["new"]) == (len(gone), len(new))
    assert counts["new"] > 20
    assert sum(counts.values()) - counts["gone"] == now.height
    assert sum(counts.values()) - counts["new"] == then.height
    listed = changes(tmp_path / "now")
    assert len(listed) == sum(counts.values()) - counts["same"] == len(since["changes"])
    assert {row["linking_domain"] for row in listed if row["change"] == "new"} == new
    assert all(row["why"] for row in listed)
    assert f"new {counts['new']}" in done.talk
    assert "then/run.json" in done.talk
    assert any("then: what is new may only not have been listed" in note for note in since["notes"])
    found = spamlinks.compare_runs(tmp_path / "then", tmp_path / "now")
    assert found.to_dict() == since, "two finished runs say what the audit said"


def test_the_same_exports_into_the_same_folder(run: Run, tmp_path: Path, exports) -> None:
    out = tmp_path / "out"
    assert run("audit", exports["semrush"], *SITE, "-o", out).code == 0
    done = run("audit", exports["semrush"], *SITE, "-o", out, "--previous", out / "run.json")
    assert done.code == 0, done.talk
    since = since_of(out)
    assert since["changes"] == []
    assert since["counts"]["same"] == pl.read_csv(out / "domains.csv").height
    assert since["notes"] == ["These are the same exports as then."]
    assert "No domain changed." in done.talk
    assert changes(out) == []
    # Without --previous the table of changes would be about another run.
    assert run("audit", exports["semrush"], *SITE, "-o", out).code == 0
    assert not (out / "changes.csv").exists()
    assert "since" not in json.loads((out / "run.json").read_text("utf-8"))


def test_other_exports_into_the_same_folder(run: Run, tmp_path: Path, exports) -> None:
    out = tmp_path / "out"
    assert run("audit", exports["semrush"], *SITE, "-o", out).code == 0
    before = pl.read_csv(out / "domains.csv")
    done = run("audit", exports["gsc"], *SITE, "-o", out, "--previous", out)
    assert done.code == 0, done.talk
    counts = since_of(out)["counts"]
    assert sum(counts.values()) - counts["new"] == before.height
    notes = " ".join(since_of(out)["notes"])
    assert "No export of semrush this time" in notes
    assert "No export of Search Console then" in notes
    assert "Known then and not now: anchor texts" in notes
    gone = [row["why"] for row in changes(out) if row["change"] == "gone"]
    assert all("only semrush knew it" in why for why in gone)


def test_an_error_comes_before_anything_is_written(run: Run, tmp_path: Path, exports) -> None:
    out = tmp_path / "out"
    assert run("audit", exports["semrush"], *SITE, "-o", out).code == 0
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    for site in (SITE, ()):
        text = json.loads((out / "run.json").read_text("utf-8"))
        other = tmp_path / f"old{len(site)}"
        other.mkdir()
        (other / "run.json").write_text(json.dumps({**text, "site": "third.example"}), "utf-8")
        (other / "domains.csv").write_bytes(before["domains.csv"])
        done = run("audit", exports["semrush"], *site, "-o", out, "--previous", other)
        assert done.code == 1
        assert "that run is about third.example" in done.line
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_a_run_that_is_killed_before_it_writes_keeps_the_old_files(
    run: Run, tmp_path: Path, exports, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    assert run("audit", exports["semrush"], *SITE, "-o", out).code == 0
    before = {path.name: path.read_bytes() for path in out.iterdir()}

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("spamlinks.outputs.write_audit", killed)
    done = run("audit", exports["gsc"], *SITE, "-o", out, "--previous", out)
    assert done.code == 130
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_hostile_text_of_the_earlier_run_stays_text(run: Run, tmp_path: Path, exports) -> None:
    out = tmp_path / "old"
    assert run("audit", exports["semrush"], *SITE, "-o", out).code == 0
    table = pl.read_csv(out / "domains.csv", infer_schema=False)
    evil = "=1+1[red]\x1b[31m\u202e<script>"
    rows = table.with_columns(
        linking_domain=pl.lit(evil) + pl.col("linking_domain"), evidence=pl.lit(f"{evil} (+1.0)")
    )
    rows.write_csv(out / "domains.csv")
    facts = json.loads((out / "run.json").read_text("utf-8"))
    facts["model"]["name"] = facts["view"] = facts["situation"] = evil
    (out / "run.json").write_text(json.dumps(facts), "utf-8")
    done = run("audit", exports["semrush"], *SITE, "-o", tmp_path / "new", "--previous", out)
    assert done.code == 0, done.talk
    assert "\x1b" not in done.talk
    assert "\u202e" not in done.talk
    assert "=1+1[red]" in done.talk, "brackets are no markup"
    text = (tmp_path / "new" / "changes.csv").read_text("utf-8")
    assert not any(
        cell.startswith(("=", "+", "-", "@"))
        for row in csv.reader(text.splitlines())
        for cell in row
    )
    assert "\x1b" not in text
    assert "\x1b" not in json.dumps(since_of(tmp_path / "new"), ensure_ascii=False)


def test_a_folder_that_holds_an_earlier_outcome_is_no_export(
    run: Run, tmp_path: Path, exports
) -> None:
    inside = tmp_path / "links" / "out"
    inside.parent.mkdir()
    (inside.parent / "semrush.csv").write_bytes(exports["semrush"].read_bytes())
    for _ in range(2):  # the second time changes.csv is there as well
        previous = ("--previous", inside) if inside.exists() else ()
        done = run("audit", inside.parent, *SITE, "-o", inside, *previous)
        assert done.code == 0, done.talk
    facts = json.loads((inside / "run.json").read_text("utf-8"))
    assert [entry["file"] for entry in facts["inputs"]] == ["semrush.csv"]
    assert facts["since"]["notes"] == ["These are the same exports as then."]


def test_the_library(tmp_path: Path, exports, run: Run) -> None:
    assert run("audit", exports["semrush"], *SITE, "-o", tmp_path / "then").code == 0
    found = spamlinks.audit(exports["gsc"], site="shop.example", previous=tmp_path / "then")
    assert found.changes is not None
    assert found.run["since"]["run"]["file"] == "then/run.json"
    assert found.changes.height == len(found.run["since"]["changes"]) + found.run["since"]["more"]
    table = spamlinks.read_backlinks(exports["gsc"])
    again = spamlinks.audit(table, site="shop.example", previous=str(tmp_path / "then"))
    assert again.changes is not None
    assert spamlinks.audit(exports["gsc"], site="shop.example").changes is None
    with pytest.raises(InputError, match="there is no such file"):
        spamlinks.audit(EXAMPLES / "none.csv", previous=tmp_path / "none")


def test_a_real_export_halved_against_the_whole(run: Run, tmp_path: Path, shared_data) -> None:
    whole = next((shared_data / "exports").glob("ahrefs_*.csv"), None)
    if whole is None:
        pytest.skip("the real Ahrefs export is not among the shared data")
    half = halved(whole, tmp_path / whole.name)
    site = ("--site", "lamicrobyflo.fr")
    assert run("audit", half, *site, "-o", tmp_path / "half").code == 0
    assert (
        run("audit", whole, *site, "-o", tmp_path / "all", "--previous", tmp_path / "half").code
        == 0
    )
    counts = since_of(tmp_path / "all")["counts"]
    assert counts["gone"] == 0
    assert counts["new"] + counts["worse"] + counts["better"] + counts["same"] == 219
    assert counts["worse"] + counts["better"] + counts["same"] == 110
    assert counts["same"] > 100, "the same links are judged alike among others"
    back = run("audit", half, *site, "-o", tmp_path / "half", "--previous", tmp_path / "all")
    assert back.code == 0
    assert since_of(tmp_path / "half")["counts"]["gone"] == counts["new"]
    assert "from a thinner export it does not follow that links are gone" in back.talk
