"""Searching a table by `main_attributes`, `additional_attributes`, `order`, `limit`, `offset`.

Anything else in a query is ignored, as are attributes a table does not have: the whole list
comes back. Conditions on id and customer_id use the indexes.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from operator import attrgetter
from typing import TypeVar

from connector.sandbox.conditions import (
    Condition,
    comparable,
    decider,
    pairs,
    read_conditions,
    read_text_condition,
)
from connector.sandbox.records import Row
from connector.sandbox.tables import R, Table
from connector.sandbox.wire.brackets import Tree
from connector.sandbox.wire.fields import Field, Kind

_FILTERS = frozenset({"main_attributes", "additional_attributes"})
T = TypeVar("T")
Test = Callable[[Row], bool]


@dataclass(frozen=True, kw_only=True, slots=True)
class Habits:
    """What an installation does with every query: filters it overlooks, and its longest page."""

    ignored: frozenset[str] = frozenset()
    page_limit: int = 0

    def heed(self, query: dict[str, Tree]) -> dict[str, Tree]:
        """The query as the installation takes it."""
        taken = dict(query)
        for name in _FILTERS & query.keys() if self.ignored else ():
            taken[name] = {key: tree for key, tree in pairs(query[name]) if key not in self.ignored}
        if self.page_limit:
            asked = _natural(query.get("limit"))
            limit = self.page_limit if asked is None else min(asked, self.page_limit)
            taken["limit"] = str(limit)
        return taken


def find(table: Table[R], fields: tuple[Field, ...], query: Mapping[str, Tree]) -> Iterator[R]:
    """The rows a query asks for, ordered and cut to its page."""
    by_name = {field.name: field for field in fields}
    conditions = list(read_conditions(by_name, query.get("main_attributes")))
    tests = [_test(condition) for condition in conditions]
    tests += [_extra_test(*pair) for pair in pairs(query.get("additional_attributes"))]
    wanted = pairs(query.get("order"))
    order = [(by_name[name], str(way).upper() == "DESC") for name, way in wanted if name in by_name]
    ids = _candidates(table, conditions)
    if not order or order[0][0].attr == "id":
        descending = bool(order) and order[0][1]
        way = reversed(ids) if descending else iter(ids)
        if not tests:  # a far page costs nothing then
            return _kept(table, _page(way, query), tests)
        return _page(_kept(table, way, tests), query)
    found = list(_kept(table, ids, tests))
    for field, descending in reversed(order):
        found.sort(key=_sort_key(field), reverse=descending)
    return _page(iter(found), query)


def count(table: Table[R], fields: tuple[Field, ...], query: Mapping[str, Tree]) -> int:
    """How many rows a query finds, whatever its page."""
    whole = {name: tree for name, tree in query.items() if name not in {"limit", "offset"}}
    return sum(1 for _ in find(table, fields, whole))


def _candidates(table: Table[R], conditions: list[Condition]) -> list[int]:
    """The shortest list of ids, ascending, that the conditions on indexed attributes leave."""
    best = table.ids
    for condition in conditions:
        ids = _indexed(table, condition, best)
        if ids is not None and len(ids) < len(best):
            best = ids
    return best


def _indexed(table: Table[R], condition: Condition, ids: list[int]) -> list[int] | None:
    values = [int(value) for value in condition.operands if isinstance(value, int)]
    if len(values) != len(condition.operands):
        return None
    if condition.attr == "customer_id" and condition.operator in {"=", "IN"}:
        return sorted({row_id for value in values for row_id in table.ids_of(value)})
    return (
        _indexed_by_id(table, condition.operator, values, ids) if condition.attr == "id" else None
    )


def _indexed_by_id(
    table: Table[R], operator: str, values: list[int], ids: list[int]
) -> list[int] | None:
    match operator:
        case "=" | "IN":
            return sorted({value for value in values if table.get(value) is not None})
        case ">":
            return ids[bisect_right(ids, values[0]) :]
        case ">=":
            return ids[bisect_left(ids, values[0]) :]
    return None


def _kept(table: Table[R], ids: Iterable[int], tests: list[Test]) -> Iterator[R]:
    for row_id in ids:
        row = table.get(row_id)
        if row is not None and all(test(row) for test in tests):
            yield row


def _page(rows: Iterator[T], query: Mapping[str, Tree]) -> Iterator[T]:
    offset, limit = _natural(query.get("offset")), _natural(query.get("limit"))
    stop = None if limit is None else (offset or 0) + limit
    return islice(rows, offset or 0, stop)


def _natural(tree: Tree | None) -> int | None:
    return int(tree) if isinstance(tree, str) and tree.isdecimal() else None


def _sort_key(field: Field) -> Callable[[Row], tuple[bool, object]]:
    read = attrgetter(field.attr)

    def key(row: Row) -> tuple[bool, object]:
        value = comparable(field.kind, read(row))
        return value is not None, 0 if value is None else value

    return key


def _test(condition: Condition) -> Test:
    read, decide, kind = attrgetter(condition.attr), decider(condition), condition.kind
    return lambda row: decide(comparable(kind, read(row)))


def _extra_test(name: str, wanted: Tree) -> Test:
    decide = decider(read_text_condition(name, wanted))

    def test(row: Row) -> bool:
        held = getattr(row, "additional_attributes", {}).get(name)
        return decide(comparable(Kind.TEXT, held))

    return test
