"""Reads with patience, writes exactly once."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

import httpx
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    wait_random_exponential,
)

from connector.errors import (
    InvariantBroken,
    OutcomeUnknown,
    PlatformUnavailable,
    ReplyMalformed,
)
from connector.splynx.auth import Login, ReserveNonce, make_login
from connector.splynx.options import PlatformOptions
from connector.splynx.pace import Pace
from connector.splynx.verdict import is_own_401, judge_read, judge_write, retry_after_of
from connector.splynx.wire import Reply, Request, Wire, WireFailure

READS = frozenset({"GET", "HEAD", "OPTIONS"})
"""All that may be asked again; no other verb ever gets near a repetition."""

_LONGEST_BACKOFF_SECONDS = 15


def _always() -> None:
    """Nobody minds how long a read waited for its turn."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """What tests put in place of the network, the clock and sleep."""

    transport: httpx.BaseTransport | None = None
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


class SplynxClient:
    """Requests with login, pace and judgement; safe to use from many threads."""

    def __init__(
        self,
        options: PlatformOptions,
        reserve_nonce: ReserveNonce,
        around: Surroundings | None = None,
    ) -> None:
        around = around or Surroundings()
        pace = Pace(
            requests_per_second=options.requests_per_second,
            # A nonce that arrives after a higher one is refused: signed requests go one by one.
            concurrency=1 if options.auth == "signature" else options.concurrency,
            patience_seconds=options.patience_seconds,
            monotonic=around.monotonic,
            sleep=around.sleep,
        )
        self._wire = Wire(options, pace, transport=around.transport, monotonic=around.monotonic)
        self._options = options
        self._patiently = Retrying(
            retry=retry_if_exception(self._is_worth_another),
            stop=stop_after_attempt(options.read_attempts),
            wait=self._wait,
            sleep=around.sleep,
            reraise=True,
        )
        self.login: Login = make_login(options, self._wire, reserve_nonce)

    def read(self, request: Request) -> Reply:
        """Ask, and ask again while the platform cannot be reached or answers nonsense.

        Raises:
            PlatformUnavailable: not reached, or not able to answer, after all attempts.
            ReplyMalformed: answered with something that is not the API's, after all attempts.
            PlatformDenied: not allowed, even after one renewal of the login.
            RecordMissing: there is no such record.
            PlatformRefused: the request was declined.
            InvariantBroken: it is no read.
        """
        if request.method not in READS:
            raise InvariantBroken(f"{request} is no read: it was not sent")
        return self._patiently(self._read_once, request)

    def write(self, request: Request, may_leave: Callable[[], None] = _always) -> Reply:
        """Send a write once; only a 401 in the API's own words lets it be sent once more.

        Each time ``may_leave`` is asked first, when login and pace have been waited for.

        Raises:
            PlatformUnavailable: certainly not carried out.
            OutcomeUnknown: may have been carried out.
            PlatformRefused: declined, with the platform's words.
            PlatformDenied: not allowed.
            RecordMissing: there is no such record.
        """
        try:
            reply = self._send(request, is_own_401, may_leave)
        except WireFailure as failure:
            kind = OutcomeUnknown if failure.sent else PlatformUnavailable
            raise kind(f"{request}: {failure}") from failure
        self._obey(reply)
        error = judge_write(request, reply)
        if error is not None:
            raise error
        return reply

    def server_time(self) -> datetime | None:
        """The ``Date`` of the latest answer, aware, UTC; None before the first."""
        return self._wire.server_time()

    def close(self) -> None:
        """Close the connections."""
        self._wire.close()

    def _read_once(self, request: Request) -> Reply:
        try:
            reply = self._send(request, _is_401)
        except WireFailure as failure:
            kind = ReplyMalformed if failure.cut else PlatformUnavailable
            raise kind(f"{request}: {failure}") from failure
        self._obey(reply)
        error = judge_read(request, reply)
        if error is not None:
            raise error
        return reply

    def _send(
        self,
        request: Request,
        may_renew: Callable[[Reply], bool],
        may_leave: Callable[[], None] = _always,
    ) -> Reply:
        reply, used = self._exchange(request, may_leave)
        if may_renew(reply) and self.login.renew(used, reply):
            reply, _ = self._exchange(request, may_leave)
        return reply

    def _exchange(self, request: Request, may_leave: Callable[[], None]) -> tuple[Reply, str]:
        used: list[str] = []

        def authorization() -> str:
            used.append(self.login.authorization())
            may_leave()
            return used[-1]

        self.login.prepare()
        return self._wire.exchange(request, authorization), used[-1]

    def _obey(self, reply: Reply) -> None:
        asked = retry_after_of(reply) if reply.status != HTTPStatus.OK else None
        if asked is not None:
            self._wire.hold(asked)

    def _is_worth_another(self, error: BaseException) -> bool:
        if isinstance(error, PlatformUnavailable):
            return (error.retry_after_seconds or 0) <= self._options.patience_seconds
        return isinstance(error, ReplyMalformed)

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, PlatformUnavailable) and error.retry_after_seconds is not None:
            return 0.0  # the pace keeps every thread back, this one too
        scale = int(self._options.backoff_seconds * 1000) / 1000
        return wait_random_exponential(multiplier=scale, max=_LONGEST_BACKOFF_SECONDS)(state)


def _is_401(reply: Reply) -> bool:
    return reply.status == HTTPStatus.UNAUTHORIZED
