"""What a table nobody has described seems to be: by the look of its cells and the words above them.

A guess is a proposal. It is shown with its reasons, and used only when the user accepts it. There
is none without a column of linking pages or domains, and none where several columns could be it:
links that lead out of the user's own pages look the same as links that lead in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from spamlinks.exports.catalog import normalise_header
from spamlinks.exports.cells import DELIMITERS, first_records, printable
from spamlinks.exports.match import HEADER_LINES, MAX_COLUMNS, Match
from spamlinks.exports.reading.source import Source
from spamlinks.exports.unknown.clues import known_field, roles
from spamlinks.exports.unknown.looks import Look, link_kind, look
from spamlinks.exports.unknown.mapped import by_mapping, usual_width
from spamlinks.exports.unknown.mapping import Mapping, is_position
from spamlinks.schema import FIELDS

__all__ = ["GUESSED", "Guess", "Reason", "guess"]

GUESSED = "G"
"""Confidence of a format that was guessed."""
RECORDS = 1000
"""Records that are looked at."""
MOST = 0.8
"""Share of a column's cells that must be of a kind for the column to be of it."""
MAX_LINE = 240
ONE_SITE = 0.9
"""Share of one domain above which a column of URLs is about one site."""
_OF_DATES = {"first": "first_seen", "last": "last_seen", "lost": "lost_at"}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a column is taken for something: its header or place, the field, a sentence."""

    column: str
    field: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Guess:
    """A proposal how to read a table.

    ``sure`` is "likely" when header and cells agree on the source, "possible" when only the cells
    speak. ``match`` is the table as it would be read.
    """

    mapping: Mapping
    match: Match
    reasons: tuple[Reason, ...]
    sure: str

    @property
    def clear(self) -> bool:
        """Whether it is more than a list of names: a telling header, or targets beside sources."""
        return self.sure == "likely" or "target_url" in self.mapping.columns.values()

    @property
    def line(self) -> str:
        """The proposal in one line, such as ``Source = referring_page, Dest = target_url``."""
        shown = [f"{printable(r.column)} = {r.field}" for r in self.reasons]
        while len(", ".join(shown)) > MAX_LINE:
            shown = [*shown[:-2], "..."]
        return ", ".join(shown)


@dataclass(slots=True)
class _Plan:
    """Columns with what each is taken for so far."""

    looks: list[Look]
    taken: dict[int, str] = field(default_factory=dict)

    def take(self, position: int, name: str) -> None:
        """Give a field its first column; a column keeps its first field."""
        parts = {"rel": {"rel_nofollow", "rel"}, "linking_domain": {"referring_page"}}
        key = name.partition(":")[0]
        fields = parts.get(key, set()) | {key}
        given = {n.partition(":")[0] for n in self.taken.values()}
        given |= {"rel_nofollow"} if "rel" in given else set()
        if position not in self.taken and not fields & given:
            self.taken[position] = name


def guess(source: Source) -> Guess | None:
    """Propose how to read a table that fits no known format, or None when nothing is clear.

    Up to 1,000 records of its beginning are looked at.
    """
    plans = [plan for delimiter in DELIMITERS for plan in [_plan(source, delimiter)] if plan]
    best = max(plans, key=lambda plan: (len(plan.taken), len(plan.looks)), default=None)
    if best is None:
        return None
    mapping = Mapping("guess", {best.looks[i].name: name for i, name in sorted(best.taken.items())})
    match = by_mapping(source, (mapping,))
    if match is None:
        return None
    reasons = tuple(_reason(best.looks[i], name) for i, name in sorted(best.taken.items()))
    place = next(i for i, n in best.taken.items() if n in ("referring_page", "linking_domain"))
    sure = "likely" if best.looks[place].vote == "source" else "possible"
    entry = replace(match.format, kind="table", generation="guess", confidence=GUESSED)
    return Guess(mapping, replace(match, format=entry), reasons, sure)


def _plan(source: Source, delimiter: str) -> _Plan | None:
    rows = [row for row, _ in first_records(source, delimiter, RECORDS + HEADER_LINES) if row]
    width = usual_width(rows)
    rows = [row for row in rows if len(row) == width]
    if not 2 <= width <= MAX_COLUMNS:
        return None
    looks = [look(i, [row[i] for row in rows]) for i in range(width)]
    links = [shown.position for shown in looks if shown.share("url", "host") >= MOST / 2]
    first = next((n for n, r in enumerate(rows) if any(link_kind(r[i].strip()) for i in links)), -1)
    if source.part.container in ("json", "jsonl"):
        first = 1  # the keys stand in the first line, and "source.url" looks like a host
    if first < 0:
        return None
    header = max(rows[: min(first, HEADER_LINES)], key=_filled, default=None)
    if header is not None and _filled(header) * 2 <= width:
        header = None  # a title, padded with empty cells
    body = rows[first:]
    seen: set[str] = set()
    looks = []
    for i in range(width):
        name = f"#{i + 1}" if header is None else header[i]
        shown = look(i, [row[i] for row in body], name)
        key = normalise_header(name)
        shown.nameable = header is None or not (key in seen or not key or is_position(key))
        seen.add(key)
        looks.append(shown)
    for shown in looks:
        _vote(shown, header is not None)
    plan = _Plan(looks)
    return plan if _take_source(plan) and _take_others(plan) else None


def _filled(row: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in row)


def _vote(shown: Look, named: bool) -> None:
    """Let the header speak: ``field`` where all formats agree, else a role from its words."""
    if not named:
        return
    shown.means = known_field(shown.name)
    shown.roles = roles(shown.name)
    says = shown.roles & {"source", "target"}
    if shown.means in ("referring_page", "linking_domain"):
        shown.vote = "source"
    elif shown.means == "target_url":
        shown.vote = "target"
    elif len(says) == 1 and not shown.roles & {"anchor", "title"}:
        shown.vote = next(iter(says))


def _take_source(plan: _Plan) -> bool:
    """Find the one column of linking pages or domains, and the one of targets if there is any."""
    links = [
        shown
        for shown in plan.looks
        if shown.nameable
        and shown.share("url", "host") >= MOST
        and shown.filled * 2 >= shown.total
        and not (shown.means and shown.vote == "")
        and not shown.roles & {"anchor", "title"}
    ]
    voted = [shown for shown in links if shown.vote == "source"]
    targets = [shown for shown in links if shown.vote == "target"]
    found = [s for s in voted or links if s.vote != "target" and _several_sites(s)]
    if not found and len(voted) == 1 and len(targets) == 1 and targets[0].sites == 1:
        found = voted  # all links from one site: the headers must say which is which
    chosen = _clearest(found)
    if chosen is None:
        return False
    plan.take(
        chosen.position, "referring_page" if chosen.share("url") >= MOST / 2 else "linking_domain"
    )
    if not targets:
        targets = [s for s in links if s is not chosen and not s.vote and _one_site(s)]
        targets = targets if len(targets) == 1 else [s for s in targets if s.share("url") >= MOST]
    if len(targets) == 1 or (targets and targets[0].vote):
        plan.take(targets[0].position, "target_url")
    return True


def _several_sites(shown: Look) -> bool:
    """Own pages are on one site; names with an unknown ending may be files, such as a.jpg."""
    named = shown.vote == "source"
    if shown.share("url") < MOST / 2 and shown.known_suffixes * 2 < shown.filled and not named:
        return False
    return shown.sites > 1 and (named or not _one_site(shown))


def _one_site(shown: Look) -> bool:
    return shown.top_share >= ONE_SITE


def _clearest(found: Sequence[Look]) -> Look | None:
    """Choose among columns that may be the source; None when it is not clear which one is."""
    pages = [shown for shown in found if shown.share("url") >= MOST / 2]
    if pages and len(pages) < len(found):
        most = max(shown.sites for shown in found)
        if most > 2 * max(shown.sites for shown in pages):
            return None
        found = pages
    if len(found) < 2:
        return found[0] if found else None
    first, second = sorted(found, key=lambda shown: -shown.sites)[:2]
    if first.sites >= 2 * second.sites:
        return first
    if found[0].vote == "source":
        return found[0]  # the headers call several so, such as the page and its canonical form
    return None


def _take_others(plan: _Plan) -> bool:
    """Add what headers and cells agree on besides; always True."""
    for shown in plan.looks:
        name = shown.means or _by_role(shown)
        if shown.nameable and shown.filled and name and _fits(shown, name):
            plan.take(shown.position, name)
    for shown in plan.looks:
        if shown.nameable and shown.share("rel") >= MOST and shown.has_rel_words:
            words = shown.share("flag") >= MOST  # nofollow or dofollow: of ugc it says nothing
            plan.take(shown.position, "rel_nofollow" if words else "rel")
    return True


def _by_role(shown: Look) -> str:
    says = shown.roles
    if "target" in says and says & {"anchor", "title", "last", "first"}:
        return ""  # a title of the target, a visit of it
    if shown.share("date") >= MOST:
        when = says & {"first", "last", "lost"}
        return _OF_DATES[next(iter(when))] if len(when) == 1 else ""
    if says & {"nofollow", "follow"} and shown.share("flag") >= MOST:
        return "rel_nofollow" if "nofollow" in says else "rel_nofollow:inverted"
    if "rel" in says and shown.share("rel") >= MOST:
        return "rel"
    if "title" in says and "anchor" not in says:
        return "referring_page_title"
    return "anchor_text" if "anchor" in says else ""


def _fits(shown: Look, name: str) -> bool:
    """Whether the cells are of the field's type; text takes any but numbers and dates."""
    if name == "rel":
        return True
    entry = FIELDS.get(name.partition(":")[0])
    if entry is None or name in ("referring_page", "target_url"):
        return False  # decided by all columns together
    kind = str(entry.dtype)
    if kind == "Date":
        return shown.share("date") >= MOST
    if kind == "Boolean":
        return shown.share("flag") >= MOST
    if kind != "String":
        return shown.share("number") >= MOST
    return shown.share("number", "date") < MOST


def _reason(shown: Look, name: str) -> Reason:
    count = f"{shown.filled:,} cell{'' if shown.filled == 1 else 's'}"
    if name in ("referring_page", "linking_domain", "target_url"):
        kind = "URLs" if shown.share("url") >= MOST / 2 else "host names"
        good = shown.kinds["url"] + shown.kinds["host"]
        cells = f"{good:,} of {shown.filled:,} cells are {kind}"
        if name == "target_url" and _one_site(shown):
            share = round(100 * shown.top_share)
            cells += f", {'all' if share == 100 else f'{share} %'} of them on "
            cells += printable(shown.top_site, 60)
        else:
            cells += f" on {shown.sites:,} domain{'' if shown.sites == 1 else 's'}"
        header = {"source": "source", "target": "target"}.get(shown.vote, "")
        return Reason(shown.name, name, cells + (f"; the header says {header}" if header else ""))
    known = "the header is known" if shown.means else "the header says so"
    if name in ("rel", "rel_nofollow") and not shown.roles & {"rel", "nofollow"}:
        return Reason(shown.name, name, f"{count} are words such as nofollow")
    return Reason(shown.name, name, f"{known}; {count} fit")
