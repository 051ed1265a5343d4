"""Labels by column, by file, by past decisions; and every way they can be wrong."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spamlinks.decisions import Decisions, read_labels
from spamlinks.disavow import DisavowFile
from spamlinks.disavow.sites import Sites
from spamlinks.errors import InputError
from spamlinks.facts import join_facts, read_fact_table
from spamlinks.fetched.links import same_page
from spamlinks.labels import Labelled, load_labelled

PAGES = (
    "https://a.example/one",
    "https://www.a.example/two",
    "https://b.example/x?id=1",
    "https://me.blogspot.com/post",
    "https://sub.c.example/",
    "https://d.example/page/",
)

HEADER = (
    "Page ascore,Source title,Source url,Target url,Anchor,External links,Internal links,Nofollow,"
    "Sponsored,Ugc,Text,Frame,Form,Image,Sitewide,First seen,Last seen,Lost link"
).split(",")


def link(page: str) -> list[str]:
    rest = "5,6,false,false,false,true,false,false,false,false,2024-05-13,2025-06-14,true"
    return ["", "A title", page, "https://shop.example/", "Shop", *rest.split(",")]


def export(folder: Path, name: str = "links.csv", **columns: object) -> Path:
    path = folder / name
    given_columns = {key: list(value) for key, value in columns.items()}  # type: ignore[call-overload]
    rows = max([len(PAGES), *(len(v) for v in given_columns.values())])
    pages = [*PAGES, *(f"https://site{i}.example/p" for i in range(rows - len(PAGES)))]
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow([*HEADER, *given_columns])
        for i in range(rows):
            cells = [column[i] if i < len(column) else "" for column in given_columns.values()]
            out.writerow([*link(pages[i]), *cells])
    return path


def export_of(folder: Path, pages: Sequence[str]) -> Path:
    path = folder / "links.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, *(link(page) for page in pages)])
    return path


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def shown(y: np.ndarray) -> str:
    """One letter a row: 1, 0 or - for no label."""
    return "".join("-" if np.isnan(value) else str(int(value)) for value in y)


def test_a_column_of_labels_leaves_the_table(tmp_path: Path) -> None:
    path = export(tmp_path, is_spam=["1", "1", "0", " Ham", "", "SPAM"], note="abcdef")
    found = load_labelled([path], extra=["note"])
    assert shown(found.is_spam) == "1100-1"
    assert (found.spam_rows, found.honest_rows, found.unlabelled_rows) == (3, 2, 1)
    assert "is_spam" not in found.table.columns
    assert found.table["note"].to_list() == list("abcdef")
    assert found.sources == ("links.csv",)
    assert found.site == "shop.example"
    assert found.vendor_verdict is None
    assert not found.positive_unlabelled
    assert found.notes == ()


def test_a_vendors_verdict_as_label_is_said(tmp_path: Path) -> None:
    example = Path(__file__).parents[1] / "data" / "examples" / "labelled.csv"
    text = example.read_text("utf-8").splitlines()[:40]
    header = text[0].split(",")
    at, mine = header.index("Is spam"), header.index("is_spam")
    rows = list(csv.reader(text[1:]))
    path = tmp_path / "ahrefs.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(header)
        for row in rows:
            row[at] = "true" if row[mine] == "1" else "false"
            out.writerow(row)
    found = load_labelled([path], label="Is spam")
    assert found.vendor_verdict == "ahrefs_is_spam"
    assert any("vendor's verdict" in note for note in found.notes)
    by_field = load_labelled([path], label="ahrefs_is_spam")
    assert by_field.vendor_verdict == "ahrefs_is_spam"
    np.testing.assert_array_equal(found.is_spam, by_field.is_spam)
    assert load_labelled([path]).vendor_verdict is None


def test_a_domain_with_both_labels_by_page_is_allowed_and_said(tmp_path: Path) -> None:
    found = load_labelled([export(tmp_path, is_spam="100111")])
    assert shown(found.is_spam) == "100111"
    assert [note for note in found.notes if "a.example" in note and "1 linking domain is" in note]


FILES = [  # a labels file, the labels of PAGES
    ("a.example,1\nb.example,0\n", "110---"),
    ("domain,is_spam\na.example,SPAM\nb.example, ham \n", "110---"),
    ("www.a.example;1\nb.example;0\n", "110---"),  # www. means the site
    ("a.example\t1\nb.example\t0\n", "110---"),
    ("# mine\n\na.example,1,because\nb.example,no,it is mine\n", "110---"),
    ("https://a.example/one,1\nb.example,0\n", "1-0---"),  # a URL is one page
    ("http://a.example/one/,1\nb.example,0\n", "1-0---"),  # scheme and closing slash are the same
    ("a.example,0\nhttps://a.example/one,1\nb.example,1\n", "101---"),  # the page's own counts
    ("https://b.example/x?id=1,1\nhttps://b.example/x?id=2,0\na.example,0\n", "001---"),
    ("https://a.example/,1\nb.example,0\n", "110---"),  # a URL that is only a host is the site
    ("me.blogspot.com,1\nblogspot.com,0\na.example,0\n", "00-1--"),  # no platform as a whole
    ("c.example,1\nd.example,0\n", "----10"),
    ("sub.c.example,1\nd.example,0\n", "----10"),
    ("other.c.example,1\nd.example,0\na.example,1\n", "11---0"),
    ("\ufeffa.example,1\nb.example,0\n", "110---"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), FILES)
def test_a_labels_file(tmp_path: Path, text: str, expected: str) -> None:
    found = load_labelled([export(tmp_path)], labels=write(tmp_path, "labels.csv", text))
    assert shown(found.is_spam) == expected


def test_a_labels_file_in_utf_16(tmp_path: Path) -> None:
    path = tmp_path / "labels.txt"
    path.write_bytes("m\u00fcller.example\t0\na.example\t1\n".encode("utf-16"))
    assert read_labels(path).hosts == {"xn--mller-kva.example": 0, "a.example": 1}


SPELLINGS = [  # one page, spelled in two ways
    ("http://a.example/\u0441\u0430\u0434", "http://a.example/\u0441\u0430\u0434"),  # verbatim
    ("http://a.example/\u0441\u0430\u0434/", "http://a.example/%D1%81%D0%B0%D0%B4"),
    ("http://a.example/\u0441\u0430\u0434", "http://a.example/%d1%81%d0%b0%d0%b4"),
    ("http://a.example/x?q=\u00fc", "http://a.example/x?q=%C3%BC"),
    ("http://m\u00fcller.example/x", "http://xn--mller-kva.example/x"),
    ("http://m\u00fcller.example/\u00fc", "https://XN--MLLER-KVA.example/%c3%bc/#top"),
    ("http://a.example/a b", "http://a.example/a%20b"),
    ("http://a.example/~me", "http://a.example/%7eme"),
    ("http://a.example/a%2fb", "http://a.example/a%2Fb"),
    ('http://a.example/a"b', "http://a.example/a%22b"),
]


@pytest.mark.parametrize(("one", "other"), [*SPELLINGS, *(pair[::-1] for pair in SPELLINGS)])
def test_one_page_matches_however_it_is_spelled(tmp_path: Path, one: str, other: str) -> None:
    """Labels, decisions, disavow lines, a user's facts and the store all know the page."""
    pages = [one, one.partition("#")[0] + "2", "https://d.example/"]
    links = export_of(tmp_path, pages)
    given = {
        "labels": write(tmp_path, "labels.csv", f"{other},1\nd.example,0\n"),
        "disavow": write(tmp_path, "disavow.txt", f"{other}\n"),
    }
    assert shown(load_labelled([links], labels=given["labels"]).is_spam) == "1-0"
    keep = write(tmp_path, "keep.txt", "d.example\n")
    found = load_labelled([links], disavow=given["disavow"], keep=keep)
    assert shown(found.is_spam) == "1-0"
    assert not found.notes
    if (one[:5], one[-1]) == (other[:5], other[-1]):  # Google may tell these apart
        _lines_cover(one, other, pages)
    write(tmp_path, "facts.csv", f'url,fetched_words\n"{other.replace(chr(34), chr(34) * 2)}",7\n')
    facts = read_fact_table(tmp_path / "facts.csv")
    joined = join_facts(pl.DataFrame({"referring_page": pages}), facts)
    assert joined["fetched_words"].to_list() == [7, None, None]
    assert same_page(pl.Series([one]))[0] == same_page(pl.Series([other]))[0]


def _lines_cover(one: str, other: str, pages: list[str]) -> None:
    past = DisavowFile.parse(f"{other}\n")
    assert past.covering(pl.Series(pages)).to_list() == [1, None, None]
    assert [past.covers(page) is not None for page in pages] == [True, False, False]
    assert Sites([other]).hit_by(DisavowFile.parse(f"{one}\n").entries[0]) == other


def test_a_reserved_sign_and_its_escape_are_two_pages(tmp_path: Path) -> None:
    pages = ["http://a.example/a/b", "http://a.example/a%2Fb", "http://d.example/"]
    links = export_of(tmp_path, pages)
    labels = write(tmp_path, "labels.csv", "http://a.example/a%2fb,1\nd.example,0\n")
    assert shown(load_labelled([links], labels=labels).is_spam) == "-10"


DECIDED = [  # disavow file, keep list or None, labels of PAGES
    ("domain:a.example\n", None, "11----"),
    ("domain:a.example\n", "b.example\nd.example\n", "110--0"),
    ("https://a.example/one\n", "b.example\n", "1-0---"),  # a URL line covers one page
    (
        "domain:a.example\n",
        "https://a.example/one\nd.example\n",
        "01---0",
    ),  # the page was kept on purpose
    ("domain:blogspot.com\n", "a.example\n", "00-1--"),  # Google takes the whole platform
    ("domain:c.example\n", "b.example\n", "--0-1-"),
    ("# nothing here\ndomain:a.example\n", None, "11----"),
]


@pytest.mark.parametrize(("past", "kept", "expected"), DECIDED)
def test_past_decisions(tmp_path: Path, past: str, kept: str | None, expected: str) -> None:
    text = past if kept is not None else past + "domain:b.example\n"
    keep = None if kept is None else write(tmp_path, "keep.txt", kept)
    found = load_labelled(
        [export(tmp_path)], disavow=write(tmp_path, "disavow.txt", text), keep=keep
    )
    assert shown(found.is_spam) == (expected if kept is not None else "111---")
    assert found.positive_unlabelled is (kept is None)


COLUMNS = [  # a column of labels, words of the message
    ("101012", ("'2', which is no label", "3 different values")),
    (["1", "0", "maybe", "", "", ""], ("'maybe', which is no label",)),
    ([str(i) for i in range(30)], ("no label", "compare with it")),  # a vendor's score
    (["", "", "", "", "", ""], ("none of 6 rows has a label",)),
    ("111111", ("all 6 labelled rows are spam", "--disavow")),
    ("000000", ("all 6 labelled rows are honest",)),
    (["1", "0", "", "", "", ""], ("one linking domain (a.example)",)),
]


@pytest.mark.parametrize(("column", "words"), COLUMNS)
def test_a_column_that_cannot_serve(tmp_path: Path, column: object, words: tuple[str]) -> None:
    with pytest.raises(InputError) as caught:
        load_labelled([export(tmp_path, is_spam=column)])
    assert all(word in str(caught.value) for word in words), caught.value
    assert "\n" not in str(caught.value)


def test_one_page_with_both_labels_is_named(tmp_path: Path) -> None:
    path = tmp_path / "links.csv"
    lines = [",".join([*HEADER, "is_spam"])]
    for i in range(5):
        lines += [",".join([*link(f"https://x{i}.example/p"), str(y)]) for y in (0, 1)]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    with pytest.raises(InputError, match=r"5 pages are labelled both.*x0\.example.* and 2 more"):
        load_labelled([path])


BAD_FILES = [  # a labels file, words of the message
    ("a.example,1\nb.example,perhaps\n", "line 2: 'perhaps' is no label"),
    ("a.example,perhaps\nb.example,1\n", "line 1: 'perhaps' is no label"),  # no header: a domain
    ("a.example,1\nb.example,\n", "line 2: '' is no label"),
    ("a.example,1\nb.example\n", "line 2: '' is no label"),
    ("a.example,1\nco.uk,1\n", "line 2: 'co.uk' is no domain"),
    ("a.example,1\nwww.a.example,0\n", "1 name is labelled both spam and honest (a.example)"),
    ("".join(f"x{i}.example,{y}\n" for i in range(9) for y in (0, 1)), "9 names are labelled both"),
    ("https://a.example/p,1\nhttp://a.example/p/,0\n", "a.example/p"),
    ("a.example\n", "one column"),
    ("", "holds no label"),
    ("domain,label\n", "holds no label"),
    ("nowhere.example,1\nelse.example,0\n", "none of its 2 domains and pages links in links.csv"),
    ("a.example,1\nnowhere.example,0\n", "all 2 labelled rows are spam"),
]


@pytest.mark.parametrize(("text", "words"), BAD_FILES)
def test_a_labels_file_that_cannot_serve(tmp_path: Path, text: str, words: str) -> None:
    path = write(tmp_path, "labels.csv", text)
    with pytest.raises(InputError) as caught:
        load_labelled([export(tmp_path)], labels=path)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("data", [b"PK\x03\x04\x00", b"a.example,1\n\xff\xfe\xfd", b"\xff\xfe\x00"])
def test_a_labels_file_that_is_no_text(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "labels.xlsx"
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"labels\.xlsx: (it is no text|it holds no label)"):
        read_labels(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_labels(tmp_path / "absent.csv")


def test_ways_that_do_not_go_together(tmp_path: Path) -> None:
    path = export(tmp_path)
    file = write(tmp_path, "f.txt", "domain:a.example\n")
    for given_files, words in (
        ({"labels": file, "disavow": file}, "given together"),
        ({"labels": file, "keep": file}, "given together"),
        ({"keep": file}, "nothing that is spam"),
        ({"disavow": write(tmp_path, "d.txt", "domain:zz.example\n")}, "none of its 1 domains"),
        ({"disavow": write(tmp_path, "e.txt", "# empty\n")}, "disavows nothing"),
        ({"disavow": file, "keep": write(tmp_path, "k.txt", "www.a.example\n")},
         "1 name is labelled both spam and honest (a.example)"),
        ({"disavow": file}, "one linking domain"),
    ):  # fmt: skip
        with pytest.raises(InputError) as caught:
            load_labelled([path], **given_files)  # type: ignore[arg-type]
        assert words in str(caught.value), caught.value


def test_an_export_without_the_column_or_without_rows(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no column 'is_spam'"):
        load_labelled([export(tmp_path)])
    empty = write(tmp_path, "e.csv", ",".join([*HEADER, "is_spam"]) + "\n")
    with pytest.raises(InputError, match="no links in it"):
        load_labelled([empty])


@given(
    st.dictionaries(
        st.sampled_from(["a.example", "b.example", "x.b.example", "y.x.b.example"]),
        st.integers(0, 1),
        max_size=4,
    ),
    st.sampled_from(["a.example", "b.example", "x.b.example", "y.x.b.example", "z.b.example"]),
)
def test_the_closest_label_counts(hosts: dict[str, int], host: str) -> None:
    """A host's label is that of the longest labelled name it ends in."""
    over = [name for name in hosts if host == name or host.endswith(f".{name}")]
    table = pl.DataFrame({"referring_page": [f"https://{host}/p"]})
    found = Decisions("x", hosts).labels(table)[0]
    if over:
        assert found == hosts[max(over, key=len)]
    else:
        assert np.isnan(found)


def test_labelled_counts_what_it_holds() -> None:
    table = pl.DataFrame({"referring_page": ["https://a.example/"] * 3})
    found = Labelled(table, np.array([1.0, np.nan, np.nan]), ("x",), None, ())
    assert found.positive_unlabelled
    assert (found.spam_rows, found.honest_rows, found.unlabelled_rows) == (1, 0, 2)


def test_decisions_that_are_about_no_link_are_counted(tmp_path: Path) -> None:
    labels = tmp_path / "labels.csv"
    labels.write_text("a.example,1\nb.example,0\nnowhere.example,1\nhttps://d.example/page/,0\n")
    found = load_labelled([export(tmp_path)], labels=labels)
    assert any("1 of its 4 domains and pages does not link" in note for note in found.notes)
    labels.write_text("a.example,1\nb.example,0\n")
    assert not load_labelled([export(tmp_path)], labels=labels).notes


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ("Spam", "Did you mean 'is spam (mine)'? A label's column is named with --label"),
        ("nofolow", "Did you mean 'Nofollow'?"),
        ("verdict", "It begins with: Page ascore, Source title"),
    ],
)
def test_a_column_that_is_not_there_is_looked_for_by_its_spelling(
    tmp_path: Path, wanted: str, words: str
) -> None:
    path = export(tmp_path, **{"is spam (mine)": ["1", "0", "1", "0", "1", "0"]})
    with pytest.raises(InputError) as caught:
        load_labelled([path], label=wanted)
    assert words in str(caught.value)
