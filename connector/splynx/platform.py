"""Everything we read from the platform."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import TypeVar

from connector.domain.accounts import Account, Billing, StatusChange
from connector.domain.ids import AccountId, CreditNoteId, InvoiceId
from connector.domain.invoices import CreditNote, Invoice, InvoiceStatus
from connector.domain.payments import Payment
from connector.errors import PlatformRefused, ReplyMalformed
from connector.ports.platform import Capabilities, Feed, FeedRow, Reading, SavedAccount
from connector.splynx import doctor, records
from connector.splynx.codec import Json, encode_instant, encode_word
from connector.splynx.connection import SplynxConnection
from connector.splynx.doctor import PermissionProbe
from connector.splynx.feeds import FEEDS, feed_row_in, saved_at_in, walk_marked
from connector.splynx.needs import ServiceStatus
from connector.splynx.paging import Listing, Pager, in_chunks
from connector.splynx.row import Row, read_rows
from connector.splynx.search import Filter, above, equal, equal_id, from_day, later_than, one_of
from connector.splynx.wire import Reply, Request

T = TypeVar("T")

SERVICES = ("internet_services", "recurring_services", "voice_services", "bundle_services")
"""Kinds of services, the most frequent first."""

_REPEATED_HOUR = timedelta(hours=2)


class SplynxPlatform:
    """A :class:`~connector.ports.platform.BillingReader`; safe to use from many threads."""

    def __init__(self, connection: SplynxConnection) -> None:
        options = connection.options
        self._connection = connection
        self._zone = options.timezone
        self._pager = Pager(
            connection.client, page_size=options.page_size, pages_max=options.pages_max
        )

    @property
    def capabilities(self) -> Capabilities:
        """Release and capabilities; read once from the platform when set to "auto"."""
        return self._connection.capabilities

    def read_time(self) -> datetime:
        """The platform's own time, aware, UTC; one cheap request."""
        self._ask("health", "check")
        found = self._connection.last_server_time()
        if found is None:
            raise ReplyMalformed("the platform's answers carry no Date")
        return found

    def count_accounts(self) -> int:
        """How many accounts the platform has."""
        told = self._ask("accounts", "count").headers.get("x-total-count", "")
        if not told.isdecimal():
            raise ReplyMalformed(f"X-total-count is {told!r}", field="X-total-count")
        return int(told)

    def read_account(self, account_id: AccountId) -> Account:
        """One account, fresh. Raises ``RecordMissing``."""
        return records.account_in(self._one("accounts", "account", account_id))

    def read_accounts(self, account_ids: Collection[AccountId]) -> Reading[Account]:
        """Several accounts; unknown ones are simply not among the rows."""
        listing = self._listing("accounts", "account", ())
        found = self._pager.read_ids(listing, account_ids)
        return read_rows(
            (self._row("account", data) for data in found), "accounts", records.account_in
        )

    def read_accounts_updated(self, since: datetime) -> tuple[SavedAccount, ...]:
        """Accounts saved after an instant; in the hour that a clock change repeats, some more."""
        again = since.astimezone(self._zone).utcoffset() or timedelta()
        later = (since + _REPEATED_HOUR).astimezone(self._zone).utcoffset() or timedelta()
        bound = encode_instant(since - max(again - later, timedelta()), self._zone)
        condition = later_than(self._at("account", "updated_at"), bound)
        rows = self._rows("accounts", "account", (condition,))
        return tuple(
            SavedAccount(id=AccountId(row.id()), saved_at=saved_at_in(row) or since) for row in rows
        )

    def read_native_subs(self) -> Reading[Account]:
        """Accounts that the platform itself has linked under a main account (5.1+)."""
        if not self.capabilities.native_links:
            return Reading(rows=())
        condition = above(self._at("account", "native_main_id"), 0)
        rows = self._rows("accounts", "account", (condition,))
        return read_rows(rows, "accounts", records.account_in)

    def read_billing(self, account_id: AccountId) -> Billing:
        """Billing settings and balance of one account. Raises ``RecordMissing``."""
        return records.billing_in(self._one("billing", "billing", account_id, key="account_id"))

    def read_serviced(self, account_ids: Collection[AccountId]) -> frozenset[AccountId]:
        """Those of the accounts that have at least one active service, of any kind.

        A kind whose module is switched off answers 405 and has no services; any other error is
        an error, since an account taken for one without services would be left out of a merge.
        """
        found: set[AccountId] = set()
        for kind in SERVICES:
            left = set(account_ids) - found
            found |= self._with_service(kind, left)
        return frozenset(found)

    def read_invoice(self, invoice_id: InvoiceId) -> Invoice:
        """One invoice, fresh, with its items. Raises ``RecordMissing``."""
        return records.invoice_in(self._one("invoices", "invoice", invoice_id))

    def read_invoices(self, account_ids: Collection[AccountId], since: date) -> Reading[Invoice]:
        """Invoices of some accounts dated ``since`` or later, whatever their status."""
        condition = from_day(self._at("invoice", "issued_on"), since)
        return self._invoices(account_ids, condition)

    def read_open_invoices(self, account_ids: Collection[AccountId]) -> Reading[Invoice]:
        """Invoices of some accounts that the platform says are not paid, of any date."""
        return self._invoices(account_ids, self._says("invoice", InvoiceStatus.NOT_PAID))

    def read_credit_note(self, credit_note_id: CreditNoteId) -> CreditNote:
        """One credit note, fresh. Raises ``RecordMissing``."""
        return records.credit_note_in(self._one("credit_notes", "credit_note", credit_note_id))

    def read_credit_notes(self, account_id: AccountId, since: date) -> Reading[CreditNote]:
        """Credit notes of one account dated ``since`` or later."""
        conditions = (
            equal_id(self._at("credit_note", "account_id"), account_id),
            from_day(self._at("credit_note", "issued_on"), since),
        )
        rows = self._rows("credit_notes", "credit_note", conditions)
        return read_rows(rows, "credit_notes", records.credit_note_in)

    def read_credit_notes_of(
        self, account_ids: Collection[AccountId], since: date
    ) -> Reading[CreditNote]:
        """Credit notes of several accounts dated ``since`` or later."""
        at = self._at("credit_note", "account_id")
        later = from_day(self._at("credit_note", "issued_on"), since)
        rows = self._rows_of(
            "credit_notes", "credit_note", account_ids, lambda ids: (one_of(at, ids), later)
        )
        return read_rows(rows, "credit_notes", records.credit_note_in)

    def read_payments(self, account_id: AccountId, since: date) -> Reading[Payment]:
        """Payments of one account dated ``since`` or later, oldest first."""
        conditions = (
            equal_id(self._at("payment", "account_id"), account_id),
            from_day(self._at("payment", "paid_on"), since),
        )
        rows = self._rows("payments", "payment", conditions)
        found = read_rows(rows, "payments", records.payment_in)
        return Reading(
            rows=tuple(sorted(found.rows, key=lambda row: row.id)), quarantined=found.quarantined
        )

    def read_status_changes(self, account_ids: Collection[AccountId]) -> Reading[StatusChange]:
        """Status log of some accounts, oldest first, without service rows."""
        at = self._at("status_change", "account_id")
        rows = self._rows_of(
            "status_changes", "status_change", account_ids, lambda ids: (one_of(at, ids),)
        )
        own = (row for row in rows if not _is_of_service(row))
        found = read_rows(own, "status_changes", records.status_change_in)
        ordered = sorted(found.rows, key=lambda change: change.id)
        return Reading(rows=tuple(ordered), quarantined=found.quarantined)

    def read_last_id(self, feed: Feed) -> int:
        """The highest id there is now; 0 for an empty collection."""
        resource, record = FEEDS[feed]
        found = self._pager.read_highest(self._listing(resource, record, ()))
        return 0 if found is None else self._row(record, found).id()

    def read_feed(self, feed: Feed, after: int) -> Reading[FeedRow]:
        """Rows with a higher id, in growing order, at most a bounded number of pages.

        Rows that concern no account (0, nothing) get account 0. One with an unreadable account is
        in quarantine; an unreadable id is an error, for nobody could tell where to go on.
        """
        resource, record = FEEDS[feed]
        found = self._pager.read_after(self._listing(resource, record, ()), after)
        rows = [self._row(record, data) for data in found]
        for row in rows:
            row.id()
        return read_rows(
            rows,
            resource,
            feed_row_in,
        )

    def read_feed_row(self, feed: Feed, number: int) -> Reading[FeedRow]:
        """The row of a feed with this id, if it is there."""
        resource, record = FEEDS[feed]
        found = self._pager.read_ids(self._listing(resource, record, ()), [number])
        return read_rows((self._row(record, data) for data in found), resource, feed_row_in)

    def read_marked_invoices(self, told: Callable[[int], None]) -> Reading[Invoice]:
        """Every invoice that bears a mark of ours, of whatever account, status and date."""
        rows = self._walk_marked(Feed.INVOICES, told)
        return read_rows(rows, "invoices", records.invoice_in)

    def read_marked_notes(self, told: Callable[[int], None]) -> Reading[CreditNote]:
        """Every credit note that bears a mark of ours."""
        rows = self._walk_marked(Feed.CREDIT_NOTES, told)
        return read_rows(rows, "credit_notes", records.credit_note_in)

    def check_login(self) -> None:
        """Raises ``PlatformDenied`` or ``PlatformUnavailable`` unless our key is accepted."""
        doctor.check_login(self._connection)

    def probe_permissions(self) -> tuple[PermissionProbe, ...]:
        """Every permission we need, tried or looked up, each with a sentence."""
        return doctor.probe_permissions(self._connection)

    def count_extra_fields(self) -> int:
        """How many additional fields invoices have here; nothing of ours rests on them."""
        return doctor.count_extra_fields(self._connection)

    def _walk_marked(self, feed: Feed, told: Callable[[int], None]) -> Iterator[Row]:
        resource, record = FEEDS[feed]
        listing = self._listing(resource, record, ())

        def read(after: int) -> Iterator[Row]:
            return (self._row(record, data) for data in self._pager.read_after(listing, after))

        return walk_marked(read, told)

    def _invoices(self, account_ids: Collection[AccountId], condition: Filter) -> Reading[Invoice]:
        at = self._at("invoice", "account_id")
        rows = self._rows_of(
            "invoices", "invoice", account_ids, lambda ids: (one_of(at, ids), condition)
        )
        return read_rows(rows, "invoices", records.invoice_in)

    def _with_service(self, kind: str, account_ids: Collection[AccountId]) -> set[AccountId]:
        at = self._at("service", "account_id")
        active = self._says("service", ServiceStatus.ACTIVE)
        rows = self._rows_of(kind, "service", account_ids, lambda ids: (one_of(at, ids), active))
        try:
            return {AccountId(row.id("account_id")) for row in rows}
        except PlatformRefused as refused:
            if refused.status == HTTPStatus.METHOD_NOT_ALLOWED:
                return set()
            raise

    def _says(self, record: str, word: str) -> Filter:
        field = self._connection.mapping.fields[record]["status"]
        return equal(field.at, encode_word(word, field.words), others=field.words)

    def _rows_of(
        self,
        resource: str,
        record: str,
        account_ids: Collection[AccountId],
        conditions: Callable[[list[int]], tuple[Filter, ...]],
    ) -> Iterator[Row]:
        for ids in in_chunks(account_ids):
            yield from self._rows(resource, record, conditions(list(ids)))

    def _rows(self, resource: str, record: str, filters: tuple[Filter, ...]) -> Iterator[Row]:
        found: Iterable[Json] = self._pager.read_all(self._listing(resource, record, filters))
        return (self._row(record, data) for data in found)

    def _listing(self, resource: str, record: str, filters: tuple[Filter, ...]) -> Listing:
        route = self._connection.mapping.route(resource, "list")
        return Listing(route=route, key=self._at(record, "id"), filters=filters)

    def _one(self, resource: str, record: str, number: int, key: str = "id") -> Row:
        route = self._connection.mapping.route(resource, "one").to(number)
        body = self._connection.client.read(Request(method=route.method, path=route.path)).parsed()
        if not isinstance(body, dict):
            raise ReplyMalformed(f"{route.path}: the answer is no record")
        row = self._row(record, body)
        if row.id(key) != number:
            raise row.malformed(key, f"is not {number}, which was asked for")
        return row

    def _row(self, record: str, data: Json) -> Row:
        return Row(mapping=self._connection.mapping, record=record, data=data, zone=self._zone)

    def _ask(self, resource: str, name: str) -> Reply:
        route = self._connection.mapping.route(resource, name)
        return self._connection.client.read(Request(method=route.method, path=route.path))

    def _at(self, record: str, name: str) -> str:
        return self._connection.mapping.at(record, name)


def _is_of_service(row: Row) -> bool:
    try:
        return row.ref("service_id") is not None
    except ReplyMalformed:
        return False  # left to the decoder's quarantine
