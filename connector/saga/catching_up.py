"""What an old copy of our journal must learn from the marks of a plan that it knows. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from connector.domain.invoices import Invoice
from connector.saga.effects import IssueInvoice
from connector.saga.fixups import Unclear
from connector.saga.later_steps import LOST_STORE, Noted, later_steps
from connector.saga.machine import Change, happened, with_changes
from connector.saga.probe_rebuilding import rebuild_probe
from connector.saga.rebuilding import When
from connector.saga.recovery import (
    Contradicted,
    NotSeen,
    Seen,
    Sight,
    look_for_credit_note,
    look_for_invoice,
)
from connector.saga.states import FINISHED, StepEvent, StepState
from connector.saga.steps import Operation, OperationKind, OperationState, Step, StepKind
from connector.saga.traces import Traces

RESTING = frozenset({OperationState.PROPOSED, OperationState.CLOSED})
"""States in which nothing of an operation is sent; what is seen of it takes it up again."""

GONE = (
    "sources were relieved of what its merged invoice carried, and that is gone: charge the main "
    "account for them anew or delete their credit notes, then cancel this step"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Lesson:
    """What the journal must record of one plan."""

    changes: tuple[Change, ...] = ()
    added: tuple[Step, ...] = ()
    state: OperationState | None = None  #: a new one

    @property
    def is_empty(self) -> bool:
        """Whether the journal knows all of it."""
        return not (self.changes or self.added or self.state)


def learn(operation: Operation, traces: Traces, when: When) -> Lesson | Unclear:
    """Take over what is seen; what may have been sent since the copy was made is in doubt.

    Args:
        operation: as the old journal has it.
        traces: what bears its marks; nothing, perhaps.
        when: the moment of the rebuild.
    """
    if operation.kind is OperationKind.PROBE:
        return _learn_probe(operation, traces, when)
    seen = [change for step in operation.steps for change in _see(step, traces, when)]
    after = with_changes(operation, seen)
    known = {step.number for step in operation.steps}
    noted = [
        Noted(number=number, note=note, at=when.host)
        for number, note in traces.noted()
        if number not in known
    ]
    added = later_steps(after, noted, _twins(after, traces))
    if isinstance(added, Unclear):
        return added
    was_seen = bool(seen or added)
    if was_seen and (gone := _gone_pivot(after)):
        seen += gone
    elif was_seen or operation.state not in RESTING:
        seen += _doubts(after, when)
    taken_up = operation.state in RESTING and was_seen
    return Lesson(changes=tuple(seen), added=added, state=OperationState.OPEN if taken_up else None)


def _learn_probe(operation: Operation, traces: Traces, when: When) -> Lesson:
    """What is seen of a probe; the rest is left to the next probe of the same customer."""
    seen = tuple(change for step in operation.steps for change in _see(step, traces, when))
    found = rebuild_probe(traces, when)
    if isinstance(found, Unclear) or operation.state is not OperationState.OPEN:
        return Lesson(changes=seen)
    known = {step.number for step in operation.steps}
    return Lesson(
        changes=seen, added=tuple(step for step in found.steps if step.number not in known)
    )


def _see(step: Step, traces: Traces, when: When) -> Iterator[Change]:
    """What is to be recorded of an unfinished step whose mark is there, as sent or otherwise."""
    if step.state in FINISHED or step.state is StepState.SENDING:
        return
    sight, sent_at = _look(step, traces), step.sent_at or when.host
    if isinstance(sight, Seen):
        if step.state is StepState.HELD:
            retried = happened(step, StepEvent.RETRY_ASKED, reason=LOST_STORE)
            yield retried
            step = retried.after
        yield happened(
            step,
            StepEvent.SEEN,
            reason=LOST_STORE,
            remote_id=sight.remote_id,
            lost_at=sent_at,
        )
    elif isinstance(sight, Contradicted) and step.state is not StepState.HELD:
        yield happened(step, StepEvent.CONTRADICTED, reason=sight.reason, lost_at=sent_at)


def _look(step: Step, traces: Traces) -> Sight:
    match step.kind:
        case StepKind.ISSUE | StepKind.RECHARGE:
            return look_for_invoice(step, traces.invoices)
        case StepKind.RELIEVE | StepKind.CREDIT | StepKind.VOID | StepKind.REVOKE | StepKind.SETTLE:
            return look_for_credit_note(step, traces.notes)
        case StepKind.CLAIM | StepKind.MARK:
            ours = (row for row in traces.marked(step.number) if row.id == step.invoice_id)
            return Seen() if any(ours) else NotSeen()
        case _:
            return NotSeen()


def _twins(operation: Operation, traces: Traces) -> tuple[Invoice, ...]:
    makers = [step.number for step in operation.steps if isinstance(step.effect, IssueInvoice)]
    return tuple(row for number in makers for row in traces.marked(number))


def _gone_pivot(operation: Operation) -> list[Change]:
    """Hold a pivot that is not found though sources were relieved by what it made."""
    return [
        happened(step, StepEvent.CONTRADICTED, reason=GONE)
        for step in operation.steps
        if step.kind is StepKind.ISSUE
        and step.state in {StepState.INTENDED, StepState.UNKNOWN}
        and _is_done(operation, StepKind.RELIEVE)
    ]


def _doubts(operation: Operation, when: When) -> list[Change]:
    """Steps that the journal takes for not sent; a later one may have sent them since.

    Only those whose ground was there: no pivot before all claims, nothing after it before it.
    """
    is_claimed = all(
        step.state is StepState.CONFIRMED for step in operation.steps if step.kind is StepKind.CLAIM
    )
    is_issued = _is_done(operation, StepKind.ISSUE)
    may_be_sent = {
        StepKind.CLAIM: True,
        StepKind.ISSUE: is_claimed,
        StepKind.RELIEVE: is_issued,
        StepKind.CREDIT: is_issued,
        StepKind.VOID: True,
        StepKind.REVOKE: True,
        StepKind.RECHARGE: _is_done(operation, StepKind.REVOKE),
        StepKind.UNCLAIM: False,  # repeating it changes nothing
        StepKind.SUSPEND: True,
        StepKind.RELEASE: True,
    }
    return [
        _doubted(step, when)
        for step in operation.steps
        if step.state is StepState.INTENDED and may_be_sent[step.kind]
    ]


def _doubted(step: Step, when: When) -> Change:
    change = happened(step, StepEvent.DOUBTED, reason=LOST_STORE, lost_at=when.host)
    return replace(change, after=replace(change.after, attempts=step.attempts + 1))


def _is_done(operation: Operation, kind: StepKind) -> bool:
    return any(step.kind is kind and step.state is StepState.CONFIRMED for step in operation.steps)
