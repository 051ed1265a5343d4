"""Search Console properties: what they are, which links count for one, one file for each."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spamlinks.disavow import DisavowFile
from spamlinks.drafts.by_property import plan_for_properties, write_for_properties, write_planned
from spamlinks.errors import InputError, OutputError
from spamlinks.pipeline import Audit
from spamlinks.policy import Guards
from spamlinks.properties import (
    Property,
    file_names,
    links_to,
    parse_properties,
    without_target,
)

RUN = {"created": "2026-11-23T10:00:00+00:00", "precision": 0.98, "prior": 0.1}
HTTPS, BLOG = "https://www.shop.example/", "https://blog.shop.example/"

REFUSED = [  # text, site, what is said
    ("sc-domain:shop.example", None, r"https://shop\.example/, https://www\.shop\.example/, http:"),
    (" SC-DOMAIN: www.shop.example", None, r"\(https://www\.shop\.example/, http://www\.shop"),
    ("sc-domain:", None, "a Domain property has no disavow list"),
    ("shop.example", None, "is no URL"),  # a site, yet no prefix: which scheme?
    ("ftp://shop.example/", None, "is no URL"),
    ("https://", None, "is no URL"),
    ("https://shop.example/=", None, "names no file after '='"),  # an empty shell variable
    ("https://shop.example=", None, "names no file after '='"),
    ("https://other.example/", "shop.example", r"https://other\.example/ does not belong to shop"),
]


@pytest.mark.parametrize(("text", "site", "said"), REFUSED)
def test_a_text_that_is_no_property_of_the_site(text, site, said):
    with pytest.raises(InputError, match=said) as caught:
        parse_properties([text], site)
    assert "\n" not in str(caught.value)


def test_one_property_twice():
    with pytest.raises(InputError, match="given twice"):
        parse_properties(["https://shop.example", "HTTPS://SHOP.example:443/"], None)


READ = [  # text, prefix, live file
    ("https://shop.example", "https://shop.example/", None),
    ("https://shop.example/=live.txt", "https://shop.example/", "live.txt"),
    ("https://shop.example/=a=b.TXT", "https://shop.example/=a", "b.TXT"),  # the last "="
    ("https://shop.example/?p=1", "https://shop.example/?p=1", None),
    ("https://shop.example/?p=1=live.txt", "https://shop.example/?p=1", "live.txt"),
    # A list of any name: were it part of the URL, its entries would be lost with the upload.
    ("https://shop.example/=live.list", "https://shop.example/", "live.list"),
    ("https://shop.example=lists/live", "https://shop.example/", "lists/live"),
    ("https://shop.example/=/dev/fd/63", "https://shop.example/", "/dev/fd/63"),
]


@pytest.mark.parametrize(("text", "prefix", "live"), READ)
def test_parse(text, prefix, live):
    path = None if live is None else Path(live)
    assert parse_properties([text], "www.shop.example") == (Property(prefix, path),)


INSIDE = [  # prefix, target, whether it counts
    ("https://shop.example/", "https://shop.example/a?b#c", True),
    ("https://shop.example/", "HTTPS://Shop.Example", True),
    ("https://shop.example/", "http://shop.example/", False),  # another scheme: another property
    ("https://shop.example/", "https://www.shop.example/", False),
    ("https://shop.example/", "https://shop.example.evil.com/", False),
    ("https://shop.example/blog/", "https://shop.example/blog/x", True),
    ("https://shop.example/blog/", "https://shop.example/blogger", False),
    ("https://shop.example/", None, True),  # not known: counts for every property
    ("https://shop.example/", "/a", True),  # no host: not known either
    ("https://shop.example/", "", True),
    ("https://shop.example/", "shop.example/a", True),  # which scheme is not said: both count
    ("http://shop.example/", "shop.example/a", True),
    ("https://shop.example/", "//shop.example/a", True),
    ("https://shop.example/", "www.shop.example/a", False),
]


@pytest.mark.parametrize(("prefix", "target", "counts"), INSIDE)
def test_which_links_count(prefix, target, counts):
    links = pl.DataFrame({"target_url": [target]}, schema={"target_url": pl.String})
    assert links_to(links, prefix).to_list() == [counts]


def test_without_targets_every_link_counts():
    assert links_to(pl.DataFrame({"referring_page": ["a", "b"]}), HTTPS).to_list() == [True, True]


def test_links_that_do_not_say_their_target():
    links = pl.DataFrame({"target_url": [HTTPS, None, "/a", "/a", "shop.example/a"]})
    assert without_target(links) == 3
    assert without_target(links.select(page=pl.col("target_url"))) == 5


@given(st.lists(st.text(max_size=30), max_size=6, unique=True))
def test_file_names_are_safe_and_different(tails):
    found = file_names([Property(f"https://shop.example/{tail}") for tail in tails], "disavow")
    assert len({name.lower() for name in found}) == len(tails)
    for name in found:
        assert re.fullmatch(r"disavow-https-shop\.example[a-z0-9.-]*\.txt", name)
        assert len(name) < 200


# One file for each


def audited(
    *links: tuple[str, str | None], site: str | None = "shop.example", live: str | None = None
) -> Audit:
    """An audit in which every linking domain is spam; links are (linking domain, target)."""
    frame = pl.DataFrame(
        [(f"https://{name}/x", name, target, "buy", 0.97) for name, target in links],
        schema=["referring_page", "linking_domain", "target_url", "anchor_text", "spam_score"],
        orient="row",
    )
    names = frame["linking_domain"].unique(maintain_order=True)
    domains = pl.DataFrame({"linking_domain": names}).with_columns(
        unit=pl.lit("domain"),
        verdict=pl.lit("DISAVOW"),
        reason=pl.lit("SCORE_HIGH"),
        spam_score=pl.lit(0.97),
        links=pl.lit(1, dtype=pl.Int64),
        followed_links=pl.lit(1, dtype=pl.Int64),
        evidence=pl.lit(""),
    )
    file = None if live is None else DisavowFile.parse(live, "found.txt")
    return Audit(domains, frame, pl.DataFrame(), dict(RUN), Guards(site=site, live=file))


BOTH = audited(
    ("a.com", f"{HTTPS}x"),
    ("b.com", BLOG),
    ("both.com", HTTPS),
    ("both.com", BLOG),
    ("n.com", None),
)


def entries(path: Path) -> list[str]:
    return [line.text for line in DisavowFile.parse(path.read_bytes()).entries]


def test_each_property_gets_what_links_to_it(tmp_path):
    made = write_for_properties(BOTH, [Property(HTTPS), Property(BLOG)], tmp_path / "disavow.txt")
    assert entries(tmp_path / "disavow-https-www.shop.example.txt") == [
        "domain:a.com", "domain:both.com", "domain:n.com",
    ]  # fmt: skip
    assert entries(tmp_path / "disavow-https-blog.shop.example.txt") == [
        "domain:b.com", "domain:both.com", "domain:n.com",
    ]  # fmt: skip
    assert len(list(tmp_path.iterdir())) == 2
    said = "1 link does not say its target; counted for every property"
    assert [said in item.draft.notes for item in made] == [True, True]
    assert [item.to_dict()["entries"] for item in made] == [3, 3]


def test_each_property_has_a_live_list_of_its_own(tmp_path):
    live = tmp_path / "live.txt"
    live.write_text("# mine\ndomain:a.com\n")
    made = write_for_properties(
        BOTH, [Property(HTTPS, live), Property(BLOG)], tmp_path / "disavow.txt"
    )
    first = (tmp_path / "disavow-https-www.shop.example.txt").read_bytes()
    assert first.startswith(b"# mine\ndomain:a.com\n")
    assert [item.draft.kept for item in made] == [1, 0]
    assert "domain:a.com" not in entries(tmp_path / "disavow-https-blog.shop.example.txt")


def test_a_property_without_candidates_gets_no_file_and_that_is_said(tmp_path):
    shop = audited(("a.com", HTTPS))
    (made,) = write_for_properties(shop, [Property(BLOG)], tmp_path / "disavow.txt")
    assert made.draft.why_not == "no link of these exports points to this property"
    assert list(tmp_path.iterdir()) == []


def test_candidates_that_link_to_no_property_given_are_counted(tmp_path):
    note = "1 domain to disavow links to none of the properties given; is one missing?"
    (alone,) = plan_for_properties(BOTH, [Property(HTTPS)], tmp_path / "d.txt")  # b.com: the blog
    assert note in alone.draft.notes
    both = plan_for_properties(BOTH, [Property(HTTPS), Property(BLOG)], tmp_path / "d.txt")
    assert not any("none of the properties" in x for plan in both for x in plan.draft.notes)


def test_a_live_list_of_any_name_is_never_lost(tmp_path):
    live = tmp_path / "downloaded"
    live.write_text("domain:old.com\n")
    wanted = parse_properties([f"{HTTPS}={live}"], "shop.example")
    write_for_properties(BOTH, wanted, tmp_path / "d.txt")
    assert entries(tmp_path / "d-https-www.shop.example.txt")[0] == "domain:old.com"
    missing = parse_properties([f"{HTTPS}={tmp_path / 'nowhere'}"], "shop.example")
    with pytest.raises(InputError, match="cannot be read"):
        write_for_properties(BOTH, missing, tmp_path / "e.txt")
    assert not list(tmp_path.glob("e-*"))


def test_a_property_of_another_site_than_the_guessed_one(tmp_path):
    with pytest.raises(InputError, match=r"other\.example/ does not belong to shop\.example"):
        write_for_properties(BOTH, [Property("https://other.example/")], tmp_path / "d.txt")


def test_where_one_file_would_lose_an_entry_none_is_written(tmp_path):
    (tmp_path / "d-https-blog.shop.example.txt").write_text("domain:old.com\n")
    with pytest.raises(
        OutputError, match=r"it holds 1 entry \(domain:old.com\) that the new file would not have"
    ):
        write_for_properties(BOTH, [Property(HTTPS), Property(BLOG)], tmp_path / "d.txt")
    assert [p.name for p in tmp_path.iterdir()] == ["d-https-blog.shop.example.txt"]


def test_a_live_file_among_the_exports_is_nobodys_list(tmp_path):
    found = audited(("a.com", HTTPS), live="domain:old.com\n")
    with pytest.raises(InputError, match=r"found\.txt: this live file is used for all exports"):
        write_for_properties(found, [Property(HTTPS), Property(BLOG)], tmp_path / "d.txt")
    write_for_properties(found, [Property(HTTPS)], tmp_path / "d.txt")  # with one it is clear
    assert entries(tmp_path / "d-https-www.shop.example.txt") == ["domain:old.com", "domain:a.com"]


def test_an_audit_sets_aside_what_is_not_wanted_any_more(tmp_path):
    target, wanted = tmp_path / "disavow.txt", [Property(HTTPS), Property(BLOG)]
    for plan in plan_for_properties(BOTH, wanted, target):
        write_planned(plan, replace_former=True)
    fewer = plan_for_properties(audited(("a.com", HTTPS)), wanted, target)
    made = [write_planned(plan, replace_former=True) for plan in fewer]
    assert entries(tmp_path / "disavow-https-www.shop.example.txt") == ["domain:a.com"]
    assert not (tmp_path / "disavow-https-blog.shop.example.txt").exists()
    kept = [item.draft.backup for item in made]
    assert all(name is not None and (tmp_path / name).is_file() for name in kept)


def test_the_same_run_again_touches_nothing(tmp_path):
    wanted = [Property(HTTPS), Property(BLOG)]
    write_for_properties(BOTH, wanted, tmp_path / "d.txt")
    before = {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in tmp_path.iterdir()}
    again = write_for_properties(BOTH, wanted, tmp_path / "d.txt")
    assert all(item.draft.unchanged for item in again)
    assert {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in tmp_path.iterdir()} == before
