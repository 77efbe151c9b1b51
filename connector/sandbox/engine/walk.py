"""Walking the clock through the daily rounds."""

from collections.abc import Callable
from datetime import datetime, time, timedelta

from connector.sandbox.engine.blocking import block_debtors
from connector.sandbox.engine.charge import charge_due
from connector.sandbox.errors import ControlFault
from connector.sandbox.world import World

LONGEST_WALK = timedelta(days=3700)


def _charge_round(world: World) -> None:
    charge_due(world)


ROUNDS: tuple[tuple[time, Callable[[World], None]], ...] = (
    (time(0, 30), block_debtors),
    (time(2, 0), _charge_round),
)


def advance(world: World, target: datetime) -> None:
    """Walk to a local time, holding every round at its own hour on the way."""
    start = world.now()
    if target < start:
        raise ControlFault("the clock only goes forward")
    if target - start > LONGEST_WALK:
        raise ControlFault(f"at most {LONGEST_WALK.days} days at once")
    _hold_rounds(world, target)
    world.clock.set(target)


def catch_up(world: World) -> None:
    """Hold the rounds that a running clock has passed since the last look."""
    now = world.now()
    if now > world.walked_to:
        _hold_rounds(world, now)
        if world.now() < now:
            world.clock.set(now)


def _hold_rounds(world: World, target: datetime) -> None:
    day = world.walked_to.date()
    while day <= target.date():
        for hour, hold in ROUNDS:
            moment = datetime.combine(day, hour)
            if world.walked_to < moment <= target:
                world.clock.set(moment)
                hold(world)
        day += timedelta(days=1)
    world.walked_to = target
