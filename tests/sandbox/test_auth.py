"""The three kinds of credentials, token life, and permissions."""

from datetime import timedelta

from connector.sandbox.server import RunningSandbox
from tests.sandbox.caller import Caller

PARTNERS = "administration/partners"


def log_in(caller: Caller, nonce: int = 1) -> dict[str, object]:
    """Log in with the key."""
    answer = caller.call(
        "POST", "auth/tokens", {"auth_type": "api_key", **caller.sign(nonce)}, auth=""
    )
    assert answer.status == 201
    return dict(answer.json)


def test_basic_signature_and_token_are_let_in(caller: Caller) -> None:
    """Each kind reads the partners."""
    token = log_in(caller)["access_token"]
    for header in (caller.basic(), caller.signed(2), f"Splynx-EA (access_token={token})"):
        assert caller.call("GET", PARTNERS, auth=header).json == [{"id": 1, "name": "Main"}]


def test_an_admin_logs_in_with_the_secret(caller: Caller, box: RunningSandbox) -> None:
    """The administrator's password is the key's secret."""
    body = {"auth_type": "admin", "login": "admin", "password": box.secret}
    assert caller.call("POST", "auth/tokens", body, auth="").status == 201
    wrong = {**body, "password": "wrong"}
    assert caller.call("POST", "auth/tokens", wrong, auth="").status == 401


def test_wrong_credentials_are_refused_with_the_envelope(caller: Caller) -> None:
    """No header, a bad secret, a lower-case signature."""
    missing = caller.call("GET", PARTNERS, auth="")
    assert missing.status == 401
    assert missing.json["error"]["internal_code"] == "MISSED_AUTHORIZATION_HEADER"
    assert missing.json["error"]["code"] == 401
    assert caller.call("GET", PARTNERS, auth="Basic bm86bm8=").status == 401
    assert caller.call("GET", PARTNERS, auth=caller.signed(5).lower()).status == 401


def test_a_token_expires_with_the_virtual_clock_and_renewal_rotates_both(
    caller: Caller, box: RunningSandbox
) -> None:
    """After 30 virtual minutes: expired; the new pair works and the old one is banned."""
    pair = log_in(caller)
    header = f"Splynx-EA (access_token={pair['access_token']})"
    box.control("POST", "advance", {"minutes": 29})
    assert caller.call("GET", PARTNERS, auth=header).status == 200
    box.control("POST", "advance", {"minutes": 1})
    expired = caller.call("GET", PARTNERS, auth=header)
    assert expired.json["error"]["internal_code"] == "EXPIRED_ACCESS_TOKEN"
    renewed = caller.call("GET", f"auth/tokens/{pair['refresh_token']}", auth="")
    assert renewed.status == 200
    assert "permissions" not in renewed.json
    assert renewed.json["refresh_token"] != pair["refresh_token"]
    fresh = f"Splynx-EA (access_token={renewed.json['access_token']})"
    assert caller.call("GET", PARTNERS, auth=fresh).status == 200
    banned = caller.call("GET", PARTNERS, auth=header)
    assert banned.json["error"]["internal_code"] == "TOKEN_BANNED"
    again = caller.call("GET", f"auth/tokens/{pair['refresh_token']}", auth="")
    assert again.json["error"]["internal_code"] == "TOKEN_BANNED"


def test_a_refresh_token_expires_and_logging_out_bans(caller: Caller, box: RunningSandbox) -> None:
    """31 days end a refresh token; DELETE ends a pair at once."""
    gone = log_in(caller)
    assert caller.call("DELETE", f"auth/tokens/{gone['refresh_token']}", auth="").status == 204
    header = f"Splynx-EA (access_token={gone['access_token']})"
    assert caller.call("GET", PARTNERS, auth=header).status == 401
    pair = log_in(caller, 2)
    box.control("POST", "advance", {"days": timedelta(days=31).days})
    late = caller.call("GET", f"auth/tokens/{pair['refresh_token']}", auth="")
    assert late.json["error"]["internal_code"] == "EXPIRED_REFRESH_TOKEN"


def test_a_token_belongs_to_its_user_agent(caller: Caller) -> None:
    """Another User-Agent is refused."""
    header = f"Splynx-EA (access_token={log_in(caller)['access_token']})"
    other = caller.call("GET", PARTNERS, auth=header, agent="somebody else")
    assert other.json["error"]["internal_code"] == "USER_AGENT_CHANGED"


def test_with_check_nonce_a_nonce_must_grow(caller: Caller, box: RunningSandbox) -> None:
    """A replay passes by default and is refused with the switch on."""
    for _ in range(2):
        assert caller.call("GET", PARTNERS, auth=caller.signed(7)).status == 200
    box.control("POST", "switch", {"check_nonce": True})
    assert caller.call("GET", PARTNERS, auth=caller.signed(7)).status == 401
    assert caller.call("GET", PARTNERS, auth=caller.signed(8)).status == 200


def test_a_denied_action_is_403_and_the_others_stay_open(
    caller: Caller, box: RunningSandbox
) -> None:
    """Denying view leaves the list readable."""
    box.control("POST", "switch", {"deny": [[PARTNERS, "view"]]})
    denied = caller.call("GET", f"{PARTNERS}/1")
    assert denied.status == 403
    assert denied.json["error"]["internal_code"] == "FORBIDDEN"
    assert caller.call("GET", PARTNERS).status == 200
