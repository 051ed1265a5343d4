"""Traces of links and pages: anchors, titles, long lists, forms of paths, weeks and addresses.

Each takes the coded rows of ``traces.traces`` and returns distinct pairs of ``_domain`` (UInt32)
and ``key`` (String).
"""

from __future__ import annotations

import ipaddress
import json
import math
import re
from functools import cache
from importlib.resources import files

import polars as pl

from spamlinks.signals.name_traces import own_labels
from spamlinks.signals.url import paths
from spamlinks.signals.words import edged, spaced_words

__all__ = [
    "addresses",
    "anchors",
    "list_lengths",
    "lists",
    "moments",
    "shapes",
    "target_names",
    "titles",
]

SALTED_WORDS = 7
"""Of an anchor of so many words, the first and the last are left out."""

KEY_CHARS = 200
"""So much of a text is compared: an anchor may be 100 kB long."""

_GENERIC_TITLES = (
    "page not found", "not found", "just a moment", "attention required", "access denied",
    "403 forbidden", "404", "forbidden", "home page", "homepage", "home", "index of", "untitled",
    "coming soon", "under construction", "error", "domain for sale", "website", "blog", "login",
    "log in", "sign in", "bad gateway", "internal server error", "service unavailable",
    "account suspended", "security check", "welcome", "search results", "new page", "redirecting",
)  # fmt: skip

_OWN = "\u241f"  # stands for a site's own name in a title


_URL_ANCHOR = (
    r"(?i)^\s*(?:https?:)?//|^\s*www\.|^\s*[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,10}(?:/\S*)?\s*$"
)
_MIN_OWN = 4


def anchors(frame: pl.DataFrame, own: tuple[str, ...]) -> pl.DataFrame:
    """Anchors that are not the brand, an address, empty, or a phrase such as "click here"."""
    pairs = frame.select("_domain", "_anchor").unique()
    first = frame.unique("_anchor", keep="any").select("_anchor", "anchor_text").drop_nulls()
    text = pl.col("anchor_text").str.slice(0, KEY_CHARS)
    table = first.select(
        "_anchor",
        key=edged(text).str.strip_chars(),
        squashed=text.str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]", ""),
        is_url=text.str.contains(_URL_ANCHOR),
    )
    names = sorted({name for name in map(_squash, own) if len(name) >= _MIN_OWN})
    generic = [word.strip() for word in spaced_words("generic")]
    plain = pl.col("is_url") | pl.col("key").is_in(generic)
    if names:
        plain |= pl.col("squashed").str.contains_any(names)
    # Sellers salt a long anchor at its ends, so that no two are alike.
    words = pl.col("key").str.split(" ")
    inner = words.list.slice(1, words.list.len() - 2).list.join(" ")
    key = pl.when(words.list.len() >= SALTED_WORDS).then(inner).otherwise("key")
    telling = table.filter(~plain & (pl.col("key").str.len_chars() >= 4)).select("_anchor", key=key)
    return pairs.join(telling, on="_anchor").select("_domain", "key").unique()


def _squash(name: str) -> str:
    return re.sub(r"[^\w]|_", "", name.lower())


_SEPARATORS = "|«»·:–—-"
_LAST_PART = r"^(.+)\s[|«»·:–—-]+\s([^|«»·–—]{2,60})$"
_FIRST_PART = r"^([^|«»·–—]{2,60}?)\s[|«»·:–—-]+\s(.+)$"


def titles(frame: pl.DataFrame, domains: pl.DataFrame) -> pl.DataFrame:
    """Titles without the site's own name, numbers and case; those of two words and more."""
    title = pl.col("referring_page_title").str.slice(0, KEY_CHARS).str.to_lowercase()
    names = domains.select("_domain", "linking_domain", label=own_labels(domains)).with_columns(
        bare=pl.col("label").str.replace_all(r"[^a-z0-9]", "")
    )
    table = frame.select("_domain", title=title).drop_nulls().unique()
    table = table.join(names, on="_domain", how="left")
    parted = pl.col("title").str.contains_any(list(_SEPARATORS))
    some = table.filter(parted)
    for pattern, name, rest in ((_LAST_PART, 2, 1), (_FIRST_PART, 1, 2)):
        some = _without_part(some, pattern, name, rest)
    table = pl.concat([some, table.filter(~parted)])
    for own in ("linking_domain", "label"):  # a split takes the name of each row, a regex not
        table = table.with_columns(title=pl.col("title").str.split(by=pl.col(own)).list.join(_OWN))
    text = pl.col("title").str.replace_all(r"[0-9]+", "9")
    words = edged(text).str.strip_chars().str.replace_all(f" ?{_OWN} ?", " ").str.strip_chars()
    return (
        table.select("_domain", key=words)
        .filter(
            (pl.col("key").str.len_chars() >= 10)
            & pl.col("key").str.contains(" ", literal=True)
            & ~pl.col("key").is_in(list(_GENERIC_TITLES))
        )
        .unique()
    )


def _without_part(table: pl.DataFrame, pattern: str, name: int, rest: int) -> pl.DataFrame:
    """Cut the part of a title that is the site's name in words: "Rare Shop" of rareshop.com."""
    part = pl.col("title").str.extract(pattern, name).str.replace_all(r"[^a-z0-9]", "")
    found = table.with_columns(part=part.fill_null(""))
    own = (pl.col("part").str.len_chars() >= 4) & (
        pl.col("bare").str.contains(pl.col("part"), literal=True)
        | ((pl.col("bare").str.len_chars() >= 4) & pl.col("part").str.starts_with(pl.col("bare")))
    )
    cut = pl.when(own.fill_null(value=False)).then(pl.col("title").str.extract(pattern, rest))
    return found.with_columns(title=pl.coalesce(cut, "title")).drop("part")


_COMMON_SHAPE = re.compile(
    r"^/?(?:(?:s|9|blog|news|posts?|articles?|category|tag|tags|page|index|home|links?|about|"
    r"author|archives?|en|de|fr|es|it|us|uk|wiki|forum|p|a|t|u|user|users|profile|member|members|"
    r"index\.(?:html?|php)|s\.(?:html?|php)|9\.(?:html?|php))/?)*$"
)


def shapes(frame: pl.DataFrame) -> pl.DataFrame:
    """Paths with every slug as "s" and every number as "9", but those that half the web has."""
    # One part without a dot is a slug, which half the web has: not worth three searches.
    deep = pl.col("_path").str.contains(r"[^/]/[^/]|\.")
    path = (
        pl.col("_path").str.slice(0, KEY_CHARS)
        .str.to_lowercase()
        .str.replace_all(r"[^/]*[-_+%][^/.]*", "s")
        .str.replace_all(r"[0-9]+", "9")
        .str.replace_all(r"[^/.]{16,}", "s")
    )  # fmt: skip
    table = (
        frame.select("_domain")
        .hstack(paths(frame["referring_page"]))
        .filter(deep)
        .select("_domain", key=path)
    )
    table = table.unique()
    keys = table["key"].unique()
    telling = keys.filter(~keys.str.contains(_COMMON_SHAPE.pattern))
    return table.filter(pl.col("key").is_in(telling.implode()))


LONG_LIST = 300
"""A page with links to so many sites is a list; honest pages rarely are."""

_WIDTH = 0.04  # lists count as of one length within four percent


def lists(frame: pl.DataFrame, known: set[str]) -> pl.DataFrame:
    """Pages that link to hundreds of sites, by how many: one list that was put on many domains."""
    columns = [c for c in ("page_linked_domains", "page_external_links") if c in known]
    long = frame.select("_domain", links=pl.coalesce(columns)).filter(pl.col("links") >= LONG_LIST)
    # Two grids, one half a step beside the other, so that no edge parts what is alike.
    steps = pl.col("links").cast(pl.Float64).log() / _WIDTH
    return pl.concat(
        [
            long.select(
                "_domain",
                key=pl.concat_str(
                    pl.lit(grid), (steps + shift).floor().cast(pl.Int64).cast(pl.String)
                ),
            )
            for grid, shift in (("a", 0.0), ("b", 0.5))
        ]
    ).unique()


def list_lengths(key: str) -> tuple[int, int]:
    """Fewest and most links of the pages that share a key of the kind "list".

    >>> list_lengths("a200"), list_lengths("b200")
    ((2981, 3102), (2922, 3040))
    """
    shift = 0.0 if key.startswith("a") else 0.5
    step = int(key[1:]) - shift
    return round(math.exp(step * _WIDTH)), round(math.exp((step + 1) * _WIDTH)) - 1


def moments(frame: pl.DataFrame) -> pl.DataFrame:
    """Target and week of first sight of each link; the week alone where targets are unknown.

    A key names its target by ``target_names``.
    """
    week = pl.col("first_seen").dt.truncate("1w").dt.to_string("%Y-%m-%d")
    dated = frame.filter(pl.col("first_seen").is_not_null())
    if "_pair_target" not in frame.columns:
        return dated.select("_domain", key=week).unique()
    named = dated.select("_domain", "_pair_target", week=week).unique()
    return (
        named.join(target_names(frame), on="_pair_target")
        .select("_domain", key=pl.concat_str("week", pl.lit(" "), "target"))
        .unique()
    )


def target_names(frame: pl.DataFrame) -> pl.DataFrame:
    """Short names of the targets that are the same whatever the order of the rows.

    Returns
    -------
    One row per ``_pair_target`` with ``target_url`` and ``target``, a digest of it, as text.
    """
    targets = frame.select("_pair_target", "target_url").unique("_pair_target", keep="any")
    return targets.with_columns(
        target=pl.col("target_url").fill_null("").hash(seed=0).cast(pl.String)
    )


@cache
def _shared_ranges() -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    text = files("spamlinks.signals").joinpath("shared_addresses.json").read_text("utf-8")
    ranges: dict[str, list[str]] = json.loads(text)["ranges"]
    return tuple(ipaddress.ip_network(part) for parts in ranges.values() for part in parts)


def _block_of(address: str) -> str | None:
    """The /24 (or /48) around an address; None for one that many share, or that is none.

    >>> _block_of("203.0.113.9"), _block_of("104.16.3.2"), _block_of("none")
    ('203.0.113.0/24', None, None)
    """
    try:
        ip = ipaddress.ip_address(address.strip()[:45])
    except ValueError:
        return None
    if any(ip.version == block.version and ip in block for block in _shared_ranges()):
        return None
    return str(ipaddress.ip_network((ip, 24 if ip.version == 4 else 48), strict=False))


def addresses(frame: pl.DataFrame) -> pl.DataFrame:
    """Blocks of addresses that linking domains are served from, but those that many share."""
    rows = frame
    if "host_hosting" in frame.columns:  # looked up: a delivery network or a shared hoster
        rows = frame.filter(pl.col("host_hosting").fill_null("") == "")
    table = rows.select("_domain", ip="page_ip").drop_nulls().unique()
    known = table["ip"].unique()
    blocks = pl.DataFrame({"ip": known, "key": [_block_of(ip) for ip in known]},
                          schema={"ip": pl.String, "key": pl.String})  # fmt: skip
    return table.join(blocks, on="ip", how="left").select("_domain", "key").drop_nulls().unique()
