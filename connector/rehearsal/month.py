"""The month itself: the platform's days go by, people pay, and the service takes its turns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from threading import Event

from connector.errors import PlatformError
from connector.ports.store import RequestKind
from connector.rehearsal.evidence import findings_of, judge
from connector.rehearsal.outcome import Outcome
from connector.rehearsal.payers import Payers
from connector.rehearsal.watching import Watcher
from connector.runtime.cycle import load_standing, run_cycle, start
from connector.runtime.preview import load_waiting
from connector.runtime.requests import ALL, record_request
from connector.runtime.service import Pen, Service, hold_pen
from connector.sandbox.server import RunningSandbox

BY = "rehearsal"
TURNS_MAX = 25
"""Turns at one moment of simulated time, before it goes on anyway."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Course:
    """How long, in which steps, and who pays."""

    days: int
    payers: Payers
    step: timedelta = timedelta(hours=3)


def play(
    box: RunningSandbox, service: Service, course: Course, told: Callable[[int, int], None]
) -> Outcome:
    """Play a month with a service on a running sandbox, and say what came of it."""
    begin = box.world.now()
    before = findings_of(box.world)
    invoices = set(box.world.invoices.ids)
    watcher = Watcher(service, begin)
    with hold_pen(service, BY, Event()) as pen:
        start(service, pen)
        moments = _moments(begin, course)
        for done, moment in enumerate(moments, start=1):
            if moment > box.world.now():
                box.control("POST", "advance", {"to": moment.isoformat()})
            _pay(box, course.payers, watcher.outcome)
            _take_turns(service, pen, watcher, box.world.now())
            told(done, len(moments))
    outcome = watcher.end(box.world)
    outcome.findings = judge(box.world, before)
    outcome.findings_before = len(before)
    new = (row for row in box.world.invoices if row.id not in invoices)
    outcome.issued = sum(row.added_by == "system" for row in new)
    return outcome


def _moments(begin: datetime, course: Course) -> list[datetime]:
    """Now, then every step from the next full hour on, as long as the days last."""
    end = begin + timedelta(days=course.days)
    moments = [begin]
    moment = begin.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    while moment < end:
        moments.append(moment)
        moment += course.step
    return [*moments, end]


def _pay(box: RunningSandbox, payers: Payers, outcome: Outcome) -> None:
    for invoice in payers.due_now(box.world):
        if not invoice.due:
            continue
        body = {"customer_id": invoice.customer_id, "invoice_id": invoice.id}
        paid = box.control("POST", "pay", body)
        outcome.payments += 1
        outcome.paid += Decimal(str(paid["amount"])) if isinstance(paid, dict) else 0


def _take_turns(service: Service, pen: Pen, watcher: Watcher, at: datetime) -> None:
    """Turns until one finds nothing to do; whatever waits for a person gets its yes."""
    for _ in range(TURNS_MAX):
        try:
            report = run_cycle(service, pen)
        except PlatformError as trouble:
            _tell(watcher.outcome, trouble)
            return
        for problem in report.problems:
            _tell(watcher.outcome, problem)
        asked = _say_yes(service, watcher, at)
        if not report.is_idle:
            watcher.look(at)
        if report.is_idle and not asked:
            return


def _say_yes(service: Service, watcher: Watcher, at: datetime) -> bool:
    waiting = load_waiting(service)
    frozen = load_standing(service).frozen
    if waiting:
        watcher.ask(at, waiting)
        record_request(service, RequestKind.APPROVE, ALL, BY)
    if frozen is not None:
        watcher.ask_to_unfreeze(at, frozen)
        record_request(service, RequestKind.UNFREEZE, "", BY)
    return bool(waiting) or frozen is not None


def _tell(outcome: Outcome, trouble: PlatformError) -> None:
    if str(trouble) not in outcome.problems:
        outcome.problems.append(str(trouble))
