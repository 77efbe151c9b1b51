"""What the audit sees of one family, and what it has to say: frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from connector.domain.accounts import StatusChange
from connector.domain.ids import AccountId, CreditNoteId, InvoiceId, PlanId
from connector.domain.invoices import CreditNote, Invoice, InvoiceStatus
from connector.domain.links import Link
from connector.saga.audit.rules import Rule
from connector.saga.states import FINISHED
from connector.saga.steps import Operation, OperationKind, OperationState


@dataclass(frozen=True, kw_only=True, slots=True)
class StepTrace:
    """What the journal keeps of a step besides the step itself."""

    plan_id: PlanId
    number: int
    recorded_hash: str  #: of its parameters, as recorded with them
    actual_hash: str  #: of its parameters, as they stand there now


@dataclass(frozen=True, kw_only=True, slots=True)
class EventTrace:
    """One row of the journal's events."""

    id: int
    at: datetime  #: host clock, UTC
    plan_id: PlanId
    step: int | None
    event: str
    from_state: str | None
    to_state: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditBounds:
    """How far the audit looks back, and how long an operation may take."""

    days: int = 100
    stuck: timedelta = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True, slots=True)
class FamilyScene:
    """Journal and platform of one family, read while the journal stood still."""

    main_id: AccountId
    at: datetime  #: billing time, in the platform's zone
    host: datetime  #: host time, UTC
    stuck: timedelta
    links: tuple[Link, ...] = ()  #: all under the main account, ended ones included
    operations: tuple[Operation, ...] = ()  #: whatever their state, oldest first
    watched: frozenset[PlanId] = frozenset()  #: those whose documents were all looked for
    foreign: Mapping[PlanId, Operation] = field(default_factory=dict)  #: of former families
    steps: tuple[StepTrace, ...] = ()
    events: tuple[EventTrace, ...] = ()  #: oldest first
    invoices: Mapping[InvoiceId, Invoice] = field(default_factory=dict)
    notes: Mapping[CreditNoteId, CreditNote] = field(default_factory=dict)
    changes: tuple[StatusChange, ...] = ()
    balances: Mapping[AccountId, Decimal] = field(default_factory=dict)  #: of relieved subs
    problem: str = ""  #: what could not be read; then only the journal is judged

    @property
    def today(self) -> date:
        """The platform's calendar day."""
        return self.at.date()

    @property
    def documents(self) -> int:
        """How many documents were read."""
        return len(self.invoices) + len(self.notes)

    def merges(self) -> tuple[Operation, ...]:
        """Merges that were ever begun and whose documents were looked for."""
        return self._begun(OperationKind.MERGE)

    def undos(self) -> tuple[Operation, ...]:
        """Undos that were ever begun and whose documents were looked for."""
        return self._begun(OperationKind.UNDO)

    def _begun(self, kind: OperationKind) -> tuple[Operation, ...]:
        return tuple(
            operation
            for operation in self.operations
            if operation.kind is kind
            and operation.state is not OperationState.PROPOSED
            and operation.plan_id in self.watched
        )

    def plan(self, plan_id: PlanId) -> Operation | None:
        """An operation by its name, of this family or of another."""
        found = (each for each in self.operations if each.plan_id == plan_id)
        return next(found, self.foreign.get(plan_id))

    def live_invoices(self) -> tuple[Invoice, ...]:
        """Invoices that were not deleted, by number."""
        return tuple(
            self.invoices[key]
            for key in sorted(self.invoices)
            if self.invoices[key].status is not InvoiceStatus.DELETED
        )

    def live_notes(self) -> tuple[CreditNote, ...]:
        """Credit notes that were not deleted, by number."""
        return tuple(self.notes[key] for key in sorted(self.notes) if not self.notes[key].deleted)


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditFinding:
    """One thing that is not as it must be."""

    rule: Rule
    main_id: AccountId | None  #: None where it concerns no single family
    account_id: AccountId | None
    subject: str  #: what it is about, for example ``invoice 2026010007``; part of its identity
    sentence: str  #: what is the case
    mend: str  #: what a person can do about it
    amount: Decimal | None = None  #: by how much, where that can be told

    @property
    def identity(self) -> str:
        """Equal for the same wrong in two audits, whatever its amount."""
        return f"{self.rule} {self.main_id or '-'} {self.account_id or '-'} {self.subject}"


def is_at_rest(operation: Operation) -> bool:
    """Whether every step of an operation is finished."""
    return all(step.state in FINISHED for step in operation.steps)
