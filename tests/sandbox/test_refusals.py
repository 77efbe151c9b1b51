"""Every refusal has its status, its internal code and its body; a refused write leaves no trace."""

from typing import Any

import pytest

from connector.sandbox.server import RunningSandbox
from tests.sandbox.bench import Bench
from tests.sandbox.caller import Caller

CODES = {
    400: {"BAD_REQUEST", "INVALID_INPUT_DATA"},
    404: {"NOT_FOUND"},
    405: {"METHOD_DISABLED", "ENTITY_CANNOT_BE_DELETED"},
    500: {"SERVER_ERROR"},
}
LINE = {"description": "x", "price": "5"}
PLAIN = (
    "customers/customer",
    "finance/invoices",
    "finance/credit-notes",
    "finance/payments",
    "finance/transactions",
    "finance/invoice-relations",
    "logs/changes",
    "administration/partners",
)
WRITABLE = PLAIN[:5]


def check(caller: Caller, method: str, path: str, status: int) -> None:
    """The status, and the envelope with a code that belongs to it."""
    answer = caller.call(method, path)
    assert answer.status == status, (method, path, answer.text)
    error = answer.json["error"]
    assert set(answer.json) == {"error"}
    assert list(error) == ["message", "code", "internal_code"]
    assert error["code"] == status
    assert error["internal_code"] in CODES[status]
    assert error["message"]


@pytest.mark.parametrize("resource", [*PLAIN, "customers/customer-billing"])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "POST"])
def test_rows_that_are_not_there_are_404(bench: Bench, resource: str, method: str) -> None:
    """With an id that nothing has, and with one that is no number."""
    for number in ("999", "none", "1.0", "-1", "٣x"):
        check(bench, method, f"{resource}/{number}", 404)


@pytest.mark.parametrize("resource", [*PLAIN, "customers/customer-billing"])
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_write_without_an_id_is_400(bench: Bench, resource: str, method: str) -> None:
    """PUT and DELETE name a row."""
    check(bench, method, resource, 400)


@pytest.mark.parametrize("resource", PLAIN[5:7])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_read_only_rows_refuse_writes(bench: Bench, resource: str, method: str) -> None:
    """405, with the row there: relations and history are the platform's own."""
    customer = bench.account("30")
    bench.still.control("POST", "charge")
    bench.pay(customer)
    bench.put(f"customers/customer/{customer}", {"status": "blocked"})
    check(bench, method, resource if method == "POST" else f"{resource}/1", 405)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "", 404),
        ("GET", "nothing", 404),
        ("GET", "finance", 404),
        ("GET", "finance/nothing", 404),
        ("GET", "finance/invoices/1/items", 404),
        ("POST", "finance/invoices/1", 405),
        ("HEAD", "finance/nothing", 404),
        ("OPTIONS", "finance/invoices/1", 405),
        ("PATCH", "finance/invoices", 405),
        ("PATCH", "finance/invoices/1", 405),
        ("POST", "customers/customer-billing", 405),
        ("GET", "customers/customer-billing", 405),
        ("HEAD", "customers/customer-billing", 405),
        ("DELETE", "customers/customer-billing/1", 405),
        ("GET", "customers/billing-info/999", 404),
        ("PUT", "customers/billing-info/1", 405),
        ("GET", "customers/customer/999/logs-changes", 404),
        ("GET", "customers/customer/1/logs-changes--first-activation", 404),
        ("GET", "customers/customer/1/logs-changes--never", 404),
        ("POST", "customers/customer/1/logs-changes", 404),
        ("GET", "customers/customer/1/tv-services", 404),
        ("GET", "customers/customer/999/internet-services", 404),
        ("GET", "customers/customer/2/internet-services--1", 404),
        ("GET", "customers/customer/1/internet-services--999", 404),
        ("DELETE", "customers/customer/1/internet-services", 405),
        ("GET", "customers/customer/0/internet-services", 500),
        ("GET", "auth/tokens", 405),
        ("PUT", "auth/tokens", 400),
        ("DELETE", "auth/tokens", 400),
        ("OPTIONS", "auth/tokens", 500),
        ("HEAD", "auth/tokens", 500),
    ],
)
def test_addresses_and_verbs(bench: Bench, method: str, path: str, status: int) -> None:
    """What is no address is 404, what the address does not do is 405."""
    bench.account("5")
    bench.account("5")
    bench.post("finance/invoices", {"customer_id": 1, "items": [LINE]})
    check(bench, method, path, status)


@pytest.mark.parametrize(
    ("resource", "missing"),
    [
        ("customers/customer", {"name"}),
        ("finance/invoices", {"customer_id", "items"}),
        ("finance/credit-notes", {"customer_id", "items"}),
        ("finance/payments", {"customer_id"}),
        ("finance/transactions", {"customer_id", "type", "description"}),
        ("customers/customer/1/internet-services", {"tariff_id", "description"}),
    ],
)
def test_an_empty_body_names_what_is_missing(
    bench: Bench, resource: str, missing: set[str]
) -> None:
    """422 with one entry per required field, as blank counts too."""
    bench.account()
    for body in ({}, dict.fromkeys(missing, ""), dict.fromkeys(missing)):
        answer = bench.call("POST", resource, body)
        assert answer.status == 422
        assert {problem["field"] for problem in answer.json} == missing
        assert all(set(problem) == {"field", "message"} for problem in answer.json)


BAD_BODIES: list[tuple[str, dict[str, Any], str]] = [
    ("customers/customer", {"name": "A", "status": "gone"}, "status"),
    ("customers/customer", {"name": "A", "billing_type": "barter"}, "billing_type"),
    ("customers/customer", {"name": "A", "category": "robot"}, "category"),
    ("customers/customer", {"name": "A", "login": "000001"}, "login"),
    ("customers/customer", {"name": "A", "partner_id": "x"}, "partner_id"),
    ("customers/customer", {"name": "A", "parent_id": 999}, "parent_id"),
    ("customers/customer", {"name": ["A"]}, "name"),
    ("customers/customer", {"name": "A", "customer_labels": "1"}, "customer_labels"),
    ("customers/customer", {"name": "A", "date_add": "2026-02-30"}, "date_add"),
    ("finance/invoices", {"customer_id": 999, "items": [LINE]}, "customer_id"),
    ("finance/invoices", {"customer_id": "1.5", "items": [LINE]}, "customer_id"),
    ("finance/invoices", {"customer_id": 1, "items": ["x"]}, "items"),
    ("finance/invoices", {"customer_id": 1, "items": [LINE], "status": "paid"}, "status"),
    ("finance/invoices", {"customer_id": 1, "items": [LINE], "type": "daily"}, "type"),
    ("finance/invoices", {"customer_id": 1, "items": [LINE | {"tax": "x"}]}, "tax"),
    ("finance/invoices", {"customer_id": 1, "items": [LINE | {"price": "1e99"}]}, "price"),
    ("finance/credit-notes", {"customer_id": 999, "items": [LINE]}, "customer_id"),
    ("finance/credit-notes", {"customer_id": 1, "items": [LINE], "status": "refunded"}, "status"),
    ("finance/credit-notes", {"customer_id": 1, "items": [LINE], "invoicesId": 999}, "invoicesId"),
    ("finance/credit-notes", {"customer_id": 1, "items": [LINE], "invoicesId": 2}, "invoicesId"),
    ("finance/credit-notes", {"customer_id": 1, "items": [LINE], "invoicesId": 3}, "invoicesId"),
    ("finance/credit-notes", {"customer_id": 1, "items": [LINE], "invoicesId": [1, 2]}, "invoicesId"),
    ("finance/credit-notes", {"customer_id": 1, "items": [LINE], "invoicesId": "x"}, "invoicesId"),
    ("finance/payments", {"customer_id": 999, "amount": "1"}, "customer_id"),
    ("finance/payments", {"customer_id": 1, "amount": "0.004"}, "amount"),
    ("finance/payments", {"customer_id": 1, "amount": None}, "amount"),
    ("finance/payments", {"customer_id": 1, "amount": "1e30"}, "amount"),
    ("finance/payments", {"customer_id": 1, "amount": "1", "invoice_id": 999}, "invoice_id"),
    ("finance/payments", {"customer_id": 1, "amount": "1", "invoice_id": 2}, "invoice_id"),
    ("finance/payments", {"customer_id": 1, "amount": "1", "invoice_id": 3}, "invoice_id"),
    ("finance/payments", {"customer_id": 1, "amount": "1", "credit_note_id": 9}, "credit_note_id"),
    ("finance/payments", {"customer_id": 1, "amount": "1", "receipt_number": "9" * 33}, "receipt_number"),
    ("finance/transactions", {"customer_id": 1, "type": "gift", "description": "x"}, "type"),
    ("finance/transactions", {"customer_id": 9, "type": "debit", "description": "x"}, "customer_id"),
]  # fmt: skip


@pytest.mark.parametrize(("resource", "body", "field"), BAD_BODIES)
def test_a_bad_body_names_its_field_and_leaves_no_trace(
    bench: Bench, resource: str, body: dict[str, Any], field: str
) -> None:
    """Invoice 1 is account 1's, invoice 2 account 2's, invoice 3 a deleted one of account 1."""
    bench.account()
    bench.account()
    for customer_id in (1, 2, 1):
        bench.post("finance/invoices", {"customer_id": customer_id, "items": [LINE]})
    bench.call("DELETE", "finance/invoices/3")
    before: Any = bench.still.control("GET", "state")
    balance = bench.deposit(1)
    answer = bench.call("POST", resource, body)
    assert answer.status == 422, answer.text
    assert [problem["field"] for problem in answer.json] == [field]
    assert bench.still.control("GET", "state") == before
    assert bench.deposit(1) == balance


@pytest.mark.parametrize("day", ["0", "29", "x", "-1"])
def test_a_billing_day_is_1_to_28(bench: Bench, day: str) -> None:
    """The platform knows no billing day after the 28th."""
    bench.account()
    answer = bench.call("PUT", "customers/customer-billing/1", {"billing_date": day})
    assert answer.json[0]["field"] == "billing_date"
    assert bench.get("customers/customer-billing/1")["billing_date"] == "1"


def test_a_taken_login_is_refused_on_change_too(bench: Bench) -> None:
    """One's own login is no change."""
    bench.account()
    bench.account()
    bench.put("customers/customer/2", {"login": "000002", "city": "Elmford"})
    answer = bench.call("PUT", "customers/customer/2", {"login": "000001", "city": "Easton"})
    assert answer.json == [{"field": "login", "message": "Login already exists"}]
    assert bench.get("customers/customer/2")["city"] == "Elmford"


def test_a_balance_cannot_be_written(bench: Bench) -> None:
    """Read-only attributes in a body are ignored, as ids and totals are."""
    bench.account()
    bench.put("customers/customer-billing/1", {"deposit": "500", "customer_id": 7})
    body = {"customer_id": 1, "items": [LINE], "total": "1", "due": "0", "id": 40, "added_by": "x"}
    invoice = bench.get(f"finance/invoices/{bench.post('finance/invoices', body)}")
    assert (invoice["id"], invoice["total"], invoice["due"]) == (1, 5, 5)
    assert (invoice["added_by"], bench.deposit(1)) == ("api", "-5.0000")


@pytest.mark.parametrize("resource", WRITABLE)
@pytest.mark.parametrize("body", [b"{", b"[1]", b"3", b'"x"', b"\xff"])
def test_a_body_that_is_no_object_is_400_over_http(
    refusing: Caller, resource: str, body: bytes
) -> None:
    """Half a JSON text, a list, a number, a word, and bytes that are no text."""
    answer = refusing.send("POST", resource, body)
    assert answer.status == 400
    assert answer.json["error"]["internal_code"] in CODES[400]


@pytest.fixture(scope="module")
def refusing() -> Any:
    """A caller over HTTP whose requests are all refused."""
    with RunningSandbox() as running:
        yield Caller(running)
