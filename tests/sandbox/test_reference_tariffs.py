"""Plans: what they cost the seeded families, which may be changed to, and the change itself."""

from typing import Any

import pytest

from tests.sandbox.bench import Bench


def service_of(bench: Bench, customer: int) -> dict[str, Any]:
    """The last internet service of an account."""
    rows = bench.get(f"customers/customer/{customer}/internet-services")
    return dict(rows[-1])


def change(bench: Bench, service_id: int, **body: object) -> int:
    """Ask for another plan; the status of the answer."""
    path = f"tariffs/change-tariff/{service_id}?type=internet"
    return bench.call("PUT", path, body).status


def test_seeded_services_have_the_plan_they_are_priced_by() -> None:
    """Title and price are the plan's; so is the tax that is charged."""
    bench = Bench(families=8, subs=4)
    plans = {row["id"]: row for row in bench.get("tariffs/internet")}
    query = {"main_attributes[status]": "active"}
    services = bench.get("customers/customer/0/internet-services", **query)
    assert len(services) > 30
    for service in services:
        plan = plans[service["tariff_id"]]
        assert service["unit_price"] == plan["price"]
        assert service["description"] == plan["service_name"]
        held = bench.world.services.get(service["id"])
        assert held is not None
        assert f"{held.tax_percent:.4f}" == plan["vat_percent"]
    counted = sum(plan["services"] for plan in plans.values())
    assert counted == len(services)


def test_a_plan_without_a_name_for_services_takes_its_title(bench: Bench) -> None:
    """And labels of customers come out as objects."""
    body = {
        "title": "Fibre 2000",
        "partners_ids": ["1"],
        "available_for_locations": [1],
        "customer_categories": ["person"],
        "billing_types": ["recurring"],
        "speed_download": 1,
        "speed_upload": 1,
        "customer_labels": [1],
    }
    plan = bench.get(f"tariffs/internet/{bench.post('tariffs/internet', body)}")
    assert plan["service_name"] == "Fibre 2000"
    assert plan["partners_ids"] == [1]
    assert [label["id"] for label in plan["customer_labels"]] == [1]
    assert (plan["price"], plan["services"], plan["priority"]) == ("0.0000", 0, "normal")


def test_the_plans_to_change_to_are_those_a_plan_names(bench: Bench) -> None:
    """If it names none: all others of its kind that services may have."""
    path = "tariffs/tariffs-for-change"
    everything = len(bench.get("tariffs/internet"))
    assert len(bench.get(path, type="internet", id="1")) == everything - 1
    bench.put("tariffs/internet/3", {"available_for_services": 0})
    found = bench.get(path, type="internet", id="1")
    assert 3 not in {row["id"] for row in found}
    assert found[0]["other_properties"]
    bench.put("tariffs/internet/1", {"tariffs_for_change": [2, 3]})
    assert [row["id"] for row in bench.get(path, type="internet", id="1")] == [2, 3]
    assert bench.get(path, type="custom", id="1") == []
    assert bench.call("GET", f"{path}?type=fibre&id=1").status == 400
    assert bench.call("GET", f"{path}?type=internet&id=99").status == 404


def test_a_plan_changes_on_the_first_day_that_is_not_charged(bench: Bench) -> None:
    """The old service ends on the eve; the new one has plan, price and a row in the log."""
    customer = bench.account("24.99")
    bench.still.control("POST", "charge")
    old = service_of(bench, customer)
    path = f"tariffs/change-tariff/{old['id']}"
    told = bench.get(path, type="internet")
    assert told["target_date"] == "2026-02-01"
    assert change(bench, old["id"], newTariffId=2, targetDate="2026-01-20") == 422
    assert change(bench, old["id"], newTariffId=2, targetDate="2026-02-01") == 202
    new = service_of(bench, customer)
    assert (new["tariff_id"], new["unit_price"], new["start_date"]) == (2, "34.9900", "2026-02-01")
    ended = bench.get(f"customers/customer/{customer}/internet-services--{old['id']}")
    assert ended["end_date"] == "2026-01-31"
    row = bench.get("logs/changes")[-1]
    assert (row["service_id"], row["old_tariff"], row["new_tariff"]) == (new["id"], 1, 2)
    assert row["tariff_type"] == "internet"


def test_a_changed_plan_is_charged_from_its_day_on_and_the_old_one_no_more(bench: Bench) -> None:
    """One line in February, at the new price; nothing is charged twice."""
    customer = bench.account("24.99")
    bench.still.control("POST", "charge")
    service = service_of(bench, customer)
    assert change(bench, service["id"], newTariffId=2, newServicePrice="30.5") == 202
    bench.pay(customer)
    bench.advance("2026-02-02")
    invoice = bench.invoices(customer)[-1]
    assert [item["price"] for item in invoice["items"]] == ["30.5000"]


def test_a_service_that_never_began_changes_in_place(bench: Bench) -> None:
    """No second service, no end."""
    customer = bench.account()
    body = {"tariff_id": 1, "description": "x", "start_date": "2026-03-01"}
    body |= {"quantity": 1, "status": "active", "end_date": "0000-00-00"}
    service_id = bench.post(f"customers/customer/{customer}/internet-services", body)
    assert change(bench, service_id, newTariffId=3, description="Big") == 202
    rows = bench.get(f"customers/customer/{customer}/internet-services")
    assert [(row["id"], row["tariff_id"], row["description"]) for row in rows] == [
        (service_id, 3, "Big")
    ]


def test_the_log_of_services_can_be_switched_off(bench: Bench) -> None:
    """Then a change of plan leaves no row."""
    bench.still.control("POST", "switch", {"service_rows": False})
    service = service_of(bench, bench.account("24.99"))
    assert change(bench, service["id"], newTariffId=2) == 202
    assert bench.get("logs/changes") == []


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("tariffs/change-tariff/1?type=internet", {"newTariffId": 99}, 422),
        ("tariffs/change-tariff/1?type=internet", {}, 422),
        ("tariffs/change-tariff/1?type=internet", {"newTariffId": 2, "targetDate": "soon"}, 422),
        ("tariffs/change-tariff/1?type=voice", {"newTariffId": 1}, 404),
        ("tariffs/change-tariff/9?type=internet", {"newTariffId": 1}, 404),
        ("tariffs/change-tariff/1", {"newTariffId": 1}, 400),
    ],
)
def test_a_wrong_change_is_refused(
    bench: Bench, path: str, body: dict[str, Any], status: int
) -> None:
    """And the service stays as it is."""
    customer = bench.account("24.99")
    before = service_of(bench, customer)
    assert bench.call("PUT", path, body).status == status
    assert service_of(bench, customer) == before


def test_usage_has_texts_only_when_asked(bench: Bench) -> None:
    """Numbers always."""
    service = service_of(bench, bench.account("24.99"))
    plain = bench.get(f"fup/usage/{service['id']}")
    assert plain["used_amount"] == 0
    assert "used_text" not in plain
    assert bench.get(f"fup/usage/{service['id']}", with_texts="true")["used_text"] == "0 B"
    assert bench.call("GET", "fup/usage/99").status == 404
