"""Guesses: what unknown tables are taken for, and which are left alone."""

from __future__ import annotations

import csv
import io
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spamlinks.errors import InputError
from spamlinks.exports import Hints, read_export, recognise
from spamlinks.exports.containers.parts import parts
from spamlinks.exports.reading.source import probe
from spamlinks.exports.unknown.guess import Guess, guess

SITES = [f"{word}{i}.{end}" for i in range(9) for word, end in (("blog", "pl"), ("news", "com"))]


def pages(n: int = 40) -> list[str]:
    return [f"https://{SITES[i % len(SITES)]}/p/{i}" for i in range(n)]


def own(n: int = 40) -> list[str]:
    return [f"https://www.shop.com/a{i % 5}" for i in range(n)]


def text_of(header: list[str] | None, *columns: list[str], delimiter: str = ",") -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    if header is not None:
        writer.writerow(header)
    writer.writerows(zip(*columns, strict=True))
    return out.getvalue()


def guess_of(folder: Path, text: str, name: str = "x.csv") -> Guess | None:
    path = folder / name
    path.write_text(text, "utf-8", newline="")
    found, _ = parts(path)
    return guess(probe(found[0]))


WORDS = ["best casino", "shop", "https://www.shop.com/", "=1+1"] * 10
DAYS = [f"{i % 28 + 1:02}.03.2025" for i in range(40)]
NUMBERS = [str(i * 7) for i in range(40)]
RELS = ["nofollow", "", "nofollow ugc", "sponsored noopener"] * 10

GUESSED = [  # header, columns, delimiter, mapping, why
    (["Quelle", "Ziel"], (pages(), own()), ";", {"Quelle": "referring_page", "Ziel": "target_url"},
     "German, header and cells agree"),
    (["Adres źródłowy", "Adres docelowy", "Tekst odnośnika", "Pierwszy raz znaleziono"],
     (pages(), own(), WORDS, DAYS), ";",
     {"Adres źródłowy": "referring_page", "Adres docelowy": "target_url",
      "Tekst odnośnika": "anchor_text", "Pierwszy raz znaleziono": "first_seen"}, "Polish"),
    (["Page d'origine", "Cible", "Ancre", "Dernière visite"], (pages(), own(), WORDS, DAYS), "\t",
     {"Page d'origine": "referring_page", "Cible": "target_url", "Ancre": "anchor_text",
      "Dernière visite": "last_seen"}, "French"),
    (["fromUrl", "toUrl", "linkText", "isDofollow"], (pages(), own(), WORDS, ["true"] * 40), ",",
     {"fromUrl": "referring_page", "toUrl": "target_url", "linkText": "anchor_text",
      "isDofollow": "rel_nofollow:inverted"}, "words inside names, and their polarity"),
    (["X", "Y", "Z"], (own(), NUMBERS, pages()), ",",
     {"Z": "referring_page", "X": "target_url"}, "headers say nothing"),
    (["Source", "Dest", "Text", "Rel"], (pages(), own(), WORDS, RELS), "\t",
     {"Source": "referring_page", "Dest": "target_url", "Text": "anchor_text", "Rel": "rel"}, ""),
    (["A", "B"], (pages(), RELS), ",", {"A": "referring_page", "B": "rel"}, "cells like no other"),
    (["A", "B"], (pages(), ["dofollow", "nofollow"] * 20), ",",
     {"A": "referring_page", "B": "rel_nofollow"}, "of ugc these say nothing"),
    (["Domain", "Notes"], ([f"{s}" for s in SITES], ["x"] * len(SITES)), ";",
     {"Domain": "linking_domain"}, "rows are domains"),
    (["Domain", "Page", "n"], ([SITES[i % 18] for i in range(40)], pages(), NUMBERS), ",",
     {"Page": "referring_page"}, "a page says more than its domain"),
    (None, (pages(), own(), WORDS), ",", {"#1": "referring_page", "#2": "target_url"},
     "the first row is data"),
    (["", "Quelle", "Ziel"], (NUMBERS, pages(), own()), ",",
     {"Quelle": "referring_page", "Ziel": "target_url"}, "an index without a name"),
    (["Source", "Target"], (["https://one.com/1", "https://one.com/2"], own(2)), ",",
     {"Source": "referring_page", "Target": "target_url"}, "one site links, but headers say how"),
    (["Links", "URL", "Status"], (NUMBERS, pages(), ["ok"] * 40), ",", {"URL": "referring_page"},
     "names with several meanings decide nothing"),
    (["URL", "Anchor"], (pages(), own()), ",", {"URL": "referring_page", "Anchor": "anchor_text"},
     "an anchor may be a URL"),
]  # fmt: skip


@pytest.mark.parametrize(("header", "columns", "delimiter", "mapping", "why"), GUESSED)
def test_what_is_guessed(tmp_path, header, columns, delimiter, mapping, why):
    found = guess_of(tmp_path, text_of(header, *columns, delimiter=delimiter))
    assert found is not None, why
    assert found.mapping.columns == mapping, why
    assert {reason.column for reason in found.reasons} == set(mapping)
    assert all(reason.sentence.isprintable() for reason in found.reasons)


LEFT_ALONE = [  # header, columns, why
    (["URL", "Depth"], (own(), NUMBERS), "pages of one site: the user's own"),
    (["Source", "Destination"], (own(), pages()), "links that lead out"),
    (["A", "B"], (pages(), pages()[::-1]), "either could be it"),
    (["Name", "Size"], ([f"photo{i}.jpg" for i in range(40)], NUMBERS), "files, no hosts"),
    (["Keyword", "Volume"], (WORDS, NUMBERS), "no links at all"),
    (["Target URL", "Clicks"], (pages(), NUMBERS), "the header says it is no source"),
    (["IP", "Domains"], ([f"192.0.2.{i}" for i in range(40)], NUMBERS), "addresses are no sites"),
    (["", ""], (pages(), own()), "columns that cannot be named"),
]


@pytest.mark.parametrize(("header", "columns", "why"), LEFT_ALONE)
def test_what_is_not_guessed(tmp_path, header, columns, why):
    found = guess_of(tmp_path, text_of(header, *columns))
    assert found is None or found.mapping.by_position, why
    if why != "columns that cannot be named":
        assert found is None, why


def test_the_reasons_count(tmp_path):
    found = guess_of(tmp_path, text_of(["X", "Ziel"], pages(), own()))
    assert found is not None
    sentences = {reason.field: reason.sentence for reason in found.reasons}
    assert sentences["referring_page"] == "40 of 40 cells are URLs on 18 domains"
    assert sentences["target_url"] == (
        "40 of 40 cells are URLs, all of them on shop.com; the header says target"
    )
    assert found.sure == "possible"
    assert guess_of(tmp_path, text_of(["Source", "Ziel"], pages(), own())).sure == "likely"


def test_a_title_above_the_table(tmp_path):
    for title in ("Report\n\n", "Report,,\n,,\n", "# made by us\n"):
        found = guess_of(
            tmp_path, title + text_of(["Quelle", "Ziel", "n"], pages(), own(), NUMBERS)
        )
        assert found is not None, title
        assert found.mapping.columns == {"Quelle": "referring_page", "Ziel": "target_url"}


def test_an_accepted_guess_reads_and_says_so(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text(text_of(["Quelle", "Ziel", "Datum"], pages(), own(), DAYS), "utf-8")
    with pytest.raises(InputError) as caught:
        recognise(path)
    message = str(caught.value)
    assert "Quelle = referring_page, Ziel = target_url" in message
    assert message.endswith("Run again with --accept-guess, or name the columns with --map.")
    reading = read_export(path, hints=Hints(accept_guess=True))
    assert (reading.format.vendor, reading.format.confidence) == ("custom", "G")
    assert reading.backlinks["referring_page"].to_list() == pages()
    assert reading.notes[0] == "columns were guessed: Quelle = referring_page, Ziel = target_url"


def test_a_known_file_is_never_guessed(tmp_path, examples):
    path = examples / "shop-semrush-backlinks.csv"
    assert recognise(path, Hints(accept_guess=True)).format.vendor == "semrush"


def test_a_guess_names_few_columns_in_a_message(tmp_path):
    header = [f"Quelle{'x' * 200}", *(f"{'Anchor' * 20}{i}" for i in range(20))]
    found = guess_of(tmp_path, text_of(header, pages(), *[WORDS] * 20))
    assert found is not None
    assert len(found.line) <= 240


TABLES = [  # a text that begins like a list of URLs, whether it is one, why
    (
        "Quelle;Ziel\nhttps://a.pl/;https://s.com/\nhttps://b.pl/;https://s.com/\n",
        False,
        "a header",
    ),
    ("https://a.pl/\thttps://s.com/\nhttps://b.pl/\thttps://s.com/\n", False, "tabs"),
    ("https://a.pl/\t\nhttps://b.pl/\tx\n", False, "an empty cell at the end"),
    ("https://a.pl/,https://s.com/\nhttps://b.pl/,https://s.com/\n", False, "two URLs a line"),
    ("https://a.pl/x,1.html\nhttps://b.pl/y,2.html\n", True, "commas stand in URLs"),
    ("https://a.pl/x,1.html\nhttps://b.pl/y\nc.pl\n", True, "a comma in one of them"),
    ("URLs\nhttps://a.pl/x\nhttps://b.pl/y\n", True, "a header of one column"),
    ("# mine, of May\nhttps://a.pl/x\nhttps://b.pl/y\n", True, "a comment"),
]


@pytest.mark.parametrize(("text", "is_list", "why"), TABLES)
def test_a_table_is_no_list_of_urls(tmp_path, text, is_list, why):
    path = tmp_path / "x.txt"
    path.write_text(text, "utf-8")
    try:
        kind = recognise(path).format.kind
    except InputError:
        kind = ""
    assert (kind == "url-list") is is_list, why


# Properties

# No word of any language can be made of these, so that only the cells speak.
NAME = st.text("qxz0159=+-@#'\" ,;\n[]\u202e\u00a0", max_size=8)


@given(
    st.integers(2, 30),
    st.lists(NAME, min_size=5, max_size=5),
    st.sampled_from([",", ";", "\t", "|"]),
    st.randoms(use_true_random=False),
)
def test_the_right_source_or_none(
    tmp_path_factory: pytest.TempPathFactory,
    rows: int,
    names: list[str],
    delimiter: str,
    order: random.Random,
) -> None:
    columns = [
        [f"https://{order.choice(SITES)}/{i}" for i in range(rows)],
        own(rows),
        [f"https://img.shop.com/{i}.png" for i in range(rows)],
        (WORDS * 2)[:rows],
        [str(order.randrange(10**6)) for _ in range(rows)],
    ]
    where = list(range(5))
    order.shuffle(where)
    text = text_of(names, *(columns[i] for i in where), delimiter=delimiter)
    found = guess_of(tmp_path_factory.mktemp("g"), text)
    if found is not None:
        place = where.index(0)
        header = f"#{place + 1}" if found.mapping.by_position else names[place]
        assert found.mapping.source == header


@given(st.text(max_size=400), st.sampled_from([",", ";", "\t", "\n"]))
def test_no_text_breaks_the_guess(
    tmp_path_factory: pytest.TempPathFactory, text: str, delimiter: str
) -> None:
    text = text.replace(" ", delimiter)
    path = tmp_path_factory.mktemp("g") / "x.csv"
    path.write_bytes((text + text_of(["a", "b"], pages(3), own(3))).encode("utf-8", "replace"))
    try:
        found = guess(probe(parts(path)[0][0]))
    except InputError:
        return
    if found is not None:
        read_export(path, hints=Hints((found.mapping,)))


HOSTILE = ["=1+1", "\x1b[31mQuelle", "", "Quelle", "Quelle", "#1", "\u202eURL", "x" * 5000, '"',
           "a,b", "a\nb"]  # fmt: skip


def test_hostile_headers(tmp_path):
    for name in HOSTILE:
        found = guess_of(tmp_path, text_of([name, "Ziel", "n"], pages(), own(), NUMBERS))
        assert found is None or found.line.isprintable()
    found = guess_of(tmp_path, text_of(HOSTILE, *[WORDS] * 10, pages()))
    assert found is None or len(found.line) <= 240
    wide = [f"c{i}" for i in range(10_000)]
    assert guess_of(tmp_path, text_of(wide, *[pages(3)] * 10_000)) is None
