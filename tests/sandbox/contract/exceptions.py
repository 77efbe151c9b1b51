"""Where an answer may differ from the document, and why; no endpoint is left out."""

from collections.abc import Mapping

# Where the document only gives an example.
EXAMPLES = {"/example/entity/endpoint": "/admin/customers/customer"}
# Documented as a list, though one row is asked for by its id.
ONE_ROW = frozenset({"GET /admin/config/taxes/{id}"})
# Answers whose type the document forgot to name.
UNTYPED = {"GET /admin/finance/credit-notes/{id}": ("Credit note Response",)}
# Stay to be read after they are deleted, marked as such.
MARKED = frozenset(
    {
        "/admin/finance/invoices/{id}",
        "/admin/finance/credit-notes/{id}",
        "/admin/finance/cancel-last-charge/{id}",
    }
)
# One table under two addresses.
OTHER_SPELLING = {
    "/admin/customers/customer/additional-discounts": "/admin/customers/additional-discounts"
}
# Sent as documented, and held otherwise: by the reason.
HELD_OTHERWISE: Mapping[tuple[str, str], str] = {
    ("/admin/support/tickets", "updated_at"): "set by the platform",
    ("/admin/support/ticket-messages", "date"): "set by the platform",
    ("/admin/support/ticket-messages", "files"): "sent as files, read as rows",
}
# Lists that are no tables: OPTIONS and HEAD mean nothing there.
NO_TABLE: Mapping[str, str] = {
    "/admin/customers/customer/{customer_id}/logs-changes": "the rows of logs/changes",
    "GET /admin/customers/customer-payment-accounts?id": "one customer's rows",
    "/admin/customers/customer-documents/{customer_id}": "one customer's rows",
    "/admin/customers/customer-statistics/{id}": "one customer's rows",
    "/admin/customers/customer-traffic-counter/{service_id}--{date}": "one row in a list",
    "/admin/tariffs/tariffs-for-change": "a choice among tariffs",
    "/admin/config/additional-fields/{module}": "a module's rows of one table",
    "/portal/login/entry-points": "no HEAD is documented",
}
# In answers, yet in no list of attributes: additional ones have their own, contents are files.
UNLISTED = frozenset({"additional_attributes", "content", "content_type"})
# Answered as numbers by every release: calculated, not read from a table.
NUMBERS_ANYWAY: Mapping[str, str] = {
    "/admin/auth/tokens": "moments are numbers",
    "/admin/auth/tokens/{token}": "moments are numbers",
    "/admin/auth/two-factor-status": "a flag of the answer",
    "/admin/api/check": "a flag of the answer",
    "/admin/customers/billing-info/{customer_id}": "plain numbers unless they are formatted",
    "/admin/finance/cancel-last-charge/{id}": "sums and counts beside the rows",
    "/admin/fup/usage/{service_id}": "calculated",
    "/admin/tariffs/change-tariff/{service_id}": "a count and a day",
    "/portal/services/billing-info": "plain numbers unless they are formatted",
}
# Required by the document, and given by the address or told in another way.
REQUIRED_OTHERWISE: Mapping[tuple[str, str], str] = {
    ("/admin/auth/tokens", "auth_type"): "refused as an unknown login",
    **{
        (f"/admin/customers/customer/{{customer_id}}/{kind}-services", "customer_id"): "the address"
        for kind in ("internet", "voice", "recurring", "bundle")
    },
}
