"""Exact money of the sandbox: Decimal from text, four places inside, two on documents."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from connector.sandbox.errors import Unreadable

ZERO = Decimal(0)
CENT = Decimal("0.01")
FOUR_PLACES = Decimal("0.0001")
HUNDRED = Decimal(100)


def four(value: Decimal) -> Decimal:
    """Round half up to the four places of a database column."""
    return value.quantize(FOUR_PLACES, rounding=ROUND_HALF_UP)


def cents(value: Decimal) -> Decimal:
    """Round half up to the two places of a document."""
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


def read_decimal(raw: object) -> Decimal:
    """Read an exact number from wire text or an exact JSON number; Unreadable otherwise."""
    if isinstance(raw, bool) or not isinstance(raw, str | int | Decimal):
        raise Unreadable(f"not a number: {raw!r}")
    try:
        value = Decimal(raw.strip() if isinstance(raw, str) else raw)
    except InvalidOperation as error:
        raise Unreadable(f"not a number: {raw!r}") from error
    if not value.is_finite():
        raise Unreadable(f"not a number: {raw!r}")
    return value
