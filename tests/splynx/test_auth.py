"""Three ways to log in, and when a token is renewed."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable

import httpx
import pytest

from connector.errors import PlatformDenied, PlatformUnavailable
from connector.splynx.auth import TokenLogin, sign
from connector.splynx.wire import USER_AGENT, Reply, Request
from tests.splynx.support import NOW, Answer, Setting, error_body, in_turn, page, reply, setting

READ = Request(method="GET", path="admin/finance/invoices")
WRITE = Request(method="PUT", path="admin/finance/invoices/1", body={"memo": "x"})


def tokens(number: int, *, until: int = NOW + 1800, **more: object) -> dict[str, object]:
    """A pair of tokens."""
    return {
        "access_token": f"access-{number}",
        "access_token_expiration": until,
        "refresh_token": f"refresh-{number}",
        "refresh_token_expiration": NOW + 86400,
        **more,
    }


def login_answer(number: int = 1, *, until: int = NOW + 1800, **more: object) -> httpx.Response:
    """A successful login."""
    return reply(201, tokens(number, until=until, **more))


def headers_of(held: Setting) -> list[str]:
    """The Authorization of every request; a dash where there was none."""
    return [request.headers.get("Authorization", "-") for request in held.platform.requests]


def test_signature_vector() -> None:
    """HMAC-SHA256 of nonce and key with the secret, upper case; computed with OpenSSL."""
    expected = "34C82EC9F38D758193296D3A631F8829F73EBDB5E21EE925EA2DEA4A86A9512D"
    assert sign(176725800000, "k3y", "s3cret") == expected


def test_basic() -> None:
    """Key and secret on every request, and one fixed User-Agent."""
    held = setting(in_turn(reply(200, [])))
    held.connection.client.read(READ)
    pair = base64.b64encode(b"k3y:s3cret").decode()
    assert headers_of(held) == [f"Basic {pair}"]
    assert held.platform.requests[0].headers["User-Agent"] == USER_AGENT
    assert USER_AGENT.startswith("splynx-linked-accounts/")


def test_basic_has_no_other_login() -> None:
    """A 401 is the end; nothing is sent again."""
    held = setting(in_turn(reply(401, error_body(401, "no", "UNAUTHORIZED"))))
    with pytest.raises(PlatformDenied, match=r"check platform\.key and platform\.secret"):
        held.connection.client.read(READ)


def test_signed_requests_have_growing_nonces() -> None:
    """Each its own, in the documented form."""
    held = setting(in_turn(reply(200, []), reply(200, [])), auth="signature")
    held.connection.client.read(READ)
    held.connection.client.read(READ)
    first, second = held.nonces.given
    assert first < second
    signature = sign(second, "k3y", "s3cret")
    assert headers_of(held)[1] == f"Splynx-EA (key=k3y&nonce={second}&signature={signature})"


def test_a_refused_signature_is_renewed_once() -> None:
    """With a higher nonce; then it is over."""
    refused = error_body(401, "nonce", "UNAUTHORIZED")
    held = setting(in_turn(reply(401, refused), reply(401, refused)), auth="signature")
    with pytest.raises(PlatformDenied):
        held.connection.client.read(READ)
    assert len(set(held.nonces.given)) == 2


def test_token_login() -> None:
    """One login for many requests, signed as the platform wants it."""
    held = setting(in_turn(login_answer(), reply(200, []), reply(200, [])), auth="token")
    held.connection.client.read(READ)
    held.connection.client.read(READ)
    assert headers_of(held) == ["-", *["Splynx-EA (access_token=access-1)"] * 2]
    (nonce,) = held.nonces.given
    assert json.loads(held.platform.requests[0].content) == {
        "auth_type": "api_key",
        "key": "k3y",
        "nonce": nonce,
        "signature": sign(nonce, "k3y", "s3cret"),
    }


def test_token_is_renewed_before_it_expires() -> None:
    """By the platform's clock, five seconds early, with the refresh token and no new login."""
    short = login_answer(1, until=NOW + 4)
    held = setting(in_turn(short, reply(200, tokens(2)), reply(200, [])), auth="token")
    held.connection.client.login.prepare()
    held.connection.client.read(READ)
    assert held.platform.lines[1] == "GET /api/2.0/admin/auth/tokens/refresh-1"
    assert headers_of(held) == ["-", "-", "Splynx-EA (access_token=access-2)"]
    assert len(held.nonces.given) == 1


def test_time_passes_while_we_are_silent() -> None:
    """Half an hour of our own monotonic clock is half an hour of the platform's."""
    held = setting(
        in_turn(login_answer(1), reply(200, []), reply(200, tokens(2)), reply(200, [])),
        auth="token",
    )
    held.connection.client.read(READ)
    held.clock.now += 1800
    held.connection.client.read(READ)
    assert headers_of(held)[-1] == "Splynx-EA (access_token=access-2)"


def test_an_expired_token_is_renewed_on_the_way() -> None:
    """The platform's clock may have jumped; the request is sent again with the new token."""
    expired = reply(401, error_body(401, "expired", "EXPIRED_ACCESS_TOKEN"))
    held = setting(
        in_turn(login_answer(1), expired, reply(200, tokens(2)), reply(202)), auth="token"
    )
    held.connection.client.write(WRITE)
    assert headers_of(held)[-1] == "Splynx-EA (access_token=access-2)"
    assert len(held.nonces.given) == 1


@pytest.mark.parametrize("code", ["TOKEN_BANNED", "USER_AGENT_CHANGED", "UNAUTHORIZED"])
def test_a_banned_token_is_replaced_by_a_login(code: str) -> None:
    """There is nothing left to renew."""
    refused = reply(401, error_body(401, "no", code))
    held = setting(in_turn(login_answer(1), refused, login_answer(2), reply(200, [])), auth="token")
    held.connection.client.read(READ)
    assert headers_of(held)[-1] == "Splynx-EA (access_token=access-2)"
    assert len(held.nonces.given) == 2


def test_a_refused_renewal_leads_to_a_login() -> None:
    """The refresh token may be gone as well."""
    expired = reply(401, error_body(401, "expired", "EXPIRED_ACCESS_TOKEN"))
    gone = reply(401, error_body(401, "expired", "EXPIRED_REFRESH_TOKEN"))
    held = setting(
        in_turn(login_answer(1), expired, gone, login_answer(2), reply(200, [])), auth="token"
    )
    held.connection.client.read(READ)
    assert headers_of(held)[-1] == "Splynx-EA (access_token=access-2)"


def test_denied_again_is_denied() -> None:
    """One renewal, no more."""
    refused = error_body(401, "no", "IP_CHANGED")
    held = setting(
        in_turn(login_answer(1), reply(401, refused), login_answer(2), reply(401, refused)),
        auth="token",
    )
    with pytest.raises(PlatformDenied):
        held.connection.client.write(WRITE)


def test_a_token_renewed_by_another_thread_is_used() -> None:
    """Who comes late with the old one does not renew again."""
    held = setting(in_turn(login_answer(1), login_answer(2)), auth="token")
    login = held.connection.client.login
    login.prepare()
    old = login.authorization()
    assert login.renew(old, _banned())
    assert login.renew(old, _banned())
    assert login.authorization() == "Splynx-EA (access_token=access-2)"
    assert len(held.platform.requests) == 2


def test_many_threads_log_in_once() -> None:
    """The others wait for it."""
    held = setting(in_turn(login_answer(1)), auth="token", concurrency=1)
    login = held.connection.client.login
    threads = [threading.Thread(target=login.prepare) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert len(held.platform.requests) == 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (lambda: reply(401, error_body(401, "no", "UNAUTHORIZED")), PlatformDenied),
        (lambda: reply(403, error_body(403, "no", "FORBIDDEN")), PlatformDenied),
        (lambda: reply(500, error_body(500, "oops", "SERVER_ERROR")), PlatformUnavailable),
        (lambda: reply(429, error_body(429, "slow", "X"), Retry_After="90"), PlatformUnavailable),
        (lambda: page(200), PlatformUnavailable),
        (lambda: page(401), PlatformUnavailable),
        (lambda: reply(201, {"access_token": "x"}), PlatformUnavailable),
        (lambda: reply(201, []), PlatformUnavailable),
        (lambda: httpx.ConnectError("refused"), PlatformUnavailable),
        (lambda: httpx.ReadTimeout("late"), PlatformUnavailable),
    ],
)
def test_without_a_login_a_write_is_certainly_not_sent(
    answer: Callable[[], Answer], error: type[Exception]
) -> None:
    """Whatever happens to the login, the write itself never left: no doubt arises."""
    held = setting(in_turn(answer()), auth="token")
    with pytest.raises(error):
        held.connection.client.write(WRITE)
    assert held.platform.lines == ["POST /api/2.0/admin/auth/tokens"]


def test_permissions_are_told_at_login() -> None:
    """As a table of controllers, or as an empty list for a key that may do everything."""
    table = {"api\\admin\\finance\\Invoices": {"add": "deny"}}
    for told, kept in ((table, table), ([], {})):
        held = setting(in_turn(login_answer(1, permissions=told)), auth="token")
        login = held.connection.client.login
        assert isinstance(login, TokenLogin)
        login.prepare()
        assert login.permissions == kept


def test_secrets_are_not_shown() -> None:
    """Neither in the options nor in a message about a renewal."""
    held = setting(in_turn(login_answer(1, until=NOW), httpx.ReadTimeout("late")), auth="token")
    held.connection.client.login.prepare()
    with pytest.raises(PlatformUnavailable) as caught:
        held.connection.client.login.prepare()
    assert "refresh-1" not in str(caught.value)
    assert "s3cret" not in repr(held.connection.options)


def _banned() -> Reply:
    return Reply(status=401, body=json.dumps(error_body(401, "banned", "TOKEN_BANNED")).encode())


class _GoneStale(Exception):
    """Whoever asked for a write does not want it any more."""


def test_the_last_word_is_had_after_login_and_pace() -> None:
    """A claim that grew old while we logged in or waited for our turn is not sent."""
    held = setting(in_turn(login_answer(), reply(202, None)), auth="token")
    seen: list[int] = []

    def refuse() -> None:
        seen.append(len(held.platform.requests))
        raise _GoneStale

    with pytest.raises(_GoneStale):
        held.connection.client.write(WRITE, refuse)
    assert seen == [1]
    assert held.platform.lines == ["POST /api/2.0/admin/auth/tokens"]
