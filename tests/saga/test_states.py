"""The transition table: exactly the pairs of the design, and nothing else."""

from __future__ import annotations

from itertools import product

import pytest

from connector.errors import IllegalTransition
from connector.saga.states import (
    FINISHED,
    TRANSITIONS,
    StepEvent,
    StepState,
    next_state,
)

TABLE = """
intended claimed        sending
intended withdrawn      cancelled
intended seen           confirmed
intended contradicted   held
intended doubted        unknown
sending  accepted       confirmed
sending  not_sent       intended
sending  unclear        unknown
sending  found_at_start unknown
sending  refused        held
unknown  seen           confirmed
unknown  absent         intended
unknown  contradicted   held
held     retry_asked    intended
held     cancel_asked   cancelled
confirmed lost          cancelled
"""
ROWS = [tuple(line.split()) for line in TABLE.split("\n") if line]
LEGAL = {(StepState(row[0]), StepEvent(row[1])): StepState(row[2]) for row in ROWS}
PAIRS = list(product(StepState, StepEvent))


@pytest.mark.parametrize(("state", "event"), PAIRS)
def test_every_pair_is_in_the_table_or_illegal(state: StepState, event: StepEvent) -> None:
    """All 84 pairs; the error names state and event."""
    if (state, event) in LEGAL:
        assert next_state(state, event) is LEGAL[state, event]
        return
    with pytest.raises(IllegalTransition, match=f"{state} cannot become {event}"):
        next_state(state, event)


def test_the_code_has_no_pair_that_the_table_lacks() -> None:
    """The other direction: nothing was added in passing."""
    assert TRANSITIONS == LEGAL


def test_finished_states_lead_nowhere() -> None:
    """What is done is corrected by a further step; only the platform itself can go back."""
    ways_out = [pair for pair in TRANSITIONS if pair[0] in FINISHED]
    assert ways_out == [(StepState.CONFIRMED, StepEvent.LOST)]
    assert frozenset({StepState.CONFIRMED, StepState.CANCELLED}) == FINISHED


def test_every_other_state_has_a_way_to_an_end() -> None:
    """Nothing gets stuck by construction."""
    ends: set[StepState] = set(FINISHED)
    for _ in StepState:
        ends |= {start for (start, _), after in TRANSITIONS.items() if after in ends}
    assert ends == set(StepState)
