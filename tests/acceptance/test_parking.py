"""A family that Splynx refuses thrice is parked, over HTTP: nothing of it is written, others go on."""

from __future__ import annotations

from decimal import Decimal

from connector.ports.store import RequestKind
from connector.runtime.requests import record_request
from connector.runtime.views import load_parked
from tests.acceptance.bench import Bench, Family

MORE = "[merge]\nguard_minutes = 0\n"
REFUSALS = {
    "fault": {
        "method": "POST",
        "path_regex": "finance/credit-notes",
        "nth": 1,
        "count": 3,
        "kind": "http_422",
    }
}


def _families(bench: Bench) -> tuple[Family, Family]:
    bench.configure(more=MORE)
    first = bench.family("30.00", ("10.00", "20.00", "40.00"))
    other = bench.family("50.00", ("5.00",))
    for family in (first, other):
        bench.link(*((family.main_id, sub, "aggregated") for sub in family.sub_ids))
    return first, other


def _charge(bench: Bench, family: Family) -> None:
    bench.control("POST", "charge", {"customer_ids": [family.main_id, *family.sub_ids]})


def _due(bench: Bench, family: Family) -> dict[int, Decimal]:
    return {
        document["customer_id"]: Decimal(document["due"])
        for document in bench.open_documents(family.main_id)
    }


def _parked(bench: Bench) -> list[int]:
    with bench.service() as service:
        return [row.main_id for row in load_parked(service)[0]]


def test_it_is_parked_while_another_one_finishes_and_a_retry_ends_it_well(either: Bench) -> None:
    """Three reliefs refused, the fourth not tried; then a person mends it, and every cent fits."""
    first, other = _families(either)
    _charge(either, first)
    either.control("POST", "switch", REFUSALS)
    assert either.sync().standing.parked == 1
    assert _parked(either) == [first.main_id]
    assert len([write for write in either.writes() if "credit-notes" in write]) == 3

    _charge(either, other)
    either.forget_requests()
    either.sync()
    assert _due(either, other) == {other.main_id: Decimal("66.00")}
    assert len([write for write in either.writes() if "credit-notes" in write]) == 2
    assert _parked(either) == [first.main_id]

    with either.service() as service:
        record_request(service, RequestKind.RETRY, str(first.main_id), by="anna")
    report = either.sync()
    assert (report.standing.parked, report.standing.held, report.standing.open) == (0, 0, 0)
    assert _due(either, first) == {first.main_id: Decimal("120.00")}
    assert either.audit()["findings"] == []
