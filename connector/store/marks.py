"""What the journal can say of marks and of documents we made: is it as new as the platform?"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, bindparam, or_, select

from connector.domain.ids import PlanId
from connector.domain.marker import Marker
from connector.ports.platform import Feed
from connector.saga.states import StepState
from connector.saga.steps import Operation, Step
from connector.store import operations
from connector.store.own import DOCUMENTS_OF, portions_of
from connector.store.rows import step_from
from connector.store.schema import operation, step

_EXPLAINED = (
    select(step.c.plan_id, step.c.number)
    .where(step.c.plan_id.in_(bindparam("plans", expanding=True)))
    .where(or_(step.c.sent_at.is_not(None), step.c.state == StepState.CONFIRMED.value))
)
_LATEST = (
    select(step)
    .where(step.c.kind.in_(bindparam("kinds", expanding=True)))
    .where(step.c.state == StepState.CONFIRMED.value)
    .where(step.c.remote_id < bindparam("below"))
    .order_by(step.c.remote_id.desc())
    .limit(bindparam("limit"))
)
_SENT_SINCE = operations.Query(
    operation.c.plan_id.in_(select(step.c.plan_id).where(step.c.sent_at >= bindparam("since")))
)
_NO_END = 2**62


def load_explained(connection: Connection, markers: Collection[Marker]) -> frozenset[Marker]:
    """Those of the marks whose step was sent, as far as this journal knows."""
    found: set[Marker] = set()
    for portion in portions_of(mark.plan_id for mark in markers):
        rows = connection.execute(_EXPLAINED, {"plans": portion})
        found |= {Marker(plan_id=PlanId(row.plan_id), step=row.number) for row in rows}
    return frozenset(found & set(markers))


def load_latest(
    connection: Connection, feed: Feed, limit: int, below: int | None
) -> tuple[Step, ...]:
    """Confirmed steps by the document that they made, the highest number first."""
    values = {
        "kinds": DOCUMENTS_OF.get(feed, []),
        "limit": limit,
        "below": _NO_END if below is None else below,
    }
    return tuple(step_from(row) for row in connection.execute(_LATEST, values).mappings())


def load_sent_since(connection: Connection, at: datetime) -> tuple[Operation, ...]:
    """Operations of which something was sent at or after an instant."""
    return operations.load(connection, _SENT_SINCE, since=at)
