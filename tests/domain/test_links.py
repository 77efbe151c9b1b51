"""The link map and its laws."""

from __future__ import annotations

from datetime import date

import pytest

from connector.domain.accounts import BillingMode
from connector.domain.ids import AccountId
from connector.domain.links import Link, LinkMap, aggregated_on
from connector.errors import InvariantBroken
from tests.build import link

FEBRUARY = date(2026, 2, 1)
MARCH = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("day", "holds"),
    [("2025-12-31", False), ("2026-01-01", True), ("2026-01-31", True), ("2026-02-01", False)],
)
def test_a_link_holds_from_its_first_day_up_to_its_end(day: str, *, holds: bool) -> None:
    """The end itself is outside."""
    assert link(1, 2, until=FEBRUARY).holds_on(date.fromisoformat(day)) is holds


@pytest.mark.parametrize(
    ("other", "overlaps"),
    [
        (link(1, 2), True),
        (link(1, 2, since=FEBRUARY), False),
        (link(1, 2, since=date(2026, 1, 31)), True),
        (link(1, 2, until=date(2026, 1, 1)), False),
        (link(1, 2, since=date(2025, 1, 1), until=date(2026, 1, 1)), False),
    ],
)
def test_links_overlap_if_some_day_is_in_both(other: Link, *, overlaps: bool) -> None:
    """One that ends where it began has no days at all."""
    one = link(1, 2, until=FEBRUARY)
    assert one.overlaps(other) is overlaps
    assert other.overlaps(one) is overlaps


@pytest.mark.parametrize(
    "links",
    [
        (link(1, 2), link(3, 2)),
        (link(1, 2), link(1, 2, BillingMode.INDEPENDENT)),
        (link(1, 2, until=MARCH), link(3, 2, since=FEBRUARY)),
        (link(1, 2), link(2, 3)),
        (link(1, 1),),
        (link(1, 2, until=MARCH), link(2, 3, since=FEBRUARY, until=MARCH)),
    ],
)
def test_a_map_refuses_what_the_laws_forbid(links: tuple[Link, ...]) -> None:
    """Two mains on some day, or two levels on some day."""
    with pytest.raises(InvariantBroken):
        LinkMap(links)


@pytest.mark.parametrize(
    "links",
    [
        (),
        (link(1, 2), link(1, 3), link(4, 5)),
        (link(1, 2, until=FEBRUARY), link(3, 2, since=FEBRUARY)),
        (link(1, 2, until=FEBRUARY), link(2, 3, since=FEBRUARY)),
    ],
)
def test_a_map_takes_families_and_moves(links: tuple[Link, ...]) -> None:
    """Who left one family may join another, or found one, from that day on."""
    assert LinkMap(links).links == links


def test_a_map_knows_families() -> None:
    """By main, and by member, now or formerly."""
    old, new = link(1, 2, until=FEBRUARY), link(3, 2, since=FEBRUARY)
    found = LinkMap((old, new, link(1, 4, BillingMode.INDEPENDENT)))
    one, two, three = map(AccountId, (1, 2, 3))
    assert found.main_ids == {one, three}
    assert old in found.links_of_main(one)
    assert found.links_of_main(AccountId(9)) == ()
    assert found.main_ids_of(two) == {one, three}
    assert found.main_ids_of(one) == {one}


def test_who_is_paid_for_on_a_day() -> None:
    """Aggregated, and linked on that day: not before, not any more, not independent."""
    rows = (
        link(1, 2, since=date(2026, 1, 1)),
        link(1, 3, since=date(2026, 1, 1), until=date(2026, 2, 1)),
        link(1, 4, since=date(2026, 2, 2)),
        link(1, 5, BillingMode.INDEPENDENT, since=date(2026, 1, 1)),
    )
    assert aggregated_on(rows, date(2026, 2, 1)) == rows[:1]
    assert aggregated_on(rows, date(2026, 1, 31)) == rows[:2]
