"""Switches of the documents: what differs between installations or is not known."""

from typing import Any

import pytest

from connector.sandbox.records import Relation
from connector.sandbox.tables import Indexed
from tests.sandbox.bench import Bench
from tests.sandbox.books import check_books
from tests.sandbox.test_debts import invoice, proforma, switch

INVOICES, NOTES, PAYMENTS = "finance/invoices", "finance/credit-notes", "finance/payments"
LINE: dict[str, object] = {"description": "x", "price": "36"}


def note(bench: Bench, customer: int, price: str = "36", **more: object) -> int:
    """A credit note."""
    items = [{"description": "x", "price": price}]
    return bench.post(NOTES, {"customer_id": customer, "items": items, **more})


@pytest.mark.parametrize("path", [INVOICES, NOTES])
def test_a_deleted_document_vanishes_by_switch(bench: Bench, path: str) -> None:
    """It is gone from the list, its number is free, and the balance is even."""
    customer = bench.account()
    switch(bench, invoice_delete="vanish")
    body = {"customer_id": customer, "items": [LINE], "number": "N-1"}
    first = bench.post(path, body)
    assert bench.call("DELETE", f"{path}/{first}").status == 204
    assert (bench.get(path), bench.deposit(customer)) == ([], "0.0000")
    assert bench.post(path, body) == first + 1
    check_books(bench.world)


def test_a_document_marked_as_deleted_may_vanish_later(bench: Bench) -> None:
    """Deleting it again does so, once the switch is turned; its balance moves no second time."""
    customer = bench.account()
    first = invoice(bench, customer, "36")
    assert bench.call("DELETE", f"{INVOICES}/{first}").status == 204
    switch(bench, invoice_delete="vanish")
    assert bench.call("DELETE", f"{INVOICES}/{first}").status == 204
    assert (bench.get(INVOICES), bench.deposit(customer)) == ([], "0.0000")


@pytest.mark.parametrize("status", [405, 403, 422])
def test_the_status_of_a_refused_deletion(bench: Bench, status: int) -> None:
    """Paid invoices, refunded notes and documents' transactions answer with the switch's status."""
    customer = bench.account()
    switch(bench, refusal_status=status)
    invoice(bench, customer, "36")
    bench.pay(customer, "36")
    note(bench, customer, "9")
    bench.post(PAYMENTS, {"customer_id": customer, "amount": "-4", "credit_note_id": 1})
    for path in (f"{INVOICES}/1", f"{NOTES}/1", "finance/transactions/1"):
        answer = bench.call("DELETE", path)
        assert answer.status == status
        assert answer.json["error"]["internal_code"] == "ENTITY_CANNOT_BE_DELETED"


def test_lines_that_a_change_leaves_out_stay_by_switch(bench: Bench) -> None:
    """A known id is changed in its place, a new line comes last, the rest is as it was."""
    customer = bench.account()
    switch(bench, put_items="merge")
    lines = [{**LINE, "description": name} for name in "ab"]
    path = f"{INVOICES}/{bench.post(INVOICES, {'customer_id': customer, 'items': lines})}"
    first = bench.get(path)["items"][0]["id"]
    bench.put(path, {"items": [{**LINE, "description": "c"}, {"id": first, "price": "1"}]})
    rows = bench.get(path)["items"]
    assert [(row["description"], row["price"]) for row in rows] == [
        ("a", "1.0000"),
        ("b", "36.0000"),
        ("c", "36.0000"),
    ]
    assert bench.deposit(customer) == "-73.0000"
    bench.put(path, {"items": []})
    assert len(bench.get(path)["items"]) == 3


@pytest.mark.parametrize(("rounding", "total"), [("document", 36.01), ("line", 36)])
def test_cents_are_rounded_once_or_per_line(bench: Bench, rounding: str, total: float) -> None:
    """Three lines of 10.0033 and 20 % make 36.0119, or three times 12.00."""
    customer = bench.account()
    switch(bench, rounding=rounding)
    lines = [{"description": "x", "price": "10.0033", "tax": "20"}] * 3
    path = f"{INVOICES}/{bench.post(INVOICES, {'customer_id': customer, 'items': lines})}"
    assert float(bench.get(path)["total"]) == total
    debits = sum(row["total"] for row in bench.get("finance/transactions"))
    assert float(debits) == total


def test_numbers_and_receipts_may_be_taken_twice_by_switch(bench: Bench) -> None:
    """Two documents of one number; when one is renamed the other still holds it."""
    customer = bench.account()
    switch(bench, unique_numbers=False, unique_receipts=False)
    body = {"customer_id": customer, "items": [LINE], "number": "N"}
    first, second = bench.post(INVOICES, body), bench.post(INVOICES, body)
    bench.post(NOTES, body)
    bench.post(NOTES, body)
    paid = {"customer_id": customer, "amount": "1", "receipt_number": "R"}
    assert (bench.post(PAYMENTS, paid), bench.post(PAYMENTS, paid)) == (1, 2)
    bench.put(f"{INVOICES}/{first}", {"number": "M"})
    switch(bench, unique_numbers=True)
    assert bench.call("POST", INVOICES, body).json[0]["field"] == "number"
    assert bench.get(f"{INVOICES}/{second}")["number"] == "N"
    check_books(bench.world)


@pytest.mark.parametrize("kind", ["one_time", "recurring"])
def test_the_type_of_an_invoice_that_names_none(bench: Bench, kind: str) -> None:
    """It is the switch's; a named one stays."""
    customer = bench.account()
    switch(bench, api_invoice_type=kind)
    assert bench.get(f"{INVOICES}/{invoice(bench, customer, '1')}")["type"] == kind
    body = {"customer_id": customer, "items": [LINE], "type": "one_time"}
    assert bench.get(f"{INVOICES}/{bench.post(INVOICES, body)}")["type"] == "one_time"


REQUIRED: list[tuple[str, dict[str, Any], set[str]]] = [
    (INVOICES, {"customer_id": 1, "items": [LINE]}, {"number", "status"}),
    (NOTES, {"customer_id": 1, "items": [LINE]}, {"number", "status"}),
    ("finance/proforma-invoices", {"customer_id": 1, "items": [LINE]}, {"number", "status"}),
    (
        INVOICES,
        {"customer_id": 1, "number": "", "status": "not_paid", "items": [LINE]},
        {"quantity", "unit"},
    ),
    (
        PAYMENTS,
        {"customer_id": 1, "amount": "5"},
        {"payment_type", "receipt_number", "date", *(f"field_{n}" for n in range(1, 6))},
    ),
    (
        "finance/transactions",
        {"customer_id": 1, "type": "debit", "description": "x", "price": "1"},
        {"tax_percent", "date", "category"},
    ),
]


@pytest.mark.parametrize(("path", "body", "missing"), REQUIRED)
def test_the_document_asks_for_more_than_options(
    bench: Bench, path: str, body: dict[str, Any], missing: set[str]
) -> None:
    """What OPTIONS lets out is refused by the document's rule, and only what is named there."""
    bench.account()
    switch(bench, required_by="document")
    answer = bench.call("POST", path, body)
    assert {problem["field"] for problem in answer.json} == missing
    switch(bench, required_by="options")
    assert bench.call("POST", path, body).status == 201


def test_a_balance_is_not_written(bench: Bench) -> None:
    """Ignored or refused, by switch; sending it back unchanged is neither."""
    customer = bench.account()
    path = f"customers/customer-billing/{customer}"
    bench.put(path, {"deposit": "5"})
    switch(bench, write_deposit="refused")
    for wrong in ("5", "much"):
        assert bench.call("PUT", path, {"deposit": wrong}).json[0]["field"] == "deposit"
    bench.put(path, {"deposit": "0.00", "min_balance": "-5"})
    assert (bench.deposit(customer), bench.get(path)["min_balance"]) == ("0.0000", "-5.0000")


@pytest.mark.parametrize("word", ["not_refunded", "refunded", "closed"])
def test_a_used_up_credit_note_by_switch(bench: Bench, word: str) -> None:
    """Its status when an invoice took all of it; the excess keeps it open."""
    customer = bench.account()
    switch(bench, used_note_status=word)
    for price, status in (("36", word), ("37", "not_refunded")):
        bound = invoice(bench, customer, "36")
        row = bench.get(f"{NOTES}/{note(bench, customer, price, invoicesId=[bound])}")
        assert row["status"] == status
    check_books(bench.world)


@pytest.mark.parametrize(
    ("price", "field"), [("0", "total"), ("-5", "total"), ("0.004", "total"), (None, "items")]
)
def test_credit_notes_that_credit_nothing(bench: Bench, price: str | None, field: str) -> None:
    """Nothing and less are refused; by switch nothing is allowed."""
    customer = bench.account()
    items = [] if price is None else [{"description": "x", "price": price}]
    body = {"customer_id": customer, "items": items}
    assert bench.call("POST", NOTES, body).json[0]["field"] == field
    switch(bench, zero_credit_notes=True)
    allowed = price in {"0", "0.004"}
    assert bench.call("POST", NOTES, body).status == (201 if allowed else 422)


def test_a_note_is_rewritten_and_linked_while_nothing_uses_it(bench: Bench) -> None:
    """Lines and number change; once linked, even to a paid invoice, only the note does."""
    customer = bench.account()
    first = invoice(bench, customer, "36")
    path = f"{NOTES}/{note(bench, customer, '10')}"
    bench.put(path, {"items": [{"description": "y", "price": "16"}], "number": "C-9"})
    assert bench.deposit(customer) == "-20.0000"
    wrongs: list[dict[str, object]] = [{"number": ""}, {"items": []}, {"invoicesId": 9}]
    for wrong in (*wrongs, {"date_created": ""}):
        assert bench.call("PUT", path, wrong).status == 422
    bench.put(path, {"invoicesId": first, "note": "n"})
    row = bench.get(f"{INVOICES}/{first}")
    assert (row["due"], bench.get(path)["remind_amount"]) == (20, "0.0000")
    assert bench.call("PUT", path, {"items": [LINE]}).status == 422
    assert bench.call("PUT", path, {"invoicesId": 2}).status == 422
    bench.put(path, {"invoicesId": first, "note": "m"})
    check_books(bench.world)


@pytest.mark.parametrize(("asked", "status"), [("0", 422), (False, 422), ("1", 201), (None, 201)])
def test_a_note_larger_than_the_due(bench: Bench, asked: object, status: int) -> None:
    """The rest stays on the balance, unless the caller wants no partial use; exact is fine."""
    customer = bench.account()
    bound = invoice(bench, customer, "36")
    body = {"customer_id": customer, "invoicesId": bound, "partiallyUse": asked}
    answer = bench.call("POST", NOTES, {**body, "items": [{**LINE, "price": "40"}]})
    assert answer.status == status
    if status == 422:
        assert bench.call("POST", NOTES, {**body, "items": [LINE]}).status == 201


def test_a_partly_refunded_note_stays(bench: Bench) -> None:
    """It can be deleted once its refunds are."""
    customer = bench.account()
    first = note(bench, customer, "9")
    body = {"customer_id": customer, "credit_note_id": first, "amount": "-4"}
    paid = bench.post(PAYMENTS, body)
    assert bench.call("DELETE", f"{NOTES}/{first}").status == 405
    assert bench.call("DELETE", f"{PAYMENTS}/{paid}").status == 204
    assert bench.call("DELETE", f"{NOTES}/{first}").status == 204
    assert bench.deposit(customer) == "0.0000"
    check_books(bench.world)


class CountedRelations(Indexed[Relation]):
    """Relations that count how many of them are read."""

    def __init__(self) -> None:
        super().__init__("invoice_id", "transaction_id", "payer_id")
        self.read = 0

    def having(self, attr: str, value: object) -> list[Relation]:
        """The rows, counted."""
        found = super().having(attr, value)
        self.read += len(found)
        return found


def test_an_account_with_many_documents_stays_quick(bench: Bench) -> None:
    """Every allocation reads the relations of its own two ends, however many others there are."""
    customer = bench.account()
    relations = bench.world.relations = CountedRelations()
    for _ in range(300):
        first = invoice(bench, customer, "1")
        bench.post(PAYMENTS, {"customer_id": customer, "amount": "1", "invoice_id": first})
    assert len(relations) == 300
    assert relations.read <= 4 * len(relations)


def test_proformas_have_numbers_of_their_own(bench: Bench) -> None:
    """An invoice and a proforma may bear the same number."""
    customer = bench.account()
    bench.post(INVOICES, {"customer_id": customer, "items": [LINE], "number": "2026000001"})
    asked = proforma(bench, customer)
    assert bench.get(f"finance/proforma-invoices/{asked}")["number"] == "2026000001"
