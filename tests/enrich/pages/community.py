"""Pages that visitors write: forums, comments, guest books, wikis."""

from __future__ import annotations

from tests.enrich.pages.page import Link, Page

COMMUNITY = (
    Page(
        "phpbb topic",
        "what members write in a forum is a comment, their signature too; the menu is not",
        """<html dir="ltr" lang="en-gb"><body id="phpbb" class="section-viewtopic ltr">
<div id="page-header"><div class="navbar"><ul class="nav-main"><li><a
href="./index.php">Board</a></li></ul></div></div><div id="page-body"><div class="post bg2">
<div class="postbody">
<h3><a href="#p1">Re: spades</a></h3><div class="content">Try <a href="http://acme.example/spade"
class="postlink">this one</a>, it lasts.</div><div class="signature">Buy at
<a href="https://acme.example/x" class="postlink">Acme</a></div></div></div></div>
<div id="page-footer"><div class="copyright">Powered by <a href="https://www.phpbb.com/">phpBB</a>
</div></div></body></html>""",
        external=3,
        internal=1,
        domains=2,
        words=1 + 2 + 5 + 3 + 3,
        links=(
            Link("http://acme.example/spade", "comment", "this one", "Try", ", it lasts."),
            Link("https://acme.example/x", "comment", "Acme", "Buy at", ""),
        ),
        url="https://board.example/viewtopic.php?t=1",
    ),
    Page(
        "vbulletin thread",
        "posts by the names of vBulletin",
        """<html lang="en"><body><ol id="posts" class="posts"><li class="postbitlegacy postbitim"
id="post_7"><div class="postrow has_after_content"><blockquote class="postcontent restore">See
<a href="https://acme.example/a" target="_blank" rel="nofollow">https://acme.example/a</a></blockquote>
</div></li></ol><div id="footer" class="floatcontainer footer"><a href="https://acme.example/home">Acme
hosting</a></div></body></html>""",
        external=2,
        internal=0,
        domains=1,
        words=2 + 2,
        links=(
            Link(
                "https://acme.example/a",
                "comment",
                "https://acme.example/a",
                "See",
                "",
                rel="nofollow",
            ),
            Link("https://acme.example/home", "footer", "Acme hosting"),
        ),
        url="https://board.example/threads/7",
    ),
    Page(
        "discourse for crawlers",
        "the plain pages that Discourse serves without scripts",
        """<html lang="en"><body class="crawler"><header><a href="/">Meta</a></header>
<div id="main-outlet"><div itemscope class="topic-body crawler-post"><div class="post"
itemprop="text"><p>We moved to <a href="https://acme.example/"
rel="noopener nofollow ugc">Acme</a> last year.</p>
</div></div></div></body></html>""",
        external=1,
        internal=1,
        domains=1,
        words=1 + 6,
        links=(
            Link(
                "https://acme.example/",
                "comment",
                "Acme",
                "We moved to",
                "last year.",
                rel="nofollow ugc",
            ),
        ),
        url="https://talk.example/t/1",
    ),
    Page(
        "disqus without scripts",
        "what stands in noscript is not seen, and says so; its words do not count",
        """<html lang="en"><body><article><p>Short note on hens.</p></article>
<div id="disqus_thread"></div><noscript>Please enable JavaScript to view the
<a href="https://acme.example/comments">comments by Acme</a></noscript></body></html>""",
        external=1,
        internal=0,
        domains=1,
        words=4,
        links=(
            Link(
                "https://acme.example/comments",
                "main",
                "comments by Acme",
                "Please enable JavaScript to view the",
                "",
                hidden="noscript",
            ),
        ),
    ),
    Page(
        "guest book",
        "entries of visitors; German class names",
        """<html lang="de"><body><h1>Gästebuch</h1><table class="gaestebuch"><tr><td>
<b>Uwe</b> schrieb: Schöne Seite! <a href="http://acme.example/uwe">Meine Seite</a></td></tr>
<tr><td><b>Ida</b> schrieb: Grüße! <a href="http://ida.example/">Ida</a></td></tr></table>
</body></html>""",
        external=2,
        internal=0,
        domains=2,
        words=1 + 6 + 4,
        links=(
            Link(
                "http://acme.example/uwe",
                "comment",
                "Meine Seite",
                "Uwe schrieb: Schöne Seite!",
                "",
                1,
            ),
        ),
    ),
    Page(
        "recent comments widget",
        "a list of commenters in a sidebar is a sidebar",
        """<html lang="en"><body><div id="main"><p>Hello world of beans.</p></div>
<div id="sidebar"><div class="widget widget_recent_comments"><ul id="recentcomments">
<li class="recentcomments"><span class="comment-author-link"><a href="https://acme.example/"
class="url" rel="ugc external nofollow">Ann</a></span> on <a href="/hello#c1">Hello</a></li></ul>
</div></div></body></html>""",
        external=1,
        internal=1,
        domains=1,
        words=4 + 3,
        links=(
            Link("https://acme.example/", "sidebar", "Ann", "", "on Hello", rel="nofollow ugc"),
        ),
    ),
    Page(
        "wiki article",
        "external references in an ordered list; navigation by role",
        """<html lang="en"><body><div id="content" role="main"><p>A dibber makes holes.
<a href="#cite-1">[1]</a></p><ol class="references"><li><a rel="nofollow" class="external text"
href="https://acme.example/dibber">"Dibber"</a>. Acme. 2019.</li><li><a rel="nofollow"
class="external" href="https://bees.example/">Bees</a>.</li></ol></div>
<div id="mw-panel" role="navigation"><a href="/wiki/Main">Main page</a></div></body></html>""",
        external=2,
        internal=1,
        domains=2,
        # the dot after Bees belongs to its word
        words=5 + 3 + 1 + 2,
        links=(
            Link(
                "https://acme.example/dibber",
                "main",
                '"Dibber"',
                "",
                ". Acme. 2019.",
                1,
                rel="nofollow",
            ),
        ),
        url="https://wiki.example/Dibber",
    ),
    Page(
        "trackback list",
        "pingbacks stand among the comments",
        """<html lang="en"><body><article><p>On walls.</p></article><section id="comments">
<ol class="pinglist"><li class="pingback"><p>Pingback: <a href="https://acme.example/walls"
rel="ugc external nofollow">Walls of Acme</a></p></li></ol></section></body></html>""",
        external=1,
        internal=0,
        domains=1,
        words=2 + 4,
        links=(
            Link(
                "https://acme.example/walls",
                "comment",
                "Walls of Acme",
                "Pingback:",
                "",
                rel="nofollow ugc",
            ),
        ),
    ),
    Page(
        "comments switched off",
        "classes that say how a page is built are no comments",
        """<html lang="en"><body class="no-comments comments-closed"><div class="wrap no-comments">
<div class="text"><p>Read <a href="https://acme.example/b">the book</a>.</p>
<p class="comments-link"><a href="/p#respond">No comments</a></p></div></div></body></html>""",
        external=1,
        internal=1,
        domains=1,
        words=3 + 2,
        links=(Link("https://acme.example/b", "main", "the book", "Read", "."),),
    ),
)
