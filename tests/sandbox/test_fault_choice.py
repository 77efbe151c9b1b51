"""Which requests a fault strikes, how that is told, and which orders are refused."""

from typing import Any

import pytest

from connector.sandbox.errors import SandboxError
from connector.sandbox.fault_kinds import KINDS
from tests.sandbox.shop import CUSTOMERS, Shop


@pytest.fixture
def shop() -> Shop:
    """A fresh one."""
    return Shop()


def test_probability_draws_the_same_again_and_holds_on_average() -> None:
    """Equal seeds strike equal requests, other seeds others; the count is a limit."""

    def struck(**more: object) -> list[int]:
        shop = Shop()
        shop.order({"kind": "http_500", "probability": "0.25", **more})
        statuses = [shop.call("GET", f"{CUSTOMERS}/1").status for _ in range(200)]
        return [at for at, status in enumerate(statuses) if status == 500]

    first = struck(seed=1)
    assert first == struck(seed=1)
    assert first != struck(seed=2)
    assert 30 < len(first) < 70
    assert struck(seed=1, count=3) == first[:3]
    assert struck(seed=1, nth=50) == [at for at in first if at >= 49]
    assert struck(probability="0") == []
    assert len(struck(probability=1)) == 200


def test_between_looks_at_the_numbers_of_requests(shop: Shop) -> None:
    """As the list of requests numbers them, whatever else matches."""
    start = shop.world.counters.request
    shop.order({"kind": "http_500", "count": 9, "between": [start + 2, start + 3]})
    assert [shop.pay_once().reply.status for _ in range(4)] == [201, 500, 500, 201]


def test_what_has_struck_is_counted_by_kind(shop: Shop) -> None:
    """And which kinds never did; clearing forgets the counts and leaves the orders."""
    shop.order({"kind": "http_500", "count": 3}, {"kind": "html_200", "nth": 2, "count": 3})
    for _ in range(4):
        shop.pay_once()
    told: Any = shop.still.control("GET", "faults")
    assert told["fired"] == {"html_200": 1, "http_500": 3}
    assert set(told["never"]) == {kind.form for kind in KINDS} - {"http_XXX", "html_XXX"}
    shop.still.control("DELETE", "faults")
    told = shop.still.control("GET", "faults")
    assert (told["fired"], len(told["never"])) == ({}, len(KINDS))


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ({"kind": "http_500", "probability": "2"}, "probability must be"),
        ({"kind": "http_500", "probability": "often"}, "probability must be"),
        ({"kind": "http_500", "between": [3, 2]}, "between takes"),
        ({"kind": "http_500", "between": 3}, "between takes"),
        ({"kind": "http_500", "seconds": -1}, "seconds must be"),
        ({"kind": "http_500", "seed": "x"}, "seed must be"),
        ({"kind": "stale"}, "no fault of kind"),
        ({"kind": "stale:0"}, "no fault of kind"),
        ({"kind": "late_commit:x"}, "no fault of kind"),
        ({"kind": "wrong_type:number:colour"}, "no fault of kind"),
    ],
)
def test_orders_that_make_no_sense_are_refused(shop: Shop, fault: object, sentence: str) -> None:
    """With what is wrong about them."""
    with pytest.raises(SandboxError, match=sentence):
        shop.still.control("POST", "switch", {"fault": fault})


def test_a_full_order_is_shown_and_can_be_sent_back(shop: Shop) -> None:
    """Every part of it, and it draws as it did."""
    order = {"kind": "slow_body", "probability": "0.5", "seed": 4, "between": [1, 90], "seconds": 2}
    shop.order(order)
    held: Any = shop.still.control("GET", "switch")
    assert {name: held["fault"][0][name] for name in order} == order
    first = [shop.pay_once().spread_seconds for _ in range(20)]
    shop.order({**held["fault"][0], "between": [1, 900]})
    assert [shop.pay_once().spread_seconds for _ in range(20)] == first
    assert {0, 2} == set(first)


def test_every_kind_has_a_way_to_go_wrong(shop: Shop) -> None:
    """No kind of the table is without effect: each is ordered once and counted."""
    samples = {
        "late_commit:N": "late_commit:1", "late_commit_cut:N": "late_commit_cut:1",
        "http_XXX": "http_500", "http_XXX_after_commit": "http_500_after_commit",
        "html_XXX": "html_200", "bad_field:NAME:VALUE": "bad_field:id:0",
        "wrong_type:FROM:TO": "wrong_type:number:text", "stale:N": "stale:1",
    }  # fmt: skip
    for kind in KINDS:
        shop.order({"kind": samples.get(kind.form, kind.form), "count": 1})
        shop.pay_once()
        shop.outcome("GET", f"{CUSTOMERS}?limit=1&offset=1")
    told: Any = shop.still.control("GET", "faults")
    assert told["never"] == []
    assert sum(told["fired"].values()) == len(KINDS)
