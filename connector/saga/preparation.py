"""The last look before a send: is the world still as planned? Fresh records in, a verdict out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from connector.domain.accounts import Account
from connector.domain.cascade import CascadeDecision
from connector.domain.ids import AccountId, InvoiceId
from connector.domain.invoices import Invoice
from connector.domain.marker import has_room, markers_in, with_marker, without_marker
from connector.domain.money import told
from connector.domain.sources import MAIN_MAY_PAY
from connector.saga.effects import Effect, IssueCreditNote, IssueInvoice, MarkInvoice, SetStatus
from connector.saga.fixups import (
    Unclear,
    due_on,
    is_gone,
    issue_of,
    maker_of,
    plan_settlement,
    settle,
    source_of,
    steps_of,
)
from connector.saga.states import StepState
from connector.saga.steps import Operation, Source, Step, StepKind
from connector.saga.traces import Trace


@dataclass(frozen=True, kw_only=True, slots=True)
class Ready:
    """Send exactly this."""

    effect: Effect


@dataclass(frozen=True, kw_only=True, slots=True)
class Withdraw:
    """The merge is given up: nothing has moved yet, and its ground has changed."""

    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Skip:
    """This one step is no longer wanted; others go on."""

    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Hold:
    """A person must look: money has moved, and the world is not as planned."""

    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Replace:
    """The world moved after the pivot: this step is withdrawn, and others take its place."""

    reason: str
    withdrawn: tuple[Step, ...]
    added: tuple[Step, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class HandBack:
    """The merged invoice is gone: nobody is relieved any more, untouched sources are handed back."""

    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Strange:
    """What is there was made with a newer journal than ours: nothing more may be sent at all."""

    trace: Trace


Verdict: TypeAlias = Ready | Withdraw | Skip | Hold | Replace | HandBack | Strange


def judge_claim(
    step: Step, source: Source, invoice: Invoice | None, *, is_linked: bool = True
) -> Verdict:
    """A source is claimed only if it still is what the plan rests on, and its account linked."""
    if not is_linked:
        return Withdraw(reason=f"account {source.account_id} is no longer linked")
    if reason := _changed(source, invoice):
        return Withdraw(reason=reason)
    assert invoice is not None
    if foreign := [m for m in markers_in(invoice.memo) if m != step.marker]:
        return Withdraw(reason=f"invoice {source.number} is marked by plan {foreign[0].plan_id}")
    if step.sent_at is None and step.marker in markers_in(invoice.memo):
        where = f"invoice {source.number} of account {source.account_id}"
        return Strange(trace=Trace(marker=step.marker, account_id=source.account_id, where=where))
    if not has_room(invoice.memo):
        return Withdraw(reason=f"the memo of invoice {source.number} has no room for our mark")
    return Ready(effect=_mark(step, with_marker(invoice.memo, step.marker)))


MARK_GONE = "the mark is gone already, or the source with it"
"""Why a hand-back is dropped that has nothing to hand back."""


def judge_unclaim(step: Step, claim: Step, invoice: Invoice | None) -> Verdict:
    """A claim is handed back by taking our line, and nothing else, out of the memo."""
    left = "" if invoice is None else without_marker(invoice.memo, claim.marker)
    if invoice is None or is_gone(invoice) or left == invoice.memo:
        return Skip(reason=MARK_GONE)
    return Ready(effect=_mark(step, left))


def judge_mark(step: Step, invoice: Invoice | None) -> Verdict:
    """A probe marks the memo of its own invoice as a claim marks that of a source."""
    if invoice is None or is_gone(invoice):
        return Skip(reason="the invoice of the probe is gone")
    return Ready(effect=_mark(step, with_marker(invoice.memo, step.marker)))


def judge_settle(step: Step, invoice: Invoice | None) -> Verdict:
    """A probe credits its own invoice, whole and unpaid as it must be, marked or not."""
    if invoice is None or is_gone(invoice):
        return Skip(reason="the invoice of the probe is gone")
    if not invoice.is_open or not invoice.due == invoice.total == _total(step):
        return Hold(
            reason=f"invoice {invoice.number} is {invoice.status} with {told(invoice.due)} of "
            f"{told(invoice.total)} due: somebody has paid or changed it"
        )
    return Ready(effect=step.effect)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ground:
    """What a merge stands on, read just before its pivot."""

    main: Account | None
    invoices: Mapping[InvoiceId, Invoice]
    linked: frozenset[AccountId]  #: aggregated under the main account today
    today: date


def judge_issue(operation: Operation, step: Step, ground: Ground) -> Verdict:
    """The pivot: sources unchanged and still claimed, subs still linked, the main still there."""
    assert isinstance(step.effect, IssueInvoice)
    if ground.main is None or ground.main.status not in MAIN_MAY_PAY:
        return Withdraw(reason="the main account is inactive or gone")
    if step.effect.due_on < ground.today:
        return Withdraw(reason=f"it would be due on {step.effect.due_on}, which has passed")
    claims = {s.invoice_id: s for s in operation.steps if s.kind is StepKind.CLAIM}
    for source in operation.sources:
        invoice = ground.invoices.get(source.invoice_id)
        if reason := _changed(source, invoice):
            return Withdraw(reason=reason)
        assert invoice is not None
        if claims[source.invoice_id].marker not in markers_in(invoice.memo):
            return Withdraw(reason=f"our mark was taken off invoice {source.number}")
        if source.account_id != operation.main_id and source.account_id not in ground.linked:
            return Withdraw(reason=f"account {source.account_id} is no longer linked")
    return Ready(effect=step.effect)


@dataclass(frozen=True, kw_only=True, slots=True)
class Aftermath:
    """What a correction after the pivot stands on, read just before it."""

    merged: Invoice | None  #: of a void: the document we know, whose mark the other one bears
    source: Invoice | None  #: of a relief or credit; of a void the document it voids
    today: date
    credited_away: str = ""  #: number of a credit note of staff that took the merged invoice away


def judge_relieve(operation: Operation, step: Step, world: Aftermath) -> Verdict:
    """A source is relieved of what the merged invoice carries, as far as it is due now."""
    if reason := _lost(operation, world):
        return HandBack(reason=reason)
    source = source_of(operation, step.invoice_id)
    settlement = settle(operation, source, world.source)
    if isinstance(settlement, Unclear):
        return Hold(
            reason=f"invoice {source.number}: {settlement.reason}; the merged invoice carries "
            f"{told(source.total)} of it: see to it that it can be credited, then retry"
        )
    if settlement.relief == _total(step):
        return Ready(effect=step.effect)
    return Replace(
        reason=f"invoice {source.number} has {told(due_on(world.source))} due after the merge",
        withdrawn=(step, *_waiting_credits(operation, step)),
        added=plan_settlement(operation, step, world.source, settlement, world.today),
    )


def judge_credit(operation: Operation, step: Step, world: Aftermath) -> Verdict:
    """The merged invoice is credited once all that is due at the source was relieved."""
    if reason := _lost(operation, world):
        return Skip(reason=reason)
    return Ready(effect=step.effect)


def judge_void(operation: Operation, step: Step, world: Aftermath) -> Verdict:
    """A second document is voided while nobody has paid any of it, and the first one stands."""
    twin = world.source
    if twin is None or is_gone(twin):
        return Skip(reason="the second document is gone already")
    maker = maker_of(operation, twin)
    is_known = maker is None or maker.state is not StepState.CANCELLED
    if is_known and is_gone(world.merged):
        return Hold(
            reason=f"invoice {twin.number} bears the same mark as the invoice we know, which was "
            "deleted: keep it and cancel this step, or delete it and retry"
        )
    if not twin.is_open or twin.due != twin.total or twin.total != _total(step):
        return Hold(
            reason=f"invoice {twin.number} was issued twice, and is {twin.status} with "
            f"{told(twin.due)} of {told(twin.total)} due: move the payment to the other document and delete this one, "
            "then cancel this step"
        )
    return Ready(effect=step.effect)


def _lost(operation: Operation, world: Aftermath) -> str:
    number = issue_of(operation).remote_id
    if is_gone(world.merged):
        return f"the merged invoice (id {number}) was deleted: nothing carries its sources any more"
    if world.credited_away:
        return (
            f"the merged invoice (id {number}) was credited away by credit note "
            f"{world.credited_away}: nothing carries its sources any more"
        )
    return ""


def _waiting_credits(operation: Operation, step: Step) -> tuple[Step, ...]:
    return tuple(
        other
        for other in steps_of(operation, step.invoice_id)
        if other.kind is StepKind.CREDIT and other.state is StepState.INTENDED
    )


def _total(step: Step) -> Decimal:
    assert isinstance(step.effect, IssueCreditNote)
    return step.effect.total


def judge_cascade(step: Step, decision: CascadeDecision) -> Verdict:
    """A release or suspension is sent only if the very same is decided afresh.

    Args:
        step: what was planned: the sub-account, and the block it ends or mirrors.
        decision: of the planner, on a fresh snapshot of the main and this sub-account in which
            the step itself does not count as recorded.
    """
    wanted = {(row.sub_id, row.block_id) for row in decision.releases}
    if step.kind is StepKind.SUSPEND:
        wanted = {(row.sub_id, row.cause_id) for row in decision.suspensions}
    if (step.account_id, step.block_id) in wanted:
        return Ready(effect=step.effect)
    why = [row.sentence for row in decision.refusals if row.account_id == step.account_id]
    return Skip(reason=why[0] if why else "the main account or the sub-account has changed")


def judge_trial(step: Step, account: Account | None) -> Verdict:
    """A probe changes the status of its test customer only as long as it has not got it."""
    assert isinstance(step.effect, SetStatus)
    if account is None:
        return Skip(reason="the test customer is gone")
    if account.status is step.effect.status:
        return Skip(reason=f"the test customer is {account.status} already")
    return Ready(effect=step.effect)


def _changed(source: Source, invoice: Invoice | None) -> str:
    if invoice is None:
        return f"invoice {source.number} is gone"
    if invoice.content_hash != source.content_hash:
        return f"invoice {source.number} changed since it was planned"
    return ""


def _mark(step: Step, memo: str) -> MarkInvoice:
    assert isinstance(step.effect, MarkInvoice)
    return replace(step.effect, memo=memo)
