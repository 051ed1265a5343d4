"""Link profiles drawn from the kinds: labelled backlinks in the one schema.

Columns hang together through the domain: one draw of size for a domain moves its traffic, rating
and link counts together; pages scatter around their domain. Groups share a title template, an
anchor, a form of path and a few weeks. All chance comes from one seed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import polars as pl

from spamlinks.errors import InputError
from spamlinks.simulate.domains import domain_columns, domain_hosts, shares_of, spreads_of
from spamlinks.simulate.fetched import fetched_columns
from spamlinks.simulate.groups import Groups, draw_groups
from spamlinks.simulate.hosts import HostPool
from spamlinks.simulate.kinds import HONEST, KINDS, SPAM, Kind
from spamlinks.simulate.noise import hide_cells, measured, mislabelled
from spamlinks.simulate.rows import link_rows
from spamlinks.simulate.texts import TextMaker
from spamlinks.simulate.words import Ints, Strings

__all__ = ["AS_OF", "generate"]

AS_OF = date(2026, 10, 5)
"""Day of the export unless another one is asked for."""

_KINDS = (*HONEST, *SPAM)
_LINKS_PER_DOMAIN = 2.1  # as many domains as give about the rows that are asked for


def generate(
    rows: int,
    *,
    seed: int = 0,
    spam_share: float = 0.2,
    site: str = "shop.example",
    pool: HostPool | None = None,
    as_of: date = AS_OF,
    wide: float = 1.0,
    spam_names: float = 1.0,
    site_seed: int | None = None,
    taken: set[str] | None = None,
    kinds: Mapping[str, float] | None = None,
    networks: float = 1.0,
    noise: float = 1.0,
    missing: float = 0.0,
    label_noise: float = 0.0,
    fetched: bool = True,
) -> pl.DataFrame:
    """Draw one labelled link profile.

    Parameters
    ----------
    rows : number of backlinks.
    seed : the same seed gives the same profile.
    spam_share : share of linking *domains* that are spam, 0 to 1.
    site : host of the protected site; its first label is the brand.
    pool : host names to use; default invented ones. Members of one network then wear names that
        are neighbours in the pool's order of ending and name.
    as_of : day of the export.
    wide : factor on the spread of the counts, to vary what a profile looks like.
    spam_names : factor on the share of spam domains that wear a name from the spam pool.
    site_seed : decides the site's language and pages; default ``seed``. With one value, several
        profiles are parts of one.
    taken : invented hosts that must not be used again; those of this profile are added.
    kinds : factor on the share of kinds within their class, by name; default 1, 0 leaves one out.
    networks : factor on the share of domains that act together, 0 for none.
    noise : factor on the vendor's mistakes: figures of another domain, zero where nothing is
        known, counts of an earlier visit (``noise.py``); 0 for none.
    missing : share of domains for which a block of columns is null, 0 to 1, the same for honest
        and spam; single cells are null for a quarter of that share.
    label_noise : share of domains whose ``is_spam`` is wrong, 0 to 1; ``kind`` stays true.
    fetched : add what a look-up of every domain and page would find (``fetched.py``); the other
        columns are the same with and without.

    Returns
    -------
    DataFrame of ``rows`` rows with the columns of the schema that any export may have, plus
    ``is_spam`` (Int8), ``kind`` (str) and ``network`` (str, null outside networks of spam), and
    the columns that are looked up.

    Raises
    ------
    InputError : a share is not between 0 and 1, a factor is negative, a kind is unknown, or
        every kind of a class is left out.
    """
    _check(spam_share, missing, label_noise, networks, noise)
    rng = np.random.default_rng(seed)
    n_domains = max(1, int(rows / _LINKS_PER_DOMAIN))
    which = _draw_kinds(rng, n_domains, spam_share, kinds or {})
    spam = which >= len(HONEST)
    texts = TextMaker(rng, site, seed if site_seed is None else site_seed)
    groups = draw_groups(rng, _KINDS, which, networks)
    languages = _languages(rng, texts, which, groups)
    hosts = domain_hosts(
        rng, _KINDS, which, groups, languages,
        pool=pool, spam_names=spam_names, taken=set() if taken is None else taken,
    )  # fmt: skip
    mean, sd = spreads_of(_KINDS, which, "pages")
    counts = np.maximum(1, np.round(10 ** rng.normal(mean, sd))).astype(np.int64)
    domain = np.repeat(np.arange(n_domains), counts)
    if len(domain) < rows:
        domain = np.concatenate([domain, rng.integers(0, n_domains, rows - len(domain))])
    domain = rng.permutation(domain)[:rows]
    columns = domain_columns(rng, _KINDS, which, groups, wide=wide)
    mistakes = np.random.default_rng([seed, 3])  # apart, so that `noise` changes nothing else
    measured(mistakes, columns, noise)
    frame = link_rows(
        rng, _KINDS, which, domain, groups, columns, texts,
        hosts=hosts, languages=languages, as_of=as_of, wide=wide,
        noise=noise, mistakes=mistakes,
    )  # fmt: skip
    found = (
        fetched_columns(
            seed, _KINDS, which, domain, groups, frame,
            hosts=hosts, languages=languages, as_of=as_of, wide=wide,
        )
        if fetched
        else pl.DataFrame()
    )  # fmt: skip
    wrong = mislabelled(seed, n_domains, label_noise)
    network = np.where(spam & (groups.of >= 0), groups.of, -1)
    frame = frame.with_columns(
        is_spam=pl.Series((spam ^ wrong)[domain].astype(np.int8)),
        kind=pl.Series(np.array([k.name for k in _KINDS], dtype=object)[which[domain]].tolist()),
        network=pl.Series(
            [None if g < 0 else f"network-{seed}-{g}" for g in network[domain].tolist()],
            dtype=pl.String,
        ),
    )
    frame = pl.concat([frame, found], how="horizontal")
    return hide_cells(frame, missing, seed=seed, domain=domain)


def _check(
    spam_share: float, missing: float, label_noise: float, networks: float, noise: float
) -> None:
    shares = {"spam share": spam_share, "share missing": missing, "label noise": label_noise}
    for name, value in shares.items():
        if not 0 <= value <= 1:
            raise InputError("simulate", f"a {name} of {value}", "Give 0 to 1.")
    for name, value in {"networks": networks, "noise": noise}.items():
        if not value >= 0:  # nor is NaN a factor
            raise InputError("simulate", f"a factor of {value} on {name}", "Give 0 or more.")


def _draw_kinds(
    rng: np.random.Generator, n: int, spam_share: float, factors: Mapping[str, float]
) -> Ints:
    """Kind of each domain, as an index of ``_KINDS``."""
    for name, factor in factors.items():
        if name not in KINDS:
            known = f"Choose from {', '.join(KINDS)}."
            raise InputError("simulate", f"there is no kind {name!r}", known)
        if not factor >= 0:
            raise InputError("simulate", f"a factor of {factor} on {name!r}", "Give 0 or more.")

    def draw(side: tuple[Kind, ...], name: str, used: bool) -> Ints:
        shares = np.array([k.share * factors.get(k.name, 1.0) for k in side])
        if shares.sum() <= 0:
            if used:
                raise InputError("simulate", f"every {name} kind is left out", "Leave one in.")
            shares = np.ones(len(side))
        return np.asarray(rng.choice(len(side), n, p=shares / shares.sum()), dtype=np.int64)

    spam = rng.random(n) < spam_share
    bad, good = draw(SPAM, "spam", spam_share > 0), draw(HONEST, "honest", spam_share < 1)
    return np.asarray(np.where(spam, len(HONEST) + bad, good), dtype=np.int64)


def _languages(rng: np.random.Generator, texts: TextMaker, which: Ints, groups: Groups) -> Strings:
    """Language of each domain; a group has one."""
    own = texts.languages(rng.random(len(which)) < shares_of(_KINDS, which, "foreign"))
    shared = texts.languages(rng.random(len(groups)) < shares_of(_KINDS, groups.kind, "foreign"))
    member = groups.of >= 0
    own[member] = shared[groups.of[member]]
    return own
