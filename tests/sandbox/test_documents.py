"""What may be created, changed and deleted, by the state of the document."""

import pytest

from connector.sandbox.server import RunningSandbox
from tests.sandbox.caller import Caller
from tests.sandbox.conftest import charge, make_family


@pytest.fixture
def invoice_id(caller: Caller, box: RunningSandbox) -> int:
    """An unpaid invoice over 36.00 of account 1."""
    make_family(box)
    return charge(box)[0]


def refused(caller: Caller, path: str, body: object) -> set[str]:
    """The fields that a change is refused for."""
    answer = caller.call("PUT", path, body)
    assert answer.status == 422, answer.text
    return {problem["field"] for problem in answer.json}


def pay(caller: Caller, amount: str, **more: object) -> int:
    """Pay from account 1."""
    return caller.post("finance/payments", {"customer_id": 1, "amount": amount, **more})


def test_an_unpaid_invoice_takes_new_items_and_keeps_known_ids(
    caller: Caller, invoice_id: int
) -> None:
    """Replace-all: the known line keeps its id and what is not sent; the balance follows."""
    path = f"finance/invoices/{invoice_id}"
    held = caller.get(path)["items"][0]
    body = {"items": [{"id": held["id"]}, {"description": "More", "price": "10", "tax": "20"}]}
    caller.put(path, body)
    row = caller.get(path)
    assert [item["description"] for item in row["items"]] == ["Internet", "More"]
    assert row["items"][0]["id"] == held["id"]
    assert (row["total"], row["due"]) == (48, 48)
    assert caller.get("customers/customer-billing/1")["deposit"] == "-48.0000"


def test_a_partly_paid_invoice_takes_texts_dates_and_number(
    caller: Caller, invoice_id: int
) -> None:
    """Items are refused, and so is deletion."""
    path = f"finance/invoices/{invoice_id}"
    pay(caller, "10")
    assert refused(caller, path, {"items": [{"description": "x", "price": "1"}]}) == {"items"}
    change = {"memo": "m", "note": "n", "date_till": "2026-02-01", "number": "N-1"}
    caller.put(path, change)
    row = caller.get(path)
    assert {name: row[name] for name in change} == change
    assert row["due"] == 26
    gone = caller.call("DELETE", path)
    assert gone.status == 405
    assert gone.json["error"]["internal_code"] == "ENTITY_CANNOT_BE_DELETED"


def test_a_paid_invoice_takes_texts_only_and_reopens_with_its_payment(
    caller: Caller, invoice_id: int
) -> None:
    """Sending an unchanged value is no change; deleting the payment reopens."""
    path = f"finance/invoices/{invoice_id}"
    payment_id = pay(caller, "36")
    row = caller.get(path)
    assert (row["status"], row["due"], row["payment_id"]) == ("paid", 0, payment_id)
    assert row["date_payment"] == "2026-01-01"
    assert refused(caller, path, {"date_till": "2026-03-01"}) == {"date_till"}
    additional = {"relay": "abc"}
    caller.put(path, {"memo": "m", "number": row["number"], "additional_attributes": additional})
    assert caller.get(path)["additional_attributes"] == additional
    assert caller.call("DELETE", f"finance/payments/{payment_id}").status == 204
    row = caller.get(path)
    assert (row["status"], row["due"], row["date_payment"]) == ("not_paid", 36, "0000-00-00")
    assert caller.get("finance/invoice-relations") == []


def test_a_deleted_invoice_stays_listed_and_gives_the_balance_back(
    caller: Caller, invoice_id: int
) -> None:
    """Status deleted, due 0, no transaction left."""
    assert caller.call("DELETE", f"finance/invoices/{invoice_id}").status == 204
    row = caller.get("finance/invoices")[0]
    assert (row["status"], row["due"]) == ("deleted", 0)
    assert caller.get("finance/transactions") == []
    assert caller.get("customers/customer-billing/1")["deposit"] == "0.0000"


def test_numbers_and_receipts_are_unique(caller: Caller, invoice_id: int) -> None:
    """A second use is refused and changes nothing."""
    line = {"description": "x", "price": "5"}
    body = {"customer_id": 1, "number": "A-1", "items": [line]}
    caller.post("finance/invoices", body)
    again = caller.call("POST", "finance/invoices", body)
    assert again.status == 422
    assert again.json == [{"field": "number", "message": "Invoice with number A-1 already exists"}]
    pay(caller, "1", receipt_number="R-1")
    twice = {"customer_id": 1, "amount": "1", "receipt_number": "R-1"}
    assert caller.call("POST", "finance/payments", twice).json[0]["field"] == "receipt_number"
    assert len(caller.get("finance/invoices")) == 2
    assert len(caller.get("finance/payments")) == 1


def test_a_credit_note_lowers_the_due_of_its_invoice(caller: Caller, invoice_id: int) -> None:
    """20 of 36 credited: 16 due, a relation of type credit_note, and a later edit only of the note."""
    line = {"description": "Less", "price": "20"}
    body = {"customer_id": 1, "invoicesId": str(invoice_id), "items": [line], "note": "LA1:x"}
    note_id = caller.post("finance/credit-notes", body)
    row = caller.get(f"finance/invoices/{invoice_id}")
    assert (row["status"], row["due"]) == ("not_paid", 16)
    relation = caller.get("finance/invoice-relations", invoice_id=str(invoice_id))[0]
    assert (relation["type"], relation["payer_id"], relation["amount"]) == (
        "credit_note",
        note_id,
        20,
    )
    note = caller.get(f"finance/credit-notes/{note_id}")
    assert (note["total"], note["remind_amount"], note["note"]) == (20, "0.0000", "LA1:x")
    assert "memo" not in note
    assert refused(caller, f"finance/credit-notes/{note_id}", {"date_created": "2026-02-02"})
    caller.put(f"finance/credit-notes/{note_id}", {"note": "other"})
    assert caller.call("DELETE", f"finance/credit-notes/{note_id}").status == 204
    assert caller.get(f"finance/invoices/{invoice_id}")["due"] == 36


def test_a_credit_note_cannot_be_bound_to_a_strangers_invoice(
    caller: Caller, box: RunningSandbox, invoice_id: int
) -> None:
    """Another account's invoice, and an unknown one, are refused."""
    other, _ = make_family(box)
    line = {"description": "Less", "price": "20"}
    for customer, invoice in ((other, invoice_id), (1, 999)):
        body = {"customer_id": customer, "invoicesId": invoice, "items": [line]}
        answer = caller.call("POST", "finance/credit-notes", body)
        assert answer.json[0]["field"] == "invoicesId"
    assert caller.get("finance/credit-notes") == []


def test_a_pending_invoice_moves_no_balance_until_it_is_issued(
    caller: Caller, invoice_id: int
) -> None:
    """Pending, then not_paid by PUT."""
    line = {"description": "x", "price": "5"}
    body = {"customer_id": 1, "status": "pending", "items": [line]}
    pending = caller.post("finance/invoices", body)
    assert caller.get("customers/customer-billing/1")["deposit"] == "-36.0000"
    caller.put(f"finance/invoices/{pending}", {"status": "not_paid"})
    assert caller.get("customers/customer-billing/1")["deposit"] == "-41.0000"


def test_bad_documents_are_refused(caller: Caller, invoice_id: int) -> None:
    """No positions, a negative total, an impossible due date, a zero payment."""
    for change, field in (
        ({"items": []}, "items"),
        ({"items": "none"}, "items"),
        ({"items": [{"description": "x", "price": [1]}]}, "price"),
        ({"items": [{"description": "x", "price": "-5"}]}, "total"),
        ({"items": [{"description": "x", "price": "5"}], "date_till": "2025-01-01"}, "date_till"),
    ):
        answer = caller.call("POST", "finance/invoices", {"customer_id": 1, **change})
        assert answer.status == 422
        assert [problem["field"] for problem in answer.json] == [field]
    zero = caller.call("POST", "finance/payments", {"customer_id": 1, "amount": "0"})
    assert zero.json[0]["field"] == "amount"


def test_a_future_item_moves_no_balance(caller: Caller, invoice_id: int) -> None:
    """A transaction to be invoiced later waits; a plain one counts at once."""
    body = {
        "customer_id": 1,
        "type": "debit",
        "price": "10",
        "tax_percent": "20",
        "description": "x",
    }
    waiting = caller.post("finance/transactions", {**body, "to_invoice": "1"})
    assert caller.get("customers/customer-billing/1")["deposit"] == "-36.0000"
    caller.post("finance/transactions", body)
    assert caller.get("customers/customer-billing/1")["deposit"] == "-48.0000"
    assert caller.call("DELETE", f"finance/transactions/{waiting}").status == 204


def test_customers_move_their_cursor_on_saves_and_not_on_documents(
    caller: Caller, box: RunningSandbox, invoice_id: int
) -> None:
    """last_update follows customer, billing and status; a payment leaves it."""
    path = "customers/customer/1"
    before = caller.get(path)["last_update"]
    pay(caller, "1")
    assert caller.get(path)["last_update"] == before
    caller.put("customers/customer-billing/1", {"min_balance": "-5"})
    assert caller.get(path)["last_update"] == "2026-01-01 09:00:00"
    box.control("POST", "advance", {"hours": 1})
    caller.put(path, {"status": "blocked"})
    row = caller.get(path)
    assert (row["status"], row["last_update"]) == ("blocked", "2026-01-01 10:00:00")
    change = caller.get("customers/customer/1/logs-changes")[0]
    assert (change["old_status"], change["new_status"]) == ("active", "blocked")
    assert (change["administrator_id"], change["time"]) == (0, "10:00:00")
    assert caller.get("logs/changes", **{"main_attributes[customer_id]": "1"}) == [change]


def test_a_native_link_needs_a_main_of_one_level(caller: Caller, box: RunningSandbox) -> None:
    """Itself, a stranger to the table, and a sub are no mains."""
    main, subs = make_family(box, "aggregated", "aggregated")
    caller.put(f"customers/customer/{subs[0]}", {"parent_id": main})
    for sub, target in ((subs[1], subs[0]), (subs[1], subs[1]), (subs[1], 999), (main, subs[1])):
        assert refused(caller, f"customers/customer/{sub}", {"parent_id": target}) == {"parent_id"}


def test_a_deleted_customer_is_gone_and_its_documents_stay(caller: Caller, invoice_id: int) -> None:
    """404 for customer and billing, the invoice listed."""
    assert caller.call("DELETE", "customers/customer/1").status == 204
    assert caller.call("GET", "customers/customer/1").status == 404
    assert caller.call("GET", "customers/customer-billing/1").status == 404
    assert [row["id"] for row in caller.get("finance/invoices")] == [invoice_id]
