"""The sections of a merged invoice: a heading for each source, which names it, and its lines.

A merged invoice says by its headings which invoices it stands for. So it can be understood without
our journal, by people and by :mod:`connector.saga.rebuilding`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from connector.domain.accounts import Account
from connector.domain.ids import AccountId
from connector.domain.invoices import ROUNDING, Invoice, InvoiceItem
from connector.domain.money import ZERO

_NAMED = re.compile(r"(?:^|.* · )account (\d+) · invoice (.+)", re.DOTALL)


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """What a merged invoice carries of one source."""

    account_id: AccountId
    number: str  #: of the source, as it is printed
    items: tuple[InvoiceItem, ...]  #: without the heading, as they stood on the source


def section_of(account: Account, main_id: AccountId, invoice: Invoice) -> tuple[InvoiceItem, ...]:
    """The heading of a source, and its lines as the merged invoice has them."""
    sub_id = account.id if account.id != main_id else None
    parts = [account.name, account.address, f"account {account.id}", f"invoice {invoice.number}"]
    heading = InvoiceItem(
        description=" · ".join(part for part in parts if part),
        quantity=Decimal(1),
        unit="",
        price=ZERO,
        tax_percent=ZERO,
        sub_account_id=sub_id,
    )
    return (heading, *(replace(item, sub_account_id=sub_id) for item in invoice.items))


def sections_in(items: Iterable[InvoiceItem]) -> tuple[Section, ...]:
    """The sections of a document, in order; none if it has no heading of ours."""
    found: list[Section] = []
    for item in items:
        named = _NAMED.fullmatch(item.description) if item.price == ZERO else None
        if named is not None:
            account_id, number = AccountId(int(named[1])), named[2]
            found.append(Section(account_id=account_id, number=number, items=()))
        elif found and not _is_closing(item):
            line = replace(item, sub_account_id=None)
            found[-1] = replace(found[-1], items=(*found[-1].items, line))
    return tuple(found)


def _is_closing(item: InvoiceItem) -> bool:
    return item.description == ROUNDING and item.tax_percent == ZERO and item.tax_id is None
