"""The marks of an undo, when the journal that made them is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from connector.domain.ids import AccountId, CreditNoteId, InvoiceId
from connector.domain.invoices import CreditNote, Invoice, InvoiceStatus
from connector.domain.marker import Marker
from connector.saga.effects import IssueCreditNote, IssueInvoice
from connector.saga.fixups import Unclear
from connector.saga.rebuilding import When
from connector.saga.states import StepState
from connector.saga.steps import Operation, StepKind
from connector.saga.traces import Traces
from connector.saga.undo_rebuilding import is_of_undo, merge_named, rebuild_undo
from connector.saga.wording import say_issued_twice
from tests.build import NOON, invoice
from tests.saga.marked import claimed
from tests.saga.support import NOW
from tests.saga.undone import NOTE, closed, undone

WHEN = When(now=NOON, host=NOW, quiescence=timedelta(minutes=15))
UNDO, MERGE = undone(), closed()
C, U = StepState.CONFIRMED, StepState.UNKNOWN


def revoked(**changes: object) -> CreditNote:
    """Its credit note of 48.00."""
    effect = UNDO.steps[0].effect
    assert isinstance(effect, IssueCreditNote)
    note = replace(NOTE, note=effect.note, total=effect.total)
    return replace(note, **changes)  # type: ignore[arg-type] # by name


def recharged(step: int, number: int = 0, **changes: object) -> Invoice:
    """What it charged one source again: step 2 the main's 36.00, step 3 the sub's 12.00."""
    planned = UNDO.steps[step - 1]
    assert isinstance(planned.effect, IssueInvoice)
    made = invoice(
        number or 1000 + step, planned.account_id, planned.effect.items, memo=planned.effect.memo
    )
    return replace(made, **changes)  # type: ignore[arg-type] # by name


def traces(*documents: Invoice | CreditNote) -> Traces:
    """What bears its marks."""
    return Traces(
        plan_id=UNDO.plan_id,
        invoices=tuple(row for row in documents if isinstance(row, Invoice)),
        notes=tuple(row for row in documents if isinstance(row, CreditNote)),
    )


def rebuilt(*documents: Invoice | CreditNote) -> Operation:
    """What is made of some documents."""
    found = rebuild_undo(traces(*documents), MERGE, WHEN)
    assert isinstance(found, Operation), found
    return found


def reason(*documents: Invoice | CreditNote, merge: Operation | None = MERGE) -> str:
    """Why nothing can be made of them."""
    found = rebuild_undo(traces(*documents), merge, WHEN)
    assert isinstance(found, Unclear)
    return found.reason


def test_a_whole_undo_is_as_it_was() -> None:
    """Every step with the number that the platform gave it."""
    found = rebuilt(revoked(), recharged(2), recharged(3))
    assert (found.plan_id, found.undoes) == (UNDO.plan_id, MERGE.plan_id)
    assert [step.effect for step in found.steps] == [step.effect for step in UNDO.steps]
    assert [(step.state, step.remote_id) for step in found.steps] == [
        (C, 70),
        (C, 1002),
        (C, 1003),
    ]


def test_a_recharge_that_is_not_found_is_in_doubt() -> None:
    """It may be on its way; one that people deleted is not made again."""
    gone = recharged(2, status=InvoiceStatus.DELETED)
    found = rebuilt(revoked(), gone)
    assert [(step.state, step.remote_id) for step in found.steps] == [
        (C, 70),
        (C, 1002),
        (U, None),
    ]


def test_an_undo_is_told_by_its_words_or_by_its_headings() -> None:
    """Its credit note names the merge."""
    assert is_of_undo(traces(revoked()))
    assert is_of_undo(traces(recharged(2)))
    assert not is_of_undo(traces(*claimed(1, 2)))
    assert merge_named(traces(revoked())) == MERGE.plan_id
    assert merge_named(traces(recharged(2))) is None
    assert merge_named(traces(revoked(note=f"Thanks {UNDO.steps[0].marker}"))) is None


def test_a_twin_of_a_recharge_is_voided_by_a_later_step() -> None:
    """The credit note that voids it is found again."""
    twin = recharged(2, 1100)
    marker = Marker(plan_id=UNDO.plan_id, step=4)
    void = CreditNote(
        id=CreditNoteId(71),
        account_id=AccountId(1),
        number="C71",
        total=Decimal("36.00"),
        deleted=False,
        note=f"{say_issued_twice(twin.number)} {marker}",
        created_at=NOON,
    )
    found = rebuilt(revoked(), recharged(2), recharged(3), twin, void)
    last = found.steps[-1]
    assert (last.kind, last.invoice_id, last.remote_id) == (StepKind.VOID, InvoiceId(1100), 71)
    assert "say" in reason(revoked(), replace(void, note=f"Thank you {marker}"))


@pytest.mark.parametrize(
    ("documents", "merge", "words"),
    [
        ((recharged(2),), MERGE, "its credit note is gone"),
        ((revoked(),), None, "is not known as it was"),
        ((revoked(total=Decimal(47)),), MERGE, "not the one that the merge asks for"),
        ((revoked(account_id=AccountId(9)),), MERGE, "not the one that the merge asks for"),
        ((revoked(), recharged(2, account_id=AccountId(9))), MERGE, "of another account"),
    ],
)
def test_what_does_not_fit_together_is_left_to_a_person(
    documents: tuple[Invoice | CreditNote, ...], merge: Operation | None, words: str
) -> None:
    """Nothing is guessed."""
    assert words in reason(*documents, merge=merge)


def test_a_mark_of_a_step_that_the_merge_has_no_source_for_is_unclear() -> None:
    """Somebody has copied, or made, it."""
    strange = recharged(3, memo=str(Marker(plan_id=UNDO.plan_id, step=9)))
    assert "no source for step 9" in reason(revoked(), strange)
