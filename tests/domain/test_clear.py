"""When a main account is clear, and when an account owes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from connector.domain.accounts import AccountStatus
from connector.domain.cascade import (
    is_clear,
    owes_nothing,
    plan_cascade,
)
from connector.domain.invoices import Invoice, InvoiceStatus
from tests.build import account, billing, invoice
from tests.domain.blocked import (
    ACTIVE,
    OVERDUE_PAID,
    POLICY,
    YESTERDAY,
    blocked_family,
)


@pytest.mark.parametrize(
    ("document", "balance", "clear", "overdue_paid"),
    [
        (None, "0", True, True),
        (None, "-0.01", False, True),
        (invoice(10, 1, due_on=date(2026, 1, 30)), "-120.00", True, True),
        (invoice(10, 1, due_on=date(2026, 1, 30)), "-120.01", False, True),
        (invoice(10, 1, due_on=date(2026, 1, 20)), "-120.00", True, True),
        (invoice(10, 1, due_on=YESTERDAY), "-120.00", False, False),
        (invoice(10, 1, due_on=YESTERDAY), "500.00", False, False),
        (invoice(10, 1, due_on=YESTERDAY, due="0.01"), "-0.01", False, False),
        (invoice(10, 1, due_on=YESTERDAY, status=InvoiceStatus.PAID), "0", True, True),
        (invoice(10, 1, due_on=YESTERDAY, status=InvoiceStatus.DELETED), "0", True, True),
        (invoice(10, 1, due_on=YESTERDAY, status=InvoiceStatus.PENDING), "0", False, False),
        (
            invoice(10, 1, due_on=date(2026, 1, 30), status=InvoiceStatus.PENDING),
            "-120.00",
            False,
            True,
        ),
    ],
)
def test_when_a_main_is_clear(
    document: Invoice | None, balance: str, *, clear: bool, overdue_paid: bool
) -> None:
    """Nothing overdue, not even with a charge under way, and the balance covers what is due."""
    found = blocked_family(
        invoices=(document,) if document else (), main_billing=billing(1, balance)
    )
    assert is_clear(found, POLICY) is clear
    assert is_clear(found, OVERDUE_PAID) is overdue_paid
    assert bool(plan_cascade(found, POLICY).releases) is clear


@pytest.mark.parametrize("status", [s for s in AccountStatus if s is not ACTIVE])
def test_only_an_active_main_is_clear(status: AccountStatus) -> None:
    """Whatever its balance says."""
    assert not is_clear(replace(blocked_family(), main=account(1, status)), OVERDUE_PAID)


def test_a_minimum_balance_moves_the_line() -> None:
    """Ten may be owed where minus ten is the minimum."""
    lenient = billing(1, "-10.00", min_balance="-10.00")
    assert is_clear(blocked_family(main_billing=lenient), POLICY)
    strict = replace(lenient, balance=Decimal("-10.01"))
    assert not is_clear(blocked_family(main_billing=strict), POLICY)


def test_owing_nothing_is_asked_of_subs_alike() -> None:
    """Overdue documents count even where the balance is positive."""
    today = date(2026, 1, 20)
    assert owes_nothing(billing(2), (), today)
    assert not owes_nothing(billing(2, "-1"), (), today)
    assert not owes_nothing(billing(2, "500"), (invoice(20, 2, due_on=YESTERDAY),), today)
    pending = invoice(20, 2, due_on=YESTERDAY, status=InvoiceStatus.PENDING)
    assert not owes_nothing(billing(2, "500"), (pending,), today)
