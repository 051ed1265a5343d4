"""Signals of the host name: tables of names, innocent look-alikes beside the guilty."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest

from spamlinks.signals import SIGNALS, encode, signals
from spamlinks.signals.host import host_signals
from spamlinks.urls import host_table

CASES = [  # host, signal, value
    ("www.example.com", "host_length", 15),
    ("www.example.com", "domain_label_length", 7),
    ("a1-22-3.example", "domain_digit_count", 4),
    ("a1-22-3.example", "domain_digit_run", 2),
    ("a1-22-3.example", "domain_hyphen_count", 2),
    ("example.com", "domain_digit_run", 0),  # none is 0, not unknown
    ("www.example.com", "subdomain_depth", 0),  # www says nothing
    ("a.b.example.com", "subdomain_depth", 2),
    ("www.b.example.com", "subdomain_depth", 2),
    ("ns1.user22.example.com", "subdomain_digit_count", 3),
    ("frankfurt.de", "vowel_share", 2 / 9),
    ("strength.com", "consonant_run", 4),  # n-g-t-h
    ("aabb.com", "distinct_character_share", 0.5),
    ("example.co.uk", "suffix_length", 5),
    ("example.co.uk", "suffix_depth", 2),
    ("me.blogspot.com", "suffix_depth", 2),  # the private suffix
    ("192.0.2.7", "is_ip_host", 1),
    ("192.0.2.7", "suffix_length", 0),
    ("192.0.2.7", "domain_digit_count", 0),  # an address has no name
    ("192.0.2.7", "vowel_share", math.nan),  # nor letters to share
    ("bücher.example", "is_punycode", 1),
    ("example.com", "is_punycode", 0),
    ("me.blogspot.com", "is_private_suffix", 1),
    ("en.wikipedia.org", "is_platform", 1),
    ("notwikipedia.org", "is_platform", 0),
    ("cs.ox.ac.uk", "is_institution", 1),
    ("ac.uk.example.com", "is_institution", 0),  # the ending decides
    ("bit.ly", "is_shortener", 1),
    ("rabbit.ly", "is_shortener", 0),
]

TRADE_HOSTS = [  # host, words found
    ("casino.fr", 1),
    ("best-casino-slots.top", 2),
    ("casinobonus.xyz", 1),  # glued: a stem
    ("buy-viagra.example", 1),
    ("write-my-essay.example", 1),  # a stem over the hyphens
    ("казино-онлайн.рф", 0),  # punycode hides the words; the learned name evidence is for that
    ("frankfurt.de", 0),
    ("sussex.ac.uk", 0),  # not sex
    ("essex-news.co.uk", 0),
    ("scunthorpe.gov.uk", 0),
    ("analytics-specialist.org", 0),  # not cialis
    ("socialist-party.example", 0),
    ("motor-rental.com", 0),  # not torrent
    ("pharmacy-jones.co.uk", 0),  # an honest chemist
    ("pornic-tourisme.fr", 0),  # a town
    ("alphabet.com", 0),  # not bet
    ("crankshaft.com", 0),
    ("mapoker.net", 0),
    ("betty.com", 0),
    ("classloans.com", 0),  # glued words are left to the learned evidence
    ("sex-video.xyz", 1),  # in texts, "sex" is no word of the trade
    ("gratispornos.xyz", 1),
]

SELLER_HOSTS = [  # host, sells links
    ("seo-rank.com", 1),
    ("backlinkmarket.store", 1),
    ("buy-backlinks.example", 1),
    ("webdirectory.net", 1),
    ("frankfurt.de", 0),
    ("seoul-travel.kr", 0),
    ("museodiroma.it", 0),  # museo di Roma, not seo dir
    ("boost.org", 0),  # a library
    ("linkedin.com", 0),
    ("rankings.example", 0),  # universities have them
]


def one(host: str) -> dict[str, float]:
    frame, tables = encode(pl.DataFrame({"referring_page": [f"https://{host}/"]}))
    return dict(zip(SIGNALS, signals(frame, tables)[0].tolist(), strict=True))


@pytest.mark.parametrize(("host", "name", "value"), CASES)
def test_host_signal(host: str, name: str, value: float) -> None:
    assert one(host)[name] == pytest.approx(value, abs=1e-6, nan_ok=True)


@pytest.mark.parametrize(("host", "found"), TRADE_HOSTS)
def test_trade_words_in_the_host(host: str, found: int) -> None:
    assert one(host)["host_trade_words"] == found


@pytest.mark.parametrize(("host", "sells"), SELLER_HOSTS)
def test_link_sellers_words_in_the_host(host: str, sells: int) -> None:
    assert one(host)["host_sells_links"] == sells


def test_a_platform_name_in_a_subdomain_is_no_platform() -> None:
    assert one("wikipedia.org.evil.com")["is_platform"] == 0


class FixedEvidence:
    """Evidence that says a number for each host, so that its place can be told."""

    def columns(self, hosts: pl.DataFrame) -> dict[str, np.ndarray]:
        return {"name_evidence": hosts["host"].str.len_chars().to_numpy().astype(np.float32)}


def test_learned_evidence_is_put_beside_its_host() -> None:
    hosts = host_table(pl.Series(["aa.com", "bbbb.com"]))
    table = host_signals(hosts, FixedEvidence())
    assert table["name_evidence"].to_list() == [6, 8]
    assert table["tld_risk"].null_count() == 2  # what was not learned is unknown


def test_without_evidence_the_learned_signals_are_unknown() -> None:
    found = one("example.com")
    names = ("tld_risk", "name_evidence", "name_evidence_business")
    assert all(math.isnan(found[name]) for name in names)
