"""Whole looks at a family on mutated answers: what is planned, and on what it rests.

The real adapter, planner and store; only the network is canned, and nothing is ever committed, so
that every look begins alike. What a look would have journaled is what would be sent: the writer
behind it is one that nobody may use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from threading import Event
from typing import Any, NoReturn

import httpx

from connector.domain.accounts import BillingMode
from connector.domain.ids import AccountId
from connector.domain.links import Link, LinkSource
from connector.domain.policy import Bounds, CascadePolicy, MergePolicy, Mode, Policy
from connector.ports.store import UnitOfWork
from connector.runtime.allowance import Allowance
from connector.runtime.plan import plan_due_families
from connector.runtime.service import Limits, Pen, Service
from connector.saga.effects import Effect
from connector.saga.steps import Operation, OperationKind, OperationState
from connector.sandbox.options import SandboxOptions
from connector.sandbox.seed import AccountOrder, ServiceOrder, add_account, build_world
from connector.sandbox.world import World
from connector.splynx import SplynxPlatform
from connector.splynx.mapping import PlatformMapping
from connector.store.open import open_store
from connector.store.store import SqlStore
from tests.fakes.alerts import FakeAlerts
from tests.fakes.guarded import GuardedUnit
from tests.fuzz.feeding import REFUSED, Canned, Fed, mapping_of, rows_of
from tests.fuzz.mutations import dumped, mutate, parsed
from tests.fuzz.oracle import is_said
from tests.fuzz.recording import RELEASES, ZONE, Answer, Key, Release, Tape, connect
from tests.proof import prove
from tests.sandbox.in_process_http import SandboxTransport

LIMITS = Limits(
    concurrency=1,
    families_max=10,
    sweep=timedelta(hours=24),
    quiescence=timedelta(minutes=15),
)
POLICY = Policy(
    mode=Mode.ACT,
    merge=MergePolicy(window=timedelta(), guard=timedelta()),
    cascade=CascadePolicy(suspend="mirror"),
    bounds=Bounds(first_run_approval=False),
)
POISON = {"poison": [1]}
"""No codec takes it: whatever it stands for cannot be known."""

IDS = ("id", "account_id")
NEEDED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "customers/customer?": ("account", ("id", "name", "status", "billing_type", "partner_id")),
    "customers/customer-billing/": (
        "billing",
        ("account_id", "enabled", "balance", "min_balance", "billing_day", "due_days"),
    ),
    "finance/invoices?": (
        "invoice",
        (*IDS, "number", "issued_on", "due_on", "status", "type", "total", "due", "items", "memo"),
    ),
    "logs/changes?": ("status_change", ("id", "account_id", "new", "on", "time")),
}
"""Of whom a look reads what, by address: fields without which nothing may be planned."""

KINDS = (OperationKind.MERGE, OperationKind.RELEASE, OperationKind.SUSPEND)
TO_BE_SENT = {OperationState.OPEN, OperationState.PROPOSED}
PLANNED, NOTHING_PLANNED, POISONED = "planned", "nothing planned", "poisoned"
SHARE_MUTATED = 0.6
LONG_AGO = datetime(2025, 11, 1, tzinfo=UTC).replace(tzinfo=None)
NOT_SAID = "planned on what no answer says"


class _NoWriter:
    """A writer that nobody may use."""

    def send(self, effect: Effect, may_leave: Callable[[], None]) -> NoReturn:
        """Never."""
        del may_leave
        raise AssertionError(f"a look sent {effect}")


class _StillClock:
    """It is now."""

    def __init__(self, world: World) -> None:
        self._now = world.now().replace(tzinfo=ZONE)

    def now(self) -> Any:
        """Billing time."""
        return self._now

    host = now


class _OpenStore:
    """A store in which every transaction is looked at, and none committed."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self.planned: list[Operation] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    @contextmanager
    def begin(self, *, epoch: int | None = None) -> Iterator[UnitOfWork]:
        """A unit of work whose commit is a look."""
        with self._store.begin(epoch=epoch) as unit:

            def look() -> None:
                self.planned += unit.journal.load_operations(TO_BE_SENT)

            yield GuardedUnit(unit, look)


class _Switch(httpx.BaseTransport):
    """A network that can be put in the place of another."""

    def __init__(self, behind: httpx.BaseTransport) -> None:
        self.behind = behind

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Whatever is behind answers."""
        return self.behind.handle_request(request)


class Looker:
    """Looks at one family at a moment at which one thing is to be done: a merge, a release."""

    def __init__(self, kind: OperationKind, release: Release, folder: Path) -> None:
        world = _world_of(kind, release)
        self.kind = kind
        self.mapping = mapping_of(release)
        self._clock: Any = _StillClock(world)
        main, *subs = (AccountId(row.id) for row in world.customers)
        url = f"sqlite:///{folder}/{kind}-{release}.sqlite3"
        self._store = open_store(url, clock=self._clock.now)
        with self._store.begin() as unit:
            unit.links.record_links([_link(sub, main) for sub in subs], "fuzz", self._clock.now())
            unit.agenda.record_due([main], self._clock.now(), "fuzz")
            unit.commit()
        prove(self._store)
        self._pen = Pen(epoch=self._store.acquire_lease("fuzz"), stop=Event())
        tape, self._canned = Tape(SandboxTransport(world)), Canned()
        switch = _Switch(tape)
        self._connection = connect(release, switch, world)
        self.look({})
        switch.behind, self.answers = self._canned, tape.answers
        if [each.kind for each in self.look(self.answers)] != [kind]:
            raise AssertionError(f"{kind} of {release}: something else is planned")

    def feed(self, dice: Random) -> Fed:
        """Look once, with one answer mutated, or poisoned in a field that is needed."""
        key = dice.choice(list(self.answers))
        whole = self.answers[key]
        mutation, body = POISONED, poisoned(dice, self.mapping, key, whole.body)
        if body is None or dice.random() < SHARE_MUTATED:
            mutation, body = mutate(dice, whole.body)
        try:
            planned = self.look({**self.answers, key: replace(whole, body=body)})
        except Exception as error:  # noqa: BLE001 - whatever it is, it was to be ours
            wrong = f"look for a {self.kind}: {type(error).__name__}: {error}: {body[:200]!r}"
            return Fed(mutation=mutation, outcome=REFUSED, wrongs=(wrong,))
        wrongs = [f"{NOT_SAID}: {said}" for said in self._unsaid(planned)]
        if mutation == POISONED:
            wrongs += [f"planned on poison in {key[1][:60]}: {each.summary}" for each in planned]
        outcome = PLANNED if planned else NOTHING_PLANNED
        return Fed(mutation=mutation, outcome=outcome, wrongs=tuple(wrongs))

    def look(self, answers: Mapping[Key, Answer]) -> list[Operation]:
        """What a look at the family would journal, if this were answered."""
        self._canned.answers, self._canned.served = answers, []
        store: Any = _OpenStore(self._store)
        service = Service(
            policy=POLICY,
            authority=LinkSource.STORE,
            limits=LIMITS,
            store=store,
            reader=SplynxPlatform(self._connection),
            writer=_NoWriter(),
            clock=self._clock,
            alerts=FakeAlerts(),
        )
        plan_due_families(service, self._pen, Allowance())
        found: list[Operation] = store.planned
        return found

    def close(self) -> None:
        """The end."""
        self._connection.close()
        self._store.close()

    def _unsaid(self, planned: list[Operation]) -> Iterator[str]:
        """Sources that are not as one of the rows says that were served."""
        rows = [row for body in self._canned.served for row in rows_of(body)]
        names = self.mapping.fields["invoice"]
        for source in (source for operation in planned for source in operation.sources):
            of_it = [row for row in rows if is_said(row.get(names["id"].at), source.invoice_id, {})]
            if not any(is_said(row.get(names["total"].at), source.total, {}) for row in of_it):
                yield f"invoice {source.number} of {source.total}"


def make_lookers(folder: Path) -> list[Looker]:
    """One for each thing that can be planned, and each release."""
    return [Looker(kind, release, folder) for release in RELEASES for kind in KINDS]


def poisoned(dice: Random, mapping: PlatformMapping, key: Key, body: bytes) -> bytes | None:
    """One needed field of one row is what it cannot be; None where nothing is needed."""
    wanted = next((need for part, need in NEEDED.items() if part in key[1]), None)
    found = parsed(body)
    rows = found if isinstance(found, list) else [found]
    if wanted is None or not rows:
        return None
    record, names = wanted
    dice.choice(rows)[mapping.at(record, dice.choice(names))] = POISON
    return dumped(found)


def _world_of(kind: OperationKind, release: Release) -> World:
    """A main account and its sub-accounts, at the moment at which just this is to be done."""
    world = build_world(
        SandboxOptions(release=release, families=0, start="2026-01-31T20:00", timezone=ZONE.key)
    )
    service = (ServiceOrder(price=Decimal("29.99"), tax=Decimal(20)),)
    main = add_account(world, AccountOrder(name="Main", services=service), LONG_AGO)
    subs = [
        add_account(world, AccountOrder(name=f"Sub {n}", services=service), LONG_AGO)
        for n in range(3)
    ]
    control = SandboxTransport(world).box.control
    control("POST", "advance", {"hours": 12})
    if kind is OperationKind.MERGE:
        return world
    if kind is OperationKind.SUSPEND:
        for sub in subs:
            control("POST", "pay", {"customer_id": sub.id})
    control("POST", "advance", {"days": 20})
    if kind is OperationKind.RELEASE:
        for sub in subs:  # cleared by staff, who leave the block to whoever set it
            for invoice in world.invoices.of_customer(sub.id):
                body = {"customer_id": sub.id, "amount": "29.99", "tax": "20"}
                control("POST", "credit", {**body, "invoice_id": invoice.id})
        control("POST", "pay", {"customer_id": main.id})
    return world


def _link(sub_id: AccountId, main_id: AccountId) -> Link:
    return Link(sub_id=sub_id, main_id=main_id, mode=BillingMode.AGGREGATED, since=date(2026, 1, 1))
