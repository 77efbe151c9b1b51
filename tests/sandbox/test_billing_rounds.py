"""The platform's rounds as tables: cycles, charges, blocking days, grace, who is left out."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest

from connector.sandbox.engine.cycles import cycle_of
from tests.sandbox.bench import Bench


@pytest.mark.parametrize("billing_day", range(1, 29))
def test_cycles_tile_three_years_with_a_leap_day(billing_day: int) -> None:
    """Every day of 2027 to 2029 is in one cycle, which starts on the billing day."""
    day, last_seen = date(2027, 1, 1), cycle_of(date(2027, 1, 1), billing_day)
    while day.year < 2030:
        cycle = cycle_of(day, billing_day)
        assert cycle.first <= day <= cycle.last
        assert cycle.first.day == billing_day
        assert 28 <= (cycle.last - cycle.first).days + 1 <= 31
        if cycle != last_seen:
            assert cycle.first == day == last_seen.last + timedelta(days=1)
        last_seen = cycle
        day += timedelta(days=1)


@pytest.mark.parametrize("billing_day", range(1, 29))
def test_each_billing_day_is_charged_monthly_at_its_hour(billing_day: int) -> None:
    """From January to June 2028, leap day included: one invoice a month, periods without a gap."""
    bench = Bench(start="2027-12-29T09:00:00")
    customer = bench.account("10", billing_day=billing_day)
    bench.put(f"customers/customer-billing/{customer}", {"min_balance": "-1000"})
    bench.advance("2028-06-30")
    rows = bench.invoices(customer)
    assert [row["date_created"] for row in rows] == [
        f"2028-0{month}-{billing_day:02d}" for month in range(1, 7)
    ]
    assert {row["real_create_datetime"][11:] for row in rows} == {"02:00:00"}
    periods = [(row["items"][0]["period_from"], row["items"][0]["period_to"]) for row in rows]
    for (_, last), (first, _) in pairwise(periods):
        assert date.fromisoformat(last) + timedelta(days=1) == date.fromisoformat(first)
    assert bench.deposit(customer) == "-72.0000"


@pytest.mark.parametrize(
    ("start", "until"),
    [
        ("2027-02-01", "2027-02-28"),
        ("2028-02-01", "2028-02-29"),
        ("2027-04-01", "2027-04-30"),
        ("2027-12-01", "2027-12-31"),
        ("2027-01-28", "2027-02-27"),
        ("2028-02-28", "2028-03-27"),
        ("2027-02-28", "2027-03-27"),
    ],
)
def test_month_ends(start: str, until: str) -> None:
    """A cycle's last day is the eve of the next billing day, whatever the month's length."""
    first = date.fromisoformat(start)
    bench = Bench(start=f"{start}T09:00:00")
    customer = bench.account("10", billing_day=first.day)
    bench.still.control("POST", "charge")
    item = bench.invoices(customer)[0]["items"][0]
    assert (item["period_from"], item["period_to"]) == (start, until)


@pytest.mark.parametrize("grace", [0, 1, 10])
@pytest.mark.parametrize("blocking", [0, 1, 5])
@pytest.mark.parametrize("due", [0, 1, 15, 27])
def test_due_blocking_and_grace_days(due: int, blocking: int, grace: int) -> None:
    """Blocked the day after due + blocking, disabled the day after grace more; 0 is never."""
    bench = Bench()
    customer = bench.account("30")
    settings = {"billing_due": due, "blocking_period": blocking, "grace_period": grace}
    bench.put(f"customers/customer-billing/{customer}", settings)
    bench.still.control("POST", "charge")
    blocked_on = date(2026, 1, 1) + timedelta(days=due + blocking + 1)
    info = bench.get(f"customers/billing-info/{customer}")
    assert info["blocking_date"] == blocked_on.isoformat()
    assert info["howManyDaysLeft"] == due + blocking + 1
    bench.advance(f"{blocked_on}T00:29:59")
    assert bench.status(customer) == "active"
    bench.advance(f"{blocked_on}T00:30:00")
    assert bench.status(customer) == "blocked"
    disabled_on = blocked_on + timedelta(days=grace + 1)
    if grace:
        bench.advance(f"{disabled_on}T00:29:59")
        assert bench.status(customer) == "blocked"
    bench.advance(f"{disabled_on + timedelta(days=20)}")
    assert bench.status(customer) == ("disabled" if grace else "blocked")
    history = bench.get(f"customers/customer/{customer}/logs-changes")
    assert {row["administrator_id"] for row in history} == {0}
    assert history[-1]["date"] == (disabled_on if grace else blocked_on).isoformat()


LEFT_ALONE: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {"enabled": 0}),
    ({}, {"min_balance": "-36"}),
    ({}, {"min_balance": "-40"}),
    ({"billing_type": "prepaid"}, {}),
    ({"billing_type": "prepaid_monthly"}, {}),
    ({"status": "new"}, {}),
    ({"status": "disabled"}, {}),
]


@pytest.mark.parametrize(("account", "billing"), LEFT_ALONE)
def test_who_is_not_blocked(bench: Bench, account: dict[str, Any], billing: dict[str, Any]) -> None:
    """Billing off, within the minimum balance, prepaid, new, already disabled."""
    customer = bench.account("30")
    bench.still.control("POST", "charge")
    bench.put(f"customers/customer-billing/{customer}", billing)
    bench.put(f"customers/customer/{customer}", account)
    before = bench.status(customer)
    bench.advance("2026-01-31")
    assert bench.status(customer) == before
    assert bench.call("GET", f"customers/billing-info/{customer}").status == 200


def test_a_cent_below_the_minimum_balance_blocks(bench: Bench) -> None:
    """-36.00 is below -35.99."""
    customer = bench.account("30")
    bench.put(f"customers/customer-billing/{customer}", {"min_balance": "-35.99"})
    bench.still.control("POST", "charge")
    bench.advance("2026-01-17")
    assert bench.status(customer) == "blocked"


NOT_CHARGED: list[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    ({"status": "disabled"}, {}, {}),
    ({"status": "new"}, {}, {}),
    ({"billing_type": "prepaid"}, {}, {}),
    ({}, {"enabled": 0}, {}),
    ({}, {"make_invoices": 0}, {}),
    ({}, {"billing_date": 2}, {}),
    ({}, {}, {"status": "stopped"}),
    ({}, {}, {"status": "pending"}),
    ({}, {}, {"start_date": "2026-01-02"}),
    ({}, {}, {"end_date": "2025-12-31"}),
]
CHARGED: list[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    ({}, {}, {}),
    ({"status": "blocked"}, {}, {}),
    ({}, {"min_balance": "-500"}, {}),
    ({}, {}, {"start_date": "2026-01-01"}),
    ({}, {}, {"end_date": "2026-01-31"}),
    ({}, {}, {"end_date": "0000-00-00"}),
]


@pytest.mark.parametrize(("account", "billing", "service"), NOT_CHARGED + CHARGED)
def test_who_is_charged(
    bench: Bench, account: dict[str, Any], billing: dict[str, Any], service: dict[str, Any]
) -> None:
    """Blocked accounts are charged on; disabled, new and prepaid ones and idle services not."""
    customer = bench.account("30")
    bench.put(f"customers/customer/{customer}", account)
    bench.put(f"customers/customer-billing/{customer}", billing)
    bench.put(f"customers/customer/{customer}/internet-services--1", service)
    answer: Any = bench.still.control("POST", "charge")
    expected = 1 if (account, billing, service) in CHARGED else 0
    assert len(answer["invoice_ids"]) == len(bench.invoices(customer)) == expected
    assert bench.deposit(customer) == ("-36.0000" if expected else "0.0000")


def test_several_months_unpaid_then_paid_in_one(bench: Bench) -> None:
    """Charged while blocked until disabled; one payment for all brings the payer back."""
    customer = bench.account("30")
    bench.put(f"customers/customer-billing/{customer}", {"grace_period": 60})
    bench.still.control("POST", "charge")
    bench.advance("2026-04-02")
    assert [row["date_created"][5:7] for row in bench.invoices(customer)] == ["01", "02", "03"]
    assert (bench.status(customer), bench.deposit(customer)) == ("disabled", "-108.0000")
    bench.pay(customer, "72")
    assert bench.status(customer) == "disabled"
    bench.pay(customer, "36")
    assert bench.status(customer) == "active"
    bench.advance("2026-05-01")
    assert len(bench.invoices(customer)) == 4


def test_an_account_disabled_by_a_person_is_not_brought_back_by_money(bench: Bench) -> None:
    """Staff had their reason; the system undoes only what it did."""
    customer = bench.account("30")
    bench.still.control("POST", "charge")
    bench.advance("2026-01-17")
    change = {"resource": "customers", "id": customer, "changes": {"status": "disabled"}}
    bench.still.control("POST", "edit", change)
    bench.pay(customer)
    assert (bench.status(customer), bench.deposit(customer)) == ("disabled", "0.0000")


@pytest.mark.parametrize("blocked_first", [True, False])
def test_a_deleted_payment_reopens_and_the_next_round_blocks_again(
    bench: Bench, *, blocked_first: bool
) -> None:
    """Active at once after paying; without the payment blocked at the next 00:30, not before."""
    customer = bench.account("30")
    bench.still.control("POST", "charge")
    if blocked_first:
        bench.advance("2026-01-17")
    payment = bench.pay(customer)
    assert bench.status(customer) == "active"
    bench.advance("2026-01-20")
    bench.still.control("POST", "delete", {"resource": "payments", "id": payment})
    assert (bench.status(customer), bench.deposit(customer)) == ("active", "-36.0000")
    assert bench.invoices(customer)[0]["status"] == "not_paid"
    bench.advance("2026-01-21T00:30:00")
    assert bench.status(customer) == "blocked"


def test_a_reset_period_that_has_passed_is_not_charged_again(bench: Bench) -> None:
    """Crediting January in February leaves February's single charge alone."""
    customer = bench.account("30")
    bench.still.control("POST", "charge")
    bench.pay(customer)
    bench.advance("2026-02-02")
    first = bench.invoices(customer)[0]
    line = {"description": "Back", "price": "30", "tax": "20"}
    body = {"customer_id": customer, "items": [line], "invoicesId": first["id"]}
    bench.post("finance/credit-notes", {**body, "resetPeriodForService": "1"})
    bench.still.control("POST", "charge", {"customer_ids": [customer]})
    assert len(bench.invoices(customer)) == 2


def test_two_accounts_on_two_days_are_charged_each_on_its_own(bench: Bench) -> None:
    """A round takes only the accounts of its day; named accounts are charged at any time."""
    early, late = bench.account("10"), bench.account("20", billing_day=15)
    bench.still.control("POST", "charge")
    assert [len(bench.invoices(each)) for each in (early, late)] == [1, 0]
    bench.still.control("POST", "charge", {"customer_ids": [late]})
    item = bench.invoices(late)[0]["items"][0]
    assert (item["period_from"], item["period_to"]) == ("2025-12-15", "2026-01-14")
    bench.advance("2026-01-15T02:00:00")
    assert [len(bench.invoices(each)) for each in (early, late)] == [1, 2]
