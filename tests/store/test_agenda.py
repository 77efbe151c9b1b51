"""The agenda: earliest wins, and nothing that happened meanwhile is forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from connector.domain.ids import AccountId
from connector.ports.store import AgendaRow
from connector.store.store import SqlStore
from tests.store.support import MAIN, NOW

LATER = NOW + timedelta(hours=1)
MUCH_LATER = NOW + timedelta(days=1)


def _row(due_at: datetime, reason: str, main_id: AccountId = MAIN) -> AgendaRow:
    return AgendaRow(main_id=main_id, due_at=due_at, reason=reason)


def _due(store: SqlStore, due_at: datetime, reason: str, *main_ids: int) -> None:
    with store.begin() as unit:
        ids = [AccountId(number) for number in main_ids or (MAIN,)]
        unit.agenda.record_due(ids, due_at, reason)
        unit.commit()


def _seen(store: SqlStore, row: AgendaRow, next_due: AgendaRow | None = None) -> None:
    with store.begin() as unit:
        unit.agenda.record_seen(row, next_due)
        unit.commit()


def _all(store: SqlStore) -> tuple[AgendaRow, ...]:
    with store.begin() as unit:
        return unit.agenda.load_all()


def test_due_families_come_earliest_first(store: SqlStore) -> None:
    """By now, and at most so many."""
    _due(store, LATER, "window", 30, 31)
    _due(store, NOW, "invoice", 32)
    _due(store, MUCH_LATER, "sweep", 33)
    with store.begin() as unit:
        found = unit.agenda.load_due(LATER, 2)
        none = unit.agenda.load_due(NOW - timedelta(seconds=1), 9)
    assert found == (_row(NOW, "invoice", AccountId(32)), _row(LATER, "window", AccountId(30)))
    assert none == ()
    assert [row.main_id for row in _all(store)] == [32, 30, 31, 33]


@pytest.mark.parametrize("order", [1, -1])
def test_an_earlier_time_wins(store: SqlStore, order: int) -> None:
    """Whichever was recorded first."""
    for due_at, reason in [(NOW, "payment"), (LATER, "window")][::order]:
        _due(store, due_at, reason)
    assert _all(store) == (_row(NOW, "payment"),)


def test_a_row_seen_goes(store: SqlStore) -> None:
    """Or comes back when it must be looked at again."""
    _due(store, NOW, "invoice")
    _seen(store, _all(store)[0], _row(LATER, "window"))
    assert _all(store) == (_row(LATER, "window"),)
    _seen(store, _all(store)[0])
    assert _all(store) == ()


@pytest.mark.parametrize("again_at", [NOW - timedelta(hours=1), NOW, LATER])
def test_due_anew_meanwhile_stays(store: SqlStore, again_at: datetime) -> None:
    """Earlier, at the same time or later than the row being looked at."""
    _due(store, NOW, "changed")
    row = _all(store)[0]
    _due(store, again_at, "changed")
    _seen(store, row)
    assert _all(store) == (_row(min(NOW, again_at), "changed"),)
    _seen(store, _all(store)[0])
    assert _all(store) == ()


def test_an_old_row_takes_off_no_new_one(store: SqlStore) -> None:
    """Even when the family was off the agenda in between."""
    _due(store, NOW, "changed")
    old = _all(store)[0]
    _seen(store, old)
    _due(store, NOW, "changed")
    _seen(store, old, _row(LATER, "window"))
    assert _all(store) == (_row(NOW, "changed"),)


def test_a_row_made_by_hand_is_compared_by_value(store: SqlStore) -> None:
    """It names no revision; its time and reason must agree."""
    _due(store, NOW, "changed")
    _seen(store, _row(NOW, "window"))
    assert _all(store) == (_row(NOW, "changed"),)
    _seen(store, _row(NOW, "changed"))
    assert _all(store) == ()


def test_loaded_rows_equal_plain_ones(store: SqlStore) -> None:
    """Both ways round, and as members of a set."""
    _due(store, NOW, "changed")
    loaded, plain = _all(store)[0], _row(NOW, "changed")
    assert loaded == plain
    assert plain == loaded
    assert {loaded} == {plain}
    assert loaded != _row(LATER, "changed")


def test_nobody_due_is_nothing(store: SqlStore) -> None:
    """An empty list of families is fine."""
    with store.begin() as unit:
        unit.agenda.record_due([], NOW, "changed")
        unit.commit()
    assert _all(store) == ()
