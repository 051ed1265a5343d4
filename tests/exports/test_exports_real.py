"""Real exports, where a checkout has them beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from spamlinks.errors import RefusedExport
from spamlinks.exports import guess_site, merge, read_export

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
pytestmark = pytest.mark.skipif(
    not (SHARED / "exports").is_dir(),
    reason="the folder of real exports is not beside the checkout",
)

REAL = [  # file, vendor, kind, generation, records, property, export day
    ("exports/ahrefs_lamicrobyflo.fr-backlinks-subdomains_2025-12-02.csv",
     "ahrefs", "backlinks", "2025-gsheets", 219, "lamicrobyflo.fr", "2025-12-02"),
    ("exports/growth-austen_urls.txt", "plain", "url-list", "txt", 63, None, None),
    ("exports/http___www.johnmurch.com_-Latest links-2020-07-15.csv",
     "gsc", "latest-links", "2018-en", 18, "www.johnmurch.com", "2020-07-15"),
    ("exports/https___oztimberfloor.com.au_-Latest links-2026-05-18.csv",
     "gsc", "latest-links", "2018-en", 43, "oztimberfloor.com.au", "2026-05-18"),
    ("exports/https___oztimberfloor.com.au_-More sample links-2026-05-18.csv",
     "gsc", "more-sample-links", "2018-en", 43, "oztimberfloor.com.au", "2026-05-18"),
    ("exports/semrush_dash2trade.com-backlinks.csv",
     "semrush", "backlinks", "2021", 5493, "dash2trade.com", "2023-11-03"),
    ("exports/videotext.io-Latest links-2026-03-11.csv",
     "gsc", "latest-links", "2018-en", 5, "videotext.io", "2026-03-11"),
    ("labelled/ahrefs_caldea.com-backlinks_half.csv",
     "ahrefs", "backlinks", "2025", 721, "caldea.com", "2026-02-06"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "vendor", "kind", "generation", "records", "site", "day"), REAL)
def test_real_export(file, vendor, kind, generation, records, site, day):
    reading = read_export(SHARED / file)
    found = reading.format
    assert (found.vendor, found.kind, found.generation) == (vendor, kind, generation)
    assert reading.records == records
    assert reading.rejected.height == 0
    assert reading.property == site
    assert (None if reading.export_date is None else str(reading.export_date)) == day
    assert not any("could not be read" in note for note in reading.notes)
    merged = merge([reading], site)
    assert merged.total.records == records


def test_real_top_linking_text_is_refused():
    with pytest.raises(RefusedExport, match="anchor texts"):
        read_export(SHARED / "exports" / "videotext.io-Top linking text-2026-03-11.csv")


def test_two_tables_of_one_property():
    names = ("Latest links", "More sample links")
    readings = [
        read_export(SHARED / "exports" / f"https___oztimberfloor.com.au_-{name}-2026-05-18.csv")
        for name in names
    ]
    merged = merge(readings, guess_site(readings))
    assert guess_site(readings) == "oztimberfloor.com.au"
    total = merged.total
    assert total.records == total.links + total.duplicates + total.own_site + total.rejected == 86
    assert total.duplicates > 0


def test_labels_of_the_labelled_export_are_read():
    table = read_export(SHARED / "labelled" / "ahrefs_caldea.com-backlinks_half.csv").backlinks
    assert table["ahrefs_is_spam"].sum() == 140
    assert table["ahrefs_is_spam"].null_count() == 0
