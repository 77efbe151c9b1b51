"""When a family is parked, and what its parking shows to the person who must look."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from connector.domain.ids import AccountId
from connector.domain.parking import Parking, ParkingCause, retry_command
from connector.saga.machine import held_steps
from connector.saga.steps import Operation, Step

NUMBERS_SHOWN = 10
"""Documents of one plan that are named; the plan itself has all."""


def judge_holds(
    main_id: AccountId, operations: Collection[Operation], *, holds_max: int, at: datetime
) -> Parking | None:
    """Park a family of which so many steps are held at once.

    A held step was refused by the platform or contradicted by what is there, and nobody has settled
    it. Several in one family have a cause in common, so its further writes would fare no better.
    """
    held = [(operation, step) for operation in operations for step in held_steps(operation)]
    if len(held) < holds_max:
        return None
    return Parking(
        main_id=main_id,
        since=at,
        cause=ParkingCause.REFUSALS,
        reason=f"{len(held)} of its writes were refused or contradicted, and nobody settled them",
        evidence=tuple(_held_line(operation, step) for operation, step in held),
        mend="mend what the reasons say, cancel by `linked-accounts cancel PLAN/STEP` what you"
        f" settled by hand, then `{retry_command(main_id)}`",
    )


def park_for_broken_law(
    main_id: AccountId, operations: Collection[Operation], sentence: str, at: datetime
) -> Parking:
    """Park a family in whose work something was met that cannot be."""
    return Parking(
        main_id=main_id,
        since=at,
        cause=ParkingCause.IMPOSSIBLE,
        reason=f"a law does not hold: {_one_line(sentence)}",
        evidence=tuple(_plan_line(operation) for operation in operations),
        mend="compare its documents in Splynx with `linked-accounts history"
        f" {main_id}` and report the defect; once the cause is gone, `{retry_command(main_id)}`",
    )


def _held_line(operation: Operation, step: Step) -> str:
    numbers = {source.invoice_id: source.number for source in operation.sources}
    about = f", invoice {numbers[step.invoice_id]}" if step.invoice_id in numbers else ""
    reason = _one_line(step.reason)
    return (
        f"{step.plan_id}/{step.number}: {step.kind} for account {step.account_id}{about}: {reason}"
    )


def _plan_line(operation: Operation) -> str:
    numbers = [source.number for source in operation.sources]
    shown = ", ".join(numbers[:NUMBERS_SHOWN]) + (", …" if len(numbers) > NUMBERS_SHOWN else "")
    return f"plan {operation.plan_id}: {operation.summary}" + (f" ({shown})" if numbers else "")


def _one_line(text: str) -> str:
    return " ".join(text.split())
