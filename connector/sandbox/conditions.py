"""One condition of a query: parsing it and deciding whether a value meets it."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from connector.sandbox.errors import ApiFault
from connector.sandbox.money import read_decimal
from connector.sandbox.wire.brackets import Tree
from connector.sandbox.wire.codec import wire_date, wire_instant
from connector.sandbox.wire.fields import Field, Kind

Comparable = int | Decimal | str | None
Decider = Callable[[Comparable], bool]

OPERATORS = frozenset(
    {"=", "!=", ">=", "<=", ">", "<", "<>", "IS", "REGEXP", "BETWEEN", "LIKE", "IN", "FIND_IN_SET"}
)
_TEXTUAL = frozenset({"LIKE", "REGEXP", "FIND_IN_SET"})
_NULL_WORDS = frozenset({"null", "not null"})
_DAY_LENGTH = len("2026-01-01")
_MIDNIGHT = " 00:00:00"
_INTEGERS = frozenset({Kind.INTEGER, Kind.NUMBER_AS_TEXT, Kind.FLAG})
_AMOUNTS = frozenset({Kind.COLUMN, Kind.COMPUTED})
_UNSEARCHABLE = frozenset({Kind.MAP, Kind.ITEMS, Kind.LABELS, Kind.LIST})


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """One condition on one attribute of a kind."""

    attr: str
    kind: Kind
    operator: str
    operands: tuple[Comparable, ...]


def pairs(tree: Tree | None) -> Iterable[tuple[str, Tree]]:
    """The named values of a nested query value."""
    return tree.items() if isinstance(tree, dict) else ()


def read_conditions(by_name: Mapping[str, Field], tree: Tree | None) -> Iterator[Condition]:
    """The conditions on attributes that the table has; others are ignored."""
    for name, wanted in pairs(tree):
        field = by_name.get(name)
        if field is None or field.kind in _UNSEARCHABLE:
            continue
        operator, raw = _split(wanted)
        operands = tuple(_operand(field.kind, operator, value) for value in raw)
        yield Condition(attr=field.attr, kind=field.kind, operator=operator, operands=operands)


def read_text_condition(name: str, wanted: Tree) -> Condition:
    """A condition on an additional attribute, which is always text."""
    operator, raw = _split(wanted)
    operands = tuple(_operand(Kind.TEXT, operator, value) for value in raw)
    return Condition(attr=name, kind=Kind.TEXT, operator=operator, operands=operands)


def _split(wanted: Tree) -> tuple[str, list[str]]:
    if isinstance(wanted, str):
        return "=", [wanted]
    parts = wanted if isinstance(wanted, list) else list(wanted.values())
    operator = str(parts[0]).upper() if parts else ""
    if operator not in OPERATORS:
        raise ApiFault(500, "SERVER_ERROR", f"Unknown operator {operator}")
    operands: list[str] = []
    for part in parts[1:]:
        inner = part.values() if isinstance(part, dict) else part
        operands += [part] if isinstance(part, str) else [str(value) for value in inner]
    if len(operands) < (2 if operator == "BETWEEN" else 1):
        raise ApiFault(500, "SERVER_ERROR", f"Operator {operator} lacks a value")
    return operator, operands


def _operand(kind: Kind, operator: str, raw: str) -> Comparable:
    if operator == "IS":
        word = " ".join(raw.split()).casefold()
        if word not in _NULL_WORDS:
            raise ApiFault(500, "SERVER_ERROR", "IS takes NULL or NOT NULL")
        return word
    if operator == "REGEXP":
        return raw  # its \D is not \d
    if operator in _TEXTUAL or kind not in _INTEGERS | _AMOUNTS:
        return _text_operand(kind, operator, raw)
    try:
        number = read_decimal(raw)
    except ValueError:
        return 0
    return number if kind in _AMOUNTS or number % 1 else int(number)


def _text_operand(kind: Kind, operator: str, raw: str) -> str:
    """A text to compare with; between days and moments a day is its midnight."""
    if operator not in _TEXTUAL:
        if kind is Kind.INSTANT and len(raw) == _DAY_LENGTH:
            return raw + _MIDNIGHT
        if kind is Kind.DATE:
            return raw.removesuffix(_MIDNIGHT)
    return raw.casefold()


def comparable(kind: Kind, value: object) -> Comparable:
    """A row's value as conditions and orders compare it: text without case."""
    if value is None and kind not in {Kind.DATE, Kind.INSTANT}:
        return None
    if kind is Kind.DATE:
        return str(wire_date(value))
    if kind is Kind.INSTANT:
        return str(wire_instant(value))
    if isinstance(value, int | Decimal):
        return value
    return str(value).casefold()


def decider(condition: Condition) -> Decider:
    """A test of one value; nothing but IS holds for null."""
    operands, operator = condition.operands, condition.operator
    first = operands[0]
    if operator == "IS":
        wants_null = first == "null"
        return lambda value: (value is None) == wants_null
    if operator == "IN":
        wanted = frozenset(operands)
        return lambda value: value in wanted
    if operator in _TEXTUAL:
        return _text_decider(operator, str(first))
    if operator == "BETWEEN":
        low, high = operands[:2]
        return lambda value: _ordered(low, value) and _ordered(value, high)
    return _COMPARISONS[operator](first)


def _text_decider(operator: str, wanted: str) -> Callable[[Comparable], bool]:
    if operator == "LIKE":
        part = wanted.strip("%")
        return lambda value: value is not None and part in str(value)
    if operator == "FIND_IN_SET":
        return lambda value: value is not None and wanted in str(value).split(",")
    try:
        pattern = re.compile(wanted, re.IGNORECASE)
    except re.error as error:
        raise ApiFault(500, "SERVER_ERROR", f"REGEXP: {error}") from error
    return lambda value: value is not None and pattern.search(str(value)) is not None


def _ordered(low: Comparable, high: Comparable) -> bool:
    """Whether low ≤ high; values of different kinds, and null, are in no order."""
    if isinstance(low, str) and isinstance(high, str):
        return low <= high
    if isinstance(low, int | Decimal) and isinstance(high, int | Decimal):
        return low <= high
    return False


_COMPARISONS: dict[str, Callable[[Comparable], Callable[[Comparable], bool]]] = {
    "=": lambda wanted: lambda value: value == wanted,
    "!=": lambda wanted: lambda value: value is not None and value != wanted,
    "<>": lambda wanted: lambda value: value is not None and value != wanted,
    "<=": lambda wanted: lambda value: _ordered(value, wanted),
    ">=": lambda wanted: lambda value: _ordered(wanted, value),
    "<": lambda wanted: lambda value: _ordered(value, wanted) and value != wanted,
    ">": lambda wanted: lambda value: _ordered(wanted, value) and value != wanted,
}
