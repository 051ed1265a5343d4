"""Traces in domain names: parts that sister domains share, words of a trade, new endings."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from spamlinks.signals.words import edged, host_stems, host_tokens

__all__ = ["of_names", "own_labels", "seller_words"]

AFFIX_CHARS = 6
WORD_CHARS = 5

# Beside .com and the like, these endings were never a mass market; two letters are a country.
_OLD_ENDINGS = frozenset(
    "com org net edu gov mil int info biz name pro aero coop museum jobs mobi travel tel cat asia "
    "post arpa onion".split()
)

# Words of link sellers inside names, and innocent words that hold one of them.
_SELLER = ("seo", "link", "rank", "pbn", "traffic", "authority", "serp", "outreach", "guestpost")
_INNOCENT = (
    "museo", "paseo", "video", "rodeo", "seoul", "seon", "caseo", "orseo", "perseo", "teseo",
    "frank", "crank", "prank", "drank", "shrank", "branko", "ranker", "linked", "linkin", "blink",
    "clink", "slink", "plink", "linkoping", "serpent", "serpico", "traffick", "odyseo",
)  # fmt: skip


def seller_words() -> tuple[str, ...]:
    """Words of link sellers that are looked for inside domain names."""
    return _SELLER


def own_labels(domains: pl.DataFrame) -> pl.Series:
    """Linking domains without their suffix, international names as they are read."""
    plain = domains.select(
        pl.col("linking_domain").str.strip_suffix(pl.concat_str(pl.lit("."), "suffix"))
    ).to_series()
    coded = plain.str.contains("xn--", literal=True).arg_true()
    if not coded.len():
        return plain
    return plain.scatter(coded, [_read_name(label) for label in plain.gather(coded)])


def _read_name(label: str) -> str:
    """The letters that a punycode label stands for; the label where it stands for none.

    >>> _read_name("xn--bcher-kva"), _read_name("xn--zzzzzz99999")
    ('bücher', 'xn--zzzzzz99999')
    """
    try:
        return ".".join(
            part[4:].encode("ascii").decode("punycode") if part.startswith("xn--") else part
            for part in label.split(".")
        )
    except (UnicodeError, ValueError, OverflowError):
        return label


def of_names(domains: pl.DataFrame, trades: tuple[str, ...]) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield the kinds "name", "ending" and "trade", each with its pairs ``_domain``, ``key``."""
    frame = domains.select("_domain", "suffix", label=own_labels(domains)).with_columns(
        ending=pl.col("suffix").str.split(".").list.last()
    )
    tokens = (
        frame.select(
            "_domain", "suffix", "label",
            word=pl.col("label").str.replace_all(r"[0-9._]+", "-").str.split("-"),
        )
        .explode("word")
        .filter(pl.col("word").str.len_chars() >= WORD_CHARS, pl.col("word") != pl.col("label"))
        .select("_domain", key=pl.concat_str(pl.lit("*"), "word", pl.lit("*."), "suffix"))
    )  # fmt: skip
    long = frame.filter(pl.col("label").str.len_chars() >= 8)
    heads = long.select(
        "_domain",
        key=pl.concat_str(pl.col("label").str.slice(0, AFFIX_CHARS), pl.lit("*."), "suffix"),
    )
    tails = long.select(
        "_domain",
        key=pl.concat_str(
            pl.lit("*"), pl.col("label").str.slice(-AFFIX_CHARS), pl.lit("."), "suffix"
        ),
    )
    yield "name", pl.concat([tokens, heads, tails]).unique()
    new = (
        (pl.col("ending").str.len_chars() > 2)
        & ~pl.col("ending").is_in(list(_OLD_ENDINGS))
        & ~pl.col("ending").str.starts_with("xn--")  # mostly countries
    )
    modern = frame.filter(new & (pl.col("ending") == pl.col("suffix")))
    yield "ending", modern.select("_domain", key=pl.concat_str(pl.lit("."), "suffix"))
    yield "trade", _trade_names(frame, trades)


def _trade_names(frame: pl.DataFrame, trades: tuple[str, ...]) -> pl.DataFrame:
    """Domains whose name holds words of a trade: ``key`` such as "links .store"."""
    glued = pl.col("label").str.replace_all("[-_.0-9]", "")
    spaced = edged(pl.col("label").str.replace_all("[0-9]+", " "))
    texts = frame.select(
        "_domain", "suffix", glued=glued,
        bare=glued.str.replace_many(list(_INNOCENT), [""] * len(_INNOCENT)), spaced=spaced,
    )  # fmt: skip
    found = []
    for trade in trades:
        words = [f" {token} " for token in host_tokens(trade)]
        has = pl.col("glued").str.contains_any(host_stems(trade))
        if words:
            has |= pl.col("spaced").str.contains_any(words)
        found.append(texts.filter(has).select("_domain", "suffix", trade=pl.lit(trade)))
    sells = pl.col("bare").str.contains_any(list(_SELLER)) | pl.col("glued").str.contains_any(
        host_stems("link_sale")
    )
    found.append(texts.filter(sells).select("_domain", "suffix", trade=pl.lit("links")))
    return pl.concat(found).select("_domain", key=pl.concat_str("trade", pl.lit(" ."), "suffix"))
