"""The daemon's store and network with a stage between: every effect can be its last."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Protocol

import httpx

from connector.domain.ids import AccountId
from connector.errors import StoreUnavailable
from connector.ports.store import UnitOfWork
from connector.ports.trace import ChainReport, FamilyTrace
from connector.store.store import SqlStore
from tests.fakes.guarded import GuardedUnit
from tests.sandbox.in_process_http import SandboxTransport
from tests.simulator.stage import Actor, Killed, Stage

BUSY_SECONDS = 30
READING = frozenset({"GET", "HEAD", "OPTIONS"})
LOGIN = "/auth/tokens"
PERIL = 6
IDLE = timedelta(seconds=75)
"""How long a server keeps a connection on which nothing comes: who is stopped for longer between
his last look at the clock and the first byte finds it closed."""


def is_write(request: httpx.Request) -> bool:
    """Whether a request changes something on the platform."""
    return request.method not in READING and LOGIN not in request.url.path


class Traffic(Protocol):
    """Somebody who watches the wire and the store."""

    def sees_request(self, actor: Actor, request: httpx.Request) -> None:
        """A request arrives at the platform."""
        ...

    def sees_end(self, actor: Actor, request: httpx.Request, status: int, body: bytes) -> None:
        """Its answer leaves, or with status 0 none does."""
        ...

    def sees_commit(self, actor: Actor) -> None:
        """A transaction was committed."""
        ...

    def sees_look(self, actor: Actor) -> None:
        """A transaction has ended in which our store was only read."""
        ...

    def sees_lease(self, actor: Actor) -> None:
        """A process has taken the lease."""
        ...

    def sees_release(self, actor: Actor) -> None:
        """A process has given the lease up."""
        ...


class StagedTransport(httpx.BaseTransport):
    """The network: a request may die with its sender before it leaves, or after it was answered."""

    def __init__(
        self, stage: Stage, actor: Actor, platform: SandboxTransport, traffic: Traffic
    ) -> None:
        self._stage = stage
        self._actor = actor
        self._platform = platform
        self._traffic = traffic

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, let time pass, and answer it or fail."""
        stage, actor = self._stage, self._actor
        what = f"{request.method} {request.url.path.removeprefix('/api/2.0/')}"
        actor.let_go_at = stage.timeline.now()
        stage.peril = PERIL if is_write(request) else 1
        stage.effect(actor, f"→ {what}{_told(request)}")
        if stage.timeline.now() - actor.let_go_at > IDLE:
            stage.counts["connections that closed meanwhile"] += 1
            stage.effect(actor, f"← {what} never left")
            raise httpx.WriteError("the connection was closed", request=request)
        stage.timeline.pass_by(timedelta(seconds=stage.dice.uniform(0.01, 0.5)))
        self._traffic.sees_request(actor, request)
        try:
            response = self._platform.handle_request(request)
        except httpx.HTTPError as failure:
            self._traffic.sees_end(actor, request, 0, b"")
            if isinstance(failure, httpx.ReadTimeout):
                stage.timeline.sleep(request.extensions["timeout"]["read"])
            stage.effect(actor, f"← {what} {type(failure).__name__}")
            raise
        body = response.extensions.get("body", b"")
        self._traffic.sees_end(actor, request, response.status_code, body)
        stage.effect(actor, f"← {what} {response.status_code}")
        return response


class Desk:
    """Who has a transaction open in the one store: others wait for their turn, and give up."""

    def __init__(self) -> None:
        self.holder: Actor | None = None
        self.nonce = 0  #: the latest number drawn; drawing is no more than this, and often done


class StagedStore:
    """The store of one process; a dead one gives nothing up and changes nothing."""

    def __init__(
        self, store: SqlStore, stage: Stage, actor: Actor, desk: Desk, traffic: Traffic
    ) -> None:
        self.inner = store
        self._stage = stage
        self._actor = actor
        self._desk = desk
        self._traffic = traffic
        self._has_committed = False

    @property
    def install_id(self) -> str:
        """The store's."""
        return self.inner.install_id

    @contextmanager
    def begin(self, *, epoch: int | None = None) -> Iterator[UnitOfWork]:
        """A unit of work on the stage."""
        self._has_committed = False
        with self._turn(), self.inner.begin(epoch=epoch) as unit:
            yield GuardedUnit(unit, partial(self._commit, unit))
        if not self._has_committed:
            self._traffic.sees_look(self._actor)
        self._stage.effect(self._actor, "has ended a transaction")

    def acquire_lease(self, holder: str) -> int:
        """The store's."""
        with self._turn():
            epoch = self.inner.acquire_lease(holder)
            self._traffic.sees_lease(self._actor)
            return epoch

    def release_lease(self) -> None:
        """The store's, unless the process is dead."""
        if not self._actor.is_doomed:
            with self._turn():
                self.inner.release_lease()
                self._traffic.sees_release(self._actor)

    def reserve_nonce(self, floor: int) -> int:
        """As the store does, without its transaction, and with a floor of virtual time."""
        assert floor > 0
        with self._turn():
            now = int(self._stage.timeline.now().timestamp() * 100)
            self._desk.nonce = max(self._desk.nonce + 1, now)
            return self._desk.nonce

    def verify_journal(self) -> ChainReport:
        """The store's; it takes no turn."""
        return self.inner.verify_journal()

    def load_trace(self, main_id: AccountId) -> FamilyTrace:
        """The store's; it takes no turn."""
        return self.inner.load_trace(main_id)

    def _commit(self, unit: UnitOfWork) -> None:
        """Commit, or die before it."""
        assert not self._actor.is_looking, "a dry run changes the store"
        self._stage.effect(self._actor, "commits")
        unit.commit()
        self._has_committed = True
        self._traffic.sees_commit(self._actor)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Have the only transaction there is at a time."""
        assert self._desk.holder is not self._actor, "a second transaction inside the first"
        for _ in range(BUSY_SECONDS):
            if self._desk.holder is None:
                break
            self._stage.wait(self._actor, timedelta(seconds=1))
        if self._actor.is_doomed:
            raise Killed
        if self._desk.holder is not None:
            raise StoreUnavailable("another process has the store")
        self._desk.holder = self._actor
        try:
            yield
        finally:
            self._desk.holder = None


def _told(request: httpx.Request) -> str:
    return f" {request.read().decode()[:300]}" if request.method not in READING else ""
