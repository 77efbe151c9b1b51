"""The scene of a season: its world at the first second, and its state as one number at the last."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from connector.sandbox.audit.carriers import find_carriers
from connector.sandbox.ledger.invoices import issue_invoice
from connector.sandbox.options import SandboxOptions
from connector.sandbox.records import Invoice, Item
from connector.sandbox.seed import AccountOrder, ServiceOrder, add_account, build_world
from connector.sandbox.tables import Table
from connector.sandbox.witness import SYSTEM
from connector.sandbox.world import World
from tests.simulator.cabinet import Cabinet
from tests.simulator.process import ZONE
from tests.simulator.timeline import PlatformClock, Timeline
from tests.simulator.weather import Weather

MEMOS = (
    "Call first.",
    "Ask for Mr Novák,\nat the side door ",
    "\n\n",
    " 50 % agreed\r\n",
    "☎ 1:2:3",
)


def make_world(weather: Weather, timeline: Timeline) -> World:
    """Families that are meant, a stranger with a service, and the month's charges as they fall."""
    options = SandboxOptions(
        release="5.1" if weather.release == "auto" else weather.release,
        seed=weather.seed,
        families=weather.families,
        subs=weather.subs,
        start="2026-01-31T18:00:00",
        timezone=ZONE,
    )
    world = build_world(options)
    stranger = AccountOrder(name="Stranger", services=(ServiceOrder(price=Decimal(25)),))
    add_account(world, stranger, world.now() - timedelta(days=90))
    if weather.is_month_end:
        for account in world.customers:
            world.billing_of(account.id).billing_date = 1
    if weather.has_debts:
        _indebt(world)
    world.clock = PlatformClock(timeline, ZONE)
    return world


def _indebt(world: World) -> None:
    """Main accounts have an old bill, and two days to pay those to come: they will be blocked."""
    for main_id in sorted({link.main_id for link in world.links.values()}):
        world.billing_of(main_id).billing_due = 2
        bill = Invoice(
            customer_id=main_id,
            type="recurring",
            items=[
                Item(description="January", price=Decimal(30), quantity=Decimal(1), tax=Decimal(20))
            ],
            date_created=date(2026, 1, 9),
            date_till=date(2026, 1, 24),
        )
        issue_invoice(world, bill, SYSTEM)


def write_memos(world: World, seed: int) -> None:
    """Staff have written on half of the invoices, each in a way of its own."""
    dice = Random(f"memos {seed}")
    for invoice in world.invoices:
        if dice.random() < 0.5:
            invoice.memo = dice.choice(MEMOS)


def order_of(weather: Weather) -> dict[str, object]:
    """What people are ordered to do in the storm."""
    actions = list(weather.people)
    return {"seed": weather.seed, "rate": str(weather.people_rate), "actions": actions}


def hash_of(world: World, cabinet: Cabinet) -> str:
    """All rows of the platform and of the store as one number; equal seeds make equal ones."""
    made = hashlib.sha256()
    for each in fields(world):
        table = getattr(world, each.name)
        if isinstance(table, Table):
            for row in table:
                made.update(_plain(row).encode())
    made.update(repr(cabinet.contents()).encode())
    return made.hexdigest()[:16]


def standing_of(world: World) -> dict[str, str]:
    """What each account owes, how it stands, and which charges a merged document carries.

    Without numbers of records, which differ where documents were made in another order.
    """
    members = {link.sub_id for link in world.links.values()}
    members |= {link.main_id for link in world.links.values()}
    found = {
        f"account {row.id}": f"{row.status}, balance {world.billing_of(row.id).deposit:.2f}"
        for row in world.customers
        if row.id in members
    }
    carried = {
        section.source.invoice_id
        for carrier in find_carriers(world)
        for section in carrier.sections
    }
    counts: Counter[str] = Counter()
    for charge in world.witness.charges.values():
        invoice = world.invoices.get(charge.invoice_id)
        day = None if invoice is None else invoice.date_created
        kind = "merged" if charge.invoice_id in carried else "its own"
        if charge.customer_id in {link.main_id for link in world.links.values()}:
            kind = "of the main"  # its own is folded in or not by whether it is overdue by then
        counts[f"{charge.total} of account {charge.customer_id}, {day}: {kind}"] += 1
    found[f"{world.today():%Y-%m}: the end"] = ""
    return {**found, **{name: str(times) for name, times in counts.items()}}


def _plain(row: object) -> str:
    """A row as text that is the same in every run: sets have no order of their own."""
    if is_dataclass(row) and not isinstance(row, type):
        parts = (f"{each.name}={_plain(getattr(row, each.name))}" for each in fields(row))
        return f"{type(row).__name__}({','.join(parts)})"
    if isinstance(row, (list, tuple)):
        return f"[{','.join(map(_plain, row))}]"
    if isinstance(row, (set, frozenset)):
        return f"{{{','.join(sorted(map(_plain, row)))}}}"
    return repr(row)
