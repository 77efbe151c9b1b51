"""Plan: look at each family that is due, and journal what was decided before anything is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import structlog

from connector.domain.policy import Mode
from connector.errors import (
    IllegalTransition,
    InvariantBroken,
    JournalConflict,
    PlatformError,
    PlatformUnavailable,
)
from connector.observe.events import Event as Log
from connector.ports.store import AgendaRow, UnitOfWork
from connector.runtime.allowance import Allowance
from connector.runtime.gate import load_mode
from connector.runtime.look import FamilyPlan, law_broken, plan_families
from connector.runtime.parking import park_broken
from connector.runtime.service import Pen, Service
from connector.runtime.strangers import begin_recovery, load_strangers, traces_on
from connector.runtime.sweep import sweep_family
from connector.runtime.telling import tell_plan, tell_state
from connector.saga.machine import withdraw
from connector.saga.planning import Origin
from connector.saga.steps import Operation, OperationState

BY = "connector"

_log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger("connector.plan")

GIVEN_UP = "given up by"
"""How a withdrawal by a person begins: the same plan, made anew, waits for one."""

LOOK_AGAIN = timedelta(hours=1)
"""When to look again at what no delta announces: an observed wish, a charge under way, quarantine."""

TROUBLES_MAX = 3
"""Families in one turn that the platform fails to show, before the turn is given up."""

PASSING = frozenset({"pending", "marked", "memo_full"})
"""Refusals that end by themselves."""


@dataclass(kw_only=True, slots=True)
class PlanReport:
    """What one turn of planning came to."""

    looked_at: int = 0
    problems: list[PlatformError] = field(default_factory=list)


def plan_due_families(service: Service, pen: Pen, allowance: Allowance) -> PlanReport:
    """Look at the families that are due, at most ``families_max``.

    A family that cannot be read stays due and stops nobody; several of them mean that the platform
    is down, and the rest is left for the next turn.
    """
    report = PlanReport()
    allowance.begin_turn()
    now = service.clock.now().astimezone(UTC)
    with service.store.begin() as unit:
        due = unit.agenda.load_due(now, service.limits.families_max)
    rows = {row.main_id: row for row in due}
    for plan in plan_families(service, rows):
        if pen.stop.is_set() or _is_strange(service, pen, plan):
            break
        swept = _swept(service, pen, plan)
        if swept.trouble is not None:
            report.problems.append(swept.trouble)
        else:
            _record_plan(service, pen, allowance, rows[plan.main_id], swept)
            report.looked_at += 1
        pen.beat()
        if len(report.problems) >= TROUBLES_MAX:
            break
    return report


def _swept(service: Service, pen: Pen, plan: FamilyPlan) -> FamilyPlan:
    """A plan with what the sweep found; a law that it, or the look, found broken parks the family.

    In observe mode nothing is written anyway, and the refusal alone says so.
    """
    broken: Exception | None = plan.broken
    try:
        found = sweep_family(service, pen, plan.snapshot)
        plan = replace(plan, refusals=(*plan.refusals, *found))
    except PlatformUnavailable as trouble:
        plan = replace(plan, trouble=trouble)  # the same look, cut short
    except (InvariantBroken, IllegalTransition) as found_broken:
        broken = found_broken
        plan = replace(
            plan, builders=(), refusals=(*plan.refusals, law_broken(plan.main_id, broken))
        )
    if broken is not None and service.policy.mode is not Mode.OBSERVE:
        park_broken(service, pen, plan.main_id, broken)
    return plan


def _is_strange(service: Service, pen: Pen, plan: FamilyPlan) -> bool:
    """Whether a look shows marks that our journal cannot explain; then recovery mode begins."""
    traces = () if plan.snapshot is None else traces_on(plan.snapshot.invoices)
    if not traces:
        return False
    with service.store.begin() as unit:
        strangers = load_strangers(unit, traces)
    if strangers:
        begin_recovery(service, pen, strangers)
    return bool(strangers)


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
        if load_mode(service, unit) is not Mode.OBSERVE:
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
    if plan.snapshot is None or plan.quarantined or unit.parkings.load_parked(plan.main_id):
        return recorded, wish
    waiting = unit.journal.load_operations({OperationState.PROPOSED}, plan.main_id)
    origin = Origin(install_id=service.store.install_id, at=plan.snapshot.at)
    planned = [name_operation(unit, build, origin) for build in plan.builders]
    ids = {named.operation.plan_id for named in planned}
    for old in waiting:
        if old.plan_id not in ids:
            _record_superseded(unit, old, at)
    known = {operation.plan_id for operation in waiting}
    for named in planned:
        operation = named.operation
        if operation.plan_id not in known and _is_new(unit, operation):
            judged = _judged(service, unit, allowance, named)
            try:
                unit.journal.record_operation(judged, at, BY)
            except JournalConflict as held:
                wish = f"another plan must end first: {held}"
                continue
            recorded.append(judged)
            if judged.state is OperationState.OPEN:
                allowance.count(judged)
    return recorded, wish


def _record_superseded(unit: UnitOfWork, old: Operation, at: datetime) -> None:
    """Withdraw a proposal with all its steps: nothing of it may ever be sent."""
    why = "superseded: the family changed before it was approved"
    changes, _ = withdraw(old, why)
    for change in changes:
        unit.journal.record_event(change.before, change.event, change.after, BY, at)
    unit.journal.record_state(old.plan_id, OperationState.WITHDRAWN, why, BY, at)
    tell_state(old.plan_id, OperationState.WITHDRAWN, why, BY)


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """An operation under its name, and whether a person has given the same one up before."""

    operation: Operation
    given_up: str = ""


def name_operation(unit: UnitOfWork, build: Callable[[Origin], Operation], origin: Origin) -> Named:
    """An operation under a name that no ended one has used; as the journal has it, if it does."""
    ended = {OperationState.WITHDRAWN, OperationState.CLOSED}
    given_up = ""
    while True:
        operation = build(origin)
        known = unit.journal.load_operation(operation.plan_id)
        if known is None or known.state not in ended:
            return Named(operation=known or operation, given_up=given_up)
        given_up = known.why if known.why.startswith(GIVEN_UP) else ""
        origin = replace(origin, attempt=origin.attempt + 1)


def _is_new(unit: UnitOfWork, operation: Operation) -> bool:
    return unit.journal.load_operation(operation.plan_id) is None


def _judged(service: Service, unit: UnitOfWork, allowance: Allowance, named: Named) -> Operation:
    why = (
        "propose mode: every plan waits for a person"
        if service.policy.mode is Mode.PROPOSE
        else named.given_up or allowance.judge(unit, named.operation, service.policy.bounds)
    )
    if not why:
        return named.operation
    return replace(named.operation, state=OperationState.PROPOSED, why=why)


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
