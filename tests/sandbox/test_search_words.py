"""Searching by additional attributes, by sets, by several conditions, and refusals."""

from typing import Any
from urllib.parse import urlencode

import pytest

from connector.sandbox.server import RunningSandbox
from tests.sandbox.bench import Bench
from tests.sandbox.caller import Caller

CUSTOMERS = "customers/customer"


@pytest.fixture
def marked(bench: Bench) -> Bench:
    """Five accounts: three carry an additional attribute, one of them a blank one."""
    values: list[dict[str, str]] = [{"tier": "Gold"}, {"tier": "silver"}, {}, {"tier": ""}, {}]
    for number, extra in enumerate(values, start=1):
        body: dict[str, Any] = {"name": f"Name {number}", "additional_attributes": extra}
        bench.post(CUSTOMERS, body | {"phone": f"555,{number}", "city": "Wexley"})
    return bench


def found(caller: Caller, query: dict[str, str]) -> list[int]:
    """The ids of the accounts found."""
    return [row["id"] for row in caller.get(CUSTOMERS, **query)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"[tier]": "gold"}, [1]),
        ({"[tier][0]": "=", "[tier][1]": "SILVER"}, [2]),
        ({"[tier][0]": "!=", "[tier][1]": "gold"}, [2, 4]),
        ({"[tier][0]": "<>", "[tier][1]": "gold"}, [2, 4]),
        ({"[tier][0]": "LIKE", "[tier][1]": "l"}, [1, 2]),
        ({"[tier][0]": "IN", "[tier][1][0]": "gold", "[tier][1][1]": "silver"}, [1, 2]),
        ({"[tier][0]": "IS", "[tier][1]": "null"}, [3, 5]),
        ({"[tier][0]": "IS", "[tier][1]": "NOT NULL"}, [1, 2, 4]),
        ({"[tier][0]": ">", "[tier][1]": "gold"}, [2]),
        ({"[tier][0]": "BETWEEN", "[tier][1]": "a", "[tier][2]": "h"}, [1]),
        ({"[tier][0]": "REGEXP", "[tier][1]": "^s.*r$"}, [2]),
        ({"[colour]": "red"}, []),
    ],
)
def test_additional_attributes(marked: Bench, query: dict[str, str], expected: list[int]) -> None:
    """They take the same operators, as text without case; rows without one are null."""
    named = {f"additional_attributes{name}": value for name, value in query.items()}
    assert found(marked, named) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"[phone][0]": "FIND_IN_SET", "[phone][1]": "3"}, [3]),
        ({"[phone][0]": "FIND_IN_SET", "[phone][1]": "55"}, []),
        ({"[phone][0]": "find_in_set", "[phone][1]": "555"}, [1, 2, 3, 4, 5]),
        ({"[login][0]": "REGEXP", "[login][1]": "0000[24]"}, [2, 4]),
        ({"[id][0]": "REGEXP", "[id][1]": "^[13]$"}, [1, 3]),
        ({"[id][0]": ">", "[id][1]": "1", "[name][0]": "!=", "[name][1]": "Name 3"}, [2, 4, 5]),
        ({"[id][]": "IN", "[id][1][]": "4"}, [4]),
        ({"[id]": "two"}, []),
        ({"[id][0]": ">", "[id][1]": "2.5"}, [3, 4, 5]),
        ({"[name]": "NAME 2"}, [2]),
        ({"[date_add]": "2026-01-01", "[id][0]": "<", "[id][1]": "3"}, [1, 2]),
        ({"[last_update][0]": ">=", "[last_update][1]": "2026-01-01"}, [1, 2, 3, 4, 5]),
        ({"[last_update][0]": "<", "[last_update][1]": "2026-01-01"}, []),
        ({"[last_online]": "0000-00-00 00:00:00", "[id]": "2"}, [2]),
    ],
)
def test_sets_patterns_and_several_conditions(
    marked: Bench, query: dict[str, str], expected: list[int]
) -> None:
    """Conditions are joined by `and`; a day stands for its midnight among moments."""
    named = {f"main_attributes{name}": value for name, value in query.items()}
    assert found(marked, named) == expected


@pytest.mark.parametrize(
    "parts",
    [
        {"[0]": "NEAR", "[1]": "3"},
        {"[0]": "IN"},
        {"[0]": "BETWEEN", "[1]": "3"},
        {"[0]": ">"},
        {"[0]": "REGEXP", "[1]": "("},
        {"[0]": "IS", "[1]": "3"},
        {"[low]": "3"},
    ],
)
def test_what_a_database_does_not_understand_is_a_server_error(
    marked: Bench, parts: dict[str, str]
) -> None:
    """Unknown operators, missing values, broken patterns: 500, on columns and additional ones."""
    for head in ("main_attributes[login]", "additional_attributes[tier]"):
        query = urlencode({f"{head}{name}": value for name, value in parts.items()})
        answer = marked.call("GET", f"{CUSTOMERS}?{query}")
        assert answer.status == 500, parts
        assert answer.json["error"]["internal_code"] == "SERVER_ERROR"


def test_two_orders_sort_by_the_first_then_the_second(marked: Bench) -> None:
    """Equal cities fall to the name; blank words stand beside written ones."""
    marked.put(f"{CUSTOMERS}/4", {"city": ""})
    marked.put(f"{CUSTOMERS}/2", {"city": "Easton"})
    assert found(marked, {"order[city]": "ASC", "order[name]": "DESC"}) == [4, 2, 5, 3, 1]
    assert found(marked, {"order[city]": "DESC", "order[id]": "DESC"}) == [5, 3, 1, 2, 4]
    assert found(marked, {"order[id]": "DESC", "limit": "2", "offset": "1"}) == [4, 3]


def test_relations_take_their_two_flat_filters_and_no_others(bench: Bench) -> None:
    """?customer_id= and ?invoice_id= filter relations; amount does not, nor on payments."""
    for _ in range(2):
        customer = bench.account("10")
        bench.still.control("POST", "charge")
        bench.pay(customer)
    relations = "finance/invoice-relations"
    assert [row["invoice_id"] for row in bench.get(relations, customer_id="2")] == [2]
    assert [row["customer_id"] for row in bench.get(relations, invoice_id="1")] == [1]
    assert bench.get(relations, customer_id="1", invoice_id="2") == []
    assert len(bench.get(relations, amount="1")) == 2
    assert len(bench.get("finance/payments", customer_id="1")) == 2
    assert bench.call("HEAD", f"{relations}?customer_id=2").headers["x-total-count"] == "1"


def test_the_wire_carries_brackets_escaped_and_plain(caller: Caller, box: RunningSandbox) -> None:
    """Over HTTP: %5B is [, + is a blank, and words beyond ASCII come back as they went."""
    for name in ("Zoë Ivers", "A&B = C"):
        caller.post(CUSTOMERS, {"name": name})
    assert found(caller, {"main_attributes[name]": "zoë ivers"}) == [1]
    assert found(caller, {"main_attributes[name]": "A&B = C"}) == [2]
    plain = caller.call("GET", f"{CUSTOMERS}?main_attributes[name]=A%26B+%3D+C")
    assert [row["name"] for row in plain.json] == ["A&B = C"]
    assert len(box.world.customers) == 2
