"""Rows that an installation starts with, and what may be done with them."""

from typing import Any

import pytest

from connector.sandbox.reference.catalogue import ENTITIES, RESOURCES
from tests.sandbox.bench import Bench

PLAIN_CREATIONS: tuple[tuple[str, dict[str, Any], dict[str, Any]], ...] = (
    ("finance/payment-methods", {"name": "Voucher", "is_active": True}, {"name_1": "Code"}),
    ("finance/transaction-categories", {"name": "Deposit"}, {"name": "Security"}),
    ("administration/partners", {"name": "Branch"}, {"name": "Branch East"}),
    ("administration/locations", {"name": "East"}, {"tax_for_tariff_voice": 2}),
    (
        "administration/administrators",
        {"login": "ann", "name": "Ann", "email": "ann@example.net", "password": "q"},
        {"phone": "5"},
    ),
    ("config/labels", {"module": "customers", "label": "New"}, {"color": "#111111"}),
    ("config/templates", {"title": "Hello", "type": "mail"}, {"description": "Greets"}),
    ("config/mail", {"recipient": "a@example.net", "subject": "Hi"}, {"message": "Again"}),
    ("config/sms", {"recipient": "+15550100", "message": "Hi"}, {"message": "Again"}),
    (
        "config/scheduling-task-templates",
        {"title": "Visit", "task_title": "Go there"},
        {"task_priority": "priority_high"},
    ),
    ("config/scheduling-checklist-templates", {"title": "Visit", "items": ["Go"]}, {"delete": 0}),
)
TARIFF: dict[str, Any] = {
    "title": "Fibre 2000",
    "partners_ids": [1],
    "available_for_locations": [1],
    "customer_categories": ["person"],
    "billing_types": ["recurring"],
    "price": "99",
}
READ_ONLY = (
    "config/taxes",
    "config/company-info",
    "config/entry-points",
    "config/states-provinces",
    "support/tickets-statuses",
    "support/tickets-groups",
    "support/tickets-types",
)


def test_a_fresh_installation_has_its_payment_methods_and_categories(bench: Bench) -> None:
    """Five methods with a gap at number 4, and five base categories."""
    methods = bench.get("finance/payment-methods")
    assert {row["id"]: row["name"] for row in methods} == {
        1: "Cash",
        2: "Bank transfer",
        3: "Credit card",
        5: "Other",
        6: "Refill card",
    }
    categories = bench.get("finance/transaction-categories")
    assert [row["name"] for row in categories] == [
        "Service",
        "Discount",
        "Payment",
        "Refund",
        "Correction",
    ]
    assert {row["is_base"] for row in categories} == {"1"}
    assert categories[0]["accounting_category_id"] is None


def test_a_group_of_taxes_names_its_parts(bench: Bench) -> None:
    """Single taxes have no parts; the rate of a group is theirs together."""
    taxes = {row["name"]: row for row in bench.get("config/taxes")}
    group = taxes["VAT 20 and 10"]
    assert (group["type"], group["rate"]) == ("group", "30.0000")
    assert [part["id"] for part in group["items"]] == [2, 3]
    assert taxes["VAT 20"]["items"] == []


@pytest.mark.parametrize("release", ["5.1", "4.3"])
@pytest.mark.parametrize(("path", "body", "change"), PLAIN_CREATIONS)
def test_rows_are_made_changed_and_deleted(
    release: str, path: str, body: dict[str, Any], change: dict[str, Any]
) -> None:
    """POST gives an id, PUT keeps what it does not name, DELETE takes the row away."""
    bench = Bench(release)
    before = len(bench.get(path))
    number = bench.post(path, body)
    bench.put(f"{path}/{number}", change)
    row = bench.get(f"{path}/{number}")
    for name, value in change.items():
        assert str(row[name]) == str(value)
    assert len(bench.get(path)) == before + 1
    if path == "config/scheduling-checklist-templates":
        bench.put(f"{path}/{number}", {"delete": 1})
    assert bench.call("DELETE", f"{path}/{number}").status == 204
    assert bench.call("GET", f"{path}/{number}").status == 404
    assert bench.call("HEAD", path).headers["x-total-count"] == str(before)


@pytest.mark.parametrize("path", READ_ONLY)
def test_what_the_platform_keeps_itself_cannot_be_written(bench: Bench, path: str) -> None:
    """405 on every writing verb, and there is something to read."""
    assert bench.get(path)
    assert bench.call("POST", path, {"title": "x", "name": "x"}).status == 405
    for method in ("PUT", "DELETE"):
        assert bench.call(method, f"{path}/1", {"title": "x"}).status == 405


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("finance/payment-methods", 1),
        ("finance/transaction-categories", 3),
        ("administration/partners", 1),
        ("administration/locations", 1),
        ("administration/administrators", 1),
        ("tariffs/internet", 1),
    ],
)
def test_what_is_in_use_stays(bench: Bench, path: str, number: int) -> None:
    """A refused deletion has the status that the switch names, and the row is still there."""
    bench.account("30")
    bench.still.control("POST", "switch", {"refusal_status": 409})
    answer = bench.call("DELETE", f"{path}/{number}")
    assert answer.status == 409
    assert answer.json["error"]["internal_code"] == "ENTITY_CANNOT_BE_DELETED"
    assert bench.get(f"{path}/{number}")["id"] == number


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("finance/payment-methods", {"name": "Voucher"}, "is_active"),
        ("finance/transaction-categories", {}, "name"),
        ("administration/administrators", {"login": "x", "name": "x", "email": "y"}, "password"),
        ("config/labels", {"module": "invoices", "label": "x"}, "module"),
        ("config/templates", {"title": "x", "type": "letter"}, "type"),
        ("config/templates", {"title": "Welcome", "type": "mail"}, "title"),
        ("config/mail", {"subject": "x"}, "recipient"),
        ("config/scheduling-task-templates", {"title": "ab", "task_title": "abc"}, "title"),
        ("tariffs/internet", {**TARIFF, "speed_upload": 1}, "speed_download"),
        ("tariffs/recurring", {**TARIFF, "title": "Static address"}, "title"),
        ("tariffs/voice", {**TARIFF, "type": "pigeon"}, "type"),
        ("tariffs/bundle", {**TARIFF, "billing_types": None}, "billing_types"),
    ],
)
def test_a_wrong_row_is_refused(bench: Bench, path: str, body: dict[str, Any], field: str) -> None:
    """422 names the attribute, and nothing is kept."""
    before = bench.get(path)
    answer = bench.call("POST", path, body)
    assert answer.status == 422
    assert [problem["field"] for problem in answer.json] == [field]
    assert bench.get(path) == before


def test_a_refused_change_changes_nothing(bench: Bench) -> None:
    """Not even the attributes that were right."""
    before = bench.get("config/labels/1")
    answer = bench.call("PUT", "config/labels/1", {"label": "Other", "module": "nobody"})
    assert answer.status == 422
    assert bench.get("config/labels/1") == before


def test_passwords_and_texts_of_templates_are_written_and_never_read(bench: Bench) -> None:
    """OPTIONS tells of them; rows do not."""
    for path, hidden in (
        ("administration/administrators", {"password"}),
        ("config/templates", {"subject", "code"}),
    ):
        listed = {each["name"] for each in bench.call("OPTIONS", path).json["attributes"]}
        assert hidden <= listed
        assert not hidden & set(bench.get(path)[0])


def test_a_switched_off_module_answers_405_on_every_verb(bench: Bench) -> None:
    """Reading too."""
    bench.still.control("POST", "switch", {"switched_off": ["tariffs/voice", "support/tickets"]})
    for method in ("GET", "HEAD", "POST", "OPTIONS"):
        for path in ("tariffs/voice", "support/tickets"):
            answer = bench.call(method, path, {} if method == "POST" else None)
            assert answer.status == 405, (method, path)
    assert bench.call("GET", "tariffs/internet").status == 200


def test_writing_a_label_is_no_write_to_an_account(bench: Bench) -> None:
    """What belongs to nobody is not the auditor's business."""
    bench.post("config/labels", {"module": "customers", "label": "New"})
    bench.post("administration/locations", {"name": "East"})
    assert not bench.world.witness.writes


def test_equal_options_make_equal_rows() -> None:
    """Two worlds, one look, for every resource without rules."""
    first, second = Bench("5.1", families=1), Bench("5.1", families=1)
    for entity in ENTITIES:
        if entity.name in RESOURCES and entity.resource.listed:
            encode = first.still.api.desk.encode
            rows = [encode(entity.resource, row) for row in first.world.entries[entity.name]]
            others = [encode(entity.resource, row) for row in second.world.entries[entity.name]]
            assert rows == others
