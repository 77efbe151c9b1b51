"""The scene of a season: its world at the first second, and its state as one number at the last."""

from __future__ import annotations

import hashlib
from dataclasses import fields, is_dataclass
from datetime import timedelta
from decimal import Decimal

from connector.sandbox.options import SandboxOptions
from connector.sandbox.seed import AccountOrder, ServiceOrder, add_account, build_world
from connector.sandbox.tables import Table
from connector.sandbox.world import World
from tests.simulator.cabinet import Cabinet
from tests.simulator.process import ZONE
from tests.simulator.timeline import PlatformClock, Timeline
from tests.simulator.weather import Weather


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
    world.clock = PlatformClock(timeline, ZONE)
    return world


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
