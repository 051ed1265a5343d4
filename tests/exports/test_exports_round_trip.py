"""Any table of links, in any dialect of the catalogue, is read as the same links."""

from __future__ import annotations

import pytest
from dialects import DRESSES, Export, exports
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from spamlinks.exports import catalogue, read_export, recognise

PAGE = "https://a.example/"
PROVENANCE = {"export_file", "export_row", "vendor", "export_date", "grain"}


@pytest.mark.parametrize("name", DRESSES)
@settings(
    max_examples=8,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    phases=[Phase.generate],  # tables are small, and shrinking would take minutes
)
@given(data=st.data())
def test_links_survive_every_dialect(tmp_path_factory, name, data):
    dress = DRESSES[name]
    export: Export = data.draw(exports(dress))
    path = tmp_path_factory.mktemp("dialect") / export.name
    path.write_bytes(export.data)
    reading = read_export(path)
    assert (reading.format.vendor, reading.format.core) == (
        dress.entry["vendor"],
        frozenset(dress.entry["core"]),
    )
    assert reading.rejected.rows() == []
    assert {name: reading.backlinks[name].to_list() for name in export.links} == export.links
    assert set(reading.backlinks.columns) - PROVENANCE == set(export.links)
    assert reading.backlinks["export_row"].to_list() == list(range(1, reading.records + 1))
    unread = [note for note in reading.notes if "could not be read" in note]
    assert unread == []


@pytest.mark.parametrize("name", [name for name in DRESSES if not DRESSES[name].conditions])
def test_an_export_with_columns_left_out_is_no_smaller_one(tmp_path, name):
    """People delete columns; what is left is read, whichever format it is taken for."""
    entry = DRESSES[name].entry
    core = [c["headers"][0] for c in entry["columns"] if c["field"] in entry["core"]]
    path = tmp_path / f"{entry.get('name_contains', 'x')}.csv"
    for column in entry["columns"] if core else ():
        header = list(dict.fromkeys([*core, column["headers"][0]]))
        path.write_text(",".join(header) + "\n" + ",".join([PAGE] * len(header)) + "\n", "utf-8")
        found = recognise(path)
        assert [use.header for use in found.columns if not use.known] == []
        assert not found.format.refusal


def test_every_entry_with_links_is_written():
    entries = {(e.vendor, e.kind, e.generation) for e in catalogue() if not e.refusal}
    written = {
        (d.entry["vendor"], d.entry["kind"], d.entry["generation"]) for d in DRESSES.values()
    }
    assert entries - written == {("gsc", "mixed-zip", "2026")}  # an archive, not a table
