"""Additional fields, and modules of one's own."""

from typing import Any

import pytest

from tests.sandbox.bench import Bench

FIELD: dict[str, Any] = {
    "name": "tier",
    "title": "Tier",
    "type": "string",
    "is_required": 0,
    "is_unique": 0,
    "is_add": 1,
    "show_in_list": 0,
    "searchable": 0,
    "readonly": 0,
    "disabled": 0,
}
MODULE = {
    "name": "links",
    "title": "Links",
    "root": r"controllers\admin\CustomersController",
    "type": "simple",
}
FIELDS = "config/additional-fields/customers"


def define(bench: Bench, module: str = "customers", **changes: object) -> None:
    """Declare an additional attribute."""
    answer = bench.call("POST", f"config/additional-fields/{module}", {**FIELD, **changes})
    assert answer.status == 201, answer.text
    assert answer.json == {"name": changes.get("name", "tier")}


def add(bench: Bench, **extras: object) -> Any:
    """Make a customer with additional attributes; the answer."""
    return bench.call("POST", "customers/customer", {"name": "A", "additional_attributes": extras})


def test_definitions_are_addressed_by_module_and_name(bench: Bench) -> None:
    """Made, listed, changed and deleted; the name stays."""
    define(bench)
    define(bench, "invoices")
    assert [row["name"] for row in bench.get(FIELDS)] == ["tier"]
    bench.put(f"{FIELDS}--tier", {"title": "Level", "name": "level"})
    assert bench.get(f"{FIELDS}--tier")["title"] == "Level"
    assert bench.call("POST", FIELDS, FIELD).status == 422
    assert bench.call("DELETE", f"{FIELDS}--tier").status == 204
    assert bench.call("GET", f"{FIELDS}--tier").status == 404
    assert len(bench.get("config/additional-fields/invoices")) == 1


def test_a_module_that_nobody_knows_is_400(bench: Bench) -> None:
    """For reading and for writing."""
    for method in ("GET", "POST"):
        assert bench.call(method, "config/additional-fields/nothing", FIELD).status == 400
    assert bench.get("config/additional-fields/services_voice") == []


def test_options_list_the_additional_attributes_of_a_resource(bench: Bench) -> None:
    """With their flags as real booleans, in the order they were declared."""
    define(bench, is_required=1)
    define(bench, name="floor", type="integer", is_unique=1)
    listed = bench.call("OPTIONS", "customers/customer").json["additional_attributes"]
    assert [(each["name"], each["position"]) for each in listed] == [("tier", 1), ("floor", 2)]
    assert (listed[0]["required"], listed[1]["required"]) == (True, False)
    assert listed[1]["is_unique"] is True
    assert bench.call("OPTIONS", "finance/invoices").json["additional_attributes"] == []


def test_declared_attributes_are_shown_before_they_are_written(bench: Bench) -> None:
    """Empty, or "0" when they say yes or no; undeclared ones are kept beside them."""
    customer = bench.account()
    path = f"customers/customer/{customer}"
    assert bench.get(path)["additional_attributes"] == []
    define(bench)
    define(bench, name="paper", type="boolean")
    assert bench.get(path)["additional_attributes"] == {"tier": "", "paper": "0"}
    bench.put(path, {"additional_attributes": {"paper": "true", "own": "x"}})
    assert bench.get(path)["additional_attributes"] == {"tier": "", "paper": "1", "own": "x"}
    assert bench.call("DELETE", f"{FIELDS}--paper").status == 204
    assert bench.get(path)["additional_attributes"] == {"tier": "", "own": "x"}


def test_a_required_attribute_must_be_there_and_may_not_be_emptied(bench: Bench) -> None:
    """A PUT that does not name it goes through."""
    define(bench, is_required=1)
    for answer in (add(bench), add(bench, tier="")):
        assert answer.status == 422
        assert answer.json == [{"field": "tier", "message": "Tier cannot be blank"}]
    number = add(bench, tier="gold").json["id"]
    path = f"customers/customer/{number}"
    bench.put(path, {"name": "B"})
    assert bench.call("PUT", path, {"additional_attributes": {"tier": ""}}).status == 422
    assert bench.get(path)["additional_attributes"] == {"tier": "gold"}


def test_a_unique_attribute_is_taken_once(bench: Bench) -> None:
    """A row may keep its own value; empty ones are not compared."""
    define(bench, is_unique=1)
    first = add(bench, tier="7").json["id"]
    assert add(bench, tier="7").status == 422
    assert [add(bench).status, add(bench).status] == [201, 201]
    bench.put(f"customers/customer/{first}", {"additional_attributes": {"tier": "7"}})


def test_a_default_is_filled_in_where_the_definition_says_so(bench: Bench) -> None:
    """On creation only."""
    define(bench, default_value="tin", set_default_value=1)
    define(bench, name="floor", default_value="3", set_default_value=0)
    row = bench.get(f"customers/customer/{add(bench).json['id']}")
    assert row["additional_attributes"] == {"tier": "tin", "floor": ""}


@pytest.mark.parametrize(
    ("definition", "right", "wrong"),
    [
        ({"type": "integer"}, "-3", "3.5"),
        ({"type": "decimal"}, "3.50", "much"),
        ({"type": "date"}, "2026-02-28", "2026-02-30"),
        ({"type": "datetime"}, "2026-02-28 10:00:00", "later"),
        ({"type": "boolean"}, "0", "perhaps"),
        ({"type": "select", "select_values": "a, b"}, "b", "c"),
        ({"type": "select_multiple", "select_values": "a,b,c"}, "a,c", "a,d"),
        ({"type": "string", "min_length": "2", "max_length": "3"}, "abc", "abcd"),
    ],
)
def test_values_are_of_their_type(
    bench: Bench, definition: dict[str, Any], right: str, wrong: str
) -> None:
    """Else 422 under the attribute's name."""
    define(bench, **definition)
    assert add(bench, tier=right).status == 201
    answer = add(bench, tier=wrong)
    assert answer.status == 422
    assert answer.json[0]["field"] == "tier"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"type": "colour"}, "type"),
        ({"type": "select"}, "select_values"),
        ({"type": "relation"}, "relation_module"),
        ({"name": "a b"}, "name"),
        ({"is_unique": None}, "is_unique"),
    ],
)
def test_a_wrong_definition_is_refused(bench: Bench, changes: dict[str, Any], field: str) -> None:
    """And does not stand afterwards."""
    answer = bench.call("POST", FIELDS, {**FIELD, **changes})
    assert answer.status == 422
    assert answer.json[0]["field"] == field
    assert bench.get(FIELDS) == []


def test_documents_have_additional_attributes_of_their_own(bench: Bench) -> None:
    """A merged document can carry a marker that is taken once."""
    define(bench, "invoices", name="marker", is_unique=1)
    customer = bench.account()
    body = {
        "customer_id": customer,
        "items": [{"description": "x", "price": "5"}],
        "additional_attributes": {"marker": "m-1"},
    }
    invoice = bench.post("finance/invoices", body)
    assert bench.call("POST", "finance/invoices", body).status == 422
    query = {"additional_attributes[marker]": "m-1"}
    assert [row["id"] for row in bench.get("finance/invoices", **query)] == [invoice]


@pytest.mark.parametrize("release", ["5.1", "4.3"])
def test_a_module_of_ones_own_holds_rows(release: str) -> None:
    """Declared, filled, searched by attribute, changed in both spellings, and dropped whole."""
    bench = Bench(release)
    assert bench.call("POST", "config/modules", MODULE).json == {"name": "links"}
    define(bench, "links", name="main", is_unique=1)
    define(bench, "links", name="mode")
    path = "config/module/links"
    for number in ("5", "6"):
        bench.post(path, {"additional_attributes": {"main": number}})
    assert bench.call("POST", path, {"additional_attributes": {"main": "5"}}).status == 422
    assert bench.call("POST", path, {}).status == 422
    bench.put(f"{path}--2", {"mode": "x"})
    bench.put(f"{path}--2", {"additional_attributes": {"main": "7"}})
    found = bench.get(path, **{"additional_attributes[main]": "7"})
    two = 2 if release == "5.1" else "2"
    assert found == [{"id": two, "additional_attributes": {"main": "7", "mode": "x"}}]
    assert bench.call("HEAD", path).headers["x-total-count"] == "2"
    assert bench.call("DELETE", f"{path}--1").status == 204
    bench.put("config/modules/links", {"title": "All links"})
    assert bench.get("config/modules/links")["title"] == "All links"
    assert bench.call("DELETE", "config/modules/links").status == 204
    for gone in (path, f"{path}--2", "config/modules/links"):
        assert bench.call("GET", gone).status == 404
    assert bench.call("GET", "config/additional-fields/links").status == 400
