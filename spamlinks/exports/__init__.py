"""Reading link exports of any vendor into one table."""

from __future__ import annotations

from spamlinks.exports.catalog import Column, Format, catalogue
from spamlinks.exports.merge import FileCount, Merged, guess_site, merge
from spamlinks.exports.read import Reading, read_export, read_exports
from spamlinks.exports.recognise import ColumnUse, Recognised, recognise

__all__ = [
    "Column",
    "ColumnUse",
    "FileCount",
    "Format",
    "Merged",
    "Reading",
    "Recognised",
    "catalogue",
    "guess_site",
    "merge",
    "read_export",
    "read_exports",
    "recognise",
]
