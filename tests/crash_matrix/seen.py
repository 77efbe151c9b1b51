"""What must have been seen over the whole matrix, or else it tries less than it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from connector.saga.states import TRANSITIONS, StepEvent, StepState
from connector.saga.steps import StepKind
from tests.simulator.cabinet import Rows
from tests.simulator.evidence import Evidence
from tests.simulator.weather import FAULTS

OF_PROBES = frozenset({StepKind.MARK, StepKind.SETTLE})
"""Steps that are tried on a test customer while a person waits; no scenario has them."""

_TRIED = tuple(kind for kind in StepKind if kind not in OF_PROBES)

RECOVERIES = (
    *((kind, StepState.SENDING, StepEvent.FOUND_AT_START) for kind in _TRIED),
    *((kind, StepState.UNKNOWN, StepEvent.SEEN) for kind in _TRIED),
    *((kind, StepState.UNKNOWN, StepEvent.ABSENT) for kind in _TRIED),
    (StepKind.ISSUE, StepState.UNKNOWN, StepEvent.CONTRADICTED),
    (StepKind.RELIEVE, StepState.UNKNOWN, StepEvent.CONTRADICTED),
    (StepKind.RELIEVE, StepState.INTENDED, StepEvent.SEEN),
)
"""Every way in which a doubt begins at a start or ends by reading, for every kind of step."""


def seen_in(evidence: Evidence, events: Rows) -> Counter[str]:
    """Events of steps, by kind of step and the state they were in."""
    kinds = {(row["plan_id"], row["number"]): row["kind"] for row in evidence.steps}
    return Counter(
        f"{kinds[row['plan_id'], row['step']]}: {row['from_state']} {row['event']}"
        for row in events
        if row["step"] is not None and row["from_state"] is not None
    )


def never_seen(seen: Counter[str], faults: Counter[str]) -> list[str]:
    """Faults, transitions and recoveries that the whole matrix should have had and did not."""
    return [
        *(kind for kind in FAULTS if not faults[kind]),
        *_transitions(seen),
        *(
            told
            for told in (f"{kind}: {state} {event}" for kind, state, event in RECOVERIES)
            if not seen[told]
        ),
    ]


def _transitions(seen: Counter[str]) -> Iterator[str]:
    had = {told.partition(": ")[2] for told, times in seen.items() if times}
    for state, event in TRANSITIONS:
        if f"{state} {event}" not in had:
            yield f"any step: {state} {event}"
