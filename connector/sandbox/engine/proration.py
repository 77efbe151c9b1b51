"""What days of a service cost: whole cycles at its price, parts of one by the day, less discounts.

A discount is a line of its own with a negative price. It counts for the days on which it holds and
never takes more than the line it belongs to costs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from connector.sandbox.engine.cycles import Part
from connector.sandbox.money import HUNDRED, ZERO, four, read_decimal
from connector.sandbox.records import Item, Service
from connector.sandbox.wire.fields import Kind
from connector.sandbox.wire.reading import read_value
from connector.sandbox.world import World

ADDITIONAL_DISCOUNTS = "customers/additional-discounts"
DISCOUNT_CATEGORY = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Discount:
    """A discount: a share of the price, or an amount per cycle off the whole line."""

    text: str
    percent: Decimal = ZERO
    fixed: Decimal = ZERO
    first: date | None = None
    last: date | None = None


def lines_of(world: World, service: Service, part: Part, *, sub_id: int = 0) -> list[Item]:
    """The lines for some days of a service: its price, and its discounts."""
    whole = part.days == part.cycle.days
    line = _line(service, part, sub_id)
    line.price = service.unit_price if whole else _share(service.unit_price, part.days, part)
    lines, rest = [line], line.price * line.quantity
    for discount in discounts_of(world, service):
        less = _discount_line(service, part, discount, rest)
        if less is not None:
            less.sub_account_id = sub_id
            rest += less.price * less.quantity
            lines.append(less)
    return lines


def discounts_of(world: World, service: Service) -> Iterator[Discount]:
    """The discounts of a service: the one it has itself, then the additional ones."""
    if service.discount and service.discount_value:
        fixed = service.discount_type == "fixed"
        yield Discount(
            text=service.discount_text or "Discount",
            percent=ZERO if fixed else service.discount_value,
            fixed=service.discount_value if fixed else ZERO,
            first=service.discount_start_date,
            last=service.discount_end_date,
        )
    for row in world.entries.get(ADDITIONAL_DISCOUNTS, ()):
        of_service = (str(row.service_type), int(row.service_id or 0))
        if str(row.enabled or 0) == "1" and of_service == (service.type, service.id):
            yield Discount(
                text=row.message or "Discount",
                percent=read_decimal(row.percent or 0),
                first=_day(row.start_date),
                last=_day(row.end_date),
            )


def _line(service: Service, part: Part, sub_id: int) -> Item:
    return Item(
        description=service.description,
        quantity=Decimal(service.quantity),
        unit=service.unit,
        tax=service.tax_percent,
        period_from=part.first,
        period_to=part.last,
        sub_account_id=sub_id,
        service_id=service.id,
    )


def _discount_line(service: Service, part: Part, discount: Discount, rest: Decimal) -> Item | None:
    days = part.overlap(discount.first, discount.last)
    if days <= 0 or rest <= 0:
        return None
    line = _line(service, part, 0)
    line.description, line.category = discount.text, DISCOUNT_CATEGORY
    if discount.fixed:
        line.quantity = Decimal(1)
        off = _share(discount.fixed, days, part)
    else:
        off = _share(service.unit_price * discount.percent / HUNDRED, days, part)
    if off * line.quantity > rest:
        line.quantity, off = Decimal(1), rest
    line.price = -off
    return line if off > 0 else None


def _share(amount: Decimal, days: int, part: Part) -> Decimal:
    return four(amount * days / part.cycle.days)


def _day(value: object) -> date | None:
    read = read_value(Kind.DATE, value)
    return read if isinstance(read, date) else None
