"""Which days of a service count as charged.

By the switch `coverage` they do while a debit with the service and a period stands, or for ever
once they were charged. A credit note may take the periods of its invoice back (`reset_period`).
"""

from collections.abc import Iterable
from datetime import date

from connector.sandbox.records import Item, Service
from connector.sandbox.world import World


def covered_to(world: World, service: Service) -> date | None:
    """The last charged day of a service; a copy of an ended one goes on where that was charged."""
    ended = world.services.get(service.parent_id)
    before = None
    if ended is not None and ended.id < service.id and ended.status == "disabled":
        before = covered_to(world, ended)
    ends = [day for day in (before, _own(world, service)) if day is not None]
    return max(ends, default=None)


def note_charged(world: World, items: Iterable[Item]) -> dict[int, date | None]:
    """Remember the charged periods of lines; returns what was remembered before, per service."""
    before: dict[int, date | None] = {}
    for item in items:
        service = world.services.get(item.service_id)
        if service is None or item.period_from is None or item.period_to is None:
            continue
        before.setdefault(service.id, service.charged_to)
        service.charged_from = min(service.charged_from or item.period_from, item.period_from)
        service.charged_to = max(service.charged_to or item.period_to, item.period_to)
    return before


def reset_periods(world: World, invoice_id: int | None, *, asked: bool) -> None:
    """Let a credit note make the periods of its invoice chargeable again, as the switch has it.

    What was charged for later periods since then is left as it is.
    """
    rule = world.switches.reset_period
    invoice = world.invoices.get(invoice_id or 0)
    if invoice is None or rule == "never" or (rule == "asked" and not asked):
        return
    for item in invoice.items:
        service = world.services.get(item.service_id)
        if service is None:
            continue
        if item.transaction_id:
            world.reset_debits.add(item.transaction_id)
        if service.charged_to == item.period_to:
            service.charged_to = None


def _own(world: World, service: Service) -> date | None:
    """Its own coverage; what costs nothing leaves no debit, and counts as charged once it was."""
    if world.switches.coverage == "kept" or not service.unit_price:
        return service.charged_to
    ends = [
        row.period_to
        for row in world.transactions.having("service_id", service.id)
        if row.type == "debit" and row.period_to is not None and row.id not in world.reset_debits
    ]
    return max(ends, default=None)
