"""Operator requests and small facts."""

from __future__ import annotations

import pytest

from connector.errors import JournalConflict
from connector.ports.store import OperatorRequest, RequestKind
from connector.store.store import SqlStore
from tests.store.support import NOW, rows


def test_requests_wait_until_done(store: SqlStore) -> None:
    """Oldest first; what came of them is kept."""
    with store.begin() as unit:
        first = unit.requests.record_request(RequestKind.FREEZE, "all", "ada", NOW)
        second = unit.requests.record_request(RequestKind.RETRY, "PLAN/2", "bob", NOW)
        unit.commit()
    with store.begin() as unit:
        assert [row.id for row in unit.requests.load_open()] == [first, second]
        unit.requests.record_done(first, "writes are frozen", NOW)
        unit.commit()
    with store.begin() as unit:
        assert unit.requests.load_open() == (
            OperatorRequest(id=second, kind=RequestKind.RETRY, subject="PLAN/2", by="bob", at=NOW),
        )
    assert rows(store, "SELECT outcome FROM request WHERE done_at IS NOT NULL") == [
        ("writes are frozen",)
    ]


def test_a_request_is_done_once(store: SqlStore) -> None:
    """Neither twice nor without being there; the first outcome stays."""
    with store.begin() as unit:
        number = unit.requests.record_request(RequestKind.APPROVE, "all", "ada", NOW)
        unit.requests.record_done(number, "approved", NOW)
        for wrong in (number, number + 1):
            with pytest.raises(JournalConflict, match="no open request"):
                unit.requests.record_done(wrong, "again", NOW)
        unit.commit()
    assert rows(store, "SELECT outcome FROM request") == [("approved",)]


def test_facts_are_set_changed_and_removed(store: SqlStore) -> None:
    """An empty text is a fact too."""
    with store.begin() as unit:
        assert unit.facts.load("mark") is None
        unit.facts.record("mark", "7")
        unit.facts.record("mark", "8")
        unit.facts.record("empty", "")
        assert (unit.facts.load("mark"), unit.facts.load("empty")) == ("8", "")
        unit.facts.record("mark", None)
        unit.facts.record("never", None)
        assert unit.facts.load("mark") is None
