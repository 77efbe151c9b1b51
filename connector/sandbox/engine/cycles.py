"""Billing cycles: from a billing day (1 to 28) to the eve of the next, and spans of days in them."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Cycle:
    """One billing cycle, both days included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return days_between(self.first, self.last)


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """Days in a row that lie in one cycle, both included."""

    cycle: Cycle
    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return days_between(self.first, self.last)

    def overlap(self, first: date | None, last: date | None) -> int:
        """How many of its days lie between two days; None is without an end."""
        begin = max(self.first, first or self.first)
        return max(days_between(begin, min(self.last, last or self.last)), 0)


def days_between(first: date, last: date) -> int:
    """How many days there are from one day to another, both included."""
    return (last - first).days + 1


def cycle_of(day: date, billing_day: int) -> Cycle:
    """The cycle of a billing day (1 to 28) that contains a day."""
    first = day.replace(day=billing_day)
    if first > day:
        before = day.replace(day=1) - ONE_DAY
        first = before.replace(day=billing_day)
    length = monthrange(first.year, first.month)[1]
    return Cycle(first=first, last=first + timedelta(days=length - 1))


def moved(cycle: Cycle, steps: int) -> Cycle:
    """The cycle so many steps later, or earlier when negative."""
    for _ in range(abs(steps)):
        neighbour = cycle.last + ONE_DAY if steps > 0 else cycle.first - ONE_DAY
        cycle = cycle_of(neighbour, cycle.first.day)
    return cycle


def parts_of(first: date, last: date, billing_day: int) -> Iterator[Part]:
    """A span of days, cut at the billing days."""
    while first <= last:
        cycle = cycle_of(first, billing_day)
        yield Part(cycle=cycle, first=first, last=min(last, cycle.last))
        first = cycle.last + ONE_DAY
