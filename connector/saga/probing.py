"""The probe: what does this installation keep of our documents? Planned and judged; pure.

*Steps.* An invoice of 1.23 with a mark behind words in its memo (``issue``); a second mark in that
memo, as a claim would set it (``mark``); a credit note in full, bound to it, with a mark in its note
(``settle``). Each is added when the one before is finished, whatever became of it, so that the test
customer owes nothing in the end even where marks get lost. Nothing is ever deleted.

*Judgement.* From the journal and one last reading alone, so that a probe that was cut off can be
taken up at any point. What the memo became when it was created stands in the effect of ``mark``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from connector.domain.ids import AccountId, InvoiceId
from connector.domain.invoices import CreditNote, Invoice, InvoiceItem, total_of
from connector.domain.marker import Marker, markers_in, with_marker, without_marker
from connector.domain.money import ZERO, told
from connector.domain.shares import items_for
from connector.saga.effects import IssueCreditNote, IssueInvoice, MarkInvoice
from connector.saga.planning import Origin, name_of
from connector.saga.states import FINISHED
from connector.saga.steps import Operation, OperationKind, OperationState, Step, StepKind

WORDS = 'Probe of linked-accounts.\r\nžluťoučký שלום; a < b & c > d, <i>it\'s</i> "so" \\ %20\n  '
"""What staff may have in a memo. No signs of four bytes: a database that has no room for them may
refuse them with an error, and none can be in a memo that is there."""

ITEMS = (
    InvoiceItem(
        description="Probe of linked-accounts, settled at once by a credit note",
        quantity=Decimal(3),
        unit="",
        price=Decimal("0.4115"),
        tax_percent=ZERO,
    ),
)
"""Four places a line that make 1.2345 and so, rounded once, 1.23."""


class Capability(StrEnum):
    """What a probe finds out."""

    MEMO_CREATE = "memo of a new invoice"
    MEMO_UPDATE = "memo that is changed"
    NOTE = "note of a credit note"
    SETTLES = "credit note settles"
    LISTS = "marks in lists"
    FILTERS = "filters"
    MONEY = "money"


ESSENTIAL = frozenset(Capability) - {Capability.FILTERS, Capability.MONEY}
"""Without these a write of ours could not be told from others, or a source not be relieved.

Filters that are ignored, and totals that are not as ours, are noticed in every single reading.
"""


class Grade(StrEnum):
    """What came of one capability."""

    PROVEN = "proven"
    CHANGED = "changed"  #: usable, but not letter by letter
    MISSING = "missing"


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """One capability, with a sentence of what was seen."""

    capability: Capability
    grade: Grade
    sentence: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Trace:
    """What a probe left behind, read once more at its end."""

    invoice: Invoice | None
    note: CreditNote | None
    listed: tuple[Invoice, ...]
    listed_notes: tuple[CreditNote, ...]
    lies: tuple[str, ...]  #: filters that were not honoured, and lists that could not be read


def operation_of_probe(account_id: AccountId, due_days: int, origin: Origin) -> Operation:
    """A probe with its first step; each has a name of its own, by the moment it was asked for."""
    plan_id = name_of(origin, "probe", account_id, origin.at.isoformat())
    today = origin.at.date()
    marker = Marker(plan_id=plan_id, step=1)
    effect = IssueInvoice(
        account_id=account_id,
        issued_on=today,
        due_on=today + timedelta(days=due_days),
        items=ITEMS,
        total=total_of(ITEMS),
        note="Probe of linked-accounts: nothing to pay.",
        memo=with_marker(WORDS, marker),
    )
    step = Step(
        plan_id=plan_id, number=1, kind=StepKind.ISSUE, account_id=account_id, effect=effect
    )
    return Operation(
        plan_id=plan_id,
        kind=OperationKind.PROBE,
        main_id=account_id,
        state=OperationState.OPEN,
        steps=(step,),
        created_at=origin.at,
        total=effect.total,
        summary=f"probe on account {account_id}",
    )


def plan_next(operation: Operation, invoice: Invoice | None, today: date) -> Step | None:
    """The step that follows once all there are are finished; None at the end, or without an invoice.

    Args:
        operation: a probe.
        invoice: the one it issued, as it is now.
        today: the date of a credit note.
    """
    if invoice is None or any(step.state not in FINISHED for step in operation.steps):
        return None
    number = len(operation.steps) + 1
    marker = Marker(plan_id=operation.plan_id, step=number)
    kinds = {step.kind for step in operation.steps}
    effect: MarkInvoice | IssueCreditNote
    if StepKind.MARK not in kinds:
        kind, memo = StepKind.MARK, with_marker(invoice.memo, marker)
        effect = MarkInvoice(invoice_id=invoice.id, account_id=operation.main_id, memo=memo)
    elif StepKind.SETTLE not in kinds:
        kind = StepKind.SETTLE
        effect = IssueCreditNote(
            account_id=operation.main_id,
            invoice_id=invoice.id,
            issued_on=today,
            items=items_for(invoice.items, invoice.total, f"Invoice {invoice.number}"),
            total=invoice.total,
            note=f"Probe of linked-accounts: settles invoice {invoice.number}. {marker}",
        )
    else:
        return None
    return Step(
        plan_id=operation.plan_id,
        number=number,
        kind=kind,
        account_id=operation.main_id,
        invoice_id=invoice.id,
        effect=effect,
    )


def invoice_id_of(operation: Operation) -> InvoiceId | None:
    """The invoice of a probe, if the platform named one: marked as it should be or not."""
    number = _step(operation, StepKind.ISSUE).remote_id
    return None if number is None else InvoiceId(number)


def judge_probe(operation: Operation, trace: Trace) -> tuple[Proof, ...]:
    """What a finished probe shows, in the order of :class:`Capability`."""
    if trace.invoice is None:
        reason = _step(operation, StepKind.ISSUE).reason or "the invoice is gone"
        return tuple(_missing(each, f"no invoice came of it: {reason}") for each in Capability)
    return (
        _judge_created(operation),
        _judge_updated(operation, trace.invoice),
        _judge_note(operation, trace.note),
        _judge_settled(trace.invoice, trace.note),
        _judge_lists(operation, trace),
        _judge_filters(trace),
        _judge_money(operation, trace),
    )


def leftover_of(trace: Trace) -> str:
    """What somebody has to clear away by hand, or "": normally nothing."""
    invoice, note = trace.invoice, trace.note
    if invoice is None or not invoice.is_open:
        return ""
    what = f"invoice {invoice.number} of account {invoice.account_id} has {told(invoice.due)} due"
    if note is None:
        return f"{what}: delete it, or credit it by hand"
    return f"{what}, and credit note {note.number} is not bound to it: delete both by hand"


def _judge_created(operation: Operation) -> Proof:
    """What became of the memo before the second mark stands in that step's effect."""
    issue, mark = _step(operation, StepKind.ISSUE), _step(operation, StepKind.MARK)
    assert isinstance(issue.effect, IssueInvoice)
    assert isinstance(mark.effect, MarkInvoice)
    memo = without_marker(mark.effect.memo, mark.marker)
    return _compared(Capability.MEMO_CREATE, issue.effect.memo, memo, issue.marker)


def _judge_updated(operation: Operation, invoice: Invoice) -> Proof:
    """A memo that is read and written back must not change: staff's words go this way."""
    mark = _step(operation, StepKind.MARK)
    assert isinstance(mark.effect, MarkInvoice)
    proof = _compared(Capability.MEMO_UPDATE, mark.effect.memo, invoice.memo, mark.marker)
    is_harmless = _tidy(mark.effect.memo) == _tidy(invoice.memo)
    if proof.grade is Grade.CHANGED and not is_harmless:
        return _missing(
            Capability.MEMO_UPDATE,
            "a memo that is read and written back comes out otherwise: our mark would spoil the "
            f"words of staff ({mark.effect.memo!r} became {invoice.memo!r})",
        )
    return proof


def _judge_note(operation: Operation, note: CreditNote | None) -> Proof:
    void = _step(operation, StepKind.SETTLE)
    assert isinstance(void.effect, IssueCreditNote)
    if note is None:
        return _missing(Capability.NOTE, f"no credit note came of it: {void.reason}")
    return _compared(Capability.NOTE, void.effect.note, note.note, void.marker)


def _judge_settled(invoice: Invoice, note: CreditNote | None) -> Proof:
    if note is not None and invoice.due == ZERO:
        return _proven(Capability.SETTLES, "by invoicesId: nothing is due on its invoice")
    return _missing(
        Capability.SETTLES, f"{told(invoice.due)} stays due on the invoice that it was bound to"
    )


def _judge_lists(operation: Operation, trace: Trace) -> Proof:
    """Doubts are ended by lists: they must show the very texts that single records show."""
    shown = {
        "invoices": [row.memo for row in trace.listed],
        "credit notes": [row.note for row in trace.listed_notes],
    }
    unmarked = [
        what
        for what, texts in shown.items()
        if not any(mark.plan_id == operation.plan_id for mark in markers_in("\n".join(texts)))
    ]
    if unmarked:
        return _missing(Capability.LISTS, f"the list of {' and of '.join(unmarked)} shows no mark")
    return _proven(Capability.LISTS, "lists show the marks that single records show")


def _judge_filters(trace: Trace) -> Proof:
    if trace.lies:
        return _missing(Capability.FILTERS, "; ".join(trace.lies))
    return _proven(Capability.FILTERS, "by account, date and status: honoured")


def _judge_money(operation: Operation, trace: Trace) -> Proof:
    invoice, issue = trace.invoice, _step(operation, StepKind.ISSUE)
    assert invoice is not None
    assert isinstance(issue.effect, IssueInvoice)
    sent = [(item.quantity, item.price, item.tax_percent) for item in issue.effect.items]
    kept = [(item.quantity, item.price, item.tax_percent) for item in invoice.items]
    if invoice.total != issue.effect.total or sent != kept:
        return _missing(
            Capability.MONEY,
            f"a line of 3 times 0.4115 makes {told(invoice.total)}, not {told(issue.effect.total)}",
        )
    if trace.note is not None and trace.note.total != invoice.total:
        return _missing(Capability.MONEY, f"its credit note makes {told(trace.note.total)}")
    return _proven(Capability.MONEY, "lines keep four places, the total is rounded to cents once")


def _compared(capability: Capability, sent: str, kept: str, marker: Marker) -> Proof:
    if marker not in markers_in(kept):
        return _missing(capability, f"our mark is lost ({sent!r} became {kept!r})")
    if kept == sent:
        return _proven(capability, "kept letter by letter, our mark with it")
    sentence = f"keeps our mark, but not every letter ({sent!r} became {kept!r})"
    return Proof(capability=capability, grade=Grade.CHANGED, sentence=sentence)


def _tidy(text: str) -> str:
    """The text without what platforms do to blanks and line ends: doing it twice does no more."""
    return " ".join(text.split())


def _step(operation: Operation, kind: StepKind) -> Step:
    return next(step for step in operation.steps if step.kind is kind)


def _proven(capability: Capability, sentence: str) -> Proof:
    return Proof(capability=capability, grade=Grade.PROVEN, sentence=sentence)


def _missing(capability: Capability, sentence: str) -> Proof:
    return Proof(capability=capability, grade=Grade.MISSING, sentence=sentence)
