"""What blocks an account and when: settings, days off, one-time invoices, fees."""

from typing import Any

import pytest

from tests.sandbox.bench import Bench

BLOCKED_ON = "2026-01-17T00:30:00"  # charged on 1 January, due after 15 days


class Debtor(Bench):
    """An account of 36.00 a month, charged and not paid; switches and billing as given."""

    def __init__(self, billing: dict[str, object] | None = None, **switches: object) -> None:
        super().__init__()
        self.customer = self.account("30")
        if billing:
            self.put(f"customers/customer-billing/{self.customer}", billing)
        self.control("switch", **switches)
        self.control("charge")

    def control(self, path: str, **body: object) -> Any:
        """A control request."""
        return self.still.control("POST", path, body)

    def at(self, moment: str) -> str:
        """The status at a moment."""
        self.advance(moment)
        return self.status(self.customer)

    def info(self, *, formatted: bool = False) -> dict[str, Any]:
        """The account's billing info."""
        query = "?format_values=true" if formatted else ""
        return dict(self.get(f"customers/billing-info/{self.customer}{query}"))

    def extras(self) -> list[tuple[str, str, str]]:
        """Description, total and day of the one-time invoices, which the system made."""
        rows = [row for row in self.invoices(self.customer) if row["type"] == "one_time"]
        assert {row["added_by"] for row in rows} <= {"system"}
        assert {item["tax"] for row in rows for item in row["items"]} <= {"0.0000"}
        return [
            (row["items"][0]["description"], str(row["total"]), row["date_created"]) for row in rows
        ]


def test_minus_one_never_blocks() -> None:
    """The code for "do not block": no overdue amount, no blocking day, no block."""
    debtor = Debtor({"blocking_period": -1})
    info = debtor.info()
    assert (info["blockingEnabled"], info["blocking_date"]) == (False, "0000-00-00")
    assert debtor.at("2026-03-31") == "active"
    assert debtor.deposit(debtor.customer) == "-108.0000"


def test_blocking_can_be_switched_off_as_a_whole() -> None:
    """Nobody is blocked; switched on again, the next round blocks."""
    debtor = Debtor(blocking=False)
    assert debtor.at("2026-01-31") == "active"
    assert debtor.info()["blockingEnabled"] is False
    debtor.control("switch", blocking=True)
    assert debtor.at("2026-02-01") == "blocked"


@pytest.mark.parametrize(
    ("off", "blocked_on"),
    [
        ([], "2026-01-17"),  # a Saturday
        (["sunday"], "2026-01-17"),
        (["saturday"], "2026-01-18"),
        (["saturday", "sunday"], "2026-01-19"),
        (["saturday", "sunday", "2026-01-19"], "2026-01-20"),
        (["2026-01-17", "2026-01-18"], "2026-01-19"),
    ],
)
def test_days_off_postpone_to_the_next_allowed_day(off: list[str], blocked_on: str) -> None:
    """And the billing info tells the day."""
    debtor = Debtor(blocking_days_off=off)
    assert debtor.info()["blocking_date"] == blocked_on
    assert debtor.at(f"{blocked_on}T00:29:59") == "active"
    assert debtor.at(f"{blocked_on}T00:30:00") == "blocked"


@pytest.mark.parametrize(("on", "status"), [(True, "blocked"), (False, "active")])
def test_one_time_invoices_block_by_switch(*, on: bool, status: str) -> None:
    """The day after their due date, as recurring ones do; paying brings the account back."""
    debtor = Debtor(one_time_blocks=on)
    debtor.pay(debtor.customer)
    items = [{"description": "Work", "price": "5"}]
    debtor.control("invoice", customer_id=debtor.customer, items=items)
    assert debtor.at(BLOCKED_ON) == status
    debtor.pay(debtor.customer)
    assert debtor.at("2026-01-18") == "active"


def test_fees_are_one_time_invoices_without_tax() -> None:
    """For the late invoice, for being blocked, for coming back, each at the next round."""
    debtor = Debtor(blocking_fee="2.50", overdue_fee="1", reactivation_fee="10")
    debtor.advance("2026-01-16")
    assert debtor.extras() == []
    assert debtor.at("2026-01-18") == "blocked"
    debtor.pay(debtor.customer)
    debtor.advance("2026-01-20")
    number = debtor.invoices(debtor.customer)[0]["number"]
    assert debtor.extras() == [
        ("Blocking fee", "2.5", "2026-01-17"),
        (f"Overdue fee for invoice {number}", "1", "2026-01-17"),
        ("Reactivation fee", "10", "2026-01-19"),
    ]
    assert debtor.deposit(debtor.customer) == "-10.0000"
    debtor.advance("2026-02-10")
    assert len(debtor.extras()) == 3  # a fee that is late costs no fee


def test_fees_come_once_per_account_whoever_blocks() -> None:
    """A whole family blocked and released by a key pays each fee once per account."""
    bench = Bench()
    accounts = [bench.account() for _ in range(3)]
    bench.still.control("POST", "switch", {"blocking_fee": "3", "reactivation_fee": "4"})
    for status, day in (("blocked", "2026-01-02"), ("active", "2026-01-03")):
        for account in accounts:
            bench.put(f"customers/customer/{account}", {"status": status})
        bench.advance(day)
    assert [bench.deposit(each) for each in accounts] == ["-7.0000"] * 3


def test_the_fee_of_a_natively_aggregated_sub_is_on_its_main() -> None:
    """A line of the sub; without fees no round leaves anything."""
    bench = Bench()
    main, sub = bench.account(), bench.account()
    link = {"sub_id": sub, "main_id": main, "mode": "aggregated"}
    bench.still.control("POST", "family/native", link)
    bench.put(f"customers/customer/{sub}", {"status": "blocked"})
    bench.advance("2026-01-02")
    assert bench.invoices(main) == bench.invoices(sub) == []
    bench.still.control("POST", "switch", {"reactivation_fee": "4"})
    bench.put(f"customers/customer/{sub}", {"status": "active"})
    bench.advance("2026-01-03")
    (row,) = bench.invoices(main)
    assert [(item["sub_account_id"], str(item["price"])) for item in row["items"]] == [
        (sub, "4.0000")
    ]
    assert bench.deposit(sub) == "0.0000"


@pytest.mark.parametrize(("method", "on"), [(3, True), (3, False), (1, True)])
def test_cards_are_charged_on_the_due_day(method: int, *, on: bool) -> None:
    """At 22:00 of the due day, for those who pay by card, so that they are never blocked."""
    debtor = Debtor({"payment_method": method}, auto_charge=on)
    debtor.advance("2026-01-16T21:59:59")
    assert debtor.deposit(debtor.customer) == "-36.0000"
    debtor.advance("2026-01-16T22:00:00")
    charged = on and method == 3
    assert debtor.deposit(debtor.customer) == ("0.0000" if charged else "-36.0000")
    payments = debtor.get("finance/payments")
    assert [(str(row["payment_type"]), row["added_by"]) for row in payments] == (
        [("3", "system")] if charged else []
    )
    assert debtor.at(BLOCKED_ON) == ("active" if charged else "blocked")


def test_billing_info_of_a_recurring_customer() -> None:
    """Plain numbers, or texts when asked to."""
    debtor = Debtor()
    assert debtor.info() == {
        "blockingEnabled": True,
        "blockInNextBillingCycle": False,
        "status": "active",
        "lowBalance": True,
        "howManyDaysLeft": 16,
        "blocking_date": "2026-01-17",
        "deposit": -36,
        "is_already_blocked": False,
        "is_already_disabled": False,
    }
    shown = debtor.info(formatted=True)
    assert (shown["deposit"], shown["howManyDaysLeft"], shown["status"]) == (
        "-36.00",
        "16",
        "active",
    )
    debtor.put(f"customers/customer-billing/{debtor.customer}", {"blocking_period": 20})
    assert debtor.info()["blockInNextBillingCycle"] is True


def test_billing_info_of_prepaid_customers() -> None:
    """What a day and a month cost, and how long the balance lasts."""
    debtor = Debtor()
    debtor.pay(debtor.customer, "126")  # 90.00 is left: two and a half months
    debtor.put(f"customers/customer/{debtor.customer}", {"billing_type": "prepaid"})
    daily = debtor.info()
    assert set(daily) == {
        "howManyDaysLeft",
        "paymentPerPeriod",
        "paymentPerDay",
        "deposit",
        "services_name",
        "blocking_date",
    }
    assert (daily["deposit"], daily["services_name"]) == (90, "Internet")
    assert (daily["howManyDaysLeft"], str(daily["paymentPerDay"])) == (77, "1.1613")
    assert daily["blocking_date"] == "2026-03-19"
    debtor.put(f"customers/customer/{debtor.customer}", {"billing_type": "prepaid_monthly"})
    monthly = debtor.info()
    assert set(monthly) == set(daily) - {"paymentPerPeriod"} | {
        "howManyMonthsLeft",
        "blockInNextBillingCycle",
        "paymentPerMonth",
        "service",
    }
    assert (monthly["howManyMonthsLeft"], monthly["paymentPerMonth"]) == (2, 36)
    assert monthly["blockInNextBillingCycle"] is False
    assert debtor.info(formatted=True)["paymentPerMonth"] == "36.00"


def test_notices_and_reminders_are_queued_on_their_days() -> None:
    """The invoice once, then reminders after 5, 10 and 15 days, until it is paid."""
    debtor = Debtor({"reminder_day_3": 0}, reminders=True)
    debtor.put(f"customers/customer/{debtor.customer}", {"billing_email": "pay@example.net"})
    debtor.advance("2026-01-31")
    number = debtor.invoices(debtor.customer)[0]["number"]
    mails = debtor.get("config/mail")
    assert [(row["subject"], row["datetime_added"]) for row in mails] == [
        (f"Invoice {number}", "2026-01-01 10:00:00"),
        (f"Reminder 1: invoice {number}", "2026-01-06 10:00:00"),
        (f"Reminder 2: invoice {number}", "2026-01-11 10:00:00"),
    ]
    assert {(row["recipient"], row["status"]) for row in mails} == {("pay@example.net", "new")}
    debtor.pay(debtor.customer)
    debtor.advance("2026-01-31T23:00:00")
    assert len(debtor.get("config/mail")) == 3


@pytest.mark.parametrize(
    ("billing", "switch", "subjects"),
    [
        ({}, False, []),
        ({"send_finance_notification": 0}, True, ["Reminder", "Reminder", "Reminder"]),
        ({"reminder_enable": 0}, True, ["Invoice"]),
        ({"send_finance_notification": 0, "reminder_enable": 0}, True, []),
    ],
)
def test_who_gets_no_mail(billing: dict[str, object], switch: object, subjects: list[str]) -> None:
    """Notices and reminders each have a setting of the account, and one switch for all."""
    debtor = Debtor(billing, reminders=switch)
    debtor.advance("2026-01-31")
    assert [row["subject"].split()[0] for row in debtor.get("config/mail")] == subjects
