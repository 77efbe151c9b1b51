"""From the marks of an undo back to its operation, when the journal is lost. Pure.

The credit note that revokes a merged invoice names the merge. Which steps there were, and their
numbers, follows from that merge; what is found of them is CONFIRMED, a recharge that is not found is
UNKNOWN: once the quiescence has passed the engine sends it.
"""

from __future__ import annotations

from dataclasses import replace

from connector.domain.ids import PlanId
from connector.domain.invoices import CreditNote, Invoice
from connector.saga.effects import IssueCreditNote
from connector.saga.fixups import Unclear, is_gone
from connector.saga.later_steps import LOST_STORE, Noted, later_steps
from connector.saga.rebuilding import When
from connector.saga.states import StepState
from connector.saga.steps import Operation, Step, StepKind
from connector.saga.traces import Traces
from connector.saga.undoing import AGAIN, judge_settled, revoke_of, undo_named
from connector.saga.wording import purpose_of


def is_of_undo(traces: Traces) -> bool:
    """Whether the marks are an undo's: by its credit note, or the headings of its invoices."""
    headed = any(
        row.items and row.items[0].description.startswith(AGAIN) for row in traces.invoices
    )
    return headed or merge_named(traces) is not None


def merge_named(traces: Traces) -> PlanId | None:
    """The merge that the credit note of an undo names, if it is there."""
    for _, note in traces.noted():
        said = purpose_of(note.note)
        if said is not None and said.kind is StepKind.REVOKE:
            return PlanId(said.number)
    return None


def rebuild_undo(traces: Traces, merge: Operation | None, when: When) -> Operation | Unclear:
    """The undo that left these traces.

    Args:
        traces: what bears its marks.
        merge: the one that its credit note names, as the journal has or will have it.
        when: the moment of the rebuild.
    """
    if merge_named(traces) is None:
        return Unclear(reason="it is an undo, and its credit note is gone or was written over")
    if merge is None or judge_settled(merge):
        return Unclear(reason=f"it undoes plan {merge_named(traces)}, which is not known as it was")
    planned = undo_named(traces.plan_id, merge, when.now)
    notes = dict(traces.noted())
    revoke = _revoked(revoke_of(planned), notes, when)
    if isinstance(revoke, Unclear):
        return revoke
    recharges: list[Step] = []
    twins: list[Invoice] = []
    for step in planned.steps[1:]:
        found = traces.marked(step.number)
        if any(row.account_id != step.account_id for row in found):
            return Unclear(reason=f"invoice {found[0].number} is of another account than its mark")
        recharges.append(_recharged(step, found, when))
        twins += [row for row in found if row.id != recharges[-1].remote_id]
    strange = traces.steps_marked() - {step.number for step in recharges}
    if strange:
        return Unclear(reason=f"the merge that it undoes has no source for step {min(strange)}")
    undo = replace(planned, steps=(revoke, *recharges))
    last = undo.steps[-1].number
    noted = [Noted(number=n, note=row, at=when.host) for n, row in notes.items() if n > last]
    later = later_steps(undo, noted, tuple(twins))
    return later if isinstance(later, Unclear) else replace(undo, steps=(*undo.steps, *later))


def _revoked(step: Step, notes: dict[int, CreditNote], when: When) -> Step | Unclear:
    note = notes.get(step.number)
    assert isinstance(step.effect, IssueCreditNote)
    if note is None or note.total != step.effect.total or note.account_id != step.account_id:
        return Unclear(reason="its credit note is not the one that the merge asks for")
    return replace(
        step,
        state=StepState.CONFIRMED,
        attempts=1,
        sent_at=note.created_at or when.host,
        remote_id=note.id,
        reason=LOST_STORE,
    )


def _recharged(step: Step, found: tuple[Invoice, ...], when: When) -> Step:
    """The oldest that stands is ours; deleted ones are people's doing, and are not made again."""
    standing = [row for row in found if not is_gone(row)]
    known = next(iter([*standing, *found]), None)
    return replace(
        step,
        state=StepState.UNKNOWN if known is None else StepState.CONFIRMED,
        attempts=1,
        sent_at=when.host,
        remote_id=None if known is None else known.id,
        reason=f"{LOST_STORE}: not found" if known is None else LOST_STORE,
    )
