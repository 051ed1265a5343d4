"""Fetches linking pages and start pages with Scrapy, in a process of its own.

``python -m spamlinks.enrich.crawl`` reads its order from standard input, takes its work from the
store and writes the answers there. Inside, one thing decides what is asked next: the ``frontier``,
which knows which site and which address may be asked when (``turns``). What it hands out goes
through Scrapy: robots.txt (``robots``), connecting to a checked address only (``resolving``,
``downloading``), bodies unpacked up to the cap (``unpacking``). The ``spider`` follows redirects,
tries again and reads pages, all by way of the frontier, so that nothing is asked past it.
"""

from __future__ import annotations
