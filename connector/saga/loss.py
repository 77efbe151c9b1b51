"""What becomes of an operation whose documents went with an older state of the platform. Pure.

Nothing is replayed: what is gone is CANCELLED by a named person, and the rest is decided anew on
what stands now.

* **The merged invoice is gone**, and with it all that followed. The merge is withdrawn, its claims
  are handed back, and its sources, unpaid again, are planned anew under another name.
* **The merged invoice stands, a relief or credit is gone.** A further relief of that source is
  added; the last look before its send says how much of it is due.
* **The credit note of an undo is gone**, and with it all that was charged anew. The undo is
  withdrawn: the merge holds, until somebody asks again. If only a recharge is gone, another follows.
* **A mark that was taken off is back**, or what settles a probe is gone. A further step does it again.
* **A status.** It is decided afresh at the next look at the family.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from connector.domain.marker import Marker
from connector.saga.effects import IssueCreditNote, IssueInvoice
from connector.saga.fixups import SETTLING, steps_of
from connector.saga.machine import PIVOTS, Change, happened, with_changes, withdraw
from connector.saga.states import FINISHED, StepEvent, StepState
from connector.saga.steps import Operation, OperationState, Step, StepKind

LOST = "lost with an older state of the platform, said by"
"""How the reason of everything begins that a person settled after a rollback."""

REPEATED = frozenset({StepKind.VOID, StepKind.UNCLAIM, StepKind.RECHARGE, StepKind.SETTLE})
"""What is done once more, just as it was."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Loss:
    """What the journal must record of one operation."""

    changes: tuple[Change, ...]
    added: tuple[Step, ...] = ()
    state: OperationState | None = None
    why: str = ""


def settle_loss(
    operation: Operation,
    gone: Collection[int],
    *,
    by: str,
    on: date,
    quiescence: timedelta = timedelta(),
) -> Loss:
    """Mark what is gone, and plan what must follow.

    Args:
        operation: as the journal has it.
        gone: numbers of its confirmed steps that the platform has lost.
        by: who says so.
        on: the date of further credit notes.
        quiescence: how long a claim that was never seen may still appear.
    """
    reason = f"{LOST} {by}"
    lost = [step for step in operation.steps if step.number in gone]
    changes = [_lost(step, reason) for step in lost]
    after = with_changes(operation, changes)
    if any(step.kind in PIVOTS for step in lost):
        return _given_up(after, changes, reason, quiescence)
    added = tuple(_further_steps(after, lost, on))
    is_closed = operation.state is OperationState.CLOSED
    return Loss(
        changes=tuple(changes),
        added=added,
        state=OperationState.OPEN if added and is_closed else None,
    )


def _given_up(
    operation: Operation, changes: list[Change], reason: str, quiescence: timedelta
) -> Loss:
    """Nothing that rests on the lost pivot is wanted any more, whatever became of it."""
    for step in operation.steps:
        if step.kind is not StepKind.CLAIM and step.state not in FINISHED:
            changes += _dropped(step, reason)
    after = with_changes(operation, changes)
    if operation.state is OperationState.WITHDRAWN:
        return Loss(changes=tuple(changes))
    withdrawn, handbacks = withdraw(after, reason, quiescence)
    return Loss(
        changes=(*changes, *withdrawn),
        added=handbacks,
        state=OperationState.WITHDRAWN,
        why=reason,
    )


def _dropped(step: Step, reason: str) -> Iterator[Change]:
    """From wherever it is to CANCELLED: what was on its way went with the older state, too."""
    way = {
        StepState.SENDING: (StepEvent.FOUND_AT_START, StepEvent.ABSENT, StepEvent.WITHDRAWN),
        StepState.UNKNOWN: (StepEvent.ABSENT, StepEvent.WITHDRAWN),
        StepState.INTENDED: (StepEvent.WITHDRAWN,),
        StepState.HELD: (StepEvent.CANCEL_ASKED,),
    }
    for event in way[step.state]:
        change = happened(step, event, reason=reason)
        yield change
        step = change.after


def _further_steps(operation: Operation, lost: list[Step], on: date) -> Iterator[Step]:
    number = max(step.number for step in operation.steps)
    settled = {step.invoice_id: None for step in lost if step.kind in SETTLING}
    for invoice_id in settled:
        unfinished = [
            step
            for step in steps_of(operation, invoice_id)
            if step.kind is StepKind.RELIEVE and step.state not in FINISHED
        ]
        if not unfinished:
            number += 1
            whole = steps_of(operation, invoice_id)[0]  # says what is carried, line by line
            yield _again(whole, number, on)
    for step in lost:
        if step.kind in REPEATED:
            number += 1
            yield _again(step, number, on)


def _again(step: Step, number: int, on: date) -> Step:
    """The same under another number, and with the mark of that."""
    effect = step.effect
    if isinstance(effect, IssueCreditNote):
        marker = Marker(plan_id=step.plan_id, step=number)
        note = effect.note.replace(str(step.marker), str(marker))
        effect = replace(effect, note=note, issued_on=on)
    elif isinstance(effect, IssueInvoice):
        memo = effect.memo.replace(str(step.marker), str(Marker(plan_id=step.plan_id, step=number)))
        effect = replace(effect, memo=memo, issued_on=on, due_on=max(effect.due_on, on))
    return Step(
        plan_id=step.plan_id,
        number=number,
        kind=step.kind,
        account_id=step.account_id,
        invoice_id=step.invoice_id,
        effect=effect,
    )


def _lost(step: Step, reason: str) -> Change:
    change = happened(step, StepEvent.LOST, reason=reason)
    return replace(change, after=replace(change.after, remote_id=None))
