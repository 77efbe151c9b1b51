"""Real answers of the sandbox to every reading that the adapter makes, of both releases."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from typing import Literal
from zoneinfo import ZoneInfo

import httpx

from connector.domain.ids import AccountId, CreditNoteId, InvoiceId
from connector.ports.platform import Feed
from connector.sandbox.options import SandboxOptions
from connector.sandbox.seed import build_world
from connector.sandbox.world import World
from connector.splynx import PlatformOptions, SplynxConnection, SplynxPlatform
from connector.splynx.client import Surroundings
from tests.sandbox.in_process_http import SandboxTransport
from tests.splynx.support import StillClock

Release = Literal["5.1", "4.3"]
RELEASES: tuple[Release, ...] = ("5.1", "4.3")
ORIGIN = "http://platform.example"
ZONE = ZoneInfo("Europe/Prague")
SINCE = date(2025, 12, 1)
LONG_AGO = datetime(2025, 12, 1, tzinfo=UTC)
OK = 200
AUTO = "release"
"""The one question that is asked without knowing the release."""

Call = Callable[[SplynxPlatform], object]
Key = tuple[str, str]  #: method, and path with query


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One answer, as it came."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One reading of the adapter, and all that was answered to it."""

    name: str
    release: Release
    call: Call
    answers: dict[Key, Answer]


@dataclass(slots=True)
class Tape(httpx.BaseTransport):
    """A transport that remembers what the sandbox answered."""

    platform: SandboxTransport
    answers: dict[Key, Answer] = field(default_factory=dict)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Let the sandbox answer, and keep a copy."""
        response = self.platform.handle_request(request)
        self.answers[key_of(request)] = Answer(
            status=response.status_code,
            headers=dict(response.headers),
            body=response.read(),
        )
        return response


def key_of(request: httpx.Request) -> Key:
    """What a request asks for."""
    return request.method, request.url.raw_path.decode()


def make_world(release: Release) -> World:
    """A family that has been charged, has paid in part, was blocked, and has a credit note."""
    options = SandboxOptions(release=release, seed=11, families=2, subs=3, start="2026-01-20T09:00")
    world = build_world(options)
    box = SandboxTransport(world).box
    box.control("POST", "advance", {"days": 45})
    first, second, *_ = [row.id for row in world.customers]
    box.control("POST", "pay", {"customer_id": first})
    for invoice in world.invoices:
        if invoice.status == "not_paid":
            body = {"customer_id": invoice.customer_id, "amount": "5", "invoice_id": invoice.id}
            box.control("POST", "credit", body)
            break
    box.control("POST", "block", {"customer_id": second})
    return world


def connect(
    release: Literal["5.1", "4.3", "auto"],
    transport: httpx.BaseTransport,
    world: World | None = None,
) -> SplynxConnection:
    """The real adapter over a transport; it asks once and waits for nothing."""
    clock = StillClock()
    options = PlatformOptions(
        base_url=ORIGIN,
        key=world.key if world else "key",
        secret=world.secret if world else "secret",
        timezone=ZONE,
        auth="basic",
        release=release,
        requests_per_second=0,
        read_attempts=1,
    )
    around = Surroundings(transport=transport, monotonic=clock.monotonic, sleep=clock.sleep)
    return SplynxConnection(options, lambda floor: floor, around)


def record_questions(release: Release) -> list[Question]:
    """Ask everything once, and keep the answers."""
    world = make_world(release)
    found: list[Question] = []
    for name, call in _calls(world):
        tape = Tape(SandboxTransport(world))
        with connect("auto" if name == AUTO else release, tape, world) as connection:
            call(SplynxPlatform(connection))
        found.append(Question(name=name, release=release, call=call, answers=tape.answers))
    return found


def _calls(world: World) -> Iterable[tuple[str, Call]]:
    ids = [AccountId(row.id) for row in world.customers]
    invoice = InvoiceId(next(iter(world.invoices)).id)
    note = CreditNoteId(next(iter(world.credit_notes)).id)
    owner = AccountId(next(iter(world.credit_notes)).customer_id)
    yield AUTO, lambda platform: platform.capabilities
    yield "time", lambda platform: platform.read_time()
    yield "count", lambda platform: platform.count_accounts()
    yield "account", lambda platform: platform.read_account(ids[0])
    yield "accounts", lambda platform: platform.read_accounts(ids)
    yield "accounts updated", lambda platform: platform.read_accounts_updated(LONG_AGO)
    yield "native subs", lambda platform: platform.read_native_subs()
    yield "billing", lambda platform: platform.read_billing(ids[0])
    yield "serviced", lambda platform: platform.read_serviced(ids)
    yield "invoice", lambda platform: platform.read_invoice(invoice)
    yield "invoices", lambda platform: platform.read_invoices(ids, SINCE)
    yield "open invoices", lambda platform: platform.read_open_invoices(ids)
    yield "credit note", lambda platform: platform.read_credit_note(note)
    yield "credit notes", lambda platform: platform.read_credit_notes(owner, SINCE)
    yield "credit notes of all", lambda platform: platform.read_credit_notes_of(ids, SINCE)
    yield "payments", lambda platform: platform.read_payments(ids[0], SINCE)
    yield "marked invoices", lambda platform: platform.read_marked_invoices(_nobody)
    yield "marked notes", lambda platform: platform.read_marked_notes(_nobody)
    yield "extra fields", lambda platform: platform.count_extra_fields()
    yield "status changes", lambda platform: platform.read_status_changes(ids)
    for feed in Feed:
        yield f"last of {feed}", partial(_last_of, feed)
        yield f"feed of {feed}", partial(_feed_of, feed)
        yield f"row of {feed}", partial(_row_of, feed)
    yield "permissions", lambda platform: platform.probe_permissions()


def _nobody(rows: int) -> None:
    """Nobody is told how many rows were read."""
    del rows


def _row_of(feed: Feed, platform: SplynxPlatform) -> object:
    return platform.read_feed_row(feed, 1)


def _last_of(feed: Feed, platform: SplynxPlatform) -> object:
    return platform.read_last_id(feed)


def _feed_of(feed: Feed, platform: SplynxPlatform) -> object:
    return platform.read_feed(feed, 0)
