"""Parkings: one live row a family, ended by a name, never changed or taken out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from connector.domain.ids import AccountId
from connector.domain.parking import Parking, ParkingCause
from connector.errors import JournalConflict
from connector.ports.store import UnitOfWork
from connector.store.store import SqlStore
from connector.store.unit_of_work import SqlUnitOfWork
from tests.store.support import MAIN, NOW

LATER = NOW + timedelta(hours=1)
OTHER = AccountId(20)
FIRST = Parking(
    main_id=MAIN,
    since=NOW,
    cause=ParkingCause.REFUSALS,
    reason="3 of its writes were refused",
    evidence=('PLAN/5: relieve, invoice "Łódź" 7: no', "PLAN/6: relieve, invoice 8: no"),
    mend="mend it, then `linked-accounts retry 10`",
)
SECOND = replace(FIRST, main_id=OTHER, since=LATER, cause=ParkingCause.IMPOSSIBLE, evidence=())


def past(unit: UnitOfWork, statement: str) -> None:
    """Run a statement past all code of ours."""
    assert isinstance(unit, SqlUnitOfWork)
    unit._connection.execute(text(statement))


def test_a_parking_is_as_it_was_recorded(store: SqlStore) -> None:
    """Evidence line by line; the longest parked family first."""
    with store.begin() as unit:
        assert unit.parkings.record_parked(FIRST)
        assert unit.parkings.record_parked(SECOND)
        unit.commit()
    with store.begin() as unit:
        assert unit.parkings.load_parked(MAIN) == FIRST
        assert unit.parkings.load_parked(AccountId(30)) is None
        assert unit.parkings.load_all_parked() == (FIRST, SECOND)
        assert unit.parkings.load_lifted(10) == ()


def test_a_parked_family_is_not_parked_twice(store: SqlStore) -> None:
    """The first reason stays."""
    with store.begin() as unit:
        unit.parkings.record_parked(FIRST)
        assert not unit.parkings.record_parked(replace(FIRST, reason="another", since=LATER))
        assert unit.parkings.load_all_parked() == (FIRST,)


def test_a_lifted_parking_stays_with_who_lifted_it(store: SqlStore) -> None:
    """And the family may be parked again, by a row of its own."""
    with store.begin() as unit:
        unit.parkings.record_parked(FIRST)
        assert unit.parkings.record_lifted(MAIN, "ada", LATER)
        assert not unit.parkings.record_lifted(MAIN, "ben", LATER)
        assert unit.parkings.load_parked(MAIN) is None
        unit.parkings.record_parked(replace(FIRST, since=LATER))
        unit.parkings.record_lifted(MAIN, "ben", LATER)
        unit.commit()
    with store.begin() as unit:
        latest, before = unit.parkings.load_lifted(10)
        assert before == replace(FIRST, lifted_at=LATER, lifted_by="ada")
        assert latest.lifted_by == "ben"
        assert unit.parkings.load_lifted(1) == (latest,)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE parking SET reason = 'nothing was wrong'",
        "UPDATE parking SET main_id = 11",
        "DELETE FROM parking",
    ],
)
def test_the_database_itself_keeps_parkings(store: SqlStore, change: str) -> None:
    """Whoever asks, past all code of ours."""
    with store.begin() as unit:
        unit.parkings.record_parked(FIRST)
        unit.commit()
    with pytest.raises(JournalConflict, match=r"parking is (final|kept)"), store.begin() as unit:
        past(unit, change)
    with store.begin() as unit:
        assert unit.parkings.load_all_parked() == (FIRST,)


def test_the_database_itself_has_one_live_parking_a_family(store: SqlStore) -> None:
    """Two processes cannot park it twice."""
    again = (
        "INSERT INTO parking (main_id, since, cause, reason, evidence, mend)"
        " SELECT main_id, since, cause, reason, evidence, mend FROM parking"
    )
    with store.begin() as unit:
        unit.parkings.record_parked(FIRST)
        unit.commit()
    with pytest.raises(JournalConflict, match=r"(?i)unique"), store.begin() as unit:
        past(unit, again)
