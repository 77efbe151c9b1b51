"""Faults on order: what the caller sees, and whether the write happened."""

import http.client
import json

import pytest

from connector.sandbox.server import RunningSandbox
from tests.sandbox.caller import Caller
from tests.sandbox.conftest import make_family

PAYMENT = {"customer_id": 1, "amount": "5"}


def order(box: RunningSandbox, kind: str, **more: object) -> None:
    """Order one fault for payments."""
    fault = {"method": "POST", "path_regex": "finance/payments$", "kind": kind, **more}
    box.control("POST", "switch", {"fault": fault})


def payments(box: RunningSandbox) -> int:
    """How many payments there are."""
    return len(box.world.payments)


def test_faults_before_the_commit_change_nothing(caller: Caller, box: RunningSandbox) -> None:
    """503 with Retry-After, 429, and an HTML page instead of an answer."""
    make_family(box)
    order(box, "http_503")
    refused = caller.call("POST", "finance/payments", PAYMENT)
    assert (refused.status, refused.headers["retry-after"]) == (503, "5")
    order(box, "html_200")
    page = caller.call("POST", "finance/payments", PAYMENT)
    assert page.status == 200
    assert page.text.startswith("<!DOCTYPE html>")
    assert payments(box) == 0


def test_faults_after_the_commit_hide_a_write_that_happened(
    caller: Caller, box: RunningSandbox
) -> None:
    """A 500, a cut connection, and half a body; each time the payment is there."""
    make_family(box)
    order(box, "http_500_after_commit")
    assert caller.call("POST", "finance/payments", PAYMENT).status == 500
    assert payments(box) == 1
    order(box, "timeout_after_commit")
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        caller.call("POST", "finance/payments", PAYMENT)
    assert payments(box) == 2
    order(box, "truncated")
    half = caller.call("POST", "finance/payments", PAYMENT)
    assert half.status == 201
    with pytest.raises(json.JSONDecodeError):
        json.loads(half.text)
    assert payments(box) == 3


def test_nth_and_count_choose_the_requests(caller: Caller, box: RunningSandbox) -> None:
    """The second and third of four fail."""
    make_family(box)
    order(box, "http_500", nth=2, count=2)
    seen = [caller.call("POST", "finance/payments", PAYMENT).status for _ in range(4)]
    assert seen == [201, 500, 500, 201]
    box.control("POST", "switch", {"fault": None})
    assert caller.call("POST", "finance/payments", PAYMENT).status == 201


def test_a_bad_field_is_put_into_every_row(caller: Caller, box: RunningSandbox) -> None:
    """A wrong type where a number was."""
    make_family(box, "aggregated")
    fault = {"method": "GET", "path_regex": "customers/customer$", "kind": 'bad_field:id:"x"'}
    box.control("POST", "switch", {"fault": [fault]})
    assert [row["id"] for row in caller.get("customers/customer")] == ["x", "x"]
    assert [row["id"] for row in caller.get("customers/customer")] == [1, 2]


def test_maintenance_and_latency(caller: Caller, box: RunningSandbox) -> None:
    """Everything of the API is 503 while the control API answers."""
    box.control("POST", "switch", {"maintenance": True, "latency_ms": 1})
    answer = caller.call("GET", "customers/customer")
    assert (answer.status, answer.headers["retry-after"]) == (503, "5")
    box.control("POST", "switch", {"maintenance": False})
    assert caller.get("customers/customer") == []


def test_requests_are_listed_and_cleared(caller: Caller, box: RunningSandbox) -> None:
    """Only API calls are listed, with credentials' kind, status and size."""
    caller.get("customers/customer", limit="1")
    caller.call("POST", "finance/payments", PAYMENT, auth=caller.signed(3))
    listed = box.control("GET", "requests")
    assert isinstance(listed, list)
    assert [entry["n"] for entry in listed] == [1, 2]
    assert listed[0]["path"] == "/api/2.0/admin/customers/customer"
    assert (listed[0]["query"], listed[0]["auth"], listed[0]["status"]) == ("limit=1", "basic", 200)
    assert (listed[1]["auth"], listed[1]["status"]) == ("signature", 422)
    assert listed[1]["bytes"] == len(json.dumps(PAYMENT))
    assert box.control("GET", "requests?since=1") == [listed[1]]
    box.control("DELETE", "requests")
    assert box.control("GET", "requests") == []


def test_unknown_switches_and_faults_are_refused(box: RunningSandbox) -> None:
    """Names and kinds are checked, and so are types."""
    for wrong in (
        {"speed": 1},
        {"fault": {"kind": "earthquake"}},
        {"check_nonce": "yes"},
        {"deny": 3},
    ):
        with pytest.raises(Exception, match=r"no switch|no fault|takes a"):
            box.control("POST", "switch", wrong)
