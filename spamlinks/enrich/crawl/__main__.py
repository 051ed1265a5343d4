"""Entry of ``python -m spamlinks.enrich.crawl``; see ``orders`` for what goes in and out."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import threading
import warnings
from collections import Counter

from spamlinks.enrich.crawl.orders import MAX_ORDER_BYTES, Order, Outlet
from spamlinks.errors import SpamlinksError

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


def run() -> int:
    """Do what the order says; returns the exit code."""
    outlet = Outlet(os.dup(1))
    # Nothing that a library prints may get between our lines.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    warnings.simplefilter("ignore")
    troubles = _Troubles()
    logging.basicConfig(level=logging.ERROR, handlers=[troubles], force=True)
    try:
        order = Order.from_json(sys.stdin.buffer.readline(MAX_ORDER_BYTES).decode("utf-8", "replace"))
        return _crawl(order, outlet, troubles)
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
        process = AsyncCrawlerProcess(
            scrapy_settings(order.settings), install_root_handler=False
        )
        logging.getLogger().setLevel(logging.ERROR)  # Scrapy lowers it
        ...
        return 0


if __name__ == "__main__":
    sys.exit(run())
