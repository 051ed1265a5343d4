"""What the cells of a workbook refer to: the strings they share, and styles that show dates."""

from __future__ import annotations

import re
from array import array

from spamlinks.errors import InputError
from spamlinks.exports.containers.markup import SAVE_AGAIN

__all__ = [
    "EXCEL_CHARS",
    "MAX_CELL_CHARS",
    "Strings",
    "Styles",
    "at_excels_limit",
    "is_date_code",
    "quoted",
    "small_number",
    "too_long",
]

EXCEL_CHARS = 32_767
"""What a cell of Excel holds, in UTF-16 units; it cuts the rest off."""
MAX_CELL_CHARS = 1 << 20
"""Other programs write longer cells than Excel, but no vendor a longer text."""
MAX_STYLES = 1 << 17
"""Excel's own limit is half of this."""

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
# What a number format holds beside its codes: literals, and brackets other than [h], [mm], [ss].
_LITERAL = re.compile(r'"[^"]*"?|[\\_*].|\[(?!h+\]|m+\]|s+\])[^\]]*\]?', re.IGNORECASE | re.DOTALL)
_MAX_CODE = 255
# Of the built-in formats, 27-36 and 50-58 are the dates of East Asia; 46 is a duration.
_DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)})


def is_date_code(code: str) -> bool:
    """Whether a number format such as ``dd/mm/yyyy`` shows a date or a time of day."""
    codes = _LITERAL.sub("", code[:_MAX_CODE]).partition(";")[0].lower()
    return "[" not in codes and any(letter in codes for letter in "dmyhs")


def quoted(text: str) -> bytes:
    """Return a text as a cell of CSV: quoted, and with Excel's ``_x000D_`` escapes resolved."""
    if "_x" in text:
        text = _ESCAPE.sub(_unescaped, text)
        # Escapes are UTF-16 units; two may make a character, and half of one is none.
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if '"' in text:
        text = text.replace('"', '""')
    return f'"{text}"'.encode()


def _unescaped(match: re.Match[str]) -> str:
    return chr(int(match[1], 16)).replace("\0", "\ufffd")


def at_excels_limit(text: str) -> bool:
    """Whether a text fills a cell of Excel exactly."""
    if not EXCEL_CHARS // 2 <= len(text) <= EXCEL_CHARS:
        return False
    return len(text.encode("utf-16-le", "surrogatepass")) == 2 * EXCEL_CHARS


class Strings:
    """The strings that the cells of all sheets share, as CSV cells.

    A reader for ``markup.parse``. Memory: their text in UTF-8 and 4 bytes each.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._cells = bytearray()
        self._ends = array("I", [0])
        self._cut: set[int] = set()
        self._parts: list[str] = []
        self._chars = 0
        self._taking = self._phonetic = False

    def start(self, tag: str, attributes: dict[str, str], depth: int) -> None:
        """Begin a string, or a run of text in it."""
        if tag == "t":
            self._taking = not self._phonetic
        elif tag == "rPh":  # how to say it, in Japanese
            self._phonetic = True
        elif depth == 2:
            self._parts, self._chars = [], 0

    def end(self, tag: str, depth: int) -> None:
        """End a run, or a string."""
        if tag == "t":
            self._taking = False
        elif tag == "rPh":
            self._phonetic = False
        elif depth == 2 and tag == "si":
            text = "".join(self._parts)
            if at_excels_limit(text):
                self._cut.add(len(self._ends) - 1)
            self._cells += quoted(text)
            self._ends.append(len(self._cells))

    def text(self, data: str) -> None:
        """Take a piece of a run."""
        if self._taking:
            self._chars += len(data)
            if self._chars > MAX_CELL_CHARS:
                raise too_long(self._source)
            self._parts.append(data)

    def cell(self, index: str) -> bytes:
        """Return a string by its number, a text of digits; raise InputError when it is none."""
        try:
            number = int(index)
            if 0 <= number < len(self._ends) - 1:
                return bytes(self._cells[self._ends[number] : self._ends[number + 1]])
        except ValueError:
            pass
        raise InputError(
            self._source, "a cell names a text that is not in the workbook", SAVE_AGAIN
        )

    def is_cut(self, index: str) -> bool:
        """Whether a string fills a cell of Excel exactly."""
        return bool(self._cut) and int(index) in self._cut


class Styles:
    """Which cell styles show a date. A reader for ``markup.parse``.

    ``dates`` holds their numbers as the cells give them. Memory: 131,072 styles at most.
    """

    def __init__(self) -> None:
        self.dates: set[str] = set()
        self._formats = set(_DATE_FORMATS)
        self._count = 0
        self._in_cell_styles = False

    def start(self, tag: str, attributes: dict[str, str], depth: int) -> None:
        """Take a number format or a style."""
        if tag == "numFmt" and depth == 3:
            number = small_number(attributes.get("numFmtId"))
            self._formats.discard(number)
            if is_date_code(attributes.get("formatCode", "")) and len(self._formats) < MAX_STYLES:
                self._formats.add(number)
        elif tag == "cellXfs":
            self._in_cell_styles = True
        elif tag == "xf" and self._in_cell_styles and depth == 3:
            if (
                small_number(attributes.get("numFmtId")) in self._formats
                and self._count < MAX_STYLES
            ):
                self.dates.add(str(self._count))
            self._count += 1

    def end(self, tag: str, depth: int) -> None:
        """Leave the cell styles."""
        if tag == "cellXfs":
            self._in_cell_styles = False

    def text(self, data: str) -> None:
        """Pass over text; styles hold none."""


def small_number(text: str | None) -> int:
    """Return a small number that a file gives as text, 0 when it is none."""
    return int(text) if text and len(text) < 10 and text.isdecimal() else 0


def too_long(source: str) -> InputError:
    """Return the refusal of a cell with more than ``MAX_CELL_CHARS``."""
    return InputError(source, f"a cell holds more than {MAX_CELL_CHARS:,} characters", SAVE_AGAIN)
