"""Generated rows are told from real ones, whatever export they are written as."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from spamlinks.exports import read_export
from spamlinks.simulate import VENDORS, generated_files, simulate
from spamlinks.simulate.recognise import reserved_target


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("rows", [20, 300])
def test_every_export_that_simulate_writes(vendor: str, rows: int, tmp_path: Path) -> None:
    """With a site that exists: no reserved name gives it away."""
    path = tmp_path / "links.csv"
    simulate(rows, path, vendor=vendor, site="caldea.com", seed=rows)
    found = generated_files(read_export(path).backlinks)
    assert found == {"links.csv": "its pages have the addresses that 'spamlinks simulate' makes up"}


def test_the_examples_are_generated(examples: Path) -> None:
    for path in examples.glob("*links*.csv"):
        assert generated_files(read_export(path).backlinks), path.name


def test_real_exports_are_not(shared_data: Path) -> None:
    real = [*(shared_data / "exports").glob("*links*"), *(shared_data / "labelled").glob("*.csv")]
    assert len(real) > 5
    for path in real:
        assert generated_files(read_export(path).backlinks) == {}, path.name


@pytest.mark.parametrize(
    ("pages", "extra", "made_up"),
    [
        (["https://a.com/garden-travel.html"] * 3, {}, True),
        (["https://a.com/garden-travel.html"] * 2, {}, False),  # too few to say
        (["https://a.com/our-garden-travel/"] * 9, {}, False),  # a word that is not of the list
        (["https://a.com/garden/"] * 9, {}, False),  # single words are everybody's
        (["https://a.com/music-school/"] * 3 + ["https://b.com/x-y/"] * 2, {}, False),
        (["https://a.com/"], {"vendor": ["simulated"]}, True),
        (["https://a.com/"], {"target_url": ["https://www.shop.example/x"]}, True),
        (["https://a.com/"], {"target_url": [None]}, False),
    ],
)
def test_what_tells(pages: list[str], extra: dict[str, list[str]], made_up: bool) -> None:
    table = pl.DataFrame({"referring_page": pages, **extra}, strict=False)
    if "target_url" in extra:
        table = table.with_columns(pl.col("target_url").cast(pl.String))
    assert bool(generated_files(table)) is made_up


def test_files_are_judged_one_by_one() -> None:
    pages = [f"https://a.com/garden-travel/{n}" for n in range(5)] + [
        "https://b.org/my-own-page/"
    ] * 5
    files = ["made.csv"] * 5 + ["real.csv"] * 5
    table = pl.DataFrame({"referring_page": pages, "export_file": files})
    assert list(generated_files(table)) == ["made.csv"]


@pytest.mark.parametrize(
    ("url", "reserved"),
    [
        ("https://shop.example/x", True),
        ("http://a.test:8080/", True),
        ("https://www.example.com/", True),
        ("https://myexample.com/", False),
        ("https://example.shop/", False),
        ("https://a.com/?from=shop.example", False),
    ],
)
def test_reserved_names(url: str, reserved: bool) -> None:
    assert reserved_target(pl.DataFrame({"target_url": [url]})).to_list() == [reserved]
