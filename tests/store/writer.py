"""A daemon in small, as a process of its own: it claims a step in the journal, and then sends.

Told by lines on standard input, it answers each with one line. ``sent`` is what the platform would
have seen.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from connector.errors import StoreError
from connector.saga.machine import claimed
from connector.store.open import open_store
from connector.store.store import SqlStore
from tests.store.support import NOW, plan_id

Tell = Callable[[str], None]


class Writer:
    """Holds the lease from the start; each order is one try."""

    def __init__(self, store: SqlStore, tell: Tell, listen: Callable[[], str]) -> None:
        self._store = store
        self._tell = tell
        self._listen = listen
        self._epoch = store.acquire_lease("a daemon")
        tell(f"epoch {self._epoch}")

    def claim(self, *, waits: bool) -> None:
        """Record that step 1 is about to leave, and send it; with ``waits``, stop before the commit."""
        with self._store.begin(epoch=self._epoch) as unit:
            operation = unit.journal.load_operation(plan_id(1))
            assert operation is not None
            change = claimed(operation.steps[0], operation.steps[0].effect, NOW)
            unit.journal.record_event(change.before, change.event, change.after, "worker", NOW)
            if waits:
                self._tell("written")
                self._listen()
            unit.commit()
        self._tell("sent")


def main(url: str) -> None:
    """Obey until the orders end; whatever the store refuses ends one try."""

    def tell(line: str) -> None:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

    def listen() -> str:
        return sys.stdin.readline().strip()

    store = open_store(url)
    try:
        writer = Writer(store, tell, listen)
        while order := listen():
            try:
                writer.claim(waits=order == "claim and wait")
            except StoreError as refused:
                tell(f"{type(refused).__name__}: {refused}")
    except StoreError as refused:
        tell(f"{type(refused).__name__}: {refused}")
    finally:
        store._engine.dispose()


if __name__ == "__main__":
    main(sys.argv[1])
