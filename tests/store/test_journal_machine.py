"""Any walk through the saga's table, with restarts in between: the journal says what happened."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from connector.errors import JournalConflict
from connector.saga.machine import Change, claimed, happened
from connector.saga.states import TRANSITIONS, StepEvent
from connector.saga.steps import Step
from connector.store.open import open_store
from tests.store.support import NOW, Place, load, merge, plan_id, record, record_changes, url_of


class JournalMachine(RuleBasedStateMachine):
    """A model of three steps beside the journal; after every move the two must agree."""

    def __init__(self) -> None:
        super().__init__()
        self.url = self.new_place()
        self.store = open_store(self.url)
        record(self.store, merge(1))
        self.steps: dict[int, Step] = {step.number: step for step in merge(1).steps}
        self.told = ["open"]
        self.past: list[Change] = []

    def new_place(self) -> str:
        """Where there is no store yet."""
        self.folder = tempfile.TemporaryDirectory()
        return url_of(Path(self.folder.name))

    @rule(number=st.integers(1, 3), choice=st.integers(0, 99))
    def move(self, number: int, choice: int) -> None:
        """One step takes one of the ways its state allows."""
        step = self.steps[number]
        ways = [event for state, event in TRANSITIONS if state is step.state]
        if not ways:
            return
        event = ways[choice % len(ways)]
        change = (
            claimed(step, step.effect, NOW)
            if event is StepEvent.CLAIMED
            else happened(step, event, reason=f"way {choice}", remote_id=choice or None)
        )
        record_changes(self.store, change)
        self.steps[number] = change.after
        self.told.append(event.value)
        self.past.append(change)

    @precondition(lambda self: self.past)
    @rule(choice=st.integers(0, 99))
    def repeat(self, choice: int) -> None:
        """A stale writer tries an old move again: refused, unless the step is there once more."""
        change = self.past[choice % len(self.past)]
        now = self.steps[change.before.number]
        same = (now.state, now.attempts) == (change.before.state, change.before.attempts)
        if not same:
            with pytest.raises(JournalConflict):
                record_changes(self.store, change)

    @rule()
    def restart(self) -> None:
        """The process ends and comes back."""
        self.store.close()
        self.store = open_store(self.url)

    @invariant()
    def the_journal_agrees(self) -> None:
        """Steps as in the model, and every event told once, in order."""
        assert {step.number: step for step in load(self.store, 1).steps} == self.steps
        with self.store.begin() as unit:
            found = unit.journal.load_history(account_id=None, plan_id=plan_id(1), limit=999)
        assert [row.event for row in reversed(found)] == self.told
        assert (self.store.verify_journal().rows, self.store.verify_journal().problem) == (
            len(self.told),
            "",
        )

    def teardown(self) -> None:
        """Leave nothing behind."""
        self.store.close()
        self.folder.cleanup()


class ServerJournalMachine(JournalMachine):
    """The same on PostgreSQL."""

    place: ClassVar[Place]

    def new_place(self) -> str:
        """One database in turn, made empty."""
        assert self.place.cluster is not None
        self.place.cluster.make_new(self.place.database)
        return self.place.url

    def teardown(self) -> None:
        """Leave nothing behind."""
        self.store.close()


TestJournalMachine = pytest.mark.slow(JournalMachine.TestCase)
TestJournalMachine.settings = settings(
    max_examples=25,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


@pytest.mark.slow
def test_the_journal_agrees_on_postgresql(postgresql: Place) -> None:
    """Fewer walks: the model is the same, and only the engine another."""
    ServerJournalMachine.place = postgresql
    run_state_machine_as_test(
        ServerJournalMachine,
        settings=settings(TestJournalMachine.settings, max_examples=8),
    )
