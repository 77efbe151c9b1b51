"""What becomes of an operation whose documents went with an older state of the platform."""

from __future__ import annotations

from dataclasses import replace

from connector.domain.ids import InvoiceId
from connector.domain.marker import Marker
from connector.saga.effects import IssueCreditNote, IssueInvoice
from connector.saga.loss import settle_loss
from connector.saga.states import StepEvent, StepState
from connector.saga.steps import Operation, OperationState, Step, StepKind
from tests.build import NOON
from tests.saga.marked import (
    MERGE,
    C,
    X,
)
from tests.saga.probed import played
from tests.saga.support import releases, with_states
from tests.saga.undone import undone

DONE = replace(
    with_states(MERGE, C, C, C, C, C),
    state=OperationState.CLOSED,
)


def settled(operation: Operation, *gone: int) -> list[str]:
    """What is recorded when some steps are gone."""
    loss = settle_loss(operation, gone, by="ada", on=NOON.date())
    return [
        *(f"{change.before.number} {change.event}" for change in loss.changes),
        *(f"{step.number} {step.kind}" for step in loss.added),
        *([str(loss.state)] if loss.state else []),
    ]


def test_a_lost_pivot_gives_the_merge_up() -> None:
    """Its claims are handed back; what had not ended is dropped, wherever it was."""
    assert settled(DONE, 3, 4, 5) == [
        "3 lost",
        "4 lost",
        "5 lost",
        "6 unclaim",
        "7 unclaim",
        "withdrawn",
    ]
    states_ = (StepState.SENDING, StepState.UNKNOWN, StepState.INTENDED, StepState.HELD)
    ways = {
        StepState.SENDING: ["5 found_at_start", "5 absent", "5 withdrawn"],
        StepState.UNKNOWN: ["5 absent", "5 withdrawn"],
        StepState.INTENDED: ["5 withdrawn"],
        StepState.HELD: ["5 cancel_asked"],
    }
    for state in states_:
        open_merge = with_states(MERGE, C, C, C, C, state)
        assert settled(open_merge, 3, 4)[2:-3] == ways[state]


def test_a_withdrawn_merge_stays_so() -> None:
    """Its claims were handed back before."""
    withdrawn = replace(with_states(MERGE, C, C, C, X, X), state=OperationState.WITHDRAWN)
    assert settled(withdrawn, 3) == ["3 lost"]


def test_a_lost_relief_is_made_under_another_number() -> None:
    """Once for each source; not if one is under way."""
    assert settled(DONE, 5) == ["5 lost", "6 relieve", "open"]
    loss = settle_loss(DONE, [5], by="ada", on=NOON.date())
    effect = loss.added[0].effect
    assert isinstance(effect, IssueCreditNote)
    assert effect.note.endswith(str(Marker(plan_id=MERGE.plan_id, step=6)))
    again = replace(DONE, steps=(*DONE.steps, *loss.added), state=OperationState.OPEN)
    assert settled(again, 5) == ["5 lost"]


def test_a_lost_void_or_hand_back_is_repeated() -> None:
    """And a status is decided afresh, by the next look."""
    unclaim = replace(DONE.steps[0], number=6, kind=StepKind.UNCLAIM)
    void = replace(DONE.steps[4], number=7, kind=StepKind.VOID, invoice_id=InvoiceId(100))
    more = replace(DONE, steps=(*DONE.steps, unclaim, void))
    assert settled(more, 6, 7) == ["6 lost", "7 lost", "8 unclaim", "9 void", "open"]
    released = replace(with_states(releases(2, 3), C, C), state=OperationState.CLOSED)
    assert settled(released, 1) == ["1 lost"]


def test_a_lost_revoke_gives_the_undo_up() -> None:
    """The merge holds; what was not charged anew yet is not wanted."""
    undo = undone()
    half = with_states(undo, C, C, StepState.INTENDED)
    assert settled(half, 1, 2) == ["1 lost", "2 lost", "3 withdrawn", "withdrawn"]


def test_a_lost_recharge_is_made_under_another_number() -> None:
    """With another mark; the credit note stands."""
    done = replace(with_states(undone(), C, C, C), state=OperationState.CLOSED)
    assert settled(done, 3) == ["3 lost", "4 recharge", "open"]
    effect = settle_loss(done, [3], by="ada", on=NOON.date()).added[0].effect
    assert isinstance(effect, IssueInvoice)
    assert effect.memo == str(Marker(plan_id=done.plan_id, step=4))


def test_a_probe_that_owes_again_is_settled_by_the_next_one() -> None:
    """Its credit note is gone, and its invoice stands."""
    probe, _ = played()
    assert settled(replace(probe, state=OperationState.CLOSED), 3) == ["3 lost", "6 settle", "open"]


def test_a_lost_step_forgets_the_number_it_had() -> None:
    """Another document may have it now."""
    known = replace(DONE, steps=tuple(replace(step, remote_id=7) for step in DONE.steps))
    loss = settle_loss(known, [5], by="ada", on=NOON.date())
    assert loss.changes[0].after.remote_id is None
    assert loss.changes[0].event is StepEvent.LOST
    assert isinstance(loss.changes[0].after, Step)
