"""How fast pages are fetched, and in how much memory: ``python benchmarks/fetch_speed.py``.

A web of 200 hosts, each with an address of its own, in a process of its own on this machine; every
page has 40 kB and 120 links. The crawler asks each host once a second, as it does by default, so
200 requests a second are the most there can be. ``--urls`` queues more than are fetched: the time
is limited by ``--seconds``, the memory must not follow the queue.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "enrich"))

from web_server import Page, Web

from spamlinks.enrich.answers import Lookup, What
from spamlinks.enrich.store import Store

WORDS = "the house of a small garden stands where links are made and paper is cut by hand".split()


def page(number: int) -> Page:
    """About 40 kB, as a blog has it: a menu, text with links, a sidebar, a footer."""
    menu = "".join(f'<li><a href="/c{n}">Topic {n}</a></li>' for n in range(30))
    text = "".join(
        f"<p>{' '.join(WORDS[(n * 7 + k) % len(WORDS)] for k in range(75))} "
        f'<a href="https://site{(number + n) % 997}.example/p{n}">see there</a>.</p>'
        for n in range(60)
    )
    style = "".join(f".c{n} {{ margin: {n}px; color: #123456 }}" for n in range(200))
    return Page(
        f"<!doctype html><html lang=en><head><title>Page {number}</title><style>{style}</style>"
        f"</head><body><nav><ul>{menu}</ul></nav><main>{text}"
        f'<p><a href="https://mysite.example/">our site</a></p></main><footer>'
        f"{menu}</footer></body></html>".encode()
    )


def serve(hosts: int, pipe: Connection) -> None:
    """Serve until told to stop; then say how often each host was asked."""
    web = Web()
    for number in range(hosts):
        web.add(f"h{number}.bench.example{number}.test", {"*": page(number)})
    with web:
        pipe.send((web.port, web.hosts))
        pipe.recv()
        closest = min(
            (b - a for times in web.times(by="host").values() for a, b in pairwise(times)),
            default=0.0,
        )
        pipe.send((len(web.seen), closest))


def family(process: subprocess.Popen[bytes]) -> list[Path]:
    """Return the process and those it started, as folders of /proc."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}").parent.glob("*/children")
    ids = [process.pid, *(int(text) for path in children for text in path.read_text().split())]
    return [Path(f"/proc/{one}") for one in ids]


def peak(process: subprocess.Popen[bytes]) -> list[float]:
    """Most memory so far of the process and of each that it started, in MB."""
    texts = [(path / "status").read_text("utf-8") for path in family(process)]
    return [int(text.partition("VmHWM:")[2].split()[0]) / 1024 for text in texts]


def processor(process: subprocess.Popen[bytes]) -> list[float]:
    """Processor time so far of the process and of each that it started, in seconds."""
    texts = [(path / "stat").read_text("utf-8") for path in family(process)]
    fields = [text.rpartition(")")[2].split() for text in texts]
    return [(int(one[11]) + int(one[12])) / 100 for one in fields]


def measure(hosts: int, urls: int, seconds: float, delay: float) -> None:
    """Fetch for a while, and print what was reached."""
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(hosts, there))
    server.start()
    port, names = here.recv()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.store"
        with Store.open(path, create=True) as store:
            starts = [f"http://{name}:{port}" for name in names]
            store.plan(
                (Lookup(What.PAGE, f"{starts[n % hosts]}/p{n}", "mysite.example"), n)
                for n in range(urls)
            )
        order = {
            "store": str(path),
            "user_agent": "spamlinks/bench (local test)",
            "delay": delay,
            "allow_private": True,
            "hosts": names,
        }
        child = subprocess.Popen(
            [sys.executable, "-m", "spamlinks.enrich.crawl"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        child.stdin.write(json.dumps(order).encode() + b"\n")
        child.stdin.flush()
        first = start = done = 0.0
        used, memory = [0.0], [0.0]
        for line in child.stdout:
            said = json.loads(line)
            now = time.monotonic()
            if said.get("done", 0) > 3 * hosts and not start:  # warm
                start, first, used = now, said["done"], processor(child)
            if said.get("finished") or "error" in said:
                break
            done = said["done"]
            memory = peak(child)
            if start and now - start > seconds:
                break
        taken, pages = time.monotonic() - start, max(done - first, 1)
        used += [0.0] * 9  # those that were started since
        spent = [1000 * (b - a) / pages for a, b in zip(used, processor(child), strict=False)]
        child.terminate()
        child.wait()
        here.send(None)
        requests, closest = here.recv()
        server.join()
    print(
        f"{hosts} hosts, {urls:,} URLs queued, {delay:g} s between requests to a host: "
        f"{(done - first) / taken:.0f} pages a second over {taken:.0f} s, "
        f"{' + '.join(f'{one:.1f}' for one in spent)} ms of processor a page, "
        f"peak memory {' + '.join(f'{one:.0f}' for one in memory)} MB; "
        f"{requests:,} requests, never closer than {closest:.3f} s"
    )


def main() -> None:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", type=int, default=200)
    parser.add_argument("--urls", type=int, action="append")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--delay", type=float, default=1.0)
    found = parser.parse_args()
    for urls in found.urls or [5_000, 100_000]:
        measure(found.hosts, urls, found.seconds, found.delay)


if __name__ == "__main__":
    main()
