"""The probe: what does this installation keep of our documents? Its steps; pure.

An invoice of 1.23 with a mark behind words in its memo (``issue``); a second mark in that
memo, as a claim would set it (``mark``); a credit note in full, bound to it, with a mark in its note
(``settle``). Each is added when the one before is finished, whatever became of it, so that the test
customer owes nothing in the end even where marks get lost. Nothing is ever deleted. At last an active
test customer is blocked and activated again (``suspend``, ``release``): the status log then shows
whose name our writes bear, which tells a suspension of ours from a person's after a doubt.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from connector.domain.accounts import Account, AccountStatus
from connector.domain.ids import AccountId, InvoiceId, PlanId
from connector.domain.invoices import Invoice, InvoiceItem, total_of
from connector.domain.marker import Marker, with_marker
from connector.domain.money import ZERO
from connector.domain.shares import items_for
from connector.saga.effects import Effect, IssueCreditNote, IssueInvoice, MarkInvoice, SetStatus
from connector.saga.planning import Origin, name_of
from connector.saga.states import FINISHED, StepState
from connector.saga.steps import (
    Operation,
    OperationKind,
    OperationState,
    Step,
    StepKind,
    step_of_kind,
)
from connector.saga.wording import say_probed

WORDS = 'Probe of linked-accounts.\r\nžluťoučký שלום; a < b & c > d, <i>it\'s</i> "so" \\ %20\n  '
"""What staff may have in a memo. No signs of four bytes: a database that has no room for them may
refuse them with an error, and none can be in a memo that is there."""

ITEMS = (
    InvoiceItem(
        description="Probe of linked-accounts, settled at once by a credit note",
        quantity=Decimal(3),
        unit="",
        price=Decimal("0.4115"),
        tax_percent=ZERO,
    ),
)
"""Four places a line that make 1.2345 and so, rounded once, 1.23."""


def operation_of_probe(account_id: AccountId, due_days: int, origin: Origin) -> Operation:
    """A probe with its first step; each has a name of its own, by the moment it was asked for."""
    plan_id = name_of(origin, "probe", account_id, origin.at.isoformat())
    due_on = origin.at.date() + timedelta(days=due_days)
    return probe_named(plan_id, account_id, due_on, origin.at)


def probe_named(plan_id: PlanId, account_id: AccountId, due_on: date, at: datetime) -> Operation:
    """The probe of a name with its first step."""
    effect = IssueInvoice(
        account_id=account_id,
        issued_on=at.date(),
        due_on=due_on,
        items=ITEMS,
        total=total_of(ITEMS),
        note="Probe of linked-accounts: nothing to pay.",
        memo=with_marker(WORDS, Marker(plan_id=plan_id, step=1)),
    )
    step = Step(
        plan_id=plan_id, number=1, kind=StepKind.ISSUE, account_id=account_id, effect=effect
    )
    return Operation(
        plan_id=plan_id,
        kind=OperationKind.PROBE,
        main_id=account_id,
        state=OperationState.OPEN,
        steps=(step,),
        created_at=at,
        total=effect.total,
        summary=f"probe on account {account_id}",
    )


def plan_next(
    operation: Operation, invoice: Invoice | None, account: Account | None, today: date
) -> Step | None:
    """The step that follows once all there are are finished; None at the end, or without an invoice.

    Args:
        operation: a probe.
        invoice: the one it issued, as it is now.
        account: the test customer, as it is now.
        today: the date of a credit note.
    """
    if invoice is None or any(step.state not in FINISHED for step in operation.steps):
        return None
    return following_step(operation, invoice, account, today)


def following_step(
    operation: Operation, invoice: Invoice, account: Account | None, today: date
) -> Step | None:
    """The step that comes after those that a probe has; None after the last one."""
    number = len(operation.steps) + 1
    marker = Marker(plan_id=operation.plan_id, step=number)
    kinds = {step.kind for step in operation.steps}
    effect: Effect
    if StepKind.MARK not in kinds:
        kind, memo = StepKind.MARK, with_marker(invoice.memo, marker)
        effect = MarkInvoice(invoice_id=invoice.id, account_id=operation.main_id, memo=memo)
    elif StepKind.SETTLE not in kinds:
        kind = StepKind.SETTLE
        effect = IssueCreditNote(
            account_id=operation.main_id,
            invoice_id=invoice.id,
            issued_on=today,
            items=items_for(invoice.items, invoice.total, f"Invoice {invoice.number}"),
            total=invoice.total,
            note=f"{say_probed(invoice.number)} {marker}",
        )
    elif (trial := _next_trial(operation, kinds, account)) is not None:
        kind, effect = trial
    else:
        return None
    return Step(
        plan_id=operation.plan_id,
        number=number,
        kind=kind,
        account_id=operation.main_id,
        invoice_id=None if isinstance(effect, SetStatus) else invoice.id,
        effect=effect,
    )


def _next_trial(
    operation: Operation, kinds: set[StepKind], account: Account | None
) -> tuple[StepKind, SetStatus] | None:
    """Block an active customer, and activate whom we have blocked."""
    if StepKind.SUSPEND not in kinds:
        if account is None or account.status is not AccountStatus.ACTIVE:
            return None
        kind, status = StepKind.SUSPEND, AccountStatus.BLOCKED
    elif (
        StepKind.RELEASE not in kinds
        and step_of_kind(operation, StepKind.SUSPEND).state is StepState.CONFIRMED
    ):
        kind, status = StepKind.RELEASE, AccountStatus.ACTIVE
    else:
        return None
    return kind, SetStatus(account_id=operation.main_id, status=status)


def invoice_id_of(operation: Operation) -> InvoiceId | None:
    """The invoice of a probe, if the platform named one: marked as it should be or not."""
    number = step_of_kind(operation, StepKind.ISSUE).remote_id
    return None if number is None else InvoiceId(number)
