"""Questions to our store for people: status, history, what a preview would be called. Read-only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NoReturn, cast

from connector.config import Settings
from connector.domain.accounts import BillingMode
from connector.domain.ids import AccountId, PlanId
from connector.domain.links import LinkMap, LinkSource
from connector.domain.parking import Parking
from connector.domain.refusals import Weight
from connector.domain.snapshot import Quarantined
from connector.errors import PlatformUnavailable
from connector.observe.hooks import LogAlerts
from connector.ports.journal import HistoryRow
from connector.ports.platform import BillingReader
from connector.ports.store import AgendaRow, Finding, OperatorRequest, UnitOfWork
from connector.runtime import facts
from connector.runtime.audit_record import LatestAudit, load_latest
from connector.runtime.clocks import ServerClock, WallClock
from connector.runtime.gate import load_mode, load_obstacle
from connector.runtime.look import FamilyPlan
from connector.runtime.plan import name_operation
from connector.runtime.service import Limits, Service
from connector.runtime.stops import load_stop
from connector.runtime.twice import OffBalance, find_charged_too_little, find_charged_twice
from connector.saga.machine import held_steps, is_done
from connector.saga.planning import Origin
from connector.saga.steps import Operation, OperationState, Step
from connector.store.open import open_store
from connector.store.store import SqlStore

PLAN_ID_LENGTH = 20


@contextmanager
def open_desk(settings: Settings) -> Iterator[Service]:
    """A service over our store alone: it needs no API key, and asks the platform nothing.

    With ``platform.clock = "server"`` its billing time is that of the latest poll.

    Raises:
        SetupError: the store's address is wrong.
        StoreUnavailable: the store cannot be opened.
    """
    store = open_store(settings.store.url)
    try:
        yield _desk(settings, store)
    finally:
        store.close()


def _desk(settings: Settings, store: SqlStore) -> Service:
    zone = settings.platform.zone
    clock: WallClock = WallClock(zone)
    if settings.platform.clock == "server":
        clock = ServerClock(zone, lambda: _load_last_poll(store), clock.host)
    return Service(
        policy=settings.policy(),
        authority=LinkSource(settings.links.authority),
        limits=Limits(
            concurrency=settings.platform.concurrency,
            families_max=settings.poll.families_max,
            sweep=timedelta(hours=settings.poll.sweep_hours),
            quiescence=settings.platform.quiescence,
        ),
        store=store,
        reader=cast("BillingReader", _NobodyToAsk()),
        writer=None,
        clock=clock,
        alerts=LogAlerts(),
    )


class _NobodyToAsk:
    """Stands where the platform would be asked, and says so if anybody tries."""

    def __getattr__(self, name: str) -> NoReturn:
        raise PlatformUnavailable(f"{name}: this command works on our own store alone")


def _load_last_poll(store: SqlStore) -> datetime | None:
    with store.begin() as unit:
        return _instant(unit.facts.load(facts.LAST_POLL))


# -- status ---------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkCount:
    """How many links are valid today."""

    families: int
    aggregated: int
    independent: int


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldStep:
    """One write that waits for a person, and what it belongs to."""

    operation: Operation
    step: Step

    @property
    def name(self) -> str:
        """What ``retry`` and ``cancel`` call it."""
        return f"{self.step.plan_id}/{self.step.number}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Overview:
    """Everything that stands open, from our store alone."""

    last_mode: str | None  #: of the latest cycle; the settings may have changed since
    last_poll: datetime | None
    last_sweep: datetime | None
    links: LinkCount
    frozen: str | None
    obstacle: str  #: why nothing is written for lack of a proven mark, though the mode allows it
    waiting: tuple[Operation, ...]
    under_way: tuple[Operation, ...]  #: steps to do, none of them held
    parked: tuple[Parking, ...]  #: families that get no write, longest first
    held: tuple[HeldStep, ...]
    unverified: tuple[Operation, ...]  #: every step done, but the result is not as it must be
    charged_twice: tuple[OffBalance, ...]  #: families between a pivot and its last relief
    charged_too_little: tuple[OffBalance, ...]  #: between the pivot of an undo and its end
    refusals: tuple[Finding, ...]  #: those that ask for something first
    quarantine: tuple[Quarantined, ...]
    agenda: tuple[AgendaRow, ...]  #: earliest first
    requests: tuple[OperatorRequest, ...]  #: asked for, not carried out yet
    audit: LatestAudit | None = None  #: the latest one over all families

    @property
    def needs_somebody(self) -> bool:
        """Whether something is wrong that does not mend by itself."""
        is_grave = self.audit is not None and self.audit.grave > 0
        stuck = self.held or self.parked or self.unverified or self.quarantine
        return bool(stuck or self.frozen or self.obstacle or is_grave)


def load_overview(service: Service) -> Overview:
    """Look at everything that stands open, in one transaction."""
    today = service.clock.now().date()
    with service.store.begin() as unit:
        unfinished = unit.journal.load_unfinished()
        parked = unit.parkings.load_all_parked()
        stopped = {row.main_id for row in parked}
        frozen = load_stop(unit)
        mode = load_mode(service, unit)
        return Overview(
            last_mode=unit.facts.load(facts.MODE),
            last_poll=_instant(unit.facts.load(facts.LAST_POLL)),
            last_sweep=_instant(unit.facts.load(facts.LAST_SWEEP)),
            links=_count(unit.links.load_map(today)),
            frozen=frozen,
            obstacle="" if mode is service.policy.mode else load_obstacle(unit),
            waiting=unit.journal.load_operations({OperationState.PROPOSED}),
            under_way=tuple(op for op in unfinished if not (held_steps(op) or is_done(op))),
            parked=parked,
            held=_load_held(unit, unfinished),
            unverified=tuple(op for op in unfinished if is_done(op) and op.why),
            charged_twice=find_charged_twice(unfinished, mode, frozen, stopped),
            charged_too_little=find_charged_too_little(unfinished, mode, frozen, stopped),
            refusals=_gravest_first(unit.findings.load_refusals()),
            quarantine=unit.findings.load_quarantine(),
            agenda=_load_agenda(unit),
            requests=unit.requests.load_open(),
            audit=load_latest(unit),
        )


def load_agenda(service: Service) -> tuple[AgendaRow, ...]:
    """Families that will be looked at, earliest first."""
    with service.store.begin() as unit:
        return _load_agenda(unit)


def load_parked(service: Service) -> tuple[tuple[Parking, ...], tuple[HeldStep, ...]]:
    """Families that get no write, and steps that wait for a person."""
    with service.store.begin() as unit:
        return unit.parkings.load_all_parked(), _load_held(unit, unit.journal.load_unfinished())


def load_lifted(service: Service, limit: int) -> tuple[Parking, ...]:
    """Parkings that somebody lifted, latest first."""
    with service.store.begin() as unit:
        return unit.parkings.load_lifted(limit)


def load_under_way(service: Service) -> tuple[Operation, ...]:
    """Operations that have steps to do."""
    with service.store.begin() as unit:
        return tuple(op for op in unit.journal.load_unfinished() if not is_done(op))


def _load_held(unit: UnitOfWork, unfinished: tuple[Operation, ...]) -> tuple[HeldStep, ...]:
    """Held steps, those of withdrawn merges too: a claim that was not handed back needs somebody."""
    known = {op.plan_id for op in unfinished}
    withdrawn = unit.journal.load_operations({OperationState.WITHDRAWN})
    rest = [op for op in withdrawn if op.plan_id not in known]
    return tuple(
        HeldStep(operation=op, step=step) for op in (*unfinished, *rest) for step in held_steps(op)
    )


def _load_agenda(unit: UnitOfWork) -> tuple[AgendaRow, ...]:
    return tuple(sorted(unit.agenda.load_all(), key=lambda row: (row.due_at, row.main_id)))


def _count(links: LinkMap) -> LinkCount:
    modes = [link.mode for link in links.links]
    return LinkCount(
        families=len(links.main_ids),
        aggregated=modes.count(BillingMode.AGGREGATED),
        independent=modes.count(BillingMode.INDEPENDENT),
    )


def _gravest_first(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    return tuple(
        sorted(
            findings,
            key=lambda row: (row.refusal.weight is not Weight.ACT, row.main_id),
        )
    )


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


# -- history --------------------------------------------------------------------------------


def load_history(service: Service, subject: str | None, limit: int) -> tuple[HistoryRow, ...]:
    """Latest events first: of an account, of a plan, or of everything.

    Raises:
        ValueError: the subject is neither an account's number nor a plan's name.
    """
    account_id: AccountId | None = None
    plan_id: PlanId | None = None
    if subject is not None and len(subject) == PLAN_ID_LENGTH:
        plan_id = PlanId(subject.upper())
    elif subject is not None:
        account_id = AccountId(int(subject))
    with service.store.begin() as unit:
        return unit.journal.load_history(account_id=account_id, plan_id=plan_id, limit=limit)


# -- preview --------------------------------------------------------------------------------


def name_operations(service: Service, plan: FamilyPlan) -> tuple[Operation, ...]:
    """The operations of a plan under the names, and in the state, that the journal has for them."""
    if plan.snapshot is None or plan.quarantined:  # nothing of such a family is written
        return ()
    origin = Origin(install_id=service.store.install_id, at=plan.snapshot.at)
    with service.store.begin() as unit:
        return tuple(name_operation(unit, build, origin).operation for build in plan.builders)


def is_recorded(service: Service, operation: Operation) -> bool:
    """Whether the journal has a plan already: it waits, or is under way."""
    with service.store.begin() as unit:
        return unit.journal.load_operation(operation.plan_id) is not None


def resolve_families(service: Service, account_ids: tuple[int, ...]) -> tuple[AccountId, ...]:
    """The families that some accounts belong to, as main or as sub.

    Raises:
        LookupError: with the first account that belongs to none.
    """
    today = service.clock.now().date()  # may ask the platform: never inside a transaction
    with service.store.begin() as unit:
        links = unit.links.load_map(today)
    found: set[AccountId] = set()
    for account_id in account_ids:
        mains = links.main_ids_of(AccountId(account_id))
        if not mains:
            raise LookupError(account_id)
        found |= mains
    return tuple(sorted(found))
