"""A rig: the service over the fakes and a real store, and short words for what tests do with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from connector.domain.accounts import AccountStatus, BillingMode
from connector.domain.ids import AccountId
from connector.domain.invoices import Invoice
from connector.domain.links import LinkSource
from connector.domain.policy import Bounds, CascadePolicy, Mode, Policy
from connector.ports.store import UnitOfWork
from connector.runtime.cycle import CycleReport, run_cycle, start
from connector.runtime.service import Limits, Pen, Service
from connector.runtime.sync import SyncReport, sync_until_idle
from connector.saga.machine import Change
from connector.saga.steps import Operation, OperationState, Step
from connector.store.open import open_store
from connector.store.store import SqlStore
from tests.build import account, invoice, link
from tests.fakes.alerts import FakeAlerts
from tests.fakes.clock import FakeClock, SkippingStop
from tests.fakes.platform import FakePlatform
from tests.fakes.world import World
from tests.proof import prove

ACT = Policy(mode=Mode.ACT, bounds=Bounds(first_run_approval=False))
MIRROR = replace(ACT, cascade=CascadePolicy(suspend="mirror"))
LIMITS = Limits(
    concurrency=2,
    families_max=100,
    sweep=timedelta(hours=24),
    quiescence=timedelta(seconds=120),
)


def url_of(folder: Path) -> str:
    """Where the store of a folder is."""
    return f"sqlite:///{folder}/state.sqlite3"


class Rig:
    """The service, and everything around it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = FakeClock()
        self.platform = FakePlatform(self.clock)
        self.alerts = FakeAlerts()
        self.store: SqlStore = open_store(url_of(folder), clock=self.clock.host)
        prove(self.store)
        self.stop = SkippingStop(self.clock)
        self.service = Service(
            policy=ACT,
            authority=LinkSource.STORE,
            limits=LIMITS,
            store=self.store,
            reader=self.platform,
            writer=self.platform,
            clock=self.clock,
            alerts=self.alerts,
        )
        self.pen = Pen(epoch=self.store.acquire_lease("test"), stop=self.stop)

    @property
    def world(self) -> World:
        """The platform's books."""
        return self.platform.world

    # -- setting up -------------------------------------------------------------------------

    def set_policy(self, policy: Policy) -> None:
        """Other rules; observe mode has no writer."""
        writer = None if policy.mode is Mode.OBSERVE else self.platform
        self.service = replace(self.service, policy=policy, writer=writer)

    def set_limits(self, **limits: int | timedelta) -> None:
        """Other bounds of the service."""
        changed = replace(self.service.limits, **limits)  # type: ignore[arg-type] # by name
        self.service = replace(self.service, limits=changed)

    def family(self, main: int = 1, subs: tuple[int, ...] = (2, 3)) -> None:
        """A main account and aggregated sub-accounts, linked since New Year."""
        self.world.add(*(account(number) for number in (main, *subs) if not self._has(number)))
        self.link(main, *subs)

    def link(self, main: int, *subs: int, mode: BillingMode = BillingMode.AGGREGATED) -> None:
        """Links, and their family on the agenda."""
        with self.store.begin() as unit:
            unit.links.record_links([link(main, sub, mode) for sub in subs], "test", self.at)
            unit.agenda.record_due([AccountId(main)], self.at, "linked by test")
            unit.commit()

    def charge(self, *accounts: int, first: int = 10) -> tuple[Invoice, ...]:
        """An invoice of 12.00 for each account, numbered from ``first``."""
        made = tuple(invoice(n, who, "10.00@20") for n, who in enumerate(accounts, start=first))
        self.world.put(*made)
        return made

    def overdue(self, main: int = 1, number: int = 5) -> None:
        """The main account has not paid what was due in December."""
        day = (self.clock.now() - timedelta(days=40)).date()
        self.world.put(invoice(number, main, "10.00@20", issued_on=day))

    def block(self, *accounts: int, by: int = 0) -> None:
        """Somebody, or the platform itself, blocks accounts."""
        for number in accounts:
            self.world.set_status(number, AccountStatus.BLOCKED, self.clock.now(), by=by)

    def activate(self, *accounts: int) -> None:
        """The platform switches accounts on again."""
        for number in accounts:
            self.world.set_status(number, AccountStatus.ACTIVE, self.clock.now())

    # -- running ----------------------------------------------------------------------------

    def start(self) -> None:
        """What comes first after taking the lease."""
        start(self.service, self.pen)

    def cycle(self) -> CycleReport:
        """One turn."""
        return run_cycle(self.service, self.pen)

    def sync(self, wait_seconds: int = 600) -> SyncReport:
        """Turns until nothing is due."""
        wait = timedelta(seconds=wait_seconds)
        return sync_until_idle(self.service, self.pen, wait=wait, progress=lambda _: None)

    def restart(self) -> None:
        """Another process on the same store and the same platform."""
        self.store.close()
        self.store = open_store(url_of(self.folder), clock=self.clock.host)
        self.service = replace(self.service, store=self.store)
        self.stop = SkippingStop(self.clock)
        self.pen = Pen(epoch=self.store.acquire_lease("test"), stop=self.stop)

    # -- looking ----------------------------------------------------------------------------

    @contextmanager
    def unit(self) -> Iterator[UnitOfWork]:
        """A look into the store, or with ``commit`` a change of it."""
        with self.store.begin() as unit:
            yield unit

    def operations(self, *states: OperationState) -> tuple[Operation, ...]:
        """Operations in some states, or all."""
        with self.store.begin() as unit:
            return unit.journal.load_operations(states or tuple(OperationState))

    def operation(self) -> Operation:
        """The only one."""
        (found,) = self.operations()
        return found

    def operation_of(self, main_id: int) -> Operation:
        """The only one of a family."""
        (found,) = [operation for operation in self.operations() if operation.main_id == main_id]
        return found

    def step(self, number: int) -> Step:
        """A step of the only operation."""
        return next(step for step in self.operation().steps if step.number == number)

    def states(self) -> list[str]:
        """States of the only operation's steps."""
        return [step.state.value for step in self.operation().steps]

    def agenda(self) -> dict[int, str]:
        """Why each family will be looked at."""
        with self.store.begin() as unit:
            return {row.main_id: row.reason for row in unit.agenda.load_all()}

    def fact(self, name: str) -> str | None:
        """One fact."""
        with self.store.begin() as unit:
            return unit.facts.load(name)

    def rules(self) -> list[str]:
        """Rules of everything that stands refused."""
        with self.store.begin() as unit:
            return [row.refusal.rule for row in unit.findings.load_refusals()]

    def record(self, *changes: Change) -> None:
        """Commit changes of steps."""
        with self.store.begin() as unit:
            for change in changes:
                unit.journal.record_event(
                    change.before, change.event, change.after, "test", self.at
                )
            unit.commit()

    def due(self, number: int) -> Decimal:
        """What is due on an invoice."""
        return self.world.invoices[number].due

    def statuses(self, *accounts: int) -> list[str]:
        """Status of accounts."""
        return [self.world.accounts[number].status.value for number in accounts]

    def close(self) -> None:
        """The end."""
        self.store.close()

    def _has(self, number: int) -> bool:
        return number in self.world.accounts

    @property
    def at(self) -> datetime:
        """Billing time in UTC."""
        return self.clock.now().astimezone(UTC)
