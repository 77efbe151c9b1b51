"""The fake platform's books: accounts and documents in domain terms, and what people do to them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from connector.domain.accounts import Account, AccountStatus, Billing, StatusChange
from connector.domain.ids import AccountId, CreditNoteId, InvoiceId
from connector.domain.invoices import CreditNote, Invoice, InvoiceStatus
from connector.domain.money import ZERO, add_up
from connector.domain.payments import Payment
from tests.build import billing, payment


@dataclass(kw_only=True)
class World:
    """Everything the platform keeps; balances follow from the documents."""

    accounts: dict[int, Account] = field(default_factory=dict)
    billings: dict[int, Billing] = field(default_factory=dict)
    invoices: dict[int, Invoice] = field(default_factory=dict)
    notes: dict[int, CreditNote] = field(default_factory=dict)
    relieved: dict[int, int] = field(default_factory=dict)  #: invoice by credit note
    payments: list[Payment] = field(default_factory=list)
    changes: list[StatusChange] = field(default_factory=list)
    saved: dict[int, datetime] = field(default_factory=dict)
    serviced: set[int] = field(default_factory=set)

    def add(self, *accounts: Account) -> None:
        """Accounts that were there long before we looked, each with a service."""
        for account in accounts:
            self.accounts[account.id] = account
            self.billings[account.id] = billing(account.id)
            self.serviced.add(account.id)

    def put(self, *invoices: Invoice) -> None:
        """Invoices, new or instead of the ones under the same number."""
        self.invoices |= {invoice.id: invoice for invoice in invoices}

    def copy(self) -> World:
        """The books as they are now."""
        return World(
            accounts=dict(self.accounts),
            billings=dict(self.billings),
            invoices=dict(self.invoices),
            notes=dict(self.notes),
            relieved=dict(self.relieved),
            payments=list(self.payments),
            changes=list(self.changes),
            saved=dict(self.saved),
            serviced=set(self.serviced),
        )

    def change_invoice(self, number: int, **values: object) -> None:
        """Somebody edits an invoice."""
        self.invoices[number] = replace(self.invoices[number], **values)  # type: ignore[arg-type] # values of any field

    def pay(self, number: int, amount: str | None = None) -> None:
        """A payment on an invoice, dated like it: all of it, or a part."""
        invoice = self.invoices[number]
        due = ZERO if amount is None else invoice.due - Decimal(amount)
        status = InvoiceStatus.PAID if due == ZERO else invoice.status
        self.invoices[number] = replace(invoice, due=due, status=status)
        self.payments.append(
            payment(
                len(self.payments) + 1,
                invoice.account_id,
                str(invoice.due - due),
                invoice_id=number,
                paid_on=invoice.issued_on,
            )
        )

    def set_status(self, number: int, status: AccountStatus, at: datetime, *, by: int = 0) -> None:
        """A status change, with its log row."""
        before = self.accounts[number]
        self.accounts[number] = replace(before, status=status)
        self.changes.append(
            StatusChange(
                id=len(self.changes) + 1,
                account_id=AccountId(number),
                old=before.status,
                new=status,
                at=at,
                administrator_id=by,
            )
        )
        self.saved[number] = at

    def balance(self, number: int) -> Decimal:
        """What was set, less all that is due."""
        owed = add_up(
            inv.due
            for inv in self.invoices.values()
            if inv.account_id == number and inv.status is InvoiceStatus.NOT_PAID
        )
        return self.billings[number].balance - owed

    def relieve(self, note: CreditNote, source: InvoiceId) -> None:
        """A credit note takes its total off an invoice; what is not due there stays on the balance."""
        self.notes[note.id] = note
        self.relieved[note.id] = source
        invoice = self.invoices[source]
        due = max(invoice.due - note.total, ZERO)
        billing = self.billings[invoice.account_id]
        left = billing.balance + note.total - (invoice.due - due)
        self.billings[invoice.account_id] = replace(billing, balance=left)
        status = InvoiceStatus.PAID if due == ZERO else invoice.status
        self.invoices[source] = replace(invoice, due=due, status=status)

    def next_invoice_id(self) -> InvoiceId:
        """The number of the next invoice."""
        return InvoiceId(max([1000, *self.invoices]) + 1)

    def next_note_id(self) -> CreditNoteId:
        """The number of the next credit note."""
        return CreditNoteId(len(self.notes) + 1)
