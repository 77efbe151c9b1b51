"""Writes that happen later than they were answered, and reads that do not see the last write."""

import re
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from decimal import Decimal

from connector.sandbox.api.message import Call, Reply
from connector.sandbox.api.router import Api
from connector.sandbox.faults import Fault
from connector.sandbox.ledger.standing import payer_standing
from connector.sandbox.tables import Table
from connector.sandbox.witness import StatusTurn
from connector.sandbox.world import World

READING = frozenset({"GET", "HEAD"})
_ACCOUNT = re.compile(r"/customers/customer/(\d+)/?$")


@dataclass(frozen=True, kw_only=True, slots=True)
class LateWrite:
    """A write that was admitted, and when it will be carried out."""

    carry_out: Callable[[], Reply]
    arrived: int  #: the number of the request that asked for it
    payer: tuple[str, Decimal] | None  #: of a change of an account: its payer's standing then
    request: int | None = None
    moment: datetime | None = None


class LateWrites:
    """The writes still to be carried out, in their order of arrival."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._waiting: list[LateWrite] = []

    def add(self, fault: Fault, call: Call, carry_out: Callable[[], Reply]) -> None:
        """Keep a write for later: by requests, or by the clock if the order has seconds."""
        counters, now = self._world.counters, self._world.now()
        late = LateWrite(
            carry_out=carry_out,
            arrived=counters.request + 1,
            payer=self._payer(call),
            request=None if fault.seconds else counters.request + 1 + int(fault.parameter),
            moment=now + timedelta(seconds=fault.seconds) if fault.seconds else None,
        )
        self._waiting.append(late)

    def settle(self) -> None:
        """Carry out what is due: before a request is answered, and before control looks."""
        due = [late for late in self._waiting if self._is_due(late)]
        self._waiting = [late for late in self._waiting if late not in due]
        for late in due:
            self._carry_out(late)

    def _carry_out(self, late: LateWrite) -> None:
        writes, turns = self._world.witness.writes, self._world.witness.turns
        before = len(writes), len(turns)
        late.carry_out()
        writes[before[0] :] = [replace(row, request=late.arrived) for row in writes[before[0] :]]
        turns[before[1] :] = [_as_asked(late, row) for row in turns[before[1] :]]

    def _payer(self, call: Call) -> tuple[str, Decimal] | None:
        found = _ACCOUNT.search(call.path)
        account = self._world.customers.get(int(found[1])) if found else None
        return None if account is None else payer_standing(self._world, account)

    def _is_due(self, late: LateWrite) -> bool:
        if late.moment is not None:
            return self._world.now() >= late.moment
        return late.request is not None and self._world.counters.request >= late.request


def _as_asked(late: LateWrite, turn: StatusTurn) -> StatusTurn:
    """A change of status as it was right or wrong when it was asked for."""
    if late.payer is None:
        return replace(turn, request=late.arrived)
    status, overdue = late.payer
    return replace(turn, request=late.arrived, payer_status=status, payer_overdue=overdue)


@dataclass(kw_only=True, slots=True)
class Shadow:
    """How the world was before a write, for the next few reads of what was written."""

    api: Api
    path: str
    left: int
    until: datetime | None  #: no read is behind for longer

    def covers(self, call: Call) -> bool:
        """Whether a request reads the row that was written, its list, or what is below it."""
        if call.method not in READING:
            return False
        read, written = call.path.rstrip("/"), self.path.rstrip("/")
        return f"{written}/".startswith(f"{read}/") or f"{read}/".startswith(f"{written}/")


class Shadows:
    """The old states that reads still see."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._cast: list[Shadow] = []

    def cast(self, fault: Fault, call: Call) -> None:
        """Remember how things are now, for the next reads of what this call will write."""
        before = Api(snapshot(self._api.world), self._api.gate)
        until = self._api.world.now() + timedelta(seconds=fault.seconds) if fault.seconds else None
        shadow = Shadow(api=before, path=call.path, left=int(fault.parameter), until=until)
        self._cast.append(shadow)

    def over(self, call: Call) -> Api | None:
        """The API as it was before the earliest write that this read must not see yet."""
        now = self._api.world.now()
        self._cast = [each for each in self._cast if each.until is None or now < each.until]
        found = next((shadow for shadow in self._cast if shadow.covers(call)), None)
        if found is None:
            return None
        found.left -= 1
        if not found.left:
            self._cast.remove(found)
        found.api.world.switches = self._api.world.switches
        return found.api


def snapshot(world: World) -> World:
    """A world whose rows stay as they are now; all else is shared."""
    tables = {
        each.name: deepcopy(getattr(world, each.name))
        for each in fields(world)
        if isinstance(getattr(world, each.name), Table) or each.name == "entries"
    }
    return replace(world, **tables)
