"""One row per link: pages scatter around their domain, links around their page."""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.special import ndtr

from spamlinks.schema import FIELDS
from spamlinks.simulate.domains import shares_of, spreads_of
from spamlinks.simulate.groups import SHARED_TARGET, Groups
from spamlinks.simulate.kinds import Kind
from spamlinks.simulate.links import link_dates, link_texts
from spamlinks.simulate.noise import stale
from spamlinks.simulate.texts import TextMaker
from spamlinks.simulate.words import Ints, Strings

__all__ = ["link_rows"]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def link_rows(
    rng: np.random.Generator,
    kinds: tuple[Kind, ...],
    which: Ints,
    domain: Ints,
    groups: Groups,
    columns: dict[str, Floats],
    texts: TextMaker,
    *,
    hosts: Strings,
    languages: Strings,
    as_of: date,
    wide: float,
    noise: float,
    mistakes: np.random.Generator,
) -> pl.DataFrame:
    """Draw the backlinks of a profile whose domains are drawn.

    Parameters
    ----------
    which : kind of each domain, as an index of ``kinds``.
    domain : domain of each row, shape (n_rows,).
    columns : of ``domains.domain_columns``.
    hosts, languages : of each domain.
    as_of, wide, noise : as for ``generate``.
    mistakes : source of chance for ``noise``.

    Returns
    -------
    DataFrame of shape (n_rows, n_fields) with columns of the schema.
    """
    n = len(domain)
    kind = which[domain]

    def flag(name: str) -> Bools:
        # Shares differ from domain to domain: most sites do one or the other throughout.
        share = shares_of(kinds, which, name)
        own = rng.beta(np.maximum(share, 0.005) * 1.5, np.maximum(1 - share, 0.005) * 1.5)
        return np.asarray(rng.random(n) < own[domain], dtype=np.bool_)

    def count(name: str, site: Floats) -> Floats:
        mean, sd = spreads_of(kinds, kind, name)
        draw = mean + wide * sd * (0.75 * site[domain] + 0.66 * rng.normal(0, 1, n))
        return np.asarray(np.round(10 ** np.clip(draw, 0, 4.5)), dtype=np.float64)

    of = groups.of[domain]
    shared_targets = texts.targets(len(groups), 0.45)
    follows = (of >= 0) & (rng.random(n) < SHARED_TARGET)
    targets = texts.targets(n, 0.45)
    targets[follows] = shared_targets[of[follows]]
    words = link_texts(rng, kinds, which, domain, groups, languages, targets, texts)
    https = np.where(flag("https"), "https://", "http://")
    www = np.where(rng.random(len(which))[domain] < 0.3, "www.", "")
    external = np.maximum(1, stale(mistakes, count("external", columns["outward"]), noise))
    mean, sd = spreads_of(kinds, kind, "linked_per_external")
    linked = np.maximum(1, np.round(external * np.clip(rng.normal(mean, sd), 0.05, 1)))
    traffic, rating = columns["traffic"][domain], columns["rating"][domain]
    page_traffic = np.round(traffic * np.clip(10 ** rng.normal(-3, 1.0, n), 0, 1))
    keywords = np.round(page_traffic**0.7 * 10 ** rng.normal(0, 0.3, n))
    # Few pages are linked by anybody but their own site, more of them on a strong domain.
    strength = 0.6 * columns["strength"][domain] + 0.8 * rng.normal(0, 1, n)
    alone = _below(strength, shares_of(kinds, kind, "unlinked"))
    url_rating = rating * 0.15 * 10 ** rng.normal(0, 0.25, n) + rng.exponential(2, n)
    page_ref = np.ceil(10 ** np.clip(rng.normal(-0.3 + rating / 80, 0.5, n), -1, 4))
    seen = link_dates(rng, kinds, which, domain, groups)
    as_days = np.datetime64(as_of, "D")
    first = as_days - seen["first"].astype("timedelta64[D]")
    last = as_days - seen["last"].astype("timedelta64[D]")
    lost = flag("lost") & (seen["last"] > 3)
    image = flag("image")
    redirect = flag("redirect") & ~image  # the page itself is a redirect: no text, code 301
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
        - np.round(columns["age"]).astype("timedelta64[D]")
        - np.round(seen["oldest"]).astype("timedelta64[D]")
    )[domain]
    data = {
        "referring_page": https + www + hosts[domain] + words["path"],
        "target_url": targets,
        "anchor_text": np.where(image | redirect, "", words["anchor"]),
        "referring_page_title": words["title"],
        "left_context": _known(words["left"], context),
        "right_context": _known(words["right"], context),
        "page_language": _known(languages[domain], rng.random(n) < 0.9),
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
        "page_internal_links": count("internal", columns["inward"]),
        "page_linked_domains": linked,
        "domain_traffic": traffic,
        "page_traffic": page_traffic,
        "page_keywords": keywords,
        "domain_keywords": _at_least(columns["keywords"], keywords, domain)[domain],
        "page_ref_domains": np.where(alone, 0, page_ref),
        "domain_ref_domains": columns["ref_domains"][domain],
        "domain_linked_domains": _at_least(columns["linked_domains"], linked, domain)[domain],
        "ahrefs_domain_rating": rating,
        "ahrefs_url_rating": np.where(alone, 0, np.round(np.clip(url_rating, 0.1, 90), 1)),
        "majestic_page_trust_flow": np.round(columns["trust"][domain] * rng.uniform(0.3, 1, n)),
        "majestic_page_citation_flow": np.round(
            columns["citation"][domain] * rng.uniform(0.5, 1, n)
        ),
        "first_seen": first,
        "last_seen": last,
        "last_crawled": last,
        "lost_at": np.where(lost, last, np.datetime64("NaT")),
        "is_lost": lost,
        "domain_created_on": created,
    }
    built = pl.DataFrame({name: _series(name, values) for name, values in data.items()})
    return built.with_columns(
        vendor=pl.lit("simulated"), export_date=pl.lit(as_of), grain=pl.lit("link")
    )


def _below(normal: Floats, share: Floats) -> Bools:
    """Which of standard normal draws lie in the lowest ``share``."""
    return np.asarray(ndtr(normal) < share, dtype=np.bool_)


def _at_least(values: Floats, rows: Floats, domain: Ints) -> Floats:
    """Values of domains, raised to the highest of their rows."""
    out = values.copy()
    np.maximum.at(out, domain, rows)
    return out


def _known(texts: Strings, known: Bools) -> Strings:
    return np.asarray(np.where(known, texts, np.asarray(None, dtype=object)), dtype=object)


def _series(name: str, values: npt.NDArray[np.generic]) -> pl.Series:
    dtype = FIELDS[name].dtype if name in FIELDS else None
    if values.dtype == object:
        return pl.Series(name, values.tolist(), dtype=pl.String)
    series = pl.Series(name, values)
    return series.cast(dtype) if dtype is not None else series
