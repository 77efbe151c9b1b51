"""The adapter against the sandbox: a real server on a real port, in both generations."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from connector.domain.accounts import AccountStatus, BillingMode
from connector.domain.ids import AccountId, CreditNoteId, InvoiceId
from connector.domain.invoices import InvoiceStatus, InvoiceType, total_of
from connector.errors import (
    PlatformRefused,
    RecordMissing,
)
from connector.ports.platform import BillingReader, BillingWriter, Feed
from connector.saga.effects import IssueCreditNote, IssueInvoice, MarkInvoice, SetStatus
from connector.sandbox.server import RunningSandbox, SandboxOptions
from tests.splynx.sandboxed import SINCE, World, world_of
from tests.splynx.support import Nonces


def test_release_and_time(world: World) -> None:
    """Found out by itself; the clock is the virtual one."""
    found = world.reader.capabilities
    assert found.release == world.control("GET", "state")["release"]
    assert found.native_links is (found.release == "5.1")
    assert world.reader.read_time() == datetime(2026, 1, 1, 9, tzinfo=UTC)
    world.control("POST", "advance", {"days": 1})
    assert world.reader.read_time() == datetime(2026, 1, 2, 9, tzinfo=UTC)
    assert world.connection.last_server_time() == datetime(2026, 1, 2, 9, tzinfo=UTC)


def test_accounts(world: World) -> None:
    """Singly, together, with their billing and services; unknown ones are not there."""
    assert world.reader.count_accounts() == 3
    ids = [AccountId(number) for number in (1, 2, 3, 4711)]
    found = world.reader.read_accounts(ids)
    assert [account.id for account in found.rows] == [1, 2, 3]
    assert found.rows[0] == world.reader.read_account(AccountId(1))
    assert found.rows[0].name == "Main"
    assert world.reader.read_serviced(ids) == {1, 2, 3}
    assert world.reader.read_native_subs().rows == ()
    billing = world.reader.read_billing(AccountId(2))
    assert (billing.balance, billing.billing_day) == (Decimal("-69.35"), 1)
    with pytest.raises(RecordMissing):
        world.reader.read_account(AccountId(4711))
    with pytest.raises(RecordMissing):
        world.reader.read_billing(AccountId(4711))


def test_invoices(world: World) -> None:
    """The platform's own, exact, the same in a list and singly."""
    found = world.invoices()
    assert [invoice.account_id for invoice in found] == [1, 2, 3]
    for invoice in found:
        assert invoice.total == invoice.due == total_of(invoice.items) == Decimal("69.35")
        assert (invoice.status, invoice.type) == (InvoiceStatus.NOT_PAID, InvoiceType.RECURRING)
        assert invoice == world.reader.read_invoice(invoice.id)
    assert world.reader.read_invoices([AccountId(1)], date(2026, 1, 2)).rows == ()
    assert len(world.reader.read_open_invoices([AccountId(1), AccountId(2)]).rows) == 2
    with pytest.raises(RecordMissing):
        world.reader.read_invoice(InvoiceId(4711))


def test_payments(world: World) -> None:
    """What was paid, with its receipt, and the invoice it names if it names one."""
    (invoice, *_) = world.invoices()
    world.control("POST", "pay", {"customer_id": 1, "amount": "5.00"})
    (found,) = world.reader.read_payments(AccountId(1), date(2026, 1, 1)).rows
    assert (found.amount, found.paid_on) == (Decimal(5), date(2026, 1, 1))
    assert found.receipt
    assert found.invoice_id in {None, invoice.id}
    assert world.reader.read_payments(AccountId(1), date(2026, 1, 2)).rows == ()
    assert world.reader.read_payments(AccountId(2), date(2026, 1, 1)).rows == ()


def test_merge_by_hand(world: World) -> None:
    """Mark, issue, relieve, read back: what we wrote is what we read."""
    source = world.invoices()[1]
    world.send(MarkInvoice(invoice_id=source.id, account_id=source.account_id, memo="staff\nmark"))
    assert world.reader.read_invoice(source.id).memo == "staff\nmark"
    issued = world.send(
        IssueInvoice(
            account_id=AccountId(1),
            issued_on=date(2026, 1, 1),
            due_on=date(2026, 1, 16),
            items=tuple(replace(item, sub_account_id=source.account_id) for item in source.items),
            total=source.total,
            note="note",
            memo="memo",
        )
    )
    merged = world.reader.read_invoice(InvoiceId(issued.remote_id or 0))
    assert (merged.total, merged.type) == (source.total, InvoiceType.RECURRING)
    sub_id = source.account_id if world.reader.capabilities.sub_account_on_items else None
    kept = tuple(replace(item, sub_account_id=sub_id) for item in source.items)
    assert (merged.items, merged.memo) == (kept, "memo")
    relieved = world.send(
        IssueCreditNote(
            account_id=source.account_id,
            invoice_id=source.id,
            issued_on=date(2026, 1, 1),
            items=source.items,
            total=source.total,
            note="credit",
        )
    )
    note = world.reader.read_credit_note(CreditNoteId(relieved.remote_id or 0))
    assert (note.total, note.note, note.deleted) == (source.total, "credit", False)
    assert world.reader.read_credit_notes(source.account_id, SINCE).rows == (note,)
    after = world.reader.read_invoice(source.id)
    assert (after.due, after.status) == (Decimal(0), InvoiceStatus.PAID)
    assert world.reader.read_billing(source.account_id).balance == 0


def test_status(world: World) -> None:
    """Written, read back, logged in the platform's zone, and followed."""
    last = world.reader.read_last_id(Feed.STATUS_CHANGES)
    before = datetime(2026, 1, 1, 8, tzinfo=UTC)
    world.control("POST", "advance", {"days": 1})
    world.send(SetStatus(account_id=AccountId(2), status=AccountStatus.BLOCKED))
    assert world.reader.read_account(AccountId(2)).status is AccountStatus.BLOCKED
    (change,) = world.reader.read_status_changes([AccountId(2), AccountId(3)]).rows
    assert (change.old, change.new) == (AccountStatus.ACTIVE, AccountStatus.BLOCKED)
    assert change.at == datetime(2026, 1, 2, 9, tzinfo=UTC)
    (row,) = world.reader.read_feed(Feed.STATUS_CHANGES, last).rows
    assert (row.id, row.account_id) == (change.id, 2)
    saved = world.reader.read_accounts_updated(before + timedelta(days=1))
    assert [account.id for account in saved] == [2]


def test_feeds(world: World) -> None:
    """Each starts where the last look ended."""
    assert world.reader.read_last_id(Feed.PAYMENTS) == 0
    world.control("POST", "pay", {"customer_id": 3})
    (paid,) = world.reader.read_feed(Feed.PAYMENTS, 0).rows
    assert paid.account_id == 3
    assert [row.account_id for row in world.reader.read_feed(Feed.INVOICES, 0).rows] == [1, 2, 3]
    assert (
        world.reader.read_feed(Feed.INVOICES, world.reader.read_last_id(Feed.INVOICES)).rows == ()
    )


def test_pages_of_any_size(world: World) -> None:
    """One row a page gives the same as all at once."""
    small = world.another(page_size=1, pages_max=10)
    assert small.invoices() == world.invoices()


def test_a_refused_write_keeps_the_platforms_words(world: World) -> None:
    """An unknown account, an unknown invoice."""
    source = world.invoices()[1]
    effect = IssueCreditNote(
        account_id=AccountId(3),
        invoice_id=source.id,
        issued_on=date(2026, 1, 1),
        items=source.items,
        total=source.total,
        note="",
    )
    with pytest.raises(PlatformRefused) as caught:
        world.send(effect)
    assert caught.value.status == 422
    assert "invoicesId" in str(caught.value)
    with pytest.raises(RecordMissing):
        world.send(SetStatus(account_id=AccountId(4711), status=AccountStatus.ACTIVE))


def test_native_links() -> None:
    """Read where they exist."""
    with RunningSandbox(SandboxOptions(families=1, subs=2)) as box, ExitStack() as closing:
        body = {"sub_id": 2, "main_id": 1, "mode": "aggregated"}
        box.control("POST", "family/native", body)
        held = world_of(box, closing, Nonces())
        (linked,) = held.reader.read_native_subs().rows
        assert (linked.id, linked.native_main_id) == (2, 1)
        billing = held.reader.read_billing(AccountId(2))
        assert billing.native_mode is BillingMode.AGGREGATED


@pytest.mark.slow
def test_many_accounts_are_read_quickly() -> None:
    """Some thousand accounts and their invoices, in a few seconds."""
    with RunningSandbox(SandboxOptions(families=250, subs=3)) as box, ExitStack() as closing:
        box.control("POST", "charge", {})
        held = world_of(box, closing, Nonces())
        started = time.monotonic()
        ids = [AccountId(number) for number in range(1, held.reader.count_accounts() + 1)]
        assert len(held.reader.read_accounts(ids).rows) == len(ids) == 1000
        assert held.invoices()
        assert time.monotonic() - started < 30


def test_the_ports_are_obeyed(world: World) -> None:
    """The type checker holds both against their protocols."""
    reader: BillingReader = world.reader
    writer: BillingWriter = world.writer
    assert reader.capabilities == world.connection.capabilities
    assert callable(writer.send)
