"""What fetching a linking page found, in one line for a reader of the report."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from spamlinks.report.text import clean, counted

__all__ = ["FETCHED_COLUMNS", "fetched_line"]

FETCHED_COLUMNS = (
    "fetch_state", "fetched_on", "fetched_http_code", "fetched_link_found", "fetched_link_hidden",
    "fetched_placement", "fetched_external_links", "fetched_words", "fetched_parked",
    "fetched_for_sale", "fetched_sells_links", "home_parked", "domain_created_on",
)  # fmt: skip
"""Columns of a link that the line tells of; any may be absent."""

_PLACES = {
    "main": "in the main text",
    "sidebar": "in the sidebar",
    "header": "in the header",
    "footer": "in the footer",
    "nav": "in the menu",
    "comment": "in a comment",
}
_REFUSED = {
    "blocked": "the server refused{code}; that says nothing about the site",
    "failed": "no usable answer{code}; that says nothing about the site",
    "robots": "robots.txt forbids it; that says nothing about the site",
    "absent": "the page was not there any more{code}",
}
_TOLD = (
    ("fetched_parked", "a parked domain"),
    ("fetched_for_sale", "the domain is offered for sale"),
    ("fetched_sells_links", "it seems to sell links"),
    ("home_parked", "the start page is that of a parked domain"),
)


def fetched_line(link: Mapping[str, Any]) -> str:
    """Say what fetching the page of a link found; "" where nothing was looked up.

    Parameters
    ----------
    link : values by column, those of ``FETCHED_COLUMNS`` that are known.

    Returns
    -------
    One clean line; the caller escapes it.

    >>> fetched_line({"fetch_state": "blocked", "fetched_http_code": 403})
    'fetched: the server refused (403); that says nothing about the site'
    >>> fetched_line({"fetch_state": "fetched", "fetched_link_found": True,
    ...     "fetched_placement": "footer", "fetched_words": 200, "fetched_external_links": 24})
    'fetched: the link stands in the footer; 24 links to other sites in 200 words'
    """
    state, said = str(link.get("fetch_state")), list[str]()
    if state == "fetched":
        said = [_place(link), _size(link), *_told(link)]
    elif state in _REFUSED:
        code = link.get("fetched_http_code")
        of = f" ({code})" if isinstance(code, int) else ""
        said = [_REFUSED[state].format(code=of), *_told(link)]
    created = _day(link.get("domain_created_on"))
    born = f"domain registered on {created}" if created else ""
    text = "; ".join(filter(None, said))
    if not text:
        return born
    day = _day(link.get("fetched_on"))
    return clean(
        "; ".join(filter(None, [f"fetched{f' on {day}' if day else ''}: {text}", born])), 400
    )


def _day(value: object) -> str:
    """A day in figures; "" for none. A table that was read back holds text."""
    return clean(str(value)[:10], 10) if value is not None else ""


def _place(link: Mapping[str, Any]) -> str:
    found = link.get("fetched_link_found")
    if found is None:
        return ""
    if not found:
        return "no link to the site stands there"
    where = _PLACES.get(str(link.get("fetched_placement")), "on the page")
    hidden = ", hidden" if link.get("fetched_link_hidden") else ""
    return f"the link stands {where}{hidden}"


def _size(link: Mapping[str, Any]) -> str:
    links, words = (_whole(link.get(c)) for c in ("fetched_external_links", "fetched_words"))
    if words is None:
        return ""
    text = counted(words, "word")
    return f"{counted(links, 'link')} to other sites in {text}" if links is not None else text


def _whole(value: object) -> int | None:
    """A count; None for what is none, such as text in a table that somebody edited."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return int(value)


def _told(link: Mapping[str, Any]) -> list[str]:
    out = []
    for column, text in _TOLD:
        evidence = link.get(column)
        if isinstance(evidence, str) and evidence:
            out.append(f"{text} (“{clean(evidence, 60)}”)")
    return out
