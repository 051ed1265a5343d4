"""Parked pages, domains for sale, link directories, pages that sell links, and honest doubles.

Each text is marked with what must be found, "" where a word of the lists is used honestly.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["HONEST", "MARKED", "Marked"]


@dataclass(frozen=True)
class Marked:
    """A page, the field of PageFacts that must be filled, and words that its evidence holds."""

    why: str
    html: str
    marker: str
    evidence: str
    url: str = "https://garden.example/"


def listed(count: int) -> str:
    """So many entries of a list of other sites."""
    return "".join(f'<li><a href="https://s{i}.example/">Site {i}</a></li>' for i in range(count))


FILL = "The mill stands by the river and grinds flour for the valley. " * 40
"""A long honest text of 480 words."""

MARKED = (
    Marked(
        "a parking page in English",
        "<title>garden.example</title><p>This domain is parked free, courtesy of HostBox.</p>",
        "parked", "domain is parked",
    ),
    Marked(
        "a parking service fills the page",
        '<body><div id="ads"></div><script src="https://www.google.com/adsense/domains/caf.js">'
        "</script><p>Related searches: Beans, Tools</p></body>",
        "parked", "google.com/adsense/domains",
    ),
    Marked(
        "the first page of a web server, longer than a parking page",
        f"<title>Apache2 Ubuntu Default Page: It works</title><p>{FILL}</p>",
        "parked", "apache2 ubuntu default page",
    ),
    Marked(
        "nginx",
        "<title>Welcome to nginx!</title><h1>Welcome to nginx!</h1>",
        "parked", "nginx",
    ),
    Marked(
        "suspended",
        "<h1>Account Suspended</h1><p>Contact your host.</p>",
        "parked", "suspended",
    ),
    Marked("German", "<p>Hier entsteht eine neue Internetpräsenz.</p>", "parked", "hier entsteht"),
    Marked("French", "<p>Ce nom de domaine est parqué.</p>", "parked", "parqué"),
    Marked("Spanish", "<p>Este dominio está aparcado.</p>", "parked", "aparcado"),
    Marked("Italian", "<p>Questo dominio è parcheggiato.</p>", "parked", "parcheggiato"),
    Marked("Portuguese", "<p>Este domínio está estacionado.</p>", "parked", "estacionado"),
    Marked("Dutch", "<p>Dit domein is geparkeerd.</p>", "parked", "geparkeerd"),
    Marked("Polish", "<p>Ta domena jest zaparkowana.</p>", "parked", "zaparkowana"),
    Marked("Russian", "<p>Этот домен припаркован.</p>", "parked", "припаркован"),
    Marked("Turkish", "<p>Bu alan adı park edilmiştir.</p>", "parked", "park edilmiştir"),
    Marked("Japanese", "<p>このドメインはパーキング中です。</p>", "parked", "パーキング"),
    Marked("Chinese", "<p>该域名已过期，请联系。</p>", "parked", "域名已过期"),
    Marked(
        "for sale",
        "<h1>This domain is for sale!</h1><p>Make an offer.</p>",
        "for_sale", "for sale",
    ),
    Marked(
        "for sale by its name",
        "<title>garden.example</title><p>garden.example: domain for sale</p>",
        "for_sale", "domain for sale",
    ),
    Marked(
        "offered at a market place",
        '<p>Garden.</p><a href="https://dan.com/buy-domain/garden.example">Offers</a>',
        "for_sale", "dan.com",
    ),
    Marked("German sale", "<p>Diese Domain steht zum Verkauf.</p>", "for_sale", "zum verkauf"),
    Marked("French sale", "<p>Ce nom de domaine est à vendre</p>", "for_sale", "à vendre"),
    Marked("Spanish sale", "<p>Este dominio está en venta.</p>", "for_sale", "en venta"),
    Marked("Italian sale", "<p>Questo dominio è in vendita.</p>", "for_sale", "in vendita"),
    Marked("Portuguese sale", "<p>Este domínio está à venda.</p>", "for_sale", "à venda"),
    Marked("Dutch sale", "<p>Deze domeinnaam is te koop.</p>", "for_sale", "te koop",),
    Marked("Polish sale", "<p>Ta domena jest na sprzedaż.</p>", "for_sale", "na sprzedaż"),
    Marked("Russian sale", "<p>Домен продаётся.</p>", "for_sale", "продаётся"),
    Marked("Turkish sale", "<p>Bu alan adı satılıktır.</p>", "for_sale", "satılıktır"),
    Marked("Japanese sale", "<p>このドメインは販売中です。</p>", "for_sale", "販売中"),
    Marked("Chinese sale", "<p>此域名正在出售。</p>", "for_sale", "出售"),
    Marked(
        "a directory with a form to enter",
        f'<title>Green Web Directory</title><a href="/submit">Submit URL</a><ul>{listed(8)}</ul>',
        "directory", "submit url; directory",
    ),
    Marked(
        "the software of directories",
        "<p>Powered by PHP Link Directory</p>", "directory", "php link directory",
    ),
    Marked(
        "software in the head",
        '<meta name="generator" content="eSyndiCat 3"><p>Sites</p>', "directory", "esyndicat",
    ),
    Marked(
        "a German directory",
        f'<h1>Webkatalog</h1><a href="/neu">Seite eintragen</a><ul>{listed(9)}</ul>',
        "directory", "seite eintragen; webkatalog",
    ),
    Marked(
        "a Russian directory",
        f'<h1>Каталог сайтов</h1><a href="/add">Добавить сайт</a><ul>{listed(9)}</ul>',
        "directory", "каталог сайтов",
    ),
    Marked(
        "a Chinese directory",
        f'<h1>网址导航</h1><a href="/add">网站提交</a><ul>{listed(9)}</ul>',
        "directory", "网站提交",
    ),
    Marked(
        "a long list without the word, but with the form",
        f'<h1>Sites</h1><a href="/add">Add your site</a><ul>{listed(24)}</ul>',
        "directory", "add your site",
    ),
    Marked(
        "guest posts with a price",
        "<p>Write for us! We accept guest posts on all topics. Price: $40 per post.</p>",
        "sells_links", "$40",
    ),
    Marked(
        "backlinks",
        "<p>Order 500 dofollow backlinks now for only 19 €.</p>",
        "sells_links", "19 €",
    ),
    Marked(
        "German advertorial",
        "<p>Gastbeitrag buchen: Preis 120 Euro inkl. Dofollow-Link.</p>", "sells_links", "120 euro",
    ),
    Marked(
        "Turkish",
        "<p>Tanıtım yazısı fiyatı 300 TL, link kalıcıdır.</p>",
        "sells_links", "300 tl",
    ),
    Marked("Russian", "<p>Вечные ссылки, цена 500 руб за ссылку.</p>", "sells_links", "500 руб"),
    Marked("Polish", "<p>Artykuł sponsorowany – cena 150 zł.</p>", "sells_links", "150 zł"),
    Marked("Chinese", "<p>出售友情链接出售，价格每月50元。</p>", "sells_links", "50元"),
)  # fmt: skip

HONEST = (
    (
        "an estate agent",
        "<title>Homes</title><p>House for sale by the mill. Estate for sale. Buy now!</p>",
    ),
    ("a winery in France", "<p>Domaine à vendre en Bourgogne, 12 hectares de vignes.</p>"),
    ("an estate in Flanders", "<p>Prachtig domein te koop met vijver en bos.</p>"),
    ("a house in Spain", "<p>Casa en venta con dominio público marítimo.</p>"),
    ("a garage", "<p>Parking: 200 places, parked cars at your own risk. Price 2 € per hour.</p>"),
    (
        "a club's directory",
        f"<h1>Member directory</h1><ul>{listed(12)}</ul><a href='/join'>Join us</a>",
    ),
    ("a phone directory", "<p>Staff directory: submit your site plan to the office.</p>"),
    ("a guide to search engines",
     f"<h1>Search engines</h1><ul>{listed(9)}</ul><a "
     f"href='https://engine.example/add'>Submit URL</a>"),
    (
        "few links and a form",
        f"<h1>Friends directory</h1><a href='/a'>Add link</a><ul>{listed(4)}</ul>",
    ),
    ("a price list", "<p>Price list: beans $2 per bag, spade $20, order now by post.</p>"),
    (
        "a newspaper",
        "<p>Write for us! We do not charge and do not pay: no payment, $0, for guest posts.</p>",
    ),
    ("news of a fine",
     "<p>The agency was fined $5,000 for buying backlinks, which violates the rules; the "
     "price is high.</p>"),
    (
        "a refusal",
        "<p>We do not sell links. Guest post offers with a price of 50 EUR are deleted.</p>",
    ),
    ("a chain shop", "<p>Cuff link price 30 EUR, gold link bracelet 90 EUR, buy now.</p>"),
    ("a post office", "<p>Post: price per post parcel 5 EUR, sponsored by the guild.</p>"),
    (
        "a price far away",
        "<p>We link to guest posts of friends.</p>" + "<p>word </p>" * 80 + "<p>Price 5 €</p>",
    ),
    ("a help page on parking",
     f"<h1>How to park a domain</h1><p>A parked domain shows one page.</p><p>{FILL}</p>"),
    (
        "a lesson on servers",
        f"<h1>Install nginx</h1><p>You will see: Welcome to nginx!</p><p>{FILL}</p>",
    ),
    ("a review of a market", f"<p>We read: this domain is for sale. What to do?</p><p>{FILL}</p>"),
    (
        "a mathematician",
        "<p>The domain of the function may be extended; the price of this is a proof.</p>",
    ),
    ("a suspended player", "<p>The player was suspended for two games on account of a foul.</p>"),
    ("an expired pass", "<p>Your ski pass has expired. Buy a new one for 40 EUR.</p>"),
    ("a car dealer", "<p>This car is for sale, make an offer. Parked in the yard.</p>"),
    ("a museum of printing", "<p>Wertvolle Anzeige: Druckerei zu verkaufen, Preis 100 Mark.</p>"),
    ("a Russian shop", "<p>Продажа домов, цена 500 руб. Ссылка на карту ниже.</p>"),
    ("a Japanese parking lot", "<p>駐車場の料金は一時間200円です。パーキング入口は北側。</p>"),
)  # fmt: skip
