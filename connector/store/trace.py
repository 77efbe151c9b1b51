"""What the audit needs of the journal besides operations: events, and fingerprints of parameters."""

from __future__ import annotations

from sqlalchemy import Connection, select

from connector.domain.ids import AccountId, PlanId
from connector.ports.trace import FamilyTrace
from connector.saga.audit.scene import EventTrace, StepTrace
from connector.store.rows import params_hash
from connector.store.schema import journal_event, operation, step


def load(connection: Connection, main_id: AccountId) -> FamilyTrace:
    """Everything of one family's operations, whatever their state."""
    chosen = select(operation.c.plan_id).where(operation.c.main_id == main_id)
    steps = connection.execute(
        select(step.c.plan_id, step.c.number, step.c.params_hash, step.c.effect)
        .where(step.c.plan_id.in_(chosen))
        .order_by(step.c.plan_id, step.c.number)
    )
    events = connection.execute(
        select(journal_event)
        .where(journal_event.c.plan_id.in_(chosen))
        .order_by(journal_event.c.id)
    ).mappings()
    return FamilyTrace(
        steps=tuple(
            StepTrace(
                plan_id=PlanId(row.plan_id),
                number=row.number,
                recorded_hash=row.params_hash,
                actual_hash=params_hash(row.effect),
            )
            for row in steps
        ),
        events=tuple(
            EventTrace(
                id=row["id"],
                at=row["at"],
                plan_id=PlanId(row["plan_id"]),
                step=row["step"],
                event=row["event"],
                from_state=row["from_state"],
                to_state=row["to_state"],
            )
            for row in events
        ),
    )
