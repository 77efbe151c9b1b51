"""``python -m tests.fuzz --bodies 1000000``: mutated answers into the adapter; fails on any wrong."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter

from rich.console import Console
from rich.progress import track
from rich.table import Table

from tests.fuzz.run import PORTION, WAYS, feed_abroad

BODIES = 100_000
SHOWN = 10


def main(arguments: list[str] | None = None) -> int:
    """Feed; the exit code is 1 if anything was wrong."""
    asked = _parser().parse_args(arguments)
    console = Console(emoji=False, width=None if sys.stdout.isatty() else 120)
    counts: Counter[tuple[str, str, str]] = Counter()
    wrongs: list[str] = []
    began = time.perf_counter()
    portions = track(
        feed_abroad(asked.bodies, seed=asked.seed, jobs=asked.jobs),
        total=-(-asked.bodies // PORTION),
        description="portions of bodies",
        console=console,
        disable=not console.is_terminal,
        transient=True,
    )
    for portion in portions:
        counts += portion.counts
        wrongs += portion.wrongs
    seconds = time.perf_counter() - began
    for way in WAYS:
        console.print(_table(way, counts))
    for wrong in wrongs[:SHOWN]:
        console.print(wrong, markup=False, highlight=False, soft_wrap=True, style="red")
    fed = sum(counts.values())
    console.print(f"{fed} bodies, {fed / seconds:.0f} per second; wrong: {len(wrongs)}")
    return 1 if wrongs else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--bodies", type=int, default=BODIES, help="how many")
    parser.add_argument("--seed", type=int, default=0, help="of the first portion")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    return parser


def _table(way: str, counts: Counter[tuple[str, str, str]]) -> Table:
    """What became of the answers that went one way, by what was done to them."""
    here = {key[1:]: number for key, number in counts.items() if key[0] == way}
    outcomes = sorted({outcome for _, outcome in here})
    table = Table("mutation", *outcomes, "all", title=way)
    for mutation in sorted({mutation for mutation, _ in here}):
        numbers = [here.get((mutation, outcome), 0) for outcome in outcomes]
        table.add_row(mutation, *map(str, numbers), str(sum(numbers)))
    return table


if __name__ == "__main__":
    sys.exit(main())
