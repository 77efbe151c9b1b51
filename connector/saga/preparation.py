"""The last look before a send: is the world still as planned? Fresh records in, a verdict out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeAlias

from connector.domain.accounts import Account
from connector.domain.cascade import CascadeDecision
from connector.domain.ids import AccountId, InvoiceId
from connector.domain.invoices import Invoice, InvoiceStatus
from connector.domain.marker import markers_in, with_marker, without_marker
from connector.domain.sources import MAIN_MAY_PAY
from connector.saga.effects import Effect, IssueCreditNote, IssueInvoice, MarkInvoice
from connector.saga.steps import Operation, Source, Step, StepKind


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


Verdict: TypeAlias = Ready | Withdraw | Skip | Hold


def judge_claim(step: Step, source: Source, invoice: Invoice | None) -> Verdict:
    """A source is claimed only if it still is what the plan rests on."""
    if reason := _changed(source, invoice):
        return Withdraw(reason=reason)
    assert invoice is not None
    if foreign := [m for m in markers_in(invoice.memo) if m != step.marker]:
        return Withdraw(reason=f"invoice {source.number} is marked by plan {foreign[0].plan_id}")
    return Ready(effect=_mark(step, with_marker(invoice.memo, step.marker)))


def judge_unclaim(step: Step, claim: Step, invoice: Invoice | None) -> Verdict:
    """A claim is handed back by taking our line, and nothing else, out of the memo."""
    if invoice is None or claim.marker not in markers_in(invoice.memo):
        return Skip(reason="the mark is gone already")
    return Ready(effect=_mark(step, without_marker(invoice.memo, claim.marker)))


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


def judge_relieve(step: Step, invoice: Invoice | None, merged: Invoice | None) -> Verdict:
    """A source is relieved of exactly what the merged invoice took over, and while it stands."""
    assert isinstance(step.effect, IssueCreditNote)
    if merged is None or merged.status is InvoiceStatus.DELETED:
        return Hold(reason="the merged invoice was deleted: nothing carries this source any more")
    carried = f"the merged invoice carries {step.effect.total} of it"
    if invoice is None or invoice.status is InvoiceStatus.DELETED:
        return Hold(reason=f"the source was deleted after the merge; {carried}: credit the main")
    if invoice.status is not InvoiceStatus.NOT_PAID or invoice.due != step.effect.total:
        return Hold(
            reason=f"the source is {invoice.status} with {invoice.due} due after the merge; "
            f"{carried}: credit the main for what was paid on the sub-account"
        )
    return Ready(effect=step.effect)


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


def _changed(source: Source, invoice: Invoice | None) -> str:
    if invoice is None:
        return f"invoice {source.number} is gone"
    if invoice.content_hash != source.content_hash:
        return f"invoice {source.number} changed since it was planned"
    return ""


def _mark(step: Step, memo: str) -> MarkInvoice:
    assert isinstance(step.effect, MarkInvoice)
    return replace(step.effect, memo=memo)
