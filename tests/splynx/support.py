"""A scripted platform behind httpx' own transport seam, and a clock that sleeps in no time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import httpx

from connector.splynx import PlatformOptions, SplynxConnection
from connector.splynx.client import Surroundings
from connector.splynx.mapping import PlatformMapping, load_mapping
from connector.splynx.row import Row

DATE = "Thu, 01 Jan 2026 09:00:00 GMT"
NOW = 1767258000
"""The same in seconds."""

Answer = httpx.Response | Exception
Handler = Callable[[httpx.Request], Answer]


@dataclass(kw_only=True)
class StillClock:
    """A monotonic clock that only sleeping moves."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        """The time."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Pass time at once."""
        self.slept.append(seconds)
        self.now += seconds


class Nonces:
    """Growing nonces, as the store gives them."""

    def __init__(self) -> None:
        self.given: list[int] = []

    def __call__(self, floor: int) -> int:
        """At least the floor, above every earlier one."""
        last = self.given[-1] if self.given else 0
        self.given.append(max(floor, last + 1))
        return self.given[-1]


class ScriptedPlatform:
    """Answers from a handler, and remembers every request."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """What httpx' mock transport calls."""
        self.requests.append(request)
        answer = self._handler(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def queries(self) -> list[dict[str, str]]:
        """The decoded query of every request."""
        return [dict(parse_qsl(request.url.query.decode())) for request in self.requests]

    @property
    def lines(self) -> list[str]:
        """Verb and path of every request."""
        return [f"{request.method} {request.url.path}" for request in self.requests]


def at_once() -> None:
    """A write may leave as soon as it can."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """A connection to a scripted platform, and everything around it."""

    connection: SplynxConnection
    platform: ScriptedPlatform
    clock: StillClock
    nonces: Nonces


def setting(handler: Handler, **changes: Any) -> Setting:
    """A connection with Basic login and without a limit of pace, unless told otherwise."""
    platform, clock, nonces = ScriptedPlatform(handler), StillClock(), Nonces()
    told: dict[str, Any] = {
        "base_url": "https://isp.example",
        "key": "k3y",
        "secret": "s3cret",
        "timezone": ZoneInfo("Europe/Berlin"),
        "auth": "basic",
        "release": "5.1",
        "requests_per_second": 0,
        "page_size": 3,
        "pages_max": 4,
    }
    around = Surroundings(
        transport=httpx.MockTransport(platform), monotonic=clock.monotonic, sleep=clock.sleep
    )
    options = PlatformOptions(**{**told, **changes})
    connection = SplynxConnection(options, nonces, around)
    return Setting(connection=connection, platform=platform, clock=clock, nonces=nonces)


def reply(status: int, body: object = None, **headers: str) -> httpx.Response:
    """An answer of the API; header names with ``_`` for ``-``."""
    told = {"Date": DATE, "Content-Type": "application/json"}
    told |= {name.replace("_", "-"): text for name, text in headers.items()}
    content = b"" if body is None else json.dumps(body).encode()
    return httpx.Response(status, content=content, headers=told)


def page(status: int) -> httpx.Response:
    """A web page in place of an answer."""
    return httpx.Response(status, html="<html><body>Bad gateway</body></html>")


def error_body(status: int, message: str, code: str) -> dict[str, object]:
    """The API's own shape of an error."""
    return {"error": {"message": message, "code": status, "internal_code": code}}


def in_turn(*answers: Answer) -> Handler:
    """A handler that gives these answers, one after the other, and no more."""
    left: Iterator[Answer] = iter(answers)
    return lambda _: next(left)


def always(answer: Callable[[], Answer]) -> Handler:
    """A handler that gives the same answer every time."""
    return lambda _: answer()


def mapping(release: str = "5.1") -> PlatformMapping:
    """A mapping as it ships."""
    return load_mapping(release)


def row_of(record: str, data: dict[str, object], release: str = "5.1") -> Row:
    """A row in the zone of Berlin."""
    return Row(mapping=mapping(release), record=record, data=data, zone=ZoneInfo("Europe/Berlin"))


def account_data(**changes: object) -> dict[str, object]:
    """An account as 5.1 sends it."""
    return {
        "id": 7,
        "name": "Ada",
        "status": "active",
        "billing_type": "recurring",
        "partner_id": 1,
        "street_1": "Mill Lane 1",
        "zip_code": "10115",
        "city": "Berlin",
        "last_update": "2026-01-01 08:00:00",
        "parent_id": 0,
        **changes,
    }


def item_data(**changes: object) -> dict[str, object]:
    """A line as 5.1 sends it."""
    return {
        "id": 1,
        "pos": 1,
        "description": "Internet",
        "quantity": 1,
        "unit": "",
        "price": "64516.1290",
        "tax": "7.5000",
        "tax_amount": 4838.7097,
        "period_from": "2026-01-01",
        "period_to": "2026-01-31",
        "transaction_id": 9,
        "categoryIdForTransaction": 1,
        "tax_id": 2,
        "sub_account_id": 0,
        **changes,
    }


def invoice_data(**changes: object) -> dict[str, object]:
    """An invoice as 5.1 sends it."""
    return {
        "id": 11,
        "customer_id": 7,
        "number": "202601000011",
        "date_created": "2026-01-01",
        "date_till": "2026-01-16",
        "status": "not_paid",
        "type": "recurring",
        "total": 69354.84,
        "due": 69354.84,
        "note": "",
        "memo": None,
        "items": [item_data()],
        **changes,
    }


def credit_note_data(**changes: object) -> dict[str, object]:
    """A credit note as 5.1 sends it."""
    return {
        "id": 21,
        "customer_id": 7,
        "number": "2026000021",
        "date_created": "2026-01-02",
        "real_create_datetime": "2026-01-02 10:00:00",
        "status": "not_refunded",
        "total": 10,
        "note": "",
        "items": [],
        **changes,
    }


def payment_data(**changes: object) -> dict[str, object]:
    """A payment as 5.1 sends it."""
    return {
        "id": 41,
        "customer_id": 7,
        "invoice_id": 11,
        "receipt_number": "2026-01-00001",
        "date": "2026-01-03",
        "amount": "12.5000",
        **changes,
    }


def change_data(**changes: object) -> dict[str, object]:
    """A row of the status log as 5.1 sends it."""
    return {
        "id": 31,
        "customer_id": 7,
        "service_id": None,
        "old_status": "active",
        "new_status": "blocked",
        "date": "2026-01-17",
        "time": "00:30:00",
        "tariff_type": None,
        "administrator_id": 0,
        **changes,
    }


def billing_data(**changes: object) -> dict[str, object]:
    """Billing settings as 5.1 sends them."""
    return {
        "customer_id": 7,
        "enabled": 1,
        "deposit": "-25.0000",
        "min_balance": "0.0000",
        "billing_date": "1",
        "billing_due": "15",
        "blocking_period": "0",
        "sub_billing_mode": "independent",
        **changes,
    }
