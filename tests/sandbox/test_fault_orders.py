"""Faults of every kind over HTTP, by nth and count; and orders that are refused."""

import http.client
import json
from collections.abc import Iterator
from typing import Any

import pytest

from connector.sandbox.errors import SandboxError
from connector.sandbox.server import RunningSandbox
from tests.sandbox.caller import Answer, Caller

PAYMENT = {"customer_id": 1, "amount": "5"}
CUT = (http.client.RemoteDisconnected, ConnectionResetError)


@pytest.fixture(scope="module")
def shared() -> Iterator[Caller]:
    """One sandbox with one account, whose faults each test orders anew."""
    with RunningSandbox() as running:
        running.control("POST", "family", {"main": {}})
        yield Caller(running)


def order(caller: Caller, *faults: dict[str, object]) -> None:
    """Order faults on payments."""
    plain = {"method": "POST", "path_regex": "finance/payments$"}
    caller.box.control("POST", "switch", {"fault": [plain | fault for fault in faults] or None})


def outcome(caller: Caller) -> tuple[str, int]:
    """What the caller of one payment sees, and how many payments it made."""
    before = len(caller.box.world.payments)
    try:
        answer = caller.call("POST", "finance/payments", PAYMENT)
    except CUT:
        seen = "cut"
    else:
        seen = _told(answer)
    return seen, len(caller.box.world.payments) - before


def _told(answer: Answer) -> str:
    try:
        json.loads(answer.text)
    except json.JSONDecodeError:
        return f"{answer.status} unreadable"
    return str(answer.status)


KINDS = [
    ("http_400", ("400", 0)),
    ("http_401", ("401", 0)),
    ("http_403", ("403", 0)),
    ("http_404", ("404", 0)),
    ("http_429", ("429", 0)),
    ("http_500", ("500", 0)),
    ("http_502", ("502", 0)),
    ("http_503", ("503", 0)),
    ("http_504", ("504", 0)),
    ("http_500_after_commit", ("500", 1)),
    ("http_503_after_commit", ("503", 1)),
    ("http_422_after_commit", ("422", 1)),
    ("timeout_after_commit", ("cut", 1)),
    ("html_200", ("200 unreadable", 0)),
    ("truncated", ("201 unreadable", 1)),
    ("bad_field:id:null", ("201", 1)),
]


@pytest.mark.parametrize(("kind", "expected"), KINDS)
@pytest.mark.parametrize(("nth", "count"), [(1, 1), (1, 2), (2, 1), (2, 2), (3, 1)])
def test_each_kind_strikes_its_requests_and_no_others(
    shared: Caller, kind: str, expected: tuple[str, int], nth: int, count: int
) -> None:
    """Of four payments those from the nth on go wrong as ordered, `count` of them."""
    order(shared, {"kind": kind, "nth": nth, "count": count})
    right = ("201", 1)
    wanted = [expected if nth <= at < nth + count else right for at in range(1, 5)]
    assert [outcome(shared) for _ in range(4)] == wanted


def test_two_orders_count_the_same_requests(shared: Caller) -> None:
    """The second order's nth counts the request that the first one spoilt."""
    order(shared, {"kind": "http_500", "nth": 1}, {"kind": "http_502", "nth": 2})
    assert [outcome(shared)[0] for _ in range(3)] == ["500", "502", "201"]
    order(shared, {"kind": "http_500", "count": 2}, {"kind": "http_502", "count": 3})
    assert [outcome(shared)[0] for _ in range(4)] == ["500", "500", "502", "201"]


@pytest.mark.parametrize(
    ("order_of", "struck"),
    [
        ({"method": "GET"}, False),
        ({"method": "post"}, True),
        ({"method": "*"}, True),
        ({"path_regex": "credit"}, False),
        ({"path_regex": "^/api/2.0/admin/finance"}, True),
        ({"path_regex": "payments/"}, False),
        ({"path_regex": ""}, True),
    ],
)
def test_method_and_path_choose(
    shared: Caller, *, order_of: dict[str, object], struck: bool
) -> None:
    """The whole path is searched by the pattern; a star is any method."""
    order(shared, {"kind": "http_500", **order_of})
    assert outcome(shared)[0] == ("500" if struck else "201")


@pytest.mark.parametrize(
    ("value", "seen"),
    [("null", None), ('"x"', "x"), ("[]", []), ("-1", -1), ('{"a":1}', {"a": 1}), ("1.50", "1.50")],
)
def test_a_bad_field_is_any_json(shared: Caller, value: str, seen: object) -> None:
    """In lists, in single rows; fields of that name within lines stay as they are."""
    order(shared)
    for path in ("customers/customer", "customers/customer/1"):
        fault = {"method": "GET", "path_regex": f"{path}$", "kind": f"bad_field:status:{value}"}
        shared.box.control("POST", "switch", {"fault": fault})
        got: Any = shared.get(path)
        row = got[0] if isinstance(got, list) else got
        assert str(row["status"]) == str(seen).rstrip("0")
        assert row["id"] == 1


@pytest.mark.parametrize("status", [429, 503])
def test_waiting_answers_say_how_long(shared: Caller, status: int) -> None:
    """Retry-After on 429 and 503, as the switch has it, and on no other status."""
    shared.box.control("POST", "switch", {"retry_after_seconds": 17})
    for kind, waits in ((f"http_{status}", "17"), ("http_500", None), ("http_404", None)):
        order(shared, {"kind": kind})
        answer = shared.call("POST", "finance/payments", PAYMENT)
        assert answer.headers.get("retry-after") == waits


def test_a_cut_answer_is_listed_with_status_zero(shared: Caller) -> None:
    """The list of requests shows what was sent back, not what would have been."""
    shared.box.control("DELETE", "requests")
    for kind in ("timeout_after_commit", "http_500_after_commit", "html_200"):
        order(shared, {"kind": kind})
        outcome(shared)
    listed: Any = shared.box.control("GET", "requests")
    assert [entry["status"] for entry in listed] == [0, 500, 200]
    assert [entry["method"] for entry in listed] == ["POST"] * 3


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("http_500", "a fault is an object"),
        ([3], "a fault is an object"),
        ({}, "no fault of kind"),
        ({"kind": "http_50"}, "no fault of kind"),
        ({"kind": "http_100"}, "no fault of kind"),
        ({"kind": "http_600"}, "no fault of kind"),
        ({"kind": "html_600"}, "no fault of kind"),
        ({"kind": "bad_field:id"}, "no fault of kind"),
        ({"kind": "bad_field:id:x"}, "must be JSON"),
        ({"kind": "http_500", "path_regex": "("}, "path_regex"),
        ({"kind": "http_500", "nth": 0}, "nth must be"),
        ({"kind": "http_500", "nth": "two"}, "nth must be"),
        ({"kind": "http_500", "nth": True}, "nth must be"),
        ({"kind": "http_500", "count": -1}, "count must be"),
        ({"kind": "http_500", "count": 1.5}, "count must be"),
        ({"kind": "http_500", "path": "x"}, "has no 'path'"),
    ],
)
def test_a_wrong_order_is_refused_and_the_old_one_stands(
    shared: Caller, fault: object, sentence: str
) -> None:
    """400 with a sentence; nothing of the request is taken over."""
    order(shared, {"kind": "http_502"})
    with pytest.raises(SandboxError, match=sentence):
        shared.box.control("POST", "switch", {"latency_ms": 9, "fault": fault})
    held: Any = shared.box.control("GET", "switch")
    assert ([each["kind"] for each in held["fault"]], held["latency_ms"]) == (["http_502"], 0)


def test_an_order_can_be_read_and_sent_back(shared: Caller) -> None:
    """What GET shows is an order again, counting from the start."""
    order(shared, {"kind": "http_500", "nth": 2})
    outcome(shared)
    held: Any = shared.box.control("GET", "switch")
    assert held["fault"][0]["seen"] == 1
    shared.box.control("POST", "switch", {"fault": held["fault"]})
    assert [outcome(shared)[0] for _ in range(3)] == ["201", "500", "201"]
