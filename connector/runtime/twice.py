"""Families that do not stand charged as they should, for now, by our own doing.

Twice: between a merged invoice and the last relief of its sources. Too little: between the credit
note that revokes a merged invoice and the last recharge.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from connector.domain.ids import AccountId, PlanId
from connector.domain.money import add_up
from connector.domain.parking import retry_command
from connector.domain.policy import Mode
from connector.saga.effects import IssueCreditNote, IssueInvoice
from connector.saga.machine import held_steps
from connector.saga.states import FINISHED, StepState
from connector.saga.steps import Operation, OperationState, StepKind

Kinds: TypeAlias = frozenset[StepKind]

ISSUED = frozenset({StepKind.ISSUE, StepKind.RECHARGE})
OWED = frozenset({StepKind.RELIEVE, StepKind.CREDIT, StepKind.VOID})
REVOKED = frozenset({StepKind.REVOKE})
MISSING = frozenset({StepKind.RECHARGE})


@dataclass(frozen=True, kw_only=True, slots=True)
class OffBalance:
    """By how much a family is charged twice, or too little, now, and what ends it."""

    main_id: AccountId
    plan_id: PlanId
    amount: Decimal
    until: str


def find_charged_twice(
    unfinished: Iterable[Operation],
    mode: Mode,
    frozen: str | None,
    parked: Collection[AccountId] = (),
) -> tuple[OffBalance, ...]:
    """From the journal alone: documents of ours that stand while what they replace does, too."""
    hindrances = _Hindrances(mode=mode, frozen=frozen, parked=parked)
    return _told(unfinished, lambda row: _left_to_do(row, ISSUED, OWED), hindrances)


def find_charged_too_little(
    unfinished: Iterable[Operation],
    mode: Mode,
    frozen: str | None,
    parked: Collection[AccountId] = (),
) -> tuple[OffBalance, ...]:
    """From the journal alone: undos past their pivot whose sources are not all charged anew."""
    hindrances = _Hindrances(mode=mode, frozen=frozen, parked=parked)
    return _told(unfinished, lambda row: _left_to_do(row, REVOKED, MISSING), hindrances)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Hindrances:
    """What keeps an operation from going on by itself."""

    mode: Mode
    frozen: str | None
    parked: Collection[AccountId]


def _told(
    unfinished: Iterable[Operation],
    amount_of: Callable[[Operation], Decimal],
    hindrances: _Hindrances,
) -> tuple[OffBalance, ...]:
    return tuple(
        OffBalance(
            main_id=operation.main_id,
            plan_id=operation.plan_id,
            amount=amount,
            until=_until(operation, hindrances),
        )
        for operation in unfinished
        if operation.state is OperationState.OPEN and (amount := amount_of(operation))
    )


def _left_to_do(operation: Operation, after: Kinds, kinds: Kinds) -> Decimal:
    """What unfinished steps of some kinds make, once a step that they follow stands."""
    stands = any(
        step.kind in after and step.state is StepState.CONFIRMED for step in operation.steps
    )
    return add_up(
        step.effect.total
        for step in operation.steps
        if stands
        and step.kind in kinds
        and step.state not in FINISHED
        and isinstance(step.effect, IssueInvoice | IssueCreditNote)
    )


def _until(operation: Operation, hindrances: _Hindrances) -> str:
    if hindrances.frozen is not None:
        return "somebody lets it go on: `linked-accounts unfreeze`"
    if hindrances.mode is Mode.OBSERVE:
        return 'somebody lets it go on: mode is "observe", and this plan is past its pivot'
    if operation.main_id in hindrances.parked:
        return f"its family is let go on: `{retry_command(operation.main_id)}`"
    if held := held_steps(operation):
        step = held[0]
        return f"step {step.plan_id}/{step.number} is mended and retried"
    return "the next cycle goes on with it"
