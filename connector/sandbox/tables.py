"""One table of rows, fast by id and by customer."""

from bisect import bisect_left, insort
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

    def hand_over(self, row: R, customer_id: int) -> None:
        """Let a row belong to another customer."""
        if row.customer_id != customer_id:
            self._by_customer[row.customer_id].remove(row.id)
            row.customer_id = customer_id
            insort(self._by_customer.setdefault(customer_id, []), row.id)

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


class Indexed(Table[R]):
    """A table that also finds rows by attributes; those change through `change` alone."""

    def __init__(self, *attrs: str) -> None:
        super().__init__()
        self.attrs = attrs
        self._found: dict[str, dict[object, set[int]]] = {attr: {} for attr in attrs}

    def put(self, row: R) -> R:
        """Keep a row and index it."""
        super().put(row)
        self._enter(row)
        return row

    def remove(self, row: R) -> None:
        """Forget a row everywhere."""
        self._leave(row)
        super().remove(row)

    def change(self, row: R, **values: object) -> None:
        """Write indexed attributes of a row that is kept."""
        self._leave(row)
        for attr, value in values.items():
            setattr(row, attr, value)
        self._enter(row)

    def having(self, attr: str, value: object) -> list[R]:
        """The rows with this value of an indexed attribute, by ascending id."""
        rows = map(self.get, sorted(self._found[attr].get(value, ())))
        return [row for row in rows if row is not None and getattr(row, attr) == value]

    def _enter(self, row: R) -> None:
        for attr, index in self._found.items():
            value = getattr(row, attr)
            if value:
                index.setdefault(value, set()).add(row.id)

    def _leave(self, row: R) -> None:
        for attr, index in self._found.items():
            index.get(getattr(row, attr), set()).discard(row.id)
