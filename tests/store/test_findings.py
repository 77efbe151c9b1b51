"""Findings: the latest look at a family replaces the one before, and no other family's."""

from __future__ import annotations

from datetime import timedelta

from connector.domain.ids import AccountId
from connector.domain.refusals import Refusal, Weight
from connector.domain.snapshot import Quarantined
from connector.ports.store import Finding
from connector.store.store import SqlStore
from tests.store.support import MAIN, NOW, SUB

FIRST = Refusal(
    rule="partly_paid",
    account_id=SUB,
    subject="invoice 2026030001",
    sentence="is partly paid",
    mend="settle it",
)
SECOND = Refusal(
    rule="own_debt",
    account_id=SUB,
    subject="account 11",
    sentence="owes something",
    mend="nothing to do",
    weight=Weight.NOTE,
)
BROKEN = Quarantined(
    resource="invoices", object_id=501, account_id=SUB, field="total", problem="'x' is no amount"
)
NAMELESS = Quarantined(
    resource="invoices", object_id=None, account_id=None, field="id", problem="missing"
)
OTHER = AccountId(20)


def test_refusals_are_replaced_per_family(store: SqlStore) -> None:
    """In their order, with the time of the look."""
    later = NOW + timedelta(minutes=1)
    with store.begin() as unit:
        unit.findings.record_refusals(OTHER, [SECOND], NOW)
        unit.findings.record_refusals(MAIN, [FIRST], NOW)
        unit.findings.record_refusals(MAIN, [SECOND, FIRST], later)
        unit.commit()
    with store.begin() as unit:
        assert unit.findings.load_refusals() == (
            Finding(main_id=MAIN, refusal=SECOND, seen_at=later),
            Finding(main_id=MAIN, refusal=FIRST, seen_at=later),
            Finding(main_id=OTHER, refusal=SECOND, seen_at=NOW),
        )
        unit.findings.record_refusals(MAIN, [], later)
        assert [found.main_id for found in unit.findings.load_refusals()] == [OTHER]


def test_quarantine_is_replaced_per_family(store: SqlStore) -> None:
    """Objects without a readable id or account too."""
    with store.begin() as unit:
        unit.findings.record_quarantine(MAIN, [BROKEN], NOW)
        unit.findings.record_quarantine(OTHER, [NAMELESS], NOW)
        unit.commit()
    with store.begin() as unit:
        assert unit.findings.load_quarantine() == (BROKEN, NAMELESS)
        unit.findings.record_quarantine(MAIN, [], NOW)
        assert unit.findings.load_quarantine() == (NAMELESS,)
