"""Bodies that come compressed, unpacked up to the cap and not one byte further.

Scrapy's own middleware throws away what is larger than allowed; of a page the beginning is enough.
"""

from __future__ import annotations

import zlib
from typing import Any

import brotli
from scrapy import Request
from scrapy.http import Response

from spamlinks.enrich.crawl.troubles import Unreadable

__all__ = ["Unpacking", "unpack"]

MOST_LAYERS = 2
_PIECE = 64 * 1024


class Unpacking:
    """Downloader middleware in the place of ``HttpCompressionMiddleware``."""

    def process_request(self, request: Request) -> None:
        """Say what is understood."""
        request.headers["Accept-Encoding"] = b"gzip, deflate, br"

    def process_response(self, request: Request, response: Response) -> Response:
        """Unpack the body; the flag ``cut`` says that there was more.

        Raises
        ------
        Unreadable : an encoding that was not offered, or nothing of the body can be unpacked.
        """
        named = b",".join(response.headers.getlist("Content-Encoding")).decode("latin-1")
        layers = [layer for layer in (part.strip().lower() for part in named.split(",")) if layer]
        if not response.body or not layers:
            return response
        body, cut = unpack(response.body, layers, request.meta["cap"])
        found: Any = response.replace(body=body, flags=[*response.flags, *(["cut"] * cut)])
        return found  # type: ignore[no-any-return]


def unpack(body: bytes, layers: list[str], cap: int) -> tuple[bytes, bool]:
    """Unpack a body.

    Parameters
    ----------
    body : as it came; its end may be missing.
    layers : content encodings in the order of the header; the last was applied last.
    cap : bytes of the result, and of what lies between two layers.

    Returns
    -------
    The unpacked beginning, at most ``cap`` bytes, and whether there was more.

    Raises
    ------
    Unreadable : unknown encoding, more than two layers, or damaged from the first byte.

    >>> unpack(zlib.compress(b"a" * 1000), ["deflate"], 10)
    (b'aaaaaaaaaa', True)
    """
    if len(layers) > MOST_LAYERS:
        raise Unreadable("body is compressed more than twice")
    more = False
    for layer in reversed(layers):
        if layer == "identity":
            continue
        unpacked, rest = _unpack(body, layer, cap)
        if body and not unpacked and rest:
            raise Unreadable(f"body is no {layer[:20]}")
        body, more = unpacked, more or rest
    return body, more


def _unpack(body: bytes, layer: str, cap: int) -> tuple[bytes, bool]:
    """Return the beginning and whether more should follow: cut by us, by the way, or damaged."""
    if layer in ("gzip", "x-gzip"):
        return _inflate(body, 16 + zlib.MAX_WBITS, cap)
    if layer == "deflate":
        found, more = _inflate(body, zlib.MAX_WBITS, cap)
        # Some servers send it bare, without the wrapping that the standard asks for.
        return (found, more) if found else _inflate(body, -zlib.MAX_WBITS, cap)
    if layer == "br":
        return _unbrotli(body, cap)
    raise Unreadable("body is in an encoding that was not asked for")


def _inflate(body: bytes, window: int, cap: int) -> tuple[bytes, bool]:
    found, rest = bytearray(), body
    while rest and len(found) < cap:
        stream = zlib.decompressobj(window)  # gzip may be several files after each other
        try:
            while rest and not stream.eof and len(found) < cap:
                piece = stream.decompress(rest, min(_PIECE, cap - len(found)))
                rest = stream.unconsumed_tail
                found += piece
                if not piece and not rest:
                    break
        except zlib.error:
            return bytes(found), True
        if not stream.eof:
            return bytes(found), True
        rest = stream.unused_data if window > zlib.MAX_WBITS else b""
        if not rest.startswith(b"\x1f\x8b"):  # filling after the end
            rest = b""
    return bytes(found), bool(rest)


def _unbrotli(body: bytes, cap: int) -> tuple[bytes, bool]:
    found, stream, rest = bytearray(), brotli.Decompressor(), body
    try:
        while not stream.is_finished() and len(found) < cap:
            piece = stream.process(rest, output_buffer_limit=_PIECE)
            if not piece and not rest:
                return bytes(found), True
            found += piece
            rest = b""
    except brotli.error:
        return bytes(found[:cap]), True
    return bytes(found[:cap]), len(found) > cap or not stream.is_finished()
