"""Bodies made of the documented request types."""

from collections.abc import Mapping
from itertools import count
from typing import Any

from tests.sandbox.contract.facts import SHAPES, Attribute
from tests.sandbox.contract.judge import known

DAY, LATER, MOMENT = "2026-03-04", "2026-09-10", "2026-03-04 05:06:07"
DAYS = frozenset({"date", "date_created", "date_add", "start_date", "period_from", "toBillDate"})
LATER_DAYS = frozenset({"date_till", "end_date", "period_to", "transactionDate"})
# What an attribute is given wherever it stands.
BY_NAME: Mapping[str, object] = {
    "amount": "12.5",
    "amount_due": "1",
    "color": "#112233",
    "discount": "1",
    "discount_start_date": DAY,
    "discount_end_date": LATER,
    "email": "ada@example.net",
    "billing_email": "bills@example.net",
    "enabled": 1,
    "ipv4": "10.1.2.3",
    "partner_id": 1,
    "percent": 20,
    "price": "7.25",
    "priority": "high",
    "quantity": 2,
    "recipient": "ada@example.net",
    "start_session": MOMENT,
    "last_change": MOMENT,
    "conversion_date": MOMENT,
    "datetime": MOMENT,
    "pinned_date": MOMENT,
    "scheduled_send_time": MOMENT,
    "datetime_added": MOMENT,
    "datetime_start_sending": MOMENT,
    "datetime_sent": MOMENT,
    "created_at": MOMENT,
    "updated_at": MOMENT,
    "service_type": "internet",
    "tax": "10",
    "tax_percent": "10",
    "unit": "pcs",
    "unit_price": "3.5",
    "visible_by_customer": "1",
    "is_done": "1",
    "is_send": "1",
    "is_pinned": "1",
    "period": "-1",
    "access_device": 1,
}
# What an attribute is given in one type; `$name` is an id of the scene.
IN_TYPE: Mapping[tuple[str, str], object] = {
    ("Customer Base", "login"): "@login",
    ("Customer Base", "status"): "active",
    ("Customer Base", "parent_id"): 0,
    ("Customer Base", "date_add"): DAY,
    ("Customer Base", "customer_labels"): [1],
    ("Customer Base", "daily_prepaid_cost"): "1.5",
    ("Customer Documents Request", "type"): "uploaded",
    ("Customer comment Base", "type"): "finance",
    ("Customer Online Base", "in_bytes"): "10",
    ("Customer Online Base", "out_bytes"): "20",
    ("Customer Online Base", "nas_id"): "1",
    ("Customer Online Base", "time_on"): "60",
    ("Traffic counter", "date"): DAY,
    ("Send Document", "type"): "mail",
    ("Send Document", "document_type"): "invoice",
    ("Send Document", "id"): "$invoice",
    ("Transaction Base", "type"): "debit",
    ("Transaction Base", "category"): "1",
    ("Transaction Base", "source"): "manual",
    ("Transaction Base", "service_id"): "$service",
    ("Transaction Base", "to_invoice"): False,
    ("Transaction Base", "tax_id"): 2,
    ("Transaction Base", "sub_account_id"): 0,
    ("Invoice Base", "number"): "@number",
    ("Invoice Base", "status"): "not_paid",
    ("Credit note Base", "number"): "@number",
    ("Credit note Base", "status"): "not_refunded",
    ("Proforma Invoice Base", "number"): "@number",
    ("Proforma Invoice Base", "status"): "not_paid",
    ("Invoice item", "sub_account_id"): 0,
    ("Credit note item", "sub_account_id"): 0,
    ("Proforma Invoice item", "sub_account_id"): 0,
    ("Payment Base", "receipt_number"): "@receipt",
    ("Payment Base", "payment_type"): "1",
    ("Ticket Base Create", "lead_id"): 0,
    ("Ticket Base Create", "related_account_id"): 0,
    ("Ticket Base Create", "related_account_type"): "none",
    ("Ticket Base Create", "hidden_from_related_account"): 0,
    ("Ticket Base Create", "unread_by_related_account"): 0,
    ("Ticket Base Create", "watchers"): [1],
    ("Ticket Base Create", "moduleLabels"): [1],
    ("Ticket feedbacks Response", "ticket_id"): "$other ticket",
    ("Ticket Message Create", "ticket_id"): "$ticket",
    ("Administrator Request", "login"): "@login",
    ("Additional Field Base", "name"): "@remark",
    ("Additional Field Base", "type"): "string",
    ("Additional Field Base", "is_required"): 0,
    ("Additional Field Base", "is_unique"): 0,
    ("Additional Field Base", "readonly"): 0,
    ("Additional Field Base", "disabled"): 0,
    ("Additional Field Base", "min_length"): "1",
    ("Additional Field Base", "max_length"): "64",
    ("Module Base", "name"): "@module",
    ("Module Base", "root"): "controllers\\admin\\NetworkingController",
    ("Module item Base", "additional_attributes"): {"title": "Mast", "ip": "10.0.0.1"},
    ("Email Base Create", "type"): "message",
    ("Email Base Create", "status"): "new",
    ("Email Base Create", "message_id"): 0,
    ("Email Attachments Base", "type"): "invoice",
    ("Email Attachments Base", "id"): "$invoice",
    ("Pending status Base", "date"): LATER,
    ("Pending status Base", "status"): "blocked",
    ("TransactionCategories Base", "is_base"): "0",
    ("Template Base", "type"): "mail",
    ("Token request data", "auth_type"): "api_key",
}
# Documented in the request, yet what it means is made by the platform, or it needs what we lack.
LEFT_OUT: Mapping[tuple[str, str], str] = {
    **{
        (kind, name): "set when a payment covers the document"
        for kind in ("Invoice Base", "Credit note Base", "Proforma Invoice Base")
        for name in ("date_payment", "payment_id", "date_updated")
    },
    **{
        ("Transaction Base", name): "a posting of its own document, set by the platform"
        for name in ("payment_id", "credit_note_id", "invoice_id", "invoiced_by_id")
    },
    ("Transaction Base", "remind_amount"): "calculated",
    **{
        ("Payment Base", name): "names a document; tested with the ledger"
        for name in ("invoice_id", "credit_note_id", "request_id", "payment_statement_id")
    },
    ("Payment Base", "transaction_id"): "set by the platform",
    **{
        ("Customer Bundle service Base", name): "set when the fee is charged"
        for name in (
            "activation_fee_transaction_id",
            "cancellation_fee_transaction_id",
            "prior_cancellation_fee_transaction_id",
        )
    },
    **{
        ("Administrator Request", name): "made by the platform"
        for name in ("avatar_api_url", "download_avatar_link")
    },
}
# What a row within another does not say of itself.
SAID_ABOVE = frozenset({"bundle_service_id", "ticket_id"})
PORTS = frozenset({"customer_id", "service_id", "tariff_id", "bundle_id"})


class Writer:
    """Makes bodies for one scene; every name that must be unique is new."""

    def __init__(self, ids: Mapping[str, object], *, linked: bool) -> None:
        self.ids = ids
        self.linked = linked
        self._numbers = count(1)

    def body(self, shape: str) -> dict[str, Any]:
        """A body with every documented attribute of a request type."""
        return {
            name: self._value(shape, attribute)
            for name, attribute in known(shape, linked=self.linked).items()
            if (shape, name) not in LEFT_OUT
        }

    def _within(self, shape: str) -> dict[str, Any]:
        body = self.body(shape)
        return {name: value for name, value in body.items() if name not in SAID_ABOVE}

    def _value(self, shape: str, attribute: Attribute) -> object:
        name = attribute.name
        given = IN_TYPE.get((shape, name), BY_NAME.get(name))
        if isinstance(given, str) and given[:1] in {"@", "$"}:
            return f"{given[1:]}_{next(self._numbers)}" if given[0] == "@" else self.ids[given[1:]]
        if given is not None:
            return given
        if name in PORTS:
            return self.ids[name.removesuffix("_id")]
        if name in DAYS or name in LATER_DAYS:
            return DAY if name in DAYS else LATER
        return self._plain(attribute)

    def _plain(self, attribute: Attribute) -> object:
        if attribute.words:
            return attribute.words[-1]
        if attribute.kind in SHAPES:
            return self._within(attribute.kind)
        if attribute.kind == "array":
            return [self._within(attribute.of)] if attribute.of in SHAPES else [1]
        plain: dict[str, object] = {"number": 1, "boolean": True}
        return plain.get(attribute.kind, f"Some {attribute.name}")
