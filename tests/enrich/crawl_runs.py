"""Starting the crawler as the command does, for tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import polars as pl
from web_server import Web

from spamlinks.enrich.answers import Lookup, What
from spamlinks.enrich.store import Store

__all__ = ["AGENT", "SITE", "answers", "crawl", "end_all", "order", "plan", "start"]

SITE = "mysite.example"
AGENT = "spamlinks/1.0 (link audit robot; me@mysite.example)"
ROOT = Path(__file__).parents[2]


def order(store: Path, web: Web, **settings: Any) -> dict[str, Any]:
    """Return an order for a web of the tests: fast, and on private addresses."""
    return {
        "store": str(store),
        "user_agent": AGENT,
        "delay": 0.05,
        "timeout": 3.0,
        "allow_private": True,
        "hosts": web.hosts,
        **settings,
    }


def plan(store: Path, lookups: Iterable[Lookup | str]) -> Path:
    """Put look-ups on the work list of a store, URLs as pages; returns its path."""
    with Store.open(store, create=True) as opened:
        opened.plan(
            (one if isinstance(one, Lookup) else Lookup(What.PAGE, one, SITE), rank)
            for rank, one in enumerate(lookups)
        )
    return store


def start(
    told: Mapping[str, Any] | str, environment: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start the crawler and give it its order; standard input stays open."""
    paths = [str(ROOT), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    child = subprocess.Popen(
        [sys.executable, "-m", "spamlinks.enrich.crawl"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=Path(str(told["store"])).parent if isinstance(told, Mapping) else None,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), **(environment or {})},
    )
    _started.append(child)
    assert child.stdin is not None
    text = told if isinstance(told, str) else json.dumps(told)
    child.stdin.write(text.encode() + b"\n")
    child.stdin.flush()
    return child


_started: list[subprocess.Popen[bytes]] = []


def end_all() -> None:
    """Kill what a test that failed left behind."""
    while _started:
        child = _started.pop()
        if child.poll() is None:
            child.kill()
            child.wait()
        for pipe in (child.stdin, child.stdout, child.stderr):
            if pipe is not None:
                pipe.close()


def crawl(
    told: Mapping[str, Any] | str,
    environment: Mapping[str, str] | None = None,
    *,
    code: int = 0,
) -> list[dict[str, Any]]:
    """Run the crawler to its end; returns what it said. Nothing may stand on standard error."""
    child = start(told, environment)
    assert child.stdout is not None
    assert child.stderr is not None
    said = [json.loads(line) for line in child.stdout]
    errors = child.stderr.read().decode()
    assert (child.wait(20), errors) == (code, "")
    for pipe in (child.stdin, child.stdout, child.stderr):
        assert pipe is not None
        pipe.close()
    return said


def answers(store: Path, what: What = What.PAGE) -> dict[str, dict[str, Any]]:
    """Return the answers of a store by key, with the facts of the page."""
    with Store.open(store, read_only=True) as opened:
        ended = opened.answers(what)
        facts = opened.pages_frame(SITE) if what is What.PAGE else opened.homes_frame()
        links = opened.links_frame(SITE).group_by("url").agg(pl.len().alias("links"))
    key = "url" if what is What.PAGE else "domain"
    shared = [name for name in facts.columns if name in ended.columns and name != key]
    joined = ended.join(facts.drop(shared), left_on="key", right_on=key, how="left")
    joined = joined.join(links, left_on="key", right_on="url", how="left")
    return {str(row["key"]): row for row in joined.to_dicts()}
