"""What was asked for, among the linking domains, hosts and pages of the exports."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Literal, NoReturn

import numpy as np
import numpy.typing as npt
import polars as pl

from spamlinks.errors import InputError
from spamlinks.model.scoring import Scored
from spamlinks.report.text import clean, counted
from spamlinks.urls import authority, one_spelling, parse_host

__all__ = ["Found", "find"]

CLOSE = 5
"""So many close names are named."""

COMPARED = 4000
"""So many names are held against one that is not there; those that share most come first."""

Kind = Literal["domain", "host", "url"]


@dataclass(frozen=True)
class Found:
    """What an explanation is about.

    ``code`` is that of the domain in ``scored.frame``. ``rows`` are the links there: of the domain,
    or of the host or page that was asked for; none of a host of which no link is known.
    ``unit_rows`` are all links of the domain.
    """

    asked: str
    kind: Kind
    code: int
    domain: str
    rows: npt.NDArray[np.int64]
    unit_rows: npt.NDArray[np.int64]


def find(text: str, scored: Scored) -> Found:
    """Find a domain, a host below it, or a page.

    Parameters
    ----------
    text : such as "spam.example", "blog.spam.example", "domain:spam.example", or a URL.

    Raises
    ------
    InputError : it is neither, or the exports have no link of it; close names are named.
    """
    asked = text.strip().removeprefix("domain:").strip()
    shown = repr(clean(asked, 120))
    parts = parse_host(authority(asked))
    if parts.problem is not None:
        hint = "Give a domain such as spam.example, or the URL of a linking page."
        raise InputError(shown, f"it is no domain or URL ({parts.problem})", hint)
    hosts = scored.tables.hosts
    same = hosts.filter(pl.col("host") == parts.host)
    if not same.height and parts.linking_domain:
        same = hosts.filter(pl.col("linking_domain") == parts.linking_domain)
    if not same.height:
        _not_there(shown, parts.host, parts.linking_domain, hosts)
    code, domain = same["_domain"][0], same["linking_domain"][0] or same["host"][0]
    unit_rows = np.flatnonzero(scored.frame["_domain"].to_numpy() == code)
    if _names_a_page(asked):
        rows = _pages(asked, scored, unit_rows)
        if len(rows):
            return Found(asked, "url", code, domain, rows, unit_rows)
        if asked.split("://")[-1].rstrip("/").count("/") or "?" in asked:
            _page_not_there(shown, asked, domain, scored, unit_rows)
    if parts.host.removeprefix("www.") == domain:
        return Found(asked, "domain", code, domain, unit_rows, unit_rows)
    own = hosts.filter(pl.col("host") == parts.host)["_host"]
    here = scored.frame["_host"].to_numpy()[unit_rows]
    return Found(asked, "host", code, domain, unit_rows[np.isin(here, own.to_numpy())], unit_rows)


def _names_a_page(asked: str) -> bool:
    return "://" in asked or "/" in asked or "?" in asked


def _bare(url: str) -> str:
    """A URL without scheme and ``www.``, for one that was typed without."""
    return one_spelling(url).partition("://")[2].removeprefix("www.")


def _pages(asked: str, scored: Scored, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    pages = scored.frame["referring_page"].gather(rows).to_list()
    spell = one_spelling if "://" in asked else _bare
    wanted = spell(asked)
    return rows[[spell(page) == wanted for page in pages]]


def _not_there(shown: str, host: str, domain: str, hosts: pl.DataFrame) -> NoReturn:
    names = hosts["linking_domain"].unique(maintain_order=True)
    below = names.filter(names.str.ends_with(f".{host}")).sort().head(CLOSE).to_list()
    close = below or _close(domain or host, names)
    said = f" Close: {_listed(close)}." if close else ""
    number = names.len()
    problem = f"no link of it is among the {number:,} linking domains of these exports"
    if number == 1:
        problem = "no link of it is in these exports, which have 1 linking domain"
    raise InputError(shown, problem, f"Check the spelling, or the exports.{said}")


def _page_not_there(
    shown: str, asked: str, domain: str, scored: Scored, rows: npt.NDArray[np.int64]
) -> NoReturn:
    pages = scored.frame["referring_page"].gather(rows[:COMPARED]).unique(maintain_order=True)
    close = _nearest(asked, pages.to_list())[:3] or pages.head(3).to_list()
    links = counted(len(rows), "link")
    problem = f"no link on it is in these exports, only {links} on other pages of that domain"
    hint = f"Explain {clean(domain, 80)}, or a page of it: {_listed(close)}."
    raise InputError(shown, problem, hint)


def _listed(names: list[str]) -> str:
    return ", ".join(clean(name, 80) for name in names)


def _close(name: str, names: pl.Series) -> list[str]:
    """Names that are spelt alike; of many, those that share most short pieces are compared."""
    if names.len() > COMPARED:
        pieces = sorted({name[i : i + 3] for i in range(max(1, len(name) - 2))})[:40]
        shared = pl.sum_horizontal(
            pl.col("name").str.contains(piece, literal=True).cast(pl.Int32) for piece in pieces
        )
        table = pl.DataFrame({"name": names}).with_columns(shared=shared)
        names = table.sort("shared", "name", descending=[True, False])["name"].head(COMPARED)
    return _nearest(name, names.to_list())


def _nearest(text: str, texts: list[str]) -> list[str]:
    # Long texts make the comparison slow; their beginning tells enough.
    short = {other[:200]: other for other in texts}
    found = difflib.get_close_matches(text[:200], short, n=CLOSE, cutoff=0.7)
    return [short[other] for other in found]
