"""What pages and start pages show, whether they answer, and whether the link stands there."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from spamlinks.simulate.domains import shares_of, spreads_of
from spamlinks.simulate.kinds import SOFTWARE, Kind
from spamlinks.simulate.links import weighted
from spamlinks.simulate.owners import Owners
from spamlinks.simulate.words import LANGUAGE_SHARE, LANGUAGES, TRADE, Ints, Strings, pick

__all__ = [
    "ABSENT",
    "FOR_SALE",
    "FOUND",
    "HOPS",
    "REPLACED",
    "STATES",
    "TRADES",
    "UNSURE",
    "Pages",
    "where_known",
]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

STATES = {"blocked": 0.07, "failed": 0.05, "robots": 0.03}
"""Domains that refuse, do not answer, or forbid the visit in robots.txt."""

ABSENT = 0.06
"""Pages that are gone, of the domains that answer."""

UNSURE = 0.06
"""Links that the vendor placed in the text and this reader does not, or the other way round;
languages that are taken for another one, half as often."""

FOUND = (0.93, 0.12)
"""Links that are on the page: of those the export shows as living, and as lost."""

HOPS = 0.18
"""Pages behind a redirect within their own domain: to https, to www, to a slash."""

FOR_SALE = (0.5, 0.02)
"""Parked domains, and short pages of others, that are offered for sale."""

REPLACED = 0.8
"""Moved pages that lead to a page without the link."""

TRADES = ("gambling", "adult", "pharma", "loans", "essay", "replica", "piracy")
"""Spam trades, each as common as the others; assumed."""

_DOMAIN_WIDE = 0.85  # pages of a domain that share its way of answering
_CODES = {
    "blocked": ((403, 429, 401), (0.7, 0.2, 0.1)),
    "absent": ((404, 410, 0), (0.8, 0.1, 0.1)),  # 0: there is no such name
    "failed": ((0, 500, 502, 503), (0.5, 0.2, 0.15, 0.15)),  # 0: no answer at all
    "robots": ((0,), (1.0,)),
    "fetched": ((200,), (1.0,)),
}
_NAMES = {
    "none": None, "wordpress": "WordPress 6", "joomla": "Joomla!", "drupal": "Drupal 10",
    "wix": "Wix.com Website Builder", "blogger": "Blogger", "forum": "phpBB",
    "wiki": "MediaWiki 1.41", "other": "Hugo 0.126",
}  # fmt: skip
_EVIDENCE = {
    "parked": "says that the domain is parked",
    "for_sale": "says that the domain is for sale",
    "directory": "invites to submit a site",
    "sells_links": "offers links or guest posts",
}


class Pages:
    """Draws what pages show; ``of`` is the domain of each page, ``parked`` says it of each page.

    ``moved`` pages lead to another domain; of those, ``replaced`` ones to a page without the link.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        kinds: tuple[Kind, ...],
        which: Ints,
        of: Ints,
        parked: Bools,
        wide: float,
    ) -> None:
        self.rng, self.kinds, self.which, self.of, self.wide = rng, kinds, which, of, wide
        self.kind = which[of]
        self.domain_parked = parked
        self.parked = parked[of] & (rng.random(len(of)) < 0.95)
        self.domain_state = self._pick_states(len(which))
        state = np.where(rng.random(len(of)) < _DOMAIN_WIDE, self.domain_state[of], "fetched")
        gone = (state == "fetched") & ~self.parked & (rng.random(len(of)) < ABSENT)
        state = np.where(gone, "absent", state)
        self.state = np.asarray(np.where(rng.random(len(of)) < 0.01, "failed", state), dtype=object)
        self.moved = self._flag("moved") & ~self.parked
        self.trade = rng.integers(0, len(TRADES), (len(which), 2))
        self.replaced = self.moved & (rng.random(len(of)) < REPLACED)

    def _pick_states(self, n: int) -> Strings:
        names = ["fetched", *STATES]
        shares = np.array([1 - sum(STATES.values()), *STATES.values()])
        return pick(self.rng, names, n, shares)

    def _flag(self, name: str) -> Bools:
        """A mark of pages, mostly all of a domain's or none."""
        share = shares_of(self.kinds, self.which, name)
        own = self.rng.beta(np.maximum(share, 0.003) * 1.5, np.maximum(1 - share, 0.003) * 1.5)
        return np.asarray(self.rng.random(len(self.of)) < own[self.of], dtype=np.bool_)

    def _of_domain(self, name: str) -> Bools:
        draw = self.rng.random(len(self.which))
        return np.asarray((draw < shares_of(self.kinds, self.which, name))[self.of], dtype=np.bool_)

    def _spread(self, name: str, kind: Ints) -> Floats:
        mean, sd = spreads_of(self.kinds, kind, name)
        return np.asarray(10 ** (mean + self.wide * sd * self.rng.normal(0, 1, len(kind))))

    def _later(self, counts: Floats) -> Floats:
        """Counts of another day: mostly the same, else a few more or less."""
        off = np.where(self.rng.random(len(counts)) < 0.6, 0, self.rng.normal(0, 0.04, len(counts)))
        return np.asarray(np.round(counts * 10**off), dtype=np.float64)

    def _words_of_trade(self, free: Floats, kind: Ints) -> Floats:
        some = self.rng.random(len(kind)) >= free
        many = np.maximum(1, np.round(self._spread("trade_words", kind)))
        return np.asarray(np.where(some, np.minimum(many, 40), 0), dtype=np.float64)

    def _trades(self, words: Floats, of: Ints) -> Strings:
        """Trades of so many words: mostly the domain's one, a second where there are several."""
        names = np.array(TRADES, dtype=object)[self.trade[of]]
        second = (words > 3) & (self.rng.random(len(of)) < 0.5) & (names[:, 0] != names[:, 1])
        both = [" ".join(sorted(pair)) for pair in names.tolist()]
        told = np.where(second, np.array(both, dtype=object), names[:, 0])
        return np.asarray(np.where(words > 0, told, ""), dtype=object)

    def found(self, frame: pl.DataFrame, first: Ints, page: Ints) -> Bools:
        """Which links stand on their page: those of one page to one address all or none."""
        living, stale = FOUND
        share = np.where(frame["is_lost"].to_numpy(), stale, living)
        keys = pl.DataFrame({"page": page, "target": frame["target_url"]})
        group = keys.select(pl.struct("page", "target").rank("dense"))["page"].to_numpy()
        draw = self.rng.random(int(group.max()) + 1)[group]
        found = draw < share
        # Lost and living rows of one page and address disagree: the page decides.
        found = np.bincount(group, found)[group] > 0
        # A page that is a redirect holds no link, and no other page is one.
        redirect = (frame["link_kind"] == "redirect").to_numpy()
        found &= redirect == redirect[first][page]
        return np.asarray(found & ~(self.parked | self.replaced)[page], dtype=np.bool_)

    def facts(
        self,
        frame: pl.DataFrame,
        first: Ints,
        languages: Strings,
        owners: Owners,
        links_found: Ints,
        found: Bools,
    ) -> dict[str, npt.NDArray[np.generic]]:
        """Columns of pages; null where nothing was read.

        Parameters
        ----------
        first : row of each page's first link, which says what the page is like.
        links_found, found : number of links to the site on each page; whether the first is there.
        """
        rng, n, kind = self.rng, len(self.of), self.kind
        rows = frame[first.tolist()]
        external = np.maximum(1, self._later(_floats(rows["page_external_links"])))
        external = np.maximum(external, links_found)
        internal = self._later(_floats(rows["page_internal_links"]))
        linked = np.minimum(external, self._later(_floats(rows["page_linked_domains"])))
        # The site is one of the domains, and whatever else the page links to is another.
        linked = np.where(
            (links_found > 0) & (external > links_found), np.maximum(linked, 2), linked
        )
        linked = np.where(external == links_found, 1, linked)
        external = np.where(self.parked, np.round(10 ** rng.normal(0.8, 0.3, n)), external)
        internal = np.where(self.parked, rng.integers(0, 6, n), internal)
        linked = np.where(self.parked, np.ceil(external * rng.uniform(0.3, 1, n)), linked)
        text = np.where(self.parked, 10 ** rng.normal(1.8, 0.25, n), self._spread("words", kind))
        # The words of a link are words of the page.
        words = np.round(text + (external + internal) * rng.uniform(1, 2.2, n))
        free = shares_of(self.kinds, kind, "trade_free")
        trade = self._words_of_trade(np.where(self.parked, 0.85, free), kind)
        named = rows["anchor_text"].str.contains_any(TRADE).fill_null(value=False).to_numpy()
        named &= found
        texts = ("anchor_text", "left_context", "right_context")
        beside = pl.concat_str(pl.col(texts).fill_null(""), separator="\n")
        said = rows.with_columns(there=pl.Series(found)).select(
            pl.concat_str(
                pl.when("there").then(beside).otherwise(pl.lit("")),
                pl.col("referring_page_title"),
                separator="\n",
            ).str.to_lowercase()
        )
        told = said.to_series().str.extract_many([*TRADE]).list.n_unique()
        trade = np.where(self.parked, trade, np.maximum(trade, told.to_numpy()))
        share = shares_of(self.kinds, kind, "trade_linked")
        share = rng.beta(np.maximum(share, 0.01) * 2, (1 - share) * 2)
        links = rng.binomial(external.astype(np.int64), np.where(trade > 0, share, 0))
        read = self.state == "fetched"
        redirect = (rows["link_kind"] == "redirect").fill_null(value=False).to_numpy()
        redirect &= ~self.parked
        hops = (rng.random(n) < HOPS) * (1 + (rng.random(n) < 0.15))
        elsewhere = self.moved | redirect
        # Only a short page is an offer, and only a page of links a directory.
        sale = (rng.random(n) < np.where(self.parked, *FOR_SALE)) & (self.parked | (words < 200))
        lists = self._of_domain("directory") & ~self.parked & (external >= 24)
        # Whoever is sent on to the site itself sees nothing of the page.
        shown = read & ~redirect
        software = np.array([_NAMES[s] for s in SOFTWARE], dtype=object)
        software = software[weighted(rng, self.kinds, self.which, "software")][self.of]
        software = np.where(self.parked, np.asarray(None, dtype=object), software)
        ids = np.where(rng.random(n) < 0.95, owners.ids[self.of], "")
        ids = np.where(self.parked & (rng.random(n) < 0.7), "", ids)
        seen = {
            "fetched_external_links": external,
            "fetched_internal_links": internal,
            "fetched_linked_domains": linked,
            "fetched_words": words,
            "fetched_language": self._misread(languages[self.of]),
            "fetched_generator": software,
            "fetched_noindex": self._flag("noindex") & ~self.parked,
            "fetched_canonical_elsewhere": self._flag("canonical") & ~self.parked,
            "fetched_trade_words": trade,
            "fetched_trade_links": np.maximum(links, named),
            "fetched_trades": self._trades(trade, self.of),
            "fetched_parked": _told(self.parked, "parked"),
            "fetched_for_sale": _told(sale, "for_sale"),
            "fetched_directory": _told(lists, "directory"),
            "fetched_sells_links": _told(
                self._of_domain("sells_links") & ~self.parked, "sells_links"
            ),
            "fetched_ids": ids,
        }
        out: dict[str, npt.NDArray[np.generic]] = {
            name: where_known(values, shown) for name, values in seen.items()
        }
        out["fetched_redirects"] = where_known(hops + elsewhere, read)
        out["fetched_elsewhere"] = where_known(elsewhere, read)
        out["fetch_state"] = self.state
        out["fetched_http_code"] = _codes(rng, self.state)
        return out

    def _misread(self, languages: Strings) -> Strings:
        wrong = self.rng.random(len(languages)) < UNSURE / 2
        other = pick(self.rng, LANGUAGES, len(languages), LANGUAGE_SHARE)
        return np.asarray(np.where(wrong, other, languages), dtype=object)

    def homes(
        self, facts: dict[str, npt.NDArray[np.generic]], start: Bools, languages: Strings
    ) -> dict[str, npt.NDArray[np.generic]]:
        """Columns of start pages, one a domain; a linking page that is one (``start``) decides."""
        rng, n, parked = self.rng, len(self.which), self.domain_parked
        state = np.where(rng.random(n) < _DOMAIN_WIDE, self.domain_state, "fetched").astype(object)
        external = np.round(self._spread("home_external", self.which))
        external = np.where(parked, np.round(10 ** rng.normal(0.8, 0.3, n)), external)
        text = np.where(parked, 10 ** rng.normal(1.8, 0.25, n), 0.0)
        text = np.where(parked, text, self._spread("home_words", self.which))
        free = np.where(parked, 0.85, shares_of(self.kinds, self.which, "home_trade_free"))
        trade = self._words_of_trade(free, self.which)
        other = pick(rng, LANGUAGES, n, LANGUAGE_SHARE)
        foreign = rng.random(n) < shares_of(self.kinds, self.which, "home_foreign")
        columns: dict[str, npt.NDArray[np.generic]] = {
            "home_parked": _told(parked, "parked"),
            "home_trade_words": trade,
            "home_trades": self._trades(trade, np.arange(n)),
            "home_language": self._misread(np.where(foreign, other, languages)),
            "home_words": np.round(text + external * rng.uniform(1, 2.2, n)),
            "home_external_links": external,
        }
        out: dict[str, npt.NDArray[np.generic]] = {
            name: where_known(v, state == "fetched") for name, v in columns.items()
        }
        out["home_state"] = state
        here = self.of[start]
        for name in out:
            source = "fetch_state" if name == "home_state" else f"fetched_{name[5:]}"
            out[name] = out[name].astype(object)
            out[name][here] = facts[source][start]
        return out


def _codes(rng: np.random.Generator, state: Strings) -> Strings:
    out: Strings = np.full(len(state), None, dtype=object)
    for name, (codes, shares) in _CODES.items():
        here = np.flatnonzero(state == name)
        drawn = rng.choice(codes, len(here), p=shares)
        out[here] = [int(code) or None for code in drawn]
    return out


def _floats(values: pl.Series) -> Floats:
    return values.to_numpy().astype(np.float64)


def _told(there: Bools, name: str) -> Strings:
    return np.asarray(np.where(there, _EVIDENCE[name], ""), dtype=object)


def where_known(values: npt.NDArray[np.generic], known: Bools) -> Strings:
    """The values as objects, None where they are not known."""
    out: Strings = values.astype(object)
    out[~known] = None
    return out
