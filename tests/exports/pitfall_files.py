"""Files that show one pitfall each: what is in them, and the naive reader that gets it wrong."""

from __future__ import annotations

import codecs
import gzip
import io
import json
from datetime import date, datetime
from typing import Any

import openpyxl
from naive import (
    Links,
    Reader,
    by_csv,
    by_excel,
    by_json,
    by_lines,
    by_pandas,
    by_pandas_skipping,
    by_position,
)

__all__ = ["AHREFS", "CASES", "DAY", "GSC", "PAGE", "SEMRUSH", "TARGET", "semrush", "text",
           "workbook"]  # fmt: skip

PAGE, TARGET = "https://blog.example/x", "https://shop.example/"
LINK = f"{PAGE},{TARGET}"
DAY = date(2024, 11, 2)
AHREFS = ["Referring page URL", "Target URL", "Anchor", "Nofollow", "First seen"]
SEMRUSH = "Source url,Target url,Anchor,Page ascore,First seen\n"
GSC = "Linking page,Last crawled\n"


def text(*lines: str) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def tabs(*rows: list[str]) -> str:
    return "".join("\t".join(f'"{cell}"' for cell in row) + "\r\n" for row in rows)


def workbook(*rows: list[Any]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def semrush(*rows: str) -> bytes:
    return SEMRUSH.encode() + text(*rows)


def dates(*cells: str) -> bytes:
    return text("Linking page,Last crawled", *(f'{PAGE},"{cell}"' for cell in cells))


UMLAUT = tabs(AHREFS, [PAGE, TARGET, "Gartenbücher", "false", "2024-11-02"])
UMLAUT_LINK = {"referring_page": [PAGE], "anchor_text": ["Gartenbücher"], "first_seen": [DAY]}
MARKED = '\ufeff"Source url",Target url,Anchor,Page ascore,First seen\n'
ANCHORS = ["NULL", "NA", "None", "nan", "n/a"]

# number, subject, the reader that fails, name and bytes of the file, values by field
CASES: list[tuple[int, str, Reader, str, bytes, Links]] = [
    # container and encoding
    (1, "UTF-16 with tabs and quotes", by_pandas, "x.csv",
     codecs.BOM_UTF16_LE + UMLAUT.encode("utf-16-le"), UMLAUT_LINK),
    (2, "byte order mark before a quoted header", by_csv, "x.csv",
     (MARKED + f"{LINK},x,6,2024-11-02\n").encode(),
     {"referring_page": [PAGE], "first_seen": [DAY]}),
    (2, "two byte order marks", by_pandas, "x.csv",
     ("\ufeff" + MARKED + f"{LINK},x,6,2024-11-02\n").encode(),
     {"referring_page": [PAGE], "first_seen": [DAY]}),
    (3, "UTF-16 without a mark", by_pandas, "x.csv", UMLAUT.encode("utf-16-le"), UMLAUT_LINK),
    (3, "Windows-1252", by_pandas, "x.csv",
     f"{SEMRUSH}{LINK},Gartenbücher,6,2024-11-02\n".encode("cp1252"), UMLAUT_LINK),
    (4, "gzip without its ending", by_pandas, "majestic.csv",
     gzip.compress(f"{SEMRUSH}{LINK},Gartenbücher,6,2024-11-02\n".encode()), UMLAUT_LINK),
    (6, "a workbook called csv", by_pandas, "x.csv",
     workbook(["Linking page", "Last crawled"], [PAGE, datetime(2024, 11, 2)]),
     {"referring_page": [PAGE], "last_crawled": [DAY]}),
    (6, "a workbook with day numbers, truth values and a formula", by_excel, "x.xlsx",
     workbook(AHREFS, [PAGE, TARGET, '=HYPERLINK("http://a.example/","x")', True, 45598],
              [PAGE, TARGET, "NULL", False, datetime(2024, 11, 2)]),
     {"anchor_text": ['=HYPERLINK("http://a.example/","x")', "NULL"],
      "rel_nofollow": [True, False], "first_seen": [DAY, DAY]}),
    (6, "a workbook with a title above the table", by_excel, "x.xlsx",
     workbook(["Links"], [], ["Linking page", "Last crawled"], [PAGE, datetime(2024, 11, 2)]),
     {"referring_page": [PAGE], "last_crawled": [DAY]}),
    # dialect
    (7, "semicolons", by_pandas, "x.csv",
     text("Source url;Target url;Anchor;Page ascore", f"{PAGE}?a=1,2;{TARGET};a, b;6"),
     {"referring_page": [f"{PAGE}?a=1,2"], "anchor_text": ["a, b"]}),
    (7, "tabs", by_pandas, "x.csv",
     tabs(AHREFS, [PAGE, TARGET, "a;b,c", "true", "2024-11-02"]).encode(),
     {"referring_page": [PAGE], "anchor_text": ["a;b,c"]}),
    (7, "one column of URLs with commas", by_lines, "x.csv",
     text("Linking page", "https://a.example/1,2"),
     {"referring_page": ["https://a.example/1,2"]}),
    (8, "line ends in an anchor", by_lines, "x.csv",
     semrush(f'{LINK},"cheap\n\nseeds",6,2024-11-02'),
     {"referring_page": [PAGE], "anchor_text": ["cheap\n\nseeds"]}),
    (9, "a record with a cell too many", by_pandas, "x.csv",
     semrush(f"{LINK},a,6,2024-11-02", f"{LINK},b,c,6,2024-11-02",
             f"{LINK},d,6,2024-11-02"), {"anchor_text": ["a", "d"]}),
    (9, "a quote that never closes", by_pandas_skipping, "x.csv",
     semrush(f"{LINK},a,6,2024-11-02", f'{LINK},"b,6,2024-11-02',
             f"{LINK},d,6,2024-11-02"), {"anchor_text": ["a", "d"]}),
    (9, "doubled quotes", by_lines, "x.csv",
     semrush(f'{LINK},"the ""best""",6,2024-11-02'),
     {"anchor_text": ['the "best"']}),
    (10, "lines above the header", by_pandas, "x.csv",
     text("Open Site Explorer", "", "Inbound links of shop.example", *semrush(
         f"{LINK},x,6,2024-11-02").decode().splitlines()), {"referring_page": [PAGE]}),
    (10, "Excel's sep line", by_pandas, "x.csv",
     text("sep=;", "Source url;Target url;Anchor;Page ascore", f"{PAGE};{TARGET};x;6"),
     {"referring_page": [PAGE], "anchor_text": ["x"]}),
    (11, "a total below the table", by_pandas, "x.csv",
     text("Site,Linking pages,Target pages", "blog.example,3,1", "Total,3,1", "Exported by x"),
     {"referring_page": ["blog.example"], "links_from_domain": [3]}),
    (12, "a cell beyond the limit of csv", by_csv, "x.csv",
     semrush(f"{LINK},{'x' * 200_000},6,2024-11-02"), {"anchor_text": ["x" * 200_000]}),
    # headers
    (13, "headers with HTML entities", by_pandas, "x.csv",
     text("Page d&#39;origine,Dernière exploration", f"{PAGE},2024-11-02"),
     {"referring_page": [PAGE], "last_crawled": [DAY]}),
    (14, "words of another language", by_pandas, "x.csv",
     text("Type,Source,Destination,Ancrage,Rel,Position du lien",
          f"Hyperlien,{LINK},x,,Contenu",
          f"Image,{LINK},y,nofollow,Pied de page"),
     {"link_kind": ["text", "image"], "in_content": [True, False], "rel_nofollow": [False, True]}),
    (15, "a space and a sort mark behind headers", by_pandas, "x.csv",
     text("Source url,Target url,Anchor ,Page ascore (desc)", f"{LINK},x,6"),
     {"anchor_text": ["x"], "semrush_page_authority_score": [6.0]}),
    (15, "a number for a header", by_pandas, "x.csv",
     text("URL,Title,Anchor Text,Page Authority,Followable,301,Target URL",
          f"{PAGE},t,x,6,No,Yes,{TARGET}"),
     {"rel_nofollow": [True], "link_kind": ["redirect"]}),
    (16, "a header that stands twice", by_csv, "x.csv",
     text("Source url,Target url,Anchor,Page ascore,Anchor", f"{LINK},first,6,second"),
     {"anchor_text": ["first"]}),
    (16, "a header that comes again where files were joined", by_pandas, "x.csv",
     semrush(f"{LINK},a,6,2024-11-02", SEMRUSH.strip(), f"{LINK},b,7,2024-11-02"),
     {"anchor_text": ["a", "b"], "semrush_page_authority_score": [6.0, 7.0]}),
    (17, "a new column", by_position, "x.csv",
     text("Mood,Source url,Target url,Anchor,Page ascore", f"good,{LINK},x,6"),
     {"referring_page": [PAGE], "target_url": [TARGET], "anchor_text": ["x"]}),
    (18, "Link URL: here the target", by_pandas, "x.csv",
     text("Referring Page URL,Link URL,Link Anchor,Type", f"{LINK},x,Nofollow"),
     {"target_url": [TARGET], "rel_nofollow": [True]}),
    (18, "Link URL: here the page", by_pandas, "x.csv",
     text("Link URL,Page Title,Anchor Text,Landing Page,Link Type", f"{PAGE},t,x,{TARGET},text"),
     {"referring_page": [PAGE], "target_url": [TARGET], "link_kind": ["text"]}),
    (18, "Links: a count, not the page", by_csv, "x.csv",
     text("Domains,Links,Linked pages", "a.example,12,3"),
     {"referring_page": ["a.example"], "links_from_domain": [12]}),
    # values
    (20, "anchors that look like nothing", by_pandas, "x.csv",
     semrush(*(f"{LINK},{anchor},6,2024-11-02" for anchor in ANCHORS)),
     {"anchor_text": ANCHORS}),
    (21, "marks for unknown", by_pandas, "x.csv",
     text("Referring page URL,Target URL,Anchor,Referring page HTTP code,First seen",
          f"{LINK},x,200,2024-11-02", f"{LINK},x,0,1970-01-01",
          f"{LINK},x,-,-"),
     {"page_http_code": [200, None, None], "first_seen": [DAY, None, None]}),
    (22, "a comma for thousands", by_pandas, "x.csv",
     text("Site,Linking pages", 'blog.example,"6,482"'), {"links_from_domain": [6482]}),
    (22, "a point for thousands", by_pandas, "x.csv",
     text("Site,Linking pages", "a.example,1.240", "b.example,12", "c.example,2.345.678"),
     {"links_from_domain": [1240, 12, 2_345_678]}),
    (22, "spaces for thousands, a comma for decimals", by_pandas, "x.csv",
     text("Referring page URL,Target URL,Anchor,Page traffic,UR",
          f'{LINK},x,1\u202f240,"0,155"',
          f"{LINK},x,12\u00a0345,7"),
     {"page_traffic": [1240.0, 12345.0], "ahrefs_url_rating": [0.155, 7.0]}),
    (23, "percent, remarks and letters", by_pandas, "x.csv",
     text("From URL,To URL,Anchor Text,DomPop,Power,DTOXRISK",
          f"{LINK},x,1.2K,64%,812 (High)",
          f"{LINK},x,69.5M,3,\u22125"),
     {"domain_ref_domains": [1200.0, 69_500_000.0], "lrt_power": [64.0, 3.0],
      "lrt_dtoxrisk": [812.0, None]}),
    (24, "ratings below one", by_csv, "x.csv",
     text("Referring page URL,Target URL,Anchor,DR,UR", f"{LINK},x,0.9,4.5"),
     {"ahrefs_domain_rating": [0.9], "ahrefs_url_rating": [4.5]}),
    (25, "yes and no as words", by_pandas, "x.csv",
     text("Quell-URL,Ziel-URL,Linktext,Follow", f"{LINK},x,ja", f"{LINK},x,nein"),
     {"rel_nofollow": [False, True]}),
    (25, "false is a text", by_csv, "x.csv",
     text("Source url,Target url,Anchor,Page ascore,Nofollow", f"{LINK},x,6,false",
          f"{LINK},x,6,TRUE"), {"rel_nofollow": [False, True]}),
    (25, "a plus or nothing", by_pandas, "x.csv",
     text("SourceURL,ACRank,AnchorText,Date,FlagNoFollow,TargetURL",
          f"{PAGE},3,x,2024-11-02,+,{TARGET}",
          f"{PAGE},3,x,2024-11-02,,{TARGET}"), {"rel_nofollow": [True, False]}),
    (25, "FOLLOW and NOFOLLOW", by_pandas, "x.csv",
     text("From URL,To URL,Anchor Text,Link Status",
          f"{LINK},x,FOLLOW", f"{LINK},x,NOFOLLOW"),
     {"rel_nofollow": [False, True]}),
    (25, "dofollow: yes means no", by_pandas, "x.csv",
     text("Backlink Page,Anchor URL,Dofollow", f"{LINK},Yes", f"{LINK},No"),
     {"rel_nofollow": [False, True]}),
    (26, "day first, proven by another cell", by_pandas, "x.csv", dates("04/10/2024", "28/09/2024"),
     {"last_crawled": [date(2024, 10, 4), date(2024, 9, 28)]}),
    (26, "points", by_pandas, "x.csv", dates("04.10.2024", "02.11.2024"),
     {"last_crawled": [date(2024, 10, 4), DAY]}),
    (26, "months as words of another language", by_pandas, "x.csv", dates("29 de abr. de 2025"),
     {"last_crawled": [date(2025, 4, 29)]}),
    (26, "seconds", by_pandas, "x.csv", dates("1730535344"), {"last_crawled": [DAY]}),
    (26, "spreadsheet day numbers", by_pandas, "x.csv", dates("45598"), {"last_crawled": [DAY]}),
    (26, "days that cannot be", by_pandas, "x.csv", dates("2024-11-02", "1970-01-01", "2199-01-01"),
     {"last_crawled": [DAY, None, None]}),
    (27, "several words in a cell", by_pandas, "x.csv",
     text("Type,Source,Destination,Anchor,Rel", f"Hyperlink,{LINK},x,nofollow ugc",
          f'Hyperlink,{LINK},x,"noopener, sponsored"'),
     {"rel_nofollow": [True, False], "rel_ugc": [True, False], "rel_sponsored": [False, True]}),
    (27, "several languages in a cell", by_json, "x.json",
     json.dumps([{"url_from": PAGE, "url_to": TARGET, "domain_rating_source": 1,
                  "languages": ["en", "uk"]}]).encode(),
     {"page_language": ["en, uk"]}),
    (28, "HTML entities, twice escaped, and not in URLs", by_pandas, "x.csv",
     semrush(f"{PAGE}?a=1&copy=2&lt;=3,{TARGET},R&amp;amp;D &gt; B,6,2024-11-02"),
     {"referring_page": [f"{PAGE}?a=1&copy=2&lt;=3"], "anchor_text": ["R&D > B"]}),
    (30, "through Google Sheets in German", by_pandas, "x.csv",
     text(",".join([*AHREFS, "UR"]), f'{LINK},Click,WAHR,02.11.2024,"0,9"',
          f'{LINK},Click,FALSCH,03.11.2024,"4,5"'),
     {"rel_nofollow": [True, False], "first_seen": [DAY, date(2024, 11, 3)],
      "ahrefs_url_rating": [0.9, 4.5]}),
    (41, "a comma too many in JSON", by_json, "x.json",
     f'{{"count": 1, "links": [{{"source_url": "{PAGE}", "destination_url": "{TARGET}", '
     f'"discovery_date": "2024-11-02", }}]}}'.encode(),
     {"referring_page": [PAGE], "first_seen": [DAY]}),
    (41, "JSON in an envelope", by_json, "x.json",
     json.dumps({"results": [{"source": {"page": PAGE, "domain_authority": 3},
                              "target": {"page": TARGET}, "anchor_text": ""}]}).encode(),
     {"referring_page": [PAGE], "moz_domain_authority": [3.0], "anchor_text": [""]}),
    (41, "JSON Lines", by_json, "x.json",
     b"".join(json.dumps({"url_from": PAGE, "url_to": TARGET, "rank": n}).encode() + b"\n"
              for n in (1, 2)),
     {"referring_page": [PAGE, PAGE], "dataforseo_link_rank": [1.0, 2.0]}),
]  # fmt: skip
