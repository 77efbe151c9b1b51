"""A charged family for tests of the auditor, and the moves of right and wrong connectors."""

from typing import Any

from tests.sandbox.bench import Bench
from tests.sandbox.conftest import charge, make_family

Row = dict[str, Any]


class Scene(Bench):
    """A family with a main (36.00) and two aggregated subs (24.00 each), charged and unmerged."""

    def __init__(self, release: str = "5.1") -> None:
        super().__init__(release)
        self.main, self.subs = make_family(self.still, "aggregated", "aggregated", "independent")
        self.sub = self.subs[0]
        self.sources = charge(self.still)

    def source(self, number: int) -> Row:
        """A source invoice: 0 is the main's own, 1 and 2 the subs', 3 the independent sub's."""
        row: Row = self.get(f"finance/invoices/{self.sources[number]}")
        return row

    def section(self, number: int, **change: object) -> list[dict[str, object]]:
        """The heading and the lines of one source, with every line changed."""
        source = self.source(number)
        lines = [{**item, "id": 0, **change} for item in source["items"]]
        heading = {"description": f"Sub · invoice {source['number']}", "price": "0"}
        return [heading, *lines]

    def carry(self, items: list[dict[str, object]], customer: int | None = None) -> int:
        """Post a merged document."""
        body = {"customer_id": customer or self.main, "type": "recurring", "items": items}
        return self.post("finance/invoices", body)

    def merged(self) -> int:
        """A right merge of the main's own and both subs' invoices."""
        return self.merge(self.main, self.sources[:3])

    def set_status(self, customer: int, status: str) -> None:
        """Write a status with the API key."""
        self.put(f"customers/customer/{customer}", {"status": status})

    def suspend(self) -> None:
        """Merge, let the main be blocked, and block the first sub as a mirror does."""
        self.merged()
        self.advance("2026-01-17")
        self.set_status(self.sub, "blocked")

    def staff(self, action: str, **body: object) -> None:
        """A control request."""
        self.still.control("POST", action, body)

    def plain_line(self, price: str, number: int = 1) -> list[dict[str, object]]:
        """A section whose only line has a price at 20 %."""
        return [self.section(number)[0], {"description": "x", "price": price, "tax": "20"}]
