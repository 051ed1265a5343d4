"""What the reader should do now, step by step: by the situation, and by what the run found.

As in ``words``: what is said about Google is the common reading of its public help, worded as such.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from spamlinks.report.head import recent_wave, start_with
from spamlinks.report.networks import read_networks
from spamlinks.report.parts import part, whole
from spamlinks.report.spikes import latest_spike
from spamlinks.report.text import clean, count

__all__ = ["steps"]


@dataclass(frozen=True, slots=True)
class _Found:
    """What the steps depend on; ``file`` is "" where none was written."""

    disavow: int
    review: int
    file: str
    merged: bool
    networks: int
    spike: str
    site: str
    wave: str
    first: str


def steps(run: Mapping[str, Any], verdicts: Mapping[str, int]) -> list[str]:
    """List what to do now, in order, two steps or more.

    Parameters
    ----------
    verdicts : number of domains per verdict, all three present.
    """
    disavow = part(run, "disavow")
    networks = read_networks(run)
    found = _Found(
        disavow=verdicts["DISAVOW"],
        review=verdicts["REVIEW"],
        file=clean(disavow.get("path") or "disavow.txt", 120) if disavow.get("written") else "",
        merged=bool(whole(disavow.get("kept"))),
        networks=len(networks.cards) + networks.not_listed,
        spike=latest_spike(run),
        site=clean(run.get("site"), 120),
        wave=recent_wave(run),
        first=start_with(run),
    )
    return _BY_SITUATION.get(str(run.get("situation")), _none)(found)


_LOOK = (
    "Look into Search Console for a manual action: in the menu, Security & Manual Actions, then "
    "Manual actions."
)


def _none(found: _Found) -> list[str]:
    out = [f"{_LOOK} Without one, stop here: doing nothing is a sound answer."]
    if found.wave:
        out.append(
            f"If {found.wave} worries you, see when links came, below, and run again with "
            "--situation attack."
        )
    if found.disavow:
        out.append(
            "Only if you know of links that you, or somebody you paid, placed: read "
            f"{_marked(found.disavow, 'DISAVOW')} below and keep in the file what you would defend."
        )
        out += _upload(found)
    else:
        out.append("There is nothing to upload. Keep this report to compare the next run with.")
    return out


def _attack(found: _Found) -> list[str]:
    wave = (
        f"the {found.spike[0].lower()}{found.spike[1:]}" if found.spike else "the date of the wave"
    )
    out = [
        f"Compare {wave} with your search traffic: a drop often has another cause.",
        f"{_LOOK} Without one, waiting is a sound answer.",
    ]
    if found.networks:
        what = "the network" if found.networks == 1 else f"the {count(found.networks)} networks"
        out.append(f"Look at {what} below first: what came together can be decided together.")
    if found.disavow:
        out.append(
            f"If you still want a file, read {_marked(found.disavow, 'DISAVOW')} and leave "
            "everything else alone."
        )
        out += _upload(found)
    out.append("Run the audit again with a fresh export in about four weeks, and compare.")
    return out


def _bought(found: _Found) -> list[str]:
    out = [
        "List the links that you know were bought or traded: invoices, e-mails, the agency of "
        "that time. No program can see them.",
        "Ask for their removal, or for rel=sponsored, where you can. Links already marked "
        "nofollow, ugc or sponsored need no entry.",
    ]
    if found.disavow:
        out.append(
            f"Read {_marked(found.disavow, 'DISAVOW')} below; take out what you would not defend."
        )
    out += _first(found)
    if found.review:
        out.append(
            f"Go through {_marked(found.review, 'REVIEW')} with the person who bought the links."
        )
    return [*out, *_upload(found, known=True)]


def _manual_action(found: _Found) -> list[str]:
    out = [
        "Read the text of the manual action in Search Console, with its example links: they show "
        "what kind of link is meant.",
        "Have such links removed where you can, and write down whom you asked and when.",
    ]
    if found.disavow:
        out.append(
            f"Read {_marked(found.disavow, 'DISAVOW')} below; take out what you would not defend."
        )
    out += _first(found)
    if found.review:
        out.append(f"Decide on {_marked(found.review, 'REVIEW')} one by one.")
    out += _upload(found, known=True)
    out.append(
        "Send the reconsideration request in Search Console: what was wrong, what was removed, "
        "what was disavowed. run.json holds the hashes that make this run repeatable."
    )
    return out


def _first(found: _Found) -> list[str]:
    if not found.first:
        return []
    return [
        f"No network is marked DISAVOW. To find links that were placed for you, {found.first}; "
        "what you recognise, decide DISAVOW in domains.xlsx and run again with --decisions."
    ]


def _marked(many: int, verdict: str) -> str:
    one = f"the one domain marked {verdict}"
    return one if many == 1 else f"the {count(many)} domains marked {verdict}"


def _upload(found: _Found, *, known: bool = False) -> list[str]:
    """The last steps of a file; ``known``: the reader has links of their own to add."""
    if not found.file:
        return ["Write the links you know of into a disavow file, one a line."] if known else []
    own = "Add the links you know of to it. " if known else ""
    where = f"for {found.site} " if found.site else ""
    merge = "" if found.merged else (
        "An upload replaces the list in use: if there is one, download it first and run again "
        "with --disavow. "
    )  # fmt: skip
    return [f"{own}{merge}Then upload {found.file} {where}in Search Console's disavow tool."]


_BY_SITUATION = {
    "none": _none,
    "attack": _attack,
    "bought": _bought,
    "manual-action": _manual_action,
}
