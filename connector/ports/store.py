"""Our store as we need it: one unit of work, explicit commit, rollback by default."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from connector.domain.ids import AccountId
from connector.domain.links import Link, LinkMap
from connector.domain.refusals import Refusal
from connector.domain.snapshot import Quarantined
from connector.ports.journal import Journal
from connector.ports.parking import Parkings
from connector.ports.trace import ChainReport, FamilyTrace


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
