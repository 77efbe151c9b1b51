"""What every row has in common."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any


@dataclass(kw_only=True, slots=True)
class Row:
    """Anything with an id; `customer_id` is what documents are looked up by."""

    id: int = 0
    customer_id: int = 0


class Entry(Row):
    """A row of a resource that has no rules of its own: its attributes are those it was given."""

    def __init__(self, **attributes: object) -> None:
        super().__init__()
        for name, value in attributes.items():
            setattr(self, name, value)

    if TYPE_CHECKING:  # which attributes there are differs from row to row

        def __getattr__(self, name: str) -> Any: ...
        def __setattr__(self, name: str, value: Any) -> None: ...
