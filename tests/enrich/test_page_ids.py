"""Ids of owners in scripts, and those that are nobody's."""

from __future__ import annotations

import pytest

pytest.importorskip("lxml", reason="pages are read with the extra 'enrich'")
pytest.importorskip("w3lib", reason="pages are read with the extra 'enrich'")

from spamlinks.enrich.page import read_page

FOUND = (
    ("analytics, the account", "ga('create', 'UA-4815162-3')", "ga:UA-4815162"),
    ("analytics 4", "gtag('config', 'G-4RT7HK29QW');", "ga4:G-4RT7HK29QW"),
    ("tag manager", "})(window,document,'script','dataLayer','GTM-K7PW3ZQ');", "gtm:GTM-K7PW3ZQ"),
    ("ads", "gtag('config', 'AW-918273645')", "gads:AW-918273645"),
    ("adsense", '(google_ad_client = "ca-pub-7314159265358979")', "adsense:pub-7314159265358979"),
    ("pixel", "fbq('init', '2718281828459045');", "facebook:2718281828459045"),
    ("metrika", 'ym(48151623, "init", {})', "metrika:48151623"),
    ("clarity", 'c(window, document, "clarity", "script", "k3x9q2w7ab")', "clarity:k3x9q2w7ab"),
    ("hotjar", "h._hjSettings={hjid:2718281,hjsv:6}", "hotjar:2718281"),
    ("baidu", 'h.src = "https://hm.baidu.com/hm.js?0f3a9c71d2b84e56a7c8d9e0f1a2b3c4"',
     "baidu:0f3a9c71d2b84e56a7c8d9e0f1a2b3c4"),
    ("histats", "_Hasync.push(['Histats.start', '1,4815162'])", None),
    ("statcounter", "var sc_project=10293847;", "statcounter:10293847"),
    ("matomo with its host",
     'var u="//stats.garden.example/"; _paq.push(["setTrackerUrl", u+"matomo.php"]);'
     '_paq.push(["setSiteId", "7"]);', "matomo:stats.garden.example/7"),
    ("matomo without a host means nothing", '_paq.push(["setSiteId", "7"]);', None),
    ("disqus", "var disqus_shortname = 'bo-garden';", "disqus:bo-garden"),
    ("a manual's x", "ga('create', 'UA-XXXXX-Y')", None),
    ("zeros", "ga('create', 'UA-000000-1')", None),
    ("counted up", "ga('create', 'UA-12345678-1')", None),
    ("x for analytics 4", "gtag('config', 'G-XXXXXXXXXX')", None),
    ("zeros for adsense", "google_ad_client = 'ca-pub-0000000000000000'", None),
    ("counted up for a pixel", "fbq('init', '1234567890123456')", None),
)  # fmt: skip


def ids(html: str) -> tuple[str, ...]:
    page = "https://garden.example/"
    return read_page(
        html.encode(), url=page, final_url=page, site="", headers={"content-type": "text/html"}
    ).ids


@pytest.mark.parametrize(("why", "script", "expected"), FOUND, ids=[case[0] for case in FOUND])
def test_ids_in_scripts(why: str, script: str, expected: str | None) -> None:
    assert ids(f"<p>x</p><script>{script}</script>") == ((expected,) if expected else ()), why


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<script src='https://tags.example/gtag/js?id=G-4RT7HK29QW'></script>",
         ("ga4:G-4RT7HK29QW",)),
        ("<ins class=adsbygoogle data-ad-client=ca-pub-7314159265358979></ins>",
         ("adsense:pub-7314159265358979",)),
        ("<noscript><img src='https://www.facebook.com/tr?id=2718281828459045&ev=x'></noscript>",
         ("facebook:2718281828459045",)),
        ("""<script data-cf-beacon='{"token": "0f3a9c71d2b84e56a7c8d9e0f1a2b3c4"}'></script>""",
         ("cloudflare:0f3a9c71d2b84e56a7c8d9e0f1a2b3c4",)),
        ("<img src='https://mc.yandex.ru/watch/48151623'>", ("metrika:48151623",)),
        ("<a href='https://www.amazon.de/dp/B0?th=1&tag=bogarden-21'>S</a>",
         ("amazon:bogarden-21",)),
        ("<a href='https://www.amazon.example.evil/dp/B0?tag=x'>no partner</a>", ()),
        ("<meta property='fb:app_id' content='966242223397117'>", ()),
        ("<meta property='fb:app_id' content='2718281828459'>", ("facebook_app:2718281828459",)),
        ("<pre>Write ga('create', 'UA-4815162-3') into your page</pre>", ()),
        ("<script>/* no id */</script>", ()),
        ("<script>ga('create','UA-4815162-3');ga('create','UA-4815162-9')</script>",
         ("ga:UA-4815162",)),
    ],
)  # fmt: skip
def test_ids_in_attributes(html: str, expected: tuple[str, ...]) -> None:
    assert ids(html) == expected


def test_ids_are_sorted_and_bounded() -> None:
    many = "".join(f"fbq('init', '27182818284{n:04}');" for n in range(1000, 1100))
    found = ids(f"<script>{many}</script>")
    assert len(found) == 40
    assert list(found) == sorted(found)
