"""What an operator hears about the key and its permissions."""

from __future__ import annotations

import httpx
import pytest

from connector.errors import PlatformDenied, PlatformUnavailable
from connector.splynx import SplynxPlatform
from tests.splynx.support import NOW, Answer, Handler, error_body, in_turn, reply, setting


def probes(handler: Handler, **changes: str) -> dict[str, tuple[bool, str]]:
    """What is probed, by name."""
    reader = SplynxPlatform(setting(handler, **changes).connection)
    return {probe.resource: (probe.ok, probe.sentence) for probe in reader.probe_permissions()}


def denying(path: str, status: int = 403) -> Handler:
    """A platform that allows everything but one path."""

    def handler(request: httpx.Request) -> Answer:
        if request.url.path.endswith("/auth/tokens"):
            return login({})
        if request.url.path.endswith(path):
            return reply(status, error_body(status, "No", "FORBIDDEN"))
        return reply(200, [{"id": 5}])

    return handler


def login(permissions: object) -> httpx.Response:
    """A successful login that tells permissions."""
    return reply(
        201,
        {
            "access_token": "a",
            "access_token_expiration": NOW + 1800,
            "refresh_token": "r",
            "refresh_token_expiration": NOW + 9000,
            "permissions": permissions,
        },
    )


def test_everything_allowed() -> None:
    """Nine lists and four single records, one row each."""
    found = probes(denying("/nothing"))
    assert len(found) == 13
    assert all(ok for ok, _ in found.values())
    assert found["billing one"] == (True, "may customers/customer-billing: view")


def test_a_denied_reading_names_what_to_grant() -> None:
    """And the others are probed all the same."""
    found = probes(denying("/finance/invoices"))
    ok, sentence = found["invoices list"]
    assert not ok
    assert "grant the API key finance/invoices: index" in sentence
    assert found["payments list"][0]
    assert "invoices one" not in found


def test_a_module_that_is_off_is_fine_for_services_only() -> None:
    """Nobody can have such a service then."""
    assert probes(denying("/voice-services", 405))["voice_services list"][0]
    assert not probes(denying("/finance/payments", 405))["payments list"][0]


def test_writing_is_looked_up_in_the_logins_answer() -> None:
    """Whatever way the controller is spelt."""
    told = {
        "api\\admin\\finance\\Invoices": {"add": "allow", "update": "deny"},
        "api\\admin\\finance\\CreditNotes": {"add": "deny"},
    }

    def handler(request: httpx.Request) -> Answer:
        return login(told) if request.url.path.endswith("/auth/tokens") else reply(200, [])

    found = probes(handler, auth="token")
    assert found["invoices create"] == (True, "may finance/invoices: add")
    assert found["invoices update"] == (False, "grant the API key finance/invoices: update")
    assert found["credit_notes create"] == (False, "grant the API key finance/credit-notes: add")
    assert "accounts update" not in found


def test_login_is_accepted() -> None:
    """Even where the request that shows it is not allowed."""
    for answer in (httpx.Response(204), reply(403, error_body(403, "No", "FORBIDDEN"))):
        SplynxPlatform(setting(in_turn(answer)).connection).check_login()


def test_login_is_refused_or_not_to_be_had() -> None:
    """Two different things for the operator."""
    refused = setting(in_turn(reply(401, error_body(401, "No", "UNAUTHORIZED"))))
    with pytest.raises(PlatformDenied):
        SplynxPlatform(refused.connection).check_login()
    away = setting(in_turn(httpx.ConnectError("refused")), read_attempts=1)
    with pytest.raises(PlatformUnavailable):
        SplynxPlatform(away.connection).check_login()
