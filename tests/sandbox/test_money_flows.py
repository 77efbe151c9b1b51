"""Payments, credits and their order, as tables of amounts; and native aggregation."""

from decimal import Decimal
from typing import Any

import pytest

from connector.sandbox.errors import SandboxError
from tests.sandbox.bench import Bench
from tests.sandbox.conftest import make_family

PAYMENTS, NOTES, RELATIONS = "finance/payments", "finance/credit-notes", "finance/invoice-relations"


def owing(bench: Bench, *totals: str) -> int:
    """An account with open recurring invoices over these totals, oldest first."""
    customer = bench.account()
    for total in totals:
        items = [{"description": "x", "price": total}]
        body = {"customer_id": customer, "items": items, "type": "recurring"}
        bench.post("finance/invoices", body)
    return customer


def dues(bench: Bench, customer: int) -> list[str]:
    """What is due on each invoice."""
    return [str(row["due"]) for row in bench.invoices(customer)]


ALLOCATIONS = [
    (["24", "36"], ["10"], ["14", "36"], "0.0000"),
    (["24", "36"], ["24"], ["0", "36"], "0.0000"),
    (["24", "36"], ["24.01"], ["0", "35.99"], "0.0000"),
    (["24", "36"], ["60"], ["0", "0"], "0.0000"),
    (["24", "36"], ["60.01"], ["0", "0"], "0.0100"),
    (["24", "36"], ["100"], ["0", "0"], "40.0000"),
    (["24", "36"], ["10", "10", "10"], ["0", "30"], "0.0000"),
    (["0.01", "0.01"], ["0.01"], ["0", "0.01"], "0.0000"),
    (["33.33", "33.33", "33.34"], ["50"], ["0", "16.66", "33.34"], "0.0000"),
    ([], ["5"], [], "5.0000"),
]


@pytest.mark.parametrize(("totals", "paid", "left", "over"), ALLOCATIONS)
def test_payments_cover_the_oldest_first(
    bench: Bench, totals: list[str], paid: list[str], left: list[str], over: str
) -> None:
    """Dues, statuses, relations and what is left of the last payment."""
    customer = owing(bench, *totals)
    for amount in paid:
        payment = bench.pay(customer, amount)
    assert dues(bench, customer) == left
    assert bench.get(f"{PAYMENTS}/{payment}")["remind_amount"] == over
    for row in bench.invoices(customer):
        assert row["status"] == ("not_paid" if row["due"] else "paid")
        assert (row["date_payment"] == "0000-00-00") == bool(row["due"])
        related = bench.get(RELATIONS, invoice_id=str(row["id"]))
        assert sum(each["amount"] for each in related) == row["total"] - row["due"]
    balance = sum(map(Decimal, paid)) - sum(map(Decimal, totals))
    assert Decimal(bench.deposit(customer)) == balance


def test_a_named_invoice_is_covered_alone(bench: Bench) -> None:
    """The rest stays on the balance though an older invoice is open."""
    customer = owing(bench, "24", "36")
    second = bench.invoices(customer)[1]["id"]
    body = {"customer_id": customer, "amount": "40", "invoice_id": second}
    payment = bench.post(PAYMENTS, body)
    assert dues(bench, customer) == ["24", "0"]
    assert bench.get(f"{PAYMENTS}/{payment}")["remind_amount"] == "4.0000"
    assert bench.deposit(customer) == "-20.0000"


@pytest.mark.parametrize(
    ("credit", "paid", "due", "balance"),
    [
        ("10", "26", "0", "0.0000"),
        ("10", "25.99", "0.01", "-0.0100"),
        ("10", "36", "0", "10.0000"),
        ("36", "36", "0", "36.0000"),
        ("40", "1", "0", "5.0000"),
    ],
)
def test_a_credit_note_then_a_payment(
    bench: Bench, credit: str, paid: str, due: str, balance: str
) -> None:
    """The credit lowers the due; the payment covers what is left, the rest is balance."""
    customer = owing(bench, "36")
    invoice = bench.invoices(customer)[0]["id"]
    bench.still.control(
        "POST", "credit", {"customer_id": customer, "amount": credit, "invoice_id": invoice}
    )
    bench.pay(customer, paid)
    assert (dues(bench, customer), bench.deposit(customer)) == ([due], balance)


def test_deletions_in_any_order_come_back_to_the_start(bench: Bench) -> None:
    """Payment first or credit first: afterwards all is due and no relation is left."""
    for order in ((PAYMENTS, NOTES), (NOTES, PAYMENTS)):
        bench = Bench()
        customer = owing(bench, "24", "36")
        body = {"customer_id": customer, "invoicesId": 2}
        bench.post(NOTES, {**body, "items": [{"description": "Less", "price": "10"}]})
        bench.pay(customer, "45")
        assert dues(bench, customer) == ["0", "5"]
        for resource in order:
            assert bench.call("DELETE", f"{resource}/1").status == 204
        assert (dues(bench, customer), bench.deposit(customer)) == (["24", "36"], "-60.0000")
        assert bench.get(RELATIONS) == []


def test_a_refund_uses_up_its_credit_note(bench: Bench) -> None:
    """A negative payment lowers the balance; at nothing left the note is refunded and fixed."""
    customer = owing(bench)
    note = bench.post(
        NOTES, {"customer_id": customer, "items": [{"description": "x", "price": "9"}]}
    )
    body = {"customer_id": customer, "credit_note_id": note}
    for amount, left, status in (("-4", "5.0000", "not_refunded"), ("-5", "0.0000", "refunded")):
        last = bench.post(PAYMENTS, {**body, "amount": amount})
        row = bench.get(f"{NOTES}/{note}")
        assert (row["remind_amount"], row["status"], row["payment_id"]) == (left, status, last)
    assert bench.deposit(customer) == "0.0000"
    assert bench.call("DELETE", f"{NOTES}/{note}").status == 405
    for amount in ("-1", "1"):
        assert bench.call("POST", PAYMENTS, {**body, "amount": amount}).status == 422
    assert bench.call("DELETE", f"{PAYMENTS}/{last}").status == 204
    assert bench.get(f"{NOTES}/{note}")["status"] == "not_refunded"


@pytest.mark.parametrize(("switched", "due"), [(False, "36"), (True, "16")])
def test_a_new_invoice_takes_the_balance_only_by_switch(
    bench: Bench, *, switched: bool, due: str
) -> None:
    """20 over from earlier: with the switch the next invoice is covered by it."""
    customer = owing(bench)
    bench.pay(customer, "20")
    bench.still.control("POST", "switch", {"pay_from_balance": switched})
    items = [{"description": "x", "price": "36"}]
    bench.post("finance/invoices", {"customer_id": customer, "items": items})
    assert (dues(bench, customer), bench.deposit(customer)) == ([due], "-16.0000")


LINES = [
    ([("10.0033", "1", "20")] * 3, "36.01", "2.0007"),
    ([("0.0049", "1", "0")], "0", "0"),
    ([("0.005", "1", "0")], "0.01", "0"),
    ([("64516.1290", "1", "7.5")], "69354.84", "4838.7097"),
    ([("19.99", "3", "20")], "71.96", "11.994"),
    ([("1", "0.3333", "0")] * 3, "1", "0"),
    ([("50", "1", "20"), ("-20", "1", "20")], "36", "10"),
    ([("0", "1", "20")], "0", "0"),
]


@pytest.mark.parametrize(("lines", "total", "tax"), LINES)
def test_lines_keep_four_places_and_the_document_is_rounded_once(
    bench: Bench, lines: list[tuple[str, str, str]], total: str, tax: str
) -> None:
    """Total, first line's tax, balance, and debits that add up to the total."""
    customer = owing(bench)
    items = [{"description": "x", "price": p, "quantity": q, "tax": t} for p, q, t in lines]
    number = bench.post("finance/invoices", {"customer_id": customer, "items": items})
    row = bench.get(f"finance/invoices/{number}")
    assert (str(row["total"]), str(row["items"][0]["tax_amount"])) == (total, tax)
    debits = sum(each["total"] for each in bench.get("finance/transactions"))
    assert debits == row["total"] == -Decimal(bench.deposit(customer))


def native(bench: Bench, *modes: str) -> tuple[int, list[int]]:
    """A main at 36.00 and subs at 24.00 each, linked natively in these modes."""
    main, subs = make_family(bench.still, *modes)
    for sub, mode in zip(subs, modes, strict=True):
        bench.still.control("POST", "family/native", {"sub_id": sub, "main_id": main, "mode": mode})
    return main, subs


@pytest.mark.parametrize(
    ("main", "sub", "totals"),
    [
        ({}, {}, ["60"]),
        ({}, {"status": "blocked"}, ["60"]),
        ({}, {"status": "disabled"}, ["36"]),
        ({"status": "blocked"}, {}, ["60"]),
        ({"status": "disabled"}, {}, []),
    ],
)
def test_native_aggregation_by_status(
    bench: Bench, main: dict[str, str], sub: dict[str, str], totals: list[str]
) -> None:
    """An active or blocked sub is charged on its main; with a disabled main nobody is."""
    payer, (other,) = native(bench, "aggregated")
    bench.put(f"customers/customer/{payer}", main)
    bench.put(f"customers/customer/{other}", sub)
    bench.still.control("POST", "charge")
    assert [str(row["total"]) for row in bench.invoices(payer)] == totals
    assert bench.invoices(other) == []


def test_native_debt_blocks_the_main_alone_and_unlinking_ends_it(bench: Bench) -> None:
    """The sub owes nothing, so only the main is blocked; unlinked, it is charged by itself."""
    main, (sub, alone) = native(bench, "aggregated", "independent")
    bench.still.control("POST", "charge")
    bench.advance("2026-01-17")
    assert [bench.status(each) for each in (main, sub, alone)] == ["blocked", "active", "blocked"]
    assert bench.deposit(sub) == "0.0000"
    bench.pay(main)
    bench.still.control("POST", "family/native", {"sub_id": sub, "main_id": 0})
    assert bench.get(f"customers/customer/{sub}")["parent_id"] == 0
    bench.advance("2026-02-01T03:00:00")
    assert [str(row["total"]) for row in bench.invoices(sub)] == ["24"]
    assert [str(row["total"]) for row in bench.invoices(main)] == ["60", "36"]


def test_a_native_sub_adopts_the_mains_day_and_43_has_no_links(bench: Bench) -> None:
    """The billing day follows the main; release 4.3 refuses to link."""
    main = bench.account("10", billing_day=9)
    sub = bench.account("10", billing_day=1)
    link: dict[str, Any] = {"sub_id": sub, "main_id": main, "mode": "aggregated"}
    bench.still.control("POST", "family/native", link)
    row = bench.get(f"customers/customer-billing/{sub}")
    assert (row["billing_date"], row["sub_billing_mode"]) == ("9", "aggregated")
    found = bench.get("customers/customer", **{"main_attributes[parent_id]": str(main)})
    assert [row["id"] for row in found] == [sub]
    old = Bench("4.3")
    old.account()
    old.account()
    with pytest.raises(SandboxError, match="no linked accounts"):
        old.still.control("POST", "family/native", link)
