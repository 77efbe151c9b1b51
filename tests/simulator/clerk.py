"""What a person calls from a terminal: a process of its own that reads the platform and our store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from zoneinfo import ZoneInfo

from connector.domain.links import LinkSource
from connector.runtime.service import Service
from connector.splynx import PlatformOptions, SplynxConnection, SplynxPlatform
from connector.splynx.client import Surroundings
from tests.fakes.alerts import FakeAlerts
from tests.sandbox.in_process_http import SandboxTransport
from tests.simulator.cabinet import Cabinet
from tests.simulator.process import LIMITS, ORIGIN, ZONE, policy_of
from tests.simulator.timeline import HostClock, Timeline
from tests.simulator.weather import Weather


@contextmanager
def clerk(
    platform: SandboxTransport, cabinet: Cabinet, timeline: Timeline, weather: Weather
) -> Iterator[Service]:
    """A service that reads alone, between two effects of all others."""
    with _connect(platform, timeline, weather) as connection:
        store = cabinet.open()
        service = Service(
            policy=policy_of(weather),
            authority=LinkSource.STORE,
            limits=LIMITS,
            store=store,
            reader=SplynxPlatform(connection),
            writer=None,
            clock=HostClock(timeline, ZoneInfo(ZONE), weather.skew),
            alerts=FakeAlerts(),
        )
        try:
            yield service
        finally:
            store.close()


@contextmanager
def _connect(
    platform: SandboxTransport, timeline: Timeline, weather: Weather
) -> Iterator[SplynxConnection]:
    world = platform.box.world
    options = PlatformOptions(
        base_url=ORIGIN,
        key=world.key,
        secret=world.secret,
        timezone=ZoneInfo(ZONE),
        auth="basic",
        release=weather.release,
        concurrency=1,
        requests_per_second=Decimal(0),
    )
    around = Surroundings(transport=platform, monotonic=timeline.monotonic, sleep=lambda _: None)
    with SplynxConnection(options, reserve_nonce=lambda floor: floor, around=around) as connection:
        yield connection
