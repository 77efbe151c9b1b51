"""How much one run may do without a person: the operator's bounds, held against the journal.

The figures of a day and of a cycle come from the journal, so that a restart gives nothing back. A
run's own figures live and die with it. Both are taken when a plan is recorded, and never again:
what was recorded as open, or approved, goes on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import reduce

from connector.domain.bounds import Growth, Share, Usage, judge_bounds, judge_growth
from connector.domain.policy import Bounds
from connector.ports.store import UnitOfWork
from connector.runtime import facts
from connector.runtime.service import Service
from connector.saga.steps import DOCUMENTS, Operation, OperationKind


@dataclass(kw_only=True, slots=True)
class Allowance:
    """What the plans of one run come to; and of their day and cycle, as the journal had it."""

    run: Usage = field(default_factory=Usage)
    _days: dict[date, Usage] = field(default_factory=dict)
    _months: dict[date, Growth] = field(default_factory=dict)

    def begin_turn(self) -> None:
        """Ask the journal anew: meanwhile people may have approved, or withdrawn, something."""
        self._days.clear()
        self._months.clear()

    def judge(self, unit: UnitOfWork, operation: Operation, bounds: Bounds) -> str:
        """Why this operation must wait for approval, or an empty text."""
        if bounds.first_run_approval and unit.facts.load(facts.FIRST_APPROVAL) is None:
            return "the first run of an installation waits for a person"
        share, today = share_of(operation), operation.created_at.date()
        day = self._load_day(unit, operation.created_at)
        beyond = judge_bounds(share, self.run, day, today, bounds)
        if beyond or operation.kind is not OperationKind.MERGE:
            return beyond
        return judge_growth(share, self._load_growth(unit, _month_of(operation)), bounds)

    def count(self, operation: Operation) -> None:
        """An operation was recorded as open: it counts from now on."""
        share, today, month = share_of(operation), operation.created_at.date(), _month_of(operation)
        self.run = self.run.plus(share)
        if today in self._days:
            self._days[today] = self._days[today].plus(share)
        if month in self._months:
            self._months[month] = self._months[month].plus(share)

    def _load_day(self, unit: UnitOfWork, at: datetime) -> Usage:
        """What was done on the platform's calendar day so far, without asking anybody."""
        if at.date() not in self._days:
            start = datetime.combine(at.date(), time(), tzinfo=at.tzinfo)
            shares = unit.journal.load_unattended(start)
            self._days[at.date()] = reduce(Usage.plus, shares, Usage())
        return self._days[at.date()]

    def _load_growth(self, unit: UnitOfWork, month: date) -> Growth:
        if month not in self._months:
            self._months[month] = Growth(
                month=month,
                merged=unit.journal.load_merged(month, _first_of(month + timedelta(days=31))),
                merged_before=unit.journal.load_merged(_first_of(month - timedelta(days=1)), month),
            )
        return self._months[month]


def judge_preview(service: Service, allowance: Allowance, operation: Operation) -> str:
    """Why an operation would have to wait, were it recorded now, after those judged before it."""
    with service.store.begin() as unit:
        why = allowance.judge(unit, operation, service.policy.bounds)
    if not why:
        allowance.count(operation)
    return why


def share_of(operation: Operation) -> Share:
    """What one operation adds to its run and its day."""
    return Share(
        kind=operation.kind,
        main_id=operation.main_id,
        documents=sum(step.kind in DOCUMENTS for step in operation.steps),
        amount=operation.total,
    )


def _month_of(operation: Operation) -> date:
    return _first_of(operation.cycle_start or operation.created_at.date())


def _first_of(day: date) -> date:
    return day.replace(day=1)
