"""What programs read: one JSON document on standard output, amounts and dates as text."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, time
from decimal import Decimal
from typing import TypeAlias

SCHEMA_VERSION = 1

Json: TypeAlias = bool | int | str | list["Json"] | dict[str, "Json"] | None


def print_document(body: Mapping[str, object]) -> None:
    """Print one document, keys in order, with the version of its shape."""
    document = {"schema_version": SCHEMA_VERSION, **{key: to_json(body[key]) for key in body}}
    sys.stdout.write(json.dumps(document, indent=2, sort_keys=True) + "\n")


def to_json(value: object) -> Json:
    """A value as JSON has it.

    Raises:
        TypeError: a kind of value that nobody has thought about, floats among them.
    """
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date | time):  # a datetime is a date
        return value.isoformat()
    return _nested(value)


def _nested(value: object) -> Json:
    if isinstance(value, Mapping):
        return {str(key): to_json(part) for key, part in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Collection):
        return [to_json(part) for part in value]
    raise TypeError(f"no JSON for {type(value).__name__}")
