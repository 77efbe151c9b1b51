"""How a world ends: what every account owes, and where each source's money is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from connector.sandbox.ledger.standing import open_invoices
from connector.sandbox.world import World
from tests.simulator.cabinet import Cabinet
from tests.simulator.documents import Books

ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountEnd:
    """How an account stands."""

    status: str
    balance: Decimal
    due: Decimal  #: on its open invoices


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceEnd:
    """Where the money of a source went: it is due, or was carried, relieved, credited."""

    due: Decimal
    carried: Decimal
    relieved: Decimal
    credited: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class Ending:
    """Everything that must be the same whatever went wrong on the way."""

    accounts: dict[int, AccountEnd]
    sources: dict[int, SourceEnd]

    def differs(self, meant: Ending, shape: str) -> list[str]:
        """In what this ending is not as it was meant; by family only the sums must agree."""
        if shape == "family":
            mine, other = self._summed(), meant._summed()
            return [] if mine == other else [f"ends with {mine}, undisturbed with {other}"]
        return [
            *_told("account", self.accounts, meant.accounts),
            *_told("source", self.sources, meant.sources),
        ]

    def _summed(self) -> dict[str, object]:
        rows, accounts = self.sources.values(), self.accounts.values()
        return {
            "statuses": sorted(row.status for row in accounts),
            "balance": sum((row.balance for row in accounts), ZERO),
            "due": sum((row.due for row in rows), ZERO),
            "carried": sum((row.carried for row in rows), ZERO),
            "relieved": sum((row.relieved for row in rows), ZERO),
            "credited": sum((row.credited for row in rows), ZERO),
        }


def ending_of(world: World, cabinet: Cabinet) -> Ending:
    """Read it off the platform's books and our journal."""
    return Ending(
        accounts={
            row.id: AccountEnd(
                status=row.status,
                balance=world.billing_of(row.id).deposit,
                due=sum((each.due for each in open_invoices(world, row.id)), ZERO),
            )
            for row in world.customers
        },
        sources=_sources(Books.of(world, cabinet)),
    )


def _sources(books: Books) -> dict[int, SourceEnd]:
    standing = {plan for (plan, _), _ in books.merged}
    carried: dict[int, Decimal] = defaultdict(Decimal)
    for row in books.sources:
        if row["plan_id"] in standing:
            carried[row["invoice_id"]] += Decimal(row["total"])
    about = {(row["plan_id"], row["number"]): row for row in books.steps}
    made: dict[str, dict[int, Decimal]] = {kind: defaultdict(Decimal) for kind in _KINDS}
    for mark, note in books.reliefs:
        step = about.get(mark)
        if step is not None and step["kind"] in made:
            made[step["kind"]][step["invoice_id"]] += note.total
    return {
        row.id: SourceEnd(
            due=row.due if row.status == "not_paid" else ZERO,
            carried=carried[row.id],
            relieved=made["relieve"][row.id],
            credited=made["credit"][row.id],
        )
        for row in books.world.invoices
        if row.added_by != "api"
    }


_KINDS = ("relieve", "credit")


def _told(what: str, found: Mapping[int, object], meant: Mapping[int, object]) -> list[str]:
    return [
        f"{what} {number} ends as {found.get(number)}, undisturbed as {meant.get(number)}"
        for number in sorted(found.keys() | meant.keys())
        if found.get(number) != meant.get(number)
    ]
