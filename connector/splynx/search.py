"""Search queries in the platform's bracket style, as ordered pairs of names and values.

The platform silently ignores what it does not understand and then answers with everything. So a
filter also knows how to tell from a row that it was honoured; see :mod:`connector.splynx.paging`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from connector.splynx import codec
from connector.splynx.codec import Json

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """One condition on one field of the platform."""

    at: str
    pairs: Pairs
    breaks: Callable[[object], bool]  #: whether a row's value shows that we were not heard

    def broken_by(self, row: Json) -> bool:
        """Whether the row cannot be an answer; values that cannot be read are no proof."""
        try:
            return self.at in row and self.breaks(row[self.at])
        except ValueError:
            return False


def equal(at: str, value: str, others: Iterable[str] = ()) -> Filter:
    """``field = value``; ``others`` are the values that a row must not have instead."""
    foreign = frozenset(others) - {value}
    pairs = ((f"main_attributes[{at}]", value),)
    return Filter(at=at, pairs=pairs, breaks=lambda raw: isinstance(raw, str) and raw in foreign)


def equal_id(at: str, number: int) -> Filter:
    """``field = number``."""
    pairs = ((f"main_attributes[{at}]", str(number)),)
    return Filter(at=at, pairs=pairs, breaks=lambda raw: _is_other(raw, frozenset({number})))


def one_of(at: str, numbers: Sequence[int]) -> Filter:
    """``field IN numbers``."""
    pairs = [(f"main_attributes[{at}][0]", "IN")]
    pairs += [(f"main_attributes[{at}][1][{n}]", str(number)) for n, number in enumerate(numbers)]
    asked = frozenset(numbers)
    return Filter(at=at, pairs=tuple(pairs), breaks=lambda raw: _is_other(raw, asked))


def above(at: str, number: int) -> Filter:
    """``field > number``."""
    return Filter(
        at=at,
        pairs=_compared(at, ">", str(number)),
        breaks=lambda raw: codec.decode_count(raw) <= number,
    )


def from_day(at: str, day: date) -> Filter:
    """``field >= day``."""
    return Filter(
        at=at,
        pairs=_compared(at, ">=", codec.encode_date(day)),
        breaks=lambda raw: (codec.decode_date(raw) or day) < day,
    )


def later_than(at: str, text: str) -> Filter:
    """``field > text``, for local times of the platform, which sort as text."""
    return Filter(
        at=at,
        pairs=_compared(at, ">", text),
        breaks=lambda raw: isinstance(raw, str) and len(raw) == len(text) and raw <= text,
    )


def between(at: str, low: str, high: str) -> Pairs:
    """``field BETWEEN low AND high``, both included."""
    name = f"main_attributes[{at}]"
    return ((f"{name}[0]", "BETWEEN"), (f"{name}[1]", low), (f"{name}[2]", high))


def page_of(
    filters: Iterable[Filter], *, order: str, limit: int, descending: bool = False, offset: int = 0
) -> Pairs:
    """One page in the order of one field."""
    pairs = [pair for condition in filters for pair in condition.pairs]
    pairs.append((f"order[{order}]", "DESC" if descending else "ASC"))
    pairs.append(("limit", str(limit)))
    if offset:
        pairs.append(("offset", str(offset)))
    return tuple(pairs)


def query_text(pairs: Pairs) -> str:
    """The pairs as a query string, percent-encoded."""
    return urlencode(pairs)


def _compared(at: str, operator: str, value: str) -> Pairs:
    return ((f"main_attributes[{at}][0]", operator), (f"main_attributes[{at}][1]", value))


def _is_other(raw: object, asked: frozenset[int]) -> bool:
    number = codec.decode_id(raw)
    return number is not None and number not in asked
