"""Traces that one operator leaves on many domains: keys that sister domains share.

Each function turns coded backlinks into pairs of a linking domain and a key. A key that people
share for good reasons is left out here: the brand as an anchor, a page title of one word, the path
that a blog platform gives to each of its users, the address of a delivery network. What remains is
held together by ``networks``, which asks for two kinds that agree.
"""

from __future__ import annotations

import polars as pl

from spamlinks.guards import institution_mask, platform_mask, popular_mask
from spamlinks.signals.name_traces import of_names
from spamlinks.signals.owner_traces import owners, servers
from spamlinks.signals.page_traces import addresses, anchors, lists, moments, shapes, titles
from spamlinks.signals.words import TRADES

__all__ = ["KINDS", "WEAK", "members_possible", "traces"]

KINDS = (
    "name", "trade", "ending", "address", "title", "anchor", "list", "shape", "moment", "owner",
    "servers",
)  # fmt: skip
"""What sister domains may share: part of the name; a spam trade's words in the name, under one
ending; a new ending; a /24 of addresses; a title but for the site's own name; an anchor; long lists
of links of one length; the form of the paths; one target in one week; a tracking or advertising id;
name servers of their own."""

WEAK = frozenset({"list", "shape", "moment", "servers"})
"""Kinds that many unrelated sites share: they count where they are commoner than elsewhere."""


def members_possible(domains: pl.DataFrame) -> pl.Series:
    """Which linking domains can belong to somebody's network at all.

    Platforms, popular sites, institutions and bare addresses share anchors and titles with
    everybody; they are no member, and never join two networks into one.

    Parameters
    ----------
    domains : ``linking_domain``, ``registrable_domain``, ``is_ip_host``.
    """
    name, parent = domains["linking_domain"], domains["registrable_domain"].fill_null("")
    big = platform_mask(name) | popular_mask(name) | institution_mask(name) | popular_mask(parent)
    # A user's site below a popular platform is the user's, not the platform's.
    return ~((big & (name == parent)) | institution_mask(name) | domains["is_ip_host"])


def traces(
    frame: pl.DataFrame,
    domains: pl.DataFrame,
    trades: tuple[str, ...] = TRADES,
    own: tuple[str, ...] = (),
) -> dict[str, pl.DataFrame]:
    """What each linking domain shares with others, by kind.

    Parameters
    ----------
    frame : coded rows with ``_domain`` and ``referring_page``; where known ``anchor_text`` with
        ``_anchor``, ``target_url`` as ``_pair_target``, ``first_seen``, ``referring_page_title``,
        ``page_ip``, ``fetched_ids`` and ``domain_name_servers``.
    domains : one row per ``_domain``: ``linking_domain``, ``suffix``, ``is_private_suffix``.
    trades : spam trades that are not the site's own.
    own : names of the brand and the site: anchors that hold one are everybody's.

    Returns
    -------
    dict from kind to distinct pairs ``_domain`` (UInt32), ``key`` (String); kinds that the columns
    do not allow are left out.
    """
    known = {name for name in frame.columns if frame[name].null_count() < frame.height}
    out = dict(of_names(domains, trades))
    # A platform gives its users one address and one form of paths.
    independent = domains.filter(~pl.col("is_private_suffix")).select("_domain")
    if "page_ip" in known:
        out["address"] = addresses(frame).join(independent, on="_domain", how="semi")
    if "referring_page_title" in known:
        out["title"] = titles(frame, domains)
    if "anchor_text" in known:
        out["anchor"] = anchors(frame, own)
    if known & {"page_linked_domains", "page_external_links"}:
        out["list"] = lists(frame, known)
    out["shape"] = shapes(frame).join(independent, on="_domain", how="semi")
    if "first_seen" in known:
        out["moment"] = moments(frame)
    if "fetched_ids" in known:
        out["owner"] = owners(frame, domains)
    if "domain_name_servers" in known:
        out["servers"] = servers(frame, domains)
    return out
