"""How much of the contract is covered, as figures for people."""

from tests.sandbox.contract.addresses import types_of
from tests.sandbox.contract.facts import ENDPOINTS
from tests.sandbox.contract.judge import known
from tests.sandbox.contract.walk import Walk


def known_types() -> frozenset[str]:
    """The types that some endpoint takes or answers, nested ones included."""
    return frozenset(shape for endpoint in ENDPOINTS for shape in types_of(endpoint))


def fields_of(shapes: frozenset[str], release: str) -> int:
    """How many attributes these types have together, as a release knows them."""
    return sum(len(known(shape, linked=release == "5.1")) for shape in shapes)


def figure(walk: Walk) -> str:
    """One line: endpoints, types and attributes covered, of all there are."""
    covered = sum(1 for wrongs in walk.problems.values() if not wrongs)
    met, all_types = frozenset(walk.met), known_types()
    return (
        f"contract, release {walk.release}: {covered} of {len(ENDPOINTS)} endpoints, "
        f"{len(met)} of {len(all_types)} types, "
        f"{fields_of(met, walk.release)} of {fields_of(all_types, walk.release)} attributes"
    )
