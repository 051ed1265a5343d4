"""Killed at any moment, the store holds every batch whose save returned, and no half batch."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from store_cases import SITE

from spamlinks.enrich.answers import State, What
from spamlinks.enrich.store import Store

TIMES = 12
BATCH = 25

WRITER = """
import sys
sys.path[:0] = [sys.argv[2]]
from store_cases import fetched, link, page, page_facts
from spamlinks.enrich.store import Store
start, size = int(sys.argv[3]), int(sys.argv[4])
with Store.open(sys.argv[1]) as store:
    batch = start
    while True:
        answers = []
        for lookup in store.take(page().what, size):
            number = int(lookup.key.rpartition("/")[2])
            two = link(), link("https://shop.example/b")
            facts = page_facts(*two, words=number, title="t" * 300)
            answers.append(fetched(lookup, facts))
        store.save(answers)
        print(" ".join(str(a.facts.words) for a in answers), flush=True)
"""


def test_no_batch_is_lost_or_halved(tmp_path: Path) -> None:
    from store_cases import NOW, page

    path, rng = tmp_path / "s.db", random.Random(7)
    with Store.open(path, create=True) as store:
        store.plan(((page(i), i) for i in range(60_000)), now=NOW)
    saved: set[int] = set()
    for turn in range(TIMES):
        command = [sys.executable, "-c", WRITER, path, Path(__file__).parent, str(turn), str(BATCH)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            lines = [writer.stdout.readline()]  # it has begun
            time.sleep(rng.uniform(0.0, 0.25))
            writer.kill()
            lines += writer.stdout.read().splitlines(keepends=True)
        said = [line for line in lines if line.endswith("\n")]
        batches = [{int(word) for word in line.split()} for line in said]
        told = set().union(*batches)
        assert told
        assert not told & saved, "something was handed out again that had been saved"

        raw = sqlite3.connect(path)
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
        raw.close()
        with Store.open(path) as store:
            found = set(store.pages_frame(SITE)["words"].to_list())
            assert saved | told <= found, "a save returned and its batch is not there"
            # One more batch may be whole: written, and killed before it could say so.
            extra = found - saved - told
            assert len(extra) in (0, BATCH)
            assert store.links_frame(SITE).height == 2 * len(found)
            assert store.counts()[What.PAGE][State.FETCHED] == len(found)
            assert store.pending(What.PAGE) == 60_000 - len(found)
        saved = found
