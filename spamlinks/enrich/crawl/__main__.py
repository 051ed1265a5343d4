"""Entry of ``python -m spamlinks.enrich.crawl``; see ``orders`` for what goes in and out."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
import threading
import warnings
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

from spamlinks.enrich.crawl.orders import MAX_ORDER_BYTES, Order, Outlet
from spamlinks.errors import FetchError, SpamlinksError

if TYPE_CHECKING:
    from spamlinks.enrich.crawl.crawling import Crawl

__all__ = ["run"]


class _Troubles(logging.Handler):
    """Counts what Scrapy and Twisted complain about, instead of printing it."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.seen: Counter[str] = Counter()

    def emit(self, record: logging.LogRecord) -> None:
        """Count a message by who sent it and its first words."""
        text = f"{record.name}: {str(record.msg)[:80]}"
        if record.exc_info and record.exc_info[0] is not None:
            text += f" ({record.exc_info[0].__name__}: {str(record.exc_info[1])[:120]})"
        if text in self.seen or len(self.seen) < 20:
            self.seen[text] += 1

    def worst(self) -> str:
        """Return what was seen most often."""
        return self.seen.most_common(1)[0][0] if self.seen else "no reason given"


def run() -> int:
    """Do what the order says; returns the exit code."""
    outlet = Outlet(os.dup(1))
    # Nothing that a library prints may get between our lines.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    warnings.simplefilter("ignore")
    troubles = _Troubles()
    logging.basicConfig(level=logging.ERROR, handlers=[troubles], force=True)
    try:
        line = sys.stdin.buffer.readline(MAX_ORDER_BYTES)
        return _crawl(Order.from_json(line.decode("utf-8", "replace")), outlet, troubles)
    except SpamlinksError as error:
        outlet.say_error(error)
        return 1


def _crawl(order: Order, outlet: Outlet, troubles: _Troubles) -> int:
    # Imported late: an order that is refused need not wait for it.
    from scrapy.crawler import AsyncCrawlerProcess

    from spamlinks.enrich.crawl.configuring import scrapy_settings
    from spamlinks.enrich.crawl.spider import PageSpider
    from spamlinks.enrich.store import Store

    with Store.open(order.store) as store:
        process = AsyncCrawlerProcess(scrapy_settings(order.settings), install_root_handler=False)
        logging.getLogger().setLevel(logging.ERROR)  # Scrapy lowers it
        loop = asyncio.get_event_loop()
        spiders: list[PageSpider] = []
        reasons: list[str] = []

        def stop(reason: str) -> None:
            reasons.append(reason)
            for spider in spiders:
                spider.crawl.stop(reason)

        def opened(spider: PageSpider) -> None:
            spiders.append(spider)
            for reason in reasons:
                spider.crawl.stop(reason)

        def leave(spider: PageSpider) -> None:
            """End at once: requests that are still under way are asked again another time."""
            code = _finish(spider.crawl, outlet, troubles)
            store.close()
            os._exit(code)

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop, "stopped"))
        threading.Thread(
            target=_watch, args=(lambda: loop.call_soon_threadsafe(stop, "stopped"),), daemon=True
        ).start()
        process.crawl(
            PageSpider, order=order, store=store, outlet=outlet, opened=opened, leave=leave
        )
        process.start(install_signal_handlers=False)
        if not spiders:
            raise FetchError("pages", f"Scrapy did not start ({troubles.worst()})", _HINT)
        return _finish(spiders[0].crawl, outlet, troubles)


_HINT = "What was fetched is saved. Run the same command again: it goes on from there."


def _watch(ended: Callable[[], object]) -> None:
    """Wait for the end of standard input: whoever started us is gone, or wants us to go."""
    with contextlib.suppress(OSError, ValueError, RuntimeError):
        # Not through sys.stdin, whose lock a thread that waits would take along at the end.
        while os.read(0, 65_536):
            pass
        ended()


def _finish(crawl: Crawl, outlet: Outlet, troubles: _Troubles) -> int:
    """Save what is left, and say how it ended."""
    problem = crawl.failure
    try:
        if crawl.reason == "done":
            crawl.saver.end()
        else:
            crawl.saver.flush()
    except Exception as error:
        problem = problem or error
    if problem is None and not crawl.reason:
        problem = RuntimeError(troubles.worst())
    if problem is not None and not isinstance(problem, SpamlinksError):
        said = f"{type(problem).__name__}: {problem}"[:200]
        problem = FetchError("pages", f"fetching them broke off ({said})", _HINT)
    if problem is not None:
        outlet.say_error(problem)
        return 1
    facts = {"finished": True, "reason": crawl.reason, **crawl.progress()}
    if troubles.seen:
        facts["troubles"] = dict(troubles.seen.most_common(5))
    outlet.say_last(**facts)
    return 0


if __name__ == "__main__":
    sys.exit(run())
