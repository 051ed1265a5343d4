"""Languages and charsets, stated, wrong and missing."""

from __future__ import annotations

from tests.enrich.pages.page import Link, Page

_A = '<a href="https://acme.example/">'
_GERMAN = (
    "Im Frühjahr graben wir die Beete um und säen die ersten Bohnen, denn der Boden ist warm und "
    "die Nächte sind mild, und am Sonntag kommen die Nachbarn zum Kaffee in den Garten hinter der "
    "Mühle."
)
# Im Frühjahr graben wir die Beete um und säen die ersten Bohnen, 12; denn ... mild, 10;
# und am Sonntag kommen die Nachbarn zum Kaffee in den Garten hinter der Mühle. 14
_RUSSIAN = (
    "Весной мы копаем грядки и сажаем бобы, потому что земля уже тёплая, а в воскресенье приходят "
    "соседи и мы пьём чай в саду за старой мельницей."
)
# Весной мы копаем грядки и сажаем бобы, 7; потому что земля уже тёплая, 5; а в воскресенье приходят
# соседи и мы пьём чай в саду за старой мельницей. 14

LANGUAGES = (
    Page(
        "japanese in shift_jis",
        "charset in the meta element; two letters a word",
        f"""<html lang="ja"><head><meta http-equiv="Content-Type"
content="text/html; charset=Shift_JIS"><title>庭の日記</title></head>
<body><p>春の庭で豆をまきました。道具は{_A}アクメ</a>です。</p></body>
</html>""",
        external=1,
        internal=0,
        domains=1,
        # 春の庭で豆をまきました 11, 道具は 3, アクメ 3, です 2: 19 letters
        words=10,
        links=(
            Link(
                "https://acme.example/",
                "main",
                "アクメ",
                "春の庭で豆をまきました。道具は",
                "です。",
            ),
        ),
        url="https://niwa.example/a",
        charset="cp932",
        more={"title": "庭の日記", "language": "ja"},
    ),
    Page(
        "chinese in gb2312",
        "an old charset; numbers are words of their own",
        f"""<html><head><meta charset="gb2312"></head><body><p>我们在2024年春天种豆子，工具来自
{_A}阿克米</a>公司。</p></body></html>""",
        external=1,
        internal=0,
        domains=1,
        # 我们在 3, 2024 one word, 年春天种豆子 6, 工具来自 4, 阿克米 3, 公司 2: 18 letters
        words=9 + 1,
        links=(
            Link(
                "https://acme.example/",
                "main",
                "阿克米",
                "我们在2024年春天种豆子，工具来自",
                "公司。",
            ),
        ),
        charset="gb18030",
    ),
    Page(
        "thai",
        "no spaces between words; signs above and below letters are letters of their word",
        f"""<html lang="th"><body><p>เราปลูกถั่ว {_A}แอคมี</a></p></body></html>""",
        external=1,
        internal=0,
        domains=1,
        # เ ร า ป ล ู ก ถ ั ่ ว 11, แ อ ค ม ี 5: 16 signs
        words=8,
        links=(Link("https://acme.example/", "main", "แอคมี", "เราปลูกถั่ว", ""),),
        more={"stated_language": "th"},
    ),
    Page(
        "german in latin 1, nothing stated",
        "no UTF-8 and nothing said: Windows-1252, as browsers have it",
        f"""<html><body><p>{_GERMAN}</p><p>Werkzeug: {_A}Größe</a></p></body></html>""",
        external=1,
        internal=0,
        domains=1,
        words=12 + 10 + 14 + 2,
        links=(Link("https://acme.example/", "main", "Größe", "Werkzeug:", ""),),
        charset="cp1252",
        more={"language": "de", "stated_language": None},
    ),
    Page(
        "russian in windows 1251, nothing stated",
        "the host's ending says which old charset it is",
        f"""<html><body><p>{_RUSSIAN}</p><p>{_A}Акме</a></p></body></html>""",
        external=1,
        internal=0,
        domains=1,
        words=7 + 5 + 14 + 1,
        links=(Link("https://acme.example/", "main", "Акме"),),
        url="https://sad.ru/1",
        charset="cp1251",
        more={"language": "ru"},
    ),
    Page(
        "utf-8 that is said to be latin 1",
        "a header is believed, as browsers do: the letters come out wrong",
        f"""<html><body><p>{_A}Größe</a></p></body></html>""",
        external=1,
        internal=0,
        domains=1,
        words=1,
        links=(Link("https://acme.example/", "main", "GrÃ¶ÃŸe"),),
        headers={"Content-Type": "text/html; charset=ISO-8859-1"},
    ),
    Page(
        "windows 1251 that is said to be utf-8",
        "a statement that the bytes refute is not believed",
        f"""<html lang="ru"><head><meta charset="utf-8"></head><body><p>{_RUSSIAN}</p>
<p>{_A}Акме</a></p></body></html>""",
        external=1,
        internal=0,
        domains=1,
        words=7 + 5 + 14 + 1,
        links=(Link("https://acme.example/", "main", "Акме"),),
        charset="cp1251",
        more={"language": "ru"},
    ),
    Page(
        "polish in latin 2 by header",
        "the header's charset goes before the element's",
        f"""<html><head><meta charset="utf-8"></head><body><p>Żółta {_A}łódź</a></p></body>
</html>""",
        external=1,
        internal=0,
        domains=1,
        words=2,
        links=(Link("https://acme.example/", "main", "łódź", "Żółta", ""),),
        headers={"content-type": 'text/html; charset="iso-8859-2"'},
        charset="iso8859-2",
    ),
    Page(
        "utf-16 with its mark",
        "a byte order mark goes before everything else",
        f"""<html><body><p>Ein {_A}Größe</a></p></body></html>""",
        external=1,
        internal=0,
        domains=1,
        words=2,
        links=(Link("https://acme.example/", "main", "Größe", "Ein", ""),),
        headers={"content-type": "text/html; charset=iso-8859-1"},
        charset="utf-16",
    ),
    Page(
        "arabic",
        "letters from right to left, in reading order",
        f"""<html dir="rtl" lang="ar"><body><p>نزرع الفول في {_A}حديقة أكمي</a> كل عام</p></body>
</html>""",
        external=1,
        internal=0,
        domains=1,
        words=3 + 2 + 2,
        links=(Link("https://acme.example/", "main", "حديقة أكمي", "نزرع الفول في", "كل عام"),),
        more={"stated_language": "ar", "language": "ar"},
    ),
    Page(
        "stated english, written german",
        "themes say English; the text says what it is in",
        f"""<html lang="en-US"><body><p>{_GERMAN}</p><p>{_A}Acme</a></p></body></html>""",
        external=1,
        internal=0,
        domains=1,
        words=12 + 10 + 14 + 1,
        links=(Link("https://acme.example/", "main", "Acme"),),
        more={"language": "de", "stated_language": "en"},
    ),
    Page(
        "korean with spaces",
        "Hangul parts its words, unlike the other scripts of the East",
        f"""<html><head><meta property="og:locale" content="ko_KR"></head><body>
<p>우리는 봄에 콩을 심습니다. 도구는 {_A}아크메</a> 제품입니다.</p></body></html>""",
        external=1,
        internal=0,
        domains=1,
        words=7,
        links=(
            Link(
                "https://acme.example/",
                "main",
                "아크메",
                "우리는 봄에 콩을 심습니다. 도구는",
                "제품입니다.",
            ),
        ),
        more={"language": "ko", "stated_language": "ko"},
    ),
)
