"""Work without end: the platform charges, blocks, and people pay, month after month."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from random import Random
from typing import Any

from connector.cli.demo_stage import Stage

FIRST_YEAR, FIRST_MONTH = 2026, 1
MONTHS = 12


class Months:
    """What happens next on the platform; the connector is given time for it in between."""

    def __init__(self, stage: Stage, dice: Random) -> None:
        self.done = 0  #: months that are over
        self.now = ""  #: simulated time after the latest step, local
        self._stage = stage
        self._dice = dice
        self._late: list[int] = []
        self._steps = self._story()

    def step(self) -> None:
        """The next thing happens; then a minute passes, so that a later poll is told apart."""
        next(self._steps)()
        self.now = self._control("advance", minutes=1)["now"]

    def _story(self) -> Iterator[Callable[[], None]]:
        month = FIRST_YEAR * MONTHS + FIRST_MONTH
        while True:
            day = f"{(month - 1) // MONTHS}-{(month - 1) % MONTHS + 1:02}"
            yield partial(self._go_to, f"{day}-02T09:00:00")  # charged that night
            yield partial(self._most_pay, f"{day}-10T09:00:00")
            yield partial(self._go_to, f"{day}-19T09:00:00")  # who did not is blocked
            yield partial(self._others_pay, f"{day}-22T09:00:00")
            self.done += 1
            month += 1

    def _most_pay(self, day: str) -> None:
        self._go_to(day)
        debtors = self._debtors()
        self._late = [account for account in debtors if self._dice.random() < 1 / 3]
        for account in debtors:
            if account not in self._late:
                self._control("pay", customer_id=account)

    def _others_pay(self, day: str) -> None:
        self._go_to(day)
        for account in self._debtors():
            self._control("pay", customer_id=account)

    def _debtors(self) -> list[int]:
        report: dict[str, Any] = self._stage.control("GET", "audit")
        return sorted(
            {doc["customer_id"] for row in report["families"] for doc in row["open_documents"]}
        )

    def _go_to(self, day: str) -> None:
        if not self.now or datetime.fromisoformat(self.now) < datetime.fromisoformat(day):
            self._control("advance", to=day)

    def _control(self, path: str, **values: object) -> Any:
        return self._stage.control("POST", path, values)
