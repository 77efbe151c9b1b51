"""Laws that planners assert before they hand a plan out, and the verifier after it was carried out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from connector.domain.invoices import Invoice, InvoiceItem, total_of
from connector.domain.money import CENT, add_up
from connector.errors import InvariantBroken

ROUNDING_RATE = Decimal(0)


def assert_merge_conserves(
    sources: tuple[Invoice, ...], items: tuple[InvoiceItem, ...], total: Decimal
) -> None:
    """Nothing is lost, doubled or moved between tax rates by a merge.

    Raises:
        InvariantBroken: the totals differ, a source stands twice, or the net amount at some tax
            rate is not that of the sources (but for rounding cents, which bear no tax).
    """
    if len({invoice.id for invoice in sources}) != len(sources):
        raise InvariantBroken("a source stands twice in one merge")
    promised = add_up(invoice.total for invoice in sources)
    if not promised == total == total_of(items):
        raise InvariantBroken(f"sources {promised}, plan {total}, lines {total_of(items)}")
    before = (item for invoice in sources for item in invoice.items)
    for rate, moved in moved_rates(before, items, cents=len(sources)).items():
        raise InvariantBroken(f"net at {rate} % changed by {abs(moved)}")


def moved_rates(
    before: Iterable[InvoiceItem], after: Iterable[InvoiceItem], *, cents: int
) -> dict[Decimal, Decimal]:
    """By how much the net amount at each tax rate differs, where it may not.

    Args:
        before: the lines that were to be kept.
        after: the lines that are there.
        cents: how many rounding cents, which bear no tax, may have come or gone.
    """
    meant, made = net_by_rate(before), net_by_rate(after)
    found: dict[Decimal, Decimal] = {}
    for rate in sorted(meant.keys() | made.keys()):
        moved = made[rate] - meant[rate]
        allowed = CENT * cents if rate == ROUNDING_RATE else Decimal(0)
        if abs(moved) > allowed:
            found[rate] = moved
    return found


def net_by_rate(items: Iterable[InvoiceItem]) -> defaultdict[Decimal, Decimal]:
    """Net amount at each tax rate, four places."""
    found: defaultdict[Decimal, Decimal] = defaultdict(Decimal)
    for item in items:
        found[item.tax_percent] += item.net
    return found


def is_implausible_loss(before: int, now: int, percent: int) -> bool:
    """Whether so many records vanished that our view is broken, not the world."""
    return before > 0 and (before - now) * 100 > before * percent
