"""Attributes of customers, their billing, their papers, their status history, and of partners."""

from connector.sandbox.wire.fields import Kind, linked_only, of_kind

CUSTOMER = (
    *of_kind(Kind.INTEGER, "id", readonly=True),
    *of_kind(Kind.TEXT, "login", "status", "billing_type"),
    *of_kind(Kind.INTEGER, "partner_id?", "location_id?"),
    *linked_only(Kind.INTEGER, "parent_id"),
    *of_kind(Kind.TEXT, "category?", "name!", "email", "billing_email", "phone"),
    *of_kind(Kind.TEXT, "street_1", "zip_code", "city"),
    *of_kind(Kind.INTEGER, "subdivision_id"),
    *of_kind(Kind.TEXT, "gps"),
    *of_kind(Kind.DATE, "date_add"),
    *of_kind(Kind.TEXT, "added_by", readonly=True),
    *of_kind(Kind.INTEGER, "added_by_id", readonly=True),
    *of_kind(Kind.INSTANT, "last_online", "last_update", readonly=True),
    *of_kind(Kind.INSTANT, "conversion_date"),
    *of_kind(Kind.COLUMN, "mrr_total", readonly=True),
    *of_kind(Kind.COLUMN, "daily_prepaid_cost"),
    *of_kind(Kind.TEXT, "gdpr_agreed", "password"),
    *of_kind(Kind.LABELS, "customer_labels"),
    *of_kind(Kind.MAP, "additional_attributes"),
)
INFO = (
    *of_kind(Kind.INTEGER, "id", "customer_id=id", readonly=True),
    *of_kind(Kind.DATE, "birthday"),
    *of_kind(Kind.TEXT, "passport", "company_id", "contact_person", "vat_id"),
    *of_kind(Kind.INSTANT, "updated_at=info_updated_at", readonly=True),
)
BILLING = (
    *of_kind(Kind.INTEGER, "customer_id", readonly=True),
    *of_kind(Kind.INTEGER, "enabled"),
    *of_kind(Kind.NUMBER_AS_TEXT, "type"),
    *of_kind(Kind.COLUMN, "deposit", readonly=True),
    *of_kind(Kind.NUMBER_AS_TEXT, "billing_date", "billing_due", "blocking_period"),
    *of_kind(Kind.NUMBER_AS_TEXT, "grace_period", "make_invoices", "payment_method"),
    *of_kind(Kind.COLUMN, "min_balance"),
    *of_kind(Kind.NUMBER_AS_TEXT, "request_auto_enable", "request_auto_day"),
    *of_kind(Kind.NUMBER_AS_TEXT, "request_auto_period"),
    *of_kind(Kind.INTEGER, "request_auto_type"),
    *of_kind(Kind.DATE, "request_auto_next"),
    *of_kind(Kind.NUMBER_AS_TEXT, "reminder_enable", "reminder_day_1", "reminder_day_2"),
    *of_kind(Kind.NUMBER_AS_TEXT, "reminder_day_3", "reminder_payment"),
    *of_kind(Kind.COLUMN, "reminder_payment_value"),
    *of_kind(Kind.TEXT, "reminder_payment_comment"),
    *of_kind(Kind.NUMBER_AS_TEXT, "reminder_type"),
    *of_kind(Kind.TEXT, "billing_person", "billing_street_1", "billing_zip_code", "billing_city"),
    *linked_only(Kind.TEXT, "sub_billing_mode"),
    *of_kind(Kind.NUMBER_AS_TEXT, "send_finance_notification"),
    *of_kind(Kind.COLUMN, "partner_percent"),
)
CHANGE = (
    *of_kind(Kind.INTEGER, "id", "customer_id", "service_id", readonly=True),
    *of_kind(Kind.TEXT, "old_status", "new_status", readonly=True),
    *of_kind(Kind.DATE, "date", readonly=True),
    *of_kind(Kind.TEXT, "time", "tariff_type", readonly=True),
    *of_kind(Kind.INTEGER, "old_tariff", "new_tariff", "administrator_id", readonly=True),
)
PARTNER = (*of_kind(Kind.INTEGER, "id", readonly=True), *of_kind(Kind.TEXT, "name!"))
