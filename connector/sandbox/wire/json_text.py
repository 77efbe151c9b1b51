"""Compact JSON text with exact numbers: a Decimal is written digit by digit."""

import json
from decimal import Decimal


def dump(value: object) -> str:
    """Write compact JSON; Decimals become numbers without an exponent or trailing zeros."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except TypeError:
        return _write(value)


def load(text: str | bytes) -> object:
    """Read JSON with numbers kept exact."""
    value: object = json.loads(text, parse_float=Decimal)
    return value


def _write(value: object) -> str:
    if isinstance(value, Decimal):
        return _digits(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(k)}:{_write(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_write, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _digits(value: Decimal) -> str:
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text
