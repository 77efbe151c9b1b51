"""Taking a merge back, over HTTP on both releases: before it is paid, too late, and in between.

The family of each test: the main's 36.00, subs with 12.00 and 24.00, merged into 72.00.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from connector.domain.ids import AccountId, PlanId
from connector.errors import ConnectorError
from connector.ports.store import RequestKind
from connector.runtime.requests import record_request
from connector.runtime.undo import Prospect, foresee_undo
from connector.saga.effects import IssueCreditNote, IssueInvoice
from connector.saga.steps import Operation, OperationKind, OperationState
from tests.acceptance.bench import Bench, Family
from tests.acceptance.interrupted import sync_interrupted

MORE = "[merge]\nguard_minutes = 0\n"


def _merged(bench: Bench) -> tuple[Family, PlanId]:
    bench.configure(more=MORE)
    family = bench.family("30.00", ("10.00", "20.00"))
    bench.link(*((family.main_id, sub, "aggregated") for sub in family.sub_ids))
    bench.control("POST", "charge", {})
    bench.sync()
    (merge,) = _operations(bench, OperationKind.MERGE)
    assert _due(bench, family) == {family.main_id: [Decimal(72)]}
    return family, merge.plan_id


def _operations(bench: Bench, kind: OperationKind) -> list[Operation]:
    with bench.service() as service, service.store.begin() as unit:
        found = unit.journal.load_operations(tuple(OperationState))
    return [row for row in found if row.kind is kind]


def _ask(bench: Bench, plan_id: PlanId) -> Prospect:
    """As the command does: look first, and ask only if it is not too late."""
    with bench.service() as service:
        prospect = foresee_undo(service, plan_id)
        if prospect.undo is not None:
            record_request(service, RequestKind.UNDO, plan_id, "anna")
    return prospect


def _due(bench: Bench, family: Family) -> dict[int, list[Decimal]]:
    found: dict[int, list[Decimal]] = {}
    for document in bench.open_documents(family.main_id):
        found.setdefault(document["customer_id"], []).append(Decimal(document["due"]))
    return found


def _balances(bench: Bench, family: Family) -> list[Decimal]:
    with bench.service() as service:
        accounts = (family.main_id, *family.sub_ids)
        return [service.reader.read_billing(account).balance for account in accounts]


def _own(family: Family) -> dict[int, list[Decimal]]:
    """What each account of the family owes itself."""
    first, second = family.sub_ids
    return {family.main_id: [Decimal(36)], first: [Decimal(12)], second: [Decimal(24)]}


def _assert_at_rest(bench: Bench) -> None:
    """The auditor has nothing to say, nothing waits, and a further run writes nothing."""
    assert bench.audit()["findings"] == []
    bench.control("POST", "advance", {"days": 1})
    bench.forget_requests()
    report = bench.sync()
    assert bench.writes() == []
    assert (report.standing.held, report.standing.open, report.standing.unverified) == (0, 0, 0)
    assert bench.audit()["findings"] == []


def _pay(bench: Bench, account: AccountId, amount: str | None = None) -> Any:
    body = {"customer_id": account} | ({"amount": amount} if amount else {})
    return bench.control("POST", "pay", body)


def test_before_payment_each_account_owes_what_it_owed(either: Bench) -> None:
    """The merged invoice is credited, each source charged anew; nothing is merged again."""
    family, plan = _merged(either)
    either.forget_requests()
    assert _ask(either, plan).worksheet is None
    assert either.writes() == []
    either.sync()
    assert _due(either, family) == _own(family)
    assert _balances(either, family) == [-36, -12, -24]
    assert either.writes() == ["POST finance/credit-notes", *["POST finance/invoices"] * 3]
    (undo,) = _operations(either, OperationKind.UNDO)
    assert undo.state is OperationState.CLOSED
    _assert_at_rest(either)


def test_each_account_pays_for_itself_afterwards(either: Bench) -> None:
    """And in the next month everything is merged as ever."""
    family, plan = _merged(either)
    _ask(either, plan)
    either.sync()
    for account in (family.main_id, *family.sub_ids):
        _pay(either, account)
    assert _due(either, family) == {}
    either.control("POST", "advance", {"days": 31})
    either.control("POST", "charge", {})
    either.sync()
    assert _due(either, family) == {family.main_id: [Decimal(72)]}
    assert either.audit()["findings"] == []


def test_after_a_part_payment_there_is_a_worksheet_and_no_write(either: Bench) -> None:
    """5.00 of 72.00 paid: what to do is told, and nothing is asked for."""
    family, plan = _merged(either)
    _pay(either, family.main_id, "5.00")
    either.forget_requests()
    sheet = _ask(either, plan).worksheet
    assert sheet is not None
    assert "of 72.00" in sheet.reason
    assert sheet.merged is not None
    assert (str(sheet.merged.settled.normalize()), len(sheet.payments)) == ("5", 1)
    assert [row.relieved for row in sheet.rows] == [36, 12, 24]
    either.sync()
    assert either.writes() == []
    assert _operations(either, OperationKind.UNDO) == []


def test_a_payment_that_comes_first_withdraws_it(either: Bench) -> None:
    """Asked for in time, paid before the next turn: as if nobody had asked."""
    family, plan = _merged(either)
    _ask(either, plan)
    _pay(either, family.main_id)
    either.forget_requests()
    either.sync()
    assert either.writes() == []
    (undo,) = _operations(either, OperationKind.UNDO)
    assert undo.state is OperationState.WITHDRAWN
    assert _ask(either, plan).worksheet is not None
    assert either.audit()["findings"] == []


def test_a_payment_between_revoking_and_charging_stays_on_the_balance(either: Bench) -> None:
    """72.00 arrive when nothing is due any more; the main's own new invoice is paid from nothing."""
    family, plan = _merged(either)
    _ask(either, plan)
    sync_interrupted(either, IssueCreditNote, lambda: _pay(either, family.main_id, "72.00"))
    assert _due(either, family) == _own(family)
    assert _balances(either, family) == [36, -12, -24]
    _assert_at_rest(either)


def test_a_merged_invoice_that_staff_deleted_meanwhile_withdraws_it(either: Bench) -> None:
    """They were quicker: nothing is sent; the worksheet tells what is left to charge."""
    family, plan = _merged(either)
    _ask(either, plan)
    (merged,) = either.open_documents(family.main_id)
    either.control("POST", "delete", {"resource": "invoices", "id": merged["id"]})
    either.forget_requests()
    either.sync()
    assert either.writes() == []
    (undo,) = _operations(either, OperationKind.UNDO)
    assert (undo.state, "was deleted" in undo.why) == (OperationState.WITHDRAWN, True)
    sheet = _ask(either, plan).worksheet
    assert sheet is not None
    assert sheet.merged is None


def test_what_was_paid_at_the_source_is_not_charged_anew(either: Bench) -> None:
    """5.00 of 24.00 were paid before the relief: 19.00 come back, 67.00 are revoked."""
    either.configure(more=MORE)
    family = either.family("30.00", ("10.00", "20.00"))
    either.link(*((family.main_id, sub, "aggregated") for sub in family.sub_ids))
    either.control("POST", "charge", {})
    sync_interrupted(either, IssueInvoice, lambda: _pay(either, family.sub_ids[1], "5.00"))
    (merge,) = _operations(either, OperationKind.MERGE)
    _ask(either, merge.plan_id)
    either.sync()
    assert _due(either, family) == {**_own(family), family.sub_ids[1]: [Decimal(19)]}
    _assert_at_rest(either)


def test_staff_who_delete_a_recharge_are_told(either: Bench) -> None:
    """While the others are still to come: the undo is parked, and the auditor sees a person."""
    family, plan = _merged(either)
    _ask(either, plan)

    def delete_first() -> None:
        document = max(either.open_documents(family.main_id), key=lambda row: int(row["id"]))
        either.control("POST", "delete", {"resource": "invoices", "id": document["id"]})

    report = sync_interrupted(either, IssueInvoice, delete_first, nth=2)
    assert report.standing.open + report.standing.unverified + report.standing.held >= 1
    (undo,) = _operations(either, OperationKind.UNDO)
    assert undo.state is OperationState.OPEN
    assert either.audit()["findings"] == []


def test_only_a_merge_can_be_undone(bench: Bench) -> None:
    """Neither an undo nor what nobody knows."""
    _, plan = _merged(bench)
    _ask(bench, plan)
    bench.sync()
    (undo,) = _operations(bench, OperationKind.UNDO)
    wrong = {plan: "was undone", undo.plan_id: "no merge", PlanId("X"): "no plan"}
    for plan_id, words in wrong.items():
        with pytest.raises(ConnectorError, match=words):
            _ask(bench, plan_id)
