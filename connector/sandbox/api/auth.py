"""Who is calling: Basic, a signature per request, or an access token."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from decimal import Decimal
from ipaddress import ip_address, ip_network
from urllib.parse import parse_qsl

from connector.sandbox.api.message import Call, Reply, json_reply
from connector.sandbox.api.permissions import told_permissions
from connector.sandbox.api.tokens import ADMIN, CUSTOMER, KEY, Holder, TokenBook, TokenPair
from connector.sandbox.errors import ApiFault
from connector.sandbox.money import read_decimal
from connector.sandbox.records import Customer
from connector.sandbox.world import World

ADMIN_LOGIN = "admin"
ADMIN_ID = 1
FORBIDDEN_TO_KEYS = "This needs a token"

_SPLYNX_EA = re.compile(r"Splynx-EA \((.*)\)")


class Gate:
    """Checks credentials, and hands out tokens and web sessions."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._book = TokenBook(world)

    def admit(self, call: Call) -> Holder:
        """Tell whose credentials a request carries, or raise 401."""
        header = call.authorization
        if not header:
            raise _unauthorized("MISSED_AUTHORIZATION_HEADER", "Authorization header is missing")
        if header.startswith("Basic "):
            self._check_basic(header.removeprefix("Basic "))
            return self._key_of(call, "basic")
        match = _SPLYNX_EA.fullmatch(header)
        if match is None:
            raise _unauthorized("INVALID_AUTH_TYPE", "Unknown authorization")
        given = dict(parse_qsl(match[1], keep_blank_values=True))
        if "access_token" in given:
            return self._holder_of(call, given["access_token"])
        self._check_signature(given)
        if "sash" in given:
            self._book.session(given["sash"], "INVALID_SASH")
        return self._key_of(call, "signature")

    def sash_of(self, call: Call) -> Mapping[str, str]:
        """What an answer tells of the administrator whose web session a signed request names."""
        match = _SPLYNX_EA.fullmatch(call.authorization) if "sash" in call.authorization else None
        given = dict(parse_qsl(match[1])) if match else {}
        if "sash" not in given:
            return {}
        holder = self._book.session(given["sash"], "INVALID_SASH")
        return {
            "SpL-Administrator-Id": str(holder.id),
            "SpL-Administrator-Role": "super-administrator",
            "SpL-Administrator-Partner": "0",
        }

    def log_in(self, call: Call) -> Reply:
        """Answer POST auth/tokens."""
        given = {name: str(value) for name, value in call.fields().items()}
        holder = self._logged_in(call, given)
        pair = self._book.issue(holder, call)
        denied = self._world.switches.deny if holder.kind != CUSTOMER else []
        return json_reply(201, {**_shown(pair), "permissions": told_permissions(denied)})

    def renew(self, call: Call, refresh: str) -> Reply:
        """Answer GET auth/tokens/{refresh}: a new pair; the old one ends unless a switch says."""
        pair = self._book.by_refresh(refresh)
        self._check_binding(pair, call)
        if self._world.clock.unix() >= pair.refresh_until:
            raise _unauthorized("EXPIRED_REFRESH_TOKEN", "Refresh token has expired")
        if self._world.switches.renewal_ends_old:
            self._book.ban(pair)
        return json_reply(200, _shown(self._book.issue(pair.holder, call)))

    def log_out(self, refresh: str) -> Reply:
        """Answer DELETE auth/tokens/{refresh}."""
        self._book.ban(self._book.by_refresh(refresh))
        return Reply(status=204)

    def open_session(self, holder: Holder) -> Reply:
        """Answer POST auth/sessions: a web session of whoever holds the token."""
        if holder.way != "token":
            raise ApiFault(403, "FORBIDDEN", FORBIDDEN_TO_KEYS)
        session_id, csrf_token = self._book.open_session(holder)
        return json_reply(201, {"session_id": session_id, "csrf_token": csrf_token})

    def two_factor(self, call: Call) -> Reply:
        """Answer POST auth/two-factor-status: nobody here has a second factor."""
        if not call.fields().get("login"):
            raise ApiFault(400, "BAD_REQUEST", "Login is required")
        return json_reply(201, {"two_factor_enabled": False})

    def _logged_in(self, call: Call, given: Mapping[str, str]) -> Holder:
        match given.get("auth_type"):
            case "api_key":
                self._check_signature(given)
                return self._key_of(call, "token")
            case "admin":
                self._check_password(given, ADMIN_LOGIN, self._world.secret)
                return Holder(way="token", kind=ADMIN, id=ADMIN_ID)
            case "customer":
                return Holder(way="token", kind=CUSTOMER, id=self._customer(given).id)
            case "session":
                named = given.get("session_id") or given.get("session", "")
                return self._book.session(named, "UNAUTHORIZED")
        raise _unauthorized("INVALID_AUTH_TYPE", "Unknown auth type")

    def _customer(self, given: Mapping[str, str]) -> Customer:
        login = given.get("login", "")
        for customer in self._world.customers:
            if login and customer.login == login:
                self._check_password(given, login, customer.password)
                return customer
        raise _unauthorized("UNAUTHORIZED", "Incorrect login or password")

    def _check_password(self, given: Mapping[str, str], login: str, secret: str) -> None:
        password = given.get("password", "").encode()
        is_right = bool(secret) and hmac.compare_digest(password, secret.encode())
        if given.get("login") != login or not is_right:
            raise _unauthorized("UNAUTHORIZED", "Incorrect login or password")

    def _check_basic(self, encoded: str) -> None:
        if not self._world.switches.unsecure_access:
            raise _unauthorized("UNAUTHORIZED", "Unsecure access is off for this key")
        try:
            text = base64.b64decode(encoded, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            text = ""
        expected = f"{self._world.key}:{self._world.secret}"
        if not hmac.compare_digest(text.encode(), expected.encode()):
            raise _unauthorized("UNAUTHORIZED", "Invalid key or secret")

    def _check_signature(self, given: Mapping[str, str]) -> None:
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

    def _key_of(self, call: Call, way: str) -> Holder:
        """The key as holder, from an address that may use it."""
        listed = self._world.switches.white_list
        if listed and not _is_listed(call.address, listed):
            raise ApiFault(403, "FORBIDDEN", "This address may not use the key")
        return Holder(way=way, kind=KEY)

    def _holder_of(self, call: Call, token: str) -> Holder:
        if not token:
            raise _unauthorized("EMPTY_ACCESS_TOKEN", "Access token is empty")
        pair = self._book.by_access(token)
        self._check_binding(pair, call)
        if self._world.clock.unix() >= pair.access_until:
            raise _unauthorized("EXPIRED_ACCESS_TOKEN", "Access token has expired")
        return self._key_of(call, "token") if pair.holder.kind == KEY else pair.holder

    def _check_binding(self, pair: TokenPair, call: Call) -> None:
        switches = self._world.switches
        if switches.bind_user_agent and pair.user_agent != call.user_agent:
            raise _unauthorized("USER_AGENT_CHANGED", "User-Agent has changed")
        if switches.bind_address and pair.address != call.address:
            raise _unauthorized("IP_CHANGED", "Address has changed")


def _is_listed(address: str, listed: list[str]) -> bool:
    return any(ip_address(address) in ip_network(each, strict=False) for each in listed)


def _shown(pair: TokenPair) -> dict[str, object]:
    return {
        "access_token": pair.access,
        "access_token_expiration": pair.access_until,
        "refresh_token": pair.refresh,
        "refresh_token_expiration": pair.refresh_until,
    }


def _unauthorized(internal_code: str, message: str) -> ApiFault:
    return ApiFault(401, internal_code, message)
