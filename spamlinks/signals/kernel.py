"""The one kernel: backlinks in, a float32 matrix of signals out.

``encode`` gives every row integer codes (host, domain, anchor, ...) and builds the tables once
over the whole input; ``signals`` then turns any block of rows into a matrix, from the row itself
and the tables. Scoring, training and a cluster share these two functions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from spamlinks.errors import InputError
from spamlinks.signals import anchor, domain, fetched, host, networks, page, profile, text, url
from spamlinks.signals.declare import Signal
from spamlinks.signals.host import NameEvidence
from spamlinks.signals.hostname import HostNameModel
from spamlinks.signals.words import TRADES, foreign_trades
from spamlinks.urls import authorities, authority_expr, host_table, linking_domain

__all__ = [
    "BLOCK_ROWS",
    "SIGNALS",
    "Tables",
    "blocks",
    "encode",
    "networks_among",
    "networks_by_address",
    "signals",
]

Matrix = npt.NDArray[np.float32]

BLOCK_ROWS = 65536
MIN_RANK_ROWS = 100
"""Ranks within a file are given from this many rows on; below, a rank says too little."""

SIGNALS: dict[str, Signal] = {
    signal.name: signal
    for part in (host, url, page, domain, anchor, profile, text, networks, fetched)
    for signal in part.SIGNALS
}
"""Every signal by name, in the order of the matrix's columns."""

_INDEX = {name: i for i, name in enumerate(SIGNALS)}
_TEXT = text.SIGNALS[0].name
_NETWORK_SIGNALS = frozenset(s.name for s in networks.SIGNALS)
_PAIR_SIGNALS = frozenset(s.name for s in anchor.SIGNALS if s.place == "pair")


@dataclass(frozen=True, slots=True)
class Tables:
    """What is computed once over the whole input.

    ``hosts`` has one row per distinct host (as ``urls.host_table``, plus ``_host`` and
    ``_domain``). ``gather`` maps a code column to (signal column indices, float32 table);
    ``ranks`` maps a row signal to its sorted values and their mid-ranks in the file. ``trades``
    are the spam trades that are not the site's own; ``words`` is the bundle's model of texts;
    ``networks`` what was found of them, None where no signal of theirs was wanted.
    """

    columns: frozenset[str]
    hosts: pl.DataFrame
    gather: dict[str, tuple[list[int], Matrix]]
    ranks: dict[str, tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]]
    available: frozenset[str]
    trades: tuple[str, ...] = TRADES
    words: HostNameModel | None = None
    networks: networks.Networks | None = None


def _row_columns(frame: pl.DataFrame) -> pl.DataFrame:
    """Add the parts of the URL that the row expressions share."""
    page = pl.col("referring_page")
    return frame.hstack(url.paths(frame["referring_page"])).with_columns(
        _scheme_https=pl.when(page.str.contains("://", literal=True)).then(
            page.str.slice(0, 6).str.to_lowercase() == "https:"
        ),
    )


def _codes(frame: pl.DataFrame, key: str, code: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Give each distinct value of ``key`` (null included) a code; return (frame, values)."""
    values = frame.select(key).unique(maintain_order=True).with_row_index(code)
    coded = frame.join(values, on=key, how="left", nulls_equal=True, maintain_order="left")
    return coded, values


def encode(
    backlinks: pl.DataFrame,
    evidence: NameEvidence | None = None,
    *,
    brands: tuple[str, ...] = (),
    as_of: date | None = None,
    only: frozenset[str] | None = None,
) -> tuple[pl.DataFrame, Tables]:
    """Code the rows and build the tables.

    Parameters
    ----------
    backlinks : rows with a usable ``referring_page``; any other columns of ``schema.FIELDS``.
    evidence : learned host-name evidence of a model bundle.
    brands : the brand's names and the site's own label.
    as_of : day that ages are measured from; default ``export_date``, else the newest date.
    only : signals that are wanted; the others stay NaN and cost nothing. Default: all.

    Returns
    -------
    (frame, tables): the frame with code columns, in the order given.

    Raises
    ------
    InputError : a row has no usable host. Readers reject such rows before.
    """
    if "referring_page" not in backlinks.columns:
        raise InputError("backlinks", "the column referring_page is missing", "Add it.")
    columns = frozenset(c for c in backlinks.columns if not c.startswith("_"))
    known = frozenset(
        c for c in columns if backlinks[c].null_count() < backlinks.height or not backlinks.height
    )
    frame = backlinks.with_columns(_authority=authorities(backlinks["referring_page"]))
    frame, hosts = _host_codes(frame)
    frame = frame.with_columns(*page.given_columns(frame, known), _as_of=_as_of(frame, as_of))
    available = frozenset(
        s.name for s in SIGNALS.values() if s.available(known) and (only is None or s.name in only)
    )
    gather = {"_host": _table(host.host_signals(hosts, evidence))}
    targets = None
    if "target_url" in known:
        frame, targets = _codes(frame, "target_url", "_pair_target")
    main = _main_target(frame, targets)
    trades = foreign_trades([*brands, main])
    if "anchor_text" in known:
        frame, anchors = _codes(frame, "anchor_text", "_anchor")
        gather["_anchor"] = _anchor_table(frame, anchors, brands, trades)
        if targets is not None and not _PAIR_SIGNALS.isdisjoint(available):
            frame, gather["_pair"] = _pair_table(frame, anchors, targets)
    found = None
    if not _NETWORK_SIGNALS.isdisjoint(available):
        own = (*brands, _site_name(main))
        found = networks.find_networks(frame, hosts, trades, own)
    gather["_domain"] = _domain_table(frame, hosts, found, available)
    if "shape_domains" in available:
        frame, gather["_shape_code"] = _shape_table(frame)
    if "week_surge" in available:
        frame, gather["_week_code"] = _week_table(frame)
    present = known | {"_path", "_query", "_as_of"}
    gather = {code: _keep(part, available) for code, part in gather.items()}
    words = getattr(evidence, "text", None)
    tables = Tables(present, hosts, gather, {}, available, trades, words, found)
    return frame, _with_ranks(frame, tables)


def networks_among(
    frame: pl.DataFrame, tables: Tables, brands: tuple[str, ...] = ()
) -> networks.Networks:
    """The networks among coded rows, for whoever wants them though no signal of theirs is used.

    Parameters
    ----------
    frame, tables : as ``encode`` returned them.
    brands : as for ``encode``.
    """
    if tables.networks is not None:
        return tables.networks
    targets = None
    if "_pair_target" in frame.columns:
        targets = frame.select("target_url", "_pair_target").unique("_pair_target")
    own = (*brands, _site_name(_main_target(frame, targets)))
    return networks.find_networks(frame, tables.hosts, tables.trades, own)


def networks_by_address(frame: pl.DataFrame, tables: Tables) -> dict[str, Matrix]:
    """Signals of the networks that an export of nothing but page addresses would show.

    Whoever copies the anchor and the title of an honest site ties it to his own: that must not
    count as something its address says.

    Returns
    -------
    dict from each signal of networks to its values by ``_domain``, float32 of shape (n_domains,).
    """
    bare = frame.select("_domain", "referring_page")
    found = networks.find_networks(bare, tables.hosts, tables.trades)
    table = networks.network_signals(found)
    return {name: table[name].to_numpy() for name in table.columns}


def _main_target(frame: pl.DataFrame, targets: pl.DataFrame | None) -> str:
    """Host that most links point to; "" without targets."""
    if targets is None:
        return ""
    counts = frame["_pair_target"].value_counts()
    hosts = targets.select("_pair_target", host=authority_expr("target_url")).join(
        counts, on="_pair_target"
    )
    most = hosts.group_by("host").agg(pl.col("count").sum()).sort("count", "host")
    return str(most["host"][-1] or "") if most.height else ""


def _site_name(host: str) -> str:
    """The own name of a host, without its ending; "" for none."""
    return linking_domain(host).partition(".")[0] if host else ""


def _anchor_table(
    frame: pl.DataFrame, anchors: pl.DataFrame, brands: tuple[str, ...], trades: tuple[str, ...]
) -> tuple[list[int], Matrix]:
    table = anchor.anchor_signals(anchors["anchor_text"], brands, trades)
    spread = (
        anchors.select("_anchor")
        .join(profile.anchor_spread(frame), on="_anchor", how="left", maintain_order="left")
        .drop("_anchor")
    )
    known = anchors["anchor_text"].is_not_null()
    spread = spread.select(pl.when(known).then(pl.col(c)).alias(c) for c in spread.columns)
    return _table(pl.concat([table, spread], how="horizontal"))


def _pair_table(
    frame: pl.DataFrame, anchors: pl.DataFrame, targets: pl.DataFrame
) -> tuple[pl.DataFrame, tuple[list[int], Matrix]]:
    pairs = frame.select("_anchor", "_pair_target").unique(maintain_order=True)
    pairs = pairs.with_row_index("_pair")
    frame = frame.join(pairs, on=["_anchor", "_pair_target"], how="left", maintain_order="left")
    texts = pairs.select(
        anchor_text=anchors["anchor_text"].gather(pairs["_anchor"]),
        target_url=targets["target_url"].gather(pairs["_pair_target"]),
    )
    return frame, _table(anchor.pair_signals(texts))


def _shape_table(frame: pl.DataFrame) -> tuple[pl.DataFrame, tuple[list[int], Matrix]]:
    shape = (
        url.paths(frame["referring_page"])["_path"]
        .str.replace_all(r"[A-Za-z]+", "a")
        .str.replace_all(r"[0-9]+", "9")
        .hash(seed=0)
    )
    frame = frame.with_columns(_shape=shape)
    shapes = profile.shape_signals(frame).with_row_index("_shape_code")
    frame = frame.join(
        shapes.select("_shape", "_shape_code"), on="_shape", how="left", maintain_order="left"
    ).drop("_shape")
    return frame, _table(shapes.drop("_shape", "_shape_code"))


def _week_table(frame: pl.DataFrame) -> tuple[pl.DataFrame, tuple[list[int], Matrix]]:
    weeks = profile.day_signals(frame).with_row_index("_week_code")
    first = frame.select(_week=pl.col("first_seen").dt.truncate("1w"))
    codes = first.join(
        weeks.select("_week", "_week_code"), on="_week", how="left", maintain_order="left"
    )
    return frame.with_columns(codes["_week_code"]), _table(weeks.drop("_week", "_week_code"))


def _host_codes(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    parsed = host_table(frame["_authority"])
    bad = parsed.filter(pl.col("problem").is_not_null())
    if bad.height or frame["_authority"].null_count():
        shown = bad["authority"][0] if bad.height else ""
        raise InputError(
            "backlinks",
            f"{bad.height or 'some'} rows have no usable host: {shown!r}",
            "Read the export with read_backlinks, which rejects such rows.",
        )
    hosts = parsed.unique("host", keep="first", maintain_order=True).with_row_index("_host")
    domains = hosts.select("linking_domain").unique(maintain_order=True).with_row_index("_domain")
    hosts = hosts.join(domains, on="linking_domain", how="left", maintain_order="left")
    link = parsed.select("authority", "host", _has_port=pl.col("port").is_not_null()).join(
        hosts.select("host", "_host", "_domain"), on="host", how="left", maintain_order="left"
    )
    coded = frame.join(
        link.select("authority", "_host", "_domain", "_has_port"),
        left_on="_authority",
        right_on="authority",
        how="left",
        maintain_order="left",
    ).drop("_authority")
    return coded, hosts


def _as_of(frame: pl.DataFrame, as_of: date | None) -> pl.Expr:
    if as_of is not None:
        return pl.lit(as_of)
    dates = [
        c for c in ("last_seen", "last_crawled", "first_seen", "lost_at") if c in frame.columns
    ]
    newest = [d for d in (frame[c].max() for c in dates) if isinstance(d, date)]
    fallback = pl.lit(max(newest) if newest else None, dtype=pl.Date)
    if "export_date" in frame.columns:
        return pl.coalesce(pl.col("export_date"), fallback)
    return fallback


def _domain_table(
    frame: pl.DataFrame,
    hosts: pl.DataFrame,
    found: networks.Networks | None,
    available: frozenset[str],
) -> tuple[list[int], Matrix]:
    domains = hosts.unique("_domain", keep="first", maintain_order=True).sort("_domain")
    table = domains.select(
        "_domain", profile.affix_signals(domains["linking_domain"], domains["suffix"])
    ).join(profile.domain_signals(frame), on="_domain", how="left", maintain_order="left")
    if found is not None:
        table = table.hstack(networks.network_signals(found))
    for part in fetched.domain_tables(frame, domains, available):
        table = table.join(part, on="_domain", how="left", maintain_order="left")
    return _table(table.drop("_domain"))


def _table(part: pl.DataFrame) -> tuple[list[int], Matrix]:
    columns = [_INDEX[name] for name in part.columns]
    matrix = part.cast(pl.Float32).to_numpy().astype(np.float32, copy=False)
    low, high = _limits(columns)
    return columns, np.clip(matrix, low, high)


def _keep(part: tuple[list[int], Matrix], wanted: frozenset[str]) -> tuple[list[int], Matrix]:
    """Only the wanted columns of a table: the others are not worth carrying into every block."""
    names = list(SIGNALS)
    at = [i for i, column in enumerate(part[0]) if names[column] in wanted]
    return [part[0][i] for i in at], np.ascontiguousarray(part[1][:, at])


def _limits(columns: list[int]) -> tuple[Matrix, Matrix]:
    chosen = [list(SIGNALS.values())[i] for i in columns]
    return (
        np.array([s.low for s in chosen], np.float32),
        np.array([s.high for s in chosen], np.float32),
    )


def _row_part(block: pl.DataFrame, tables: Tables, only: frozenset[str]) -> pl.DataFrame:
    return block.select(
        expr.cast(pl.Float32).clip(SIGNALS[name].low, SIGNALS[name].high).alias(name)
        for part in (url, page, domain, fetched)
        for name, expr in part.expressions(tables.columns, tables.trades).items()
        if name in only
    )


def _wanted_ranks(tables: Tables) -> frozenset[str]:
    """Row signals whose rank, or the sum of all ranks, is wanted."""
    every = "rank_sum" in tables.available
    return frozenset(n for n in profile.RANKED if every or f"{n}_rank" in tables.available)


def _with_ranks(frame: pl.DataFrame, tables: Tables) -> Tables:
    """Add the mid-rank of each value of the ranked signals; none for a small file."""
    wanted = _wanted_ranks(tables)
    if frame.height < MIN_RANK_ROWS or not wanted:
        return tables
    ranks: dict[str, tuple[Matrix, Matrix]] = {}
    parts = [_row_part(block, tables, wanted) for block in blocks(frame)]
    values = pl.concat(parts)
    for name in values.columns:
        column = values[name].drop_nulls().to_numpy()
        if column.size < MIN_RANK_ROWS:
            continue
        distinct, counts = np.unique(column, return_counts=True)
        upper = np.cumsum(counts)
        ranks[name] = (distinct, ((upper - counts / 2) / column.size).astype(np.float32))
    return replace(tables, ranks=ranks)


def blocks(frame: pl.DataFrame, rows: int = BLOCK_ROWS) -> Iterator[pl.DataFrame]:
    """Yield the frame in slices of ``rows`` rows."""
    for start in range(0, frame.height, rows):
        yield frame.slice(start, rows)


def signals(block: pl.DataFrame, tables: Tables) -> Matrix:
    """Compute every signal of a block of coded rows.

    Parameters
    ----------
    block : rows of the frame that ``encode`` returned.
    tables : what ``encode`` returned with it.

    Returns
    -------
    float32 array of shape (n_rows, len(SIGNALS)), columns in the order of ``SIGNALS``, clipped to
    each signal's range; NaN where unknown. Depends on the row and the tables only.
    """
    out = np.full((block.height, len(SIGNALS)), np.nan, np.float32)
    for code, (columns, table) in tables.gather.items():
        if not columns:
            continue
        codes = block[code]
        if codes.null_count():
            here = np.flatnonzero(codes.is_not_null().to_numpy())
            out[np.ix_(here, np.array(columns))] = table[codes.drop_nulls().to_numpy()]
        elif _is_run(columns):
            out[:, columns[0] : columns[-1] + 1] = table[codes.to_numpy()]
        else:
            out[:, columns] = table[codes.to_numpy()]
    wanted = tables.available | frozenset(tables.ranks)
    part = _row_part(_row_columns(block), tables, wanted)
    if part.width:  # a frame without columns has no rows either
        out[:, [_INDEX[name] for name in part.columns]] = part.to_numpy()
    if tables.words is not None and _TEXT in tables.available:
        out[:, _INDEX[_TEXT]] = text.text_margins(text.documents(block), tables.words)
    _add_ranks(out, tables)
    helpers = {"rank_sum", *tables.ranks, *(f"{name}_rank" for name in tables.ranks)}
    for name in helpers - tables.available:  # computed on the way to a rank that is wanted
        out[:, _INDEX[name]] = np.nan
    return out


def _is_run(columns: list[int]) -> bool:
    return columns == list(range(columns[0], columns[0] + len(columns)))


def _add_ranks(out: Matrix, tables: Tables) -> None:
    signed: list[Matrix] = []
    for name, (values, ranks) in tables.ranks.items():
        column = out[:, _INDEX[name]]
        at = np.searchsorted(values, column).clip(0, len(values) - 1)
        rank = np.where(np.isnan(column), np.float32(np.nan), ranks[at])
        out[:, _INDEX[f"{name}_rank"]] = rank
        signed.append(rank if profile.RANKED[name] > 0 else 1 - rank)
    if len(signed) >= 3:
        stack = np.stack(signed)
        enough = np.isfinite(stack).sum(axis=0) >= 3
        total = np.nansum(stack, axis=0) / np.maximum(np.isfinite(stack).sum(axis=0), 1)
        out[:, _INDEX["rank_sum"]] = np.where(enough, total, np.nan)
