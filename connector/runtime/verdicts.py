"""Record what a verdict other than "send it" means: a hold, a dropped step, other steps, an end.

Each verdict is one transaction: the steps that go, the steps that come and the state of the plan
are recorded together, so that a death in between leaves nothing half decided.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC

from connector.errors import InvariantBroken
from connector.runtime.observe_step import look_after_send
from connector.runtime.plan import GIVEN_UP
from connector.runtime.recover import BY, outlast_status, record_change
from connector.runtime.service import Pen, Service
from connector.runtime.strangers import begin_recovery
from connector.runtime.telling import tell_state, tell_step
from connector.saga.effects import IssueCreditNote, IssueInvoice
from connector.saga.fixups import was_relieved
from connector.saga.machine import Change, claim_of, hand_back, happened, is_past_pivot, withdraw
from connector.saga.preparation import (
    HandBack,
    Hold,
    Ready,
    Replace,
    Skip,
    Strange,
    Verdict,
    Withdraw,
)
from connector.saga.recovery import Contradicted, Seen
from connector.saga.states import StepEvent
from connector.saga.steps import Operation, OperationState, Step, StepKind


def turn_away(
    service: Service, pen: Pen, operation: Operation, step: Step, verdict: Verdict
) -> bool:
    """Act on a verdict that is not to send; False when the operation must wait."""
    if isinstance(verdict, Strange):
        begin_recovery(service, pen, (verdict.trace,))
        return False
    was_sent = isinstance(verdict, Replace | HandBack) and step.sent_at is not None
    if was_sent and stands_already(service, pen, operation, step):
        return True  # it was our own late document that made the world look changed
    if isinstance(verdict, Skip):
        outlasted = outlast_status(service, pen, operation, step)
        if outlasted is not None:
            return outlasted
    record_verdict(service, pen, operation, step, verdict)
    return True


def stands_already(service: Service, pen: Pen, operation: Operation, step: Step) -> bool:
    """Look for a document or a claim before it is sent again: nobody knows that it stands."""
    is_claim = step.kind is StepKind.CLAIM
    if not is_claim and not isinstance(step.effect, IssueInvoice | IssueCreditNote):
        return False
    sight = look_after_send(service, operation, step, step.remote_id)
    if isinstance(sight, Seen):
        change = happened(step, StepEvent.SEEN, remote_id=sight.remote_id)
    elif isinstance(sight, Contradicted) and not is_claim:
        change = happened(step, StepEvent.CONTRADICTED, reason=sight.reason)
    else:
        return False
    record_change(service, pen, change)
    return True


def record_verdict(
    service: Service, pen: Pen, operation: Operation, step: Step, verdict: Verdict
) -> None:
    """Act on a verdict.

    Raises:
        InvariantBroken: a merge was to be withdrawn though its invoice exists.
    """
    match verdict:
        case Withdraw(reason=reason):
            if is_past_pivot(operation):
                sentence = f"plan {operation.plan_id} was to be withdrawn past its pivot"
                raise InvariantBroken(sentence)
            _record_end(service, pen, operation, reason)
        case HandBack(reason=reason):
            _record_hand_back(service, pen, operation, step, reason)
        case Skip(reason=reason):
            change = happened(step, StepEvent.WITHDRAWN, reason=reason)
            _record(service, pen, operation, [change], why="a step was dropped")
        case Replace(reason=reason, withdrawn=withdrawn, added=added):
            changes = [happened(old, StepEvent.WITHDRAWN, reason=reason) for old in withdrawn]
            _record(service, pen, operation, changes, added)
        case Hold(reason=reason):
            record_change(service, pen, happened(step, StepEvent.CONTRADICTED, reason=reason))
        case Ready() | Strange():
            pass


def _record_hand_back(
    service: Service, pen: Pen, operation: Operation, step: Step, reason: str
) -> None:
    """Nothing carries the sources any more.

    While none was relieved the merge is over, and the same plan made anew waits for a person: the
    merged invoice was taken away on purpose. Else only this source is handed back, and the plan
    stays for a person to settle.
    """
    if not was_relieved(operation) and operation.state is OperationState.OPEN:
        _record_end(service, pen, operation, f"{GIVEN_UP} staff: {reason}")
        return
    change = happened(step, StepEvent.WITHDRAWN, reason=reason)
    _record(service, pen, operation, [change], hand_back(operation, [claim_of(operation, step)]))


def _record_end(service: Service, pen: Pen, operation: Operation, reason: str) -> None:
    """Withdraw a merge: cancel what has not left, hand back what was claimed."""
    at = service.clock.host()
    now = service.clock.now().astimezone(UTC)
    changes, handbacks = withdraw(operation, reason, service.limits.quiescence)
    with service.store.begin(epoch=pen.epoch) as unit:
        for change in changes:
            unit.journal.record_event(change.before, change.event, change.after, BY, at)
        unit.journal.record_steps(handbacks, at)
        unit.journal.record_state(operation.plan_id, OperationState.WITHDRAWN, reason, BY, at)
        unit.agenda.record_due([operation.main_id], now, "a plan was withdrawn")
        unit.commit()
    tell_state(operation.plan_id, OperationState.WITHDRAWN, reason, BY)


def _record(
    service: Service,
    pen: Pen,
    operation: Operation,
    changes: list[Change],
    added: Iterable[Step] = (),
    *,
    why: str = "a source changed after it was merged",
) -> None:
    """Drop steps, add others, and have the family looked at again: its ground may be another."""
    at = service.clock.host()
    now = service.clock.now().astimezone(UTC)
    with service.store.begin(epoch=pen.epoch) as unit:
        for change in changes:
            unit.journal.record_event(change.before, change.event, change.after, BY, at)
        unit.journal.record_steps(added, at)
        unit.agenda.record_due([operation.main_id], now, why)
        unit.commit()
    for change in changes:
        tell_step(change)
