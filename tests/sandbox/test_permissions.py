"""Denied permissions per controller and action, and credentials in detail."""

from typing import Any

import pytest

from connector.sandbox.server import RunningSandbox
from tests.sandbox.bench import Bench
from tests.sandbox.caller import Caller

PARTNERS = "administration/partners"
LINE = {"description": "x", "price": "5"}
SERVICE = {"tariff_id": 1, "description": "Voice"}
ACTIONS = ("index", "view", "add", "update", "delete")
CALLS: list[tuple[str, str, str, str, Any]] = [
    ("customers/customer", "index", "GET", "customers/customer", None),
    ("customers/customer", "index", "HEAD", "customers/customer", None),
    ("customers/customer", "index", "OPTIONS", "customers/customer", None),
    ("customers/customer", "view", "GET", "customers/customer/1", None),
    ("customers/customer", "add", "POST", "customers/customer", {"name": "A"}),
    ("customers/customer", "update", "PUT", "customers/customer/1", {"city": "Easton"}),
    ("customers/customer", "delete", "DELETE", "customers/customer/2", None),
    ("customers/customer-billing", "view", "GET", "customers/customer-billing/1", None),
    ("customers/customer-billing", "update", "PUT", "customers/customer-billing/1", {}),
    ("customers/billing-info", "view", "GET", "customers/billing-info/1", None),
    ("logs/changes", "index", "GET", "logs/changes", None),
    ("logs/changes", "index", "GET", "customers/customer/1/logs-changes", None),
    ("customers/internet-services", "index", "GET", "customers/customer/1/internet-services", None),
    ("customers/internet-services", "view", "GET", "customers/customer/1/internet-services--1", None),
    ("customers/voice-services", "add", "POST", "customers/customer/1/voice-services", SERVICE),
    ("customers/internet-services", "update", "PUT", "customers/customer/1/internet-services--1", {}),
    ("customers/internet-services", "delete", "DELETE", "customers/customer/1/internet-services--1", None),
    ("finance/invoices", "index", "GET", "finance/invoices", None),
    ("finance/invoices", "view", "GET", "finance/invoices/1", None),
    ("finance/invoices", "add", "POST", "finance/invoices", {"customer_id": 1, "items": [LINE]}),
    ("finance/invoices", "update", "PUT", "finance/invoices/1", {"memo": "m"}),
    ("finance/invoices", "delete", "DELETE", "finance/invoices/1", None),
    ("finance/credit-notes", "add", "POST", "finance/credit-notes", {"customer_id": 1, "items": [LINE]}),
    ("finance/payments", "add", "POST", "finance/payments", {"customer_id": 1, "amount": "1"}),
    ("finance/transactions", "index", "GET", "finance/transactions", None),
    ("finance/invoice-relations", "index", "GET", "finance/invoice-relations", None),
    (PARTNERS, "view", "GET", f"{PARTNERS}/1", None),
]  # fmt: skip
NAMES = [f"{method} {path}" for _, _, method, path, _ in CALLS]


def furnished() -> Bench:
    """Two accounts and an open invoice."""
    bench = Bench()
    bench.account("30")
    bench.account()
    bench.still.control("POST", "charge")
    return bench


def status_with(deny: list[list[str]], call: tuple[str, str, str, str, Any]) -> int:
    """The status of a call under denials; a refusal must leave everything as it was."""
    bench = furnished()
    bench.still.control("POST", "switch", {"deny": deny})
    before: Any = bench.still.control("GET", "state")
    answer = bench.call(call[2], call[3], call[4])
    if answer.status == 403:
        assert answer.json["error"]["internal_code"] == "FORBIDDEN"
        assert bench.still.control("GET", "state") == before
        assert bench.invoices(1)[0]["memo"] == ""
    return answer.status


@pytest.mark.parametrize("call", CALLS, ids=NAMES)
def test_each_action_is_denied_by_its_own_name_and_by_stars(
    call: tuple[str, str, str, str, Any],
) -> None:
    """The pair itself, any action of the controller, any controller, anything."""
    controller, action = call[:2]
    for pair in ([controller, action], [controller, "*"], ["*", action], ["*", "*"]):
        if pair in (["*", "index"], ["*", "*"]):
            continue  # the check of what is left reads a list itself
        if call[:2] == ("finance/invoices", "index") or pair == ["finance/invoices", "*"]:
            continue
        assert status_with([pair], call) == 403, pair


@pytest.mark.parametrize("call", CALLS, ids=NAMES)
def test_each_action_stays_open_when_all_others_are_denied(
    call: tuple[str, str, str, str, Any],
) -> None:
    """Denials of other actions, of other controllers and of look-alike names do not matter."""
    controller, action = call[:2]
    others = [[controller, other] for other in ACTIONS if other != action]
    others += [[controller + "s", action], [controller.split("/")[0], "*"], ["finance", "*"]]
    assert status_with(others, call) in {200, 201, 202, 204}


@pytest.mark.parametrize("pair", [["*", "*"], ["*", "index"], ["finance/invoices", "index"]])
def test_lists_counts_and_attributes_are_one_action(pair: list[str]) -> None:
    """GET without id, HEAD and OPTIONS all are `index`."""
    bench = furnished()
    bench.still.control("POST", "switch", {"deny": [pair]})
    for method in ("GET", "HEAD", "OPTIONS"):
        assert bench.call(method, "finance/invoices").status == 403
    bench.still.control("POST", "switch", {"deny": []})
    assert bench.call("GET", "finance/invoices").status == 200


def test_permissions_come_after_credentials_and_before_existence(bench: Bench) -> None:
    """401 for a stranger, 403 for a row that is not there, as nothing may be learnt of it."""
    bench.still.control("POST", "switch", {"deny": [["finance/invoices", "view"]]})
    assert bench.call("GET", "finance/invoices/999", auth="").status == 401
    assert bench.call("GET", "finance/invoices/999").status == 403


HEADERS = [
    ("", "MISSED_AUTHORIZATION_HEADER"),
    ("Bearer abc", "INVALID_AUTH_TYPE"),
    ("Splynx-EA key=1", "INVALID_AUTH_TYPE"),
    ("Basic ***", "UNAUTHORIZED"),
    ("Basic ", "UNAUTHORIZED"),
    ("Basic /////w==", "UNAUTHORIZED"),
    ("Splynx-EA ()", "UNAUTHORIZED"),
    ("Splynx-EA (key=x&nonce=1&signature=x)", "UNAUTHORIZED"),
    ("Splynx-EA (access_token=x)", "UNAUTHORIZED"),
    ("Splynx-EA (access_token=)", "EMPTY_ACCESS_TOKEN"),
]


@pytest.mark.parametrize(("header", "code"), HEADERS)
def test_headers_that_are_no_credentials(bench: Bench, header: str, code: str) -> None:
    """401 with the code that says what is wrong."""
    answer = bench.call("GET", PARTNERS, auth=header)
    assert (answer.status, answer.json["error"]["internal_code"]) == (401, code)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"auth_type": "customer", "login": "a", "password": "b"},
        {"auth_type": "api_key"},
        {"auth_type": "api_key", "key": "x", "nonce": "1", "signature": "y"},
        {"auth_type": "admin", "login": "admin", "password": "wörng"},
        {"auth_type": "admin", "login": "root"},
    ],
)
def test_logins_that_are_none(bench: Bench, body: dict[str, str]) -> None:
    """401, words beyond ASCII included, and no token goes out."""
    answer = bench.call("POST", "auth/tokens", body, auth="")
    assert answer.status == 401
    assert "access_token" not in answer.text


def log_in(caller: Caller, nonce: int, agent: str = "one") -> Any:
    """Log in with the key and a nonce."""
    body = {"auth_type": "api_key", **caller.sign(nonce)}
    return caller.call("POST", "auth/tokens", body, auth="", agent=agent)


@pytest.mark.parametrize(
    ("nonces", "statuses"),
    [
        ([5, 6, 7], [201, 201, 201]),
        ([5, 5], [201, 401]),
        ([5, 4, 6], [201, 401, 201]),
        ([100, 99, 100, 101], [201, 401, 401, 201]),
    ],
)
def test_a_checked_nonce_grows_over_logins_and_requests_alike(
    bench: Bench, nonces: list[int], statuses: list[int]
) -> None:
    """A refused nonce does not count as used; logins and signed requests share one row."""
    bench.still.control("POST", "switch", {"check_nonce": True})
    assert [log_in(bench, nonce).status for nonce in nonces] == statuses
    last = max(nonces)
    assert bench.call("GET", PARTNERS, auth=bench.signed(last)).status == 401
    assert bench.call("GET", PARTNERS, auth=bench.signed(last + 1)).status == 200
    assert log_in(bench, last + 1).status == 401


@pytest.mark.parametrize(
    ("minutes", "passed", "status"), [(30, 29, 200), (30, 30, 401), (1, 1, 401)]
)
def test_a_token_lives_as_long_as_the_switch_says(
    bench: Bench, minutes: int, passed: int, status: int
) -> None:
    """By the virtual clock alone, to the minute; the answer tells the end in Unix seconds."""
    bench.still.control("POST", "switch", {"token_minutes": minutes})
    pair = log_in(bench, 1).json
    assert pair["access_token_expiration"] == bench.world.clock.unix() + minutes * 60
    bench.still.control("POST", "advance", {"minutes": passed})
    header = f"Splynx-EA (access_token={pair['access_token']})"
    assert bench.call("GET", PARTNERS, auth=header, agent="one").status == status


def test_a_chain_of_renewals_keeps_one_pair_alive(bench: Bench) -> None:
    """Each renewal bans the pair before it, an expired access token can still be renewed."""
    pair = log_in(bench, 1).json
    for _ in range(4):
        bench.still.control("POST", "advance", {"minutes": 45})
        renewed = bench.call("GET", f"auth/tokens/{pair['refresh_token']}", auth="", agent="one")
        assert renewed.status == 200
        for token in (pair["access_token"], pair["refresh_token"]):
            old = bench.call("GET", PARTNERS, auth=f"Splynx-EA (access_token={token})", agent="one")
            assert old.json["error"]["internal_code"] == "TOKEN_BANNED"
        pair = renewed.json
    header = f"Splynx-EA (access_token={pair['access_token']})"
    assert bench.call("GET", PARTNERS, auth=header, agent="one").status == 200


def test_a_pair_is_bound_to_its_user_agent_until_the_switch_is_off(bench: Bench) -> None:
    """Requests and renewals by another agent are refused, and the pair survives the attempt."""
    pair = log_in(bench, 1).json
    header = f"Splynx-EA (access_token={pair['access_token']})"
    renewal = f"auth/tokens/{pair['refresh_token']}"
    for answer in (
        bench.call("GET", PARTNERS, auth=header, agent="two"),
        bench.call("GET", renewal, auth="", agent="two"),
    ):
        assert answer.json["error"]["internal_code"] == "USER_AGENT_CHANGED"
    assert bench.call("GET", PARTNERS, auth=header, agent="one").status == 200
    bench.still.control("POST", "switch", {"bind_user_agent": False})
    assert bench.call("GET", PARTNERS, auth=header, agent="two").status == 200


def test_logins_stand_side_by_side_over_http(caller: Caller, box: RunningSandbox) -> None:
    """Two pairs live; logging one out leaves the other; maintenance refuses tokens too."""
    first, second = (log_in(caller, nonce).json for nonce in (1, 2))
    assert caller.call("DELETE", f"auth/tokens/{first['refresh_token']}", auth="").status == 204
    header = f"Splynx-EA (access_token={second['access_token']})"
    assert caller.call("GET", PARTNERS, auth=header, agent="one").status == 200
    assert caller.call("DELETE", "auth/tokens/none", auth="").status == 401
    box.control("POST", "switch", {"maintenance": True})
    assert log_in(caller, 3).status == 503


def test_a_form_logs_in_as_json_does(caller: Caller) -> None:
    """A url-encoded body, as PHP programs send it; and the health check needs no credentials."""
    made = caller.sign(9)
    text = "&".join(f"{name}={value}" for name, value in made.items())
    form = f"auth_type=api_key&{text}".encode()
    kind = "application/x-www-form-urlencoded"
    answer = caller.send("POST", "auth/tokens", form, headers={}, kind=kind)
    assert answer.status == 201
    health = caller.call("GET", "api/check", auth="")
    assert health.json == {"status": "ok", "message": "API is valid", "same_server": 0}
