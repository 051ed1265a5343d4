"""Every fixture is recognised as what it is, or refused for the right reason."""

from __future__ import annotations

import csv
from pathlib import Path

import polars as pl
import pytest

from spamlinks.errors import RefusedExport
from spamlinks.exports import read_export, recognise, take_in
from spamlinks.schema import FIELDS

SAMPLES = Path(__file__).parent / "samples"

READ = [  # file, vendor, kind, generation, encoding, delimiter, records
    ("gsc__latest-links__2018-en.csv", "gsc", "latest-links", "2018-en", "utf-8", ",", 5),
    ("gsc__latest-links__2018-fr.csv", "gsc", "latest-links", "2018-fr", "utf-8", ",", 5),
    ("gsc__latest-links__2018-de.csv", "gsc", "latest-links", "2018-de", "utf-8", ",", 5),
    ("gsc__latest-links__2018-es.csv", "gsc", "latest-links", "2018-es", "utf-8", ",", 5),
    ("gsc__latest-links__2018-pt.csv", "gsc", "latest-links", "2018-pt", "utf-8", ",", 5),
    ("gsc__latest-links__2018-it.csv", "gsc", "latest-links", "2018-it", "utf-8", ",", 5),
    ("gsc__latest-links__2018-he.csv", "gsc", "latest-links", "2018-he", "utf-8", ",", 5),
    ("gsc__latest-links__2018-vi.csv", "gsc", "latest-links", "2018-vi", "utf-8", ",", 5),
    ("gsc__latest-links__gsheets-csv.csv", "gsc", "latest-links", "gsheets-csv", "utf-8", ",", 5),
    ("gsc__latest-links__resaved-excel-de.csv", "gsc", "latest-links", "resaved-excel-de",
     "cp1252", ";", 5),
    ("gsc__more-sample-links__2018-en.csv", "gsc", "more-sample-links", "2018-en",
     "utf-8", "\x1f", 5),
    ("gsc__more-sample-links__2018-fr.csv", "gsc", "more-sample-links", "2018-fr",
     "utf-8", "\x1f", 5),
    ("gsc__top-linking-sites__2018-en.csv", "gsc", "top-linking-sites", "2018-en", "utf-8", ",", 4),
    ("gsc__top-linking-sites__2018-fr.csv", "gsc", "top-linking-sites", "2018-fr", "utf-8", ",", 4),
    ("gsc__top-linking-sites__2018-de.csv", "gsc", "top-linking-sites", "2018-de", "utf-8", ",", 4),
    ("gsc__top-linking-sites__2018-es.csv", "gsc", "top-linking-sites", "2018-es", "utf-8", ",", 4),
    ("gsc__wmt-latest-links__2013.csv", "gsc", "wmt-latest-links", "2013", "utf-8", ",", 4),
    ("gsc__wmt-sample-links__2013.csv", "gsc", "wmt-sample-links", "2013", "utf-8", "\x1f", 4),
    ("gsc__wmt-linking-domains__2012.csv", "gsc", "wmt-linking-domains", "2012", "utf-8", ",", 3),
    ("ahrefs__backlinks__2025.csv", "ahrefs", "backlinks", "2025", "utf-16", "\t", 5),
    ("ahrefs__backlinks__2025-utf8.csv", "ahrefs", "backlinks", "2025-utf8", "utf-8", ",", 5),
    ("ahrefs__backlinks__2025-gsheets.csv", "ahrefs", "backlinks", "2025-gsheets", "utf-8", ",", 5),
    ("ahrefs__backlinks__2022.csv", "ahrefs", "backlinks", "2022", "utf-16", "\t", 5),
    ("ahrefs__backlinks__2016-2021.csv", "ahrefs", "backlinks", "2016-2021", "utf-16", "\t", 5),
    ("ahrefs__broken-backlinks__2025.csv", "ahrefs", "broken-backlinks", "2025", "utf-16", "\t", 4),
    ("ahrefs__refdomains__2025.csv", "ahrefs", "refdomains", "2025", "utf-16", "\t", 4),
    ("ahrefs__refdomains__2025-newlost.csv", "ahrefs", "refdomains", "2025-newlost",
     "utf-16", "\t", 4),
    ("semrush__backlinks__2021.csv", "semrush", "backlinks", "2021", "utf-8", ",", 5),
    ("semrush__backlinks__2021-semicolon.csv", "semrush", "backlinks", "2021-semicolon",
     "utf-8", ";", 5),
    ("semrush__backlinks__2017.csv", "semrush", "backlinks", "2017", "utf-8", ",", 5),
    ("semrush__refdomains__2021.csv", "semrush", "refdomains", "2021", "utf-8", ",", 4),
    ("semrush__backlink-audit__2026.csv", "semrush", "backlink-audit", "2026", "utf-8", ",", 5),
    ("semrush__api-backlinks__v1.csv", "semrush", "api-backlinks", "v1", "utf-8", ";", 5),
    ("majestic__download-backlinks__2013.csv", "majestic", "download-backlinks", "2013",
     "utf-8", ",", 5),
    ("majestic__download-backlinks__2013-gz.csv.gz", "majestic", "download-backlinks", "2013-gz",
     "utf-8", ",", 5),
    ("majestic__raw-export__2012.csv", "majestic", "raw-export", "2012", "utf-8", ",", 4),
    ("majestic__api-getbacklinkdata__2015.csv", "majestic", "api-getbacklinkdata", "2015",
     "utf-8", ",", 4),
    ("majestic__refdomains__2020.csv", "majestic", "refdomains", "2020", "utf-8", ",", 4),
    ("moz__ose-inbound-links__2017.csv", "moz", "ose-inbound-links", "2017", "utf-8", ",", 5),
    ("moz__ose-inbound-links__2011.csv", "moz", "ose-inbound-links", "2011", "utf-8", ",", 5),
    ("moz__inbound-links__2019.csv", "moz", "inbound-links", "2019", "utf-8", ",", 5),
    ("moz__linking-domains__2019.csv", "moz", "linking-domains", "2019", "utf-8", ",", 4),
    ("bing__backlinks-pages__2020.csv", "bing", "backlinks-pages", "2020", "utf-8", ",", 5),
    ("bing__backlinks-domains__2020.csv", "bing", "backlinks-domains", "2020", "utf-8", ",", 4),
    # the same columns in another order: one entry serves both
    ("bing__inbound-links__2012.csv", "bing", "inbound-links", "2012", "utf-8", ",", 3),
    ("seranking__api-backlinks__2024.csv", "seranking", "api-backlinks", "2024", "utf-8", ",", 5),
    ("seranking__backlink-checker__2024.csv", "seranking", "backlink-checker", "2024",
     "utf-8", ",", 4),
    ("seospyglass__backlinks__v6.csv", "seospyglass", "backlinks", "v6", "utf-8", ";", 4),
    ("ubersuggest__backlinks__2022.csv", "ubersuggest", "backlinks", "2022", "utf-8", ",", 4),
    ("serpstat__backlinks__2022.csv", "serpstat", "backlinks", "2022", "utf-8", ";", 4),
    ("linkresearchtools__backlinks__classic.csv", "linkresearchtools", "backlinks", "classic",
     "utf-8", ",", 5),
    ("sistrix__links__2020.csv", "sistrix", "links", "2020", "utf-8", ";", 4),
    ("xovi__all-links__2026.csv", "xovi", "all-links", "2026", "utf-8", ";", 3),
    ("mangools__linkminer__2022.csv", "mangools", "linkminer", "2022", "utf-8", ",", 4),
    ("monitorbacklinks__links__2020.csv", "monitorbacklinks", "links", "2020", "utf-8", ",", 3),
    ("cognitiveseo__links__2020.csv", "cognitiveseo", "links", "2020", "utf-8", ",", 4),
    ("seobility__backlinks__2022.csv", "seobility", "backlinks", "2022", "utf-8", ";", 3),
    ("yandex__external-links-ui__2022.tsv", "yandex", "external-links-ui", "2022",
     "utf-8", "\t", 3),
    ("screamingfrog__all-inlinks__v16.csv", "screamingfrog", "all-inlinks", "v16",
     "utf-8", ",", 5),
    ("screamingfrog__all-inlinks__v16-fr.csv", "screamingfrog", "all-inlinks", "v16-fr",
     "utf-8", ",", 5),
    ("plain__url-list__txt.txt", "plain", "url-list", "txt", "utf-8", "\x1f", 4),
    ("gsc__latest-links__2018-en-xlsx.xlsx", "gsc", "latest-links", "2018-en-xlsx",
     "utf-8", ",", 4),
    ("ahrefs__backlinks__2025-xlsx.xlsx", "ahrefs", "backlinks", "2025-xlsx", "utf-8", ",", 5),
    ("ahrefs__api-v3-all-backlinks__2023.json", "ahrefs", "api-v3-all-backlinks", "2023",
     "utf-8", ",", 3),
    ("moz__api-v2-links__2020.json", "moz", "api-v2-links", "2020", "utf-8", ",", 3),
    ("seranking__api-backlinks__2024-json.json", "seranking", "api-backlinks", "2024-json",
     "utf-8", ",", 3),
    ("dataforseo__backlinks-live__v3.json", "dataforseo", "backlinks-live", "v3",
     "utf-8", ",", 5),
    ("dataforseo__backlinks-live__v3-jsonl.jsonl", "dataforseo", "backlinks-live", "v3-jsonl",
     "utf-8", ",", 5),
    ("dataforseo__referring-domains-live__v3.json", "dataforseo", "referring-domains-live", "v3",
     "utf-8", ",", 4),
    ("yandex__external-links-api__v4.json", "yandex", "external-links-api", "v4",
     "utf-8", ",", 3),
    ("commoncrawl__wat__2013.jsonl", "commoncrawl", "wat", "2013", "utf-8", ",", 2),
]  # fmt: skip

REFUSED = [  # file, grain, words of the reason, words of the advice
    ("gsc__top-linking-text__2018-en.csv", "anchor", "anchor texts", "Latest links"),
    ("gsc__top-linking-text__2018-fr.csv", "anchor", "anchor texts", "Latest links"),
    ("gsc__top-target-pages__2018-en-external.csv", "target", "your own site", "Latest links"),
    ("gsc__top-target-pages__2018-fr-external.csv", "target", "your own site", "Latest links"),
    ("gsc__top-target-pages__2018-de-external.csv", "target", "your own site", "Latest links"),
    ("gsc__top-target-pages__2018-en-internal.csv", "internal", "internal links", "Latest links"),
    ("gsc__your-pages-linking-to-this-page__2018-en-internal.csv", "internal", "internal links",
     "Latest links"),
    ("ahrefs__anchors__2025.csv", "anchor", "anchor texts", "Backlinks report"),
    ("ahrefs__refips__2025.csv", "other", "IP ranges", "Backlinks report"),
    ("ahrefs__link-intersect__2026.csv", "other", "need not link", "Backlinks report"),
    ("semrush__anchors__2021.csv", "anchor", "anchor texts", "Backlinks"),
    ("bing__backlinks-anchors__2020.csv", "anchor", "anchor texts", "Backlinks > Pages"),
    ("commoncrawl__webgraph-domain-edges__2024.txt", "other", "vertices file", "--site"),
    ("commoncrawl__webgraph-domain-ranks__2024.txt", "other", "ranks the sites", "--site"),
    ("commoncrawl__webgraph-domain-vertices__2024.txt", "other", "names the sites", "--site"),
    ("google__disavow__txt.txt", "disavow", "disavow file", "--disavow FILE"),
]  # fmt: skip

ARCHIVE = "gsc__mixed-zip__2026.zip"


def test_the_tables_of_an_archive_are_read_or_refused_for_what_they_are():
    intake = take_in([SAMPLES / ARCHIVE])
    assert [(r.source, r.format.kind, r.records) for r in intake.readings] == [
        (f"{ARCHIVE} > Latest links.csv", "latest-links", 5),
        (f"{ARCHIVE} > Top linking sites.csv", "top-linking-sites", 4),
    ]
    assert [error.source for error in intake.refused] == [
        f"{ARCHIVE} > Top linking text.csv",
        f"{ARCHIVE} > Top target pages.csv",
    ]


def test_every_sample_is_in_exactly_one_table():
    listed = [row[0] for table in (READ, REFUSED) for row in table] + [ARCHIVE]
    assert sorted(listed) == sorted(path.name for path in SAMPLES.iterdir())


@pytest.mark.parametrize(
    ("file", "vendor", "kind", "generation", "encoding", "delimiter", "records"), READ
)
def test_sample_is_read(file, vendor, kind, generation, encoding, delimiter, records):
    found = recognise(SAMPLES / file)
    assert (found.format.vendor, found.format.kind, found.format.generation) == (
        vendor,
        kind,
        generation,
    )
    assert found.source.encoding == encoding
    assert found.delimiter == delimiter
    assert [use.header for use in found.columns if not use.known] == []
    reading = read_export(SAMPLES / file)
    assert reading.records == reading.backlinks.height == records
    assert reading.backlinks.schema == {
        name: FIELDS[name].dtype for name in FIELDS if name in reading.backlinks.columns
    }
    grain = {"link", "domain"} if kind == "url-list" else {found.format.grain}
    assert set(reading.backlinks["grain"]) == grain
    assert reading.backlinks["export_row"].to_list() == list(range(1, records + 1))


MANIFEST = Path(__file__).resolve().parents[3] / "shared" / "formats" / "samples" / "manifest.csv"


@pytest.mark.skipif(not MANIFEST.is_file(), reason="the manifest is not beside the checkout")
def test_confidence_and_names_agree_with_the_manifest():
    """The survey the catalogue rests on says what each fixture is, and how sure that is."""
    said = {}
    with MANIFEST.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            said[row["file"]] = row["vendor"], row["kind"], row["generation"], row["confidence"]
    del said[ARCHIVE]
    found = {}
    for name in said:
        entry = recognise(SAMPLES / name).format
        found[name] = entry.vendor, entry.kind, entry.generation, entry.confidence
    assert found == said


@pytest.mark.parametrize(("file", "grain", "reason", "advice"), REFUSED)
def test_sample_is_refused(file, grain, reason, advice):
    assert recognise(SAMPLES / file).format.grain == grain
    with pytest.raises(RefusedExport) as caught:
        read_export(SAMPLES / file)
    message = str(caught.value)
    assert message.startswith(f"{file}: ")
    assert reason in message
    assert advice in message
    assert "\n" not in message


BACKLINKS = [row[0] for row in READ if row[1] in ("ahrefs", "semrush") and row[2] == "backlinks"]


@pytest.mark.parametrize("file", BACKLINKS)
def test_backlink_reports_agree(file):
    """The samples of one report hold the same five links, whatever the dialect."""
    table = read_export(SAMPLES / file).backlinks
    assert table["referring_page"].to_list()[:2] == [
        "https://blog.example.net/2025/03/garden-tools/",
        "http://forum.example.org/viewtopic.php?t=88&p=431#p431",
    ]
    assert table["anchor_text"].to_list() == [
        "steel trowel",
        '=HYPERLINK("http://spam.example/x","Click")',  # kept as text, never evaluated
        "Gartenbücher & mehr",  # entities resolved in text
        "",  # exported and empty: not the same as unknown
        "@best_links in chat – buy links",
    ]
    # URLs are never unescaped
    assert table["referring_page"][2] == "https://bücher.example/links?utm_source=mail&ref=ä"
    assert table["referring_page_title"][1] == 'Re: "best" offers, part 2'
    assert table["rel_nofollow"].to_list() == [False, True, False, False, False]
    assert table["first_seen"].dtype == pl.Date
    assert str(table["first_seen"][1]) == "2018-09-14"


def _values(file: str, *names: str) -> list[tuple[object, ...]]:
    return read_export(SAMPLES / file).backlinks.select(names).rows()


VALUES = [  # file, column, values, why
    ("ahrefs__backlinks__2025.csv", "ahrefs_url_rating", [12.0, 3.7, 0.2, 8.0, 0.0], "decimals"),
    ("ahrefs__backlinks__2025.csv", "page_http_code", [200, 200, 301, None, 404], "0: not fetched"),
    ("ahrefs__backlinks__2025.csv", "ahrefs_is_spam", [False, False, False, False, True], ""),
    ("ahrefs__backlinks__2025.csv", "page_external_links", [22, 141, 40, 10, 9120], ""),
    ("ahrefs__backlinks__2025-gsheets.csv", "seen_raw", [True, True, True, False, True], "TRUE"),
    ("semrush__backlinks__2021.csv", "link_kind", ["text", "text", None, "image", "text"],
     "one-hot columns"),
    ("semrush__backlinks__2017.csv", "link_kind", ["text", "text", "text", "image", "text"],
     "no Text column: neither frame, form nor image is text"),
    ("semrush__api-backlinks__v1.csv", "first_seen",
     ["2024-11-02", "2019-05-06", "2022-08-10", "2016-03-07", "2025-11-13"], "epoch seconds"),
    ("majestic__download-backlinks__2013.csv", "rel_nofollow", [False, True, False, False, False],
     "a flag: empty is no"),
    ("majestic__download-backlinks__2013.csv", "link_kind",
     ["text", "text", "redirect", "image", "text"], "flags"),
    ("moz__ose-inbound-links__2011.csv", "rel_nofollow", [False, True, False, False, False],
     "Followable: inverted"),
    ("moz__ose-inbound-links__2017.csv", "rel_nofollow", [False, True, False, False, False], ""),
    ("moz__inbound-links__2019.csv", "moz_spam_score", [2.0, 21.0, None, None, 64.0], "percent, -"),
    ("xovi__all-links__2026.csv", "rel_nofollow", [False, True, False], "ja/nein, inverted"),
    ("xovi__all-links__2026.csv", "first_seen", ["2024-11-02", "2018-09-14", "2021-04-27"],
     "day first"),
    ("seospyglass__backlinks__v6.csv", "rel_nofollow", [False, True, False, False], "Dofollow"),
    ("linkresearchtools__backlinks__classic.csv", "domain_ref_domains", [21038.0] * 5,
     "thousands separators"),
    ("linkresearchtools__backlinks__classic.csv", "rel_nofollow",
     [False, True, False, False, False], "FOLLOW/NOFOLLOW"),
    ("gsc__latest-links__resaved-excel-de.csv", "last_crawled",
     ["2026-10-04", "2026-09-28", "2026-03-11", "2025-12-01", None], "d.m.Y; 1970 is unknown"),
    ("gsc__wmt-linking-domains__2012.csv", "links_from_domain", [1240, 36, 2], "quoted 1,240"),
    ("moz__linking-domains__2019.csv", "first_seen", ["2026-08-14"] * 4, "month first"),
    ("screamingfrog__all-inlinks__v16-fr.csv", "rel_ugc", [False, True, False, False, False], ""),
    ("screamingfrog__all-inlinks__v16-fr.csv", "in_content", [True, True, False, False, False],
     "localised values"),
    ("screamingfrog__all-inlinks__v16-fr.csv", "link_kind",
     ["text", "text", "text", "image", "text"], "Hyperlien"),
    ("bing__backlinks-domains__2020.csv", "links_from_domain", [12, 51, 1, 1204], "quoted"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "column", "expected", "_why"), VALUES)
def test_values(file, column, expected, _why):
    values = read_export(SAMPLES / file).backlinks[column]
    if values.dtype == pl.Date:
        values = values.cast(pl.String)
    assert values.to_list() == expected


def test_plain_list_tells_pages_from_domains():
    rows = _values("plain__url-list__txt.txt", "referring_page", "grain")
    assert rows == [
        ("https://blog.example.net/2025/03/garden-tools/", "link"),  # without its BOM
        ("http://forum.example.org/viewtopic.php?t=88&p=431#p431", "link"),
        ("www.partner.example.com/links", "link"),
        ("cheap-seo-links.example", "domain"),
    ]
