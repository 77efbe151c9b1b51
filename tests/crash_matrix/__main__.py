"""``python -m tests.crash_matrix``: play the whole matrix, print what it came to, fail on any wrong."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import track
from rich.table import Table

from tests.crash_matrix.canon import SCENARIOS
from tests.crash_matrix.matrix import Case, Outcome, reference_of
from tests.crash_matrix.seen import never_seen
from tests.crash_matrix.series import Crew, Played, Tally, play_here
from tests.crash_matrix.troubles import KINDS
from tests.simulator.series import silence

SHOWN = 5
TABLE_WIDTH = 140
GROUPS = tuple(dict.fromkeys(kind.group for kind in KINDS.values()))


def main(arguments: list[str] | None = None) -> int:
    """Play; the exit code is 1 if anything was wrong, or never tried."""
    asked = _parser().parse_args(arguments)
    console = Console(emoji=False)
    console.width = max(console.width, TABLE_WIDTH)
    scenarios = asked.scenario or list(SCENARIOS)
    kinds = asked.kind or list(KINDS)
    if asked.list:
        return _list(console)
    if asked.at is not None:
        case = Case(scenario=scenarios[0], kind=kinds[0], at=asked.at)
        return _play_one(console, case, is_traced=asked.verbose)
    tally, began = Tally(), time.perf_counter()
    with Crew(asked.jobs) as crew:
        cases = crew.plan(scenarios, kinds, asked.every)
        for case, outcome in _watched(console, crew.play(cases), len(cases)):
            tally.add(case, outcome)
            if outcome.wrong:
                _tell_bad(console, case, outcome)
    _tell_tally(console, tally, scenarios, time.perf_counter() - began)
    is_whole = not asked.scenario and not asked.kind and asked.every == 1
    missing = never_seen(tally.seen, tally.faults) if is_whole else []
    if missing:
        console.print(f"never happened: {', '.join(missing)}", style="red", markup=False)
    return 1 if tally.failures.total() or missing else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.crash_matrix", description=__doc__)
    parser.add_argument("--scenario", action="append", choices=list(SCENARIOS), help="only this")
    parser.add_argument("--kind", action="append", choices=list(KINDS), help="only this trouble")
    parser.add_argument("--at", type=int, help="with one of each: only at this effect")
    parser.add_argument("--every", type=int, default=1, help="only every n-th effect")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--verbose", action="store_true", help="with --at: every effect")
    parser.add_argument("--list", action="store_true", help="tell the scenarios and the kinds")
    return parser


def _list(console: Console) -> int:
    for scenario in SCENARIOS.values():
        console.print(f"{scenario.name}: {scenario.tells}", markup=False, highlight=False)
    console.print(f"kinds: {', '.join(KINDS)}", markup=False, highlight=False)
    return 0


def _watched(console: Console, played: Iterator[Played], total: int) -> Iterable[Played]:
    return track(
        played,
        total=total,
        description="cases",
        console=console,
        disable=not console.is_terminal,
        transient=True,
    )


def _play_one(console: Console, case: Case, *, is_traced: bool) -> int:
    with silence():
        cells = [row.at for row in reference_of(case.scenario).cases(KINDS[case.kind])]
    if case.at not in cells:
        places = ", ".join(map(str, cells))
        raise SystemExit(f"{case.kind!r} strikes {case.scenario!r} only at the effects {places}")
    ((_, outcome),) = play_here([case], is_traced=is_traced)
    for line in outcome.trace:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    if outcome.wrong:
        _tell_bad(console, case, outcome)
    else:
        console.print("nothing wrong")
    return 1 if outcome.wrong else 0


def _tell_bad(console: Console, case: Case, outcome: Outcome) -> None:
    console.print(f"{case.scenario}, {case.kind} at {case.at} went wrong:", style="red")
    for sentence in outcome.wrong[:SHOWN]:
        console.print(f"  {sentence}", markup=False, highlight=False, soft_wrap=True)
    console.print(f"  again: {case.command}", markup=False, soft_wrap=True)


def _tell_tally(console: Console, tally: Tally, scenarios: Sequence[str], seconds: float) -> None:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("scenario", no_wrap=True)
    for heading in (*GROUPS, "cases", "failures", "persons"):
        table.add_column(heading, justify="right", no_wrap=True)
    for name in scenarios:
        cells = [_told(tally, [name], [group]) for group in GROUPS]
        table.add_row(name, *cells, *_sums(tally, [name]), str(tally.persons[name] or ""))
    cells = [_told(tally, scenarios, [group]) for group in GROUPS]
    table.add_row("all", *cells, *_sums(tally, scenarios), str(tally.persons.total() or ""))
    console.print(table)
    cases = tally.cases.total()
    console.print(
        f"{cases} cases, {tally.failures.total()} failures, {tally.requests} requests,"
        f" {cases / seconds:.1f} cases per second"
    )
    console.print(f"faults that struck: {_listed(tally.faults)}", markup=False, highlight=False)
    console.print(f"events of steps: {_listed(tally.seen)}", markup=False, highlight=False)


def _told(tally: Tally, scenarios: Sequence[str], groups: Sequence[str]) -> str:
    """Cases, and the failures among them if there are any."""
    cells = [(name, group) for name in scenarios for group in groups]
    cases, failures = (sum(each[cell] for cell in cells) for each in (tally.cases, tally.failures))
    return f"{cases} ({failures})" if failures else str(cases or "")


def _sums(tally: Tally, scenarios: Sequence[str]) -> tuple[str, str]:
    cells = [(name, group) for name in scenarios for group in GROUPS]
    cases, failures = (sum(each[cell] for cell in cells) for each in (tally.cases, tally.failures))
    return str(cases), str(failures)


def _listed(counted: dict[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(counted.items()) if number)


if __name__ == "__main__":
    sys.exit(main())
