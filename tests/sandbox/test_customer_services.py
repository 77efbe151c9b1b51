"""Services of four kinds, where they stand, their discounts, sessions and traffic."""

from typing import Any

import pytest

from tests.sandbox.bench import Bench

PLAIN = {"tariff_id": 1, "description": "Line"}
DISCOUNT = {
    "service_type": "internet",
    "service_id": 1,
    "enabled": 1,
    "percent": "20",
    "start_date": "2026-02-01",
}


def base(customer: int) -> str:
    """Where a customer's services stand."""
    return f"customers/customer/{customer}"


def fields(answer: Any) -> set[str]:
    """The attributes that a refusal names."""
    return {problem["field"] for problem in answer.json}


@pytest.mark.parametrize(
    ("kind", "word", "own"),
    [
        ("internet", "internet", "router_id"),
        ("voice", "voice", "phone"),
        ("recurring", "custom", "period"),
        ("bundle", "bundle", "cancellation_fee"),
    ],
)
def test_a_kind_has_its_own_address_and_attributes(
    bench: Bench, kind: str, word: str, own: str
) -> None:
    """A service is found at the address of its kind alone."""
    one = bench.account()
    made = bench.post(f"{base(one)}/{kind}-services", {**PLAIN, "bundle_id": 1})
    row = bench.get(f"{base(one)}/{kind}-services--{made}")
    assert (row["type"], own in row) == (word, True)
    assert bench.get(f"{base(one)}/{kind}-services") == [row]
    across = {"main_attributes[customer_id]": str(one)}
    assert bench.get(f"{base(0)}/{kind}-services", **across) == [row]
    assert bench.call("GET", f"{base(0)}/{kind}-services").status == 500
    for other in {"internet", "voice", "recurring", "bundle"} - {kind}:
        assert bench.call("GET", f"{base(one)}/{other}-services--{made}").status == 404
        assert bench.get(f"{base(one)}/{other}-services") == []


def test_price_and_tax_come_from_the_tariff(bench: Bench) -> None:
    """Unless a price is named; a tariff must be there."""
    one = bench.account()
    tariff = bench.get("tariffs/internet/1")
    made = bench.post(f"{base(one)}/internet-services", PLAIN)
    named = bench.post(f"{base(one)}/internet-services", {**PLAIN, "unit_price": "3"})
    prices = [row["unit_price"] for row in bench.get(f"{base(one)}/internet-services")]
    assert prices == [tariff["price"], "3.0000"]
    rows = bench.world.services
    assert [rows.get(each).tax_percent for each in (made, named)] == [20, 20]  # type: ignore[union-attr]  # just made
    refused = bench.call("POST", f"{base(one)}/internet-services", {**PLAIN, "tariff_id": 99})
    assert (refused.status, fields(refused)) == (422, {"tariff_id"})
    refused = bench.call("POST", f"{base(one)}/voice-services", {**PLAIN, "direction": "up"})
    assert (refused.status, fields(refused)) == (422, {"direction"})


def test_only_prepaid_daily_customers_start_and_stop_services(bench: Bench) -> None:
    """All others are answered 405, and nothing changes."""
    one = bench.account("5")
    path = f"{base(one)}/internet-services--1"
    assert bench.call("PUT", f"{path}?action=stop", {}).status == 405
    assert bench.get(path)["status"] == "active"
    bench.put(base(one), {"billing_type": "prepaid"})
    for action, status in (("stop", "stopped"), ("start", "active")):
        bench.put(f"{path}?action={action}", {})
        assert bench.get(path)["status"] == status
    assert bench.call("PUT", f"{path}?action=pause", {}).status == 405
    turns = [row for row in bench.get(f"{base(one)}/logs-changes") if row["service_id"]]
    assert [row["new_status"] for row in turns] == ["stopped", "active"]


def test_a_bundle_holds_services_and_is_cancelled_as_one(bench: Bench) -> None:
    """With a fee if so asked, which waits for the next invoice; and it comes back."""
    one = bench.account()
    held = {"services_internet": [PLAIN], "services_voice": [{**PLAIN, "phone": "555"}]}
    body = {"bundle_id": 1, "description": "Both", "cancellation_fee": "7", "activation_fee": "2"}
    made = bench.post(f"{base(one)}/bundle-services", {**body, **held})
    path = f"{base(one)}/bundle-services--{made}"
    row = bench.get(path)
    inner = row["services_internet"] + row["services_voice"] + row["services_custom"]
    assert [each["bundle_service_id"] for each in inner] == [made, made]
    assert {each["unit_price"] for each in inner} == {"0.0000"}
    fee = bench.get(f"finance/transactions/{row['activation_fee_transaction_id']}")
    assert (str(fee["price"]), fee["to_invoice"], fee["customer_id"]) == ("2", "1", one)
    assert bench.call("PUT", f"{path}-cancel", {}).status == 422
    bench.put(f"{path}-cancel", {"charge_cancellation_fee": True})
    row = bench.get(path)
    assert (row["status"], row["end_date"]) == ("disabled", "2026-01-01")
    assert row["services_voice"][0]["status"] == "disabled"
    fee = bench.get(f"finance/transactions/{row['cancellation_fee_transaction_id']}")
    assert (str(fee["price"]), fee["to_invoice"]) == ("7", "1")
    bench.put(f"{path}-reactivate", {})
    row = bench.get(path)
    assert (row["status"], row["end_date"]) == ("active", "0000-00-00")
    assert bench.call("GET", f"{path}-cancel").status == 405
    assert bench.call("PUT", f"{path}--cancel", {}).status == 404
    assert bench.call("DELETE", path).status == 204
    assert bench.get(f"{base(one)}/internet-services") == []


def test_a_bundle_cancelled_without_its_fee_costs_nothing(bench: Bench) -> None:
    """No transaction, no number of one."""
    one = bench.account()
    body = {"bundle_id": 1, "description": "Both", "cancellation_fee": "7"}
    made = bench.post(f"{base(one)}/bundle-services", body)
    bench.put(f"{base(one)}/bundle-services--{made}-cancel", {"charge_cancellation_fee": "0"})
    row = bench.get(f"{base(one)}/bundle-services--{made}")
    assert row["cancellation_fee_transaction_id"] == 0
    assert bench.get("finance/transactions") == []


def test_a_discount_has_two_addresses(bench: Bench) -> None:
    """The list at one, the row at both."""
    bench.account("5")
    made = bench.post("customers/additional-discounts", DISCOUNT)
    row = bench.get(f"customers/customer/additional-discounts/{made}")
    assert bench.get(f"customers/additional-discounts/{made}") == row
    assert (row["percent"], row["enabled"], row["end_date"]) == ("20.0000", "1", "0000-00-00")
    bench.put(f"customers/customer/additional-discounts/{made}", {"message": "Sorry"})
    assert bench.get("customers/additional-discounts")[0]["message"] == "Sorry"
    assert bench.call("DELETE", f"customers/customer/additional-discounts/{made}").status == 204
    assert bench.get("customers/additional-discounts") == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"service_id": 99}, "service_id"),
        ({"service_type": "voice"}, "service_type"),
        ({"end_date": "2026-01-31"}, "end_date"),
    ],
)
def test_a_discount_that_fits_no_service_is_refused(
    bench: Bench, changes: dict[str, object], field: str
) -> None:
    """422 by name."""
    bench.account("5")
    answer = bench.call("POST", "customers/additional-discounts", {**DISCOUNT, **changes})
    assert (answer.status, fields(answer)) == (422, {field})


def test_a_service_stands_on_the_map(bench: Bench) -> None:
    """Written at an address of its own, read there and in the service."""
    one = bench.account("5")
    path = f"{base(one)}/geo-internet-service--1"
    bench.put(path, {"address": "Mill Lane 1"})
    bench.put(path, {"marker": "1.5,2.5"})
    assert bench.get(path) == {"address": "Mill Lane 1", "marker": "1.5,2.5"}
    assert bench.get(f"{base(one)}/internet-services--1")["geo"] == bench.get(path)
    assert bench.call("GET", f"{base(one)}/geo-internet-service--9").status == 404


def test_an_ended_session_is_found_in_the_statistics(bench: Bench) -> None:
    """By DELETE or by `--kill` of a customer's service; a killed one is killed once."""
    one = bench.account("5")
    other = bench.account("5")
    online = "customers/customers-online"
    for service in (1, 1, 2):
        body = {"customer_id": one, "service_id": service, "in_bytes": "9", "mac": "aa"}
        bench.post(online, body)
    bench.advance("2026-01-02")
    assert bench.call("DELETE", f"{online}/1").status == 204
    bench.put(f"{online}/{one}--kill", {"service_id": 1})
    assert [row["service_id"] for row in bench.get(online)] == ["2"]
    assert bench.call("PUT", f"{online}/{one}--kill", {"service_id": 1}).status == 404
    rows = bench.get(f"customers/customer-statistics/{one}")
    assert bench.get("customers/customer-statistics") == rows
    told = [(row["service_id"], row["in_bytes"], row["mac"], row["end_date"]) for row in rows]
    assert told == [("1", "9", "aa", "2026-01-02")] * 2
    assert rows[0]["start_date"] == "2026-01-01"
    assert bench.get(f"customers/customer-statistics/{other}") == []
    assert bench.call("POST", online, {"customer_id": 99}).status == 422
    assert bench.call("GET", "customers/customer-statistics/99").status == 404


def test_traffic_is_counted_per_service_and_day(bench: Bench) -> None:
    """Addressed by both, answered as a list, once a day."""
    bench.account("5")
    path = "customers/customer-traffic-counter"
    day = {"service_id": 1, "date": "2026-01-05", "up": 1, "down": 2}
    made = bench.call("POST", f"{path}/", day)
    assert (made.status, made.json) == (201, {"service_id": 1})
    assert bench.call("POST", path, day).status == 422
    changed = bench.call("PUT", f"{path}/1--2026-01-05", {"up": 7})
    assert (changed.status, changed.json) == (200, [{**day, "up": 7}])
    assert bench.get(f"{path}/1--2026-01-05") == bench.get(path) == [{**day, "up": 7}]
    assert bench.call("GET", f"{path}/1--2026-01-06").status == 404
    assert bench.call("DELETE", f"{path}/1--2026-01-05").status == 204
    assert bench.get(path) == []


def test_measured_traffic_is_taken_for_ones_own_service(bench: Bench) -> None:
    """POST alone, at an address of customer and service."""
    one, other = bench.account("5"), bench.account("5")
    body = {"download": 4, "upload": 2}
    path = "customers/customer-internet-services-rrd"
    assert bench.call("POST", f"{path}/{one}--1", body).status == 201
    assert bench.call("POST", f"{path}/{one}--1", {"download": 4}).status == 422
    assert bench.call("POST", f"{path}/{other}--1", body).status == 404
    assert bench.call("GET", f"{path}/{one}--1").status == 405
