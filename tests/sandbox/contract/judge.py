"""Whether an answer is what the document says of its type."""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from tests.sandbox.contract.facts import SHAPES, Attribute

# What only releases with linked accounts know; a customer's `parent_id` too.
LINKED = frozenset(
    {
        "sub_billing_mode",
        "sub_account_id",
        "related_account_id",
        "related_account_type",
        "hidden_from_related_account",
        "unread_by_related_account",
    }
)
# Kinds that the document gives wrongly: a unit is a text, a choice one word, a map no list.
SLIPS = {
    "additional_attributes": "Module Additional Fields",
    "burst_type": "string",
    "priority": "string",
    "unit": "string",
}
# What the document lists in an answer though it belongs to the request.
MISPLACED = frozenset(
    {("Scheduling Task Template Id", "title"), ("Scheduling Task Template Id", "delete")}
)
# Lists that no row need have anything in.
MAY_BE_EMPTY = frozenset({"ipi_invoices", "requests"})
_BOOLEANS = frozenset({"0", "1", "true", "false", "", "none"})


def known(shape: str, *, linked: bool) -> dict[str, Attribute]:
    """The attributes of a type that a release knows."""
    return {
        name: attribute
        for name, attribute in SHAPES[shape].items()
        if (linked or not _is_linked(shape, name)) and (shape, name) not in MISPLACED
    }


def _is_linked(shape: str, name: str) -> bool:
    return name in LINKED or (name == "parent_id" and "service" not in shape)


def lacks(row: Any, shape: str, *, linked: bool) -> Iterator[str]:
    """What is wrong with one row of a type, nested rows included."""
    if not isinstance(row, dict):
        yield f"{shape} is {type(row).__name__}, not an object"
        return
    attributes = known(shape, linked=linked)
    for name in SHAPES[shape]:
        if not linked and _is_linked(shape, name) and name in row:
            yield f"{shape}.{name} is unknown to this release, yet answered"
    for name, attribute in attributes.items():
        if name not in row:
            yield f"{shape}.{name} is missing"
        else:
            yield from _ill(row[name], shape, attribute, linked=linked)


def _ill(value: Any, shape: str, attribute: Attribute, *, linked: bool) -> Iterator[str]:
    where = f"{shape}.{attribute.name}"
    kind = SLIPS.get(attribute.name, attribute.kind)
    if kind in SHAPES:
        yield from lacks(value, kind, linked=linked)
    elif kind == "array":
        if not isinstance(value, list):
            yield f"{where} is no list: {value!r}"
        elif attribute.of in SHAPES and (value or attribute.name not in MAY_BE_EMPTY):
            yield from best_row(value, attribute.of, linked=linked)
    elif not readable(value, kind):
        yield f"{where} is no {kind}: {value!r}"


def best_row(rows: list[Any], shape: str, *, linked: bool) -> list[str]:
    """What is wrong with the row that comes nearest to a type."""
    if not rows:
        return [f"no row of {shape} to judge by"]
    return min((list(lacks(row, shape, linked=linked)) for row in rows), key=len)


def readable(value: Any, kind: str) -> bool:
    """Whether a value can be read as the documented kind, whatever release wrote it."""
    if value is None or kind == "any":
        return True
    if isinstance(value, list | dict):
        return False
    if kind == "boolean":
        return str(value).casefold() in _BOOLEANS
    if kind == "number":
        try:
            return value == "" or Decimal(str(value)).is_finite()
        except InvalidOperation:
            return False
    return not isinstance(value, bool)


def numbers_in(value: Any) -> Iterator[object]:
    """Every scalar of an answer that is not text."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from numbers_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from numbers_in(inner)
    elif value is not None and not isinstance(value, str):
        yield value


def same(sent: Any, held: Any) -> bool:
    """Whether what is read back is what was sent, however it is written."""
    if isinstance(sent, dict):
        return isinstance(held, dict) and all(same(sent[name], held.get(name)) for name in sent)
    if isinstance(sent, list):
        return isinstance(held, list) and all(
            any(same(each, one["id"] if _names(one, each) else one) for one in held)
            for each in sent
        )
    if isinstance(sent, bool) or isinstance(held, bool):
        return str(int(sent)) == str(int(held in (True, 1, "1")))
    try:
        return Decimal(str(sent)) == Decimal(str(held))
    except InvalidOperation:
        return str(sent) == str(held)


def _names(held: Any, sent: Any) -> bool:
    return isinstance(held, dict) and not isinstance(sent, dict) and "id" in held
