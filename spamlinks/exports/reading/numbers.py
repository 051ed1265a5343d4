"""Reading one cell: numbers and dates as people's spreadsheets write them.

A comma or a point, a day or a month first: one cell often cannot say, the column can. So cells are
first asked what they are evidence for; the column decides, and then every cell is read its way.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

__all__ = [
    "MISSING",
    "date_evidence",
    "number_evidence",
    "parse_date",
    "parse_number",
]

MISSING = frozenset(
    {"", "-", "--", "\u2013", "\u2014", "n/a", "na", "null", "none", "nan", "unknown", "never",
     "#n/a", "0000-00-00", "1970-01-01", "01.01.1970", "01/01/1970"}
)  # fmt: skip
"""Lower-case cells that mean "unknown" in a column of numbers, dates or booleans."""

_SPACES = dict.fromkeys(map(ord, " \u00a0\u202f\u2009'\u2019"))
_NUMBER = re.compile(r"([+-]?)(\d[\d.,]*|[.,]\d+)(e[+-]?\d{1,3})?([kmb])?%?(?:\(.*\))?", re.I)
_SCALE = {"": 1.0, "k": 1e3, "m": 1e6, "b": 1e9}
_GROUPED = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")

_PARTS = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?![\d./-])")
_YEAR_FIRST = re.compile(r"(\d{4})([./-]?)(\d{2})\2(\d{2})(?!\d)")
_DIGITS = re.compile(r"\d+(?:\.0+)?")
_WORDS = re.compile(r"[^\W\d_]{3,}\.?|\d+")
_MONTHS = {  # the first letters of the month in en, de, fr, es, pt, it and nl
    1: "jan ene gen", 2: "feb fév fev", 3: "mar mär maa mrt", 4: "apr avr abr",
    5: "may mai mei mag", 6: "jun juin giu", 7: "jul juil lug", 8: "aug août aou ago", 9: "sep set",
    10: "oct okt out ott", 11: "nov", 12: "dec dez déc dic",
}  # fmt: skip
_MONTH_BY_PREFIX = {prefix: m for m, names in _MONTHS.items() for prefix in names.split()}


def _clean(text: str) -> str:
    return text.replace("\u2212", "-").translate(_SPACES)


def number_evidence(text: str) -> str:
    """Return the decimal sign a cell proves: ".", ",", or "" when it proves none.

    A single sign before exactly three digits proves nothing: "?," or "?." is returned for it.

    >>> [number_evidence(t) for t in ("1,234.5", "0,155", "1.240", "1,240", "12", "1.234.567")]
    ['.', ',', '?.', '?,', '', ',']
    """
    found = _NUMBER.fullmatch(_clean(text))
    if found is None:
        return ""
    body = found[2]
    comma, point = body.rfind(","), body.rfind(".")
    if comma < 0 and point < 0:
        return ""
    if comma >= 0 and point >= 0:
        return "," if comma > point else "."
    sign, other = (",", ".") if comma >= 0 else (".", ",")
    if body.count(sign) > 1:
        return other
    return f"?{sign}" if _GROUPED.fullmatch(body) else sign


def parse_number(text: str, decimal: str) -> float | None:
    """Read a number with the given decimal sign; None when it is none.

    Understands grouped thousands, percent signs, 1.2K, and a remark in brackets.

    >>> parse_number("1.240,5", ","), parse_number("64%", "."), parse_number("812 (High)", ".")
    (1240.5, 64.0, 812.0)
    >>> parse_number("12,34,5", "."), parse_number("inf", ".")
    (None, None)
    """
    found = _NUMBER.fullmatch(_clean(text))
    if found is None:
        return None
    sign, body, exponent, scale = found.groups("")
    group = "," if decimal == "." else "."
    whole, _, fraction = body.partition(decimal)
    if group in whole:
        first, *rest = whole.split(group)
        if not 1 <= len(first) <= 3 or any(len(part) != 3 for part in rest):
            return None
        whole = whole.replace(group, "")
    if (fraction and not fraction.isdigit()) or (whole and not whole.isdigit()):
        return None
    value = float(f"{sign}{whole or '0'}.{fraction or '0'}{exponent}") * _SCALE[scale.lower()]
    return value if value - value == 0 else None  # not infinite


def date_evidence(text: str) -> str:
    """Return the order a numeric date proves: "dmy", "mdy", "?" (either), or "" (no such date).

    >>> [date_evidence(t) for t in ("28/09/2026", "9/28/2026", "04/10/2026", "4.10.2026", "Sep 3")]
    ['dmy', 'mdy', '?', 'dmy', '']
    """
    found = _PARTS.match(text.strip())
    if found is None:
        return ""
    first, second = int(found[1]), int(found[3])
    if found[2] == "." or first > 12:
        return "dmy"
    return "mdy" if second > 12 else "?"


def parse_date(text: str, order: str) -> date | None:
    """Read a day; None when it is none. ``order`` is "dmy", "mdy" or "" (undecided).

    Understands year-first dates, both numeric orders, month names of seven languages, Unix time
    and spreadsheet day numbers; the time of day is dropped.

    >>> parse_date("04/10/2026", "dmy"), parse_date("04/10/2026", "")
    (datetime.date(2026, 10, 4), None)
    >>> parse_date("29 de abr. de 2025", ""), parse_date("Sep 28, 2026", "")
    (datetime.date(2025, 4, 29), datetime.date(2026, 9, 28))
    >>> parse_date("1730535344", ""), parse_date("45000", "")
    (datetime.date(2024, 11, 2), datetime.date(2023, 3, 15))
    """
    text = text.strip()
    try:
        if _DIGITS.fullmatch(text) and len(text.split(".")[0]) != 8:
            return _from_count(int(text.split(".")[0]))
        if found := _YEAR_FIRST.match(text):
            return date(int(found[1]), int(found[3]), int(found[4]))
        if found := _PARTS.match(text):
            if not order:
                return None
            first, second, year = int(found[1]), int(found[3]), int(found[4])
            day, month = (first, second) if order == "dmy" else (second, first)
            return date(year + 2000 if year < 100 else year, month, day)
        return _from_words(text)
    except (ValueError, OverflowError, OSError):
        return None


def _from_count(number: int) -> date | None:
    if 20_000 <= number <= 80_000:  # days since 1899-12-30, as Excel counts
        return date(1899, 12, 30) + timedelta(days=number)
    if 10**11 <= number < 10**14:
        number //= 1000
    if 10**8 <= number < 10**11:
        return datetime.fromtimestamp(number, UTC).date()
    return None


def _from_words(text: str) -> date | None:
    words = _WORDS.findall(text.casefold()[:60])
    months = [
        month
        for word in words
        for size in (4, 3)
        if (month := _MONTH_BY_PREFIX.get(word[:size])) is not None
    ]
    numbers = [int(word) for word in words if word.isdigit()]
    years = [n for n in numbers if 1990 <= n <= 2100]
    days = [n for n in numbers if 1 <= n <= 31]
    if not months or not years or not days:
        return None
    return date(years[0], months[0], days[0])
