"""Plan: look at each family that is due, decide, and journal the decision before anything is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog

from connector.domain.cascade import plan_cascade
from connector.domain.ids import AccountId
from connector.domain.merge import plan_merge
from connector.domain.policy import Mode
from connector.domain.refusals import Refusal
from connector.domain.snapshot import FamilySnapshot, Quarantined
from connector.domain.window import OpenWindow
from connector.errors import InvariantBroken, JournalConflict, ReplyMalformed
from connector.observe.events import Event as Log
from connector.ports.store import AgendaRow, UnitOfWork
from connector.runtime.allowance import Allowance
from connector.runtime.families import read_family
from connector.runtime.service import Pen, Service
from connector.runtime.telling import tell_plan
from connector.saga.machine import withdraw
from connector.saga.planning import (
    Origin,
    operation_of_merge,
    operation_of_releases,
    operation_of_suspensions,
)
from connector.saga.steps import Operation, OperationState

BY = "connector"

_log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger("connector.plan")

LOOK_AGAIN = timedelta(hours=1)
"""When to look again at what no delta announces: an observed wish, a charge under way, quarantine."""

PASSING = frozenset({"pending", "marked"})
"""Refusals that end by themselves."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FamilyPlan:
    """The outcome of one look at one family."""

    main_id: AccountId
    snapshot: FamilySnapshot | None
    builders: tuple[Callable[[Origin], Operation], ...] = ()
    windows: tuple[OpenWindow, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    quarantined: tuple[Quarantined, ...] = ()

    def operations(self, origin: Origin) -> tuple[Operation, ...]:
        """The operations that would be journaled."""
        return tuple(build(origin) for build in self.builders)


def plan_due_families(service: Service, pen: Pen, allowance: Allowance) -> int:
    """Look at the families that are due, at most ``families_max``; their number."""
    now = service.clock.now().astimezone(UTC)
    with service.store.begin() as unit:
        due = unit.agenda.load_due(now, service.limits.families_max)
    rows = {row.main_id: row for row in due}
    for plan in plan_families(service, rows):
        if pen.stop.is_set():
            break
        _record_plan(service, pen, allowance, rows[plan.main_id], plan)
        pen.beat()
    return len(rows)


def plan_families(service: Service, main_ids: Iterable[AccountId]) -> Iterable[FamilyPlan]:
    """Read and decide, several families side by side; writes nothing."""
    with ThreadPoolExecutor(service.limits.concurrency, thread_name_prefix="look") as pool:
        yield from pool.map(lambda main_id: _look_at(service, main_id), main_ids)


def _look_at(service: Service, main_id: AccountId) -> FamilyPlan:
    """Plan one family; a reply that is none, or a broken law, stops this family alone."""
    try:
        return plan_family(service, main_id)
    except ReplyMalformed as broken:
        return FamilyPlan(
            main_id=main_id,
            snapshot=None,
            quarantined=(
                Quarantined(
                    resource="reply",
                    object_id=None,
                    account_id=main_id,
                    field=broken.field or "(body)",
                    problem=str(broken),
                ),
            ),
        )
    except InvariantBroken as broken:
        service.alerts.alert(Log.INVARIANT_BROKEN, str(broken), main_id=main_id)
        return FamilyPlan(main_id=main_id, snapshot=None, refusals=(_law_broken(main_id, broken),))


def plan_family(service: Service, main_id: AccountId) -> FamilyPlan:
    """Read one family and decide; writes nothing."""
    reading = read_family(service, main_id)
    family = reading.snapshot
    if family is None:
        return FamilyPlan(
            main_id=main_id,
            snapshot=None,
            refusals=() if reading.quarantined else (_main_gone(main_id),),
            quarantined=reading.quarantined,
        )
    merge = plan_merge(family, service.policy.merge)
    cascade = plan_cascade(family, service.policy.cascade)
    builders: list[Callable[[Origin], Operation]] = [
        partial(operation_of_merge, merge_plan) for merge_plan in merge.plans
    ]
    if cascade.releases:
        builders.append(partial(operation_of_releases, main_id, cascade.releases))
    if cascade.suspensions:
        builders.append(partial(operation_of_suspensions, main_id, cascade.suspensions))
    return FamilyPlan(
        main_id=main_id,
        snapshot=family,
        builders=tuple(builders),
        windows=merge.windows,
        refusals=(*merge.refusals, *cascade.refusals),
        quarantined=reading.quarantined,
    )


def _law_broken(main_id: AccountId, broken: InvariantBroken) -> Refusal:
    return Refusal(
        rule="invariant_broken",
        account_id=main_id,
        subject=f"main account {main_id}",
        sentence=f"a law does not hold for family {main_id}: {broken}",
        mend="this is a defect of the connector: report it with `linked-accounts history`",
    )


def _main_gone(main_id: AccountId) -> Refusal:
    return Refusal(
        rule="main_gone",
        account_id=main_id,
        subject=f"main account {main_id}",
        sentence=f"main account {main_id} is not on the platform any more",
        mend="end its links, or link its sub-accounts to another main account",
    )


# -- record ---------------------------------------------------------------------------------


def _record_plan(
    service: Service, pen: Pen, allowance: Allowance, row: AgendaRow, plan: FamilyPlan
) -> None:
    at = service.clock.host()
    with service.store.begin(epoch=pen.epoch) as unit:
        unit.findings.record_refusals(plan.main_id, plan.refusals, at)
        unit.findings.record_quarantine(plan.main_id, plan.quarantined, at)
        wish = ""
        recorded: list[Operation] = []
        if service.policy.mode is not Mode.OBSERVE:
            recorded, wish = _record_operations(service, unit, allowance, plan)
        elif plan.builders:
            wish = "observe mode: planned, not carried out"
        unit.agenda.record_seen(row, _next_look(service, plan, wish))
        unit.commit()
    for operation in recorded:
        tell_plan(operation)
    for broken in plan.quarantined:
        _log.warning(
            Log.OBJECT_QUARANTINED, family=plan.main_id, field=broken.field, problem=broken.problem
        )


def _record_operations(
    service: Service, unit: UnitOfWork, allowance: Allowance, plan: FamilyPlan
) -> tuple[list[Operation], str]:
    """What was added to the journal, and why something could not be added yet.

    A sub-account may have moved here while a plan of its former family still holds its invoice.
    """
    at = service.clock.host()
    recorded: list[Operation] = []
    wish = ""
    if plan.snapshot is None or plan.quarantined:
        return recorded, wish
    waiting = unit.journal.load_operations({OperationState.PROPOSED}, plan.main_id)
    origin = Origin(install_id=service.store.install_id, at=plan.snapshot.at)
    planned = [name_operation(unit, build, origin) for build in plan.builders]
    ids = {operation.plan_id for operation in planned}
    for old in waiting:
        if old.plan_id not in ids:
            _record_superseded(unit, old, at)
    known = {operation.plan_id for operation in waiting}
    for operation in planned:
        if operation.plan_id not in known and _is_new(unit, operation):
            judged = _judged(service, allowance, operation)
            try:
                unit.journal.record_operation(judged, at, BY)
            except JournalConflict as held:
                wish = f"another plan must end first: {held}"
                continue
            recorded.append(judged)
    return recorded, wish


def _record_superseded(unit: UnitOfWork, old: Operation, at: datetime) -> None:
    """Withdraw a proposal with all its steps: nothing of it may ever be sent."""
    why = "superseded: the family changed before it was approved"
    changes, _ = withdraw(old, why)
    for change in changes:
        unit.journal.record_event(change.before, change.event, change.after, BY, at)
    unit.journal.record_state(old.plan_id, OperationState.WITHDRAWN, why, BY, at)


def name_operation(
    unit: UnitOfWork, build: Callable[[Origin], Operation], origin: Origin
) -> Operation:
    """An operation under a name that no ended one has used; as the journal has it, if it does."""
    ended = {OperationState.WITHDRAWN, OperationState.CLOSED}
    while True:
        operation = build(origin)
        known = unit.journal.load_operation(operation.plan_id)
        if known is None or known.state not in ended:
            return known or operation
        origin = replace(origin, attempt=origin.attempt + 1)


def _is_new(unit: UnitOfWork, operation: Operation) -> bool:
    return unit.journal.load_operation(operation.plan_id) is None


def _judged(service: Service, allowance: Allowance, operation: Operation) -> Operation:
    why = (
        "propose mode: every plan waits for a person"
        if service.policy.mode is Mode.PROPOSE
        else allowance.judge(operation)
    )
    if not why:
        return operation
    return replace(operation, state=OperationState.PROPOSED, why=why)


def _next_look(service: Service, plan: FamilyPlan, wish: str) -> AgendaRow | None:
    """When the family must be looked at again though nothing on the platform tells us to."""
    times: list[tuple[datetime, str]] = [
        (window.until, f"cycle {window.cycle.start}: {window.sentence}") for window in plan.windows
    ]
    later = service.clock.now() + LOOK_AGAIN
    if wish:
        times.append((later, wish))
    if plan.quarantined:
        times.append((later, "an object is in quarantine"))
    times.extend((later, row.sentence) for row in plan.refusals if row.rule in PASSING)
    if not times:
        return None
    due_at, reason = min(times)
    return AgendaRow(main_id=plan.main_id, due_at=due_at.astimezone(UTC), reason=reason)
