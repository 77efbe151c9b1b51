"""Bodies, queries and ids that the document's types do not give."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.sandbox.contract.bodies import DAY
from tests.sandbox.contract.scene import Scene

Told = Callable[[Scene], object] | object

_SERVICES = "/admin/customers/customer/{customer_id}"


def _signed(scene: Scene) -> dict[str, object]:
    return {"auth_type": "api_key", **scene.bench.sign(5000)}


def _refresh(scene: Scene) -> object:
    return scene.login(auth_type="api_key", **scene.bench.sign(6000))["refresh_token"]


# Bodies by endpoint.
PUTS: Mapping[str, Any] = {
    "POST /admin/auth/tokens": _signed,
    "POST /admin/auth/two-factor-status": {"login": "admin"},
    "PUT /admin/customers/customer-info/{id}?main_attributes": {
        "birthday": "1980-02-29",
        "passport": "X1",
        "contact_person": "Ada",
    },
    "PUT /admin/customers/customer-payment-accounts?id": {"field_1": "tok", "field_2": "card"},
    "PUT /admin/customers/customer-billing/{id}": {
        "billing_due": "12",
        "reminder_payment_comment": "Soon",
        "billing_person": "Ada",
        "billing_city": "Elmford",
        "request_auto_next": "2026-05-01",
        "partner_percent": "1.5",
    },
    "PUT /admin/customers/customer-traffic-counter/{service_id}--{date}": {"up": 5, "down": 6},
    "PUT /admin/customers/customers-online/{id}--kill": lambda scene: {
        "service_id": scene.ids["service"]
    },
    "POST /admin/config/scheduling-task-templates": {"title": "Connect", "task_title": "Wire it"},
    "PUT /admin/config/scheduling-task-templates/{id}": {"title": "Connect anew"},
    f"PUT {_SERVICES}/bundle-services--{{service_id}}-reactivate": {},
    "PUT /admin/finance/proforma-invoices/{id}": {"date_till": "2026-10-01"},
    "PUT /admin/logs/pending-statuses/{id}": {"date": "2026-10-01"},
    "PUT /admin/config/module/{name}--{id}": {"additional_attributes": {"title": "Pole"}},
    "PUT /admin/config/config?module&path&partner_id": {"top_up_enabled": True},
    "POST /admin/finance/calculate-finance": {
        "price": "10",
        "quantity": 1,
        "items": [{"price": "10", "quantity": 1, "isChangedInput": True}],
    },
    "POST /admin/config/scheduling-checklist-templates": {
        "title": "Connect",
        "items": [{"name": "Prepare"}],
    },
    "PUT /admin/config/scheduling-checklist-templates/{id}": {"title": "Connect anew"},
}
# Values of parameters, for one address or for all.
QUERIES: Mapping[tuple[str, str], Told] = {
    ("", "format_values"): "true",
    ("", "render"): "1",
    ("", "with_texts"): "true",
    ("", "files_with_content"): "true",
    ("", "with_content"): "true",
    ("", "type"): "internet",
    ("", "service_type"): "internet",
    ("", "code"): "1",
    ("", "checkAuth"): "1",
    ("", "module"): "main",
    ("", "path"): "portal",
    ("", "key"): "",
    ("", "partner_id"): "0",
    ("", "af_module"): "",
    ("", "field"): "",
    ("", "cards_type"): "",
    ("/portal/login/entry-points", "id"): "1",
    ("/admin/tariffs/tariffs-for-change", "id"): "1",
    ("/admin/customers/customer-payment-accounts", "id"): lambda s: f"{s.ids['customer']}--1",
}
# Ids that an address takes, for one endpoint or for all of an address.
PLACES: Mapping[tuple[str, str], Told] = {
    ("/admin/customers/customer-documents/{customer_id}", "customer_id"): (
        lambda s: s.ids["customer"]
    ),
    ("/admin/customers/billing-info/{customer_id}", "customer_id"): lambda s: s.ids["monthly"],
    ("/admin/config/module/{name}", "name"): lambda s: s.ids["table"],
    ("/admin/config/module/{name}--{id}", "name"): lambda s: s.ids["table"],
    ("/admin/support/ticket-feedbacks/{id}", "id"): lambda s: s.ids["other ticket"],
    ("/admin/config/templates/{template_id}-render-{customer_id}", "template_id"): 1,
    ("/admin/auth/tokens/{token}", "token"): _refresh,
    ("/admin/customers/customer-info/{id}", "id"): lambda s: s.ids["customer"],
    ("/admin/customers/customer-billing/{id}", "id"): lambda s: s.ids["customer"],
    ("/admin/customers/customer-statistics/{id}", "id"): lambda s: s.ids["customer"],
    ("/admin/customers/customers-online/{id}--kill", "id"): lambda s: s.ids["customer"],
    ("/admin/customers/customer-traffic-counter/{service_id}--{date}", "date"): DAY,
    ("/admin/config/download/customer_documents--{id}", "id"): lambda s: s.ids["document"],
    ("/admin/config/download/{module}--{document_id}", "module"): "customer_documents",
    ("/admin/config/download/{module}--{document_id}", "document_id"): lambda s: s.ids["document"],
    **{
        (f"PUT {_SERVICES}/{kind}-services--{{service_id}}?action={action}", name): (
            lambda s, key=key: s.ids[key]
        )
        for kind in ("internet", "voice", "recurring")
        for action in ("start", "stop")
        for name, key in (("customer_id", "prepaid"), ("service_id", f"prepaid {kind}"))
    },
    **{
        (f"{_SERVICES}/bundle-services--{{service_id}}-{action}", name): (
            lambda s, key=key: s.ids[key]
        )
        for action in ("cancel", "reactivate")
        for name, key in (("customer_id", "prepaid"), ("service_id", "bundle held"))
    },
    ("/portal/services/start/{service_id}", "service_id"): lambda s: s.ids["prepaid internet"],
    ("/portal/services/stop/{service_id}", "service_id"): lambda s: s.ids["prepaid internet"],
    ("/admin/finance/to-bill/{customer_id}--{action}", "action"): "preview",
    ("/admin/finance/to-bill-requests/{customer_id}--{action}", "action"): "preview",
    ("/admin/finance/cancel-last-charge/{id}", "id"): lambda s: s.ids["charged"],
}
