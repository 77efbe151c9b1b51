"""The journal by itself: plans that add up, steps that are as recorded, operations that end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from connector.domain.ids import PlanId
from connector.domain.invoices import total_of
from connector.domain.money import add_up, told
from connector.saga.audit.rules import Rule
from connector.saga.audit.scene import AuditFinding, EventTrace, FamilyScene, is_at_rest
from connector.saga.effects import IssueCreditNote, IssueInvoice
from connector.saga.fixups import SETTLING, issue_of
from connector.saga.states import TRANSITIONS, StepEvent, StepState
from connector.saga.steps import Operation, OperationKind, OperationState, Source, Step, StepKind

_DEFECT = (
    "nothing but a defect, or somebody who changed the store, does that: freeze, and report it"
)
_EVENTS = frozenset(event.value for event in StepEvent)


def judge_journal(scene: FamilyScene) -> Iterator[AuditFinding]:
    """What the journal says against itself, and what in it does not end."""
    events: dict[tuple[PlanId, int | None], list[EventTrace]] = defaultdict(list)
    for event in scene.events:
        events[event.plan_id, event.step].append(event)
    hashes = {(row.plan_id, row.number): row for row in scene.steps}
    for operation in scene.operations:
        if operation.kind is OperationKind.MERGE:
            yield from _judge_sums(scene, operation)
        for step in operation.steps:
            trace = hashes.get((step.plan_id, step.number))
            if trace is not None and trace.recorded_hash != trace.actual_hash:
                yield _about_step(
                    scene, step, Rule.PARAMS_CHANGED, "has other parameters than were recorded"
                )
            if why := _disagreement(step, events[step.plan_id, step.number]):
                yield _about_step(scene, step, Rule.EVENTS_DISAGREE, why)
        yield from _judge_end(scene, operation)


# -- I16: the local balance -----------------------------------------------------------------


def _judge_sums(scene: FamilyScene, operation: Operation) -> Iterator[AuditFinding]:
    issue = issue_of(operation).effect
    assert isinstance(issue, IssueInvoice)
    parts = {
        "its sources": add_up(source.total for source in operation.sources),
        "its invoice": issue.total,
        "the lines of its invoice": total_of(issue.items),
    }
    for name, amount in parts.items():
        if amount != operation.total:
            yield _unbalanced(
                scene,
                operation,
                f"plan {operation.plan_id} is of {told(operation.total)}, {name} make "
                f"{told(amount)}",
                amount - operation.total,
            )
            return
    if operation.state is OperationState.CLOSED and not operation.why:
        for source in operation.sources:
            yield from _judge_share(scene, operation, source)


def _judge_share(
    scene: FamilyScene, operation: Operation, source: Source
) -> Iterator[AuditFinding]:
    """What is carried was relieved or credited, unless a person gave it up or it was handed back."""
    steps = [
        step
        for step in operation.steps
        if step.invoice_id == source.invoice_id and step.kind in SETTLING
    ]
    was_handed_back = any(
        step.kind is StepKind.UNCLAIM and step.invoice_id == source.invoice_id
        for step in operation.steps
    )
    if was_handed_back or _was_given_up(scene, steps):
        return
    settled = add_up(
        step.effect.total
        for step in steps
        if step.state is not StepState.CANCELLED and isinstance(step.effect, IssueCreditNote)
    )
    if settled != source.total:
        yield _unbalanced(
            scene,
            operation,
            f"plan {operation.plan_id} carries {told(source.total)} of invoice {source.number}, "
            f"and settles {told(settled)}",
            settled - source.total,
        )


def _was_given_up(scene: FamilyScene, steps: list[Step]) -> bool:
    asked = {
        (event.plan_id, event.step)
        for event in scene.events
        if event.event == StepEvent.CANCEL_ASKED
    }
    return any((step.plan_id, step.number) in asked for step in steps)


def _unbalanced(
    scene: FamilyScene, operation: Operation, sentence: str, amount: Decimal
) -> AuditFinding:
    return AuditFinding(
        rule=Rule.UNBALANCED,
        main_id=scene.main_id,
        account_id=operation.main_id,
        subject=f"plan {operation.plan_id}",
        sentence=sentence,
        mend=_DEFECT,
        amount=amount,
    )


# -- I8, I9: steps and their events ---------------------------------------------------------


def _disagreement(step: Step, events: list[EventTrace]) -> str:
    """Why a step cannot have become what it is by its events, or an empty text.

    An event that names both states must be in the table, and each begins where the one before
    ended. A step that was sent has an event that says so.
    """
    moves = [event for event in events if event.event in _EVENTS]
    state = moves[0].from_state if moves else step.state.value
    for event in moves:
        if event.from_state != state:
            return f"was {state} when event {event.id} found it {event.from_state}"
        key = (StepState(str(event.from_state)), StepEvent(event.event))
        if TRANSITIONS.get(key) != event.to_state:
            return f"became {event.to_state} by {event.event}, which the table does not have"
        state = event.to_state
    if state != step.state:
        return f"is {step.state}, its events end with {state}"
    sends = {StepEvent.CLAIMED, StepEvent.DOUBTED}  # by us, or by a journal newer than ours
    claims = sum(event.event in sends for event in moves)
    asked = sum(event.event == StepEvent.RETRY_ASKED for event in moves)
    if events and not claims <= step.attempts <= claims + asked:
        return f"was sent {step.attempts} times, its events say {claims}"
    return ""


def _about_step(scene: FamilyScene, step: Step, rule: Rule, fact: str) -> AuditFinding:
    return AuditFinding(
        rule=rule,
        main_id=scene.main_id,
        account_id=step.account_id,
        subject=f"step {step.plan_id}/{step.number}",
        sentence=f"step {step.plan_id}/{step.number}, {step.kind} for account {step.account_id}, "
        f"{fact}",
        mend=_DEFECT,
    )


# -- I13: everything ends -------------------------------------------------------------------


def _judge_end(scene: FamilyScene, operation: Operation) -> Iterator[AuditFinding]:
    if operation.state is OperationState.PROPOSED:
        return
    held = [step for step in operation.steps if step.state is StepState.HELD]
    for step in held:
        name = f"{step.plan_id}/{step.number}"
        yield AuditFinding(
            rule=Rule.HELD,
            main_id=scene.main_id,
            account_id=step.account_id,
            subject=f"step {name}",
            sentence=f"step {name}, {step.kind} for account {step.account_id}, waits for a "
            f"person: {step.reason}",
            mend=f"mend it and `linked-accounts retry {name}`, or `linked-accounts cancel {name}`",
        )
    is_done = is_at_rest(operation)
    if operation.state is OperationState.OPEN and is_done and operation.why:
        yield AuditFinding(
            rule=Rule.UNVERIFIED,
            main_id=scene.main_id,
            account_id=operation.main_id,
            subject=f"plan {operation.plan_id}",
            sentence=f"{operation.summary} was carried out, but {operation.why}",
            mend=f"settle it, then `linked-accounts cancel {operation.plan_id}`",
        )
    elif not held and _is_stuck(scene, operation, is_done=is_done):
        yield AuditFinding(
            rule=Rule.STUCK,
            main_id=scene.main_id,
            account_id=operation.main_id,
            subject=f"plan {operation.plan_id}",
            sentence=f"{operation.summary}, plan {operation.plan_id}, is {operation.state} since "
            f"more than {scene.stuck.total_seconds() / 3600:.0f} hours and has not ended",
            mend="is the service running, in act mode, and not frozen? `linked-accounts status` "
            "says what it waits for",
        )


def _is_stuck(scene: FamilyScene, operation: Operation, *, is_done: bool) -> bool:
    """Whether it has had its time since it was begun, or was given further steps."""
    if is_done and operation.state is not OperationState.OPEN:
        return False
    begun = {OperationState.OPEN.value, OperationState.WITHDRAWN.value, "added"}
    begins = [
        event.at
        for event in scene.events
        if event.plan_id == operation.plan_id and event.event in begun
    ]
    return scene.host - max(begins, default=operation.created_at) > scene.stuck
