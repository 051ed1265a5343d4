"""Writing exports: what is written is what the readers read, in bytes that do not change."""

from __future__ import annotations

import csv
import hashlib
import re
from pathlib import Path

import polars as pl
import pytest

from spamlinks.errors import InputError, OutputError
from spamlinks.exports import read_export
from spamlinks.schema import FIELDS, VENDOR_VERDICTS
from spamlinks.simulate import VENDORS, export, generate, simulate, write_export

SAMPLES = Path(__file__).parents[1] / "exports" / "samples"
PROVENANCE = ("export_file", "export_row", "vendor", "export_date", "grain")


@pytest.fixture(scope="module")
def profile() -> pl.DataFrame:
    return generate(800, seed=3, spam_share=0.3)


def written(profile: pl.DataFrame, folder: Path, vendor: str, **options) -> Path:
    path = folder / f"shop-{vendor}.{'txt' if vendor == 'plain' else 'csv'}"
    write_export(profile, path, vendor, **options)
    return path


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_round_trip(profile, tmp_path, vendor, encoding) -> None:
    path = written(profile, tmp_path, vendor, encoding=encoding)
    reading = read_export(path)
    assert reading.format.vendor == vendor
    assert reading.backlinks.height == profile.height
    assert reading.rejected.height == 0
    for name in reading.backlinks.columns:
        if name in PROVENANCE:
            continue
        if name not in profile.columns:
            assert reading.backlinks[name].null_count() == profile.height, f"{name} from nowhere"
            continue
        wanted = profile[name]
        if vendor == "semrush" and name == "link_kind":  # has no column for redirects
            wanted = wanted.replace("redirect", None)
        assert reading.backlinks[name].equals(wanted, null_equal=True), name


@pytest.mark.parametrize(
    ("vendor", "fields"),
    [
        ("gsc", {"referring_page", "last_crawled"}),
        ("plain", {"referring_page"}),
        ("bing", {"referring_page", "anchor_text", "target_url"}),
    ],
)
def test_an_export_shows_no_more_than_the_vendors(profile, tmp_path, vendor, fields) -> None:
    backlinks = read_export(written(profile, tmp_path, vendor)).backlinks
    assert set(backlinks.columns) - set(PROVENANCE) == fields


SAMPLE_OF = {
    "semrush": "semrush__backlinks__2021.csv",
    "majestic": "majestic__download-backlinks__2013.csv",
    "bing": "bing__backlinks-pages__2020.csv",
    "gsc": "gsc__latest-links__2018-en.csv",
}


@pytest.mark.parametrize("vendor", SAMPLE_OF)
def test_headers_are_spelt_as_the_vendor_does(profile, tmp_path, vendor) -> None:
    header = next(csv.reader((SAMPLES / SAMPLE_OF[vendor]).read_text("utf-8").splitlines()))
    path = written(profile, tmp_path, vendor, label=False)
    ours = next(csv.reader(path.read_text("utf-8").splitlines()))
    assert set(ours) <= set(header)
    assert ours == [name for name in header if name in ours] or vendor == "majestic"


def test_ahrefs_form(profile, tmp_path) -> None:
    data = written(profile, tmp_path, "ahrefs", label=False, encoding="utf-16").read_bytes()
    sample = (SAMPLES / "ahrefs__backlinks__2025.csv").read_bytes()
    assert data[:2] == sample[:2] == b"\xff\xfe"
    ours, theirs = data.decode("utf-16"), sample.decode("utf-16")
    assert ours.startswith('"Referring page title"\t"Referring page URL"\t')
    names = [name.strip('"') for name in ours.split("\n")[0].split("\t")]
    assert set(names) <= {n.strip('"\r') for n in theirs.split("\n")[0].split("\t")}


@pytest.mark.parametrize(
    ("vendor", "header", "form"),
    [
        ("ahrefs", "First seen", r"^\d{4}-\d\d-\d\d 00:00:00$"),
        ("semrush", "Last seen", r"^\d{4}-\d\d-\d\d$"),
        ("gsc", "Last crawled", r"^\d{4}-\d\d-\d\d$"),
        ("ahrefs", "Domain traffic", r"^\d+$"),  # counts have no decimals
        ("ahrefs", "Nofollow", r"^(?:true|false)$"),
        ("majestic", "FlagNoFollow", r"^\+?$"),
    ],
)
def test_cells_are_written_as_the_vendor_does(profile, tmp_path, vendor, header, form) -> None:
    rows = csv.DictReader(written(profile, tmp_path, vendor).read_text("utf-8").splitlines())
    assert all(re.search(form, row[header]) for row in rows)


def test_labels_come_last_and_can_be_left_out(profile, tmp_path) -> None:
    for vendor in ("ahrefs", "semrush", "majestic", "bing", "gsc"):
        rows = list(
            csv.DictReader(written(profile, tmp_path, vendor).read_text("utf-8").splitlines())
        )
        assert list(rows[0])[-1] == "is_spam"
        assert [int(row["is_spam"]) for row in rows] == profile["is_spam"].to_list()
        bare = written(profile, tmp_path, vendor, label=False).read_text("utf-8")
        assert "is_spam" not in bare
    assert "is_spam" not in written(profile, tmp_path, "plain").read_text("utf-8")


def test_vendors_verdicts_stay_empty(profile, tmp_path) -> None:
    for vendor in ("ahrefs", "semrush"):
        backlinks = read_export(written(profile, tmp_path, vendor)).backlinks
        for name in set(VENDOR_VERDICTS) & set(backlinks.columns):
            assert backlinks[name].null_count() == backlinks.height


HOSTILE = [
    '=HYPERLINK("http://x","y")',
    'a "quoted" word',
    "two\nlines",
    "tab\there",
    "a, b; c",
    "émoji 🎰 и кириллица",
    "'",
]


@pytest.mark.parametrize("vendor", ["ahrefs", "semrush", "bing", "majestic"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_hostile_cells_come_back_as_they_were(tmp_path, vendor, encoding) -> None:
    frame = generate(len(HOSTILE), seed=1).with_columns(anchor_text=pl.Series(HOSTILE))
    backlinks = read_export(written(frame, tmp_path, vendor, encoding=encoding)).backlinks
    assert backlinks["anchor_text"].to_list() == HOSTILE


def test_columns_a_table_lacks_are_empty(tmp_path) -> None:
    frame = pl.DataFrame({"referring_page": ["https://a.com/x"], "anchor_text": ["hello"]})
    backlinks = read_export(written(frame, tmp_path, "semrush")).backlinks
    assert backlinks["anchor_text"].to_list() == ["hello"]
    assert backlinks["target_url"].null_count() == 1


def test_parquet_holds_what_the_vendor_shows(profile, tmp_path) -> None:
    path = tmp_path / "links.parquet"
    write_export(profile, path, "semrush")
    table = pl.read_parquet(path)
    assert table.columns[-1] == "is_spam"
    assert set(table.columns[:-1]) <= set(FIELDS)
    assert "ahrefs_domain_rating" not in table.columns
    assert table.equals(profile.select(table.columns), null_equal=True)


@pytest.mark.parametrize("name", ["a.csv", "a.parquet"])
def test_simulate_is_a_stream_of_one_profile(tmp_path, monkeypatch, name) -> None:
    monkeypatch.setattr(export, "CHUNK_ROWS", 300)
    path = tmp_path / name
    simulate(1000, path, seed=5)
    again = tmp_path / f"again-{name}"
    simulate(1000, again, seed=5)
    assert sha(path) == sha(again)
    simulate(1000, again, seed=6)
    assert sha(path) != sha(again)
    table = pl.read_parquet(path) if name.endswith("parquet") else read_export(path).backlinks
    assert table.height == 1000
    host = table["referring_page"].str.extract(r"//(?:www\.)?([^/]+)")
    chunk = pl.Series([i // 300 for i in range(1000)])
    spread = pl.DataFrame({"host": host, "chunk": chunk}).group_by("host").n_unique()
    assert spread["chunk"].max() == 1, "a domain is drawn in one part only"
    pages = [set(table["target_url"][i : i + 300]) for i in (0, 300, 600)]
    assert len(pages[0] & pages[1] & pages[2]) > 5, "the site is one"


def sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_simulate_respects_share_and_site(tmp_path) -> None:
    path = tmp_path / "a.csv"
    simulate(2000, path, spam_share=0.5, site="my.shop.test", vendor="bing", seed=1)
    table = pl.read_csv(path)
    assert 0.4 < table["is_spam"].mean() < 0.65
    assert table["Target Url"].str.starts_with("https://my.shop.test/").all()


@pytest.mark.parametrize(
    ("rows", "options", "message"),
    [
        (0, {}, "0 rows"),
        (-5, {}, "-5 rows"),
        (10, {"spam_share": 1.5}, "spam share of 1.5"),
        (10, {"seed": -1}, "seed of -1"),
        (10, {"vendor": "moz"}, "no export of 'moz'"),
    ],
)
def test_wrong_arguments_leave_the_file_alone(tmp_path, rows, options, message) -> None:
    path = tmp_path / "a.csv"
    path.write_text("mine")
    with pytest.raises(InputError, match=message):
        simulate(rows, path, **options)
    assert path.read_text() == "mine"


def test_a_stream_that_breaks_leaves_the_old_file_whole(tmp_path, monkeypatch) -> None:
    path = tmp_path / "a.csv"
    path.write_text("mine")

    def broken(*args, **options):
        yield generate(10)
        raise RuntimeError("out of chance")

    monkeypatch.setattr(export, "_chunks", broken)
    with pytest.raises(RuntimeError, match="out of chance"):
        simulate(100, path)
    assert path.read_text() == "mine"
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]


def test_a_folder_that_is_not_there_is_told(tmp_path) -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        simulate(10, tmp_path / "no" / "a.csv")
