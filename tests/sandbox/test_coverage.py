"""Which periods count as charged: deleted invoices, credit notes that reset, debits by hand."""

from typing import Any

import pytest

from tests.sandbox.bench import Bench


def charge(bench: Bench, customer: int) -> list[int]:
    """Charge one account; the new invoices."""
    answer: Any = bench.still.control("POST", "charge", {"customer_ids": [customer]})
    return list(answer["invoice_ids"])


def switched(**switches: object) -> tuple[Bench, int]:
    """A sandbox with switches set and a charged account of 30.00 net."""
    bench = Bench()
    bench.still.control("POST", "switch", switches)
    customer = bench.account("30")
    charge(bench, customer)
    return bench, customer


def delete(bench: Bench, invoice: int) -> None:
    """Delete an invoice as staff."""
    bench.still.control("POST", "delete", {"resource": "invoices", "id": invoice})


@pytest.mark.parametrize(("coverage", "again"), [("debit", 1), ("kept", 0)])
@pytest.mark.parametrize("vanish", ["mark", "vanish"])
def test_a_deleted_invoice_makes_its_period_chargeable(
    coverage: str, again: int, vanish: str
) -> None:
    """While debits tell; if what was charged once stays charged, nothing comes again."""
    bench, customer = switched(coverage=coverage, invoice_delete=vanish)
    delete(bench, 1)
    assert len(charge(bench, customer)) == again
    assert bench.deposit(customer) == ("-36.0000" if again else "0.0000")


@pytest.mark.parametrize(("coverage", "first"), [("debit", "01-01"), ("kept", "02-01")])
def test_the_next_round_brings_a_deleted_month_again(coverage: str, first: str) -> None:
    """Deleted in January: on 1 February the invoice begins with January."""
    bench, customer = switched(coverage=coverage)
    delete(bench, 1)
    bench.advance("2026-02-01")
    items = bench.invoices(customer)[-1]["items"]
    assert (items[0]["period_from"], items[-1]["period_to"]) == (f"2026-{first}", "2026-02-28")


def test_a_month_deleted_after_the_next_was_charged_does_not_come_again() -> None:
    """Coverage is known by its last day."""
    bench, customer = switched()
    bench.pay(customer)
    bench.advance("2026-02-02")
    bench.still.control("POST", "delete", {"resource": "payments", "id": 1})
    delete(bench, 1)
    assert charge(bench, customer) == []


@pytest.mark.parametrize("coverage", ["debit", "kept"])
@pytest.mark.parametrize(
    ("rule", "word", "again"),
    [
        ("asked", "0", 0),
        ("asked", None, 0),
        ("asked", "1", 1),
        ("always", "0", 1),
        ("always", "1", 1),
        ("never", "1", 0),
    ],
)
def test_a_credit_note_resets_as_the_switch_has_it(
    coverage: str, rule: str, word: str | None, again: int
) -> None:
    """Asked and not asked for, under each rule."""
    bench, customer = switched(coverage=coverage, reset_period=rule)
    line = {"description": "Back", "price": "30", "tax": "20"}
    body = {"customer_id": customer, "invoicesId": 1, "items": [line]}
    bench.post("finance/credit-notes", body | ({"resetPeriodForService": word} if word else {}))
    assert len(charge(bench, customer)) == again
    assert charge(bench, customer) == []


@pytest.mark.parametrize(("rule", "again"), [("asked", 0), ("always", 1)])
def test_a_credit_note_of_staff_asks_for_nothing(rule: str, again: int) -> None:
    """Only where every credit note resets does theirs."""
    bench, customer = switched(reset_period=rule)
    body = {"customer_id": customer, "invoice_id": 1, "amount": "36"}
    bench.still.control("POST", "credit", body)
    assert len(charge(bench, customer)) == again


@pytest.mark.parametrize("named", [True, False])
def test_a_debit_by_hand_covers_only_if_it_names_the_service(bench: Bench, *, named: bool) -> None:
    """Service and period make the platform recognise it; an invoice made by hand never does."""
    customer = bench.account("30")
    period = {"period_from": "2026-01-01", "period_to": "2026-01-31"}
    body = {"customer_id": customer, "type": "debit", "description": "x", "price": "30"}
    bench.post("finance/transactions", body | ({"service_id": 1} | period if named else period))
    bench.post(
        "finance/invoices",
        {"customer_id": customer, "items": [{"description": "Internet", "price": "30"} | period]},
    )
    assert len(charge(bench, customer)) == (0 if named else 1)


def test_lines_that_are_sent_without_their_ids_lose_their_service(bench: Bench) -> None:
    """Rewritten by an ignorant caller, the invoice does not cover the month any more."""
    customer = bench.account("30")
    charge(bench, customer)
    items = bench.invoices(customer)[0]["items"]
    bench.put("finance/invoices/1", {"items": items})
    assert charge(bench, customer) == []
    bench.put("finance/invoices/1", {"items": [{**items[0], "id": 0}]})
    assert len(charge(bench, customer)) == 1


def test_what_costs_nothing_is_charged_once_too(bench: Bench) -> None:
    """A free service leaves no debit, and still comes once per cycle."""
    customer = bench.account("0")
    assert len(charge(bench, customer)) == 1
    assert charge(bench, customer) == []


def test_a_service_is_covered_wherever_its_debit_stands() -> None:
    """Charged on the main while aggregated; not again on itself when it is on its own."""
    bench = Bench()
    main, sub = bench.account("30"), bench.account("20")
    order = {"sub_id": sub, "main_id": main, "mode": "aggregated"}
    bench.still.control("POST", "family/native", order)
    charge(bench, main)
    bench.pay(main)
    bench.still.control("POST", "family/native", order | {"mode": "independent"})
    assert charge(bench, sub) == []
    bench.advance("2026-02-01")
    assert len(bench.invoices(sub)) == 1
