"""Faults on order: what goes wrong, for which requests, how often."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from connector.sandbox.errors import ControlFault
from connector.sandbox.wire.json_text import load

_KIND = re.compile(
    r"http_[2-5]\d\d(_after_commit)?|timeout_after_commit|html_200|truncated|bad_field:[^:]+:.+"
)
_PARTS = frozenset({"method", "path_regex", "nth", "count", "kind", "seen"})


@dataclass(kw_only=True, slots=True)
class Fault:
    """One order: the `nth` matching request and the `count` - 1 after it go wrong."""

    method: str
    path: re.Pattern[str]
    nth: int
    count: int
    kind: str
    seen: int = field(default=0)

    def strikes(self, method: str, path: str) -> bool:
        """Count a request and tell whether it is one of the unlucky."""
        if self.method not in {"*", method} or not self.path.search(path):
            return False
        self.seen += 1
        return self.nth <= self.seen < self.nth + self.count

    @property
    def before_commit(self) -> bool:
        """Whether the request is never carried out."""
        return self.kind == "html_200" or (
            self.kind.startswith("http_") and not self.kind.endswith("_after_commit")
        )

    @property
    def status(self) -> int:
        """The HTTP status of an `http_<code>` fault."""
        return int(self.kind.split("_")[1])

    def shown(self) -> dict[str, object]:
        """The order as it was given, with what it has seen."""
        return {
            "method": self.method,
            "path_regex": self.path.pattern,
            "nth": self.nth,
            "count": self.count,
            "kind": self.kind,
            "seen": self.seen,
        }


def read_faults(value: object) -> list[Fault]:
    """Read one order, a list of orders, or null for none."""
    if value is None:
        return []
    orders = value if isinstance(value, list) else [value]
    return [_read_fault(order) for order in orders]


def _read_fault(order: object) -> Fault:
    if not isinstance(order, dict):
        raise ControlFault("a fault is an object with method, path_regex, nth, count, kind")
    unknown = sorted(set(order) - _PARTS)
    if unknown:
        raise ControlFault(f"a fault has no {unknown[0]!r}")
    kind = _read_kind(order)
    try:
        path = re.compile(str(order.get("path_regex", "")))
    except re.error as error:
        raise ControlFault(f"path_regex: {error}") from error
    return Fault(
        method=str(order.get("method", "*")).upper(),
        path=path,
        nth=_counted(order, "nth"),
        count=_counted(order, "count"),
        kind=kind,
    )


def _read_kind(order: Mapping[str, object]) -> str:
    kind = str(order.get("kind", ""))
    if not _KIND.fullmatch(kind):
        raise ControlFault(f"no fault of kind {kind!r}")
    if kind.startswith("bad_field:"):
        try:
            load(kind.split(":", 2)[2])
        except ValueError as error:
            raise ControlFault("the value of a bad_field must be JSON") from error
    return kind


def _counted(order: Mapping[str, object], name: str) -> int:
    number = order.get(name, 1)
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise ControlFault(f"{name} must be a whole number from 1")
    return number
