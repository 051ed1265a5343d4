"""Endings and languages of linking domains."""

from __future__ import annotations

import polars as pl
import pytest

from spamlinks.model.slices import TLD_CLASSES, main_language, tld_class
from spamlinks.urls import parse_host

OLD, COUNTRY, NEW, SHARED, INSTITUTION, NONE = TLD_CLASSES


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("example.com", OLD),
        ("museum.example.info", OLD),
        ("a.co.uk", COUNTRY),
        ("a.io", COUNTRY),  # by its form; that it is used as a generic one is habit
        ("xn--e1afmkfd.xn--p1ai", COUNTRY),  # two letters in another script
        ("a.shop", NEW),
        ("me.blogspot.com", SHARED),
        ("me.github.io", SHARED),
        ("x.ac.uk", INSTITUTION),
        ("impots.gouv.fr", INSTITUTION),
        ("a.internal-name", NONE),
        ("10.0.0.1", NONE),
    ],
)
def test_endings(host: str, expected: str) -> None:
    parts = parse_host(host)
    table = pl.DataFrame(
        {
            "linking_domain": [parts.linking_domain or host],
            "suffix": [parts.suffix],
            "is_ip_host": [parts.is_ip],
            "is_private_suffix": [parts.is_private_suffix],
            "is_known_suffix": [parts.is_known_suffix],
        },
        schema_overrides={"suffix": pl.String},
    )
    assert tld_class(table).to_list() == [expected]


def test_languages_take_the_main_code_of_most_pages() -> None:
    table = pl.DataFrame(
        {
            "unit": [3, 3, 3, 1, 1, 2, 4],
            "page_language": ["pt-BR", "PT", "en", "zh,en", None, None, "?"],
        }
    )
    found = main_language(table, "unit")
    assert found is not None
    assert found.rows() == [(1, "zh"), (2, None), (3, "pt"), (4, None)]


@pytest.mark.parametrize(
    "table",
    [
        pl.DataFrame({"unit": [1]}),
        pl.DataFrame({"unit": [1], "page_language": pl.Series([None], dtype=pl.String)}),
        pl.DataFrame({"unit": [1], "page_language": ["-"]}),
    ],
)  # fmt: skip
def test_no_language_is_said(table: pl.DataFrame) -> None:
    assert main_language(table, "unit") is None
