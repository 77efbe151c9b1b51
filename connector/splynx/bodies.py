"""What we write: the four effects as bodies. What is not named here can never be sent."""

from __future__ import annotations

from connector.domain.invoices import InvoiceItem, InvoiceStatus, InvoiceType
from connector.saga.effects import Effect, IssueCreditNote, IssueInvoice, MarkInvoice, SetStatus
from connector.splynx.codec import Json, encode_date, encode_money, encode_word
from connector.splynx.mapping import PlatformMapping, Route
from connector.splynx.needs import CreditNoteStatus
from connector.splynx.wire import Request


def request_of(effect: Effect, mapping: PlatformMapping) -> Request:
    """The one request that carries out an effect; the same effect gives the same bytes."""
    match effect:
        case MarkInvoice():
            route = mapping.route("invoices", "update").to(effect.invoice_id)
            return _request(route, _named(mapping, "invoice", {"memo": effect.memo}))
        case SetStatus():
            word = encode_word(effect.status, mapping.fields["account"]["status"].words)
            route = mapping.route("accounts", "update").to(effect.account_id)
            return _request(route, _named(mapping, "account", {"status": word}))
        case IssueInvoice():
            return _request(mapping.route("invoices", "create"), _invoice(effect, mapping))
        case IssueCreditNote():
            return _request(mapping.route("credit_notes", "create"), _credit_note(effect, mapping))


def _invoice(effect: IssueInvoice, mapping: PlatformMapping) -> Json:
    fields = mapping.fields["invoice"]
    return _named(
        mapping,
        "invoice",
        {
            "account_id": effect.account_id,
            "issued_on": encode_date(effect.issued_on),
            "due_on": encode_date(effect.due_on),
            "status": encode_word(InvoiceStatus.NOT_PAID, fields["status"].words),
            # One-time documents do not block an account; this one must be able to.
            "type": encode_word(InvoiceType.RECURRING, fields["type"].words),
            "note": effect.note,
            "memo": effect.memo,
            "items": [_item(item, mapping, "invoice_item") for item in effect.items],
        },
    )


def _credit_note(effect: IssueCreditNote, mapping: PlatformMapping) -> Json:
    """Bound to its invoice; the charged service period stays charged."""
    words = mapping.fields["credit_note"]["status"].words
    return _named(
        mapping,
        "credit_note",
        {
            "account_id": effect.account_id,
            "issued_on": encode_date(effect.issued_on),
            "status": encode_word(CreditNoteStatus.OPEN, words),
            "invoice_id": effect.invoice_id,
            "note": effect.note,
            "items": [_item(item, mapping, "credit_note_item") for item in effect.items],
        },
    )


def _item(item: InvoiceItem, mapping: PlatformMapping, record: str) -> Json:
    """A line with the fields that this kind of document, and this release, has."""
    values: Json = {
        "description": item.description,
        "quantity": encode_money(item.quantity),
        "unit": item.unit,
        "price": encode_money(item.price),
        "tax_percent": encode_money(item.tax_percent),
        "tax_id": item.tax_id,
        "period_from": item.period_from and encode_date(item.period_from),
        "period_to": item.period_to and encode_date(item.period_to),
        "category_id": item.category_id,
        "sub_account_id": item.sub_account_id,
    }
    has = mapping.fields[record]
    told = {name: value for name, value in values.items() if name in has and value is not None}
    return _named(mapping, record, told)


def _named(mapping: PlatformMapping, record: str, values: Json) -> Json:
    return {mapping.at(record, name): value for name, value in values.items()}


def _request(route: Route, body: Json) -> Request:
    return Request(method=route.method, path=route.path, body=body)
