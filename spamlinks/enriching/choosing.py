"""Which pages of a domain are fetched: few, and as different as they can be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

import polars as pl

from spamlinks.model.counts import MARKED, gone
from spamlinks.urls import authority, canonical_url, parse_host

__all__ = ["MAX_TARGETS", "Candidate", "candidates", "choose", "host_of"]

MAX_TARGETS = 20
"""Targets told to the reader of a page, as ``Lookup.targets`` says."""
MAX_CANDIDATES = 200
"""Pages of one domain that are compared; a domain with a million pages is not read whole."""
MAX_URL = 2048

_DIGITS = re.compile(r"[0-9]+")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A page that could be fetched.

    Attributes
    ----------
    url : as exported.
    host : in ASCII.
    followed : not known to be nofollow, ugc or sponsored.
    anchor : of its first link, "" where it is unknown.
    targets : URLs on the site that its links lead to, without repetition.
    shape : what the path looks like: its first part, how deep it is, whether it has a query.
    """

    url: str
    host: str
    followed: bool = True
    anchor: str = ""
    targets: tuple[str, ...] = ()
    shape: str = "/"

    @property
    def is_start(self) -> bool:
        """Whether it is the start page of its host."""
        return self.shape == "/"


def host_of(url: str) -> str:
    """Return the ASCII host of a URL, "" where it has none."""
    return parse_host(authority(url)).host


def candidates(frame: pl.DataFrame) -> Iterator[tuple[int, list[Candidate]]]:
    """Yield the pages of each domain that may hold a link still.

    Parameters
    ----------
    frame : scored links with ``_domain`` and ``referring_page``; rows for whole domains and links
        that are gone are left out, as is what is no web address.

    Yields
    ------
    (domain, pages): at most ``MAX_CANDIDATES`` pages of a domain, those with followed links first,
    else in the order of the exports.
    """
    names = set(frame.columns)
    muted = pl.any_horizontal(
        pl.lit(value=False),
        *(pl.col(name).fill_null(value=False) for name in MARKED if name in names),
    )
    text = [
        (pl.col(name) if name in names else pl.lit(None, dtype=pl.String)).alias(name)
        for name in ("target_url", "anchor_text")
    ]
    whole = pl.col("grain") == "domain" if "grain" in names else pl.lit(value=False)
    rows = (
        frame.select("_domain", "referring_page", *text, _muted=muted, _out=gone(names) | whole)
        .filter(
            ~pl.col("_out").fill_null(value=False),
            pl.col("referring_page").str.len_bytes() <= MAX_URL,
        )
        .drop("_out")
    )
    pages = (
        rows.group_by("_domain", "referring_page", maintain_order=True)
        .agg(
            pl.col("_muted").all(),
            pl.col("anchor_text").drop_nulls().first(),
            pl.col("target_url").drop_nulls().unique(maintain_order=True).head(MAX_TARGETS),
        )
        .sort("_domain", "_muted", maintain_order=True)
        .group_by("_domain", maintain_order=True)
        .head(MAX_CANDIDATES)
    )
    for domain, part in groupby(pages.iter_rows(named=True), key=itemgetter("_domain")):
        found: dict[str, Candidate] = {}
        for row in part:
            url = canonical_url(row["referring_page"])
            host = host_of(url)
            if host and url.startswith(("http://", "https://")):
                targets, anchor = tuple(row["target_url"]), row["anchor_text"] or ""
                one = Candidate(
                    row["referring_page"], host, not row["_muted"], anchor, targets, shape_of(url)
                )
                found.setdefault(url, one)
        yield domain, list(found.values())


def shape_of(url: str) -> str:
    """What a page's address looks like, of its canonical URL; equal for pages of one template.

    >>> shape_of("https://a.example/"), shape_of("https://a.example/blog/2024/my-post?x=1")
    ('/', '/blog/*/*?')
    >>> shape_of("https://a.example/p123") == shape_of("https://a.example/p7")
    True
    """
    path = "/" + url.partition("://")[2].partition("/")[2]
    path, query, _ = path.partition("?")
    parts = [part for part in path.split("/") if part]
    mark = "?" if query else ""
    if not parts:
        return "/" + mark
    first = _DIGITS.sub("9", parts[0])[:40]
    return "/" + "/".join([first, *("*" for _ in parts[1:8])]) + mark


def choose(pages: Iterable[Candidate], most: int) -> list[Candidate]:
    """Choose at most ``most`` pages, the most telling first.

    A followed page comes before one that is not. Among these the one that shows most of what the
    chosen ones do not: another target, anchor, shape of address, host; then the earlier one.

    >>> pages = [Candidate("u1", "h", anchor="a"), Candidate("u2", "h", anchor="a"),
    ...          Candidate("u3", "h", anchor="b")]
    >>> [page.url for page in choose(pages, 2)]
    ['u1', 'u3']
    """
    left = list(pages)
    out: list[Candidate] = []
    seen: set[tuple[str, str]] = set()
    while left and len(out) < most:
        at = max(
            range(len(left)),
            key=lambda i: (left[i].followed, len(_faces(left[i]) - seen), -i),
        )
        best = left.pop(at)
        seen |= _faces(best)
        out.append(best)
    return out


def _faces(page: Candidate) -> set[tuple[str, str]]:
    """What a page may have in common with another; what is not known is no face."""
    faces = {("shape", page.shape), ("host", page.host)}
    if page.anchor:
        faces.add(("anchor", page.anchor.casefold()))
    if page.targets:
        faces.add(("target", page.targets[0]))
    return faces
