"""The platform's own rounds: charging, blocking, reactivation, native aggregation."""

from datetime import date, datetime
from typing import Any

import pytest

from connector.sandbox.engine.cycles import cycle_of
from connector.sandbox.server import RunningSandbox, SandboxOptions
from tests.sandbox.caller import Caller
from tests.sandbox.conftest import charge, make_family


def status(caller: Caller, customer_id: int) -> str:
    """An account's status."""
    return str(caller.get(f"customers/customer/{customer_id}")["status"])


def test_a_blocking_and_reactivation_month(caller: Caller, box: RunningSandbox) -> None:
    """Charged 1 January, blocked 17 January 00:30, back on payment; only the payer comes back."""
    main, (sub,) = make_family(box, "aggregated")
    charge(box)
    box.control("POST", "advance", {"to": "2026-01-17T00:29:00"})
    assert status(caller, main) == "active"
    box.control("POST", "advance", {"minutes": 1})
    assert (status(caller, main), status(caller, sub)) == ("blocked", "blocked")
    row = caller.get(f"customers/customer/{main}/logs-changes")[-1]
    assert (row["new_status"], row["administrator_id"]) == ("blocked", 0)
    assert (row["date"], row["time"]) == ("2026-01-17", "00:30:00")
    box.control("POST", "pay", {"customer_id": main, "amount": "35.99"})
    assert status(caller, main) == "blocked"
    box.control("POST", "pay", {"customer_id": main, "amount": "0.01"})
    assert (status(caller, main), status(caller, sub)) == ("active", "blocked")
    row = caller.get(f"customers/customer/{main}/logs-changes")[-1]
    assert (row["old_status"], row["new_status"], row["administrator_id"]) == (
        "blocked",
        "active",
        0,
    )


def test_grace_ends_in_disabled_and_stops_the_charges(caller: Caller, box: RunningSandbox) -> None:
    """Ten days after blocking; a blocked account is still charged, a disabled one not."""
    main, _ = make_family(box)
    charge(box)
    box.control("POST", "advance", {"to": "2026-01-27T09:00:00"})
    assert status(caller, main) == "blocked"
    box.control("POST", "advance", {"days": 1})
    assert status(caller, main) == "disabled"
    box.control("POST", "advance", {"to": "2026-02-02T09:00:00"})
    assert len(caller.get("finance/invoices")) == 1
    box.control("POST", "pay", {"customer_id": main})
    assert status(caller, main) == "active"


def test_a_one_time_invoice_and_a_covered_balance_do_not_block(
    caller: Caller, box: RunningSandbox
) -> None:
    """Only recurring invoices block, and only below the minimum balance."""
    main, _ = make_family(box)
    other, _ = make_family(box)
    line = {"description": "x", "price": "5"}
    caller.post("finance/invoices", {"customer_id": main, "items": [line]})
    caller.post("finance/invoices", {"customer_id": other, "items": [line], "type": "recurring"})
    caller.put(f"customers/customer-billing/{other}", {"min_balance": "-100"})
    box.control("POST", "advance", {"to": "2026-01-20T09:00:00"})
    assert (status(caller, main), status(caller, other)) == ("active", "active")


def test_a_credit_note_reactivates_only_by_switch(caller: Caller, box: RunningSandbox) -> None:
    """Relief by credit note leaves the account blocked, unless switched on."""
    mains = [make_family(box)[0] for _ in range(2)]
    invoices = charge(box)
    box.control("POST", "advance", {"to": "2026-01-20T09:00:00"})
    caller.relieve(caller.get(f"finance/invoices/{invoices[0]}"))
    assert status(caller, mains[0]) == "blocked"
    box.control("POST", "switch", {"credit_note_reactivates": True})
    caller.relieve(caller.get(f"finance/invoices/{invoices[1]}"))
    assert status(caller, mains[1]) == "active"


def test_each_cycle_is_charged_once(caller: Caller, box: RunningSandbox) -> None:
    """Charging twice in a month issues nothing; the next month's day 1 at 02:00 does."""
    make_family(box, "aggregated")
    assert len(charge(box)) == 2
    assert charge(box) == []
    for customer_id in (1, 2):
        box.control("POST", "pay", {"customer_id": customer_id})
    box.control("POST", "advance", {"to": "2026-02-01T02:00:00"})
    rows = caller.get(
        "finance/invoices", **{"main_attributes[id][0]": ">", "main_attributes[id][1]": "2"}
    )
    assert len(rows) == 2
    assert {row["real_create_datetime"] for row in rows} == {"2026-02-01 02:00:00"}
    item = rows[0]["items"][0]
    assert (item["period_from"], item["period_to"]) == ("2026-02-01", "2026-02-28")
    assert (rows[0]["date_till"], rows[0]["type"], rows[0]["added_by"]) == (
        "2026-02-16",
        "recurring",
        "system",
    )


def test_a_natively_aggregated_sub_is_charged_on_its_main(
    caller: Caller, box: RunningSandbox
) -> None:
    """One invoice on the main, the sub's line tagged with the sub."""
    main, (sub, alone) = make_family(box, "aggregated", "independent")
    box.control("POST", "family/native", {"sub_id": sub, "main_id": main, "mode": "aggregated"})
    box.control("POST", "family/native", {"sub_id": alone, "main_id": main, "mode": "independent"})
    charge(box)
    rows = caller.get("finance/invoices")
    assert [row["customer_id"] for row in rows] == [main, alone]
    assert [item["sub_account_id"] for item in rows[0]["items"]] == [0, sub]
    assert rows[0]["total"] == 60
    tagged = caller.get("finance/transactions", **{"main_attributes[sub_account_id]": str(sub)})
    assert [(row["customer_id"], row["total"]) for row in tagged] == [(main, 24)]


@pytest.mark.parametrize(
    ("day", "billing_day", "first", "last"),
    [
        ("2026-01-15", 1, "2026-01-01", "2026-01-31"),
        ("2026-03-05", 10, "2026-02-10", "2026-03-09"),
        ("2026-01-05", 28, "2025-12-28", "2026-01-27"),
    ],
)
def test_cycles(day: str, billing_day: int, first: str, last: str) -> None:
    """A cycle runs from billing day to the eve of the next."""
    cycle = cycle_of(date.fromisoformat(day), billing_day)
    assert (cycle.first.isoformat(), cycle.last.isoformat()) == (first, last)


def test_equal_seeds_make_equal_worlds() -> None:
    """Two sandboxes of one seed answer alike; another seed differs."""
    listed: list[Any] = []
    for seed in (5, 5, 6):
        with RunningSandbox(SandboxOptions(families=4, seed=seed)) as running:
            running.control("POST", "charge")
            caller = Caller(running)
            listed.append((caller.get("customers/customer"), caller.get("finance/invoices")))
    assert listed[0] == listed[1]
    assert listed[0] != listed[2]


def test_the_clock_goes_forward_only(box: RunningSandbox) -> None:
    """A step back is refused."""
    with pytest.raises(Exception, match="only goes forward"):
        box.control("POST", "advance", {"to": "2025-12-31T00:00:00"})


def test_a_running_clock_holds_the_rounds_it_has_passed(
    caller: Caller, box: RunningSandbox
) -> None:
    """However the clock moved, the next request finds the rounds held, each at its hour."""
    main, _ = make_family(box)
    box.world.clock.set(datetime(2026, 2, 1, 12))  # noqa: DTZ001 - the virtual clock is local
    row = caller.get("finance/invoices")[0]
    assert (row["customer_id"], row["real_create_datetime"]) == (main, "2026-02-01 02:00:00")
    assert box.world.now().hour == 12


def test_a_reset_period_is_charged_again(caller: Caller, box: RunningSandbox) -> None:
    """A credit note that resets the service's period makes the next charge bring it again."""
    make_family(box)
    source = caller.get(f"finance/invoices/{charge(box)[0]}")
    line = {"description": "Back", "price": "30", "tax": "20"}
    body = {"customer_id": source["customer_id"], "invoicesId": source["id"], "items": [line]}
    caller.post("finance/credit-notes", {**body, "resetPeriodForService": "1"})
    assert len(charge(box)) == 1
