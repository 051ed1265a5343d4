"""Reading link exports of any vendor into one table."""

from __future__ import annotations

from spamlinks.exports.catalog import Column, Format, catalogue
from spamlinks.exports.intake import Intake, no_links, read_exports, take_in
from spamlinks.exports.listing import refuse_among
from spamlinks.exports.merge import FileCount, Merged, guess_site, merge
from spamlinks.exports.read import Reading, read_export
from spamlinks.exports.recognise import ColumnUse, Recognised, recognise, tables
from spamlinks.exports.unknown.mapping import Hints, Mapping

__all__ = [
    "Column",
    "ColumnUse",
    "FileCount",
    "Format",
    "Hints",
    "Intake",
    "Mapping",
    "Merged",
    "Reading",
    "Recognised",
    "catalogue",
    "guess_site",
    "merge",
    "no_links",
    "read_export",
    "read_exports",
    "recognise",
    "refuse_among",
    "tables",
    "take_in",
]
