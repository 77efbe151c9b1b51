"""The bracket style, and how a row shows that a filter was not heard."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from urllib.parse import unquote_plus

import pytest

from connector.splynx import search
from connector.splynx.search import Filter, query_text


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        (search.equal("status", "active"), "main_attributes[status]=active"),
        (search.equal_id("customer_id", 7), "main_attributes[customer_id]=7"),
        (search.above("id", 12), "main_attributes[id][0]=>&main_attributes[id][1]=12"),
        (
            search.from_day("date_created", date(2026, 1, 1)),
            "main_attributes[date_created][0]=>=&main_attributes[date_created][1]=2026-01-01",
        ),
        (
            search.one_of("id", [1, 2]),
            "main_attributes[id][0]=IN&main_attributes[id][1][0]=1&main_attributes[id][1][1]=2",
        ),
        (
            search.later_than("last_update", "2026-01-01 09:00:00"),
            "main_attributes[last_update][0]=>&main_attributes[last_update][1]=2026-01-01 09:00:00",
        ),
    ],
)
def test_filters_on_the_wire(condition: Filter, text: str) -> None:
    """As the platform documents them."""
    assert unquote_plus(query_text(condition.pairs)) == text


def test_between() -> None:
    """Three parts, both ends included."""
    text = unquote_plus(query_text(search.between("date", "2026-01-01", "2026-01-31")))
    assert text == (
        "main_attributes[date][0]=BETWEEN&main_attributes[date][1]=2026-01-01"
        "&main_attributes[date][2]=2026-01-31"
    )


def test_page() -> None:
    """Conditions, order, limit, offset."""
    found = search.page_of((search.above("id", 5),), order="id", limit=10)
    assert found[-2:] == (("order[id]", "ASC"), ("limit", "10"))
    found = search.page_of((), order="id", limit=1, descending=True, offset=3)
    assert found == (("order[id]", "DESC"), ("limit", "1"), ("offset", "3"))


def test_nothing_leaks_out_of_a_value() -> None:
    """Separators in a value are encoded."""
    text = query_text(search.equal("login", "a&limit=1").pairs)
    assert text == "main_attributes%5Blogin%5D=a%26limit%3D1"


@pytest.mark.parametrize(
    ("condition", "at", "heard", "ignored", "unreadable"),
    [
        (
            search.above("id", 5),
            "id",
            ["6", 6],
            [5, "5", 4, 0],
            [None, "", "x", [], Decimal("1.5")],
        ),
        (search.one_of("id", [1, 2]), "id", [1, "2"], [3, "3"], [None, 0, "x", {}]),
        (search.equal_id("id", 1), "id", [1, "1"], [2], [None, "x"]),
        (
            search.from_day("on", date(2026, 1, 1)),
            "on",
            ["2026-01-01", "2026-02-01"],
            ["2025-12-31"],
            ["0000-00-00", None, 7, "soon"],
        ),
        (
            search.equal("status", "paid", others=["paid", "pending"]),
            "status",
            ["paid"],
            ["pending"],
            ["weird", None, 3, []],
        ),
        (
            search.later_than("at", "2026-01-01 09:00:00"),
            "at",
            ["2026-01-01 09:00:01"],
            ["2026-01-01 09:00:00", "2025-01-01 00:00:00"],
            ["", None, 1, "yesterday"],
        ),
    ],
)
def test_a_row_tells_whether_we_were_heard(
    condition: Filter, at: str, heard: list[object], ignored: list[object], unreadable: list[object]
) -> None:
    """A foreign value is proof; one that cannot be read is left to the decoder."""
    assert not any(condition.broken_by({at: value}) for value in heard)
    assert all(condition.broken_by({at: value}) for value in ignored)
    assert not any(condition.broken_by({at: value}) for value in unreadable)
    assert not condition.broken_by({})
