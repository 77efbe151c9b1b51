"""What plans came to, from the journal: figures for the operator's bounds."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Connection, bindparam, func, select

from connector.domain.bounds import Share
from connector.domain.ids import AccountId
from connector.domain.money import ZERO, add_up
from connector.saga.states import StepState
from connector.saga.steps import DOCUMENTS, OperationKind, OperationState
from connector.store.schema import journal_event, operation, step

_COUNTED = (OperationState.OPEN, OperationState.CLOSED, OperationState.WITHDRAWN)
_MERGED = (OperationState.OPEN, OperationState.CLOSED)
_undo = operation.alias()

_NOBODY_WAS_ASKED = (
    select(journal_event.c.id)
    .where(
        journal_event.c.plan_id == operation.c.plan_id,
        journal_event.c.step.is_(None),
        journal_event.c.from_state.is_(None),
        journal_event.c.to_state == OperationState.OPEN.value,
    )
    .exists()
)
"""Its first event is that it was open."""

_DOCUMENTS = (
    select(func.count())
    .select_from(step)
    .where(
        step.c.plan_id == operation.c.plan_id,
        step.c.kind.in_(sorted(kind.value for kind in DOCUMENTS)),
        step.c.state != StepState.CANCELLED.value,
    )
    .scalar_subquery()
)
_UNATTENDED = select(
    operation.c.kind,
    operation.c.main_id,
    operation.c.state,
    operation.c.total,
    _DOCUMENTS.label("documents"),
).where(
    operation.c.state.in_([state.value for state in _COUNTED]),
    operation.c.created_at >= bindparam("since"),
    operation.c.undoes.is_(None),  # an undo is always a person's wish
    _NOBODY_WAS_ASKED,
)
_UNDONE = (
    select(_undo.c.undoes)
    .where(_undo.c.state == OperationState.CLOSED.value, _undo.c.undoes == operation.c.plan_id)
    .exists()
)
_TOTALS = select(operation.c.total).where(
    operation.c.kind == OperationKind.MERGE.value,
    operation.c.state.in_([state.value for state in _MERGED]),
    operation.c.cycle_start >= bindparam("first"),
    operation.c.cycle_start < bindparam("until"),
    ~_UNDONE,
)


def load_unattended(connection: Connection, since: datetime) -> tuple[Share, ...]:
    """What each plan came to that was made since then and had not to wait for a person."""
    return tuple(
        Share(
            kind=row.kind,
            main_id=AccountId(row.main_id),
            documents=row.documents,
            amount=ZERO if row.state == OperationState.WITHDRAWN else row.total,
        )
        for row in connection.execute(_UNATTENDED, {"since": since})
    )


def load_merged(connection: Connection, first: date, until: date) -> Decimal:
    """The sum of merges that are under way or done and stand, of cycles that begin on these days."""
    return add_up(connection.execute(_TOTALS, {"first": first, "until": until}).scalars())
