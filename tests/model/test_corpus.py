from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from spamlinks.errors import InputError
from spamlinks.model.corpus import KINDS, load_hosts, read_entries
from spamlinks.model.networks import (
    folds,
    is_wave_name,
    leave_source_out,
    network_keys,
    source_folds,
)

DATA = Path(__file__).resolve().parents[2] / ".." / "shared" / "data"

ENTRY_CASES = [  # text, entries, reason
    ("domain:a.com\r\nDOMAIN: B.com\n", ["a.com", "b.com"], "line ends, case and a stray space"),
    ("# domain:no.com\ndomain:a.com # why\n", ["a.com"], "comments"),
    ("http://a.com/page\nhttps://b.com/\n", ["b.com"], "a page is no domain, its root is"),
    ("\ufeffa.com\n\n", ["a.com"], "byte order mark, empty line"),
    ('{"T": [{"D": "a.com"}, {"D": "b.com"}]}', ["a.com", "b.com"], "JSON"),
    ('{"T": [', [], "broken JSON holds nothing"),
    ("two words\n", [], "prose"),
]


@pytest.mark.parametrize(("text", "entries", "reason"), ENTRY_CASES)
def test_read_entries(tmp_path, text, entries, reason):
    path = tmp_path / "list.txt"
    path.write_bytes(text.encode("utf-8"))
    assert read_entries(path) == entries, reason


def test_read_entries_names_a_missing_file(tmp_path):
    with pytest.raises(InputError, match=r"none\.txt: cannot be read .*Check the path"):
        read_entries(tmp_path / "none.txt")


@pytest.fixture
def folder(tmp_path) -> Path:
    """A corpus of a few rows, one for each cleaning rule."""
    lists = {
        "spam_disavow_mertcan.txt": (
            ["spam.top", "both.com", "10.0.0.1", "co.uk", "x.popular.com", "popular.com"],
            "MIT",
        ),
        "spam_disavow_opendisavow.txt": (["unlicensed.top"], "see repo"),
        "spam_referrer_matomo.txt": (["spam.top", "bad.tumblr.com", "tumblr.com"], "Public domain"),
        "benign_kagi_smallweb.txt": (["blog.honest.dev", "honest.dev", "both.com"], "MIT"),
        "benign_opendns_top.txt": (["popular.com"], "Public domain"),
    }
    (tmp_path / "domains").mkdir()
    (tmp_path / "disavow").mkdir()
    rows = []
    for name, (hosts, licence) in lists.items():
        (tmp_path / "domains" / name).write_text("\n".join(hosts), "utf-8")
        rows.append({"file": name, "licence": licence, "date": "2026-01-02"})
    pl.DataFrame(rows).write_csv(tmp_path / "domains" / "manifest.csv")
    files = {
        "small.txt": "domain:spam.top\ndomain:sole.site\ndomain:back.com\ndomain:blogspot.com\n"
        "domain:me.blogspot.com\nhttp://victim.com/post?c=1\n",
        "big.json": json.dumps([{"D": f"name-{i}.info"} for i in range(1000)]),
    }
    for name, text in files.items():
        (tmp_path / "disavow" / name).write_text(text, "utf-8")
    tables = {
        "files": pl.DataFrame({"file": list(files), "repo": ["a/b", "c/d"], "group": list(files)}),
        "consensus": pl.DataFrame({"domain": ["sole.site"], "independent_files": [3]}),
        "kept_domains": pl.DataFrame(
            {"domain": ["kept.org", "doubt.org"], "reason": ["real", "unclear: needs a human eye"]}
        ),
        "retracted": pl.DataFrame({"domain": ["back.com"]}),
    }
    for name, table in tables.items():
        table.write_csv(tmp_path / "disavow" / f"{name}.csv")
    return tmp_path


def test_load_hosts_cleans(folder):
    frame = load_hosts(folder)
    found = dict(frame.filter(pl.col("suffix") != "info").select("linking_domain", "kind").rows())
    assert found == {
        "spam.top": "disavow_small",  # the most trusted of three sources
        "sole.site": "disavow_small",
        "me.blogspot.com": "disavow_small",  # host under a private suffix; the platform is no unit
        "bad.tumblr.com": "referrer",  # platform that no suffix list knows
        "x.popular.com": "disavow_big",  # a popular domain keeps its name, its subdomain is blamed
        "honest.dev": "smallweb",
        "kept.org": "kept",
    }
    assert frame.filter(pl.col("suffix") == "info").height == 1000  # the JSON list
    assert frame["linking_domain"].is_sorted()
    assert frame["linking_domain"].is_unique().all()


def test_load_hosts_describes(folder):
    rows = {row["linking_domain"]: row for row in load_hosts(folder).iter_rows(named=True)}
    spam = rows["spam.top"]
    assert spam["sources"] == ["small", "spam_disavow_mertcan", "spam_referrer_matomo"]
    assert (spam["source"], spam["licence"], spam["date"]) == ("small", "not stated", None)
    assert rows["sole.site"]["weight"] > spam["weight"]  # three owners agree
    assert rows["honest.dev"]["host"] == "honest.dev"  # the shortest
    assert rows["honest.dev"]["date"] == date(2026, 1, 2)
    assert rows["name-7.info"]["kind"] == "disavow_big"


def test_stated_licence_only_leaves_disavow_files_out(folder):
    frame = load_hosts(folder, stated_licence_only=True)
    assert "not stated" not in frame.filter(pl.col("is_spam") == 1)["licence"].to_list()
    assert frame.filter(pl.col("linking_domain") == "spam.top")["kind"][0] == "referrer"


def test_a_folder_without_tables_is_named(tmp_path):
    with pytest.raises(InputError, match=r"manifest\.csv: cannot be read"):
        load_hosts(tmp_path)


# Networks and folds.


def test_network_keys():
    names = [f"casino{i}.top" for i in "abcde"] + [f"cas{i}.top" for i in "abcde"]
    names += ["casinof.com", *(f"{w}-pharmacy.ru" for w in ("a1", "b2", "c3", "d4", "e5"))]
    names += ["x-seoexpress-y.store", "ranklinks.shop", "tea.shop"]
    keys = network_keys(names, [n.rpartition(".")[2] for n in names])
    assert set(keys[:5]) == {"^casino.top"}
    assert keys[5:10] == names[5:10]  # three letters in common are no pattern
    assert keys[10] == "casinof.com"  # another suffix, another network
    assert len(set(keys[11:16])) == 1
    assert keys[16:] == ["wave:seoexpress", "wave:shop", "tea.shop"]
    assert network_keys(names[::-1], [n.rpartition(".")[2] for n in names[::-1]]) == keys[::-1]


WAVE_CASES = [
    ("fast-outrank-hq.store", True),
    ("pbnseolinks.shop", True),
    ("teashop.shop", False),
    ("linkrank.com", False),  # a seller, but of another wave
]


@pytest.mark.parametrize(("name", "expected"), WAVE_CASES)
def test_is_wave_name(name, expected):
    assert is_wave_name(name) is expected


@pytest.fixture(scope="module")
def frame() -> pl.DataFrame:
    rng = np.random.default_rng(0)
    n = 2000
    spam = rng.random(n) < 0.4
    source = np.where(spam, rng.choice(["s1", "s2", "s3", "s4"], n), "web")
    return pl.DataFrame(
        {
            "network": [f"n{i}" for i in rng.integers(0, 900, n)],
            "is_spam": spam.astype(np.int8),
            "kind": np.where(spam, "disavow_small", "smallweb"),
            "source": source,
            "sources": [[name] for name in source],
        }
    )


def test_folds_keep_networks_whole_and_level(frame):
    fold = folds(frame, 5, seed=1)
    assert (
        frame.with_columns(f=fold).group_by("network").agg(pl.col("f").n_unique())["f"].max() == 1
    )
    assert np.bincount(fold).min() > 0.8 * frame.height / 5
    np.testing.assert_array_equal(fold, folds(frame, 5, seed=1))
    assert (fold != folds(frame, 5, seed=2)).any()


def test_folds_do_not_depend_on_the_order_of_rows(frame):
    np.testing.assert_array_equal(folds(frame.reverse(), 4, seed=0)[::-1], folds(frame, 4, seed=0))


def test_source_folds_keep_spam_sources_whole(frame):
    fold = source_folds(frame, 4, seed=0)
    spam = frame.with_columns(f=fold).filter(pl.col("is_spam") == 1)
    assert spam.group_by("source").agg(pl.col("f").n_unique())["f"].to_list() == [1, 1, 1, 1]
    assert spam["f"].n_unique() == 4


def test_leave_source_out_shows_training_no_sister(frame):
    train, test = leave_source_out(frame, ["s2"])
    assert not (train & test).any()
    assert set(frame.filter(pl.Series(test))["source"]) == {"s2"}
    shared = set(frame.filter(pl.Series(train))["network"]) & set(
        frame.filter(pl.Series(test))["network"]
    )
    assert not shared
    assert train.sum() > 0


# The published corpus.


@pytest.fixture(scope="module")
def corpus() -> pl.DataFrame:
    if not (DATA / "domains" / "manifest.csv").is_file():
        pytest.skip("the corpus folder is not beside this checkout")
    return load_hosts(DATA)


def test_corpus_holds_every_kind(corpus):
    from_packages = {"popular", "preload"}  # wheels are no part of the folder
    assert set(corpus["kind"]) == set(KINDS) - from_packages
    assert corpus.filter(pl.col("is_spam") == 1).height > 30_000
    assert corpus.filter(pl.col("kind") == "smallweb").height > 20_000


def test_corpus_blames_no_platform_or_popular_site(corpus):
    spam = set(corpus.filter(pl.col("is_spam") == 1)["linking_domain"])
    assert not spam & {"google.com", "blogspot.com", "pages.dev", "nyu.edu", "wordpress.com"}
    assert not spam & {"bet365.com", "aliexpress.com"}


def test_corpus_reads_the_json_list(corpus):
    assert any(source.startswith("jmdtc") for source in set(corpus["source"]))


def test_corpus_has_no_nulls_but_dates(corpus):
    assert corpus.drop("date").null_count().sum_horizontal()[0] == 0
    assert (corpus["weight"] > 0).all()
