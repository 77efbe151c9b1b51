"""Looking at the sandbox: its state, the requests it saw, its switches."""

from collections.abc import Sized
from dataclasses import replace

from connector.sandbox.control.arguments import Arguments
from connector.sandbox.world import World


def state(world: World, _given: Arguments) -> object:
    """The time, the release, the seed and how many rows there are."""
    tables: dict[str, Sized] = {
        "customers": world.customers,
        "services": world.services,
        "invoices": world.invoices,
        "credit_notes": world.credit_notes,
        "payments": world.payments,
        "transactions": world.transactions,
        "relations": world.relations,
        "changes": world.changes,
    }
    return {
        "now": world.now().isoformat(),
        "release": world.options.release,
        "seed": world.options.seed,
        "counts": {name: len(table) for name, table in tables.items()},
    }


def requests(world: World, given: Arguments) -> object:
    """The API requests seen so far, or after number `since`."""
    since = given.integer("since", 0)
    return [entry for entry in world.requests if int(str(entry["n"])) > since]


def clear_requests(world: World, _given: Arguments) -> object:
    """Forget the requests seen; their numbers go on."""
    world.requests.clear()
    return {"cleared": True}


def switches(world: World, _given: Arguments) -> object:
    """The switches as they stand."""
    return world.switches.shown()


def flip(world: World, given: Arguments) -> object:
    """Set switches by name."""
    draft = replace(world.switches)  # all of them or, with one wrong among them, none
    for name, value in given.values.items():
        draft.flip(name, value)
    world.switches = draft
    return world.switches.shown()
