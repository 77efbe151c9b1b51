"""What an old copy of the journal learns from the marks of plans that it knows."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from connector.domain.invoices import CreditNote, Invoice
from connector.saga.catching_up import GONE, Lesson, learn
from connector.saga.fixups import Unclear
from connector.saga.states import StepState
from connector.saga.steps import Operation, OperationState, StepKind
from connector.saga.traces import Traces, sort_traces
from connector.saga.wording import say_issued_twice
from tests.saga.marked import (
    MERGE,
    WHEN,
    C,
    claimed,
    issued,
    note,
    relief,
)
from tests.saga.support import releases, with_states


def learnt(operation: Operation, *documents: Invoice | CreditNote) -> Lesson:
    """What an old journal learns from some documents."""
    found = sort_traces(
        [row for row in documents if isinstance(row, Invoice)],
        [row for row in documents if isinstance(row, CreditNote)],
    )
    traces = found[0] if found else Traces(plan_id=operation.plan_id)
    lesson = learn(operation, traces, WHEN)
    assert isinstance(lesson, Lesson), lesson
    return lesson


def events(lesson: Lesson) -> list[str]:
    """What happens to which step."""
    return [f"{change.before.number} {change.event}" for change in lesson.changes]


def test_nothing_new_is_no_lesson() -> None:
    """A proposal of which nothing is seen waits on; a closed plan stays closed."""
    assert learnt(replace(MERGE, state=OperationState.PROPOSED)).is_empty
    done = replace(with_states(MERGE, C, C, C, C, C), state=OperationState.CLOSED)
    assert learnt(done, *claimed(1, 2), issued()).is_empty


def test_what_may_have_been_sent_since_is_in_doubt() -> None:
    """Claims always; the pivot once all of them are seen, what follows once it is."""
    assert events(learnt(MERGE)) == ["1 doubted", "2 doubted"]
    assert events(learnt(MERGE, *claimed(1, 2))) == ["1 seen", "2 seen", "3 doubted"]
    assert events(learnt(MERGE, *claimed(1, 2), issued(), relief(4))) == [
        "1 seen",
        "2 seen",
        "3 seen",
        "4 seen",
        "5 doubted",
    ]
    assert events(learnt(releases(2, 3))) == ["1 doubted", "2 doubted"]


def test_a_proposal_of_which_something_is_seen_was_approved() -> None:
    """It is taken up again."""
    lesson = learnt(replace(MERGE, state=OperationState.PROPOSED), *claimed(1))
    assert lesson.state is OperationState.OPEN


def test_a_held_step_that_is_seen_was_retried_since() -> None:
    """By whom, nobody knows any more."""
    held = with_states(MERGE, C, C, StepState.HELD)
    lesson = learnt(held, *claimed(1, 2), issued())
    assert events(lesson)[:2] == ["3 retry_asked", "3 seen"]
    assert learnt(held, *claimed(1, 2)).changes == ()


def test_something_else_under_our_mark_is_held() -> None:
    """It is not what our journal would have sent."""
    other = replace(relief(4), total=Decimal(1))
    lesson = learnt(with_states(MERGE, C, C, C), *claimed(1, 2), issued(), other)
    assert "4 contradicted" in events(lesson)


def test_a_step_under_way_is_left_to_the_start() -> None:
    """Whoever starts with it does not know, and reads it back."""
    sending = with_states(MERGE, C, C, C, StepState.SENDING, C)
    assert learnt(sending, *claimed(1, 2), issued()).is_empty


def test_steps_of_a_newer_journal_are_added() -> None:
    """A closed plan is taken up again for them."""
    done = replace(with_states(MERGE, C, C, C, C, C), state=OperationState.CLOSED)
    lesson = learnt(
        done, *claimed(1, 2), issued(), issued(101), note(6, 1, "48.00", say_issued_twice("M101"))
    )
    assert [(step.kind, step.invoice_id, step.state) for step in lesson.added] == [
        (StepKind.VOID, 101, C)
    ]
    assert lesson.state is OperationState.OPEN


def test_what_a_credit_note_does_not_say_is_not_learnt() -> None:
    """Unclear, as above."""
    (traces,) = sort_traces([*claimed(1, 2), issued()], [note(6, 1, "7.00", "Thank you")])
    assert isinstance(learn(with_states(MERGE, C, C, C), traces, WHEN), Unclear)


def test_reliefs_without_their_ground_hold_the_pivot() -> None:
    """The merged invoice vanished after it relieved somebody: it must not be made again."""
    lesson = learnt(with_states(MERGE, C, C), *claimed(1, 2), relief(4))
    assert events(lesson) == ["4 seen", "3 contradicted"]
    assert lesson.changes[-1].after.reason == GONE
