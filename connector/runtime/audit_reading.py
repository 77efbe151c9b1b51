"""Read what the audit judges of one family: its journal, and every document that it names.

The service may be at work meanwhile. So the journal is loaded before the documents are read and
once more after: if it moved, both are taken anew. A document that no list shows is asked for by its
number before it counts as gone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TypeVar

from connector.domain.accounts import BillingMode, StatusChange
from connector.domain.ids import AccountId, CreditNoteId, InvoiceId, PlanId
from connector.domain.invoices import CreditNote, Invoice
from connector.domain.links import Link
from connector.domain.marker import markers_in
from connector.domain.snapshot import Quarantined
from connector.errors import ReplyMalformed
from connector.ports.platform import BillingReader, Reading
from connector.ports.trace import FamilyTrace
from connector.runtime.families import or_none
from connector.runtime.service import Service
from connector.saga.audit.scene import AuditBounds, FamilyScene, is_at_rest
from connector.saga.effects import IssueCreditNote, IssueInvoice
from connector.saga.states import StepState
from connector.saga.steps import Operation, OperationKind, OperationState, StepKind

T = TypeVar("T")

LOOKS_MAX = 3
"""How often a family is read anew because the service is just writing to it."""

EARLIER = timedelta(days=45)
"""How far before the first merge that is looked at its sources may be dated."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Journal:
    """What our store says of a family."""

    links: tuple[Link, ...]
    operations: tuple[Operation, ...]
    trace: FamilyTrace


def read_scene(service: Service, main_id: AccountId, bounds: AuditBounds) -> FamilyScene | None:
    """Journal and platform of one family; None while the service keeps writing to it.

    Raises:
        PlatformUnavailable, PlatformDenied: nothing can be said now.
    """
    journal = _load(service, main_id)
    for _ in range(LOOKS_MAX):
        scene = _read(service, main_id, bounds, journal)
        before, journal = journal, _load(service, main_id)
        if journal == before:
            return scene
    return None


def _load(service: Service, main_id: AccountId) -> _Journal:
    with service.store.begin() as unit:
        links = unit.links.load_family(main_id)
        operations = unit.journal.load_operations(tuple(OperationState), main_id)
    return _Journal(links=links, operations=operations, trace=service.store.load_trace(main_id))


def _read(
    service: Service, main_id: AccountId, bounds: AuditBounds, journal: _Journal
) -> FamilyScene:
    at = service.clock.now()
    watched = _watched(journal.operations, at - timedelta(days=bounds.days))
    scene = FamilyScene(
        main_id=main_id,
        at=at,
        host=service.clock.host(),
        stuck=bounds.stuck,
        links=journal.links,
        operations=journal.operations,
        watched=frozenset(each.plan_id for each in watched),
        steps=journal.trace.steps,
        events=journal.trace.events,
    )
    try:
        return _with_documents(service, scene, watched, bounds)
    except ReplyMalformed as broken:
        return replace(scene, problem=str(broken))


def _watched(operations: Iterable[Operation], since: datetime) -> tuple[Operation, ...]:
    """Those that are not over, or not long ago."""
    return tuple(
        each
        for each in operations
        if each.created_at >= since or each.state is OperationState.OPEN or not is_at_rest(each)
    )


def _with_documents(
    service: Service,
    scene: FamilyScene,
    watched: tuple[Operation, ...],
    bounds: AuditBounds,
) -> FamilyScene:
    members = _members(scene)
    since = scene.today - timedelta(days=bounds.days) - EARLIER
    documents = _Documents(reader=service.reader)
    documents.list_all(members, since)
    documents.ask_for(watched)
    if documents.quarantined:
        broken = documents.quarantined[0]
        problem = f"{broken.resource} {broken.object_id}: field {broken.field} {broken.problem}"
        return replace(scene, problem=problem)
    scene = replace(scene, invoices=documents.invoices, notes=documents.notes)
    return replace(
        scene,
        foreign=_load_foreign(service, scene),
        changes=_read_changes(service.reader, watched),
        balances={
            account_id: billing.balance
            for account_id in _relieved(scene, watched)
            if (billing := or_none(service.reader.read_billing, account_id)) is not None
        },
    )


def _members(scene: FamilyScene) -> list[AccountId]:
    """Every account that is or was in the family, or that a step was about."""
    found = {scene.main_id, *(link.sub_id for link in scene.links)}
    for operation in scene.operations:
        found |= {step.account_id for step in operation.steps}
        found |= {source.account_id for source in operation.sources}
    return sorted(found)


class _Documents:
    """Invoices and credit notes of some accounts: from lists, and by number where no list has one."""

    def __init__(self, reader: BillingReader) -> None:
        self._reader = reader
        self.invoices: dict[InvoiceId, Invoice] = {}
        self.notes: dict[CreditNoteId, CreditNote] = {}
        self.quarantined: list[Quarantined] = []

    def list_all(self, members: Collection[AccountId], since: date) -> None:
        """All since a day, and what is open of any date."""
        for reading in (
            self._reader.read_invoices(members, since),
            self._reader.read_open_invoices(members),
        ):
            self.invoices |= {invoice.id: invoice for invoice in self._rows(reading)}
        notes = self._rows(self._reader.read_credit_notes_of(members, since))
        self.notes |= {note.id: note for note in notes}

    def ask_for(self, operations: Iterable[Operation]) -> None:
        """By number, what these operations name and no list had."""
        for operation in operations:
            named = {source.invoice_id for source in operation.sources}
            for step in operation.steps:
                if isinstance(step.effect, IssueInvoice) and step.remote_id is not None:
                    named.add(InvoiceId(step.remote_id))
                if isinstance(step.effect, IssueCreditNote) and step.remote_id is not None:
                    self._ask_for_note(CreditNoteId(step.remote_id))
            for invoice_id in sorted(named - self.invoices.keys()):
                found = or_none(self._reader.read_invoice, invoice_id)
                if found is not None:
                    self.invoices[invoice_id] = found

    def _ask_for_note(self, note_id: CreditNoteId) -> None:
        if note_id not in self.notes:
            found = or_none(self._reader.read_credit_note, note_id)
            if found is not None:
                self.notes[note_id] = found

    def _rows(self, reading: Reading[T]) -> tuple[T, ...]:
        self.quarantined += reading.quarantined
        return reading.rows


def _load_foreign(service: Service, scene: FamilyScene) -> dict[PlanId, Operation]:
    """Plans of other families whose marks stand on documents of this one: a sub-account moved."""
    texts = [invoice.memo for invoice in scene.live_invoices()]
    texts += [note.note for note in scene.live_notes()]
    named = {mark.plan_id for text in texts for mark in markers_in(text)}
    missing = sorted(named - {operation.plan_id for operation in scene.operations})
    if not missing:
        return {}
    with service.store.begin() as unit:
        found = [unit.journal.load_operation(plan_id) for plan_id in missing]
    return {operation.plan_id: operation for operation in found if operation is not None}


def _read_changes(reader: BillingReader, watched: Iterable[Operation]) -> tuple[StatusChange, ...]:
    """The status log of every account that was switched on."""
    released = {
        step.account_id
        for operation in watched
        for step in operation.steps
        if step.kind is StepKind.RELEASE and step.attempts
    }
    return reader.read_status_changes(sorted(released)).rows if released else ()


def _relieved(scene: FamilyScene, watched: Iterable[Operation]) -> list[AccountId]:
    """Sub-accounts that the main pays for today, and that were relieved by a merge."""
    paid_for = {
        link.sub_id
        for link in scene.links
        if link.mode is BillingMode.AGGREGATED and link.holds_on(scene.today)
    }
    relieved = {
        step.account_id
        for operation in watched
        if operation.kind is OperationKind.MERGE and operation.state is OperationState.CLOSED
        for step in operation.steps
        if step.kind is StepKind.RELIEVE and step.state is StepState.CONFIRMED
    }
    return sorted(paid_for & relieved)
