"""The tables of the store: SQL, version, and the way from an older version to this one.

docs/ENRICH.md, section "The store", explains every column; a test compares it with what is here.
"""

from __future__ import annotations

from dataclasses import fields

from spamlinks.enrich.answers import AgeFacts, DnsFacts, LinkFacts, PageFacts, State, What

__all__ = ["APPLICATION_ID", "FACT_COLUMNS", "INDEXES", "MIGRATIONS", "SCHEMA", "TABLES", "VERSION"]

APPLICATION_ID = 0x53504C4B
"""In the header of the file ("SPLK"): how a store is told from any other SQLite file."""

VERSION = 1
"""``user_version`` of the stores that this program writes."""

_WHATS = ", ".join(f"'{what.value}'" for what in What)
_STATES = ", ".join(f"'{state.value}'" for state in State)

# STRICT: a cell has the type of its column or is NULL, whoever wrote it.
SCHEMA: tuple[str, ...] = (
    f"""
CREATE TABLE lookups (          -- everything to look up or looked up, once each
  id INTEGER PRIMARY KEY,
  what TEXT NOT NULL CHECK (what IN ({_WHATS})),
  key TEXT NOT NULL,            -- linking domain (age, home), URL as exported (page), host (dns)
  site TEXT NOT NULL,           -- protected site that a page was read for; '' for the other kinds
  targets TEXT,                 -- JSON list of URLs that the exports say the page links to
  rank INTEGER,                 -- place in the work list, lowest first; NULL: not on it
  state TEXT CHECK (state IN ({_STATES})),  -- how the last try ended; NULL: not tried
  code INTEGER,                 -- HTTP code of the last try
  reason TEXT,                  -- why it ended so, for people
  at TEXT,                      -- when it ended
  again_at TEXT,                -- not to be tried before; NULL: the age limit decides
  failures INTEGER NOT NULL DEFAULT 0,      -- failed tries in a row
  facts_state TEXT,             -- how the try ended that the facts are from; NULL: no facts
  facts_at TEXT,                -- when that was
  UNIQUE (what, key, site)
) STRICT""",
    # the work list in its order, without the rows that are not on it
    "CREATE INDEX lookups_to_do ON lookups (what, rank, id) WHERE rank IS NOT NULL",
    # counting by state without reading the table
    "CREATE INDEX lookups_by_state ON lookups (what, state)",
    """
CREATE TABLE ages (             -- what a registry says of a domain (age)
  lookup INTEGER PRIMARY KEY REFERENCES lookups (id) ON DELETE CASCADE,
  created_on TEXT,              -- days as YYYY-MM-DD
  expires_on TEXT,
  changed_on TEXT,
  registrar TEXT,
  name_servers TEXT,            -- JSON list
  abuse_contact TEXT,           -- e-mail address
  server TEXT                   -- RDAP server that answered
) STRICT""",
    """
CREATE TABLE pages (            -- what a page shows (page, home)
  lookup INTEGER PRIMARY KEY REFERENCES lookups (id) ON DELETE CASCADE,
  final_url TEXT,               -- after redirects
  redirects TEXT,               -- JSON list: addresses on the way, without the last
  http_code INTEGER,
  content_type TEXT,
  bytes_read INTEGER,           -- decompressed
  truncated INTEGER,            -- 1: cut at the size cap
  title TEXT,
  language TEXT,                -- ISO 639-1, stated or detected
  stated_language TEXT,
  generator TEXT,
  words INTEGER,                -- of the visible text
  external_links INTEGER,       -- every occurrence counts
  internal_links INTEGER,
  linked_domains INTEGER,       -- distinct
  trade_words INTEGER,          -- distinct spam-trade words
  trades TEXT,                  -- JSON list: their trades
  trade_links INTEGER,          -- external links with such a word
  noindex INTEGER,
  nofollow INTEGER,             -- for the whole page
  canonical TEXT,
  parked TEXT,                  -- evidence; '' for no
  for_sale TEXT,
  directory TEXT,
  sells_links TEXT,
  ids TEXT,                     -- JSON list of "kind:value"
  text_hash TEXT                -- equal for equal texts
) STRICT""",
    """
CREATE TABLE links (            -- the links of a page to the protected site
  lookup INTEGER NOT NULL REFERENCES lookups (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,      -- place on the page, from 0
  target TEXT,                  -- where the link leads on the site
  via TEXT,                     -- redirector on the way; NULL: direct
  kind TEXT,                    -- text, image, redirect, canonical, frame, form or other
  rel_nofollow INTEGER,
  rel_ugc INTEGER,
  rel_sponsored INTEGER,
  placement TEXT,               -- main, sidebar, header, footer, nav or comment
  hidden TEXT,                  -- why it cannot be seen; NULL: it can
  anchor TEXT,
  left_context TEXT,
  right_context TEXT,
  links_around INTEGER,         -- links to other sites in the same block
  PRIMARY KEY (lookup, number)
) STRICT, WITHOUT ROWID""",
    """
CREATE TABLE hosts (            -- what the name system says of a host (dns)
  lookup INTEGER PRIMARY KEY REFERENCES lookups (id) ON DELETE CASCADE,
  addresses TEXT,               -- JSON list
  name_servers TEXT,            -- JSON list; NULL: not asked
  asn INTEGER,
  asn_name TEXT,
  hosting TEXT,                 -- cdn or shared; NULL: neither
  parking TEXT                  -- parking service; NULL: none
) STRICT""",
)
"""Statements that make an empty store."""

TABLES = ("lookups", "ages", "pages", "links", "hosts")
INDEXES = ("lookups_by_state", "lookups_to_do")

FACT_COLUMNS: dict[str, tuple[str, ...]] = {
    table: tuple(field.name for field in fields(of) if field.name != "links")
    for table, of in (
        ("ages", AgeFacts),
        ("pages", PageFacts),
        ("links", LinkFacts),
        ("hosts", DnsFacts),
    )
}
"""Columns that hold facts, by table: the attributes of the classes in ``answers``."""

MIGRATIONS: dict[int, tuple[str, ...]] = {}
"""Version -> statements that make the next version of it. They run in one transaction, after the
file was copied; never change one that was released."""
