"""Who is suspended with a blocked main account, only where the operator wants it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from connector.domain.accounts import AccountStatus, BillingMode, StatusChange
from connector.domain.cascade import CascadeDecision, Suspension, plan_cascade
from connector.domain.ids import AccountId
from connector.domain.invoices import Invoice, InvoiceStatus
from connector.domain.policy import CascadePolicy
from connector.domain.snapshot import OwnRecord, OwnSuspension, Quarantined
from tests.build import account, change, family, invoice, link, moment

ACTIVE, BLOCKED = AccountStatus.ACTIVE, AccountStatus.BLOCKED
MIRROR = CascadePolicy(suspend="mirror")
CAUSE = change(1, 1, BLOCKED, "2026-01-17 00:30")
OVERDUE = invoice(10, 1, due_on=date(2026, 1, 16))
DEBTORS = family(
    main=account(1, BLOCKED),
    subs=(account(2), account(3)),
    invoices=(OVERDUE,),
    changes=(CAUSE,),
    at=moment("2026-01-17 08:00"),
)
BOTH = tuple(Suspension(sub_id=AccountId(n), cause_id=1) for n in (2, 3))


def test_active_aggregated_subs_follow_their_main() -> None:
    """Each once, named after the main's block."""
    assert plan_cascade(DEBTORS, MIRROR) == CascadeDecision(suspensions=BOTH)


def test_nobody_is_suspended_by_default() -> None:
    """The connector adds no blocks that nobody asked for."""
    assert plan_cascade(DEBTORS, CascadePolicy()) == CascadeDecision()


def test_nothing_is_decided_about_a_family_with_a_broken_record() -> None:
    """Neither suspended nor released."""
    broken = Quarantined(
        resource="invoices", object_id=1, account_id=None, field="total", problem="is no amount"
    )
    assert plan_cascade(replace(DEBTORS, quarantined=(broken,)), MIRROR) == CascadeDecision()


@pytest.mark.parametrize(
    ("changes", "invoices", "status"),
    [
        ((replace(CAUSE, administrator_id=7),), (OVERDUE,), BLOCKED),
        ((), (OVERDUE,), BLOCKED),
        ((CAUSE,), (), BLOCKED),
        ((CAUSE,), (invoice(10, 1, due_on=date(2026, 1, 17)),), BLOCKED),
        ((CAUSE,), (replace(OVERDUE, status=InvoiceStatus.PENDING),), BLOCKED),
        ((CAUSE,), (OVERDUE,), ACTIVE),
        ((CAUSE,), (OVERDUE,), AccountStatus.INACTIVE),
    ],
)
def test_only_a_block_for_debt_is_mirrored(
    changes: tuple[StatusChange, ...], invoices: tuple[Invoice, ...], status: AccountStatus
) -> None:
    """By the platform, with something overdue, while it lasts."""
    found = replace(DEBTORS, main=account(1, status), changes=changes, invoices=invoices)
    assert plan_cascade(found, MIRROR).suspensions == ()


def test_who_was_switched_on_again_stays_on() -> None:
    """One suspension for each block of the main; the next block begins anew."""
    done = OwnSuspension(sub_id=AccountId(2), cause_id=1, block_id=None)
    found = replace(DEBTORS, own=OwnRecord(suspensions=(done,)))
    assert plan_cascade(found, MIRROR).suspensions == BOTH[1:]
    again = replace(found, changes=(CAUSE, replace(CAUSE, id=8, at=moment("2026-01-17 01:30"))))
    assert [row.sub_id for row in plan_cascade(again, MIRROR).suspensions] == [2, 3]


def test_others_never_follow() -> None:
    """Independent, inactive, blocked already, former, or under another main on the platform."""
    found = replace(
        DEBTORS,
        subs=(
            account(2),
            account(3, AccountStatus.INACTIVE),
            account(4, BLOCKED),
            account(5),
            account(6, native_main_id=9),
        ),
        links=(
            link(1, 2, BillingMode.INDEPENDENT),
            *(link(1, n) for n in (3, 4, 6)),
            link(1, 5, until=date(2026, 1, 17)),
        ),
    )
    assert plan_cascade(found, MIRROR).suspensions == ()
