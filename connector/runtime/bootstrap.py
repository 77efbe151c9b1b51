"""The composition root: from settings to a wired service. The only place that names adapters."""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

from connector.config import Settings
from connector.domain.ids import AccountId
from connector.domain.links import LinkSource
from connector.domain.policy import Mode
from connector.observe.hooks import LogAlerts
from connector.runtime.clocks import ServerClock, WallClock
from connector.runtime.service import Limits, Service
from connector.saga.machine import SEND_MARGIN
from connector.splynx import PlatformOptions, SplynxConnection, SplynxPlatform, SplynxWriter
from connector.store.open import open_store
from connector.store.store import SqlStore


@dataclass(frozen=True, kw_only=True, slots=True)
class Wired:
    """A service, and the adapters behind it for those who diagnose them."""

    service: Service
    platform: SplynxPlatform
    connection: SplynxConnection


@contextmanager
def open_service(settings: Settings) -> Iterator[Wired]:
    """Open store and connection, wire them, and close them afterwards. No request is made yet.

    Raises:
        SetupError: a mapping or the store's address is wrong.
        StoreUnavailable: the store cannot be opened.
    """
    with ExitStack() as stack:
        store = open_store(settings.store.url)
        stack.callback(store.close)
        connection = SplynxConnection(platform_options(settings), reserve_nonce=store.reserve_nonce)
        stack.enter_context(connection)
        yield wire(settings, store, connection)


@contextmanager
def open_for_looking(settings: Settings) -> Iterator[Wired]:
    """The same for all who only look, whatever the mode: there is nothing to write with."""
    with open_service(settings) as wired:
        yield replace(wired, service=replace(wired.service, writer=None))


@contextmanager
def open_for_probe(settings: Settings, account_id: AccountId) -> Iterator[Wired]:
    """The same with a writer that reaches one account alone, in any mode: a person asks for it."""
    with open_service(settings) as wired:
        writer = SplynxWriter(wired.connection, only=account_id)
        yield replace(wired, service=replace(wired.service, writer=writer))


def wire(settings: Settings, store: SqlStore, connection: SplynxConnection) -> Wired:
    """Build the service over adapters that are open already."""
    reader = SplynxPlatform(connection)
    zone = settings.platform.zone
    clock = (
        ServerClock(zone, connection.last_server_time, reader.read_time)
        if settings.platform.clock == "server"
        else WallClock(zone)
    )
    policy = settings.policy()
    service = Service(
        policy=policy,
        authority=LinkSource(settings.links.authority),
        limits=_limits(settings),
        store=store,
        reader=reader,
        writer=writer_of(policy.mode, connection),
        clock=clock,
        alerts=LogAlerts(),
    )
    return Wired(service=service, platform=reader, connection=connection)


def rewired(wired: Wired, settings: Settings) -> Service:
    """The running service under new rules; store and connection stay as they are."""
    policy = settings.policy()
    writer = writer_of(policy.mode, wired.connection)
    return replace(wired.service, policy=policy, limits=_limits(settings), writer=writer)


def writer_of(mode: Mode, connection: SplynxConnection) -> SplynxWriter | None:
    """What can write to the platform; in observe mode there is no such thing."""
    return None if mode is Mode.OBSERVE else SplynxWriter(connection)


def platform_options(settings: Settings) -> PlatformOptions:
    """What the adapter needs of the settings."""
    section = settings.platform
    assert section.key is not None  # noqa: S101 - load_settings saw to it
    assert section.secret is not None  # noqa: S101 - same
    return PlatformOptions(
        base_url=section.base_url,
        key=section.key.get_secret_value(),
        secret=section.secret.get_secret_value(),
        timezone=section.zone,
        auth=section.auth,
        release=section.release,
        concurrency=section.concurrency,
        requests_per_second=section.requests_per_second,
        page_size=section.page_size,
        timeout_seconds=section.timeout_seconds,
    )


def holder_name() -> str:
    """How this process signs the lease."""
    return f"pid {os.getpid()} on {platform.node()}"


def _limits(settings: Settings) -> Limits:
    pace = settings.platform.requests_per_second
    held_back = math.ceil(settings.platform.concurrency / pace) if pace else 0
    return Limits(
        concurrency=settings.platform.concurrency,
        families_max=settings.poll.families_max,
        sweep=timedelta(hours=settings.poll.sweep_hours),
        quiescence=settings.platform.quiescence,
        margin=SEND_MARGIN + timedelta(seconds=held_back),
    )
