"""Mappings: what people type, what is kept in a file, and which tables they fit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from spamlinks.errors import InputError, OutputError
from spamlinks.exports import Hints, Mapping, read_export, read_exports, recognise
from spamlinks.exports.unknown.mapping import MAPPABLE
from spamlinks.schema import BLOCKS, VENDOR_VERDICTS

ROWS = "https://a.example/x;https://shop.test/;yes\nhttps://b.example/y;https://shop.test/p;no\n"
TABLE = "Quelle;Ziel;Folgt\n" + ROWS


def write(folder: Path, text: str, name: str = "x.csv") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def hints(*texts: str) -> Hints:
    return Hints((Mapping.parse(texts),))


WRONG = [  # what is typed, words of the message, why
    (["Source"], "'Source' is not HEADER=FIELD", "no sign"),
    (["=referring_page"], "is not HEADER=FIELD", "no header"),
    (["Source="], "is not HEADER=FIELD", "no field"),
    (["Source=referring_pag"], "Did you mean referring_page", "a slip gets the nearest name"),
    (["Source=zzzzqqq"], "'spamlinks formats --fields' lists them", "nothing is near"),
    (["A=referring_page", "B=referring_page"], "'A' and 'B' are both referring_page", ""),
    (["A=referring_page", "B=linking_domain"], "both referring_page", "one field in two words"),
    (["A=referring_page", "B=rel", "C=rel_ugc"], "both rel_ugc", "rel feeds three fields"),
    (["A=referring_page", "A=target_url"], "mapped twice", "the same text"),
    (["A=referring_page", "a =target_url"], "are the same column", "headers are compared folded"),
    (["A=target_url"], "no column is referring_page or linking_domain", "nothing to judge"),
    (["A=referring_page", "B=vendor"], "filled in by spamlinks", "provenance is ours"),
    (["A=referring_page", "#2=target_url"], "by name and by position", ""),
    (["A=referring_page", "B=target_url:inverted"], "is no way to read", "no yes/no field"),
    (["A=referring_page", "B=rel_nofollow:flipped"], "is no way to read", ""),
    (["\x1b[31m=referring_page", "\x1b[31m =target_url"], "'[31m' is mapped twice", "no controls"),
]


@pytest.mark.parametrize(("texts", "words", "why"), WRONG)
def test_a_wrong_mapping_says_what_is_wrong(texts: list[str], words: str, why: str) -> None:
    with pytest.raises(InputError) as caught:
        Mapping.parse(texts)
    assert words in str(caught.value), why
    assert str(caught.value).isprintable()


def test_a_mapping_made_by_hand_is_checked_as_well() -> None:
    with pytest.raises(InputError, match="no column is referring_page"):
        Mapping("ours", {"Ziel": "target_url"})
    with pytest.raises(InputError, match="is no text"):
        Mapping("ours", {"Quelle": 1})  # type: ignore[dict-item]


def test_what_can_be_mapped() -> None:
    assert set(BLOCKS["provenance"]).isdisjoint(MAPPABLE)
    assert set(VENDOR_VERDICTS) <= set(MAPPABLE), "shown to people, never a signal"
    assert {"linking_domain", "rel", "referring_page", "domain_created_on"} <= set(MAPPABLE)


def test_a_header_may_hold_the_sign() -> None:
    assert Mapping.parse(["a=b=referring_page"]).columns == {"a=b": "referring_page"}


def test_a_mapping_is_a_format_of_its_own() -> None:
    entry = Mapping("ours", {"Quelle": "linking_domain", "Folgt": "rel_nofollow:inverted"}).format()
    assert (entry.vendor, entry.kind, entry.generation) == ("custom", "ours", "mapping")
    assert (entry.grain, entry.confidence) == ("domain", "M")
    assert [(c.field, c.how) for c in entry.columns] == [
        ("referring_page", "value"),
        ("rel_nofollow", "inverted"),
    ]


# Files

BROKEN = [  # content, words of the message
    ("{", "not valid JSON"),
    ("[1]", "no key 'spamlinks_mapping'"),
    ("[" * 100_000, "not valid JSON"),
    ('{"columns": {}}', "no key 'spamlinks_mapping'"),
    ('{"spamlinks_mapping": 2}', "'spamlinks_mapping' is 2"),
    ('{"spamlinks_mapping": true, "columns": {}}', "'spamlinks_mapping' is True"),
    ('{"spamlinks_mapping": 1, "colums": {}}', "'colums' is not known"),
    ('{"spamlinks_mapping": 1, "name": 3, "columns": {}}', "'name' is no text"),
    ('{"spamlinks_mapping": 1, "columns": []}', "'columns' is no list"),
    ('{"spamlinks_mapping": 1, "columns": {"A": ["x"]}}', "the field of 'A' is no text"),
    ('{"spamlinks_mapping": 1, "columns": {"A": "referring_page", "A": "x"}}', "'A' stands twice"),
    ('{"spamlinks_mapping": 1, "columns": {"A": "url"}}', "is no field"),
    ('{"spamlinks_mapping": 1, "columns": {}}', "it names 0 columns"),
    ("x" * (1 << 20) + "x", "too large"),
    ("\udcff", "not valid JSON"),
]


@pytest.mark.parametrize(("content", "words"), BROKEN)
def test_a_broken_file_names_the_key(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "m.json"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(InputError) as caught:
        Mapping.load(path)
    assert str(caught.value).startswith("m.json: ")
    assert words in str(caught.value)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        Mapping.load(tmp_path / "none.json")


def test_a_file_can_be_edited_by_hand(tmp_path: Path) -> None:
    path = write(tmp_path, "", "own.json")
    path.unlink()
    Mapping.parse(["Quelle=referring_page", "Ursprünglich=first_seen"]).save(path)
    raw = json.loads(path.read_text("utf-8"))
    assert "Ursprünglich" in path.read_text("utf-8"), "no escapes"
    raw["columns"]["Ziel"] = "target_url"
    del raw["name"]
    path.write_text("\ufeff" + json.dumps(raw), "utf-8")  # as an editor of Windows saves it
    assert Mapping.load(path).columns["Ziel"] == "target_url"
    assert Mapping.load(path).name == "own"


def test_saving_never_replaces_another_file(tmp_path: Path) -> None:
    export = write(tmp_path, TABLE)
    with pytest.raises(OutputError, match="it exists and is no mapping"):
        Mapping.parse(["Quelle=referring_page"]).save(export)
    assert export.read_text("utf-8") == TABLE


HEADERS = st.text(st.characters(codec=None), min_size=1, max_size=20)


COLUMNS = st.lists(HEADERS, min_size=1, max_size=6, unique=True).map(
    lambda headers: dict(zip(headers, ["referring_page", "rel", *MAPPABLE[10:]], strict=False))
)


@given(COLUMNS, st.text(max_size=9))
def test_a_saved_mapping_comes_back(
    tmp_path_factory: pytest.TempPathFactory, columns: dict[str, str], name: str
) -> None:
    try:
        mapping = Mapping(f"m{name}", columns)
    except InputError:
        assume(False)
    path = tmp_path_factory.mktemp("m") / "m.json"
    mapping.save(path)
    again = Mapping.load(path)
    assert again.columns == columns
    assert again.name.isprintable()


@given(st.lists(st.text(max_size=30), max_size=4))
def test_any_text_is_a_mapping_or_one_line(texts: list[str]) -> None:
    message = ""
    try:
        Mapping.parse(texts)
    except InputError as error:
        message = str(error)
    assert message.isprintable()


# Reading

DIALECTS = [  # text of the file, what is special
    (TABLE, "semicolons"),
    (TABLE.replace(";", ","), "commas"),
    (TABLE.replace(";", "\t"), "tabs"),
    ("Links im Mai;;\n;;\n" + TABLE, "a title above, as Excel saves it"),
    ("Quelle\n\n" + TABLE, "a title that is called like the column"),
    (TABLE.replace("Quelle", " QUELLE "), "spelled otherwise"),
    (TABLE.replace("Quelle", '"Quelle"'), "quoted"),
    ("Neu;" + TABLE.replace("\n", "\n;")[:-1], "a further column in front"),
]


@pytest.mark.parametrize(("text", "why"), DIALECTS)
def test_a_mapping_reads_any_dialect(tmp_path: Path, text: str, why: str) -> None:
    given_hints = hints("Quelle=referring_page", "Ziel=target_url", "Folgt=rel_nofollow:inverted")
    reading = read_export(write(tmp_path, text), hints=given_hints)
    rows = reading.backlinks.select("referring_page", "target_url", "rel_nofollow").rows()
    assert rows == [
        ("https://a.example/x", "https://shop.test/", False),
        ("https://b.example/y", "https://shop.test/p", True),
    ], why
    assert reading.format.name == "custom columns (mapping)"


def test_rel_words_feed_three_fields(tmp_path: Path) -> None:
    text = "S,R\nhttps://a.example/,nofollow ugc\nhttps://b.example/,\n"
    frame = read_export(write(tmp_path, text), hints=hints("S=referring_page", "R=rel")).backlinks
    names = ("rel_nofollow", "rel_ugc", "rel_sponsored")
    assert frame.select(names).rows() == [(True, True, False), (False, False, False)]


def test_rows_may_be_domains(tmp_path: Path) -> None:
    path = write(tmp_path, "Wer;Notiz\na.example;x\nb.example;y\n")
    reading = read_export(path, hints=hints("Wer=linking_domain"))
    assert reading.backlinks["grain"].to_list() == ["domain", "domain"]


def test_columns_by_position(tmp_path: Path) -> None:
    path = write(tmp_path, ROWS)
    reading = read_export(path, hints=hints("#2=target_url", "#1=referring_page"))
    assert reading.backlinks["target_url"].to_list() == [
        "https://shop.test/",
        "https://shop.test/p",
    ]
    assert reading.records == 2
    text = "7;https://a.example/a,b\n8;https://b.example/;c\n9;https://b.example/,,\n"
    reading = read_export(write(tmp_path, text), hints=hints("#2=referring_page"))
    assert (reading.backlinks.height, reading.rejected.height) == (2, 1), "one record is too long"


def test_a_mapping_goes_before_the_catalogue(tmp_path: Path) -> None:
    path = write(tmp_path, "Linking page,Last crawled\nhttps://a.example/,2026-01-02\n")
    assert recognise(path).format.vendor == "gsc"
    found = recognise(path, hints("Linking page=referring_page", "Last crawled=first_seen"))
    assert found.format.vendor == "custom"
    # One by position is for files without a known header.
    with pytest.raises(InputError, match="the first line is a header"):
        recognise(path, hints("#1=referring_page"))


def test_the_mapping_that_names_most_is_used(tmp_path: Path) -> None:
    little, more = hints("Quelle=referring_page"), hints("Quelle=referring_page", "Ziel=target_url")
    found = recognise(write(tmp_path, TABLE), Hints((*little.mappings, *more.mappings)))
    assert found.format == more.mappings[0].format()


def test_a_mapping_that_fits_nothing_is_an_error(tmp_path: Path, examples: Path) -> None:
    known, unknown = examples / "shop-semrush-backlinks.csv", write(tmp_path, TABLE)
    slip = hints("Qelle=referring_page")
    for path in (known, unknown):
        with pytest.raises(InputError, match=r"no column 'Qelle', .* Its columns are: "):
            read_export(path, hints=slip)
    with pytest.raises(InputError, match="fits none of the 2 tables; here 'Qelle' is missing"):
        read_exports([known, write(tmp_path, "URL\nhttps://a.example/\n", "y.csv")], hints=slip)
    good = hints("Quelle=referring_page")
    readings = read_exports([known, unknown], hints=good)
    assert [reading.format.vendor for reading in readings] == ["semrush", "custom"]
    with pytest.raises(InputError, match="column #3 holds no URLs or domains"):
        read_export(unknown, hints=hints("#3=referring_page"))


def test_hostile_headers_never_crash(tmp_path: Path) -> None:
    wide = "Quelle," + ",".join(f"c{i}" for i in range(10_000))
    for header in (wide, "Quelle,Quelle", "Quelle,=1+1", "Quelle,\x1b[31m", ",Quelle", "Quelle,#1"):
        text = f"{header}\n" + ",".join(["https://a.example/"] * (header.count(",") + 1)) + "\n"
        path, given_hints = write(tmp_path, text), hints("Quelle=referring_page")
        if header is wide:
            with pytest.raises(InputError, match="more than 1,000 columns"):
                read_export(path, hints=given_hints)
        else:
            assert read_export(path, hints=given_hints).backlinks.height == 1
