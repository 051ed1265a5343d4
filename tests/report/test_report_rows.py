from __future__ import annotations

import json

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spamlinks.errors import InputError
from spamlinks.report import rows
from spamlinks.report.rows import (
    COLUMNS,
    domain_rows,
    payload,
    tidy_domains,
    tidy_links,
    without_guesses,
)
from tests.report.conftest import HOSTILE

JSON = st.recursive(
    st.none() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=4), max_leaves=20
)


@given(st.lists(st.lists(JSON, max_size=4), max_size=4))
def test_payload_survives_and_cannot_leave_its_element(table: list[list[object]]) -> None:
    text = payload(table)
    assert json.loads(text) == {"columns": list(COLUMNS), "rows": table}
    assert not set(text) & set("<>&\u2028\u2029")


def test_payload_refuses_what_is_not_json() -> None:
    with pytest.raises(ValueError, match="Out of range float"):
        payload([[float("nan")]])


def test_order_is_by_urgency(domains: pl.DataFrame) -> None:
    found = tidy_domains(domains.sample(fraction=1, shuffle=True, seed=1))
    assert found["verdict"].to_list() == ["DISAVOW"] * 3 + ["REVIEW"] + ["KEEP"] * 12


BAD = [  # columns, message
    ({"linking_domain": ["a.com"]}, "domains: missing columns ['verdict']. Pass the tables"),
    ({"verdict": ["KEEP"]}, "missing columns ['linking_domain']"),
    ({"linking_domain": ["a"], "verdict": ["TOXIC"]}, "verdict 'TOXIC' is none of DISAVOW, REVIEW"),
    ({"linking_domain": ["a"], "verdict": [None]}, "verdict '' is none of"),
]


@pytest.mark.parametrize(("columns", "message"), BAD)
def test_unusable_tables_are_refused(columns: dict[str, list[str]], message: str) -> None:
    with pytest.raises(InputError) as caught:
        tidy_domains(pl.DataFrame(columns))
    assert message in str(caught.value)


def test_absent_columns_are_null_and_bad_scores_too() -> None:
    found = tidy_domains(
        pl.DataFrame(
            {
                "linking_domain": ["a", "b", "c"],
                "verdict": ["KEEP"] * 3,
                "spam_score": [0.5, float("nan"), float("inf")],
            }
        )
    )
    assert found["spam_score"].to_list() == [0.5, None, None]
    assert found["first_seen"].null_count() == found["network"].null_count() == 3


def test_dates_may_come_as_text() -> None:
    table = pl.DataFrame(
        {
            "linking_domain": ["a", "b"],
            "verdict": ["KEEP"] * 2,
            "first_seen": ["2024-05-01", "soon"],
        }
    )
    assert [str(d) for d in tidy_domains(table)["first_seen"]] == ["2024-05-01", "None"]


def test_samples_are_the_five_highest_scores(domains: pl.DataFrame, links: pl.DataFrame) -> None:
    row = dict(zip(COLUMNS, domain_rows(tidy_domains(domains), tidy_links(links))[0], strict=True))
    assert row["domain"] == "bad0.xyz"
    assert [page for page, *_ in row["samples"]] == [
        f"http://bad0.xyz/{k}" for k in (7, 6, 5, 4, 3)
    ]
    assert row["samples"][0] == ["http://bad0.xyz/7", "casino", "https://example.com/", 0.85, None]
    assert row["evidence"] == [["Ending .xyz", None], ["Anchor 'casino' on 31 domains", None]]


def test_a_title_is_shown_where_it_is_known() -> None:
    links = pl.DataFrame(
        {
            "referring_page": ["p", "q", "r"],
            "linking_domain": ["a"] * 3,
            "referring_page_title": [HOSTILE[4], None, "t" * 500],
        }
    )
    domains = pl.DataFrame({"linking_domain": ["a"], "verdict": ["REVIEW"]})
    samples = domain_rows(tidy_domains(domains), tidy_links(links))[0][COLUMNS.index("samples")]
    assert [sample[5:] for sample in samples] == [["best gnp.exe casino"], [], ["t" * 99 + "…"]]


def test_the_reason_on_top_is_whole(domains: pl.DataFrame, links: pl.DataFrame) -> None:
    """domains.csv has at most two sentences and a network there: none is cut in the middle."""
    long = domains.with_columns(why=pl.lit("word " * 140 + "end."))
    row = domain_rows(tidy_domains(long), tidy_links(links))[0]
    assert row[COLUMNS.index("why")].endswith("end.")
    row = domain_rows(tidy_domains(long), tidy_links(links), taken=10**9)[0]
    assert len(row[COLUMNS.index("why")]) <= 120  # space ran out


FOLLOWED = [  # rel_nofollow of the links of a and b, known, followed links of a and b, why
    ([None, None, False], None, [None, 7], "an export that does not say beside one that does"),
    ([True, None, None], None, [7, None], "one link that says so is enough"),
    ([True, True, True], False, [None, None], "no export has the column"),
]


@pytest.mark.parametrize(("nofollow", "known", "counts", "_why"), FOLLOWED)
def test_followed_links_are_no_guess(
    nofollow: list[bool | None], known: bool | None, counts: list[int | None], _why: str
) -> None:
    domains = pl.DataFrame(
        {"linking_domain": ["a", "b"], "verdict": ["KEEP"] * 2, "followed_links": [7, 7]}
    )
    links = pl.DataFrame(
        {"linking_domain": ["a", "a", "b"], "rel_nofollow": nofollow},
        schema_overrides={"rel_nofollow": pl.Boolean},
    )
    found = without_guesses(tidy_domains(domains), links, known)
    assert found["followed_links"].to_list() == counts
    bare = links.drop("rel_nofollow")
    assert without_guesses(tidy_domains(domains), bare)["followed_links"].to_list() == [7, 7]


def test_unknown_and_empty_anchors_differ() -> None:
    links = pl.DataFrame(
        {"referring_page": ["p", "q"], "linking_domain": ["a", "a"], "anchor_text": [None, ""]}
    )
    domains = pl.DataFrame({"linking_domain": ["a"], "verdict": ["KEEP"]})
    samples = domain_rows(tidy_domains(domains), tidy_links(links))[0][COLUMNS.index("samples")]
    assert [anchor for _, anchor, *_ in samples] == [None, ""]


def test_details_give_way_when_space_runs_out(
    domains: pl.DataFrame, links: pl.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "DETAIL_BYTES", 1_000)
    table = domain_rows(tidy_domains(domains), tidy_links(links))
    cut = [row[COLUMNS.index("cut")] for row in table]
    assert len(table) == domains.height  # rows never give way, details do
    assert cut[0] == 0
    assert cut[-1] == 1
    last = dict(zip(COLUMNS, table[-1], strict=True))
    assert last["evidence"] == last["samples"] == []
    details = [[row[COLUMNS.index(name)] for name in ("evidence", "samples")] for row in table]
    texts = [text for row in details for part in row for item in part for text in item]
    assert sum(len(text.encode()) for text in texts if isinstance(text, str)) <= 1_000
    monkeypatch.setattr(rows, "DETAIL_BYTES", 10)
    table = domain_rows(tidy_domains(domains), tidy_links(links))
    assert {row[COLUMNS.index("cut")] for row in table} == {1}, "not even the first fits"


def test_evidence_without_a_side_that_repeats_the_reason_is_left_out() -> None:
    domains = pl.DataFrame(
        {"linking_domain": ["a"], "verdict": ["KEEP"], "why": ["The rule."],
         "evidence": ["The rule. | The rule. (+0.5) | Another."]}
    )  # fmt: skip
    links = pl.DataFrame({"referring_page": ["p"], "linking_domain": ["a"]})
    (row,) = domain_rows(tidy_domains(domains), tidy_links(links))
    assert row[COLUMNS.index("evidence")] == [["The rule.", 0.5], ["Another.", None]]


def test_a_list_of_any_length_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MAX_ROWS", 10)
    domains = pl.DataFrame(
        {
            "linking_domain": [f"{n}.com" for n in range(40)],
            "verdict": ["KEEP"] * 30 + ["DISAVOW"] * 10,
        }
    )
    links = pl.DataFrame({"referring_page": [""], "linking_domain": ["x"]})
    table = domain_rows(tidy_domains(domains), tidy_links(links))
    assert [row[2] for row in table] == ["DISAVOW"] * 10


@pytest.mark.parametrize(("verdict", "samples"), [("DISAVOW", 5), ("REVIEW", 5), ("KEEP", 2)])
def test_flagged_domains_show_more_links(verdict: str, samples: int) -> None:
    links = pl.DataFrame({"referring_page": [f"p{n}" for n in range(9)]}).with_columns(
        linking_domain=pl.lit("a")
    )
    domains = pl.DataFrame({"linking_domain": ["a"], "verdict": [verdict]})
    row = domain_rows(tidy_domains(domains), tidy_links(links))[0]
    assert len(row[COLUMNS.index("samples")]) == samples


SIDES = [  # sentence in domains.csv, text, effect, why
    ("9 words (+1.6)", "9 words", 1.6, "against it"),
    ("has visits (-0.3)", "has visits", -0.3, "for it"),
    ("1,240 links; 9 of 10 kept have under 120 (+2.0)",
     "1,240 links; 9 of 10 kept have under 120", 2.0, "with what is usual"),
    ("a sign (strong)", "a sign (strong)", None, "no number"),
    ("net (+3)", "net", 3.0, "whole"),
    ("anchor '(+9.0)' on 3 domains (-0.1)", "anchor '(+9.0)' on 3 domains", -0.1, "the last"),
    ("(+0.8) first", "(+0.8) first", None, "not at the end"),
    ("y" * 300 + " (+0.5)", "y" * 239 + "…", 0.5, "read before the text is cut"),
    ("(" * 5_000, "(" * 239 + "…", None, "no endless search"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "text", "effect", "_why"), SIDES)
def test_evidence_takes_sides(said: str, text: str, effect: float | None, _why: str) -> None:
    domains = pl.DataFrame({"linking_domain": ["a"], "verdict": ["KEEP"], "evidence": [said]})
    links = pl.DataFrame({"referring_page": [""], "linking_domain": ["x"]})
    row = domain_rows(tidy_domains(domains), tidy_links(links))[0]
    assert row[COLUMNS.index("evidence")] == [[text, effect]]


DECISIONS = [  # decision, by, on, note, words
    ("KEEP", "Ann", "2026-11-25", "client of ours", "KEEP, by Ann on 2026-11-25: client of ours"),
    ("KEEP", None, None, None, "KEEP"),
    ("REVIEW", None, "2026-11-25", None, "REVIEW, on 2026-11-25"),
    ("DISAVOW", "Ann", None, "bought", "DISAVOW, by Ann: bought"),
    (None, "Ann", "2026-11-25", "not yet", None),
    ("", None, None, None, None),
]


@pytest.mark.parametrize(("what", "who", "when", "note", "words"), DECISIONS)
def test_decisions_are_told(
    what: str | None, who: str | None, when: str | None, note: str | None, words: str | None
) -> None:
    table = {"linking_domain": ["a"], "verdict": ["KEEP"], "decision": [what], "decided_by": [who],
             "decided_on": [when], "decision_note": [note]}  # fmt: skip
    links = pl.DataFrame({"referring_page": [""], "linking_domain": ["x"]})
    row = domain_rows(tidy_domains(pl.DataFrame(table)), tidy_links(links))[0]
    assert row[COLUMNS.index("decided")] == words


def test_other_parts_of_the_page_leave_less_for_details(
    domains: pl.DataFrame, links: pl.DataFrame
) -> None:
    found = domain_rows(tidy_domains(domains), tidy_links(links), taken=10**9)
    assert [row[COLUMNS.index("cut")] for row in found] == [1] * domains.height
