"""Credit notes of our steps: each stands as it was sent, and none where no invoice carries it."""

from __future__ import annotations

from collections.abc import Iterator

from connector.domain.ids import CreditNoteId, InvoiceId
from connector.domain.invoices import CreditNote
from connector.domain.marker import markers_in
from connector.domain.money import told
from connector.saga.audit.rules import Rule
from connector.saga.audit.scene import AuditFinding, FamilyScene
from connector.saga.effects import IssueCreditNote
from connector.saga.fixups import is_gone, issue_of, merged_id
from connector.saga.states import StepState
from connector.saga.steps import Operation, OperationState, Step, StepKind
from connector.saga.undoing import revoke_of


def judge_notes(scene: FamilyScene, operation: Operation) -> Iterator[AuditFinding]:
    """Each credit note that our steps left must stand as it was sent."""
    is_carried = not is_gone(scene.invoices.get(merged_id(operation)))
    for step in operation.steps:
        is_done = step.state is StepState.CONFIRMED and isinstance(step.effect, IssueCreditNote)
        if is_done and (is_carried or step.kind is StepKind.RELIEVE):
            note = scene.notes.get(CreditNoteId(step.remote_id or 0))
            yield from judge_note(scene, step, note)


def judge_undos(scene: FamilyScene) -> Iterator[AuditFinding]:
    """The merged invoice of a closed undo stays revoked; what was charged anew is the account's own."""
    for undo in scene.undos():
        if undo.state is not OperationState.CLOSED or undo.why:
            continue
        merged = scene.invoices.get(InvoiceId(revoke_of(undo).invoice_id or 0))
        for step in undo.steps:
            is_done = step.state is StepState.CONFIRMED and step.kind is StepKind.REVOKE
            if is_done and not is_gone(merged):
                note = scene.notes.get(CreditNoteId(step.remote_id or 0))
                yield from judge_note(scene, step, note)


def judge_note(scene: FamilyScene, step: Step, note: CreditNote | None) -> Iterator[AuditFinding]:
    """A credit note of a confirmed step stands as it was sent."""
    assert isinstance(step.effect, IssueCreditNote)
    due = step.effect.total
    if note is None or note.deleted:
        yield AuditFinding(
            rule=Rule.NOTE_GONE,
            main_id=scene.main_id,
            account_id=step.account_id,
            subject=f"credit note id {step.remote_id}",
            sentence=f"the credit note of {told(due)} that {step.kind} {step.plan_id}/{step.number} "
            f"left on account {step.account_id} was deleted: the account owes that amount again",
            mend=f"credit {told(due)} on account {step.account_id} by hand",
            amount=due,
        )
    elif note.account_id != step.account_id or note.total != due:
        yield AuditFinding(
            rule=Rule.NOTE_CHANGED,
            main_id=scene.main_id,
            account_id=step.account_id,
            subject=f"credit note {note.number}",
            sentence=f"credit note {note.number} makes {told(note.total)} on account "
            f"{note.account_id}; sent was {told(due)} on account {step.account_id}",
            mend="undo the edit in Splynx",
            amount=note.total - due,
        )
    elif step.marker not in markers_in(note.note):
        yield AuditFinding(
            rule=Rule.MARKER_LOST,
            main_id=scene.main_id,
            account_id=step.account_id,
            subject=f"credit note {note.number}",
            sentence=f"credit note {note.number} of account {step.account_id} lost our mark",
            mend=f"write {step.marker} at the end of its note",
        )


def judge_relief_alone(scene: FamilyScene, operation: Operation) -> Iterator[AuditFinding]:
    """Nobody is relieved unless the merged invoice was issued."""
    if issue_of(operation).state is StepState.CONFIRMED:
        return
    for step in operation.steps:
        note = scene.notes.get(CreditNoteId(step.remote_id or 0))
        if step.kind is StepKind.RELIEVE and note is not None and not note.deleted:
            yield AuditFinding(
                rule=Rule.RELIEF_ALONE,
                main_id=scene.main_id,
                account_id=step.account_id,
                subject=f"credit note {note.number}",
                sentence=f"credit note {note.number} took {told(note.total)} off account "
                f"{step.account_id}, though the merged invoice of plan {step.plan_id} was given up",
                mend=f"delete credit note {note.number}: nobody is charged for it",
                amount=note.total,
            )
