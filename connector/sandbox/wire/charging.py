"""Attributes of what a charge made, as the last charge is shown."""

from connector.sandbox.wire.fields import Kind, linked_only, of_kind

CHARGE_RECORD = (
    *of_kind(Kind.INTEGER, "id", "customer_id", readonly=True),
    *of_kind(Kind.DATE, "date", readonly=True),
    *of_kind(Kind.INSTANT, "real_date_time", readonly=True),
    *of_kind(Kind.TEXT, "transactions_id", readonly=True),
    *of_kind(Kind.INTEGER, "invoice_id", "request_id", readonly=True),
    *of_kind(Kind.DATE, "next_request_before", readonly=True),
    *of_kind(Kind.INTEGER, "history_id", readonly=True),
    *of_kind(Kind.COMPUTED, "transactions_sum", readonly=True),
    *of_kind(Kind.DATE, "max_period_to", readonly=True),
)
CHARGED_INVOICE = (
    *of_kind(Kind.INTEGER, "id", "customer_id", readonly=True),
    *of_kind(Kind.DATE, "date_created", "date_updated", "date_till", "date_payment", readonly=True),
    *of_kind(Kind.TEXT, "status", "number", readonly=True),
    *of_kind(Kind.INTEGER, "payment_id", readonly=True),
    *of_kind(Kind.FLAG, "payd_from_deposit", readonly=True),
    *of_kind(Kind.COMPUTED, "total", "due", readonly=True),
)
CHARGED_PROFORMA = tuple(
    field for field in CHARGED_INVOICE if field.name not in {"payd_from_deposit", "due"}
)
CHARGE_LINE = (
    *of_kind(Kind.TEXT, "description", readonly=True),
    *of_kind(Kind.COMPUTED, "quantity", readonly=True),
    *of_kind(Kind.TEXT, "unit", readonly=True),
    *of_kind(Kind.COLUMN, "price", "tax_percent=tax", readonly=True),
    *of_kind(Kind.INTEGER, "tax_id", readonly=True),
    *of_kind(Kind.COMPUTED, "tax_amount", readonly=True),
    *of_kind(Kind.DATE, "period_from", "period_to", readonly=True),
    *linked_only(Kind.INTEGER, "sub_account_id"),
)
