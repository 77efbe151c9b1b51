"""Who is calling: Basic, a signature per request, or an access token."""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import parse_qs

from connector.sandbox.api.message import Call, Reply, json_reply
from connector.sandbox.errors import ApiFault
from connector.sandbox.money import read_decimal
from connector.sandbox.world import World

REFRESH_SECONDS = 30 * 24 * 3600
ADMIN_LOGIN = "admin"

_SPLYNX_EA = re.compile(r"Splynx-EA \((.*)\)")


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenPair:
    """One login: both tokens, their ends, and the User-Agent they belong to."""

    access: str
    access_until: int
    refresh: str
    refresh_until: int
    user_agent: str


class Gate:
    """Checks credentials and keeps the tokens that are out."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._by_access: dict[str, TokenPair] = {}
        self._by_refresh: dict[str, TokenPair] = {}
        self._banned: set[str] = set()

    def admit(self, call: Call) -> str:
        """Return the kind of credentials, or raise 401."""
        header = call.authorization
        if not header:
            raise _unauthorized("MISSED_AUTHORIZATION_HEADER", "Authorization header is missing")
        if header.startswith("Basic "):
            self._check_basic(header.removeprefix("Basic "))
            return "basic"
        match = _SPLYNX_EA.fullmatch(header)
        if match is None:
            raise _unauthorized("INVALID_AUTH_TYPE", "Unknown authorization")
        given = {name: values[0] for name, values in parse_qs(match[1]).items()}
        if "access_token" in given:
            self._check_access(given["access_token"], call.user_agent)
            return "token"
        self._check_signature(given)
        return "signature"

    def log_in(self, call: Call) -> Reply:
        """Answer POST auth/tokens."""
        given = {name: str(value) for name, value in call.fields().items()}
        if given.get("auth_type") == "api_key":
            self._check_signature(given)
        elif given.get("auth_type") == "admin":
            password = given.get("password", "").encode()
            secret_is_right = hmac.compare_digest(password, self._world.secret.encode())
            if given.get("login") != ADMIN_LOGIN or not secret_is_right:
                raise _unauthorized("UNAUTHORIZED", "Incorrect login or password")
        else:
            raise _unauthorized("INVALID_AUTH_TYPE", "Unknown auth type")
        pair = self._issue(call.user_agent)
        return json_reply(201, {**_shown(pair), "permissions": []})

    def renew(self, call: Call, refresh: str) -> Reply:
        """Answer GET auth/tokens/{refresh}: a new pair, the old one banned."""
        pair = self._held_refresh(refresh)
        self._check_agent(pair, call.user_agent)
        if self._world.clock.unix() >= pair.refresh_until:
            raise _unauthorized("EXPIRED_REFRESH_TOKEN", "Refresh token has expired")
        self._ban(pair)
        return json_reply(200, _shown(self._issue(call.user_agent)))

    def log_out(self, refresh: str) -> Reply:
        """Answer DELETE auth/tokens/{refresh}."""
        self._ban(self._held_refresh(refresh))
        return Reply(status=204)

    def _check_basic(self, encoded: str) -> None:
        try:
            text = base64.b64decode(encoded, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            text = ""
        expected = f"{self._world.key}:{self._world.secret}"
        if not hmac.compare_digest(text.encode(), expected.encode()):
            raise _unauthorized("UNAUTHORIZED", "Invalid key or secret")

    def _check_signature(self, given: dict[str, str]) -> None:
        nonce, key = given.get("nonce", ""), given.get("key", "")
        made = hmac.new(self._world.secret.encode(), f"{nonce}{key}".encode(), hashlib.sha256)
        expected = made.hexdigest().upper()
        signed = hmac.compare_digest(given.get("signature", "").encode(), expected.encode())
        if key != self._world.key or not signed:
            raise _unauthorized("UNAUTHORIZED", "Invalid signature")
        self._check_nonce(nonce)

    def _check_nonce(self, text: str) -> None:
        try:
            nonce = read_decimal(text)
        except ValueError:
            nonce = Decimal(-1)
        if self._world.switches.check_nonce and nonce <= self._world.last_nonce:
            raise _unauthorized("UNAUTHORIZED", "Nonce must increase")
        self._world.last_nonce = max(nonce, self._world.last_nonce)

    def _check_access(self, token: str, user_agent: str) -> None:
        pair = self._by_access.get(token)
        if pair is None:
            code = "TOKEN_BANNED" if token in self._banned else "UNAUTHORIZED"
            raise _unauthorized(code, "Access token is not valid")
        self._check_agent(pair, user_agent)
        if self._world.clock.unix() >= pair.access_until:
            raise _unauthorized("EXPIRED_ACCESS_TOKEN", "Access token has expired")

    def _check_agent(self, pair: TokenPair, user_agent: str) -> None:
        if self._world.switches.bind_user_agent and pair.user_agent != user_agent:
            raise _unauthorized("USER_AGENT_CHANGED", "User-Agent has changed")

    def _held_refresh(self, refresh: str) -> TokenPair:
        pair = self._by_refresh.get(refresh)
        if pair is None:
            code = "TOKEN_BANNED" if refresh in self._banned else "UNAUTHORIZED"
            raise _unauthorized(code, "Refresh token is not valid")
        return pair

    def _issue(self, user_agent: str) -> TokenPair:
        now = self._world.clock.unix()
        pair = TokenPair(
            access=secrets.token_hex(16),
            access_until=now + self._world.switches.token_minutes * 60,
            refresh=secrets.token_hex(16),
            refresh_until=now + REFRESH_SECONDS,
            user_agent=user_agent,
        )
        self._by_access[pair.access] = pair
        self._by_refresh[pair.refresh] = pair
        return pair

    def _ban(self, pair: TokenPair) -> None:
        del self._by_access[pair.access]
        del self._by_refresh[pair.refresh]
        self._banned |= {pair.access, pair.refresh}


def _shown(pair: TokenPair) -> dict[str, object]:
    return {
        "access_token": pair.access,
        "access_token_expiration": pair.access_until,
        "refresh_token": pair.refresh,
        "refresh_token_expiration": pair.refresh_until,
    }


def _unauthorized(internal_code: str, message: str) -> ApiFault:
    return ApiFault(401, internal_code, message)
