"""May a merge be undone, and by which steps: on tables."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connector.domain.invoices import total_of
from connector.domain.marker import markers_in
from connector.saga import machine
from connector.saga.effects import IssueCreditNote, IssueInvoice
from connector.saga.states import StepState
from connector.saga.steps import Operation, OperationState, StepKind
from connector.saga.undoing import judge_settled, judge_undoable, operation_of_undo
from tests.saga.support import NOW, ORIGIN, SOURCES, merge, releases
from tests.saga.undone import MERGED, closed, undone


def test_it_revokes_first_and_charges_each_source_anew() -> None:
    """With the lines of the sources under a heading, and an identity of its own."""
    undo = undone()
    assert undo.undoes == closed().plan_id
    revoke, *recharges = undo.steps
    assert isinstance(revoke.effect, IssueCreditNote)
    assert (revoke.kind, revoke.invoice_id) == (StepKind.REVOKE, MERGED)
    assert revoke.effect.total == 48
    assert total_of(revoke.effect.items) == 48
    assert markers_in(revoke.effect.note) == (revoke.marker,)
    for step, source in zip(recharges, SOURCES, strict=True):
        assert isinstance(step.effect, IssueInvoice)
        heading, *lines = step.effect.items
        assert (step.kind, step.account_id) == ("recharge", source.account_id)
        assert (tuple(lines), step.effect.total) == (source.items, source.total)
        assert heading.price == 0
        assert source.number in heading.description
        assert markers_in(step.effect.memo) == (step.marker,)
    assert operation_of_undo(closed(), replace(ORIGIN, attempt=1)).plan_id != undo.plan_id
    assert operation_of_undo(closed(), ORIGIN) == undo


def test_nobody_is_charged_anew_before_the_merged_invoice_is_revoked() -> None:
    """The recharges wait for it, whatever becomes of it, and then not for each other."""
    undo = undone()
    assert machine.next_step(undo, NOW) == undo.steps[0]
    for state in (StepState.HELD, StepState.CANCELLED):
        stopped = replace(undo, steps=(replace(undo.steps[0], state=state), *undo.steps[1:]))
        assert machine.next_step(stopped, NOW) is None
    revoke, first, second = undo.steps
    steps = (replace(revoke, state=StepState.CONFIRMED), replace(first, state=StepState.HELD))
    assert machine.next_step(replace(undo, steps=(*steps, second)), NOW) == second


def test_it_is_more_urgent_than_a_merge_and_less_than_a_release() -> None:
    """Who waits for money back is paid by nobody while a month end is merged."""
    ordered = machine.by_urgency([merge(), undone(), releases(2)])
    assert [row.kind for row in ordered] == ["release", "undo", "merge"]


def test_its_pivot_is_the_credit_note() -> None:
    """Cancelled before it, all is given up; a cancelled recharge was settled by hand."""
    undo = undone()
    assert not machine.is_past_pivot(undo)
    held = [replace(step, state=StepState.HELD) for step in undo.steps]
    assert machine.is_past_pivot(replace(undo, steps=tuple(held)))
    assert [machine.cancel(step, "by ada")[1] for step in held] == [True, False, False]
    changes, added = machine.withdraw(undo, "paid")
    assert ([change.after.state for change in changes], added) == (["cancelled"] * 3, ())


def _state(state: OperationState) -> Operation:
    return replace(closed(), state=state)


def _unissued() -> Operation:
    steps = [
        replace(step, state=StepState.CANCELLED) if step.kind is StepKind.ISSUE else step
        for step in closed().steps
    ]
    return replace(closed(), steps=tuple(steps))


def _unfinished() -> Operation:
    *others, last = closed().steps
    return replace(closed(), steps=(*others, replace(last, state=StepState.HELD)))


@pytest.mark.parametrize(
    ("operation", "others", "words"),
    [
        (closed(), (), ""),
        (replace(closed(), state=OperationState.OPEN), (), ""),
        (releases(2), (), "is no merge"),
        (undone(), (), "is no merge"),
        (_state(OperationState.PROPOSED), (), "issued no merged invoice"),
        (_state(OperationState.WITHDRAWN), (), "issued no merged invoice"),
        (_unissued(), (), "issued no merged invoice"),
        (_unfinished(), (), "still has steps to do"),
        (closed(), (undone(),), "is being undone by plan"),
        (closed(), (replace(undone(), state=OperationState.CLOSED),), "was undone by plan"),
        (closed(), (replace(undone(), state=OperationState.WITHDRAWN),), ""),
    ],
)
def test_what_may_be_undone(
    operation: Operation, others: tuple[Operation, ...], words: str
) -> None:
    """A merge that issued its invoice and ended, once."""
    found = judge_undoable(operation, others)
    assert words in found
    assert bool(found) is bool(words)


def test_what_hands_settled_only_hands_undo() -> None:
    """A relief that a person gave up: nobody knows by what the account was settled."""
    *others, last = closed().steps
    given_up = replace(closed(), steps=(*others, replace(last, state=StepState.CANCELLED)))
    assert judge_settled(closed()) == ""
    assert "N20 was settled by hand" in judge_settled(given_up)


def test_what_was_credited_in_full_carries_nothing() -> None:
    """Every source was paid before it was relieved."""
    steps = tuple(
        replace(step, kind=StepKind.CREDIT) if step.kind is StepKind.RELIEVE else step
        for step in closed().steps
    )
    assert "credited in full already" in judge_settled(replace(closed(), steps=steps))
