"""The one table every export is read into: column names, types and what they mean.

A frame of backlinks holds ``referring_page`` and any subset of the other columns. A column that
the export does not have is absent, a value that it does not know is null: never 0, False or "".
Vendors' own verdicts (``VENDOR_VERDICTS``) are read and shown, never used as signals.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

__all__ = [
    "BLOCKS",
    "FIELDS",
    "VENDOR_VERDICTS",
    "Field",
    "empty_backlinks",
]


@dataclass(frozen=True, slots=True)
class Field:
    """One column of the backlink table.

    ``block`` names the group of columns that exports have or lack together; training hides whole
    blocks, so that one model serves every export.
    """

    name: str
    dtype: pl.DataType
    block: str
    sentence: str


def _f(name: str, dtype: pl.DataType, block: str, sentence: str) -> Field:
    return Field(name, dtype, block, sentence)


_TEXT, _BOOL, _INT, _NUM, _DATE = pl.String(), pl.Boolean(), pl.Int64(), pl.Float64(), pl.Date()

FIELDS: dict[str, Field] = {
    field.name: field
    for field in (
        # provenance
        _f("export_file", _TEXT, "provenance", "Name of the file the record came from."),
        _f("export_row", _INT, "provenance", "Record number in that file; the header is record 0."),
        _f("vendor", _TEXT, "provenance", "Who made the export, in lower case."),
        _f("export_date", _DATE, "provenance", "Day of the export; ages are measured from it."),
        _f("grain", _TEXT, "provenance", "What one record stands for: link or domain."),
        # the page
        _f("referring_page", _TEXT, "url", "URL of the page that holds the link, as exported."),
        _f("target_url", _TEXT, "target", "URL that is linked to."),
        _f("anchor_text", _TEXT, "anchor", "Clickable text; empty is not the same as unknown."),
        _f("referring_page_title", _TEXT, "title", "Title of the linking page."),
        _f("left_context", _TEXT, "context", "Text before the link."),
        _f("right_context", _TEXT, "context", "Text after the link."),
        _f("page_language", _TEXT, "context", "Language codes of the page, the main one first."),
        _f("page_platform", _TEXT, "context", "Software of the page, such as wordpress."),
        _f("page_type", _TEXT, "context", "Kind of page, in the vendor's words."),
        _f("page_category", _TEXT, "context", "Topic of the page, in the vendor's words."),
        _f("page_author", _TEXT, "context", "Author of the page."),
        _f("page_country", _TEXT, "host", "Country of the server's address."),
        _f("page_ip", _TEXT, "host", "Last seen address of the host."),
        _f("page_http_code", _INT, "http", "Answer code at the vendor's last visit."),
        # the link
        _f("image_alt", _TEXT, "detail", "Alternative text, where the link is an image."),
        _f("target_http_code", _INT, "detail", "Answer code of the page that is linked to."),
        _f("link_kind", _TEXT, "kind", "text, image, redirect, canonical, frame, form or other."),
        _f("rel_nofollow", _BOOL, "rel", "The link is marked nofollow."),
        _f("rel_ugc", _BOOL, "rel", "The link is marked user generated content."),
        _f("rel_sponsored", _BOOL, "rel", "The link is marked sponsored."),
        _f("in_content", _BOOL, "content", "The link stands in the main text of the page."),
        _f("sitewide", _BOOL, "kind", "The link repeats on most pages of the site."),
        _f("links_in_group", _INT, "group", "Number of like links one record stands for."),
        _f("links_from_domain", _INT, "group", "Links from the domain, as the vendor counts."),
        _f("seen_raw", _BOOL, "rendered", "The link stands in the page as served."),
        _f("seen_rendered", _BOOL, "rendered", "The link stands in the page after scripts ran."),
        # counts
        _f("page_external_links", _INT, "counts", "Links from the page to other sites."),
        _f("page_internal_links", _INT, "counts", "Links from the page to its own site."),
        _f("page_linked_domains", _INT, "counts", "Domains the page links to."),
        # reach
        _f("domain_traffic", _NUM, "traffic", "Estimated monthly search visits of the domain."),
        _f("page_traffic", _NUM, "traffic", "Estimated monthly search visits of the page."),
        _f("page_keywords", _NUM, "traffic", "Search terms the page ranks for."),
        _f("domain_keywords", _NUM, "traffic", "Search terms the domain ranks for."),
        _f("page_ref_domains", _NUM, "popularity", "Domains that link to the page."),
        _f("domain_ref_domains", _NUM, "popularity", "Domains that link to the domain."),
        _f("domain_linked_domains", _NUM, "popularity", "Domains the domain links to."),
        # authority, one column per vendor and metric; never averaged raw
        _f("ahrefs_domain_rating", _NUM, "authority", "Ahrefs DR, 0 to 100."),
        _f("ahrefs_url_rating", _NUM, "authority", "Ahrefs UR, 0 to 100."),
        _f("majestic_page_trust_flow", _NUM, "authority", "Majestic page Trust Flow, 0 to 100."),
        _f("majestic_page_citation_flow", _NUM, "authority", "Majestic page Citation Flow."),
        _f("majestic_domain_trust_flow", _NUM, "authority", "Majestic domain Trust Flow."),
        _f("majestic_domain_citation_flow", _NUM, "authority", "Majestic domain Citation Flow."),
        _f("moz_domain_authority", _NUM, "authority", "Moz Domain Authority, 0 to 100."),
        _f("moz_page_authority", _NUM, "authority", "Moz Page Authority, 0 to 100."),
        # further metrics: read and kept, not yet a signal
        _f("majestic_acrank", _NUM, "metric", "Majestic ACRank of the page, 0 to 15; until 2012."),
        _f("dataforseo_link_rank", _NUM, "metric", "DataForSEO rank of the link, 0 to 1,000."),
        _f("dataforseo_page_rank", _NUM, "metric", "DataForSEO rank of the page, 0 to 1,000."),
        _f("dataforseo_domain_rank", _NUM, "metric", "DataForSEO rank of the domain, 0 to 1,000."),
        _f("seranking_page_inlink_rank", _NUM, "metric", "InLink Rank of the page, 0 to 100."),
        _f("seranking_domain_inlink_rank", _NUM, "metric", "InLink Rank of the domain, 0 to 100."),
        _f("lrt_power", _NUM, "metric", "LinkResearchTools Power, 0 to 10."),
        _f("lrt_trust", _NUM, "metric", "LinkResearchTools Trust, 0 to 10."),
        _f(
            "commoncrawl_harmonic_position",
            _INT,
            "metric",
            "Place by harmonic centrality; 1 is best.",
        ),
        _f("commoncrawl_pagerank_position", _INT, "metric", "Place by PageRank; 1 is the best."),
        # time
        _f("first_seen", _DATE, "dates", "Day the vendor first saw the link."),
        _f("last_seen", _DATE, "dates", "Day the vendor last saw the link."),
        _f("last_crawled", _DATE, "crawl", "Day the page was last visited."),
        _f("lost_at", _DATE, "dates", "Day the vendor found the link gone."),
        _f("is_lost", _BOOL, "dates", "The vendor says the link is gone."),
        _f("lost_reason", _TEXT, "dates", "Why the link counts as lost, in the vendor's words."),
        # facts that were looked up (--store) or that a user brings (--facts); no export has them
        _f("domain_created_on", _DATE, "facts", "Day the linking domain was registered."),
        _f("domain_expires_on", _DATE, "facts", "Day the registration ends."),
        _f("domain_registrar", _TEXT, "facts", "Company that registered the domain."),
        _f("domain_abuse_contact", _TEXT, "facts", "E-mail address for complaints."),
        _f("domain_name_servers", _TEXT, "dns", "Name servers, sorted, with spaces between."),
        _f("host_asn", _INT, "dns", "Number of the network that the address belongs to."),
        _f("host_asn_name", _TEXT, "dns", "Who runs that network."),
        _f("host_hosting", _TEXT, "dns", "cdn or shared: many unrelated sites on one address."),
        _f("host_parking", _TEXT, "dns", "Parking service that answers for the host; '' for none."),
        # the page as fetched
        _f("fetch_state", _TEXT, "fetched", "How fetching ended; null where it was not tried."),
        _f("fetched_on", _DATE, "fetched", "Day the page was fetched."),
        _f("fetched_http_code", _INT, "fetched", "Answer code when it was fetched."),
        _f("fetched_redirects", _INT, "fetched", "Redirects on the way to the page."),
        _f("fetched_elsewhere", _BOOL, "fetched", "The redirects led to another domain."),
        _f("fetched_link_found", _BOOL, "fetched", "A link to the site stands on the page."),
        _f("fetched_link_hidden", _BOOL, "fetched", "The link cannot be seen."),
        _f("fetched_placement", _TEXT, "fetched", "main, sidebar, header, footer, nav, comment."),
        _f("fetched_links_around", _INT, "fetched", "Links to other sites in the same block."),
        _f("fetched_external_links", _INT, "fetched", "Links to other sites on the page."),
        _f("fetched_internal_links", _INT, "fetched", "Links to the page's own site."),
        _f("fetched_linked_domains", _INT, "fetched", "Domains the page links to."),
        _f("fetched_words", _INT, "fetched", "Words of visible text on the page."),
        _f("fetched_language", _TEXT, "fetched", "Language code of the page's text."),
        _f("fetched_generator", _TEXT, "fetched", "Software the page names."),
        _f("fetched_noindex", _BOOL, "fetched", "The page asks not to be indexed."),
        _f("fetched_canonical_elsewhere", _BOOL, "fetched", "Canonical address on another domain."),
        _f("fetched_trade_words", _INT, "fetched", "Distinct spam-trade words in the text."),
        _f("fetched_trades", _TEXT, "fetched", "Trades of these words, with spaces between."),
        _f("fetched_trade_links", _INT, "fetched", "Links out with a spam-trade word."),
        _f("fetched_parked", _TEXT, "fetched", "Why the page counts as parked; '' for no."),
        _f("fetched_for_sale", _TEXT, "fetched", "Why the domain counts as for sale; '' for no."),
        _f("fetched_directory", _TEXT, "fetched", "Why it counts as a link directory; '' for no."),
        _f("fetched_sells_links", _TEXT, "fetched", "Why the page seems to sell links; '' for no."),
        _f("fetched_ids", _TEXT, "fetched", "Tracking and advertising ids, with spaces between."),
        _f("home_state", _TEXT, "fetched", "How fetching the start page ended."),
        _f("home_parked", _TEXT, "fetched", "Why the start page counts as parked; '' for no."),
        _f("home_trade_words", _INT, "fetched", "Distinct spam-trade words on the start page."),
        _f("home_trades", _TEXT, "fetched", "Trades of these words, with spaces between."),
        _f("home_language", _TEXT, "fetched", "Language code of the start page."),
        _f("home_words", _INT, "fetched", "Words of visible text on the start page."),
        _f("home_external_links", _INT, "fetched", "Links to other sites on the start page."),
        # what merging several exports found out; no export has them
        _f("seen_by", _TEXT, "merge", "Vendors that know the link, sorted, joined by +."),
        _f("seen_by_count", _INT, "merge", "Number of vendors that know the link."),
        _f("conflicts", _TEXT, "merge", "Columns the rows of one link disagree on, joined by +."),
        # vendors' verdicts: read, shown, compared; never a signal
        _f("ahrefs_is_spam", _BOOL, "verdict", "Ahrefs' own spam verdict."),
        _f("semrush_toxicity_score", _NUM, "verdict", "Semrush's Toxic Score, 0 to 100."),
        _f("semrush_page_authority_score", _NUM, "verdict", "Semrush's AS; holds a spam verdict."),
        _f("semrush_domain_authority_score", _NUM, "verdict", "Semrush's AS of the domain."),
        _f("moz_spam_score", _NUM, "verdict", "Moz Spam Score, percent."),
        _f("dataforseo_spam_score", _NUM, "verdict", "DataForSEO's spam score, 0 to 100."),
        _f("lrt_dtoxrisk", _NUM, "verdict", "LinkResearchTools DTOXRISK."),
        _f("spyglass_penalty_risk", _NUM, "verdict", "SEO SpyGlass Penalty Risk, percent."),
        _f("cognitiveseo_unnatural", _TEXT, "verdict", "What cognitiveSEO calls the link."),
    )
}
"""Every column a backlink table may have, by name."""

BLOCKS: dict[str, tuple[str, ...]] = {}
"""Column names by block, in the order of ``FIELDS``."""
for _field in FIELDS.values():
    BLOCKS[_field.block] = (*BLOCKS.get(_field.block, ()), _field.name)

VENDOR_VERDICTS: tuple[str, ...] = BLOCKS["verdict"]
"""Columns that hold another product's decision. They never feed a signal."""


def empty_backlinks() -> pl.DataFrame:
    """Return a backlink table of shape (0, n_fields) with every column and its type."""
    return pl.DataFrame(schema={field.name: field.dtype for field in FIELDS.values()})
