"""Reading back: does the platform show what we sent? Ends every doubt, and checks every answer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from connector.domain.accounts import Account
from connector.domain.invoices import CreditNote, Invoice, InvoiceStatus
from connector.domain.marker import markers_in, without_marker
from connector.saga.effects import IssueCreditNote, IssueInvoice, SetStatus
from connector.saga.steps import Step, StepKind


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """It is there as we sent it."""

    remote_id: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class NotSeen:
    """It is not there now."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Contradicted:
    """It is there, but not as we sent it."""

    reason: str


Sight: TypeAlias = Seen | NotSeen | Contradicted


def look_for_invoice(
    step: Step, invoices: Collection[Invoice], *, answered_id: int | None = None
) -> Sight:
    """The merged invoice, by our marker in its memo.

    If the platform named an id and that invoice does not bear our mark, it must never be sent
    again: no reading would tell the second one from the first. The same holds for one that bears no
    mark but a heading of ours: somebody wrote over its memo before we read it. Of several that are
    as we sent them the oldest is taken for ours; the others are voided by further steps.
    """
    assert isinstance(step.effect, IssueInvoice)
    found = [inv for inv in invoices if step.marker in markers_in(inv.memo)]
    for invoice in invoices:
        if invoice.id == answered_id and invoice not in found:
            return Contradicted(reason=f"invoice {invoice.number} does not bear our mark")
    live = [inv for inv in found if inv.status is not InvoiceStatus.DELETED]
    if not found and (
        bare := [inv.number for inv in invoices if _has_our_heading(step.effect, inv)]
    ):
        return Contradicted(reason=_without_mark(step, f"invoice {bare[0]}", "memo"))
    if not live:
        return Contradicted(reason="was deleted on the platform") if found else NotSeen()
    live.sort(key=lambda invoice: invoice.id)
    if live[0].total != step.effect.total:
        reason = f"invoice {live[0].number} makes {live[0].total}, not {step.effect.total}"
        return Contradicted(reason=reason)
    return Seen(remote_id=live[0].id)


def look_for_credit_note(
    step: Step, notes: Collection[CreditNote], *, answered_id: int | None = None
) -> Sight:
    """A credit note of ours, by our marker in its note; ``answered_id`` and our words as above."""
    assert isinstance(step.effect, IssueCreditNote)
    found = [note for note in notes if step.marker in markers_in(note.note)]
    for note in notes:
        if note.id == answered_id and note not in found:
            return Contradicted(reason=f"credit note {note.number} does not bear our mark")
    live = [note for note in found if not note.deleted]
    if not found and (bare := [note.number for note in notes if _has_our_words(step.effect, note)]):
        return Contradicted(reason=_without_mark(step, f"credit note {bare[0]}", "note"))
    if len(live) > 1:
        return Contradicted(reason=f"{twice(live)}, then retry")
    if not live:
        return Contradicted(reason="was deleted on the platform") if found else NotSeen()
    if live[0].total != step.effect.total:
        reason = f"credit note {live[0].number} makes {live[0].total}, not {step.effect.total}"
        return Contradicted(reason=reason)
    return Seen(remote_id=live[0].id)


def _has_our_heading(effect: IssueInvoice, invoice: Invoice) -> bool:
    """Whether an unmarked, live invoice has a line without price that we have asked for."""
    if invoice.status is InvoiceStatus.DELETED or markers_in(invoice.memo):
        return False
    return shares_heading(effect, invoice)


def shares_heading(effect: IssueInvoice, invoice: Invoice) -> bool:
    """Whether an invoice has a line without price that we have asked for."""
    headings = {_tidy(item.description) for item in effect.items if not item.price}
    return not headings.isdisjoint(_tidy(item.description) for item in invoice.items)


def _has_our_words(effect: IssueCreditNote, note: CreditNote) -> bool:
    """Whether an unmarked, live credit note makes as much as ours, and says what we said."""
    if note.deleted or markers_in(note.note) or note.total != effect.total:
        return False
    (marker,) = markers_in(effect.note)
    return _tidy(effect.note.replace(str(marker), "")) in _tidy(note.note)


def _tidy(text: str) -> str:
    return " ".join(text.split())


def _without_mark(step: Step, what: str, field: str) -> str:
    """The sentence for a document of ours of which somebody has taken the mark."""
    return (
        f"{what} has our words but not our mark: put {step.marker} back into its {field}, or "
        "delete it, then retry"
    )


def twice(notes: Collection[CreditNote]) -> str:
    """The sentence for credit notes of which one is too many; no write of ours takes one back."""
    numbers = ", ".join(note.number for note in sorted(notes, key=lambda note: note.id))
    return f"stands {len(notes)} times: credit notes {numbers}; delete all but the first"


def look_for_mark(step: Step, claim: Step, invoice: Invoice | None) -> Sight:
    """Our line in a source's memo: there after a claim, gone after it was handed back."""
    if invoice is None:
        return Contradicted(reason="the source is gone")
    is_clean = without_marker(invoice.memo, claim.marker) == invoice.memo
    if step.kind is StepKind.UNCLAIM:
        return Seen() if is_clean else NotSeen()
    if claim.marker in markers_in(invoice.memo):
        return Seen()
    if is_clean:
        return NotSeen()
    return Contradicted(reason="its memo kept a part of our mark only: shorten it, then retry")


def look_for_status(step: Step, account: Account | None, block_id: int | None = None) -> Sight:
    """The status we set; for a suspension with the log row that it left."""
    assert isinstance(step.effect, SetStatus)
    if account is None:
        return Contradicted(reason="the account is gone")
    return Seen(remote_id=block_id) if account.status is step.effect.status else NotSeen()


def quiet_from(step: Step, quiescence: timedelta) -> datetime | None:
    """When an unseen write may be sent again: at once if repeating it changes nothing.

    A platform worker may go on after we hung up, so a document that is not there yet may still
    appear; only after the quiescence does "not seen" mean "not carried out".
    """
    if isinstance(step.effect, IssueInvoice | IssueCreditNote) and step.sent_at is not None:
        return step.sent_at + quiescence
    return None
