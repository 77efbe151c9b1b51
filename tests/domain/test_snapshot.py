"""The snapshot's views on a family."""

from __future__ import annotations

from datetime import date

from connector.domain.accounts import AccountStatus, BillingMode
from tests.build import account, family, invoice, link

BLOCKED = AccountStatus.BLOCKED


def test_members_by_their_links_today() -> None:
    """Ended, future, independent and unreadable ones are left out, each from its own list."""
    found = family(
        subs=(account(5, BLOCKED), account(4), account(3), account(2), account(6, BLOCKED)),
        links=(
            link(1, 6, BillingMode.INDEPENDENT),
            link(1, 5),
            link(1, 4),
            link(1, 3, until=date(2026, 1, 10)),
            link(1, 2, since=date(2026, 1, 11)),
            link(1, 9),
        ),
    )
    assert [sub.id for _, sub in found.live_links()] == [4, 5, 6]
    assert [sub.id for sub in found.aggregated_subs()] == [4, 5]
    assert [sub.id for sub in found.blocked_subs()] == [5]


def test_invoices_of_a_member_come_oldest_first() -> None:
    """By date, then by number."""
    rows = (
        invoice(3, 2, issued_on=date(2026, 1, 1)),
        invoice(1, 2, issued_on=date(2026, 1, 2)),
        invoice(2, 2, issued_on=date(2026, 1, 1)),
        invoice(4, 5),
    )
    found = family(subs=(account(2),), invoices=rows)
    assert [inv.id for inv in found.invoices_of(account(2).id)] == [2, 3, 1]


def test_a_sub_is_elsewhere_if_the_platform_says_so() -> None:
    """Linked to our main, or not at all, is not elsewhere."""
    found = family()
    assert found.is_elsewhere(account(2, native_main_id=7))
    assert not found.is_elsewhere(account(2, native_main_id=1))
    assert not found.is_elsewhere(account(2))
    assert found.today == date(2026, 1, 10)
