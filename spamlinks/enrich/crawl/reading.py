"""Reading pages, in processes beside the crawl.

Reading takes longer than fetching. Beside the crawl it uses the second core, holds up no answer
that comes in, and a page that crashes or hangs its reader costs that page and nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from spamlinks.enrich.answers import PageFacts

__all__ = ["MOST_WAITING", "PageReaders", "ReaderError"]

MOST_WAITING = 32
"""Pages that may wait for their reader; more are not asked for meanwhile."""
PATIENCE = 30.0
"""Seconds for one page, and for the start of a reader; a page takes milliseconds."""


class ReaderError(Exception):
    """A page broke its reader; the text says how."""


class PageReaders:
    """Processes that read pages. They are started when first needed, and end with us.

    ``many`` is their number; by default one, with four processors or more two.
    """

    def __init__(self, many: int | None = None) -> None:
        many = many or (2 if (os.cpu_count() or 1) >= 4 else 1)
        self._threads = ThreadPoolExecutor(many, "reader")
        self._own = threading.local()

    async def read(self, body: bytes, asked: dict[str, Any]) -> PageFacts:
        """Read a page: ``read_page(body, **asked)``.

        Raises
        ------
        ReaderError : the reader raised, crashed or did not come to an end.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._read, body, asked)

    def warm_up(self) -> None:
        """Start a reader before it is needed, which takes a while."""
        self._threads.submit(self._read, b"", {"url": "", "final_url": "", "site": ""})

    def close(self) -> None:
        """Let the readers go; those at work end when we do."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _read(self, body: bytes, asked: dict[str, Any]) -> PageFacts:
        reader: _Reader | None = getattr(self._own, "reader", None)
        if reader is None:
            reader = self._own.reader = _Reader()
        try:
            found = reader.ask((body, asked))
        except (EOFError, OSError) as error:  # a time-out is an OSError
            reader.end()
            self._own.reader = None
            how = "takes too long" if isinstance(error, TimeoutError) else "crash"
            raise ReaderError(how) from None
        if isinstance(found, PageFacts):
            return found
        raise ReaderError(str(found))


class _Reader:
    """One process, and our end of the pipe to it."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()

    def ask(self, question: object) -> object:
        """Send and wait."""
        self._pipe.send(question)
        if not self._pipe.poll(PATIENCE):
            raise TimeoutError
        return self._pipe.recv()

    def end(self) -> None:
        """End it for good."""
        self._pipe.close()
        self._process.kill()
        self._process.join()


def _serve(pipe: Any) -> None:
    """Read what comes, until nobody is at the other end."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the crawl decides when it ends
    from spamlinks.enrich.page import read_page

    with contextlib.suppress(EOFError, OSError):
        while True:
            body, asked = pipe.recv()
            try:
                found: object = read_page(body, **asked)
            except Exception as error:
                found = type(error).__name__
            pipe.send(found)
