"""``python -m tests.mutants``: plant each bug, play seeds until it is caught, and say by what."""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time

from rich.console import Console
from rich.progress import track
from rich.table import Table

from tests.mutants.catalogue import MUTANTS
from tests.mutants.kept import record_kept
from tests.mutants.trial import Trial, try_abroad

SEEDS_MAX = 400


def main(arguments: list[str] | None = None) -> int:
    """Try every mutant; the exit code is 1 if one was not caught."""
    asked = _parser().parse_args(arguments)
    console = Console(emoji=False, width=None if sys.stdout.isatty() else 160)
    chosen = [each for each in MUTANTS if asked.only in each.name]
    seeds = tuple(range(asked.first, asked.first + asked.seeds))
    began = time.monotonic()
    trials = track(
        try_abroad([(each, seeds) for each in chosen], jobs=asked.jobs),
        total=len(chosen),
        description="mutants",
        console=console,
        disable=not console.is_terminal,
        transient=True,
    )
    table = Table("mutant", "caught by seed", "seeds", "the judge says")
    found: list[Trial] = []
    for trial in trials:
        found.append(trial)
        table.add_row(trial.name, *_told(trial))
        if asked.verbose:
            console.print(
                *(trial.name, *_told(trial), f"{trial.seconds:.0f} s"), markup=False, sep=" | "
            )
    if not asked.verbose:
        console.print(table)
    if asked.keep:
        caught = {each.name: each.caught_by for each in found if each.caught_by is not None}
        record_kept(caught, frozenset(each.name for each in MUTANTS))
    return _tell_sum(console, found, time.monotonic() - began)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS_MAX, help="at most, for each mutant")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--only", default="", help="mutants whose name has this in it")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--keep", action="store_true", help="keep the seeds for the tests")
    parser.add_argument("--verbose", action="store_true", help="a line for each as it ends")
    return parser


def _told(trial: Trial) -> tuple[str, str, str]:
    if trial.caught_by is None:
        return "NOT CAUGHT", str(trial.tried), trial.broken
    return str(trial.caught_by), str(trial.tried), trial.sentence


def _tell_sum(console: Console, trials: list[Trial], seconds: float) -> int:
    needed = [trial.tried for trial in trials if trial.caught_by is not None]
    median = statistics.median(needed) if needed else 0
    console.print(
        f"{len(needed)} of {len(trials)} mutants caught; seeds to catch: median {median:g},"
        f" at most {max(needed, default=0)}; {seconds:.0f} s"
    )
    return 0 if len(needed) == len(trials) else 1


if __name__ == "__main__":
    sys.exit(main())
