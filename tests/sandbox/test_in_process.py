"""Requests without sockets are answered, and fail, as over HTTP."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from connector.sandbox.seed import build_world
from connector.sandbox.server import RunningSandbox, SandboxOptions
from tests.sandbox.in_process_http import SandboxTransport

OPTIONS = SandboxOptions(families=2, subs=2)
PAYMENT = {"customer_id": 1, "amount": "5"}
PATIENT, HASTY = 10, 0.3  # seconds that a caller waits for the next bytes
SEQUENCE: list[tuple[str, str, Any]] = [
    ("GET", "customers/customer?main_attributes[id][0]=IN&main_attributes[id][1][]=2", None),
    ("HEAD", "customers/customer", None),
    ("OPTIONS", "finance/payments", None),
    ("POST", "finance/payments", PAYMENT),
    ("POST", "finance/payments", {"amount": "5"}),
    ("PUT", "customers/customer/2", {"city": "Zoë's End"}),
    ("GET", "customers/customer/2", None),
    ("GET", "customers/customer/99", None),
    ("DELETE", "finance/payments/1", None),
    ("GET", "finance/payments", None),
    ("PATCH", "finance/payments", None),
    ("GET", "../1.0/admin", None),
]


class Side:
    """One of two equal sandboxes, reached one way or the other."""

    def __init__(self, http: httpx.Client, control: Any, box: Any) -> None:
        self.http = http
        self.control = control
        pair = f"{box.key}:{box.secret}".encode()
        self.patience: float = PATIENT
        self.auth = {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}

    def seen(self, method: str, path: str, body: Any) -> object:
        """All that a caller can tell of one exchange."""
        url = f"/api/2.0/admin/{path}"
        try:
            answer = self.http.request(
                method, url, json=body, headers=self.auth, timeout=self.patience
            )
        except httpx.HTTPError as error:
            return type(error).__name__
        return answer.status_code, dict(answer.headers), answer.text


@pytest.fixture
def sides() -> Iterator[tuple[Side, Side]]:
    """Equal worlds: one behind a port, one in this process."""
    world = build_world(OPTIONS)
    transport = SandboxTransport(world)
    with (
        RunningSandbox(OPTIONS) as running,
        httpx.Client(base_url=running.base_url, timeout=PATIENT, trust_env=False) as wired,
        httpx.Client(base_url="http://sandbox", timeout=PATIENT, transport=transport) as near,
    ):
        yield Side(wired, running.control, running), Side(near, transport.box.control, world)


def compare(sides: tuple[Side, Side], requests: list[tuple[str, str, Any]]) -> list[object]:
    """What both sides see, which must be one thing."""
    wired, near = sides
    found = [wired.seen(*request) for request in requests]
    assert [near.seen(*request) for request in requests] == found
    return found


def test_a_sequence_of_requests_is_answered_alike(sides: tuple[Side, Side]) -> None:
    """Statuses, headers and bodies, of reads, writes and refusals."""
    found = compare(sides, SEQUENCE)
    assert [each[0] for each in found if isinstance(each, tuple)] == [
        200, 204, 200, 201, 422, 202, 200, 404, 204, 200, 405, 404,
    ]  # fmt: skip


FAULTS = [
    ("timeout_before_commit", 0, "RemoteProtocolError"),
    ("timeout_after_commit", 0, "RemoteProtocolError"),
    ("timeout_after_commit", 1, "ReadTimeout"),
    ("late_commit_cut:1", 0, "RemoteProtocolError"),
    ("late_commit:1", 0, 504),
    ("http_503", 0, 503),
    ("http_500_after_commit", 0, 500),
    ("html_502", 0, 502),
    ("truncated", 0, 201),
    ("reset", 0, "ReadError"),
    ("slow_body", 1, 201),
    ("slow_body", 4, "ReadTimeout"),
    ("bad_field:id:null", 0, 201),
    ("wrong_type:number:text", 0, 201),
    ("stale:2", 0, 201),
    ("token_expired", 0, 401),
    ("permission_withdrawn", 0, 403),
]


@pytest.mark.parametrize(("kind", "seconds", "expected"), FAULTS)
def test_faults_are_met_alike(
    sides: tuple[Side, Side], kind: str, seconds: int, expected: object
) -> None:
    """The same answers or the same failures, and the same world afterwards."""
    order = {"method": "POST", "kind": kind, "seconds": seconds, "count": 1}
    for side in sides:
        side.control("POST", "switch", {"fault": order})
        side.patience = HASTY if expected == "ReadTimeout" else PATIENT
    found = compare(sides, [("POST", "finance/payments", PAYMENT)])[0]
    assert (found[0] if isinstance(found, tuple) else found) == expected
    for side in sides:
        side.patience = PATIENT
    compare(sides, [("GET", "finance/payments", None)] * 3)
    states = [side.control("GET", "state") for side in sides]
    assert states[0] == states[1]


def test_a_refused_connection_is_told_apart_in_process_only(sides: tuple[Side, Side]) -> None:
    """A server that listens cannot refuse one path: over HTTP it closes without reading."""
    for side, failure in zip(sides, ("RemoteProtocolError", "ConnectError"), strict=True):
        side.control("POST", "switch", {"fault": {"kind": "refused"}})
        assert side.seen("POST", "finance/payments", PAYMENT) == failure
        assert side.http.get("/api/2.0/admin/finance/payments", headers=side.auth).json() == []
