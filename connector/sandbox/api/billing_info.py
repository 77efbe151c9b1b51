"""Answering customers/billing-info/{id}: how near an account is to being cut off.

What it tells differs by billing type. Its numbers are plain in every release, unless
`format_values` asks for the texts that a person would read.
"""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from connector.sandbox.api.answers import Desk, disabled, found
from connector.sandbox.api.message import Call, Reply, json_reply
from connector.sandbox.engine.blocking import next_blocking_day
from connector.sandbox.ledger.standing import NEVER, blocking_day, open_invoices
from connector.sandbox.money import HUNDRED, ZERO, cents, four
from connector.sandbox.records import Billing, Customer, Service
from connector.sandbox.wire.codec import wire_date
from connector.sandbox.world import World

TRUE_WORDS = frozenset({"true", "1"})


def billing_info(desk: Desk, call: Call, raw_id: str) -> Reply:
    """Answer a request for one customer."""
    if call.method != "GET":
        raise disabled()
    row = found(desk.world.customers.get(int(raw_id)) if raw_id.isdecimal() else None)
    wanted = str(call.parameters.get("format_values", "")).lower() in TRUE_WORDS
    return json_reply(200, info_of(desk.world, row.id, formatted=wanted))


def info_of(world: World, customer_id: int, *, formatted: bool) -> dict[str, object]:
    """The billing info of a customer that exists, by its billing type."""
    customer = world.customers.get(customer_id)
    if customer is None:
        raise KeyError(customer_id)
    make = {"prepaid": _daily, "prepaid_monthly": _monthly}.get(customer.billing_type, _recurring)
    info = make(world, customer, world.billing_of(customer_id))
    return {name: _formatted(value) for name, value in info.items()} if formatted else info


def _recurring(world: World, customer: Customer, billing: Billing) -> dict[str, object]:
    blocking = _next_blocking(world, customer.id)
    next_cycle = _next_billing_day(world.today(), billing.billing_date)
    return {
        "blockingEnabled": _is_blocked_ever(world, billing),
        "blockInNextBillingCycle": blocking is not None and blocking >= next_cycle,
        "status": customer.status,
        "lowBalance": billing.deposit < billing.min_balance,
        "howManyDaysLeft": max((blocking - world.today()).days, 0) if blocking else 0,
        "blocking_date": wire_date(blocking),
        "deposit": billing.deposit,
        "is_already_blocked": customer.status == "blocked",
        "is_already_disabled": customer.status == "disabled",
    }


def _daily(world: World, customer: Customer, billing: Billing) -> dict[str, object]:
    running = _running(world, customer)
    per_day = _per_day(world, _per_month(running))
    days = _lasts(billing, per_day)
    return {
        "howManyDaysLeft": days,
        "paymentPerPeriod": _per_month(running),
        "paymentPerDay": per_day,
        "deposit": billing.deposit,
        "services_name": ", ".join(service.description for service in running),
        "blocking_date": wire_date(world.today() + timedelta(days=days)),
    }


def _monthly(world: World, customer: Customer, billing: Billing) -> dict[str, object]:
    running = _running(world, customer)
    per_month = _per_month(running)
    per_day = _per_day(world, per_month)
    days = _lasts(billing, per_day)
    return {
        "howManyMonthsLeft": _lasts(billing, per_month),
        "howManyDaysLeft": days,
        "blockInNextBillingCycle": bool(per_month) and billing.deposit < per_month,
        "paymentPerMonth": per_month,
        "paymentPerDay": per_day,
        "deposit": billing.deposit,
        "services_name": ", ".join(service.description for service in running),
        "blocking_date": wire_date(world.today() + timedelta(days=days)),
        "service": running[0].description if running else "",
    }


def _is_blocked_ever(world: World, billing: Billing) -> bool:
    return world.switches.blocking and bool(billing.enabled) and billing.blocking_period > NEVER


def _next_blocking(world: World, customer_id: int) -> date | None:
    """The first day on which one of the open invoices blocks the account."""
    days = [blocking_day(world, invoice) for invoice in open_invoices(world, customer_id)]
    first = min((day for day in days if day is not None), default=None)
    return None if first is None else next_blocking_day(world, first)


def _next_billing_day(today: date, billing_day: int) -> date:
    day = today.replace(day=billing_day)
    if day <= today:
        day = (day.replace(day=1) + timedelta(days=32)).replace(day=billing_day)
    return day


def _running(world: World, customer: Customer) -> list[Service]:
    return [row for row in world.services.of_customer(customer.id) if row.status == "active"]


def _per_month(services: Iterable[Service]) -> Decimal:
    """What services cost a month, with their tax."""
    prices = (
        service.unit_price * service.quantity * (1 + service.tax_percent / HUNDRED)
        for service in services
    )
    return four(sum(prices, ZERO))


def _per_day(world: World, per_month: Decimal) -> Decimal:
    """The share of one day of the present month."""
    return four(per_month / monthrange(world.today().year, world.today().month)[1])


def _lasts(billing: Billing, price: Decimal) -> int:
    """How many periods of a price the balance lasts."""
    left = billing.deposit - billing.min_balance
    return int(left // price) if price and left > 0 else 0


def _formatted(value: object) -> object:
    """A number as the system writes it: amounts with two places, counts as they are."""
    if isinstance(value, Decimal):
        return f"{cents(value) + 0:f}"
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value
