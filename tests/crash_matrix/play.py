"""One play: a scenario from its opening to its end, undisturbed or with one trouble."""

from __future__ import annotations

import copyreg
import io
import pickle
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from connector.sandbox.world import World
from tests.crash_matrix.scenario import Cue, Scenario
from tests.crash_matrix.scene import Scene
from tests.crash_matrix.stage import NumberedStage
from tests.sandbox.in_process_http import SandboxTransport
from tests.simulator.cabinet import FILE, Cabinet, lose_lock
from tests.simulator.operator import Operator
from tests.simulator.process import ZONE, Process, Scenery, ServiceBug, _sound
from tests.simulator.stage import Actor
from tests.simulator.timeline import Timeline
from tests.simulator.watch import Watch

PACE = timedelta(seconds=1000)
"""Between two turns while something is left to do: longer than the quiescence."""

LATER = timedelta(hours=26)
"""After the story: the daily look falls due."""

RESTART = timedelta(seconds=60)
OPERATOR_COMES = timedelta(minutes=10)
TICKS_MAX = 40

BUSY = """
    SELECT (SELECT count(*) FROM step JOIN operation USING (plan_id)
            WHERE operation.state IN ('open', 'withdrawn')
            AND step.state IN ('intended', 'sending', 'unknown')
            AND operation.main_id NOT IN (SELECT main_id FROM parking WHERE lifted_at IS NULL)
            AND NOT EXISTS
            (SELECT 1 FROM step AS ground WHERE ground.plan_id = step.plan_id
             AND ground.state = 'held' AND ground.kind IN ('claim', 'issue')))
        + (SELECT count(*) FROM operation WHERE state = 'open' AND why = '' AND NOT EXISTS
            (SELECT 1 FROM step WHERE step.plan_id = operation.plan_id
             AND step.state NOT IN ('confirmed', 'cancelled')))
        + (SELECT count(*) FROM agenda WHERE due_at IS NOT NULL)
        + (SELECT count(*) FROM request WHERE done_at IS NULL) AS busy
"""
WAITS = """
    SELECT 'proposed' AS what, plan_id AS about, '' AS reason FROM operation
        WHERE state = 'proposed'
    UNION SELECT 'frozen', name, value FROM fact WHERE name = 'frozen'
    UNION SELECT 'held', plan_id || '/' || number, reason FROM step WHERE state = 'held'
    UNION SELECT 'parked', 'parked', main_id FROM parking WHERE lifted_at IS NULL
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Still:
    """A world and a store at rest, to be played on any number of times."""

    moment: bytes  #: the timeline and the world
    store: bytes

    @classmethod
    def of(cls, timeline: Timeline, world: World, folder: Path) -> Still:
        """Keep what is; nobody has the store open."""
        kept = io.BytesIO()
        _Pickler(kept).dump((timeline, world))
        return cls(moment=kept.getvalue(), store=(folder / FILE).read_bytes())

    def restore(self, folder: Path) -> tuple[Timeline, World]:
        """Put the store into a folder, and make the world anew."""
        for old in folder.glob(f"{FILE}*"):
            old.unlink()
        (folder / FILE).write_bytes(self.store)
        made: tuple[Timeline, World] = pickle.loads(self.moment)  # noqa: S301 - our own
        return made


class _Pickler(pickle.Pickler):
    """Keeps a world; its locks, which nobody holds, are made anew."""

    dispatch_table = {**copyreg.dispatch_table, type(Lock()): lambda _: (Lock, ())}  # noqa: RUF012


class CuedWatch(Watch):
    """The judge on the wire, who also lets people notice what has happened."""

    noticed: Callable[[], None] = staticmethod(lambda: None)

    def sees_end(self, actor: Actor, request: httpx.Request, status: int, body: bytes) -> None:
        """An exchange has ended."""
        super().sees_end(actor, request, status, body)
        self.noticed()


class Play:
    """The world, the stage and everybody on it, in one scenario."""

    def __init__(
        self, scenario: Scenario, still: Still, folder: Path, bug: ServiceBug = _sound
    ) -> None:
        random.seed(0)  # the adapter's waits between attempts are drawn from here
        self.scenario = scenario
        self.timeline, self.world = still.restore(folder)
        self.stage = NumberedStage(self.timeline)
        self.cabinet = Cabinet(folder, self.timeline.now)
        platform = SandboxTransport(self.world)
        self.scene = Scene(
            world=self.world,
            platform=platform,
            cabinet=self.cabinet,
            stage=self.stage,
            restart=self._tell_to_end,
        )
        self.watch = CuedWatch(self.stage, self.world, self.cabinet, scenario.weather)
        self.watch.noticed = self.stage.looks = self._notice
        self.watch.wrote = self._let_land
        self.operator = Operator(self.stage, self.cabinet, self.world, 0.0)
        self.scenery = Scenery(
            weather=scenario.weather,
            stage=self.stage,
            cabinet=self.cabinet,
            platform=platform,
            traffic=self.watch,
            bug=bug,
        )
        self.cues: list[Cue] = []
        self.unfinished = ""  #: that the service never came to rest
        self.waited = 0  #: how often a person had to come
        self._actors: list[tuple[Actor, Process]] = []
        self._is_at_rest = False
        self._moved = False  #: whether somebody acted since the last turn began
        self._ticks = 0
        self._is_open = False
        self._is_awaited = False

    # -- what the series calls --------------------------------------------------------------

    def play_to_rest(self) -> None:
        """Let the service work until nothing is left to do."""
        self.play_turns(TICKS_MAX)
        if not self._is_at_rest:
            left = self.scene.rows(BUSY)[0]["busy"]
            self.unfinished = f"not at rest after {TICKS_MAX} turns: {left} things are left"

    def play_turns(self, turns: int) -> None:
        """Let the service work for so many turns, or until nothing is left to do."""
        self._is_open, self._is_at_rest, self._ticks = True, False, 0
        self.enter("main")
        self.stage.play(lambda: self._is_at_rest or self._ticks >= turns)
        self._close_doors()

    def come_back_later(self) -> None:
        """A day passes; all trouble is over, the service starts anew and looks at everything."""
        self.world.switches.fault.clear()
        self.timeline.pass_by(LATER)
        self.play_to_rest()

    def go_to(self, local: str) -> None:
        """Let time pass until a local time."""
        moment = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(ZONE))
        self.timeline.pass_by(moment - self.timeline.now())

    def close(self) -> None:
        """The end."""
        self._close_doors()
        self.stage.clear()
        self.cabinet.close()

    # -- what troubles call -----------------------------------------------------------------

    def enter(self, name: str) -> None:
        """A process starts."""
        process = Process(
            scenery=self.scenery, name=name, pause=self._rest, ended=self._process_ended
        )
        self.stage.tell(name, "starts")
        self._actors.append((self.stage.enter(name, process.live), process))

    def process_of(self, actor: Actor) -> Process:
        """The process that an actor is."""
        return next(process for found, process in self._actors if found is actor)

    def bring_rival(self, actor: Actor) -> None:
        """Another process takes over from one that is stopped, and whose lock is lost."""
        process = self.process_of(actor)

        def take_over() -> None:
            if process.store is not None:
                lose_lock(process.store)
                self.watch.forget_holder()
            self.enter("rival")

        self.stage.at(RESTART, take_over)

    # -- the life of the service ------------------------------------------------------------

    def _process_ended(self, process: Process) -> None:
        """What looks after services starts one again, if none is left."""
        self._actors = [each for each in self._actors if each[1] is not process]
        self._ticks += 1
        if self._is_open and not self._actors:
            self.stage.at(RESTART, self._restart)

    def _tell_to_end(self) -> None:
        for _, process in self._actors:
            process.stop.set()

    def _restart(self) -> None:
        if self._is_open and not self._actors:
            self.enter("main")

    def _rest(self, process: Process) -> timedelta:
        """A turn has ended: a process rests, and somebody sees whether anything is left."""
        del process
        self._ticks += 1
        self._notice()
        has_moved, self._moved = self._moved, False
        self._is_at_rest = not has_moved and self._is_nothing_left()
        self.stage.at(timedelta(), _look_up)  # has the stage ask whether it is over
        return PACE

    def _is_nothing_left(self) -> bool:
        if any(actor.pauses for actor, _ in self._actors) or self.stage.is_full:
            return False
        if self.scene.platform.box._front.late._waiting:
            return False
        waiting = [row for row in self.scene.rows(WAITS) if not self._is_given_up(row)]
        if waiting and not self._is_awaited:
            self._is_awaited = True
            self.stage.at(OPERATOR_COMES, self._operator_comes)
        return not waiting and not self.scene.rows(BUSY)[0]["busy"]

    def _is_given_up(self, row: dict[str, Any]) -> bool:
        is_tried = row["what"] in {"held", "parked"}
        tries = self.operator._tries[row["about"], row["reason"]]
        return is_tried and tries >= self.scenario.patience

    def _operator_comes(self) -> None:
        if self.cabinet.desk.holder is not None:
            self.stage.at(OPERATOR_COMES, self._operator_comes)
            return
        self._is_awaited = False
        self._moved = True
        self.waited += 1
        self.operator._look()

    # -- what happens by itself -------------------------------------------------------------

    def _notice(self) -> None:
        """Let whoever waits for this moment act, unless a process has the store."""
        while self.cues and self.cabinet.desk.holder is None and self.cues[0].when(self.scene):
            self._moved = True
            self.stage.tell("people", "act")
            self.cues.pop(0).act(self.scene)

    def _let_land(self) -> None:
        """Have the platform carry a late write out at its moment."""
        for fault in self.world.switches.fault:
            if fault.about.name.startswith("late_commit"):
                self.stage.at(timedelta(seconds=fault.seconds + 1), self._land)

    def _land(self) -> None:
        self.scene.control("GET", "state")
        self._notice()

    def _close_doors(self) -> None:
        """Nobody is left; nothing starts any more."""
        self._is_open = False
        for actor, _ in tuple(self._actors):
            self.stage.kill(actor)
        self._actors.clear()


def _look_up() -> None:
    """Nothing."""
