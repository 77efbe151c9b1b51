"""Invoices: what is open, overdue, and what their fingerprint notices."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from connector.domain.ids import AccountId
from connector.domain.invoices import Invoice, InvoiceStatus, InvoiceType, rounding_line, total_of
from tests.build import invoice, items

BASE = invoice(7, 2, "100.00@20 + 20.00")


@pytest.mark.parametrize(
    ("status", "due", "is_open", "is_partly_paid"),
    [
        (InvoiceStatus.NOT_PAID, "140.00", True, False),
        (InvoiceStatus.NOT_PAID, "0.01", True, True),
        (InvoiceStatus.NOT_PAID, "0", False, True),
        (InvoiceStatus.PAID, "0", False, False),
        (InvoiceStatus.PENDING, "140.00", False, False),
        (InvoiceStatus.DELETED, "140.00", False, False),
    ],
)
def test_open_and_partly_paid(
    status: InvoiceStatus, due: str, *, is_open: bool, is_partly_paid: bool
) -> None:
    """Derived from status and due, never stored."""
    found = replace(BASE, status=status, due=Decimal(due))
    assert (found.is_open, found.is_partly_paid) == (is_open, is_partly_paid)


def test_overdue_begins_after_the_last_day() -> None:
    """On the last day to pay nothing is overdue; without such a day nothing ever is."""
    assert BASE.due_on == date(2026, 1, 16)
    assert not BASE.is_overdue(date(2026, 1, 16))
    assert BASE.is_overdue(date(2026, 1, 17))
    assert not replace(BASE, due_on=None).is_overdue(date(2030, 1, 1))
    assert not replace(BASE, status=InvoiceStatus.PAID).is_overdue(date(2030, 1, 1))


def test_a_document_is_rounded_once() -> None:
    """Three lines of 39.996 make 119.99, not three times 40.00."""
    assert total_of(items("33.33@20 + 33.33@20 + 33.33@20")) == Decimal("119.99")


def test_a_line_keeps_four_places() -> None:
    """Net, tax and gross of 64516.1290 at 7.5 percent."""
    line = items("64516.1290@7.5")[0]
    assert [str(line.net), str(line.tax)] == ["64516.1290", "4838.7097"]
    assert line.gross == Decimal("69354.8387")


def test_the_rounding_line_is_worth_its_cents_and_bears_no_tax() -> None:
    """It may lower a total as well as raise it."""
    line = rounding_line(Decimal("-0.01"))
    assert (line.gross, line.tax) == (Decimal("-0.01"), Decimal(0))


def test_staff_notes_and_spelling_do_not_change_the_fingerprint() -> None:
    """A memo, and 140.0000 instead of 140.00, are the same invoice."""
    respelt = replace(BASE, memo="called", total=Decimal("140.0000"), due=Decimal("1.4E+2"))
    assert respelt.content_hash == BASE.content_hash


@pytest.mark.parametrize(
    "other",
    [
        replace(BASE, due=Decimal("139.99")),
        replace(BASE, total=Decimal("140.01")),
        replace(BASE, status=InvoiceStatus.PENDING),
        replace(BASE, type=InvoiceType.ONE_TIME),
        replace(BASE, account_id=AccountId(3)),
        replace(BASE, issued_on=date(2026, 1, 2)),
        replace(BASE, items=BASE.items[::-1]),
        replace(BASE, items=(replace(BASE.items[0], quantity=Decimal(2)), BASE.items[1])),
        replace(BASE, items=(replace(BASE.items[0], description="x"), BASE.items[1])),
    ],
)
def test_the_fingerprint_notices_what_a_merge_rests_on(other: Invoice) -> None:
    """Amounts, status, dates and every line."""
    assert other.content_hash != BASE.content_hash
