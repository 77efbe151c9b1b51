"""The operator: approves, retries, lifts parkings, unfreezes, unlinks, undoes; late, by chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from random import Random

from connector.domain.ids import AccountId
from connector.ports.store import RequestKind, UnitOfWork
from connector.runtime import facts
from connector.sandbox.world import World
from tests.simulator.cabinet import Cabinet
from tests.simulator.stage import Stage

NAME = "operator"
RETRIES = 3
HASTE = 0.3
GIVEN_UP_AT_ONCE = ("claim", "unclaim", "release", "suspend")
"""Steps that may be cancelled without settling anything by hand."""


class Operator:
    """A person with a terminal, who looks at the store now and then and asks for things."""

    def __init__(self, stage: Stage, cabinet: Cabinet, world: World, unlink_rate: float) -> None:
        self.unlink_rate = unlink_rate
        self.undo_rate = 0.0
        self.gives_up = True
        self.settles: Callable[[], None] | None = (
            None  #: once it is calm: what looks like a rollback
        )
        self._stage = stage
        self._cabinet = cabinet
        self._world = world
        self._dice = Random(stage.dice.random())
        self._tries: Counter[tuple[str, int | str]] = Counter()

    def begin(self, shortest: float, longest: float) -> None:
        """Look for the first time, and then again and again after so many seconds."""
        self._stage.at(
            timedelta(seconds=self._dice.uniform(shortest, longest)),
            lambda: self._come_again(shortest, longest),
        )

    def forgive(self) -> None:
        """Forget how often each step was tried: the weather is better now."""
        self._tries.clear()

    def hurry(self) -> None:
        """Come at once, perhaps: whoever ends links may do it just while one is being merged."""
        if self.unlink_rate and self._dice.random() < HASTE:
            self._stage.at(timedelta(seconds=self._dice.uniform(0, 3)), self._look_if_free)

    def _come_again(self, shortest: float, longest: float) -> None:
        self._look_if_free()
        self.begin(shortest, longest)

    def _look_if_free(self) -> None:
        if self._cabinet.desk.holder is None:  # else the store is busy; later
            self._look()

    def _look(self) -> None:
        for row in self._cabinet.rows("SELECT plan_id FROM operation WHERE state = 'proposed'"):
            self._ask(RequestKind.APPROVE, row["plan_id"])
        for row in self._cabinet.rows("SELECT * FROM step WHERE state = 'held'"):
            self._settle(f"{row['plan_id']}/{row['number']}", row["kind"], row["reason"])
        for row in self._cabinet.rows("SELECT main_id FROM parking WHERE lifted_at IS NULL"):
            self._lift(row["main_id"])
        if self._cabinet.rows("SELECT 1 FROM fact WHERE name = ?", facts.FROZEN):
            self._ask(RequestKind.UNFREEZE, "")
        is_apart = self._cabinet.rows("SELECT 1 FROM fact WHERE name = ?", facts.ROLLED_BACK)
        if is_apart and self.settles is not None:
            self._stage.counts["operator: settle"] += 1
            self.settles()
        if self.unlink_rate and self._dice.random() < self.unlink_rate:
            self._unlink()
        if self.undo_rate and self._dice.random() < self.undo_rate:
            self._undo()

    def _undo(self) -> None:
        """Ask for a merge back, be it paid or not: the last look is the connector's."""
        ended = "SELECT plan_id FROM operation WHERE kind = 'merge' AND state = 'closed'"
        merges = [row["plan_id"] for row in self._cabinet.rows(f"{ended} ORDER BY plan_id")]
        if merges:
            self._ask(RequestKind.UNDO, self._dice.choice(merges))

    def _settle(self, step: str, kind: str, reason: str) -> None:
        """Retry, as long as it comes to something else than the tries before."""
        self._tries[step, reason] += 1
        may_go = kind in GIVEN_UP_AT_ONCE and self.gives_up
        if may_go and self._dice.random() < 0.3:
            self._ask(RequestKind.CANCEL, step)
        elif self._tries[step, reason] <= RETRIES:
            self._ask(RequestKind.RETRY, step)

    def _lift(self, main_id: int) -> None:
        """Let a parked family go on, sooner or later: who retries a step may not think of it."""
        if self._dice.random() < 0.5:
            return
        self._tries["parked", main_id] += 1
        if self._tries["parked", main_id] <= RETRIES:
            self._stage.counts["operator: lift"] += 1
            self._ask(RequestKind.RETRY, str(main_id))

    def _ask(self, kind: RequestKind, subject: str) -> None:
        query = "SELECT 1 FROM request WHERE done_at IS NULL AND kind = ? AND subject = ?"
        if self._cabinet.rows(query, kind.value, subject):
            return
        self._stage.counts[f"operator: {kind.value}"] += 1
        self._stage.tell(NAME, f"asks to {kind.value} {subject}")
        now = self._stage.timeline.now()
        self._write(lambda unit: unit.requests.record_request(kind, subject, NAME, now))

    def _unlink(self) -> None:
        """End a link here and there: as the command does, and as it is meant from now on."""
        linked = sorted(self._world.links)
        if not linked:
            return
        link = self._world.links[self._dice.choice(linked)]
        now, today = self._stage.timeline.now(), self._world.today()
        self._stage.counts["operator: unlink"] += 1
        self._stage.tell(NAME, f"unlinks {link.sub_id} from {link.main_id}")
        sub_id, main_id = AccountId(link.sub_id), AccountId(link.main_id)

        def record(unit: UnitOfWork) -> None:
            unit.links.record_end(sub_id, today, NAME, now)
            unit.agenda.record_due([main_id], now, f"unlinked by {NAME}")

        self._write(record)
        self._world.intend(link.sub_id, None)

    def _write(self, change: Callable[[UnitOfWork], object]) -> None:
        store = self._cabinet.open()
        try:
            with store.begin() as unit:
                change(unit)
                unit.commit()
        finally:
            store.close()
