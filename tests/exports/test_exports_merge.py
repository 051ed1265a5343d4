"""Merging: one row per link, nothing lost, nothing counted twice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from spamlinks.errors import InputError, RefusedExport
from spamlinks.exports import Reading, guess_site, merge, read_export, read_exports
from spamlinks.exports.fuse import GROUP_SIZES
from spamlinks.exports.keys import page_key

SAMPLES = Path(__file__).parent / "samples"
SEMRUSH = "Page ascore,Source url,Target url,Anchor,Nofollow,First seen,Last seen"
AHREFS = "Referring page URL,Target URL,Anchor,Domain rating,Nofollow,UGC,First seen,Last seen"
GSC = "Linking page,Last crawled"
BING = "Source Url,Anchor text,Target Url"
SITES = "Site,Linking pages,Target pages"


def reading(folder: Path, name: str, header: str, *records: str) -> Reading:
    path = folder / name
    path.write_text("\n".join([header, *records]) + "\n", "utf-8")
    return read_export(path)


def check(merged, readings) -> None:
    """Counts add up, per file and in total, and agree with the tables."""
    for file in (*merged.files, merged.total):
        assert file.records == file.links + file.duplicates + file.own_site + file.rejected
    assert merged.total.records == sum(r.records for r in readings)
    assert merged.total.links == merged.backlinks.height
    assert merged.total.own_site == merged.own_site.height
    assert merged.total.rejected == merged.rejected.height


SAME_PAGE = [  # two spellings, one page?, why
    ("https://a.example/x", "https://a.example/x", True, "equal"),
    ("https://A.example/x", "https://a.example/x", True, "case of the host"),
    ("https://a.example/X", "https://a.example/x", False, "case of the path"),
    ("https://a.example/x#top", "https://a.example/x", True, "fragment"),
    ("https://a.example/x/", "https://a.example/x", True, "closing slash"),
    ("https://a.example", "https://a.example/", True, "no path"),
    ("http://a.example/x", "https://a.example/x", False, "two entries for Google"),
    ("https://www.a.example/", "https://a.example/", False, "two entries for Google"),
    ("http://a.example:80/x", "http://a.example/x", True, "default port"),
    ("a.example/x", "http://a.example/x", True, "no scheme"),
    ("https://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4", True, "one host and path"),
    ("https://a.example/?a=1", "https://a.example/?a=2", False, "query"),
]


@pytest.mark.parametrize(("first", "second", "same", "_why"), SAME_PAGE)
def test_page_key(first, second, same, _why):
    keys = page_key(pl.Series([first, second]))
    assert (keys[0] == keys[1]) == same


SAME_LINK = [  # target and anchor of one file, of the other, one link?
    (("https://t.example/a", "Tools"), ("http://t.example/a/?utm=1#x", "tools"), True),
    (("https://t.example/a", "Tools"), ("https://t.example/b", "Tools"), False),
    (("https://t.example/a", "Tools"), ("https://t.example/a", "Seeds"), False),
    (("https://t.example/a", ""), ("https://t.example/a", "Seeds"), False),  # empty is known
]


@pytest.mark.parametrize(("first", "second", "same"), SAME_LINK)
def test_link_key(tmp_path, first, second, same):
    readings = [
        reading(tmp_path, "1.csv", BING, f"https://a.example/,{first[1]},{first[0]}"),
        reading(tmp_path, "2.csv", SEMRUSH, f"1,https://a.example/,{second[0]},{second[1]},,,"),
    ]
    merged = merge(readings, None)
    check(merged, readings)
    assert (merged.backlinks.height == 1) == same


def test_the_richest_row_wins_and_is_completed(tmp_path):
    page, target = "https://a.example/x", "https://t.example/"
    readings = [
        reading(tmp_path, "gsc.csv", GSC, f"{page}/,2026-01-05"),
        reading(tmp_path, "sem.csv", SEMRUSH,
                f"7,{page},{target},Tools,false,2024-03-01,2025-06-01"),
        reading(tmp_path, "ahr.csv", AHREFS,
                f"{page}#c,{target},tools,12.5,true,false,2024-05-01,2025-01-01"),
    ]  # fmt: skip
    before = [r.backlinks.clone() for r in readings]
    merged = merge(readings, "t.example")
    check(merged, readings)
    row = merged.backlinks.row(0, named=True)
    assert merged.backlinks.height == 1
    assert (row["export_file"], row["export_row"], row["vendor"]) == ("ahr.csv", 1, "ahrefs")
    assert row["referring_page"] == f"{page}#c"  # as exported
    assert row["anchor_text"] == "tools"
    assert row["seen_by"] == "ahrefs+gsc+semrush"
    assert str(row["first_seen"]) == "2024-03-01"  # the earliest
    assert str(row["last_seen"]) == "2025-06-01"  # the latest
    assert str(row["last_crawled"]) == "2026-01-05"
    assert row["semrush_page_authority_score"] == 7.0
    assert (row["seen_by_count"], row["conflicts"]) == (3, "rel_nofollow")
    assert row["rel_nofollow"] is None  # they contradict each other
    assert row["rel_ugc"] is False
    assert [(f.file, f.links, f.duplicates) for f in merged.files] == [
        ("gsc.csv", 0, 1),
        ("sem.csv", 0, 1),
        ("ahr.csv", 1, 0),
    ]
    for reading_, frame in zip(readings, before, strict=True):
        assert_frame_equal(reading_.backlinks, frame)  # readings stay as they were


def test_a_row_without_target_joins_one_link_of_its_page(tmp_path):
    readings = [
        reading(tmp_path, "gsc.csv", GSC, "https://a.example/,2026-01-05", "https://b.example/,"),
        reading(tmp_path, "bing.csv", BING,
                "https://a.example/,one,https://t.example/", "https://a.example/,two,https://t.example/"),
    ]  # fmt: skip
    merged = merge(readings, None)
    check(merged, readings)
    rows = merged.backlinks.select("referring_page", "anchor_text", "seen_by").rows()
    assert sorted(rows, key=str) == sorted(
        [
            ("https://a.example/", "one", "bing+gsc"),
            ("https://a.example/", "two", "bing"),
            ("https://b.example/", None, "gsc"),
        ],
        key=str,
    )


def test_domains_and_pages_stay_apart(tmp_path):
    readings = [
        reading(tmp_path, "sites.csv", SITES, "a.example,5,1", "b.example,1,1"),
        reading(tmp_path, "bing.csv", "Domain,Backlinks Count", "https://a.example/,7"),
        reading(tmp_path, "gsc.csv", GSC, "https://a.example/,2026-01-05"),
    ]
    merged = merge(readings, None)
    check(merged, readings)
    rows = merged.backlinks.select("referring_page", "grain", "links_from_domain").rows()
    assert rows == [
        ("a.example", "domain", 7),  # the larger count; two vendors' counts are never added
        ("b.example", "domain", 1),
        ("https://a.example/", "link", None),
    ]


def test_copies_count_once(tmp_path):
    first = reading(tmp_path, "a.csv", GSC, "https://a.example/,2026-01-05")
    copy = reading(tmp_path, "a (1).csv", GSC, "https://a.example/,2026-01-05")
    merged = merge([first, copy], None)
    check(merged, [first])
    assert merged.notes == ("a (1).csv is a copy of a.csv, counted once",)
    assert [file.file for file in merged.files] == ["a.csv"]


SEMRUSH_FULL = SEMRUSH.replace(",First", ",Ugc,Text,Image,Lost link,First")
CONFLICTS = [  # two rows' cells (nofollow, ugc, text, image, lost), conflicts, nofollow, kind, why
    (("no,no,yes,no,no", "no,no,yes,no,no"), None, False, "text", "they agree"),
    (("yes,no,yes,no,no", "no,no,yes,no,no"), "rel_nofollow", None, "text", "one"),
    (
        ("yes,yes,yes,no,no", "no,no,no,yes,no"),
        "rel_nofollow+rel_ugc+link_kind",
        None,
        "image",
        "three; the kind is that of the later sight",
    ),
    ((",no,yes,no,no", "yes,no,yes,no,no"), None, True, "text", "unknown is no word against"),
    (("yes,no,yes,no,yes", "yes,no,yes,no,no"), "is_lost", True, "text", "it came back"),
]


@pytest.mark.parametrize(("cells", "conflicts", "nofollow", "kind", "_why"), CONFLICTS)
@pytest.mark.parametrize("turned", [False, True])
def test_rows_that_contradict_each_other(tmp_path, cells, conflicts, nofollow, kind, _why, turned):
    rows = [
        f"1,https://a.example/,https://t.example/,x,{cells[0]},2024-01-01,2025-01-01",
        f"1,https://a.example/,https://t.example/,x,{cells[1]},2024-01-01,2025-06-01",
    ]
    files = [reading(tmp_path, f"{i}.csv", SEMRUSH_FULL, row) for i, row in enumerate(rows)]
    row = merge(files[::-1] if turned else files, None).backlinks.row(0, named=True)
    assert row["conflicts"] == conflicts
    assert (row["rel_nofollow"], row["link_kind"]) == (nofollow, kind)
    assert (row["seen_by"], row["seen_by_count"]) == ("semrush", 1)  # one vendor, two files
    assert row["is_lost"] is False  # the later sight


def test_texts_come_from_the_richest_row_and_facts_from_the_latest(tmp_path):
    rich = "Referring page title,Referring page URL,Target URL,Anchor,Domain rating,Domain traffic,"
    rich += "External links,Last seen"
    readings = [
        reading(tmp_path, "a.csv", rich, "Old,https://a.example/,https://t.example/,Tools,5,9,9,2024-01-01"),
        reading(tmp_path, "b.csv", rich, "New,https://a.example/,https://t.example/,TOOLS,7,,,2025-01-01"),
    ]  # fmt: skip
    row = merge(readings, None).backlinks.row(0, named=True)
    assert (row["referring_page_title"], row["anchor_text"]) == ("Old", "Tools")
    assert row["ahrefs_domain_rating"] == 7.0
    assert (row["domain_traffic"], row["page_external_links"]) == (9.0, 9)  # nothing newer is known
    assert row["export_file"] == "a.csv"


def test_a_folded_row_keeps_the_count_of_each_vendor(tmp_path):
    folded = AHREFS + ",Links in group"
    readings = [
        reading(tmp_path, "a.csv", folded, "https://a.example/,https://t.example/,x,5,,,,,263010"),
        reading(tmp_path, "b.csv", SEMRUSH, "1,https://a.example/,https://t.example/,x,,,"),
    ]
    merged = merge(readings, None).backlinks
    assert merged["links_in_group"].to_list() == [263010]
    assert merged[GROUP_SIZES].to_list() == [[263010, 1]]  # in the order of seen_by


OWN = [  # page, own?, why
    ("https://shop.example/x", True, "the site"),
    ("http://www.SHOP.example:8080/", True, "a subdomain, case, port"),
    ("https://shop.example./", True, "a closing dot"),
    ("https://notshop.example/", False, "another domain that ends alike"),
    ("https://shop.example.evil.test/", False, "a host that begins alike"),
    ("https://evil.test/?u=shop.example", False, "named in the query"),
    ("https://shop.example@evil.test/", False, "the user, not the host"),
    ("https://sh%6Fp.example/", True, "escaped"),
]


@pytest.mark.parametrize(("page", "own", "_why"), OWN)
def test_own_site(tmp_path, page, own, _why):
    r = reading(tmp_path, "a.csv", GSC, f"{page},2026-01-05", "https://b.example/,2026-01-05")
    merged = merge([r], "https://www.shop.example/start")
    check(merged, [r])
    assert merged.total.own_site == own
    assert merged.own_site["referring_page"].to_list() == ([page] if own else [])


def test_own_international_site(tmp_path):
    r = reading(tmp_path, "a.csv", GSC, "https://bücher.example/,", "https://b.example/,")
    assert merge([r], "xn--bcher-kva.example").total.own_site == 1


def test_parts_of_one_archive_are_no_copies(tmp_path):
    part = reading(tmp_path, "a.csv", GSC, "https://a.example/,2026-01-05")
    other = reading(tmp_path, "b.csv", GSC, "https://b.example/,2026-01-05")
    pack = tmp_path / "pack.zip"
    parts = [
        replace(r, path=pack, sha256="1", source=f"pack.zip/{r.source}") for r in (part, other)
    ]
    assert len(merge(parts, None).files) == 2
    assert len(merge([*parts, parts[0]], None).files) == 2  # given twice
    moved = [replace(r, path=tmp_path / "pack (1).zip") for r in parts]
    assert len(merge([*parts, *moved], None).files) == 2
    unhashed = [replace(r, sha256="") for r in parts]
    assert len(merge(unhashed, None).files) == 2


def test_files_of_one_name_are_told_apart(tmp_path):
    readings = []
    for folder, page in (("may", "https://a.example/"), ("june", "no page")):
        (tmp_path / folder).mkdir()
        readings.append(reading(tmp_path / folder, "links.csv", GSC, f"{page},2026-01-05"))
    merged = merge(readings, None)
    check(merged, readings)
    assert [(f.file, f.links, f.rejected) for f in merged.files] == [
        ("may/links.csv", 1, 0),
        ("june/links.csv", 0, 1),
    ]
    assert merged.rejected["file"].to_list() == ["june/links.csv"]
    assert [r.path.parent.name for r in merged.readings] == ["may", "june"]


def test_internal_links_are_refused(tmp_path):
    pages = [f"https://www.shop.example/{i},2026-01-01" for i in range(20)]
    r = reading(tmp_path, "a.csv", GSC, *pages, "https://b.example/,2026-01-01")
    with pytest.raises(RefusedExport, match=r"a\.csv: it lists internal links: 20 of 21"):
        merge([r], "shop.example")
    assert merge([r], None).total.links == 21


def test_a_file_of_internal_links_beside_others_is_left_out(tmp_path):
    pages = [f"https://www.shop.example/{i},2026-01-01" for i in range(9)]
    internal = reading(tmp_path, "a.csv", GSC, *pages)
    good = reading(tmp_path, "b.csv", GSC, "https://b.example/,2026-01-01")
    refused = []
    merged = merge([internal, good], "shop.example", refused)
    check(merged, [good])
    assert [file.file for file in merged.files] == ["b.csv"]
    assert [r.source for r in merged.readings] == ["b.csv"]
    assert [error.source for error in refused] == ["a.csv"]
    with pytest.raises(RefusedExport, match="internal links"):
        merge([internal], "shop.example", [])  # nothing is left


@pytest.mark.parametrize("site", ["", "co.uk", "no host", "javascript:x"])
def test_a_site_must_be_a_domain(tmp_path, site):
    r = reading(tmp_path, "a.csv", GSC, "https://b.example/,2026-01-01")
    with pytest.raises(InputError, match="it is no domain"):
        merge([r], site)
    with pytest.raises(InputError, match="no export was given"):
        merge([], None)


def test_guess_site(tmp_path):
    targets = [f"https://{i}.example/,x,https://www.shop.example/{i}" for i in range(3)]
    bing = reading(tmp_path, "a.csv", BING, *targets, "https://z.example/,x,https://other.example/")
    gsc = reading(tmp_path, "my-shop.com-Latest links-2026-01-01.csv", GSC, "https://b.example/,")
    bare = reading(tmp_path, "b.csv", GSC, "https://b.example/,")
    assert guess_site([bing, gsc]) == "shop.example"
    assert guess_site([gsc, bare]) == "my-shop.com"
    assert guess_site([bare]) is None
    torn = [f"https://{i}.example/,x,https://t{i}.example/" for i in range(3)]
    assert guess_site([reading(tmp_path, "c.csv", BING, *torn)]) is None


def test_all_readable_samples_together():
    paths = [p for p in sorted(SAMPLES.iterdir()) if p.suffix in (".csv", ".gz", ".tsv")]
    readings = []
    for path in paths:
        try:
            readings.append(read_export(path))
        except InputError:
            continue
    assert len(readings) > 50
    merged = merge(readings, "example.com")
    distinct = list({r.sha256: r for r in readings}.values())
    check(merged, distinct)
    assert merged.total.own_site > 20  # partner.example.com
    seen = merged.backlinks.filter(pl.col("referring_page").str.contains("garden-tools"))
    assert any("ahrefs+" in vendors for vendors in seen["seen_by"])


def test_order_of_files_changes_no_link(tmp_path):
    files = [SAMPLES / f"{n}.csv" for n in ("ahrefs__backlinks__2025", "semrush__backlinks__2021")]
    one, two = (merge(read_exports(order), None).backlinks for order in (files, files[::-1]))
    columns = ["referring_page", "target_url", "first_seen", "last_seen", "rel_nofollow", "seen_by"]
    assert_frame_equal(one.select(columns), two.select(columns), check_row_order=False)


PAGE = st.sampled_from(["https://a.example/", "https://a.example/x", "https://b.example/", "bad"])
PART = st.sampled_from(["", "https://t.example/", "https://t.example/b"])
LINKS = st.lists(st.tuples(PAGE, PART, st.sampled_from(["", "x", "y"])), max_size=8)


@settings(deadline=None, max_examples=60)
@given(LINKS, LINKS, LINKS, st.sampled_from([None, "b.example"]))
def test_counts_always_add_up(tmp_path_factory, first, second, third, site):
    folder = tmp_path_factory.mktemp("merge")
    readings = [
        reading(folder, "1.csv", BING, *(f"{p},{a},{t}" for p, t, a in first)),
        reading(folder, "2.csv", SEMRUSH, *(f"1,{p},{t},{a},,," for p, t, a in second)),
        reading(folder, "3.csv", GSC, *(f"{p},2026-01-0{len(a) + 1}" for p, _, a in third)),
    ]
    try:
        merged = merge(readings, site)
    except RefusedExport:
        return
    check(merged, list({r.sha256: r for r in readings}.values()))
    pages = {p.rstrip("/") for rows in (first, second, third) for p, *_ in rows if p != "bad"}
    found = {p.rstrip("/") for p in merged.backlinks["referring_page"]}
    own = {p.rstrip("/") for p in merged.own_site["referring_page"]}
    assert found | own == pages  # no page is lost
    exact = [(p.rstrip("/"), t.rstrip("/"), a) for p, t, a in first + second if p != "bad"]
    if site is None and all(t for _, t, _ in exact):
        assert merged.backlinks.filter(pl.col("target_url").is_not_null()).height == len(set(exact))
