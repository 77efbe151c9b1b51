"""One look at the families that are due, apart from poll and work."""

from __future__ import annotations

from dataclasses import replace

from connector.domain.ids import AccountId
from connector.domain.policy import Mode
from connector.runtime.allowance import Allowance
from connector.runtime.plan import plan_due_families
from connector.saga.steps import OperationState
from tests.runtime.rig import ACT, Rig

PROPOSE = replace(ACT, mode=Mode.PROPOSE)
PROPOSED, OPEN, WITHDRAWN, CLOSED = (
    OperationState.PROPOSED,
    OperationState.OPEN,
    OperationState.WITHDRAWN,
    OperationState.CLOSED,
)


def look(rig: Rig, allowance: Allowance | None = None) -> int:
    """Plan whatever is due, without a poll before or work after it."""
    return plan_due_families(rig.service, rig.pen, allowance or Allowance()).looked_at


def put_on_agenda(rig: Rig, main: int = 1) -> None:
    """The family is due now."""
    with rig.unit() as unit:
        unit.agenda.record_due([AccountId(main)], rig.at, "test")
        unit.commit()
