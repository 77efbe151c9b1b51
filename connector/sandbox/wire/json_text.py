"""Compact JSON text with exact numbers: a Decimal is written digit by digit."""

import json
from decimal import Decimal

# The encoder of the standard library can write exact numbers only as text. A private character
# marks such texts, and the marks with their quotes are taken out of the finished document.
_MARK = "\ue000"


def dump(value: object) -> str:
    """Write compact JSON; Decimals become numbers without an exponent or trailing zeros."""
    numbers = 0

    def marked(amount: object) -> str:
        nonlocal numbers
        if not isinstance(amount, Decimal):
            raise TypeError(f"{type(amount).__name__} is not JSON")
        numbers += 1
        return f"{_MARK}{_digits(amount)}{_MARK}"

    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=marked)
    if not numbers:
        return text
    if text.count(_MARK) != 2 * numbers:  # somebody's own text has the mark
        return _write(value)
    return text.replace(f'"{_MARK}', "").replace(f'{_MARK}"', "")


def load(text: str | bytes) -> object:
    """Read JSON with numbers kept exact."""
    value: object = json.loads(text, parse_float=Decimal)
    return value


def _write(value: object) -> str:
    if isinstance(value, Decimal):
        return _digits(value)
    if isinstance(value, dict):
        pairs = (f"{json.dumps(k, ensure_ascii=False)}:{_write(v)}" for k, v in value.items())
        return "{" + ",".join(pairs) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_write, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _digits(value: Decimal) -> str:
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text
