"""One table of rows, fast by id and by customer."""

from bisect import bisect_left
from collections.abc import Iterator
from typing import Generic, TypeVar

from connector.sandbox.records import Row

R = TypeVar("R", bound=Row)


class Table(Generic[R]):
    """Rows by ascending id, with an index by customer."""

    def __init__(self) -> None:
        self.ids: list[int] = []
        self._rows: dict[int, R] = {}
        self._by_customer: dict[int, list[int]] = {}
        self._last_id = 0

    def add(self, row: R) -> R:
        """Give the row the next id and keep it."""
        row.id = self._last_id + 1
        return self.put(row)

    def put(self, row: R) -> R:
        """Keep a row under the id it has, which is above every earlier one."""
        self._last_id = row.id
        self._rows[row.id] = row
        self.ids.append(row.id)
        self._by_customer.setdefault(row.customer_id, []).append(row.id)
        return row

    def get(self, row_id: int) -> R | None:
        """The row, or None."""
        return self._rows.get(row_id)

    def remove(self, row: R) -> None:
        """Forget a row; its id is never used again."""
        del self._rows[row.id]
        del self.ids[bisect_left(self.ids, row.id)]
        self._by_customer[row.customer_id].remove(row.id)

    def ids_of(self, customer_id: int) -> list[int]:
        """The ids of one customer's rows, ascending."""
        return self._by_customer.get(customer_id, [])

    def of_customer(self, customer_id: int) -> list[R]:
        """One customer's rows by ascending id."""
        return [self._rows[row_id] for row_id in self.ids_of(customer_id)]

    def __iter__(self) -> Iterator[R]:
        return iter(list(self._rows.values()))

    def __len__(self) -> int:
        return len(self._rows)
