"""Settings of fetching: their bounds, and the way to the child process and back."""

from __future__ import annotations

import json

import pytest

from spamlinks.enrich.settings import FetchSettings
from spamlinks.errors import InputError

AGENT = "spamlinks/1 (link audit robot)"


def test_they_survive_the_way_to_another_process():
    given = FetchSettings(
        AGENT,
        contact="me@shop.example",
        delay=0.5,
        allow_private=True,
        hosts={"a.example": "127.0.0.2", "b.example": "127.0.0.2:8080", "c.example": "[::1]:80"},
        dns_servers=("127.0.0.1:5353", "[::1]:53"),
        rdap_server="http://127.0.0.1:8080/",
        max_requests=7,
    )
    assert FetchSettings.from_json(given.to_json()) == given
    assert FetchSettings.from_json(json.loads(given.to_json())) == given


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"delay": 0.1}, "a stranger's server is not asked ten times a second"),
        ({"delay": float("nan")}, "no number"),
        ({"delay": True}, "no number"),
        ({"delay": "1"}, "a text"),
        ({"concurrency": 0}, "nothing would ever be fetched"),
        ({"concurrency": 1.5}, "no whole number"),
        ({"max_requests": 0}, "nothing would ever be fetched"),
        ({"max_bytes": 10**10}, "memory"),
        ({"user_agent": "a\r\nCookie: x"}, "it would add a header"),
        ({"user_agent": ""}, "a robot has a name"),
        ({"contact": "me\n"}, "it would add a header"),
        ({"hosts": {"a.example": "b.example"}}, "no address"),
        ({"hosts": {"a.example": "127.0.0.2:port"}}, "no port"),
        ({"hosts": {"a.example": "127.0.0.2:"}}, "no port"),
        ({"hosts": {"": "127.0.0.2"}}, "no host"),
        ({"dns_servers": ("127.0.0.1",)}, "no port"),
        ({"dns_servers": ("127.0.0.1:99999",)}, "no port"),
        ({"rdap_server": "file:///etc/passwd"}, "only http and https"),
    ],
)
def test_values_out_of_bounds_are_refused(wrong, why):
    with pytest.raises(InputError):
        FetchSettings(**{"user_agent": AGENT, **wrong})


def test_a_network_of_ones_own_may_be_asked_at_once():
    assert FetchSettings(AGENT, delay=0, allow_private=True).delay == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"user_agent": 1}',
        '{"user_agent": "a", "shell": "x"}',
        '{"user_agent": "a", "allow_private": "no"}',
        '{"user_agent": "a", "hosts": []}',
        '{"user_agent": "a", "hosts": {"a": 1}}',
        '{"user_agent": "a", "dns_servers": "127.0.0.1:53"}',
        '{"user_agent": "a", "retries": null}',
    ],
)
def test_what_is_no_settings_is_refused_in_one_line(text):
    with pytest.raises(InputError) as caught:
        FetchSettings.from_json(text)
    assert "\n" not in str(caught.value)
