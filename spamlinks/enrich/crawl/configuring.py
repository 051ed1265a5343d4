"""Scrapy, set up: what is on, what is off, and why."""

from __future__ import annotations

from typing import Any

from spamlinks.enrich.settings import FetchSettings

__all__ = ["scrapy_settings"]

_HERE = "spamlinks.enrich.crawl"
_MIDDLEWARE = "scrapy.downloadermiddlewares"


def scrapy_settings(settings: FetchSettings) -> dict[str, Any]:
    """Return the settings of Scrapy for a run."""
    return {
        "BOT_NAME": "spamlinks",
        "SPAMLINKS_FETCH": settings.to_json(),
        # Who we are, and whom robots.txt is asked about.
        "USER_AGENT": settings.user_agent,
        "ROBOTSTXT_OBEY": True,
        "ROBOTSTXT_USER_AGENT": robots_name(settings.user_agent),
        "ROBOTSTXT_PARSER": "scrapy.robotstxt.ProtegoRobotParser",
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.1",
            "Accept-Language": "*",
        },
        # The frontier decides what is asked when; these bound it a second time. A page and its
        # robots.txt count as two.
        "CONCURRENT_REQUESTS": 2 * settings.concurrency,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_DELAY": settings.delay,
        "DOWNLOAD_DELAY_JITTER": 0,
        "AUTOTHROTTLE_ENABLED": False,  # our delay counts from the end of the last answer
        "SCHEDULER_PRIORITY_QUEUE": "scrapy.pqueues.ScrapyPriorityQueue",
        "SCRAPER_SLOT_MAX_ACTIVE_SIZE": 20_000_000,
        # Bounds. The size is cut by ``Bounds`` and ``Unpacking``, who keep the beginning.
        "DOWNLOAD_TIMEOUT": settings.timeout,
        "DOWNLOAD_MAXSIZE": 0,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_FAIL_ON_DATALOSS": False,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "DOWNLOAD_HANDLERS": {
            "http": f"{_HERE}.downloading.CheckedHandler",
            "https": f"{_HERE}.downloading.CheckedHandler",
            "data": None,
            "file": None,
            "ftp": None,
            "s3": None,
        },
        "TWISTED_DNS_RESOLVER": f"{_HERE}.resolving.CheckedResolver",
        "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
        "DOWNLOADER_MIDDLEWARES": {
            f"{_MIDDLEWARE}.robotstxt.RobotsTxtMiddleware": None,
            f"{_HERE}.robots.RobotsRules": 100,
            f"{_MIDDLEWARE}.httpcompression.HttpCompressionMiddleware": None,
            f"{_HERE}.unpacking.Unpacking": 590,
            # Redirects and further tries go by way of the frontier, so that each has its turn.
            f"{_MIDDLEWARE}.redirect.RedirectMiddleware": None,
            f"{_MIDDLEWARE}.redirect.MetaRefreshMiddleware": None,
            f"{_MIDDLEWARE}.retry.RetryMiddleware": None,
            f"{_MIDDLEWARE}.offsite.OffsiteMiddleware": None,
            f"{_MIDDLEWARE}.httpauth.HttpAuthMiddleware": None,
            f"{_MIDDLEWARE}.cookies.CookiesMiddleware": None,
            # A proxy resolves names itself, which would make the check of addresses void.
            f"{_MIDDLEWARE}.httpproxy.HttpProxyMiddleware": None,
            f"{_MIDDLEWARE}.httpcache.HttpCacheMiddleware": None,
            f"{_MIDDLEWARE}.stats.DownloaderStats": None,
        },
        "COOKIES_ENABLED": False,
        "HTTPPROXY_ENABLED": False,
        "HTTPCACHE_ENABLED": False,
        "REFERER_ENABLED": False,
        "RETRY_ENABLED": False,
        "REDIRECT_ENABLED": False,
        "METAREFRESH_ENABLED": False,
        "HTTPERROR_ALLOW_ALL": True,
        "SPIDER_MIDDLEWARES": {
            "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,
            "scrapy.spidermiddlewares.referer.RefererMiddleware": None,
            "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
            "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
        },
        # No port is opened, no file written, nothing kept of what was seen.
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "MEMUSAGE_ENABLED": False,
        "EXTENSIONS_BASE": {},
        "EXTENSIONS": {f"{_HERE}.downloading.Bounds": 0},
        "DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter",
        "STATS_CLASS": "scrapy.statscollectors.DummyStatsCollector",
        "STATS_DUMP": False,
        "LOG_ENABLED": False,
        "LOG_INSTALL_ROOT_HANDLER": False,
        "LOG_LEVEL": "ERROR",
        "LOG_VERSIONS": [],
    }


def robots_name(user_agent: str) -> str:
    """Return the name that robots.txt is asked about.

    >>> robots_name("spamlinks/1.2 (link audit robot)")
    'spamlinks'
    """
    return user_agent.partition("/")[0].split()[0]
