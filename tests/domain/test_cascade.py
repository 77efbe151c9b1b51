"""Who is released: nobody too early, nobody a person blocked, nobody twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from connector.domain.accounts import AccountStatus, Billing, BillingMode, StatusChange
from connector.domain.cascade import (
    CascadeDecision,
    latest_block,
    plan_cascade,
)
from connector.domain.ids import AccountId
from connector.domain.invoices import Invoice
from connector.domain.refusals import Weight
from connector.domain.snapshot import (
    OwnRecord,
    OwnRelease,
    OwnRelief,
)
from tests.build import account, billing, change, family, invoice, link, moment
from tests.domain.blocked import (
    ACTIVE,
    BLOCKED,
    DONE,
    LATER,
    MAIN_EPISODE,
    OURS,
    POLICY,
    SUB,
    SUB_BLOCK,
    YESTERDAY,
    blocked_family,
    outcome,
)

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


@pytest.mark.parametrize(
    ("at", "said"),
    [("2026-01-17 00:30", "other_block"), ("2026-01-17 00:31", "release")],
)
def test_who_was_blocked_for_a_debt_we_took_over_since_is_released(at: str, said: str) -> None:
    """The main was never overdue; the sub was, while its invoice was on its way to the main."""
    own = OwnRecord(reliefs=(OwnRelief(sub_id=AccountId(2), at=moment(at)),))
    assert outcome(plan_cascade(blocked_family(main_log=(), own=own), POLICY)) == said


def test_a_relief_excuses_no_block_by_a_person_and_no_other_account() -> None:
    """Whoever was blocked by an administrator stays so."""
    person = change(5, 2, BLOCKED, "2026-01-17 00:31", by=3)
    relief = OwnRelief(sub_id=AccountId(2), at=LATER)
    own = OwnRecord(reliefs=(relief,))
    found = blocked_family(block=person, main_log=(), own=own)
    assert outcome(plan_cascade(found, POLICY)) == "blocked_by_person"
    other = OwnRecord(reliefs=(replace(relief, sub_id=AccountId(3)),))
    found = blocked_family(main_log=(), own=other)
    assert outcome(plan_cascade(found, POLICY)) == "other_block"
