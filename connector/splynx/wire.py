"""One HTTP exchange: sent once, read to a bounded length, never redirected, never retried."""

from __future__ import annotations

import json
import logging
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime
from functools import lru_cache
from http import HTTPStatus
from importlib.metadata import version

import httpx

from connector.errors import SetupError
from connector.splynx.options import PlatformOptions
from connector.splynx.pace import Pace
from connector.splynx.search import Pairs, query_text

USER_AGENT = f"splynx-linked-accounts/{version('splynx-linked-accounts')}"
"""Constant: the platform binds a token to the User-Agent that fetched it."""

NOTHING_SENT = (
    httpx.ConnectError,  # name not found, connection refused, TLS handshake failed
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
"""Failures before the first byte of a request leaves."""


VALUES_MAX = 1_500_000
"""Most values of one answer: a short text can stand for very many, and each takes memory."""


class WireFailure(Exception):
    """No whole answer came; ``sent`` tells whether the request may have left."""

    def __init__(self, sentence: str, *, sent: bool, cut: bool = False) -> None:
        self.sent = sent
        self.cut = cut  #: a success had begun to arrive
        super().__init__(sentence)


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What we ask; the query is kept apart from the path so that no message shows it."""

    method: str
    path: str
    query: Pairs = ()
    body: Mapping[str, object] | None = None
    label: str = ""  #: said instead of the path, where the path is a secret

    def __str__(self) -> str:
        return f"{self.method} {self.label or self.path}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """A whole answer."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)  #: names in lower case

    @property
    def is_page(self) -> bool:
        """Whether something else than the API answered: a web page of a proxy or of PHP."""
        kind = self.headers.get("content-type", "").lower()
        return "html" in kind or self.body.lstrip()[:1] == b"<"

    def parsed(self) -> object:
        """The body as JSON, amounts as ``Decimal``; None when it is empty.

        Raises:
            ValueError: it is no JSON, or an object names a field twice: it says two things.
        """
        if not self.body.strip():
            return None
        if len(self.body) > VALUES_MAX < sum(map(self.body.count, (b",", b"[", b"{"))):
            raise ValueError(f"more than {VALUES_MAX} values: lower platform.page_size")
        try:
            found: object = json.loads(
                self.body,
                parse_float=_exact,
                parse_constant=_refuse_constant,
                object_pairs_hook=_named_once,
            )
        except RecursionError:
            raise ValueError("JSON nested too deeply") from None
        return found


class Wire:
    """The one connection pool of the process; safe to use from many threads."""

    def __init__(
        self,
        options: PlatformOptions,
        pace: Pace,
        *,
        transport: httpx.BaseTransport | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        # The renewal path holds a token, and httpx would log it.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        logging.getLogger("httpcore").setLevel(logging.WARNING)
        self._origin = _origin_of(options)
        self._pace = pace
        self._bytes_max = options.body_bytes_max
        self._seconds_max = 2 * options.timeout_seconds
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._date: tuple[datetime, float] | None = None
        self._http = _Client(
            headers={"User-Agent": USER_AGENT, "Accept": "application/json"},
            timeout=httpx.Timeout(options.timeout_seconds, connect=options.connect_timeout_seconds),
            limits=httpx.Limits(max_connections=options.concurrency),
            verify=_tls(options),
            follow_redirects=False,
            trust_env=False,
            transport=transport,
        )

    def exchange(self, request: Request, authorization: Callable[[], str | None]) -> Reply:
        """Send a request once, when it is its turn, and read the whole answer.

        ``authorization`` is asked inside the slot, so that nonces leave in the order they were
        drawn.

        Raises:
            WireFailure: there is no whole answer.
            PlatformUnavailable: the platform asked everybody to wait; nothing was sent.
        """
        with self._pace.slot():
            built = self._build(request, authorization())
            try:
                return self._received(built)
            except httpx.HTTPError as error:
                origin = f"{built.url.scheme}://{built.url.netloc.decode()}"
                sentence = f"{origin} does not answer: {type(error).__name__}: {error}"
                raise WireFailure(sentence, sent=not isinstance(error, NOTHING_SENT)) from error

    def server_time(self) -> datetime | None:
        """The ``Date`` of the latest answer, aware, UTC; None before the first."""
        with self._lock:
            return None if self._date is None else self._date[0]

    def estimated_server_time(self) -> datetime | None:
        """The same, moved on by the time that has passed here since."""
        with self._lock:
            if self._date is None:
                return None
            said, at = self._date
            return datetime.fromtimestamp(said.timestamp() + self._monotonic() - at, UTC)

    def hold(self, seconds: int) -> None:
        """Keep every thread back."""
        self._pace.hold(seconds)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _build(self, request: Request, authorization: str | None) -> httpx.Request:
        headers = {} if authorization is None else {"Authorization": authorization}
        address = _address if request.label else _address_kept  # a path with a secret is not kept
        url = address(self._origin, request.path, request.query)
        if request.body is None:
            return self._http.build_request(request.method, url, headers=headers)
        headers["Content-Type"] = "application/json"
        content = json.dumps(request.body, separators=(",", ":")).encode()
        return self._http.build_request(request.method, url, headers=headers, content=content)

    def _received(self, built: httpx.Request) -> Reply:
        started = self._monotonic()
        answer = self._http.send(built, stream=True)
        try:
            self._remember(answer.headers.get("date"))
            body = self._body_of(answer, started)
        finally:
            answer.close()
        headers = {name.lower(): text for name, text in answer.headers.items()}
        return Reply(status=answer.status_code, body=body, headers=headers)

    def _body_of(self, answer: httpx.Response, started: float) -> bytes:
        body = bytearray()
        cut = answer.status_code == HTTPStatus.OK
        try:
            for chunk in answer.iter_bytes():
                body += chunk
                if len(body) > self._bytes_max:
                    raise WireFailure(_too_long(self._bytes_max), sent=True, cut=cut)
                if self._monotonic() - started > self._seconds_max:
                    raise WireFailure("the answer takes too long", sent=True)
        except httpx.HTTPError as error:
            sentence = f"the answer broke off: {type(error).__name__}"
            raise WireFailure(sentence, sent=True, cut=cut) from error
        return bytes(body)

    def _remember(self, date: str | None) -> None:
        found = read_http_date(date)
        if found is not None:
            with self._lock:
                self._date = (found, self._monotonic())


class _NoCookies(httpx.Cookies):
    """A jar that takes no cookie, and wastes no time on looking for one."""

    def extract_cookies(self, response: httpx.Response) -> None:
        """Leave them where they are."""


_NO_COOKIES = _NoCookies()


class _Client(httpx.Client):
    """httpx's client, without cookies."""

    @property
    def cookies(self) -> httpx.Cookies:
        """None, ever."""
        return _NO_COOKIES

    @cookies.setter
    def cookies(self, cookies: object) -> None:
        """Nobody's business."""


def _address(origin: str, path: str, query: Pairs) -> httpx.URL:
    return httpx.URL(f"{origin}/api/2.0/{path}{f'?{query_text(query)}' if query else ''}")


_address_kept = lru_cache(maxsize=1024)(_address)
"""The same for what is asked again and again, as every poll of a quiet hour does."""


@lru_cache(maxsize=64)
def read_http_date(text: str | None) -> datetime | None:
    """A date as HTTP spells it, aware, UTC; None when it is none."""
    try:
        found = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def _origin_of(options: PlatformOptions) -> str:
    """Where the platform answers; the API's own path is ours to add."""
    try:
        url = httpx.URL(options.base_url)
    except httpx.InvalidURL as error:
        raise SetupError([f"platform.base_url: {options.base_url!r}: {error}"]) from None
    if url.scheme not in {"http", "https"} or not url.host or url.path != "/" or url.query:
        sentence = "must be an origin such as https://isp.example, without a path"
        raise SetupError([f"platform.base_url: {options.base_url!r}: {sentence}"])
    return options.base_url.rstrip("/")


def _tls(options: PlatformOptions) -> bool | ssl.SSLContext:
    verify = options.verify_tls
    if isinstance(verify, bool):
        return verify
    try:
        return ssl.create_default_context(cafile=str(verify))
    except OSError as error:
        raise SetupError([f"platform.verify_tls: {verify}: {error}"]) from None


def _too_long(bytes_max: int) -> str:
    return f"the answer is longer than {bytes_max} bytes: lower platform.page_size"


def _exact(text: str) -> Decimal:
    """A number with a point or an exponent, to the last digit."""
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{text[:40]} is no number that can be held") from None


def _named_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("an object names a field twice")
    return found


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")
