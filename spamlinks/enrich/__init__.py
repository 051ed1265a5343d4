"""What must be fetched to be known: registration dates, linking pages, addresses.

The only part of the program that touches the network, and only when ``spamlinks enrich`` asks it
to. Everybody else reads what it wrote to a local store (``store``).
"""

from __future__ import annotations
