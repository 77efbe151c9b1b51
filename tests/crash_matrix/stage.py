"""A stage without chance: effects are numbered, and at one of them, once, trouble strikes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from connector.errors import StoreUnavailable
from tests.simulator.effects import READING
from tests.simulator.stage import Actor, Stage
from tests.simulator.timeline import Timeline

LEAVES = "→ "
COMMITS = "commits"
HAS_ENDED = "has ended a transaction"
LOGIN = "auth/tokens"
FULL = "database or disk is full"

Strike = Callable[[Actor, str], None]


class NumberedStage(Stage):
    """A stage that counts effects and lets one strike happen at a number."""

    def __init__(self, timeline: Timeline) -> None:
        super().__init__(timeline, Random("crash matrix"))
        self.effects: list[str] = []
        self.full_until: datetime | None = None  #: until then nothing can be committed
        self.struck: str | None = None  #: the effect at which trouble struck
        self.looks: Callable[[], None] = _nobody  #: told when a transaction has ended
        self._strike: Strike | None = None
        self._at = 0

    def arm(self, number: int, strike: Strike) -> None:
        """Let trouble strike at an effect, counted from now."""
        self._at, self._strike = len(self.effects) + number, strike

    def effect(self, actor: Actor, what: str) -> None:
        """An effect is about to happen, or has happened."""
        self.effects.append(what)
        number = len(self.effects)
        super().effect(actor, what)
        if what == HAS_ENDED:
            self.looks()
        if number == self._at and self._strike is not None:
            self.struck = what
            self._strike(actor, what)
        if what == COMMITS and self.is_full:
            raise StoreUnavailable(FULL)

    def stop_for(self, actor: Actor, span: timedelta) -> None:
        """Stop a process where it is; everything else goes on."""
        actor.pauses = True
        try:
            self.wait(actor, span)
        finally:
            actor.pauses = False

    @property
    def is_full(self) -> bool:
        """Whether the disk has no room."""
        return self.full_until is not None and self.timeline.now() < self.full_until


def leaves(what: str) -> bool:
    """Whether an effect is a request about to leave."""
    return what.startswith(LEAVES)


def reads(what: str) -> bool:
    """Whether a request only reads."""
    return what.split()[1] in READING


def writes(what: str) -> bool:
    """Whether an effect is a write about to leave; a login is none."""
    return leaves(what) and not reads(what) and LOGIN not in what


def told(what: str) -> str:
    """An effect in a few words, without the body of a request."""
    return " ".join(what.split()[:3])


def _nobody() -> None:
    """Nobody looks."""
