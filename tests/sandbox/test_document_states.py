"""What may be done to documents, as a table of state by attribute, in both releases."""

from typing import Any

import pytest

from tests.sandbox.bench import Bench

LINE = {"description": "x", "price": "30", "tax": "20"}
INVOICES, NOTES, PAYMENTS = "finance/invoices", "finance/credit-notes", "finance/payments"
TEXTS = {"note", "memo", "additional_attributes"}
DATES = {"date_created", "date_till", "number"}
REST = {"items", "type", "is_sent", "use_transactions", "payd_from_deposit"}
ALLOWED = {
    "pending": TEXTS | DATES | REST,
    "not_paid": TEXTS | DATES | REST,
    "partly paid": TEXTS | DATES,
    "partly credited": TEXTS | DATES,
    "paid": TEXTS,
    "credited": TEXTS,
    "deleted": TEXTS,
}
CHANGES: dict[str, Any] = {
    "note": "n",
    "memo": "m",
    "additional_attributes": {"a": "b"},
    "date_created": "2026-01-02",
    "date_till": "2026-03-01",
    "number": "N-1",
    "items": [LINE, LINE],
    "type": "recurring",
    "is_sent": "1",
    "use_transactions": "0",
    "payd_from_deposit": "1",
    "customer_id": 2,
    "status": "overdue",
}
DELETABLE = {"pending", "not_paid", "deleted"}
DUES = {
    "pending": "36",
    "not_paid": "36",
    "partly paid": "26",
    "partly credited": "26",
    "paid": "0",
    "credited": "0",
    "deleted": "0",
}


def invoice_in(bench: Bench, state: str) -> int:
    """An invoice over 36.00 of account 1 in a state; account 2 is there too."""
    bench.account()
    bench.account()
    status = "pending" if state == "pending" else "not_paid"
    body = {"customer_id": 1, "items": [LINE], "status": status}
    invoice_id = bench.post(INVOICES, body)
    amount = {"partly paid": "10", "paid": "36", "partly credited": "10", "credited": "36"}
    if state.endswith("paid") and state != "not_paid":
        bench.post(PAYMENTS, {"customer_id": 1, "amount": amount[state]})
    if state.endswith("credited"):
        line = {"description": "Less", "price": amount[state]}
        bench.post(NOTES, {"customer_id": 1, "invoicesId": invoice_id, "items": [line]})
    if state == "deleted":
        assert bench.call("DELETE", f"{INVOICES}/{invoice_id}").status == 204
    return invoice_id


@pytest.mark.parametrize("attribute", list(CHANGES))
@pytest.mark.parametrize("state", list(ALLOWED))
def test_each_attribute_in_each_state(bench: Bench, state: str, attribute: str) -> None:
    """Allowed ones are written; others are 422 naming the field, and the document stays."""
    path = f"{INVOICES}/{invoice_in(bench, state)}"
    before, balance = bench.get(path), bench.deposit(1)
    answer = bench.call("PUT", path, {attribute: CHANGES[attribute]})
    after = bench.get(path)
    if attribute in ALLOWED[state]:
        assert (answer.status, answer.text) == (202, "null")
        assert after[attribute] != before[attribute]
        return
    assert answer.status == 422
    assert [problem["field"] for problem in answer.json] == [attribute]
    assert (after, bench.deposit(1)) == (before, balance)


@pytest.mark.parametrize("state", list(ALLOWED))
def test_an_unchanged_document_may_be_sent_back_in_every_state(bench: Bench, state: str) -> None:
    """Reading a document and writing it as it was is no change and no refusal."""
    path = f"{INVOICES}/{invoice_in(bench, state)}"
    before, balance = bench.get(path), bench.deposit(1)
    assert str(before["due"]) == DUES[state]
    bench.put(path, {name: before[name] for name in before if name != "items"})
    assert (bench.get(path), bench.deposit(1)) == (before, balance)


@pytest.mark.parametrize("state", list(ALLOWED))
def test_deletion_in_every_state(bench: Bench, state: str) -> None:
    """Covered documents refuse it; the others stay listed as deleted and the balance is even."""
    path = f"{INVOICES}/{invoice_in(bench, state)}"
    before, balance = bench.get(path), bench.deposit(1)
    answer = bench.call("DELETE", path)
    if state in DELETABLE:
        assert answer.status == 204
        assert (bench.get(path)["status"], bench.get(path)["due"]) == ("deleted", 0)
        assert bench.deposit(1) == "0.0000"
        return
    assert answer.status == 405
    assert answer.json["error"]["internal_code"] == "ENTITY_CANNOT_BE_DELETED"
    assert ("partially" in answer.json["error"]["message"]) == state.startswith("partly")
    assert (bench.get(path), bench.deposit(1)) == (before, balance)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"date_till": "2025-12-31"}, "date_till"),
        ({"date_created": "2026-05-01"}, "date_till"),
        ({"date_created": "0000-00-00"}, "date_created"),
        ({"date_created": "soon"}, "date_created"),
        ({"number": "TAKEN"}, "number"),
        ({"number": ""}, "number"),
        ({"type": "weekly"}, "type"),
        ({"items": []}, "items"),
        ({"items": [{"description": "x", "price": "-1"}]}, "total"),
        ({"items": [{"description": "x", "price": "a"}]}, "price"),
        ({"items": {"0": LINE}}, "items"),
        ({"note": ["n"]}, "note"),
        ({"additional_attributes": "a"}, "additional_attributes"),
    ],
)
def test_a_refused_change_changes_nothing_at_all(
    bench: Bench, body: dict[str, object], field: str
) -> None:
    """One wrong attribute stops the right ones beside it, new lines included."""
    path = f"{INVOICES}/{invoice_in(bench, 'not_paid')}"
    bench.post(INVOICES, {"customer_id": 2, "number": "TAKEN", "items": [LINE]})
    before, balance = bench.get(path), bench.deposit(1)
    answer = bench.call("PUT", path, {"items": [LINE, LINE], "memo": "m", **body})
    assert answer.status == 422
    assert [problem["field"] for problem in answer.json] == [field]
    assert (bench.get(path), bench.deposit(1)) == (before, balance)


def test_new_lines_must_cover_what_has_been_paid_once(bench: Bench) -> None:
    """A pending document has no relation, so anything goes until it is issued."""
    path = f"{INVOICES}/{invoice_in(bench, 'pending')}"
    bench.put(path, {"items": [{"description": "x", "price": "7.50"}]})
    assert bench.deposit(1) == "0.0000"
    bench.put(path, {"status": "not_paid"})
    assert (bench.get(path)["due"], bench.deposit(1)) == (7.5, "-7.5000")
    assert bench.call("PUT", path, {"status": "pending"}).status == 422


def test_a_line_is_kept_by_its_id_and_dropped_without(bench: Bench) -> None:
    """Replace-all: a known id keeps what is not sent, an unknown id makes a new line."""
    path = f"{INVOICES}/{invoice_in(bench, 'not_paid')}"
    line = bench.get(path)["items"][0]
    sent = [{"id": line["id"], "price": "40"}, {"id": 999, "description": "new", "price": "1"}]
    bench.put(path, {"items": sent})
    kept, new = bench.get(path)["items"]
    assert (kept["id"], kept["description"], kept["tax"]) == (line["id"], "x", "20.0000")
    assert new["id"] not in {line["id"], 999}
    assert (bench.get(path)["total"], bench.deposit(1)) == (49, "-49.0000")
    bench.put(path, {"items": [{"id": new["id"]}]})
    assert [item["pos"] for item in bench.get(path)["items"]] == [1]
    assert bench.deposit(1) == "-1.0000"


@pytest.mark.parametrize(
    ("used", "body", "allowed"),
    [
        (False, {"note": "n"}, True),
        (False, {"is_sent": "1"}, True),
        (False, {"date_created": "2026-01-02"}, True),
        (False, {"number": "C-1"}, True),
        (False, {"items": [LINE, LINE]}, True),
        (False, {"customer_id": 2}, False),
        (False, {"status": "refunded"}, False),
        (True, {"note": "n"}, True),
        (True, {"additional_attributes": {"a": "b"}}, True),
        (True, {"items": [LINE, LINE]}, False),
        (True, {"number": "C-1"}, False),
        (True, {"is_sent": "1"}, False),
        (True, {"date_created": "2026-01-02"}, False),
    ],
)
def test_credit_notes_by_use(
    bench: Bench, *, used: bool, body: dict[str, object], allowed: bool
) -> None:
    """A credit note that an invoice has used takes only its note."""
    invoice_id = invoice_in(bench, "not_paid")
    bound = {"invoicesId": invoice_id} if used else {}
    note_id = bench.post(NOTES, {"customer_id": 1, "items": [LINE], **bound})
    before = bench.get(f"{NOTES}/{note_id}")
    answer = bench.call("PUT", f"{NOTES}/{note_id}", body)
    assert answer.status == (202 if allowed else 422)
    assert (bench.get(f"{NOTES}/{note_id}") == before) == (not allowed)


@pytest.mark.parametrize(
    ("body", "allowed"),
    [
        ({"note": "n", "memo": "m", "comment": "c", "field_1": "f"}, True),
        ({"date": "2026-01-03"}, True),
        ({"receipt_number": "R-9"}, True),
        ({"amount": "10"}, True),
        ({"amount": "11"}, False),
        ({"customer_id": 2}, False),
        ({"invoice_id": 1}, False),
        ({"receipt_number": "TAKEN"}, False),
        ({"receipt_number": ""}, False),
        ({"receipt_number": "9" * 33}, False),
    ],
)
def test_payments_keep_their_money(bench: Bench, *, body: dict[str, object], allowed: bool) -> None:
    """Texts and dates change; amount, account and target never do."""
    invoice_in(bench, "not_paid")
    bench.post(PAYMENTS, {"customer_id": 2, "amount": "1", "receipt_number": "TAKEN"})
    payment_id = bench.post(PAYMENTS, {"customer_id": 1, "amount": "10"})
    before = bench.get(f"{PAYMENTS}/{payment_id}")
    answer = bench.call("PUT", f"{PAYMENTS}/{payment_id}", body)
    assert answer.status == (202 if allowed else 422)
    if not allowed:
        assert bench.get(f"{PAYMENTS}/{payment_id}") == before


def test_a_freed_number_or_receipt_can_be_used_again(bench: Bench) -> None:
    """A renamed invoice frees its number, a deleted payment its receipt; a deleted invoice not."""
    invoice_id = invoice_in(bench, "not_paid")
    for number in ("A", "B"):
        bench.put(f"{INVOICES}/{invoice_id}", {"number": number})
    again = bench.post(INVOICES, {"customer_id": 2, "number": "A", "items": [LINE]})
    assert bench.call("DELETE", f"{INVOICES}/{again}").status == 204
    twice = bench.call("POST", INVOICES, {"customer_id": 2, "number": "A", "items": [LINE]})
    assert twice.json[0]["field"] == "number"
    body = {"customer_id": 2, "amount": "1", "receipt_number": "R"}
    assert bench.call("DELETE", f"{PAYMENTS}/{bench.post(PAYMENTS, body)}").status == 204
    assert bench.post(PAYMENTS, body) == 2
