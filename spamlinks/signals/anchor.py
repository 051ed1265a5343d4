"""Signals of the anchor text: computed once for each distinct anchor, and for each pair of
anchor and target.

The *anchor match ratio* is three numbers: the share of the anchor's words that are the brand's,
that stand in the target's URL, and that are spam-trade words.
"""

from __future__ import annotations

import polars as pl

from spamlinks.signals.declare import Direction, Place, Signal
from spamlinks.signals.words import TRADES, contains_trade, edged, spaced_words, trade_tokens

__all__ = ["SIGNALS", "anchor_signals", "brand_words", "pair_signals"]


def _s(
    name: str,
    unit: str,
    low: float,
    high: float,
    direction: Direction,
    text: str,
    place: Place = "anchor",
    needs: str = "anchor_text",
) -> Signal:
    return Signal(name, 1, "anchor", unit, low, high, direction, tuple(needs.split()), text, place)


SIGNALS: tuple[Signal, ...] = (
    _s("anchor_brand_match", "share", 0, 1, -1, "{value} of the brand's words are in the anchor"),
    _s(
        "anchor_trade_match", "share", 0, 1, 1, "{value} of the anchor's words are spam-trade words"
    ),
    _s(
        "anchor_target_match",
        "share",
        0,
        1,
        0,
        "{value} of the anchor's words stand in the target",
        "pair",
        "anchor_text target_url",
    ),
    _s(
        "anchor_is_exact_target",
        "flag",
        0,
        1,
        0,
        "the anchor says just what the target's URL says",
        "pair",
        "anchor_text target_url",
    ),
    _s("anchor_trade_word", "flag", 0, 1, 1, "a spam-trade word in the anchor"),
    _s("anchor_sells_links", "flag", 0, 1, 1, "a link seller's word in the anchor"),
    _s("anchor_has_handle", "flag", 0, 1, 1, "a chat handle or phone number in the anchor"),
    _s("anchor_is_empty", "flag", 0, 1, 0, "the anchor is empty"),
    _s("anchor_is_url", "flag", 0, 1, 0, "the anchor is a URL"),
    _s("anchor_is_generic", "flag", 0, 1, 0, "the anchor is a phrase such as 'click here'"),
    _s("anchor_length", "characters", 0, 1000, 0, "the anchor has {value} characters"),
    _s("anchor_word_count", "words", 0, 100, 0, "the anchor has {value} words"),
    _s("anchor_digit_share", "share", 0, 1, 0, "{value} of the anchor are digits"),
    _s("anchor_non_latin_share", "share", 0, 1, 0, "{value} of the anchor is not in Latin script"),
    _s("anchor_symbol_share", "share", 0, 1, 0, "{value} of the anchor are signs and symbols"),
    _s("anchor_other_words", "words", 0, 30, 1, "{value} words in an anchor that names no brand"),
    _s("anchor_gibberish_share", "share", 0, 1, 1, "{value} of the anchor's words cannot be said"),
)

_HANDLE = r"(?i)(?:^|\s)@[a-z0-9_]{4,}|t\.me/|telegram|whats ?app|\+\d[\d ()-]{8,}\d"
# Five to eight Latin letters, five of them consonants in a row: longer words are German compounds.
_SPELT = ("https", "xhtml")
_GIBBERISH = r"^[a-z]{0,3}[bcdfghjklmnpqrstvwxz]{5,8}[a-z]{0,3}$"
_URL = r"(?i)^\s*(?:https?://|www\.)|^\s*[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,10}/?\s*$"


MIN_GLUED = 6
"""A shorter brand would be found in other words: a shop in every workshop."""


def brand_words(brands: tuple[str, ...]) -> tuple[list[list[str]], list[str]]:
    """Words of each brand, and the brands long enough to be found inside other words.

    >>> brand_words(("Acme Shoes", "acme.com"))
    ([['acme', 'shoes'], ['acme']], ['acmeshoes'])
    """
    words: list[list[str]] = []
    glued: set[str] = set()
    for brand in brands:
        name = brand.lower().removesuffix(".com").removesuffix(".org").removesuffix(".net")
        parts = edged_words(name)
        words.append(sorted({p for p in parts if len(p) > 1}))
        glued.add("".join(parts))
    return [w for w in words if w], sorted(g for g in glued if len(g) >= MIN_GLUED)


def edged_words(text: str) -> list[str]:
    """Split a text into lower-case words as ``edged`` does."""
    spaced: str = pl.select(edged(pl.lit(text).alias("t")))["t"][0]
    return spaced.split()


def anchor_signals(
    anchors: pl.Series, brands: tuple[str, ...], trades: tuple[str, ...] = TRADES
) -> pl.DataFrame:
    """Compute the signals of distinct anchors.

    Parameters
    ----------
    anchors : String series of distinct anchor texts; null where the export had none.
    brands : names of the brand, site labels included.
    trades : spam trades that count; the site's own is left out.

    Returns
    -------
    float32 DataFrame, one row per anchor; null for a null anchor. Without brands,
    ``anchor_brand_match`` is null.
    """
    words, glued = brand_words(brands)
    text = pl.col("anchor")
    frame = pl.DataFrame({"anchor": anchors.cast(pl.String)}).with_columns(
        spaced=edged(text), squashed=text.str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]", "")
    )
    tokens = pl.col("spaced").str.strip_chars().str.split(" ").list.drop_nulls()
    count = pl.when(pl.col("spaced") == "  ").then(0).otherwise(tokens.list.len())
    count = count.cast(pl.Float32)
    chars = text.str.len_chars().cast(pl.Float32)

    def share(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
        return pl.when(whole > 0).then(part / whole).otherwise(pl.lit(0.0))

    def overlap(listed: list[str]) -> pl.Expr:
        return tokens.list.set_intersection(pl.lit(pl.Series("w", [listed]))).list.len()

    if words:
        whole = pl.col("squashed").str.contains_any(glued) if glued else pl.lit(False)
        brand = pl.max_horizontal(
            whole.cast(pl.Float32),
            *(overlap(listed).cast(pl.Float32) / len(listed) for listed in words),
        )
    else:
        brand = pl.lit(None, dtype=pl.Float32)
    trade = contains_trade(pl.col("spaced"), *trades)
    generic = [w.strip() for w in spaced_words("generic")]
    out = frame.select(
        anchor=text,
        anchor_brand_match=brand,
        anchor_trade_match=pl.max_horizontal(
            share(overlap(trade_tokens(*trades)), count).clip(0, 1),
            # A phrase or a glued word matched: at least one word's worth.
            pl.when(trade).then(1.0 / pl.max_horizontal(count, pl.lit(1.0))).otherwise(0.0),
        ),
        anchor_trade_word=trade,
        anchor_sells_links=contains_trade(pl.col("spaced"), "link_sale"),
        # The brand's own handle is how people name it.
        anchor_has_handle=text.str.contains(_HANDLE) & (brand.fill_null(0) == 0),
        anchor_is_empty=text.str.strip_chars() == "",
        anchor_is_url=text.str.contains(_URL),
        anchor_is_generic=pl.col("spaced").str.strip_chars().is_in(generic),
        anchor_length=chars,
        anchor_word_count=count,
        anchor_digit_share=share(text.str.count_matches(r"[0-9]"), chars),
        anchor_non_latin_share=share(text.str.count_matches(r"[\p{L}--\p{Latin}]"), chars),
        anchor_symbol_share=share(text.str.count_matches(r"[^\p{L}\p{N}\s]"), chars),
        anchor_other_words=pl.when(brand == 0).then(count).when(brand > 0).then(0.0),
        anchor_gibberish_share=share(
            tokens.list.eval(
                pl.element().str.len_chars().is_between(5, 8)
                & pl.element().str.contains(_GIBBERISH)
                & ~pl.element().is_in(_SPELT)
            )
            .list.sum()
            .cast(pl.Float32),
            count,
        ),
    )
    names = [s.name for s in SIGNALS if s.place == "anchor"]
    return out.select(
        pl.when(pl.col("anchor").is_not_null()).then(pl.col(n).cast(pl.Float32)).alias(n)
        for n in names
    )


def pair_signals(pairs: pl.DataFrame) -> pl.DataFrame:
    """Compute the signals of distinct (anchor_text, target_url) pairs.

    Returns
    -------
    float32 DataFrame of shape (n_pairs, 2); null where either side is unknown or the anchor has
    no words.
    """
    target = (
        pl.col("target_url")
        .str.replace(r"^(?i)(?:https?:)?//(?:www\.)?", "")
        .str.replace(r"[?#].*$", "")
        .str.replace_all(r"\.(?:html?|php|aspx?|com|org|net)\b", " ")
        .alias("target")
    )
    frame = pairs.select(
        anchor=edged(pl.col("anchor_text")).str.strip_chars().str.split(" ").list.unique(),
        target=edged(target).str.strip_chars().str.split(" ").list.unique(),
        known=pl.col("anchor_text").is_not_null()
        & pl.col("target_url").is_not_null()
        & (pl.col("anchor_text").str.strip_chars() != ""),
    )
    common = pl.col("anchor").list.set_intersection("target").list.len().cast(pl.Float32)
    either = pl.col("anchor").list.set_union("target").list.len().cast(pl.Float32)
    return frame.select(
        anchor_target_match=pl.when("known").then(common / pl.col("anchor").list.len()),
        anchor_is_exact_target=pl.when("known").then((common == either).cast(pl.Float32)),
    ).cast(pl.Float32)
