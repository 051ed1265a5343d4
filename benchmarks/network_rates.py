"""How much spam falls into networks, and how many honest sites fall into one.

``python benchmarks/network_rates.py --data DIR`` prints the tables of docs/NETWORKS.md. ``DIR`` is
a corpus folder (``domains/``, ``disavow/``, ``labelled/``). ``--packages`` names the folder of
``make packages``, which adds honest sites. ``--rows N`` times the search on a generated export.

The dominant wave is found by the names of its operators, and by words of link sellers under
``.shop`` (``spamlinks.model.networks``); the search knows words of link sellers too, so that its
hits in ``.shop`` are no surprise. It knows no operator.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
from scipy.stats import beta

from spamlinks.disavow import DisavowFile, Kind
from spamlinks.errors import InputError
from spamlinks.exports import merge, read_exports
from spamlinks.labels import linking_domains, load_labelled
from spamlinks.model.corpus import load_hosts
from spamlinks.model.networks import is_wave_name
from spamlinks.pipeline import audit
from spamlinks.signals.kernel import encode, networks_among
from spamlinks.signals.networks import Networks
from spamlinks.simulate import simulate
from spamlinks.urls import parse_host

LEAST_WAVE = 15
"""Files with fewer names of the wave say little about it."""

PROFILE = 400
"""Honest small sites beside one file's names: a profile of usual size."""


def upper(hits: int, trials: int) -> float:
    """The one-sided 95 % bound of a share (Clopper and Pearson)."""
    return float(beta.ppf(0.95, hits + 1, trials - hits)) if hits < trials else 1.0


def among(names: Sequence[str]) -> tuple[list[str], Networks]:
    """Networks of a list of domain names; the names in the order of their codes."""
    usable = [name for name in dict.fromkeys(names) if parse_host(name).problem is None]
    frame = pl.DataFrame({"referring_page": [f"https://{name}/" for name in usable]})
    coded, tables = encode(frame, only=frozenset({"network_domains"}))
    sites = tables.hosts.unique("_domain", keep="first", maintain_order=True).sort("_domain")
    return sites["linking_domain"].to_list(), networks_among(coded, tables)


def disavowed(folder: Path) -> dict[str, list[str]]:
    """Domains of each readable disavow file."""
    out = {}
    for path in sorted(folder.glob("*.txt")):
        try:
            document = DisavowFile.parse(path.read_bytes(), path.name)
        except InputError:
            continue
        out[path.name] = [e.value for e in document.entries if e.kind is Kind.DOMAIN]
    return out


def wave_table(files: dict[str, list[str]], honest: Sequence[str]) -> None:
    """One row for each file with the wave, and one for all of its names together."""
    print("| file | domains | of the wave | of these in a network | networks | "
          f"honest of {PROFILE} beside them in a network |")  # fmt: skip
    print("| --- | --- | --- | --- | --- | --- |")
    rng = np.random.default_rng(0)
    every: set[str] = set()
    total, inside, drawn = 0, 0, 0
    counted = 0
    for names in files.values():
        wave = {name for name in names if is_wave_name(name)}
        every |= wave
        if len(wave) < LEAST_WAVE:
            continue
        counted += 1
        beside = [str(name) for name in rng.choice(honest, PROFILE, replace=False)]
        sites, found = among([*names, *beside])
        of = dict(zip(sites, found.of.tolist(), strict=True))
        caught = {name for name in wave if of.get(name, -1) >= 0}
        harmed = sum(of.get(name, -1) >= 0 for name in set(beside) - set(names))
        total, inside, drawn = total + len(wave), inside + len(caught), drawn + harmed
        many = len({of[name] for name in caught})
        print(f"| {counted} | {len(names):,} | {len(wave)} | {len(caught)} | {many} | "
              f"{harmed} |")  # fmt: skip
    share = f"{inside / max(total, 1):.1%}"
    print(f"| all {counted} | | {total:,} | {inside:,} ({share}) | | {drawn} of "
          f"{counted * PROFILE:,} (at most {upper(drawn, counted * PROFILE):.2%}) |")  # fmt: skip
    sites, found = among(sorted(every))
    of = found.of[found.of >= 0]
    print(f"\nEvery name of the wave in one list: {len(of)} of {len(sites)} in "
          f"{len(found.sizes)} networks of {', '.join(map(str, found.sizes))}.")  # fmt: skip


def honest_table(lists: dict[str, list[str]]) -> None:
    """Each honest list as one profile: the worst case, since names collide in a large one."""
    print("\n| honest sites | domains | in a network | share | at most (95 %) |")
    print("| --- | --- | --- | --- | --- |")
    for name, hosts in lists.items():
        sites, found = among(hosts)
        hits = int((found.of >= 0).sum())
        print(f"| {name} | {len(sites):,} | {hits} | {hits / len(sites):.3%} | "
              f"{upper(hits, len(sites)):.3%} |")  # fmt: skip


def spam_table(lists: dict[str, list[str]]) -> None:
    """Each list of spam as one profile."""
    print("\n| spam | domains | in a network | share | networks |")
    print("| --- | --- | --- | --- | --- |")
    for name, hosts in lists.items():
        sites, found = among(hosts)
        hits = int((found.of >= 0).sum())
        print(f"| {name} | {len(sites):,} | {hits:,} | {hits / len(sites):.1%} | "
              f"{len(found.sizes)} |")  # fmt: skip


def labelled_table(folder: Path) -> None:
    """One row for each labelled export: domains in a network, by their vendor's verdict."""
    print("\n| labelled export | called honest | in a network | called spam | in a network |")
    print("| --- | --- | --- | --- | --- |")
    for path in sorted(folder.glob("*.csv")):
        labelled = load_labelled([path], label="Is spam")
        member = pl.DataFrame(
            {"linking_domain": linking_domains(labelled.table), "is_spam": labelled.is_spam}
        ).join(
            audit([path]).domains.select("linking_domain", inside=pl.col("network").is_not_null()),
            on="linking_domain",
        )
        worst = member.group_by("linking_domain").agg(pl.col("is_spam", "inside").max())
        cells = [
            f"{part.height} | {part['inside'].sum()}"
            for label in (0, 1)
            for part in [worst.filter(pl.col("is_spam") == label)]
        ]
        print(f"| {path.stem[:20]} | {' | '.join(cells)} |")


def speed(rows: int) -> None:
    """Seconds of the search on a generated export, beside those of coding its rows."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.csv"
        simulate(rows, path)
        backlinks = merge(read_exports([path]), None, []).backlinks
    start = time.perf_counter()
    coded, tables = encode(backlinks, brands=("shop",), only=frozenset({"links_from_domain"}))
    coding = time.perf_counter() - start
    start = time.perf_counter()
    found = networks_among(coded, tables, ("shop",))
    search = time.perf_counter() - start
    print(f"{backlinks.height:,} links of {len(found.of):,} domains: coding {coding:.2f} s, "
          f"networks {search:.2f} s; {len(found.sizes):,} networks of "
          f"{int((found.of >= 0).sum()):,} domains")  # fmt: skip


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--packages", type=Path)
    parser.add_argument("--rows", type=int, action="append")
    args = parser.parse_args()
    for rows in args.rows or []:
        speed(rows)
    if args.data is None:
        return
    hosts = load_hosts(args.data, args.packages)
    honest = {
        str(kind): part["linking_domain"].to_list()
        for (kind,), part in sorted(
            hosts.filter(pl.col("is_spam") == 0).partition_by("kind", as_dict=True).items()
        )
    }
    new = hosts.filter(
        pl.col("is_spam") == 0,
        pl.col("suffix").str.len_chars() > 3,
        ~pl.col("suffix").str.contains(r"\.|^xn--"),
        ~pl.col("suffix").is_in(["info", "name", "mobi", "arpa", "aero", "coop", "museum"]),
    )
    honest["all kinds, new endings only"] = new["linking_domain"].to_list()
    wave_table(disavowed(args.data / "disavow"), honest["smallweb"])
    honest_table(honest)
    labelled_table(args.data / "labelled")
    spam_table(
        {
            str(kind): part["linking_domain"].to_list()
            for (kind,), part in sorted(
                hosts.filter(pl.col("is_spam") == 1).partition_by("kind", as_dict=True).items()
            )
        }
    )


if __name__ == "__main__":
    main()
