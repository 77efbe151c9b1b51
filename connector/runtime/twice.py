"""Families that stand charged twice: between a merged invoice and the last relief of its sources."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from connector.domain.ids import AccountId, PlanId
from connector.domain.money import add_up
from connector.domain.parking import retry_command
from connector.domain.policy import Mode
from connector.saga.effects import IssueCreditNote
from connector.saga.machine import held_steps
from connector.saga.states import FINISHED, StepState
from connector.saga.steps import Operation, OperationState, StepKind

OWED = frozenset({StepKind.RELIEVE, StepKind.CREDIT, StepKind.VOID})


@dataclass(frozen=True, kw_only=True, slots=True)
class ChargedTwice:
    """By how much a family is charged twice now, and what ends it."""

    main_id: AccountId
    plan_id: PlanId
    amount: Decimal
    until: str


def find_charged_twice(
    unfinished: Iterable[Operation],
    mode: Mode,
    frozen: str | None,
    parked: Collection[AccountId] = (),
) -> tuple[ChargedTwice, ...]:
    """From the journal alone: merges whose invoice stands and whose sources are not all settled."""
    return tuple(
        ChargedTwice(
            main_id=operation.main_id,
            plan_id=operation.plan_id,
            amount=amount,
            until=_until(operation, mode, frozen, is_parked=operation.main_id in parked),
        )
        for operation in unfinished
        if operation.state is OperationState.OPEN and (amount := _amount(operation))
    )


def _amount(operation: Operation) -> Decimal:
    stands = any(
        step.kind is StepKind.ISSUE and step.state is StepState.CONFIRMED
        for step in operation.steps
    )
    return add_up(
        step.effect.total
        for step in operation.steps
        if stands
        and step.kind in OWED
        and step.state not in FINISHED
        and isinstance(step.effect, IssueCreditNote)
    )


def _until(operation: Operation, mode: Mode, frozen: str | None, *, is_parked: bool) -> str:
    if frozen is not None:
        return "somebody lets it go on: `linked-accounts unfreeze`"
    if mode is Mode.OBSERVE:
        return 'somebody lets it go on: mode is "observe", and this merge is past its pivot'
    if is_parked:
        return f"its family is let go on: `{retry_command(operation.main_id)}`"
    if held := held_steps(operation):
        step = held[0]
        return f"step {step.plan_id}/{step.number} is mended and retried"
    return "the next cycle goes on with it"
