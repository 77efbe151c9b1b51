"""Exact amounts."""

from __future__ import annotations

from decimal import Decimal

import pytest

from connector.domain.money import add_up, parse_amount, round_document, round_stored


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0", "0.0000"),
        ("-12.5", "-12.5000"),
        ("+7", "7.0000"),
        (" 39.996 ", "39.9960"),
        ("64516.1290", "64516.1290"),
        ("1.50000000", "1.5000"),
        ("999999999999", "999999999999.0000"),
    ],
)
def test_an_amount_is_read_exactly(text: str, amount: str) -> None:
    """Four places, whatever the spelling."""
    assert str(parse_amount(text)) == amount


@pytest.mark.parametrize(
    "text",
    [
        "",
        "free",
        "1,5",
        "NaN",
        "sNaN",
        "-Infinity",
        "1.00001",
        "1000000000000",
    ],
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    """Not a number, too fine, or larger than anything plausible."""
    with pytest.raises(ValueError, match=r"amount|places"):
        parse_amount(text)


@pytest.mark.parametrize(
    ("exact", "rounded"),
    [("0.005", "0.01"), ("0.0049", "0.00"), ("-0.005", "-0.01"), ("119.988", "119.99")],
)
def test_documents_round_half_away_from_zero(exact: str, rounded: str) -> None:
    """As the platform rounds, discounts included."""
    assert str(round_document(Decimal(exact))) == rounded


def test_stored_prices_keep_four_places() -> None:
    """A quantity of thirds does not carry an endless tail along."""
    assert round_stored(Decimal("0.33335")) == Decimal("0.3334")


def test_nothing_adds_up_to_zero() -> None:
    """An empty sum is an amount, not an integer by accident."""
    total = add_up([])
    assert isinstance(total, Decimal)
    assert total == 0
