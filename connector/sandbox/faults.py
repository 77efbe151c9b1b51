"""Faults on order: what goes wrong, for which requests, how often."""

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from connector.sandbox.errors import ControlFault
from connector.sandbox.fault_kinds import FaultKind, kind_of
from connector.sandbox.wire.json_text import load

WRITING = frozenset({"POST", "PUT", "DELETE"})
_PARTS = frozenset(
    {"method", "path_regex", "nth", "count", "probability", "seed", "between", "seconds", "kind"}
)
FINENESS = 10**9
_NOTED = frozenset({"seen", "struck"})  # what an order that is read and sent back carries too


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """A request as orders look at it: its number among all, and what it asks for."""

    number: int
    method: str
    path: str
    later_page: bool = False


@dataclass(kw_only=True, slots=True)
class Fault:
    """One order: which of the requests it matches go wrong, and how.

    By count, the `nth` and the `count` - 1 after it; by probability, each from the `nth` on
    with that chance, at most `count` of them. A count of 0 is any number.
    """

    method: str
    path: re.Pattern[str]
    nth: int
    count: int
    kind: str
    probability: Decimal | None = None
    seed: int = 0
    between: tuple[int, int] | None = None
    seconds: int = 0
    seen: int = field(default=0)
    struck: int = field(default=0)
    rng: random.Random = field(default_factory=random.Random, repr=False)

    def __post_init__(self) -> None:
        self.rng.seed(self.seed)

    def strikes(self, arrival: Arrival) -> bool:
        """Count a request and tell whether it is one of the unlucky."""
        if not self._matches(arrival):
            return False
        self.seen += 1
        # Drawn for every request, so that a limit of strikes does not shift the later draws.
        lucky = self.probability is not None and self._draws_above(self.probability)
        if lucky or self.seen < self.nth or (self.count and self.struck >= self.count):
            return False
        self.struck += 1
        return True

    def _matches(self, arrival: Arrival) -> bool:
        if self.method not in {"*", arrival.method} or not self.path.search(arrival.path):
            return False
        if self.between and not self.between[0] <= arrival.number <= self.between[1]:
            return False
        return self.about.concerns(writes=arrival.method in WRITING, later_page=arrival.later_page)

    def _draws_above(self, chance: Decimal) -> bool:
        return self.rng.randrange(FINENESS) >= chance * FINENESS

    @property
    def about(self) -> FaultKind:
        """What its kind means."""
        return kind_of(self.kind)

    @property
    def parameter(self) -> str:
        """What follows the name of its kind: the N of `stale:N`."""
        return self.kind.partition(":")[2]

    @property
    def status(self) -> int:
        """The HTTP status of an `http_<code>` or `html_<code>` fault."""
        return int(self.kind.split("_")[1])

    def shown(self) -> dict[str, object]:
        """The order as it was given, with what it has seen."""
        shown: dict[str, object] = {
            "method": self.method,
            "path_regex": self.path.pattern,
            "nth": self.nth,
            "count": self.count,
            "kind": self.kind,
            "seen": self.seen,
            "struck": self.struck,
        }
        if self.probability is not None:
            shown |= {"probability": str(self.probability), "seed": self.seed}
        if self.between:
            shown["between"] = list(self.between)
        if self.seconds:
            shown["seconds"] = self.seconds
        return shown


def read_faults(value: object) -> list[Fault]:
    """Read one order, a list of orders, or null for none."""
    if value is None:
        return []
    orders = value if isinstance(value, list) else [value]
    return [_read_fault(order) for order in orders]


def _read_fault(order: object) -> Fault:
    if not isinstance(order, dict):
        raise ControlFault("a fault is an object with method, path_regex, nth, count, kind")
    unknown = sorted(set(order) - _PARTS - _NOTED)
    if unknown:
        raise ControlFault(f"a fault has no {unknown[0]!r}")
    kind = _read_kind(order)
    probability = _read_probability(order)
    endless = probability is not None or kind_of(kind).lasts
    return Fault(
        method=str(order.get("method", "*")).upper(),
        path=_read_pattern(order),
        nth=_counted(order, "nth", default=1),
        count=_counted(order, "count", default=0 if endless else 1, least=0 if endless else 1),
        kind=kind,
        probability=probability,
        seed=_counted(order, "seed", default=0, least=0),
        between=_read_between(order),
        seconds=_counted(order, "seconds", default=0, least=0),
    )


def _read_pattern(order: Mapping[str, object]) -> re.Pattern[str]:
    try:
        return re.compile(str(order.get("path_regex", "")))
    except re.error as error:
        raise ControlFault(f"path_regex: {error}") from error


def _read_kind(order: Mapping[str, object]) -> str:
    kind = str(order.get("kind", ""))
    try:
        kind_of(kind)
    except KeyError:
        raise ControlFault(f"no fault of kind {kind!r}") from None
    if kind.startswith("bad_field:"):
        try:
            load(kind.split(":", 2)[2])
        except ValueError as error:
            raise ControlFault("the value of a bad_field must be JSON") from error
    return kind


def _read_probability(order: Mapping[str, object]) -> Decimal | None:
    given = order.get("probability")
    if given is None:
        return None
    text = str(given)
    if not re.fullmatch(r"0|1|1\.0+|0\.\d{1,9}", text):
        raise ControlFault("probability must be a number from 0 to 1, such as 0.05")
    return Decimal(text)


def _read_between(order: Mapping[str, object]) -> tuple[int, int] | None:
    match order.get("between"):
        case None:
            return None
        case [int(first), int(last)] if 1 <= first <= last:
            return first, last
    raise ControlFault("between takes the numbers of the first and the last request")


def _counted(order: Mapping[str, object], name: str, *, default: int, least: int = 1) -> int:
    number = order.get(name, default)
    if isinstance(number, bool) or not isinstance(number, int) or number < least:
        raise ControlFault(f"{name} must be a whole number from {least}")
    return number
