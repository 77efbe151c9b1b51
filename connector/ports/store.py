"""Our store as we need it: one unit of work, explicit commit, rollback by default."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from connector.domain.bounds import Share
from connector.domain.ids import AccountId, PlanId
from connector.domain.links import Link, LinkMap
from connector.domain.refusals import Refusal
from connector.domain.snapshot import OwnRecord, Quarantined
from connector.ports.parking import Parkings
from connector.ports.platform import Feed
from connector.ports.trace import ChainReport, FamilyTrace
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

    def record_steps(self, steps: Iterable[Step], at: datetime) -> None:
        """Append further steps to an operation."""
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

    def load_history(
        self, *, account_id: AccountId | None, plan_id: PlanId | None, limit: int
    ) -> tuple[HistoryRow, ...]:
        """Latest events first; of a member account, of a plan, or of everything."""
        ...


class Links(Protocol):
    """The link map with its past; a change ends a row and adds one, nothing is overwritten."""

    def load_map(self, on: date | None = None) -> LinkMap:
        """All links; with ``on``, only those valid on that day."""
        ...

    def load_family(self, main_id: AccountId) -> tuple[Link, ...]:
        """All links under one main account, ended ones included; does not read the others."""
        ...

    def record_links(self, links: Iterable[Link], by: str, at: datetime) -> int:
        """Add links; a live link of the same sub-account ends where the new one begins.

        Returns the number of rows that changed anything.
        """
        ...

    def record_end(self, sub_id: AccountId, until: date, by: str, at: datetime) -> bool:
        """End a live link; False when there is none."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class AgendaRow:
    """A family that must be looked at, when, and why."""

    main_id: AccountId
    due_at: datetime  #: billing time, UTC
    reason: str


class Agenda(Protocol):
    """Families to look at; written with the watermarks, so that no change is ever forgotten."""

    def record_due(self, main_ids: Iterable[AccountId], due_at: datetime, reason: str) -> None:
        """Put families on the agenda; an earlier due time wins over a later one."""
        ...

    def record_seen(self, row: AgendaRow, next_due: AgendaRow | None) -> None:
        """Take a row off, unless it became due anew meanwhile, or set when to look again."""
        ...

    def load_due(self, now: datetime, limit: int) -> tuple[AgendaRow, ...]:
        """Rows due by now, earliest first."""
        ...

    def load_all(self) -> tuple[AgendaRow, ...]:
        """Every row."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """Something people should see about a family: a refusal, or a window still open."""

    main_id: AccountId
    refusal: Refusal
    seen_at: datetime


class Findings(Protocol):
    """What was not done and why, as of the latest look at each family; and broken objects."""

    def record_refusals(
        self, main_id: AccountId, refusals: Iterable[Refusal], at: datetime
    ) -> None:
        """Replace what is known of a family."""
        ...

    def load_refusals(self) -> tuple[Finding, ...]:
        """Everything that stands refused now."""
        ...

    def record_quarantine(
        self, main_id: AccountId, rows: Iterable[Quarantined], at: datetime
    ) -> None:
        """Replace the broken objects known of a family."""
        ...

    def load_quarantine(self) -> tuple[Quarantined, ...]:
        """Everything in quarantine now."""
        ...


class RequestKind(StrEnum):
    """What people may ask for."""

    APPROVE = "approve"  #: subject: a plan id, or "all"
    RETRY = "retry"  #: subject: plan id/step number, or the main account of a parked family
    CANCEL = "cancel"  #: subject: plan id/step number
    FREEZE = "freeze"
    UNFREEZE = "unfreeze"
    UNDO = "undo"  #: subject: the plan id of a merge


@dataclass(frozen=True, kw_only=True, slots=True)
class OperatorRequest:
    """One wish of a named person, carried out by the next cycle."""

    id: int
    kind: RequestKind
    subject: str
    by: str
    at: datetime


class Requests(Protocol):
    """Operator requests: written by command line and console, read by the worker."""

    def record_request(self, kind: RequestKind, subject: str, by: str, at: datetime) -> int:
        """Add a request; its id."""
        ...

    def load_open(self) -> tuple[OperatorRequest, ...]:
        """Requests not carried out yet, oldest first."""
        ...

    def record_done(self, request_id: int, outcome: str, at: datetime) -> None:
        """Close a request with what came of it."""
        ...


class Facts(Protocol):
    """Small named facts: watermarks, install id, freeze, first approval, last poll."""

    def load(self, name: str) -> str | None:
        """A fact, or None."""
        ...

    def record(self, name: str, value: str | None) -> None:
        """Set a fact; None removes it."""
        ...


class UnitOfWork(Protocol):
    """One transaction over the whole store. Leaving it without ``commit`` rolls back."""

    journal: Journal
    links: Links
    agenda: Agenda
    findings: Findings
    parkings: Parkings
    requests: Requests
    facts: Facts

    def commit(self) -> None:
        """Make it durable (fsync) and end the transaction."""
        ...


class Store(Protocol):
    """Where units of work come from."""

    @property
    def install_id(self) -> str:
        """A random name this installation got when its store was made."""
        ...

    def begin(self, *, epoch: int | None = None) -> AbstractContextManager[UnitOfWork]:
        """Start a unit of work; with ``epoch``, it fails if the lease has passed to another.

        Raises:
            StoreUnavailable: cannot be opened, locked too long, or the disk is full.
            LeaseLost: the epoch is no longer ours.
        """
        ...

    def acquire_lease(self, holder: str) -> int:
        """Become the one process that writes; the new epoch.

        Raises:
            LeaseLost: another living process holds it; the sentence names it.
        """
        ...

    def release_lease(self) -> None:
        """Give the lease up; harmless if not held."""
        ...

    def reserve_nonce(self, floor: int) -> int:
        """A number greater than every one reserved before, at least ``floor``; durable."""
        ...

    def verify_journal(self) -> ChainReport:
        """Walk the chain of events from its start; others go on writing meanwhile."""
        ...

    def load_trace(self, main_id: AccountId) -> FamilyTrace:
        """Events, and fingerprints of parameters, of a family; others go on writing meanwhile."""
        ...
