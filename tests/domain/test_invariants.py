"""The laws that planners assert: each breach is noticed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from connector.domain.invariants import assert_merge_conserves, is_implausible_loss, net_by_rate
from connector.domain.invoices import Invoice, InvoiceItem, rounding_line
from connector.errors import InvariantBroken
from tests.build import invoice, items

ONE = invoice(1, 2, "10.00@20")
TWO = invoice(2, 3, "5.00 + 5.00@20")
LINES = (*ONE.items, *TWO.items)


def test_a_merge_that_conserves_passes() -> None:
    """Twelve and eleven make twenty-three, at the same rates."""
    assert_merge_conserves((ONE, TWO), LINES, Decimal("23.00"))


@pytest.mark.parametrize(
    ("sources", "lines", "total", "words"),
    [
        ((ONE, ONE), (*ONE.items, *ONE.items), "24.00", "twice"),
        ((ONE, TWO), LINES, "23.01", "sources 23.00"),
        ((ONE, TWO), ONE.items, "23.00", "lines 12.00"),
        ((ONE, TWO), items("23.00"), "23.00", "net at"),
        ((ONE,), (*items("9.00@20 + 1.20"),), "12.00", "net at"),
    ],
)
def test_a_merge_that_loses_doubles_or_moves_is_a_bug(
    sources: tuple[Invoice, ...], lines: tuple[InvoiceItem, ...], total: str, words: str
) -> None:
    """A source twice, a total that differs, or an amount under another tax rate."""
    with pytest.raises(InvariantBroken, match=words):
        assert_merge_conserves(sources, lines, Decimal(total))


def test_only_a_cent_per_source_may_be_rounded() -> None:
    """Rounding bears no tax, and never more than its share."""
    three = tuple(invoice(n, n, "33.33@20") for n in (1, 2, 3))
    lines = tuple(line for source in three for line in source.items)
    assert_merge_conserves(three, (*lines, rounding_line(Decimal("0.01"))), Decimal("120.00"))
    off = invoice(9, 9, "10.00", total="10.02")
    with pytest.raises(InvariantBroken, match="net at 0"):
        assert_merge_conserves(
            (off,), (*off.items, rounding_line(Decimal("0.02"))), Decimal("10.02")
        )


def test_net_is_added_up_by_rate() -> None:
    """20 and 20.0000 percent are one rate."""
    found = net_by_rate(items("10.00@20 + 5.00@20.0000 + 1.00"))
    assert found == {Decimal(20): Decimal(15), Decimal(0): Decimal(1)}


@pytest.mark.parametrize(
    ("before", "now", "implausible"),
    [(0, 0, False), (100, 90, False), (100, 89, True), (100, 150, False), (1, 0, True)],
)
def test_a_great_loss_is_not_believed(before: int, now: int, *, implausible: bool) -> None:
    """More than the percentage, not exactly it."""
    assert is_implausible_loss(before, now, 10) is implausible
