"""Networks: linking domains that one operator seems to run, found from the exports alone.

Two kinds of traces must agree: domains that share a key of one kind and a key of another form a
group, such as one anchor under one title template. Groups that lie mostly inside each other become
one network. No label and no score enters; the cost is that of sorting the rows a few times.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import numpy.typing as npt
import polars as pl

from spamlinks.signals.declare import Direction, Signal
from spamlinks.signals.name_traces import own_labels
from spamlinks.signals.owner_traces import COLUMN, known_domains
from spamlinks.signals.pairing import commonest, shared_pairs
from spamlinks.signals.traces import KINDS, WEAK, members_possible, traces
from spamlinks.signals.words import TRADES

_Codes = npt.NDArray[np.uint32]
_Coded = tuple[_Codes, tuple[tuple[str, int], tuple[str, int]]]
_Named = tuple[_Codes, tuple[tuple[str, str], ...]]

__all__ = ["MIN_DOMAINS", "SIGNALS", "Networks", "find_networks", "network_signals"]

MIN_DOMAINS = 5
"""A group of fewer is chance."""


def _s(name: str, unit: str, high: float, direction: Direction, text: str) -> Signal:
    return Signal(name, 1, "network", unit, 0, high, direction, ("referring_page",), text, "domain")


SIGNALS: tuple[Signal, ...] = (
    _s("network_domains", "log10(1 + domains)", 6, 1, "{value} other domains of the same network"),
    _s("network_kinds", "kinds", 8, 1, "{value} kinds of evidence tie the domain to a network"),
)

_MAX_KEYS = 24
"""So many keys of one kind are compared for one domain, the commonest first: a site with more is
a big site, which shares something with everybody."""

_TOGETHER = 0.5
"""Groups of which so large a part lies in one network join it."""

_TELLING = frozenset({"name", "anchor", "title", "address", "owner"})
"""Kinds of which one shared key makes one network of two."""

_OF_ONE_EVENT = frozenset(
    {
        frozenset({"anchor", "moment"}),  # a page that makes news is linked to in one week
        frozenset({"shape", "moment"}),  # by blogs of one make
        frozenset({"shape", "address"}),  # a hoster sets up one program for all
        frozenset({"ending", "moment"}),
        frozenset({"ending", "shape"}),
        frozenset({"ending", "address"}),
        frozenset({"address", "moment"}),
        frozenset({"title", "moment"}),  # one article, taken over by many
        frozenset({"list", "moment"}),
        frozenset({"list", "shape"}),
        frozenset({"list", "ending"}),
        # An agency gives its clients one id, one server, one program and one day of launch.
        *(frozenset({"owner", kind}) for kind in ("address", "servers", "shape", "moment")),
        *(
            frozenset({"servers", kind})
            for kind in ("address", "ending", "list", "shape", "moment")
        ),
    }
)
"""Pairs of kinds that agree without one operator."""

_LOOKED_UP = frozenset(COLUMN)
"""Kinds that are known of some domains only: they are compared among those."""

_RATE_FLOOR = 0.005
"""A part of a name must be shared by so large a share of the names under its ending, at least: in
a large profile honest names share a word by chance."""

_MIN_SHARE, _MIN_LIFT = 0.4, 3.0
"""A weak kind agrees where so many of the group have it, and so much more often than the others.
Names that share a word agree with the rest where so many of them have it: many sites of one field
have its word in their name."""


@dataclass(frozen=True, slots=True)
class Networks:
    """What was found.

    Attributes
    ----------
    of : network of each linking domain by its code, shape (n_domains,), int32; -1 for none.
    kinds : number of kinds of evidence that tie the domain to it, shape (n_domains,), int8.
    evidence : one row per network and shared key: ``network``, ``kind``, ``key``, ``domains``.
    looked_at : kinds of evidence that the columns allowed.
    """

    of: npt.NDArray[np.int32]
    kinds: npt.NDArray[np.int8]
    evidence: pl.DataFrame
    looked_at: tuple[str, ...] = field(default=())

    @property
    def sizes(self) -> npt.NDArray[np.int64]:
        """Domains of each network."""
        return np.bincount(self.of[self.of >= 0], minlength=0)


def find_networks(
    frame: pl.DataFrame,
    hosts: pl.DataFrame,
    trades: tuple[str, ...] = TRADES,
    own: tuple[str, ...] = (),
) -> Networks:
    """Find the networks among the linking domains.

    Parameters
    ----------
    frame, trades, own : as for ``traces.traces``.
    hosts : one row per host with ``_domain``, as in ``kernel.Tables``.

    Returns
    -------
    Networks, numbered from 0, the largest first; the same whatever the order of the rows.
    """
    domains = hosts.unique("_domain", keep="first", maintain_order=True).sort("_domain")
    possible = domains.filter(members_possible(domains))
    found = traces(frame, possible, trades, own)
    total = max(possible.height, 1)
    # One name under several endings is one owner's, and counts once.
    once = possible.select("_domain", owner=own_labels(possible).rank("dense"))
    pairs = {
        kind: _worth_comparing(found[kind].join(once, on="_domain"))
        for kind in KINDS
        if kind in found
    }
    pairs["name"] = _beyond_chance(pairs["name"], found["name"], possible)
    known = {
        kind: known_domains(frame, kind).join(once, on="_domain", how="semi")
        for kind in pairs
        if kind in _LOOKED_UP
    }
    groups = list(_groups(pairs, total, known))
    texts = {kind: _texts(found[kind], groups, kind) for kind in pairs}
    named = [
        (members, tuple((kind, texts[kind][code]) for kind, code in shared))
        for members, shared in groups
    ]
    # Codes follow the order of the rows, names do not.
    names = domains["linking_domain"].fill_null("").rank("ordinal").to_numpy().astype(np.int64)
    return _assemble(named, names, tuple(pairs))


def _texts(pairs: pl.DataFrame, groups: Sequence[_Coded], kind: str) -> dict[int, str]:
    wanted = {code for _, shared in groups for k, code in shared if k == kind}
    return dict(
        _keys_of(pairs, pl.Series(sorted(wanted), dtype=pl.UInt64)).select("code", "key").rows()
    )


def _worth_comparing(pairs: pl.DataFrame) -> pl.DataFrame:
    """Keys that enough domains share: ``_domain``, ``owner``, ``code`` of the key, ``shared``."""
    coded = pairs.select("_domain", "owner", code=pl.col("key").hash(seed=0))
    counts = coded.group_by("code").agg(shared=pl.len()).filter(pl.col("shared") >= MIN_DOMAINS)
    kept = coded.join(counts, on="code")
    owners = kept.group_by("code").agg(pl.col("owner").n_unique())
    few = owners.filter(pl.col("owner") < MIN_DOMAINS)
    if few.height:
        kept = kept.join(few, on="code", how="anti")
    return commonest(kept, _MAX_KEYS)


def _beyond_chance(names: pl.DataFrame, pairs: pl.DataFrame, domains: pl.DataFrame) -> pl.DataFrame:
    """Parts of names that more share than chance gives in so large a profile."""
    sizes = domains.group_by("suffix").agg(of=pl.len())
    ending = pl.col("key").str.splitn(".", 2).struct.field("field_1").alias("suffix")
    chance = (
        _keys_of(pairs, names["code"])
        .with_columns(ending)
        .join(sizes, on="suffix", how="left")
        .select("code", floor=pl.col("of").fill_null(0) * _RATE_FLOOR)
    )
    return names.join(chance, on="code").filter(pl.col("shared") >= pl.col("floor")).drop("floor")


def _keys_of(pairs: pl.DataFrame, codes: pl.Series) -> pl.DataFrame:
    """The texts behind codes: ``code``, ``key``."""
    coded = pairs.select("key", code=pl.col("key").hash(seed=0))
    return coded.filter(pl.col("code").is_in(codes.unique().implode())).unique("code")


def _groups(
    pairs: Mapping[str, pl.DataFrame], total: int, known: Mapping[str, pl.DataFrame]
) -> Iterator[_Coded]:
    """Domains that share two keys of different kinds: (their codes, the two keys).

    ``known`` has the domains that a kind of ``_LOOKED_UP`` was looked up for.
    """
    for one, two in combinations(pairs, 2):
        if frozenset({one, two}) in _OF_ONE_EVENT:
            continue
        a, b = sorted((one, two), key=_telling_last)
        first, among = pairs[a], total
        if b in known:
            first = first.join(known[b], on="_domain", how="semi")
            first = first.with_columns(shared=pl.len().over("code"))
            among = known[b].height
        for table, members in shared_pairs(first, pairs[b], MIN_DOMAINS):
            inside = pl.col("n") / pl.col("n_a")
            agree = pl.lit(value=True)
            if a == "name":
                agree &= inside >= _MIN_SHARE
            if b in WEAK or b in known:
                outside = (pl.col("n_b") - pl.col("n") + 1) / (among - pl.col("n_a") + 2)
                agree &= inside >= _MIN_LIFT * outside
            if b in WEAK:
                agree &= inside >= _MIN_SHARE
            groups = table.with_row_index("at").filter(agree)
            for at, code, code_b in groups.select("at", "code", "code_b").iter_rows():
                # A copy, since a view would keep the members of all other groups alive.
                yield members[at].copy(), ((a, code), (b, code_b))


def _telling_last(kind: str) -> tuple[bool, bool, bool]:
    """Order of two kinds: names first, and what must be commoner among the others' last."""
    return kind in WEAK, kind in _LOOKED_UP, kind != "name"


def _assemble(
    groups: Sequence[_Named],
    names: npt.NDArray[np.int64],
    looked_at: tuple[str, ...],
) -> Networks:
    """Join groups that lie inside each other, the largest first, and number what results.

    ``names`` has the place of each domain's name in the alphabet: it orders networks of one size.
    """
    of = np.full(len(names), -1, np.int64)
    order = sorted(range(len(groups)), key=lambda i: (-len(groups[i][0]), groups[i][1]))
    count = 0
    holder: dict[tuple[str, str], int] = {}  # network that a telling key led to first
    keys: dict[int, list[_Named]] = {}
    for place in order:
        members, shared = groups[place]
        here = of[members]
        taken = here[here >= 0]
        home = -1
        if len(taken):
            networks, sizes = np.unique(taken, return_counts=True)
            best = int(sizes.argmax())
            if sizes[best] >= _TOGETHER * len(members):
                home = int(networks[best])
        free = members[here < 0]
        if home < 0:
            if len(free) < MIN_DOMAINS:
                continue
            home = next((holder[key] for key in shared if key in holder), count)
            count = max(count, home + 1)
        of[free] = home
        for key in shared:
            if key[0] in _TELLING:
                holder.setdefault(key, home)
        keys.setdefault(home, []).append((members, shared))
    return _numbered(of, names, keys, count, looked_at)


def _numbered(
    of: npt.NDArray[np.int64],
    names: npt.NDArray[np.int64],
    keys: Mapping[int, list[_Named]],
    count: int,
    looked_at: tuple[str, ...],
) -> Networks:
    sizes = np.bincount(of[of >= 0], minlength=count)
    first = np.full(count, np.iinfo(np.int64).max)
    np.minimum.at(first, of[of >= 0], names[of >= 0])
    rank = np.lexsort((first, -sizes))
    number = np.empty(count, np.int32)
    number[rank] = np.arange(count, dtype=np.int32)
    out = np.where(of >= 0, number[of] if count else -1, -1).astype(np.int32)
    kinds = np.zeros((len(of), len(KINDS)), np.bool_)
    rows: list[tuple[int, str, str, int]] = []
    for home, parts in keys.items():
        seen: dict[tuple[str, str], list[_Codes]] = {}
        for members, shared in parts:
            inside = members[of[members] == home]
            for kind, key in shared:
                kinds[inside, KINDS.index(kind)] = True
                seen.setdefault((kind, key), []).append(inside)
        rows += [
            (int(number[home]), kind, key, len(np.unique(np.concatenate(codes))))
            for (kind, key), codes in seen.items()
        ]
    evidence = pl.DataFrame(
        rows,
        schema={"network": pl.Int32, "kind": pl.String, "key": pl.String, "domains": pl.Int64},
        orient="row",
    ).sort("network", "domains", "kind", "key", descending=[False, True, False, False])
    return Networks(out, kinds.sum(axis=1).astype(np.int8), evidence, looked_at)


def network_signals(networks: Networks) -> pl.DataFrame:
    """Size and certainty of each domain's network, by the domain's code.

    Returns
    -------
    float32 DataFrame of shape (n_domains, 2); 0 for a domain in no network.
    """
    sizes = np.append(networks.sizes, 1)[networks.of]  # -1 takes the last: alone
    return pl.DataFrame(
        {
            "network_domains": np.log10(sizes.astype(np.float64)).astype(np.float32),
            "network_kinds": networks.kinds.astype(np.float32),
        }
    )
