"""What a merged invoice contains, to the cent."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from connector.domain.accounts import AccountStatus, cycle_of
from connector.domain.ids import InvoiceId
from connector.domain.invariants import net_by_rate
from connector.domain.invoices import Invoice, InvoiceStatus, total_of
from connector.domain.merge import MergeDecision, MergePlan, plan_merge
from connector.domain.policy import MergePolicy
from connector.domain.snapshot import FamilySnapshot, OwnRecord
from tests.build import NEW_YEAR, account, billing, family, invoice, moment

POLICY = MergePolicy()
REFUSE = MergePolicy(rounding="refuse")
REFERENCE = (
    invoice(10, 1, "30.00@20"),
    invoice(20, 2, "10.00@20"),
    invoice(30, 3, "20.00@20"),
    invoice(40, 4, "33.33@20"),
)
SUBS = (account(2, address="Main Street 2"), account(3), account(4))
THIRDS = tuple(invoice(n * 10, n, "33.33@20") for n in (2, 3, 4))


def the_plan(found: FamilySnapshot, policy: MergePolicy = POLICY) -> MergePlan:
    """The one plan of a family that has nothing else to say."""
    decision = plan_merge(found, policy)
    assert decision.refusals == ()
    assert decision.windows == ()
    (plan,) = decision.plans
    return plan


def test_the_reference_family_gets_one_invoice_of_112() -> None:
    """36.00, 12.00, 24.00 and 40.00: the third location's 39.996 is stored as 40.00."""
    assert [str(inv.total) for inv in REFERENCE] == ["36.00", "12.00", "24.00", "40.00"]
    plan = the_plan(family(subs=SUBS, invoices=REFERENCE))
    assert plan.total == Decimal("112.00") == total_of(plan.items)
    assert [inv.id for inv in plan.sources] == [10, 20, 30, 40]
    assert net_by_rate(plan.items) == {
        Decimal(20): Decimal("93.33"),
        Decimal(0): Decimal(0),
    }
    assert (plan.main_id, plan.cycle, plan.supplement) == (1, cycle_of(NEW_YEAR, 1), False)
    assert not any(line.description == "Rounding" for line in plan.items)


def test_three_times_39_996_show_their_cent() -> None:
    """Three documents of 40.00 are 120.00; one document of their lines would be 119.99."""
    plan = the_plan(family(subs=SUBS, invoices=THIRDS))
    rounding = plan.items[-1]
    assert plan.total == Decimal("120.00") == total_of(plan.items)
    assert (rounding.description, rounding.price, rounding.tax_percent) == (
        "Rounding",
        Decimal("0.01"),
        Decimal(0),
    )


def test_many_sources_may_need_more_than_one_cent() -> None:
    """Ten documents of 40.00 are 400.00; their lines alone would be 399.96."""
    rows = tuple(invoice(n, 2, "33.33@20") for n in range(20, 30))
    plan = the_plan(family(subs=SUBS, invoices=rows))
    assert (plan.total, plan.items[-1].price) == (Decimal("400.00"), Decimal("0.04"))


def test_the_mains_own_section_comes_first() -> None:
    """Then the subs by number, then their invoices, whatever the main's number is."""
    rows = [invoice(n, owner) for n, owner in ((7, 3), (9, 2), (8, 50), (6, 2))]
    found = family(main=account(50), subs=(account(3), account(2)), invoices=rows)
    assert [inv.id for inv in the_plan(found).sources] == [8, 6, 9, 7]


def test_a_cent_may_be_refused_instead() -> None:
    """By setting; where nothing is to be rounded the setting changes nothing."""
    decision = plan_merge(family(subs=SUBS, invoices=THIRDS), REFUSE)
    assert decision.plans == ()
    assert [row.rule for row in decision.refusals] == ["rounding"]
    assert "120.00" in decision.refusals[0].sentence
    assert "119.99" in decision.refusals[0].sentence
    assert the_plan(family(subs=SUBS, invoices=REFERENCE), REFUSE).total == Decimal("112.00")


def test_rounding_never_exceeds_a_cent_per_source() -> None:
    """Stored cents and rounded halves may add up to more: then people look."""
    rows = tuple(invoice(n, 2, "10.0055", total="10.02") for n in range(20, 24))
    decision = plan_merge(family(subs=SUBS, invoices=rows), POLICY)
    assert [row.rule for row in decision.refusals] == ["rounding"]
    assert decision.plans == ()


def test_each_source_has_a_section_of_its_own() -> None:
    """A heading of price zero, then the lines as stored, all with the sub's number."""
    lines = replace(REFERENCE[1].items[0], tax_id=3, category_id=4, period_from=NEW_YEAR)
    rows = (REFERENCE[0], replace(REFERENCE[1], items=(lines,)))
    plan = the_plan(family(subs=SUBS, invoices=rows))
    main_heading, main_line, heading, line = plan.items
    assert main_heading.description == "Name 1 · account 1 · invoice N10"
    assert (main_heading.sub_account_id, main_line.sub_account_id) == (None, None)
    assert heading.description == "Name 2 · Main Street 2 · account 2 · invoice N20"
    assert (heading.gross, heading.sub_account_id) == (Decimal(0), 2)
    assert line == replace(lines, sub_account_id=account(2).id)


def test_too_many_sources_wait_for_a_person() -> None:
    """A bound is a bound; exactly as many are allowed."""
    found = family(subs=SUBS, invoices=REFERENCE)
    assert the_plan(found, MergePolicy(sources_max=4)).total == Decimal("112.00")
    decision = plan_merge(found, MergePolicy(sources_max=3))
    assert [row.rule for row in decision.refusals] == ["too_many_sources"]
    assert decision.plans == ()


def test_a_refused_family_has_one_refusal_and_nothing_else() -> None:
    """An inactive main pays for nobody."""
    found = family(main=account(1, AccountStatus.INACTIVE), subs=SUBS, invoices=REFERENCE)
    decision = plan_merge(found, POLICY)
    assert decision == MergeDecision(refusals=decision.refusals)
    assert [row.rule for row in decision.refusals] == ["main_inactive"]


def test_an_open_window_is_told_instead_of_a_plan() -> None:
    """Somebody who is charged has not issued yet."""
    decision = plan_merge(
        family(subs=SUBS, invoices=REFERENCE[:3], serviced=(4,), at=moment("2026-01-02 12:00")),
        POLICY,
    )
    assert decision.plans == ()
    assert [row.sentence for row in decision.windows] == ["waiting for 1 of 4: 4 Name 4"]


def test_each_cycle_is_a_merge_of_its_own() -> None:
    """Oldest first; a late document never slips into another cycle."""
    billed = billing(billing_day=5)
    rows = (invoice(20, 2, issued_on=date(2026, 1, 4)), invoice(21, 2, issued_on=date(2026, 1, 5)))
    decision = plan_merge(family(subs=SUBS, invoices=rows, main_billing=billed), POLICY)
    assert [[inv.id for inv in plan.sources] for plan in decision.plans] == [[20], [21]]
    assert [plan.cycle.start for plan in decision.plans] == [date(2025, 12, 5), date(2026, 1, 5)]


def test_who_comes_later_gets_a_supplement() -> None:
    """Only the new source, and it is called what it is."""
    own = OwnRecord(taken=frozenset({InvoiceId(20)}), issued=frozenset({InvoiceId(90)}))
    rows = (
        invoice(20, 2, status=InvoiceStatus.PAID),
        invoice(90, 1, issued_on=date(2026, 1, 3)),
        invoice(30, 3, "20.00@20", issued_on=date(2026, 1, 8)),
    )
    plan = the_plan(family(subs=SUBS, invoices=rows, own=own))
    assert ([inv.id for inv in plan.sources], plan.supplement) == ([30], True)
    assert plan.total == Decimal("24.00")


@pytest.mark.parametrize(
    ("rows", "due_on"),
    [
        ((invoice(10, 1, due_on=date(2026, 1, 12)), invoice(20, 2)), "2026-01-12"),
        ((invoice(20, 2), invoice(30, 3, due_on=date(2026, 1, 30))), "2026-01-30"),
        ((invoice(20, 2, due_on=date(2026, 1, 10)),), "2026-01-10"),
        ((invoice(20, 2, due_on=date(2026, 1, 9)),), "2026-01-25"),
        ((replace(invoice(20, 2), due_on=None),), "2026-01-25"),
        ((replace(invoice(10, 1), due_on=None), invoice(20, 2)), "2026-01-16"),
    ],
)
def test_the_last_day_to_pay(rows: tuple[Invoice, ...], due_on: str) -> None:
    """The main's own, else the latest; never a day that is gone, which would block at once."""
    plan = the_plan(family(subs=SUBS, invoices=rows))
    assert plan.due_on == date.fromisoformat(due_on)
    assert plan.issued_on == date(2026, 1, 10)


def test_discounts_keep_their_sign() -> None:
    """A negative line lowers its own tax rate and no other."""
    rows = (invoice(20, 2, "100.00@20 + -10.00@20"), invoice(30, 3, "50.00@10 + -0.01"))
    plan = the_plan(family(subs=SUBS, invoices=rows))
    assert plan.total == Decimal("162.99")
    assert net_by_rate(plan.items) == {
        Decimal(20): Decimal(90),
        Decimal(10): Decimal(50),
        Decimal(0): Decimal("-0.01"),
    }
