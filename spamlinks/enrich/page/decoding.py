"""Bytes of a page to text, as browsers do it: byte order mark, header, meta element, a guess.

Browsers believe what a page states. One statement is not believed here: UTF-8 on a page whose
bytes are none, which a browser shows as question marks and this reader guesses anew.
Source of the order: WHATWG Encoding and HTML ("determining the character encoding").
"""

from __future__ import annotations

import re

from w3lib.encoding import (
    html_body_declared_encoding,
    http_content_type_encoding,
    read_bom,
    to_unicode,
)

__all__ = ["decode_page"]

# Old encodings by the end of the host, as browsers pick their fallback by language. Where two
# stand, the first that reads every byte is taken.
_BY_SUFFIX: dict[str, tuple[str, ...]] = {
    "jp": ("euc_jp", "cp932"), "cn": ("gb18030",), "tw": ("big5hkscs",), "hk": ("big5hkscs",),
    "kr": ("cp949",), "ru": ("cp1251",), "su": ("cp1251",), "by": ("cp1251",), "ua": ("cp1251",),
    "kz": ("cp1251",), "bg": ("cp1251",), "rs": ("cp1250",), "pl": ("iso8859-2",),
    "cz": ("cp1250",), "sk": ("cp1250",), "hu": ("cp1250",), "si": ("cp1250",),
    "hr": ("cp1250",), "ro": ("cp1250",), "gr": ("cp1253",), "tr": ("cp1254",),
    "il": ("cp1255",), "ir": ("cp1256",), "sa": ("cp1256",), "eg": ("cp1256",),
    "th": ("cp874",), "vn": ("cp1258",), "lt": ("cp1257",), "lv": ("cp1257",), "ee": ("cp1257",),
}  # fmt: skip
_BY_LANGUAGE = {
    "ja": "jp", "zh": "cn", "ko": "kr", "ru": "ru", "uk": "ua", "bg": "bg", "pl": "pl",
    "cs": "cz", "sk": "sk", "hu": "hu", "el": "gr", "tr": "tr", "he": "il", "ar": "eg",
    "fa": "ir", "th": "th", "lt": "lt", "lv": "lv",
}  # fmt: skip
_LANG = re.compile(rb"<html[^<>]{0,500}?\blang\s*=\s*[\"']?([a-zA-Z]{2})")
_UTF8_PAIR = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)


def decode_page(body: bytes, content_type: str | None, host: str) -> str:
    """Return the text of a page; never raises, and no encoding can make it longer than the body.

    Parameters
    ----------
    body : bytes as served, after decompression.
    content_type : the header with its parameters, None where there was none.
    host : of the page, for the last guess: an old page on ``.ru`` is Windows-1251.

    >>> decode_page(b'<meta charset="iso-8859-1">caf\\xe9', None, "example.com")[-4:]
    'café'
    >>> decode_page("п".encode("cp1251") * 4, None, "example.ru")
    'пппп'
    """
    marked, mark = read_bom(body)
    if marked is not None and mark is not None:
        return to_unicode(body[len(mark) :], marked)
    stated = http_content_type_encoding(content_type) or _stated(body)
    if stated is not None and stated != "utf-8":
        try:
            return to_unicode(body, stated)
        except (LookupError, UnicodeError, AttributeError, TypeError):  # no text encoding at all
            stated = None
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        cut = error.start >= len(body) - 3  # the cap cut the last character
        bad = body.count(b"\xff") + body.count(b"\xfe")
    valid = len(_UTF8_PAIR.findall(body))
    high = len(body.translate(None, _ASCII))
    if cut or (high and not bad and valid * 2 >= high * 0.6):
        return body.decode("utf-8", "replace")
    return _guessed(body, host)


_ASCII = bytes(range(128))


def _stated(body: bytes) -> str | None:
    stated = html_body_declared_encoding(body)
    # What can be read as ASCII to find the statement is no UTF-16 (WHATWG: taken for UTF-8).
    return "utf-8" if stated is not None and stated.startswith(("utf-16", "utf-32")) else stated


def _guessed(body: bytes, host: str) -> str:
    found = _LANG.search(body[:4096])
    language = found[1].decode("ascii").lower() if found else ""
    suffix = _BY_LANGUAGE.get(language, host.rpartition(".")[2])
    for encoding in _BY_SUFFIX.get(suffix, ()):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    return body.decode("cp1252", "replace")
