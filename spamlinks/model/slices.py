"""Kinds of linking domain that figures are given for one by one: endings and languages."""

from __future__ import annotations

import polars as pl

from spamlinks.guards import institution_mask

__all__ = ["TLD_CLASSES", "main_language", "tld_class"]

TLD_CLASSES = (
    "com, net, org and other old generic endings",
    "country endings",
    "new generic endings",
    "hosts under a shared name",
    "institutions",
    "addresses and unknown endings",
)
"""What ``tld_class`` returns."""

# Generic endings from before the round of 2012 (iana.org/domains/root/db).
_OLD = frozenset(
    "com net org info biz name pro aero asia cat coop jobs mobi museum post tel travel xxx "
    "edu gov mil int arpa".split()
)
# Country codes in other scripts; the two-letter ones need no list.
_COUNTRY = frozenset(
    "xn--p1ai xn--j1amh xn--90ais xn--90a3ac xn--d1alf xn--80ao21a xn--e1a4c xn--90ae xn--l1acc "
    "xn--qxam xn--qxa6a xn--node xn--y9a3aq xn--fiqs8s xn--fiqz9s xn--j6w193g xn--kprw13d "
    "xn--kpry57d xn--mix891f xn--yfro4i67o xn--3e0b707e xn--h2brj9c xn--o3cw4h xn--wgbh1c "
    "xn--mgba3a4f16a xn--mgberp4a5d4ar xn--mgbaam7a8h xn--pgbs0dh xn--ygbi2ammx".split()
)


def tld_class(units: pl.DataFrame) -> pl.Series:
    """Class each linking domain by the ending of its name.

    Parameters
    ----------
    units : with ``linking_domain``, ``suffix``, ``is_ip_host``, ``is_private_suffix`` and
        ``is_known_suffix``; null flags count as false.

    Returns
    -------
    String series of shape (n,), values of ``TLD_CLASSES``; never null.

    >>> table = pl.DataFrame({
    ...     "linking_domain": "a.com a.co.uk a.top me.blogspot.com mit.edu 10.0.0.1".split(),
    ...     "suffix": ["com", "co.uk", "top", "blogspot.com", "edu", None],
    ...     "is_ip_host": [False] * 5 + [True],
    ...     "is_private_suffix": [False] * 3 + [True, False, False],
    ...     "is_known_suffix": [True] * 5 + [False],
    ... })
    >>> [name.split(",")[0].split()[0] for name in tld_class(table)]
    ['com', 'country', 'new', 'hosts', 'institutions', 'addresses']
    """
    old, country, new, shared, institution, none = map(pl.lit, TLD_CLASSES)
    last = pl.col("suffix").fill_null("").str.split(".").list.last()
    known = pl.col("is_known_suffix").fill_null(value=False)
    odd = ~known | pl.col("is_ip_host").fill_null(value=False)
    named = units.with_columns(_institution=institution_mask(units["linking_domain"]))
    return named.select(
        pl.when(odd)
        .then(none)
        .when(pl.col("_institution").fill_null(value=False))
        .then(institution)
        .when(pl.col("is_private_suffix").fill_null(value=False))
        .then(shared)
        .when(last.is_in(list(_OLD)))
        .then(old)
        .when((last.str.len_bytes() == 2) | last.is_in(list(_COUNTRY)))
        .then(country)
        .otherwise(new)
        .alias("tld_class")
    )["tld_class"]


def main_language(frame: pl.DataFrame, unit: str) -> pl.DataFrame | None:
    """The language that most pages of each unit have.

    Parameters
    ----------
    frame : links with the column ``unit`` and perhaps ``page_language`` (codes, the main one
        first: "en,fr").

    Returns
    -------
    DataFrame with ``unit`` and ``language`` (a lower-case code without region; null where no page
    of the unit has one), or None where no page has a language.

    >>> table = pl.DataFrame({"u": [1, 1, 1, 2], "page_language": ["en-US", "en,fr", "de", None]})
    >>> main_language(table, "u").rows()
    [(1, 'en'), (2, None)]
    """
    if "page_language" not in frame.columns or not frame["page_language"].is_not_null().any():
        return None
    code = pl.col("page_language").str.to_lowercase().str.extract(r"^\s*([a-z]{2,3})\b")
    counted = (
        frame.select(unit, language=code)
        .group_by(unit, "language", maintain_order=True)
        .len()
        .sort(pl.col("language").is_null(), -pl.col("len").cast(pl.Int64), "language")
        .group_by(unit, maintain_order=True)
        .first()
        .select(unit, "language")
        .sort(unit)
    )
    return counted if counted["language"].is_not_null().any() else None
