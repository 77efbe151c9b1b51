"""How long a cycle waits, and the guard around the platform's own jobs."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from connector.domain.accounts import AccountStatus, BillingMode, cycle_of
from connector.domain.ids import InvoiceId
from connector.domain.invoices import InvoiceStatus
from connector.domain.policy import MergePolicy
from connector.domain.snapshot import FamilySnapshot, OwnRecord
from connector.domain.sources import gather_sources
from connector.domain.window import guarded_until, judge_window, undecided_members
from tests.build import NEW_YEAR, account, family, invoice, link, moment

JANUARY = cycle_of(NEW_YEAR, 1)
POLICY = MergePolicy()
TWO_DAYS_ON = moment("2026-01-03 12:00")
"""Within the window of 96 hours that a document of New Year opens."""


def sentence_of(found: FamilySnapshot) -> str:
    """Why January is not merged yet; empty when it may be."""
    sources, _ = gather_sources(found)
    window = judge_window(found, JANUARY, sources[JANUARY], POLICY)
    return window.sentence if window else ""


def test_a_cycle_waits_for_a_charged_member() -> None:
    """Until it has issued, or the window has passed; both are told."""
    found = family(
        subs=(account(2), account(3)),
        invoices=(invoice(20, 2),),
        serviced=(3,),
        at=TWO_DAYS_ON,
    )
    sources, _ = gather_sources(found)
    window = judge_window(found, JANUARY, sources[JANUARY], POLICY)
    assert window is not None
    assert window.sentence == "waiting for 1 of 3: 3 Name 3"
    assert window.until == moment("2026-01-05")
    assert window.cycle == JANUARY


@pytest.mark.parametrize(("at", "waits"), [("2026-01-04 23:00", True), ("2026-01-05", False)])
def test_a_window_ends(at: str, *, waits: bool) -> None:
    """Ninety-six hours after the day of the first document; then who is there is merged."""
    found = family(
        subs=(account(2), account(3)),
        invoices=(invoice(20, 2),),
        serviced=(3,),
        at=moment(at),
    )
    policy = MergePolicy(guard=timedelta(0))
    assert bool(judge_window(found, JANUARY, list(found.invoices), policy)) is waits


def test_the_subs_open_the_window_not_the_main() -> None:
    """The main's own document may be old: the other subs still get their time."""
    found = family(
        subs=(account(2), account(3)),
        invoices=(invoice(10, 1), invoice(20, 2, issued_on=date(2026, 1, 9))),
        serviced=(3,),
    )
    assert sentence_of(found) == "waiting for 1 of 3: 3 Name 3"


@pytest.mark.parametrize("status", [AccountStatus.NEW, AccountStatus.INACTIVE])
def test_who_is_not_charged_is_not_waited_for(status: AccountStatus) -> None:
    """New and inactive accounts issue nothing; blocked ones do (next test)."""
    found = family(
        subs=(account(2), account(3, status)),
        invoices=(invoice(20, 2),),
        serviced=(3,),
        at=TWO_DAYS_ON,
    )
    assert sentence_of(found) == ""


def test_blocked_members_and_the_main_itself_are_waited_for() -> None:
    """The platform goes on charging who is blocked."""
    found = family(
        subs=(account(2), account(3, AccountStatus.BLOCKED)),
        invoices=(invoice(20, 2),),
        serviced=(1, 3),
        at=TWO_DAYS_ON,
    )
    assert sentence_of(found) == "waiting for 2 of 3: 1 Name 1, 3 Name 3"


def test_long_lists_are_cut() -> None:
    """Three names and a number are enough."""
    found = family(
        subs=tuple(account(n) for n in range(2, 8)),
        invoices=(invoice(20, 2),),
        serviced=range(3, 8),
        at=TWO_DAYS_ON,
    )
    assert sentence_of(found) == "waiting for 5 of 7: 3 Name 3, 4 Name 4, 5 Name 5 and 2 more"


def test_who_will_not_be_merged_is_not_waited_for() -> None:
    """Natively aggregated, of another partner, independent, or without a service."""
    found = family(
        subs=(
            account(2),
            account(3, native_main_id=1),
            account(4, partner_id=9),
            account(5),
            account(6),
        ),
        links=(*(link(1, n) for n in (2, 3, 4, 6)), link(1, 5, BillingMode.INDEPENDENT)),
        invoices=(invoice(20, 2),),
        serviced=(3, 4, 5),
        at=TWO_DAYS_ON,
    )
    assert sentence_of(found) == ""


def test_a_paid_or_pending_invoice_is_an_issued_one() -> None:
    """A deleted one is not, nor is our own merged document."""
    rows = (
        invoice(20, 2),
        invoice(30, 3, status=InvoiceStatus.PAID),
        invoice(40, 4, status=InvoiceStatus.PENDING),
        invoice(50, 5, status=InvoiceStatus.DELETED),
        invoice(60, 6, issued_on=date(2025, 12, 31)),
        invoice(10, 1),
    )
    found = family(
        subs=tuple(account(n) for n in range(2, 7)),
        invoices=rows,
        serviced=range(1, 7),
        own=OwnRecord(issued=frozenset({InvoiceId(10)})),
        at=TWO_DAYS_ON,
    )
    assert sentence_of(found) == "waiting for 3 of 6: 1 Name 1, 5 Name 5, 6 Name 6"
    assert undecided_members(found) == {1, 5, 6}


def test_nobody_is_undecided_without_a_source() -> None:
    """Services are asked for only where the answer matters."""
    assert undecided_members(family(subs=(account(2),))) == frozenset()


def test_a_closed_window_still_keeps_off_the_platforms_jobs() -> None:
    """Everybody has issued, but it is three minutes to midnight."""
    found = family(subs=(account(2),), invoices=(invoice(20, 2),), at=moment("2026-01-10 22:10"))
    window = judge_window(found, JANUARY, list(found.invoices), POLICY)
    assert window is not None
    assert window.until == moment("2026-01-10 22:30")
    assert "too near" in window.sentence


@pytest.mark.parametrize(
    ("at", "ends"),
    [
        ("2026-01-10 12:00", None),
        ("2026-01-10 21:30", None),
        ("2026-01-10 21:31", "2026-01-10 22:30"),
        ("2026-01-10 22:30", None),
        ("2026-01-10 23:40", "2026-01-11 00:29"),
        ("2026-01-11 00:10", "2026-01-11 00:29"),
        ("2026-01-11 00:29", "2026-01-11 01:00"),
        ("2026-01-11 01:00", None),
    ],
)
def test_the_guard_reaches_over_midnight(at: str, ends: str | None) -> None:
    """Half an hour to either side of each job, its ends excluded."""
    assert guarded_until(moment(at), POLICY) == (None if ends is None else moment(ends))


def test_a_guard_before_midnight_belongs_to_the_next_day() -> None:
    """A job at ten past midnight keeps us off the evening before; no job, no guard."""
    policy = MergePolicy(guard_times=(time(0, 10),))
    assert guarded_until(moment("2026-01-10 23:50"), policy) == moment("2026-01-11 00:40")
    assert guarded_until(moment("2026-01-10 23:50"), MergePolicy(guard_times=())) is None
