"""Charging on order: to-bill for invoices and proformas, and taking the last charge back."""

from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.bench import Bench
from tests.sandbox.conftest import rules

Row = dict[str, Any]


def order(bench: Bench, customer: int, action: str, name: str = "to-bill", **body: object) -> Row:
    """Preview or generate a charge; the answer."""
    answer = bench.call("POST", f"finance/{name}/{customer}--{action}", body)
    assert answer.status == 201, answer.text
    shown: Row = answer.json
    return shown


def last(bench: Bench, customer: int) -> Row:
    """The last charge as it is shown."""
    shown: Row = bench.get(f"finance/cancel-last-charge/{customer}")
    return shown


def test_a_preview_shows_what_generate_makes(bench: Bench) -> None:
    """Equal lines per service; a preview leaves nothing behind, not even a used number."""
    customer = bench.account("30", "16.6625")
    before = bench.still.control("GET", "state")
    preview = order(bench, customer, "preview")
    assert bench.still.control("GET", "state") == before
    made = order(bench, customer, "generate")
    assert preview.pop("invoice") == {"id": None, "number": None}
    invoice = bench.get(f"finance/invoices/{made['invoice']['id']}")
    assert made.pop("invoice")["number"] == invoice["number"]
    assert made == preview
    assert made["total"] == invoice["total"] == Decimal("56.00")
    assert set(made["internet"]) == {"1", "2"}
    line = made["internet"]["2"]["debit"][0]
    assert (line["price"], line["tax_percent"], line["tax_amount"]) == (
        "16.6625", "20.0000", Decimal("3.3325"),
    )  # fmt: skip
    assert [item["id"] for item in invoice["items"]] == [1, 2]
    assert (invoice["type"], invoice["added_by"]) == ("recurring", "system")


def test_discounts_are_credits_and_future_items_stand_apart(bench: Bench) -> None:
    """Each under the kind and number it belongs to."""
    customer = bench.account("30")
    discount = {"discount": "1", "discount_value": "10"}
    bench.put(f"customers/customer/{customer}/internet-services--1", discount)
    body = {"customer_id": customer, "type": "debit", "description": "Extra", "price": "5"}
    item = bench.post("finance/transactions", body | {"to_invoice": 1})
    made = order(bench, customer, "preview")
    assert [line["price"] for line in made["internet"]["1"]["credit"]] == ["-3.0000"]
    assert [line["price"] for line in made["transactions"][str(item)]["debit"]] == ["5.0000"]
    assert made["total"] == Decimal("37.4")


def test_day_date_and_months_can_be_told(bench: Bench) -> None:
    """Two months from 1 February, on a document of 25 January."""
    customer = bench.account("30")
    days = {"toBillDate": "2026-02-01", "transactionDate": "2026-01-25"}
    made = order(bench, customer, "generate", "to-bill", period=2, **days)
    row = bench.get(f"finance/invoices/{made['invoice']['id']}")
    assert [item["period_from"] for item in row["items"]] == ["2026-02-01", "2026-03-01"]
    assert (row["date_created"], row["date_till"]) == ("2026-01-25", "2026-02-09")


def test_nothing_to_charge_is_no_fault(bench: Bench) -> None:
    """Charged already: no lines, no document."""
    customer = bench.account("30")
    order(bench, customer, "generate")
    empty = {"total": 0, "invoice": {"id": None, "number": None}}
    assert order(bench, customer, "preview") == order(bench, customer, "generate") == empty
    assert len(bench.invoices(customer)) == 1


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("finance/to-bill/1--preview", {"toBillDate": "soon"}, 422),
        ("finance/to-bill/1--generate", {"transactionDate": "x"}, 422),
        ("finance/to-bill/1--preview", {"period": 13}, 422),
        ("finance/to-bill/1--issue", {}, 404),
        ("finance/to-bill/1", {}, 404),
        ("finance/to-bill/9--preview", {}, 404),
        ("finance/to-bill-requests/x--preview", {}, 404),
        ("finance/cancel-last-charge/1", {}, 405),
    ],
)
def test_wrong_orders_are_refused(bench: Bench, path: str, body: Row, status: int) -> None:
    """Unreadable values, unknown actions and customers, other verbs."""
    bench.account("30")
    assert bench.call("POST", path, body).status == status
    assert bench.invoices(1) == []


@pytest.mark.parametrize("name", ["to-bill", "to-bill-requests"])
@pytest.mark.parametrize("account", [{"status": "disabled"}, {"billing_type": "prepaid"}])
def test_who_is_never_charged_cannot_be_charged_on_order(
    bench: Bench, account: Row, name: str
) -> None:
    """Inactive and prepaid accounts."""
    customer = bench.account("30")
    bench.put(f"customers/customer/{customer}", account)
    assert bench.call("POST", f"finance/{name}/{customer}--generate", {}).status == 422


def test_an_aggregated_sub_is_charged_with_its_main() -> None:
    """The main's preview has the sub's line; the sub itself is refused."""
    bench = Bench()
    main, sub = bench.account("30"), bench.account("20")
    link = {"sub_id": sub, "main_id": main, "mode": "aggregated"}
    bench.still.control("POST", "family/native", link)
    made = order(bench, main, "preview")
    assert [line["sub_account_id"] for line in made["internet"]["2"]["debit"]] == [sub]
    assert bench.call("POST", f"finance/to-bill/{sub}--preview", {}).status == 422


def test_the_finance_lock_holds_for_orders_too() -> None:
    """An independent sub may be previewed through the key, and charged only without the lock."""
    bench = Bench()
    main, sub = bench.account("30"), bench.account("20")
    link = {"sub_id": sub, "main_id": main, "mode": "independent"}
    bench.still.control("POST", "family/native", link)
    assert order(bench, sub, "preview")["total"] == 24
    assert bench.call("POST", f"finance/to-bill/{sub}--generate", {}).status == 405
    bench.still.control("POST", "switch", {"finance_lock": False})
    order(bench, sub, "generate")
    bench.still.control("POST", "switch", {"finance_lock": True})
    assert bench.call("DELETE", f"finance/cancel-last-charge/{sub}").status == 405
    assert [row["status"] for row in bench.invoices(sub)] == ["not_paid"]


def test_a_proforma_charges_nothing(bench: Bench) -> None:
    """Its lines are those of the charge, which is still to come."""
    customer = bench.account("30")
    made = order(bench, customer, "generate", "to-bill-requests")
    row = bench.get(f"finance/proforma-invoices/{made['request']['id']}")
    assert (row["total"], row["items"][0]["period_to"]) == (36, "2026-01-31")
    assert bench.deposit(customer) == "0.0000"
    assert last(bench, customer)["info"]["requests"][0]["number"] == row["number"]
    assert bench.call("DELETE", f"finance/cancel-last-charge/{customer}").status == 204
    assert bench.call("GET", f"finance/proforma-invoices/{row['id']}").status == 404
    assert order(bench, customer, "generate")["total"] == 36


def test_the_last_charge_is_shown_and_undone(bench: Bench) -> None:
    """Its invoice is deleted, its debits are gone, its period can be charged again."""
    customer = bench.account("30", "10")
    assert last(bench, customer) == {"lastChargeExist": False, "info": []}
    assert bench.call("DELETE", f"finance/cancel-last-charge/{customer}").status == 404
    order(bench, customer, "generate")
    info = last(bench, customer)["info"]
    assert (info["date"], info["maxPeriodTo"]) == ("2026-01-01", "2026-01-31")
    assert (info["countTransactions"], info["totalSum"], info["emptyCharge"]) == (2, 48, False)
    record = info["toBillRecords"][0]
    posted = [str(row["id"]) for row in info["transactions"]]
    assert (record["transactions_id"], record["invoice_id"]) == (",".join(posted), 1)
    assert info["invoices"][0]["due"] == 48
    assert bench.call("DELETE", f"finance/cancel-last-charge/{customer}").status == 204
    assert (bench.deposit(customer), bench.invoices(customer)[0]["status"]) == ("0.0000", "deleted")
    assert last(bench, customer)["lastChargeExist"] is False
    assert order(bench, customer, "generate")["total"] == 48


@pytest.mark.parametrize("coverage", ["debit", "kept"])
def test_months_are_taken_back_one_after_the_other(bench: Bench, coverage: str) -> None:
    """February, then January; both can be charged again."""
    bench.still.control("POST", "switch", {"coverage": coverage})
    customer = bench.account("30")
    order(bench, customer, "generate")
    order(bench, customer, "generate", toBillDate="2026-02-01")
    for day in ("2026-02-28", "2026-01-31"):
        assert last(bench, customer)["info"]["maxPeriodTo"] == day
        assert bench.call("DELETE", f"finance/cancel-last-charge/{customer}").status == 204
    assert order(bench, customer, "generate")["total"] == 36


def test_a_paid_charge_stays(bench: Bench) -> None:
    """Like any paid invoice."""
    customer = bench.account("30")
    order(bench, customer, "generate")
    bench.pay(customer)
    assert bench.call("DELETE", f"finance/cancel-last-charge/{customer}").status == 405
    assert last(bench, customer)["lastChargeExist"] is True


def test_the_auditor_takes_a_generated_charge_for_the_platforms_own(bench: Bench) -> None:
    """Charged by order it is a charge; cancelled through the API it is one that got lost."""
    order_of = {"main": {"services": [{"price": "30"}]}, "subs": [{}]}
    made: Any = bench.still.control("POST", "family", order_of)
    order(bench, made["main_id"], "generate")
    assert rules(bench.still) == []
    bench.call("DELETE", f"finance/cancel-last-charge/{made['main_id']}")
    assert "lost_charge" in rules(bench.still)


def test_release_4_3_writes_its_own_types() -> None:
    """Text throughout, and no sub-accounts."""
    bench = Bench("4.3")
    customer = bench.account("30")
    made = order(bench, customer, "generate")
    assert made["invoice"]["id"] == "1"
    line = made["internet"]["1"]["debit"][0]
    assert "sub_account_id" not in line
    assert last(bench, customer)["info"]["toBillRecords"][0]["invoice_id"] == "1"
