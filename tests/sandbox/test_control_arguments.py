"""The control API refuses what it cannot do with a status and a sentence, and does nothing then."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from connector.sandbox.control.endpoints import ENDPOINTS
from connector.sandbox.server import RunningSandbox
from tests.sandbox.conftest import charge, make_family


@pytest.fixture(scope="module")
def standing() -> Iterator[RunningSandbox]:
    """A charged family of three (accounts 1 to 3, invoices 1 to 3), which no test here changes."""
    with RunningSandbox() as running:
        make_family(running, "aggregated", "independent")
        charge(running)
        yield running


def ask(box: RunningSandbox, method: str, path: str, body: bytes | None) -> tuple[int, Any]:
    """Status and JSON of one control request."""
    request = Request(f"{box.control_url}/{path}", data=body, method=method)  # noqa: S310 - our own http address
    try:
        with urlopen(request, timeout=10) as answer:  # noqa: S310 - our own http address
            return answer.status, json.loads(answer.read())
    except HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


BAD: list[tuple[str, dict[str, Any], int, str]] = [
    ("advance", {"days": "x"}, 400, "days must be a whole number"),
    ("advance", {"days": 1.5}, 400, "days must be a whole number"),
    ("advance", {"days": -1}, 400, "only goes forward"),
    ("advance", {"days": 4000}, 400, "at most 3700 days"),
    ("advance", {"days": 10**12}, 400, "too many"),
    ("advance", {"minutes": "one"}, 400, "minutes must be a whole number"),
    ("advance", {"to": "soon"}, 400, "local date and time"),
    ("advance", {"to": "2026-02-30"}, 400, "local date and time"),
    ("advance", {"to": "2026-02-01T00:00:00+01:00"}, 400, "without a zone"),
    ("advance", {"to": "2025-01-01"}, 400, "only goes forward"),
    ("charge", {"customer_ids": "1"}, 400, "list of whole numbers"),
    ("charge", {"customer_ids": ["1"]}, 400, "list of whole numbers"),
    ("charge", {"customer_ids": [True]}, 400, "list of whole numbers"),
    ("pay", {}, 400, "customer_id must be a whole number"),
    ("pay", {"customer_id": 99}, 404, "no customer 99"),
    ("pay", {"customer_id": 1, "amount": "much"}, 400, "amount must be an amount"),
    ("pay", {"customer_id": 1, "amount": [1]}, 400, "amount must be an amount"),
    ("pay", {"customer_id": 1, "amount": "NaN"}, 400, "amount must be an amount"),
    ("pay", {"customer_id": 1, "amount": "1e40"}, 400, "amount is too large"),
    ("pay", {"customer_id": 1, "amount": "0"}, 400, "nothing is due"),
    ("pay", {"customer_id": 1, "amount": "0.001"}, 422, "amount"),
    ("pay", {"customer_id": 1, "invoice_id": 2}, 400, "nothing is due"),
    ("pay", {"customer_id": 1, "invoice_id": 2, "amount": "5"}, 422, "invoice_id"),
    ("pay", {"customer_id": 1, "invoice_id": "x"}, 400, "invoice_id must be a whole number"),
    ("credit", {"customer_id": 1}, 400, "amount must be an amount"),
    ("credit", {"customer_id": 99, "amount": "1"}, 404, "no customer 99"),
    ("credit", {"customer_id": 1, "amount": "-1"}, 422, "negative"),
    ("credit", {"customer_id": 1, "amount": "1", "invoice_id": 2}, 422, "invoicesId"),
    ("credit", {"customer_id": 1, "amount": "1", "tax": "x"}, 400, "tax must be an amount"),
    ("invoice", {"customer_id": 1}, 422, "must have positions"),
    ("invoice", {"customer_id": 99, "items": [{"price": "1"}]}, 404, "no customer 99"),
    ("invoice", {"customer_id": 1, "items": [3]}, 400, "items must be a list of objects"),
    ("invoice", {"customer_id": 1, "items": {"price": "1"}}, 400, "items must be a list of objects"),
    ("invoice", {"customer_id": 1, "items": [{}]}, 400, "price must be an amount"),
    ("invoice", {"customer_id": 1, "items": [{"price": "-1"}]}, 422, "negative"),
    ("invoice", {"customer_id": 1, "items": [{"price": "1"}], "type": "x"}, 400, "type must be one of"),
    ("edit", {}, 400, "resource is needed"),
    ("edit", {"resource": "houses", "id": 1}, 400, "resource must be one of"),
    ("edit", {"resource": "customers"}, 400, "id must be a whole number"),
    ("edit", {"resource": "customers", "id": 99}, 404, "no such row"),
    ("edit", {"resource": "customers", "id": 1, "changes": [1]}, 400, "changes must be an object"),
    ("edit", {"resource": "customers", "id": 1, "changes": {"status": "gone"}}, 422, "status"),
    ("edit", {"resource": "customers", "id": 1, "administrator_id": "me"}, 400, "administrator_id"),
    ("edit", {"resource": "invoices", "id": 1, "changes": {"number": 1}, "force": "yes"}, 400, "force must be"),
    ("edit", {"resource": "invoices", "id": 1, "changes": {"customer_id": 2}, "force": False}, 422, "customer_id"),
    ("edit", {"resource": "invoices", "id": 1, "changes": {"date_till": "x"}, "force": True}, 422, "date_till"),
    ("delete", {"resource": "billing", "id": 1}, 400, "cannot be deleted"),
    ("delete", {"resource": "invoices", "id": 99}, 404, "no such row"),
    ("block", {"customer_id": 99}, 404, "no customer 99"),
    ("block", {"customer_id": 1, "by": "cat"}, 400, "by must be one of"),
    ("family", {"main": 3}, 400, "main must be an object"),
    ("family", {"subs": {}}, 400, "subs must be a list"),
    ("family", {"billing_day": 31}, 400, "billing_day must be 1 to 28"),
    ("family", {"billing_day": 0}, 400, "billing_day must be 1 to 28"),
    ("family", {"main": {"services": [{}]}}, 400, "price must be an amount"),
    ("family", {"main": {"services": [{"price": "1", "quantity": "x"}]}}, 400, "quantity must be"),
    ("family", {"subs": [{"mode": "loose"}]}, 400, "mode must be one of"),
    ("family/native", {"sub_id": 1, "main_id": 1}, 422, "Main account is invalid"),
    ("family/native", {"sub_id": 99, "main_id": 1}, 404, "no customer 99"),
    ("family/native", {"sub_id": 2, "main_id": 1, "mode": "x"}, 400, "mode must be one of"),
    ("link", {"sub_id": 2, "main_id": 99}, 404, "no customer 99"),
    ("link", {"sub_id": 2, "mode": "x"}, 400, "mode must be one of"),
    ("switch", {"speed": 1}, 400, "no switch named speed"),
    ("switch", {"maintenance": 1}, 400, "maintenance takes a bool"),
    ("switch", {"token_minutes": True}, 400, "token_minutes takes a int"),
    ("switch", {"latency_ms": -1}, 400, "latency_ms must not be negative"),
    ("switch", {"deny": [["finance/invoices"]]}, 400, "deny takes a list"),
    ("switch", {"deny": "all"}, 400, "deny takes a list"),
    ("switch", {"maintenance": True, "speed": 1}, 400, "no switch named speed"),
]  # fmt: skip


def picture(box: RunningSandbox) -> list[object]:
    """All that a refused request must leave alone."""
    paths = ("state", "switch", "families", "audit")
    return [ask(box, "GET", path, None)[1] for path in paths]


@pytest.mark.parametrize(("path", "body", "status", "sentence"), BAD)
def test_bad_arguments_are_refused_with_a_sentence(
    standing: RunningSandbox, path: str, body: dict[str, Any], status: int, sentence: str
) -> None:
    """The sentence names what is wrong; state, switches, families and audit stay as they were."""
    before = picture(standing)
    seen, answer = ask(standing, "POST", path, json.dumps(body).encode())
    assert (seen, sentence in answer["error"]) == (status, True), answer
    assert picture(standing) == before


@pytest.mark.parametrize("body", [b"{", b"[]", b"3", b'"x"', b"\xff", b"null"])
@pytest.mark.parametrize("path", ["advance", "charge", "family", "switch"])
def test_a_body_that_is_no_object_is_refused(
    standing: RunningSandbox, path: str, body: bytes
) -> None:
    """Half a JSON text must not charge everybody."""
    before = picture(standing)
    status, answer = ask(standing, "POST", path, body)
    assert status == 400
    assert answer["error"].startswith("the body ")
    assert picture(standing) == before


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "advance"), ("PUT", "switch"), ("POST", "audit"), ("GET", "x"), ("DELETE", "state")],
)
def test_other_addresses_are_404_and_point_to_the_list(
    standing: RunningSandbox, method: str, path: str
) -> None:
    """The list names every endpoint with a sentence."""
    status, answer = ask(standing, method, path, None)
    assert (status, "GET /control lists them" in answer["error"]) == (404, True)
    listed = ask(standing, "GET", "", None)[1]
    assert len(listed) == len(ENDPOINTS)
    assert all(sentence.endswith(".") for sentence in listed.values())


def test_force_must_be_true_to_force(box: RunningSandbox) -> None:
    """`force: false` keeps the document rules; `true` writes past them."""
    main, _ = make_family(box)
    charge(box)
    box.control("POST", "pay", {"customer_id": main})
    edit = {"resource": "invoices", "id": 1, "changes": {"number": "X"}}
    with pytest.raises(Exception, match="number"):
        box.control("POST", "edit", {**edit, "force": False})
    box.control("POST", "edit", {**edit, "force": True})
    assert [row.number for row in box.world.invoices] == ["X"]


def test_staff_edits_carry_the_administrators_number(box: RunningSandbox) -> None:
    """1 unless told otherwise; the system's blocks carry 0."""
    make_family(box)
    for number, expected in ((None, 1), (7, 7)):
        status = "blocked" if number is None else "active"
        body = {"resource": "customers", "id": 1, "changes": {"status": status}}
        box.control(
            "POST", "edit", body if number is None else {**body, "administrator_id": number}
        )
        assert box.world.changes.of_customer(1)[-1].administrator_id == expected
    box.control("POST", "block", {"customer_id": 1})
    assert box.world.changes.of_customer(1)[-1].administrator_id == 0
