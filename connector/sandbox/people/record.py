"""What people are ordered to do, and what they did; knows nothing of the world."""

import random
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from decimal import Decimal

DEEDS_KEPT = 50_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """Act before a request with probability `rate`, until a moment; without customers on anyone."""

    seed: int
    rate: Decimal
    actions: tuple[str, ...]
    customers: tuple[int, ...] = ()
    until: datetime | None = None

    def shown(self) -> dict[str, object]:
        """The order as the control API lists it."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True, slots=True)
class Deed:
    """One act: before which request, on whom, and how it ended: done, refused or nothing to do."""

    number: int
    request: int
    at: datetime
    action: str
    customer_id: int
    outcome: str
    rows: Mapping[str, int] = field(default_factory=dict)
    why: str = ""

    def shown(self) -> dict[str, object]:
        """The deed as the control API lists it."""
        return asdict(self)


@dataclass(kw_only=True, slots=True)
class People:
    """The standing order if any, and all deeds so far."""

    order: Order | None = None
    dice: random.Random = field(default_factory=lambda: random.Random(0))
    deeds: deque[Deed] = field(default_factory=lambda: deque(maxlen=DEEDS_KEPT))
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    acts: int = 0
    drawn: int = 0  # acts by chance under the present order

    def obey(self, order: Order | None) -> None:
        """Follow an order from now on, from its seed; counts begin anew with it, deeds go on."""
        self.order = order
        if order is not None:
            self.dice = random.Random(order.seed)
            self.counts.clear()
            self.drawn = 0

    def note(self, deed: Deed) -> Deed:
        """Keep a deed."""
        self.deeds.append(deed)
        self.counts.setdefault(deed.action, Counter())[deed.outcome] += 1
        return deed
