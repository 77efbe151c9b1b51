"""Operations to move: the merge of a small family, and steps in any state."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from connector.domain.cascade import Release, Suspension
from connector.domain.ids import AccountId
from connector.domain.merge import plan_merge
from connector.domain.policy import MergePolicy
from connector.saga.planning import (
    Origin,
    operation_of_merge,
    operation_of_releases,
    operation_of_suspensions,
)
from connector.saga.states import StepState
from connector.saga.steps import Operation, Step
from tests.build import NOON, account, family, invoice

NOW = datetime(2026, 1, 10, 11, 0, tzinfo=UTC)
"""Host time."""

SECOND = timedelta(seconds=1)
ORIGIN = Origin(install_id="test", at=NOON)
SOURCES = (invoice(10, 1, "30.00@20"), invoice(20, 2, "10.00@20", memo="call first"))


def merge() -> Operation:
    """The main's 36.00 and one sub's 12.00: claims 1 and 2, the pivot 3, reliefs 4 and 5."""
    (plan,) = plan_merge(family(subs=(account(2),), invoices=SOURCES), MergePolicy()).plans
    return operation_of_merge(plan, ORIGIN)


def releases(*subs: int) -> Operation:
    """A release of sub-accounts, each from a block of the same number."""
    rows = tuple(Release(sub_id=AccountId(n), block_id=n, reason="paid") for n in subs)
    return operation_of_releases(AccountId(1), rows, ORIGIN)


def suspensions(*subs: int) -> Operation:
    """A suspension of sub-accounts because of block 77 of their main."""
    rows = tuple(Suspension(sub_id=AccountId(n), cause_id=77) for n in subs)
    return operation_of_suspensions(AccountId(1), rows, ORIGIN)


def step_of(operation: Operation, number: int) -> Step:
    """One step by its number."""
    return next(step for step in operation.steps if step.number == number)


def with_states(operation: Operation, *states: StepState) -> Operation:
    """The operation with its first steps in these states, sent once where that is implied."""
    moved = tuple(
        replace(
            step,
            state=state,
            sent_at=None if state in {StepState.INTENDED, StepState.CANCELLED} else NOW,
        )
        for step, state in zip(operation.steps, states, strict=False)
    )
    return replace(operation, steps=(*moved, *operation.steps[len(moved) :]))
