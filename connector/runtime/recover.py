"""Recover: end doubts by reading, and only by reading."""

from __future__ import annotations

from datetime import UTC, datetime

from connector.domain.ids import PlanId
from connector.runtime.observe_step import look_after_send
from connector.runtime.service import Pen, Service
from connector.runtime.telling import tell_step
from connector.saga.effects import SetStatus
from connector.saga.machine import Change, backoff_until, happened
from connector.saga.recovery import Contradicted, NotSeen, Seen, quiet_from
from connector.saga.states import StepEvent, StepState
from connector.saga.steps import Operation, Step

BY = "connector"


def record_found_at_start(service: Service, pen: Pen) -> int:
    """Every step found in SENDING was cut off by our own death: we do not know; their number."""
    with service.store.begin(epoch=pen.epoch) as unit:
        cut_off = [
            step
            for operation in unit.journal.load_unfinished()
            for step in operation.steps
            if step.state is StepState.SENDING
        ]
        changes = [
            happened(
                step,
                StepEvent.FOUND_AT_START,
                reason="cut off by a restart",
                lost_at=service.clock.host(),
            )
            for step in cut_off
        ]
        for change in changes:
            unit.journal.record_event(
                change.before, change.event, change.after, BY, service.clock.host()
            )
        unit.commit()
    for change in changes:
        tell_step(change)
    return len(cut_off)


def recover_step(service: Service, pen: Pen, operation: Operation, step: Step) -> bool:
    """Read an UNKNOWN step back; False when it must wait for the quiescence to pass."""
    sight = look_after_send(service, operation, step)
    if isinstance(sight, Seen):
        _record_late(service, pen, operation, step, sight)
        return True
    if isinstance(sight, Contradicted):
        change = happened(step, StepEvent.CONTRADICTED, reason=sight.reason)
    else:
        quiet = quiet_from(step, service.limits.quiescence)
        if quiet is not None and service.clock.host() < quiet:
            return False
        change = happened(
            step,
            StepEvent.ABSENT,
            reason="read back: not carried out",
            due_at=_second_wind(service, step),
        )
    record_change(service, pen, change)
    return True


def _second_wind(service: Service, step: Step) -> datetime | None:
    """When to send again: at once after the first loss, then with growing gaps.

    An ill platform that swallows every write would use up all sends of a step within a second.
    """
    if step.attempts <= 1:
        return None
    return backoff_until(step, service.clock.host(), None)


def _record_late(service: Service, pen: Pen, operation: Operation, step: Step, sight: Seen) -> None:
    """Our write shows after a doubt; what changed under a late status is looked at once more."""
    reason = "read back after a doubt"
    change = happened(step, StepEvent.SEEN, reason=reason, remote_id=sight.remote_id)
    at, now = service.clock.host(), service.clock.now().astimezone(UTC)
    with service.store.begin(epoch=pen.epoch) as unit:
        unit.journal.record_event(change.before, change.event, change.after, BY, at)
        if isinstance(step.effect, SetStatus):
            unit.agenda.record_due([operation.main_id], now, "a status was set late")
        unit.commit()
    tell_step(change)


def outlast_status(service: Service, pen: Pen, operation: Operation, step: Step) -> bool | None:
    """Before a status that was sent once is dropped: it may still land, or have landed.

    True if it shows and is recorded, False while the platform may still be working on it, None once
    it can be dropped. Sending it again changes nothing, but dropping it too early leaves an account
    blocked by nobody we know.
    """
    if not isinstance(step.effect, SetStatus) or step.sent_at is None:
        return None
    sight = look_after_send(service, operation, step)
    if isinstance(sight, Seen):
        _record_late(service, pen, operation, step, sight)
        return True
    may_land = service.clock.host() < step.sent_at + service.limits.quiescence
    return False if isinstance(sight, NotSeen) and may_land else None


def record_change(service: Service, pen: Pen, change: Change, by: str = BY) -> None:
    """Commit one step's change under our lease."""
    with service.store.begin(epoch=pen.epoch) as unit:
        unit.journal.record_event(
            change.before, change.event, change.after, by, service.clock.host()
        )
        unit.commit()
    tell_step(change)


def reload(service: Service, plan_id: PlanId) -> Operation:
    """An operation as the journal has it now."""
    with service.store.begin() as unit:
        operation = unit.journal.load_operation(plan_id)
    assert operation is not None  # noqa: S101 - the journal never loses a plan
    return operation
