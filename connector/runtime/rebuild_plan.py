"""What becomes of every plan that left a mark on the platform: decided here, recorded nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from connector.domain.ids import AccountId, PlanId
from connector.domain.invoices import Invoice
from connector.domain.links import LinkMap
from connector.runtime.families import or_none, whole
from connector.runtime.service import Service
from connector.runtime.walk import Walk
from connector.saga.anatomy import Named, Payer, dissect, unmarked_sources
from connector.saga.catching_up import Lesson, learn
from connector.saga.fixups import Unclear
from connector.saga.machine import with_changes
from connector.saga.probe_rebuilding import is_of_probe, rebuild_probe
from connector.saga.rebuilding import When, rebuild_merge
from connector.saga.steps import Operation
from connector.saga.traces import Traces
from connector.saga.undo_rebuilding import is_of_undo, merge_named, rebuild_undo

SOURCE_AGE = timedelta(days=800)
"""How far before its merged invoice a source is looked for on which our mark is missing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rebuilt:
    """What becomes of one plan: a new operation, a lesson for a known one, or a problem."""

    traces: Traces
    operation: Operation | None  #: as it is before a lesson, or as it will be recorded
    lesson: Lesson | None = None
    problem: str = ""

    @property
    def after(self) -> Operation | None:
        """The operation as it is with its lesson."""
        operation, lesson = self.operation, self.lesson
        if operation is None or lesson is None:
            return operation
        changed = with_changes(operation, lesson.changes)
        return replace(
            changed,
            steps=(*changed.steps, *lesson.added),
            state=lesson.state or operation.state,
        )

    @property
    def is_news(self) -> bool:
        """Whether the journal does not say so yet."""
        return not self.problem and (self.lesson is None or not self.lesson.is_empty)


def plan_rebuild(service: Service, walk: Walk) -> Iterator[Rebuilt]:
    """What becomes of every plan that left a mark, and of every unfinished one; records nothing.

    An undo is read after the merge that it takes back: its documents are younger.
    """
    with service.store.begin() as unit:
        unfinished = unit.journal.load_unfinished()
    marked = {traces.plan_id for traces in walk.plans}
    rest = [Traces(plan_id=op.plan_id) for op in unfinished if op.plan_id not in marked]
    planner = _Planner(service)
    for traces in (*walk.plans, *rest):
        yield planner.plan(traces)


def payer_in(links: LinkMap, when: When) -> Payer:
    """Who pays for an account: by the link of today, else by its latest one."""
    today = when.now.date()
    latest = sorted(links.links, key=lambda row: (row.holds_on(today), row.since))
    mains = {main: main for main in links.main_ids}
    mains |= {row.sub_id: row.main_id for row in latest}
    return mains.get


class _Planner:
    """One rebuild: plan after plan, each with a view of those before it."""

    def __init__(self, service: Service) -> None:
        clock = service.clock
        self._service = service
        self._when = When(now=clock.now(), host=clock.host(), quiescence=service.limits.quiescence)
        with service.store.begin() as unit:
            self._payer = payer_in(unit.links.load_map(), self._when)
        self._so_far: dict[PlanId, Operation] = {}
        self._billing_days: dict[AccountId, int | None] = {}

    def plan(self, traces: Traces) -> Rebuilt:
        """What becomes of one plan."""
        known = self._load(traces.plan_id)
        found = self._new(traces) if known is None else _learnt(known, traces, self._when)
        if found.after is not None:
            self._so_far[traces.plan_id] = found.after
        return found

    def _new(self, traces: Traces) -> Rebuilt:
        if is_of_probe(traces):
            found = rebuild_probe(traces, self._when)
        elif is_of_undo(traces):
            name = merge_named(traces)
            merge = None if name is None else self._so_far.get(name) or self._load(name)
            found = rebuild_undo(traces, merge, self._when)
        else:
            anatomy = dissect(traces, self._payer, self._read_named(traces))
            billing_day = self._read_billing_day(anatomy.main_id)
            found = rebuild_merge(traces, anatomy, self._when, billing_day)
        if isinstance(found, Unclear):
            return Rebuilt(traces=traces, operation=None, problem=found.reason)
        return Rebuilt(traces=traces, operation=found)

    def _load(self, plan_id: PlanId) -> Operation | None:
        with self._service.store.begin() as unit:
            return unit.journal.load_operation(plan_id)

    def _read_named(self, traces: Traces) -> dict[Named, Invoice]:
        """Sources that lost our mark, by account and printed number."""
        found: dict[Named, Invoice] = {}
        wanted = set(unmarked_sources(traces, self._payer))
        for account_id in sorted({account for account, _ in wanted}):
            since = min(row.issued_on for row in traces.invoices) - SOURCE_AGE
            for invoice in whole(self._service.reader.read_invoices([account_id], since)):
                if (account_id, invoice.number) in wanted:
                    found[account_id, invoice.number] = invoice
        return found

    def _read_billing_day(self, main_id: AccountId | None) -> int | None:
        if main_id is None:
            return None
        if main_id not in self._billing_days:
            billing = or_none(self._service.reader.read_billing, main_id)
            self._billing_days[main_id] = None if billing is None else billing.billing_day
        return self._billing_days[main_id]


def _learnt(known: Operation, traces: Traces, when: When) -> Rebuilt:
    lesson = learn(known, traces, when)
    if isinstance(lesson, Unclear):
        return Rebuilt(traces=traces, operation=known, problem=lesson.reason)
    return Rebuilt(traces=traces, operation=known, lesson=lesson)
