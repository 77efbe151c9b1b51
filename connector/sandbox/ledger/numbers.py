"""Numbers of documents: given in order, and taken once unless a switch says otherwise."""

from collections.abc import Callable, Iterable

from connector.sandbox.errors import FieldFault
from connector.sandbox.world import World


def next_number(taken: set[str], make: Callable[[], str]) -> str:
    """The next number that is not taken; `make` counts one further at every call."""
    while True:
        number = make()
        if number not in taken:
            return number


def claim_number(world: World, taken: set[str], number: str, what: str) -> None:
    """Take a number, or refuse one that is taken; `what` names the kind of document."""
    refuse_taken(world, taken, number, what)
    taken.add(number)


def refuse_taken(world: World, taken: set[str], number: str, what: str) -> None:
    """Refuse a number that a document of the kind has."""
    if world.switches.unique_numbers and number in taken:
        raise FieldFault({"number": f"{what} with number {number} already exists"})


def free_number(taken: set[str], number: str, others: Iterable[str]) -> None:
    """Give a number back, unless another document has the same one."""
    if number not in others:
        taken.discard(number)
