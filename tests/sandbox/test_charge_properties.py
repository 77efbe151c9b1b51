"""Random accounts over random months: every service-day is charged once; previews tell the truth."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from connector.sandbox.engine.coverage import covered_to
from connector.sandbox.engine.cycles import cycle_of
from connector.sandbox.ledger.postings import effect_on_balance
from connector.sandbox.records import Invoice, Item
from tests.sandbox.bench import Bench

DAY = timedelta(days=1)
STARTS = st.sampled_from(["2026-01-01", "2026-12-31", "2027-02-28", "2027-12-15", "2028-02-10"])
billing_days = st.integers(1, 28)
months_ahead = st.sampled_from([0, 1, 1, 1, 2, 3, 12])
prices = st.sampled_from(["10", "24.99", "16.6625", "20.8333"])
discounts = st.fixed_dictionaries(
    {"discount": st.just("1"), "discount_value": st.sampled_from(["5", "12.5", "100"])},
    optional={"discount_type": st.sampled_from(["percent", "fixed"])},
)
services = st.fixed_dictionaries(
    {
        "unit_price": prices,
        "quantity": st.integers(1, 3),
        "starts_after": st.integers(0, 80),
        "runs_for": st.none() | st.integers(1, 200),
        "period": st.sampled_from([-1, -1, -1, 0, 1, 2]),
        "more": st.just({}) | discounts,
    }
)
steps = st.one_of(
    st.tuples(st.just("wait"), st.integers(1, 70)),
    st.tuples(st.just("day"), billing_days),
    st.tuples(st.just("type"), months_ahead),
    st.tuples(st.just("order"), st.integers(0, 40)),
    st.tuples(st.just("charge"), st.just(0)),
    st.tuples(st.just("take back"), st.just(0)),
)
accounts = st.tuples(STARTS, billing_days, months_ahead, st.lists(services, min_size=1, max_size=3))
Account = tuple[str, int, int, list[dict[str, Any]]]


def opened(account: Account) -> tuple[Bench, int]:
    """The account in a sandbox where nobody is ever blocked."""
    start, billing_day, months, wanted = account
    bench = Bench(start=f"{start}T09:00:00")
    bench.still.control("POST", "switch", {"blocking": False})
    customer = bench.account(billing_day=billing_day)
    bench.put(f"customers/customer-billing/{customer}", {"type": str(months)})
    for each in wanted:
        first = date.fromisoformat(start) + timedelta(days=each["starts_after"])
        body = {"tariff_id": 1, "description": "x", "status": "active", "end_date": "0000-00-00"}
        body |= {name: each[name] for name in ("unit_price", "quantity", "period")}
        body |= {"start_date": first.isoformat()} | each["more"]
        if each["runs_for"] is not None:
            body["end_date"] = (first + timedelta(days=each["runs_for"])).isoformat()
        bench.post(f"customers/customer/{customer}/internet-services", body)
    return bench, customer


def take(bench: Bench, customer: int, step: tuple[str, int]) -> None:
    """One step; whoever moves the billing day waits for the next charge before the next step."""
    kind, number = step
    if kind == "wait":
        bench.still.control("POST", "advance", {"days": number})
    elif kind in {"day", "type"}:
        name = "billing_date" if kind == "day" else "type"
        bench.put(f"customers/customer-billing/{customer}", {name: str(number)})
        bench.still.control("POST", "advance", {"days": 32})
    elif kind == "order":
        day = bench.world.today() + timedelta(days=number)
        bench.call("POST", f"finance/to-bill/{customer}--generate", {"toBillDate": str(day)})
    elif kind == "charge":
        bench.still.control("POST", "charge", {"customer_ids": [customer]})
    else:
        bench.call("DELETE", f"finance/cancel-last-charge/{customer}")


def charged_items(bench: Bench, customer: int) -> list[Item]:
    """The lines of services, without discounts, of invoices that stand."""
    standing: list[Invoice] = [
        row for row in bench.world.invoices.of_customer(customer) if row.status != "deleted"
    ]
    return [item for row in standing for item in row.items if item.price > 0]


@settings(max_examples=120, deadline=None)
@given(accounts, st.lists(steps, max_size=8))
def test_no_service_day_is_charged_twice_or_never(
    account: Account, taken: list[tuple[str, int]]
) -> None:
    """From a service's start to where it is covered or has ended, each day is on one line."""
    bench, customer = opened(account)
    for step in taken:
        take(bench, customer, step)
        posted = bench.world.transactions.of_customer(customer)
        balance = bench.world.billing_of(customer).deposit
        assert balance == sum(map(effect_on_balance, posted), Decimal(0))
    bench.still.control("POST", "advance", {"days": 32})
    for service in bench.world.services.of_customer(customer):
        days = [
            item.period_from + DAY * number
            for item in charged_items(bench, customer)
            if item.service_id == service.id and item.period_from and item.period_to
            for number in range((item.period_to - item.period_from).days + 1)
        ]
        assert len(days) == len(set(days)), sorted(days)
        until = covered_to(bench.world, service)
        if until is not None and service.start_date is not None:
            assert len(days) == (until - service.start_date).days + 1, (min(days), max(days))
            assert service.end_date is None or until <= service.end_date


@settings(max_examples=60, deadline=None)
@given(prices, billing_days, st.integers(0, 27), STARTS)
def test_the_parts_of_a_cycle_cost_what_the_cycle_costs(
    price: str, billing_day: int, cut: int, start: str
) -> None:
    """Up to half a unit of the fourth place per part."""
    cycle = cycle_of(date.fromisoformat(start) + timedelta(days=45), billing_day)
    parts = [(cycle.first, cycle.first + cut * DAY), (cycle.first + (cut + 1) * DAY, cycle.last)]
    sums = Decimal(0)
    for first, last in parts:
        if first > last:
            continue
        bench = Bench(start=f"{first}T09:00:00")
        customer = bench.account(price, billing_day=billing_day)
        change = {"start_date": str(first), "end_date": str(last)}
        bench.put(f"customers/customer/{customer}/internet-services--1", change)
        bench.still.control("POST", "charge", {"customer_ids": [customer]})
        (item,) = charged_items(bench, customer)
        assert (item.period_from, item.period_to) == (first, last)
        sums += item.price
    assert abs(sums - Decimal(price)) <= Decimal("0.0001")


def grouped(items: list[dict[str, Any]]) -> list[tuple[object, ...]]:
    """Lines without what only a document has."""
    named = ("description", "quantity", "price", "tax_amount", "period_from", "period_to")
    return sorted(tuple(str(item[name]) for name in named) for item in items)


def previewed(answer: dict[str, Any]) -> list[tuple[object, ...]]:
    """The lines of an answer of to-bill."""
    kinds = [value for value in answer.values() if isinstance(value, dict) and "id" not in value]
    sides = [sides for kind in kinds for sides in kind.values()]
    return grouped([line for each in sides for line in (*each["debit"], *each["credit"])])


@settings(max_examples=100, deadline=None)
@given(
    account=accounts,
    futures=st.lists(st.sampled_from(["5", "-3", "1000"]), max_size=2),
    held=st.booleans(),
)
def test_a_preview_is_what_is_issued(account: Account, futures: list[str], *, held: bool) -> None:
    """By the round of the billing day, whether at once or confirmed later, to the cent."""
    bench, customer = opened(account)
    bench.still.control("POST", "switch", {"confirm_days": 2 if held else 0})
    for price in futures:
        kind = "credit" if price.startswith("-") else "debit"
        body = {"customer_id": customer, "type": kind, "description": "f", "to_invoice": 1}
        bench.post("finance/transactions", body | {"price": price.lstrip("-"), "quantity": 1})
    day = bench.world.today() + DAY
    while day.day != account[1]:
        day += DAY
    bench.advance(f"{datetime.combine(day, time(1)):%Y-%m-%dT%H:%M:%S}")
    seen = bench.call("POST", f"finance/to-bill/{customer}--preview", {}).json
    bench.advance(f"{day + 3 * DAY if held else day}")
    rows = bench.invoices(customer)
    assert previewed(seen) == grouped([item for row in rows for item in row["items"]])
    assert seen["total"] == sum((row["total"] for row in rows), Decimal(0))
