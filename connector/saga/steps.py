"""Operations and their steps: what the journal holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from connector.domain.ids import AccountId, InvoiceId, PlanId
from connector.domain.marker import Marker
from connector.domain.money import ZERO
from connector.saga.effects import Effect
from connector.saga.states import StepState


class OperationKind(StrEnum):
    """What an operation is for."""

    MERGE = "merge"
    SUSPEND = "suspend"
    RELEASE = "release"
    UNDO = "undo"  #: of a merge, asked for by a named person
    PROBE = "probe"  #: what this installation keeps of our documents, tried on a test customer


class OperationState(StrEnum):
    """How far an operation is."""

    PROPOSED = "proposed"  #: waits for a person's approval
    OPEN = "open"  #: under way
    CLOSED = "closed"  #: every step done and verified
    WITHDRAWN = "withdrawn"  #: given up before its pivot; claims are being handed back


class StepKind(StrEnum):
    """What one step writes."""

    CLAIM = "claim"
    ISSUE = "issue"  #: the pivot of a merge
    RELIEVE = "relieve"
    UNCLAIM = "unclaim"
    CREDIT = "credit"  #: on the merged invoice: what a source no longer owes
    VOID = "void"  #: a second document with a mark of ours, credited in full
    REVOKE = "revoke"  #: the pivot of an undo: what the merged invoice still carries, credited
    RECHARGE = "recharge"  #: what a source was relieved of, charged on its own account again
    MARK = "mark"  #: a further mark in the memo of a probe's invoice
    SETTLE = "settle"  #: that invoice, credited in full
    SUSPEND = "suspend"
    RELEASE = "release"


DOCUMENTS = frozenset(
    {
        StepKind.ISSUE,
        StepKind.RELIEVE,
        StepKind.CREDIT,
        StepKind.VOID,
        StepKind.REVOKE,
        StepKind.RECHARGE,
    }
)
"""Steps that make a document: an invoice or a credit note."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One write with its own identity (plan, number) and its state."""

    plan_id: PlanId
    number: int
    kind: StepKind
    account_id: AccountId
    effect: Effect  #: frozen from the first send on
    invoice_id: InvoiceId | None = None  #: the source it is about, in a merge; or what it voids
    block_id: int | None = (
        None  #: status log row: the block a release ends, or a suspension mirrors
    )
    state: StepState = StepState.INTENDED
    attempts: int = 0
    sent_at: datetime | None = None  #: latest send, or when we lost sight of it; host clock
    due_at: datetime | None = None  #: not before, host clock
    remote_id: int | None = None  #: id the platform gave the new document or status log row
    reason: str = ""

    @property
    def marker(self) -> Marker:
        """The marker that this step leaves in its document."""
        return Marker(plan_id=self.plan_id, step=self.number)


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """One invoice that a merge moves, as it was when planned."""

    invoice_id: InvoiceId
    account_id: AccountId
    number: str
    total: Decimal
    content_hash: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """One plan being carried out: a merge or its undo, a suspension or a release of a family."""

    plan_id: PlanId
    kind: OperationKind
    main_id: AccountId
    state: OperationState
    steps: tuple[Step, ...]
    created_at: datetime  #: platform clock
    sources: tuple[Source, ...] = ()
    cycle_start: date | None = None
    total: Decimal = ZERO
    summary: str = ""  #: one line for people
    why: str = ""  #: why it waits, or was withdrawn
    undoes: PlanId | None = None  #: of an undo: the merge


def step_of_kind(operation: Operation, kind: StepKind) -> Step:
    """The first step of its kind, which must be there."""
    return next(step for step in operation.steps if step.kind is kind)
