"""``python -m tests.kill9 --kills 1000``: kill real daemons, print what it came to, fail on any wrong."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from tests.kill9.campaign import MOMENTS, STOPPED, Report, campaign


def main(arguments: list[str] | None = None) -> int:
    """Kill; the exit code is 1 if anything was wrong."""
    asked = _parser().parse_args(arguments)
    console, began = Console(emoji=False), time.perf_counter()
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("kills", total=asked.kills)
        report = campaign(
            asked.kills,
            asked.seed,
            families=asked.families,
            told=lambda: progress.advance(task),
        )
    _tell(console, report, time.perf_counter() - began)
    if report.findings:
        again = f"--kills {asked.kills} --seed {asked.seed} --families {asked.families}"
        console.print(f"again: python -m tests.kill9 {again}", soft_wrap=True)
    return 1 if report.findings else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.kill9", description=__doc__)
    parser.add_argument("--kills", type=int, default=1000, help="how many")
    parser.add_argument("--seed", type=int, default=1, help="from which all moments are drawn")
    parser.add_argument("--families", type=int, default=20, help="in the sandbox")
    return parser


def _tell(console: Console, report: Report, seconds: float) -> None:
    table = Table(show_header=False)
    rows: list[tuple[str, object]] = [
        ("kills", report.kills.total()),
        *((f"kills {moment}", report.kills[moment]) for moment in (*MOMENTS, STOPPED)),
        ("struck", _told(report.struck)),
        ("starts of a daemon", report.starts),
        ("rivals of a stopped one", _told(report.stops)),
        ("simulated months", report.months),
        ("operations ended", _told(report.done)),
        ("journal", report.journal),
        ("findings", len(report.findings)),
        (
            "minutes, kills per minute",
            f"{seconds / 60:.1f}, {report.kills.total() * 60 / seconds:.0f}",
        ),
    ]
    for name, value in rows:
        table.add_row(name, str(value))
    console.print(table)
    for finding in report.findings:
        console.print(f"  {finding}", style="red", markup=False, soft_wrap=True)


def _told(counted: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(counted.items()))


if __name__ == "__main__":
    sys.exit(main())
