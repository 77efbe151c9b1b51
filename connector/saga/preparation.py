"""The last look before a send: is the world still as planned? Fresh records in, a verdict out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from connector.domain.accounts import Account, AccountStatus, StatusChange
from connector.domain.ids import AccountId, InvoiceId
from connector.domain.invoices import Invoice, InvoiceStatus
from connector.domain.marker import markers_in, with_marker, without_marker
from connector.saga.effects import Effect, IssueCreditNote, MarkInvoice
from connector.saga.recovery import Contradicted, NotSeen, Sight
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


def judge_issue(
    operation: Operation,
    step: Step,
    invoices: Mapping[InvoiceId, Invoice],
    linked: frozenset[AccountId],
) -> Verdict:
    """The pivot: every source unchanged and still claimed, every sub-account still linked."""
    claims = {s.invoice_id: s for s in operation.steps if s.kind is StepKind.CLAIM}
    for source in operation.sources:
        invoice = invoices.get(source.invoice_id)
        if reason := _changed(source, invoice):
            return Withdraw(reason=reason)
        assert invoice is not None
        if claims[source.invoice_id].marker not in markers_in(invoice.memo):
            return Withdraw(reason=f"our mark was taken off invoice {source.number}")
        if source.account_id != operation.main_id and source.account_id not in linked:
            return Withdraw(reason=f"account {source.account_id} is no longer linked")
    return Ready(effect=step.effect)


def judge_resend(step: Step, sight: Sight) -> Hold | None:
    """A document that was sent before is sent again only if a fresh look does not find it.

    Asked before every other question on a step that has a ``sent_at``: a person who asks for a
    retry cannot know what stands on the platform.
    """
    if isinstance(sight, NotSeen):
        return None
    fact = sight.reason if isinstance(sight, Contradicted) else "stands on the platform already"
    return Hold(reason=f"not sent again: step {step.number} {fact}")


def judge_relieve(step: Step, invoice: Invoice | None) -> Verdict:
    """A source is relieved of exactly what the merged invoice took over, and only once."""
    assert isinstance(step.effect, IssueCreditNote)
    carried = f"the merged invoice carries {step.effect.total} of it"
    if invoice is None or invoice.status is InvoiceStatus.DELETED:
        return Hold(reason=f"the source was deleted after the merge; {carried}: credit the main")
    if invoice.status is not InvoiceStatus.NOT_PAID or invoice.due != step.effect.total:
        return Hold(
            reason=f"the source is {invoice.status} with {invoice.due} due after the merge; "
            f"{carried}: credit the main for what was paid on the sub-account"
        )
    return Ready(effect=step.effect)


def judge_release(
    step: Step, main: Account | None, sub: Account | None, block: StatusChange | None
) -> Verdict:
    """Only while the main is active and the sub-account still is in the very block we mean."""
    if main is None or main.status is not AccountStatus.ACTIVE:
        return Skip(reason="the main account is no longer active")
    if sub is None or sub.status is not AccountStatus.BLOCKED:
        return Skip(reason="the sub-account is no longer blocked")
    if block is None or block.id != step.block_id:
        return Skip(reason="the sub-account was blocked anew")
    return Ready(effect=step.effect)


def judge_suspend(
    step: Step, main: Account | None, sub: Account | None, cause: StatusChange | None
) -> Verdict:
    """Only while the main is in the very block we mirror and the sub-account is active."""
    if main is None or main.status is not AccountStatus.BLOCKED:
        return Skip(reason="the main account is no longer blocked")
    if cause is None or cause.id != step.block_id:
        return Skip(reason="the main account was blocked anew")
    if sub is None or sub.status is not AccountStatus.ACTIVE:
        return Skip(reason="the sub-account is no longer active")
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
