"""Walking the clock through the daily rounds."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache

from connector.sandbox.engine.auto_charge import charge_cards
from connector.sandbox.engine.blocking import block_debtors
from connector.sandbox.engine.fees import charge_fees
from connector.sandbox.engine.lifecycle import carry_out_plans
from connector.sandbox.engine.previews import hold_charge_round, issue_due_previews
from connector.sandbox.engine.reminders import send_notices
from connector.sandbox.errors import ControlFault
from connector.sandbox.hooks.notices import deliver_until, tell
from connector.sandbox.witness import SYSTEM
from connector.sandbox.world import World

LONGEST_WALK = timedelta(days=3700)


@dataclass(frozen=True, kw_only=True, slots=True)
class Round:
    """Something the platform does once a day, at the hour that a switch names."""

    hour: str
    hold: Callable[[World], object]

    def at(self, world: World, day: date) -> datetime:
        """The moment of this round on a day."""
        hour: str = getattr(world.switches, self.hour)
        return datetime.combine(day, _time(hour))


_time = cache(time.fromisoformat)

# Rounds of the same hour are held in this order.
ROUNDS = (
    Round(hour="pending_at", hold=carry_out_plans),
    Round(hour="block_at", hold=block_debtors),
    Round(hour="block_at", hold=charge_fees),
    Round(hour="charge_at", hold=hold_charge_round),
    Round(hour="remind_at", hold=send_notices),
    Round(hour="issue_at", hold=issue_due_previews),
    Round(hour="auto_charge_at", hold=charge_cards),
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
        for each in sorted(ROUNDS, key=lambda each: each.at(world, day)):
            moment = each.at(world, day)
            if world.walked_to < moment <= target:
                deliver_until(world, moment)
                world.clock.set(moment)
                each.hold(world)
                tell(world, SYSTEM)
        day += timedelta(days=1)
    deliver_until(world, target)
    world.walked_to = target
