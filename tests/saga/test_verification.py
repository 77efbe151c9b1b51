"""The last look at a merge: nothing is closed while a cent is out of place."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from connector.domain.ids import AccountId, CreditNoteId
from connector.domain.invoices import CreditNote, Invoice, InvoiceStatus
from connector.domain.money import ZERO
from connector.saga.fixups import Settlement, plan_settlement
from connector.saga.machine import hand_back
from connector.saga.states import StepState
from connector.saga.steps import Operation
from connector.saga.verification import Outcome, judge_merge
from tests.build import invoice
from tests.saga.support import SOURCES, merge, step_of, with_states

CONFIRMED = StepState.CONFIRMED
MERGED_ID = 90


def done(*states: StepState) -> Operation:
    """The merge with all steps confirmed, unless said otherwise, and its invoice named."""
    found = with_states(merge(), *(states or (CONFIRMED,) * 5))
    steps = tuple(replace(s, remote_id=MERGED_ID) if s.number == 3 else s for s in found.steps)
    return replace(found, steps=steps)


def world(*others: Invoice, without: int | None = None) -> Outcome:
    """The platform after a merge that went well, but for these."""
    memo = str(step_of(merge(), 3).marker)
    paid = [replace(inv, status=InvoiceStatus.PAID, due=Decimal(0)) for inv in SOURCES]
    rows = [invoice(MERGED_ID, 1, "40.00@20", memo=memo), *paid, *others]
    return Outcome(invoices={inv.id: inv for inv in rows if inv.id != without})


def test_a_merge_that_went_well_may_be_closed() -> None:
    """The invoice stands, bears our mark, and every source is paid."""
    assert judge_merge(done(), world()) == ()


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (world(without=MERGED_ID), "merged invoice was deleted"),
        (world(invoice(MERGED_ID, 1, status=InvoiceStatus.DELETED)), "merged invoice was deleted"),
        (world(invoice(MERGED_ID, 1, "47.99")), "makes 47.99, planned was 48.00"),
        (world(invoice(MERGED_ID, 1, "48.00")), "the merged invoice"),
        (world(without=20), "N20 was deleted"),
        (world(SOURCES[1]), "N20 still has 12.00 due"),
        (
            world(replace(SOURCES[1], status=InvoiceStatus.PENDING)),
            "N20 has a charge of 12.00 under way",
        ),
        (world(replace(SOURCES[1], due=Decimal("0.01"))), "N20 still has 0.01 due"),
        (
            world(replace(SOURCES[1], status=InvoiceStatus.PAID, due=Decimal("0.01"))),
            "N20 still has 0.01 due",
        ),
    ],
)
def test_what_is_out_of_place_is_told(found: Outcome, words: str) -> None:
    """One sentence for each."""
    (problem,) = judge_merge(done(), found)
    assert words in problem


def test_every_problem_is_told_at_once() -> None:
    """Not only the first."""
    assert len(judge_merge(done(), Outcome(invoices={}))) == 3


def test_a_pivot_that_was_given_up_is_a_problem() -> None:
    """An operation without its invoice must not be closed as done."""
    cancelled = done(CONFIRMED, CONFIRMED, StepState.CANCELLED, CONFIRMED, CONFIRMED)
    assert "given up" in judge_merge(cancelled, world())[0]


def test_a_relief_that_a_person_gave_up_is_theirs() -> None:
    """The source was settled by hand; it does not keep the merge open for ever."""
    by_hand = done(CONFIRMED, CONFIRMED, CONFIRMED, CONFIRMED, StepState.CANCELLED)
    assert judge_merge(by_hand, world(without=20)) == ()
    assert len(judge_merge(by_hand, world(without=10))) == 1


def test_a_merged_invoice_that_was_deleted_names_what_was_relieved() -> None:
    """A person must charge that anew."""
    (problem,) = judge_merge(done(), world(without=MERGED_ID))
    assert "after N10 (36.00), N20 (12.00) had been relieved" in problem
    nobody = done(CONFIRMED, CONFIRMED, CONFIRMED, StepState.CANCELLED, StepState.CANCELLED)
    (problem,) = judge_merge(nobody, world(without=MERGED_ID))
    assert problem == "the merged invoice was deleted"


def test_a_source_that_was_handed_back_means_that_the_invoice_was_credited_away() -> None:
    """It stands, but carries nothing any more."""
    operation = done(CONFIRMED, CONFIRMED, CONFIRMED, StepState.CANCELLED, StepState.CANCELLED)
    handed_back = hand_back(operation, [step_of(operation, 2)])
    given = replace(operation, steps=(*operation.steps, *handed_back))
    assert judge_merge(given, world()) == ("the merged invoice was credited away",)


@pytest.mark.parametrize(
    ("state", "numbers", "words"),
    [
        (CONFIRMED, (1, 2), "stands 2 times: credit notes C1, C2"),
        (CONFIRMED, (1,), ""),
        (StepState.CANCELLED, (1,), "step 5 was given up, but its credit note C1 of 12.00 stands"),
        (StepState.CANCELLED, (), ""),
    ],
)
def test_our_own_late_credit_notes_are_found_by_their_mark(
    state: StepState, numbers: tuple[int, ...], words: str
) -> None:
    """Sent twice, or given up after a send: it is not taken for a person's doing."""
    operation = done(CONFIRMED, CONFIRMED, CONFIRMED, CONFIRMED, state)
    step = replace(step_of(operation, 5), attempts=2)
    doubtful = replace(operation, steps=(*operation.steps[:4], step))
    mark = str(step.marker)
    notes = (*(_note(number, mark) for number in numbers), _note(8, mark, deleted=True), _note(9))
    problems = judge_merge(doubtful, replace(world(), notes=notes))
    assert [words in problem for problem in problems] == ([True] if words else [])


def test_what_is_due_on_a_source_is_asked_of_the_source_alone() -> None:
    """One that is gone owes nothing."""
    found = world(SOURCES[1])
    assert found.owes(SOURCES[1].id)
    assert not found.owes(SOURCES[0].id)
    assert not world(without=20).owes(SOURCES[1].id)


def test_a_deleted_source_that_was_credited_is_in_order() -> None:
    """Its whole share left the merged invoice."""
    operation = done(CONFIRMED, CONFIRMED, CONFIRMED, CONFIRMED, StepState.CANCELLED)
    settlement = Settlement(relief=ZERO, credit=Decimal(12))
    (credit,) = plan_settlement(
        operation, step_of(operation, 5), None, settlement, date(2026, 1, 10)
    )
    credited = replace(operation, steps=(*operation.steps, replace(credit, state=CONFIRMED)))
    assert judge_merge(credited, world(without=20)) == ()


def _note(number: int, text: str = "", *, deleted: bool = False) -> CreditNote:
    return CreditNote(
        id=CreditNoteId(number),
        account_id=AccountId(2),
        number=f"C{number}",
        total=Decimal(12),
        deleted=deleted,
        note=text,
        created_at=None,
    )
