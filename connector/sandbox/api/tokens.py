"""Tokens and web sessions that are out, and those that were given up."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass

from connector.sandbox.api.message import Call
from connector.sandbox.errors import ApiFault
from connector.sandbox.world import World

OPAQUE = "hex"
KEY, ADMIN, CUSTOMER = "api_key", "admin", "customer"


@dataclass(frozen=True, kw_only=True, slots=True)
class Holder:
    """Who calls, and how that was shown: by `basic`, `signature` or `token`."""

    way: str
    kind: str
    id: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenPair:
    """One login: both tokens, their ends, and whom and what they are bound to."""

    access: str
    access_until: int
    refresh: str
    refresh_until: int
    user_agent: str
    address: str
    holder: Holder


class TokenBook:
    """Every token and session handed out; the same calls hand out the same ones."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._made = 0
        self._by_access: dict[str, TokenPair] = {}
        self._by_refresh: dict[str, TokenPair] = {}
        self._banned: set[str] = set()
        self._sessions: dict[str, Holder] = {}

    def issue(self, holder: Holder, call: Call) -> TokenPair:
        """A new pair, bound to the caller's address and User-Agent."""
        now, switches = self._world.clock.unix(), self._world.switches
        until = now + switches.token_minutes * 60
        opaque = switches.token_form == OPAQUE
        access = self._fresh("access") if opaque else self._jwt(holder, until)
        pair = TokenPair(
            access=access,
            access_until=until,
            refresh=self._fresh("refresh"),
            refresh_until=now + switches.refresh_minutes * 60,
            user_agent=call.user_agent,
            address=call.address,
            holder=holder,
        )
        self._by_access[pair.access] = self._by_refresh[pair.refresh] = pair
        return pair

    def by_access(self, token: str) -> TokenPair:
        """The pair of an access token, or 401."""
        return self._held(self._by_access, token, "Access token is not valid")

    def by_refresh(self, token: str) -> TokenPair:
        """The pair of a refresh token, or 401."""
        return self._held(self._by_refresh, token, "Refresh token is not valid")

    def ban(self, pair: TokenPair) -> None:
        """End a pair for good."""
        del self._by_access[pair.access]
        del self._by_refresh[pair.refresh]
        self._banned |= {pair.access, pair.refresh}

    def open_session(self, holder: Holder) -> tuple[str, str]:
        """The id and the form token of a new web session."""
        session_id = self._fresh("session")
        self._sessions[session_id] = holder
        return session_id, self._fresh("csrf")

    def session(self, session_id: str, internal_code: str) -> Holder:
        """Whose web session this is, or 401 with this code."""
        holder = self._sessions.get(session_id)
        if holder is None:
            raise ApiFault(401, internal_code, "No such session")
        return holder

    def _held(self, pairs: dict[str, TokenPair], token: str, message: str) -> TokenPair:
        pair = pairs.get(token)
        if pair is None:
            code = "TOKEN_BANNED" if token in self._banned else "UNAUTHORIZED"
            raise ApiFault(401, code, message)
        return pair

    def _fresh(self, what: str) -> str:
        self._made += 1
        text = f"{what} {self._made}".encode()
        return hmac.new(self._world.secret.encode(), text, hashlib.sha256).hexdigest()[:32]

    def _jwt(self, holder: Holder, until: int) -> str:
        """Three parts with points between; the second names the owner."""
        claims = {"id": holder.id, "type": holder.kind, "exp": until, "jti": self._fresh("jti")}
        body = f"{_part({'typ': 'JWT', 'alg': 'HS256'})}.{_part(claims)}"
        made = hmac.new(self._world.secret.encode(), body.encode(), hashlib.sha256).digest()
        return f"{body}.{_unpadded(made)}"


def _part(value: dict[str, object]) -> str:
    return _unpadded(json.dumps(value, separators=(",", ":")).encode())


def _unpadded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
