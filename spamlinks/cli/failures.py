"""What can go wrong outside our code, told in one line."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import typer

from spamlinks.errors import SpamlinksError

__all__ = ["report_errors"]

_LIBGOMP = (
    "LightGBM needs the system library libgomp.so.1, which is missing. Install it: "
    "'apt-get install libgomp1' (Debian, Ubuntu), 'dnf install libgomp' (Fedora), "
    "'apk add libgomp' (Alpine)."
)


@contextmanager
def report_errors() -> Iterator[None]:
    """Turn what can go wrong outside our code into one line on stderr and an exit code."""
    try:
        yield
    except SpamlinksError as error:
        _fail(str(error))
    except MemoryError:
        _fail("this machine ran out of memory. Split the export into smaller files.")
    except BrokenPipeError:  # the reader of our output went away, as with 'head'
        sys.stderr.close()
        raise SystemExit(0) from None
    except OSError as error:
        if "libgomp" in str(error):
            _fail(_LIBGOMP)
        name = Path(os.fsdecode(error.filename)).name if error.filename else "a file"
        _fail(f"{name}: {error.strerror or error}. Check the path, its permissions and free space.")
    except KeyboardInterrupt:
        _fail("stopped; no file was left half-written.", 130)


def _fail(message: str, code: int = 1) -> NoReturn:
    from spamlinks.report.text import clean

    typer.echo(f"spamlinks: {clean(message, 600)}", err=True)
    raise SystemExit(code) from None
