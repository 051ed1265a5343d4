"""What a host name tells: a linear model over hashed pieces of the name, and a suffix table.

Scoring only; ``spamlinks.model.hostnames`` fits. The pieces of a name are its character n-grams
with borders, the same of its shape (vowel, consonant, digit), and its public suffix, each hashed
into one table of weights. All names are laid into one byte buffer and hashed there at once, so that
a hundred thousand hosts cost a fraction of a second.

The name is the host without ``www.`` and without its public suffix. Punycode labels are decoded
first: their ASCII form spells no word (``xn--80aswg`` is сайт), the decoded bytes do. A label that
does not decode stays as it is.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from spamlinks.errors import ModelError
from spamlinks.signals.suffixes import SuffixTable, stored
from spamlinks.urls import parse_host

__all__ = ["HashedNames", "HostNameModel", "SuffixTable", "hash_names", "names_of"]

Floats = npt.NDArray[np.float32]

_ORDERS = (2, 3, 4, 5)
_SHAPE_ORDERS = (3, 5)
_BASE = np.uint32(0x01000193)
_MIX = np.uint32(0x9E3779B1)
_BLOCK = 65_536
_BIT_RANGE = (8, 20)

_SHAPES = np.arange(256, dtype=np.uint8)
_SHAPES[ord("a") : ord("z") + 1] = ord("c")
_SHAPES[[ord(c) for c in "aeiou"]] = ord("v")
_SHAPES[ord("0") : ord("9") + 1] = ord("9")
_SHAPES[128:] = ord("u")


@dataclass(frozen=True, slots=True)
class HashedNames:
    """Hashed pieces of ``size`` names, in no order: piece i is ``slots[i]`` of name ``rows[i]``.

    ``slots`` is uint32 below ``2**bits``; ``scales`` is float32 (size,), one over the root of the
    number of pieces of each name, so that long names do not shout. Every name has one piece at
    least, its suffix.
    """

    size: int
    rows: npt.NDArray[np.int64]
    slots: npt.NDArray[np.uint32]
    scales: Floats


def names_of(
    hosts: Sequence[str] | pl.Series, suffixes: Sequence[str] | pl.Series | None = None
) -> pl.DataFrame:
    """Split hosts into the name that is hashed and the public suffix.

    Parameters
    ----------
    hosts : n lower-case ASCII hosts, nulls allowed.
    suffixes : their n public suffixes where known (``urls.host_table``); else they are looked up.

    Returns
    -------
    DataFrame of n rows, in order: ``name`` and ``suffix``, both null for a null host.
    """
    series = pl.Series("host", hosts, dtype=pl.String)
    if suffixes is None:
        found = [None if host is None else parse_host(host).suffix for host in series]
        ends = pl.Series("suffix", found, dtype=pl.String)
    else:
        ends = pl.Series("suffix", suffixes, dtype=pl.String)
    host, end = pl.col("host"), pl.col("suffix")
    frame = pl.DataFrame([series, ends]).with_columns(
        pl.when(host.is_not_null()).then(end.fill_null(""))
    )
    tail = pl.format(".{}", end)
    cut = pl.when(host.str.ends_with(tail) & (end != "")).then(
        host.str.head(-1 * tail.str.len_chars().cast(pl.Int64))
    ).otherwise(host)  # fmt: skip
    frame = frame.select(cut.str.strip_prefix("www.").alias("name"), "suffix")
    if frame["name"].str.contains("xn--", literal=True).any():
        decoded = (
            pl.when(pl.col("name").str.contains("xn--", literal=True))
            .then(pl.col("name").map_elements(_decode, return_dtype=pl.String))
            .otherwise("name")
        )
        frame = frame.with_columns(name=decoded)
    return frame


def _decode(name: str) -> str:
    labels = []
    for label in name.split("."):
        if label.startswith("xn--"):
            with suppress(UnicodeError, OverflowError):
                label = label[4:].encode("ascii").decode("punycode").lower()
        labels.append(label)
    # Bytes that cannot be encoded again (lone surrogates) would stop the buffer.
    return ".".join(labels).encode("utf-8", "replace").decode("utf-8")


def _mix(values: npt.NDArray[np.uint32], salt: int, bits: int) -> npt.NDArray[np.uint32]:
    out = (values + np.uint32(salt)) * _MIX
    out ^= out >> np.uint32(15)
    out *= np.uint32(0x85EBCA77)
    return out >> np.uint32(32 - bits)


def _lay(names: pl.Series) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """One buffer of all names between borders, and where each starts (n + 1 offsets)."""
    text = "^" + names.fill_null("") + "$"
    starts = np.zeros(len(text) + 1, np.int64)
    np.cumsum(text.str.len_bytes().to_numpy(), out=starts[1:])
    return np.frombuffer("".join(text.to_list()).encode("utf-8"), dtype=np.uint8), starts


def _grams(
    buffer: npt.NDArray[np.uint8], starts: npt.NDArray[np.int64], bits: int
) -> Iterator[tuple[int, npt.NDArray[np.uint32], npt.NDArray[np.bool_]]]:
    """For each view and order n: n, the slot at every byte, whether it ends within its name."""
    left = np.repeat(starts[1:], np.diff(starts)) - np.arange(buffer.size)
    for view, (data, orders) in enumerate(((buffer, _ORDERS), (_SHAPES[buffer], _SHAPE_ORDERS))):
        padded = np.concatenate([data, np.zeros(max(orders), np.uint8)]).astype(np.uint32)
        rolling = padded[: data.size]
        for n in range(2, max(orders) + 1):
            rolling = rolling * _BASE + padded[n - 1 : n - 1 + data.size]
            if n in orders:
                yield n, _mix(rolling, 1000 * view + n, bits), left >= n


def hash_names(names: pl.DataFrame, bits: int) -> HashedNames:
    """Hash the pieces of names, all of them at once, by the code that scores.

    Parameters
    ----------
    names : ``name`` and ``suffix`` as ``names_of`` returns them; null counts as "".
    bits : the table has ``2**bits`` slots.
    """
    buffer, starts = _lay(names["name"])
    size = starts.size - 1
    row = np.repeat(np.arange(size), np.diff(starts))
    slots, rows = [_suffix_slots(names["suffix"], bits)], [np.arange(size)]
    for _, found, inside in _grams(buffer, starts, bits):
        slots.append(found[inside])
        rows.append(row[inside])
    flat = np.concatenate(rows)
    scales = 1.0 / np.sqrt(np.bincount(flat, minlength=size))
    return HashedNames(size, flat, np.concatenate(slots), scales.astype(np.float32))


def _suffix_slots(suffixes: pl.Series, bits: int) -> npt.NDArray[np.uint32]:
    texts = suffixes.fill_null("")
    distinct = texts.unique()
    crcs = np.array([zlib.crc32(text.encode()) for text in distinct], dtype=np.uint32)
    slots = pl.Series(_mix(crcs, 7, bits), dtype=pl.UInt32)
    return texts.replace_strict(distinct, slots, return_dtype=pl.UInt32).to_numpy()


@dataclass(frozen=True, slots=True)
class HostNameModel:
    """A linear model of host names: log-odds of spam, from hashed pieces of the name.

    Attributes
    ----------
    codes : int8 (2**bits,). Weight = sign(code) * code**2 * scale: most weights are small, and
        even steps would round them away (0.001 of the AUC).
    scale : weight of code 1, above 0.
    bias : log-odds of a name without any known piece.
    """

    codes: npt.NDArray[np.int8]
    scale: float
    bias: float

    @property
    def bits(self) -> int:
        """The base-two logarithm of the number of weights."""
        return int(self.codes.size).bit_length() - 1

    @property
    def weights(self) -> Floats:
        """The weights as float32 (2**bits,), a new array each time."""
        codes = self.codes.astype(np.float32)
        return codes * np.abs(codes) * np.float32(self.scale)

    @classmethod
    def from_weights(cls, weights: npt.NDArray[np.floating[Any]], bias: float) -> HostNameModel:
        """Round weights to 127 steps each way."""
        top = float(np.abs(weights).max(initial=0.0))
        scale = top / 127**2 if top > 0 else 1.0
        codes = np.sign(weights) * np.rint(np.sqrt(np.abs(weights) / scale))
        return cls(codes.astype(np.int8), scale, float(bias))

    def margins(
        self,
        hosts: Sequence[str] | pl.Series,
        suffixes: Sequence[str] | pl.Series | None = None,
    ) -> Floats:
        """Score hosts.

        Parameters
        ----------
        hosts : n hosts in lower-case ASCII, as ``urls.host_table`` returns them; nulls allowed.
        suffixes : their n public suffixes; looked up, which is slower, when not given.

        Returns
        -------
        float32 (n,): log-odds of spam at even odds, higher is worse; NaN
        for a null host, never infinite.
        """
        names = names_of(hosts, suffixes)
        if names.height == 0:
            return np.zeros(0, np.float32)
        table = self.weights
        blocks = [
            self._block(table, names.slice(at, _BLOCK)) for at in range(0, names.height, _BLOCK)
        ]
        out = np.concatenate(blocks)
        out[names["name"].is_null().to_numpy()] = np.nan
        return out

    def _block(self, table: Floats, names: pl.DataFrame) -> Floats:
        buffer, starts = _lay(names["name"])
        total = table[_suffix_slots(names["suffix"], self.bits)].astype(np.float64)
        pieces = np.ones(total.size)
        lengths = np.diff(starts)
        per_byte = np.zeros(buffer.size, np.float32)
        for n, slots, inside in _grams(buffer, starts, self.bits):
            per_byte += table[slots] * inside
            pieces += np.maximum(lengths - n + 1, 0)
        total += np.add.reduceat(per_byte, starts[:-1], dtype=np.float64)
        return (self.bias + total / np.sqrt(pieces)).astype(np.float32)

    def contributions(self, host: str, suffix: str | None = None) -> list[tuple[str, float]]:
        """Say which parts of a host speak for spam (above 0) and which against.

        The weight of a piece is shared by its characters. A fragment is a word between hyphens
        or dots (which stay at its end); a word of more than 12 characters is cut where its
        characters change sides.

        Returns
        -------
        (fragment, log-odds), the strongest first; their sum and ``bias`` make the margin. The
        public suffix is its own fragment, with a leading dot; "" stands for the mere borders.
        """
        names = names_of([host], None if suffix is None else [suffix])
        name, end = str(names["name"][0]), str(names["suffix"][0])
        buffer, starts = _lay(names["name"])
        table = self.weights.astype(np.float64)
        share, pieces = np.zeros(buffer.size), 1
        for n, slots, inside in _grams(buffer, starts, self.bits):
            for at in np.flatnonzero(inside).tolist():
                where = list(range(max(at, 1), min(at + n, buffer.size - 1))) or [at]
                share[where] += table[slots[at]] / len(where)
            pieces += int(np.count_nonzero(inside))
        norm = 1.0 / math.sqrt(pieces)
        found = [(f".{end}", float(table[_suffix_slots(names["suffix"], self.bits)[0]]) * norm)]
        borders = float(share[0] + share[-1]) * norm
        if borders:
            found.append(("", borders))
        at = 1
        for word in _WORDS.findall(name):
            values = []
            for char in word:
                width = len(char.encode("utf-8"))
                values.append(float(share[at : at + width].sum()) * norm)
                at += width
            found += _runs(word, values)
        return sorted(found, key=lambda pair: (-abs(pair[1]), pair[0]))

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-able form that ``from_dict`` reads back without loss."""
        packed = zlib.compress(self.codes.tobytes(), level=9)
        return {
            "pieces": _PIECES,
            "bits": self.bits,
            "scale": self.scale,
            "bias": self.bias,
            "codes": base64.b64encode(packed).decode("ascii"),
        }

    @classmethod
    def from_dict(cls, state: Mapping[str, Any]) -> HostNameModel:
        """Read ``to_dict``; raises ``ModelError`` for anything else. Runs no code of the file."""
        try:
            if state["pieces"] != _PIECES:
                raise ModelError(
                    "host name model",
                    f"its pieces are {state['pieces']!r}, this version hashes {_PIECES!r}",
                    "Train the model again",
                )
            bits, scale, bias = state["bits"], stored(state["scale"]), stored(state["bias"])
            if type(bits) is not int or not _BIT_RANGE[0] <= bits <= _BIT_RANGE[1]:
                raise ValueError(f"bits must be in {_BIT_RANGE}")
            if scale <= 0:
                raise ValueError("scale must be above 0")
            reader = zlib.decompressobj()
            raw = reader.decompress(base64.b64decode(state["codes"], validate=True), 2**bits + 1)
            if len(raw) != 2**bits:
                raise ValueError(f"{len(raw)} weights instead of {2**bits}")
        except (KeyError, TypeError, ValueError, binascii.Error, zlib.error) as error:
            if isinstance(error, ModelError):
                raise
            raise ModelError(
                "host name model", f"cannot be read ({error})", "Train the model again"
            ) from None
        return cls(np.frombuffer(raw, dtype=np.int8), scale, bias)


_WORDS = re.compile(r"[^-.]+[-.]*|[-.]+")
_WORD_CHARS = 12


def _runs(word: str, values: list[float]) -> list[tuple[str, float]]:
    if len(word) <= _WORD_CHARS:
        return [(word, math.fsum(values))]
    runs: list[tuple[str, float]] = []
    for char, value in zip(word, values, strict=True):
        if runs and value * runs[-1][1] >= 0:
            runs[-1] = (runs[-1][0] + char, runs[-1][1] + value)
        else:
            runs.append((char, value))
    return runs


_PIECES = "chars2-5 shape3,5 suffix v1"
