"""Finding what was asked for, and saying clearly that it is not there."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from spamlinks.errors import InputError
from spamlinks.explanations.job import explain_in
from spamlinks.pipeline import Audit, Settings, audit

PAGES = [
    "https://www.spam.example/a",
    "https://blog.spam.example/b?x=1",
    "https://blog.spam.example/c",
    "http://198.51.100.7/links",
    "https://me.blogspot.com/post",
    "https://bücher.example/seite",
    "https://buch.example/",
]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Audit:
    path = tmp_path_factory.mktemp("find") / "links.csv"
    target = ["https://shop.example/"] * len(PAGES)
    anchor = ["buy \u202eanchor\x1b[31m"] * len(PAGES)
    table = {"referring_page": PAGES, "target_url": target, "anchor_text": anchor}
    pl.DataFrame(table).write_csv(path)
    return audit([path], Settings(site="shop.example"), inside=True)


FOUND = [  # asked, kind, domain, links
    ("spam.example", "domain", "spam.example", 3),
    ("SPAM.example.", "domain", "spam.example", 3),
    ("www.spam.example", "domain", "spam.example", 3),
    ("domain:spam.example", "domain", "spam.example", 3),
    ("https://spam.example/", "domain", "spam.example", 3),
    ("blog.spam.example", "host", "spam.example", 2),
    ("new.spam.example", "host", "spam.example", 3),
    ("https://blog.spam.example/b?x=1", "url", "spam.example", 1),
    ("HTTPS://Blog.Spam.Example:443/b?x=1#top", "url", "spam.example", 1),
    ("blog.spam.example/b?x=1", "url", "spam.example", 1),
    ("spam.example/a", "url", "spam.example", 1),
    ("198.51.100.7", "domain", "198.51.100.7", 1),
    ("http://198.51.100.7/links", "url", "198.51.100.7", 1),
    ("me.blogspot.com", "domain", "me.blogspot.com", 1),
    ("bücher.example", "domain", "xn--bcher-kva.example", 1),
    ("https://xn--bcher-kva.example/seite", "url", "xn--bcher-kva.example", 1),
    ("https://buch.example", "url", "buch.example", 1),
]


@pytest.mark.parametrize(("asked", "kind", "domain", "links"), FOUND)
def test_what_is_there_is_found(
    small: Audit, asked: str, kind: str, domain: str, links: int
) -> None:
    found = explain_in(small, asked)
    assert (found.kind, found.linking_domain, found.number) == (kind, domain, links)
    assert found.verdict in ("KEEP", "REVIEW", "DISAVOW")


MISSING = [  # asked, what the message holds
    ("spom.example", ("spam.example", "5 linking domains")),
    ("blogspot.com", ("me.blogspot.com",)),
    ("unlike-anything.test", ("5 linking domains",)),
    ("https://blog.spam.example/zzz", ("https://blog.spam.example/b?x=1", "3 links")),
    ("https://spam.example/a/b/c", ("spam.example",)),
    ("two words", ("no domain or URL",)),
    ("", ("no domain or URL",)),
    ("mailto:me@x.example", ("no domain or URL",)),
    ("\x1b[31mevil\u202e", ("no domain or URL",)),
    ("x" * 100_000, ("no domain or URL",)),
]


@pytest.mark.parametrize(("asked", "said"), MISSING)
def test_what_is_not_there_is_one_clear_line(
    small: Audit, asked: str, said: tuple[str, ...]
) -> None:
    with pytest.raises(InputError) as error:
        explain_in(small, asked)
    text = str(error.value)
    for part in said:
        assert part in text
    assert "\n" not in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert len(text) < 1000


def test_close_names_are_found_among_many(tmp_path: Path) -> None:
    names = [f"s{n}x{n * 7919 % 9973}.example" for n in range(9000)] + ["cheap-pills.shop"]
    path = tmp_path / "links.csv"
    pl.DataFrame({"referring_page": [f"https://{name}/" for name in names]}).write_csv(path)
    outcome = audit([path], Settings(), inside=True)
    with pytest.raises(InputError, match=r"Close: cheap-pills\.shop\."):
        explain_in(outcome, "cheap-pilss.shop")
    with pytest.raises(InputError, match="9,001 linking domains"):
        explain_in(outcome, "cheap-pilss.shop")


def test_a_run_that_kept_nothing_says_so(small: Audit, examples: Path) -> None:
    with pytest.raises(InputError, match="inside=True"):
        explain_in(audit([examples / "shop-semrush-backlinks.csv"]), "spam.example")
