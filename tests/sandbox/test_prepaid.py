"""Prepaid accounts: debited from the balance, blocked without money, back with it."""

import pytest

from tests.sandbox.bench import Bench
from tests.sandbox.conftest import rules


def prepaid(bench: Bench, kind: str, money: str, price: str = "31") -> int:
    """A prepaid account without tax that has paid an amount."""
    customer = bench.account(price, tax="0")
    change = {"resource": "customers", "id": customer, "changes": {"billing_type": kind}}
    bench.still.control("POST", "edit", change)
    bench.pay(customer, money)
    return customer


def test_a_daily_account_pays_by_the_day(bench: Bench) -> None:
    """A 31st of January's price every day, a 28th of February's; no invoice."""
    customer = prepaid(bench, "prepaid", "100")
    bench.advance("2026-01-03")
    assert bench.deposit(customer) == "98.0000"
    rows = bench.get("finance/transactions", **{"main_attributes[type]": "debit"})
    assert [(row["period_from"], row["period_to"], row["total"]) for row in rows] == [
        ("2026-01-02", "2026-01-02", 1),
        ("2026-01-03", "2026-01-03", 1),
    ]
    assert {row["service_type"] for row in rows} == {"internet"}
    bench.advance("2026-02-01")
    assert bench.deposit(customer) == "68.8900"
    assert bench.invoices(customer) == []
    assert rules(bench.still) == []


def test_without_money_it_is_blocked_and_back_by_payment(bench: Bench) -> None:
    """Two days are paid; blocked on the third at 02:00; ten more bring it back at once."""
    customer = prepaid(bench, "prepaid", "2.50")
    bench.advance("2026-01-04T01:59:00")
    assert bench.status(customer) == "active"
    bench.advance("2026-01-04T02:00:00")
    assert (bench.status(customer), bench.deposit(customer)) == ("blocked", "0.5000")
    bench.advance("2026-01-06")
    bench.pay(customer, "0.49")
    assert bench.status(customer) == "blocked"
    bench.pay(customer, "10")
    assert (bench.status(customer), bench.deposit(customer)) == ("active", "9.9900")
    bench.advance("2026-01-07")
    assert bench.deposit(customer) == "8.9900"


def test_whom_a_person_blocked_money_does_not_bring_back(bench: Bench) -> None:
    """Neither at once nor in the round."""
    customer = prepaid(bench, "prepaid", "5")
    bench.still.control("POST", "block", {"customer_id": customer, "by": "admin"})
    bench.pay(customer, "100")
    bench.advance("2026-01-03")
    assert (bench.status(customer), bench.deposit(customer)) == ("blocked", "105.0000")


def test_the_minimum_balance_is_credit(bench: Bench) -> None:
    """Down to -2.00."""
    customer = prepaid(bench, "prepaid", "1")
    bench.put(f"customers/customer-billing/{customer}", {"min_balance": "-2"})
    bench.advance("2026-01-04")
    assert (bench.status(customer), bench.deposit(customer)) == ("active", "-2.0000")
    bench.advance("2026-01-05")
    assert (bench.status(customer), bench.deposit(customer)) == ("blocked", "-2.0000")


@pytest.mark.parametrize(
    ("start", "until"),
    [("2026-01-30", "2026-02-27"), ("2026-02-14", "2026-03-13"), ("2026-02-01", "2026-02-28")],
)
def test_a_monthly_account_pays_from_day_to_day(start: str, until: str) -> None:
    """A month from its first day at the full price, then again; without money it is blocked."""
    bench = Bench(start=f"{start}T01:00:00")
    customer = prepaid(bench, "prepaid_monthly", "40")
    bench.advance(start)
    assert bench.deposit(customer) == "9.0000"
    (row,) = bench.get("finance/transactions", **{"main_attributes[type]": "debit"})
    assert (row["period_from"], row["period_to"]) == (start, until)
    bench.advance(f"{until}T23:00:00")
    assert bench.status(customer) == "active"
    bench.still.control("POST", "advance", {"hours": 12})
    assert (bench.status(customer), bench.deposit(customer)) == ("blocked", "9.0000")


def test_a_recurring_account_that_becomes_prepaid_pays_on_from_its_invoice(bench: Bench) -> None:
    """January was invoiced; the first day that is debited is 1 February."""
    customer = bench.account("28", tax="0")
    bench.still.control("POST", "charge")
    bench.pay(customer)
    bench.put(f"customers/customer/{customer}", {"billing_type": "prepaid"})
    bench.pay(customer, "50")
    bench.advance("2026-01-31")
    assert bench.deposit(customer) == "50.0000"
    bench.advance("2026-02-02")
    assert bench.deposit(customer) == "48.0000"


def test_a_future_item_of_a_prepaid_account_counts_at_once(bench: Bench) -> None:
    """It does not wait for an invoice."""
    customer = prepaid(bench, "prepaid", "100")
    body = {"customer_id": customer, "type": "debit", "description": "x", "price": "10"}
    bench.post("finance/transactions", body | {"to_invoice": 1})
    assert bench.deposit(customer) == "90.0000"
