"""``docs/GENERATOR.md``: every kind with its numbers, where they come from, and caveats.

``python -m spamlinks.simulate.document docs/GENERATOR.md`` writes it; a test says when it is out of
date.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from spamlinks.errors import SpamlinksError
from spamlinks.files import write_atomic
from spamlinks.simulate import groups, looked_up, noise, owners, page_facts
from spamlinks.simulate.domains import ALIKE, PATTERNED, SPAM_TRUST
from spamlinks.simulate.hosts import NAMES
from spamlinks.simulate.indexes import INDEXES
from spamlinks.simulate.kinds import HONEST, SPAM, WEIGHTS, Kind
from spamlinks.simulate.sources import GROUPS, REFERENCES, source_of
from spamlinks.simulate.sources import TITLES as GROUP_TITLES

__all__ = ["render_document"]

COMMAND = "python -m spamlinks.simulate.document docs/GENERATOR.md"
_DECADES = (
    *("traffic", "external", "internal", "pages", "age_days"),
    *("words", "trade_words", "home_words", "home_external"),
)
_UNITS = {
    "traffic": "visits a month",
    "pages": "pages",
    "age_days": "days",
    "words": "words",
    "trade_words": "words",
    "home_words": "words",
}

_HEAD = f"""# The generator of link profiles

<!-- written by {COMMAND} -->

`spamlinks simulate` and `spamlinks.simulate.generate` draw link profiles from the kinds below. This
page states every number and where it comes from. Change `spamlinks/simulate/kinds.json`,
`names.json` or `sources.json`, then write it again with `{COMMAND}`.

**Almost all numbers are assumptions.** "after" names what they follow, which mostly describes and
does not count. Nothing was measured on labelled rows, and no vendor's verdict was looked at. So no
accuracy figure, no share of spam and no risk of an ending may be read from generated rows.

## How a profile is drawn

1. Each linking domain draws a class (`spam_share`) and a kind by the kind's share in its class.
2. Some domains join a **group**: they share a language, anchors, a title template, a form of
   paths, a target and, in a wave, a few weeks. Groups of spam are its networks. Two honest kinds
   look the same, on purpose: copies of one article, and copies of one product's login page.
3. It draws a name. The kind decides the mix of endings; with a pool of real names the name is
   taken as it is, and neighbours in the pool's order fall into one network.
4. One draw of **size** moves search visits (correlation of ranks about 0.75), rating (0.85), and
   less so links on the page and age. The kind says where they lie.
5. Pages scatter around their domain: links out, marks, dates, texts.
6. What fetching would find is drawn apart, from the page that the export shows: nearly the same
   links on another day, how the look-up ends, traces of the owner.
7. A vendor's mistakes are added, then, if asked for, missing blocks and wrong labels. These never
   look at the class.

A number pair "median x/÷ factor" is a log-normal distribution: two thirds lie within the factor.
"""

_CAVEATS = """## Caveats

- Kinds are cleaner than life: a real site is often half of two kinds.
- Every single column overlaps between the classes; a test holds that no column tells them apart.
- Titles, anchors and contexts are word lists put together. They have the shape of texts, not their
  meaning; lengths and languages are narrower than in real exports.
- Shares of kinds are no shares of any real profile, and differ widely between real profiles.
- The pages of a generated web say the trade words and the phrases of parked pages, directories and
  sellers that the reader of pages looks for. That it finds them there is no measure of how many it
  finds on real pages.
- The day of registration is drawn for each domain: networks registered on one day, and domains
  registered anew after a link, are not among them.
- A wave's days, a group's size and how much of its template it follows were found in no source.
- Labels of generated rows are certain, those of real rows are not: `label_noise` makes some wrong.
"""


def _share(value: float) -> str:
    return f"{100 * value:.4g} %"


def _value(kind: Kind, name: str) -> str:
    value = getattr(kind, name)
    if name in WEIGHTS:
        total = sum(value)
        parts = sorted(zip(value, WEIGHTS[name], strict=True), reverse=True)
        return ", ".join(f"{word} {100 * x / total:.2g} %" for x, word in parts if x > 0)
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        middle, spread = value
        if name in _DECADES:
            unit = _UNITS.get(name, "links")
            return f"median {10**middle:.3g} {unit} x/÷ {10**spread:.2g}"
        return f"mean {middle:g} ± {spread:g}"
    return _share(value)


def _kind(kind: Kind) -> Iterator[str]:
    yield f"### {kind.name}\n"
    yield f"{kind.sentence}\n"
    yield "| what | numbers | source |"
    yield "| --- | --- | --- |"
    for group, names in GROUPS.items():
        numbers = "<br>".join(f"`{name}` {_value(kind, name)}" for name in names)
        yield f"| {GROUP_TITLES[group]} | {numbers} | {source_of(kind.name, group)} |"
    yield ""


def _names() -> Iterator[str]:
    yield "## Names\n"
    yield "| mix | endings, weights | source |"
    yield "| --- | --- | --- |"
    for name, mix in NAMES["endings"].items():
        if "like" in mix:
            weights = f"as {mix['like']}"
        elif "weights" in mix:
            weights = ", ".join(f".{end} {weight:g}" for end, weight in mix["weights"].items())
        else:
            ends = mix["by_language"].items()
            weights = "; ".join(f"{code}: {words}" for code, words in ends)
        yield f"| {name} | {weights} | {mix['source']} |"
    marks = NAMES["marks"]
    for mark in ("hyphen", "digit"):
        honest, spam = marks[mark]["honest"], marks[mark]["spam"]
        numbers = f"honest names {_share(honest)}, spam names {_share(spam)}"
        yield f"| {mark} | {numbers} | {marks['source']} |"
    for group in ("words", "products"):
        texts = [text for key, text in NAMES[group].items() if key != "source"]
        yield f"| {group} | {'; '.join(texts)} | {NAMES[group]['source']} |"
    yield ""


def _settings() -> Iterator[str]:
    yield "## Groups, mistakes and vendors\n"
    yield "| what | numbers | source |"
    yield "| --- | --- | --- |"
    shared = (
        f"anchor {_share(groups.SHARED_ANCHOR)}, title {_share(groups.SHARED_TITLE)}, "
        f"path {_share(groups.SHARED_PATH)}, target {_share(groups.SHARED_TARGET)} of the links"
    )
    middle, spread = groups.SIZE
    size = f"median {10**middle:.0f} domains x/÷ {10**spread:.2g}"
    yield f"| size of a group | {size} | assumption; after no-data |"
    yield f"| what members share | {shared} | assumption; after google-spam |"
    alike = f"{_share(ALIKE)} of the variance of size (one owner) and of links out (all groups)"
    yield f"| how alike members are | {alike} | assumption; after no-data |"
    wave = "spread of 2 to 16 days"
    yield f"| a group's wave | {wave} | assumption: days to weeks; after google-disavow |"
    patterns = ", ".join(f"{_share(share)} with endings {end}" for end, share in PATTERNED.items())
    source = "assumption: who buys by the dozen names by a pattern; after lists"
    yield f"| networks with one pattern of names | {patterns} | {source} |"
    trust = f"{SPAM_TRUST:g} of an honest domain's of the same rating"
    yield f"| Trust Flow of spam | {trust} | assumption: seeds of trust are honest; after no-data |"
    yield (
        f"| `noise` 1 | another domain's figures {_share(noise.SWAPPED)}, visits unknown and shown "
        f"as zero {_share(noise.UNSEEN['traffic'])}, rating likewise "
        f"{_share(noise.UNSEEN['rating'])}, counts of an earlier visit {_share(noise.STALE)} | "
        "assumption; after no-data |"
    )
    yield (
        f"| `missing` m | each block of {', '.join(noise.HIDEABLE)} null for a share m of the "
        f"domains, single cells for {noise.CELLS:g} m | a setting |"
    )
    yield from _looking_up()
    yield "| `label_noise` s | `is_spam` wrong for a share s of the domains | a setting |"
    for vendor, index in INDEXES.items():
        yield (
            f"| index of {vendor} | knows {_share(index.domains)} of unrated domains and "
            f"{_share(index.links)} of their links; counts off by x/÷ {10**index.counts:.2g}, days "
            f"late {index.delay_days:g}, lost links unnoticed {_share(index.unnoticed)} | "
            "assumption; after the overlap of two exports, see `indexes.py` |"
        )
    yield ""


def _looking_up() -> Iterator[str]:
    chance = "assumption: chance alone, the same for both classes; after no-data"
    states = ", ".join(f"{name} {_share(share)}" for name, share in page_facts.STATES.items())
    gone = _share(page_facts.ABSENT)
    yield f"| how fetching ends | of domains: {states}; of pages: gone {gone} | {chance} |"
    living, lost = (_share(share) for share in page_facts.FOUND)
    yield (
        f"| links found | {living} of those shown as living, {lost} of those shown as lost; none "
        f"on parked pages and on {_share(page_facts.REPLACED)} of those that moved | {chance} |"
    )
    yield (
        f"| disagreement | place in the text {_share(page_facts.UNSURE)}, language "
        f"{_share(page_facts.UNSURE / 2)}; counts of links the same on six of ten pages, else "
        f"x/÷ {10**0.04:.2g}; redirects within the domain {_share(page_facts.HOPS)} | {chance} |"
    )
    parked, others = (_share(share) for share in page_facts.FOR_SALE)
    yield f"| for sale | {parked} of parked domains, {others} of other short pages | {chance} |"
    yield (
        f"| traces | {_share(owners.FOLLOWS)} of a group's members carry what it shares; ids of "
        f"strangers {_share(owners.STRANGERS)}, name servers of one's own "
        f"{_share(owners.OWN_SERVERS)}, parking service {_share(owners.PARKED_BY)} of parked "
        f"domains | {chance} |"
    )
    depths = ", ".join(f"{name} {_share(share)}" for name, share in looked_up.DEPTHS.items())
    yield f"| `hide_fetch` | of profiles: {depths} | a setting |"


def render_document() -> str:
    """Return the page as Markdown."""
    lines = [_HEAD, "## Sources\n", "| key | what it is |", "| --- | --- |"]
    lines += [f"| {key} | {text} |" for key, text in REFERENCES.items()]
    lines.append("")
    for title, kinds in (("Honest kinds", HONEST), ("Spam kinds", SPAM)):
        lines.append(f"## {title}\n")
        for kind in kinds:
            lines += _kind(kind)
    lines += _names()
    lines += _settings()
    lines.append(_CAVEATS)
    return "\n".join(lines)


def main() -> int:
    """Run ``python -m spamlinks.simulate.document FILE``."""
    path = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/GENERATOR.md")
    try:
        write_atomic(path, render_document().encode())
    except SpamlinksError as error:
        sys.stderr.write(f"spamlinks: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
