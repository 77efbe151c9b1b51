"""Each round of the day is held at the hour that its switch names."""

import pytest

from connector.sandbox.engine.walk import ROUNDS
from tests.sandbox.bench import Bench

HOURS = sorted({each.hour for each in ROUNDS})


@pytest.mark.parametrize("switch", HOURS)
def test_a_round_moves_with_its_switch(switch: str) -> None:
    """No other round does."""
    bench = Bench()
    day = bench.world.today()
    before = {each: each.at(bench.world, day) for each in ROUNDS}
    bench.still.control("POST", "switch", {switch: "05:17"})
    after = {each: each.at(bench.world, day) for each in ROUNDS}
    moved = {each for each in ROUNDS if after[each] != before[each]}
    assert moved == {each for each in ROUNDS if each.hour == switch}
    assert {after[each].strftime("%H:%M") for each in moved} == {"05:17"}


def test_charges_and_blocks_come_at_the_hours_that_were_set() -> None:
    """By their effects: the time of the invoice, and of the row in the status log."""
    bench = Bench()
    customer = bench.account("30", billing_day=2)
    bench.still.control("POST", "switch", {"charge_at": "05:17", "block_at": "06:18"})
    bench.advance("2026-01-31")
    (invoice,) = bench.invoices(customer)
    assert invoice["real_create_datetime"] == "2026-01-02 05:17:00"
    (block, *_) = bench.get(f"customers/customer/{customer}/logs-changes")
    assert (block["new_status"], block["time"]) == ("blocked", "06:18:00")
