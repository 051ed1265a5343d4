"""What fetching would show of a generated profile: columns of the blocks facts, dns and fetched.

Drawn apart from the profile, so that the columns of exports are the same with and without. Pages
agree with what the export says of them (another day, a few links more or less); how a look-up
ends depends on chance alone, never on the class: a refusal tells nothing.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from spamlinks.schema import FIELDS
from spamlinks.simulate.domains import shares_of
from spamlinks.simulate.groups import Groups
from spamlinks.simulate.kinds import CONTEXTS, PLACES, Kind
from spamlinks.simulate.links import weighted
from spamlinks.simulate.owners import Owners, draw_owners
from spamlinks.simulate.page_facts import UNSURE, Pages, where_known
from spamlinks.simulate.words import Ints, Strings

__all__ = ["fetched_columns"]

Bools = npt.NDArray[np.bool_]


def fetched_columns(
    seed: int,
    kinds: tuple[Kind, ...],
    which: Ints,
    domain: Ints,
    groups: Groups,
    frame: pl.DataFrame,
    *,
    hosts: Strings,
    languages: Strings,
    as_of: date,
    wide: float,
) -> pl.DataFrame:
    """Draw what a look-up of every domain and page of a profile would find.

    Parameters
    ----------
    seed : of the profile; chance is drawn from a stream of its own.
    which, hosts, languages : of each domain: its kind as an index of ``kinds``, name, language.
    domain : domain of each row, shape (n_rows,).
    frame : of ``rows.link_rows``, before anything is hidden.
    as_of, wide : as for ``generate``.

    Returns
    -------
    DataFrame of shape (n_rows, n_fields) with columns of the schema's blocks facts (but the day of
    registration, which ``frame`` has), dns and fetched, and ``page_ip``. Rows of one page agree.
    """
    rng = np.random.default_rng([seed, 7])
    n = len(which)
    created = np.full(n, np.datetime64(as_of, "D"))
    created[domain] = frame["domain_created_on"].to_numpy().astype("datetime64[D]")
    parked = rng.random(n) < shares_of(kinds, which, "parked")
    owners = draw_owners(
        rng, kinds, which, groups, hosts=hosts, created=created, parked=parked, as_of=as_of
    )
    out = _of_domains(owners, domain)
    key = frame["referring_page"].str.replace(r"^https?://(?:www\.)?", "")
    _, first, page = np.unique(key.to_numpy().astype(str), return_index=True, return_inverse=True)
    pages = Pages(rng, kinds, which, domain[first], parked, wide)
    found = pages.found(frame, first, page)
    facts = pages.facts(
        frame,
        first,
        languages,
        owners,
        np.bincount(page[found], minlength=len(first)),
        found[first],
    )
    home = pages.homes(facts, key[first.tolist()].str.contains(r"^[^/]+/?$").to_numpy(), languages)
    links = _links(rng, kinds, which[domain], frame, pages, page, facts, found)
    day = (np.datetime64(as_of, "D") + rng.integers(1, 4, n))[pages.of]
    for name, values in (facts | {"fetched_on": day}).items():
        out[name] = values[page]
    for name, values in home.items():
        out[name] = values[domain]
    out |= links
    return pl.DataFrame([_series(name, out[name]) for name in FIELDS if name in out])


def _of_domains(owners: Owners, domain: Ints) -> dict[str, npt.NDArray[np.generic]]:
    columns: dict[str, npt.NDArray[np.generic]] = {
        "domain_expires_on": owners.expires,
        "domain_registrar": owners.registrar,
        "domain_abuse_contact": owners.abuse,
        "domain_name_servers": owners.servers,
        "host_asn": owners.asn,
        "host_asn_name": owners.asn_name,
        "host_hosting": owners.hosting,
        "host_parking": owners.parking,
        "page_ip": owners.address,
    }
    return {name: values[domain] for name, values in columns.items()}


def _links(
    rng: np.random.Generator,
    kinds: tuple[Kind, ...],
    kind: Ints,
    frame: pl.DataFrame,
    pages: Pages,
    page: Ints,
    facts: dict[str, npt.NDArray[np.generic]],
    found: Bools,
) -> dict[str, npt.NDArray[np.generic]]:
    """Columns of links: whether each is there, where, and among how many."""
    n = len(kind)
    redirect = (frame["link_kind"] == "redirect").to_numpy()
    read = pages.state[page] == "fetched"
    place = np.array(PLACES, dtype=object)[weighted(rng, kinds, kind, "places")]
    main = frame["in_content"].to_numpy() ^ (rng.random(n) < UNSURE)
    posted = main & (rng.random(n) < shares_of(kinds, kind, "posted"))
    place[posted] = "comment"
    listed = np.array([k.contexts[CONTEXTS.index("list")] / sum(k.contexts) for k in kinds])
    long = (rng.random(n) < listed[kind]) | (~main & (rng.random(n) < 0.6))
    around = np.where(long, np.round(10 ** np.abs(rng.normal(0.8, 0.45, n))), rng.poisson(0.7, n))
    external = np.array([0 if x is None else x for x in facts["fetched_external_links"]])[page]
    seen = read & found & ~redirect
    return {
        "fetched_link_found": where_known(found, read),
        "fetched_link_hidden": where_known(rng.random(n) < shares_of(kinds, kind, "hidden"), seen),
        "fetched_placement": where_known(np.where(main & ~posted, "main", place), seen),
        "fetched_links_around": where_known(np.clip(around, 0, np.maximum(external - 1, 0)), seen),
    }


def _series(name: str, values: npt.NDArray[np.generic]) -> pl.Series:
    dtype = FIELDS[name].dtype
    if values.dtype == object and dtype != pl.String:
        # Counts are drawn as floats, and a code as a whole number.
        plain = [None if v is None else (int(v) if dtype == pl.Int64() else v) for v in values]
        return pl.Series(name, plain, dtype=dtype)
    if values.dtype == object:
        return pl.Series(name, values.tolist(), dtype=pl.String)
    return pl.Series(name, values).cast(dtype)
