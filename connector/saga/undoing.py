"""Taking a merge back before anybody paid it: may it be, and by which steps.

An undo is an operation of its own, asked for by a named person. It edits and deletes nothing:

1. **revoke** (its pivot): a credit note on the merged invoice, bound to it, of all that it still
   carries. From then on nobody can pay the merged invoice any more; money that comes later
   stands on the main account's balance.
2. **recharge** each source: a new invoice on the account of the source, line by line what the
   source was relieved of, under a heading that names it. They do not wait for each other.

First revoked, then recharged: the last look ("nobody has paid it") and the write that makes it
unpayable lie side by side, and at no time can a customer see, and pay, the same charge on two
documents. What is left by a trouble in between is a family charged too little, which `status`
shows, and which the next turn mends.

What a source was relieved of is what the merged invoice carries of it less what was credited there,
so the recharges make, to the cent and at each tax rate, what is revoked. Sources stay claimed
and settled; a recharge belongs to its account and is not merged again.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from connector.domain.ids import PlanId
from connector.domain.invoices import InvoiceItem
from connector.domain.marker import Marker
from connector.domain.money import ZERO, add_up
from connector.domain.shares import rest_of
from connector.saga.effects import IssueCreditNote, IssueInvoice
from connector.saga.fixups import done_for, issue_of, merged_id, steps_of
from connector.saga.machine import is_done
from connector.saga.planning import Origin, name_of
from connector.saga.states import StepState
from connector.saga.steps import (
    Operation,
    OperationKind,
    OperationState,
    Source,
    Step,
    StepKind,
)
from connector.saga.wording import say_undone

AGAIN = "Charged again: invoice"
"""How the heading of a recharge begins; the number of the source follows."""

LIVE = frozenset({OperationState.OPEN, OperationState.CLOSED})


def judge_undoable(merge: Operation, others: Iterable[Operation]) -> str:
    """Why our journal says that an operation cannot be undone, or not now, or "".

    Args:
        merge: what is to be undone.
        others: operations of its family, undos among them.
    """
    if merge.kind is not OperationKind.MERGE:
        return f"plan {merge.plan_id} is no merge: only a merge can be undone"
    if merge.state not in LIVE or issue_of(merge).state is not StepState.CONFIRMED:
        return f"plan {merge.plan_id} issued no merged invoice: there is nothing to undo"
    for other in others:
        if other.undoes == merge.plan_id and other.state in LIVE:
            how = "was undone" if other.state is OperationState.CLOSED else "is being undone"
            return f"plan {merge.plan_id} {how} by plan {other.plan_id}"
    if not is_done(merge):
        return f"plan {merge.plan_id} still has steps to do: let it end first"
    return ""


def judge_settled(merge: Operation) -> str:
    """Why our journal says that only hands can undo a finished merge, or ""."""
    if unsettled := by_hand(merge):
        return f"invoice {unsettled[0].number} was settled by hand: only hands can undo it"
    if carried_by(merge) == ZERO:
        return f"the merged invoice of plan {merge.plan_id} was credited in full already"
    return ""


def by_hand(merge: Operation) -> tuple[Source, ...]:
    """Sources that our own steps did not settle in full: given up by a person, or handed back."""
    return tuple(
        source for source in merge.sources if done_for(merge, source.invoice_id) != source.total
    )


def carried_by(merge: Operation) -> Decimal:
    """What the merged invoice of a finished merge still carries."""
    credited = (done_for(merge, source.invoice_id, StepKind.CREDIT) for source in merge.sources)
    return merge.total - add_up(credited)


def operation_of_undo(merge: Operation, origin: Origin) -> Operation:
    """Revoke what is carried, then recharge each source that was relieved."""
    return undo_named(name_of(origin, "undo", merge.plan_id), merge, origin.at)


def undo_named(plan_id: PlanId, merge: Operation, at: datetime) -> Operation:
    """The undo of a merge under a name: its steps and their numbers follow from the merge."""
    today = at.date()
    revoke = _revoke(plan_id, merge, today)
    relieved = [
        source for source in merge.sources if done_for(merge, source.invoice_id, StepKind.RELIEVE)
    ]
    recharges = tuple(
        _recharge(plan_id, number, merge, source, today)
        for number, source in enumerate(relieved, start=2)
    )
    return Operation(
        plan_id=plan_id,
        kind=OperationKind.UNDO,
        main_id=merge.main_id,
        state=OperationState.OPEN,
        steps=(revoke, *recharges),
        created_at=at,
        cycle_start=merge.cycle_start,
        total=carried_by(merge),
        summary=f"undo of {merge.plan_id}: {carried_by(merge):.2f} back to {len(relieved)} invoices",
        undoes=merge.plan_id,
    )


def revoke_of(undo: Operation) -> Step:
    """The pivot of an undo."""
    return next(step for step in undo.steps if step.kind is StepKind.REVOKE)


def done_items(merge: Operation, source: Source, kind: StepKind) -> tuple[InvoiceItem, ...]:
    """The lines of the confirmed reliefs, or credits, of one source."""
    return tuple(
        item
        for step in steps_of(merge, source.invoice_id)
        if step.kind is kind and step.state is StepState.CONFIRMED
        if isinstance(step.effect, IssueCreditNote)
        for item in step.effect.items
    )


def _revoke(plan_id: PlanId, merge: Operation, on: date) -> Step:
    issue = issue_of(merge)
    assert isinstance(issue.effect, IssueInvoice)
    total = carried_by(merge)
    credited = [
        item for source in merge.sources for item in done_items(merge, source, StepKind.CREDIT)
    ]
    marker = Marker(plan_id=plan_id, step=1)
    return Step(
        plan_id=plan_id,
        number=1,
        kind=StepKind.REVOKE,
        account_id=merge.main_id,
        invoice_id=merged_id(merge),
        effect=IssueCreditNote(
            account_id=merge.main_id,
            invoice_id=merged_id(merge),
            issued_on=on,
            items=rest_of(issue.effect.items, credited, total, "Merged invoice"),
            total=total,
            note=f"{say_undone(merge.plan_id)} {marker}",
        ),
    )


def _recharge(plan_id: PlanId, number: int, merge: Operation, source: Source, on: date) -> Step:
    """The days are provisional: the last look before the send knows the source's own."""
    issue = issue_of(merge)
    assert isinstance(issue.effect, IssueInvoice)
    return Step(
        plan_id=plan_id,
        number=number,
        kind=StepKind.RECHARGE,
        account_id=source.account_id,
        invoice_id=source.invoice_id,
        effect=IssueInvoice(
            account_id=source.account_id,
            issued_on=on,
            due_on=max(issue.effect.due_on, on),
            items=(_heading(source), *done_items(merge, source, StepKind.RELIEVE)),
            total=done_for(merge, source.invoice_id, StepKind.RELIEVE),
            note=f"Charges invoice {source.number} anew",
            memo=str(Marker(plan_id=plan_id, step=number)),
        ),
    )


def _heading(source: Source) -> InvoiceItem:
    """A line of price zero: notes and memos may be written over, lines stay."""
    return InvoiceItem(
        description=f"{AGAIN} {source.number}",
        quantity=Decimal(1),
        unit="",
        price=ZERO,
        tax_percent=ZERO,
    )
