"""The stage: only one actor moves at a time, and chance decides at every effect what happens next.

Each daemon has a thread of its own, and a baton goes from hand to hand: whoever has it runs, all
others wait. At every effect (a request before it leaves, its answer, a commit before and after) the
actor asks the stage, which lets it go on, kills it, or makes it wait while time passes and others
act. Nothing depends on threads or on real time, so that a seed always plays the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from heapq import heappop, heappush
from random import Random
from threading import Lock, Thread

from tests.simulator.timeline import Timeline

TRACE_KEPT = 20_000


class Killed(BaseException):
    """The process died here; nothing of it has any effect afterwards."""


class Actor:
    """A process on the stage: its thread, and when it goes on."""

    def __init__(self, stage: Stage, name: str, life: Callable[[Actor], None]) -> None:
        self.name = name
        self.is_alive = True
        self.is_doomed = False
        self.wakes_at: datetime | None = None  #: None while it has the baton
        self.is_looking = False  #: whether it only looks ahead now, and may change nothing
        self.let_go_at = stage.timeline.now()  #: when it last gave a request to the network
        self.pauses = False
        self._stage = stage
        self._life = life
        self._turn = Lock()
        self._turn.acquire()
        self._thread = Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def take_baton(self) -> None:
        """Go on; called by the stage."""
        self.wakes_at = None
        self._turn.release()

    def hand_over(self, until: datetime) -> None:
        """Give the baton back and wait; called in the actor's own thread."""
        self.wakes_at = until
        self._stage.baton.release()
        self._turn.acquire()
        self.pauses = False
        if self.is_doomed:
            raise Killed

    def join(self) -> None:
        """Wait for the thread's end."""
        self._thread.join()

    def _run(self) -> None:
        self._turn.acquire()
        try:
            if not self.is_doomed:
                self._life(self)
        except Killed:
            pass
        except BaseException as failure:  # noqa: BLE001 - whatever it is, the judge must hear of it
            self._stage.failures.append(failure)
        finally:
            self.is_alive = False
            self._stage.baton.release()


class Stage:
    """Actors, events and chance on one timeline."""

    def __init__(self, timeline: Timeline, dice: Random) -> None:
        self.timeline = timeline
        self.dice = dice
        self.baton = Lock()
        self.baton.acquire()
        self.kill_rate = 0.0
        self.pause_rate = 0.0
        self.peril = 1  #: how much likelier both are now: who sends a write has most to lose
        self.counts: Counter[str] = Counter()
        self.failures: list[BaseException] = []
        self.on_effect: Callable[[Actor], None] = lambda _: None  #: told of every effect first
        self.trace: list[str] = []
        self.is_traced = False
        self._actors: list[Actor] = []
        self._events: list[tuple[datetime, int, Callable[[], object]]] = []
        self._drawn = 0

    # -- what actors call -------------------------------------------------------------------

    def effect(self, actor: Actor, what: str) -> None:
        """An effect is about to happen, or has happened: go on, wait, or die."""
        if actor.is_doomed:
            raise Killed
        self.tell(actor.name, what)
        self.on_effect(actor)
        if self.kill_rate and self.dice.random() < self.kill_rate * self.peril:
            self.counts["kills"] += 1
            self.tell(actor.name, "is killed")
            actor.is_doomed = True
            raise Killed
        if self.pause_rate and self.dice.random() < self.pause_rate * self.peril:
            self.counts["pauses"] += 1
            actor.pauses = True
            self.wait(actor, timedelta(seconds=10 ** self.dice.uniform(0, 4)))
        elif self._is_others_turn(self.timeline.now()):
            actor.hand_over(self.timeline.now())

    def wait(self, actor: Actor, span: timedelta) -> None:
        """Let time pass for an actor, while others act."""
        if actor.is_doomed:
            raise Killed
        until = self.timeline.now() + span
        if actor.pauses:
            self.tell(actor.name, f"is stopped for {span}")
        if self._is_others_turn(until):
            actor.hand_over(until)
        else:
            self.timeline.pass_by(span)

    # -- what the director calls ------------------------------------------------------------

    def enter(self, name: str, life: Callable[[Actor], None]) -> Actor:
        """A new process, which begins as soon as it is its turn."""
        actor = Actor(self, name, life)
        actor.wakes_at = self.timeline.now()
        self._actors.append(actor)
        return actor

    def at(self, span: timedelta, event: Callable[[], object]) -> None:
        """Let something happen after a while, between two effects."""
        self._drawn += 1
        heappush(self._events, (self.timeline.now() + span, self._drawn, event))

    def play(self, is_over: Callable[[], bool]) -> None:
        """Give everybody their turns until it is over, or nobody is left."""
        while not is_over():
            actor = self._next_actor()
            event_at = self._events[0][0] if self._events else None
            if event_at is not None and (actor is None or event_at <= _wake(actor)):
                self.timeline.pass_by(event_at - self.timeline.now())
                heappop(self._events)[2]()
            elif actor is not None:
                self.timeline.pass_by(_wake(actor) - self.timeline.now())
                self._let_run(actor)
            else:
                return

    def kill(self, actor: Actor) -> None:
        """Kill a process that waits, and see it die."""
        if actor.is_alive:
            actor.is_doomed = True
            self._let_run(actor)

    def clear(self) -> None:
        """The end: everybody leaves."""
        for actor in tuple(self._actors):
            self.kill(actor)
        self._events.clear()

    def tell(self, who: str, what: str) -> None:
        """A line of the trace."""
        if self.is_traced and len(self.trace) < TRACE_KEPT:
            self.trace.append(f"{self.timeline.now():%m-%d %H:%M:%S} {who:9} {what}")

    def _let_run(self, actor: Actor) -> None:
        actor.take_baton()
        self.baton.acquire()
        if not actor.is_alive:
            actor.join()
            self._actors.remove(actor)

    def _next_actor(self) -> Actor | None:
        return min(self._actors, key=_wake, default=None)

    def _is_others_turn(self, until: datetime) -> bool:
        """Whether anybody else has something to do by then; whoever has the baton does not count."""
        waiting = [actor.wakes_at for actor in self._actors if actor.wakes_at is not None]
        if self._events:
            waiting.append(self._events[0][0])
        return bool(waiting) and min(waiting) <= until


def _wake(actor: Actor) -> datetime:
    assert actor.wakes_at is not None, "whoever waits knows until when"
    return actor.wakes_at
