"""Every operator on every column, against a second reading of the rows by plain rules."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest

from connector.sandbox.api.resources import RESOURCES, SERVICES
from connector.sandbox.wire.fields import Field, Kind
from tests.sandbox.bench import Bench

NUMBERS = {Kind.INTEGER, Kind.NUMBER_AS_TEXT, Kind.FLAG, Kind.COLUMN, Kind.COMPUTED}
SKIPPED = {Kind.ITEMS, Kind.LABELS, Kind.MAP, Kind.LIST}
RELEASES = ("5.1", "4.3")
FILLED = {
    "customers/customer", "finance/invoices", "finance/credit-notes", "finance/payments",
    "finance/transactions", "finance/invoice-relations", "customers/services",
}  # fmt: skip
TAKEN_BY_THE_ADDRESS = ("customers/services", "type")
ADDRESSES = {"customers/services": "customers/customer/0/internet-services"}

Row = dict[str, Any]
Oracle = Callable[[Any, list[Any]], bool]

ORACLES: dict[str, Oracle] = {
    "=": lambda held, given: bool(held == given[0]),
    "!=": lambda held, given: held is not None and held != given[0],
    "<>": lambda held, given: held is not None and held != given[0],
    "<": lambda held, given: held is not None and held < given[0],
    "<=": lambda held, given: held is not None and held <= given[0],
    ">": lambda held, given: held is not None and held > given[0],
    ">=": lambda held, given: held is not None and held >= given[0],
    "IN": lambda held, given: held in given,
    "BETWEEN": lambda held, given: held is not None and given[0] <= held <= given[1],
}


@pytest.fixture(scope="module", params=RELEASES)
def filled(request: pytest.FixtureRequest) -> Bench:
    """A quarter of four families with payments, credits, deletions, blocks and future items."""
    bench = Bench(release=request.param, families=4, subs=3)
    control = bench.still.control
    for month in (1, 2, 3):
        control("POST", "charge")
        for customer_id in range(month, 16, 3):
            if bench.invoices(customer_id):
                bench.pay(customer_id, str(7 * customer_id))
        bench.advance(f"2026-0{month}-20")
    control("POST", "credit", {"customer_id": 2, "amount": "3.3333", "tax": "10"})
    control("POST", "credit", {"customer_id": 4, "amount": "1", "note": "Sorry, Ada"})
    control("POST", "invoice", {"customer_id": 3, "items": [{"price": "9"}]})
    control("POST", "delete", {"resource": "invoices", "id": bench.invoices(3)[-1]["id"]})
    body = {"customer_id": 5, "type": "debit", "price": "12.5", "description": "Later"}
    bench.post("finance/transactions", {**body, "to_invoice": "1"})
    asked = [{"description": "Ahead", "price": "15"}]
    for customer_id in (2, 3):
        bench.post("finance/proforma-invoices", {"customer_id": customer_id, "items": asked})
    bench.post("finance/payments", {"customer_id": 3, "amount": "15", "request_id": 2})
    bench.put(
        "customers/customer/6", {"gps": "1.5,2.5", "phone": "555,666", "customer_labels": [1]}
    )
    bench.post("customers/customer", {"name": "Zoë", "partner_id": 1, "login": "zoe"})
    return bench


def columns() -> list[tuple[str, Field]]:
    """Every searchable column of every listed resource."""
    listed = [resource for resource in RESOURCES.values() if resource.listed]
    return [
        (resource.name, field)
        for resource in (*listed, SERVICES)
        for field in resource.fields
        if field.kind not in SKIPPED and (resource.name, field.name) != TAKEN_BY_THE_ADDRESS
    ]


COLUMNS = columns()
COLUMN_NAMES = [f"{name}-{field.name}" for name, field in COLUMNS]


def listed(bench: Bench, resource: str, query: dict[str, str]) -> list[Row]:
    """The rows of a query; HEAD must count as many."""
    address = ADDRESSES.get(resource, resource)
    base = {"main_attributes[type]": "internet"} if resource in ADDRESSES else {}
    path = f"{address}?{urlencode({**base, **query})}"
    answer = bench.call("GET", path)
    assert answer.status == 200, answer.text
    head = bench.call("HEAD", path)
    if not {"limit", "offset"} & set(query):
        assert (head.status, head.headers["x-total-count"]) == (204, str(len(answer.json)))
    return list(answer.json)


def held_by(field: Field, row: Row) -> Any:
    """A row's value as an outsider compares it."""
    value = row[field.name]
    if value is None:
        return None
    return Decimal(str(value)) if field.kind in NUMBERS else str(value).casefold()


def condition(field: Field, operator: str, given: list[Any]) -> dict[str, str]:
    """The query for one condition."""
    name = f"main_attributes[{field.name}]"
    if operator == "IN":
        return {f"{name}[0]": "IN"} | {f"{name}[1][{at}]": str(v) for at, v in enumerate(given)}
    return {f"{name}[0]": operator} | {f"{name}[{at}]": str(v) for at, v in enumerate(given, 1)}


@pytest.mark.parametrize(("resource", "field"), COLUMNS, ids=COLUMN_NAMES)
def test_every_comparison_finds_what_a_second_reading_finds(
    filled: Bench, resource: str, field: Field
) -> None:
    """All comparisons with the lowest, the middle and the highest value that the column holds."""
    if field.since_linked and not filled.world.linked_accounts:
        return  # what another release does not know filters nothing: tested below
    rows = listed(filled, resource, {})
    assert rows or resource not in FILLED
    values = sorted({held_by(field, row) for row in rows} - {None})
    if not values:
        values = [Decimal(1) if field.kind in NUMBERS else "x"]
    low, middle, high = values[0], values[len(values) // 2], values[-1]
    for operator, holds in ORACLES.items():
        for given in ([low, middle], [middle, high], [high, low]):
            used = given if operator in {"IN", "BETWEEN"} else given[:1]
            found = listed(filled, resource, condition(field, operator, used))
            wanted = [row for row in rows if holds(held_by(field, row), used)]
            assert found == wanted, (operator, used)


@pytest.mark.parametrize(("resource", "field"), COLUMNS, ids=COLUMN_NAMES)
def test_like_is_null_and_order_on_every_column(filled: Bench, resource: str, field: Field) -> None:
    """LIKE is `contains` without case, IS tells nulls, order sorts both ways with nulls lowest."""
    if field.since_linked and not filled.world.linked_accounts:
        return
    rows = listed(filled, resource, {})
    text = next((str(row[field.name]) for row in rows if row[field.name]), "nothing")
    part = text[:3].upper()
    if field.kind not in {Kind.COLUMN, Kind.COMPUTED}:
        for pattern in (part, f"%{part}%"):
            found = listed(filled, resource, condition(field, "LIKE", [pattern]))
            wanted = [r for r in rows if part.casefold() in str(r[field.name] or "0").casefold()]
            assert found == [row for row in wanted if row[field.name] is not None]
    nulls = [row for row in rows if row[field.name] is None]
    assert listed(filled, resource, condition(field, "IS", ["NULL"])) == nulls
    nothing = [None] * len(nulls)
    others = listed(filled, resource, condition(field, "IS", ["not null"]))
    assert len(others) == len(rows) - len(nulls)
    for way, backwards in (("ASC", False), ("DESC", True), ("desc", True)):
        found = listed(filled, resource, {f"order[{field.name}]": way})
        keys = [held_by(field, row) for row in found]
        kept = [key for key in keys if key is not None]
        assert kept == sorted(kept, reverse=backwards)
        assert keys == (kept + nothing if backwards else nothing + kept)
        assert sorted(str(row) for row in found) == sorted(str(row) for row in rows)


@pytest.mark.parametrize("resource", sorted({name for name, _ in COLUMNS}))
def test_pages_tile_every_list(filled: Bench, resource: str) -> None:
    """Pages of three by limit and offset make the whole list; HEAD counts past the page."""
    rows = listed(filled, resource, {})
    pages: list[Row] = []
    for offset in range(0, len(rows) + 3, 3):
        pages += listed(filled, resource, {"limit": "3", "offset": str(offset)})
    assert pages == rows
    assert listed(filled, resource, {"limit": "0"}) == []
    assert listed(filled, resource, {"offset": "1"}) == rows[1:]
    base = "main_attributes[type]=internet&" if resource in ADDRESSES else ""
    path = f"{ADDRESSES.get(resource, resource)}?{base}limit=1&offset=1"
    head = filled.call("HEAD", path)
    assert head.headers["x-total-count"] == str(len(rows))


@pytest.mark.parametrize("resource", sorted({name for name, _ in COLUMNS}))
def test_an_attribute_nobody_has_filters_nothing(filled: Bench, resource: str) -> None:
    """The whole list, though its operator would be refused on a known attribute."""
    rows = listed(filled, resource, {})
    for query in (
        {"main_attributes[colour]": "red"},
        {"main_attributes[colour][0]": "NEAR", "main_attributes[colour][1]": "red"},
        {"status": "nothing", "search[id]": "1", "sort[id]": "DESC", "per_page": "1"},
        {"order[colour]": "DESC"},
        {"limit": "all", "offset": "-1"},
    ):
        assert listed(filled, resource, query) == rows
