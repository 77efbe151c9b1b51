"""What payments cover: debits by hand, invoices and proformas, under each switch."""

from typing import Any

import pytest

from connector.sandbox.ledger.debits import future_items, line_of
from connector.sandbox.ledger.invoices import delete_invoice, issue_invoice
from connector.sandbox.records import Invoice
from connector.sandbox.witness import STAFF
from tests.sandbox.bench import Bench
from tests.sandbox.books import check_books

PAYMENTS, TRANSACTIONS = "finance/payments", "finance/transactions"
PROFORMAS, RELATIONS = "finance/proforma-invoices", "finance/invoice-relations"


def owing(bench: Bench) -> int:
    """An account that owes an invoice of 24, a debit by hand of 10 and an invoice of 36."""
    customer = bench.account()
    invoice(bench, customer, "24")
    debit(bench, customer, "10")
    invoice(bench, customer, "36")
    return customer


def invoice(bench: Bench, customer: int, price: str) -> int:
    """An open invoice."""
    items = [{"description": "x", "price": price}]
    return bench.post("finance/invoices", {"customer_id": customer, "items": items})


def debit(bench: Bench, customer: int, price: str, **more: object) -> int:
    """A debit by hand, or another transaction."""
    body = {"customer_id": customer, "type": "debit", "description": "x", "price": price}
    return bench.post(TRANSACTIONS, {**body, **more})


def switch(bench: Bench, **values: object) -> None:
    """Set switches."""
    bench.still.control("POST", "switch", values)


@pytest.mark.parametrize(
    ("rule", "amount", "opened", "over"),
    [
        ("oldest", "4", ["6.0000", 24, 36], "0.0000"),
        ("oldest", "12", ["0.0000", 22, 36], "0.0000"),
        ("oldest", "80", ["0.0000", 0, 0], "10.0000"),
        ("exact", "36", ["10.0000", 24, 0], "0.0000"),
        ("exact", "10", ["0.0000", 24, 36], "0.0000"),
        ("exact", "70", ["10.0000", 24, 36], "70.0000"),
        ("none", "24", ["10.0000", 24, 36], "24.0000"),
    ],
)
def test_a_payment_without_a_target_by_switch(
    bench: Bench, rule: str, amount: str, opened: list[object], over: str
) -> None:
    """Debits by hand come first; by switch only an exact sum is covered, or nothing."""
    customer = owing(bench)
    switch(bench, allocation=rule)
    payment = bench.post(PAYMENTS, {"customer_id": customer, "amount": amount})
    debited = bench.get(f"{TRANSACTIONS}/2")["remind_amount"]
    assert [debited, *(row["due"] for row in bench.invoices(customer))] == opened
    assert bench.get(f"{PAYMENTS}/{payment}")["remind_amount"] == over
    check_books(bench.world)
    assert bench.call("DELETE", f"{PAYMENTS}/{payment}").status == 204
    assert bench.get(f"{TRANSACTIONS}/2")["remind_amount"] == "10.0000"
    assert bench.get(RELATIONS) == []


def test_a_relation_names_a_debit_instead_of_an_invoice(bench: Bench) -> None:
    """The row of the allocation table, and a covered debit that cannot be deleted or lowered."""
    customer = owing(bench)
    payment = bench.post(PAYMENTS, {"customer_id": customer, "amount": "4"})
    (row,) = bench.get(RELATIONS)
    assert (row["payer_id"], row["type"], row["amount"]) == (payment, "payment", 4)
    assert (row["invoice_id"], row["transaction_id"]) == (0, 2)
    assert bench.call("DELETE", f"{TRANSACTIONS}/2").status == 405
    assert bench.call("PUT", f"{TRANSACTIONS}/2", {"price": "3"}).status == 422
    bench.put(f"{TRANSACTIONS}/2", {"price": "5"})
    assert bench.get(f"{TRANSACTIONS}/2")["remind_amount"] == "1.0000"
    assert bench.deposit(customer) == "-61.0000"
    check_books(bench.world)


def test_a_new_invoice_takes_no_more_than_the_balance_has(bench: Bench) -> None:
    """50 over from a named payment are owed elsewhere in part: 26 are taken, by rows of 3 kinds."""
    customer = bench.account()
    switch(bench, pay_from_balance=True, allocation="none")
    invoice(bench, customer, "24")
    bench.post(PAYMENTS, {"customer_id": customer, "amount": "50"})
    debit(bench, customer, "4", type="credit")
    taken = invoice(bench, customer, "40")
    row = bench.get(f"finance/invoices/{taken}")
    assert (row["due"], row["payd_from_deposit"]) == (10, "0")
    whole = Bench()
    customer = whole.account()
    switch(whole, pay_from_balance=True)
    debit(whole, customer, "40", type="credit")
    row = whole.get(f"finance/invoices/{invoice(whole, customer, '36')}")
    assert (row["status"], row["payd_from_deposit"]) == ("paid", "1")
    (relation,) = whole.get(RELATIONS)
    assert (relation["type"], relation["payer_id"]) == ("transaction", 1)
    check_books(whole.world)


def proforma(bench: Bench, customer: int, **more: object) -> int:
    """A proforma over 36.00."""
    line = {"description": "x", "price": "30", "tax": "20", "period_from": "2026-02-01"}
    body = {"customer_id": customer, "items": [line], "memo": "m"}
    return bench.post(PROFORMAS, {**body, **more})


@pytest.mark.parametrize("release", ["5.1", "4.3"])
def test_a_proforma_asks_for_money_and_moves_none(release: str) -> None:
    """Number, dates and total as of a document; the balance stays; a payment pays it."""
    bench = Bench(release)
    customer = bench.account()
    asked = proforma(bench, customer)
    row = bench.get(f"{PROFORMAS}/{asked}")
    assert (row["number"], row["status"], row["date_till"]) == (
        "2026000001",
        "not_paid",
        "2026-01-16",
    )
    assert row["total"] == (36 if release == "5.1" else "36.0000")
    assert ("sub_account_id" in row["items"][0]) == (release == "5.1")
    assert row["items"][0]["period_from"] == "2026-02-01"
    assert bench.deposit(customer) == "0.0000"
    part = bench.post(PAYMENTS, {"customer_id": customer, "amount": "30", "request_id": asked})
    assert bench.get(f"{PROFORMAS}/{asked}")["status"] == "not_paid"
    assert bench.call("DELETE", f"{PROFORMAS}/{asked}").status == 405
    last = bench.post(PAYMENTS, {"customer_id": customer, "amount": "6", "request_id": asked})
    row = bench.get(f"{PROFORMAS}/{asked}")
    assert (row["status"], int(row["payment_id"]), row["date_payment"]) == (
        "paid",
        last,
        "2026-01-01",
    )
    assert bench.deposit(customer) == "36.0000"
    body = {"customer_id": customer, "amount": "1", "request_id": asked}
    assert bench.call("POST", PAYMENTS, body).status == 422
    assert bench.call("DELETE", f"{PAYMENTS}/{part}").status == 204
    assert bench.get(f"{PROFORMAS}/{asked}")["status"] == "not_paid"


def test_a_proforma_by_its_state(bench: Bench) -> None:
    """All of an unpaid one changes; texts of a paid one; a deleted one is gone with its number."""
    customer = bench.account()
    asked = proforma(bench, customer, number="P-1")
    path = f"{PROFORMAS}/{asked}"
    assert bench.call("POST", PROFORMAS, {**bench.get(path), "id": 0}).status == 422
    bench.put(path, {"items": [{"description": "y", "price": "10"}], "status": "pending"})
    assert bench.get(path)["total"] == 10
    wrong: list[dict[str, object]] = [{"status": "paid"}, {"items": []}, {"number": ""}]
    for change in [*wrong, {"date_till": "2025-01-01"}, {"customer_id": 9}]:
        assert bench.call("PUT", path, change).status == 422
    bench.put(path, {"status": "not_paid"})
    bench.post(PAYMENTS, {"customer_id": customer, "amount": "10", "request_id": asked})
    assert bench.call("PUT", path, {"number": "P-2"}).status == 422
    bench.put(path, {"note": "n"})
    other = proforma(bench, customer, number="P-2")
    assert bench.call("DELETE", f"{PROFORMAS}/{other}").status == 204
    assert bench.call("GET", f"{PROFORMAS}/{other}").status == 404
    proforma(bench, customer, number="P-2")


def test_an_invoice_carries_future_items_and_gives_them_back(bench: Bench) -> None:
    """Waiting moves nothing; carried they are the invoice's postings; deleted they wait again."""
    customer = bench.account()
    debit(bench, customer, "10", tax_percent="20", to_invoice="1", comment="Cable")
    debit(bench, customer, "2", type="credit", to_invoice="1")
    assert bench.deposit(customer) == "0.0000"
    world = bench.world
    items = [line_of(row) for row in future_items(world, customer)]
    issued = issue_invoice(world, Invoice(customer_id=customer, items=items), STAFF)
    assert (str(issued.total), bench.deposit(customer)) == ("10.00", "-10.0000")
    rows: list[Any] = bench.get(TRANSACTIONS)
    assert [row["invoiced_by_id"] for row in rows] == [issued.id, issued.id]
    assert [item.transaction_id for item in issued.items] == [1, 2]
    assert bench.call("PUT", f"{TRANSACTIONS}/1", {"comment": "x"}).status == 422
    assert bench.call("DELETE", f"{TRANSACTIONS}/1").status == 405
    check_books(world)
    delete_invoice(world, issued, STAFF)
    assert bench.deposit(customer) == "0.0000"
    assert [row.id for row in future_items(world, customer)] == [1, 2]
    bench.put(f"{TRANSACTIONS}/1", {"comment": "x", "price": "20"})
    assert bench.get(f"{TRANSACTIONS}/1")["total"] == 24
    check_books(world)


def test_a_future_item_of_a_prepaid_account_counts_at_once(bench: Bench) -> None:
    """The balance falls when it is written down, and not a second time when it is invoiced."""
    customer = bench.account()
    bench.put(f"customers/customer/{customer}", {"billing_type": "prepaid"})
    debit(bench, customer, "10", to_invoice="1")
    assert bench.deposit(customer) == "-10.0000"
    items = [line_of(row) for row in future_items(bench.world, customer)]
    issue_invoice(bench.world, Invoice(customer_id=customer, items=items), STAFF)
    assert bench.deposit(customer) == "-10.0000"
    check_books(bench.world)


@pytest.mark.parametrize(
    ("body", "price", "total"),
    [
        ({"price": "10", "tax_percent": "20"}, 10, 12),
        ({"total": "12", "tax_percent": "20"}, 10, 12),
        ({"total": "12", "tax_percent": "20", "quantity": "3"}, 3.3333, 12),
        ({"price": "10", "total": "11"}, 10, 11),
        ({"price": "3.3333", "quantity": "3"}, 3.3333, 10),
    ],
)
def test_a_total_is_taken_as_it_is_sent(
    bench: Bench, body: dict[str, object], price: float, total: float
) -> None:
    """It comes from the price, or the price from a total that is sent alone."""
    head = {"customer_id": bench.account(), "type": "debit", "description": "x"}
    row = bench.get(f"{TRANSACTIONS}/{bench.post(TRANSACTIONS, {**head, **body})}")
    assert (float(row["price"]), float(row["total"])) == (price, total)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"type": "credit"}, "type"),
        ({"source": "auto"}, "source"),
        ({"customer_id": 2}, "customer_id"),
        ({"service_type": "water"}, "service_type"),
        ({"price": "-1"}, "total"),
    ],
)
def test_a_transaction_by_hand_keeps_its_side(
    bench: Bench, change: dict[str, object], field: str
) -> None:
    """Type, source and account are for ever; words and amounts are checked; refused is refused."""
    customer = bench.account()
    path = f"{TRANSACTIONS}/{debit(bench, customer, '10')}"
    before = bench.get(path)
    answer = bench.call("PUT", path, {"description": "y", **change})
    assert [problem["field"] for problem in answer.json] == [field]
    assert (bench.get(path), bench.deposit(customer)) == (before, "-10.0000")


def test_a_transaction_of_a_document_takes_texts_only(bench: Bench) -> None:
    """Its amount belongs to the document, and so does its life."""
    customer = bench.account()
    invoice(bench, customer, "24")
    bench.put(f"{TRANSACTIONS}/1", {"description": "y", "comment": "c"})
    assert bench.call("PUT", f"{TRANSACTIONS}/1", {"price": "1"}).status == 422
    assert bench.call("DELETE", f"{TRANSACTIONS}/1").status == 405


def test_sub_accounts_are_kept_on_51_and_ignored_on_43() -> None:
    """Transactions, lines of invoices, notes and proformas name the sub they are of."""
    line = {"description": "x", "price": "5", "sub_account_id": 7}
    for release in ("5.1", "4.3"):
        bench = Bench(release)
        customer = bench.account()
        debit(bench, customer, "1", sub_account_id=7)
        body = {"customer_id": customer, "items": [line]}
        for path in ("finance/invoices", "finance/credit-notes", PROFORMAS):
            items = bench.get(f"{path}/{bench.post(path, body)}")["items"]
            assert [item.get("sub_account_id") for item in items] == (
                [7] if release == "5.1" else [None]
            )
        tagged = [row.get("sub_account_id") for row in bench.get(TRANSACTIONS)]
        assert tagged == ([7, 7, 7] if release == "5.1" else [None] * 3)
