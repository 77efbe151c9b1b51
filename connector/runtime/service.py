"""Everything a cycle needs, wired once: what the runtime's functions are handed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from threading import Event

from connector.domain.links import LinkSource
from connector.domain.policy import Policy
from connector.ports.alerts import Alerts
from connector.ports.clock import Clock
from connector.ports.platform import BillingReader, BillingWriter
from connector.ports.store import Store
from connector.saga.machine import SEND_MARGIN


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """Bounds of the service itself; every loop and wait has one."""

    concurrency: int  #: families worked on side by side
    families_max: int  #: families looked at in one turn
    sweep: timedelta  #: how often every family is looked at
    quiescence: timedelta  #: how long the platform may still be working on a write we lost sight of
    skew_max: timedelta = timedelta(seconds=60)  #: between our clock and the platform's
    margin: timedelta = SEND_MARGIN  #: between the record of a send and its first byte
    sends_max: int = (
        5  #: sends of one step before a person must look; 2 or more, as asking counts as one
    )
    holds_max: int = 3  #: steps of one family that are held at once before it is parked
    broken_families_max: int = 3  #: families with a broken law at once before all is frozen
    parked_within: timedelta = timedelta(hours=1)  #: what counts as at once; a turn takes less
    rounds_max: int = 50  #: turns of one ``sync``


@dataclass(frozen=True, kw_only=True, slots=True)
class Service:
    """The wired service; ``writer`` is None in observe mode: there is nothing to write with."""

    policy: Policy
    authority: LinkSource
    limits: Limits
    store: Store
    reader: BillingReader
    writer: BillingWriter | None
    clock: Clock
    alerts: Alerts


@dataclass(frozen=True, kw_only=True, slots=True)
class Pen:
    """The right to write: the lease's epoch, the flag that asks for a drain, and a sign of life."""

    epoch: int
    stop: Event
    beat: Callable[[], None] = lambda: None  #: told after every family looked at and every step


@contextmanager
def hold_pen(
    service: Service, holder: str, stop: Event, beat: Callable[[], None] = lambda: None
) -> Iterator[Pen]:
    """Take the lease for as long as the block runs.

    Raises:
        LeaseLost: another living process has it.
    """
    epoch = service.store.acquire_lease(holder)
    try:
        yield Pen(epoch=epoch, stop=stop, beat=beat)
    finally:
        service.store.release_lease()
