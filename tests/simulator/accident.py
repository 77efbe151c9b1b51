"""A season in whose storm something is lost at a drawn effect; a person mends it afterwards."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from random import Random

from connector.errors import ConnectorError
from connector.runtime import facts
from connector.runtime.service import Service
from connector.sandbox.errors import SandboxError
from tests.simulator.cabinet import Rows
from tests.simulator.clerk import clerk
from tests.simulator.outcome import Outcome
from tests.simulator.payers import pay
from tests.simulator.process import Process
from tests.simulator.season import Season
from tests.simulator.stage import Actor, Killed
from tests.simulator.weather import Weather

LATEST = 500
"""The effect by which it strikes, at the latest; a storm with fewer is struck at its end."""

AFTERMATH_TICKS = 40
NAME = "mender"
LASTING = timedelta(days=9)
"""How long a season lasts whose end is compared with another's."""


class ThriftySeason(Season):
    """Where no person acts, main accounts pay when all else has ended, and so two ends compare.

    All of them end at one moment, or after it: the platform charges and blocks by the calendar.
    """

    def __init__(self, weather: Weather, folder: Path, until: datetime | None = None) -> None:
        super().__init__(weather, folder)
        noon = datetime.combine(weather.start.date() + LASTING, time(12), UTC)
        self.until = noon if until is None else max(noon, until)

    def _pay_sometime(self, power: float) -> None:
        if self.weather.people_rate:
            super()._pay_sometime(power)

    def _rest(self, process: Process) -> timedelta:
        rest, left = super()._rest(process), self.until - self.timeline.now()
        return min(rest, left) if self.peace is not None and left > timedelta() else rest

    def is_over(self) -> bool:
        """Not before all have paid, and the moment has come at which ends compare."""
        if self.peace is None or not super().is_over():
            return False
        if self.weather.people_rate:
            return True
        mains = sorted({link.main_id for link in self.world.links.values()})
        paid = [main_id for main_id in mains if pay(self.stage, self.platform, main_id)]
        if paid:
            self.peace.go_on(timedelta(hours=40))
            return False
        if self.timeline.now() < self.until:
            self.peace.is_over = False  # not between two turns any more, by then
            return False
        return True


class Accident(ThriftySeason):
    """What a lost store and a platform that goes back have in common."""

    name = "accident"

    def settle_loss(self) -> None:
        """Done as the accident asks for it."""

    def __init__(self, weather: Weather, folder: Path) -> None:
        super().__init__(weather, folder)
        self.drawn = Random(f"{self.name} {weather.seed}")
        self.effects = 0
        self.strikes_at = self.drawn.randint(1, LATEST)
        self.is_struck = False
        self.is_mended = True
        self.watch.wrote = self.judge_write

    # -- what a kind of accident says -------------------------------------------------------

    def notice(self, actor: Actor) -> None:
        """An effect of the storm is about to happen."""

    def may_strike(self) -> bool:
        """Whether its moment, once it has come, is right."""
        return True

    def strike(self) -> None:
        """Everybody is dead: lose something."""
        raise NotImplementedError

    def mend(self, service: Service) -> None:
        """A person does what the runbook says; ``is_mended`` at the end."""
        raise NotImplementedError

    def has_passed(self) -> bool:
        """Whether nothing shows it any more, though nobody has noticed it."""
        return False

    def judge_apart(self) -> None:
        """A write arrives before it is mended."""
        self.watch.blame("writes before a person has mended it")

    # -- the course of it -------------------------------------------------------------------

    def storm(self) -> None:
        """A storm up to the accident, and what comes of it in the same weather."""
        self.stage.on_effect = self._count
        super().storm()
        self.stage.on_effect = lambda _: None
        for actor, _ in tuple(self._actors.values()):
            self.stage.kill(actor)
        self.stage.tell("ACCIDENT", self.name)
        self.stage.counts[f"accident: {self.name}"] += 1
        self.strike()
        self._come_again()
        self._ticks = 0
        self._restart()
        self.stage.play(lambda: self.is_mended or self._ticks >= AFTERMATH_TICKS)

    def is_storm_over(self) -> bool:
        """At the latest when it has struck."""
        return self.is_struck or super().is_storm_over()

    def judge_write(self) -> None:
        """A write arrives."""
        self._let_land()
        if not self.is_mended or self.fact(facts.RECOVERY) or self.fact(facts.ROLLED_BACK):
            self.judge_apart()

    def fact(self, name: str) -> str | None:
        """One fact, past all code of the connector's."""
        rows: Rows = self.cabinet.rows("SELECT value FROM fact WHERE name = ?", name)
        return str(rows[0]["value"]) if rows else None

    def outcome(self, *, is_hashed: bool = True) -> Outcome:
        """Judge, and whether it ever came to a mend."""
        outcome = super().outcome(is_hashed=is_hashed)
        if not self.is_mended:
            outcome.unfinished.append(f"{self.name}: never noticed, or never mended")
        return outcome

    def is_over(self) -> bool:
        """Not before it was mended."""
        return self.is_mended and super().is_over()

    def _count(self, actor: Actor) -> None:
        self.effects += 1
        if self.is_struck or (self.effects >= self.strikes_at and self.may_strike()):
            self.is_struck = True
            actor.is_doomed = True
            raise Killed
        self.notice(actor)

    def _restart(self) -> None:
        if not self.is_struck or self.stage.counts[f"accident: {self.name}"]:
            super()._restart()

    def _come_again(self) -> None:
        """The mender looks now and then, and tries again when the platform is ill."""
        is_told = any(self.fact(name) for name in (facts.RECOVERY, facts.ROLLED_BACK))
        if not is_told and not self.is_mended and self.has_passed():
            self.stage.counts["accidents without a trace"] += 1
            self.is_mended = True
            self.watch.is_apart = False
        if is_told and self.cabinet.desk.holder is None:
            try:
                with clerk(self.platform, self.cabinet, self.timeline, self.weather) as service:
                    self.mend(service)
            except (ConnectorError, SandboxError) as trouble:
                self.stage.tell(NAME, f"has trouble: {trouble}")
        self.stage.at(timedelta(seconds=self.drawn.uniform(200, 3000)), self._come_again)
