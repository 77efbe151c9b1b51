"""What the judges at the end look at: the platform's books, our journal, and what people did."""

from __future__ import annotations

from collections.abc import Collection
from zoneinfo import ZoneInfo

from connector.sandbox.world import World
from tests.simulator.cabinet import Cabinet, Rows
from tests.simulator.documents import Books
from tests.simulator.process import ZONE
from tests.simulator.weather import Weather

PEOPLE = frozenset({"admin", "customer"})


class Evidence:
    """The platform's books, and our journal past all code of the connector's."""

    def __init__(
        self,
        world: World,
        cabinet: Cabinet,
        weather: Weather,
        *,
        alerts: Collection[tuple[str, str]] = (),
        landed_on: Collection[int] = (),
    ) -> None:
        self.world = world
        self.weather = weather
        self.alerts = alerts
        self.zone = ZONE
        self.now = world.now().replace(tzinfo=ZoneInfo(ZONE))
        self.facts: Rows = cabinet.rows("SELECT * FROM fact")
        self.quarantine: Rows = cabinet.rows("SELECT * FROM quarantine")
        self.operations: Rows = cabinet.rows("SELECT * FROM operation")
        self.steps: Rows = cabinet.rows("SELECT * FROM step")
        self.parkings: Rows = cabinet.rows("SELECT * FROM parking")
        self.refusals: Rows = cabinet.rows("SELECT * FROM refusal")
        self.books = Books.of(world, cabinet)
        self._touched = {
            account
            for deed in world.people.deeds
            if deed.outcome == "done"
            for account in (deed.customer_id, deed.rows.get("customer_id", deed.customer_id))
        }
        self._touched |= set(landed_on)  # what lands beyond the quiescence is like a person's deed
        self.edited = {
            row.document_id
            for row in world.witness.effects
            if row.kind == "invoice_edit" and row.actor in PEOPLE
        }
        self._touched |= {row.customer_id for row in world.witness.effects if row.actor in PEOPLE}

    def members_of(self, plan_id: str) -> set[int]:
        """The accounts that an operation is about, and their families' main accounts."""
        steps = {row["account_id"] for row in self.steps if row["plan_id"] == plan_id}
        return steps | {row["main_id"] for row in self.operations if row["plan_id"] == plan_id}

    def has_deed(self, accounts: set[int]) -> bool:
        """Whether a person did anything to one of these accounts."""
        return bool(accounts & self._touched)

    def says_why(self, accounts: set[int]) -> bool:
        """Whether the journal names a reason that holds for one of the accounts."""
        is_refused = any(row["account_id"] in accounts for row in self.refusals)
        is_parked = any(row["main_id"] in accounts for row in self.quarantine)
        is_waiting = any(self.unverified(each) or self._held(each) for each in accounts)
        return is_refused or is_parked or is_waiting

    def _held(self, main_id: int) -> Rows:
        plans = {row["plan_id"] for row in self.operations if row["main_id"] == main_id}
        return [row for row in self.steps if row["plan_id"] in plans and row["state"] == "held"]

    def unverified(self, main_id: int) -> Rows:
        """Operations of a family that were carried out and do not add up, each with its why."""
        return [
            row
            for row in self.operations
            if row["main_id"] == main_id and row["state"] == "open" and row["why"]
        ]

    def held_reliefs(self, main_id: int) -> Rows:
        """Sources of a family that our journal says a merged invoice carries, unrelieved.

        Their relief is held, or stands behind an invoice that is held: issued, and not as it was meant.
        """
        doubtful = {
            row["plan_id"] for row in self.steps if (row["kind"], row["state"]) == ("issue", "held")
        }
        return [
            row
            for row in self._reliefs(main_id)
            if row["state"] == "held" or row["plan_id"] in doubtful
        ]

    def held_credits(self, main_id: int) -> Rows:
        """Credits on merged invoices of a family that wait for a person, who deleted the main.

        Held ones, and those that are not due before a held relief of the same source.
        """
        plans = {row["plan_id"] for row in self.operations if row["main_id"] == main_id}
        rows = [row for row in self.steps if row["plan_id"] in plans and row["kind"] == "credit"]
        is_gone = self.world.customers.get(main_id) is None
        behind = {(row["plan_id"], row["invoice_id"]) for row in self.held_reliefs(main_id)}
        return [
            row
            for row in rows
            if (is_gone and row["state"] == "held")
            or (row["state"] == "intended" and (row["plan_id"], row["invoice_id"]) in behind)
        ]

    def given_up(self) -> Rows:
        """Hand-backs that the operator gave up: he takes those marks off himself."""
        return [
            row
            for row in self.steps
            if (row["kind"], row["state"]) == ("unclaim", "cancelled")
            and "operator" in row["reason"]
        ]

    def handed_back(self, main_id: int) -> Rows:
        """Sources that the journal gave back unrelieved, since staff undid their merged invoice."""
        unclaimed = {
            (row["plan_id"], row["invoice_id"]) for row in self.steps if row["kind"] == "unclaim"
        }
        return [
            row
            for row in self._reliefs(main_id)
            if row["state"] == "cancelled" and (row["plan_id"], row["invoice_id"]) in unclaimed
        ]

    def _reliefs(self, main_id: int) -> Rows:
        """The reliefs of a family whose merged invoice was issued."""
        plans = {row["plan_id"] for row in self.operations if row["main_id"] == main_id}
        issued = {
            row["plan_id"]
            for row in self.steps
            if row["kind"] == "issue" and row["state"] in {"confirmed", "held"}
        }
        return [
            row
            for row in self.steps
            if row["plan_id"] in plans & issued and row["kind"] == "relieve"
        ]
