"""Settings, queues, templates, papers and the calculator."""

import base64
from decimal import Decimal

import pytest

from tests.sandbox.bench import Bench


def test_settings_are_read_and_written_by_name(bench: Bench) -> None:
    """One or all of a path; a partner's own lie over everybody's."""
    path = "config/config"
    shared = f"{path}?module=main&path=portal"
    assert bench.get(shared)["ask_password"] == "1"
    assert bench.get(f"{shared}&key=portal_title") == {"portal_title": "Customer portal"}
    bench.put(f"{shared}&partner_id=2", {"ask_password": False})
    assert bench.get(f"{shared}&partner_id=2")["ask_password"] == "0"
    assert bench.get(shared)["ask_password"] == "1"
    own = f"{path}?module=add-on&path=mine"
    bench.put(own, {"last_run": 5})
    bench.put(own, {"last_run": 6})
    assert bench.get(own) == {"last_run": "6"}
    assert bench.get(f"{path}?module=add-on&path=other") == []
    for query in ("", "?module=main", "?path=portal"):
        assert bench.call("GET", f"{path}{query}").status == 400


def test_the_finance_lock_is_a_setting(bench: Bench) -> None:
    """Read and written as such; 4.3 does not know it."""
    key = "disable_working_with_finance_documents_for_sub_accounts"
    query = "config/config?module=main&path=api"
    assert bench.get(query) == {key: "1"}
    bench.put(query, {key: "0"})
    assert bench.world.switches.finance_lock is False
    bench.still.control("POST", "switch", {"finance_lock": True})
    assert bench.get(query) == {key: "1"}
    assert Bench("4.3").get(query) == []


def test_a_queued_message_is_sent_when_told(bench: Bench) -> None:
    """GET sends; the row tells when."""
    for queue, recipient in (("config/mail", "a@example.net"), ("config/sms", "+15550100")):
        number = bench.post(queue, {"recipient": recipient, "message": "Hi"})
        row = bench.get(f"{queue}/{number}")
        assert (row["status"], row["datetime_added"]) == ("new", "2026-01-01 09:00:00")
        assert row["datetime_sent"] == "0000-00-00 00:00:00"
        assert bench.call("GET", f"{queue}/{number}--send").status == 200
        sent = bench.get(f"{queue}/{number}")
        assert (sent["status"], sent["datetime_sent"]) == ("sent", "2026-01-01 09:00:00")
        assert bench.call("GET", f"{queue}/99--send").status == 404
        assert bench.call("GET", f"{queue}/{number}--burn").status == 404


def test_a_template_is_filled_in_with_a_customer(bench: Bench) -> None:
    """Slots that nobody knows are empty."""
    customer = bench.account()
    body = {"title": "T", "type": "mail", "code": "{{ name }}, {{customer.login}}{{ nothing }}!"}
    template = bench.post("config/templates", body)
    row = bench.get(f"customers/customer/{customer}")
    path = f"config/templates/{template}-render-"
    assert bench.get(f"{path}{customer}") == {"result": f"{row['name']}, {row['login']}!"}
    assert bench.call("GET", f"{path}99").status == 404
    assert bench.call("GET", f"config/templates/99-render-{customer}").status == 404


def test_papers_come_as_base64(bench: Bench) -> None:
    """Each kind of document by its own number."""
    customer = bench.account("30")
    bench.still.control("POST", "charge")
    invoice = bench.invoices(customer)[0]
    payment = bench.pay(customer)
    paper = bench.get(f"config/download/invoices--{invoice['id']}")
    assert paper["name"] == f"Invoice {invoice['number']}.pdf"
    assert paper["content_type"] == "application/pdf"
    assert base64.b64decode(paper["content"]).startswith(b"%PDF")
    assert bench.get(f"config/download/payments--{payment}")["name"].startswith("Receipt ")
    for path in ("invoices--99", "nothing--1", "invoices--x", "credit_notes--1"):
        assert bench.call("GET", f"config/download/{path}").status == 404
    assert bench.call("PUT", "config/download/invoices--1", {}).status == 405


def test_the_calculator_adds_up_each_tax(bench: Bench) -> None:
    """The edited row counts with its new values; a group is told by its parts."""
    customer = bench.account()
    row = {"quantity": 2, "price": "10", "tax_id": 4, "withVat": "12"}
    body = {
        **row,
        "items": [{**row, "price": "99", "isChangedInput": True}, {"price": "5", "tax_id": 2}],
        "modifiedField": "price",
        "customerId": customer,
        "type": "invoices",
    }
    answer = bench.call("POST", "finance/calculate-finance", body)
    assert answer.status == 200
    edited, total = answer.json["rowData"], answer.json["total"]
    assert (edited["withVat"], edited["total"], edited["vat"]) == ("13.0000", "26.00", "30")
    assert (total["withoutVat"], total["vat"], total["total"]) == ("25.00", "7.00", "32.00")
    assert total["balance_after"] == "-32.00"
    parts = {each["name"]: each["vat_amount_unformatted"] for each in total["per_tax"]}
    assert parts == {"VAT 20": Decimal(5), "VAT 10": Decimal(2)}
    turned = {**body, "modifiedField": "withVat", "withVat": "26", "type": "credit-notes"}
    answer = bench.call("POST", "finance/calculate-finance", turned)
    assert answer.json["rowData"]["price"] == "20.0000"
    assert answer.json["total"]["balance_after"] == "58.00"


@pytest.mark.parametrize("items", [None, "x", [1], [{"price": "much"}], [{"tax_id": "x"}]])
def test_the_calculator_refuses_what_is_no_line(bench: Bench, items: object) -> None:
    """422 names the lines."""
    answer = bench.call("POST", "finance/calculate-finance", {"items": items})
    assert answer.status == 422
    assert answer.json[0]["field"] == "items"


def test_purposes_name_their_categories(bench: Bench) -> None:
    """Each is the number of a category that is there, or 0."""
    known = {str(row["id"]) for row in bench.get("finance/transaction-categories")} | {"0"}
    purposes = bench.get("config/transaction-categories")
    assert purposes["transaction_type_internet_service"] == {"id": "1"}
    assert {each["id"] for each in purposes.values()} <= known
