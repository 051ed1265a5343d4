"""Networks and spikes of a run, in the terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from spamlinks.cli.terminal import more, text
from spamlinks.report import head
from spamlinks.report.text import counted

__all__ = ["show_campaigns"]

NETWORKS = 5
SPIKES = 3


def show_campaigns(console: Console, run: dict[str, Any]) -> None:
    """Print the largest networks and the latest spikes; nothing where there are none."""
    networks, spikes = run["networks"], run["spikes"]["list"]
    listed = networks["list"]
    if listed:
        many = len(listed) + networks["more"]
        console.print(
            f"{counted(many, 'network')} of {counted(networks['domains'], 'domain')}: decide about "
            f"{'it' if many == 1 else 'each'} as a whole"
        )
        for network in listed[:NETWORKS]:
            verdicts = ", ".join(f"{n:,} {v}" for v, n in network["verdicts"].items() if n)
            console.print(
                f"  {text(network['id'])}: {text(network['description'], 200)} ({verdicts})",
                soft_wrap=True,
            )
        more(console, "in report.html", many - NETWORKS, "network", "dim")
    for spike in spikes[-SPIKES:]:
        console.print(f"  {text(spike['text'], 300)}", soft_wrap=True)
    more(console, "in report.html", len(spikes) - SPIKES, "earlier spike", "dim")
    for said in (head.wave_hint(run), head.start_with(run)):
        if said:
            console.print(f"  {text(said[0].upper() + said[1:], 400)}", soft_wrap=True)
