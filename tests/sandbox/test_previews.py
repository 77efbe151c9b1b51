"""Charges that wait for confirmation: held per billing day and partner, issued days later."""

from typing import Any

import pytest

from connector.sandbox.errors import SandboxError
from tests.sandbox.bench import Bench

Row = dict[str, Any]


def waiting(days: int = 3, **switches: object) -> Bench:
    """A sandbox whose charges wait for some days."""
    bench = Bench(start="2025-12-31T09:00:00")
    bench.still.control("POST", "switch", {"confirm_days": days, **switches})
    return bench


def held(bench: Bench) -> list[Row]:
    """The previews."""
    shown: Any = bench.still.control("GET", "previews")
    return list(shown)


def test_a_charge_waits_and_is_issued_at_its_hour() -> None:
    """Held on the 1st, no invoice to be seen, issued on the 4th at 22:00 with that day's date."""
    bench = waiting()
    customer = bench.account("30")
    bench.advance("2026-01-04T21:59:00")
    assert (bench.invoices(customer), bench.deposit(customer)) == ([], "0.0000")
    (preview,) = held(bench)
    assert (preview["billing_day"], preview["issue_on"]) == ("2026-01-01", "2026-01-04")
    assert preview["accounts"][0]["lines"][0]["price"] == "30"
    bench.advance("2026-01-04T22:00:00")
    (row,) = bench.invoices(customer)
    assert (row["date_created"], row["date_till"]) == ("2026-01-04", "2026-01-19")
    assert row["items"][0]["period_from"] == "2026-01-01"
    (preview,) = held(bench)
    assert (preview["status"], preview["invoice_ids"]) == ("issued", [row["id"]])


def test_the_document_may_bear_the_billing_day() -> None:
    """By switch; it is due from there."""
    bench = waiting(document_date="billing_day")
    customer = bench.account("30")
    bench.advance("2026-01-05")
    row = bench.invoices(customer)[0]
    assert (row["date_created"], row["date_till"]) == ("2026-01-01", "2026-01-16")


def test_staff_confirm_early_and_withdraw() -> None:
    """One account is taken out, the other issued at once; a second confirmation is refused."""
    bench = waiting()
    first, second = bench.account("30"), bench.account("20")
    bench.advance("2026-01-02")
    bench.still.control("POST", "previews/withdraw", {"id": 1, "customer_id": second})
    answer: Any = bench.still.control("POST", "previews/confirm", {"id": 1})
    assert answer["invoice_ids"] == [row["id"] for row in bench.invoices(first)]
    bench.advance("2026-01-10")
    assert (len(bench.invoices(first)), bench.invoices(second)) == (1, [])
    for action in ("confirm", "withdraw"):
        with pytest.raises(SandboxError, match="no such preview"):
            bench.still.control("POST", f"previews/{action}", {"id": 1})


def test_a_withdrawn_preview_is_never_issued() -> None:
    """The next month is held and issued like any other."""
    bench = waiting()
    customer = bench.account("30")
    bench.advance("2026-01-02")
    bench.still.control("POST", "previews/withdraw", {"id": 1})
    bench.advance("2026-02-03")
    assert bench.invoices(customer) == []
    bench.advance("2026-02-05")
    assert [item["period_from"] for item in bench.invoices(customer)[0]["items"]] == ["2026-02-01"]


def test_partners_wait_apart() -> None:
    """A preview per partner."""
    bench = waiting()
    first, second = bench.account("30"), bench.account("20")
    other = bench.world.customers.get(second)
    assert other is not None
    other.partner_id = 2
    bench.advance("2026-01-02")
    named = [[row["customer_id"] for row in preview["accounts"]] for preview in held(bench)]
    assert named == [[first], [second]]
    assert [preview["partner_id"] for preview in held(bench)] == [1, 2]


def test_what_was_charged_by_hand_meanwhile_is_not_charged_again() -> None:
    """A charge on order empties the preview of that account."""
    bench = waiting()
    customer = bench.account("30")
    bench.advance("2026-01-02")
    assert bench.call("POST", f"finance/to-bill/{customer}--generate", {}).status == 201
    bench.advance("2026-01-20")
    assert len(bench.invoices(customer)) == 1
    assert held(bench)[0]["invoice_ids"] == []


def test_only_accounts_that_are_charged_wait() -> None:
    """Aggregated subs wait with their main; prepaid and disabled ones do not."""
    bench = waiting()
    main, sub = bench.account("30"), bench.account("20")
    prepaid, disabled = bench.account("10"), bench.account("10")
    link = {"sub_id": sub, "main_id": main, "mode": "aggregated"}
    bench.still.control("POST", "family/native", link)
    bench.put(f"customers/customer/{prepaid}", {"billing_type": "prepaid"})
    bench.put(f"customers/customer/{disabled}", {"status": "disabled"})
    bench.advance("2026-01-02")
    (preview,) = held(bench)
    (account,) = preview["accounts"]
    assert account["customer_id"] == main
    assert [line["sub_account_id"] for line in account["lines"]] == [0, sub]
