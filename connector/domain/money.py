"""Exact amounts: ``Decimal`` from the wire's text, four places, documents rounded half up.

The platform keeps net prices with four places and rounds a document's total to the currency's
places, half away from zero (Splynx API 2.0, invoices). No float ever touches an amount.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

ZERO = Decimal(0)
CENT = Decimal("0.01")
STORED = Decimal("0.0001")
LARGEST = Decimal(999999999999)


def parse_amount(text: str) -> Decimal:
    """Read an amount from its text, exactly.

    Args:
        text: decimal digits with an optional sign and point, at most four places after it
            (further zeros are allowed), in the platform's one currency.

    Raises:
        ValueError: not a number, more than four places, or larger than any plausible amount.
    """
    try:
        amount = Decimal(text.strip())
    except InvalidOperation:
        raise ValueError(f"not an amount: {text!r}") from None
    if not amount.is_finite() or abs(amount) > LARGEST:
        raise ValueError(f"not a plausible amount: {text!r}")
    stored = amount.quantize(STORED)
    if stored != amount:
        raise ValueError(f"more than four places: {text!r}")
    return stored


def round_stored(amount: Decimal) -> Decimal:
    """Round to the four places the platform keeps, half up."""
    return amount.quantize(STORED, rounding=ROUND_HALF_UP)


def round_document(amount: Decimal) -> Decimal:
    """Round a document's total to cents, half up, as the platform does."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def told(amount: Decimal) -> str:
    """The amount for a sentence: two places, or all it has if two would hide some of it."""
    cents = amount.quantize(CENT)
    return f"{cents if cents == amount else amount.normalize():f}"


def add_up(amounts: Iterable[Decimal]) -> Decimal:
    """The exact sum; zero for nothing."""
    return sum(amounts, ZERO)
