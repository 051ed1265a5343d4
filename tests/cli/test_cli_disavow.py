"""spamlinks disavow and the file of an audit: edited tables, pages, wishes, properties, reruns."""

from __future__ import annotations

import json
import os
from pathlib import Path

import polars as pl
import pytest
from cli_outcome import Run

from spamlinks.disavow import DisavowFile
from spamlinks.drafts.candidates import NO_PAGE
from spamlinks.urls import canonical_url

SITE = ("--site", "shop.example")


@pytest.fixture(scope="session")
def audited(tmp_path_factory: pytest.TempPathFactory, exports: dict[str, Path]) -> Path:
    """The outcome of one audit; tests work on copies."""
    from spamlinks.outputs import write_audit
    from spamlinks.pipeline import Settings, audit

    folder = tmp_path_factory.mktemp("audited")
    write_audit(audit([exports["ahrefs"]], Settings(site="shop.example")), folder)
    return folder


@pytest.fixture
def folder(audited: Path, tmp_path: Path) -> Path:
    for name in ("domains.csv", "links.parquet", "run.json"):
        (tmp_path / name).write_bytes((audited / name).read_bytes())
    return tmp_path


def entries(path: Path) -> list[str]:
    return [line.text for line in DisavowFile.parse(path.read_bytes()).entries]


def test_the_header_names_the_run_of_the_table(run: Run, folder: Path) -> None:
    outcome = run("disavow", folder / "domains.csv", *SITE, "-o", folder / "d.txt")
    assert outcome.code == 0, outcome.talk
    facts = json.loads((folder / "run.json").read_text("utf-8"))
    head = (folder / "d.txt").read_text("utf-8").splitlines()[:3]
    assert head[0].endswith(f"on {facts['created'][:10]}")
    assert facts["model"]["name"] in head[1]
    assert facts["model"]["sha256"][:16] in head[1]
    assert f"{facts['verdicts']['DISAVOW']} domains DISAVOW" in head[2]


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "null",
        '{"model": 1, "created": []}',
        '{"prior": "x"}',
        '{"live": {"name": "x", "entries": 1e999}}',
    ],
)
def test_a_damaged_run_beside_the_table_is_no_error(run: Run, folder: Path, text: str) -> None:
    (folder / "run.json").write_text(text)
    assert run("disavow", folder / "domains.csv", *SITE, "-o", folder / "d.txt").code == 0
    assert "not recorded" in (folder / "d.txt").read_text("utf-8")


def test_pages_of_a_shared_site_come_from_the_links_beside_the_table(
    run: Run, folder: Path
) -> None:
    links = pl.read_parquet(folder / "links.parquet")
    table = pl.read_csv(folder / "domains.csv", infer_schema=False)
    followed = links.filter(~pl.col("rel_nofollow"))["linking_domain"].unique().implode()
    name = table.filter((pl.col("verdict") == "KEEP") & pl.col("linking_domain").is_in(followed))[
        "linking_domain"
    ][0]
    mine = pl.col("linking_domain") == name
    table.with_columns(
        unit=pl.when(mine).then(pl.lit("url")).otherwise(pl.col("unit")),  # as a platform's
        verdict=pl.when(mine).then(pl.lit("DISAVOW")).otherwise(pl.col("verdict")),
    ).write_csv(folder / "domains.csv")
    outcome = run("disavow", folder / "domains.csv", *SITE, "-o", folder / "d.txt")
    assert outcome.code == 0, outcome.talk
    new = [entry for entry in entries(folder / "d.txt") if name in entry]
    assert new
    assert all(entry.startswith("http") for entry in new)
    pages = links.filter(pl.col("linking_domain") == name)["referring_page"]
    assert set(new) <= {canonical_url(page) for page in pages}
    # Without the links nobody knows the pages.
    (folder / "links.parquet").unlink()
    outcome = run("disavow", folder / "domains.csv", *SITE, "-o", folder / "d2.txt")
    assert f"{name}: {NO_PAGE}\n" in outcome.talk  # with what to do, not cut short
    assert not [entry for entry in entries(folder / "d2.txt") if name in entry]


@pytest.mark.parametrize("data", [b"no parquet", b""])
def test_damaged_links_beside_the_table_are_no_error(run: Run, folder: Path, data: bytes) -> None:
    (folder / "links.parquet").write_bytes(data)
    outcome = run("disavow", folder / "domains.csv", *SITE, "-o", folder / "d.txt")
    assert outcome.code == 0, outcome.talk


def test_links_of_other_types_beside_the_table_are_not_used(run: Run, folder: Path) -> None:
    links = pl.read_parquet(folder / "links.parquet")
    links.with_columns(rel_nofollow=pl.lit("maybe")).write_parquet(folder / "links.parquet")
    outcome = run("disavow", folder / "domains.csv", *SITE, "-o", folder / "d.txt")
    assert outcome.code == 0, outcome.talk
    assert "take away" in outcome.talk


def test_what_it_takes_away_is_said_before_the_file_is_named(run: Run, folder: Path) -> None:
    talk = run("disavow", folder / "domains.csv", *SITE, "-o", folder / "d.txt").talk
    assert "The new entries take away" in talk
    assert talk.index("take away") < talk.index("new entries. Read them")


def test_the_same_table_on_another_day_touches_nothing(run: Run, folder: Path) -> None:
    target = folder / "d.txt"
    run("disavow", folder / "domains.csv", *SITE, "-o", target)
    before = target.read_bytes()
    os.utime(target, (1, 1))
    facts = json.loads((folder / "run.json").read_text("utf-8"))
    facts["created"] = "2031-01-01T00:00:00+00:00"
    (folder / "run.json").write_text(json.dumps(facts))
    outcome = run("disavow", folder / "domains.csv", *SITE, "-o", target)
    assert outcome.code == 0
    assert target.read_bytes() == before
    assert target.stat().st_mtime == 1
    assert "as before and was not touched" in " ".join(outcome.talk.split())


def test_a_suffix_needs_its_name(run: Run, folder: Path) -> None:
    table = pl.read_csv(folder / "domains.csv", infer_schema=False)
    row = table.head(1).with_columns(
        linking_domain=pl.lit("xyz"), unit=pl.lit("domain"), verdict=pl.lit("DISAVOW"),
        reason=pl.lit("BARE_TLD"),
    )  # fmt: skip
    pl.concat([table, row]).write_csv(folder / "domains.csv")
    outcome = run("disavow", folder / "domains.csv", *SITE, "-o", folder / "d.txt")
    assert "held back: xyz: WHOLE_TLD" in outcome.talk
    assert "domain:xyz" not in entries(folder / "d.txt")
    run("disavow", folder / "domains.csv", *SITE, "--allow", "xyz", "-o", folder / "e.txt")
    assert "domain:xyz" in entries(folder / "e.txt")


@pytest.mark.parametrize("options", [(), SITE])
def test_the_own_site_is_spared_though_the_table_does_not_name_it(
    run: Run, folder: Path, options: tuple[str, ...]
) -> None:
    table = pl.read_csv(folder / "domains.csv", infer_schema=False)
    row = table.head(1).with_columns(
        linking_domain=pl.lit("shop.example"), unit=pl.lit("domain"), verdict=pl.lit("DISAVOW"),
        reason=pl.lit("SCORE_HIGH"),
    )  # fmt: skip
    pl.concat([table, row]).write_csv(folder / "domains.csv")
    outcome = run("disavow", folder / "domains.csv", *options, "-o", folder / "d.txt")
    assert "held back: shop.example: OWN_SITE" in outcome.talk
    assert "domain:shop.example" not in entries(folder / "d.txt")


def test_what_a_comment_of_the_live_file_keeps_is_held_back(run: Run, folder: Path) -> None:
    table = pl.read_csv(folder / "domains.csv", infer_schema=False)
    name = table.filter(pl.col("verdict") == "DISAVOW")["linking_domain"][0]
    live = folder / "live.txt"
    live.write_text(f"# NOT disavowed: {name} (a friend)\ndomain:old.com\n")
    outcome = run("disavow", folder / "domains.csv", *SITE, "--merge", live, "-o", folder / "d.txt")
    assert f"held back: {name}: a comment of your live file keeps it (line 1)" in outcome.talk
    assert f"domain:{name}" not in entries(folder / "d.txt")


def test_entries_that_no_link_falls_under_are_listed_and_stay(
    run: Run, exports: dict[str, Path], tmp_path: Path
) -> None:
    live = tmp_path / "live.txt"
    live.write_text("domain:silent-one.com\nhttp://silent-two.com/x\n")
    outcome = run("audit", exports["ahrefs"], *SITE, "--disavow", live, "-o", tmp_path / "out")
    assert (
        "no link of these exports falls under 2 of the 2 entries of your live file" in outcome.talk
    )
    facts = json.loads((tmp_path / "out" / "run.json").read_text("utf-8"))
    assert facts["disavow"]["not_reexamined"] == [
        "domain:silent-one.com",
        "http://silent-two.com/x",
    ]
    assert (tmp_path / "out" / "disavow.txt").read_bytes().startswith(live.read_bytes())


def test_a_file_beside_a_live_one_that_is_no_longer_wanted_is_set_aside(
    run: Run, exports: dict[str, Path], tmp_path: Path
) -> None:
    live, out = tmp_path / "live.txt", tmp_path / "out"
    live.write_text("# mine\ndomain:old.com\n")
    start = (exports["ahrefs"], *SITE, "--disavow", live, "-o", out)
    assert run("audit", *start).code == 0
    stale = (out / "disavow.txt").read_bytes()
    keep = tmp_path / "keep.txt"
    keep.write_text("\n".join(e.value for e in DisavowFile.parse(stale).entries))
    outcome = run("audit", *start, "--keep", keep)
    assert "Nothing to disavow" in outcome.talk
    assert not (out / "disavow.txt").exists()
    assert [path.read_bytes() for path in out.glob("disavow.txt.bak-*")] == [stale]
    # The live file itself, or one of somebody else, stays where it is.
    for text in (live.read_text(), "# theirs\ndomain:x.com\n"):
        (out / "disavow.txt").write_text(text)
        run("audit", *start, "--keep", keep)
        assert (out / "disavow.txt").read_text() == text


def test_a_live_file_that_is_full_stops_no_audit(
    run: Run, exports: dict[str, Path], tmp_path: Path
) -> None:
    live = tmp_path / "live.txt"
    live.write_text("".join(f"domain:s{n}.com\n" for n in range(100_000)))
    start = (exports["ahrefs"], *SITE)
    outcome = run("audit", *start, "--disavow", live, "-o", tmp_path / "out")
    assert outcome.code == 0, outcome.talk
    assert "merged, it would have 100,00" in " ".join(outcome.talk.split())
    assert not (tmp_path / "out" / "disavow.txt").exists()
    assert (tmp_path / "out" / "domains.csv").exists()
    outcome = run("disavow", *start, "--merge", live, "-o", tmp_path / "d.txt")
    assert outcome.code == 1
    assert "'spamlinks recheck' says which" in outcome.line
    assert not (tmp_path / "d.txt").exists()


def test_after_a_manual_action_notes_are_advised(
    run: Run, exports: dict[str, Path], tmp_path: Path
) -> None:
    outcome = run(
        "disavow",
        exports["ahrefs"],
        *SITE,
        "--situation",
        "manual-action",
        "-o",
        tmp_path / "d.txt",
    )
    assert "keep notes of whom you asked" in " ".join(outcome.talk.split())
    assert (
        "keep notes" not in run("disavow", exports["ahrefs"], *SITE, "-o", tmp_path / "e.txt").talk
    )


# One file for each property


def test_a_property_gets_what_links_to_it(
    run: Run, exports: dict[str, Path], tmp_path: Path
) -> None:
    live = tmp_path / "live.txt"
    live.write_text("# mine\ndomain:old.com\n")
    outcome = run(
        "disavow", exports["ahrefs"], *SITE, "-o", tmp_path / "d.txt",
        "--property", f"https://shop.example/={live}", "--property", "https://blog.shop.example/",
    )  # fmt: skip
    assert outcome.code == 0, outcome.talk
    made = {path.name for path in tmp_path.iterdir()}
    assert made == {"live.txt", "d-https-shop.example.txt"}
    text = (tmp_path / "d-https-shop.example.txt").read_bytes()
    assert text.startswith(live.read_bytes())
    assert len(DisavowFile.parse(text).entries) > 1
    assert "no link of these exports points to this property" in " ".join(outcome.talk.split())


def test_links_without_a_target_count_for_every_property(run: Run, tmp_path: Path) -> None:
    pages = tmp_path / "pages.txt"
    pages.write_text("".join(f"http://buy-seo-links-{n}.store/page\n" for n in range(5)))
    outcome = run(
        "disavow", pages, *SITE, "-o", tmp_path / "d.txt", "--situation", "bought",
        "--property", "https://shop.example/", "--property", "https://www.shop.example/",
    )  # fmt: skip
    assert outcome.code == 0, outcome.talk
    texts = [path.read_text("utf-8") for path in sorted(tmp_path.glob("d-*.txt"))]
    assert len(texts) in (0, 2)
    assert len(set(texts)) <= 1


def test_an_audit_writes_them_beside_its_own_file(
    run: Run, exports: dict[str, Path], tmp_path: Path
) -> None:
    outcome = run(
        "audit", exports["ahrefs"], *SITE, "-o", tmp_path, "--property", "https://shop.example/"
    )
    assert outcome.code == 0, outcome.talk
    whole, part = tmp_path / "disavow.txt", tmp_path / "disavow-https-shop.example.txt"
    # A file for no property would be uploaded to one of them, and drop what that one has.
    assert not whole.exists()
    facts = json.loads((tmp_path / "run.json").read_text("utf-8"))
    (said,) = facts["properties"]
    assert said["property"] == "https://shop.example/"
    assert (said["path"], said["new"]) == (part.name, len(entries(part)))
    assert (said["refused"], said["collapsed"]) == ([], [])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--site", "sc-domain:shop.example"], "https://shop.example/, https://www.shop.example/"),
        ([*SITE, "--property", "sc-domain:shop.example"], "those have no disavow list"),
        ([*SITE, "--property", "shop.example"], "is no URL"),
        ([*SITE, "--property", "https://other.example/"], "does not belong to shop.example"),
        ([*SITE, "--property", "https://shop.example/", "--property", "https://SHOP.example:443"],
         "is given twice"),
        ([*SITE, "--property", "https://shop.example/", "--property", "http://shop.example/",
          "--merge", "live.txt"], "each property has a list of its own"),
    ],
)  # fmt: skip
def test_wrong_properties(
    run: Run, exports: dict[str, Path], tmp_path: Path, options: list[str], said: str
) -> None:
    outcome = run("disavow", exports["ahrefs"], *options, "-o", tmp_path / "d.txt")
    assert outcome.code == 2
    assert said in " ".join(outcome.talk.replace("│", " ").split())
    assert not list(tmp_path.glob("d*.txt"))


def test_a_table_cannot_be_split_by_property(run: Run, folder: Path) -> None:
    outcome = run(
        "disavow", folder / "domains.csv", *SITE, "--property", "https://shop.example/",
        "-o", folder / "d.txt",
    )  # fmt: skip
    assert outcome.code == 1
    assert "does not say what is linked to" in outcome.line


def test_a_file_of_somebody_else_in_the_folder_is_kept_and_named(
    run: Run, exports: dict[str, Path], tmp_path: Path
) -> None:
    (tmp_path / "disavow.txt").write_text("# mine\ndomain:old1.com\ndomain:old2.com\n")
    outcome = run("audit", exports["ahrefs"], *SITE, "-o", tmp_path)
    said = " ".join(outcome.talk.split())
    assert "held 2 entries which the new one lacks" in said
    (kept,) = tmp_path.glob("disavow.txt.bak-*")
    assert b"domain:old1.com" in kept.read_bytes()
