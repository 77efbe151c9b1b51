"""One process of the connector on the stage: wired as in life, ticking as the daemon ticks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from threading import Event
from zoneinfo import ZoneInfo

from connector.domain.links import LinkSource
from connector.domain.policy import Bounds, CascadePolicy, MergePolicy, Policy
from connector.errors import LeaseLost, PlatformError, StoreUnavailable
from connector.runtime.bootstrap import Wired, writer_of
from connector.runtime.daemon import _Daemon, _Wishes
from connector.runtime.preview import all_families, preview
from connector.runtime.service import Limits, Service, hold_pen
from connector.splynx import PlatformOptions, SplynxConnection, SplynxPlatform
from connector.splynx.client import Surroundings
from connector.store.store import SqlStore
from tests.fakes.alerts import FakeAlerts
from tests.sandbox.in_process_http import SandboxTransport
from tests.simulator.cabinet import Cabinet, abandon
from tests.simulator.effects import StagedStore, StagedTransport, Traffic
from tests.simulator.stage import Actor, Stage
from tests.simulator.timeline import HostClock
from tests.simulator.weather import QUIESCENCE, Weather

ORIGIN = "http://platform.example"
ZONE = "Europe/Prague"

ServiceBug = Callable[[Service], Service]


def _sound(service: Service) -> Service:
    return service


@dataclass(frozen=True, kw_only=True, slots=True)
class Scenery:
    """What every process of one seed has in common."""

    weather: Weather
    stage: Stage
    cabinet: Cabinet
    platform: SandboxTransport
    traffic: Traffic
    bug: ServiceBug = _sound  #: what a test plants, to see that it is caught
    alerts: FakeAlerts = field(default_factory=FakeAlerts)  #: heard of all processes


@dataclass(kw_only=True, slots=True)
class Process:
    """A daemon from its start to its end."""

    scenery: Scenery
    name: str
    pause: Callable[[Process], timedelta]  #: how long it rests between two turns
    ended: Callable[[Process], None]  #: told when it is no more
    stop: Event = field(default_factory=Event)
    ticks: int = 0
    was_refused: bool = False  #: another one has the lease, or took it
    store: SqlStore | None = None

    def live(self, actor: Actor) -> None:
        """The life of the process: open, take the lease, tick, end."""
        while self.scenery.cabinet.desk.holder is not None:
            self.scenery.stage.wait(actor, timedelta(seconds=1))
        self.store = self.scenery.cabinet.open()
        try:
            self._serve(actor)
        except (LeaseLost, StoreUnavailable) as refused:
            self.was_refused = isinstance(refused, LeaseLost)
            self.scenery.stage.tell(self.name, f"ends: {refused}")
        finally:
            actor.is_doomed = True
            abandon(self.store)
            self.ended(self)

    def _serve(self, actor: Actor) -> None:
        stage = self.scenery.stage
        with self._connect(actor) as connection:
            wired = self._wire(actor, connection)
            with hold_pen(wired.service, self.name, self.stop) as pen:
                stage.tell(self.name, f"holds the lease, epoch {pen.epoch}")
                daemon = _Daemon(None, wired, pen, _Wishes())
                while not self.stop.is_set():
                    daemon._tick()
                    self.ticks += 1
                    stage.tell(self.name, "has ended its turn")
                    self._look_ahead(actor, wired.service)
                    if not self.stop.is_set():
                        stage.wait(actor, self.pause(self))

    def _look_ahead(self, actor: Actor, service: Service) -> None:
        """Now and then, say what the next turn would do with every family, and change nothing."""
        every, stage = self.scenery.weather.looks_ahead, self.scenery.stage
        if not every or self.ticks % every:
            return
        stage.counts["dry runs"] += 1
        stage.tell(self.name, "begins a dry run")
        actor.is_looking = True
        try:
            plans = list(preview(service, all_families(service)))
        except PlatformError as trouble:
            stage.tell(self.name, f"ends its dry run: {trouble}")
        else:
            stage.tell(self.name, f"has looked ahead at {len(plans)} families")
        finally:
            actor.is_looking = False

    def _connect(self, actor: Actor) -> SplynxConnection:
        scenery, stage = self.scenery, self.scenery.stage
        world, weather = scenery.platform.box.world, scenery.weather
        assert self.store is not None
        options = PlatformOptions(
            base_url=ORIGIN,
            key=world.key,
            secret=world.secret,
            timezone=ZoneInfo(ZONE),
            auth=weather.auth,
            release=weather.release,
            concurrency=1,
            requests_per_second=Decimal(0),
            page_size=weather.page_size,
        )
        around = Surroundings(
            transport=StagedTransport(stage, actor, scenery.platform, scenery.traffic),
            monotonic=stage.timeline.monotonic,
            sleep=lambda seconds: stage.wait(actor, timedelta(seconds=seconds)),
        )
        staged = self._staged(self.store, actor)
        return SplynxConnection(options, reserve_nonce=staged.reserve_nonce, around=around)

    def _staged(self, store: SqlStore, actor: Actor) -> StagedStore:
        scenery = self.scenery
        return StagedStore(store, scenery.stage, actor, scenery.cabinet.desk, scenery.traffic)

    def _wire(self, actor: Actor, connection: SplynxConnection) -> Wired:
        scenery = self.scenery
        assert self.store is not None
        policy = policy_of(scenery.weather)
        reader = SplynxPlatform(connection)
        service = Service(
            policy=policy,
            authority=LinkSource.STORE,
            limits=replace(LIMITS, sends_max=scenery.weather.sends_max),
            store=self._staged(self.store, actor),
            reader=reader,
            writer=writer_of(policy.mode, connection),
            clock=HostClock(scenery.stage.timeline, ZoneInfo(ZONE), scenery.weather.skew),
            alerts=scenery.alerts,
        )
        return Wired(service=scenery.bug(service), platform=reader, connection=connection)


LIMITS = Limits(concurrency=1, families_max=100, sweep=timedelta(hours=24), quiescence=QUIESCENCE)


def policy_of(weather: Weather) -> Policy:
    """The operator's rules in this weather."""
    merge = MergePolicy(window=weather.window)
    return Policy(
        mode=weather.mode,
        merge=merge if weather.guard else replace(merge, guard=timedelta()),
        cascade=CascadePolicy(suspend="mirror" if weather.mirror else "off"),
        bounds=Bounds(first_run_approval=weather.approval),
    )
