"""Who pays when: seeded behaviour around the last day to pay, equal for equal documents."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from connector.sandbox.ledger.standing import open_invoices
from connector.sandbox.records import Invoice
from connector.sandbox.world import World


class Habit(StrEnum):
    """How people pay."""

    ON_TIME = "on-time"  #: within the week before the last day
    LATE = "late"  #: from three days before the last day to nine after it
    NONE = "none"


DAYS = {Habit.ON_TIME: (-7, 0), Habit.LATE: (-3, 9)}
"""First and last day of payment, counted from the last day to pay."""

OLD_DEBT_DAYS = {Habit.ON_TIME: (0, 2), Habit.LATE: (1, 14)}
"""The same for what should have been paid before the month began, counted from its beginning."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Payers:
    """Everybody who pays, from a day on."""

    habit: Habit
    seed: int
    start: date

    def due_now(self, world: World) -> list[Invoice]:
        """Invoices that are paid now, by account and number."""
        if self.habit is Habit.NONE:
            return []
        found = [
            invoice
            for customer in world.customers
            for invoice in open_invoices(world, customer.id)
            if self.day_of(invoice) <= world.today()
        ]
        return sorted(found, key=lambda invoice: (invoice.customer_id, invoice.id))

    def day_of(self, invoice: Invoice) -> date:
        """The day on which an invoice is paid."""
        last = invoice.date_till or invoice.date_created or self.start
        chance = random.Random(f"{self.seed} {invoice.customer_id} {last}")  # noqa: S311 - must be repeatable
        day = last + timedelta(days=chance.randint(*DAYS[self.habit]))
        if day >= self.start:
            return day
        return self.start + timedelta(days=chance.randint(*OLD_DEBT_DAYS[self.habit]))
