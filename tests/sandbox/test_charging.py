"""What a charge is made of: parts of cycles, discounts, months ahead and afterwards, future items."""

from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.bench import Bench

Row = dict[str, Any]


def service(bench: Bench, customer: int, **changes: object) -> str:
    """Change the only service of the first account; its address."""
    number = bench.world.services.ids_of(customer)[0]
    address = f"customers/customer/{customer}/internet-services--{number}"
    bench.put(address, changes)
    return address


def added(bench: Bench, customer: int, start: str, **more: object) -> int:
    """Another service of 31.00 net, at its tariff's 20 %."""
    body = {
        "tariff_id": 1,
        "description": "Added",
        "unit_price": "31",
        "quantity": 1,
        "start_date": start,
        "end_date": "0000-00-00",
        "status": "active",
    }
    return bench.post(f"customers/customer/{customer}/internet-services", body | more)


def charged(bench: Bench, customer: int) -> list[tuple[str, str, str]]:
    """Charge an account now; price and period of every line."""
    bench.still.control("POST", "charge", {"customer_ids": [customer]})
    rows = bench.invoices(customer)
    return lines(rows[-1]) if rows else []


def lines(invoice: Row) -> list[tuple[str, str, str]]:
    """Price, first and last day of every line."""
    return [(item["price"], item["period_from"], item["period_to"]) for item in invoice["items"]]


def test_the_first_period_counts_from_the_start_of_the_service(bench: Bench) -> None:
    """Started on 11 January: at the next billing day its 21 days of 31, and February whole."""
    customer = bench.account()
    added(bench, customer, "2026-01-11")
    bench.advance("2026-02-01")
    assert lines(bench.invoices(customer)[0]) == [
        ("21.0000", "2026-01-11", "2026-01-31"),
        ("31.0000", "2026-02-01", "2026-02-28"),
    ]
    assert bench.deposit(customer) == "-62.4000"


def test_a_part_keeps_four_places(bench: Bench) -> None:
    """A day of 24.99 in January is 0.8061; its cents come from the document."""
    customer = bench.account("24.99")
    service(bench, customer, end_date="2026-01-01", quantity=3)
    assert charged(bench, customer) == [("0.8061", "2026-01-01", "2026-01-01")]
    assert bench.invoices(customer)[0]["total"] == Decimal("2.9")


def test_a_service_that_began_before_the_simulated_time_owes_nothing_old(bench: Bench) -> None:
    """Its past is taken as charged; the present cycle is charged whole."""
    customer = bench.account("30", billing_day=15)
    assert charged(bench, customer) == [("30.0000", "2025-12-15", "2026-01-14")]


def test_an_end_in_the_cycle_ends_the_charge(bench: Bench) -> None:
    """Until 10 January: ten days, and nothing in February; an extension is charged from there."""
    customer = bench.account("31")
    address = service(bench, customer, end_date="2026-01-10")
    assert charged(bench, customer) == [("10.0000", "2026-01-01", "2026-01-10")]
    bench.pay(customer)
    bench.put(address, {"end_date": "2026-01-12"})
    bench.advance("2026-02-01")
    assert lines(bench.invoices(customer)[-1]) == [("2.0000", "2026-01-11", "2026-01-12")]


@pytest.mark.parametrize(
    ("discount", "expected"),
    [
        ({"discount_type": "percent", "discount_value": "10"}, ["31.0000", "-3.1000"]),
        ({"discount_type": "fixed", "discount_value": "6.2"}, ["31.0000", "-6.2000"]),
        ({"discount_type": "fixed", "discount_value": "50"}, ["31.0000", "-31.0000"]),
        (
            {"discount_value": "10", "discount_start_date": "2026-01-22"},
            ["31.0000", "-1.0000"],
        ),
        ({"discount_value": "10", "discount_end_date": "2025-12-31"}, ["31.0000"]),
        ({"discount_value": "10", "discount": "0"}, ["31.0000"]),
    ],
)
def test_a_discount_is_a_line_of_its_own(bench: Bench, discount: Row, expected: list[str]) -> None:
    """Percent or fixed, for the days on which it holds, and never more than the line."""
    customer = bench.account("31")
    service(bench, customer, **{"discount": "1", "discount_text": "Loyalty", **discount})
    assert [line[0] for line in charged(bench, customer)] == expected
    items = bench.invoices(customer)[0]["items"]
    assert [item["description"] for item in items[1:]] == ["Loyalty"] * (len(expected) - 1)
    assert {item["categoryIdForTransaction"] for item in items[1:]} <= {2}


@pytest.mark.parametrize(("quantity", "total"), [(1, "33.48"), (3, "100.44")])
def test_a_discount_counts_for_every_piece(bench: Bench, quantity: int, total: str) -> None:
    """Ten percent off 31.00 at 20 %, one or three times."""
    customer = bench.account("31")
    service(bench, customer, quantity=quantity, discount="1", discount_value="10")
    charged(bench, customer)
    assert bench.invoices(customer)[0]["total"] == Decimal(total)


def test_additional_discounts_count_too(bench: Bench) -> None:
    """20 % from 11 January on, of this service, and not one that is switched off or another's."""
    customer, other = bench.account("31"), bench.account("31")
    body = {"service_type": "internet", "service_id": 1, "enabled": 1, "percent": 20}
    body |= {"start_date": "2026-01-11", "message": "Holidays"}
    bench.post("customers/additional-discounts", body)
    bench.post("customers/additional-discounts", body | {"service_id": other})
    bench.post("customers/additional-discounts", body | {"enabled": 0})
    assert [line[0] for line in charged(bench, customer)] == ["31.0000", "-4.2000"]
    assert bench.invoices(customer)[0]["items"][1]["description"] == "Holidays"


def test_three_months_ahead_are_charged_every_third_month(bench: Bench) -> None:
    """January to March in one invoice, then April to June."""
    customer = bench.account("10")
    bench.put(f"customers/customer-billing/{customer}", {"type": "3", "min_balance": "-1000"})
    assert [line[1:] for line in charged(bench, customer)] == [
        ("2026-01-01", "2026-01-31"),
        ("2026-02-01", "2026-02-28"),
        ("2026-03-01", "2026-03-31"),
    ]
    bench.advance("2026-06-30")
    assert [row["date_created"] for row in bench.invoices(customer)] == ["2026-01-01", "2026-04-01"]
    assert bench.deposit(customer) == "-72.0000"


def test_a_service_has_its_own_period(bench: Bench) -> None:
    """Two months ahead for one service of an account that pays one month ahead."""
    customer = bench.account("10", "20")
    service(bench, customer, period="2")
    assert [line[1] for line in charged(bench, customer)] == [
        "2026-01-01",
        "2026-02-01",
        "2026-01-01",
    ]


def test_who_pays_afterwards_is_charged_the_cycle_that_ended(bench: Bench) -> None:
    """On 1 March February, with what a service used in it."""
    customer = bench.account("28")
    bench.put(f"customers/customer-billing/{customer}", {"type": "0", "min_balance": "-1000"})
    added(bench, customer, "2026-02-15")
    bench.advance("2026-03-01")
    assert [lines(row) for row in bench.invoices(customer)] == [
        [("28.0000", "2026-01-01", "2026-01-31")],
        [("28.0000", "2026-02-01", "2026-02-28"), ("15.5000", "2026-02-15", "2026-02-28")],
    ]


def test_a_moved_billing_day_leaves_no_gap_and_charges_nothing_twice(bench: Bench) -> None:
    """Charged to 31 January, then billed on the 20th, then on the 5th."""
    customer = bench.account("31")
    bench.put(f"customers/customer-billing/{customer}", {"min_balance": "-1000"})
    charged(bench, customer)
    bench.put(f"customers/customer-billing/{customer}", {"billing_date": "20"})
    bench.advance("2026-02-25")
    bench.put(f"customers/customer-billing/{customer}", {"billing_date": "5"})
    bench.advance("2026-04-01")
    assert [line[1:] for row in bench.invoices(customer) for line in lines(row)] == [
        ("2026-01-01", "2026-01-31"),
        ("2026-02-01", "2026-02-19"),
        ("2026-02-20", "2026-03-19"),
        ("2026-03-20", "2026-04-04"),
    ]


def test_a_disabled_account_is_not_charged_for_its_absence(bench: Bench) -> None:
    """Blocked, disabled and back: the copy is charged from where the original was paid to."""
    customer = bench.account("31", tax="0")
    charged(bench, customer)
    bench.advance("2026-03-10")
    assert bench.status(customer) == "disabled"
    bench.pay(customer)
    assert bench.status(customer) == "active"
    bench.advance("2026-04-01")
    assert lines(bench.invoices(customer)[-1]) == [
        ("22.0000", "2026-03-10", "2026-03-31"),
        ("31.0000", "2026-04-01", "2026-04-30"),
    ]


def test_a_copy_that_starts_in_a_paid_cycle_does_not_pay_it_twice(bench: Bench) -> None:
    """Disabled on 28 January, paid on the 29th: January was charged whole; February is next."""
    customer = bench.account("31", tax="0")
    charged(bench, customer)
    bench.advance("2026-01-29")
    assert bench.status(customer) == "disabled"
    bench.pay(customer)
    bench.advance("2026-02-01")
    rows = bench.invoices(customer)
    assert [lines(row) for row in rows[1:]] == [[("31.0000", "2026-02-01", "2026-02-28")]]


def future(bench: Bench, customer: int, price: str, kind: str = "debit", **more: object) -> int:
    """A future item at 20 %."""
    body = {"customer_id": customer, "type": kind, "description": "Extra", "to_invoice": 1}
    values = {"price": price, "quantity": 1, "tax_percent": "20"}
    return bench.post("finance/transactions", body | values | more)


def test_a_future_item_joins_the_next_invoice(bench: Bench) -> None:
    """It moves no balance until then; afterwards it names the invoice and cannot change."""
    customer = bench.account("30")
    item = future(bench, customer, "10")
    assert bench.deposit(customer) == "0.0000"
    charged(bench, customer)
    row = bench.invoices(customer)[0]
    assert (row["total"], bench.deposit(customer)) == (48, "-48.0000")
    assert [line["description"] for line in row["items"]] == ["Extra", "Internet"]
    carried = bench.get(f"finance/transactions/{item}")
    assert carried["invoiced_by_id"] == row["id"]
    change = bench.call("PUT", f"finance/transactions/{item}", {"description": "Other"})
    assert change.status in {405, 422}
    bench.still.control("POST", "delete", {"resource": "invoices", "id": row["id"]})
    assert bench.deposit(customer) == "0.0000"
    assert [line[0] for line in charged(bench, customer)] == ["10.0000", "30.0000"]


def test_a_total_is_charged_as_it_was_given(bench: Bench) -> None:
    """A future item with only a gross total brings just that."""
    customer = bench.account("30")
    body = {"customer_id": customer, "type": "debit", "description": "Extra", "to_invoice": 1}
    bench.post("finance/transactions", body | {"total": "12.34"})
    charged(bench, customer)
    assert bench.invoices(customer)[0]["total"] == Decimal("48.34")


def test_a_credit_that_is_too_large_goes_on_waiting(bench: Bench) -> None:
    """Ten off is taken, a hundred off would make the invoice negative."""
    customer = bench.account("30")
    large = future(bench, customer, "100", "credit")
    future(bench, customer, "10", "credit")
    assert [line[0] for line in charged(bench, customer)] == ["-10.0000", "30.0000"]
    assert bench.invoices(customer)[0]["total"] == 24
    assert not bench.get(f"finance/transactions/{large}")["invoiced_by_id"]
    assert bench.deposit(customer) == "-24.0000"


def test_a_future_item_of_an_aggregated_sub_is_charged_on_its_main() -> None:
    """On the main's invoice, with the sub's number; the sub's balance stays at nothing."""
    bench = Bench()
    main, sub = bench.account("30"), bench.account("20")
    order = {"sub_id": sub, "main_id": main, "mode": "aggregated"}
    bench.still.control("POST", "family/native", order)
    bench.still.control("POST", "switch", {"finance_lock": False})
    future(bench, sub, "10")
    charged(bench, main)
    row = bench.invoices(main)[0]
    assert [item["sub_account_id"] for item in row["items"]] == [sub, 0, sub]
    assert (bench.deposit(main), bench.deposit(sub)) == ("-72.0000", "0.0000")
    assert charged(bench, main) == lines(row)
    assert len(bench.invoices(main)) == 1


def test_an_account_without_services_is_invoiced_its_future_items(bench: Bench) -> None:
    """On its billing day, as a recurring invoice."""
    customer = bench.account()
    future(bench, customer, "10")
    bench.advance("2026-02-01")
    assert [(row["total"], row["type"]) for row in bench.invoices(customer)] == [(12, "recurring")]


def test_a_service_that_stood_still_is_not_charged_for_it(bench: Bench) -> None:
    """Stopped in February, active again on 20 April: charged from there."""
    customer = bench.account("30")
    bench.put(f"customers/customer-billing/{customer}", {"min_balance": "-1000"})
    charged(bench, customer)
    bench.advance("2026-01-31")
    service(bench, customer, status="stopped")
    bench.advance("2026-04-20")
    service(bench, customer, status="active")
    bench.advance("2026-05-01")
    assert lines(bench.invoices(customer)[-1]) == [
        ("11.0000", "2026-04-20", "2026-04-30"),
        ("30.0000", "2026-05-01", "2026-05-31"),
    ]
