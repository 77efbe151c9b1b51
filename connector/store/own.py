"""What the journal says we did ourselves: so that we never take our own doings for news."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import TypeVar

from sqlalchemy import Connection, Row, bindparam, exists, select

from connector.domain.ids import AccountId, InvoiceId, PlanId
from connector.domain.snapshot import (
    OwnRecharge,
    OwnRecord,
    OwnRelease,
    OwnRelief,
    OwnSuspension,
)
from connector.ports.platform import Feed
from connector.saga.states import StepEvent, StepState
from connector.saga.steps import OperationState, StepKind
from connector.store.schema import journal_event, operation, source, step

K = TypeVar("K", int, PlanId)

PORTION = 500
"""How many ids go into one query: databases limit the parameters of a statement."""

_STANDING = (OperationState.OPEN.value, OperationState.CLOSED.value)
_MARKS = {
    *(StepKind.CLAIM, StepKind.UNCLAIM, StepKind.MARK),
    *(StepKind.SUSPEND, StepKind.RELEASE),
}
_INVOICES = {StepKind.ISSUE, StepKind.RECHARGE}
DOCUMENTS_OF = {
    Feed.INVOICES: sorted(kind.value for kind in _INVOICES),
    # whatever else leaves a document of its own leaves a credit note
    Feed.CREDIT_NOTES: sorted(kind.value for kind in StepKind if kind not in _MARKS | _INVOICES),
}
_OWN_KINDS = tuple(
    kind.value for kind in (StepKind.ISSUE, StepKind.RELIEVE, StepKind.SUSPEND, StepKind.RELEASE)
)


_TAKEN = (
    select(source.c.invoice_id)
    .join(operation, operation.c.plan_id == source.c.plan_id)
    .where(operation.c.main_id == bindparam("main_id"))
    .where(operation.c.state.in_(_STANDING))
)
_WAS_GIVEN_UP = exists().where(
    journal_event.c.plan_id == step.c.plan_id,
    journal_event.c.step == step.c.number,
    journal_event.c.event == StepEvent.CANCEL_ASKED.value,
)
_STEPS = (
    select(step, operation.c.state.label("stage"), _WAS_GIVEN_UP.label("was_given_up"))
    .join(operation, operation.c.plan_id == step.c.plan_id)
    .where(operation.c.main_id == bindparam("main_id"))
    .where(step.c.kind.in_(_OWN_KINDS))
    .order_by(operation.c.created_at, step.c.plan_id, step.c.number)
)


def portions_of(keys: Iterable[K]) -> Iterator[list[K]]:
    """The keys, each once and in order, in lists that fit one query."""
    left = iter(sorted(set(keys)))
    while found := list(islice(left, PORTION)):
        yield found


def load_ids(connection: Connection, feed: Feed, ids: Collection[int]) -> frozenset[int]:
    """Those of the ids that are documents we created ourselves."""
    kinds = DOCUMENTS_OF.get(feed)
    if kinds is None:
        return frozenset()
    return frozenset(
        found
        for portion in portions_of(ids)
        for found in connection.scalars(
            select(step.c.remote_id)
            .where(step.c.kind.in_(kinds))
            .where(step.c.remote_id.in_(portion))
        )
    )


def load_record(connection: Connection, main_id: AccountId) -> OwnRecord:
    """What we took, issued, suspended and released in one family.

    Proposed and withdrawn operations have done nothing, so that a proposal is planned again, under
    the same name, for as long as it waits. A cascade step that we withdrew ourselves before it left
    does not count either: its ground may come back. One that a person gave up stays given up.
    """
    rows = [row for row in _own_steps(connection, main_id) if _counts(row)]
    undone = _undone(connection, main_id)
    return OwnRecord(
        taken=_taken(connection, main_id),
        issued=frozenset(
            InvoiceId(row.remote_id)
            for row in rows
            if row.kind == StepKind.ISSUE and row.remote_id is not None
        ),
        suspensions=tuple(
            OwnSuspension(
                sub_id=AccountId(row.account_id), cause_id=row.block_id, block_id=_document(row)
            )
            for row in rows
            if row.kind == StepKind.SUSPEND and row.block_id is not None
        ),
        releases=tuple(
            OwnRelease(sub_id=AccountId(row.account_id), block_id=row.block_id)
            for row in rows
            if row.kind == StepKind.RELEASE and row.block_id is not None
        ),
        reliefs=tuple(
            OwnRelief(sub_id=AccountId(row.account_id), at=row.sent_at)
            for row in rows
            if row.kind == StepKind.RELIEVE
            and _document(row) is not None
            and row.plan_id not in undone
        ),
        recharges=_recharges(connection),
    )


def _taken(connection: Connection, main_id: AccountId) -> frozenset[InvoiceId]:
    found = connection.scalars(_TAKEN, {"main_id": main_id})
    return frozenset(InvoiceId(invoice_id) for invoice_id in found)


def _undone(connection: Connection, main_id: AccountId) -> frozenset[str]:
    """Merges whose merged invoice was revoked: their sources' debts are the accounts' own again."""
    query = (
        select(operation.c.undoes)
        .join(step, step.c.plan_id == operation.c.plan_id)
        .where(operation.c.main_id == main_id)
        .where(step.c.kind == StepKind.REVOKE.value)
        .where(step.c.state == StepState.CONFIRMED.value)
    )
    return frozenset(connection.scalars(query))


def _recharges(connection: Connection) -> tuple[OwnRecharge, ...]:
    """Invoices that the platform named for a recharge, as it was meant or not."""
    query = (
        select(step.c.remote_id, step.c.plan_id, operation.c.recorded_by)
        .join(operation, operation.c.plan_id == step.c.plan_id)
        .where(step.c.kind == StepKind.RECHARGE.value)
        .where(step.c.remote_id.is_not(None))
        .order_by(step.c.remote_id)
    )
    return tuple(
        OwnRecharge(
            invoice_id=InvoiceId(row.remote_id), plan_id=PlanId(row.plan_id), by=row.recorded_by
        )
        for row in connection.execute(query)
    )


def _own_steps(connection: Connection, main_id: AccountId) -> list[Row[tuple[object, ...]]]:
    return list(connection.execute(_STEPS, {"main_id": main_id}))


def _counts(row: Row[tuple[object, ...]]) -> bool:
    if row.state == StepState.CONFIRMED:
        return True
    if row.state == StepState.CANCELLED:
        return bool(row.was_given_up)
    return row.stage in _STANDING or row.state != StepState.INTENDED


def _document(row: Row[tuple[object, ...]]) -> int | None:
    """What the step left on the platform, once that is certain."""
    found: int | None = row.remote_id if row.state == StepState.CONFIRMED else None
    return found
