"""Ordering people to act, and looking at what they did."""

from collections.abc import Mapping
from datetime import datetime
from random import Random

from connector.sandbox.control.arguments import Arguments
from connector.sandbox.control.lookup import customer_of
from connector.sandbox.errors import ControlFault
from connector.sandbox.people.acting import perform
from connector.sandbox.people.actions import ACTIONS, EVERYDAY, meaning_of
from connector.sandbox.people.record import Order
from connector.sandbox.world import World


def order(world: World, given: Arguments) -> object:
    """Let staff and customers act by chance before API requests: seed, rate, actions, customers."""
    actions = tuple(given.texts("actions")) or tuple(EVERYDAY)
    unknown = sorted(set(actions) - set(ACTIONS))
    if unknown:
        raise ControlFault(f"no action {unknown[0]}; GET /control/people lists them")
    rate = given.amount("rate", "0.1")
    if not 0 <= rate <= 1:
        raise ControlFault("rate must be 0 to 1")
    made = Order(
        seed=given.integer("seed", 1),
        rate=rate,
        actions=actions,
        customers=tuple(customer_of(world, each).id for each in given.integers("customers")),
        until=_until(given),
    )
    world.people.obey(made)
    return made.shown()


def look(world: World, _given: Arguments) -> object:
    """What people can do, are ordered to do, and did."""
    people = world.people
    return {
        "order": people.order.shown() if people.order else None,
        "actions": {name: meaning_of(name) for name in ACTIONS},
        "counts": {name: _counted(count) for name, count in sorted(people.counts.items())},
        "log": [deed.shown() for deed in people.deeds],
    }


def stop(world: World, _given: Arguments) -> object:
    """People rest from now on; what they did stays listed."""
    world.people.obey(None)
    return {"stopped": True}


def one(world: World, given: Arguments) -> object:
    """One person does one thing now, by name, to one account."""
    name = given.one_of("action", tuple(ACTIONS))
    customer = customer_of(world, given.integer("customer_id"))
    seed = given.integer("seed", world.people.acts)
    return perform(world, name, customer, Random(seed)).shown()


def _until(given: Arguments) -> datetime | None:
    if not given.has("until"):
        return None
    try:
        until = datetime.fromisoformat(given.text("until"))
    except ValueError as error:
        raise ControlFault("until must be a local date and time") from error
    if until.tzinfo is not None:
        raise ControlFault("until must be local, without a zone")
    return until


def _counted(count: Mapping[str, int]) -> dict[str, int]:
    return {"done": 0, "refused": 0, "nothing": 0, **count}
