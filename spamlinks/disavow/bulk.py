"""Many lines at once: what ``read_line`` says of each, with the hosts looked up together."""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from spamlinks.disavow.lines import MAX_URL_CHARS, Kind, Line, read_line, scope_of
from spamlinks.urls import host_table

__all__ = ["read_lines", "read_many_lines"]

# Nearly every line of a real file; ``read_line`` reads them the same way, but slower.
_PLAIN_DOMAIN = re.compile(r"domain:(?!www\.)([a-z0-9.-]+)\Z")
_PLAIN_URL = re.compile(r"https?://([a-z0-9.-]+)(/[A-Za-z0-9_.~%/:?@!$&'()*+=|-]*)\Z")


MANY_LINES = 500
"""From here on reading all hosts at once pays."""


def read_lines(parts: Sequence[tuple[str, str]]) -> tuple[Line, ...]:
    """Read (text, end) pairs as the lines of one file, numbered from 1: see ``read_line``."""
    if len(parts) < MANY_LINES:
        return tuple(read_line(text, n, end) for n, (text, end) in enumerate(parts, 1))
    return read_many_lines(parts)


def read_many_lines(parts: Sequence[tuple[str, str]]) -> tuple[Line, ...]:
    """``read_lines`` for a long file: the hosts of plain lines are looked up together."""
    domains = [_PLAIN_DOMAIN.match(text) for text, _ in parts]
    urls = [
        None if d else _PLAIN_URL.match(text) for d, (text, _) in zip(domains, parts, strict=True)
    ]
    matches = [d or u for d, u in zip(domains, urls, strict=True)]
    table = host_table(pl.Series([m.group(1) for m in matches if m], dtype=pl.String))
    sites = table.filter((pl.col("host") == pl.col("authority")) & ~pl.col("is_ip_host"))
    whole = ~pl.col("is_known_suffix") | (pl.col("host") == pl.col("suffix"))
    good = (set(sites.filter(~whole)["host"]), set(sites["host"]))  # for domains, for URLs
    out = []
    for number, (text, end) in enumerate(parts, 1):
        match, is_url = matches[number - 1], urls[number - 1] is not None
        if match is None or match.group(1) not in good[is_url]:
            out.append(read_line(text, number, end))
        elif not is_url:
            out.append(Line(number, text, end, Kind.DOMAIN, match.group(1)))
        elif len(text) <= MAX_URL_CHARS:
            out.append(Line(number, text, end, Kind.URL, text, (scope_of(text),)))
        else:
            out.append(read_line(text, number, end))
    return tuple(out)
