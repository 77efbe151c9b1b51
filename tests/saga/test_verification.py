"""The last look at a merge: nothing is closed while a cent is out of place."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from connector.domain.invoices import Invoice, InvoiceStatus
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
