"""What becomes of memos and notes by switch, and customers on whom a connector may try things."""

from __future__ import annotations

import pytest

from connector.sandbox.audit.service_rules import touch_findings, trial_findings
from connector.sandbox.control.arguments import Arguments
from connector.sandbox.control.endpoints import control
from tests.sandbox.bench import Bench
from tests.sandbox.test_debts import invoice, switch

INVOICES, NOTES = "finance/invoices", "finance/credit-notes"
LINE: dict[str, object] = {"description": "x", "price": "36"}
TEXT = "  a\nb <i>\r\n & c  "


def memo_of(bench: Bench, text: str) -> list[str]:
    """The memo of a new invoice, and of the same one after it was written once more."""
    customer = bench.account()
    number = bench.post(INVOICES, {"customer_id": customer, "items": [LINE], "memo": text})
    first = bench.get(f"{INVOICES}/{number}")["memo"]
    assert bench.call("PUT", f"{INVOICES}/{number}", {"memo": text}).status == 202
    return [first, bench.get(f"{INVOICES}/{number}")["memo"]]


@pytest.mark.parametrize(
    ("habit", "kept"),
    [
        ("keep", TEXT),
        ("trim", "a\nb <i>\r\n & c"),
        ("crlf", "  a\r\nb <i>\r\n & c  "),
        ("strip", "  a b <i>  & c  "),
        ("escape", "  a\nb &lt;i>\r\n &amp; c  "),
    ],
)
def test_texts_are_kept_or_tidied(bench: Bench, habit: str, kept: str) -> None:
    """When they are made, and when they are changed."""
    switch(bench, texts=habit)
    assert memo_of(bench, TEXT) == [kept, kept]


def test_texts_may_have_little_room(bench: Bench) -> None:
    """What is too long is cut at its end."""
    switch(bench, text_room=5)
    assert memo_of(bench, "abcdefg") == ["abcde", "abcde"]


def test_texts_may_get_lost(bench: Bench) -> None:
    """One kind of write drops them, the other does not."""
    switch(bench, lost_texts=["new_invoice.memo"])
    assert memo_of(bench, "x") == ["", "x"]
    switch(bench, lost_texts=["invoice.memo"])
    assert memo_of(bench, "x") == ["x", "x"]
    switch(bench, lost_texts=["credit_note.note"])
    body = {"customer_id": bench.account(), "items": [LINE], "note": "x"}
    assert bench.get(f"{NOTES}/{bench.post(NOTES, body)}")["note"] == ""


@pytest.mark.parametrize(("is_bound", "due"), [(True, 0), (False, 36)])
def test_a_credit_note_may_ignore_its_invoice(bench: Bench, due: int, *, is_bound: bool) -> None:
    """By switch; its money is on the balance then."""
    switch(bench, binds_notes=is_bound)
    customer = bench.account()
    number = invoice(bench, customer, "36")
    bench.post(NOTES, {"customer_id": customer, "items": [LINE], "invoicesId": number})
    assert bench.get(f"{INVOICES}/{number}")["due"] == due


def findings(bench: Bench) -> list[str]:
    """The rules that the auditor found broken."""
    return [finding.rule for finding in trial_findings(bench.world)] + [
        finding.rule for finding in touch_findings(bench.world, [])
    ]


def test_what_is_tried_on_a_test_customer_must_be_settled(bench: Bench) -> None:
    """No stranger to the auditor, but nothing may be left to pay."""
    status, made = control(bench.world, "POST", "test-customer", Arguments(values={}))
    assert (status, findings(bench)) == (200, [])
    assert isinstance(made, dict)
    customer = made["customer_id"]
    number = invoice(bench, customer, "36")
    assert findings(bench) == ["trial_left_open"]
    bench.post(NOTES, {"customer_id": customer, "items": [LINE], "invoicesId": number})
    assert findings(bench) == []
    bench.world.test_customers.clear()
    assert findings(bench) == ["stranger_touched"]
