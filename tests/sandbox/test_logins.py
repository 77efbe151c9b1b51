"""Logins of customers and by session, bindings, white lists, sashes and what is told of rights."""

import base64
import json
from typing import Any

import pytest

from connector.sandbox.api.message import Call, Reply
from tests.sandbox.bench import Bench
from tests.sandbox.caller import AGENT

PARTNERS = "administration/partners"


def switch(bench: Bench, **values: object) -> None:
    """Flip switches."""
    bench.still.control("POST", "switch", values)


def log_in(bench: Bench, nonce: int = 1) -> Any:
    """A pair of tokens for the key."""
    body = {"auth_type": "api_key", **bench.sign(nonce)}
    answer = bench.call("POST", "auth/tokens", body, auth="")
    assert answer.status == 201
    return answer.json


def admin(bench: Bench) -> Any:
    """A pair of tokens for the administrator."""
    body = {"auth_type": "admin", "login": "admin", "password": bench.box.secret}
    return bench.call("POST", "auth/tokens", body, auth="").json


def bearing(pair: Any) -> str:
    """The header of a pair."""
    return f"Splynx-EA (access_token={pair['access_token']})"


def code_of(answer: Any) -> tuple[int, str]:
    """Status and internal code of a refusal."""
    return answer.status, answer.json["error"]["internal_code"]


def from_address(bench: Bench, address: str, auth: str, path: str = PARTNERS) -> Reply:
    """A request from somewhere else."""
    call = Call(
        method="GET",
        path=f"/api/2.0/admin/{path}",
        authorization=auth,
        user_agent=AGENT,
        address=address,
    )
    return bench.still.front.answer(call).reply


def test_a_customer_logs_in_and_has_no_way_into_the_administration(bench: Bench) -> None:
    """With login and password as the row has them; 403 on every admin path."""
    customer = bench.get(f"customers/customer/{bench.account('10')}")
    body = {"auth_type": "customer", "login": customer["login"], "password": customer["password"]}
    made = bench.call("POST", "auth/tokens", body, auth="")
    assert made.status == 201
    for path in (PARTNERS, f"customers/customer/{customer['id']}", "finance/invoices"):
        assert code_of(bench.call("GET", path, auth=bearing(made.json))) == (403, "FORBIDDEN")
    for wrong in ({**body, "password": "no"}, {**body, "login": ""}, {**body, "login": "000099"}):
        assert code_of(bench.call("POST", "auth/tokens", wrong, auth="")) == (401, "UNAUTHORIZED")


def test_a_customer_without_a_password_cannot_log_in(bench: Bench) -> None:
    """An empty password opens nothing."""
    number = bench.account()
    bench.world.customers.get(number).password = ""  # type: ignore[union-attr]  # it is there
    login = bench.get(f"customers/customer/{number}")["login"]
    body = {"auth_type": "customer", "login": login, "password": ""}
    assert bench.call("POST", "auth/tokens", body, auth="").status == 401


def test_a_session_is_opened_by_a_token_and_logs_in_again(bench: Bench) -> None:
    """201 with both ids; 403 for Basic and signatures; a session nobody opened is 401."""
    token = bearing(admin(bench))
    opened = bench.call("POST", "auth/sessions", auth=token)
    assert opened.status == 201
    assert set(opened.json) == {"session_id", "csrf_token"}
    for auth in (bench.basic(), bench.signed(9)):
        assert code_of(bench.call("POST", "auth/sessions", auth=auth)) == (403, "FORBIDDEN")
    assert code_of(bench.call("GET", "auth/trusted-devices")) == (403, "FORBIDDEN")
    body = {"auth_type": "session", "session_id": opened.json["session_id"]}
    again = bench.call("POST", "auth/tokens", body, auth="")
    assert bench.call("GET", PARTNERS, auth=bearing(again.json)).status == 200
    stranger = bench.call("POST", "auth/tokens", {**body, "session_id": "x"}, auth="")
    assert code_of(stranger) == (401, "UNAUTHORIZED")


def test_two_factor_status_needs_a_login_and_says_no(bench: Bench) -> None:
    """Before any login."""
    answer = bench.call("POST", "auth/two-factor-status", {"login": "admin"}, auth="")
    assert (answer.status, answer.json) == (201, {"two_factor_enabled": False})
    assert bench.call("POST", "auth/two-factor-status", {}, auth="").status == 400


def test_a_sash_is_answered_with_its_administrator(bench: Bench) -> None:
    """In headers of signed requests only; an unknown one is INVALID_SASH."""
    opened = bench.call("POST", "auth/sessions", auth=bearing(admin(bench))).json
    plain = bench.signed(20)
    named = plain.replace(")", f"&sash={opened['session_id']})")
    headers = bench.call("GET", PARTNERS, auth=named).headers
    assert headers["spl-administrator-id"] == "1"
    assert {"spl-administrator-role", "spl-administrator-partner"} <= set(headers)
    assert "spl-administrator-id" not in bench.call("GET", PARTNERS, auth=plain).headers
    wrong = plain.replace(")", "&sash=x)")
    assert code_of(bench.call("GET", PARTNERS, auth=wrong)) == (401, "INVALID_SASH")


def test_an_administrators_status_change_carries_the_number(bench: Bench) -> None:
    """A token of the key is logged as the switch says, an administrator's as theirs."""
    number = bench.account()
    switch(bench, api_status_admin=7)
    for pair, status in ((log_in(bench), "blocked"), (admin(bench), "active")):
        path = f"customers/customer/{number}"
        assert bench.call("PUT", path, {"status": status}, auth=bearing(pair)).status == 202
    rows = bench.get("logs/changes", **{"main_attributes[customer_id]": str(number)})
    assert [row["administrator_id"] for row in rows[-2:]] == [7, 1]


def test_a_token_is_bound_to_its_address_until_the_switch_is_off(bench: Bench) -> None:
    """IP_CHANGED on requests and renewals; the pair survives the attempt."""
    pair = log_in(bench)
    for path in (PARTNERS, f"auth/tokens/{pair['refresh_token']}"):
        reply = from_address(bench, "10.0.0.9", bearing(pair), path)
        assert json.loads(reply.text)["error"]["internal_code"] == "IP_CHANGED"
    assert bench.call("GET", PARTNERS, auth=bearing(pair)).status == 200
    switch(bench, bind_address=False)
    assert from_address(bench, "10.0.0.9", bearing(pair)).status == 200


@pytest.mark.parametrize(
    ("listed", "address", "status"),
    [
        ([], "203.0.113.5", 200),
        (["203.0.113.5"], "203.0.113.5", 200),
        (["203.0.113.0/24"], "203.0.113.99", 200),
        (["10.0.0.1", "203.0.113.0/24"], "203.0.114.1", 403),
        (["2001:db8::/32"], "2001:db8::7", 200),
        (["2001:db8::/32"], "127.0.0.1", 403),
    ],
)
def test_a_white_list_is_addresses_and_networks(
    bench: Bench, listed: list[str], address: str, status: int
) -> None:
    """Whatever the key is shown by; the right credentials from elsewhere are 403."""
    switch(bench, white_list=listed)
    for auth in (bench.basic(), bench.signed(3)):
        assert from_address(bench, address, auth).status == status
    with pytest.raises(Exception, match="takes addresses"):
        switch(bench, white_list=["somewhere"])


def test_a_white_list_holds_for_the_keys_tokens_and_not_for_administrators(bench: Bench) -> None:
    """It is the key's list: logging in with it and using its token fail, an admin's do not."""
    key, person = log_in(bench), admin(bench)
    switch(bench, white_list=["10.0.0.0/8"])
    assert bench.call("GET", PARTNERS, auth=bearing(key)).status == 403
    assert bench.call("GET", PARTNERS, auth=bearing(person)).status == 200
    again = bench.call("POST", "auth/tokens", {"auth_type": "api_key", **bench.sign(5)}, auth="")
    assert again.status == 403


def test_without_unsecure_access_basic_is_refused_and_signatures_are_not(bench: Bench) -> None:
    """401, though key and secret are right."""
    switch(bench, unsecure_access=False)
    assert code_of(bench.call("GET", PARTNERS)) == (401, "UNAUTHORIZED")
    assert bench.call("GET", PARTNERS, auth=bench.signed(2)).status == 200


def test_a_renewal_that_leaves_the_old_pair_alive(bench: Bench) -> None:
    """With the switch off both pairs work until they end by themselves."""
    switch(bench, renewal_ends_old=False, token_minutes=10)
    old = log_in(bench)
    new = bench.call("GET", f"auth/tokens/{old['refresh_token']}", auth="").json
    assert new["refresh_token"] != old["refresh_token"]
    for pair in (old, new):
        assert bench.call("GET", PARTNERS, auth=bearing(pair)).status == 200
    bench.still.control("POST", "advance", {"minutes": 10})
    assert code_of(bench.call("GET", PARTNERS, auth=bearing(old)))[1] == "EXPIRED_ACCESS_TOKEN"


def test_the_life_of_a_refresh_token_is_a_switch(bench: Bench) -> None:
    """To the minute."""
    switch(bench, refresh_minutes=60)
    pair = log_in(bench)
    bench.still.control("POST", "advance", {"minutes": 60})
    late = bench.call("GET", f"auth/tokens/{pair['refresh_token']}", auth="")
    assert code_of(late) == (401, "EXPIRED_REFRESH_TOKEN")


def test_a_jwt_names_its_owner_and_lets_in(bench: Bench) -> None:
    """Three parts; the middle one is readable and has a whole number as id."""
    switch(bench, token_form="jwt")
    pair = admin(bench)
    head, claims, signature = pair["access_token"].split(".")
    told = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    assert (told["id"], told["exp"]) == (1, pair["access_token_expiration"])
    assert head
    assert signature
    assert bench.call("GET", PARTNERS, auth=bearing(pair)).status == 200


def test_permissions_are_an_empty_list_or_what_is_allowed_and_denied(bench: Bench) -> None:
    """A key that may do everything gets [], any other the whole table."""
    assert log_in(bench)["permissions"] == []
    switch(bench, deny=[["finance/credit-notes", "add"], ["*", "delete"]])
    told = log_in(bench)["permissions"]
    assert told["api\\admin\\finance\\CreditNotes"]["add"] == "deny"
    assert told["api\\admin\\finance\\CreditNotes"]["view"] == "allow"
    assert told["api\\admin\\customers\\Customer"]["delete"] == "deny"


def test_equal_calls_hand_out_equal_tokens() -> None:
    """Two equal sandboxes; within one no token comes twice."""
    first, second = ([log_in(bench, nonce) for nonce in (1, 2)] for bench in (Bench(), Bench()))
    assert first == second
    assert first[0]["access_token"] != first[1]["access_token"]


def test_the_check_looks_at_the_login_only_if_asked_to(bench: Bench) -> None:
    """checkAuth=1 makes a missing login a 401."""
    path = "api/check?code=1&checkAuth="
    assert bench.call("GET", f"{path}0", auth="").status == 200
    assert bench.call("GET", f"{path}1", auth="").status == 401
    assert bench.call("GET", f"{path}1").status == 200


def test_addresses_outside_the_api_are_not_found(bench: Bench) -> None:
    """After the login: the first version of the API, and nothing at all."""
    for path in ("/api/1.0/admin/customers/customer", "/api/2.0/", "/api/2.0/client/x"):
        call = Call(method="GET", path=path, authorization=bench.basic())
        assert bench.still.front.answer(call).reply.status == 404


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "auth/tokens", 405),
        ("PUT", "auth/tokens", 400),
        ("DELETE", "auth/tokens", 400),
        ("OPTIONS", "auth/tokens", 500),
        ("HEAD", "auth/tokens", 500),
        ("POST", "auth/tokens", 401),
        ("GET", "auth/tokens/x", 401),
        ("GET", "auth/sessions", 403),
        ("PUT", "finance/invoices", 400),
        ("DELETE", "customers/customer", 400),
        ("PATCH", "customers/customer", 405),
        ("GET", "customers/customer/x", 404),
        ("GET", "customers/nobody", 404),
        ("GET", "nothing", 404),
    ],
)
def test_statuses_of_addresses_and_verbs(bench: Bench, method: str, path: str, status: int) -> None:
    """As seen on a running system, each in the envelope but for HEAD."""
    answer = bench.call(method, path, {} if method == "POST" else None)
    assert answer.status == status
    assert answer.json["error"]["code"] == status
