"""The world of one sandbox: all tables, the clock, the switches and the witness's notes."""

from collections import deque
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from connector.sandbox.clock import VirtualClock
from connector.sandbox.options import SandboxOptions
from connector.sandbox.records import (
    Billing,
    Change,
    CreditNote,
    Customer,
    Entry,
    Invoice,
    Partner,
    Payment,
    Relation,
    Service,
    Transaction,
)
from connector.sandbox.switches import Switches
from connector.sandbox.tables import Table
from connector.sandbox.witness import Actor, Effect, Witness

REQUESTS_KEPT = 200_000


@dataclass(frozen=True, kw_only=True, slots=True)
class IntendedLink:
    """A link as the operator means it to be; the auditor judges by it."""

    main_id: int
    sub_id: int
    mode: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FormerLink:
    """A link that is no longer meant, and how many API writes had been made when it ended."""

    link: IntendedLink
    writes: int


@dataclass(kw_only=True, slots=True)
class Counters:
    """Numbers that documents and requests are given."""

    item: int = 0
    invoice_number: int = 0
    credit_number: int = 0
    receipt: int = 0
    request: int = 0


@dataclass(kw_only=True, slots=True)
class World:
    """Everything a simulated platform knows."""

    options: SandboxOptions
    key: str
    secret: str
    clock: VirtualClock
    walked_to: datetime
    switches: Switches = field(default_factory=Switches)
    witness: Witness = field(default_factory=Witness)
    counters: Counters = field(default_factory=Counters)
    customers: Table[Customer] = field(default_factory=Table)
    billings: Table[Billing] = field(default_factory=Table)
    services: Table[Service] = field(default_factory=Table)
    invoices: Table[Invoice] = field(default_factory=Table)
    credit_notes: Table[CreditNote] = field(default_factory=Table)
    payments: Table[Payment] = field(default_factory=Table)
    transactions: Table[Transaction] = field(default_factory=Table)
    relations: Table[Relation] = field(default_factory=Table)
    changes: Table[Change] = field(default_factory=Table)
    partners: Table[Partner] = field(default_factory=Table)
    entries: dict[str, Table[Entry]] = field(default_factory=dict)
    invoice_numbers: set[str] = field(default_factory=set)
    credit_numbers: set[str] = field(default_factory=set)
    receipts: set[str] = field(default_factory=set)
    links: dict[int, IntendedLink] = field(default_factory=dict)
    former_links: list[FormerLink] = field(default_factory=list)
    requests: deque[dict[str, object]] = field(default_factory=lambda: deque(maxlen=REQUESTS_KEPT))
    last_nonce: Decimal = Decimal(-1)

    @property
    def linked_accounts(self) -> bool:
        """Whether this release has linked accounts of its own."""
        return self.options.release == "5.1"

    def now(self) -> datetime:
        """The virtual local time."""
        return self.clock.now()

    def today(self) -> date:
        """The virtual local day."""
        return self.clock.today()

    def billing_of(self, customer_id: int) -> Billing:
        """The billing row of a customer that exists."""
        billing = self.billings.get(customer_id)
        if billing is None:
            raise KeyError(customer_id)
        return billing

    def intend(self, sub_id: int, link: IntendedLink | None) -> None:
        """Mean a link from now on, or none; what was meant before is remembered."""
        before = self.links.pop(sub_id, None)
        if before is not None and before != link:
            past = FormerLink(link=before, writes=len(self.witness.writes))
            self.former_links.append(past)
        if link is not None:
            self.links[sub_id] = link

    def touch(self, customer_id: int) -> None:
        """Move a customer's change cursor."""
        customer = self.customers.get(customer_id)
        if customer is not None:
            customer.last_update = self.now()

    def note_effect(self, actor: Actor, kind: str, row: tuple[int, int], amount: Decimal) -> None:
        """Note a change of debt; `row` is (customer, document)."""
        self.witness.effects.append(
            Effect(
                at=self.now(),
                actor=actor.kind,
                kind=kind,
                customer_id=row[0],
                document_id=row[1],
                amount=amount,
            )
        )
