"""Reading XML as a stream, whatever its author wanted it to do to the reader."""

from __future__ import annotations

from typing import IO, Protocol
from xml.parsers import expat

from spamlinks.errors import InputError

__all__ = ["SAVE_AGAIN", "Reader", "parse"]

MAX_DEPTH = 64
MAX_NAMES = 10_000
"""Different element and attribute names; expat keeps each one it ever met."""
MAX_TAG_BYTES = 1 << 20
"""One tag or comment; expat keeps it whole, and reads it again with each piece that comes."""
SAVE_AGAIN = "Save the workbook again, or save the sheet as CSV (UTF-8)."
_READ_BYTES = 1 << 18


class Reader(Protocol):
    """What is told about the elements of a part. Names come without their prefix."""

    def start(self, tag: str, attributes: dict[str, str], depth: int) -> None:
        """An element begins; ``depth`` is 1 for the root."""

    def end(self, tag: str, depth: int) -> None:
        """An element ends."""

    def text(self, data: str) -> None:
        """A piece of text; a long one comes in several."""


class _LocalNames(dict[str, str]):
    """Names of elements without their prefix, which each program chooses for itself."""

    def __missing__(self, name: str) -> str:
        self[name] = local = name.rpartition(":")[2]
        return local


def parse(stream: IO[bytes], source: str, reader: Reader) -> None:
    """Tell a reader what is in an XML part, to its end.

    Memory: 1 MB for the longest tag or comment, and 10,000 names.

    Raises
    ------
    InputError : the XML is damaged, declares a document type (entities, which can grow without
        end, need one), or nests or names more than any workbook does.
    """
    names: dict[str, str] = {}
    parser = expat.ParserCreate(intern=names)
    parser.buffer_text = True
    parser.buffer_size = 1 << 16
    local = _LocalNames()
    begin, finish = reader.start, reader.end
    depth = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise _refused(source, f"nests more than {MAX_DEPTH} deep")
        begin(local[tag], attributes, depth)

    def end(tag: str) -> None:
        nonlocal depth
        finish(local[tag], depth)
        depth -= 1

    def doctype(*_: object) -> None:
        raise _refused(source, "declares a document type")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = doctype
    fed = 0
    try:
        while data := stream.read(_READ_BYTES):
            parser.Parse(data, False)
            fed += len(data)
            if fed - parser.CurrentByteIndex > MAX_TAG_BYTES:
                raise _refused(source, f"holds a tag of more than {MAX_TAG_BYTES >> 20} MB")
            if len(names) > MAX_NAMES:
                raise _refused(source, f"uses more than {MAX_NAMES:,} names")
        parser.Parse(b"", True)
    except InputError:
        raise
    # An encoding that Python does not know is a LookupError, one it cannot use a ValueError.
    except (expat.ExpatError, LookupError, ValueError):
        raise InputError(source, "the workbook is damaged", SAVE_AGAIN) from None


def _refused(source: str, problem: str) -> InputError:
    return InputError(source, f"the workbook {problem}, as none from Excel does", SAVE_AGAIN)
