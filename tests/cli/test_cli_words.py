"""``spamlinks signals --words``: the word lists, to read and to load."""

from __future__ import annotations

import json

import pytest

from spamlinks.signals.lexicon import WORD_LISTS, word_lists


def test_words_of_one_trade(run) -> None:
    outcome = run("signals", "--words", "loans")
    assert (outcome.code, outcome.talk) == (0, "")
    text = outcome.data.decode()
    for found in word_lists("loans"):
        assert f"({found.language})" in text
        assert all(part in text for word in found.words for part in word.split())
    assert "gambling" not in text


def test_words_of_all_trades_as_json(run) -> None:
    outcome = run("signals", "--words", "all", "--format", "json")
    assert (outcome.code, outcome.talk) == (0, "")
    data = json.loads(outcome.data)
    assert tuple(data) == WORD_LISTS
    for trade, languages in data.items():
        assert [
            (found.language, list(found.words), list(found.stems)) for found in word_lists(trade)
        ] == [(language, entry["words"], entry["stems"]) for language, entry in languages.items()]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--words", "poetry"), "choose one of all, gambling"),
        (("--words", ""), "choose one of all, gambling"),
        (("--words", "loans", "--format", "xml"), "choose text or json"),
        (("--format", "json"), "it needs --words LIST"),
    ],
)
def test_what_there_is_not(run, arguments, message) -> None:
    outcome = run("signals", *arguments)
    assert outcome.code == 2
    assert outcome.data == b""
    assert message in " ".join(outcome.talk.replace("│", " ").split())


def test_without_words_the_signals_are_listed(run) -> None:
    assert b"anchor_trade_word" in run("signals").data
