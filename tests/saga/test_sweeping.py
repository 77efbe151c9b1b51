"""What a look shows of merges that have ended: second documents, debts that came back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from connector.domain.invoices import Invoice, InvoiceStatus
from connector.domain.money import ZERO
from connector.saga.machine import claim_of
from connector.saga.states import StepState
from connector.saga.steps import Operation, OperationState, Step
from connector.saga.sweeping import SWEPT, Sweep, surplus_note, sweep, sweep_merge, sweep_undo
from connector.saga.verification import Kind, Problem
from tests.build import NOON, invoice
from tests.saga.support import SOURCES, merge, releases, step_of, with_states
from tests.saga.undone import MERGED, undone

CONFIRMED = StepState.CONFIRMED
MERGED_ID = 90
PAID = tuple(replace(inv, status=InvoiceStatus.PAID, due=ZERO) for inv in SOURCES)


def closed(why: str = "", state: OperationState = OperationState.CLOSED) -> Operation:
    """The merge, closed with every step confirmed at its first send."""
    found = with_states(merge(), *[CONFIRMED] * 5)
    steps = tuple(
        replace(s, remote_id=MERGED_ID if s.number == 3 else None, attempts=1) for s in found.steps
    )
    return replace(found, steps=steps, state=state, why=why, created_at=NOON)


def test_a_merge_at_rest_shows_nothing() -> None:
    """Its sources are paid, its mark stands once."""
    ours = invoice(MERGED_ID, 1, "40.00@20", memo=str(step_of(merge(), 3).marker))
    assert sweep_merge(closed(), (*PAID, ours), NOON) == Sweep()


def test_only_merges_are_swept() -> None:
    """A release leaves no document."""
    assert sweep_merge(releases(2), SOURCES, NOON) == Sweep()


def test_a_second_document_is_to_be_voided() -> None:
    """Whatever state the merge is in."""
    twin = invoice(95, 1, "40.00@20", memo=str(step_of(merge(), 3).marker))
    (void,) = sweep_merge(closed(), (*PAID, twin), NOON).voids
    assert void.invoice_id == 95


def test_a_debt_that_came_back_makes_a_closed_merge_suspect() -> None:
    """Its credit note was deleted: it does not add up any more, unless somebody settled it."""
    found = sweep_merge(closed(), (PAID[0], SOURCES[1]), NOON)
    assert found.is_suspect
    assert found.refusals == ()
    assert not sweep_merge(closed(why="settled by anna"), SOURCES, NOON).is_suspect
    assert not sweep_merge(closed(state=OperationState.OPEN), SOURCES, NOON).is_suspect


def test_a_source_that_was_raised_owes_the_rest_itself() -> None:
    """That is listed for people, and is no reason to doubt the merge."""
    raised: Invoice = replace(SOURCES[1], total=Decimal(15), due=Decimal(3))
    found = sweep_merge(closed(), (PAID[0], raised), NOON)
    assert not found.is_suspect
    (refusal,) = found.refusals
    assert (refusal.rule, refusal.account_id) == ("left_on_sub", 2)
    assert "3.00 stays due" in refusal.sentence


def test_a_credit_note_that_was_sent_twice_is_looked_for_a_week_long() -> None:
    """One more than was seen may still come to light."""
    operation = closed()
    steps = tuple(replace(s, attempts=2) if s.number == 5 else s for s in operation.steps)
    twice = replace(operation, steps=steps)
    assert sweep_merge(twice, PAID, NOON + SWEPT - timedelta(seconds=1)).is_suspect
    assert not sweep_merge(twice, PAID, NOON + SWEPT).is_suspect


def test_a_source_that_was_not_settled_is_not_asked_about() -> None:
    """Its relief was given up by a person, who settles it."""
    operation = closed()
    steps = tuple(
        replace(s, state=StepState.CANCELLED) if s.number == 5 else s for s in operation.steps
    )
    assert sweep_merge(replace(operation, steps=steps), (PAID[0], SOURCES[1]), NOON).refusals == ()


def at_rest(undo: Operation) -> Operation:
    """The undo with every step confirmed at its first send, closed."""
    steps = tuple(
        replace(s, state=CONFIRMED, attempts=1, remote_id=remote)
        for s, remote in zip(undo.steps, (70, 901, 902), strict=True)
    )
    return replace(undo, steps=steps, state=OperationState.CLOSED, created_at=NOON)


def test_each_kind_is_swept_in_its_own_way() -> None:
    """A merge, an undo; and nothing of what leaves no document."""
    assert sweep(closed(), PAID, NOON) == sweep_merge(closed(), PAID, NOON)
    assert sweep(at_rest(undone()), PAID, NOON) == Sweep()
    assert sweep(releases(2), SOURCES, NOON) == Sweep()


def test_an_undo_is_suspect_when_its_merged_invoice_owes_again() -> None:
    """Its credit note was taken back; or it may stand after it was given up."""
    owing = invoice(MERGED, 1, "40.00@20")
    revoked = replace(owing, status=InvoiceStatus.PAID, due=ZERO)
    assert sweep_undo(at_rest(undone()), (*PAID, owing), NOON).is_suspect
    assert not sweep_undo(at_rest(undone()), (*PAID, revoked), NOON).is_suspect
    given_up = replace(undone(), state=OperationState.WITHDRAWN, created_at=NOON)
    sent = replace(given_up.steps[0], state=StepState.CANCELLED, attempts=1)
    doubtful = replace(given_up, steps=(sent, *given_up.steps[1:]))
    assert sweep_undo(doubtful, (*PAID, revoked), NOON).is_suspect
    assert not sweep_undo(doubtful, (*PAID, revoked), NOON + SWEPT).is_suspect


def test_a_recharge_that_stands_twice_is_voided() -> None:
    """By the mark of the step that charged it."""
    undo = at_rest(undone())
    twin = invoice(99, 2, "10.00@20", memo=str(undo.steps[2].marker))
    (void,) = sweep_undo(undo, (*PAID, twin), NOON).voids
    assert void.invoice_id == 99


def test_a_merged_invoice_that_is_not_among_the_rows_has_vanished_if_it_is_young_enough() -> None:
    """One that is older than what was read may stand all the same."""
    assert sweep_merge(closed(), PAID, NOON, NOON.date()).is_suspect
    assert not sweep_merge(closed(), PAID, NOON, NOON.date() + timedelta(days=1)).is_suspect
    unissued = replace(closed(), steps=tuple(_unconfirmed(s) for s in closed().steps))
    assert not sweep_merge(unissued, PAID, NOON, NOON.date()).is_suspect


def _unconfirmed(step: Step) -> Step:
    return replace(step, state=StepState.CANCELLED) if step.number == 3 else step


def test_the_claim_of_a_relief_is_that_of_its_source() -> None:
    """Whatever else the merge claims."""
    relief = step_of(merge(), 5)
    assert claim_of(merge(), relief).invoice_id == relief.invoice_id


def test_a_note_too_many_is_told_by_its_step() -> None:
    """By the first step where none is named."""
    problem = Problem(kind=Kind.GIVEN_UP, sentence="stands twice", step=step_of(merge(), 4))
    told = surplus_note(merge(), problem)
    assert (told.rule, told.subject) == ("surplus_note", f"step {merge().plan_id}/4")
