"""Reading attributes that callers send, whatever release's types they use."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from connector.sandbox.errors import FieldFault, Unreadable
from connector.sandbox.money import four, read_decimal
from connector.sandbox.records import Item
from connector.sandbox.wire.codec import ZERO_DATE, ZERO_INSTANT
from connector.sandbox.wire.fields import Field, Kind, in_release

Body = Mapping[str, object]

LONGEST_INTEGER = 18


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemReading:
    """How to read lines: their attributes, and the lines that ids may refer to."""

    fields: tuple[Field, ...] = ()
    held: tuple[Item, ...] = ()


def read_changes(
    fields: tuple[Field, ...],
    body: Body,
    *,
    linked: bool,
    items: ItemReading | None = None,
) -> dict[str, object]:
    """Attribute to value, for the writable attributes that a body names; others are ignored."""
    changes: dict[str, object] = {}
    problems: dict[str, str] = {}
    for field in in_release(fields, linked=linked):
        if field.readonly or field.name not in body:
            continue
        try:
            if field.kind is Kind.ITEMS:
                changes[field.attr] = _read_items(
                    items or ItemReading(), body[field.name], linked=linked
                )
            else:
                changes[field.attr] = read_value(field.kind, body[field.name])
        except (ValueError, TypeError, ArithmeticError):
            problems[field.name] = f"{field.title} is invalid"
    if problems:
        raise FieldFault(problems)
    return changes


def require(fields: tuple[Field, ...], body: Body, by: str = "options") -> None:
    """Refuse a body that lacks a required attribute; `by` the document, more have to be there."""
    missing = {
        field.name: f"{field.title} cannot be blank"
        for field in fields
        if (field.required and body.get(field.name) in (None, ""))
        or (by == "document" and field.documented and field.name not in body)
    }
    if missing:
        raise FieldFault(missing)


def apply_changes(row: object, changes: Mapping[str, object]) -> None:
    """Write attributes into a row; additional attributes are added to those it has."""
    for attr, value in changes.items():
        held = getattr(row, attr)
        if isinstance(held, dict) and isinstance(value, dict):
            held.update(value)
        elif value is None and isinstance(held, int):
            setattr(row, attr, 0)
        else:
            setattr(row, attr, value)


def read_value(kind: Kind, raw: object) -> object:
    """Read one value of a kind; ValueError (Unreadable) when it is none."""
    return _READERS[kind](raw)


def _read_integer(raw: object) -> object:
    if raw is None or raw == "":
        return None
    if isinstance(raw, bool | int):
        return int(raw)
    number = read_decimal(raw)
    if number.adjusted() > LONGEST_INTEGER or number != number.to_integral_value():
        raise Unreadable(f"not a whole number: {raw!r}")
    return int(number)


def _read_flag(raw: object) -> object:
    """A yes or no: 0 or 1 in any form, or the words of a form."""
    words = {"true": 1, "false": 0}
    return words[raw] if isinstance(raw, str) and raw in words else _read_integer(raw)


def _read_amount(raw: object) -> object:
    return four(read_decimal(0 if raw is None or raw == "" else raw))


def _read_date(raw: object) -> object:
    if raw is None or raw in {"", ZERO_DATE}:
        return None
    return date.fromisoformat(str(raw))


def _read_instant(raw: object) -> object:
    if raw is None or raw in {"", ZERO_INSTANT}:
        return None
    return datetime.fromisoformat(str(raw))


def _read_text(raw: object) -> object:
    if isinstance(raw, dict | list):
        raise Unreadable("not a text")
    return "" if raw is None else str(raw)


def _read_map(raw: object) -> object:
    if raw == [] or raw is None:
        return {}
    if not isinstance(raw, dict):
        raise Unreadable("not a map")
    return {str(name): str(_read_text(value)) for name, value in raw.items()}


def _read_labels(raw: object) -> object:
    if not isinstance(raw, list):
        raise Unreadable("not a list")
    return [_read_integer(label) for label in raw]


def _read_list(raw: object) -> object:
    """A list of texts, numbers or maps; digits become numbers, as ids in a form are text."""
    if raw is None or raw == "":
        return []
    if not isinstance(raw, list):
        raise Unreadable("not a list")
    return [int(each) if isinstance(each, str) and each.isdecimal() else each for each in raw]


def _read_items(reading: ItemReading, raw: object, *, linked: bool) -> list[Item]:
    """Read lines; one with a known id starts from the line that is there."""
    if not isinstance(raw, list):
        raise Unreadable("not a list")
    held = {item.id: item for item in reading.held}
    items: list[Item] = []
    for body in raw:
        if not isinstance(body, dict):
            raise Unreadable("not an item")
        changes = read_changes(reading.fields, body, linked=linked)
        known = held.get(int(str(changes.get("id") or 0)))
        item = replace(known) if known else Item()
        apply_changes(item, changes)
        items.append(item)
    return items


_READERS: dict[Kind, Callable[[object], object]] = {
    Kind.INTEGER: _read_integer,
    Kind.NUMBER_AS_TEXT: _read_integer,
    Kind.FLAG: _read_flag,
    Kind.COLUMN: _read_amount,
    Kind.COMPUTED: _read_amount,
    Kind.DATE: _read_date,
    Kind.INSTANT: _read_instant,
    Kind.TEXT: _read_text,
    Kind.MAP: _read_map,
    Kind.LABELS: _read_labels,
    Kind.LIST: _read_list,
}
