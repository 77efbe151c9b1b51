"""Marks: each stands once, where the journal says, and on nothing of a plan that was given up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from connector.domain.ids import AccountId
from connector.domain.invoices import Invoice
from connector.domain.marker import Marker, markers_in
from connector.domain.money import told
from connector.saga.audit.rules import Rule
from connector.saga.audit.scene import AuditFinding, FamilyScene, is_at_rest
from connector.saga.effects import IssueInvoice
from connector.saga.fixups import find_twins
from connector.saga.states import StepState
from connector.saga.steps import Operation, OperationState, Step, StepKind

NOTED = frozenset({StepKind.RELIEVE, StepKind.CREDIT, StepKind.VOID, StepKind.REVOKE})
"""Kinds of steps that leave their mark in a credit note."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Bearer:
    """A standing document with a mark of ours."""

    mark: Marker
    kind: str  #: ``invoice`` or ``credit note``
    id: int
    account_id: AccountId
    number: str
    total: Decimal

    @property
    def name(self) -> str:
        return f"{self.kind} {self.number}"


def judge_marks(scene: FamilyScene) -> Iterator[AuditFinding]:
    """Everything that marks in standing documents tell."""
    bearers: dict[tuple[str, Marker], list[_Bearer]] = defaultdict(list)
    for bearer in _bearers(scene):
        bearers[bearer.kind, bearer.mark].append(bearer)
    seconds = _second_documents(scene)
    for invoice, operation in seconds.values():
        yield _second(scene, invoice, operation)
    for group in bearers.values():
        rest = [bearer for bearer in group if bearer.kind != "invoice" or bearer.id not in seconds]
        misplaced = [finding for bearer in rest if (finding := _judge_bearer(scene, bearer))]
        if len(rest) > 1 and not _is_voided(scene, rest):
            yield _twice(scene, rest)
        else:
            yield from misplaced


def _bearers(scene: FamilyScene) -> Iterator[_Bearer]:
    for invoice in scene.live_invoices():
        for mark in dict.fromkeys(markers_in(invoice.memo)):
            yield _Bearer(
                mark=mark,
                kind="invoice",
                id=invoice.id,
                account_id=invoice.account_id,
                number=invoice.number,
                total=invoice.total,
            )
    for note in scene.live_notes():
        for mark in dict.fromkeys(markers_in(note.note)):
            yield _Bearer(
                mark=mark,
                kind="credit note",
                id=note.id,
                account_id=note.account_id,
                number=note.number,
                total=note.total,
            )


def _second_documents(scene: FamilyScene) -> dict[int, tuple[Invoice, Operation]]:
    """Documents with the mark of an invoice of ours that are not the one we know, nor voided."""
    return {
        invoice.id: (invoice, operation)
        for operation in (*scene.merges(), *scene.undos())
        for invoice in find_twins(operation, scene.invoices.values())
    }


def _second(scene: FamilyScene, invoice: Invoice, operation: Operation) -> AuditFinding:
    return AuditFinding(
        rule=Rule.SECOND_DOCUMENT,
        main_id=scene.main_id,
        account_id=invoice.account_id,
        subject=f"invoice {invoice.number}",
        sentence=f"invoice {invoice.number} of {told(invoice.total)} bears the mark of plan "
        f"{operation.plan_id}, whose own invoice is another one, or was given up",
        mend="the next look of the service credits it in full, unless somebody paid it; in observe "
        "mode delete it by hand",
        amount=invoice.total,
    )


def _is_voided(scene: FamilyScene, group: list[_Bearer]) -> bool:
    """Whether all but one of several invoices have a step that voids them."""
    operation = scene.plan(group[0].mark.plan_id)
    steps = () if operation is None else operation.steps
    known = {step.invoice_id for step in steps if step.kind is StepKind.VOID}
    return len([bearer for bearer in group if bearer.id not in known]) <= 1


def _twice(scene: FamilyScene, group: list[_Bearer]) -> AuditFinding:
    names = ", ".join(bearer.name for bearer in group)
    return AuditFinding(
        rule=Rule.MARKED_TWICE,
        main_id=scene.main_id,
        account_id=group[0].account_id,
        subject=f"mark {group[0].mark}",
        sentence=f"mark {group[0].mark} stands on {len(group)} documents: {names}",
        mend="find the one that the journal knows with `linked-accounts history`; delete the "
        "others, or take the mark out of them",
        amount=group[-1].total,
    )


def _judge_bearer(scene: FamilyScene, bearer: _Bearer) -> AuditFinding | None:
    operation = scene.plan(bearer.mark.plan_id)
    steps = () if operation is None else operation.steps
    step = next((each for each in steps if each.number == bearer.mark.step), None)
    if operation is None or step is None:
        return _found(
            scene,
            bearer,
            Rule.MARKER_UNKNOWN,
            f"bears mark {bearer.mark}, which is of no step in the journal",
            "was a backup restored, or does another installation write here? Else find out who "
            "made it before you take the mark out",
        )
    if _is_left(operation, step, bearer):
        return _found(
            scene,
            bearer,
            Rule.MARKER_LEFT,
            f"still bears mark {bearer.mark}, though its plan was given up",
            "take that line out of its memo: it may be merged then",
        )
    if operation.state is OperationState.WITHDRAWN and _is_unwanted(step, bearer):
        return _found(
            scene,
            bearer,
            Rule.NOTE_UNWANTED,
            f"is of {told(bearer.total)}, and of a plan that was given up",
            "delete it: no merged invoice charges that amount",
        )
    if not _is_in_place(step, bearer):
        return _found(
            scene,
            bearer,
            Rule.MARKER_MISPLACED,
            f"bears mark {bearer.mark}, which is of {step.kind} for account {step.account_id}",
            "take that line out of it",
        )
    return None


def _is_left(operation: Operation, step: Step, bearer: _Bearer) -> bool:
    """Whether a claim should have been handed back: its plan, or just this source, was given up."""
    if step.kind is not StepKind.CLAIM or bearer.kind != "invoice":
        return False
    if bearer.id != step.invoice_id or not is_at_rest(operation):
        return False
    was_handed_back = any(
        each.kind is StepKind.UNCLAIM and each.invoice_id == step.invoice_id
        for each in operation.steps
    )
    return operation.state is OperationState.WITHDRAWN or was_handed_back


def _is_unwanted(step: Step, bearer: _Bearer) -> bool:
    return bearer.kind == "credit note" and step.state is StepState.CANCELLED


def _is_in_place(step: Step, bearer: _Bearer) -> bool:
    """Whether a mark stands on the document that its step is about, as far as that is known."""
    if (bearer.kind == "credit note") is not (step.kind in NOTED):
        return False
    if step.kind is StepKind.CLAIM:
        return bearer.id == step.invoice_id
    if step.state is StepState.CONFIRMED and not isinstance(step.effect, IssueInvoice):
        return bearer.id == step.remote_id
    return bearer.account_id == step.account_id  # in doubt, given up, or a second document


def _found(scene: FamilyScene, bearer: _Bearer, rule: Rule, fact: str, mend: str) -> AuditFinding:
    return AuditFinding(
        rule=rule,
        main_id=scene.main_id,
        account_id=bearer.account_id,
        subject=bearer.name,
        sentence=f"{bearer.name} of account {bearer.account_id} {fact}",
        mend=mend,
        amount=bearer.total,
    )
