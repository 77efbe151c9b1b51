"""Who is released: nobody too early, nobody a person blocked, nobody twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from connector.domain.accounts import Account, AccountStatus, Billing, BillingMode, StatusChange
from connector.domain.cascade import (
    CascadeDecision,
    is_clear,
    latest_block,
    owes_nothing,
    plan_cascade,
)
from connector.domain.ids import AccountId
from connector.domain.invoices import Invoice, InvoiceStatus
from connector.domain.policy import CascadePolicy
from connector.domain.refusals import Weight
from connector.domain.snapshot import FamilySnapshot, OwnRecord, OwnRelease, OwnSuspension
from tests.build import account, billing, change, family, invoice, link, moment

ACTIVE, BLOCKED = AccountStatus.ACTIVE, AccountStatus.BLOCKED
POLICY = CascadePolicy()
OVERDUE_PAID = CascadePolicy(release_when="overdue_paid")
MAIN_EPISODE = (change(1, 1, BLOCKED, "2026-01-17 00:30"), change(9, 1, ACTIVE, "2026-01-20 09:00"))
SUB_BLOCK = change(5, 2, BLOCKED, "2026-01-17 00:31")
SUB = account(2, BLOCKED)
LATER = moment("2026-01-20 09:05")
YESTERDAY = date(2026, 1, 19)
OURS = OwnSuspension(sub_id=AccountId(2), cause_id=1, block_id=5)
DONE = OwnRelease(sub_id=AccountId(2), block_id=5)


def blocked_family(
    *,
    block: StatusChange | None = SUB_BLOCK,
    main_log: tuple[StatusChange, ...] = MAIN_EPISODE,
    own: OwnRecord | None = None,
    sub: Account = SUB,
    sub_billings: tuple[Billing, ...] | None = None,
    invoices: tuple[Invoice, ...] = (),
    main_billing: Billing | None = None,
) -> FamilySnapshot:
    """A main that has just been paid for, and its sub that is still blocked."""
    return family(
        subs=(sub,),
        changes=(*main_log, *((block,) if block else ())),
        own=own,
        sub_billings=sub_billings,
        invoices=invoices,
        main_billing=main_billing,
        at=LATER,
    )


def outcome(decision: CascadeDecision) -> str:
    """``release`` or the rule that kept the one sub back; empty for nothing to say."""
    assert decision.suspensions == ()
    said = ["release" for _ in decision.releases] + [row.rule for row in decision.refusals]
    assert len(said) <= 1
    return said[0] if said else ""


# -- clear ----------------------------------------------------------------------------------


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


# -- release --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("block", "rule"),
    [
        (SUB_BLOCK, "release"),
        (change(5, 2, BLOCKED, "2026-01-17 00:00"), "release"),
        (change(5, 2, BLOCKED, "2026-01-20 09:00"), "release"),
        (change(5, 2, BLOCKED, "2026-01-20 09:01"), "other_block"),
        (change(5, 2, BLOCKED, "2026-01-16 23:59"), "other_block"),
        (change(5, 2, BLOCKED, "2026-01-17 00:31", by=7), "blocked_by_person"),
        (change(5, 2, ACTIVE, "2026-01-17 00:31"), "block_unknown"),
        (None, "block_unknown"),
    ],
)
def test_a_block_is_ended_only_if_it_was_for_the_mains_debt(
    block: StatusChange | None, rule: str
) -> None:
    """By the platform, from the first overdue day until the main was active again."""
    assert outcome(plan_cascade(blocked_family(block=block), POLICY)) == rule


def test_the_episode_begins_when_the_main_became_overdue() -> None:
    """With three days until the block, a sub blocked on the first of them belongs to it."""
    early = change(5, 2, BLOCKED, "2026-01-14 00:31")
    patient = billing(1, blocking_days=3)
    assert outcome(plan_cascade(blocked_family(block=early), POLICY)) == "other_block"
    found = blocked_family(block=early, main_billing=patient)
    assert outcome(plan_cascade(found, POLICY)) == "release"


@pytest.mark.parametrize(
    ("main_log", "rule"),
    [
        ((), "other_block"),
        ((change(9, 1, ACTIVE, "2026-01-20 09:00"),), "other_block"),
        ((change(1, 1, BLOCKED, "2026-01-17 00:30"),), "release"),
        ((*MAIN_EPISODE, change(11, 1, BLOCKED, "2026-01-20 09:02")), "other_block"),
        ((MAIN_EPISODE[1], MAIN_EPISODE[0]), "release"),
        (
            (
                change(3, 1, ACTIVE, "2026-01-17 00:30"),
                change(4, 1, BLOCKED, "2026-01-17 00:30"),
                MAIN_EPISODE[1],
            ),
            "release",
        ),
    ],
)
def test_only_the_latest_episode_counts(main_log: tuple[StatusChange, ...], rule: str) -> None:
    """No block of the main, no episode; rows of one second are told apart by their number."""
    assert outcome(plan_cascade(blocked_family(main_log=main_log), POLICY)) == rule


def test_our_own_suspension_is_ended_by_us() -> None:
    """Whoever the log names for it, and even outside the episode."""
    block = change(5, 2, BLOCKED, "2026-01-18 10:00", by=33)
    found = blocked_family(block=block, main_log=(), own=OwnRecord(suspensions=(OURS,)))
    (release,) = plan_cascade(found, POLICY).releases
    assert (release.sub_id, release.block_id) == (2, 5)
    assert "by us" in release.reason


def test_a_later_block_by_a_person_outweighs_our_suspension() -> None:
    """What we did before says nothing of the block that stands now."""
    person = change(6, 2, BLOCKED, "2026-01-18 10:00", by=7)
    found = blocked_family(block=person, own=OwnRecord(suspensions=(OURS,)))
    assert outcome(plan_cascade(found, POLICY)) == "blocked_by_person"


def test_a_block_is_released_once() -> None:
    """However the attempt ended, the same block is not planned again, and nobody is bothered."""
    found = blocked_family(own=OwnRecord(releases=(DONE,)))
    assert outcome(plan_cascade(found, POLICY)) == ""


@pytest.mark.parametrize(
    ("billings", "document"),
    [
        ((), None),
        ((billing(2, "-0.01"),), None),
        ((billing(2),), invoice(20, 2, due_on=YESTERDAY)),
    ],
)
def test_who_owes_something_itself_stays_blocked(
    billings: tuple[Billing, ...], document: Invoice | None
) -> None:
    """Also if we cannot know."""
    found = blocked_family(sub_billings=billings, invoices=(document,) if document else ())
    assert outcome(plan_cascade(found, POLICY)) == "own_debt"


def test_who_is_blocked_again_and_again_needs_a_person() -> None:
    """Within one episode; releases of earlier episodes do not count."""
    again = change(8, 2, BLOCKED, "2026-01-19 00:31")
    middle = change(7, 2, BLOCKED, "2026-01-18 00:31")
    earlier = (DONE, OwnRelease(sub_id=AccountId(2), block_id=7))
    found = blocked_family(own=OwnRecord(releases=earlier))
    found = replace(found, changes=(*MAIN_EPISODE, SUB_BLOCK, middle, again))
    decision = plan_cascade(found, POLICY)
    assert outcome(decision) == "blocked_again"
    assert decision.refusals[0].weight is Weight.ACT
    once = replace(found, own=OwnRecord(releases=earlier[:1]))
    assert outcome(plan_cascade(once, POLICY)) == "release"
    long_ago = change(5, 2, BLOCKED, "2025-06-17 00:31")
    found = replace(found, changes=(*MAIN_EPISODE, long_ago, middle, again))
    assert outcome(plan_cascade(found, POLICY)) == "release"


def test_who_hangs_elsewhere_is_not_ours_to_release() -> None:
    """On the platform it has another main account, whose debt we do not see."""
    sub = account(2, BLOCKED, native_main_id=7)
    own = OwnRecord(suspensions=(OURS,))
    assert outcome(plan_cascade(blocked_family(sub=sub), POLICY)) == "drift"
    assert outcome(plan_cascade(blocked_family(sub=sub, own=own), POLICY)) == "drift"
    native = account(2, BLOCKED, native_main_id=1)
    assert outcome(plan_cascade(blocked_family(sub=native), POLICY)) == "release"


def test_independent_inactive_and_former_subs_are_never_touched() -> None:
    """Blocked during the episode, all of them."""
    found = family(
        subs=(SUB, account(3, AccountStatus.INACTIVE), account(4, BLOCKED)),
        links=(
            link(1, 2, BillingMode.INDEPENDENT),
            link(1, 3),
            link(1, 4, until=date(2026, 1, 20)),
        ),
        changes=(*MAIN_EPISODE, *(change(n, n, BLOCKED, "2026-01-17 01:00") for n in (2, 3, 4))),
        at=LATER,
    )
    assert plan_cascade(found, POLICY) == CascadeDecision()


def test_a_refusal_tells_who_blocked_and_when() -> None:
    """So that nobody wonders; it asks nothing."""
    person = change(5, 2, BLOCKED, "2026-01-17 10:00", by=7)
    (refusal,) = plan_cascade(blocked_family(block=person), POLICY).refusals
    assert "sub-account 2 Name 2 was blocked by administrator 7 on 2026-01-17" in refusal.sentence
    assert (refusal.account_id, refusal.weight) == (2, Weight.NOTE)


def test_the_latest_row_of_the_log_is_the_block() -> None:
    """By time, then by number; a log that ends active has none."""
    rows = [change(3, 2, BLOCKED, "2026-01-02"), change(2, 2, ACTIVE, "2026-01-02")]
    assert latest_block(rows, AccountId(2)) == rows[0]
    assert latest_block([*rows, change(1, 2, ACTIVE, "2026-01-03")], AccountId(2)) is None
    assert latest_block(rows, AccountId(3)) is None
