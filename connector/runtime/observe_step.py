"""Read what one step is about: before a send to judge it, after it to check it, in doubt to end it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from connector.domain.cascade import latest_block, plan_cascade
from connector.domain.ids import CreditNoteId, InvoiceId
from connector.domain.invoices import CreditNote, Invoice
from connector.domain.links import aggregated_on
from connector.domain.marker import markers_in
from connector.domain.money import ZERO
from connector.errors import RecordMissing
from connector.ports.platform import BillingReader, Reading
from connector.runtime import facts, traces
from connector.runtime.families import or_none, read_for_cascade, read_linked, whole
from connector.runtime.service import Service
from connector.saga import fixups, preparation, recovery
from connector.saga.effects import IssueCreditNote, IssueInvoice
from connector.saga.machine import claim_of
from connector.saga.states import StepState
from connector.saga.steps import Operation, OperationKind, Step, StepKind

ONE_DAY = timedelta(days=1)


def judge_before_send(service: Service, operation: Operation, step: Step) -> preparation.Verdict:
    """Read the records the step rests on, and judge whether it may be sent."""
    match step.kind:
        case StepKind.CLAIM:
            source = next(s for s in operation.sources if s.invoice_id == step.invoice_id)
            invoice = _read_claimable(service, step)
            is_linked = _is_linked(service, operation, step)
            return preparation.judge_claim(step, source, invoice, is_linked=is_linked)
        case StepKind.ISSUE:
            return _judge_issue(service, operation, step)
        case StepKind.RELIEVE | StepKind.CREDIT | StepKind.VOID:
            return _judge_correction(service, operation, step)
        case StepKind.REVOKE | StepKind.RECHARGE:
            return traces.judge_before_send(service, operation, step)
        case StepKind.UNCLAIM | StepKind.MARK | StepKind.SETTLE:
            return _judge_on_one(operation, step, _read_source(service, step))
        case StepKind.RELEASE | StepKind.SUSPEND:
            return _judge_cascade(service, operation, step)


def look_after_send(
    service: Service, operation: Operation, step: Step, remote_id: int | None = None
) -> recovery.Sight:
    """Read back what the step was to leave behind; by id when the platform named one."""
    match step.kind:
        case StepKind.ISSUE | StepKind.RECHARGE:
            issued = _read_issued(service.reader, step, remote_id)
            return recovery.look_for_invoice(step, issued, answered_id=remote_id)
        case StepKind.RELIEVE | StepKind.CREDIT | StepKind.VOID | StepKind.REVOKE | StepKind.SETTLE:
            if remote_id is not None:
                note = or_none(service.reader.read_credit_note, CreditNoteId(remote_id))
                found = [note] if note else []
                return recovery.look_for_credit_note(step, found, answered_id=remote_id)
            return recovery.look_for_credit_note(step, whole(_read_notes(service, step)))
        case StepKind.CLAIM | StepKind.UNCLAIM | StepKind.MARK:
            marking = claim_of(operation, step) if step.kind is StepKind.UNCLAIM else step
            return recovery.look_for_mark(step, marking, _read_source(service, step))
        case StepKind.RELEASE | StepKind.SUSPEND:
            account = or_none(service.reader.read_account, step.account_id)
            block_id = _own_block_id(service, step) if step.kind is StepKind.SUSPEND else None
            return recovery.look_for_status(step, account, block_id)


def _judge_on_one(operation: Operation, step: Step, invoice: Invoice | None) -> preparation.Verdict:
    """Steps that rest on their one invoice alone."""
    if step.kind is StepKind.MARK:
        return preparation.judge_mark(step, invoice)
    if step.kind is StepKind.SETTLE:
        return preparation.judge_settle(step, invoice)
    return preparation.judge_unclaim(step, claim_of(operation, step), invoice)


def _judge_issue(service: Service, operation: Operation, step: Step) -> preparation.Verdict:
    invoices: dict[InvoiceId, Invoice] = {}
    for source in operation.sources:
        invoice = or_none(service.reader.read_invoice, source.invoice_id)
        if invoice is not None:
            invoices[source.invoice_id] = invoice
    concerned = {source.account_id for source in operation.sources}
    ground = preparation.Ground(
        main=or_none(service.reader.read_account, operation.main_id),
        invoices=invoices,
        linked=read_linked(service, operation.main_id, concerned),
        today=service.clock.now().date(),
    )
    return preparation.judge_issue(operation, step, ground)


def _judge_correction(service: Service, operation: Operation, step: Step) -> preparation.Verdict:
    if step.kind is StepKind.RELIEVE:
        return _judge_relieve(service, operation, step)
    world = _read_aftermath(service, operation, step)
    if step.kind is StepKind.CREDIT:
        return preparation.judge_credit(operation, step, world)
    return preparation.judge_void(operation, step, world)


def _judge_relieve(service: Service, operation: Operation, step: Step) -> preparation.Verdict:
    """Judge a relief; before other steps take its place, late notes of our own are looked for."""
    world = _read_aftermath(service, operation, step)
    verdict = preparation.judge_relieve(operation, step, world)
    given_up = fixups.given_up_after_send(operation, step.invoice_id)
    if isinstance(verdict, preparation.Replace) and given_up:
        notes = whole(_read_notes(service, step))
        marks = {mark for note in notes if not note.deleted for mark in markers_in(note.note)}
        if late := [other.number for other in given_up if other.marker in marks]:
            return preparation.Hold(
                reason=f"the credit note of step {late[0]}, which was given up after a send, "
                "stands after all: delete it, then retry"
            )
    return verdict


def _read_aftermath(service: Service, operation: Operation, step: Step) -> preparation.Aftermath:
    """What a correction rests on; the main's credit notes only where the merged one is paid."""
    source = _read_source(service, step)
    merged = _read_known(service, operation, step, source)
    credited_away = ""
    if merged is not None and step.kind is not StepKind.VOID and merged.due == ZERO:
        notes = service.reader.read_credit_notes(operation.main_id, merged.issued_on)
        twins = _read_twins(service, operation)
        credited_away = fixups.find_credit_away(operation, merged, whole(notes), twins)
    return preparation.Aftermath(
        merged=merged,
        source=source,
        today=service.clock.now().date(),
        credited_away=credited_away,
    )


def _read_twins(service: Service, operation: Operation) -> list[Invoice]:
    """Further documents with the mark of the merged invoice, of which we have voided none yet."""
    steps = [
        step
        for step in operation.steps
        if step.kind is StepKind.VOID and step.state is not StepState.CONFIRMED
    ]
    found = [
        or_none(service.reader.read_invoice, InvoiceId(step.invoice_id or 0)) for step in steps
    ]
    return [twin for twin in found if twin is not None]


def _read_notes(service: Service, step: Step) -> Reading[CreditNote]:
    """Credit notes among which that of a step must be, if it stands."""
    assert isinstance(step.effect, IssueCreditNote)  # noqa: S101 - narrows the union
    return service.reader.read_credit_notes(step.account_id, step.effect.issued_on - ONE_DAY)


def _judge_cascade(service: Service, operation: Operation, step: Step) -> preparation.Verdict:
    """Decide afresh on the main and this one sub-account, as if the step were not recorded."""
    if operation.kind is OperationKind.PROBE:
        return preparation.judge_trial(step, or_none(service.reader.read_account, step.account_id))
    try:
        family = read_for_cascade(service, operation.main_id, step.account_id)
    except RecordMissing as gone:
        return preparation.Skip(reason=str(gone))
    own = replace(
        family.own,
        releases=tuple(
            row
            for row in family.own.releases
            if (row.sub_id, row.block_id) != (step.account_id, step.block_id)
        ),
        suspensions=tuple(
            row
            for row in family.own.suspensions
            if (row.sub_id, row.cause_id) != (step.account_id, step.block_id)
            or step.kind is not StepKind.SUSPEND
        ),
    )
    decision = plan_cascade(replace(family, own=own), service.policy.cascade)
    return preparation.judge_cascade(step, decision)


def _read_known(
    service: Service, operation: Operation, step: Step, source: Invoice | None
) -> Invoice | None:
    """The merged invoice; of a document that stands twice, the one we know."""
    maker: Step | None = None
    if step.kind is not StepKind.VOID:
        maker = fixups.issue_of(operation)
    elif source is not None:
        maker = fixups.maker_of(operation, source)
    known = 0 if maker is None else maker.remote_id or 0
    return or_none(service.reader.read_invoice, InvoiceId(known))


def _read_issued(reader: BillingReader, step: Step, remote_id: int | None) -> tuple[Invoice, ...]:
    effect = step.effect
    assert isinstance(effect, IssueInvoice)  # noqa: S101 - narrows the union
    if remote_id is not None:
        invoice = or_none(reader.read_invoice, InvoiceId(remote_id))
        return (invoice,) if invoice else ()
    return whole(reader.read_invoices([step.account_id], effect.issued_on - ONE_DAY))


def _own_block_id(service: Service, step: Step) -> int | None:
    """The log row our suspension left: one that names whom it names for us, if that is known.

    Where no probe has found it out, a row that was there as soon as we were answered is taken for
    ours, and after a doubt one that names nobody.
    """
    changes = whole(service.reader.read_status_changes([step.account_id]))
    block = latest_block(changes, step.account_id)
    if block is None:
        return None
    with service.store.begin() as unit:
        number = unit.facts.load(facts.OWN_NUMBER)
    if number:
        is_ours = block.administrator_id == int(number)
    else:
        is_ours = step.state is StepState.SENDING or block.by_system
    return block.id if is_ours else None


def _read_claimable(service: Service, step: Step) -> Invoice | None:
    """A source, if its account still stands: staff who delete an account may leave its invoices."""
    account = or_none(service.reader.read_account, step.account_id)
    return None if account is None else _read_source(service, step)


def _is_linked(service: Service, operation: Operation, step: Step) -> bool:
    """Whether a source is the main account's own, or of an account that is linked to it today."""
    if step.account_id == operation.main_id:
        return True
    with service.store.begin() as unit:
        links = unit.links.load_family(operation.main_id)
    return step.account_id in {
        row.sub_id for row in aggregated_on(links, service.clock.now().date())
    }


def _read_source(service: Service, step: Step) -> Invoice | None:
    """The source, or the document to void; a rebuilt journal may know one that is gone by no number."""
    number = InvoiceId(step.invoice_id or 0)
    return or_none(service.reader.read_invoice, number) if number > 0 else None
