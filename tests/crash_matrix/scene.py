"""What preparations and cues may touch: the platform as people see it, and the operator's terminal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connector.domain.ids import AccountId
from connector.ports.store import RequestKind, UnitOfWork
from connector.sandbox.records import CreditNote, Invoice
from connector.sandbox.seed import AccountOrder, ServiceOrder, add_family
from connector.sandbox.world import World
from tests.sandbox.in_process_http import SandboxTransport
from tests.simulator.cabinet import Cabinet, Rows
from tests.simulator.documents import marks_in
from tests.simulator.marks import MARK
from tests.simulator.stage import Stage

ANNA = "anna"


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """One installation in the midst of a scenario."""

    world: World
    platform: SandboxTransport
    cabinet: Cabinet
    stage: Stage
    restart: Callable[[], None]  #: has the service told to end; it is started again

    # -- the platform -----------------------------------------------------------------------

    def control(self, method: str, path: str, **values: object) -> Any:
        """Ask the sandbox's control API."""
        return self.platform.box.control(method, path, values)

    def switch(self, *faults: dict[str, object], **switches: object) -> None:
        """Order faults, and turn switches."""
        self.control("POST", "switch", fault=list(faults), **switches)

    def charge(self, *accounts: int) -> None:
        """Charge accounts at once."""
        self.control("POST", "charge", customer_ids=list(accounts))

    def pay(self, account: int, amount: str | None = None) -> None:
        """Take a payment from an account: all that is due, or so much."""
        named = {} if amount is None else {"amount": amount}
        self.control("POST", "pay", customer_id=account, **named)

    def bill(self, account: int, *lines: tuple[str, str]) -> None:
        """Issue a recurring invoice of net prices and tax rates, as staff."""
        items = [{"price": price, "tax": tax} for price, tax in lines]
        self.control("POST", "invoice", customer_id=account, type="recurring", items=items)

    def edit(self, invoice: Invoice, *, force: bool = False, **changes: object) -> None:
        """Change an invoice as staff."""
        self.control(
            "POST", "edit", resource="invoices", id=invoice.id, changes=changes, force=force
        )

    def delete(self, document: Invoice | CreditNote) -> None:
        """Delete a document as staff."""
        resource = "invoices" if isinstance(document, Invoice) else "credit-notes"
        self.control("POST", "delete", resource=resource, id=document.id)

    def source(self, account: int) -> Invoice:
        """The latest invoice of an account that is not ours."""
        rows = self.world.invoices.of_customer(account)
        return [row for row in rows if row.added_by != "api"][-1]

    def merged(self) -> list[Invoice]:
        """Standing merged invoices."""
        return [
            row for row in self.world.invoices if row.added_by == "api" and marks_in(row, row.memo)
        ]

    def notes(self, account: int | None = None) -> list[CreditNote]:
        """Standing credit notes of ours, of an account or of all."""
        return [
            row
            for row in self.world.credit_notes
            if row.added_by == "api"
            and marks_in(row, row.note)
            and account in {None, row.customer_id}
        ]

    def is_claimed(self, account: int) -> bool:
        """Whether the latest invoice of an account bears a mark."""
        return MARK.search(self.source(account).memo) is not None

    def status(self, account: int) -> str:
        """The status of an account."""
        customer = self.world.customers.get(account)
        return "gone" if customer is None else customer.status

    # -- the operator -----------------------------------------------------------------------

    def rows(self, query: str, *values: object) -> Rows:
        """What our store says."""
        return self.cabinet.rows(query, *values)

    def held(self) -> str:
        """The first step that is held, as the operator names it, or nothing."""
        found = self.rows("SELECT plan_id, number FROM step WHERE state = 'held' LIMIT 1")
        return f"{found[0]['plan_id']}/{found[0]['number']}" if found else ""

    def plan(self) -> str:
        """The name of the latest merge."""
        found = self.rows(
            "SELECT plan_id FROM operation WHERE kind = 'merge' ORDER BY recorded_at DESC LIMIT 1"
        )
        return str(found[0]["plan_id"])

    def ask(self, kind: RequestKind, subject: str) -> None:
        """Ask the service for something."""
        now = self.stage.timeline.now()
        self._write(lambda unit: unit.requests.record_request(kind, subject, ANNA, now))

    def unlink(self, sub: int) -> None:
        """End a link, as the command does; so it is meant from now on."""
        link = self.world.links[sub]
        now, today = self.stage.timeline.now(), self.world.today()

        def record(unit: UnitOfWork) -> None:
            unit.links.record_end(AccountId(sub), today, ANNA, now)
            unit.agenda.record_due([AccountId(link.main_id)], now, f"unlinked by {ANNA}")

        self._write(record)
        self.world.intend(sub, None)

    def _write(self, change: Any) -> None:
        store = self.cabinet.open()
        try:
            with store.begin() as unit:
                change(unit)
                unit.commit()
        finally:
            store.close()


def add_accounts(world: World, main: str | None, *subs: str, tax: str = "20") -> None:
    """Add a family with one service each, by net price; the main account may have none."""
    add_family(world, _account("Main", main, tax), [_account("Sub", sub, tax) for sub in subs])


def _account(name: str, price: str | None, tax: str) -> AccountOrder:
    services = () if price is None else (ServiceOrder(price=Decimal(price), tax=Decimal(tax)),)
    return AccountOrder(name=name, services=services)


def couple(world: World) -> None:
    """A main account that has no service of its own, and two sub-accounts."""
    add_accounts(world, None, "10.00", "20.00")


def single(world: World) -> None:
    """A main account that has no service of its own, and one sub-account."""
    add_accounts(world, None, "10.00")


def charge_all(scene: Scene) -> None:
    """Charge everybody."""
    scene.charge(*(row.id for row in scene.world.customers))
