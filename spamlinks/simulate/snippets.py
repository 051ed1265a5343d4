"""The head of a generated page, and the scripts that carry ids of counters and advertisers."""

from __future__ import annotations

import html
import random
from collections.abc import Sequence

__all__ = ["head_of", "scripts_of"]


def head_of(
    chance: random.Random,
    title: str,
    *,
    charset: str,
    generator: str,
    noindex: bool,
    canonical: str,
    styles: Sequence[str],
) -> str:
    """Markup of the head: title, character set, generator and what is said to search engines."""
    lines = [f"<title>{html.escape(title, quote=False)}</title>"]
    if generator:
        lines.append(f'<meta name="generator" content="{html.escape(generator)}">')
    if noindex:
        lines.append(f'<meta name="robots" content="{chance.choice(_NOINDEX)}">')
    elif chance.random() < 0.3:
        lines.append('<meta name="robots" content="index, follow, max-image-preview:large">')
    if canonical:
        lines.append(f'<link rel="canonical" href="{html.escape(canonical)}">')
    if chance.random() < 0.5:
        lines.append('<meta name="viewport" content="width=device-width, initial-scale=1">')
    chance.shuffle(lines)
    if charset:
        named = f'<meta charset="{charset}">'
        older = f'<meta http-equiv="Content-Type" content="text/html; charset={charset}">'
        lines.insert(0, named if chance.random() < 0.6 else older)
    if styles:
        lines.append(f"<style>{' '.join(styles)}</style>")
    return "\n".join(lines)


_NOINDEX = ("noindex", "noindex, nofollow", "NOINDEX,FOLLOW", "noindex, follow")


def scripts_of(chance: random.Random, ids: Sequence[str]) -> str:
    """Scripts with the ids ("kind:value"), in the forms that pages have them."""
    return "\n".join(_script(chance, *name.split(":", 1)) for name in ids)


def _script(chance: random.Random, kind: str, value: str) -> str:
    if kind == "ga4":
        load = f'<script async src="https://www.googletagmanager.com/gtag/js?id={value}"></script>'
        call = f"<script>gtag('js', new Date()); gtag('config', '{value}');</script>"
        return load + call if chance.random() < 0.7 else call
    if kind == "ga":
        name = f"{value}-{chance.randint(1, 3)}"
        if chance.random() < 0.5:
            return f"<script>ga('create', '{name}', 'auto'); ga('send', 'pageview');</script>"
        return f"<script>_gaq.push(['_setAccount', '{name}']);</script>"
    if kind == "adsense":
        client = f"ca-{value}"
        if chance.random() < 0.5:
            return (
                '<script async src="https://pagead2.googlesyndication.com/pagead/js/'
                f'adsbygoogle.js?client={client}" crossorigin="anonymous"></script>'
            )
        return f'<ins class="adsbygoogle" data-ad-client="{client}" data-ad-slot="1"></ins>'
    if kind == "gtm":
        return (
            "<script>(function(w,d,s,l,i){var j=d.createElement(s);"
            "j.src='https://www.googletagmanager.com/gtm.js?id='+i;})"
            f"(window,document,'script','dataLayer','{value}');</script>"
        )
    return f"<script>ym({value}, 'init', {{clickmap:true}});</script>"
