"""``python -m tests.simulator --seeds 200``: play seeds, print what they came to, fail on any wrong."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.progress import track
from rich.table import Table

from connector.domain.policy import Mode
from tests.simulator.accidents import ACCIDENTS
from tests.simulator.landed import SILENT
from tests.simulator.outcome import Outcome
from tests.simulator.series import Tally, play_abroad, play_here
from tests.simulator.weather import NEVER

SHOWN = 5
ENOUGH = 200
"""Seeds from which on each kind of trouble must have happened."""


def main(arguments: list[str] | None = None) -> int:
    """Play; the exit code is 1 if anything was wrong."""
    asked = _parser().parse_args(arguments)
    console = Console(emoji=False)
    if asked.seed is not None:
        return _play_one(console, asked)
    seeds = range(asked.first, asked.first + asked.seeds)
    tally, began = Tally(), time.perf_counter()
    outcomes = play_abroad(
        seeds,
        jobs=asked.jobs,
        mode=asked.mode,
        is_late=asked.late,
        is_twice=asked.twice,
        accident=asked.accident,
    )
    for outcome in _watched(console, outcomes, len(seeds)):
        tally.add(outcome)
        if not outcome.is_good:
            _tell_bad(console, outcome, asked)
    _tell_tally(console, tally, time.perf_counter() - began)
    is_whole = tally.seeds >= ENOUGH and asked.mode is None and asked.accident is None
    missing = tally.never_happened(is_late=asked.late) if is_whole else []
    if missing:
        console.print(f"never happened: {', '.join(missing)}", style="red")
    return 1 if tally.bad or missing else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.simulator", description=__doc__)
    parser.add_argument("--seeds", type=int, default=ENOUGH, help="how many")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--seed", type=int, help="only this one")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--mode", type=Mode, choices=[*Mode], help="another than drawn")
    parser.add_argument("--late", action="store_true", help="writes land beyond the quiescence")
    parser.add_argument("--twice", action="store_true", help="each twice: must end in one state")
    for name, kind in ACCIDENTS.items():
        parser.add_argument(
            f"--{name}",
            dest="accident",
            action="store_const",
            const=name,
            help=f"with an accident: {kind.name}",
        )
    parser.add_argument("--verbose", action="store_true", help="with --seed: every effect")
    return parser


def _watched(console: Console, outcomes: Iterator[Outcome], total: int) -> Iterable[Outcome]:
    return track(
        outcomes,
        total=total,
        description="seeds",
        console=console,
        disable=not console.is_terminal,
        transient=True,
    )


def _play_one(console: Console, asked: argparse.Namespace) -> int:
    (outcome,) = play_here(
        [asked.seed],
        mode=asked.mode,
        is_late=asked.late,
        is_traced=asked.verbose,
        accident=asked.accident,
    )
    for line in outcome.trace:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    if not outcome.is_good:
        _tell_bad(console, outcome, asked)
    tally = Tally()
    tally.add(outcome)
    _tell_tally(console, tally, None)
    console.print(f"state {outcome.state_hash}")
    return 0 if outcome.is_good else 1


def _tell_bad(console: Console, outcome: Outcome, asked: argparse.Namespace) -> None:
    mode = "" if asked.mode is None else f" --mode {asked.mode.value}"
    late = " --late" if asked.late else ""
    named = mode + late + ("" if asked.accident is None else f" --{asked.accident}")
    console.print(f"seed {outcome.seed} went wrong:", style="red")
    for sentence in [*outcome.violations, *outcome.unfinished][:SHOWN]:
        console.print(f"  {sentence}", markup=False, highlight=False, soft_wrap=True)
    command = f"{sys.executable} -m tests.simulator --seed {outcome.seed}{named} --verbose"
    console.print(f"  again: {command}", markup=False, soft_wrap=True)


def _tell_tally(console: Console, tally: Tally, seconds: float | None) -> None:
    table = Table(show_header=False)
    rows: list[tuple[str, object]] = [
        ("seeds", tally.seeds),
        ("requests, writes among them", f"{tally.requests}, {tally.writes}"),
        ("operations", tally.operations),
        ("steps confirmed", _told(tally.steps)),
        ("processes, kills, stops", _told(tally.counts)),
        ("people's acts", _told(tally.people)),
        ("faults by kind", _told(tally.faults)),
        ("cannot strike", "; ".join(f"{kind}: {why}" for kind, why in NEVER.items())),
        ("landed beyond the quiescence", _told_late(tally.late)),
        ("findings that people caused and the journal lists", tally.excused),
        ("steps that wait for a person", tally.held),
        ("violations", sum(len(outcome.violations) for outcome in tally.bad)),
        ("unfinished", sum(len(outcome.unfinished) for outcome in tally.bad)),
    ]
    if seconds is not None:
        rows.append(("seeds per second", f"{tally.seeds / seconds:.1f}"))
    for name, value in rows:
        table.add_row(name, str(value))
    console.print(table)


def _told_late(ends: Counter[str]) -> str:
    found = ends.total() - ends[SILENT]
    return f"{ends.total()}, detected {found}" + (f": {_told(ends)}" if ends else "")


def _told(counted: dict[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(counted.items()) if number)


if __name__ == "__main__":
    sys.exit(main())
