"""From a decision to steps with names."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from connector.domain.accounts import AccountStatus
from connector.domain.invoices import total_of
from connector.domain.marker import markers_in
from connector.domain.merge import MergePlan, plan_merge
from connector.domain.policy import MergePolicy
from connector.saga.effects import IssueCreditNote, IssueInvoice, MarkInvoice, SetStatus
from connector.saga.planning import Origin, operation_of_merge
from connector.saga.states import StepState
from connector.saga.steps import OperationState, StepKind
from tests.build import NOON, account, family, invoice
from tests.saga.support import ORIGIN, SOURCES, merge, releases, suspensions


def the_plan() -> MergePlan:
    """The merge of the small family."""
    (plan,) = plan_merge(family(subs=(account(2),), invoices=SOURCES), MergePolicy()).plans
    return plan


def test_a_merge_claims_issues_and_relieves_in_this_order() -> None:
    """Every step is there before anything is sent."""
    operation = merge()
    assert [(step.number, step.kind, step.invoice_id) for step in operation.steps] == [
        (1, StepKind.CLAIM, 10),
        (2, StepKind.CLAIM, 20),
        (3, StepKind.ISSUE, None),
        (4, StepKind.RELIEVE, 10),
        (5, StepKind.RELIEVE, 20),
    ]
    assert {step.state for step in operation.steps} == {StepState.INTENDED}
    assert {step.plan_id for step in operation.steps} == {operation.plan_id}
    assert operation.state is OperationState.OPEN
    assert operation.total == Decimal("48.00")
    assert [source.invoice_id for source in operation.sources] == [10, 20]
    assert operation.summary == "merged invoice of 48.00 from 2 invoices, cycle 2026-01-01"


def test_every_document_bears_the_mark_of_its_step() -> None:
    """And of no other; a claim keeps staff's words."""
    for step in merge().steps:
        effect = step.effect
        assert isinstance(effect, MarkInvoice | IssueInvoice | IssueCreditNote)
        text = effect.note if isinstance(effect, IssueCreditNote) else effect.memo
        assert markers_in(text) == (step.marker,)
        assert text.startswith("call first\n") is (step.number == 2)


def test_the_merged_invoice_is_the_plan() -> None:
    """Lines, total, dates; the customer reads which invoices it replaces, but not our mark."""
    plan = the_plan()
    issue = merge().steps[2].effect
    assert isinstance(issue, IssueInvoice)
    assert (issue.items, issue.total, issue.due_on) == (plan.items, plan.total, plan.due_on)
    assert issue.note == "Replaces invoices N10, N20"


@pytest.mark.parametrize("stored", ["100.00", "100.01", "99.99"])
def test_a_relief_makes_exactly_what_is_due(stored: str) -> None:
    """Also where the platform stored a cent off its lines: else a cent would stay due."""
    source = invoice(20, 2, "100.00", total=stored)
    (plan,) = plan_merge(family(subs=(account(2),), invoices=(source,)), MergePolicy()).plans
    effect = operation_of_merge(plan, ORIGIN).steps[-1].effect
    assert isinstance(effect, IssueCreditNote)
    assert total_of(effect.items) == effect.total == Decimal(stored)
    assert len(effect.items) == (1 if stored == "100.00" else 2)


def test_the_same_ground_gives_the_same_name() -> None:
    """Twenty characters of base 32, whatever the hour and the notes."""
    later = replace(ORIGIN, at=NOON + timedelta(days=1))
    plan = the_plan()
    assert operation_of_merge(plan, later).plan_id == merge().plan_id
    noted = replace(plan, sources=tuple(replace(inv, memo="x") for inv in plan.sources))
    assert operation_of_merge(noted, ORIGIN).plan_id == merge().plan_id
    assert re.fullmatch(r"[A-Z2-7]{20}", merge().plan_id)


def test_other_ground_gives_another_name() -> None:
    """Another installation, attempt, main, cycle, or source."""
    plan = the_plan()
    cycle = replace(plan.cycle, start=plan.cycle.end)
    changed = replace(plan.sources[0], due=Decimal(1))
    names = {
        operation_of_merge(made, origin).plan_id
        for made, origin in [
            (plan, ORIGIN),
            (plan, Origin(install_id="other", at=NOON)),
            (plan, replace(ORIGIN, attempt=1)),
            (plan, replace(ORIGIN, attempt=2)),
            (replace(plan, main_id=account(9).id), ORIGIN),
            (replace(plan, cycle=cycle), ORIGIN),
            (replace(plan, sources=(changed, plan.sources[1])), ORIGIN),
        ]
    }
    assert len(names) == 7


def test_a_supplement_is_called_so() -> None:
    """In the line for people."""
    operation = operation_of_merge(replace(the_plan(), supplement=True), ORIGIN)
    assert operation.summary.startswith("supplement of 48.00")


def test_releases_and_suspensions_have_one_step_for_each_sub() -> None:
    """With the block it ends or mirrors."""
    release, suspend = releases(2, 3), suspensions(2, 3)
    assert [(step.account_id, step.block_id, step.reason) for step in release.steps] == [
        (2, 2, "paid"),
        (3, 3, "paid"),
    ]
    assert [step.block_id for step in suspend.steps] == [77, 77]
    assert [step.effect for step in (release.steps[0], suspend.steps[0])] == [
        SetStatus(account_id=account(2).id, status=AccountStatus.ACTIVE),
        SetStatus(account_id=account(2).id, status=AccountStatus.BLOCKED),
    ]
    assert len({release.plan_id, suspend.plan_id, releases(2).plan_id, merge().plan_id}) == 4
    assert release.plan_id == releases(2, 3).plan_id


def test_a_long_list_is_cut_in_the_summary() -> None:
    """Ten numbers at most."""
    assert releases(2, 3).summary == "release 2 sub-accounts: 2, 3"
    many = suspensions(*range(2, 13)).summary
    assert many == "suspend 11 sub-accounts: 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, …"


def test_notes_stay_short() -> None:
    """However long the numbers, a note with its mark at the end fits 255 characters.

    And the note of a merged invoice ends, however many sources it has.
    """
    long = tuple(replace(row, number="N" * 64) for row in SOURCES)
    plan = replace(the_plan(), sources=long)
    for step in operation_of_merge(plan, ORIGIN).steps:
        if isinstance(step.effect, IssueCreditNote):
            assert len(step.effect.note) <= 255
            assert step.effect.note.endswith(str(step.marker))
    crowd = tuple(replace(invoice(n, 1), number=str(n).zfill(64)) for n in range(2000))
    issue = next(
        step.effect
        for step in operation_of_merge(replace(plan, sources=crowd), ORIGIN).steps
        if isinstance(step.effect, IssueInvoice)
    )
    assert issue.note.endswith("and 1800 more")
    assert len(issue.note) < 65_535
