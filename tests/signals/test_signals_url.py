"""Signals of the page's URL: what kind of page its path names."""

from __future__ import annotations

import math

import pytest

CASES = [  # URL, signal, value
    ("https://a.com", "path_depth", 0),
    ("https://a.com/", "path_depth", 0),
    ("https://a.com/x/y/", "path_depth", 2),
    ("a.com/x", "path_depth", 1),
    ("https://a.com/x", "url_length", 15),
    ("https://a.com/" + "x" * 3000, "url_length", 2048),  # clipped
    ("https://a.com/a1b2", "path_digit_share", 0.4),
    ("https://a.com", "path_digit_share", 0),
    ("https://a.com/a-b-c", "path_hyphen_count", 2),
    ("https://a-b.com/", "path_hyphen_count", 0),  # the host's hyphens are not the path's
    ("https://a.com/?s=x&b=1", "query_parameter_count", 2),
    ("HTTPS://A.COM/X", "is_https", 1),
    ("http://a.com/", "is_https", 0),
    ("a.com/x", "is_https", math.nan),  # no scheme: unknown
    ("http://a.com:8080/x", "has_port", 1),
    ("http://a.com/x:80", "has_port", 0),
    ("https://a.com", "is_home_page", 1),
    ("https://a.com/?p=1", "is_home_page", 0),
    ("https://a.com/пр", "path_non_ascii_share", 0.8),
    ("https://a.com/%D0%BF%D1%80", "path_non_ascii_share", 12 / 13),  # nearly the same
    ("https://a.com/plain", "path_non_ascii_share", 0),
    ("https://a.com/best-casino/", "path_trade_word", 1),
    ("https://a.com/online_casino.html", "path_trade_word", 1),
    ("https://a.com/frankfurt-essex/", "path_trade_word", 0),
    ("https://a.com/our-specialist/", "path_trade_word", 0),
    ("https://a.com/seo-backlinks/", "path_sells_links", 1),
    ("https://a.com/university-ranking/", "path_sells_links", 0),
    ("https://a.com/0123456789abcdef0123456789abcdef", "is_machine_slug", 1),
    ("https://a.com/all/938/13.html", "is_machine_slug", 1),
    ("https://a.com/domain-list.html", "is_machine_slug", 1),
    ("https://a.com/dir/page-20517.html", "is_machine_slug", 1),
    ("https://a.com/2024/05/12.html", "is_machine_slug", 0),  # an archive by date
    ("https://a.com/news/123456.html", "is_machine_slug", 0),  # a newspaper's article
    ("https://a.com/article_123.html", "is_machine_slug", 0),
    ("https://a.com/viewtopic.php?t=1", "is_forum_page", 1),
    ("https://a.com/x#comment-2", "is_forum_page", 1),
    ("https://a.com/threads/x.1/", "is_forum_page", 1),
    ("https://a.com/threads-of-wool/", "is_forum_page", 0),
    ("https://a.com/directory/x", "is_directory_page", 1),
    ("https://a.com/director/x", "is_directory_page", 0),
    ("https://a.com/links.html", "is_directory_page", 1),
    ("https://a.com/linkspan/", "is_directory_page", 0),
    ("https://a.com/tag/x/", "is_archive_page", 1),
    ("https://a.com/page/2", "is_archive_page", 1),
    ("https://a.com/page/about", "is_archive_page", 0),
    ("https://a.com/users/jo", "is_profile_page", 1),
    ("https://a.com/users-guide/", "is_profile_page", 0),
    ("https://a.com/go?url=https://b.com", "is_redirect_script", 1),
    ("https://a.com/x?u=https%3A%2F%2Fb.com", "is_redirect_script", 1),
    ("https://a.com/go/", "is_redirect_script", 0),
    ("https://a.com/siteworth/x", "is_stats_page", 1),
    ("https://worthofweb.example/", "is_stats_page", 1),  # in the host, too
    ("https://a.com/statistics/", "is_stats_page", 0),
]


@pytest.mark.parametrize(("url", "name", "value"), CASES)
def test_url_signal(compute, url, name, value) -> None:
    found = compute(referring_page=[url])
    assert found[name][0] == pytest.approx(value, abs=1e-6, nan_ok=True)
