"""What a reader must know before he trusts a comparison of two runs, in sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from spamlinks.policy import Reason
from spamlinks.report.text import clean
from spamlinks.since.causes import said_of_vendors
from spamlinks.since.facts import Facts, site_host

__all__ = ["differing_settings", "notes_on"]

THINNER = 0.8
"""An export with this share of its former links, or less, is called thinner."""
_PRIOR_MOVE = 0.0005


def differing_settings(then: Facts, now: Facts) -> list[str]:
    """Name what makes scores or verdicts of two runs not one to one; [] where they are."""
    out = []
    if (then.model, then.model_digest) != (now.model, now.model_digest):
        if then.model == now.model:
            out.append(f"the model (two of the name {now.model})")
        else:
            out.append(f"the model ({_then_now(then.model, now.model)})")
    if then.situation != now.situation:
        out.append(f"the situation ({_then_now(then.situation, now.situation)})")
    if then.precision != now.precision:
        out.append(f"the precision ({_then_now(then.precision, now.precision)})")
    if abs((then.prior or 0.0) - (now.prior or 0.0)) > _PRIOR_MOVE:
        out.append(f"the prior ({_then_now(then.prior, now.prior)})")
    return out


def _then_now(then: object, now: object) -> str:
    return f"{'unknown' if then is None else then} then, {'unknown' if now is None else now} now"


def notes_on(then: Facts, now: Facts, table: pl.DataFrame) -> list[str]:
    """Say how far two runs can be compared, and what in the exports explains the changes.

    Parameters
    ----------
    then, now : the earlier and the later run.
    table : their domains, as ``changes.beside`` gives them.
    """
    return [
        *_on_the_site(then, now),
        *_on_the_settings(then, now),
        *_on_the_exports(then, now, table),
        *_on_what_is_known(then, now),
        *_on_new_domains(then, table),
        *_on_the_owner(then, now, table),
    ]


def _on_the_site(then: Facts, now: Facts) -> list[str]:
    before, after = site_host(then.site), site_host(now.site)
    if before is None or after is None:
        which = "earlier" if before is None else "later"
        return [f"The {which} run does not know its site; make sure that both are about one."]
    if before != after:
        return [f"The earlier run was about {before}, this one is about {after}."]
    return []


def _on_the_settings(then: Facts, now: Facts) -> list[str]:
    out = []
    differing = differing_settings(then, now)
    if then.version != now.version:
        differing.append(f"the program ({_then_now(then.version, now.version)})")
    if then.view != now.view:
        differing.append("what the exports show")
    if differing:
        out.append(f"Scores and verdicts are not one to one: {_listed(differing)} changed.")
    if then.view != now.view:
        out.append(f"The exports showed {then.view or 'unknown'}; now they show {now.view}.")
    return out


def _on_the_exports(then: Facts, now: Facts, table: pl.DataFrame) -> list[str]:
    if then.digests and then.digests == now.digests:
        return ["These are the same exports as then."]
    out = []
    gone = "gone" in set(table["change"])
    lost, gained = (
        then.vendors.keys() - now.vendors.keys(),
        now.vendors.keys() - then.vendors.keys(),
    )
    if lost:
        end = ": a domain that is gone may only not be listed here" if gone else ""
        out.append(f"No export of {said_of_vendors(frozenset(lost))} this time{end}.")
    if gained:
        names = said_of_vendors(frozenset(gained))
        out.append(f"No export of {names} then: what is new may only not have been listed.")
    for vendor in sorted(then.vendors.keys() & now.vendors.keys()):
        before, after = then.vendors[vendor], now.vendors[vendor]
        name = said_of_vendors(frozenset({vendor}))
        if after <= before * THINNER and before:
            out.append(
                f"The exports of {name} hold {after:,} links, {before:,} then: from a thinner "
                "export it does not follow that links are gone."
            )
        elif before <= after * THINNER and after:
            out.append(
                f"The exports of {name} hold {after:,} links, {before:,} then: what is new may "
                "only not have been listed."
            )
    return out


_IN_PART = {  # what is known in part -> the same where nothing of it is known
    "linking pages that could not be read": "the linking pages themselves",
    "linking pages that were not tried": "the linking pages themselves",
    "registrations that are not known": "registration dates of the linking domains",
    "whether Google knows the domains it does not list": "whether Google knows the links",
}
_OF_A_STORE = frozenset(list(_IN_PART)[:3])
"""A store leaves these open for some; that another run does not say so proves nothing."""


def _on_what_is_known(then: Facts, now: Facts) -> list[str]:
    """Compare the sentences on what was not looked at; such a sentence begins with its subject."""
    before, after = ([_subject(s) for s in run.not_looked_at] for run in (then, now))
    out = []
    known, unknown = _only_in(before, after), _only_in(after, before)
    if known and before:
        out.append(f"Known now and not then: {'; '.join(known)}.")
    if unknown and before:
        out.append(f"Known then and not now: {'; '.join(unknown)}.")
    return out + _on_the_store(then, now)


def _only_in(subjects: Sequence[str], others: Sequence[str]) -> list[str]:
    """Subjects that only one run leaves open; not a part of what the other leaves open."""
    return [
        subject
        for subject in subjects
        if subject not in others
        and subject not in _OF_A_STORE
        and _IN_PART.get(subject) not in others
    ]


def _on_the_store(then: Facts, now: Facts) -> list[str]:
    """What a store told one run and not the other, in one line."""
    before, after = then.looked_up, now.looked_up
    if not any(before) and any(after):
        many = sum(after)
        return [f"{_counts(after)} {'was' if many == 1 else 'were'} looked up since."]
    if any(before) and not any(after):
        return [f"{_counts(before)} had been looked up then; this time no store tells of them."]
    if before != after:
        return [f"Looked up now: {_counts(after)}; then: {_counts(before)}."]
    return []


def _counts(looked_up: tuple[int, int]) -> str:
    parts = zip(looked_up, ("linking page", "registration"), strict=True)
    return " and ".join(f"{n:,} {thing}{'' if n == 1 else 's'}" for n, thing in parts if n)


def _subject(sentence: str) -> str:
    text = re.split(r"[:;]", sentence, maxsplit=1)[0].rstrip(".")
    return text[:1].lower() + text[1:]


def _on_new_domains(then: Facts, table: pl.DataFrame) -> list[str]:
    if then.day is None:
        return []
    new = table.filter(pl.col("change") == "new")["first_seen_after"]
    old = int((new < then.day).sum())  # ISO days sort as text
    if not old:
        return []
    if old == 1:
        return [
            "1 new domain was first seen before the earlier run, whose exports did not list it."
        ]
    which = f"All {old:,}" if old == len(new) else f"{old:,} of {len(new):,}"
    return [
        f"{which} new domains were first seen before the earlier run, whose exports did not list "
        "them."
    ]


def _on_the_owner(then: Facts, now: Facts, table: pl.DataFrame) -> list[str]:
    out = []
    covered = (
        (pl.col("reason_after") == Reason.IN_LIVE_FILE.value)
        & (pl.col("reason_before") != Reason.IN_LIVE_FILE.value)
        & (pl.col("change") == "worse")
    )
    many = table.filter(covered).height
    if many:
        which = "1 domain counts" if many == 1 else f"{many:,} domains count"
        out.append(
            f"{which} as worse because your live file covers {'it' if many == 1 else 'them'} now."
        )
    if then.live is not None and now.live is None:
        out.append(f"The live file of then ({then.live[0]}) was not given this time.")
    return out


def _listed(parts: Sequence[str]) -> str:
    text = ", ".join(parts[:-1]) + " and " + parts[-1] if len(parts) > 1 else parts[0]
    return clean(text, 400)
