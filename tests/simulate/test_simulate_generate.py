"""Generated profiles: the same for a seed, plausible to a reader of exports, hard to tell apart."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, replace
from importlib.resources import files
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spamlinks.schema import BLOCKS, FIELDS, VENDOR_VERDICTS
from spamlinks.simulate import VIEWS, HostPool, generate, see_as
from spamlinks.simulate.hosts import invent_hosts
from spamlinks.simulate.kinds import ANCHORS, HONEST, KINDS, PATHS, SPAM, TITLES
from spamlinks.urls import authority_expr, host_table


def with_hosts(frame: pl.DataFrame) -> pl.DataFrame:
    coded = frame.with_columns(authority=authority_expr())
    hosts = host_table(coded["authority"]).select("authority", "host", "linking_domain", "problem")
    return coded.join(hosts, on="authority", how="left", maintain_order="left")


@pytest.fixture(scope="module")
def profile() -> pl.DataFrame:
    return with_hosts(generate(6000, seed=11, spam_share=0.3))


def test_columns_are_the_schemas(profile) -> None:
    made = generate(10)
    extra = set(made.columns) - set(FIELDS)
    assert extra == {"is_spam", "kind", "network"}
    assert all(made.schema[name] == FIELDS[name].dtype for name in made.columns if name in FIELDS)
    assert not set(made.columns) & set(VENDOR_VERDICTS), "nobody judged made-up links"


@given(st.integers(0, 2**32), st.integers(1, 300), st.sampled_from([0.0, 0.2, 1.0]))
@settings(max_examples=15, deadline=None)
def test_the_same_seed_gives_the_same_profile(seed, rows, share) -> None:
    one, two = (generate(rows, seed=seed, spam_share=share) for _ in range(2))
    assert one.equals(two, null_equal=True)
    assert one.height == rows


def test_another_seed_gives_another_profile() -> None:
    assert not generate(50, seed=1).equals(generate(50, seed=2))


@pytest.mark.parametrize("share", [0.0, 0.05, 0.2, 0.5, 1.0])
def test_the_share_of_spam_domains_is_near_what_was_asked(share) -> None:
    frame = with_hosts(generate(8000, seed=4, spam_share=share))
    domains = frame.unique("host")
    # A draw per domain, and domains with many pages are in the rows more often: 4 points of room.
    assert domains["is_spam"].mean() == pytest.approx(share, abs=0.04)


def test_every_kind_turns_up(profile) -> None:
    assert set(profile["kind"]) == set(KINDS)
    sides = dict(profile.select("kind", "is_spam").unique().iter_rows())
    assert sides == {k.name: int(k in SPAM) for k in (*HONEST, *SPAM)}


PLAUSIBLE = {  # what a reader of exports would not believe
    "seen last before it was seen first": pl.col("last_seen") < pl.col("first_seen"),
    "seen after the export": pl.col("last_seen") > pl.col("export_date"),
    "a link older than its domain": pl.col("first_seen") < pl.col("domain_created_on"),
    "lost before it was last seen": pl.col("lost_at") < pl.col("last_seen"),
    "lost without a day": pl.col("is_lost") != pl.col("lost_at").is_not_null(),
    "more domains linked than links out": pl.col("page_linked_domains")
    > pl.col("page_external_links"),
    "a page without a link out": pl.col("page_external_links") < 1,
    "a page read more than its site": pl.col("page_traffic") > pl.col("domain_traffic"),
    "a page with more terms than its site": pl.col("page_keywords") > pl.col("domain_keywords"),
    "ugc or sponsored, yet followed": (pl.col("rel_ugc") | pl.col("rel_sponsored"))
    & ~pl.col("rel_nofollow"),
    "a rating out of its scale": ~pl.col("ahrefs_domain_rating").is_between(0, 100),
    "a page rated above 100": ~pl.col("ahrefs_url_rating").is_between(0, 100),
    "no such answer code": ~pl.col("page_http_code").is_in([200, 301, 403, 404, 500, 503]),
    "a redirect that answers 200": (pl.col("link_kind") == "redirect")
    & (pl.col("page_http_code") != 301),
    "an image with an anchor": (pl.col("link_kind") == "image") & (pl.col("anchor_text") != ""),
    "a group of no links": pl.col("links_in_group") < 1,
    "neither in the page nor rendered": ~pl.col("seen_raw") & ~pl.col("seen_rendered"),
    "a host nobody can reach": pl.col("problem").is_not_null(),
    "a title that says a word twice in a row": pl.col("referring_page_title")
    .str.to_lowercase()
    .map_elements(lambda t: any(a == b for a, b in _pairs(t)), return_dtype=pl.Boolean),
    "an anchor that says a word twice in a row": pl.col("anchor_text")
    .str.to_lowercase()
    .map_elements(lambda t: any(a == b for a, b in _pairs(t)), return_dtype=pl.Boolean),
}


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    return pairwise(text.split())


@pytest.mark.parametrize("name", PLAUSIBLE)
def test_rows_are_plausible(profile, name) -> None:
    odd = profile.filter(PLAUSIBLE[name])
    assert odd.height == 0, f"{name}: {odd.head(2).to_dicts()}"


def test_columns_of_a_domain_hang_together(profile) -> None:
    per_host = profile.group_by("host").agg(
        pl.col("domain_traffic", "ahrefs_domain_rating", "domain_created_on", "is_spam").n_unique()
    )
    for column in per_host.columns[1:]:
        assert per_host[column].max() == 1, f"{column} differs within a host"


def test_size_moves_what_measures_size(profile) -> None:
    known = profile.filter(pl.col("domain_traffic") > 0).unique("host")
    correlation = known.select(
        pl.corr(pl.col("domain_traffic").log10(), "ahrefs_domain_rating", method="spearman")
    ).item()
    assert correlation > 0.5


HARD = {  # honest rows that look like spam, and the other way round: each must exist
    "honest page with hundreds of links": (0, pl.col("page_external_links") > 300),
    "honest site without a visitor": (0, pl.col("domain_traffic") == 0),
    "honest site without a rating": (0, pl.col("ahrefs_domain_rating") < 1),
    "honest site of this month": (
        0,
        (pl.col("first_seen") - pl.col("domain_created_on")).dt.total_days() < 120,
    ),
    "honest directory": (0, pl.col("referring_page").str.contains("/directory/")),
    "honest lost link": (0, pl.col("is_lost")),
    "spam with visitors": (1, pl.col("domain_traffic") > 300),
    "spam with a good rating": (1, pl.col("ahrefs_domain_rating") > 40),
    "spam with few links out": (1, pl.col("page_external_links") < 8),
    "spam in the main text": (1, pl.col("in_content")),
    "spam with the brand as anchor": (1, pl.col("anchor_text") == "Shop"),
    "old spam domain": (
        1,
        (pl.col("first_seen") - pl.col("domain_created_on")).dt.total_days() > 3000,
    ),
    "nofollow spam": (1, pl.col("rel_nofollow")),
    "spam under .com": (1, pl.col("host").str.ends_with(".com")),
}


@pytest.mark.parametrize("name", HARD)
def test_hard_cases_exist_on_both_sides(profile, name) -> None:
    side, what = HARD[name]
    rows = profile.filter(pl.col("is_spam") == side)
    assert rows.filter(what).height >= 0.002 * rows.height


@pytest.mark.parametrize(
    "column",
    ["page_external_links", "domain_traffic", "ahrefs_domain_rating", "links_in_group"],
)
def test_no_single_column_tells_the_sides_apart(profile, column) -> None:
    honest = profile.filter(pl.col("is_spam") == 0)[column].to_numpy()
    spam = profile.filter(pl.col("is_spam") == 1)[column].to_numpy()
    low, high = np.quantile(honest, [0.02, 0.98])
    assert ((spam >= low) & (spam <= high)).mean() > 0.3


def test_hosts_are_used_once(profile) -> None:
    assert profile.group_by("host").agg(pl.col("is_spam").n_unique())["is_spam"].max() == 1
    taken: set[str] = set()
    first = invent_hosts(np.random.default_rng(0), 500, spam=True, taken=taken)
    again = invent_hosts(np.random.default_rng(0), 500, spam=True, taken=taken)
    assert len({*first, *again}) == len(taken) == 1000


def members_of(frame: pl.DataFrame) -> pl.DataFrame:
    return with_hosts(frame).filter(pl.col("network").is_not_null())


def test_networks_are_spam_of_one_kind(profile) -> None:
    members = profile.filter(pl.col("network").is_not_null())
    assert members["is_spam"].min() == 1
    assert members["network"].n_unique() > 10
    assert members.group_by("network").agg(pl.col("kind").n_unique())["kind"].max() == 1
    assert members.group_by("network").agg(pl.col("host").n_unique())["host"].min() >= 1


def test_a_seller_network_has_one_pattern_of_names(profile) -> None:
    members = profile.filter(
        pl.col("network").is_not_null(), pl.col("kind") == "link seller network"
    )
    name = pl.col("host").str.strip_prefix("www.")
    patterns = members.select(
        "network", stem=name.str.slice(0, 6), ending=name.str.replace(r"^[^.]+\.", "")
    )
    assert patterns.unique().group_by("network").len()["len"].max() == 1
    portals = profile.filter(
        pl.col("kind") == "press-release spam", pl.col("network").is_not_null()
    )
    stems = portals.select("network", stem=pl.col("host").str.strip_prefix("www.").str.slice(0, 6))
    assert stems.unique().group_by("network").len()["len"].max() > 3, "portals have many owners"


def commonest(column: str) -> pl.Expr:
    return (pl.col(column) == pl.col(column).mode().sort().first()).mean()


@pytest.mark.parametrize("with_pool", [False, True])
def test_members_of_a_network_share_anchor_title_path_and_weeks(with_pool) -> None:
    pool = HostPool([f"h{i}.example" for i in range(9000)], [f"s{i}.example" for i in range(9000)])
    frame = members_of(
        generate(9000, seed=5, spam_share=0.6, pool=pool if with_pool else None, networks=1.0)
    )
    frame = frame.filter(pl.col("kind") == "link seller network").with_columns(
        shape=pl.col("referring_page")
        .str.replace(r"^https?://[^/]+", "")
        .str.replace_all(r"[a-z0-9-]+", "a")
    )
    stem = pl.col("referring_page_title").str.replace_all(r"[ \d]+", " ")
    per = (
        frame.with_columns(stem=stem.str.strip_chars())
        .group_by("network")
        .agg(
            commonest("anchor_text").alias("anchor"),
            commonest("stem").alias("title"),
            commonest("shape").alias("path"),
            (pl.col("first_seen").quantile(0.9) - pl.col("first_seen").quantile(0.1))
            .dt.total_days()
            .alias("days"),
            pl.len().alias("links"),
        )
    )
    per = per.filter(pl.col("links") >= 8)
    assert per.height > 10
    assert per["anchor"].median() > 0.35
    assert per["title"].median() > 0.6
    assert per["path"].median() > 0.6
    assert per.filter(pl.col("days") < 60).height > 0.55 * per.height


def test_honest_copies_look_like_a_network_and_are_none() -> None:
    frame = generate(9000, seed=6, spam_share=0)
    assert frame["network"].null_count() == frame.height
    for kind, column in [
        ("own product's login page", "referring_page_title"),
        ("syndication", "referring_page_title"),
        ("own product's login page", "anchor_text"),
    ]:
        texts = frame.filter(pl.col("kind") == kind)[column].value_counts(sort=True)
        assert texts["count"][0] >= 8, f"{kind}: no {column} is on many of its pages"


def test_without_networks_nobody_acts_together() -> None:
    assert generate(2000, seed=2, spam_share=0.6, networks=0)["network"].null_count() == 2000


def test_institutions_stand_under_their_endings(profile) -> None:
    hosts = profile.filter(pl.col("kind") == "institution")["host"].unique()
    assert hosts.str.contains(r"\.(?:edu|gov|gouv|ac)(?:\.|$)").all()


def test_hosts_of_a_pool_are_used_as_they_are() -> None:
    pool = HostPool([f"h{i}.example" for i in range(500)], [f"s{i}.example" for i in range(500)])
    frame = with_hosts(generate(400, seed=2, pool=pool))
    assert set(frame["host"].str.strip_prefix("www.")) <= {*pool.honest, *pool.spam}
    plain = with_hosts(generate(400, seed=2, pool=pool, spam_names=0.0))
    spam = plain.filter(pl.col("is_spam") == 1)
    assert (
        spam["host"].str.strip_prefix("www.").str.starts_with("h").all()
    )  # every spam domain wears a plain name


STEMS = "alpha beta2 gamma delta kappa sigma omega theta".split()


def test_names_of_one_pattern_fall_into_one_network_of_a_pool() -> None:
    spam = [f"{stem}{i}.shop" for stem in STEMS for i in range(40)]
    pool = HostPool([f"h{i}.example" for i in range(500)], spam)
    kinds = {name: 0.0 for name in KINDS if name != "link seller network" and KINDS[name] in SPAM}
    frame = members_of(generate(2000, seed=3, spam_share=0.4, pool=pool, kinds=kinds))
    frame = frame.filter(pl.col("host").str.ends_with(".shop"))
    stems = frame.with_columns(stem=pl.col("host").str.strip_prefix("www.").str.slice(0, 5))
    mixed = stems.group_by("network").agg(pl.col("stem").n_unique())["stem"]
    assert mixed.mean() < 3.5, "names are dealt in their order, not at random"


def test_parts_of_one_site_share_its_pages() -> None:
    one = generate(300, seed=1, site_seed=9)
    two = generate(300, seed=2, site_seed=9)
    other = generate(300, seed=2, site_seed=10)
    assert set(one["target_url"]) == set(two["target_url"])
    assert set(one["target_url"]) != set(other["target_url"])
    assert all(
        url.startswith("https://my.site/") for url in generate(50, site="my.site")["target_url"]
    )


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_shows_its_blocks_only(view) -> None:
    seen = set(see_as(generate(5), view).columns)
    assert "referring_page" in seen
    assert {"is_spam", "kind"} <= seen  # labels are outside the schema
    blocks = {block.partition("_")[0] for block in VIEWS[view]} | {"url", "provenance", "facts"}
    assert {FIELDS[c].block for c in seen if c in FIELDS} <= blocks
    if view == "flows":
        assert not any(c.startswith("ahrefs_") for c in seen)
    if view == "full":
        assert "page_internal_links" not in seen  # Ahrefs does not export them
        assert set(BLOCKS["rel"]) <= seen


def test_the_numbers_of_the_kinds_are_shares_and_weights() -> None:
    weights = {"anchors": ANCHORS, "paths": PATHS, "titles": TITLES}
    for kind in KINDS.values():
        for field in fields(kind):
            value = getattr(kind, field.name)
            if field.name in weights:
                assert len(value) == len(weights[field.name])
                assert sum(value) > 0
                assert min(value) >= 0
            elif isinstance(value, float):
                assert 0 <= value <= 1, f"{kind.name}: {field.name}"


def test_kinds_are_read_from_the_data_file() -> None:
    raws = json.loads(files("spamlinks.simulate").joinpath("kinds.json").read_text("utf-8"))
    assert [raw["name"] for raw in raws] == list(KINDS)
    editorial = raws[0]
    assert KINDS["editorial"].traffic == tuple(editorial["traffic"])
    assert KINDS["editorial"].anchors == tuple(editorial["anchors"][name] for name in ANCHORS)
    with pytest.raises(AttributeError):
        KINDS["editorial"].share = 1  # frozen
    assert replace(KINDS["editorial"], share=0.5).share == 0.5
