"""How rows look on the wire in both releases, and the status codes of the verbs."""

import json

import pytest

from connector.sandbox.server import RunningSandbox
from tests.sandbox.caller import Caller
from tests.sandbox.conftest import charge, make_family


def test_release_51_writes_numbers_flags_and_columns(caller: Caller, box: RunningSandbox) -> None:
    """Ids are numbers, flags text, columns four places, recalculated sums numbers."""
    main, _ = make_family(box, "aggregated")
    invoice_id = charge(box)[0]
    row = caller.get(f"finance/invoices/{invoice_id}")
    assert (row["customer_id"], row["is_sent"], row["total"]) == (main, "0", 36)
    assert row["date_payment"] == "0000-00-00"
    assert row["additional_attributes"] == []
    item = row["items"][0]
    assert (item["price"], item["tax"], item["sub_account_id"]) == ("30.0000", "20.0000", 0)
    billing = caller.get(f"customers/customer-billing/{main}")
    assert (billing["deposit"], billing["sub_billing_mode"]) == ("-36.0000", "independent")
    assert caller.get(f"customers/customer/{main}")["parent_id"] == 0


def test_release_43_writes_text_and_knows_no_links(old_box: RunningSandbox) -> None:
    """Every scalar is text; the three linked-account attributes are absent and ignored."""
    old = Caller(old_box)
    main, subs = make_family(old_box, "aggregated")
    invoice_id = charge(old_box)[0]
    row = old.get(f"finance/invoices/{invoice_id}")
    assert (row["id"], row["customer_id"], row["total"]) == ("1", str(main), "36.0000")
    assert "sub_account_id" not in row["items"][0]
    assert "sub_billing_mode" not in old.get(f"customers/customer-billing/{main}")
    old.put(f"customers/customer/{subs[0]}", {"parent_id": main})
    assert "parent_id" not in old.get(f"customers/customer/{subs[0]}")
    assert old_box.world.customers.get(subs[0]).parent_id == 0  # type: ignore[union-attr]  # it exists
    made = old.call("POST", "finance/payments", {"customer_id": main, "amount": "36"})
    assert made.json == {"id": "1"}


def test_amounts_are_exact_on_the_wire(caller: Caller, box: RunningSandbox) -> None:
    """A sum that a binary fraction cannot hold comes back digit by digit."""
    main, _ = make_family(box)
    body = {
        "customer_id": main,
        "items": [{"description": "x", "price": "64516.1290", "tax": "7.5"}],
    }
    invoice_id = caller.post("finance/invoices", body)
    text = caller.call("GET", f"finance/invoices/{invoice_id}").text
    assert '"total":69354.84,' in text
    assert '"tax_amount":4838.7097,' in text
    assert text == json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False)


def test_options_lists_attributes_by_release(caller: Caller, old_box: RunningSandbox) -> None:
    """parent_id is an attribute in 5.1 only."""
    new = caller.call("OPTIONS", "customers/customer").json
    names = {attribute["name"]: attribute for attribute in new["attributes"]}
    assert names["parent_id"]["title"] == "Main account"
    assert names["name"]["required"] is True
    assert new["additional_attributes"] == []
    notes = caller.call("OPTIONS", "finance/credit-notes").json["attributes"]
    assert {"invoicesId", "note"} <= {attribute["name"] for attribute in notes}
    old = Caller(old_box).call("OPTIONS", "customers/customer").json
    assert "parent_id" not in {attribute["name"] for attribute in old["attributes"]}


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "customers/customer/999", 404, "NOT_FOUND"),
        ("GET", "finance/nothing", 404, "NOT_FOUND"),
        ("PUT", "finance/invoices", 400, "BAD_REQUEST"),
        ("DELETE", "finance/invoice-relations/1", 404, "NOT_FOUND"),
        ("POST", "logs/changes", 405, "METHOD_DISABLED"),
        ("GET", "customers/customer-billing", 405, "METHOD_DISABLED"),
    ],
)
def test_errors_come_in_the_envelope(
    caller: Caller, method: str, path: str, status: int, code: str
) -> None:
    """message, code and internal_code."""
    answer = caller.call(method, path)
    assert answer.status == status
    error = answer.json["error"]
    assert (error["code"], error["internal_code"]) == (status, code)


def test_validation_is_a_list_of_fields(caller: Caller) -> None:
    """422 for an empty body and for a bad number."""
    empty = caller.call("POST", "finance/invoices", {})
    assert empty.status == 422
    assert {problem["field"] for problem in empty.json} == {"customer_id", "items"}
    bad = caller.call("POST", "finance/payments", {"customer_id": 1, "amount": "lots"})
    assert bad.json[0]["field"] == "amount"


def test_every_answer_tells_the_virtual_time(caller: Caller, box: RunningSandbox) -> None:
    """The Date header is the virtual clock, on errors too."""
    assert (
        caller.call("GET", "api/check", auth="").headers["date"] == "Thu, 01 Jan 2026 09:00:00 GMT"
    )
    box.control("POST", "advance", {"days": 1, "hours": 2})
    answer = caller.call("GET", "finance/invoices", auth="")
    assert answer.status == 401
    assert answer.headers["date"] == "Fri, 02 Jan 2026 11:00:00 GMT"
    assert "server" not in answer.headers
