"""Texts are data: every signal and placeholder is covered, and a language needs no code."""

from __future__ import annotations

import json
from pathlib import Path
from string import Formatter

import pytest

from spamlinks.errors import InputError
from spamlinks.explanations.effects import GROUPS
from spamlinks.explanations.google_policy import _RULES
from spamlinks.explanations.job import explain_in
from spamlinks.explanations.page import lines_of
from spamlinks.language import Texts, languages, load_texts
from spamlinks.model.explain import Effect
from spamlinks.model.sentences import sentence, statement
from spamlinks.model.views import VIEW_TEXT
from spamlinks.pipeline import Audit, Settings, audit
from spamlinks.policy import REASON_TEXT, Reason, reason_text
from spamlinks.signals.kernel import SIGNALS

ENGLISH = load_texts()
NUMBERED = ("share", "quantile", "quantile in file", "ratio", "log10 ratio", "quantile gap")


def names(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("name", SIGNALS)
def test_every_signal_has_its_forms(name: str) -> None:
    """A signal that was added needs its sentences in data/texts/en.json."""
    forms = ENGLISH.group(f"signals.{name}")
    unit = SIGNALS[name].unit
    if unit in ("flag", "log-odds"):
        assert {"yes", "no", "unknown"} == set(forms)
        assert forms["yes"] != forms["no"]
        assert names(forms["yes"]) | names(forms["no"]) <= {"suffix"}
    else:
        assert {"many", "unknown"} <= set(forms) <= {"many", "one", "none", "unknown"}
        assert ("one" in forms) == (unit not in NUMBERED)
        assert names(forms["many"]) == {"value"}
        assert not names(forms.get("one", "")) | names(forms.get("none", ""))
    for text in forms.values():
        assert text
        assert " | " not in text
        assert " (" not in text or unit == "flag", "what is usual stands in brackets"
        assert not text.endswith(".")


def test_no_text_is_for_a_signal_that_is_gone() -> None:
    assert {key.partition(".")[0] for key in ENGLISH.group("signals")} == set(SIGNALS)


def test_groups_rules_and_reasons_have_their_words() -> None:
    assert set(ENGLISH.group("groups")) == set(GROUPS)
    assert {key for key, _, _ in _RULES} == set(ENGLISH.group("policy.category"))
    assert {why for _, why, _ in _RULES} == set(ENGLISH.group("policy.because"))
    assert ENGLISH.group("views") == VIEW_TEXT
    reasons = ENGLISH.group("reasons")
    look = reasons.pop("NOT_IN_SEARCH_CONSOLE_REVIEW")
    assert look == reason_text(Reason.NOT_IN_SEARCH_CONSOLE, "REVIEW")
    assert reasons == {reason.value: text for reason, text in REASON_TEXT.items()}


VALUES = [0.0, 1.0, 0.37, 3.2, float("nan"), -2.5]


def made_up(folder: Path) -> Texts:
    """A language of shouted words, with its own marks in numbers."""

    def shout(text: str) -> str:
        out = ""
        for literal, name, _, _ in Formatter().parse(text):
            out += literal.upper().replace("{", "{{").replace("}", "}}")
            out += f"{{{name}}}" if name is not None else ""
        return out

    tree: dict[str, object] = {}
    for key, text in ENGLISH.entries.items():
        at = tree
        *above, last = key.split(".")
        for part in above:
            at = at.setdefault(part, {})  # type: ignore[assignment]
        at[last] = shout(text)
    tree["format"] = {"thousands": ".", "decimal": ",", "percent": "{value} %"}
    (folder / "xx.json").write_text(json.dumps(tree), "utf-8")
    return load_texts("xx", folder)


@pytest.mark.parametrize("name", SIGNALS)
def test_another_language_says_every_value_of_every_signal(name: str, tmp_path: Path) -> None:
    texts = made_up(tmp_path)
    for value in VALUES:
        said = statement(name, value, "SHOP", texts)
        assert said == said.upper()
        assert "{" not in said


def test_another_language_explains_without_code(simulated: Audit, tmp_path: Path) -> None:
    texts = made_up(tmp_path)
    name = simulated.domains["linking_domain"][0]
    found = explain_in(simulated, name, texts=texts)
    lines = list(lines_of(found, 80))
    assert "FROM THE SIGNALS TO THE SCORE" in lines
    shouted = [line for line in lines if line == line.upper()]
    assert len(shouted) > 0.7 * len(lines), "addresses and verdicts stay as they are"
    told = str((found.network or {}).get("description", "")).partition(", ")[2]
    why = found.why.replace(told, "").replace(str((found.network or {}).get("id")), "")
    assert why == why.upper(), "what a network shares is told as run.json tells it"
    said = [e.text for e in found.effects.effects if e.signal != "tld_risk"]  # it names the ending
    assert said == [text.upper() for text in said]
    assert found.to_dict()["language"] == "xx"
    assert texts.number(1234.5, 1) == "1.234,5"
    assert texts.percent(0.5) == "50 %"
    assert explain_in(simulated, name).why != found.why


def test_what_a_language_leaves_out_is_english(tmp_path: Path) -> None:
    (tmp_path / "de.json").write_text('{"unknown": "unbekannt: {what}"}', "utf-8")
    texts = load_texts("de", tmp_path)
    assert sentence(Effect("domain_age_days", float("nan"), 0.1), texts=texts) == (
        "unbekannt: domain age (+0.1)"
    )
    assert languages(tmp_path) == ("en", "de")


BAD = [  # text of the file, what the message names
    ('{"nonsense": "x"}', "nonsense"),
    ('{"unknown": "{other}"}', "{other}"),
    ('{"unknown": "{what.__class__}"}', "{what.__class__}"),
    ('{"unknown": "{what!r}"}', "{what}"),
    ('{"unknown": "{"}', "unknown"),
    ('{"unknown": 3}', "unknown"),
    ('["x"]', "no object"),
    ("{", "cannot be read"),
    (json.dumps({"a": {"b": {"c": {"d": {"e": {"f": {"g": "x"}}}}}}}), "no text"),
]


@pytest.mark.parametrize(("text", "named"), BAD)
def test_a_bad_file_of_texts_is_refused(text: str, named: str, tmp_path: Path) -> None:
    (tmp_path / "de.json").write_text(text, "utf-8")
    with pytest.raises(InputError) as error:
        load_texts("de", tmp_path)
    assert named in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", ["../en", "", "EN", "en/../en", "zz", "x" * 500])
def test_only_a_language_that_is_there_can_be_asked_for(name: str) -> None:
    with pytest.raises(InputError, match="Use one of en"):
        load_texts(name)


def test_values_with_braces_stay_as_they_are() -> None:
    assert ENGLISH.say("unknown", what="{value} {0} {x.y}") == "not known: {value} {0} {x.y}"


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Audit:
    from spamlinks.simulate import simulate

    path = tmp_path_factory.mktemp("language") / "links.csv"
    simulate(600, path, vendor="ahrefs", seed=4, spam_share=0.3)
    return audit([path], Settings(), inside=True)
