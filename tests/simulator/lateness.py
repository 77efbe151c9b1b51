"""Writes that the platform carries out after it answered: when each landed, and what it wrote."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from connector.sandbox.api.message import Call, Reply
from connector.sandbox.faults import Fault
from connector.sandbox.lagging import LateWrites
from connector.sandbox.witness import ApiWrite
from connector.sandbox.world import World
from tests.simulator.timeline import Timeline
from tests.simulator.weather import QUIESCENCE

CARRIED_OUT = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class Landing:
    """A write that was carried out late."""

    asked_at: datetime
    landed_at: datetime
    writes: tuple[ApiWrite, ...]

    @property
    def is_beyond(self) -> bool:
        """Whether nobody waited for it any more."""
        return self.landed_at - self.asked_at > QUIESCENCE


class Landings(LateWrites):
    """The platform's late writes, noted as they land."""

    def __init__(self, world: World, timeline: Timeline) -> None:
        super().__init__(world)
        self.beyond: list[Landing] = []
        self._books = world.witness
        self._timeline = timeline

    def add(self, fault: Fault, call: Call, carry_out: Callable[[], Reply]) -> None:
        """Keep a write for later, and note when it is carried out."""
        asked_at = self._timeline.now()

        def land() -> Reply:
            known = len(self._books.writes)
            reply = carry_out()
            landing = Landing(
                asked_at=asked_at,
                landed_at=self._timeline.now(),
                writes=tuple(self._books.writes[known:]),
            )
            if landing.is_beyond and landing.writes:
                self.beyond.append(landing)
            return reply

        super().add(fault, call, land)


def families_of(world: World, landings: Iterable[Landing]) -> set[int]:
    """The accounts that late writes were about, and the mains they are or were linked under."""
    past = {row.link.sub_id: row.link.main_id for row in world.former_links}
    mains = {**past, **{link.sub_id: link.main_id for link in world.links.values()}}
    accounts = {write.customer_id for landing in landings for write in landing.writes}
    return accounts | {mains.get(account, account) for account in accounts}
