"""The journal as we need it: what is recorded of operations, and what is asked of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from connector.domain.bounds import Share
from connector.domain.ids import AccountId, PlanId
from connector.domain.marker import Marker
from connector.domain.snapshot import OwnRecord
from connector.ports.platform import Feed
from connector.saga.states import StepEvent
from connector.saga.steps import Operation, OperationState, Step


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryRow:
    """One thing that happened, as ``history`` shows it."""

    at: datetime  #: host clock, UTC
    plan_id: PlanId
    step: int | None
    account_id: AccountId | None
    event: str
    by: str
    detail: str


class Journal(Protocol):
    """Operations, their steps and every event; rows are added, never deleted."""

    def record_operation(self, operation: Operation, at: datetime, by: str) -> None:
        """Add a plan with all its steps.

        Raises:
            JournalConflict: the plan is there already, or one of its sources is in a live merge.
        """
        ...

    def record_event(
        self, step: Step, event: StepEvent, after: Step, by: str, at: datetime
    ) -> None:
        """Move a step from ``step`` to ``after`` (already computed by the saga) and log the event.

        Raises:
            JournalConflict: the row is no longer as ``step`` says.
        """
        ...

    def record_state(
        self, plan_id: PlanId, state: OperationState, why: str, by: str, at: datetime
    ) -> None:
        """Approve, close or withdraw an operation; withdrawing frees its sources."""
        ...

    def record_steps(self, steps: Iterable[Step], at: datetime, by: str = ...) -> None:
        """Append further steps to an operation; without ``by`` in our own name."""
        ...

    def load_operation(self, plan_id: PlanId) -> Operation | None:
        """One operation with its steps."""
        ...

    def load_operations(
        self, states: Collection[OperationState], main_id: AccountId | None = None
    ) -> tuple[Operation, ...]:
        """Operations in these states, oldest first, of one family or of all."""
        ...

    def load_unfinished(self, main_id: AccountId | None = None) -> tuple[Operation, ...]:
        """Open operations, and withdrawn ones with steps to do, oldest first; of one family or all."""
        ...

    def load_unattended(self, since: datetime) -> tuple[Share, ...]:
        """What each plan came to that was made since then (billing time) and waited for nobody."""
        ...

    def load_merged(self, first: date, until: date) -> Decimal:
        """The sum of merges that stand or are under way, of cycles that begin before ``until``."""
        ...

    def load_own_record(self, main_id: AccountId) -> OwnRecord:
        """What we took, issued, suspended and released in one family."""
        ...

    def load_own_ids(self, feed: Feed, ids: Collection[int]) -> frozenset[int]:
        """Those of the ids that are documents we created ourselves."""
        ...

    def has_confirmed_claim(self) -> bool:
        """Whether a claim was ever read back: marks are kept where this journal was written."""
        ...

    def load_explained(self, markers: Collection[Marker]) -> frozenset[Marker]:
        """Those of the marks whose step was sent, as far as this journal knows."""
        ...

    def load_latest_documents(
        self, feed: Feed, limit: int, below: int | None = None
    ) -> tuple[Step, ...]:
        """Confirmed steps by the document that they made, the highest number first."""
        ...

    def load_sent_since(self, at: datetime) -> tuple[Operation, ...]:
        """Operations of which something was sent at or after an instant, by the host's clock."""
        ...

    def load_history(
        self, *, account_id: AccountId | None, plan_id: PlanId | None, limit: int
    ) -> tuple[HistoryRow, ...]:
        """Latest events first; of a member account, of a plan, or of everything."""
        ...
