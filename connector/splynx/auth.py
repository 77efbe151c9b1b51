"""The three ways to log in: Basic, a signature on every request, a token that is renewed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Protocol
from urllib.parse import urlencode

from connector.errors import PlatformDenied, PlatformUnavailable
from connector.splynx.codec import decode_count
from connector.splynx.options import PlatformOptions
from connector.splynx.verdict import error_code_of, retry_after_of, words_of
from connector.splynx.wire import Reply, Request, Wire, WireFailure

ReserveNonce = Callable[[int], int]
"""Gives a number of at least the floor, above every earlier one, and remembers it durably."""

_TOKENS = "admin/auth/tokens"
_EXPIRED = "EXPIRED_ACCESS_TOKEN"
_MARGIN_SECONDS = 5
_LATER = frozenset({429, 500, 502, 503, 504})


class Login(Protocol):
    """How our requests show who we are."""

    def prepare(self) -> None:
        """Do what must be done before a request, outside its slot: log in, renew.

        Raises:
            PlatformDenied: the key is refused.
            PlatformUnavailable: no login could be had; the request was not sent.
        """
        ...

    def authorization(self) -> str:
        """The header of the next request; asked inside its slot."""
        ...

    def renew(self, rejected: str, reply: Reply) -> bool:
        """After a 401: get a fresh login; False when there is no other than the rejected one."""
        ...


class BasicLogin:
    """Key and secret with every request; needs "unsecure access" on the key."""

    def __init__(self, options: PlatformOptions) -> None:
        pair = f"{options.key}:{options.secret}".encode()
        self._header = f"Basic {base64.b64encode(pair).decode()}"

    def prepare(self) -> None:
        """Nothing to do."""

    def authorization(self) -> str:
        """Always the same."""
        return self._header

    def renew(self, rejected: str, reply: Reply) -> bool:  # noqa: ARG002  the protocol's
        """There is no other."""
        return False


class SignatureLogin:
    """A fresh signature with every request; the nonce must grow, so requests go one by one."""

    def __init__(
        self,
        options: PlatformOptions,
        reserve_nonce: ReserveNonce,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._options = options
        self._reserve_nonce = reserve_nonce
        self._now = now

    def prepare(self) -> None:
        """Nothing to do."""

    def authorization(self) -> str:
        """Signed anew each time."""
        return f"Splynx-EA ({urlencode(self.signed())})"

    def renew(self, rejected: str, reply: Reply) -> bool:  # noqa: ARG002  the protocol's
        """The next signature has a higher nonce, which may be what was missing."""
        return True

    def signed(self) -> dict[str, str]:
        """Key, nonce and signature."""
        nonce = self._reserve_nonce(int(self._now() * 100))
        key = self._options.key
        signature = sign(nonce, key, self._options.secret)
        return {"key": key, "nonce": str(nonce), "signature": signature}


def sign(nonce: int, key: str, secret: str) -> str:
    """HMAC-SHA256 of nonce and key, in upper-case hex digits."""
    return hmac.new(secret.encode(), f"{nonce}{key}".encode(), hashlib.sha256).hexdigest().upper()


@dataclass(frozen=True, kw_only=True, slots=True)
class Tokens:
    """A pair of tokens, with their ends in seconds of the platform's clock."""

    access: str = field(repr=False)
    access_until: int
    refresh: str = field(repr=False)
    refresh_until: int


class TokenLogin:
    """An access token for half an hour, renewed or fetched anew by one thread at a time."""

    def __init__(self, wire: Wire, signature: SignatureLogin) -> None:
        self._wire = wire
        self._signature = signature
        self._lock = threading.Lock()
        self._tokens: Tokens | None = None
        self._permissions: Mapping[str, object] = {}

    @property
    def permissions(self) -> Mapping[str, object]:
        """Controller, action and "allow" or "deny", as told at login; empty for a super key."""
        return self._permissions

    def prepare(self) -> None:
        """Log in, or renew what is about to expire by the platform's own clock."""
        with self._lock:
            if self._tokens is None:
                self._tokens = self._fetched()
            elif self._is_over(self._tokens.access_until):
                self._tokens = self._renewed(self._tokens) or self._fetched()

    def authorization(self) -> str:
        """The token in force; :meth:`prepare` comes first."""
        tokens = self._tokens
        return "" if tokens is None else _header(tokens)

    def renew(self, rejected: str, reply: Reply) -> bool:
        """Replace a rejected token, unless another thread has done so already."""
        with self._lock:
            held = self._tokens
            if held is not None and _header(held) != rejected:
                return True
            expired = error_code_of(reply) == _EXPIRED
            renewed = self._renewed(held) if held is not None and expired else None
            self._tokens = renewed or self._fetched()
            return True

    def _is_over(self, until: int) -> bool:
        now: datetime | None = self._wire.estimated_server_time()
        return now is not None and now.timestamp() + _MARGIN_SECONDS > until

    def _renewed(self, held: Tokens) -> Tokens | None:
        if self._is_over(held.refresh_until):
            return None
        path, label = f"{_TOKENS}/{held.refresh}", f"{_TOKENS}/…"
        reply = self._answer(Request(method="GET", path=path, label=label))
        return _tokens_in(reply) if reply.status == HTTPStatus.OK else None

    def _fetched(self) -> Tokens:
        signed = self._signature.signed()
        body: dict[str, object] = {"auth_type": "api_key", **signed, "nonce": int(signed["nonce"])}
        reply = self._answer(Request(method="POST", path=_TOKENS, body=body))
        tokens = _tokens_in(reply) if reply.status < HTTPStatus.BAD_REQUEST else None
        if tokens is None:
            raise self._refusal(reply)
        self._permissions = _permissions_in(reply)
        return tokens

    def _refusal(self, reply: Reply) -> PlatformDenied | PlatformUnavailable:
        said = f"login: answered {reply.status}: {words_of(reply)}"
        asked = retry_after_of(reply)
        if asked is not None:
            self._wire.hold(asked)
        if error_code_of(reply) is None or reply.status in _LATER:
            return PlatformUnavailable(said, retry_after_seconds=asked)
        return PlatformDenied(f"{said}; check platform.key and platform.secret")

    def _answer(self, request: Request) -> Reply:
        try:
            return self._wire.exchange(request, lambda: None)
        except WireFailure as failure:
            raise PlatformUnavailable(f"login: {failure}") from failure


def make_login(options: PlatformOptions, wire: Wire, reserve_nonce: ReserveNonce) -> Login:
    """The login that the options ask for."""
    if options.auth == "basic":
        return BasicLogin(options)
    signature = SignatureLogin(options, reserve_nonce)
    return signature if options.auth == "signature" else TokenLogin(wire, signature)


def _header(tokens: Tokens) -> str:
    return f"Splynx-EA (access_token={tokens.access})"


def _tokens_in(reply: Reply) -> Tokens | None:
    try:
        body = reply.parsed()
        if not isinstance(body, dict):
            return None
        return Tokens(
            access=str(body["access_token"]),
            access_until=decode_count(body["access_token_expiration"]),
            refresh=str(body["refresh_token"]),
            refresh_until=decode_count(body["refresh_token_expiration"]),
        )
    except (ValueError, KeyError):
        return None


def _permissions_in(reply: Reply) -> Mapping[str, object]:
    body = reply.parsed()
    held = body.get("permissions") if isinstance(body, dict) else None
    return held if isinstance(held, dict) else {}
