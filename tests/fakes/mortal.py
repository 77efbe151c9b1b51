"""Sudden death: at the n-th write, to the platform or to our store, just before it or just after."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Literal, TypeVar

from connector.domain.ids import AccountId
from connector.ports.platform import BillingWriter, Receipt
from connector.ports.store import UnitOfWork
from connector.ports.trace import ChainReport, FamilyTrace
from connector.saga.effects import Effect
from connector.store.store import SqlStore
from tests.fakes.guarded import GuardedUnit

T = TypeVar("T")
When = Literal["before", "after"]


class Killed(BaseException):
    """The process died here; nothing of ours runs afterwards."""


class Fuse:
    """Counts writes, and burns through at one of them; whoever writes later is dead, too."""

    def __init__(self, at: int, when: When) -> None:
        self.at = at
        self.when = when
        self.count = 0
        self.is_burnt = False

    def pass_on(self, act: Callable[[], T]) -> T:
        """Act, unless this is the end."""
        if self.is_burnt:
            raise Killed
        self.count += 1
        self.is_burnt = self.count == self.at
        if self.is_burnt and self.when == "before":
            raise Killed
        done = act()
        if self.is_burnt:
            raise Killed
        return done


class MortalWriter:
    """A writer on a fuse."""

    def __init__(self, writer: BillingWriter, fuse: Fuse) -> None:
        self._writer = writer
        self._fuse = fuse

    def send(self, effect: Effect, may_leave: Callable[[], None]) -> Receipt:
        """Send one write, once, or die."""
        return self._fuse.pass_on(lambda: self._writer.send(effect, may_leave))


class MortalStore:
    """A store on a fuse; everything but commits goes through."""

    def __init__(self, store: SqlStore, fuse: Fuse) -> None:
        self._store = store
        self._fuse = fuse

    @property
    def install_id(self) -> str:
        """The store's."""
        return self._store.install_id

    @contextmanager
    def begin(self, *, epoch: int | None = None) -> Iterator[UnitOfWork]:
        """A mortal unit of work."""
        with self._store.begin(epoch=epoch) as unit:
            yield GuardedUnit(unit, partial(self._fuse.pass_on, unit.commit))

    def acquire_lease(self, holder: str) -> int:
        """The store's."""
        return self._store.acquire_lease(holder)

    def release_lease(self) -> None:
        """The dead give nothing up."""

    def reserve_nonce(self, floor: int) -> int:
        """The store's."""
        return self._store.reserve_nonce(floor)

    def verify_journal(self) -> ChainReport:
        """The store's."""
        return self._store.verify_journal()

    def load_trace(self, main_id: AccountId) -> FamilyTrace:
        """The store's."""
        return self._store.load_trace(main_id)


def drop(store: SqlStore) -> None:
    """What the system does when a process dies: its lock and its connections end, no more."""
    store._lock.release()
    store._engine.dispose()
