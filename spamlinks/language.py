"""The texts of explanations, kept as data: one JSON file a language in ``data/texts``.

A language is added by writing a file beside ``en.json``; no code knows its words. What a file
leaves out is said in English. A template holds nothing but plain placeholders such as ``{value}``,
those that the English one has: a file of texts can neither run code nor reach into an object.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from string import Formatter
from types import MappingProxyType
from typing import Any

from spamlinks.errors import InputError

__all__ = ["ENGLISH", "Texts", "languages", "load_texts"]

ENGLISH = "en"
MAX_BYTES = 2_000_000
_NAME = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})?\Z")
_FOLDER = Path(str(files("spamlinks"))) / "data" / "texts"


@dataclass(frozen=True)
class Texts:
    """The texts of one language: ``entries`` maps a dotted key to a template."""

    language: str
    entries: Mapping[str, str]

    def has(self, key: str) -> bool:
        """Whether there is such a text."""
        return key in self.entries

    def say(self, key: str, **values: object) -> str:
        """Fill a template; values stand as they are, braces in them included.

        Raises
        ------
        KeyError : no such text, or a placeholder without value.
        """
        return self.entries[key].format(**values)

    def group(self, prefix: str) -> dict[str, str]:
        """Every text below a key, by the rest of its key."""
        start = f"{prefix}."
        return {k.removeprefix(start): v for k, v in self.entries.items() if k.startswith(start)}

    def number(self, value: float, digits: int = 0) -> str:
        """A number with this language's marks.

        >>> load_texts().number(1234.56, 1), load_texts().number(-0.0001)
        ('1,234.6', '0')
        """
        if not math.isfinite(value):
            return str(value)
        text = f"{value:,.{digits}f}"
        if float(text.replace(",", "")) == 0:
            text = text.removeprefix("-")
        marks = {",": self.entries["format.thousands"], ".": self.entries["format.decimal"]}
        return "".join(marks.get(char, char) for char in text)

    def signed(self, value: float, digits: int = 2) -> str:
        """A number that shows its sign; 0 has none.

        >>> load_texts().signed(1.5), load_texts().signed(-0.25, 1), load_texts().signed(0.001)
        ('+1.50', '-0.2', '0.00')
        """
        text = self.number(value, digits)
        return f"+{text}" if value > 0 and any(char in "123456789" for char in text) else text

    def percent(self, share: float, digits: int = 0) -> str:
        """A share in [0, 1] as a percentage.

        >>> load_texts().percent(0.125, 1)
        '12.5%'
        """
        return self.say("format.percent", value=self.number(100 * share, digits))


def languages(folder: Path | None = None) -> tuple[str, ...]:
    """Languages that there are texts in, English first.

    >>> languages()[0]
    'en'
    """
    found = {path.stem for path in (folder or _FOLDER).glob("*.json") if _NAME.match(path.stem)}
    return (ENGLISH, *sorted(found - {ENGLISH}))


def load_texts(language: str = ENGLISH, folder: Path | None = None) -> Texts:
    """Load the texts of a language; what its file lacks is English.

    Parameters
    ----------
    language : name of the file without ending, such as "en" or "pt-BR".
    folder : where the file of another language is looked for; default: the package's own.

    Raises
    ------
    InputError : there is no such file, it is damaged, or it has a key or a placeholder that the
        English file does not have.
    """
    english = _english()
    if language == ENGLISH:
        return english
    place = folder or _FOLDER
    path = place / f"{language}.json"
    if not _NAME.match(language) or not path.is_file():
        known = ", ".join(languages(place))
        raise InputError(
            f"language {language[:20]!r}", "there are no texts in it", f"Use one of {known}."
        )
    own = _read(path)
    for key, text in own.items():
        if key not in english.entries:
            hint = "Use the keys of en.json."
            raise InputError(path.name, f"the key {key[:80]!r} is not known", hint)
        strange = _placeholders(text, path.name, key) - _allowed(english, key)
        if strange:
            hint = "Use those that en.json has there."
            problem = f"{key} has the placeholder {{{min(strange)[:40]}}}"
            raise InputError(path.name, problem, hint)
    return Texts(language, MappingProxyType({**english.entries, **own}))


@cache
def _english() -> Texts:
    path = _FOLDER / f"{ENGLISH}.json"
    entries = _read(path)
    for key, text in entries.items():
        _placeholders(text, path.name, key)
    return Texts(ENGLISH, MappingProxyType(entries))


def _allowed(english: Texts, key: str) -> set[str]:
    """Placeholders of the English text; of a signal those of any of its forms."""
    parts = key.split(".")
    keys = [key]
    if parts[0] == "signals":
        keys = [k for k in english.entries if k.startswith(f"signals.{parts[1]}.")]
    return set().union(*(_placeholders(english.entries[k], "en.json", k) for k in keys))


def _placeholders(text: str, source: str, key: str) -> set[str]:
    """Names of the placeholders; anything but a plain name is refused."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError as error:
        raise InputError(source, f"{key}: {error}", "Write { as {{.") from None
    for _literal, name, layout, conversion in parts:
        if name is not None and (not name.isidentifier() or layout or conversion):
            raise InputError(source, f"{key} has the placeholder {{{name[:40]}}}", "Use a name.")
    return {name for _literal, name, _layout, _conversion in parts if name is not None}


def _read(path: Path) -> dict[str, str]:
    hint = "Write a JSON object of texts, as en.json is."
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise InputError(path.name, f"it has more than {MAX_BYTES:,} bytes", hint)
        found = json.loads(data.decode("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(path.name, f"it cannot be read ({str(error)[:80]})", hint) from None
    if not isinstance(found, dict):
        raise InputError(path.name, "it is no object", hint)
    return dict(_flat(found, "", path.name))


def _flat(tree: Mapping[str, Any], prefix: str, source: str) -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict) and name.count(".") < 4:
            yield from _flat(value, f"{name}.", source)
        elif isinstance(value, str):
            yield name, value
        else:
            raise InputError(source, f"{name[:80]} is no text", "Write a string there.")
