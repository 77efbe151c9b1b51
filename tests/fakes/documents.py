"""What the fake platform makes of what is sent to it."""

from __future__ import annotations

from datetime import datetime

from connector.domain.ids import CreditNoteId, InvoiceId
from connector.domain.invoices import (
    CreditNote,
    Invoice,
    InvoiceStatus,
    InvoiceType,
    total_of,
)
from connector.domain.marker import Marker, markers_in
from connector.saga.effects import IssueCreditNote, IssueInvoice


def issued(effect: IssueInvoice, number: InvoiceId) -> Invoice:
    """The invoice that an effect creates."""
    total = total_of(effect.items)
    return Invoice(
        id=number,
        account_id=effect.account_id,
        number=f"M{number}",
        issued_on=effect.issued_on,
        due_on=effect.due_on,
        status=InvoiceStatus.NOT_PAID,
        type=InvoiceType.RECURRING,
        total=total,
        due=total,
        items=effect.items,
        memo=effect.memo,
    )


def noted(effect: IssueCreditNote, number: CreditNoteId, at: datetime) -> CreditNote:
    """The credit note that an effect creates."""
    return CreditNote(
        id=number,
        account_id=effect.account_id,
        number=f"C{number}",
        total=total_of(effect.items),
        deleted=False,
        note=effect.note,
        created_at=at,
    )


def marks_on(row: object) -> tuple[Marker, ...]:
    """Our marks on a row, if it is a document."""
    match row:
        case Invoice():
            return markers_in(row.memo)
        case CreditNote():
            return markers_in(row.note)
    return ()
