"""A platform in memory that obeys our two protocols, and fails exactly when it is told to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from threading import RLock
from typing import TypeVar

from connector.domain.accounts import Account, Billing, StatusChange
from connector.domain.ids import AccountId, CreditNoteId, InvoiceId
from connector.domain.invoices import CreditNote, Invoice, InvoiceStatus
from connector.domain.payments import Payment
from connector.domain.snapshot import Quarantined
from connector.errors import PlatformError, RecordMissing
from connector.ports.platform import Capabilities, Feed, FeedRow, Reading, Receipt, SavedAccount
from connector.saga.effects import Effect, IssueCreditNote, IssueInvoice, MarkInvoice, SetStatus
from tests.fakes.clock import FakeClock
from tests.fakes.documents import issued, marks_on, noted
from tests.fakes.trouble import Moment, Script, Trouble
from tests.fakes.world import World

T = TypeVar("T")


class FakePlatform:
    """Reader and writer over one :class:`World`."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.world = World()
        self.script = Script()
        self.reads: list[str] = []
        self.sent: list[Effect] = []
        self.on_turn: Callable[[], None] = lambda: None  #: a send waits for login and pace
        self.on_send: Callable[[Effect], None] = lambda _: None
        self.on_read: Callable[[str], None] = lambda _: None
        self.release = "5.1"
        self.skew = timedelta()  #: how far its clock is ahead of ours
        self.missing_accounts = 0  #: how many accounts the count hides
        self._stale: World | None = None
        self._lock = RLock()

    # -- what goes wrong --------------------------------------------------------------------

    def fail_send(self, at: int, error: BaseException, when: Moment = "before") -> None:
        """The n-th send from now on raises, before or after it has taken effect."""
        self.script.sends.append(Trouble(at=len(self.sent) + at, when=when, error=error))

    def twist_send(self, at: int, other: Callable[[Effect], Effect]) -> None:
        """The n-th send from now on carries something else out, and answers yes."""
        self.script.sends.append(Trouble(at=len(self.sent) + at, when="instead", other=other))

    def fail_read(self, name: str, error: PlatformError, key: int | None = None) -> None:
        """Every such read raises (or that of one record), until :meth:`mend`."""
        self.script.reads.append((name, key, error))

    def quarantine(self, name: str, *rows: Quarantined) -> None:
        """A list also shows rows that nobody can read."""
        self.script.quarantined[name] = rows

    def go_stale(self) -> None:
        """From now on reads show the books as they are now."""
        self._stale = self.world.copy()

    def mend(self) -> None:
        """Nothing goes wrong any more."""
        self.script = Script()
        self._stale = None

    # -- reading ----------------------------------------------------------------------------

    @property
    def capabilities(self) -> Capabilities:
        """What the release can do."""
        return Capabilities(
            release=self.release,
            native_links=self.release == "5.1",
            sub_account_on_items=False,
            mapping_hash="0" * 64,
        )

    def read_time(self) -> datetime:
        """Billing time in UTC."""
        return self.clock.now().astimezone(UTC) + self.skew

    def count_accounts(self) -> int:
        """All, less those that are hidden."""
        return len(self._see("count_accounts").accounts) - self.missing_accounts

    def read_account(self, account_id: AccountId) -> Account:
        """One account."""
        return _one(self._see("read_account", account_id).accounts, account_id)

    def read_accounts(self, account_ids: Collection[AccountId]) -> Reading[Account]:
        """Those that are there."""
        accounts = self._see("read_accounts", *account_ids).accounts
        broken = self.script.quarantined.get("read_accounts", ())
        hidden = {row.object_id for row in broken}
        rows = tuple(accounts[key] for key in account_ids if key in accounts and key not in hidden)
        return Reading(
            rows=rows, quarantined=tuple(row for row in broken if row.object_id in account_ids)
        )

    def read_accounts_updated(self, since: datetime) -> tuple[SavedAccount, ...]:
        """Saved after an instant; stamps have whole seconds."""
        saved = self._see("read_accounts_updated").saved
        stamps = {key: at.replace(microsecond=0) for key, at in saved.items()}
        return tuple(
            SavedAccount(id=AccountId(key), saved_at=at) for key, at in stamps.items() if at > since
        )

    def read_native_subs(self) -> Reading[Account]:
        """Accounts under a main account of the platform's own."""
        accounts = self._see("read_native_subs").accounts.values()
        broken = self.script.quarantined.get("read_native_subs", ())
        hidden = {row.object_id for row in broken}
        rows = [row for row in accounts if row.native_main_id is not None and row.id not in hidden]
        return Reading(rows=tuple(rows), quarantined=broken)

    def read_billing(self, account_id: AccountId) -> Billing:
        """Settings, and the balance that follows from the documents."""
        world = self._see("read_billing", account_id)
        return _with_balance(world, _one(world.billings, account_id))

    def read_serviced(self, account_ids: Collection[AccountId]) -> frozenset[AccountId]:
        """Those with a service."""
        serviced = self._see("read_serviced", *account_ids).serviced
        return frozenset(key for key in account_ids if key in serviced)

    def read_invoice(self, invoice_id: InvoiceId) -> Invoice:
        """One invoice."""
        return _one(self._see("read_invoice", invoice_id).invoices, invoice_id)

    def read_invoices(self, account_ids: Collection[AccountId], since: date) -> Reading[Invoice]:
        """Dated since a day."""
        invoices = self._see("read_invoices", *account_ids).invoices.values()
        rows = [i for i in invoices if i.account_id in account_ids and i.issued_on >= since]
        return Reading(
            rows=tuple(rows), quarantined=self.script.quarantined.get("read_invoices", ())
        )

    def read_open_invoices(self, account_ids: Collection[AccountId]) -> Reading[Invoice]:
        """Not paid, of any date."""
        invoices = self._see("read_open_invoices", *account_ids).invoices.values()
        rows = [i for i in invoices if i.account_id in account_ids]
        rows = [i for i in rows if i.status is InvoiceStatus.NOT_PAID]
        return Reading(
            rows=tuple(rows), quarantined=self.script.quarantined.get("read_open_invoices", ())
        )

    def read_credit_note(self, credit_note_id: CreditNoteId) -> CreditNote:
        """One credit note."""
        return _one(self._see("read_credit_note", credit_note_id).notes, credit_note_id)

    def read_credit_notes(self, account_id: AccountId, since: date) -> Reading[CreditNote]:
        """Of an account, made since a day."""
        notes = self._see("read_credit_notes", account_id).notes.values()
        own = [note for note in notes if note.account_id == account_id]
        return Reading(
            rows=tuple(n for n in own if n.created_at is None or n.created_at.date() >= since),
            quarantined=self.script.quarantined.get("read_credit_notes", ()),
        )

    def read_credit_notes_of(
        self, account_ids: Collection[AccountId], since: date
    ) -> Reading[CreditNote]:
        """Of several accounts."""
        readings = [self.read_credit_notes(each, since) for each in account_ids]
        return Reading(
            rows=tuple(note for reading in readings for note in reading.rows),
            quarantined=tuple({row for reading in readings for row in reading.quarantined}),
        )

    def read_payments(self, account_id: AccountId, since: date) -> Reading[Payment]:
        """Of an account, since a day."""
        payments = self._see("read_payments", account_id).payments
        own = [row for row in payments if row.account_id == account_id and row.paid_on >= since]
        return Reading(rows=tuple(own))

    def read_status_changes(self, account_ids: Collection[AccountId]) -> Reading[StatusChange]:
        """Their log, oldest first."""
        changes = self._see("read_status_changes", *account_ids).changes
        return Reading(
            rows=tuple(row for row in changes if row.account_id in account_ids),
            quarantined=self.script.quarantined.get("read_status_changes", ()),
        )

    def read_last_id(self, feed: Feed) -> int:
        """The highest id."""
        return max((row.id for row in self._feed(feed)), default=0)

    def read_feed(self, feed: Feed, after: int) -> Reading[FeedRow]:
        """Newer rows."""
        rows = sorted((row for row in self._feed(feed) if row.id > after), key=lambda row: row.id)
        broken = self.script.quarantined.get(f"read_feed {feed}", ())
        above = tuple(row for row in broken if (row.object_id or 0) > after)
        return Reading(rows=tuple(rows), quarantined=above)

    def read_feed_row(self, feed: Feed, number: int) -> Reading[FeedRow]:
        """The row with that id, or none."""
        rows = tuple(row for row in self._feed(feed) if row.id == number)
        broken = self.script.quarantined.get(f"read_feed {feed}", ())
        return Reading(
            rows=rows, quarantined=tuple(row for row in broken if row.object_id == number)
        )

    def read_marked_invoices(self, told: Callable[[int], None]) -> Reading[Invoice]:
        """Those with a mark in their memo."""
        found = self._see("read_marked_invoices").invoices
        for number in sorted(found):
            told(number)
        broken = self.script.quarantined.get("read_marked_invoices", ())
        rows = tuple(row for row in map(found.__getitem__, sorted(found)) if marks_on(row))
        return Reading(rows=rows, quarantined=broken)

    def read_marked_notes(self, told: Callable[[int], None]) -> Reading[CreditNote]:
        """Those with a mark in their note."""
        found = self._see("read_marked_notes").notes
        for number in sorted(found):
            told(number)
        return Reading(rows=tuple(found[n] for n in sorted(found) if marks_on(found[n])))

    def _feed(self, feed: Feed) -> list[FeedRow]:
        world = self._see(f"read_feed {feed}")
        found: Collection[Invoice | CreditNote | StatusChange | Payment]
        match feed:
            case Feed.INVOICES:
                found = world.invoices.values()
            case Feed.CREDIT_NOTES:
                found = world.notes.values()
            case Feed.PAYMENTS:
                found = world.payments
            case Feed.STATUS_CHANGES:
                found = world.changes
        return [
            FeedRow(id=row.id, account_id=row.account_id, markers=marks_on(row)) for row in found
        ]

    def _see(self, name: str, *keys: int) -> World:
        self.on_read(name)
        with self._lock:
            self.reads.append(name)
            for wanted, key, error in self.script.reads:
                if wanted == name and (key is None or key in keys):
                    raise error
            return self._stale or self.world.copy()

    # -- writing ----------------------------------------------------------------------------

    def send(self, effect: Effect, may_leave: Callable[[], None]) -> Receipt:
        """Carry one effect out, or whatever the script says."""
        self.on_turn()
        may_leave()
        with self._lock:
            self.sent.append(effect)
            self.on_send(effect)
            trouble = next((t for t in self.script.sends if t.at == len(self.sent)), None)
            if trouble is None:
                return self._carry_out(effect)
            if trouble.other is not None:
                return self._carry_out(trouble.other(effect))
            if trouble.when == "after":
                self._carry_out(effect)
            assert trouble.error is not None
            raise trouble.error

    def _carry_out(self, effect: Effect) -> Receipt:
        world, at = self.world, self.clock.now()
        match effect:
            case MarkInvoice():
                _one(world.invoices, effect.invoice_id)
                world.change_invoice(effect.invoice_id, memo=effect.memo)
                return Receipt()
            case IssueInvoice():
                invoice = issued(effect, world.next_invoice_id())
                world.put(invoice)
                return Receipt(remote_id=invoice.id)
            case IssueCreditNote():
                note = noted(effect, world.next_note_id(), at)
                world.relieve(note, effect.invoice_id)
                return Receipt(remote_id=note.id)
            case SetStatus():
                world.set_status(effect.account_id, effect.status, at)
                return Receipt()


def _one(found: Mapping[int, T], key: int) -> T:
    if key not in found:
        raise RecordMissing(f"there is no record {key}")
    return found[key]


def _with_balance(world: World, found: Billing) -> Billing:
    return replace(found, balance=world.balance(found.account_id))
