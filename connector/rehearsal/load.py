"""A sandbox's tables from a copy: the same numbers, the same documents, and room for what follows."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from connector.errors import ConnectorError
from connector.rehearsal.copy import Copy
from connector.rehearsal.kinds import (
    ACCOUNTS,
    COUNTED,
    CREDIT_NOTES,
    INVOICES,
    KINDS,
    PARTNERS,
    PAYMENTS,
    SERVICES,
    TRANSACTIONS,
    Json,
    Kind,
    number_of,
)
from connector.sandbox.options import SandboxOptions
from connector.sandbox.records import Item, Row
from connector.sandbox.wire.fields import Field, in_release
from connector.sandbox.wire.fields import Kind as Spelling
from connector.sandbox.wire.reading import read_value
from connector.sandbox.world import World

BLOCKED = "blocked"
APART = 10**9
"""How far apart services of different types are put that have the same number."""

NOT_LOADED = frozenset({Spelling.MAP, Spelling.LABELS, Spelling.LIST})
"""Nothing of the ledger rests on additional attributes, labels and lists of numbers."""


def options_of(copy: Copy) -> SandboxOptions:
    """A sandbox of the copy's release, at the copy's time."""
    local = copy.at.astimezone(ZoneInfo(copy.zone)).replace(tzinfo=None, microsecond=0)
    return SandboxOptions(
        release=copy.release, start=local.isoformat(), timezone=copy.zone, families=0
    )


def load_rows(world: World, copy: Copy) -> list[str]:
    """Fill an empty world; a sentence for each value that does not fit."""
    filler = _Filler(linked=world.linked_accounts)
    numbers = _service_numbers(copy)
    known = {number_of(row.get("id")) for row in copy.of(ACCOUNTS.name)}
    for kind in KINDS:
        for number, body in _ordered(kind, copy, numbers):
            row = filler.fill(kind, number, body)
            if kind is PARTNERS or kind is ACCOUNTS or row.customer_id in known:
                _keep(world, kind, row)
    _date_blocks(world)
    _claim_numbers(world)
    _go_on_after(world, copy)
    return filler.problems


def _service_numbers(copy: Copy) -> dict[tuple[str, int], int]:
    """A number of its own for each service: the platform counts every type for itself."""
    found: dict[tuple[str, int], int] = {}
    taken: set[int] = set()
    for row in copy.of(SERVICES.name):
        kind, number = str(row.get("type")), number_of(row.get("id"))
        while number in taken:
            number += APART
        taken.add(number)
        found[kind, number_of(row.get("id"))] = number
    return found


def _ordered(
    kind: Kind, copy: Copy, services: dict[tuple[str, int], int]
) -> Iterator[tuple[int, Json]]:
    """Records by growing number; what names a service does so by the number it has here."""
    numbered: dict[int, Json] = {}
    for row in copy.of(kind.name):
        number, body = number_of(row.get(kind.key)), row
        if kind is SERVICES:
            number = services[str(row.get("type")), number]
        elif kind is TRANSACTIONS and number_of(row.get("service_id")):
            named = number_of(row["service_id"])
            own = services.get((str(row.get("service_type")), named), named)
            body = {**row, "service_id": own}
        numbered[number] = body
    return ((number, numbered[number]) for number in sorted(numbered) if number)


def _keep(world: World, kind: Kind, row: Row) -> None:
    table = kind.resource.table(world)
    held = table.get(row.id)
    if held is not None:  # the partner that every new world begins with
        table.remove(held)
    table.put(row)


class _Filler:
    """Fills rows from records, and notes what it could not read."""

    def __init__(self, *, linked: bool) -> None:
        self._linked = linked
        self._items: tuple[Field, ...] = ()
        self.problems: list[str] = []

    def fill(self, kind: Kind, number: int, body: Json) -> Row:
        """A new row of a kind."""
        row = kind.blank()
        self._items = kind.resource.item_fields
        self._fill(row, kind.resource.fields, body, f"{kind.name} {number}")
        row.id = number
        return row

    def _fill(self, row: object, fields: tuple[Field, ...], body: Json, name: str) -> None:
        for field in in_release(fields, linked=self._linked):
            if field.name not in body or field.kind in NOT_LOADED:
                continue
            try:
                value = self._read(field, body[field.name], name)
            except (ValueError, TypeError, ArithmeticError, LookupError):
                self.problems.append(f"{name}: {field.name} cannot be read, left empty")
                continue
            held = getattr(row, field.attr)
            setattr(row, field.attr, 0 if value is None and isinstance(held, int) else value)

    def _read(self, field: Field, raw: object, name: str) -> object:
        if field.kind is not Spelling.ITEMS:
            return read_value(field.kind, raw)
        lines: list[Item] = []
        for body in raw if isinstance(raw, list) else []:
            line = Item()
            self._fill(line, self._items, body, name)
            lines.append(line)
        return lines


def _date_blocks(world: World) -> None:
    """Since when the blocked ones are blocked, for their grace."""
    for customer in world.customers:
        rows = [row for row in world.changes.of_customer(customer.id) if not row.service_id]
        days = [row.date for row in rows if row.new_status == BLOCKED and row.date is not None]
        if customer.status == BLOCKED:
            customer.blocked_on = max(days, default=world.today())


def _claim_numbers(world: World) -> None:
    documents = (*world.invoices, *world.credit_notes)
    world.invoice_numbers.update(row.number for row in world.invoices)
    world.credit_numbers.update(row.number for row in world.credit_notes)
    world.receipts.update(row.receipt_number for row in world.payments)
    ids = [item.id for row in documents for item in row.items]
    world.counters.item = max(ids, default=0)


def _go_on_after(world: World, copy: Copy) -> None:
    """Later records get numbers above every real one, where the service's polls look for them."""
    for kind in COUNTED:
        last = copy.last.get(kind.name)
        table = kind.resource.table(world)
        if last is not None and last.id > max(table.ids, default=0):
            stand_in = kind.blank()
            stand_in.id = last.id
            table.put(stand_in)
            table.remove(stand_in)
    counters = {name: last.counter for name, last in copy.last.items()}
    world.counters.invoice_number = counters.get(INVOICES.name, 0)
    world.counters.credit_number = counters.get(CREDIT_NOTES.name, 0)
    world.counters.receipt = counters.get(PAYMENTS.name, 0)


def check_complete(copy: Copy) -> None:
    """Refuse a copy without any account.

    Raises:
        ConnectorError: there is nothing to rehearse.
    """
    if not copy.of(ACCOUNTS.name):
        raise ConnectorError("none of the linked accounts is on the platform: nothing to rehearse")
