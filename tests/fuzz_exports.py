"""Feed the reader of exports with damaged, random and hostile files, and hold it to its word.

``python -m tests.fuzz_exports -n 100000 -j 2`` runs so many inputs in two processes. An input is a
file or a folder: random bytes, tables of nasty cells, and the sample exports with bits flipped,
pieces cut, doubled and swapped, in every packing. Whatever comes in, the reader

* gives readings whose records add up and are numbered one by one, with values of the promised
  types, and merging them accounts for every record again; or
* raises an error of its own, with a message in one printable line;

within ``MAX_SECONDS`` and without a warning. A failure is shrunk, written to a file and raised.
"""

from __future__ import annotations

import argparse
import faulthandler
import gzip
import io
import itertools
import os
import sys
import tempfile
import time
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import polars as pl
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from spamlinks.errors import RefusedExport, SpamlinksError
from spamlinks.exports import Hints, Intake, Reading, catalogue, merge, read_export, take_in
from spamlinks.schema import FIELDS

SAMPLES = Path(__file__).resolve().parent / "exports" / "samples"
MAX_SECONDS = 10.0
BATCH = 500
MAX_INPUT = 60_000

Files = list[tuple[str, bytes]]


@dataclass
class Tally:
    """What became of the inputs."""

    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    slowest: float = 0.0

    def add(self, other: Tally) -> None:
        """Count what another process has seen."""
        self.outcomes += other.outcomes
        self.slowest = max(self.slowest, other.slowest)


# -- inputs ----------------------------------------------------------------------------------


@cache
def samples() -> tuple[tuple[str, bytes], ...]:
    """The sample exports: name and bytes."""
    return tuple((path.name, path.read_bytes()) for path in sorted(SAMPLES.iterdir()))


@cache
def headers() -> tuple[tuple[str, ...], ...]:
    """The header of every format, normalised."""
    return tuple(
        tuple(min(column.headers) for column in entry.columns)
        for entry in catalogue()
        if entry.columns
    )


TOKENS = (
    "\ufeff", "\x00", '"', '""', '"""', "\r", "\n", "\r\n", ",", ";", "\t", "|", "\x1a", "\x1f",
    "\ue000", "\u2028", "\u202e", "\x85", "\x0c", "é", "日本", "🌱", "e\u0301", "\u0663", "１２",
    "²", "9" * 400, "1e999", "-1", "1e-999", "nan", "inf", "Infinity", "0x10", "1,2,3", "1.2.3",
    "99/99/9999", "31/31/2020", "2024-02-30", "0000-00-00", "9999-12-31", "10000000000000",
    "45000.0", "12:00", "=1+1", "@x", "&amp;amp;", "&#0;", "&#xD800;", "&copy=1", "http://",
    "https://[::1]/", "http://[", "//", "xn--", "http://xn--a.example/", "http://%00/",
    "http://a b/", "javascript:1", "http://co.uk/", "domain:a.example\n", "# c\n", "sep=;\n",
    "{", "}", "[", "]", "[[[[", "{}", "[]", "null", "true", ",]", ",}", '{"a":', "\\ud800",
    "\\u0000", "\\", "<", ">", "</c>", "<!DOCTYPE x [<!ENTITY a 'b'>]>", "<![CDATA[", "&a;",
    "WARC/1.0\r\n", "PK\x03\x04", "\x1f\x8b", "Linking page\n", "Links,x\n", "x" * 5000,
)  # fmt: skip
RAW = (
    b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\x00\x00", b"\x00\xd8", b"\xd8\x00", b"\xed\xa0\x80",
    b"\xc3", b"\xff", b"\x80", b"\x9d", b"\x00" * 40, b"\x1f\x8b\x08", b"PK\x05\x06",
)  # fmt: skip
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "utf-32", "cp1251")
BYTES = b",;\t|\"'\n\r\x00 {}[]:<>=/#0a\xff"


def _flip(data: bytes, at: int, arg: int) -> bytes:
    return data[:at] + bytes([data[at] ^ (1 << arg % 8)]) + data[at + 1 :] if data else data


def _cut(data: bytes, at: int, arg: int) -> bytes:
    return data[at:] if arg % 4 == 0 else data[:at]


def _delete(data: bytes, at: int, arg: int) -> bytes:
    return data[:at] + data[at + 1 + arg % 300 :]


def _double(data: bytes, at: int, arg: int) -> bytes:
    piece = data[at : at + 1 + arg % 500]
    return data[:at] + piece * (1 + arg % 40) + data[at:]


def _insert(data: bytes, at: int, arg: int) -> bytes:
    return data[:at] + TOKENS[arg % len(TOKENS)].encode() + data[at:]


def _insert_wide(data: bytes, at: int, arg: int) -> bytes:
    at -= at % 2
    return data[:at] + TOKENS[arg % len(TOKENS)].encode("utf-16-le") + data[at:]


def _insert_raw(data: bytes, at: int, arg: int) -> bytes:
    return data[:at] + RAW[arg % len(RAW)] + data[at:]


def _swap(data: bytes, at: int, arg: int) -> bytes:
    old, new = BYTES[at % len(BYTES)], BYTES[arg % len(BYTES)]
    return data.replace(bytes([old]), bytes([new]))


def _swap_some(data: bytes, at: int, arg: int) -> bytes:
    old, new = BYTES[arg % len(BYTES)], BYTES[arg // 64 % len(BYTES)]
    return data[:at] + data[at:].replace(bytes([old]), bytes([new]), 3)


def _replace(data: bytes, at: int, arg: int) -> bytes:
    """Put a token in the place of a cell or word."""
    stops = (b",", b";", b"\t", b'"', b"\n", b">", b":")
    ends = [end for stop in stops if (end := data.find(stop, at)) >= 0]
    return data[:at] + TOKENS[arg % len(TOKENS)].encode() + data[min(ends, default=len(data)) :]


def _ends(data: bytes, at: int, arg: int) -> bytes:
    end = (b"\n", b"\r\n", b"\r", b"\n\n", b"\r\r\n")[arg % 5]
    return data.replace(b"\r\n", b"\n").replace(b"\n", end)


def _recode(data: bytes, at: int, arg: int) -> bytes:
    wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    text = data.decode("utf-16" if wide else "utf-8", "replace")
    return text.encode(ENCODINGS[arg % len(ENCODINGS)], "replace")


def _splice(data: bytes, at: int, arg: int) -> bytes:
    other = samples()[arg % len(samples())][1]
    return data[:at] + other[arg % (len(other) + 1) :]


def _repeat(data: bytes, at: int, arg: int) -> bytes:
    return data * (2 + arg % 4)


MUTATIONS: tuple[Callable[[bytes, int, int], bytes], ...] = (
    _flip, _flip, _cut, _delete, _double, _insert, _insert, _insert, _insert_wide, _insert_raw,
    _swap, _swap_some, _replace, _replace, _replace, _ends, _recode, _splice, _repeat,
)  # fmt: skip
STEPS = st.lists(
    st.tuples(st.sampled_from(MUTATIONS), st.integers(0, 1 << 16), st.integers(0, 1 << 16)),
    min_size=1,
    max_size=6,
)
Steps = list[tuple[Callable[[bytes, int, int], bytes], int, int]]


def mutated(data: bytes, steps: Steps) -> bytes:
    """Apply mutations one after another; positions wrap around."""
    for mutate, at, arg in steps:
        data = mutate(data, at % max(len(data), 1), arg)
        data = data[:MAX_INPUT]
    return data


def repacked(data: bytes, steps: Steps, which: int) -> bytes:
    """Mutate what is inside a packing, or its checksums would keep all of it out."""
    if data.startswith(b"\x1f\x8b"):
        return gzip.compress(mutated(gzip.decompress(data), steps))
    if not data.startswith(b"PK"):
        return mutated(data, steps)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [(info.filename, archive.read(info)) for info in archive.infolist()]
    at = which % len(members)
    members[at] = (members[at][0], mutated(members[at][1], steps))
    return zipped(members)


def zipped(members: Files) -> bytes:
    """Pack files into an archive; equal names and damaged ones are allowed."""
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")
        for name, data in members:
            with archive.open(zipfile.ZipInfo(name), "w") as file:
                file.write(data)
    return out.getvalue()


NAMES = ("x.csv", "x.txt", "x.json", "x.xlsx", "x.zip", "x.csv.gz", "disavow.txt", "x-edges.txt",
         "x-vertices.txt.gz", "shop.example-backlinks_2026-10-05.csv", "domains.csv",
         "https___www.shop.example_-Latest links-2026-10-05.csv")  # fmt: skip
CELLS = st.sampled_from(TOKENS) | st.text(max_size=6) | st.sampled_from(
    ["https://a.example/x", "b.example", "2026-10-04", "04/10/2026", "1,240", "true", "", "tools"]
)  # fmt: skip


@st.composite
def tables(draw: st.DrawFn) -> bytes:
    """A known header, or one of words, above cells that nobody would write."""
    header = draw(st.sampled_from(headers()) | st.lists(CELLS, min_size=1, max_size=5).map(tuple))
    delimiter = draw(st.sampled_from(",;\t|"))
    quote = draw(st.sampled_from(["", '"']))
    rows = draw(st.lists(st.lists(CELLS, max_size=len(header) + 1), max_size=5))
    full = [[*row, *["https://a.example/"] * len(header)][: len(header)] for row in rows]
    rows = full if draw(st.booleans()) else rows
    lines = [delimiter.join(f"{quote}{cell}{quote}" for cell in row) for row in (header, *rows)]
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    return end.join(lines).encode(draw(st.sampled_from(ENCODINGS)), "replace")


@st.composite
def inputs(draw: st.DrawFn) -> tuple[str, Files]:
    """Draw a kind of input and its files: one, or several for a folder."""
    kind = draw(st.sampled_from(("sample", "sample", "sample", "inside", "table", "table", "bytes",
                                 "archive", "nested", "folder")))  # fmt: skip

    def damaged() -> tuple[str, bytes]:
        name, data = draw(st.sampled_from(samples()))
        return name, mutated(data, draw(STEPS))

    if kind == "sample":
        return kind, [damaged()]
    if kind == "inside":
        packed = [entry for entry in samples() if entry[1][:2] in (b"PK", b"\x1f\x8b")]
        name, data = draw(st.sampled_from(packed))
        return kind, [(name, repacked(data, draw(STEPS), draw(st.integers(0, 20))))]
    if kind == "table":
        return kind, [(draw(st.sampled_from(NAMES)), draw(tables()))]
    if kind == "bytes":
        return kind, [(draw(st.sampled_from(NAMES)), draw(st.binary(max_size=400)))]
    if kind == "archive":
        members = [damaged() for _ in range(draw(st.integers(0, 3)))]
        data = zipped(members)
        return kind, [("x.zip", mutated(data, draw(STEPS)) if draw(st.booleans()) else data)]
    if kind == "nested":
        name, data = damaged()
        for pack in draw(st.lists(st.sampled_from([gzip.compress, None]), min_size=1, max_size=3)):
            data = pack(data) if pack is not None else zipped([(name, data)])
        return kind, [("x.zip", data)]
    return kind, [
        damaged() if draw(st.booleans()) else (draw(st.sampled_from(NAMES)), draw(tables()))
        for _ in range(draw(st.integers(1, 4)))
    ]


# -- what is promised ------------------------------------------------------------------------


def check_error(error: SpamlinksError) -> None:
    """A message is one line that a terminal can show."""
    message = str(error)
    assert message.isprintable(), f"message with control characters: {message!r}"
    assert 10 < len(message) < 1500, f"message of {len(message)} characters: {message[:200]!r}"


def check_reading(reading: Reading) -> None:
    """A reading adds up, and its columns hold what the schema says."""
    table, rejected = reading.backlinks, reading.rejected
    assert reading.records == table.height + rejected.height, "records do not add up"
    numbers = sorted([*table["export_row"].to_list(), *rejected["record"].to_list()])
    assert numbers == list(range(1, len(numbers) + 1)), f"record numbers {numbers}"
    assert table.schema == {name: FIELDS[name].dtype for name in table.columns}, "types"
    page = table["referring_page"]
    assert not page.null_count(), "a link without page"
    assert not page.str.contains(r"[\x00-\x1f\x7f]").any(), "control characters in a page"
    latest = date.today() + timedelta(days=2)
    for name in table.columns:
        values = [value for value in table[name].to_list() if value is not None]
        dtype = FIELDS[name].dtype
        if dtype == pl.Date:
            assert all(date(1990, 1, 1) <= day <= latest for day in values), f"{name}: {values}"
        elif dtype.is_numeric():
            assert all(0 <= value < 2**60 for value in values), f"{name}: {values}"
        elif dtype == pl.String and name != "anchor_text":
            assert "" not in values, f"{name}: an empty text is unknown"
    for note in reading.notes:
        assert note.isprintable(), f"note with control characters: {note!r}"
    rejected.rows()


def check_intake(intake: Intake) -> int:
    """Check what was read and refused; return the number of readings."""
    for error in intake.refused:
        check_error(error)
    for reading in intake.readings:
        check_reading(reading)
    for part in intake.disavow:
        part.text_bytes()
    if intake.readings:
        total = merge(intake.readings, None).total
        parts = total.links + total.duplicates + total.own_site + total.rejected
        assert total.records == parts, "merging loses records"
    return len(intake.readings)


def outcome_of(path: Path, guess: bool, site: str | None) -> str:
    """Read a file or folder; say what became of it. AssertionError when a promise is broken."""
    hints = Hints(accept_guess=guess)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            if path.is_file() and not guess:
                check_reading(read_export(path))
            return "read" if check_intake(take_in([path], hints=hints, site=site)) else "left out"
    except SpamlinksError as error:
        check_error(error)
        return "refused" if isinstance(error, RefusedExport) else "not read"


# -- runs ------------------------------------------------------------------------------------


def _written(folder: Path, files: Files) -> Path:
    """Write an input; several files become a folder, equal names a number."""
    if len(files) == 1:
        path = folder / files[0][0]
        path.write_bytes(files[0][1])
        return path
    inner = folder / "exports"
    inner.mkdir()
    for number, (name, data) in enumerate(files):
        path = inner / name
        (inner / f"{number}-{name}" if path.exists() else path).write_bytes(data)
    return inner


def fuzz(examples: int, start: int, keep: Path) -> Tally:
    """Run inputs drawn from the seed ``start``; what fails is left in ``keep`` and raised."""
    tally = Tally()
    memory = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
    numbers = itertools.count()
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as scratch:

        def check(drawn: tuple[str, Files], guess: bool, site: str | None) -> None:
            kind, files = drawn
            folder = Path(scratch) / str(next(numbers))
            folder.mkdir()
            path = _written(folder, files)
            before = time.perf_counter()
            try:
                outcome = outcome_of(path, guess, site)
                seconds = time.perf_counter() - before
                assert seconds < MAX_SECONDS, f"it took {seconds:.1f} seconds"
            except BaseException:
                keep.mkdir(parents=True, exist_ok=True)
                for name, data in files:  # shrinking ends with the smallest
                    (keep / f"{start}-{name}").write_bytes(data)
                raise
            tally.outcomes[kind, outcome] += 1
            tally.slowest = max(tally.slowest, seconds)
            for file in path.iterdir() if path.is_dir() else (path,):
                file.unlink()
            if path.is_dir():
                path.rmdir()
            folder.rmdir()

        run = given(inputs(), st.booleans(), st.sampled_from([None, "shop.example"]))(check)
        run = settings(
            max_examples=examples,
            deadline=None,
            database=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        )(run)
        faulthandler.dump_traceback_later(examples * MAX_SECONDS, exit=True)
        seed(start)(run)()
        faulthandler.cancel_dump_traceback_later()
    return tally


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="Feed the reader of exports with damaged files.")
    parser.add_argument("-n", type=int, default=20_000, help="number of inputs")
    parser.add_argument("-j", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--seed", type=int, default=0, help="first seed; a run can be repeated")
    parser.add_argument("--keep", type=Path, default=Path("out/fuzz"), help="folder for failures")
    options = parser.parse_args()
    begin = time.perf_counter()
    sizes = [BATCH] * (options.n // BATCH) + [rest for rest in [options.n % BATCH] if rest]
    tally = Tally()
    os.environ.setdefault("POLARS_MAX_THREADS", "1")  # the tables are tiny, the processes many
    # A fork of a process with threads may wait for one that it does not have.
    with ProcessPoolExecutor(options.j, get_context("spawn")) as pool:
        jobs = [
            pool.submit(fuzz, size, options.seed + number, options.keep)
            for number, size in enumerate(sizes)
        ]
        try:
            for job in as_completed(jobs):
                tally.add(job.result())
                sys.stderr.write(f"\r{tally.outcomes.total():,} of {options.n:,}")
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            sys.stderr.write(f"\nwhat failed is left in {options.keep}\n")
            raise
    seconds = time.perf_counter() - begin
    total = tally.outcomes.total()
    lines = [f"\n{total:,} inputs, {total / seconds:.0f} a second, slowest {tally.slowest:.1f} s"]
    if sys.platform != "win32":
        import resource

        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        peak >>= 20 if sys.platform == "darwin" else 10
        lines.append(f"peak memory of a process: {peak} MB")
    kinds = sorted({kind for kind, _ in tally.outcomes})
    for kind in kinds:
        counts = {name: count for (k, name), count in tally.outcomes.items() if k == kind}
        shown = ", ".join(f"{name} {count:,}" for name, count in sorted(counts.items()))
        lines.append(f"{kind:8} {shown}")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
