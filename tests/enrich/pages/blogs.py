"""Pages of blogs, shops, clubs and newspapers, by the software that makes them."""

from __future__ import annotations

from tests.enrich.pages.page import Link, Page

BLOGS = (
    Page(
        "wordpress classic",
        "a link in the text, one of a commenter, a blogroll, a menu, a footer",
        """<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8">
<title>Sowing beans | Garden notes</title><meta name="generator" content="WordPress 6.4">
<link rel="canonical" href="https://garden.example/post">
</head><body class="post-template-default single has-sidebar comments-open">
<header id="masthead" class="site-header"><a href="/">Garden notes</a>
<nav class="main-navigation"><ul class="menu"><li class="menu-item"><a href="/about">About</a></li>
<li class="menu-item"><a href="https://forum.example/">Forum</a></li></ul></nav></header>
<div id="content"><main><article class="post"><header class="entry-header"><h1>Sowing beans</h1>
</header><div class="entry-content"><p>Beans like warm soil. We use the
<a href="https://acme.example/tools/dibber">dibber from Acme</a> for every row, and water well.</p>
<p>More in the <a href="/archive">archive</a>.</p></div></article>
<div id="comments" class="comments-area"><ol class="comment-list"><li class="comment">
<div class="comment-body"><cite class="fn"><a href="http://acme.example"
rel="external nofollow ugc">Ann</a></cite><p>Nice row!</p></div></li></ol></div></main>
<aside id="secondary" class="widget-area"><section class="widget widget_links"><h2>Blogroll</h2><ul>
<li><a href="https://bees.example/">Bees</a></li><li><a href="https://acme.example/">Acme</a></li>
<li><a href="https://hens.example/">Hens</a></li></ul></section></aside></div>
<footer id="colophon" class="site-footer"><a href="https://wordpress.org/">Proudly powered by
WordPress</a></footer></body></html>""",
        # forum, acme x3, bees, hens, wordpress
        external=7,
        internal=3,  # home, about, archive
        domains=5,  # forum, acme, bees, hens, wordpress.org
        # head 2+1+1, h1 2, paragraphs 7+3+6 and 4, comment 1+2, blogroll 1+3, foot 4
        words=4 + 2 + 16 + 4 + 3 + 4 + 4,
        links=(
            Link(
                "https://acme.example/tools/dibber",
                "main",
                "dibber from Acme",
                "Beans like warm soil. We use the",
                "for every row, and water well.",
            ),
            Link("http://acme.example", "comment", "Ann", rel="nofollow ugc"),
            Link("https://acme.example/", "sidebar", "Acme", around=2),
        ),
        more={
            "title": "Sowing beans | Garden notes",
            "generator": "WordPress 6.4",
            "stated_language": "en",
            "canonical": "https://garden.example/post",
            "noindex": False,
            "nofollow": False,
            "trade_words": 0,
        },
    ),
    Page(
        "block theme",
        "a header inside of an article and a footer of a card are no header and footer of the page",
        """<html lang="en"><body class="wp-site-blocks"><header class="wp-block-template-part"><p>
<a href="https://garden.example/">Home</a></p></header><main><article>
<header class="entry-header"><p>By <a href="https://acme.example/ann">Ann of Acme</a></p></header>
<div class="card"><div class="card-header">Tools</div><p>Get one at
<a href="https://www.acme.example/shop" rel="sponsored">the shop</a> today.</p>
<div class="card-footer"><a href="https://acme.example/terms">Terms</a></div></div></article></main>
<footer class="wp-block-template-part"><nav><a href="https://acme.example/map">Map</a></nav>
</footer></body></html>""",
        external=4,
        internal=1,
        domains=1,
        words=1 + 4 + 1 + 6 + 1 + 1,
        links=(
            Link("https://acme.example/ann", "main", "Ann of Acme", "By", ""),
            Link(
                "https://www.acme.example/shop",
                "main",
                "the shop",
                "Get one at",
                "today.",
                rel="sponsored",
            ),
            Link("https://acme.example/terms", "main", "Terms", around=1),
            Link("https://acme.example/map", "footer", "Map"),
        ),
    ),
    Page(
        "blogger on a user site",
        "another user of the platform is external, the platform's own page is not",
        """<html dir='ltr' lang='pt-BR'><head><meta content='blogger' name='generator'/></head>
<body><div class='header section' id='header'><h1>Meu jardim</h1></div>
<div class='main section' id='main'><div class='blog-posts hfeed'><div class='post hentry'>
<div class='post-body entry-content'>Uma visita ao <a href='https://acme.example/'>Acme</a> e ao
blog <a href='https://vizinho.blogspot.com/2020/01/a.html'>do vizinho</a>.</div>
<div class='post-footer'><a href='https://jardim.blogspot.com/2020/'>2020</a></div></div></div></div>
<div class='sidebar section' id='sidebar'><a href='https://www.blogspot.com/'>Blogspot</a>
<a href='https://www.blogger.com/profile/1'>Perfil</a></div></body></html>""",
        # acme, the neighbour, blogger.com
        external=3,
        internal=2,  # the archive, the platform
        domains=3,
        words=2 + 7 + 2 + 1 + 2,
        links=(
            Link(
                "https://acme.example/", "main", "Acme", "Uma visita ao", "e ao blog do vizinho.", 1
            ),
        ),
        url="https://jardim.blogspot.com/2020/01/b.html",
        more={"generator": "blogger", "stated_language": "pt"},
    ),
    Page(
        "news article with related box",
        "boxes of related links and of the author stand beside the text, even inside of it",
        """<html lang="en"><body><div class="page"><div class="content-header"><h1>Mill opens</h1>
<p>Seen at <a href="https://acme.example/mill">Acme</a>.</p></div><article><p>The mill by the river
opened on Sunday with bread and music.</p><div class="related-articles"><h3>Related</h3><ul>
<li><a href="/a">One</a></li><li><a href="https://acme.example/two">Two</a></li></ul></div>
<div class="author-box"><p>Written by Bo, who sells tools at
<a href="https://acme.example/bo">Acme Tools</a>.</p></div></article></div></body></html>""",
        external=3,
        internal=1,
        domains=1,
        words=2 + 3 + 12 + 1 + 2 + 9,
        links=(
            Link("https://acme.example/mill", "main", "Acme", "Seen at", "."),
            Link("https://acme.example/two", "sidebar", "Two"),
            Link(
                "https://acme.example/bo",
                "sidebar",
                "Acme Tools",
                "Written by Bo, who sells tools at",
                ".",
            ),
        ),
    ),
    Page(
        "drupal page",
        "regions by class, and a sidebar as words of a longer name",
        """<html lang="de"><head><meta name="Generator" content="Drupal 10 (https://www.drupal.org)">
</head><body class="layout-one-sidebar sidebar-first path-node"><div class="layout-container">
<div class="region region-header"><a href="/" rel="home">Verein</a></div>
<div class="region region-content"><p>Unser Partner ist
<a href="//acme.example/de">Acme</a>.</p></div>
<div class="region region-sidebar-first"><a href="https://acme.example/spende">Spenden</a></div>
<div class="region region-footer"><p>© Verein, Technik:
<a href="https://acme.example/it">Acme IT</a></p></div></div></body></html>""",
        external=3,
        internal=1,
        domains=1,
        words=1 + 4 + 1 + 4,  # the sign of copyright is no word
        links=(
            Link("https://acme.example/de", "main", "Acme", "Unser Partner ist", "."),
            Link("https://acme.example/spende", "sidebar", "Spenden"),
            Link("https://acme.example/it", "footer", "Acme IT", "© Verein, Technik:", ""),
        ),
        more={"generator": "Drupal 10 (https://www.drupal.org)", "stated_language": "de"},
    ),
    Page(
        "joomla module",
        "a module in a right column; robots forbid the index and following",
        """<html lang="it-it"><head><meta name="robots" content="noindex, nofollow"></head><body>
<div id="main"><p>Il ponte di pietra passa il fiume.</p></div><div class="right-column">
<div class="moduletable"><h3>Amici</h3><p><a href="https://acme.example/it">Acme Italia</a></p>
</div></div></body></html>""",
        external=1,
        internal=0,
        domains=1,
        words=7 + 1 + 2,
        links=(Link("https://acme.example/it", "sidebar", "Acme Italia"),),
        more={"noindex": True, "nofollow": True},
    ),
    Page(
        "shop product",
        "image link with alt text, brand list, phone and mail that are no links",
        """<html lang="en"><body><div class="product"><h2>Spade</h2>
<a href="https://acme.example/spade"><img src="s.jpg" alt="Acme spade, ash handle"></a>
<p>Ask us: <a href="mailto:shop@garden.example">mail</a>, <a href="tel:+3512">phone</a>,
<a href="javascript:open_chat()">chat</a>, <a href="#top">top</a>, <a>plain</a>,
<a href="">empty</a>.</p></div></body></html>""",
        external=1,
        internal=0,
        domains=1,
        words=1 + 2 + 6,
        links=(Link("https://acme.example/spade", "main", "Acme spade, ash handle", kind="image"),),
    ),
    Page(
        "plain home page of the nineties",
        "no head, no closing tags, upper case, an address without quotes",
        """<TITLE>Bo's page</TITLE><H1>My links</H1><UL><LI><A HREF=http://acme.example/>Acme</A>
<LI><A HREF='http://bees.example/a b.html'>Bees</A><LI><A HREF=photos.htm>Photos</A></UL>
<P>Mail me<BR>Bo""",
        external=2,
        internal=1,
        domains=2,
        words=2 + 1 + 1 + 1 + 3,
        links=(Link("http://acme.example/", "main", "Acme", around=1),),
        more={"title": "Bo's page"},
    ),
    Page(
        "list of partners",
        "an entry with a description still is one of its list",
        """<html lang="en"><body><main><h1>Our partners</h1><ul>
<li><a href="https://acme.example/">Acme</a> – tools for small gardens</li>
<li><a href="https://bees.example/">Bees</a> – honey</li>
<li><a href="https://hens.example/">Hens</a> – eggs</li></ul></main></body></html>""",
        external=3,
        internal=0,
        domains=3,
        words=2 + 5 + 2 + 2,
        links=(Link("https://acme.example/", "main", "Acme", "", "– tools for small gardens", 2),),
    ),
    Page(
        "cards beside each other",
        "boxes that repeat are a list in all but name",
        """<html><body><main><div class="cards">
<div class="card"><h3><a href="https://acme.example/">Acme</a></h3><p>Tools for gardens.</p></div>
<div class="card"><h3><a href="https://bees.example/">Bees</a></h3><p>Honey from here.</p></div>
<div class="card"><h3><a href="https://hens.example/">Hens</a></h3><p>Eggs from there.</p></div>
</div></main></body></html>""",
        external=3,
        internal=0,
        domains=3,
        words=3 * 4,
        links=(Link("https://acme.example/", "main", "Acme", around=2),),
    ),
    Page(
        "table of results",
        "a cell belongs to the rows of its table",
        """<html><body><table><thead><tr><th>Club</th><th>Site</th></tr></thead><tbody>
<tr><td>Acme</td><td><a href="https://acme.example/">site</a></td></tr>
<tr><td>Bees</td><td><a href="https://bees.example/">site</a></td></tr></tbody></table>
</body></html>""",
        external=2,
        internal=0,
        domains=2,
        words=2 + 2 + 2,
        links=(Link("https://acme.example/", "main", "site", around=1),),
    ),
)
