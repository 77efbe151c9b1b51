"""What really happened, noted as it happens, for the auditor to judge by.

The witness sees the causes (who did what); the tables only show the outcome.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from connector.sandbox.records import Document, Invoice, Item


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """Who acts: the system, a person on the staff, or a holder of an API key."""

    kind: str
    administrator_id: int = 0


SYSTEM = Actor(kind="system")
STAFF = Actor(kind="admin", administrator_id=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Effect:
    """A change of what an account owes: positive is more debt."""

    at: datetime
    actor: str
    kind: str
    customer_id: int
    document_id: int
    amount: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiWrite:
    """One write that an API key made and the platform accepted.

    `request` is the number of the request that asked for it, which may be long over when it is
    carried out.
    """

    at: datetime
    method: str
    resource: str
    record_id: int
    customer_id: int
    request: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class StatusTurn:
    """A change of status, and how the payer stood just then.

    The payer is the intended main of a linked sub, and otherwise the account itself. `request` is
    the number of the API request within which it happened, or before which, if within none. Of one
    that is carried out later, the request and the payer's standing are those when it was asked for.
    """

    at: datetime
    actor: str
    customer_id: int
    old: str
    new: str
    payer_status: str
    payer_overdue: Decimal
    request: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Charge:
    """An invoice that no API key made, as system and staff want it to be."""

    invoice_id: int
    customer_id: int
    number: str
    total: Decimal
    net_by_rate: dict[Decimal, Decimal]
    sub_accounts: frozenset[int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Settled:
    """What a paid invoice looked like when it was paid; none of it may change."""

    total: Decimal
    number: str
    customer_id: int
    date_created: date | None
    lines: tuple[tuple[str, Decimal, Decimal, Decimal], ...]


@dataclass(kw_only=True, slots=True)
class Witness:
    """The notes, in order of time."""

    effects: list[Effect] = field(default_factory=list)
    writes: list[ApiWrite] = field(default_factory=list)
    turns: list[StatusTurn] = field(default_factory=list)
    charges: dict[int, Charge] = field(default_factory=dict)
    settled: dict[int, Settled] = field(default_factory=dict)
    removed: list[Document] = field(
        default_factory=list
    )  # an API key's documents that others deleted
    voided: set[str] = field(default_factory=set)  # numbers of charges that people deleted
    hearsay: dict[int, str] = field(default_factory=dict)  # what staff wrote that looks like a mark

    def note_charge(self, invoice: Invoice, actor: Actor) -> None:
        """Note a charge, or what staff made of it; API edits leave the note as it is."""
        if actor.kind == "api" or invoice.added_by == "api":
            return
        self.charges[invoice.id] = Charge(
            invoice_id=invoice.id,
            customer_id=invoice.customer_id,
            number=invoice.number,
            total=invoice.total,
            net_by_rate=net_by_rate(invoice.items),
            sub_accounts=frozenset(item.sub_account_id for item in invoice.items),
        )

    def note_settlement(self, invoice: Invoice) -> None:
        """Note what an invoice looks like while it is paid, or forget it when reopened."""
        if invoice.status == "paid":
            self.settled[invoice.id] = settled_view(invoice)
        else:
            self.settled.pop(invoice.id, None)


def settled_view(invoice: Invoice) -> Settled:
    """The part of an invoice that payment freezes."""
    return Settled(
        total=invoice.total,
        number=invoice.number,
        customer_id=invoice.customer_id,
        date_created=invoice.date_created,
        lines=tuple(
            (item.description, item.quantity, item.price, item.tax) for item in invoice.items
        ),
    )


def net_by_rate(items: list[Item]) -> dict[Decimal, Decimal]:
    """Sum the net amounts of lines per tax rate; rates without money are left out."""
    sums: dict[Decimal, Decimal] = {}
    for item in items:
        net = item.price * item.quantity
        if net:
            rate = item.tax.normalize()
            sums[rate] = sums.get(rate, Decimal(0)) + net
    return sums
