"""The platform as we need it: a reader, and apart from it a writer with one method."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from connector.domain.accounts import Account, Billing, StatusChange
from connector.domain.ids import AccountId, CreditNoteId, InvoiceId
from connector.domain.invoices import CreditNote, Invoice
from connector.domain.marker import Marker
from connector.domain.payments import Payment
from connector.domain.snapshot import Quarantined
from connector.saga.effects import Effect

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading(Generic[T]):
    """What fitted the mapping, and what did not: one bad row hides no good one."""

    rows: tuple[T, ...]
    quarantined: tuple[Quarantined, ...] = ()


class Feed(StrEnum):
    """Collections whose new rows we follow by their growing id."""

    INVOICES = "invoices"
    CREDIT_NOTES = "credit_notes"
    PAYMENTS = "payments"
    STATUS_CHANGES = "status_changes"


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedRow:
    """A new row: its id, the account it concerns, and our marks on it if it is a document."""

    id: int
    account_id: AccountId
    markers: tuple[Marker, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class SavedAccount:
    """An account that was saved, and when, by the platform's clock in whole seconds."""

    id: AccountId
    saved_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """The platform's answer to a write: the new document's id, if one was created."""

    remote_id: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Capabilities:
    """What this installation is and can do, from the mapping in force."""

    release: str  #: "5.1", "4.3", or "unknown" (then we only observe)
    native_links: bool
    sub_account_on_items: bool
    mapping_hash: str


class BillingReader(Protocol):
    """Everything we read. Reads may be repeated on failure; they raise ``PlatformError``."""

    @property
    def capabilities(self) -> Capabilities:
        """Release and capabilities; read once from the platform when set to "auto"."""
        ...

    def read_time(self) -> datetime:
        """The platform's own time (``Date`` header), aware, UTC."""
        ...

    def count_accounts(self) -> int:
        """How many accounts the platform has (HEAD, ``X-total-count``)."""
        ...

    def read_account(self, account_id: AccountId) -> Account:
        """One account, fresh. Raises ``RecordMissing``."""
        ...

    def read_accounts(self, account_ids: Collection[AccountId]) -> Reading[Account]:
        """Several accounts; unknown ones are simply not among the rows."""
        ...

    def read_accounts_updated(self, since: datetime) -> tuple[SavedAccount, ...]:
        """Accounts saved after an instant (``last_update`` has whole seconds)."""
        ...

    def read_native_subs(self) -> Reading[Account]:
        """Accounts that the platform itself has linked under a main account (5.1+)."""
        ...

    def read_billing(self, account_id: AccountId) -> Billing:
        """Billing settings and balance of one account (there is no list). Raises ``RecordMissing``."""
        ...

    def read_serviced(self, account_ids: Collection[AccountId]) -> frozenset[AccountId]:
        """Those of the accounts that have at least one active service, of any kind."""
        ...

    def read_invoice(self, invoice_id: InvoiceId) -> Invoice:
        """One invoice, fresh, with its items. Raises ``RecordMissing``."""
        ...

    def read_invoices(self, account_ids: Collection[AccountId], since: date) -> Reading[Invoice]:
        """Invoices of some accounts dated ``since`` or later, whatever their status."""
        ...

    def read_open_invoices(self, account_ids: Collection[AccountId]) -> Reading[Invoice]:
        """Invoices of some accounts that the platform says are not paid, of any date."""
        ...

    def read_credit_note(self, credit_note_id: CreditNoteId) -> CreditNote:
        """One credit note, fresh. Raises ``RecordMissing``."""
        ...

    def read_credit_notes(self, account_id: AccountId, since: date) -> Reading[CreditNote]:
        """Credit notes of one account dated ``since`` or later."""
        ...

    def read_credit_notes_of(
        self, account_ids: Collection[AccountId], since: date
    ) -> Reading[CreditNote]:
        """Credit notes of several accounts dated ``since`` or later."""
        ...

    def read_payments(self, account_id: AccountId, since: date) -> Reading[Payment]:
        """Payments of one account dated ``since`` or later, oldest first."""
        ...

    def read_status_changes(self, account_ids: Collection[AccountId]) -> Reading[StatusChange]:
        """Status log of some accounts, oldest first, without service rows."""
        ...

    def read_last_id(self, feed: Feed) -> int:
        """The highest id there is now; 0 for an empty collection."""
        ...

    def read_feed(self, feed: Feed, after: int) -> Reading[FeedRow]:
        """Rows with a higher id, in growing order, at most a bounded number of pages.

        A row whose account cannot be read is in quarantine; one with an unreadable id is an error.
        """
        ...

    def read_feed_row(self, feed: Feed, number: int) -> Reading[FeedRow]:
        """The row of a feed with this id, if it is there."""
        ...

    def read_marked_invoices(self, told: Callable[[int], None]) -> Reading[Invoice]:
        """Every invoice that bears a mark of ours, of whatever account, status and date.

        Walks the whole collection by growing id; ``told`` hears how far it is.
        """
        ...

    def read_marked_notes(self, told: Callable[[int], None]) -> Reading[CreditNote]:
        """Every credit note that bears a mark of ours; as above."""
        ...


class BillingWriter(Protocol):
    """The one way to write; does not exist in ``observe`` mode."""

    def send(self, effect: Effect, may_leave: Callable[[], None]) -> Receipt:
        """Send one write, once.

        Args:
            effect: exactly what is sent.
            may_leave: called in the last moment before the first byte leaves, after every wait for
                a login or our turn; what it raises goes to the caller, and nothing is sent.

        Raises:
            PlatformUnavailable: certainly not carried out.
            OutcomeUnknown: may have been carried out.
            PlatformRefused: declined, with the platform's words.
            PlatformDenied: not allowed.
        """
        ...
