"""What a header nobody has described suggests: known names of all formats, and words in it."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from spamlinks.exports.catalog import Column, Format, catalogue, normalise_header
from spamlinks.schema import FIELDS

__all__ = ["known_field", "roles"]

# Names with more than one meaning among the formats, or in people's own tables.
_AMBIGUOUS = frozenset(
    (
        "# date domain domains host link links name page pages rank status text title type types "
        "url urls rel traffic keywords language country category ip score code"
    ).split()
)

_ROLES = {  # whole words and, with a hyphen, beginnings of words, without accents
    "source": "source src from von origin origine origen ursprung quelle fuente fonte bron "
    "herkunft herkomst zdroj kaynak kalla kilde lahde backlink backlinks linker "
    "quell- referr- referer- verweis- verlinkend- linking- linkuj- zrodl- herkunft-",
    "target": "target to dest destination ziel cible destino destinazione doel cel cil hedef "
    "landing landingpage ziel- destin- docelow- cilov- doelpag-",
    "anchor": "text texte texto testo tekst tekstas "
    "anchor- ancre- ancora- ancla- anker- ankar- kotw- kotv- ankkur- linktext- linktekst-",
    "title": "title titel titre titulo titolo tytul otsikko titulek baslik seitentitel pagetitle",
    "first": "first erst erste zuerst discovered found added appeared premier premiere primer "
    "primera primeira primo prima eerste entdeckt gefunden decouvert "
    "erstmal- pierwsz- znalez- descub- scopert- gevond-",
    "last": "last latest letzte letzter zuletzt dernier derniere ultimo ultima laatst laatste "
    "crawled checked visited besucht geprueft gepruft "
    "letztmal- ostatni- posledn-",
    "lost": "lost removed gone verloren perdu perdida perdido perso utracon- verlor-",
    "nofollow": "nofollow nofollowed",
    "follow": "follow followed followable dofollow",
    "rel": "rel linkrel relattribute",
}
_WORDS = {word: role for role, words in _ROLES.items() for word in words.split() if word[-1] != "-"}
_STEMS = tuple(
    (word[:-1], role) for role, words in _ROLES.items() for word in words.split() if word[-1] == "-"
)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_LETTERS = re.compile(r"[^\W\d_]+")
_PLAIN_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ß": "ss", "ı": "i", "æ": "ae"})
MAX_HEADER = 200


def known_field(header: str) -> str:
    """Return what a header is mapped to in all formats that have it; "" when they disagree.

    The answer is written as in a mapping: a field, ``linking_domain``, or a field with
    ``:inverted``. Names such as Type, Links or URL decide nothing.

    >>> known_field("Referring page URL"), known_field("Link URL"), known_field("Status")
    ('referring_page', '', '')
    """
    name = normalise_header(header)
    found = _index().get(name, frozenset())
    return next(iter(found)) if len(found) == 1 and name not in _AMBIGUOUS else ""


def roles(header: str) -> frozenset[str]:
    """Return what the words of a header, in a dozen languages, say that the column is.

    Any of source, target, anchor, title, first, last, lost, nofollow, follow, rel.

    >>> sorted(roles("fromUrl")), sorted(roles("URL źródłowy")), sorted(roles("frankfurt"))
    (['source'], ['source'], [])
    >>> sorted(roles("Erstmals gefunden")), sorted(roles("is_dofollow"))
    (['first'], ['follow'])
    """
    text = _HUMP.sub(" ", header[:MAX_HEADER]).casefold().translate(_PLAIN_LETTERS)
    text = unicodedata.normalize("NFKD", text)
    text = "".join(char for char in text if not unicodedata.combining(char))
    found = set()
    for word in _LETTERS.findall(text.replace("no follow", "nofollow").replace("no-", "no")):
        role = _WORDS.get(word)
        if role is None:
            role = next((role for stem, role in _STEMS if word.startswith(stem)), None)
        if role is not None:
            found.add(role)
    return frozenset(found)


@cache
def _index() -> dict[str, frozenset[str]]:
    """Normalised header -> what it is mapped to, over all formats that hold links."""
    found: dict[str, set[str]] = {}
    for entry in catalogue():
        if entry.refusal:
            continue
        for column in entry.columns:
            for header in column.headers:
                found.setdefault(header, set()).add(_as_mapped(entry, column))
    return {header: frozenset(fields) for header, fields in found.items()}


def _as_mapped(entry: Format, column: Column) -> str:
    """Write a column of a format as a mapping would; "" when it cannot."""
    if column.field == "referring_page":
        return "linking_domain" if entry.grain == "domain" else "referring_page"
    if column.field not in FIELDS or column.how not in ("value", "inverted"):
        return ""
    return f"{column.field}:inverted" if column.how == "inverted" else column.field
