"""A client that cannot write, and the walk through the platform that makes a copy."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from itertools import count

from connector.config import Settings
from connector.errors import (
    ConnectorError,
    InvariantBroken,
    PlatformDenied,
    PlatformRefused,
    RecordMissing,
    ReplyMalformed,
)
from connector.rehearsal.copy import Copy, Last
from connector.rehearsal.kinds import (
    ACCOUNTS,
    BILLINGS,
    CHANGES,
    COUNTED,
    CREDIT_NOTES,
    INVOICES,
    PARTNERS,
    PAYMENTS,
    RELATIONS,
    SERVICE_TYPES,
    SERVICES,
    TRANSACTIONS,
    Json,
    Kind,
    number_of,
)
from connector.runtime.bootstrap import platform_options
from connector.splynx.client import SplynxClient
from connector.splynx.connection import UNKNOWN, SplynxConnection
from connector.splynx.mapping import Route
from connector.splynx.paging import Listing, Pager, in_chunks
from connector.splynx.platform import SplynxPlatform
from connector.splynx.search import Filter, above, equal, from_day, one_of
from connector.splynx.wire import Reply, Request

NOT_PAID = "not_paid"
OTHERS = ("paid", "pending", "deleted")

_COUNTER = re.compile(r"[0-9]{1,6}$")

Progress = Callable[[int, int], None]
"""Told how many accounts are read, and of how many."""


class ReadingClient(SplynxClient):
    """Reads only: whatever else is asked of it is a bug, and does not leave this process."""

    requests = 0

    def read(self, request: Request) -> Reply:
        """Ask, and count."""
        self.requests += 1
        return super().read(request)

    def write(self, request: Request, may_leave: Callable[[], None] | None = None) -> Reply:
        """Refuse, whoever says that it may leave."""
        del may_leave
        raise InvariantBroken(f"a rehearsal was about to send {request}")


def open_for_reading(settings: Settings) -> SplynxConnection:
    """A connection to the real platform that cannot write; its nonces grow with the clock."""
    last = count(1)
    options = platform_options(settings)

    def reserve_nonce(floor: int) -> int:
        return floor + next(last)

    connection = SplynxConnection(options, reserve_nonce)
    connection.client.close()
    connection.client = ReadingClient(options, reserve_nonce)
    return connection


def start_copy(connection: SplynxConnection, days: int) -> Copy:
    """An empty copy at the platform's own time, of the platform's own release.

    Raises:
        ConnectorError: nobody knows this release.
    """
    at = SplynxPlatform(connection).read_time()
    release = connection.capabilities.release
    if release == UNKNOWN:
        raise ConnectorError("the release of this Splynx is not known; set platform.release")
    zone = connection.options.timezone
    since = at.astimezone(zone).date() - timedelta(days=days)
    return Copy(at=at, zone=str(zone), release=release, since=since)


def read_native_ids(connection: SplynxConnection) -> set[int]:
    """Accounts that the platform itself links, mains and subs."""
    pager = _pager(connection)
    if not connection.capabilities.native_links:
        return set()
    listing = Listing(route=_route(ACCOUNTS), key="id", filters=(above("parent_id", 0),))
    rows = list(pager.read_all(listing))
    return {number_of(row.get(name)) for row in rows for name in ("id", "parent_id")} - {0}


def read_copy(
    connection: SplynxConnection, copy: Copy, account_ids: Iterable[int], told: Progress
) -> None:
    """Fill a copy with what concerns these accounts."""
    wanted = sorted(set(account_ids))
    walk = _Walk(connection=connection, copy=copy, pager=_pager(connection))
    walk.read_partners()
    walk.read_last()
    done = 0
    for ids in in_chunks(wanted):
        walk.read_accounts(ids)
        done += len(ids)
        told(done, len(wanted))
    for name, rows in copy.rows.items():
        unique = {_identity(name, row): row for row in rows}
        copy.rows[name] = [unique[key] for key in sorted(unique) if key[1]]
    client = connection.client
    copy.requests = client.requests if isinstance(client, ReadingClient) else 0


@dataclass(kw_only=True, slots=True)
class _Walk:
    """One walk; what may not be read is told once and done without."""

    connection: SplynxConnection
    copy: Copy
    pager: Pager
    closed: set[str] = field(default_factory=set)

    def read_partners(self) -> None:
        self._take(PARTNERS, _route(PARTNERS), ())

    def read_last(self) -> None:
        """The highest numbers, so that the rehearsal's documents come after all real ones."""
        for kind in COUNTED:
            try:
                row = self.pager.read_highest(Listing(route=_route(kind), key="id"))
            except (PlatformDenied, PlatformRefused, RecordMissing):
                if not kind.optional:
                    raise
                continue
            if row is not None:
                last = Last(id=number_of(row.get("id")), counter=_counter_in(row))
                self.copy.last[kind.name] = last

    def read_accounts(self, ids: Sequence[int]) -> None:
        """All of some accounts."""
        found = list(self.pager.read_ids(Listing(route=_route(ACCOUNTS), key="id"), ids))
        self._keep(ACCOUNTS, found)
        known = sorted(number_of(row.get("id")) for row in found)
        if missing := sorted(set(ids) - set(known)):
            self.copy.warnings.append(f"not on the platform: accounts {_some(missing)}")
        if not known:
            return
        for account_id in known:
            self._read_billing(account_id)
        theirs = one_of("customer_id", known)
        for address, kind in SERVICE_TYPES.items():
            self._read_services(address, kind, theirs)
        for dated in (INVOICES, CREDIT_NOTES, PAYMENTS, TRANSACTIONS):
            recent = from_day(dated.dated, self.copy.since)
            self._take(dated, _route(dated), (theirs, recent))
        self._take(INVOICES, _route(INVOICES), (theirs, equal("status", NOT_PAID, others=OTHERS)))
        self._take(CHANGES, _route(CHANGES), (theirs,))
        self._read_relations(known, theirs)

    def _read_billing(self, account_id: int) -> None:
        path = f"{BILLINGS.path}/{account_id}"
        with suppress(RecordMissing):
            body = self.connection.client.read(Request(method="GET", path=path)).parsed()
            if not isinstance(body, dict):
                raise ReplyMalformed(f"{path}: the answer is no record")
            self._keep(BILLINGS, [body])

    def _read_services(self, address: str, kind: str, theirs: Filter) -> None:
        route = Route(method="GET", path=f"{ACCOUNTS.path}/0/{address}")
        listing = Listing(route=route, key="id", filters=(theirs,))
        try:
            found = list(self.pager.read_all(listing))
        except PlatformRefused as refused:
            if refused.status != HTTPStatus.METHOD_NOT_ALLOWED:
                raise
            return  # a module that is switched off has no services
        self._keep(SERVICES, [{**row, "type": kind} for row in found])

    def _read_relations(self, ids: Sequence[int], theirs: Filter) -> None:
        """What covers what; where the collection knows its two flat filters only, account by account."""
        try:
            self._take(RELATIONS, _route(RELATIONS), (theirs,))
        except ReplyMalformed:
            for account_id in ids:
                alone = one_of("customer_id", [account_id])
                pairs = (("customer_id", str(account_id)),)
                flat = Filter(at=alone.at, pairs=pairs, breaks=alone.breaks)
                self._take(RELATIONS, _route(RELATIONS), (flat,))

    def _take(self, kind: Kind, route: Route, filters: tuple[Filter, ...]) -> None:
        if kind.name in self.closed:
            return
        listing = Listing(route=route, key="id", filters=filters)
        try:
            self._keep(kind, list(self.pager.read_all(listing)))
        except (PlatformDenied, PlatformRefused, RecordMissing) as closed:
            if not kind.optional:
                raise
            self.closed.add(kind.name)
            self.copy.warnings.append(f"done without {kind.name}, which may not be read: {closed}")

    def _keep(self, kind: Kind, rows: list[Json]) -> None:
        self.copy.rows.setdefault(kind.name, []).extend(rows)


def _pager(connection: SplynxConnection) -> Pager:
    options = connection.options
    return Pager(connection.client, page_size=options.page_size, pages_max=options.pages_max)


def _identity(name: str, row: Json) -> tuple[str, int]:
    """What a record is known by: the platform counts services type by type."""
    key = BILLINGS.key if name == BILLINGS.name else "id"
    return str(row.get("type")) if name == SERVICES.name else "", number_of(row.get(key))


def _route(kind: Kind) -> Route:
    return Route(method="GET", path=kind.path)


def _counter_in(row: Json) -> int:
    """The digits at the end of a document's own number, as many as the platform counts with."""
    found = _COUNTER.search(str(row.get("number") or row.get("receipt_number") or ""))
    return int(found[0]) if found else 0


def _some(numbers: Sequence[int]) -> str:
    shown = ", ".join(str(number) for number in numbers[:10])
    return shown if len(numbers) <= len(numbers[:10]) else f"{shown} and {len(numbers) - 10} more"
