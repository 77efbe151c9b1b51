"""Which step is next, and what a step becomes when something happens to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from connector.domain.marker import without_marker
from connector.saga.effects import Effect, MarkInvoice
from connector.saga.states import FINISHED, StepEvent, StepState, next_state
from connector.saga.steps import Operation, OperationKind, OperationState, Step, StepKind

BACKOFF_MAX = timedelta(minutes=5)
RETRY_AFTER_MAX = timedelta(hours=1)
URGENCY = {
    OperationKind.RELEASE: 0,
    OperationKind.SUSPEND: 1,
    OperationKind.UNDO: 2,
    OperationKind.MERGE: 3,
    OperationKind.PROBE: 4,
}
"""A paying customer's reactivation never waits behind a month-end merge; nor does who asked for one back."""
ORDERED = frozenset({StepKind.CLAIM, StepKind.ISSUE})
SEND_MARGIN = timedelta(seconds=5)
"""How old a claim may be when its request leaves: a process that was stopped has lost its right."""
PIVOTS = frozenset({StepKind.ISSUE, StepKind.REVOKE})
GROUND = {StepKind.RELIEVE: StepKind.ISSUE, StepKind.RECHARGE: StepKind.REVOKE}
"""What must stand before a step may be sent."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """An event on a step, and the step after it: what the journal records in one row."""

    before: Step
    event: StepEvent
    after: Step


def with_changes(operation: Operation, changes: Iterable[Change]) -> Operation:
    """The operation after some changes of its steps."""
    after = {change.after.number: change.after for change in changes}
    steps = tuple(after.get(step.number, step) for step in operation.steps)
    return replace(operation, steps=steps)


def by_urgency(operations: Iterable[Operation]) -> list[Operation]:
    """Most urgent first; within a kind, oldest first."""
    return sorted(operations, key=lambda op: (URGENCY[op.kind], op.created_at, op.plan_id))


def to_carry_out(operations: Iterable[Operation]) -> tuple[Operation, ...]:
    """All but probes: whoever asked for one carries it out, and takes it up again if it was cut off."""
    return tuple(op for op in operations if op.kind is not OperationKind.PROBE)


def next_step(operation: Operation, now: datetime) -> Step | None:
    """The step to work on now, or None when nothing is due.

    Nothing overtakes a claim or the pivot of a merge. What follows the pivot, and the steps of a
    cascade, do not wait for each other: one source that is held keeps no other one double charged.
    """
    for step in operation.steps:
        if step.state in FINISHED:
            continue
        is_due = step.state is not StepState.HELD and (step.due_at is None or step.due_at <= now)
        if is_due and _has_its_ground(operation, step):
            return step
        if step.kind in ORDERED:
            return None
    return None


def _has_its_ground(operation: Operation, step: Step) -> bool:
    """No source is relieved unless the merged invoice that carries it was seen.

    A credit on the merged invoice waits for the reliefs of its source: they say what is left. None
    is charged anew unless the credit note that revokes the merged invoice was seen.
    """
    if step.kind is StepKind.CREDIT:
        return all(
            other.state in FINISHED
            for other in operation.steps
            if other.kind is StepKind.RELIEVE and other.invoice_id == step.invoice_id
        )
    ground = GROUND.get(step.kind)
    return ground is None or any(
        other.kind is ground and other.state is StepState.CONFIRMED for other in operation.steps
    )


def next_due_at(operation: Operation) -> datetime | None:
    """When an operation has something to do again, if only time stands in between."""
    times = [
        step.due_at
        for step in operation.steps
        if step.due_at is not None
        and step.state not in FINISHED
        and step.state is not StepState.HELD
    ]
    return min(times, default=None)


def is_done(operation: Operation) -> bool:
    """Whether every step is finished."""
    return all(step.state in FINISHED for step in operation.steps)


def held_steps(operation: Operation) -> tuple[Step, ...]:
    """Steps that wait for a person."""
    return tuple(step for step in operation.steps if step.state is StepState.HELD)


def is_past_pivot(operation: Operation) -> bool:
    """Whether the pivot stands or may stand: from here only forward."""
    return any(
        step.kind in PIVOTS and step.state not in {StepState.INTENDED, StepState.CANCELLED}
        for step in operation.steps
    )


def cancel(step: Step, reason: str) -> tuple[tuple[Change, ...], bool]:
    """An operator gives a held step up; True when the whole operation must be withdrawn with it.

    A merge that never got its invoice must relieve nobody: whoever cancels one of its claims or
    its pivot gives the merge up; so does an undo that revoked nothing charge nobody anew. A
    cancelled relief or recharge was settled by hand.
    """
    change = happened(step, StepEvent.CANCEL_ASKED, reason=reason)
    return (change,), step.kind in ORDERED | PIVOTS


def claimed(step: Step, effect: Effect, now: datetime) -> Change:
    """A worker commits to send the step now, with exactly this effect.

    From the first send of a document on its effect is frozen: a later one must be the same. A
    memo is composed anew at each send, since staff's words around the marker are kept.
    """
    frozen = step.sent_at is not None and not isinstance(step.effect, MarkInvoice)
    after = replace(
        step,
        state=next_state(step.state, StepEvent.CLAIMED),
        effect=step.effect if frozen else effect,
        attempts=step.attempts + 1,
        sent_at=now,
        due_at=None,
    )
    return Change(before=step, event=StepEvent.CLAIMED, after=after)


def is_stale(since_claim: timedelta, margin: timedelta = SEND_MARGIN) -> bool:
    """Whether a claim is too old to be sent: the lease may have passed to another meanwhile.

    Args:
        since_claim: by a clock that nobody sets, from before SENDING was committed.
        margin: how long a claim is good; what our own pace may hold a request back is in it.
    """
    return since_claim >= margin


def happened(
    step: Step,
    event: StepEvent,
    *,
    reason: str = "",
    remote_id: int | None = None,
    due_at: datetime | None = None,
    lost_at: datetime | None = None,
) -> Change:
    """Anything but a claim happens to a step.

    A doubt counts from ``lost_at``, when we lost sight of the request: a process that was stopped
    between its claim and its send may have sent it much later than it said it would.
    """
    after = replace(
        step,
        state=next_state(step.state, event),
        reason=reason or step.reason,
        remote_id=remote_id if remote_id is not None else step.remote_id,
        due_at=due_at,
        sent_at=lost_at if lost_at is not None else step.sent_at,
    )
    return Change(before=step, event=event, after=after)


def backoff_until(step: Step, now: datetime, retry_after_seconds: int | None) -> datetime:
    """When to try again: doubling from two seconds, or what the platform asked for; bounded."""
    if retry_after_seconds is not None:
        return now + min(timedelta(seconds=retry_after_seconds), RETRY_AFTER_MAX)
    return now + min(timedelta(seconds=2 ** min(step.attempts, 10)), BACKOFF_MAX)


def withdraw(
    operation: Operation, reason: str, quiescence: timedelta = timedelta()
) -> tuple[tuple[Change, ...], tuple[Step, ...]]:
    """Give a merge up before its pivot: cancel what has not left, hand back what was claimed.

    A claim that was sent but never seen is handed back too, and not before the quiescence has
    passed: until then its mark may still appear.
    """
    changes = tuple(
        happened(step, StepEvent.WITHDRAWN, reason=reason)
        for step in operation.steps
        if step.state is StepState.INTENDED
    )
    claims = [
        step
        for step in operation.steps
        if step.kind is StepKind.CLAIM
        and (step.state is StepState.CONFIRMED or step.sent_at is not None)
    ]
    return changes, hand_back(operation, claims, quiescence)


def hand_back(
    operation: Operation, claims: Iterable[Step], quiescence: timedelta = timedelta()
) -> tuple[Step, ...]:
    """The further steps that take our marks off sources that nothing carries."""
    first = max(step.number for step in operation.steps) + 1
    return tuple(
        _unclaim(claim, number, quiescence) for number, claim in enumerate(claims, start=first)
    )


def claim_of(operation: Operation, step: Step) -> Step:
    """The claim of the source that a step is about."""
    return next(
        other
        for other in operation.steps
        if other.kind is StepKind.CLAIM and other.invoice_id == step.invoice_id
    )


def _unclaim(claim: Step, number: int, quiescence: timedelta = timedelta()) -> Step:
    effect = claim.effect
    assert isinstance(effect, MarkInvoice)
    all_landed = claim.state is StepState.CONFIRMED and claim.attempts == 1
    last_sent_at = None if all_landed else claim.sent_at
    return Step(
        plan_id=claim.plan_id,
        number=number,
        kind=StepKind.UNCLAIM,
        account_id=claim.account_id,
        invoice_id=claim.invoice_id,
        effect=replace(effect, memo=without_marker(effect.memo, claim.marker)),
        due_at=None if last_sent_at is None else last_sent_at + quiescence,
    )


def may_work(operation: Operation) -> bool:
    """Whether an operation's steps may be sent: approved and not closed."""
    return operation.state in {OperationState.OPEN, OperationState.WITHDRAWN}
