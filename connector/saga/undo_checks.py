"""The last looks of an undo, before each of its writes and when all are done. Pure.

Before the pivot everything must be as the merge left it, else the undo is withdrawn and nothing has
happened. After it there is only forward: each source that stands relieved is charged anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from connector.domain.accounts import Account
from connector.domain.ids import AccountId, InvoiceId
from connector.domain.invoices import CreditNote, Invoice, InvoiceStatus
from connector.domain.money import ZERO, told
from connector.domain.refusals import Refusal
from connector.saga.effects import IssueInvoice
from connector.saga.fixups import due_on, is_gone, left_to_sub, merged_id, source_of
from connector.saga.preparation import Hold, Ready, Skip, Verdict, Withdraw
from connector.saga.states import StepState
from connector.saga.steps import Operation, Source, Step, StepKind
from connector.saga.undoing import carried_by, revoke_of
from connector.saga.verification import judge_notes


@dataclass(frozen=True, kw_only=True, slots=True)
class Traces:
    """What a merge left on the platform, read just before it is revoked."""

    invoices: Mapping[InvoiceId, Invoice]  #: the merged one and every source
    linked: frozenset[AccountId]  #: aggregated under the main account today, and there


def judge_traces(merge: Operation, traces: Traces) -> str:
    """Why what the platform shows does not let a merge be undone, or ""."""
    if reason := _judge_merged(merge, traces.invoices.get(merged_id(merge))):
        return reason
    for source in merge.sources:
        invoice = traces.invoices.get(source.invoice_id)
        if source.account_id not in traces.linked | {merge.main_id}:
            return (
                f"account {source.account_id} is gone, or no longer aggregated under main account "
                f"{merge.main_id}"
            )
        if invoice is not None and stands_itself(merge, source, invoice) > ZERO:
            return (
                f"invoice {source.number} has {told(due_on(invoice))} due itself: its credit note "
                "was taken back"
            )
    return ""


def _judge_merged(merge: Operation, merged: Invoice | None) -> str:
    if merged is None or is_gone(merged):
        return "the merged invoice was deleted"
    name = f"merged invoice {merged.number}"
    if merged.status is InvoiceStatus.PENDING:
        return f"a charge of {told(merged.due)} is under way on {name}"
    if merged.total != merge.total:
        return f"{name} makes {told(merged.total)}, the merge made {told(merge.total)}"
    if merged.due != carried_by(merge):
        return (
            f"of {told(carried_by(merge))} on {name} {told(merged.due)} is due: some of it was paid "
            "or credited"
        )
    return ""


def stands_itself(merge: Operation, source: Source, invoice: Invoice) -> Decimal:
    """How much a source owes itself of what the merge took off it; nothing, or less, is right."""
    return due_on(invoice) - left_to_sub(merge, source, invoice)


def judge_revoke(merge: Operation, step: Step, traces: Traces) -> Verdict:
    """The merged invoice is revoked only while all of it can still be taken back.

    What was sent and lost before was not there after the quiescence; should it land all the same,
    a sweep tells people (:func:`revoked_late`).
    """
    if reason := judge_traces(merge, traces):
        return Withdraw(reason=reason)
    return Ready(effect=step.effect)


@dataclass(frozen=True, kw_only=True, slots=True)
class Home:
    """Where a recharge goes: the source's account, and what it stands on, read just before it."""

    revoked: CreditNote | None  #: the credit note that revokes the merged invoice
    source: Invoice | None
    account: Account | None
    due_days: int  #: the account's usual time to pay
    today: date


def judge_recharge(merge: Operation, step: Step, home: Home) -> Verdict:
    """A source is charged anew as long as the merged invoice stays revoked and the source settled.

    The last day to pay is the source's own; if that has passed, the account gets its usual time.
    """
    assert isinstance(step.effect, IssueInvoice)
    source = source_of(merge, step.invoice_id)
    if home.revoked is None or home.revoked.deleted:
        return Hold(
            reason="the credit note that revoked the merged invoice was deleted: the main account "
            "is charged again; cancel this step, or credit the merged invoice and cancel it"
        )
    if home.account is None:
        return Hold(
            reason=f"account {source.account_id} is gone: charge {told(step.effect.total)} by "
            "hand, then cancel this step"
        )
    stands = ZERO if home.source is None else stands_itself(merge, source, home.source)
    if stands >= step.effect.total and not step.attempts:
        return Skip(reason=f"invoice {source.number} is due itself again")
    if stands > ZERO:
        return Hold(
            reason=f"invoice {source.number} has {told(stands)} of {told(step.effect.total)} due "
            "itself again: charge the rest by hand, then cancel this step"
        )
    last = home.source.due_on if home.source is not None else None
    if last is None or last < home.today:
        last = home.today + timedelta(days=home.due_days)
    return Ready(effect=replace(step.effect, issued_on=home.today, due_on=last))


@dataclass(frozen=True, kw_only=True, slots=True)
class Aftersight:
    """What an undo left behind, freshly read."""

    invoices: Mapping[InvoiceId, Invoice]  #: the merged one and every recharge
    revoked: CreditNote | None
    notes: tuple[CreditNote, ...] = ()  #: of accounts where one of ours may stand too often


def revoked_late(undo: Operation, problem: str) -> Refusal:
    """A withdrawn undo whose credit note stands after all: what people are told of it."""
    revoke = revoke_of(undo)
    return Refusal(
        rule="revoked_late",
        account_id=undo.main_id,
        subject=f"invoice {revoke.invoice_id}",
        sentence=f"the undo {undo.plan_id} of merge {undo.undoes} was given up, but its credit note "
        f"stands, so that main account {undo.main_id} is charged too little: {problem}",
        mend="delete that credit note; then ask for the undo anew if it is still wanted",
    )


def judge_undo(undo: Operation, seen: Aftersight) -> tuple[str, ...]:
    """What is wrong with an undo whose steps are all finished; nothing, if it may be closed."""
    return tuple(_judge_undo(undo, seen))


def _judge_undo(undo: Operation, seen: Aftersight) -> Iterator[str]:
    revoke = revoke_of(undo)
    merged = seen.invoices.get(InvoiceId(revoke.invoice_id or 0))
    is_revoked = seen.revoked is not None and not seen.revoked.deleted
    if revoke.state is StepState.CONFIRMED and not is_revoked and not is_gone(merged):
        yield (
            "the credit note that revoked the merged invoice was deleted, though its sources are "
            "charged anew: credit the merged invoice by hand, then cancel the plan"
        )
    yield from (problem.sentence for problem in judge_notes(undo, seen.notes))
    for step in undo.steps:
        if step.kind is not StepKind.RECHARGE or step.state is not StepState.CONFIRMED:
            continue
        assert isinstance(step.effect, IssueInvoice)
        invoice = seen.invoices.get(InvoiceId(step.remote_id or 0))
        if invoice is None or is_gone(invoice):
            yield (
                f"invoice {step.remote_id} of account {step.account_id}, charged anew with "
                f"{told(step.effect.total)}, was deleted: see to it that it is charged, then "
                "cancel the plan"
            )
        elif invoice.total != step.effect.total:
            yield (
                f"invoice {invoice.number} makes {told(invoice.total)}, charged anew was "
                f"{told(step.effect.total)}"
            )
