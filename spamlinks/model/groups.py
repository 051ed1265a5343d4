"""Groups of rows that must not be split between training and test: one operator, one group.

Links of one domain, and domains of one network, tell about each other: a random fold would show
the model the answer. What joins domains here is read from the export alone, never from labels:
name patterns, a title or anchor that several domains share word for word, a seller's handle.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from spamlinks.signals.profile import name_patterns
from spamlinks.urls import authorities, authority_expr, host_table

__all__ = ["MAX_SHARE", "SHARED_BY", "row_groups"]

SHARED_BY = 3
"""A title or anchor joins domains when at least so many have it."""

MAX_SHARE = 0.3
"""No group made by joining holds more than this share of the domains, or ``MIN_CAP`` of them."""

MIN_CAP = 10
TITLE_CHARS = 15
ANCHOR_CHARS = 25
ANCHOR_WORDS = 3

_TEXTS = ("anchor_text", "referring_page_title", "left_context", "right_context")
# A handle that sellers leave: @name not after a word (an e-mail address), a Telegram link, or a
# telephone number in the international form. Linear: no nested repeats.
_HANDLES = (
    r"(?:^|[^\w.@/-])@([a-z][a-z0-9_]{3,31})",
    r"(?:t\.me|telegram\.me)/(?:s/|joinchat/)?\+?([a-z0-9_-]{4,40})",
    r"(?:^|[^\d+])(\+\d[\d ().-]{7,18}\d)",
)


def row_groups(frame: pl.DataFrame) -> npt.NDArray[np.int64]:
    """Number the group of each row.

    Rows share a group when their linking domains (private suffixes included) are one, or are
    joined, directly or through others, by

    * a name pattern (``signals.profile.name_patterns``);
    * a title that ``SHARED_BY`` domains have once digits, case and the domain's own name are
      taken out, of ``TITLE_CHARS`` characters or more;
    * an anchor of ``ANCHOR_WORDS`` words and ``ANCHOR_CHARS`` characters that so many have, the
      target's own name not counted;
    * a seller's handle (``@name``, a Telegram link, a telephone number) in anchor, title or
      context that two have, unless it is the target's.

    What many honest sites share by chance (a plugin's title, a press text) would end in one group
    that holds everything and leaves nothing to test on. So what fewer domains share joins first,
    and a join that would make a group of more than ``MAX_SHARE`` of all domains does not happen.

    Parameters
    ----------
    frame : backlinks with ``referring_page``; other columns of the schema may be absent or null.

    Returns
    -------
    int64 array (n,), numbered from 0 by first appearance. Depends on the rows of the whole table.
    """
    if not frame.height:
        return np.zeros(0, np.int64)
    row_domain, domains = _domains(frame)
    own = _target_name(frame)
    keys = [_patterns(domains)]
    keys += [_titles(frame, row_domain, domains, own), _anchors(frame, row_domain, own)]
    keys += _handles(frame, row_domain, own)
    # Two kinds of key never meet by text: each carries its kind as a prefix.
    pairs = pl.concat(keys).unique(maintain_order=True)
    joined = _join(pairs, domains.height)
    found = joined[row_domain.to_numpy()]
    _, first, code = np.unique(found, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(len(first))
    return np.asarray(rank[code], dtype=np.int64)


def _domains(frame: pl.DataFrame) -> tuple[pl.Series, pl.DataFrame]:
    """Code of each row's linking domain, and the domains: domain, suffix, label, in that order."""
    names = authorities(frame["referring_page"]).fill_null("").alias("authority")
    hosts = host_table(names).select(
        "authority",
        domain=pl.when(pl.col("problem").is_null()).then("linking_domain").otherwise("authority"),
        suffix=pl.col("suffix").fill_null(""),
    )
    domains = (
        hosts.unique("domain", keep="first", maintain_order=True)
        .select("domain", "suffix")
        .with_columns(label=pl.col("domain").str.strip_suffix(pl.concat_str(pl.lit("."), "suffix")))
        .with_row_index("code")
    )
    coded = hosts.join(domains.select("domain", "code"), on="domain", maintain_order="left")
    rows = names.to_frame().join(
        coded.select("authority", "code"), on="authority", how="left", maintain_order="left"
    )
    return rows["code"], domains


def _target_name(frame: pl.DataFrame) -> str:
    """Label of the host that most links point to, such as shop of shop.example; "" if unknown."""
    if "target_url" not in frame.columns or frame["target_url"].null_count() == frame.height:
        return ""
    hosts = frame.select(host=authority_expr("target_url")).drop_nulls()
    counts = hosts.group_by("host").len().sort("len", "host")
    top = host_table(counts["host"].tail(1))
    domain, suffix = top["linking_domain"][0] or "", top["suffix"][0] or ""
    return str(domain.removesuffix(f".{suffix}")) if suffix else ""


def _keyed(kind: str, keys: pl.DataFrame) -> pl.DataFrame:
    """Pairs (code, key) whose key is known, as one kind."""
    return keys.filter(pl.col("key").is_not_null() & (pl.col("key") != "")).select(
        pl.col("code").cast(pl.Int64), key=pl.concat_str(pl.lit(f"{kind}:"), "key")
    )


def _shared(pairs: pl.DataFrame, least: int) -> pl.DataFrame:
    return pairs.unique(maintain_order=True).filter(pl.len().over("key") >= least)


def _patterns(domains: pl.DataFrame) -> pl.DataFrame:
    found = name_patterns(domains["domain"], domains["suffix"])
    return _keyed("name", domains.select("code", key=found["pattern"]))


def _plain(text: pl.Expr) -> pl.Expr:
    """Letters and single spaces, lower case: what a template has in common."""
    letters = text.str.to_lowercase().str.replace_all(r"[^\p{L}]+", " ")
    return letters.str.strip_chars()


def _without(texts: pl.Series, names: pl.Series) -> pl.Series:
    """Take each row's name out of its text, written in one piece or with hyphens as spaces."""
    out = []
    for text, name in zip(texts.to_list(), names.to_list(), strict=True):
        if len(name) >= 4:
            text = text.replace(name, " ").replace(name.replace("-", " "), " ")
        out.append(text)
    return pl.Series(out, dtype=pl.String)


def _column(frame: pl.DataFrame, row_domain: pl.Series, name: str) -> pl.DataFrame | None:
    """Distinct (code, text) of a column of texts, nulls left out; None where there is none."""
    if name not in frame.columns or frame[name].null_count() == frame.height:
        return None
    pairs = pl.DataFrame({"code": row_domain, "text": frame[name].cast(pl.String)})
    return pairs.drop_nulls().unique(maintain_order=True)


_NOTHING = pl.DataFrame(schema={"code": pl.Int64, "key": pl.String})


def _titles(
    frame: pl.DataFrame, row_domain: pl.Series, domains: pl.DataFrame, own: str
) -> pl.DataFrame:
    texts = _column(frame, row_domain, "referring_page_title")
    if texts is None:
        return _NOTHING
    texts = texts.filter(pl.col("text").str.len_chars() >= TITLE_CHARS)
    labels = domains["label"].gather(texts["code"])
    lower = texts["text"].str.to_lowercase()
    bare = _without(lower, labels)
    keys = texts.select("code", key=_plain(pl.lit(bare)))
    kept = _apart_from(keys, own).filter(pl.col("rest").str.len_chars() >= TITLE_CHARS)
    return _shared(_keyed("title", kept), SHARED_BY)


def _apart_from(keys: pl.DataFrame, own: str) -> pl.DataFrame:
    """Add ``rest``: the key without the target's own name."""
    rest = pl.col("key")
    if len(own) >= 3:
        rest = rest.str.replace_all(own, "", literal=True).str.replace_all(r" +", " ")
    return keys.with_columns(rest=rest.str.strip_chars())


def _anchors(frame: pl.DataFrame, row_domain: pl.Series, own: str) -> pl.DataFrame:
    texts = _column(frame, row_domain, "anchor_text")
    if texts is None:
        return _NOTHING
    texts = texts.filter(pl.col("text").str.len_chars() >= ANCHOR_CHARS)
    # An address as anchor is what an honest link shows where it has no words of its own.
    words = texts.filter(~pl.col("text").str.contains(r"^\s*https?://\S*\s*$"))
    keys = _apart_from(words.select("code", key=_plain(pl.col("text"))), own)
    kept = keys.filter(
        (pl.col("rest").str.len_chars() >= ANCHOR_CHARS)
        & (pl.col("rest").str.count_matches(" ") >= ANCHOR_WORDS - 1)
    )
    return _shared(_keyed("anchor", kept), SHARED_BY)


def _handles(frame: pl.DataFrame, row_domain: pl.Series, own: str) -> list[pl.DataFrame]:
    found = []
    for name in _TEXTS:
        texts = _column(frame, row_domain, name)
        if texts is None:
            continue
        lower = texts.with_columns(text=pl.col("text").str.to_lowercase())
        lower = lower.filter(pl.col("text").str.contains(r"[@+]|t\.me|telegram"))
        for pattern in _HANDLES:
            key = pl.col("text").str.extract(pattern).str.replace_all(r"[ ().-]", "")
            found.append(_keyed("handle", lower.select("code", key=key)))
    if not found:
        return []
    handles = pl.concat(found)
    if len(own) >= 3:
        handles = handles.filter(~pl.col("key").str.contains(own, literal=True))
    return [_shared(handles, 2)]


def _join(pairs: pl.DataFrame, many: int) -> npt.NDArray[np.int64]:
    """Join domains that share a key, rare keys first; a root for each domain.

    A union-find: most keys are small, so that a million rows cost seconds.
    """
    cap = max(MIN_CAP, int(MAX_SHARE * many))
    root = list(range(many))
    size = [1] * many

    def find(at: int) -> int:
        while root[at] != at:
            root[at] = root[root[at]]
            at = root[at]
        return at

    groups = pairs.group_by("key").agg("code").with_columns(n=pl.col("code").list.len())
    for codes in groups.filter(pl.col("n") > 1).sort("n", "key")["code"].to_list():
        roots = {find(code) for code in codes}
        if sum(size[at] for at in roots) > cap:
            continue
        first = min(roots)
        for at in roots - {first}:
            root[at] = first
            size[first] += size[at]
    return np.array([find(at) for at in range(many)], dtype=np.int64)
