"""Hooks: what is told of whom, and how it is written and signed."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import pytest

from connector.sandbox.errors import SandboxError
from connector.sandbox.hooks.courier import InlineCourier
from tests.sandbox.listener import SECRET, listen
from tests.sandbox.scene import Scene

PAYMENTS = "models\\common\\finance\\Payments"
CUSTOMERS = "models\\common\\customers\\Customers"


@pytest.fixture
def scene() -> Scene:
    """A charged family."""
    return Scene()


def test_registering_pings_signed(scene: Scene) -> None:
    """The first message is a ping, signed over its raw bytes."""
    listener = listen(scene)
    headers, body = listener.got[0]
    assert json.loads(body) == {"type": "ping"}
    made = hmac.new(SECRET.encode(), body, hashlib.sha1).hexdigest()
    assert headers == {"Content-Type": "application/json", "X-Splynx-Signature": made}


def test_a_payment_by_the_api_tells_payment_transaction_and_invoice(scene: Scene) -> None:
    """In the order of one save, with scalars as text and the old values of what changed."""
    listener = listen(scene)
    scene.post("finance/payments", {"customer_id": scene.main, "amount": "36", "payment_type": 2})
    assert listener.told() == [
        ("Payments", "create"),
        ("Transactions", "create"),
        ("Invoices", "edit"),
    ]
    payment, _, invoice = listener.events()
    assert payment["source"] == "api"
    assert payment["result"] == "success"
    assert payment["customer_id"] == str(scene.main)
    assert payment["attributes"]["amount"] == "36.0000"
    assert payment["changed_attributes"] is None
    assert payment["attributes_additional"] == []
    assert (payment["date"], payment["time"]) == ("2026-01-01", "09:00:00")
    assert invoice["changed_attributes"]["status"] == "not_paid"
    assert invoice["attributes"]["status"] == "paid"
    scalars = [value for data in listener.events() for value in data["attributes"].values()]
    assert all(value is None or isinstance(value, str) for value in scalars)


def test_staff_system_and_customers_are_told_apart(scene: Scene) -> None:
    """Who did it is the source, whatever request or round it happened within."""
    listener = listen(scene, models=["Payments", "Customers", "Invoices"])
    scene.staff("edit", resource="customers", id=scene.sub, changes={"status": "blocked"})
    scene.still.control("POST", "person", {"action": "pay", "customer_id": scene.main})
    scene.advance("2026-01-17")
    sources = {(data["model"], data["action"]): data["source"] for data in listener.events()}
    blocked = [data for data in listener.events() if data["model"] == CUSTOMERS]
    assert sources[PAYMENTS, "create"] == "portal"
    assert blocked[0]["source"] == "admin"
    assert blocked[0]["administrator_id"] == "1"
    assert blocked[0]["changed_attributes"]["status"] == "active"
    later = [data for data in blocked if data["customer_id"] == str(scene.subs[1])]
    assert [data["source"] for data in later] == ["system"]
    assert later[0]["ip"] is None


def test_an_edit_without_money_is_told_and_a_save_without_change_is_not(scene: Scene) -> None:
    """A memo is an edit; the same memo again is nothing."""
    listener = listen(scene)
    for _ in range(2):
        scene.put(f"finance/invoices/{scene.sources[1]}", {"memo": "seen"})
    assert listener.told() == [("Invoices", "edit")]
    assert listener.events()[0]["changed_attributes"] == {"memo": ""}


def test_deletions_are_told(scene: Scene) -> None:
    """A marked document, a vanished payment and a hidden account, each with its last attributes."""
    payment = scene.pay(scene.sub)
    listener = listen(scene, models=["Payments", "Invoices", "Customers"])
    scene.call("DELETE", f"finance/invoices/{scene.sources[2]}")
    scene.staff("delete", resource="payments", id=payment)
    scene.call("DELETE", f"customers/customer/{scene.subs[2]}")
    assert listener.told() == [
        ("Invoices", "delete"),
        ("Invoices", "edit"),
        ("Payments", "delete"),
        ("Customers", "delete"),
    ]
    assert listener.events()[2]["attributes"]["id"] == str(payment)


def test_billing_is_told_of_settings_and_not_of_the_balance(scene: Scene) -> None:
    """Every document moves the balance; that alone is no event of its own."""
    listener = listen(scene, models=["CustomerBilling"])
    scene.pay(scene.main)
    assert listener.told() == []
    scene.put(f"customers/customer-billing/{scene.main}", {"billing_due": "3"})
    assert listener.told() == [("CustomerBilling", "edit")]


def test_additional_attributes_are_told_apart(scene: Scene) -> None:
    """Under a heading of their own, and among what changed by their own names."""
    listener = listen(scene)
    extra = {"additional_attributes": {"sim_status": "blocked"}}
    scene.put(f"customers/customer/{scene.sub}", extra)
    data = listener.events()[0]
    assert data["attributes_additional"] == {"sim_status": "blocked"}
    assert "sim_status" not in data["attributes"]
    scene.put(
        f"customers/customer/{scene.sub}", {"additional_attributes": {"sim_status": "active"}}
    )
    assert listener.events()[1]["changed_attributes"] == {"sim_status": "blocked"}


def test_no_secret_leaves(scene: Scene) -> None:
    """Neither an account's password nor the hook's own secret."""
    listener = listen(scene)
    scene.put(f"customers/customer/{scene.sub}", {"password": "hunter2hunter2", "city": "Easton"})
    assert all(b"hunter2" not in body for _, body in listener.got)
    assert SECRET not in json.dumps(scene.still.control("GET", "hook"))


def test_form_bodies_nest_as_php_does(scene: Scene) -> None:
    """Signed as they are; what is null is left out."""
    listener = listen(scene, content_type="form", models=[PAYMENTS])
    scene.post("finance/payments", {"customer_id": scene.main, "amount": "36", "comment": "a b&c"})
    headers, body = listener.got[-1]
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    made = hmac.new(SECRET.encode(), body, hashlib.sha1).hexdigest()
    assert headers["X-Splynx-Signature"] == made
    pairs = dict(parse_qsl(body.decode(), keep_blank_values=True))
    assert pairs["type"] == "event"
    assert pairs["data[model]"] == PAYMENTS
    assert pairs["data[attributes][comment]"] == "a b&c"
    assert "data[errors]" not in pairs
    assert "data[attributes][credit_note_id]" not in pairs


def test_removed_and_inactive_hooks_hear_nothing(scene: Scene) -> None:
    """Not even what was on its way."""
    listener = listen(scene, 500, 500, models=[PAYMENTS])
    scene.pay(scene.main)
    assert len(listener.events()) == 2
    scene.still.control("DELETE", "hook", {"id": 1})
    scene.still.control("POST", "advance", {"hours": 2})
    scene.pay(scene.sub)
    assert len(listener.events()) == 2
    idle = listen(scene, active=False)
    scene.pay(scene.subs[1])
    assert idle.events() == []


def test_each_hook_hears_what_it_asked_for(scene: Scene) -> None:
    """Two hooks of one world; each message names its hook."""
    listener = listen(scene, models=[PAYMENTS])
    order = {"url": "http://listener.example/hook", "models": ["Invoices"]}
    scene.still.control("POST", "hook", order)
    scene.pay(scene.main)
    assert listener.told() == [("Payments", "create"), ("Invoices", "edit")]
    assert [data["hook_id"] for data in listener.events()] == [1, 2]


def test_a_listener_may_call_back(scene: Scene) -> None:
    """What it causes is told after what it was told of."""
    listener = listen(scene)

    def answering(url: str, headers: Mapping[str, str], body: bytes) -> int:
        status = listener(url, headers, body)
        if listener.told() == [("Payments", "create")]:
            scene.put(f"customers/customer/{scene.sub}", {"city": "Easton"})
        return status

    scene.world.hooks.courier = InlineCourier(scene.world.hooks.outbox, answering)
    scene.pay(scene.main)
    assert listener.told()[-1] == ("Customers", "edit")
    assert len(listener.told()) == 4


def test_a_spoilt_request_tells_nothing_and_a_hidden_success_tells_all(scene: Scene) -> None:
    """Hooks follow what happened, not what was answered."""
    listener = listen(scene, models=["Customers"])
    for kind in ("http_503", "http_503_after_commit"):
        scene.staff("switch", fault={"method": "PUT", "kind": kind})
        answer = scene.call("PUT", f"customers/customer/{scene.sub}", {"city": kind})
        assert answer.status == 503
    assert [data["attributes"]["city"] for data in listener.events()] == ["http_503_after_commit"]


@pytest.mark.parametrize(
    "order",
    [
        {"url": "ftp://listener.example"},
        {"url": "nowhere"},
        {"url": "http://x", "content_type": "xml"},
        {"url": "http://x", "models": ["Tickets"]},
        {"url": "http://x", "duplicates": "1.5"},
        {"url": "http://x", "disorder": -1},
        {"secret": "x"},
    ],
)
def test_a_wrong_hook_is_refused(scene: Scene, order: dict[str, object]) -> None:
    """And nothing is registered."""
    with pytest.raises(SandboxError):
        scene.still.control("POST", "hook", order)
    listed: Any = scene.still.control("GET", "hook")
    assert listed["hooks"] == []
    with pytest.raises(SandboxError):
        scene.still.control("DELETE", "hook", {"id": 1})
