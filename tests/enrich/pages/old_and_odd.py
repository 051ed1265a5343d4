"""Old layouts, frames, maps, redirects, and addresses written in every way."""

from __future__ import annotations

from tests.enrich.pages.page import Link, Page

_TEXT = "The old mill stands by the river and grinds flour for the whole valley every autumn day. "
# 17 words

OLD_AND_ODD = (
    Page(
        "layout of tables",
        "no name says anything; the place beside the largest text does",
        f"""<html><body><table><tr><td><a href="a.htm">One</a><br><a href="b.htm">Two</a><br>
<a href="https://acme.example/nav">Acme</a></td><td><p>{_TEXT * 4}</p>
<p>From <a href="https://acme.example/text">Acme</a>.</p></td></tr></table>
<p>Copyright 2004 <a href="https://acme.example/foot">Acme Design</a></p></body></html>""",
        external=3,
        internal=2,
        domains=1,
        words=3 + 4 * 17 + 2 + 4,
        links=(
            Link("https://acme.example/nav", "sidebar", "Acme", "One Two", ""),
            Link("https://acme.example/text", "main", "Acme", "From", "."),
            Link("https://acme.example/foot", "footer", "Acme Design", "Copyright 2004", ""),
        ),
    ),
    Page(
        "frame set",
        "a frame shows the site; what stands in noframes no browser reads",
        """<html><head><title>Frames</title></head><frameset cols="20%,80%"><frame src="nav.htm">
<frame src="https://acme.example/inside" title="Acme inside"><noframes><body>
<a href="https://acme.example/plain">Plain</a></body></noframes></frameset></html>""",
        external=0,
        internal=0,
        domains=0,
        words=0,
        links=(Link("https://acme.example/inside", "main", "Acme inside", kind="frame"),),
    ),
    Page(
        "image map and drawing",
        "areas of a map and links of a drawing are links; the drawing's title is no text",
        """<html><body><map name="m"><area href="https://acme.example/north" alt="North of Acme">
<area href="/south" alt="South"></map><svg viewBox="0 0 9 9"><title>Logo</title>
<a xlink:href="https://acme.example/logo"><text>Acme</text></a></svg></body></html>""",
        external=2,
        internal=1,
        domains=1,
        words=1,
        links=(
            Link(
                "https://acme.example/north", "main", "North of Acme", "", "Acme", 1, kind="image"
            ),
            Link("https://acme.example/logo", "main", "Acme", around=1),
        ),
    ),
    Page(
        "base elsewhere",
        "relative links follow the base: here they all lead to the site",
        """<html><head><base href="https://acme.example/dir/"></head><body><p>
<a href="page.html">Page</a> <a href="../up.html">Up</a>
<a href="https://garden.example/x">Home</a></p></body></html>""",
        external=2,
        internal=1,
        domains=1,
        words=3,
        links=(
            Link("https://acme.example/dir/page.html", "main", "Page", "", "Up Home", 1),
            Link("https://acme.example/up.html", "main", "Up", "Page", "Home", 1),
        ),
    ),
    Page(
        "addresses in every spelling",
        "spaces, breaks, capitals, ports, user names, a missing stroke, an international name",
        """<html lang="de"><body><p><a href="  https://ACME.example/a\n">1</a>
<a href="https://ac\nme.example/b">2</a> <a href="//acme.example:8443/c">3</a>
<a href="https:acme.example/d">4</a> <a href="https://me@acme.example/e">5</a>
<a href="https:\\\\acme.example\\f">6</a> <a href="https://bücher.example/">7</a>
<a href="https://xn--bcher-kva.example/">8</a> <a href="https://notacme.example/">9</a>
<a href="https://acme.example.evil.example/">10</a> <a href="http://[::1">11</a>
<a href="ftp://acme.example/">12</a> <a href="https://93.184.216.34/">13</a></p></body></html>""",
        # 1 to 6, two spellings of one international name, two others, the address
        external=11,
        internal=0,
        domains=5,
        words=13,
        links=(
            Link("https://ACME.example/a", "main", "1", "", "2 3 4 5 6 7 8 9 10 11 12 13", 10),
            Link("https://acme.example/b", "main", "2", "1", "3 4 5 6 7 8 9 10 11 12 13", 10),
            Link("https://acme.example:8443/c", "main", "3", "1 2", "4 5 6 7 8 9 10 11 12 13", 10),
            Link("https://acme.example/d", "main", "4", "1 2 3", "5 6 7 8 9 10 11 12 13", 10),
            Link("https://me@acme.example/e", "main", "5", "1 2 3 4", "6 7 8 9 10 11 12 13", 10),
            Link("https://acme.example/f", "main", "6", "1 2 3 4 5", "7 8 9 10 11 12 13", 10),
        ),
    ),
    Page(
        "redirectors",
        "the address of the site inside of another: encoded, twice, in base64, in a path",
        """<html lang="en"><body><ul>
<li><a href="/go?url=https%3A%2F%2Facme.example%2Fa">a</a></li>
<li><a href="https://out.example/?to=https%253A%252F%252Facme.example%252Fb&x=1">b</a></li>
<li><a href="https://out.example/r/aHR0cHM6Ly9hY21lLmV4YW1wbGUvYw==">c</a></li>
<li><a href="https://out.example/https://acme.example/d">d</a></li>
<li><a href="https://social.example/sharer?u=https://acme.example/e">share</a></li>
<li><a href="https://web.archive.org/web/2019/https://acme.example/f">old</a></li>
<li><a href="https://out.example/login?next=https://acme.example/g">log in</a></li></ul></body>
</html>""",
        external=6,
        internal=1,
        domains=3,
        words=8,
        links=(
            Link(
                "https://acme.example/a",
                "main",
                "a",
                around=6,
                via="https://garden.example/go?url=https%3A%2F%2Facme.example%2Fa",
            ),
            Link(
                "https://acme.example/b",
                "main",
                "b",
                around=5,
                via="https://out.example/?to=https%253A%252F%252Facme.example%252Fb&x=1",
            ),
            Link(
                "https://acme.example/c",
                "main",
                "c",
                around=5,
                via="https://out.example/r/aHR0cHM6Ly9hY21lLmV4YW1wbGUvYw==",
            ),
            Link(
                "https://acme.example/d",
                "main",
                "d",
                around=5,
                via="https://out.example/https://acme.example/d",
            ),
        ),
    ),
    Page(
        "meta refresh and canonical",
        "a page that sends visitors on, and names the site as its original",
        """<html><head><meta http-equiv="Refresh" content="0; URL='https://acme.example/new'">
<link rel="canonical" href="https://acme.example/original"></head><body><p>One moment.</p>
</body></html>""",
        external=0,
        internal=0,
        domains=0,
        words=2,
        links=(
            Link("https://acme.example/new", kind="redirect"),
            Link("https://acme.example/original", kind="canonical"),
        ),
        more={"canonical": "https://acme.example/original"},
    ),
    Page(
        "page in xhtml",
        "an XML declaration, self-closing tags, a language in xml:lang, entities",
        """<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html
PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN"
"http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd"><html xmlns="http://www.w3.org/1999/xhtml"
xml:lang="fr"><head><title>Jardin &amp; outils</title></head><body><p>L&eacute;gumes et
<a href="https://acme.example/?a=1&amp;b=2">outils&nbsp;Acme</a><br/>bons</p></body></html>""",
        external=1,
        internal=0,
        domains=1,
        words=2 + 2 + 1,
        links=(Link("https://acme.example/?a=1&b=2", "main", "outils Acme", "Légumes et", "bons"),),
        headers={"content-type": "application/xhtml+xml"},
        more={"title": "Jardin & outils", "stated_language": "fr"},
    ),
    Page(
        "links where nobody reads",
        "comments, templates, text areas and scripts hold no links",
        """<html lang="en"><body><p>Only <a href="https://acme.example/">one</a> here.</p>
<!-- <a href="https://acme.example/c">c</a> --><template><a href="https://acme.example/t">t</a></template>
<textarea><a href="https://acme.example/x">x</a></textarea><script>document.write('<a href="https://acme.example/s">s</a>')</script>
<select><option>Pick a town</option></select></body></html>""",
        external=1,
        internal=0,
        domains=1,
        words=3,
        links=(Link("https://acme.example/", "main", "one", "Only", "here."),),
    ),
    Page(
        "fonts never closed",
        "deeper than the parser allows, and read to the end all the same",
        "<html><body>"
        + "<font>word " * 400
        + '<a href="https://acme.example/end">end</a> last</body>',
        external=1,
        internal=0,
        domains=1,
        words=400 + 1 + 1,
        links=(Link("https://acme.example/end", "main", "end", ("word " * 40).strip(), "last"),),
    ),
    Page(
        "form to the site",
        "a search box that sends to the site, and a button's text counts",
        """<html lang="en"><body><form action="https://acme.example/search"><label>Find</label>
<input name="q" value="beans"><button>Go</button></form></body></html>""",
        external=0,
        internal=0,
        domains=0,
        words=2,
        links=(Link("https://acme.example/search", kind="form"),),
    ),
    Page(
        "nothing that is HTML",
        "a picture, whatever its name: nothing of its content is known",
        "\x89PNG <a href='https://acme.example/'>x</a>",
        external=None,  # type: ignore[arg-type]
        internal=None,  # type: ignore[arg-type]
        domains=None,  # type: ignore[arg-type]
        words=None,  # type: ignore[arg-type]
        headers={"Content-Type": "image/png"},
        more={"content_type": "image/png", "title": None, "parked": None, "noindex": None},
    ),
)
