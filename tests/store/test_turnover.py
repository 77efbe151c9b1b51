"""What plans came to, from the journal: the figures that bounds are held against."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from connector.domain.bounds import Share
from connector.domain.ids import AccountId
from connector.saga.steps import OperationKind, OperationState
from connector.store.store import SqlStore
from tests.store.support import MAIN, NOW, merge, plan_id, record

SECOND = timedelta(seconds=1)
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


def test_a_plan_that_nobody_was_asked_about_counts(store: SqlStore) -> None:
    """With its documents and its total, from the moment at which it was made."""
    made = merge(1)
    record(store, made)
    documents = sum(step.kind in {"issue", "relieve"} for step in made.steps)
    with store.begin() as unit:
        assert unit.journal.load_unattended(made.created_at) == (
            Share(kind="merge", main_id=MAIN, documents=documents, amount=made.total),
        )
        assert unit.journal.load_unattended(made.created_at + SECOND) == ()


def test_a_plan_that_waited_counts_never(store: SqlStore) -> None:
    """Neither while it waits nor once it was approved: a person has looked at it."""
    record(store, replace(merge(1), state=OperationState.PROPOSED))
    with store.begin() as unit:
        assert unit.journal.load_unattended(NOW - timedelta(days=9)) == ()
        unit.journal.record_state(plan_id(1), OperationState.OPEN, "", "ada", NOW)
        assert unit.journal.load_unattended(NOW - timedelta(days=9)) == ()


def test_a_withdrawn_plan_counts_for_its_family_alone(store: SqlStore) -> None:
    """Its sum never came to be; that of a closed one did."""
    record(store, merge(1))
    with store.begin() as unit:
        unit.journal.record_state(plan_id(1), OperationState.WITHDRAWN, "changed", "x", NOW)
        (share,) = unit.journal.load_unattended(NOW - timedelta(days=9))
        assert (share.main_id, share.amount) == (MAIN, Decimal(0))
        assert unit.journal.load_merged(date(2020, 1, 1), date(2030, 1, 1)) == 0


def test_merges_are_added_up_by_the_day_on_which_their_cycle_begins(store: SqlStore) -> None:
    """To the last place, the first day in and the last one out; what waits is left out."""
    for number, start in enumerate((date(2026, 2, 28), MARCH, date(2026, 3, 31), APRIL), start=1):
        record(
            store,
            replace(
                merge(number),
                main_id=AccountId(number),
                sources=(),
                cycle_start=start,
                total=Decimal(f"{number}000000000.0001"),
            ),
        )
    waiting = replace(merge(5), sources=(), cycle_start=MARCH, state=OperationState.PROPOSED)
    record(store, waiting)
    with store.begin() as unit:
        assert unit.journal.load_merged(MARCH, APRIL) == Decimal("5000000000.0002")
        assert unit.journal.load_merged(APRIL, date(2026, 5, 1)) == Decimal("4000000000.0001")


def test_an_undo_is_a_persons_wish_and_takes_its_merge_out(store: SqlStore) -> None:
    """It counts for no bound; the sum of the merge does not stand once the undo has ended."""
    record(store, replace(merge(1), cycle_start=MARCH))
    undo = replace(
        merge(2), kind=OperationKind.UNDO, undoes=plan_id(1), sources=(), cycle_start=None
    )
    record(store, undo)
    with store.begin() as unit:
        assert [row.kind for row in unit.journal.load_unattended(NOW - timedelta(days=9))] == [
            "merge"
        ]
        assert unit.journal.load_merged(MARCH, APRIL) == merge(1).total
        unit.journal.record_state(plan_id(2), OperationState.CLOSED, "", "x", NOW)
        assert unit.journal.load_merged(MARCH, APRIL) == 0
