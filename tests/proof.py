"""A store whose installation was probed: what a test needs before anything may be written."""

from __future__ import annotations

from connector.ports.store import Store
from connector.runtime import facts
from connector.store.open import open_store


def prove(store: Store) -> None:
    """Record that a mark was read back here."""
    with store.begin() as unit:
        unit.facts.record(facts.MARKER, "by a test")
        unit.commit()


def prove_at(url: str) -> None:
    """The same in a store that is not open yet; it is made if need be."""
    store = open_store(url)
    prove(store)
    store.close()
