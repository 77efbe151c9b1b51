"""The link map: changes end a row and add one; what was thought before stays readable."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from connector.domain.accounts import BillingMode
from connector.domain.ids import AccountId
from connector.domain.links import Link, LinkSource
from connector.errors import InvariantBroken, JournalConflict
from connector.store.store import SqlStore
from tests.store.support import MAIN, NOW, SUB, rows

OTHER = AccountId(20)
JANUARY, MARCH, MAY = date(2026, 1, 1), date(2026, 3, 1), date(2026, 5, 1)
LINK = Link(sub_id=SUB, main_id=MAIN, mode=BillingMode.AGGREGATED, since=MARCH)


def _record(store: SqlStore, *links: Link) -> int:
    with store.begin() as unit:
        changed = unit.links.record_links(links, "ada", NOW)
        unit.commit()
    return changed


def _links(store: SqlStore, on: date | None = None) -> tuple[Link, ...]:
    with store.begin() as unit:
        return unit.links.load_map(on).links


def _end(store: SqlStore, sub_id: AccountId, until: date) -> bool:
    with store.begin() as unit:
        ended = unit.links.record_end(sub_id, until, "bob", NOW + timedelta(days=1))
        unit.commit()
    return ended


def test_links_come_back_as_recorded(store: SqlStore) -> None:
    """Every field, in any mode and from any source."""
    second = Link(
        sub_id=AccountId(12),
        main_id=MAIN,
        mode=BillingMode.INDEPENDENT,
        since=JANUARY,
        until=MAY,
        source=LinkSource.NATIVE,
    )
    assert _record(store, LINK, second) == 2
    assert _links(store) == (LINK, second)


def test_the_same_link_changes_nothing(store: SqlStore) -> None:
    """Recorded twice, it stands once."""
    assert _record(store, LINK, LINK) == 1
    assert _record(store, LINK) == 0
    assert rows(store, "SELECT count(*) FROM link") == [(1,)]


def test_a_new_link_ends_the_live_one(store: SqlStore) -> None:
    """Where it begins; on each day one of them holds."""
    moved = replace(LINK, main_id=OTHER, since=MAY)
    _record(store, LINK)
    assert _record(store, moved) == 1
    assert _links(store) == (replace(LINK, until=MAY), moved)
    assert _links(store, MAY - timedelta(days=1)) == (replace(LINK, until=MAY),)
    assert _links(store, MAY) == (moved,)
    assert _links(store, JANUARY) == ()


def test_an_earlier_link_replaces_the_live_one(store: SqlStore) -> None:
    """What began no earlier has no days left."""
    earlier = replace(LINK, main_id=OTHER, since=JANUARY)
    _record(store, LINK, earlier)
    assert set(_links(store)) == {earlier, replace(LINK, until=MARCH)}
    assert _links(store, MAY) == (earlier,)


def test_a_mode_switch_keeps_the_main(store: SqlStore) -> None:
    """Same day, other mode: the later word holds."""
    switched = replace(LINK, mode=BillingMode.INDEPENDENT)
    _record(store, LINK, switched)
    assert _links(store, MARCH) == (switched,)


def test_a_past_link_leaves_the_live_one_alone(store: SqlStore) -> None:
    """They share no day."""
    past = replace(LINK, main_id=OTHER, since=JANUARY, until=MARCH)
    _record(store, LINK)
    assert _record(store, past) == 1
    assert _links(store) == (past, LINK)


def test_a_planned_end_gives_way_to_a_new_link(store: SqlStore) -> None:
    """No day has two main accounts, even where an end was set already."""
    _record(store, LINK)
    assert _end(store, SUB, MAY)
    moved = replace(LINK, main_id=OTHER, since=date(2026, 4, 1))
    _record(store, moved)
    assert _links(store, date(2026, 4, 15)) == (moved,)


def test_an_end_is_recorded_once(store: SqlStore) -> None:
    """Not before the beginning, and only of a live link."""
    assert not _end(store, SUB, MAY)
    _record(store, LINK)
    assert _end(store, SUB, JANUARY)
    assert _links(store) == (replace(LINK, until=MARCH),)
    assert not _end(store, SUB, MAY)


def test_the_past_stays_readable(store: SqlStore) -> None:
    """The row as first recorded, by whom, and who replaced it."""
    _record(store, LINK)
    _end(store, SUB, MAY)
    found = rows(store, "SELECT until, recorded_by, replaced_by FROM link ORDER BY id")
    told = [(until and str(until), by, replacer) for until, by, replacer in found]
    assert told == [(None, "ada", "bob"), ("2026-05-01", "bob", None)]


@pytest.mark.parametrize("sql", ["UPDATE link SET main_id = 1", "DELETE FROM link"])
def test_links_are_never_overwritten(store: SqlStore, sql: str) -> None:
    """The database itself forbids it."""
    _record(store, LINK)
    with pytest.raises(JournalConflict, match="link is"), store._engine.begin() as connection:
        connection.exec_driver_sql(sql)
    assert _links(store) == (LINK,)


def test_a_map_that_breaks_its_laws_is_not_recorded(store: SqlStore) -> None:
    """Else nobody could load it any more."""
    _record(store, LINK)
    with pytest.raises(InvariantBroken, match="main and sub at once"):
        _record(store, Link(sub_id=MAIN, main_id=OTHER, mode=LINK.mode, since=MAY))
    assert _links(store) == (LINK,)


def test_one_family_is_read_without_the_others(store: SqlStore) -> None:
    """All its links, ended ones included, as the whole map has them."""
    second = replace(LINK, sub_id=AccountId(12))
    _record(store, LINK, second, replace(LINK, sub_id=AccountId(22), main_id=OTHER))
    _end(store, AccountId(12), MAY)
    with store.begin() as unit:
        family = unit.links.load_family(MAIN)
        assert family == unit.links.load_map().links_of_main(MAIN)
        assert [(row.sub_id, row.until) for row in family] == [(SUB, None), (12, MAY)]
        assert unit.links.load_family(SUB) == ()
