"""What the name of an export tells: the site it is about and the day it was made.

Both are hints. Search Console writes ``https___www.example.com_-Latest links-2026-10-05.csv``,
Ahrefs ``example.com-backlinks-subdomains_2026-10-05_19-38-16.csv``, Semrush
``example.com-backlinks.csv``. Any other name gives None.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from spamlinks.urls import parse_host

__all__ = ["date_from_name", "plain_name", "property_from_name"]

_VENDOR_PREFIX = re.compile(r"(?i)^(?:gsc|ahrefs|semrush|majestic|bing)[_ -]+")
_TABLES = (
    "latest links|more sample links|top linking sites|top linking text|top target pages"
    "|your pages linking to this page"
    "|backlinks|backlinks refdomains|backlinks anchors|refdomains|anchors|broken-backlinks|refips"
)
_SITE = re.compile(rf"(?i)^(?P<site>[^\s/]+?)-(?:{_TABLES})(?=[-_. (]|$)")
_SCHEME = re.compile(r"(?i)^https?___?")
_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)-(\d\d)-(\d\d)(?!\d)")
_COMPACT = re.compile(r"(?<!\d)(20\d\d)(\d\d)(\d\d)(?=T?\d{6}|\D|$)")


def plain_name(name: str) -> str:
    """Write a file name as words: lower case, hyphens and underscores as spaces.

    >>> plain_name("x-Top_linking text.csv")
    'x top linking text.csv'
    """
    return re.sub(r"[-_\s]+", " ", name).casefold()


def property_from_name(name: str) -> str | None:
    """Return the host of the site an export is about, or None when the name does not say.

    >>> property_from_name("https___www.example.com_-Latest links-2026-10-05.csv")
    'www.example.com'
    >>> property_from_name("example.com-backlinks-subdomains_2026-10-05_19-38-16.csv")
    'example.com'
    >>> property_from_name("links.csv") is None
    True
    """
    found = _SITE.match(_VENDOR_PREFIX.sub("", name))
    if found is None:
        return None
    site = _SCHEME.sub("", found["site"]).strip("_").split("_")[0]
    parts = parse_host(site)
    return parts.host if parts.problem is None and parts.is_known_suffix else None


def date_from_name(name: str, today: date | None = None) -> date | None:
    """Return the first valid day in a file name that is not in the future, else None.

    >>> date_from_name("a-backlinks-subdomains_2026-10-05_19-38-16.csv", date(2027, 1, 1))
    datetime.date(2026, 10, 5)
    >>> date_from_name("All_Links_20120419T164543Z.csv")
    datetime.date(2012, 4, 19)
    >>> date_from_name("backlink_audit_27811604.csv") is None
    True
    """
    latest = (today or date.today()) + timedelta(days=1)  # an export made east of here
    for pattern in (_DATE, _COMPACT):
        for year, month, day in pattern.findall(name):
            try:
                found = date(int(year), int(month), int(day))
            except ValueError:
                continue
            if found <= latest:
                return found
    return None
