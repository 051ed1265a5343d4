"""What hides an element: its own style, attributes, the page's style sheets, a script line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

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


@dataclass(slots=True)
class HiddenBy:
    """What hides elements of one page.

    Attributes
    ----------
    by_name : ``.class``, ``#id`` and ``tag.class`` -> reason, from the style sheets and scripts.
    """

    by_name: Mapping[str, str] = field(default_factory=dict)

    def reason(self, element: Element, tag: str, inherited: str | None) -> str | None:
        """Say why an element cannot be seen; ``inherited`` is why its parent cannot."""
        found = None
        style = element.get("style")
        if style:
            found = hidden_by_style(style)
            if inherited == "font size 0" and "font-size" in style.lower() and found is None:
                inherited = None
        if found is None and element.get("hidden") is not None:
            found = None if element.get("hidden") == "until-found" else "hidden"
        classes = element.get("class")
        if classes and found is None:
            names = classes.split()
            if not _SCREEN_READER_CLASSES.isdisjoint(names):
                found = SCREEN_READER
            elif self.by_name:
                found = next(
                    (
                        self.by_name[key]
                        for name in names
                        for key in (f".{name}", f"{tag}.{name}")
                        if key in self.by_name
                    ),
                    None,
                )
        if found is None and self.by_name:
            name = element.get("id")
            if name:
                found = self.by_name.get(f"#{name}")
        if found is None and tag == "marquee":
            found = _tiny_marquee(element)
        if found is None or (found in _PASSING and _is_shown_later(element, tag)):
            return inherited
        return inherited or found


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
