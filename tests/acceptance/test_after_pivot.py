"""What people do between the merged invoice and its reliefs, and later: mended over HTTP.

The family of each test: the main's 36.00, subs with 12.00 and 24.00, merged into 72.00. The sources
are relieved in this order.
"""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from typing import Any

from connector.domain.ids import AccountId
from connector.domain.invoices import Invoice
from connector.errors import PlatformUnavailable
from connector.runtime.views import load_overview
from connector.saga.effects import IssueCreditNote, IssueInvoice
from connector.saga.steps import Operation, OperationState, StepKind
from tests.acceptance.bench import Bench, Family
from tests.acceptance.interrupted import sync_interrupted

MORE = "[merge]\nguard_minutes = 0\n"


def _family(bench: Bench) -> Family:
    bench.configure(more=MORE)
    family = bench.family("30.00", ("10.00", "20.00"))
    bench.link(*((family.main_id, sub, "aggregated") for sub in family.sub_ids))
    bench.control("POST", "charge", {})
    return family


def _invoice(bench: Bench, account: AccountId) -> Invoice:
    with bench.service() as service:
        (found,) = service.reader.read_open_invoices([account]).rows
    return found


def _balance(bench: Bench, account: AccountId) -> Decimal:
    with bench.service() as service:
        return service.reader.read_billing(account).balance


def _merges(bench: Bench) -> list[Operation]:
    with bench.service() as service, service.store.begin() as unit:
        return list(unit.journal.load_operations(tuple(OperationState)))


def _due(bench: Bench, family: Family) -> dict[int, Decimal]:
    return {
        document["customer_id"]: Decimal(document["due"])
        for document in bench.open_documents(family.main_id)
    }


def _delete(bench: Bench, resource: str, number: int) -> Any:
    return bench.control("POST", "delete", {"resource": resource, "id": number})


def _assert_at_rest(bench: Bench) -> None:
    """The auditor has nothing to say, nothing waits, and a further run writes nothing."""
    assert bench.audit()["findings"] == []
    bench.forget_requests()
    report = bench.sync()
    assert bench.writes() == []
    assert (report.standing.held, report.standing.open, report.standing.unverified) == (0, 0, 0)


def test_a_part_payment_is_credited_on_the_merged_invoice(either: Bench) -> None:
    """5.00 of 24.00 paid: 19.00 relieved, 5.00 credited; the main owes 67.00."""
    family = _family(either)
    pay = {"customer_id": family.sub_ids[1], "amount": "5.00"}
    sync_interrupted(either, IssueInvoice, lambda: either.control("POST", "pay", pay))
    assert _due(either, family) == {family.main_id: Decimal("67.00")}
    assert [_balance(either, sub) for sub in family.sub_ids] == [0, 0]
    _assert_at_rest(either)


def test_a_source_paid_in_full_is_credited_on_the_merged_invoice(either: Bench) -> None:
    """Nothing is left to relieve; the whole share of 24.00 is credited."""
    family = _family(either)
    pay = {"customer_id": family.sub_ids[1]}
    sync_interrupted(either, IssueInvoice, lambda: either.control("POST", "pay", pay))
    assert _due(either, family) == {family.main_id: Decimal("48.00")}
    _assert_at_rest(either)


def test_with_the_merged_invoice_paid_the_credit_stays_on_the_balance(either: Bench) -> None:
    """Both were paid: the main has 24.00 to its credit."""
    family = _family(either)

    def pay_both() -> None:
        either.control("POST", "pay", {"customer_id": family.sub_ids[1]})
        either.control("POST", "pay", {"customer_id": family.main_id, "amount": "108.00"})

    sync_interrupted(either, IssueInvoice, pay_both)
    assert _due(either, family) == {}
    assert _balance(either, family.main_id) == Decimal("60.00")  # 36.00 relieved, 24.00 credited
    _assert_at_rest(either)


def test_the_share_of_a_deleted_source_is_credited(either: Bench) -> None:
    """The sub's 24.00 are void: the main owes 48.00."""
    family = _family(either)
    source = _invoice(either, family.sub_ids[1])
    sync_interrupted(either, IssueInvoice, lambda: _delete(either, "invoices", source.id))
    assert _due(either, family) == {family.main_id: Decimal("48.00")}
    _assert_at_rest(either)


def _edit(bench: Bench, source: Invoice, price: str) -> Any:
    lines = [{"description": "Fibre", "price": price, "tax": "20", "quantity": "1"}]
    changes = {"resource": "invoices", "id": source.id, "changes": {"items": lines}}
    return bench.control("POST", "edit", changes)


def test_a_lowered_source_lowers_the_merged_invoice(either: Bench) -> None:
    """24.00 became 18.00: that is relieved, and 6.00 credited."""
    family = _family(either)
    source = _invoice(either, family.sub_ids[1])
    sync_interrupted(either, IssueInvoice, lambda: _edit(either, source, "15.00"))
    assert _due(either, family) == {family.main_id: Decimal("66.00")}
    _assert_at_rest(either)


def test_a_raised_source_owes_the_rest_itself(either: Bench) -> None:
    """24.00 became 30.00: what is carried is relieved, 6.00 stay due and are listed."""
    family = _family(either)
    source = _invoice(either, family.sub_ids[1])
    sync_interrupted(either, IssueInvoice, lambda: _edit(either, source, "25.00"))
    either.sync()
    assert _due(either, family) == {
        family.main_id: Decimal("72.00"),
        family.sub_ids[1]: Decimal("6.00"),
    }
    with either.service() as service, service.store.begin() as unit:
        rules = {row.refusal.rule for row in unit.findings.load_refusals()}
    assert rules == {"left_on_sub"}
    _assert_at_rest(either)


def test_a_merged_invoice_that_is_deleted_at_once_hands_all_sources_back(either: Bench) -> None:
    """Nobody was relieved: as if it had never been, and the same plan waits for a person."""
    family = _family(either)

    def delete_merged() -> None:
        rows = either.open_documents(family.main_id)
        merged = next(row for row in rows if Decimal(row["total"]) == Decimal("72.00"))
        _delete(either, "invoices", merged["id"])

    # The merged invoice must have been seen before: the first relief is not let through.
    either.control("POST", "switch", _refuse_once())
    with suppress(PlatformUnavailable):
        either.sync(wait_seconds=1)
    assert [step.state for step in _merges(either)[0].steps][3:5] == ["confirmed", "intended"]
    delete_merged()
    either.sync(wait_seconds=7200)
    for account in (family.main_id, *family.sub_ids):
        assert "LA1:" not in _invoice(either, account).memo
    assert sum(_due(either, family).values()) == Decimal("72.00")
    states = {operation.state for operation in _merges(either)}
    assert states == {OperationState.WITHDRAWN, OperationState.PROPOSED}
    assert either.audit()["findings"] == []


def _refuse_once() -> dict[str, object]:
    return {
        "retry_after_seconds": 400,
        "fault": {
            "method": "POST",
            "path_regex": "finance/credit-notes",
            "nth": 1,
            "count": 1,
            "kind": "http_429",
        },
    }


def test_a_merged_invoice_deleted_in_the_midst_is_parked(either: Bench) -> None:
    """The main's 36.00 were relieved: a person is told; the subs' invoices are handed back."""
    family = _family(either)

    def delete_merged() -> None:
        rows = either.open_documents(family.main_id)
        merged = next(row for row in rows if Decimal(row["total"]) == Decimal("72.00"))
        _delete(either, "invoices", merged["id"])

    report = sync_interrupted(either, IssueCreditNote, delete_merged)
    assert report.standing.unverified == 1
    (merge,) = _merges(either)
    assert "after" in merge.why
    assert "(36.00)" in merge.why
    for account in family.sub_ids:
        assert "LA1:" not in _invoice(either, account).memo
    assert _due(either, family) == {
        family.sub_ids[0]: Decimal("12.00"),
        family.sub_ids[1]: Decimal("24.00"),
    }
    assert either.audit()["findings"] == []


def test_a_relief_taken_back_by_a_person_parks_the_merge(either: Bench) -> None:
    """Staff delete the sub's credit note a day later: opened anew, told, nothing sent."""
    family = _family(either)
    either.sync()
    (merge,) = _merges(either)
    assert merge.state is OperationState.CLOSED
    relief = next(
        step
        for step in merge.steps
        if step.kind is StepKind.RELIEVE and step.account_id == family.sub_ids[1]
    )
    assert relief.remote_id is not None
    _delete(either, "credit-notes", relief.remote_id)
    either.control("POST", "advance", {"days": 2})
    either.forget_requests()
    report = either.sync()
    assert either.writes() == []
    assert report.standing.unverified == 1
    (merge,) = _merges(either)
    assert "still has 24.00 due" in merge.why
    with either.service() as service:
        assert load_overview(service).needs_somebody


def test_a_merged_invoice_that_appears_twice_is_voided_once(either: Bench) -> None:
    """Carried out long after we gave up waiting, and sent again: the other one is credited."""
    family = _family(either)
    fault = {
        "method": "POST",
        "path_regex": "finance/invoices",
        "nth": 1,
        "count": 1,
        "kind": "late_commit:1",
        "seconds": 3 * 3600,
    }
    either.control("POST", "switch", {"fault": fault})
    either.sync(wait_seconds=2 * 3600)
    assert _due(either, family) == {family.main_id: Decimal("72.00")}
    either.control("POST", "advance", {"hours": 4})
    assert len(either.open_documents(family.main_id)) == 2
    either.sync()
    assert _due(either, family) == {family.main_id: Decimal("72.00")}
    assert len(either.open_documents(family.main_id)) == 1
    (merge,) = _merges(either)
    assert [step.kind for step in merge.steps][-1] is StepKind.VOID
    _assert_at_rest(either)
