"""One seed from its first second to its judgement: a storm, then a calm in which all must end."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from connector.runtime.lost import settle_lost_interval
from tests.sandbox.in_process_http import SandboxTransport
from tests.simulator.auditing import audit_world, judge_audit
from tests.simulator.cabinet import Cabinet, lose_lock
from tests.simulator.calm import Calm
from tests.simulator.clerk import clerk
from tests.simulator.evidence import Evidence
from tests.simulator.landed import judge_landings
from tests.simulator.lateness import Landings, families_of
from tests.simulator.operator import NAME, Operator
from tests.simulator.outcome import Outcome
from tests.simulator.payers import pay_sometime
from tests.simulator.process import ZONE, Process, Scenery
from tests.simulator.scene import hash_of, make_world, order_of, standing_of, write_memos
from tests.simulator.stage import Actor, Stage
from tests.simulator.timeline import Timeline
from tests.simulator.verdict import judge_season
from tests.simulator.watch import Watch
from tests.simulator.weather import Weather

TICKS_MAX = 150
STORM_TICKS_MAX = 60
IDLE_TICKS_MAX = 4
"""Turns of a storm without a write, after which no more are waited for."""

REQUESTS_MAX = 500


def play(
    weather: Weather,
    folder: Path,
    *,
    is_traced: bool = False,
    is_hashed: bool = True,
    kind: Callable[[Weather, Path], Season] | None = None,
) -> Outcome:
    """Play one seed in a folder that has a fresh store; its state as a number costs extra."""
    random.seed(weather.seed)  # the adapter's waits between attempts are drawn from here
    season = (kind or Season)(weather, folder)
    season.stage.is_traced = is_traced
    try:
        season.storm()
        season.calm()
        return season.outcome(is_hashed=is_hashed)
    finally:
        season.close()


class Season:
    """The world, the stage and everybody on it."""

    def __init__(self, weather: Weather, folder: Path) -> None:
        start = weather.start.replace(tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
        self.weather = weather
        self.timeline = Timeline(start)
        self.stage = Stage(self.timeline, Random(f"stage {weather.seed}"))
        self.world = make_world(weather, self.timeline)
        self.platform = SandboxTransport(self.world)
        self.landings = Landings(self.world, self.timeline)
        self.platform.box._front.late = self.landings
        self.cabinet = Cabinet(folder, self.timeline.now)
        own_number = int(str(weather.switches.get("api_status_admin", 0)))
        self.cabinet.set_up(self.world, own_number)
        self.watch = Watch(self.stage, self.world, self.cabinet, weather)
        self.operator = Operator(self.stage, self.cabinet, self.world, weather.unlink_rate)
        self.operator.undo_rate = weather.undo_rate
        self.watch.wrote = self._let_land
        self.scenery = Scenery(
            weather=weather,
            stage=self.stage,
            cabinet=self.cabinet,
            platform=self.platform,
            traffic=self.watch,
        )
        self.peace: Calm | None = None  #: once the storm is over
        self._actors: dict[str, tuple[Actor, Process]] = {}
        self._ticks = 0
        self._written = (0, 0)  #: so many writes there were, and the turn that saw the latest

    # -- the two halves ---------------------------------------------------------------------

    def storm(self) -> None:
        """Everything that can go wrong in this weather does, at its rate."""
        weather = self.weather
        if weather.has_memos:
            self._control("GET", "state", {})  # holds the rounds that were due before the start
            write_memos(self.world, weather.seed)
        self.stage.kill_rate, self.stage.pause_rate = weather.kill_rate, weather.pause_rate
        self._control("POST", "switch", {**weather.switches, "fault": list(weather.faults)})
        if weather.people_rate:
            self._control("POST", "people", order_of(weather))
        self._enter("main")
        self.operator.begin(60, 6_000 if weather.undo_rate else 40_000)
        self._pay_sometime(self.stage.dice.uniform(2, 6))
        self.stage.play(self.is_storm_over)

    def is_storm_over(self) -> bool:
        """After its turns, and its writes as long as some come."""
        if self.watch.writes != self._written[0]:
            self._written = (self.watch.writes, self._ticks)
        is_idle = self._ticks - self._written[1] >= IDLE_TICKS_MAX
        is_over = self._ticks >= self.weather.turns and (
            is_idle or self.watch.writes >= self.weather.writes
        )
        return is_over or self._ticks >= STORM_TICKS_MAX or self.watch.requests > REQUESTS_MAX

    def calm(self) -> None:
        """Nothing goes wrong any more: time passes until nobody has anything left to do."""
        self.stage.kill_rate = self.stage.pause_rate = 0.0
        self._control("POST", "switch", {"fault": []})
        self._control("DELETE", "people", {})
        at_least = timedelta(hours=30) + self.weather.window
        self.peace = Calm(self.cabinet, self.timeline, self.watch, at_least)
        self.operator.unlink_rate = self.operator.undo_rate = 0.0
        self.operator.gives_up = False
        self.operator.settles = self.settle_loss
        self.operator.forgive()
        rival = self._actors.get("rival")
        if rival is not None:
            self.stage.kill(rival[0])
        self._ticks = 0
        if not self._is_served():
            self._enter("main")
        self.operator.begin(1800, 3600)
        self._pay_sometime(4)
        self.stage.play(lambda: self.is_over() or self._ticks >= TICKS_MAX)

    def settle_loss(self) -> None:
        """Staff deleted the very latest document of ours without a trace: it looks like a restore."""
        with clerk(self.platform, self.cabinet, self.timeline, self.weather) as service:
            settle_lost_interval(service, NAME)

    def is_over(self) -> bool:
        """Whether nobody has anything left to do."""
        return self.peace is not None and self.peace.is_over

    def outcome(self, *, is_hashed: bool = True) -> Outcome:
        """Judge, and tell what was."""
        self.watch.judge_log()
        late = self.landings.beyond if self.weather.is_late else []
        evidence = Evidence(
            self.world,
            self.cabinet,
            self.weather,
            alerts=self.scenery.alerts.heard,
            landed_on=families_of(self.world, late),
        )
        landed = judge_landings(evidence, late)
        verdict = judge_season(evidence, landed)
        crashes = [f"crashed: {type(each).__name__}: {each}" for each in self.stage.failures]
        state_hash = hash_of(self.world, self.cabinet) if is_hashed else ""
        audit = audit_world(self.platform, self.cabinet, self.timeline, self.weather)
        judged = [*verdict.violations, *judge_audit(evidence, audit, landed)]
        return Outcome(
            seed=self.weather.seed,
            violations=[*self.watch.violations, *crashes, *judged],
            unfinished=verdict.unfinished,
            held=verdict.held,
            excused=verdict.excused,
            requests=self.watch.requests,
            writes=self.watch.writes,
            operations=verdict.operations,
            late=landed.ends,
            steps=Counter(row["kind"] for row in evidence.steps if row["state"] == "confirmed"),
            counts=self.stage.counts,
            faults=Counter(self.world.faults_fired),
            people=Counter(
                {name: count["done"] for name, count in self.world.people.counts.items()}
            ),
            state_hash=state_hash,
            standing=standing_of(self.world),
            ended_at=self.timeline.now(),
            trace=self.stage.trace,
        )

    def close(self) -> None:
        """The end."""
        self.stage.clear()
        self.cabinet.close()

    def _let_land(self) -> None:
        """Have the platform carry a late write out at its moment, before the rounds after it."""
        self.operator.hurry()
        for order in self.weather.faults:
            if str(order["kind"]).startswith("late_commit"):
                moment = timedelta(seconds=int(str(order["seconds"])) + 1)
                self.stage.at(moment, lambda: self._control("GET", "state", {}))

    # -- processes --------------------------------------------------------------------------

    def _enter(self, name: str) -> None:
        process = Process(
            scenery=self.scenery, name=name, pause=self._rest, ended=self._process_ended
        )
        self.stage.tell(name, "starts")
        self.stage.counts["starts"] += 1
        self._actors[name] = (self.stage.enter(name, process.live), process)

    def _is_served(self) -> bool:
        found = self._actors.get("main")
        return found is not None and found[0].is_alive

    def _process_ended(self, process: Process) -> None:
        """What looks after services starts the main one again; a rival came by hand."""
        if process.was_refused:
            self.stage.counts["lease lost"] += 1
        if process.name == "main":
            self._ticks += 1
            power = (
                0.5 if self.peace is not None else self.stage.dice.uniform(0, self.weather.tempo[1])
            )
            self.stage.at(timedelta(seconds=10**power), self._restart)

    def _restart(self) -> None:
        if not self._is_served():
            self._enter("main")

    def _rest(self, process: Process) -> timedelta:
        """How long a process rests after a turn; chance may send it away or bring a rival."""
        self._ticks += process.name == "main"
        if self.peace is not None:
            return self.peace.rest()
        dice = self.stage.dice
        if self.weather.kill_rate and dice.random() < 0.05:
            process.stop.set()
        self._bring_rival(dice)
        return timedelta(seconds=10 ** dice.uniform(*self.weather.tempo))

    def _bring_rival(self, dice: Random) -> None:
        if not self.weather.rival_rate or dice.random() >= self.weather.rival_rate:
            return
        rival = self._actors.get("rival")
        if rival is None or not rival[0].is_alive:
            self.stage.counts["rivals"] += 1
            delay = timedelta(seconds=10 ** dice.uniform(0, 4))
            self.stage.at(delay, self._enter_rival)

    def _enter_rival(self) -> None:
        """A second process; if the first one is stopped between two sends, its lock may be lost."""
        rival = self._actors.get("rival")
        if self.peace is not None or (rival is not None and rival[0].is_alive):
            return
        actor, process = self._actors["main"]
        is_sending = self.cabinet.rows("SELECT 1 FROM step WHERE state = 'sending'")
        is_at_rest = not is_sending and self.cabinet.desk.holder is None
        may_lose = actor.is_alive and is_at_rest and self.stage.dice.random() < 0.5
        if may_lose and process.store is not None:
            self.stage.counts["locks lost"] += 1
            self.stage.tell("main", "has lost its lock, and does not know")
            lose_lock(process.store)
            self.watch.forget_holder()
        self._enter("rival")

    def _pay_sometime(self, power: float) -> None:
        pay_sometime(self.stage, self.world, self.platform, power)

    def _control(self, method: str, path: str, values: dict[str, object]) -> None:
        self.platform.box.control(method, path, values)
