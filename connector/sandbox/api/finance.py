"""The calculator of a document's lines, and the categories the system books under."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from connector.sandbox.api.answers import Desk, disabled
from connector.sandbox.api.message import Call, Reply, json_reply
from connector.sandbox.errors import FieldFault
from connector.sandbox.money import HUNDRED, cents, four, read_decimal
from connector.sandbox.records import Entry
from connector.sandbox.reference.finance import PURPOSES, TAXES
from connector.sandbox.wire.fields import Kind
from connector.sandbox.wire.reading import read_value
from connector.sandbox.world import World


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line of the calculator: `price` is net, `gross` with tax."""

    quantity: Decimal
    price: Decimal
    tax_id: int
    taxes: tuple[Entry, ...]

    @property
    def rate(self) -> Decimal:
        """All taxes of the line in percent of its net price."""
        return sum((tax.rate for tax in self.taxes), Decimal(0))

    @property
    def gross(self) -> Decimal:
        """The price with tax."""
        return four(self.price + self.price * self.rate / HUNDRED)

    @property
    def net_sum(self) -> Decimal:
        """The line without tax."""
        return self.price * self.quantity

    @property
    def tax_sum(self) -> Decimal:
        """The tax of the line."""
        return self.net_sum * self.rate / HUNDRED


def purposes(_desk: Desk, call: Call, raw_id: str) -> Reply:
    """Answer config/transaction-categories: what each kind of charge is booked under."""
    if call.method != "GET" or raw_id:
        raise disabled()
    told = {f"transaction_type_{name}": {"id": str(number)} for name, number in PURPOSES.items()}
    return json_reply(200, told)


def calculate_finance(desk: Desk, call: Call, raw_id: str) -> Reply:
    """Answer finance/calculate-finance: the edited row, and the totals of all rows."""
    if call.method != "POST" or raw_id:
        raise disabled()
    body = call.fields()
    raw = body.get("items")
    items = list(raw.values()) if isinstance(raw, dict) else raw
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise FieldFault({"items": "Items is invalid"})
    from_gross = body.get("modifiedField") == "withVat"
    edited = _line(desk.world, body, from_gross=from_gross)
    lines = [
        edited if item.get("isChangedInput") in {True, "1", "true"} else _line(desk.world, item)
        for item in items
    ]
    customer_id = read_value(Kind.INTEGER, body.get("customerId"))
    billing = desk.world.billings.get(customer_id) if isinstance(customer_id, int) else None
    balance = billing.deposit if billing else Decimal(0)
    sign = 1 if body.get("type") == "credit-notes" else -1
    total = _total(lines, edited)
    after = cents(balance + sign * sum((line.net_sum + line.tax_sum for line in lines), Decimal(0)))
    return json_reply(
        200, {"rowData": _row(edited), "total": {**total, "balance_after": f"{after}"}}
    )


def _line(world: World, body: Mapping[str, object], *, from_gross: bool = False) -> Line:
    try:
        quantity = read_decimal(body.get("quantity") or 1)
        price = read_decimal(body.get("price") or 0)
        gross = read_decimal(body.get("withVat") or 0)
        tax_id = int(read_decimal(body.get("tax_id") or 0))
    except ValueError as error:
        raise FieldFault({"items": "Items is invalid"}) from error
    taxes = _taxes(world, tax_id)
    if from_gross:
        price = gross / (1 + sum((tax.rate for tax in taxes), Decimal(0)) / HUNDRED)
    return Line(quantity=quantity, price=four(price), tax_id=tax_id, taxes=taxes)


def _taxes(world: World, tax_id: int) -> tuple[Entry, ...]:
    """The single taxes of a tax or of a group of them; none for no tax."""
    table = world.entries[TAXES.name]
    tax = table.get(tax_id)
    if tax is None:
        return ()
    parts = [table.get(int(item["id"])) for item in tax.items]
    return tuple(part for part in parts if part is not None) or (tax,)


def _row(line: Line) -> dict[str, object]:
    return {
        "quantity": line.quantity,
        "vat": f"{line.rate.normalize():f}",
        "price": f"{line.price}",
        "withVat": f"{line.gross}",
        "total": f"{cents(line.net_sum + line.tax_sum)}",
        "totalVat": cents(line.tax_sum),
        "totalWithoutVat": cents(line.net_sum),
        "tax_id": line.tax_id,
    }


def _total(lines: list[Line], edited: Line) -> dict[str, object]:
    net = sum((line.net_sum for line in lines), Decimal(0))
    tax = sum((line.tax_sum for line in lines), Decimal(0))
    return {
        "total": f"{cents(net + tax)}",
        "total_unformatted": cents(net + tax),
        "vat": f"{cents(tax)}",
        "tax_id": edited.tax_id,
        "withoutVat": f"{cents(net)}",
        "deal_value": f"{four(net + tax)}",
        "per_tax": list(_per_tax(lines)),
    }


def _per_tax(lines: list[Line]) -> Iterable[dict[str, object]]:
    taxes = {tax.id: tax for line in lines for tax in line.taxes}
    for number, tax in taxes.items():
        bases = (line.net_sum for line in lines if any(each.id == number for each in line.taxes))
        base = sum(bases, Decimal(0))
        amount = cents(base * tax.rate / HUNDRED)
        yield {
            "name": tax.name,
            "rate": f"{tax.rate.normalize():f}%",
            "rate_unformatted": f"{four(tax.rate)}",
            "vat_amount": f"{amount}",
            "vat_amount_unformatted": amount,
            "applicable_amount": f"{cents(base)}",
            "applicable_amount_unformatted": cents(base),
        }
