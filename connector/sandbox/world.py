"""The world of one sandbox: all tables, the clock, the switches and the witness's notes."""

from collections import deque
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from connector.sandbox.clock import VirtualClock
from connector.sandbox.hooks.marks import Hooks
from connector.sandbox.options import SandboxOptions
from connector.sandbox.people.record import People
from connector.sandbox.records import (
    Billing,
    Change,
    ChargeRecord,
    CreditNote,
    Customer,
    Entry,
    Invoice,
    Partner,
    Payment,
    PendingStatus,
    Preview,
    Proforma,
    Relation,
    Service,
    Transaction,
)
from connector.sandbox.switches import Switches
from connector.sandbox.tables import Indexed, Table
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
    """A link that is no longer meant, and how many API requests had come when it ended."""

    link: IntendedLink
    requests: int


@dataclass(kw_only=True, slots=True)
class Counters:
    """Numbers that documents and requests are given."""

    item: int = 0
    invoice_number: int = 0
    credit_number: int = 0
    proforma_number: int = 0
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
    proformas: Table[Proforma] = field(default_factory=Table)
    payments: Indexed[Payment] = field(
        default_factory=lambda: Indexed("credit_note_id", "request_id")
    )
    transactions: Indexed[Transaction] = field(
        default_factory=lambda: Indexed(
            "invoice_id", "invoiced_by_id", "by_hand", "waiting", "service_id", "credit_note_id"
        )
    )
    relations: Indexed[Relation] = field(
        default_factory=lambda: Indexed("invoice_id", "transaction_id", "payer_id")
    )
    changes: Table[Change] = field(default_factory=Table)
    partners: Table[Partner] = field(default_factory=Table)
    pending_statuses: Table[PendingStatus] = field(default_factory=Table)
    previews: Table[Preview] = field(default_factory=Table)
    charge_records: Table[ChargeRecord] = field(default_factory=Table)
    reset_debits: set[int] = field(default_factory=set)  # debits whose period counts no more
    entries: dict[str, Table[Entry]] = field(default_factory=dict)
    blocked_with: dict[int, int] = field(default_factory=dict)  # sub to main, by the platform
    turns_charged: int = 0  # how many of the witness's turns the fees have looked at
    invoice_numbers: set[str] = field(default_factory=set)
    credit_numbers: set[str] = field(default_factory=set)
    proforma_numbers: set[str] = field(default_factory=set)
    receipts: set[str] = field(default_factory=set)
    links: dict[int, IntendedLink] = field(default_factory=dict)
    former_links: list[FormerLink] = field(default_factory=list)
    test_customers: set[int] = field(default_factory=set)  # connectors may try things on them
    hooks: Hooks = field(default_factory=Hooks)
    people: People = field(default_factory=People)
    requests: deque[dict[str, object]] = field(default_factory=lambda: deque(maxlen=REQUESTS_KEPT))
    last_nonce: Decimal = Decimal(-1)
    faults_fired: dict[str, int] = field(default_factory=dict)

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
            past = FormerLink(link=before, requests=self.counters.request)
            self.former_links.append(past)
        if link is not None:
            self.links[sub_id] = link

    def touch(self, customer_id: int) -> None:
        """Move a customer's change cursor."""
        customer = self.customers.get(customer_id)
        if customer is not None:
            customer.last_update = self.now()
            self.hooks.mark(customer_id)

    def note_effect(self, actor: Actor, kind: str, row: tuple[int, int], amount: Decimal) -> None:
        """Note a change of debt; `row` is (customer, document)."""
        self.hooks.mark_money(row[0], actor)
        if actor.kind != "api" and kind in {"invoice_delete", "credit_note_delete"}:
            table = self.invoices if kind == "invoice_delete" else self.credit_notes
            document = table.get(row[1])
            if document is not None and document.added_by == "api":
                self.witness.removed.append(document)
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
