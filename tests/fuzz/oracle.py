"""Whether a decoded value is what its answer says: judged by the spelling, without the codec.

A value may be refused, but it may not become another one. So every value that came through is held
against the text on the wire: the same number to the last place, the same day, the same words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any

from connector.splynx.mapping import PlatformMapping

NOTHING = frozenset({"", "0", "0000-00-00", "0000-00-00 00:00:00"})
COMPOSED = frozenset({"address", "at", "deleted"})
"""Made of several fields, or of one in other words."""


def unfaithful(
    mapping: PlatformMapping, record: str, value: Any, row: Mapping[str, Any]
) -> Iterator[str]:
    """Fields of a decoded record that say something else than its row does."""
    assert is_dataclass(value)
    mapped = mapping.fields[record]
    for each in fields(value):
        decoded = getattr(value, each.name)
        if each.name in COMPOSED or each.name not in mapped:
            continue
        if each.name == "items":
            lines = row.get(mapped["items"].at)
            if not isinstance(lines, list) or len(lines) != len(decoded):
                yield f"items: {len(decoded)} lines of {lines!r}"
                continue
            for item, line in zip(decoded, lines, strict=True):
                yield from unfaithful(mapping, "invoice_item", item, line)
        elif not is_said(row.get(mapped[each.name].at), decoded, mapped[each.name].words):
            yield f"{each.name}: {decoded!r} of {row.get(mapped[each.name].at)!r}"


def is_said(wire: object, decoded: object, words: Mapping[str, str]) -> bool:
    """Whether a value on the wire says what was made of it."""
    if isinstance(decoded, Enum):
        return isinstance(wire, str) and words.get(wire) == decoded.value
    if decoded is None:
        return wire is None or (not isinstance(wire, bool) and str(wire) in NOTHING)
    if isinstance(decoded, bool):
        return wire in (("1", 1, True) if decoded else ("0", 0, False))
    if isinstance(decoded, Decimal | int):
        return _is_number(wire, Decimal(decoded))
    if isinstance(decoded, date):
        return wire == _written(decoded)
    return _is_text(wire, str(decoded))


def _written(day: date) -> str:
    """As the platform writes days and moments."""
    if isinstance(day, datetime):
        return day.replace(tzinfo=None).isoformat(" ")
    return day.isoformat()


def _is_number(wire: object, number: Decimal) -> bool:
    if wire in (None, "") and number == 0:
        return True  # no partner, no administrator
    if isinstance(wire, bool) or not isinstance(wire, str | int | Decimal):
        return False
    try:
        return Decimal(wire) == number
    except InvalidOperation:
        return False


def _is_text(wire: object, text: str) -> bool:
    if wire is None:
        return text == ""
    return not isinstance(wire, bool) and isinstance(wire, str | int) and str(wire) == text
