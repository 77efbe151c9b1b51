"""Whose rows may have changed since the last look, and how they looked then.

Knows nothing of the world, so that the world itself can mark what it does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from connector.sandbox.hooks.courier import Courier
from connector.sandbox.hooks.outbox import Outbox
from connector.sandbox.witness import Actor

Key = tuple[str, int]
Views = Mapping[Key, Mapping[str, object]]


@dataclass(kw_only=True, slots=True)
class Mark:
    """Who last moved an account's money, and who its status; None is whoever is acting."""

    money: Actor | None = None
    status: Actor | None = None


@dataclass(kw_only=True, slots=True)
class Hooks:
    """The hooks of one world; without a hook nothing is marked or remembered."""

    outbox: Outbox = field(default_factory=Outbox)
    courier: Courier | None = None
    views: dict[int, Views] = field(default_factory=dict)
    marks: dict[int, Mark] = field(default_factory=dict)

    def mark(self, customer_id: int) -> None:
        """Note that something of an account may have changed."""
        if self.outbox.hooks:
            self.marks.setdefault(customer_id, Mark())

    def mark_money(self, customer_id: int, actor: Actor) -> None:
        """Note who changed an account's documents."""
        if self.outbox.hooks:
            self.marks.setdefault(customer_id, Mark()).money = actor

    def mark_status(self, customer_id: int, actor: Actor) -> None:
        """Note who changed an account's status."""
        if self.outbox.hooks:
            self.marks.setdefault(customer_id, Mark()).status = actor
