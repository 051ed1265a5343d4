"""Style declarations that hide, in ``style`` attributes and in the page's own style sheets."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["hidden_by_style", "hiding_rules"]

MAX_SHEET = 200_000
"""Characters of style sheets that are read; more is no page's own few rules."""

_COMMENT_START = "/*"
MAX_STYLE = 4000
"""Characters of one style that are read."""

# A cheap look before the declarations are read one by one.
_SUSPECT = re.compile(
    r"(?i)none|hidden|collapse|:\s*-\s*\d|opacity\s*[:=]\s*[0.]|font(?:-size)?\s*:[^;]{0,40}?\b[01.]"
    r"|(?:height|width)\s*:\s*[012.]\D|clip|translate|scale|transparent|a\(|background"
)
_NUMBER = re.compile(r"(-?\d{0,6}(?:\.\d{1,6})?)\s*(px|em|rem|pt|%|vw|vh|ex|ch|in|cm|mm)?")
_PIXELS = {"px": 1.0, "em": 16.0, "rem": 16.0, "pt": 4 / 3, "vw": 10.0, "vh": 8.0, "ex": 8.0,
           "ch": 8.0, "in": 96.0, "cm": 38.0, "mm": 3.8, "": 1.0}  # fmt: skip
OFF_SCREEN = -500.0
"""Pixels: further out than any part that slides in."""


def _declarations(style: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in style.split(";")[:200]:
        name, colon, value = part.partition(":")
        if colon:
            value = value.strip().lower()[:200]
            found[name.strip().lower()] = value.replace("!important", "").strip()
    return found


def _pixels(value: str | None) -> float | None:
    """Length in pixels, of the screen's size for relative ones; None for what is no length."""
    if not value:
        return None
    match = _NUMBER.match(value)
    if match is None or match[1] in ("", "-", "."):
        return None
    unit = match[2] or ""
    return float(match[1]) * (10.0 if unit == "%" else _PIXELS[unit])


def hidden_by_style(style: str) -> str | None:
    """Say why what has this style cannot be seen; None where it can.

    >>> hidden_by_style("position:absolute; left:-9999px"), hidden_by_style("color:#fff")
    ('off screen', None)
    >>> hidden_by_style("font-size:0"), hidden_by_style("font-size: 12px")
    ('font size 0', None)
    """
    style = style[:MAX_STYLE]
    if not _SUSPECT.search(style):
        return None
    return _reason(_declarations(style))


def _reason(said: dict[str, str]) -> str | None:
    display = said.get("display")
    if display == "none":
        return "display none"
    if said.get("visibility") in ("hidden", "collapse"):
        return "visibility hidden"
    if _is_transparent(said):
        return "opacity 0"
    size = said.get("font-size")
    if size is not None:
        pixels = None if "%" in size and not size.startswith(("0", "1%")) else _pixels(size)
        if pixels is not None and pixels <= 1.5:
            return "font size 0" if pixels == 0 else "tiny font"
    if (_pixels(said.get("text-indent")) or 0.0) <= OFF_SCREEN:
        return None if "url(" in _background(said) else "off screen"
    return _outside(said) or _no_room(said) or _same_colour(said)


def _is_transparent(said: dict[str, str]) -> bool:
    opacity = said.get("opacity")
    if opacity is not None:
        number = _NUMBER.match(opacity)
        if number and number[1] not in ("", "-", "."):
            return float(number[1]) < 0.05
    return bool(re.search(r"opacity\s*[=:]\s*0+\s*\)", said.get("filter", "")))


def _outside(said: dict[str, str]) -> str | None:
    if said.get("position") in ("absolute", "fixed", "relative"):
        for side in ("left", "right", "top", "bottom"):
            if (_pixels(said.get(side)) or 0.0) <= OFF_SCREEN:
                return "off screen"
    for side in ("margin-left", "margin-top", "margin-right"):
        if (_pixels(said.get(side)) or 0.0) <= OFF_SCREEN:
            return "off screen"
    transform = said.get("transform", "")
    moved = re.search(r"translate(?:x|y|3d)?\(\s*(-\d{1,6}(?:px|%|vw)?)", transform)
    if moved and (_pixels(moved[1]) or 0.0) <= OFF_SCREEN * 2:
        return "off screen"
    if re.search(r"scale(?:x|y|3d)?\(\s*0(?:\.0+)?\s*[,)]", transform):
        return "no size"
    return None


_CLIPPED = re.compile(
    r"rect\(\s*[01](?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?\s*\)"
    r"|inset\(\s*(?:50|100)%|circle\(\s*0|polygon\(\s*0(?:px|%)?\s+0(?:px|%)?\s*\)"
)


def _no_room(said: dict[str, str]) -> str | None:
    if _CLIPPED.search(said.get("clip", "") + " " + said.get("clip-path", "")):
        return "clipped"
    if not said.get("overflow", "").startswith(("hidden", "clip", "auto", "scroll")):
        return None
    for side in ("height", "max-height", "width", "max-width"):
        pixels = _pixels(said.get(side))
        if pixels is not None and 0 <= pixels <= 2 and "%" not in said[side]:
            return "no height" if "height" in side else "no width"
    return None


def _background(said: dict[str, str]) -> str:
    return f"{said.get('background', '')} {said.get('background-image', '')}"


_COLOUR_NAMES = {
    "white": "ffffff", "black": "000000", "red": "ff0000", "green": "008000", "blue": "0000ff",
    "yellow": "ffff00", "gray": "808080", "grey": "808080", "silver": "c0c0c0", "navy": "000080",
    "snow": "fffafa", "ivory": "fffff0", "whitesmoke": "f5f5f5", "ghostwhite": "f8f8ff",
}  # fmt: skip
_HEX = re.compile(r"#([0-9a-f]{3,8})\b")
_RGB = re.compile(r"rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})\s*(?:[,/]\s*([\d.]{1,6}))?")


def colour(value: str | None) -> tuple[int, int, int] | None:
    """Red, green and blue of a colour that is stated, None for every other value.

    >>> colour("#FFF"), colour("rgb(255, 255, 254)"), colour("inherit")
    ((255, 255, 255), (255, 255, 254), None)
    """
    if not value:
        return None
    value = value.strip().lower()[:100]
    rgb = _RGB.match(value)
    if rgb:
        if rgb[4] and rgb[4].strip("0.") == "":
            return None
        return int(rgb[1]), int(rgb[2]), int(rgb[3])
    found = _HEX.match(value)
    digits = found[1] if found else _COLOUR_NAMES.get(value.split(" ")[0])
    if digits is None:
        return None
    if len(digits) in (3, 4):
        digits = "".join(d * 2 for d in digits[:3])
    if len(digits) < 6:
        return None
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def same_colour(text: tuple[int, int, int] | None, ground: tuple[int, int, int] | None) -> bool:
    """Whether text of a colour cannot be told from its ground."""
    if text is None or ground is None:
        return False
    return sum(abs(a - b) for a, b in zip(text, ground, strict=True)) <= 12


def _same_colour(said: dict[str, str]) -> str | None:
    text = said.get("color", "")
    if text == "transparent" or re.match(r"(?:rgb|hsl)a\([^)]*[,/]\s*0(?:\.0+)?\s*\)", text):
        return (
            None if "text" in _background(said) + said.get("background-clip", "") else "same colour"
        )
    ground = said.get("background-color") or said.get("background")
    if ground and "url(" not in ground and same_colour(colour(text), colour(ground)):
        return "same colour"
    return None


_SIMPLE = re.compile(r"(?:[a-z][a-z0-9]{0,10})?[.#]-?[a-zA-Z_][\w-]{0,80}\Z")
_NAME = re.compile(r"[.#]-?[a-zA-Z_][\w-]{0,80}")
_OPEN_MEDIA = re.compile(r"@media\s+(?:only\s+)?(?:screen|all)\s*\Z|@(?:layer|supports)\b")


def hiding_rules(sheets: Iterable[str]) -> dict[str, str]:
    """Return the plain selectors that a page's own style sheets hide, with the reason.

    Plain are ``.class``, ``#id`` and either with a tag before it. What another rule of the page
    shows again (``li:hover .menu``, a rule for narrow screens) is no hidden text and left out.

    >>> hiding_rules([".x{display:none} .m{display:none} li:hover .m{display:block}"])
    {'.x': 'display none'}
    """
    hides: dict[str, str] = {}
    others: list[tuple[str, str]] = []
    budget = MAX_SHEET
    for sheet in sheets:
        for selectors, body, always in _rules(_without_comments(sheet[:budget])):
            reason = hidden_by_style(body)
            if reason is None:
                others.append((selectors, body))
            elif always:
                for selector in selectors.split(",")[:50]:
                    selector = selector.strip()
                    if _SIMPLE.match(selector):
                        hides.setdefault(selector, reason)
        budget -= len(sheet)
        if budget <= 0:
            break
    if not hides:
        return hides
    wanted = {name for selector in hides for name in _NAME.findall(selector)}
    shown = {
        (reason, name)
        for selectors, body in others
        for name in wanted.intersection(_NAME.findall(selectors[:2000]))
        for reason, showing in _SHOWING.items()
        if showing.search(body)
    }
    return {
        selector: reason
        for selector, reason in hides.items()
        if reason != "font size 0"  # a trick of layout: children state their own size
        and not any((reason, name) in shown for name in _NAME.findall(selector))
    }


# What undoes a reason: an element is off screen until it slides in.
_SHOWING = {
    "display none": re.compile(r"(?i)display\s*:\s*(?!\s|none)"),
    "visibility hidden": re.compile(r"(?i)visibility\s*:\s*visible"),
    "opacity 0": re.compile(r"(?i)opacity\s*:\s*(?:1|0?\.[1-9])"),
    "no height": re.compile(r"(?i)height\s*:\s*(?!\s|0)"),
    "no width": re.compile(r"(?i)width\s*:\s*(?!\s|0)"),
    "off screen": re.compile(
        r"(?i)(?:left|right|top|bottom|margin|indent)\s*:\s*(?!\s|-\d{3})|transform|position\s*:\s*static"
    ),
    "no size": re.compile(r"(?i)transform"),
    "clipped": re.compile(r"(?i)clip(?:-path)?\s*:\s*(?:auto|none)"),
}


def _without_comments(sheet: str) -> str:
    if _COMMENT_START not in sheet:
        return sheet
    first, *rest = sheet.split(_COMMENT_START)
    return " ".join([first, *(part.partition("*/")[2] for part in rest)])


def _rules(sheet: str) -> Iterable[tuple[str, str, bool]]:
    """Yield selectors, declarations, and whether the rule holds on every screen."""
    at, outer = 0, list[str]()
    for brace in re.finditer(r"[{}]", sheet):
        before = sheet[at : brace.start()]
        if brace[0] == "{":
            outer.append(before.rpartition(";")[2].strip() if ";" in before else before.strip())
        elif outer:
            selectors = outer.pop()
            if not selectors.startswith("@"):
                yield selectors, before, all(_OPEN_MEDIA.match(o) for o in outer)
        at = brace.end()
