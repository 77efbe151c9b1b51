"""The customer portal's addresses: who may call them, and what they do."""

from typing import Any

import pytest

from connector.sandbox.api.message import Call
from tests.sandbox.bench import Bench
from tests.sandbox.caller import AGENT


class Visitor:
    """A customer with a token."""

    def __init__(self, bench: Bench, customer_id: int) -> None:
        self.bench = bench
        row = bench.get(f"customers/customer/{customer_id}")
        body = {"auth_type": "customer", "login": row["login"], "password": row["password"]}
        pair = bench.call("POST", "auth/tokens", body, auth="").json
        self.auth = f"Splynx-EA (access_token={pair['access_token']})"

    def call(self, path: str, *, method: str = "GET", auth: str | None = None) -> Any:
        """One request below the portal's root."""
        address, _, query = path.partition("?")
        call = Call(
            method=method,
            path=f"/api/2.0/portal/{address}",
            query=query,
            authorization=self.auth if auth is None else auth,
            user_agent=AGENT,
        )
        return self.bench.still.front.answer(call).reply


@pytest.fixture
def visitor(bench: Bench) -> Visitor:
    """An account with one service, logged in."""
    return Visitor(bench, bench.account("30"))


def test_the_portal_is_for_customers(visitor: Visitor) -> None:
    """401 without a login, 403 with a key by any way, 404 for what is not there."""
    for path in ("services/billing-info", "services/start/1", "finance/invoices"):
        assert visitor.call(path, auth="").status == 401
        assert visitor.call(path, auth=visitor.bench.basic()).status == 403
        assert visitor.call(path, auth=visitor.bench.signed(1)).status == 403
    assert visitor.call("finance/invoices").status == 404
    assert visitor.call("services/billing-info", method="POST").status == 405


def test_billing_info_is_ones_own(visitor: Visitor) -> None:
    """The same as the administration sees of this account."""
    mine = visitor.call("services/billing-info")
    seen = visitor.bench.call("GET", "customers/billing-info/1")
    assert (mine.status, mine.text) == (200, seen.text)
    formatted = visitor.call("services/billing-info?format_values=true")
    assert formatted.status == 200
    assert formatted.text != mine.text


def test_services_of_daily_payers_can_be_stopped_and_started(visitor: Visitor) -> None:
    """Their own, of the named kind; of other payers 405, of others and other kinds 404."""
    bench = visitor.bench
    assert visitor.call("services/stop/1?service_type=internet").status == 405
    bench.put("customers/customer/1", {"billing_type": "prepaid"})
    other = bench.account("20")
    service = "customers/customer/1/internet-services--1"
    for turn, status in (("stop", "stopped"), ("start", "active")):
        assert visitor.call(f"services/{turn}/1?service_type=internet").status == 200
        assert bench.get(service)["status"] == status
    assert visitor.call("services/stop/1?service_type=voice").status == 404
    stranger = Visitor(bench, other)
    assert stranger.call("services/stop/1?service_type=internet").status == 404
    assert bench.get(service)["status"] == "active"


def test_the_login_page_needs_no_login(visitor: Visitor) -> None:
    """Its entry points are listed, one by one too, and described."""
    listed = visitor.call("login/entry-points?render=1", auth="")
    assert listed.status == 200
    assert listed.text.startswith("[")
    assert visitor.call("login/entry-points?id=99999", auth="").status == 404
    described = visitor.call("login/entry-points", method="OPTIONS", auth="")
    assert '"name":"module"' in described.text
    assert visitor.call("login/entry-points", method="POST", auth="").status == 405
