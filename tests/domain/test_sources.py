"""Which invoices may be moved, and the reason for each that may not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from connector.domain.accounts import (
    Account,
    AccountStatus,
    Billing,
    BillingMode,
    BillingType,
    cycle_of,
)
from connector.domain.ids import AccountId, InvoiceId, PlanId
from connector.domain.invoices import Invoice, InvoiceStatus
from connector.domain.links import Link
from connector.domain.marker import Marker
from connector.domain.refusals import Weight
from connector.domain.snapshot import FamilySnapshot, OwnRecharge, OwnRecord, Quarantined
from connector.domain.sources import gather_sources, judge_family, judge_sub
from tests.build import NEW_YEAR, account, billing, family, invoice, link

SUB = account(2)
JANUARY = cycle_of(NEW_YEAR, 1)
MARK = str(Marker(plan_id=PlanId("ABCDEFGHIJKLMNOPQRST"), step=1))
LATE = date(2026, 1, 5)
BROKEN = Quarantined(
    resource="invoices", object_id=9, account_id=AccountId(2), field="total", problem="is no amount"
)


def ids_of(found: FamilySnapshot) -> list[int]:
    """Numbers of all sources, cycle by cycle."""
    sources, _ = gather_sources(found)
    return [inv.id for cycle in sorted(sources) for inv in sources[cycle]]


def rules_of(found: FamilySnapshot) -> list[str]:
    """Rules of all refusals."""
    return [refusal.rule for refusal in gather_sources(found)[1]]


@pytest.mark.parametrize(
    ("main", "rule"),
    [
        (account(), None),
        (account(1, AccountStatus.NEW), None),
        (account(1, AccountStatus.BLOCKED), None),
        (account(1, AccountStatus.INACTIVE), "main_inactive"),
        (account(billing_type=BillingType.PREPAID), "main_not_recurring"),
        (account(native_main_id=7), "main_is_sub"),
    ],
)
def test_a_main_must_be_able_to_pay(main: Account, rule: str | None) -> None:
    """Case 24: a main that changed behind our back stops the merge of its family."""
    found = judge_family(family(main=main))
    assert (found.rule if found else None) == rule


def test_a_broken_record_stops_its_family() -> None:
    """The sentence names record, field and problem."""
    found = judge_family(family(quarantined=(BROKEN,)))
    assert found is not None
    assert (found.rule, found.weight) == ("quarantined", Weight.ACT)
    assert "invoices 9: field total is no amount" in found.sentence


@pytest.mark.parametrize(
    ("sub", "native_mode", "rule"),
    [
        (SUB, None, None),
        (account(2, AccountStatus.INACTIVE), None, None),
        (account(2, native_main_id=1), None, "native_aggregation"),
        (account(2, native_main_id=1), BillingMode.AGGREGATED, "native_aggregation"),
        (account(2, native_main_id=1), BillingMode.INDEPENDENT, None),
        (account(2, native_main_id=7), None, "drift"),
        (account(2, partner_id=2), None, "other_partner"),
        (account(2, billing_type=BillingType.PREPAID_MONTHLY), None, "not_recurring"),
    ],
)
def test_a_sub_must_be_ours_to_merge(
    sub: Account, native_mode: BillingMode | None, rule: str | None
) -> None:
    """What the platform aggregates itself is never merged again; the others must be alike."""
    billings: tuple[Billing, ...] = (
        () if native_mode is None else (billing(2, native_mode=native_mode),)
    )
    found = family(subs=(sub,), invoices=(invoice(20, 2),), sub_billings=billings)
    refusal = judge_sub(found, sub)
    assert (refusal.rule if refusal else None) == rule
    assert rules_of(found) == ([] if rule is None else [rule])
    assert ids_of(found) == ([20] if rule is None else [])


def test_only_native_aggregation_asks_nothing_of_people() -> None:
    """A refused sub without any invoice is not even mentioned."""
    native = account(2, native_main_id=1)
    refusal = judge_sub(family(subs=(native,)), native)
    assert refusal is not None
    assert refusal.weight is Weight.NOTE
    assert rules_of(family(subs=(native,))) == []


@pytest.mark.parametrize(
    ("source", "rule"),
    [
        (invoice(20, 2, status=InvoiceStatus.PENDING), "pending"),
        (invoice(20, 2, due="50.00"), "partly_paid"),
        (invoice(20, 2, memo=f"note\n{MARK}"), "marked"),
        (invoice(20, 2, memo="ž" * 32_747 + "x"), "memo_full"),
        (invoice(20, 2, "100.00", total="100.02"), "total_mismatch"),
        (invoice(20, 2, status=InvoiceStatus.PAID), None),
        (invoice(20, 2, status=InvoiceStatus.PAID, memo=MARK), None),
        (invoice(20, 2, status=InvoiceStatus.DELETED), None),
        (invoice(20, 2, "0.00"), None),
    ],
)
def test_what_is_not_wholly_open_is_left_alone(source: Invoice, rule: str | None) -> None:
    """With a reason if people might wonder; paid, deleted and empty ones without."""
    found = family(subs=(SUB,), invoices=(source,))
    assert ids_of(found) == []
    assert rules_of(found) == ([] if rule is None else [rule])


def test_a_stored_total_may_miss_its_lines_by_a_cent() -> None:
    """The platform's own rounding is not a contradiction."""
    assert ids_of(family(subs=(SUB,), invoices=(invoice(20, 2, "100.00", total="100.01"),))) == [20]


@pytest.mark.parametrize(
    ("links", "days"),
    [
        ((link(1, 2, since=date(2026, 1, 8)),), [1, 5, 9]),
        ((link(1, 2, since=date(2026, 1, 8), until=date(2026, 1, 20)),), [1, 5, 9]),
        ((link(1, 2, since=date(2026, 2, 1)),), []),
        ((link(1, 2, BillingMode.INDEPENDENT),), []),
        ((link(1, 2, until=date(2026, 1, 6)),), []),
        (
            (
                link(1, 2, BillingMode.INDEPENDENT, until=date(2026, 1, 5)),
                link(1, 2, since=date(2026, 1, 5)),
            ),
            [5, 9],
        ),
        (
            (
                link(1, 2, since=date(2025, 12, 1), until=date(2026, 1, 5)),
                link(1, 2, since=date(2026, 1, 5)),
            ),
            [1, 5, 9],
        ),
    ],
)
def test_a_link_covers_the_cycle_in_which_it_begins(
    links: tuple[Link, ...], days: list[int]
) -> None:
    """Nothing of earlier cycles, and nothing of days on which the sub paid for itself (KB-15)."""
    rows = tuple(invoice(day, 2, issued_on=date(2026, 1, day)) for day in (1, 5, 9))
    older = invoice(99, 2, issued_on=date(2025, 12, 31))
    assert ids_of(family(subs=(SUB,), links=links, invoices=(older, *rows))) == days


def test_a_link_that_ends_soon_covers_nothing_from_its_end_on() -> None:
    """A document dated after the link's announced end stays with the sub."""
    soon = link(1, 2, until=date(2026, 1, 20))
    rows = (invoice(20, 2), invoice(21, 2, issued_on=date(2026, 1, 20)))
    assert ids_of(family(subs=(SUB,), links=(soon,), invoices=rows)) == [20]


def test_the_mains_own_invoice_is_folded_in_only_with_a_subs() -> None:
    """Same cycle, first in order; alone it is nobody's business."""
    own, other_cycle = invoice(10, 1), invoice(11, 1, issued_on=date(2025, 12, 31))
    alone = family(subs=(SUB,), invoices=(own,))
    assert ids_of(alone) == []
    both = family(subs=(SUB,), invoices=(invoice(5, 2), own, other_cycle))
    sources, _ = gather_sources(both)
    assert {cycle: [inv.id for inv in rows] for cycle, rows in sources.items()} == {
        JANUARY: [10, 5]
    }


def test_an_overdue_document_of_the_main_is_not_made_young_again() -> None:
    """Folding it in would lift its dunning, and release subs, with nothing paid."""
    found = family(
        subs=(SUB,),
        invoices=(invoice(10, 1, due_on=date(2026, 1, 9)), invoice(20, 2, issued_on=LATE)),
    )
    assert ids_of(found) == [20]
    assert [(row.rule, row.weight) for row in gather_sources(found)[1]] == [
        ("overdue", Weight.NOTE)
    ]


def test_a_refused_document_of_the_main_stops_nobody_else() -> None:
    """Partly paid: it stays, with a reason, and the subs' are merged."""
    found = family(subs=(SUB,), invoices=(invoice(10, 1, due="1.00"), invoice(20, 2)))
    assert (ids_of(found), rules_of(found)) == ([20], ["partly_paid"])


@pytest.mark.parametrize(
    ("doubtful", "sources"),
    [
        (invoice(10, 1, memo=MARK, issued_on=date(2026, 1, 9)), []),
        (invoice(10, 1, memo=MARK, due="0.50"), []),
        (invoice(10, 1, memo=MARK, issued_on=date(2026, 2, 2)), []),
        (invoice(10, 1, memo=MARK, status=InvoiceStatus.PENDING), []),
        (invoice(10, 1, memo=MARK, status=InvoiceStatus.PAID), [20]),
        (invoice(10, 1, memo=MARK, issued_on=date(2025, 12, 31)), [20]),
    ],
)
def test_an_unexplained_merged_invoice_stops_its_cycle(
    doubtful: Invoice, sources: list[int]
) -> None:
    """The main may have been charged already: by a plan given up, or one our store has lost."""
    found = family(subs=(SUB,), invoices=(invoice(20, 2), doubtful))
    assert ids_of(found) == sources
    assert rules_of(found) == ([] if sources else ["marked"])


def test_what_we_took_or_issued_is_no_source_again() -> None:
    """Neither a source under way or done, nor our own merged document, marked or not."""
    own = OwnRecord(taken=frozenset({InvoiceId(20)}), issued=frozenset({InvoiceId(10)}))
    rows = (invoice(10, 1, memo=MARK), invoice(20, 2), invoice(21, 2))
    assert ids_of(family(subs=(SUB,), invoices=rows, own=own)) == [21]


def test_one_doubt_over_two_cycles_is_told_once() -> None:
    """A refusal is known by rule and subject."""
    rows = (
        invoice(20, 2, issued_on=date(2025, 12, 5)),
        invoice(21, 2),
        invoice(10, 1, memo=MARK, issued_on=date(2026, 1, 9)),
    )
    found = family(subs=(SUB,), invoices=rows, links=(link(1, 2, since=date(2025, 12, 1)),))
    assert (ids_of(found), rules_of(found)) == ([], ["marked"])
    assert ids_of(replace(found, invoices=rows[:2])) == [20, 21]


def test_what_an_undo_charged_anew_is_merged_by_nobody() -> None:
    """People had it taken off a merged invoice: it is listed, with who asked for it."""
    charged = invoice(20, 2)
    own = OwnRecord(
        recharges=(OwnRecharge(invoice_id=charged.id, plan_id=PlanId("U" * 20), by="anna"),)
    )
    found, refusals = gather_sources(family(subs=(account(2),), invoices=(charged,), own=own))
    assert found == {}
    (refusal,) = refusals
    assert refusal.rule == "undone"
    assert "which anna asked for" in refusal.sentence
    paid = replace(charged, status=InvoiceStatus.PAID, due=Decimal(0))
    assert gather_sources(family(subs=(account(2),), invoices=(paid,), own=own)) == ({}, [])
