"""Common Crawl's domain graph: which sites link to the user's, out of a hundred million.

A release is three files: vertices (id, reversed domain, number of hosts), edges (id, id) and ranks.
None has a link by itself; together they say which domains link to one. They are read as streams:
the vertices twice (the site's id; the names of the ids that link), the edges and ranks once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import polars as pl

from spamlinks.errors import InputError, RefusedExport
from spamlinks.exports.read import REJECTED_SCHEMA, Reading
from spamlinks.exports.reading.rows import WayBlockedError, ways
from spamlinks.exports.recognise import Recognised
from spamlinks.schema import FIELDS
from spamlinks.urls import linking_domain

__all__ = ["is_web_graph", "read_web_graph"]

_EDGES, _VERTICES, _RANKS = (f"webgraph-domain-{name}" for name in ("edges", "vertices", "ranks"))


def is_web_graph(recognised: Recognised) -> bool:
    """Whether a table is one of the three files of a domain graph."""
    return recognised.format.kind in (_EDGES, _VERTICES, _RANKS)


def read_web_graph(
    files: list[Recognised], site: str | None
) -> tuple[Reading | None, list[InputError]]:
    """Return the domains that link to a site, with what could not be used.

    Parameters
    ----------
    files : tables of web graphs; of each kind one is needed (ranks may be missing).
    site : domain or URL of the user's site.

    Returns
    -------
    (reading, refused): one row per linking domain, grain "domain", with its ranks. ``records``
    counts the edges that end at the site; all others of the file are about other sites, and a note
    says how many were read. None when the files are not complete.

    Raises
    ------
    InputError : no site is known; a file is damaged.
    """
    by_kind: dict[str, list[Recognised]] = {}
    for file in files:
        by_kind.setdefault(file.format.kind, []).append(file)
    edges, vertices = by_kind.get(_EDGES, []), by_kind.get(_VERTICES, [])
    ranks = by_kind.get(_RANKS, [])
    if len(edges) != 1 or len(vertices) != 1 or len(ranks) > 1:
        problem = "a web graph is read from one edges and one vertices file of the same release"
        advice = "Give the edges and the vertices file of one release together, with --site."
        return None, [RefusedExport(file.source.name, problem, advice) for file in files]
    if site is None:
        name = edges[0].source.name
        raise InputError(
            name, "a web graph lists the links of all sites", "Give yours with --site."
        )
    domain = linking_domain(site)
    if not domain:
        raise InputError(f"site {site[:80]!r}", "it is no domain", "Give it as example.com.")
    return _linking(edges[0], vertices[0], ranks[0] if ranks else None, domain), []


def _reversed(name: str) -> str:
    return ".".join(reversed(name.split(".")))


@dataclass(frozen=True)
class _Picked:
    """What was kept of a file, and how many of its records were read or broken."""

    frame: pl.DataFrame
    read: int
    broken: int


def _picked(
    file: Recognised, positions: list[int], pick: Callable[[pl.DataFrame], pl.DataFrame]
) -> _Picked:
    """Stream a file and keep of each batch what ``pick`` returns; columns are ``c0, c1, ...``."""
    names = {f"c{i}": pl.String() for i in positions}
    for way in ways():
        found, read, broken = [pl.DataFrame(schema=names)], 0, 0
        try:
            for batch in way(file, positions):
                found.append(pick(batch.frame))
                read += batch.frame.height
                broken += len(batch.rejects)
        except WayBlockedError:
            continue
        return _Picked(pl.concat(found), read, broken)
    raise AssertionError("the last way reads everything")


def _linking(
    edges: Recognised, vertices: Recognised, ranks: Recognised | None, domain: str
) -> Reading:
    wanted = _reversed(domain)
    own = _picked(vertices, [0, 1], lambda frame: frame.filter(pl.col("c1") == wanted))
    targets = own.frame["c0"].implode()
    ending = _picked(edges, [0, 1], lambda frame: frame.filter(pl.col("c1").is_in(targets)))
    ids = ending.frame["c0"]
    sources = ids.implode()
    named = _picked(vertices, [0, 1], lambda frame: frame.filter(pl.col("c0").is_in(sources)))
    names = named.frame
    table = pl.DataFrame({"c0": ids}).with_row_index("export_row", offset=1)
    table = table.join(names.unique("c0"), on="c0", how="left", maintain_order="left")
    rejected = pl.DataFrame(
        [
            (edges.source.name, row, "the vertices file does not name this id", text)
            for row, text in table.filter(pl.col("c1").is_null()).select("export_row", "c0").rows()
        ],
        schema=REJECTED_SCHEMA,
        orient="row",
    )
    table = table.filter(pl.col("c1").is_not_null()).with_columns(
        referring_page=pl.col("c1").str.split(".").list.reverse().list.join(".")
    )
    if ranks is not None:
        table = _ranked(table, ranks)
    notes = [
        f"{ending.read:,} links between domains were read, {len(ids):,} of them end at {domain}"
    ]
    for file, picked in ((edges, ending), (vertices, named)):
        if picked.broken:
            notes.append(f"{picked.broken:,} lines of {file.source.name} are broken")
    if not own.frame.height:
        notes.append(f"{domain} is not in this graph")
    day = edges.export_date
    frame = table.with_columns(
        pl.lit(edges.source.name).alias("export_file"),
        pl.lit(edges.format.vendor).alias("vendor"),
        pl.lit(day, dtype=pl.Date).alias("export_date"),
        pl.lit("domain").alias("grain"),
        pl.col("export_row").cast(pl.Int64),
    )
    return Reading(
        source=edges.source.name,
        path=edges.source.part.path,
        format=edges.format,
        sha256=edges.source.part.sha256(),
        property=domain,
        export_date=day if isinstance(day, date) else None,
        backlinks=frame.select(name for name in FIELDS if name in frame.columns),
        rejected=rejected,
        records=len(ids),
        notes=tuple(notes),
    )


def _ranked(table: pl.DataFrame, ranks: Recognised) -> pl.DataFrame:
    at = [use.header.lstrip("#") for use in ranks.columns]
    host, harmonic, pagerank = (at.index(n) for n in ("host_rev", "harmonicc_pos", "pr_pos"))
    names = table["c1"].implode()
    found = _picked(
        ranks,
        sorted((host, harmonic, pagerank)),
        lambda frame: frame.filter(pl.col(f"c{host}").is_in(names)),
    ).frame
    places = found.select(
        pl.col(f"c{host}").alias("c1"),
        pl.col(f"c{harmonic}").cast(pl.Int64, strict=False).alias("commoncrawl_harmonic_position"),
        pl.col(f"c{pagerank}").cast(pl.Int64, strict=False).alias("commoncrawl_pagerank_position"),
    )
    return table.join(places.unique("c1"), on="c1", how="left", maintain_order="left")
