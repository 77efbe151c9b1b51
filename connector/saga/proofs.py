"""What a probe finds: each capability of the installation, judged from what the probe left; pure.

From the journal and one last reading alone, so that a probe that was cut off can be judged at any
time. What the memo became when it was created stands in the effect of the step ``mark``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from connector.domain.accounts import AccountStatus, StatusChange
from connector.domain.invoices import CreditNote, Invoice
from connector.domain.marker import Marker, markers_in, without_marker
from connector.domain.money import ZERO, told
from connector.saga.effects import IssueCreditNote, IssueInvoice, MarkInvoice
from connector.saga.steps import Operation, StepKind, step_of_kind


class Capability(StrEnum):
    """What a probe finds out."""

    MEMO_CREATE = "memo of a new invoice"
    MEMO_UPDATE = "memo that is changed"
    NOTE = "note of a credit note"
    SETTLES = "credit note settles"
    LISTS = "marks in lists"
    FILTERS = "filters"
    MONEY = "money"
    NAMES = "name in the status log"


ESSENTIAL = frozenset(Capability) - {Capability.FILTERS, Capability.MONEY, Capability.NAMES}
"""Without these a write of ours could not be told from others, or a source not be relieved.

Filters that are ignored, and totals that are not as ours, are noticed in every single reading. Whose
name a status bears is asked after a doubt alone; where it is not known, a person decides.
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
    changes: tuple[StatusChange, ...]  #: the customer's status log
    lies: tuple[str, ...]  #: filters that were not honoured, and lists that could not be read


def judge_probe(operation: Operation, trace: Trace) -> tuple[Proof, ...]:
    """What a finished probe shows, in the order of :class:`Capability`."""
    if trace.invoice is None:
        reason = step_of_kind(operation, StepKind.ISSUE).reason or "the invoice is gone"
        return tuple(_missing(each, f"no invoice came of it: {reason}") for each in Capability)
    return (
        _judge_created(operation),
        _judge_updated(operation, trace.invoice),
        _judge_note(operation, trace.note),
        _judge_settled(trace.invoice, trace.note),
        _judge_lists(operation, trace),
        _judge_filters(trace),
        _judge_money(operation, trace),
        _judge_names(trace),
    )


def own_number_of(trace: Trace) -> int | None:
    """The administrator that the status log names for what we write, 0 for none; None if unknown.

    It is that of the log's end: our block, and the activation after it.
    """
    rows = sorted(trace.changes, key=lambda row: (row.at, row.id))[-2:]
    if [row.new for row in rows] != [AccountStatus.BLOCKED, AccountStatus.ACTIVE]:
        return None
    block, activation = rows
    return block.administrator_id if block.administrator_id == activation.administrator_id else None


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
    issue, mark = step_of_kind(operation, StepKind.ISSUE), step_of_kind(operation, StepKind.MARK)
    assert isinstance(issue.effect, IssueInvoice)
    assert isinstance(mark.effect, MarkInvoice)
    memo = without_marker(mark.effect.memo, mark.marker)
    return _compared(Capability.MEMO_CREATE, issue.effect.memo, memo, issue.marker)


def _judge_updated(operation: Operation, invoice: Invoice) -> Proof:
    """A memo that is read and written back must not change: staff's words go this way."""
    mark = step_of_kind(operation, StepKind.MARK)
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
    void = step_of_kind(operation, StepKind.SETTLE)
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
    invoice, issue = trace.invoice, step_of_kind(operation, StepKind.ISSUE)
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


def _judge_names(trace: Trace) -> Proof:
    number = own_number_of(trace)
    if number is None:
        return _missing(Capability.NAMES, "no block and activation of ours ends the status log")
    name = f"administrator {number}" if number else "nobody, as for the platform's own"
    return _proven(Capability.NAMES, f"the status log names {name} for what we write")


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


def _proven(capability: Capability, sentence: str) -> Proof:
    return Proof(capability=capability, grade=Grade.PROVEN, sentence=sentence)


def _missing(capability: Capability, sentence: str) -> Proof:
    return Proof(capability=capability, grade=Grade.MISSING, sentence=sentence)
