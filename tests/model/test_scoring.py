"""Links to scores, and scores to the domains that are decided."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest
import tiny_bundle as tiny
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit

from spamlinks.errors import InputError
from spamlinks.model.bundle import ModelBundle, load_bundle, shipped_model_path
from spamlinks.model.calibration import Cut, Line
from spamlinks.model.scoring import network_share, score_links, unit_scores
from spamlinks.model.thresholds import roll_up
from spamlinks.model.unit_cuts import REVIEW_PRECISION
from spamlinks.model.views import VIEW_COLUMNS, VIEWS, hide, view_of
from spamlinks.policy import Guards, decide
from spamlinks.schema import FIELDS, VENDOR_VERDICTS
from spamlinks.signals.kernel import SIGNALS

BUNDLE = tiny.make()
LINKS = tiny.rows().drop("is_spam")


def scores_of(backlinks: pl.DataFrame, bundle: ModelBundle = BUNDLE) -> np.ndarray:
    return score_links(bundle, backlinks, brands=("shop",), threads=1).spam_score


def test_a_score_is_a_probability_for_every_row() -> None:
    scored = score_links(BUNDLE, LINKS, threads=1)
    assert scored.spam_score.shape == (LINKS.height,)
    assert ((scored.spam_score > 0) & (scored.spam_score < 1)).all()
    assert len(set(scored.spam_score)) > 20
    assert scored.linking_domain.len() == LINKS.height
    assert scored.frame["referring_page"].to_list() == LINKS["referring_page"].to_list()
    odds = BUNDLE.log_odds(scored.margins, scored.views)
    np.testing.assert_allclose(scored.spam_score, expit(odds))


def test_no_rows_give_no_scores() -> None:
    scored = score_links(BUNDLE, LINKS[:0], threads=1)
    units, prior = unit_scores(BUNDLE, scored)
    assert (len(scored.spam_score), units.height, prior) == (0, 0, BUNDLE.prior)
    assert decide(units, Guards()).height == 0


def test_order_of_rows_and_columns_does_not_matter() -> None:
    plain = scores_of(LINKS)
    turned = LINKS[::-1].select(LINKS.columns[::-1])
    np.testing.assert_allclose(scores_of(turned)[::-1], plain, atol=1e-12)


@settings(max_examples=12)
@given(st.data())
def test_vendors_verdicts_change_no_score(data: st.DataObject) -> None:
    """Flip, fill or empty every verdict column: nothing may move."""
    plain = scores_of(LINKS)
    columns = []
    for name in VENDOR_VERDICTS:
        dtype = FIELDS[name].dtype
        drawn = data.draw(st.sampled_from(["none", "low", "high", "mixed", "absent"]))
        if drawn == "absent":
            continue
        extremes = {pl.Boolean(): (False, True), pl.String(): ("OK", "Unnatural")}
        low, high = extremes.get(dtype, (0.0, 100.0))
        values = {
            "none": [None], "low": [low], "high": [high], "mixed": [low, high, None],
        }[drawn]  # fmt: skip
        many = (values * LINKS.height)[: LINKS.height]
        columns.append(pl.Series(name, many, dtype=dtype))
    base = LINKS.drop(VENDOR_VERDICTS, strict=False)
    np.testing.assert_array_equal(scores_of(base.with_columns(columns)), plain)


def test_columns_that_are_all_null_are_columns_that_are_absent() -> None:
    empty = LINKS.with_columns(
        pl.lit(None, dtype=FIELDS[name].dtype).alias(name)
        for name in FIELDS
        if name not in LINKS.columns
    )
    np.testing.assert_array_equal(scores_of(empty), scores_of(LINKS))


def test_a_higher_prior_raises_every_score() -> None:
    low = score_links(BUNDLE, LINKS, prior=0.05, threads=1).spam_score
    high = score_links(BUNDLE, LINKS, prior=0.5, threads=1).spam_score
    assert (high > low).all()
    np.testing.assert_allclose(logit(high) - logit(low), logit(0.5) - logit(0.05), atol=1e-9)


def test_a_row_without_a_host_is_an_error_of_the_caller() -> None:
    with pytest.raises(InputError):
        score_links(BUNDLE, pl.DataFrame({"referring_page": ["mailto:x"]}))
    with pytest.raises(InputError, match="referring_page"):
        score_links(BUNDLE, pl.DataFrame({"page": ["https://a.example/"]}))


def units_of(backlinks: pl.DataFrame, bundle: ModelBundle = BUNDLE, **options) -> pl.DataFrame:
    return unit_scores(bundle, score_links(bundle, backlinks, threads=1), **options)[0]


def test_a_unit_rolls_its_links_up_in_its_richest_view() -> None:
    scored = score_links(BUNDLE, LINKS, threads=1)
    units, prior = unit_scores(BUNDLE, scored)
    assert prior == BUNDLE.prior
    assert units["linking_domain"].n_unique() == units.height
    for row in units.head(25).iter_rows(named=True):
        here = (scored.linking_domain == row["linking_domain"]).to_numpy()
        view = int(scored.views[here].max())
        assert row["view"] == VIEWS[view]
        links = scored.margins[here]
        margin = BUNDLE.top_share * links.max() + (1 - BUNDLE.top_share) * links.mean()
        odds = BUNDLE.log_odds(margin[None], np.array([view], np.int8), units=True)
        assert row["spam_score"] == pytest.approx(float(expit(odds)[0]))
        assert scored.margins[row["row"]] == scored.margins[here].max()
        assert row["first_seen"] == LINKS.filter(here)["first_seen"].min()


def test_links_are_counted_with_groups_rels_and_losses() -> None:
    page = [
        "https://a.example/1",
        "https://a.example/2",
        "https://b.example/",
        "https://c.example/",
    ]
    table = pl.DataFrame(
        {
            "referring_page": page,
            "links_in_group": [3, None, 1, 2],
            "rel_nofollow": [True, False, None, True],
            "rel_ugc": [None, None, True, None],
            "is_lost": [True, False, None, True],
            "lost_at": [None, None, date(2026, 1, 1), None],
            "first_seen": [date(2025, 1, 1), date(2024, 1, 1), None, None],
        }
    )
    units = units_of(table).sort("linking_domain")
    assert units["links"].to_list() == [4, 1, 2]
    assert units["followed_links"].to_list() == [1, 0, 0]  # unknown is not nofollow
    assert units["live_links"].to_list() == [1, 0, 0]
    assert units["first_seen"].to_list() == [date(2024, 1, 1), None, None]
    more = units_of(table.with_columns(links_from_domain=pl.Series([9, 9, None, 1])))
    assert more.sort("linking_domain")["links"].to_list() == [9, 1, 2]


def constant(scores: dict[str, float]) -> ModelBundle:
    """A bundle whose "urls" cuts are as given."""
    cuts = {key: Cut(value, 0.9, 0.1, 0.5, 1.0, 3.0, 40, 900) for key, value in scores.items()}
    return replace(
        BUNDLE,
        lines={view: Line(1.0, 0.0, 0.1) for view in VIEWS},
        cuts=dict.fromkeys(VIEWS, cuts),
        _boosters=[],
    )


def test_the_next_stricter_threshold_is_taken_and_none_above_the_last() -> None:
    bundle = constant({"0.80": 0.1, "0.90": 1.0, "0.98": 2.0})
    bare = LINKS.select("referring_page")

    def cut(precision: float) -> float | None:
        return units_of(bare, bundle, precision=precision)["cut_disavow"][0]

    assert cut(0.90) == pytest.approx(expit(1.0))
    assert cut(0.91) == pytest.approx(expit(2.0))
    assert cut(0.5) == pytest.approx(expit(0.1))
    assert cut(0.985) is None
    review = units_of(bare, bundle, precision=0.985)["cut_review"][0]
    assert REVIEW_PRECISION == 0.80
    assert review == pytest.approx(expit(0.1))  # there is still something to look at
    never = units_of(bare, constant({"0.98": float("inf")}), precision=0.98)
    assert never["cut_disavow"][0] is None
    assert never["cut_review"][0] == pytest.approx(0.5)
    assert set(decide(never, Guards())["verdict"]) <= {"KEEP", "REVIEW"}


def test_an_honest_unit_just_below_the_threshold_stays_below() -> None:
    """A cut is one step above an honest unit; as probabilities both are one number."""
    bare = pl.DataFrame({"referring_page": ["https://unremarkable-name.com/"]})
    for slope in (1.0, 0.3, 7.0):
        bundle = replace(constant({"0.98": 0.0}), lines={v: Line(slope, 9.0, 0.1) for v in VIEWS})
        scored = score_links(bundle, bare, threads=1)
        odds = float(bundle.log_odds(scored.margins, scored.views)[0])
        cut = float(np.nextafter(odds, np.inf))
        assert expit(cut) == expit(odds)
        strict = {v: {"0.98": replace(bundle.cuts[v]["0.98"], score=cut)} for v in VIEWS}
        units, _ = unit_scores(replace(bundle, cuts=strict), scored)
        assert units["spam_score"][0] < units["cut_disavow"][0]
        assert decide(units, Guards())["verdict"][0] != "DISAVOW"


def test_the_prior_of_a_profile_is_estimated_or_given() -> None:
    scored = score_links(BUNDLE, LINKS, threads=1)
    _, auto = unit_scores(BUNDLE, scored, prior="auto")
    units, given_prior = unit_scores(BUNDLE, scored, prior=0.4)
    assert 0.005 <= auto <= 0.8
    assert auto != BUNDLE.prior
    assert given_prior == 0.4
    plain, _ = unit_scores(BUNDLE, scored)
    moved = logit(units["spam_score"].to_numpy()) - logit(plain["spam_score"].to_numpy())
    np.testing.assert_allclose(moved, logit(0.4) - logit(BUNDLE.prior), atol=1e-6)


def test_duplicating_the_rows_of_a_domain_does_not_change_its_own_mean() -> None:
    rng = np.random.default_rng(0)
    values, unit = rng.normal(size=50), rng.integers(0, 9, 50)
    means, first = roll_up(values, unit)
    twice, _ = roll_up(np.tile(values, 2), np.tile(unit, 2))
    np.testing.assert_allclose(means, twice)
    for code, mean, row in zip(np.unique(unit), means, first, strict=True):
        assert mean == pytest.approx(values[unit == code].mean())
        assert row == np.flatnonzero(unit == code)[0]


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_is_told_from_what_is_known(view: str) -> None:
    X = tiny.matrix(view)
    found = view_of(X)
    assert (found == VIEWS.index(view)).mean() > 0.9, np.bincount(found)
    full = tiny.matrix("full")
    hidden = hide(full, view)
    assert not np.shares_memory(hidden, full)
    assert view_of(hidden).max() <= VIEWS.index(view)
    known = np.isfinite(hidden)
    np.testing.assert_array_equal(hidden[known], full[known])  # hiding changes no value
    for i, signal in enumerate(SIGNALS.values()):
        if not signal.available(VIEW_COLUMNS[view]):
            assert not known[:, i].any(), signal.name


def test_no_view_shows_a_vendors_verdict() -> None:
    for view in VIEWS:
        assert not VIEW_COLUMNS[view] & set(VENDOR_VERDICTS)
    for signal in SIGNALS.values():
        assert not set(signal.needs) & set(VENDOR_VERDICTS), signal.name


def test_the_shipped_model_knows_spam_from_honest_names() -> None:
    """No accuracy figure: a smoke test that labels are not upside down."""
    pages = [f"https://casino-slot-{i}poker777.xyz/buy-backlinks-cheap-{i}.html" for i in range(9)]
    honest = [f"https://{name}.org/notes/" for name in ("gardenclub", "villagechoir", "birdwatch")]
    scored = score_links(load_bundle(), pl.DataFrame({"referring_page": pages + honest}))
    assert scored.spam_score[:9].min() > scored.spam_score[9:].max()


def copied(names: list[str], sisters: int, *, name_too: bool = False) -> pl.DataFrame:
    """One link of each name, and so many domains of somebody else with its anchor and title.

    With ``name_too`` these also begin and end as the name does.
    """
    rows = []
    for place, name in enumerate(names):
        texts = {"anchor_text": f"how we {name[:6]} bread", "referring_page_title":
                 f"Stories of the {name[:6]} kitchen"}  # fmt: skip
        rows.append({"referring_page": f"https://{name}/stories/"} | texts)
        for sister in range(sisters):
            letters = f"{'bcdfghjk'[sister % 8]}{'aeiou'[place % 5]}{'lmnprstv'[sister // 8]}o"
            host = f"{letters}{place}q.com"
            if name_too:
                host = f"{name[:8].strip('-.')}{letters}.{name.partition('.')[2]}"
            rows.append({"referring_page": f"https://{host}/stories/"} | texts)
    frame = pl.DataFrame(rows).with_columns(target_url=pl.lit("https://shop.example/"))
    return frame.with_columns(pl.col(name).cast(FIELDS[name].dtype) for name in frame.columns)


NAMES = [
    "petersbakery.com", "oakfieldschool.org", "lenas-garten.de", "nordicbikes.net",
    "quietharbour.co.uk", "boulangerie-du-parc.fr", "mapleridgefarm.ca", "sunnyhillchoir.org",
    "gingerandthyme.com", "theoldmillinn.co.uk", "casaverdeblog.it", "tuesdaywalks.com",
]  # fmt: skip


@pytest.mark.parametrize("precision", [0.98, 0.95, 0.90])
def test_who_is_copied_is_not_disavowed_for_it(precision: float) -> None:
    """Of honest sites whose anchor and title somebody took over none goes to the file."""
    bundle = load_bundle(shipped_model_path())
    scored = score_links(bundle, copied(NAMES, 40, name_too=True), threads=1)
    decided = decide(unit_scores(bundle, scored, precision=precision)[0], Guards())
    found = decided.filter(pl.col("linking_domain").is_in(NAMES))
    assert "DISAVOW" not in set(found["verdict"])
    high = found.filter(pl.col("spam_score") >= pl.col("cut_disavow"))
    assert high.height > 0  # the score alone would have done it
    assert set(high["reason"]) == {"THIN_EVIDENCE"}
    assert high["network_alone"].all()


def with_copied_ids(frame: pl.DataFrame) -> pl.DataFrame:
    """The same pages as fetched, each with the id of the site that it copies.

    Sisters follow the name they copy, as ``copied`` makes them.
    """
    name = pl.col("referring_page").str.extract("//([^/]+)")
    return frame.with_columns(
        fetched_ids=pl.lit("ga:") + pl.when(name.is_in(NAMES)).then(name).forward_fill(),
        fetch_state=pl.lit("fetched"),
        fetched_elsewhere=pl.lit(value=False),
    )


@pytest.mark.parametrize("precision", [0.98, 0.90])
@pytest.mark.parametrize("sisters", [8, 40])
@pytest.mark.parametrize("name_too", [False, True])
@pytest.mark.parametrize("texts", [False, True])
def test_whose_tracking_id_is_copied_is_not_disavowed_for_it(
    texts: bool, name_too: bool, sisters: int, precision: float
) -> None:
    """An id stands in the source of every page: whoever likes takes it over, and the name too."""
    bundle = load_bundle(shipped_model_path())
    frame = with_copied_ids(copied(NAMES, sisters, name_too=name_too))
    if not texts:
        frame = frame.drop("anchor_text", "referring_page_title", "target_url")
    scored = score_links(bundle, frame, threads=1)
    decided = decide(unit_scores(bundle, scored, precision=precision)[0], Guards())
    found = decided.filter(pl.col("linking_domain").is_in(NAMES))
    assert "DISAVOW" not in set(found["verdict"])
    if name_too and not texts:  # the score alone would have done it
        high = found.filter(pl.col("spam_score") >= pl.col("cut_disavow"))
        assert high.height > 0
        assert set(high["reason"]) == {"THIN_EVIDENCE"}


def test_what_is_shared_counts_apart_only_where_it_was_looked_up() -> None:
    """Without a store the rule takes away the network alone, as before."""
    bundle = load_bundle(shipped_model_path())
    rows = np.full((2, len(SIGNALS)), np.nan, np.float32)
    place = {name: at for at, name in enumerate(SIGNALS)}
    rows[:, place["affix_domains"]] = np.log10(61)
    rows[:, place["shares_id_domains"]] = (0, np.log10(60))
    plain, tied = network_share(bundle, rows)
    assert plain == 0
    assert tied > 0.5


def test_a_network_that_looks_bad_without_it_stays_disavowed() -> None:
    names = [f"{word}-seo-backlinks-{n}.store" for n in range(4) for word in ("buy", "top", "pro")]
    pages = pl.DataFrame({"referring_page": [f"https://{name}/" for name in names]})
    bundle = load_bundle(shipped_model_path())
    scored = score_links(bundle, pages, threads=1)
    assert scored.tables.networks is not None
    assert scored.tables.networks.sizes.tolist() == [len(names)]
    units = unit_scores(bundle, scored)[0]
    assert not units["network_alone"].any()
    assert set(decide(units, Guards())["verdict"]) == {"DISAVOW"}


def test_an_address_does_not_say_whose_anchor_and_title_was_copied() -> None:
    """Nobody's copying makes "the address alone is above the cut" true of an honest site."""
    bundle = load_bundle(shipped_model_path())
    alone = score_links(bundle, copied(NAMES, 0), threads=1)
    joined = score_links(bundle, copied(NAMES, 8), threads=1)
    assert joined.tables.networks is not None
    assert len(joined.tables.networks.sizes) >= len(NAMES) / 2  # the copies do tie them
    before = unit_scores(bundle, alone)[0].filter(pl.col("named"))["linking_domain"]
    units = unit_scores(bundle, joined)[0].filter(pl.col("linking_domain").is_in(NAMES))
    assert units.filter("named")["linking_domain"].to_list() == before.to_list()
