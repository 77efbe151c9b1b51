"""A platform that went back, told from one on which somebody deleted something."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from connector.domain.ids import AccountId, CreditNoteId
from connector.domain.invoices import CreditNote
from connector.domain.marker import with_marker
from connector.saga.machine import withdraw
from connector.saga.rollback import OwnDocument, Standing, Watermark, judge_rollback
from connector.saga.states import StepState
from connector.saga.steps import OperationState, StepKind
from connector.saga.sweeping import sweep_merge
from connector.saga.traces import sort_traces
from tests.build import NOON
from tests.saga.support import NOW, SOURCES, merge, step_of, with_states

STANDS, GONE, OTHER = Standing.STANDS, Standing.GONE, Standing.OTHER
MINUTE = timedelta(minutes=1)
C = StepState.CONFIRMED
MERGE = with_states(merge(), C, C, C, C, C)


def mark(
    name: str, number: int, standing: Standing, *, highest: int | None = None, minute: int = 0
) -> Watermark:
    """The newest row of a feed, which came within a minute."""
    return Watermark(
        name=name,
        id=number,
        highest=number if highest is None else highest,
        standing=standing,
        after=NOW + minute * MINUTE,
        seen=NOW + (minute + 1) * MINUTE,
    )


def own(step: int, number: int, standing: Standing) -> OwnDocument:
    """A document that one of our steps made."""
    made = replace(step_of(MERGE, step), remote_id=number)
    feed = "invoices" if made.kind is StepKind.ISSUE else "credit_notes"
    return OwnDocument(step=made, feed=feed, standing=standing)


FINE = (mark("invoices", 10, STANDS), mark("credit_notes", 5, STANDS))


def test_what_stands_is_no_rollback() -> None:
    """Nor is the very first poll, which knew nothing."""
    assert judge_rollback(FINE, [own(3, 9, STANDS), own(5, 5, STANDS)]) == ""
    assert judge_rollback((), [own(3, 9, GONE)]) == ""


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            (mark("payments", 7, GONE, highest=4),),
            "payments: number 7 is gone, and the highest is 4",
        ),
        (
            (mark("payments", 7, GONE, highest=6), mark("invoices", 9, GONE, highest=8)),
            "payments: number 7 is gone, and the highest is 6; invoices: number 9",
        ),
        (
            (mark("status_changes", 7, GONE, highest=6),),
            "status changes: number 7 is gone, and the highest is 6",
        ),
        ((mark("payments", 7, OTHER),), "payments: number 7 is another record now"),
        ((mark("payments", 7, GONE, highest=7),), "payments: number 7 was gone, and is given out"),
        (
            (mark("payments", 7, GONE, highest=4), mark("invoices", 9, STANDS)),
            "payments: number 7 is gone",
        ),
        (
            (mark("payments", 7, GONE, highest=4), mark("invoices", 9, GONE, highest=8, minute=5)),
            "payments: number 7 is gone",
        ),
    ],
)
def test_a_number_that_went_back_is_one(rows: tuple[Watermark, ...], said: str) -> None:
    """Unless something stands that surely came later."""
    assert said in judge_rollback(rows, [])


@pytest.mark.parametrize(
    "rows",
    [
        (mark("payments", 7, GONE, highest=6),),
        (mark("payments", 7, GONE, highest=6), mark("invoices", 9, STANDS)),
        (mark("payments", 7, GONE, highest=8),),
        (mark("payments", 7, GONE, highest=4), mark("invoices", 9, STANDS, minute=2)),
    ],
)
def test_a_row_that_something_outlived_was_deleted(rows: tuple[Watermark, ...]) -> None:
    """A higher number, or a row of another kind that came later; or it is the latest entry alone."""
    assert judge_rollback(rows, []) == ""


def test_our_own_documents_tell_as_well() -> None:
    """Gone without a higher number; or under its number stands another one."""
    assert "number 11, which step 3" in judge_rollback(FINE, [own(3, 11, GONE)])
    assert judge_rollback(FINE, [own(3, 9, GONE)]) == ""
    assert "is another document now" in judge_rollback(FINE, [own(3, 9, OTHER)])


def test_a_merged_invoice_that_its_relief_outlived_was_deleted() -> None:
    """The relief came later, whatever the clocks say."""
    gone = (mark("invoices", 10, GONE, highest=9), mark("credit_notes", 5, STANDS))
    assert judge_rollback(gone, [own(3, 10, GONE), own(5, 5, STANDS)]) == ""
    assert judge_rollback(gone, [own(3, 10, GONE)]) != ""
    assert judge_rollback(gone, [own(3, 11, GONE), own(5, 5, STANDS)]) == ""


def test_a_mark_that_is_back_is_taken_off_again() -> None:
    """Once, of a withdrawn merge whose hand-back was done; by a further step."""
    claimed = with_states(merge(), C, C, StepState.CANCELLED, StepState.CANCELLED)
    _, handbacks = withdraw(claimed, "x")
    done = tuple(replace(step, state=C) for step in handbacks)
    over = replace(claimed, steps=(*claimed.steps, *done), state=OperationState.WITHDRAWN)
    marked = [
        replace(row, memo=with_marker(row.memo, step.marker))
        for row, step in zip(SOURCES, claimed.steps, strict=False)
    ]
    found = sweep_merge(over, marked, NOON).handbacks
    assert [(step.number, step.kind, step.invoice_id) for step in found] == [
        (8, StepKind.UNCLAIM, 10),
        (9, StepKind.UNCLAIM, 20),
    ]
    assert sweep_merge(over, SOURCES, NOON).handbacks == ()
    under_way = replace(over, steps=(*over.steps, *found))
    assert sweep_merge(under_way, marked, NOON).handbacks == ()


def test_every_mark_is_told_with_its_place() -> None:
    """For people, by document and account."""
    claim = step_of(merge(), 2)
    relief = step_of(merge(), 5)
    note = CreditNote(
        id=CreditNoteId(5),
        account_id=AccountId(2),
        number="C5",
        total=Decimal(12),
        deleted=False,
        note=str(relief.marker),
        created_at=None,
    )
    (traces,) = sort_traces([replace(SOURCES[1], memo=str(claim.marker))], [note])
    assert [(trace.marker, trace.where) for trace in traces.every()] == [
        (claim.marker, "invoice N20 of account 2"),
        (relief.marker, "credit note C5 of account 2"),
    ]
