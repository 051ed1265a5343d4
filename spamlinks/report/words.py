"""The sentences of the report that depend on the run: the answer, and whether to act on it.

What is said about Google is third-party knowledge: the common reading of its public help pages
and of what its staff say in public. The report words it as such and quotes nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from spamlinks.report.text import clean, count, counted, number, percent

__all__ = [
    "SITUATIONS",
    "Advice",
    "advice",
    "caution",
    "confidence",
    "disavow_sentence",
    "headline",
    "presence",
    "promise",
    "second",
]


@dataclass(frozen=True, slots=True)
class Advice:
    """Whether to disavow in one situation: a short answer and its reasons; see also ``steps``."""

    situation: str
    answer: str
    reasons: tuple[str, ...]


SITUATIONS: dict[str, Advice] = {
    "none": Advice(
        "no manual action, no bought links, no wave that worries you",
        "Most likely not.",
        (
            "By the common reading of Google's public help pages, most sites never need a disavow "
            "file: spam that anybody can point at a site is found and ignored without it.",
            "The tool is widely understood to be meant for links that you, or somebody you paid, "
            "placed, and that led to a manual action or could.",
            "Disavowing an honest domain throws away what its links are worth. Missing a spam link "
            "usually costs nothing.",
        ),
    ),
    "attack": Advice(
        "many links appeared that nobody ordered",
        "Usually not, and never in a hurry.",
        (
            "By the common reading of what Google's staff say in public, waves of random spam "
            "links are ignored, also when a rival ordered them.",
            "A file is a reasonable caution when the links look like ones you could have placed "
            "yourself, or when a manual action came with them.",
        ),
    ),
    "bought": Advice(
        "links were bought or traded in the past",
        "Often yes, for the links that were placed for you.",
        (
            "Bought or traded links that pass value are the case the tool is widely understood to "
            "be made for.",
            "This program sees patterns, not invoices: it cannot know which links were paid for. "
            "Add the ones you know of by hand.",
        ),
    ),
    "manual-action": Advice(
        "Search Console shows a manual action for unnatural links",
        "Yes, as one step of the clean-up.",
        (
            "By the common reading of Google's public help pages, reviewers want to see an effort "
            "to remove the links first; a file alone is said to be rarely enough.",
            "Which links were meant is not always told. That is why more domains are shown here "
            "than in the other situations.",
        ),
    ),
}
"""Advice by the value of ``--situation``."""


def advice(situation: object) -> Advice:
    """Return the advice for a situation; an unknown one gets that of ``none``."""
    return SITUATIONS.get(str(situation), SITUATIONS["none"])


def caution(
    situation: object, verdicts: Mapping[str, int], decided: int = 0, first: str = ""
) -> str:
    """Say where the verdicts alone would mislead in this situation; "" where they do not.

    Parameters
    ----------
    decided : how many of those marked DISAVOW people decided; they need no such word.
    first : what the steps begin with, as ``head.start_with`` says it.
    """
    disavowed = verdicts["DISAVOW"]
    if disavowed > decided and advice(situation) is SITUATIONS["none"]:
        return (
            "The domains marked DISAVOW are spam as far as the model can tell. That alone is no "
            "reason to upload a file: they are candidates, for the case that you decide to."
        )
    if not disavowed and _has_cause(situation):
        ways = ["go through the unclear ones"] if verdicts["REVIEW"] else []
        ways += ["look at the networks that are named below"] if first else []
        ways.append("add the links you know of")
        todo = f"{', '.join(ways[:-1])}, and {ways[-1]}" if len(ways) > 1 else ways[0]
        return (
            "No domain here is certain enough for a file. In this situation that does not prove "
            f"the links to be fine: {todo}."
        )
    return ""


def _has_cause(situation: object) -> bool:
    """Whether the user knows of a reason to act that the links alone do not show."""
    return str(situation) in ("bought", "manual-action")


def headline(
    verdicts: Mapping[str, int], situation: object = "none", covered: int = 0, decided: int = 0,
    *, addresses: bool = False,
) -> str:  # fmt: skip
    """Say the result in one sentence, which agrees with the advice for the situation.

    Parameters
    ----------
    covered : how many of those marked DISAVOW the live file has already.
    decided : how many of those marked DISAVOW people decided.
    addresses : nothing but addresses was known, see ``head.only_addresses``.

    >>> headline({"DISAVOW": 3, "REVIEW": 9, "KEEP": 400})
    '3 of 412 domains are certain enough for a disavow file, should you need one.'
    >>> headline({"DISAVOW": 3, "REVIEW": 9, "KEEP": 400}, "bought", covered=1)
    '3 of 412 domains are worth disavowing, 1 of them in your live file already.'
    >>> headline({"DISAVOW": 0, "REVIEW": 0, "KEEP": 412})
    'Nothing to do: none of 412 domains is worth disavowing.'
    >>> headline({"DISAVOW": 0, "REVIEW": 9, "KEEP": 403}, "manual-action")
    'Nothing is certain: none of 412 domains is sure enough to disavow.'
    >>> headline({"DISAVOW": 0, "REVIEW": 0, "KEEP": 412}, addresses=True)
    'Nothing found by addresses alone among 412 linking domains.'
    >>> headline({"DISAVOW": 3, "REVIEW": 9, "KEEP": 400}, decided=2)
    '3 of 412 domains are to be disavowed, 2 of them because you decided so.'
    """
    flagged, total = verdicts["DISAVOW"], sum(verdicts.values())
    if not total:
        return "Nothing to do: there are no links to judge."
    if not flagged:
        of = f"none of {count(total)} domains is" if total > 1 else "the one linking domain is not"
        if addresses:
            return f"Nothing found by addresses alone among {counted(total, 'linking domain')}."
        if _has_cause(situation):
            return f"Nothing is certain: {of} sure enough to disavow."
        return f"Nothing to do: {of} worth disavowing."
    if covered >= flagged:
        text = "Nothing to add: your live file already covers"
        if total == 1:
            return f"{text} the one linking domain."
        if flagged == total:
            return f"{text} all {count(total)} domains."
        of = f"{count(flagged)} of {count(total)} domains"
        return f"{text} {of}, and no other is certain enough."
    some = f"{count(flagged)} of {count(total)} domains {_be(flagged)}"
    of = some if total > 1 else "The one linking domain is"
    known = f", {count(covered)} of them in your live file already" if covered else ""
    if decided:
        whose = "" if decided >= flagged else f" {count(decided)} of them"
        return f"{of} to be disavowed{known},{whose} because you decided so."
    if _has_cause(situation):
        return f"{of} worth disavowing{known}."
    return f"{of} certain enough for a disavow file{known}, should you need one."


def second(verdicts: Mapping[str, int]) -> str:
    """Say what the other verdicts mean for the reader, in one sentence."""
    unclear = verdicts["REVIEW"]
    if not sum(verdicts.values()):
        return "See below what happened to each record of the files."
    if not unclear:
        return "No domain is unclear."
    return (
        f"{count(unclear)} {'is' if unclear == 1 else 'are'} unclear: the evidence does not "
        "suffice for a verdict. Unclear domains are never written to the file."
    )


def disavow_sentence(disavow: Mapping[str, Any]) -> str:
    """Say what was written to the disavow file, or why nothing was."""
    if not disavow.get("written"):
        why = disavow.get("why_not") or "there was nothing to put into it"
        return f"No disavow file was written: {str(why).rstrip('.')}."
    entries, new, kept = (int(disavow.get(name) or 0) for name in ("entries", "new", "kept"))
    path = disavow.get("path") or "disavow.txt"
    noun = "entry" if entries == 1 else "entries"
    text = f"{path} holds {count(entries)} {noun}: {count(new)} new"
    if kept:
        return f"{text}, {count(kept)} from your live file. An upload replaces the list in use."
    return (
        f"{text}. An upload replaces the list in use: if you uploaded one before, merge it first "
        "(--disavow)."
    )


def presence(run: Mapping[str, Any]) -> str:
    """Say how many flagged domains Google does not list, or why nobody can tell; "" if neither.

    >>> presence({"search_console": {"given": True, "why_not": None, "not_listed": 24}})
    '24 flagged domains are not in Search Console: no entry is needed for them.'
    """
    said = run.get("search_console")
    if not isinstance(said, Mapping) or not said.get("given"):
        return ""
    if said.get("why_not"):
        why = clean(said["why_not"], 200)
        return f"Your Search Console export cannot tell which domains Google does not know: {why}."
    many = said.get("not_listed")
    if not isinstance(many, int) or not many:
        return ""
    text = f"{count(many)} flagged {'domain is' if many == 1 else 'domains are'} not in "
    if _has_cause(run.get("situation")):
        return text + "Search Console: its list is a sample, so look at them."
    return text + f"Search Console: no entry is needed for {'it' if many == 1 else 'them'}."


def confidence(grade: object) -> str:
    """Say how sure the layout of an export is; a grade that is not known as it is.

    >>> confidence("A"), confidence("D"), confidence("G"), confidence("M")
    ('supported', 'unconfirmed layout', 'columns guessed', 'columns as you said')
    """
    return _CONFIDENCE.get(str(grade), number(grade))


_CONFIDENCE = {
    "A": "supported",
    "B": "supported",
    "C": "unconfirmed layout",
    "D": "unconfirmed layout",
    "G": "columns guessed",
    "M": "columns as you said",
}


def promise(precision: object, disavowed: int, *, measured: bool = True) -> str:
    """Say what the asked-for precision means for this list.

    Parameters
    ----------
    measured : whether the model brings error figures for exports of this kind.
    """
    if not isinstance(precision, int | float):
        return "The run does not state the precision its verdicts were cut at."
    text = (
        f"The cut for DISAVOW was asked to keep a precision of {percent(precision)}: of 100 "
        f"domains marked so, no more than {percent(1 - precision)[:-2]} should be honest ones. "
    )
    text += (
        "It was measured on other sites than yours."
        if measured
        else "That is an aim here, not a measured rate."
    )
    if disavowed:
        wrong = round(disavowed * (1 - precision))
        some = f"about {count(wrong)} mistakes" if wrong > 1 else "about one mistake at most"
        text += f" For the {count(disavowed)} here that means {some}: read the list before you "
        text += "upload it."
    return text


def _be(many: int) -> str:
    return "is" if many == 1 else "are"
