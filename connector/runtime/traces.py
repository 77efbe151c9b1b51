"""Read what the last looks of an undo stand on, before each of its writes and at its end."""

from __future__ import annotations

from collections.abc import Iterable

from connector.domain.ids import CreditNoteId, InvoiceId, PlanId
from connector.domain.invoices import CreditNote, Invoice
from connector.errors import RecordMissing
from connector.runtime.families import or_none, read_linked
from connector.runtime.service import Service
from connector.saga import undo_checks
from connector.saga.fixups import merged_id
from connector.saga.preparation import Verdict
from connector.saga.steps import Operation, Step, StepKind
from connector.saga.undo_checks import Aftersight, Home, Traces
from connector.saga.undoing import revoke_of


def load_merge(service: Service, undo: Operation) -> Operation:
    """The merge that an undo takes back."""
    with service.store.begin() as unit:
        merge = unit.journal.load_operation(PlanId(undo.undoes or ""))
    assert merge is not None  # noqa: S101 - an undo is planned from it, and nothing is deleted
    return merge


def read_traces(service: Service, merge: Operation) -> Traces:
    """What a merge left on the platform."""
    wanted = (merged_id(merge), *(source.invoice_id for source in merge.sources))
    return Traces(
        invoices=_read_invoices(service, wanted),
        linked=read_linked(service, merge.main_id, {row.account_id for row in merge.sources}),
    )


def judge_before_send(service: Service, undo: Operation, step: Step) -> Verdict:
    """The last look before the merged invoice is revoked, or a source is charged anew."""
    merge = load_merge(service, undo)
    if step.kind is StepKind.REVOKE:
        return undo_checks.judge_revoke(merge, step, read_traces(service, merge))
    return undo_checks.judge_recharge(merge, step, _read_home(service, undo, step))


def _read_home(service: Service, undo: Operation, step: Step) -> Home:
    account = or_none(service.reader.read_account, step.account_id)
    billing = or_none(service.reader.read_billing, step.account_id)
    return Home(
        revoked=_read_revoked(service, undo),
        source=or_none(service.reader.read_invoice, InvoiceId(step.invoice_id or 0)),
        account=account,
        due_days=0 if billing is None else billing.due_days,
        today=service.clock.now().date(),
    )


def judge_outcome(
    service: Service, undo: Operation, notes: tuple[CreditNote, ...]
) -> tuple[str, ...]:
    """Read what an undo left behind, and say what is wrong with it.

    Args:
        service: whose reader is asked.
        undo: with every step finished.
        notes: credit notes of the accounts where one of ours may stand too often.
    """
    recharged = [
        InvoiceId(step.remote_id)
        for step in undo.steps
        if step.kind is StepKind.RECHARGE and step.remote_id is not None
    ]
    merged = InvoiceId(revoke_of(undo).invoice_id or 0)
    seen = Aftersight(
        invoices=_read_invoices(service, (merged, *recharged)),
        revoked=_read_revoked(service, undo),
        notes=notes,
    )
    return undo_checks.judge_undo(undo, seen)


def _read_revoked(service: Service, undo: Operation) -> CreditNote | None:
    remote_id = revoke_of(undo).remote_id
    return or_none(service.reader.read_credit_note, CreditNoteId(remote_id or 0))


def _read_invoices(service: Service, wanted: Iterable[InvoiceId]) -> dict[InvoiceId, Invoice]:
    found = {}
    for invoice_id in wanted:
        try:
            found[invoice_id] = service.reader.read_invoice(invoice_id)
        except RecordMissing:
            continue
    return found
