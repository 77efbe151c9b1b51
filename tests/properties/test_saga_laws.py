"""Laws of the saga: whatever happens, in whatever order, no document is made twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.errors import IllegalTransition
from connector.saga.machine import (
    Change,
    cancel,
    claimed,
    happened,
    held_steps,
    is_past_pivot,
    next_step,
    withdraw,
)
from connector.saga.states import TRANSITIONS, StepEvent, StepState, next_state
from connector.saga.steps import Operation, OperationState, Step, StepKind
from tests.saga.support import NOW, merge, releases

EVENTS = st.lists(st.sampled_from(StepEvent), max_size=40)
CERTAIN = {StepEvent.NOT_SENT, StepEvent.ABSENT}


@given(EVENTS)
def test_an_illegal_event_changes_nothing(events: list[StepEvent]) -> None:
    """The step after any history is what its legal events alone make of it."""
    step = merge().steps[0]
    for event in events:
        before = step
        try:
            step = happened(step, event, reason="x", remote_id=1).after
        except IllegalTransition:
            assert (before.state, event) not in TRANSITIONS
            assert step == before
        else:
            assert step.state is TRANSITIONS[before.state, event]


@given(EVENTS)
def test_a_step_is_confirmed_at_most_once(events: list[StepEvent]) -> None:
    """And never leaves that state, unless the platform itself went back; then for good."""
    state, confirmed, lost = StepState.INTENDED, 0, 0
    for event in events:
        if (state, event) in TRANSITIONS:
            state = next_state(state, event)
            confirmed += state is StepState.CONFIRMED
            lost += event is StepEvent.LOST
    assert confirmed <= 1
    left = StepState.CANCELLED if lost else StepState.CONFIRMED
    assert confirmed == 0 or state is left


@pytest.mark.parametrize("start", [StepState.SENDING, StepState.UNKNOWN])
def test_a_doubt_ends_by_certainty_or_by_a_person(start: StepState) -> None:
    """No way back to INTENDED without NOT_SENT, ABSENT, or a named operator's RETRY_ASKED."""
    without = {
        pair: after
        for pair, after in TRANSITIONS.items()
        if pair[1] not in {*CERTAIN, StepEvent.RETRY_ASKED}
    }
    reached = {start}
    for _ in StepState:
        reached |= {after for (state, _), after in without.items() if state in reached}
    assert StepState.INTENDED not in reached


# -- a whole operation against a platform that answers as it likes --------------------------


class World:
    """A platform that may carry a write out or not, and answer or not; it forgets nothing."""

    def __init__(self, operation: Operation, choose: st.DataObject) -> None:
        self.operation = operation
        self.made: dict[int, int] = {}  # step number: how many times it was carried out
        self._choose = choose

    def pick(self, *words: str) -> str:
        """One of the words."""
        return self._choose.draw(st.sampled_from(words))

    def record(self, *changes: Change) -> None:
        """Put steps in their new states."""
        after = {change.after.number: change.after for change in changes}
        steps = tuple(after.get(step.number, step) for step in self.operation.steps)
        self.operation = replace(self.operation, steps=steps)

    def advance(self, step: Step) -> None:
        """One turn of a worker on one due step."""
        if step.state is StepState.UNKNOWN:
            seen = bool(self.made.get(step.number))
            self.record(happened(step, StepEvent.SEEN if seen else StepEvent.ABSENT))
            return
        sending = claimed(step, step.effect, NOW)
        self.record(sending)
        answer = self.pick("yes", "yes", "yes", "no", "down", "lost before", "lost after")
        if answer in {"yes", "lost after"}:
            self.made[step.number] = self.made.get(step.number, 0) + 1
        event = {
            "yes": StepEvent.ACCEPTED,
            "no": StepEvent.REFUSED,
            "down": StepEvent.NOT_SENT,
            "lost before": StepEvent.UNCLEAR,
            "lost after": StepEvent.FOUND_AT_START,
        }[answer]
        self.record(happened(sending.after, event))

    def ask_a_person(self) -> bool:
        """Retry or cancel the first held step; False when nothing is held."""
        for step in held_steps(self.operation)[:1]:
            if self.pick("retry", "cancel") == "retry":
                self.record(happened(step, StepEvent.RETRY_ASKED))
            else:
                changes, gives_up = cancel(step, "by anna")
                self.record(*changes)
                if gives_up:
                    self.give_up()
            return True
        return False

    def give_up(self) -> None:
        """Withdraw the merge: nothing that had left may be among what is cancelled."""
        changes, handbacks = withdraw(self.operation, "given up")
        self.record(*changes)
        steps = (*self.operation.steps, *handbacks)
        self.operation = replace(self.operation, steps=steps, state=OperationState.WITHDRAWN)

    def check(self) -> None:
        """What must hold at every moment."""
        kinds = {step.number: step for step in self.operation.steps}
        assert all(times == 1 for times in self.made.values())
        for number in self.made:
            if kinds[number].kind is StepKind.RELIEVE:
                pivot = next(s for s in self.operation.steps if s.kind is StepKind.ISSUE)
                assert pivot.state is StepState.CONFIRMED
                assert is_past_pivot(self.operation)
        for step in self.operation.steps:
            if step.state is StepState.CONFIRMED:
                assert self.made.get(step.number) == 1
            if step.state is StepState.CANCELLED:
                assert step.number not in self.made


@given(st.data(), st.sampled_from([merge(), releases(2, 3, 4)]))
def test_no_write_is_carried_out_twice(choose: st.DataObject, operation: Operation) -> None:
    """And no relief without its invoice, and nothing confirmed that was not done."""
    world = World(operation, choose)
    for _ in range(40):
        step = next_step(world.operation, NOW + timedelta(days=1))
        if step is None and not world.ask_a_person():
            break
        if step is not None:
            world.advance(step)
        world.check()


@given(st.data())
def test_a_merge_that_is_given_up_leaves_no_mark(choose: st.DataObject) -> None:
    """Once it comes to rest, every claim that was made has been handed back."""
    world = World(merge(), choose)
    for _ in range(60):
        step = next_step(world.operation, NOW + timedelta(days=1))
        if step is None and not world.ask_a_person():
            break
        if step is not None:
            world.advance(step)
    if world.operation.state is OperationState.WITHDRAWN:
        steps = world.operation.steps
        claims = {s.invoice_id for s in steps if s.number in world.made and s.number <= 2}
        given_back = {s.invoice_id for s in steps if s.kind is StepKind.UNCLAIM}
        assert claims <= given_back
        assert not {s.number for s in steps if s.kind is StepKind.RELIEVE} & set(world.made)
