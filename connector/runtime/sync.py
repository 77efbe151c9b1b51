"""``sync``: turn after turn until nothing is due, then say what still stands open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from connector.runtime.allowance import Allowance
from connector.runtime.cycle import CycleReport, Standing, load_standing, run_cycle, start
from connector.runtime.service import Pen, Service


@dataclass(frozen=True, kw_only=True, slots=True)
class SyncReport:
    """The figures of all turns, and what stands open after them."""

    cycle: CycleReport
    standing: Standing
    rounds: int


def sync_until_idle(
    service: Service,
    pen: Pen,
    *,
    wait: timedelta,
    progress: Callable[[CycleReport], None],
) -> SyncReport:
    """Run turns until one finds nothing to do.

    Args:
        service: the wired service.
        pen: our right to write.
        wait: how long to wait, in all, for steps that only time holds back (back-off after an
            unreachable platform, quiescence after a doubt).
        progress: told after every turn.
    """
    start(service, pen)
    allowance = Allowance()
    total = CycleReport()
    waited = timedelta()
    rounds = 0
    while rounds < service.limits.rounds_max:
        rounds += 1
        report = run_cycle(service, pen, allowance)
        total.add(report)
        progress(total)
        if pen.stop.is_set():
            break
        standing = load_standing(service)
        if not report.is_idle:
            continue
        pause = _pause(standing, service.clock.host())
        if pause is None or waited + pause > wait or standing.frozen:
            break
        waited += pause
        pen.stop.wait(pause.total_seconds())
    return SyncReport(cycle=total, standing=load_standing(service), rounds=rounds)


def _pause(standing: Standing, now: datetime) -> timedelta | None:
    if standing.waiting_until is None:
        return None
    return max(standing.waiting_until - now, timedelta(milliseconds=50))
