"""The last look before a send: a verdict for every way in which the world may have moved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

import pytest

from connector.domain.accounts import Account, AccountStatus, StatusChange
from connector.domain.ids import AccountId, InvoiceId, PlanId
from connector.domain.invoices import Invoice, InvoiceStatus
from connector.domain.marker import Marker, with_marker
from connector.saga import machine
from connector.saga.effects import MarkInvoice
from connector.saga.preparation import (
    Hold,
    Ready,
    Skip,
    Withdraw,
    judge_claim,
    judge_issue,
    judge_release,
    judge_relieve,
    judge_resend,
    judge_suspend,
    judge_unclaim,
)
from connector.saga.recovery import Contradicted, NotSeen, Seen, Sight
from connector.saga.states import StepState
from connector.saga.steps import Source, Step
from tests.build import account, change
from tests.saga.support import SOURCES, merge, releases, step_of, suspensions, with_states

ACTIVE, BLOCKED = AccountStatus.ACTIVE, AccountStatus.BLOCKED
MERGE = merge()
SUB_INVOICE = SOURCES[1]
CLAIM = step_of(MERGE, 2)
SOURCE: Source = MERGE.sources[1]
FOREIGN = Marker(plan_id=PlanId("ZZZZZZZZZZZZZZZZZZZZ"), step=1)
LINKED = frozenset({AccountId(2)})


def claimed(invoices: Iterable[Invoice] = SOURCES) -> dict[InvoiceId, Invoice]:
    """The sources as they are after both claims."""
    return {
        inv.id: replace(inv, memo=with_marker(inv.memo, step.marker))
        for inv, step in zip(invoices, MERGE.steps, strict=False)
    }


# -- claim and hand back --------------------------------------------------------------------


def test_an_unchanged_source_is_claimed_with_its_present_memo() -> None:
    """What staff wrote since the plan is kept."""
    noted = replace(SUB_INVOICE, memo="call second")
    verdict = judge_claim(CLAIM, SOURCE, noted)
    assert isinstance(verdict, Ready)
    assert isinstance(verdict.effect, MarkInvoice)
    assert verdict.effect.memo == f"call second\n{CLAIM.marker}"
    assert verdict.effect.invoice_id == 20


@pytest.mark.parametrize(
    ("invoice", "words"),
    [
        (None, "is gone"),
        (replace(SUB_INVOICE, due=Decimal("1.00")), "changed since"),
        (replace(SUB_INVOICE, status=InvoiceStatus.PENDING), "changed since"),
        (replace(SUB_INVOICE, memo=str(FOREIGN)), "marked by plan ZZZZZZZZZZZZZZZZZZZZ"),
    ],
)
def test_a_changed_source_gives_the_merge_up(invoice: Invoice | None, words: str) -> None:
    """Gone, paid, edited, or claimed by somebody else: nothing has moved yet."""
    verdict = judge_claim(CLAIM, SOURCE, invoice)
    assert isinstance(verdict, Withdraw)
    assert words in verdict.reason


def test_a_mark_of_our_own_is_no_obstacle() -> None:
    """The claim was carried out before, without our knowing."""
    marked = replace(SUB_INVOICE, memo=with_marker("x", CLAIM.marker))
    assert judge_claim(CLAIM, SOURCE, marked) == Ready(
        effect=MarkInvoice(invoice_id=InvoiceId(20), account_id=AccountId(2), memo=marked.memo)
    )


def test_a_claim_is_handed_back_without_a_trace() -> None:
    """Only our line goes; nothing is sent where it is gone already."""
    _, (unclaim,) = machine.withdraw(
        with_states(MERGE, StepState.CANCELLED, StepState.CONFIRMED), "x"
    )
    marked = replace(SUB_INVOICE, memo=with_marker("call second", CLAIM.marker))
    verdict = judge_unclaim(unclaim, CLAIM, marked)
    assert isinstance(verdict, Ready)
    assert isinstance(verdict.effect, MarkInvoice)
    assert verdict.effect.memo == "call second"
    assert isinstance(judge_unclaim(unclaim, CLAIM, SUB_INVOICE), Skip)
    assert isinstance(judge_unclaim(unclaim, CLAIM, None), Skip)


# -- pivot ----------------------------------------------------------------------------------


def test_the_pivot_leaves_if_everything_is_as_planned() -> None:
    """With exactly the planned document."""
    issue = step_of(MERGE, 3)
    assert judge_issue(MERGE, issue, claimed(), LINKED) == Ready(effect=issue.effect)


@pytest.mark.parametrize(
    ("invoices", "linked", "words"),
    [
        ({}, LINKED, "N10 is gone"),
        (claimed((SOURCES[0], replace(SUB_INVOICE, due=Decimal(1)))), LINKED, "N20 changed"),
        ({inv.id: inv for inv in SOURCES}, LINKED, "mark was taken off invoice N10"),
        (claimed(), frozenset(), "account 2 is no longer linked"),
    ],
)
def test_the_pivot_does_not_leave_on_other_ground(
    invoices: dict[InvoiceId, Invoice], linked: frozenset[AccountId], words: str
) -> None:
    """Before it we can walk away; the main itself needs no link."""
    verdict = judge_issue(MERGE, step_of(MERGE, 3), invoices, linked)
    assert isinstance(verdict, Withdraw)
    assert words in verdict.reason


@pytest.mark.parametrize(
    ("sight", "words"),
    [
        (NotSeen(), None),
        (Seen(remote_id=9), "stands on the platform already"),
        (Contradicted(reason="makes 1"), "makes 1"),
    ],
)
def test_what_stands_on_the_platform_is_not_sent_again(sight: Sight, words: str | None) -> None:
    """A retry that a person asks for must not charge the main account twice."""
    held = judge_resend(step_of(MERGE, 3), sight)
    assert (held is None) is (words is None)
    assert words is None or (held is not None and words in held.reason)


# -- relief ---------------------------------------------------------------------------------


def test_a_source_is_relieved_of_what_was_taken_over() -> None:
    """Still wholly unpaid: exactly the planned credit note."""
    step = step_of(MERGE, 5)
    assert judge_relieve(step, SUB_INVOICE) == Ready(effect=step.effect)


@pytest.mark.parametrize(
    ("invoice", "words"),
    [
        (None, "deleted after the merge"),
        (replace(SUB_INVOICE, status=InvoiceStatus.DELETED), "deleted after the merge"),
        (replace(SUB_INVOICE, status=InvoiceStatus.PAID, due=Decimal(0)), "paid with 0 due"),
        (replace(SUB_INVOICE, status=InvoiceStatus.PENDING), "pending with 12.00 due"),
        (replace(SUB_INVOICE, due=Decimal("11.99")), "not_paid with 11.99 due"),
    ],
)
def test_a_source_that_moved_after_the_pivot_waits_for_a_person(
    invoice: Invoice | None, words: str
) -> None:
    """The sentence says how much the main carries for it."""
    verdict = judge_relieve(step_of(MERGE, 5), invoice)
    assert isinstance(verdict, Hold)
    assert words in verdict.reason
    assert "carries 12.00" in verdict.reason


# -- release and suspension -----------------------------------------------------------------

RELEASE: Step = releases(2).steps[0]
SUSPEND: Step = suspensions(2).steps[0]
BLOCK = change(2, 2, BLOCKED, "2026-01-17")
CAUSE = change(77, 1, BLOCKED, "2026-01-17")


@pytest.mark.parametrize(
    ("main", "sub", "block", "words"),
    [
        (account(1), account(2, BLOCKED), BLOCK, None),
        (None, account(2, BLOCKED), BLOCK, "main account is no longer active"),
        (account(1, BLOCKED), account(2, BLOCKED), BLOCK, "main account is no longer active"),
        (account(1), None, BLOCK, "no longer blocked"),
        (account(1), account(2), BLOCK, "no longer blocked"),
        (account(1), account(2, AccountStatus.INACTIVE), BLOCK, "no longer blocked"),
        (account(1), account(2, BLOCKED), replace(BLOCK, id=3), "blocked anew"),
        (account(1), account(2, BLOCKED), None, "blocked anew"),
    ],
)
def test_a_release_ends_the_very_block_it_means(
    main: Account | None, sub: Account | None, block: StatusChange | None, words: str | None
) -> None:
    """Case 20: the main was blocked again, or a person acted, between plan and send."""
    verdict = judge_release(RELEASE, main, sub, block)
    if words is None:
        assert verdict == Ready(effect=RELEASE.effect)
    else:
        assert isinstance(verdict, Skip)
        assert words in verdict.reason


@pytest.mark.parametrize(
    ("main", "sub", "cause", "words"),
    [
        (account(1, BLOCKED), account(2), CAUSE, None),
        (None, account(2), CAUSE, "no longer blocked"),
        (account(1), account(2), CAUSE, "no longer blocked"),
        (account(1, BLOCKED), account(2), replace(CAUSE, id=78), "blocked anew"),
        (account(1, BLOCKED), account(2), None, "blocked anew"),
        (account(1, BLOCKED), account(2, BLOCKED), CAUSE, "no longer active"),
        (account(1, BLOCKED), None, CAUSE, "no longer active"),
    ],
)
def test_a_suspension_mirrors_the_very_block_it_means(
    main: Account | None, sub: Account | None, cause: StatusChange | None, words: str | None
) -> None:
    """The main paid, or was blocked for another reason, between plan and send."""
    verdict = judge_suspend(SUSPEND, main, sub, cause)
    if words is None:
        assert verdict == Ready(effect=SUSPEND.effect)
    else:
        assert isinstance(verdict, Skip)
        assert words in verdict.reason
