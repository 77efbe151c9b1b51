"""The journal's repository: operations, their steps, and every event, in that order of trust."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Connection, bindparam, insert, select, update

from connector.domain.bounds import Share
from connector.domain.ids import AccountId, PlanId
from connector.domain.marker import Marker
from connector.domain.snapshot import OwnRecord
from connector.errors import JournalConflict
from connector.ports.journal import HistoryRow
from connector.ports.platform import Feed
from connector.saga.effects import MarkInvoice
from connector.saga.states import StepEvent
from connector.saga.steps import Operation, OperationState, Step, StepKind
from connector.store import chain, marks, operations, own, turnover
from connector.store.rows import (
    Row,
    mutable_columns,
    operation_row,
    source_row,
    step_row,
)
from connector.store.schema import operation, source, step

CONNECTOR = "connector"
"""Who is named for what no person and no worker asked for."""


_MOVED = update(step).where(
    step.c.plan_id == bindparam("old_plan"),
    step.c.number == bindparam("old_number"),
    step.c.state == bindparam("old_state"),
    step.c.attempts == bindparam("old_attempts"),
)
_MOVED_UNCHANGED = _MOVED.where(step.c.params_hash == bindparam("old_hash"))


class SqlJournal:
    """The journal inside one unit of work; ``epoch`` is kept with every row it writes."""

    def __init__(self, connection: Connection, epoch: int | None) -> None:
        self._connection = connection
        self._epoch = epoch

    def record_operation(self, operation: Operation, at: datetime, by: str) -> None:
        """Add a plan with its steps and sources: all of it, or nothing and ``JournalConflict``."""
        self._refuse_known(operation)
        with self._connection.begin_nested():
            self._add_operation(operation, at, by)

    def record_event(
        self, step: Step, event: StepEvent, after: Step, by: str, at: datetime
    ) -> None:
        """Move one step and log it, if its row still is as ``step`` says.

        A document that was sent once is sent again only as it was: once such a step has been
        attempted, other parameters are a ``JournalConflict`` too. A mark may be composed anew.
        """
        if (step.plan_id, step.number) != (after.plan_id, after.number):
            raise JournalConflict(f"{_name(step)} cannot become {_name(after)}")
        self._move(step, after)
        self._log(
            at=at,
            plan_id=step.plan_id,
            step=step.number,
            account_id=step.account_id,
            event=event.value,
            from_state=step.state.value,
            to_state=after.state.value,
            by=by,
            detail=after.reason,
        )

    def record_state(
        self, plan_id: PlanId, state: OperationState, why: str, by: str, at: datetime
    ) -> None:
        """Move an operation and log it; a withdrawn one stays withdrawn, its sources are free."""
        found = self._connection.execute(
            select(operation.c.state, operation.c.main_id).where(operation.c.plan_id == plan_id)
        ).one_or_none()
        if found is None:
            raise JournalConflict(f"the journal has no plan {plan_id}")
        if found.state == OperationState.WITHDRAWN != state:
            raise JournalConflict(f"plan {plan_id} was withdrawn and cannot become {state}")
        self._connection.execute(
            update(operation)
            .where(operation.c.plan_id == plan_id)
            .values(state=state.value, why=why)
        )
        if state is OperationState.WITHDRAWN:
            self._connection.execute(
                update(source).where(source.c.plan_id == plan_id).values(live=False)
            )
        self._log(
            at=at,
            plan_id=plan_id,
            account_id=found.main_id,
            event=state.value,
            from_state=found.state,
            to_state=state.value,
            by=by,
            detail=why,
        )

    def record_steps(self, steps: Iterable[Step], at: datetime, by: str = CONNECTOR) -> None:
        """Append steps and log them: all of them, or nothing and ``JournalConflict``."""
        added = tuple(steps)
        with self._connection.begin_nested():
            self._add_steps(added)
            for new in added:
                self._log(
                    at=at,
                    plan_id=new.plan_id,
                    step=new.number,
                    account_id=new.account_id,
                    event="added",
                    to_state=new.state.value,
                    by=by,
                    detail=new.reason,
                )

    def load_operation(self, plan_id: PlanId) -> Operation | None:
        """One operation with its steps, or None."""
        found = operations.load(self._connection, operations.ONE, plan_id=plan_id)
        return found[0] if found else None

    def load_operations(
        self, states: Collection[OperationState], main_id: AccountId | None = None
    ) -> tuple[Operation, ...]:
        """Operations in these states, oldest first, of one family or of all."""
        return operations.load_in(self._connection, states, main_id)

    def load_unfinished(self, main_id: AccountId | None = None) -> tuple[Operation, ...]:
        """Open operations, and withdrawn ones that still have steps to do; oldest first."""
        return operations.load_unfinished(self._connection, main_id)

    def load_unattended(self, since: datetime) -> tuple[Share, ...]:
        """What each plan came to that was made since then and had not to wait for a person."""
        return turnover.load_unattended(self._connection, since)

    def load_merged(self, first: date, until: date) -> Decimal:
        """The sum of merges that stand or are under way, of cycles that begin before ``until``."""
        return turnover.load_merged(self._connection, first, until)

    def load_own_record(self, main_id: AccountId) -> OwnRecord:
        """What we took, issued, suspended and released in one family."""
        return own.load_record(self._connection, main_id)

    def load_own_ids(self, feed: Feed, ids: Collection[int]) -> frozenset[int]:
        """Those of the ids that are documents we created ourselves."""
        return own.load_ids(self._connection, feed, ids)

    def has_confirmed_claim(self) -> bool:
        """Whether a claim was ever read back."""
        return operations.has_confirmed(self._connection, StepKind.CLAIM)

    def load_explained(self, markers: Collection[Marker]) -> frozenset[Marker]:
        """Those of the marks whose step was sent, as far as this journal knows."""
        return marks.load_explained(self._connection, markers)

    def load_latest_documents(
        self, feed: Feed, limit: int, below: int | None = None
    ) -> tuple[Step, ...]:
        """Confirmed steps by the document that they made, the highest number first."""
        return marks.load_latest(self._connection, feed, limit, below)

    def load_sent_since(self, at: datetime) -> tuple[Operation, ...]:
        """Operations of which something was sent at or after an instant."""
        return marks.load_sent_since(self._connection, at)

    def load_history(
        self, *, account_id: AccountId | None, plan_id: PlanId | None, limit: int
    ) -> tuple[HistoryRow, ...]:
        """Latest events first; of a member account, of a plan, or of everything."""
        return operations.load_history(
            self._connection, account_id=account_id, plan_id=plan_id, limit=limit
        )

    def _refuse_known(self, new: Operation) -> None:
        known = select(operation.c.plan_id).where(operation.c.plan_id == new.plan_id)
        if self._connection.execute(known).first() is not None:
            raise JournalConflict(f"plan {new.plan_id} is in the journal already")
        live = {
            row.invoice_id: row.plan_id
            for ids in own.portions_of(each.invoice_id for each in new.sources)
            for row in self._connection.execute(
                select(source.c.invoice_id, source.c.plan_id)
                .where(source.c.invoice_id.in_(ids))
                .where(source.c.live)
            )
        }
        if live and new.state is not OperationState.WITHDRAWN:
            named = ", ".join(f"{invoice} by plan {plan}" for invoice, plan in live.items())
            raise JournalConflict(f"invoices taken already: {named}")

    def _add_operation(self, new: Operation, at: datetime, by: str) -> None:
        self._connection.execute(
            insert(operation), [{**operation_row(new), "recorded_at": at, "recorded_by": by}]
        )
        live = new.state is not OperationState.WITHDRAWN
        sources = [
            source_row(new.plan_id, position, each, live=live)
            for position, each in enumerate(new.sources)
        ]
        if sources:
            self._connection.execute(insert(source), sources)
        self._add_steps(new.steps)
        self._log(
            at=at,
            plan_id=new.plan_id,
            account_id=new.main_id,
            event=new.state.value,
            to_state=new.state.value,
            by=by,
            detail=new.summary,
        )

    def _add_steps(self, steps: tuple[Step, ...]) -> None:
        rows: list[Row] = [{**step_row(new), "epoch": self._epoch} for new in steps]
        if rows:
            self._connection.execute(insert(step), rows)

    def _move(self, before: Step, after: Step) -> None:
        changed = {**mutable_columns(after), "epoch": self._epoch}
        old = {
            "old_plan": before.plan_id,
            "old_number": before.number,
            "old_state": before.state.value,
            "old_attempts": before.attempts,
        }
        moving = _MOVED
        if before.attempts > 0 and not isinstance(before.effect, MarkInvoice):
            moving, old["old_hash"] = _MOVED_UNCHANGED, changed["params_hash"]
        if self._connection.execute(moving, {**old, **changed}).rowcount != 1:
            raise JournalConflict(
                f"{_name(before)} is no longer {before.state} after {before.attempts} attempts,"
                " or its parameters changed after they were sent"
            )

    def _log(self, **columns: object) -> None:
        chain.append(self._connection, {**columns, "epoch": self._epoch})


def _name(step: Step) -> str:
    return f"step {step.number} of plan {step.plan_id}"
