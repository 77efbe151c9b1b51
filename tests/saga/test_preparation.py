"""The last look before a send: a verdict for every way in which the world may have moved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from connector.domain.accounts import Account, AccountStatus
from connector.domain.cascade import CascadeDecision, Release, Suspension
from connector.domain.ids import AccountId, InvoiceId, PlanId
from connector.domain.invoices import Invoice, InvoiceStatus
from connector.domain.marker import Marker, with_marker
from connector.domain.refusals import Refusal
from connector.saga import machine
from connector.saga.effects import MarkInvoice
from connector.saga.preparation import (
    Ground,
    Ready,
    Skip,
    Strange,
    Withdraw,
    judge_cascade,
    judge_claim,
    judge_issue,
    judge_unclaim,
)
from connector.saga.states import StepState
from connector.saga.steps import Source, Step
from tests.build import NOON, account
from tests.saga.support import NOW, SOURCES, merge, releases, step_of, suspensions, with_states

MERGE = merge()
SUB_INVOICE = SOURCES[1]
CLAIM = step_of(MERGE, 2)
SOURCE: Source = MERGE.sources[1]
FOREIGN = Marker(plan_id=PlanId("ZZZZZZZZZZZZZZZZZZZZ"), step=1)
LINKED = frozenset({AccountId(2)})
PAYER = account(1)
TODAY = NOON.date()


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


def test_a_source_of_an_account_that_is_not_linked_any_more_is_not_claimed() -> None:
    """The plan is withdrawn before the pivot: nothing is written to a stranger."""
    verdict = judge_claim(CLAIM, SOURCE, None, is_linked=False)
    assert verdict == Withdraw(reason=f"account {SOURCE.account_id} is no longer linked")


@pytest.mark.parametrize(
    ("invoice", "words"),
    [
        (None, "is gone"),
        (replace(SUB_INVOICE, due=Decimal("1.00")), "changed since"),
        (replace(SUB_INVOICE, status=InvoiceStatus.PENDING), "changed since"),
        (replace(SUB_INVOICE, memo=str(FOREIGN)), "marked by plan ZZZZZZZZZZZZZZZZZZZZ"),
        (replace(SUB_INVOICE, memo="x" * 65_500), "has no room for our mark"),
    ],
)
def test_a_changed_source_gives_the_merge_up(invoice: Invoice | None, words: str) -> None:
    """Gone, paid, edited, or claimed by somebody else: nothing has moved yet."""
    verdict = judge_claim(CLAIM, SOURCE, invoice)
    assert isinstance(verdict, Withdraw)
    assert words in verdict.reason


def test_a_mark_of_our_own_is_no_obstacle() -> None:
    """The claim was sent before, and was carried out without our knowing."""
    marked = replace(SUB_INVOICE, memo=with_marker("x", CLAIM.marker))
    assert judge_claim(replace(CLAIM, sent_at=NOW), SOURCE, marked) == Ready(
        effect=MarkInvoice(invoice_id=InvoiceId(20), account_id=AccountId(2), memo=marked.memo)
    )


def test_a_mark_that_we_never_sent_is_strange() -> None:
    """A journal newer than ours set it: nothing more may be sent at all."""
    marked = replace(SUB_INVOICE, memo=with_marker("x", CLAIM.marker))
    verdict = judge_claim(CLAIM, SOURCE, marked)
    assert isinstance(verdict, Strange)
    assert (verdict.trace.marker, verdict.trace.where) == (
        CLAIM.marker,
        "invoice N20 of account 2",
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
    stub = replace(SUB_INVOICE, memo=f"call second\n{str(CLAIM.marker)[:20]}")
    assert judge_unclaim(unclaim, CLAIM, stub) == verdict
    assert isinstance(judge_unclaim(unclaim, CLAIM, SUB_INVOICE), Skip)
    assert isinstance(judge_unclaim(unclaim, CLAIM, None), Skip)


# -- pivot ----------------------------------------------------------------------------------


def ground(
    invoices: dict[InvoiceId, Invoice],
    linked: frozenset[AccountId],
    main: Account | None = PAYER,
    today: date = TODAY,
) -> Ground:
    """What the merge stands on."""
    return Ground(main=main, invoices=invoices, linked=linked, today=today)


@pytest.mark.parametrize(
    ("main", "today", "words"),
    [
        (None, TODAY, "inactive or gone"),
        (account(1, AccountStatus.INACTIVE), TODAY, "inactive or gone"),
        (PAYER, date(2027, 1, 1), "which has passed"),
    ],
)
def test_the_pivot_does_not_leave_for_a_main_that_is_gone_or_a_day_that_has_passed(
    main: Account | None, today: date, words: str
) -> None:
    """A plan approved late is planned anew with fresh dates."""
    verdict = judge_issue(MERGE, step_of(MERGE, 3), ground(claimed(), LINKED, main, today))
    assert isinstance(verdict, Withdraw)
    assert words in verdict.reason


def test_the_pivot_leaves_if_everything_is_as_planned() -> None:
    """With exactly the planned document."""
    issue = step_of(MERGE, 3)
    assert judge_issue(MERGE, issue, ground(claimed(), LINKED)) == Ready(effect=issue.effect)


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
    verdict = judge_issue(MERGE, step_of(MERGE, 3), ground(invoices, linked))
    assert isinstance(verdict, Withdraw)
    assert words in verdict.reason


# -- release and suspension -----------------------------------------------------------------

RELEASE: Step = releases(2).steps[0]
SUSPEND: Step = suspensions(2).steps[0]
SAME_RELEASE = Release(sub_id=AccountId(2), block_id=2, reason="paid")
SAME_SUSPENSION = Suspension(sub_id=AccountId(2), cause_id=77)
BY_PERSON = Refusal(
    rule="blocked_by_person",
    account_id=AccountId(2),
    subject="account 2",
    sentence="blocked by administrator 7",
    mend="",
)


@pytest.mark.parametrize(
    ("step", "decision"),
    [
        (RELEASE, CascadeDecision(releases=(SAME_RELEASE,))),
        (SUSPEND, CascadeDecision(suspensions=(SAME_SUSPENSION,))),
    ],
)
def test_a_cascade_step_leaves_if_it_is_decided_afresh(
    step: Step, decision: CascadeDecision
) -> None:
    """The same sub-account, the same block."""
    assert judge_cascade(step, decision) == Ready(effect=step.effect)


@pytest.mark.parametrize(
    ("step", "decision", "words"),
    [
        (RELEASE, CascadeDecision(), "has changed"),
        (RELEASE, CascadeDecision(refusals=(BY_PERSON,)), "administrator 7"),
        (RELEASE, CascadeDecision(releases=(replace(SAME_RELEASE, block_id=3),)), "has changed"),
        (
            RELEASE,
            CascadeDecision(releases=(replace(SAME_RELEASE, sub_id=AccountId(3)),)),
            "has changed",
        ),
        (SUSPEND, CascadeDecision(), "has changed"),
        (
            SUSPEND,
            CascadeDecision(suspensions=(replace(SAME_SUSPENSION, cause_id=78),)),
            "has changed",
        ),
        (SUSPEND, CascadeDecision(releases=(SAME_RELEASE,)), "has changed"),
    ],
)
def test_a_cascade_step_is_dropped_if_it_is_not_decided_afresh(
    step: Step, decision: CascadeDecision, words: str
) -> None:
    """Case 20: the payment bounced, a person acted, or it was blocked anew in between."""
    verdict = judge_cascade(step, decision)
    assert isinstance(verdict, Skip)
    assert words in verdict.reason
