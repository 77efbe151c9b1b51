"""Parts of a document: shared out by rate, in whole cents, and what no share can be made of."""

from __future__ import annotations

from decimal import Decimal

from connector.domain.invoices import total_of
from connector.domain.shares import is_in_cents, items_for, rest_of
from tests.build import items


def test_a_part_is_taken_of_each_rate_alike() -> None:
    """And the rest is what that leaves of each."""
    lines = items("100.00@20 + 50.00@10")
    part = items_for(lines, Decimal("87.50"), "Part")
    assert [(row.tax_percent, row.gross) for row in part] == [
        (Decimal(10), Decimal("27.50")),
        (Decimal(20), Decimal(60)),
    ]
    rest = rest_of(lines, part, Decimal("87.50"), "Rest")
    assert total_of(part) + total_of(rest) == total_of(lines)


def test_a_document_that_comes_to_nothing_is_shared_by_no_rate() -> None:
    """A credit of its lines is one visible line without tax."""
    (line,) = items_for(items("10.00@20 + -10.00@20"), Decimal(5), "Part")
    assert (line.description, line.price, line.tax_percent) == (
        "Rounding",
        Decimal(5),
        Decimal(0),
    )


def test_a_total_is_in_cents() -> None:
    """Documents are rounded to them."""
    assert is_in_cents(Decimal("1.10"))
    assert not is_in_cents(Decimal("1.105"))


def test_the_largest_remainders_get_the_cents_that_are_left() -> None:
    """Three rates of one gross amount each: a cent is nobody's third."""
    lines = items("60.00@0 + 50.00@20 + 30.00@100")
    part = items_for(lines, Decimal("0.10"), "Part")
    assert [row.price for row in part] == [Decimal("0.04"), Decimal("0.025"), Decimal("0.015")]
    assert total_of(part) == Decimal("0.10")
