"""A part of a document, spread over its tax rates so that nothing moves from one rate to another.

A credit note for a part of an invoice must say how much of it is taxed at which rate. The part is
shared out by each rate's gross amount, in whole cents by largest remainder; what is left for a
second document is the exact difference. Both are one line for each rate.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import ROUND_FLOOR, Decimal

from connector.domain.invariants import net_by_rate
from connector.domain.invoices import PERCENT, InvoiceItem, rounding_line, total_of
from connector.domain.money import CENT, ZERO, round_stored

Items = tuple[InvoiceItem, ...]


def is_in_cents(amount: Decimal) -> bool:
    """Whether a document can have this total: documents are rounded to cents."""
    return amount == amount.quantize(CENT)


def items_for(items: Items, amount: Decimal, words: str) -> Items:
    """Lines that make ``amount``: the given ones if they do, else that share of each tax rate.

    Args:
        items: the lines of the document that is credited, of which a positive amount is left.
        amount: what the lines must make, in whole cents.
        words: description of a shared line; the rate is added.
    """
    if total_of(items) == amount:
        return items
    net = {rate: gross / _factor(rate) for rate, gross in _shared(_gross(items), amount).items()}
    return _lines(items, net, amount, words)


def rest_of(items: Items, taken: Iterable[InvoiceItem], amount: Decimal, words: str) -> Items:
    """Lines that make ``amount``: what ``taken`` left of ``items`` at each tax rate."""
    gone = tuple(taken)
    if not gone and total_of(items) == amount:
        return items
    before, after = net_by_rate(items), net_by_rate(gone)
    rates = sorted(before.keys() | after.keys())
    net = {rate: before[rate] - after[rate] for rate in rates}
    return _lines((*items, *gone), net, amount, words)


def _lines(like: Items, net: Mapping[Decimal, Decimal], amount: Decimal, words: str) -> Items:
    """One line for each rate, and the visible cent between their sum and the total."""
    tax_ids = {item.tax_percent: item.tax_id for item in reversed(like)}
    lines = tuple(
        InvoiceItem(
            description=f"{words} ({rate.normalize():f} %)",
            quantity=Decimal(1),
            unit="",
            price=round_stored(price),
            tax_percent=rate,
            tax_id=tax_ids.get(rate),
        )
        for rate, price in net.items()
        if round_stored(price)
    )
    cents = amount - total_of(lines)
    return (*lines, rounding_line(cents)) if cents else lines


def _gross(items: Items) -> dict[Decimal, Decimal]:
    found: dict[Decimal, Decimal] = defaultdict(Decimal)
    for item in items:
        found[item.tax_percent] += item.gross
    return {rate: gross for rate, gross in sorted(found.items()) if gross}


def _shared(gross: Mapping[Decimal, Decimal], amount: Decimal) -> dict[Decimal, Decimal]:
    """Whole cents for each rate that add up to the amount; the largest remainders get one more."""
    whole = sum(gross.values(), ZERO)
    if whole <= ZERO:
        return {}
    exact = {rate: amount * part / whole for rate, part in gross.items()}
    shares = {rate: part.quantize(CENT, rounding=ROUND_FLOOR) for rate, part in exact.items()}
    left = int((amount - sum(shares.values(), ZERO)) / CENT)
    for rate in sorted(exact, key=lambda rate: (shares[rate] - exact[rate], rate))[:left]:
        shares[rate] += CENT
    return shares


def _factor(rate: Decimal) -> Decimal:
    return 1 + rate / PERCENT
