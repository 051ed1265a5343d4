"""Which site exports are about: guessed, told apart, and what links elsewhere set aside."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from spamlinks.errors import InputError
from spamlinks.exports import Reading, guess_site, merge, read_export
from spamlinks.exports.site import LINKS_ELSEWHERE, NO_TARGET, aimed_at, on_site, split_by_site

GSC = "Linking page,Last crawled"
BING = "Source Url,Anchor text,Target Url"


def links(folder: Path, name: str, *targets: str) -> Reading:
    """An export whose rows link to these targets."""
    rows = [f"https://{i}.example/,x,{target}" for i, target in enumerate(targets)]
    (folder / name).write_text("\n".join([BING, *rows]) + "\n", "utf-8")
    return read_export(folder / name)


def pages(folder: Path, name: str) -> Reading:
    """An export without targets."""
    (folder / name).write_text(f"{GSC}\nhttps://b.example/,2026-01-01\n", "utf-8")
    return read_export(folder / name)


def crawl(folder: Path, name: str, *targets: str) -> Reading:
    """An export whose rows may link to any site."""
    reading = links(folder, name, *targets)
    return replace(reading, format=replace(reading.format, any_target=True))


A, B = "https://www.a-shop.com/x", "https://b-shop.com/"
NAME_A, NAME_B = (f"{s}-shop.com-Latest links-2026-01-01.csv" for s in "ab")


def test_exports_of_one_site_stay_together(tmp_path):
    readings = [
        links(tmp_path, "one.csv", A, A, "https://other.example/"),
        links(tmp_path, "two.csv", "https://m.a-shop.com/", "https://a-shop.com/y"),
        pages(tmp_path, NAME_A),
        pages(tmp_path, "plain.csv"),
        links(tmp_path, "torn.csv", *(f"https://t{i}.example/" for i in range(3))),
    ]
    kept, refused = split_by_site(readings, None)
    assert ([r.source for r in kept], refused) == ([r.source for r in readings], [])


def test_exports_of_different_sites_ask_for_the_one_that_is_meant(tmp_path):
    readings = [links(tmp_path, "x.csv", A), pages(tmp_path, NAME_A), links(tmp_path, "z.csv", B)]
    with pytest.raises(InputError) as caught:
        split_by_site(readings, None)
    assert str(caught.value) == (
        "these exports are about different sites: "
        f"a-shop.com (x.csv, {NAME_A}), b-shop.com (z.csv). "
        "Give --site with the one that is meant, or run each site by itself."
    )
    many = [links(tmp_path, f"{i}.csv", f"https://s{i}.example/") for i in range(9)]
    with pytest.raises(InputError, match="and 4 more") as caught:
        split_by_site(many, None)
    assert "\n" not in str(caught.value)


def test_sites_under_a_shared_suffix_are_different_sites(tmp_path):
    one, two = (links(tmp_path, f"{n}.csv", f"https://{n}.blogspot.com/") for n in ("me", "you"))
    with pytest.raises(InputError, match=r"me\.blogspot\.com \(me\.csv\), you\.blogspot"):
        split_by_site([one, two], None)


SPLIT = [  # name of the file, targets, kept with --site a-shop.com?, why
    ("x.csv", [A, A], True, "its targets"),
    ("x.csv", [B, B], False, "its targets"),
    ("x.csv", [A, *[B] * 9], True, "one in ten is not clearly another site"),
    ("x.csv", [A, *[B] * 10], False, "more than nine in ten are"),
    (NAME_B, [], False, "its name"),
    (NAME_A, [], True, "its name"),
    ("x.csv", [], True, "nothing says what it is about"),
    ("b-shop.com-backlinks.csv", [A], True, "targets are believed before the name"),
]


@pytest.mark.parametrize(("name", "targets", "kept", "_why"), SPLIT)
def test_a_file_about_another_site_is_refused_by_name(tmp_path, name, targets, kept, _why):
    reading = links(tmp_path, name, *targets) if targets else pages(tmp_path, name)
    found, refused = split_by_site([reading], "https://www.a-shop.com/start")
    assert (len(found), len(refused)) == ((1, 0) if kept else (0, 1))
    if refused:
        assert str(refused[0]) == (
            f"{name}: it is about b-shop.com, not about a-shop.com. "
            "Run it by itself with --site b-shop.com, or leave it out."
        )


def test_a_site_must_be_a_domain(tmp_path):
    with pytest.raises(InputError, match="it is no domain"):
        split_by_site([pages(tmp_path, "x.csv")], "co.uk")


def test_exports_that_link_anywhere(tmp_path):
    targets = [A, "https://elsewhere.example/", "", "https://a-shop.com.evil.example/", A + "y"]
    reading = crawl(tmp_path, "crawl.csv", *targets)
    assert guess_site([reading]) is None
    assert split_by_site([reading, links(tmp_path, "b.csv", B)], None)[1] == []
    with pytest.raises(InputError, match=r"crawl\.csv: it lists links to any site.*--site"):
        merge([reading], None)
    before = reading.backlinks.clone()
    merged = merge([reading], "a-shop.com")
    assert_frame_equal(reading.backlinks, before)
    file = merged.files[0]
    assert (file.records, file.links, file.rejected) == (5, 2, 3)
    assert merged.rejected.select("record", "reason").rows() == [
        (2, LINKS_ELSEWHERE),
        (3, NO_TARGET),
        (4, LINKS_ELSEWHERE),
    ]
    assert merged.rejected["text"][0] == "https://1.example/ -> https://elsewhere.example/"


def test_a_crawl_of_the_own_site_is_not_refused_as_internal_links(tmp_path):
    reading = crawl(tmp_path, "crawl.csv", *[A] * 9)
    own = replace(
        reading, backlinks=reading.backlinks.with_columns(referring_page=pl.lit("https://a-shop.com/"))
    )  # fmt: skip
    merged = merge([own], "a-shop.com")
    assert (merged.total.own_site, merged.total.links) == (9, 0)


def test_a_crawl_without_targets_or_without_records(tmp_path):
    reading = crawl(tmp_path, "crawl.csv", A)
    bare = replace(reading, backlinks=reading.backlinks.drop("target_url"))
    assert aimed_at(bare, "a-shop.com").rejected["reason"].to_list() == [NO_TARGET]
    empty = replace(reading, backlinks=reading.backlinks.clear())
    assert aimed_at(empty, "") is empty  # nothing to ask for


CAPITALS = "https://A-SHOP.com:80/"
URL = st.sampled_from(
    [A, B, "", "https://a-shop.com.evil.example/", CAPITALS, "mailto:x@a-shop.com"]
)


@settings(max_examples=40)
@given(st.lists(URL, max_size=8), st.lists(URL, max_size=8))
def test_every_record_is_kept_or_rejected(tmp_path_factory, first, second):
    folder = tmp_path_factory.mktemp("site")
    readings = [crawl(folder, "1.csv", *first), links(folder, "2.csv", *second)]
    merged = merge(readings, "a-shop.com")
    for file in (*merged.files, merged.total):
        assert file.records == file.links + file.duplicates + file.own_site + file.rejected
    aimed = aimed_at(readings[0], "a-shop.com")
    assert aimed.backlinks.height + aimed.rejected.height == readings[0].records
    ours = on_site(pl.Series([*first, *second], dtype=pl.String), "a-shop.com")
    assert ours.to_list() == [url in (A, CAPITALS) for url in (*first, *second)]
