"""Notes, documents, payment accounts, papers and labels of customers, and sending documents."""

import base64
from typing import Any

import pytest

from tests.sandbox.bench import Bench
from tests.sandbox.contract.scene import SOME_FILE, Scene

DOCUMENTS = "customers/customer-documents"
ACCOUNTS = "customers/customer-payment-accounts"


def statuses(bench: Bench, *calls: tuple[str, str]) -> list[int]:
    """The status of each request."""
    return [bench.call(method, path, {}).status for method, path in calls]


def test_a_note_has_two_numbers_in_its_address(bench: Bench) -> None:
    """Customer and note; another customer's address does not find it, and nothing changes it."""
    one, two = bench.account(), bench.account()
    note = bench.post("customers/customer-notes", {"customer_id": one, "comment": "Called"})
    row = bench.get(f"customers/customer-notes/{one}--{note}")
    assert (row["comment"], row["type"], row["class"]) == ("Called", "comment", "default")
    assert row["datetime"] == "2026-01-01 09:00:00"
    assert bench.get("customers/customer-notes") == [row]
    path = f"customers/customer-notes/{one}--{note}"
    calls = (("GET", f"customers/customer-notes/{two}--{note}"), ("PUT", path), ("DELETE", path))
    assert statuses(bench, *calls) == [404, 405, 405]
    assert statuses(bench, ("GET", f"customers/customer-notes/{note}")) == [404]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"comment": "x", "customer_id": 99}, "customer_id"),
        ({"comment": "x", "customer_id": 1, "title": "t" * 51}, "title"),
        ({"comment": "x", "customer_id": 1, "type": "shout"}, "type"),
        ({"customer_id": 1}, "comment"),
    ],
)
def test_a_note_that_cannot_be_is_refused(bench: Bench, body: dict[str, Any], field: str) -> None:
    """422 by the attribute's name."""
    bench.account()
    answer = bench.call("POST", "customers/customer-notes", body)
    assert (answer.status, [problem["field"] for problem in answer.json]) == (422, [field])


def test_a_document_is_made_filled_and_downloaded() -> None:
    """Three steps; the list goes by customer, writes go by document."""
    scene = Scene("5.1")
    bench, number = scene.bench, scene.ids["document"]
    (row,) = bench.get(f"{DOCUMENTS}/{scene.ids['customer']}")
    assert (row["id"], row["filename_original"]) == (number, SOME_FILE[0])
    got = bench.get(f"config/download/customer_documents--{number}")
    assert base64.b64decode(got["content"]) == SOME_FILE[1]
    assert (got["name"], got["content_type"]) == (SOME_FILE[0], "text/plain")
    bench.put(f"{DOCUMENTS}/{number}", {"title": "Contract"})
    assert bench.get(f"{DOCUMENTS}/{scene.ids['customer']}")[0]["title"] == "Contract"
    calls = (("GET", DOCUMENTS), ("GET", f"{DOCUMENTS}/999"), ("POST", f"{DOCUMENTS}/9--upload"))
    assert statuses(bench, *calls) == [405, 404, 404]
    assert bench.call("POST", f"{DOCUMENTS}/{number}--upload", {}).status == 422
    assert bench.call("DELETE", f"{DOCUMENTS}/{number}").status == 204
    assert bench.get(f"{DOCUMENTS}/{scene.ids['customer']}") == []


def test_payment_account_data_stands_behind_a_query_parameter(bench: Bench) -> None:
    """`?id=` takes a customer, or customer and account; a path finds nothing."""
    one = bench.account()
    for account in (1, 2):
        bench.put(f"{ACCOUNTS}?id={one}--{account}", {"field_1": f"token {account}"})
    bench.put(f"{ACCOUNTS}?id={one}--2", {"field_2": "card"})
    rows = bench.get(f"{ACCOUNTS}?id={one}")
    assert [(row["account_id"], row["field_1"], row["field_2"]) for row in rows] == [
        (1, "token 1", ""),
        (2, "token 2", "card"),
    ]
    assert bench.get(f"{ACCOUNTS}?id={one}--2") == rows[1:]
    assert bench.get("customers/customer-payment-account-data") == rows
    assert [row["title"] for row in bench.get(ACCOUNTS)] == ["Card", "Direct debit"]
    assert bench.call("DELETE", f"{ACCOUNTS}?id={one}--1").status == 204
    assert bench.get(f"{ACCOUNTS}?id={one}") == rows[1:]
    calls = (
        ("GET", f"{ACCOUNTS}/{one}"),
        ("GET", f"{ACCOUNTS}?id=99"),
        ("PUT", f"{ACCOUNTS}?id={one}"),
        ("PUT", f"{ACCOUNTS}?id={one}--9"),
        ("POST", f"{ACCOUNTS}?id={one}--1"),
    )
    assert statuses(bench, *calls) == [404, 404, 400, 404, 405]


def test_papers_of_the_other_category_are_not_taken(bench: Bench) -> None:
    """A person has a passport, a company a number; either has a contact."""
    one = bench.account()
    path = f"customers/customer-info/{one}"
    papers = {"passport": "P1", "birthday": "1980-02-29", "company_id": "C1", "vat_id": "V1"}
    bench.put(path, {**papers, "contact_person": "Ada"})
    row = bench.get(path)
    assert (row["passport"], row["birthday"], row["company_id"]) == ("P1", "1980-02-29", "")
    assert (row["id"], row["contact_person"]) == (one, "Ada")
    assert row["updated_at"] == "2026-01-01 09:00:00"
    bench.put(f"customers/customer/{one}", {"category": "company"})
    bench.put(path, {**papers, "passport": "P2"})
    row = bench.get(path)
    assert (row["passport"], row["company_id"], row["vat_id"]) == ("P1", "C1", "V1")
    assert bench.call("PUT", path, {"birthday": "soon"}).status == 422


def test_labels_are_those_of_the_table(bench: Bench) -> None:
    """Unknown ones are refused; a deleted one is shown no more."""
    one = bench.account()
    label = bench.post("config/labels", {"module": "customers", "label": "Slow payer"})
    bench.put(f"customers/customer/{one}", {"customer_labels": [label]})
    shown = bench.get(f"customers/customer/{one}")["customer_labels"]
    assert [(each["id"], each["label"]) for each in shown] == [(label, "Slow payer")]
    refused = bench.call("PUT", f"customers/customer/{one}", {"customer_labels": [99]})
    assert (refused.status, refused.json[0]["field"]) == (422, "customer_labels")
    bench.call("DELETE", f"config/labels/{label}")
    assert bench.get(f"customers/customer/{one}")["customer_labels"] == []


@pytest.mark.parametrize("name", ["partner_id", "location_id"])
def test_a_customer_names_only_what_is_there(bench: Bench, name: str) -> None:
    """Partner and location."""
    one = bench.account()
    for method, path in (("PUT", f"customers/customer/{one}"), ("POST", "customers/customer")):
        answer = bench.call(method, path, {"name": "Ada", name: 99})
        assert (answer.status, answer.json[0]["field"]) == (422, name)


def sending(**changes: object) -> dict[str, object]:
    """A mail with an invoice."""
    told = {"document_type": "invoice", "id": 1, "subject": "Yours", "message": "Please pay"}
    return {"type": "mail", **told, **changes}


def test_a_sent_document_is_a_mail_in_the_queue(bench: Bench) -> None:
    """To the customer's address; the document counts as sent."""
    one = bench.account("5")
    bench.still.control("POST", "charge")
    assert bench.get("finance/invoices/1")["is_sent"] == "0"
    sent = bench.call("POST", "customers/send-documents", sending())
    assert (sent.status, sent.text) == (201, "null")
    (mail,) = bench.get("config/mail")
    assert (mail["customer_id"], mail["recipient"]) == (one, f"account{one}@example.net")
    assert (mail["subject"], mail["message"], mail["status"]) == ("Yours", "Please pay", "new")
    assert bench.get("finance/invoices/1")["is_sent"] == "1"
    assert bench.get("finance/invoices/1")["items"][0]["price"] == "5.0000"


def test_portal_texts_and_templates_are_sent_too(bench: Bench) -> None:
    """The portal needs no mail, a text message goes to the phone, a template is filled in."""
    one = bench.account("5")
    bench.put(f"customers/customer/{one}", {"phone": "555-0134", "name": "Ada"})
    plain = sending(document_type="empty", id=one)
    for way in ("customer-portal", "sms"):
        assert bench.call("POST", "customers/send-documents", {**plain, "type": way}).status == 201
    assert bench.get("config/mail") == []
    assert [row["recipient"] for row in bench.get("config/sms")] == ["555-0134"]
    body = {**plain, "message": "", "template_id": 1, "type": "customer-portal_and_mail"}
    assert bench.call("POST", "customers/send-documents", body).status == 201
    assert "Ada" in bench.get("config/mail")[0]["message"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"type": "pigeon"}, "type"),
        ({"document_type": "poem"}, "document_type"),
        ({"id": 99}, "id"),
        ({"subject": ""}, "subject"),
        ({"message": ""}, "message"),
        ({"message": "", "template_id": 99}, "template_id"),
    ],
)
def test_what_cannot_be_sent_is_refused(
    bench: Bench, changes: dict[str, object], field: str
) -> None:
    """422 by name, and nothing in the queue."""
    bench.account("5")
    bench.still.control("POST", "charge")
    answer = bench.call("POST", "customers/send-documents", sending(**changes))
    assert (answer.status, answer.json[0]["field"]) == (422, field)
    assert bench.get("config/mail") == []
    assert statuses(bench, ("GET", "customers/send-documents")) == [405]
