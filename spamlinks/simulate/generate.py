"""Link profiles drawn from the kinds: labelled backlinks in the one schema.

Columns hang together through the domain: one draw of size for a domain moves its traffic, rating
and link counts together; pages scatter around their domain. Networks share a name pattern, a
title template and a few weeks. All chance comes from one seed.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from spamlinks.schema import FIELDS
from spamlinks.simulate.hosts import HostPool, invent_hosts, invent_institutions, name_networks
from spamlinks.simulate.kinds import HONEST, SPAM, Kind
from spamlinks.simulate.texts import Strings, TextMaker

__all__ = ["AS_OF", "generate"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

AS_OF = date(2026, 10, 5)
"""Day of the export unless another one is asked for."""


def _shares(kinds: tuple[Kind, ...]) -> Floats:
    shares = np.array([k.share for k in kinds])
    return np.asarray(shares / shares.sum(), dtype=np.float64)


def _field(kinds: tuple[Kind, ...], index: Ints, name: str) -> Floats:
    return np.array([getattr(k, name) for k in kinds], dtype=np.float64)[index]


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
) -> pl.DataFrame:
    """Draw one labelled link profile.

    Parameters
    ----------
    rows : number of backlinks.
    seed : the same seed gives the same profile.
    spam_share : share of linking *domains* that are spam, 0 to 1.
    site : host of the protected site; its first label is the brand.
    pool : host names to use; default invented ones.
    as_of : day of the export.
    wide : factor on the spread of the counts, to vary what a profile looks like.
    spam_names : factor on the share of spam domains that wear a name from the spam pool.
    site_seed : decides the site's language and pages; default ``seed``. With one value, several
        profiles are parts of one.
    taken : invented hosts that must not be used again; those of this profile are added.

    Returns
    -------
    DataFrame of ``rows`` rows with the columns of the schema that any export may have, plus
    ``is_spam`` (Int8), ``kind`` (str) and ``network`` (str, null outside networks).
    """
    rng = np.random.default_rng(seed)
    kinds = (*HONEST, *SPAM)
    n_domains = max(1, int(rows / 2.1))
    spam = rng.random(n_domains) < spam_share
    which = np.where(
        spam,
        len(HONEST) + rng.choice(len(SPAM), n_domains, p=_shares(SPAM)),
        rng.choice(len(HONEST), n_domains, p=_shares(HONEST)),
    )
    texts = TextMaker(rng, site, seed if site_seed is None else site_seed)
    hosts, network = _hosts(rng, kinds, which, spam, pool, spam_names, taken, seed)
    mean, sd = _pair(kinds, which, "pages")
    counts = np.maximum(1, np.round(10 ** rng.normal(mean, sd))).astype(np.int64)
    domain = np.repeat(np.arange(n_domains), counts)
    if len(domain) < rows:
        domain = np.concatenate([domain, rng.integers(0, n_domains, rows - len(domain))])
    domain = rng.permutation(domain)[:rows]
    frame = _domain_columns(rng, kinds, which, wide)
    return _rows(rng, kinds, which, domain, spam, hosts, network, frame, texts, as_of, wide)


def _pair(kinds: tuple[Kind, ...], which: Ints, name: str) -> tuple[Floats, Floats]:
    table = np.array([getattr(k, name) for k in kinds], dtype=np.float64)[which]
    return table[:, 0], table[:, 1]


def _hosts(
    rng: np.random.Generator,
    kinds: tuple[Kind, ...],
    which: Ints,
    spam: npt.NDArray[np.bool_],
    pool: HostPool | None,
    spam_names: float,
    taken: set[str] | None,
    seed: int,
) -> tuple[Strings, Strings]:
    n = len(which)
    taken = set() if taken is None else taken
    # A pool's names are real: an honest site never wears one that somebody disavowed.
    honest_share = 0.0 if pool is not None else 1.0
    share = _field(kinds, which, "spam_name") * np.where(spam, spam_names, honest_share)
    spammy = rng.random(n) < share
    member = spam & (rng.random(n) < _field(kinds, which, "networked"))
    hosts: Strings = np.empty(n, dtype=object)
    for flag in (False, True):
        here = np.flatnonzero(spammy == flag)
        names = (pool.spam if flag else pool.honest) if pool is not None else ()
        if names:
            take = rng.choice(len(names), len(here), replace=len(here) > len(names))
            hosts[here] = np.asarray(names, dtype=object)[take]
        else:
            hosts[here] = invent_hosts(rng, len(here), spam=flag, taken=taken)
    if pool is not None:
        return hosts, np.full(n, None, dtype=object)
    public = np.array([k.name == "institution" for k in kinds])[which]
    hosts[public] = invent_institutions(rng, int(public.sum()), taken=taken)
    prefix = f"network-{seed}"
    return hosts, name_networks(rng, hosts, member, size=25, prefix=prefix, taken=taken)


def _domain_columns(
    rng: np.random.Generator, kinds: tuple[Kind, ...], which: Ints, wide: float
) -> dict[str, Floats]:
    n = len(which)
    size = rng.normal(0, 1, n)  # one draw moves everything that measures size

    def near(share: float) -> Floats:
        noise = rng.normal(0, 1, n)
        return np.asarray(share * size + np.sqrt(1 - share**2) * noise, dtype=np.float64)

    mean, sd = _pair(kinds, which, "traffic")
    traffic = 10 ** (mean + wide * sd * near(0.75))
    traffic[rng.random(n) < _field(kinds, which, "zero_traffic")] = 0
    mean, sd = _pair(kinds, which, "rating")
    rating = np.clip(mean + sd * near(0.8), 0, 97)
    rating[rng.random(n) < 0.06] = 0
    mean, sd = _pair(kinds, which, "age_days")
    age = 10 ** (mean + sd * near(0.4))
    trust = np.clip(
        rating * np.where(which < len(HONEST), 0.75, 0.35) * 10 ** rng.normal(0, 0.15, n), 0, 95
    )
    citation = np.clip(rating * 0.8 * 10 ** rng.normal(0, 0.12, n) + 3, 0, 95)
    return {
        "traffic": traffic,
        "rating": rating,
        "age": np.clip(age, 5, 12000),
        "trust": trust,
        "citation": citation,
    }


def _weighted(rng: np.random.Generator, kinds: tuple[Kind, ...], kind: Ints, name: str) -> Ints:
    table = np.cumsum(np.array([getattr(k, name) for k in kinds], dtype=np.float64), axis=1)
    table /= table[:, -1:]
    draw = rng.random(len(kind))
    return np.asarray((table[kind] < draw[:, None]).sum(axis=1), dtype=np.int64)


def _rows(
    rng: np.random.Generator,
    kinds: tuple[Kind, ...],
    which: Ints,
    domain: Ints,
    spam: npt.NDArray[np.bool_],
    hosts: Strings,
    network: Strings,
    frame: dict[str, Floats],
    texts: TextMaker,
    as_of: date,
    wide: float,
) -> pl.DataFrame:
    n = len(domain)
    kind = which[domain]

    def flag(name: str) -> npt.NDArray[np.bool_]:
        # Shares differ from domain to domain: most sites do one or the other throughout.
        share = _field(kinds, which, name)
        own = np.clip(
            rng.beta(np.maximum(share, 0.005) * 1.5, np.maximum(1 - share, 0.005) * 1.5), 0, 1
        )
        return np.asarray(rng.random(n) < own[domain], dtype=np.bool_)

    def count(name: str) -> Floats:
        mean, sd = _pair(kinds, kind, name)
        site = rng.normal(0, 1, len(which))[domain]
        draw = mean + wide * sd * (0.7 * site + 0.7 * rng.normal(0, 1, n))
        return np.asarray(np.round(10 ** np.clip(draw, 0, 4.5)), dtype=np.float64)

    foreign = rng.random(len(which)) < _field(kinds, which, "foreign")
    language = texts.languages(foreign)[domain]
    topics = texts.topics(language, 3)
    anchor_kind = _weighted(rng, kinds, kind, "anchors")
    targets = texts.targets(n, 0.45)
    path = texts.paths(_weighted(rng, kinds, kind, "paths"), topics)
    https = np.where(flag("https"), "https://", "http://")
    www = np.where(rng.random(len(which))[domain] < 0.3, "www.", "")
    external = count("external")
    mean, sd = _pair(kinds, kind, "linked_per_external")
    linked = np.maximum(1, np.round(external ** np.clip(rng.normal(mean + 0.15, sd * 0.5), 0.2, 1)))
    page_share = 10 ** rng.normal(-2.2, 0.9, n)
    page_traffic = np.round(frame["traffic"][domain] * np.clip(page_share, 0, 1))
    rating = frame["rating"][domain]
    url_rating = np.clip(
        rating * 0.18 * 10 ** rng.normal(0, 0.25, n) + rng.exponential(1.5, n), 0, 90
    )
    seen = _dates(rng, kinds, which, domain, frame["age"])
    keywords = np.round(page_traffic**0.7 * 10 ** rng.normal(0, 0.3, n))
    as_days = np.datetime64(as_of, "D")
    first = as_days - seen["first"].astype("timedelta64[D]")
    last = as_days - seen["last"].astype("timedelta64[D]")
    lost = flag("lost") & (seen["last"] > 3)
    image = flag("image")
    redirect = ~image & (rng.random(n) < 0.015)  # the page itself is a redirect: no text, code 301
    answers = flag("answers")
    context = flag("context") & ~image & ~redirect
    sitewide = flag("sitewide")
    group = np.where(
        sitewide,
        np.round(10 ** np.clip(rng.normal(1.8, 0.7, n), 0, 5)),
        np.floor(10 ** np.abs(rng.normal(0, 0.35, n))),
    )
    nofollow, ugc, sponsored = flag("nofollow"), flag("ugc"), flag("sponsored")
    raw = rng.random(n) < 0.95
    created = (
        as_days
        - np.round(frame["age"]).astype("timedelta64[D]")
        - np.round(seen["oldest"]).astype("timedelta64[D]")
    )[domain]
    left = _known(topics, context)
    right = _known(texts.topics(language, 3), context)
    data = {
        "vendor": pl.lit("simulated"),
        "referring_page": https + www + hosts[domain] + path,
        "target_url": targets,
        "anchor_text": np.where(
            image | redirect, "", texts.anchors(anchor_kind, targets, language)
        ),
        "referring_page_title": texts.titles(_weighted(rng, kinds, kind, "titles"), topics),
        "left_context": left,
        "right_context": right,
        "page_language": _known(language, rng.random(n) < 0.88),
        "page_http_code": np.where(
            redirect, 301, np.where(answers, 200, rng.choice([403, 404, 500, 503], n))
        ),
        "link_kind": np.where(image, "image", np.where(redirect, "redirect", "text")),
        "rel_nofollow": nofollow | ugc | sponsored,
        "rel_ugc": ugc,
        "rel_sponsored": sponsored,
        "in_content": flag("in_content"),
        "sitewide": sitewide,
        "links_in_group": group,
        "links_from_domain": np.bincount(domain, minlength=len(which))[domain],
        "seen_raw": raw,
        "seen_rendered": ~raw | (rng.random(n) < 0.1),
        "page_external_links": external,
        "page_internal_links": count("internal"),
        "page_linked_domains": linked,
        "domain_traffic": np.round(frame["traffic"][domain]),
        "page_traffic": page_traffic,
        "page_keywords": keywords,
        "domain_keywords": np.maximum(keywords, np.round(frame["traffic"][domain] ** 0.8)),
        "page_ref_domains": np.round(10 ** np.clip(rng.normal(-0.5 + rating / 90, 0.6, n), -1, 4)),
        "domain_ref_domains": np.round(
            10 ** np.clip(0.4 + rating / 25 + rng.normal(0, 0.3, n), 0, 6)
        ),
        "domain_linked_domains": np.round(
            10 ** np.clip(1 + np.log10(1 + linked) + rng.normal(0, 0.5, n), 0, 6)
        ),
        "ahrefs_domain_rating": np.round(rating, 1),
        "ahrefs_url_rating": np.round(url_rating, 1),
        "majestic_page_trust_flow": np.round(frame["trust"][domain] * rng.uniform(0.3, 1, n)),
        "majestic_page_citation_flow": np.round(frame["citation"][domain] * rng.uniform(0.5, 1, n)),
        "first_seen": first,
        "last_seen": last,
        "last_crawled": last,
        "lost_at": np.where(lost, last, np.datetime64("NaT")),
        "is_lost": lost,
        "domain_created_on": created,
        "is_spam": spam[domain].astype(np.int8),
        "kind": np.array([k.name for k in kinds], dtype=object)[kind],
        "network": network[domain],
    }
    vendor = data.pop("vendor")
    built = pl.DataFrame({name: _series(name, values) for name, values in data.items()})
    return built.with_columns(vendor=vendor, export_date=pl.lit(as_of), grain=pl.lit("link"))


def _known(texts: Strings, known: npt.NDArray[np.bool_]) -> Strings:
    return np.asarray(np.where(known, texts, np.asarray(None, dtype=object)), dtype=object)


def _series(name: str, values: npt.NDArray[np.generic]) -> pl.Series:
    dtype = FIELDS[name].dtype if name in FIELDS else None
    if values.dtype == object:
        return pl.Series(name, values.tolist(), dtype=pl.String)
    series = pl.Series(name, values)
    return series.cast(dtype) if dtype is not None else series


def _dates(
    rng: np.random.Generator, kinds: tuple[Kind, ...], which: Ints, domain: Ints, age: Floats
) -> dict[str, Floats]:
    """Days before the export: first and last sight of each link, oldest link of each domain."""
    n = len(which)
    burst = rng.random(n) < _field(kinds, which, "burst")
    start = np.where(
        burst,
        rng.choice(rng.integers(20, 700, 3), n) + rng.normal(0, 12, n),
        10 ** rng.uniform(1.2, 3.5, n),
    )
    start = np.clip(start, 2, 3600)
    first = np.clip(
        start[domain] * rng.beta(4, 1, len(domain)) + rng.normal(0, 5, len(domain)), 1, 3600
    )
    mean = _field(kinds, which, "life")[domain]
    life = rng.beta(mean * 3, (1 - mean) * 3)
    return {"first": np.round(first), "last": np.round(first * (1 - life)), "oldest": start}
