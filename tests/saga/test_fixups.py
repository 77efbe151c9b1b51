"""What is mended after the pivot, case by case: settlements, second documents, credits of staff."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from connector.domain.ids import AccountId, CreditNoteId, InvoiceId
from connector.domain.invoices import CreditNote, InvoiceStatus
from connector.domain.money import ZERO
from connector.saga.effects import IssueCreditNote
from connector.saga.fixups import (
    Settlement,
    find_credit_away,
    find_twins,
    given_up_after_send,
    plan_settlement,
    plan_voids,
    was_relieved,
)
from connector.saga.machine import hand_back, next_step
from connector.saga.states import StepState
from connector.saga.steps import Operation, Step, StepKind
from tests.build import NOON, invoice
from tests.saga.support import NOW, SOURCES, merge, step_of, with_states

TODAY = NOON.date()
CONFIRMED = StepState.CONFIRMED
MERGED_ID = 90


def past_pivot(*reliefs: StepState) -> Operation:
    """The merge whose invoice 90 stands, with its reliefs in these states."""
    found = with_states(merge(), CONFIRMED, CONFIRMED, CONFIRMED, *reliefs)
    steps = tuple(replace(s, remote_id=MERGED_ID) if s.number == 3 else s for s in found.steps)
    return replace(found, steps=steps)


def with_credit(operation: Operation, state: StepState = StepState.INTENDED) -> Operation:
    """The operation with a credit of 2.00 for what was paid of the sub's invoice."""
    relief = step_of(operation, 5)
    settlement = Settlement(relief=ZERO, credit=Decimal(2))
    (credit,) = plan_settlement(operation, relief, SOURCES[1], settlement, TODAY)
    return replace(operation, steps=(*operation.steps, replace(credit, state=state)))


def note(number: int, total: str, text: str = "", *, deleted: bool = False) -> CreditNote:
    """A credit note on the main account."""
    return CreditNote(
        id=CreditNoteId(number),
        account_id=AccountId(1),
        number=f"C{number}",
        total=Decimal(total),
        deleted=deleted,
        note=text,
        created_at=None,
    )


def test_a_source_that_is_due_in_full_again_is_relieved_line_by_line() -> None:
    """A smaller relief gives way to one that says just what the merged invoice carries."""
    operation = past_pivot()
    smaller = step_of(operation, 5)
    settlement = Settlement(relief=Decimal(12), credit=ZERO)
    (step,) = plan_settlement(operation, smaller, SOURCES[1], settlement, TODAY)
    assert isinstance(step.effect, IssueCreditNote)
    assert step.kind is StepKind.RELIEVE
    assert step.effect.items == SOURCES[1].items
    assert step.number == 6


def test_the_rest_of_the_main_s_own_invoice_names_no_sub_account() -> None:
    """It is credited on the merged invoice like any other, after the smaller relief."""
    operation = past_pivot()
    settlement = Settlement(relief=Decimal(30), credit=Decimal(6))
    paid = replace(SOURCES[0], due=Decimal(30))
    relief, credit = plan_settlement(operation, step_of(operation, 4), paid, settlement, TODAY)
    assert (relief.number, credit.number) == (6, 7)
    assert isinstance(credit.effect, IssueCreditNote)
    assert credit.effect.invoice_id == MERGED_ID
    assert {item.sub_account_id for item in credit.effect.items} == {None}


def test_a_second_document_with_our_mark_is_found_and_voided() -> None:
    """The one that we know is ours; another is credited in full, once."""
    operation = past_pivot()
    memo = str(step_of(operation, 3).marker)
    ours, twin = (invoice(n, 1, "40.00@20", memo=memo) for n in (MERGED_ID, 95))
    gone = invoice(96, 1, "40.00@20", memo=memo, status=InvoiceStatus.DELETED)
    other = invoice(97, 1, "40.00@20", memo="of somebody else")
    assert find_twins(operation, (other, gone, twin, ours)) == (twin,)
    (void,) = plan_voids(operation, [twin], TODAY)
    assert (void.kind, void.invoice_id, void.number) == (StepKind.VOID, 95, 6)
    assert isinstance(void.effect, IssueCreditNote)
    assert void.effect.total == Decimal(48)
    assert str(void.marker) in void.effect.note
    known = replace(operation, steps=(*operation.steps, void))
    assert find_twins(known, (twin, ours)) == ()


def test_a_pivot_in_doubt_has_no_twins_and_one_that_was_given_up_only_such() -> None:
    """While it is in doubt its own reading decides."""
    doubtful = with_states(merge(), CONFIRMED, CONFIRMED, StepState.UNKNOWN)
    given_up = with_states(merge(), CONFIRMED, CONFIRMED, StepState.CANCELLED)
    twin = invoice(95, 1, "40.00@20", memo=str(step_of(doubtful, 3).marker))
    assert find_twins(doubtful, (twin,)) == ()
    assert find_twins(given_up, (twin,)) == (twin,)


def test_a_credit_note_of_staff_may_take_the_merged_invoice_away() -> None:
    """One that is not ours, stands, and makes all that we did not credit ourselves."""
    merged = replace(invoice(MERGED_ID, 1, "40.00@20"), due=ZERO)
    operation = past_pivot()
    foreign = note(7, "48.00")
    assert find_credit_away(operation, merged, (note(6, "1.00"), foreign)) == "C7"
    assert find_credit_away(operation, merged, ()) == ""
    assert find_credit_away(operation, None, (foreign,)) == ""
    assert find_credit_away(operation, replace(merged, due=Decimal(1)), (foreign,)) == ""
    assert find_credit_away(operation, merged, (note(8, "48.00", deleted=True),)) == ""
    older = replace(foreign, created_at=operation.created_at - timedelta(seconds=1))
    assert find_credit_away(operation, merged, (older,)) == ""
    later = replace(foreign, created_at=operation.created_at)
    assert find_credit_away(operation, merged, (later,)) == "C7"
    twin = replace(merged, id=InvoiceId(MERGED_ID + 1))
    assert find_credit_away(operation, merged, (foreign,), [twin]) == ""
    assert find_credit_away(operation, merged, (foreign, note(8, "48.00")), [twin]) == "C8"
    open_twin = replace(twin, due=Decimal("48.00"))
    assert find_credit_away(operation, merged, (foreign,), [open_twin]) == "C7"
    ours = note(9, "48.00", str(step_of(operation, 4).marker))
    assert find_credit_away(operation, merged, (ours,)) == ""
    assert find_credit_away(with_credit(operation, CONFIRMED), merged, (foreign,)) == ""
    rest = note(7, "46.00")
    assert find_credit_away(with_credit(operation, CONFIRMED), merged, (rest,)) == "C7"


def test_a_relief_that_was_sent_and_given_up_may_stand_after_all() -> None:
    """One that never left does not."""
    operation = past_pivot(StepState.INTENDED, StepState.CANCELLED)
    never_left = step_of(operation, 5)
    assert given_up_after_send(operation, never_left.invoice_id) == ()
    sent = _moved(operation, replace(never_left, attempts=1))
    assert given_up_after_send(sent, never_left.invoice_id) == (step_of(sent, 5),)


@pytest.mark.parametrize(
    ("state", "attempts", "answer"),
    [
        (StepState.INTENDED, 0, "no"),
        (StepState.CONFIRMED, 1, "yes"),
        (StepState.UNKNOWN, 1, "yes"),
        (StepState.HELD, 0, "no"),
        (StepState.HELD, 1, "yes"),
    ],
)
def test_a_source_was_or_may_have_been_relieved(
    state: StepState, attempts: int, answer: str
) -> None:
    """A relief that is held may stand if it was ever sent."""
    operation = past_pivot(StepState.INTENDED, state)
    moved = _moved(operation, replace(step_of(operation, 5), attempts=attempts))
    assert was_relieved(moved) is (answer == "yes")


def test_a_credit_waits_for_the_reliefs_of_its_source() -> None:
    """They say what is left of it."""
    waiting = with_credit(past_pivot(CONFIRMED, StepState.HELD))
    assert next_step(waiting, NOW) is None
    free = with_credit(past_pivot(CONFIRMED, CONFIRMED))
    found = next_step(free, NOW)
    assert found is not None
    assert found.kind is StepKind.CREDIT


def test_a_source_that_nothing_carries_is_handed_back() -> None:
    """By the mark of its own claim, after all steps there are."""
    operation = past_pivot()
    (unclaim,) = hand_back(operation, [step_of(operation, 2)])
    assert (unclaim.kind, unclaim.invoice_id, unclaim.number) == (StepKind.UNCLAIM, 20, 6)
    assert unclaim.invoice_id == InvoiceId(20)


def _moved(operation: Operation, step: Step) -> Operation:
    steps = tuple(step if each.number == step.number else each for each in operation.steps)
    return replace(operation, steps=steps)
