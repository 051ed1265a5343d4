"""What a linking page shows, read from its bytes: links, text, head and marks (``read_page``)."""

from __future__ import annotations

from spamlinks.enrich.page.read import read_page

__all__ = ["read_page"]
