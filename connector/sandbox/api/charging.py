"""Answering finance/to-bill, to-bill-requests and cancel-last-charge: charges on order.

What a charge answers is only described in words: its lines by kind and id of the service, debits
apart from credits, and the document. Names and types of the lines are those of documents.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from connector.sandbox.api.answers import Desk, disabled, found
from connector.sandbox.api.message import Call, Reply, json_reply
from connector.sandbox.api.resources import TRANSACTIONS
from connector.sandbox.engine.orders import (
    cancel_last_charge,
    charge_on_order,
    last_charge,
    preview_charge,
    propose_on_order,
)
from connector.sandbox.engine.plan import ChargeOrder
from connector.sandbox.errors import ApiFault, FieldFault
from connector.sandbox.records import ChargeRecord, Customer, Invoice, Item, Proforma, Transaction
from connector.sandbox.wire.charging import (
    CHARGE_LINE,
    CHARGE_RECORD,
    CHARGED_INVOICE,
    CHARGED_PROFORMA,
)
from connector.sandbox.wire.fields import Field, Kind
from connector.sandbox.wire.reading import Body, read_value
from connector.sandbox.writes.linking import guard_finance

ACTIONS = frozenset({"preview", "generate"})
MOST_MONTHS = 12


def to_bill(desk: Desk, call: Call, raw_id: str) -> Reply:
    """Answer POST finance/to-bill/{customer}--preview and --generate: an invoice."""
    return _ordered(desk, call, raw_id, "invoice")


def to_bill_requests(desk: Desk, call: Call, raw_id: str) -> Reply:
    """Answer POST finance/to-bill-requests/{customer}--preview and --generate: a proforma."""
    return _ordered(desk, call, raw_id, "request")


def last_charge_route(desk: Desk, call: Call, raw_id: str) -> Reply:
    """Answer finance/cancel-last-charge/{customer}: show the last charge, or undo it."""
    customer = _customer(desk, raw_id)
    made = last_charge(desk.world, customer.id)
    if call.method == "GET":
        info = _charge_info(desk, made) if made else {}
        return json_reply(200, {"lastChargeExist": made is not None, "info": info or []})
    if call.method != "DELETE":
        raise disabled()
    if made is None:
        raise ApiFault(404, "NOT_FOUND", "There is no charge to cancel")
    guard_finance(desk.world, customer.id, desk.caller())
    cancel_last_charge(desk.world, made, desk.caller())
    desk.note_write("DELETE", "finance/cancel-last-charge", made)
    return Reply(status=204)


def _ordered(desk: Desk, call: Call, raw_id: str, document: str) -> Reply:
    customer_id, _, action = raw_id.partition("--")
    if action not in ACTIONS:
        raise ApiFault(404, "NOT_FOUND", "Page not found")
    if call.method != "POST":
        raise disabled()
    customer = _customer(desk, customer_id)
    order = _order(desk, call.fields())
    items, total = preview_charge(desk.world, customer, order)
    answer = _grouped(desk, items)
    made: Invoice | Proforma | None = None
    if action == "generate":
        guard_finance(desk.world, customer.id, desk.caller())
        make = charge_on_order if document == "invoice" else propose_on_order
        made = make(desk.world, customer, order)
    if made is not None:
        name = "finance/to-bill" if document == "invoice" else "finance/to-bill-requests"
        desk.note_write("POST", name, made)
    number: dict[str, object] = {"id": None, "number": None}
    if made is not None:
        number = _wired(desk, CHARGED_PROFORMA, made, only=("id", "number"))
    return json_reply(201, {**answer, "total": total, document: number})


def _order(desk: Desk, body: Body) -> ChargeOrder:
    read, problems = dict[str, object](), dict[str, str]()
    kinds = (("toBillDate", Kind.DATE), ("transactionDate", Kind.DATE), ("period", Kind.INTEGER))
    for name, kind in kinds:
        try:
            read[name] = read_value(kind, body.get(name))
        except ValueError:
            problems[name] = f"{name} is invalid"
    months = read.get("period")
    if isinstance(months, int) and months > MOST_MONTHS:
        problems["period"] = f"period is at most {MOST_MONTHS} months"
    if problems:
        raise FieldFault(problems)
    day, dated = read["toBillDate"], read["transactionDate"]
    return ChargeOrder(
        day=day if isinstance(day, date) else desk.world.today(),
        months=months if isinstance(months, int) and months >= 0 else None,
        dated=dated if isinstance(dated, date) else None,
    )


def _grouped(desk: Desk, items: Iterable[Item]) -> dict[str, object]:
    """Lines by kind and id of their service; future items by their own id."""
    grouped: dict[str, dict[str, dict[str, list[object]]]] = {}
    for item in items:
        service = desk.world.services.get(item.service_id)
        kind = service.type if service else "transactions"
        number = item.service_id if service else item.transaction_id
        sides = grouped.setdefault(kind, {}).setdefault(str(number), {"debit": [], "credit": []})
        side = "credit" if item.price < 0 else "debit"
        sides[side].append(_wired(desk, CHARGE_LINE, item))
    return dict(grouped)


def _charge_info(desk: Desk, made: ChargeRecord) -> dict[str, object]:
    world = desk.world
    numbers = [int(number) for number in made.transactions_id.split(",") if number]
    posted = [row for row in map(world.transactions.get, numbers) if row is not None]
    invoice = world.invoices.get(made.invoice_id)
    proforma = world.proformas.get(made.request_id)
    record = _wired(desk, CHARGE_RECORD, made)
    return {
        "date": record["date"],
        "maxPeriodTo": record["max_period_to"],
        "countTransactions": len(posted),
        "totalSum": _total(posted),
        "emptyCharge": not posted,
        "invoices": [_wired(desk, CHARGED_INVOICE, invoice)] if invoice else [],
        "ipi_invoices": [],
        "requests": [_wired(desk, CHARGED_PROFORMA, proforma)] if proforma else [],
        "transactions": [desk.encode(TRANSACTIONS, row) for row in posted],
        "toBillRecords": [record],
    }


def _total(posted: list[Transaction]) -> Decimal:
    signed = (row.total if row.type == "debit" else -row.total for row in posted)
    return sum(signed, Decimal(0))


def _wired(
    desk: Desk, fields: tuple[Field, ...], row: object, only: tuple[str, ...] = ()
) -> dict[str, object]:
    chosen = tuple(field for field in fields if not only or field.name in only)
    return desk.profile.row_encoder(chosen)(row)


def _customer(desk: Desk, raw_id: str) -> Customer:
    row = found(desk.world.customers.get(int(raw_id)) if raw_id.isdecimal() else None)
    if not isinstance(row, Customer):
        raise TypeError("customers hold customers")
    return row
