"""How a hand-checked page is written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["SITE", "Link", "Page"]

SITE = "acme.example"
"""The protected site of all pages."""


@dataclass(frozen=True)
class Link:
    """One link to the site as a person sees it. ``rel`` holds the words that the table has."""

    target: str
    placement: str = "main"
    anchor: str = ""
    left: str = ""
    right: str = ""
    around: int = 0
    rel: str = ""
    hidden: str | None = None
    kind: str = "text"
    via: str | None = None


@dataclass(frozen=True)
class Page:
    """A page and what is on it, counted by hand.

    ``words`` is written as a sum over the parts of the page from top to bottom, so that it can be
    checked; ``linked_domains`` likewise is ``domains``. ``more`` holds other fields of PageFacts.
    """

    name: str
    why: str
    html: str
    external: int
    internal: int
    domains: int
    words: int
    links: tuple[Link, ...] = ()
    url: str = "https://garden.example/post"
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "text/html"})
    charset: str = "utf-8"
    more: Mapping[str, Any] = field(default_factory=dict)
