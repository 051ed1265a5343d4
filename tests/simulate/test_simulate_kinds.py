"""Each kind draws what its numbers say, and every number says where it comes from."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from spamlinks.errors import InputError
from spamlinks.simulate import generate
from spamlinks.simulate.document import COMMAND, main, render_document
from spamlinks.simulate.domains import domain_columns
from spamlinks.simulate.groups import draw_groups
from spamlinks.simulate.hosts import NAMES
from spamlinks.simulate.kinds import ANCHORS, HONEST, KINDS, SPAM, Kind
from spamlinks.simulate.sources import GROUPS, REFERENCES, source_of

ROOT = Path(__file__).resolve().parents[2]
ROWS = 2500


def only(name: str, rows: int = ROWS, **options) -> pl.DataFrame:
    """A profile of one kind, without a vendor's mistakes and without groups."""
    side = SPAM if KINDS[name] in SPAM else HONEST
    kinds = {kind.name: float(kind.name == name) for kind in side}
    options = {"noise": 0.0, "networks": 0.0, "seed": 8, **options}
    frame = generate(rows, spam_share=float(side is SPAM), kinds=kinds, **options)
    return frame.with_columns(host=pl.col("referring_page").str.extract(r"//(?:www\.)?([^/]+)"))


@pytest.fixture(scope="module", params=list(KINDS))
def drawn(request) -> tuple[Kind, pl.DataFrame, pl.DataFrame]:
    frame = only(request.param)
    assert set(frame["kind"]) == {request.param}
    return KINDS[request.param], frame, frame.unique("host", keep="first", maintain_order=True)


def decades(values: pl.Series) -> np.ndarray:
    return np.log10(values.to_numpy().astype(float))


def test_visits_and_ratings_are_what_the_kind_says(drawn) -> None:
    kind, _, domains = drawn
    visits, rating = domains["domain_traffic"], domains["ahrefs_domain_rating"]
    assert (visits == 0).mean() == pytest.approx(kind.zero_traffic, abs=0.06)
    assert (rating == 0).mean() == pytest.approx(kind.zero_rating, abs=0.05)
    middle, spread = kind.traffic
    found = decades(visits.filter(visits > 0))
    assert np.median(found) == pytest.approx(middle, abs=0.15 + 0.12 * spread)
    assert found.std() == pytest.approx(spread, rel=0.3)  # at one visit the low end is cut
    assert np.median(rating.filter(rating > 0)) == pytest.approx(kind.rating[0], abs=3.5)


def test_link_counts_are_what_the_kind_says(drawn) -> None:
    kind, frame, _ = drawn
    external = decades(frame["page_external_links"])
    assert np.median(external) == pytest.approx(kind.external[0], abs=0.15)
    inside = frame["page_internal_links"].clip(lower_bound=1)
    assert np.median(decades(inside)) == pytest.approx(kind.internal[0], abs=0.2)
    many = frame.filter(pl.col("page_external_links") > 20)
    if many.height > 200:
        share = (many["page_linked_domains"] / many["page_external_links"]).median()
        assert share == pytest.approx(kind.linked_per_external[0], abs=0.06)


@pytest.mark.parametrize(
    ("field", "what"),
    [
        ("image", pl.col("link_kind") == "image"),
        ("in_content", pl.col("in_content")),
        ("sitewide", pl.col("sitewide")),
        ("https", pl.col("referring_page").str.starts_with("https://")),
        ("unlinked", pl.col("ahrefs_url_rating") == 0),
        ("sponsored", pl.col("rel_sponsored")),
    ],
)
def test_shares_are_what_the_kind_says(drawn, field, what) -> None:
    kind, frame, _ = drawn
    # Domains differ, and one domain may have many of the rows.
    assert frame.select(what.mean()).item() == pytest.approx(getattr(kind, field), abs=0.07)


def test_nofollow_holds_ugc_and_sponsored(drawn) -> None:
    kind, frame, _ = drawn
    open_to_all = (1 - kind.nofollow) * (1 - kind.ugc) * (1 - kind.sponsored)
    assert frame["rel_nofollow"].mean() == pytest.approx(1 - open_to_all, abs=0.07)


def test_anchors_are_what_the_kind_says(drawn) -> None:
    kind, frame, _ = drawn
    texts = frame.filter(pl.col("link_kind") == "text")
    if texts.height < 500:
        return  # images and redirects have no anchor
    weights = dict(zip(ANCHORS, np.array(kind.anchors) / sum(kind.anchors), strict=True))
    address = texts["anchor_text"].str.contains("shop.example", literal=True)
    assert address.mean() == pytest.approx(weights["url"], abs=0.05)
    assert (texts["anchor_text"] == "").mean() == pytest.approx(weights["empty"], abs=0.04)


def test_ages_are_what_the_kind_says(drawn) -> None:
    kind, frame, _ = drawn
    age = (frame["first_seen"].max() - frame["domain_created_on"]).dt.total_days()
    first = frame.group_by("host").agg(
        (pl.col("first_seen").min() - pl.col("domain_created_on").first()).dt.total_days()
    )["first_seen"]
    assert age.min() >= 0
    assert np.median(decades(first.clip(lower_bound=1))) == pytest.approx(
        kind.age_days[0], abs=0.25
    )


def test_all_kinds_together_have_plausible_margins() -> None:
    """Ranges that the sources state of honest domains, and of linking domains as a whole."""
    domains = generate(20_000, seed=4, spam_share=0.3).with_columns(
        host=pl.col("referring_page").str.extract(r"//([^/]+)")
    )
    domains = domains.unique("host", keep="first", maintain_order=True)
    honest = domains.filter(pl.col("is_spam") == 0)
    assert 0.4 < (honest["domain_traffic"] < 10).mean() < 0.6
    found = [domains["ahrefs_domain_rating"].quantile(q) for q in (0.1, 0.25, 0.5, 0.75, 0.9)]
    for value, wanted in zip(found, (0.4, 3.2, 14, 36, 62), strict=True):
        assert value == pytest.approx(wanted, abs=3 + 0.25 * wanted)
    for column, low, high in [
        ("rel_nofollow", 0.2, 0.45),
        ("in_content", 0.3, 0.7),
        ("is_lost", 0.2, 0.7),
    ]:
        assert low < domains[column].mean() < high, column


@pytest.mark.parametrize(
    ("one", "two", "least"),
    [
        ("domain_traffic", "ahrefs_domain_rating", 0.3),
        ("ahrefs_domain_rating", "domain_ref_domains", 0.7),
        ("page_external_links", "domain_linked_domains", 0.5),
        ("page_external_links", "page_linked_domains", 0.8),
        ("domain_traffic", "domain_keywords", 0.8),
        ("ahrefs_domain_rating", "ahrefs_url_rating", 0.1),
        ("ahrefs_domain_rating", "domain_linked_domains", 0.1),
    ],
)
@pytest.mark.parametrize("name", ["editorial", "personal site", "spam directory"])
def test_columns_hang_together_within_a_kind(name, one, two, least) -> None:
    """Through the size of the domain: between kinds they would anyway."""
    frame = only(name, rows=4000)
    assert frame.select(pl.corr(one, two, method="spearman")).item() > least


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [("negative-SEO burst", 0.8, 1), ("press-release spam", 0.6, 1), ("hacked page", 0.25, 0.8)],
)
def test_networks_appear_in_waves_where_the_kind_says_so(name, least, most) -> None:
    frame = only(name, rows=6000, networks=1.0).filter(pl.col("network").is_not_null())
    seen = pl.col("first_seen")
    span = (seen.quantile(0.85) - seen.quantile(0.15)).dt.total_days()
    spans = frame.group_by("network").agg(span, pl.len()).filter(pl.col("len") >= 8)
    assert spans.height >= 8
    assert least <= (spans["first_seen"] < 60).mean() <= most


@pytest.mark.parametrize(
    ("name", "column", "alike"),
    [
        ("link seller network", "outward", True),  # one program made the pages
        ("link seller network", "rating", True),  # one owner bought the domains
        ("own product's login page", "outward", True),
        ("own product's login page", "rating", False),  # each copy has its own customer
    ],
)
def test_members_of_a_group_are_alike_in_what_they_share(name, column, alike) -> None:
    kinds, rng = (*HONEST, *SPAM), np.random.default_rng(5)
    which = np.full(4000, list(KINDS).index(name))
    groups = draw_groups(rng, kinds, which, 1.0)
    values = domain_columns(rng, kinds, which, groups, wide=1.0)[column]
    member = groups.of >= 0
    told = pl.DataFrame({"group": groups.of[member], "value": values[member]})
    within = told.select((pl.col("value") - pl.col("value").mean().over("group")).var()).item()
    explained = 1 - within / told["value"].var()
    assert (explained > 0.2) == alike, explained


def test_own_products_login_pages_say_so_in_title_path_and_name() -> None:
    frame = only("own product's login page")
    said = frame["referring_page_title"].str.contains("Shop", literal=True).mean()
    path = frame["referring_page"].str.contains(r"/(?:login|users/sign_in)").mean()
    name = frame["host"].str.contains(r"^(?:app|analytics|stats|login|status|wiki|chat|forum)\.")
    assert min(said, path) > 0.5
    assert name.mean() > 0.4


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("hobby site on a cheap ending", r"\.(?:xyz|online|site|space|club|fun|top|live)$"),
        ("foreign-language site", r"\.(?:de|fr|es|it|pt|ru|pl|nl|cz|jp|co\.uk|com|ca|at|ch|be)$"),
        ("institution", r"\.(?:edu|gov|ac|gouv)(?:\.\w+)?$"),
    ],
)
def test_some_kinds_have_endings_of_their_own(name, pattern) -> None:
    assert only(name)["host"].str.contains(pattern).mean() > 0.6


def test_foreign_sites_write_in_another_language() -> None:
    languages = only("foreign-language site")["page_language"].drop_nulls()
    main = only("editorial")["page_language"].mode()[0]
    assert main not in set(languages)
    assert languages.n_unique() > 5


# Choosing kinds


def test_a_factor_leaves_kinds_out_and_an_unknown_one_is_told() -> None:
    frame = generate(800, seed=1, spam_share=0.5, kinds={"editorial": 0, "stats clone": 0})
    assert not {"editorial", "stats clone"} & set(frame["kind"])
    more = generate(800, seed=1, spam_share=0.5, kinds={"stats clone": 50})
    assert (more["kind"] == "stats clone").sum() > (frame["kind"] == "domain list").sum()
    with pytest.raises(InputError, match="no kind 'blog'"):
        generate(10, kinds={"blog": 1})
    with pytest.raises(InputError, match="factor of -1"):
        generate(10, kinds={"news": -1})
    with pytest.raises(InputError, match="every spam kind is left out"):
        generate(10, kinds={kind.name: 0.0 for kind in SPAM})


# Sources


def test_shares_of_a_class_add_up() -> None:
    for side in (HONEST, SPAM):
        assert sum(kind.share for kind in side) == pytest.approx(1)


def test_every_field_of_every_kind_has_a_source() -> None:
    for kind in KINDS.values():
        for field in fields(Kind):
            if field.name in ("name", "sentence"):
                continue
            source = source_of(kind.name, field.name)
            assert source.assumption
            assert set(source.after) <= set(REFERENCES), f"{kind.name}: {field.name}"
            assert source.after, f"{kind.name}: {field.name} follows nothing"
            assert str(source).startswith("assumption: ")
    with pytest.raises(KeyError):
        source_of("editorial", "colour")


def test_every_reference_is_used_and_every_name_mix_states_its_own() -> None:
    used = {key for kind in KINDS for group in GROUPS for key in source_of(kind, group).after}
    assert used == set(REFERENCES)
    for part in (*NAMES["endings"].values(), NAMES["marks"], NAMES["words"], NAMES["products"]):
        assert re.match(r"(?:assumption|counted): .+; after ", part["source"])
        assert set(part["source"].split("; after ")[1].split(", ")) <= set(REFERENCES)
    assert {kind.endings for kind in KINDS.values()} <= set(NAMES["endings"])


def test_kinds_say_what_they_are_in_a_sentence() -> None:
    for kind in KINDS.values():
        assert kind.sentence[0].isupper() or kind.sentence[0] == "'" or kind.name[0].isupper()
        assert kind.sentence.endswith(".")
        assert len(kind.sentence) <= 100


def test_the_page_is_current(tmp_path, monkeypatch) -> None:
    """Regenerate: ``python -m spamlinks.simulate.document docs/GENERATOR.md``."""
    page = ROOT / "docs" / "GENERATOR.md"
    assert page.read_text("utf-8") == render_document(), f"run: {COMMAND}"
    monkeypatch.setattr("sys.argv", ["document", str(tmp_path / "page.md")])
    assert main() == 0
    assert (tmp_path / "page.md").read_bytes() == page.read_bytes()
    monkeypatch.setattr("sys.argv", ["document", str(tmp_path / "no" / "page.md")])
    assert main() == 1


def test_the_page_names_every_kind_and_breaks_no_table() -> None:
    page = render_document()
    for kind in KINDS.values():
        assert f"### {kind.name}\n\n{kind.sentence}\n" in page
        for field in fields(Kind):
            if field.name not in ("name", "sentence"):
                assert page.count(f"`{field.name}`") >= len(KINDS)
    for line in page.splitlines():
        if line.startswith("| ") and not line.startswith("| key"):
            assert line.count("|") in (3, 4), line
