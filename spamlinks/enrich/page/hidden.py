"""What hides an element: its own style, attributes, the page's style sheets, a script line."""

from __future__ import annotations

import re
from collections.abc import Mapping

from spamlinks.enrich.page.style import hidden_by_style
from spamlinks.enrich.page.tree import Element

__all__ = ["SCREEN_READER", "HiddenBy", "is_tiny", "is_tiny_image"]

SCREEN_READER = "for screen readers"
"""Text for those who cannot see. Honest, but not part of what is seen, and named as such."""

_SCREEN_READER_CLASSES = frozenset(
    "sr-only sronly screen-reader-text screen-reader-only screenreader-text screenreader "
    "visually-hidden visuallyhidden assistive-text skip-link skip-nav skiplink skip-to-content "
    "element-invisible u-visually-hidden is-visually-hidden a11y-hidden show-for-sr".split()
)
# Parts that a visitor opens: closed menus, tabs and boxes are no hidden text.
_OPENS = re.compile(
    r"(?i)(?:^|[\s_-])(?:tabs?|tabpanel|tab-?pane|tab-?content|accordion|collapse|collapsible"
    r"|dropdown|drop-?down|submenu|sub-?menu|mega-?menu|menu|nav|modal|popup|pop-?over|overlay"
    r"|lightbox|dialog|drawer|off-?canvas|toggle|toggled|toggleable|spoiler|slides?|slider|carousel"
    r"|swiper|tooltip|faq|panel|answer|more|lang(?:uage)?s?|switcher|search|cookie|consent"
    r"|preloader|loader|fancybox|gallery|quick-?view|mobile|desktop|login|reply|respond)(?=[\s_-]|\Z)"
)
# Reasons that such a part can have for a moment; others stay for good.
_PASSING = frozenset(("display none", "visibility hidden", "opacity 0", "no height", "hidden"))
# What a page shows by a script once it is loaded.
_PAGE = frozenset(("html", "body", "main", "head"))
_TINY = re.compile(r"\s*[01](?:px)?\s*\Z")


class HiddenBy:
    """What hides elements of one page.

    Parameters
    ----------
    text : of the page, to see once which ways of hiding it uses at all.
    by_name : ``.class``, ``#id`` and ``tag.class`` -> reason, from the style sheets and scripts.
    """

    def __init__(self, text: str, by_name: Mapping[str, str]) -> None:
        self._by_name = by_name
        lower = text.lower()
        self._by_style = "style=" in lower or "style =" in lower
        self._by_attribute = " hidden" in lower or "\nhidden" in lower or "\thidden" in lower

    def reason(self, element: Element, tag: str, inherited: str | None) -> str | None:
        """Say why an element cannot be seen; ``inherited`` is why its parent cannot."""
        found = None
        if self._by_style:
            style = element.get("style")
            if style:
                found = hidden_by_style(style)
                if inherited == "font size 0" and found is None and "font-size" in style.lower():
                    inherited = None
        if found is None and self._by_attribute:
            hidden = element.get("hidden")
            if hidden is not None and hidden.lower() != "until-found":
                found = "hidden"
        if found is None:
            found = self._named(element, tag)
        if found is None and tag == "marquee":
            found = _tiny_marquee(element)
        if found is None or (found in _PASSING and _is_shown_later(element, tag)):
            return inherited
        return inherited or found

    def _named(self, element: Element, tag: str) -> str | None:
        """What the names of an element say."""
        by_name = self._by_name
        classes = element.get("class")
        if classes:
            names = classes.split()
            if not _SCREEN_READER_CLASSES.isdisjoint(names):
                return SCREEN_READER
            for name in names if by_name else ():
                found = by_name.get(f".{name}") or by_name.get(f"{tag}.{name}")
                if found:
                    return found
        name = element.get("id") if by_name else None
        return by_name.get(f"#{name}") or by_name.get(f"{tag}#{name}") if name else None


def _is_shown_later(element: Element, tag: str) -> bool:
    if tag in _PAGE:
        return True
    names = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('role') or ''}"
    return _OPENS.search(names[:500]) is not None


def _tiny_marquee(element: Element) -> str | None:
    for name in ("width", "height"):
        if re.match(r"\s*[0-5](?:px)?\s*\Z", (element.get(name) or "")[:20]):
            return "tiny marquee"
    return None


def is_tiny(length: str | None) -> bool:
    """Whether a ``width`` or ``height`` is of one pixel at most.

    >>> is_tiny("1"), is_tiny("0px"), is_tiny("10"), is_tiny(None)
    (True, True, False, False)
    """
    return _TINY.match((length or "")[:20]) is not None


def is_tiny_image(image: Element) -> bool:
    """Whether an image is of one pixel at most, so that nobody sees the link around it."""
    return is_tiny(image.get("width")) and is_tiny(image.get("height"))
