"""Hidden links, and honest ones that look hidden to a careless reader."""

from __future__ import annotations

from tests.enrich.pages.page import Link, Page

UNSEEN = (
    Page(
        "hidden by its own style",
        "one way a link; the words of none of them count",
        """<html lang="en"><body><p>Seen words.</p>
<div style="display:none"><a href="https://acme.example/1">one</a></div>
<div style="VISIBILITY: hidden !important"><a href="https://acme.example/2">two</a></div>
<div style="opacity:0"><a href="https://acme.example/3">three</a></div>
<div style="position:absolute;left:-5000px;top:0"><a href="https://acme.example/4">four</a></div>
<div style="text-indent:-9999px"><a href="https://acme.example/5">five</a></div>
<div style="font-size:0"><a href="https://acme.example/6">six</a></div>
<div style="font-size:1px"><a href="https://acme.example/7">seven</a></div>
<div style="height:0;overflow:hidden"><a href="https://acme.example/8">eight</a></div>
<div style="position:absolute;clip:rect(1px,1px,1px,1px)"><a href="https://acme.example/9">nine</a></div>
<div style="color:#fff;background-color:white"><a href="https://acme.example/10">ten</a></div>
<div hidden><a href="https://acme.example/11">eleven</a></div>
<marquee width="1" height="1"><a href="https://acme.example/12">twelve</a></marquee>
</body></html>""",
        external=12,
        internal=0,
        domains=1,
        words=2,
        links=tuple(
            Link(f"https://acme.example/{number}", "main", anchor, hidden=reason)
            for number, (anchor, reason) in enumerate(
                (
                    ("one", "display none"),
                    ("two", "visibility hidden"),
                    ("three", "opacity 0"),
                    ("four", "off screen"),
                    ("five", "off screen"),
                    ("six", "font size 0"),
                    ("seven", "tiny font"),
                    ("eight", "no height"),
                    ("nine", "clipped"),
                    ("ten", "same colour"),
                    ("eleven", "hidden"),
                    ("twelve", "tiny marquee"),
                ),
                start=1,
            )
        ),
    ),
    Page(
        "hidden by the page's sheet",
        "plain selectors count; what another rule opens, or only a narrow screen hides, does not",
        """<html lang="en"><head><style>
/* .seen{display:none} */ .x1 , #y{ display : none } div.z{position:absolute;left:-999em}
.sub{display:none} li:hover .sub{display:block}
@media (max-width:600px){.wide{display:none}} @media print{.screen{display:none}}
</style></head><body><p class="seen">Seen words.</p>
<div class="a x1"><a href="https://acme.example/1">one</a></div>
<div id="y"><a href="https://acme.example/2">two</a></div>
<div class="z"><a href="https://acme.example/3">three</a></div>
<div class="sub"><a href="https://acme.example/4">four</a></div>
<div class="wide"><a href="https://acme.example/5">five</a></div>
<div class="screen"><a href="https://acme.example/6">six</a></div></body></html>""",
        external=6,
        internal=0,
        domains=1,
        words=2 + 3,
        links=(
            Link("https://acme.example/1", "main", "one", hidden="display none"),
            Link("https://acme.example/2", "main", "two", hidden="display none"),
            Link("https://acme.example/3", "main", "three", hidden="off screen"),
            Link("https://acme.example/4", "main", "four"),
            Link("https://acme.example/5", "main", "five"),
            Link("https://acme.example/6", "main", "six"),
        ),
    ),
    Page(
        "hidden by nothing but its colour",
        "colours of the link and of what is behind it, stated far apart; old attributes too",
        """<html lang="en"><body bgcolor="#FFFFFF"><table bgcolor="#000080"><tr><td>
<a href="https://acme.example/1"><b>one</b></a>
<a href="https://acme.example/2" style="color: rgb(0, 0, 129)">two</a></td></tr></table>
<font color="white"><a href="https://acme.example/3">three</a></font>
<a href="https://acme.example/4" style="color:#eee">four</a></body></html>""",
        external=4,
        internal=0,
        domains=1,
        words=4,
        links=(
            Link("https://acme.example/1", "main", "one", "", "two", 1),
            Link("https://acme.example/2", "main", "two", "one", "", 1, hidden="same colour"),
            Link("https://acme.example/3", "main", "three", "", "four", 3, hidden="same colour"),
            Link("https://acme.example/4", "main", "four", "three", "", 3),
        ),
    ),
    Page(
        "parts that open",
        "a closed menu, a tab, a box and a cookie notice are there for visitors to open",
        """<html lang="en"><body><nav><ul><li>More<ul class="sub-menu" style="display:none">
<li><a href="https://acme.example/menu">Acme</a></li></ul></li></ul></nav>
<div class="tab-pane" style="display:none"><p>Second tab with
<a href="https://acme.example/tab">Acme</a>.</p></div>
<div id="faq-answer-2" hidden><p>See <a href="https://acme.example/faq">Acme</a>.</p></div>
<details><summary>Open</summary><a href="https://acme.example/details">Acme</a></details>
</body></html>""",
        external=4,
        internal=0,
        domains=1,
        words=2 + 4 + 2 + 2,
        links=(
            Link("https://acme.example/menu", "nav", "Acme"),
            Link("https://acme.example/tab", "main", "Acme", "Second tab with", "."),
            Link("https://acme.example/faq", "main", "Acme", "See", "."),
            Link("https://acme.example/details", "main", "Acme"),
        ),
    ),
    Page(
        "shown by a script",
        "a page that a script shows once it is loaded is not hidden",
        """<html lang="en"><head><style>.js-wait{opacity:0}</style></head><body>
<div id="app" style="visibility:hidden"><h1>Our garden in spring</h1><p>The beds are dug, the beans
are sown, the hens are out again, and the first guests come on Sunday for bread, butter and honey
from the bees by the mill. Tools by <a href="https://acme.example/">Acme</a>.</p></div></body></html>""",
        external=1,
        internal=0,
        domains=1,
        # The beds are dug, the beans 6; are ... honey 19; from ... Acme. 9
        words=4 + 6 + 19 + 9,
        links=(
            Link(
                "https://acme.example/",
                "main",
                "Acme",
                "The beds are dug, the beans are sown, the hens are out again, and the first "
                "guests come on Sunday for bread, butter and honey from the bees by the mill. "
                "Tools by",
                ".",
            ),
        ),
    ),
    Page(
        "for screen readers",
        "text for those who cannot see is not seen, a link with an icon is; the reason is named",
        """<html lang="en"><body><a class="skip-link screen-reader-text" href="#main">Skip</a>
<p>Follow us: <a href="https://acme.example/social"><i class="icon"></i><span class="sr-only">Acme
page</span></a></p><p><a class="visually-hidden" href="https://acme.example/quiet">Quiet</a></p>
<p aria-hidden="true"><a href="https://acme.example/aria">Aria</a></p></body></html>""",
        external=3,
        internal=0,
        domains=1,
        words=2 + 1,
        links=(
            Link("https://acme.example/social", "main", "Acme page", "Follow us:", ""),
            Link("https://acme.example/quiet", "main", "Quiet", hidden="for screen readers"),
            Link("https://acme.example/aria", "main", "Aria"),
        ),
    ),
    Page(
        "links without a body",
        "an image of one pixel and a link without text cannot be clicked; an icon can",
        """<html lang="en"><body><p>Words here.</p>
<a href="https://acme.example/1"><img src="p.gif" width="1" height="1" alt="cheap tools"></a>
<a href="https://acme.example/2"></a><a class="icon-acme" href="https://acme.example/3"></a>
<a href="https://acme.example/4"><img src="logo.png" width="120" height="40" alt="Acme"></a>
<a href="https://acme.example/5"><span style="display:none">five</span></a></body></html>""",
        external=5,
        internal=0,
        domains=1,
        words=2,
        links=(
            Link(
                "https://acme.example/1",
                "main",
                "cheap tools",
                "",
                "",
                4,
                kind="image",
                hidden="tiny image",
            ),
            Link("https://acme.example/2", "main", "", "", "", 4, hidden="no text"),
            Link("https://acme.example/3", "main", "", "", "", 4),
            Link("https://acme.example/4", "main", "Acme", "", "", 4, kind="image"),
            Link("https://acme.example/5", "main", "five", "", "", 4, hidden="display none"),
        ),
    ),
    Page(
        "tricks of layout",
        "a font size of 0 around boxes that state their own, and a logo as a background",
        """<html lang="en"><body><div style="font-size:0"><div style="font-size:14px">
<a href="https://acme.example/1">one</a></div></div>
<a style="display:block;text-indent:-9999px;background:url(acme.png)" href="https://acme.example/2">Acme
</a></body></html>""",
        external=2,
        internal=0,
        domains=1,
        words=1 + 1,
        links=(
            Link("https://acme.example/1", "main", "one"),
            Link("https://acme.example/2", "main", "Acme", around=1),
        ),
    ),
    Page(
        "hidden list on a hacked page",
        "links of a trade in a box off screen; their words are not the page's, the links count",
        """<html lang="en"><body><h1>School choir</h1><p>We sing on Friday.</p>
<div style="position: absolute; top: -1200px"><a href="https://lucky-casino.example/">casino</a>
<a href="https://acme.example/">payday loans</a> <a href="https://pills.example/">viagra</a></div>
</body></html>""",
        external=3,
        internal=0,
        domains=3,
        words=2 + 4,
        links=(
            Link(
                "https://acme.example/",
                "main",
                "payday loans",
                "casino",
                "viagra",
                2,
                hidden="off screen",
            ),
        ),
        more={"trade_words": 0, "trades": (), "trade_links": 3},
    ),
)
