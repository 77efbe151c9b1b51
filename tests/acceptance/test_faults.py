"""One fault at every write of a merge and of a cascade, of every kind: nothing is lost or doubled.

Exhaustive, not random: for each kind of fault the first, second, third … write fails, until a run
ends in which no fault was left to fire.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.ports.store import RequestKind
from connector.runtime.requests import record_request
from connector.saga.machine import held_steps
from tests.acceptance.bench import Bench, Family, open_bench

KINDS = (
    "http_500",
    "http_503",
    "http_429",
    "http_500_after_commit",
    "timeout_after_commit",
    "truncated",
    "html_200",
)
WRITES = "finance/(invoices|credit-notes)|customers/customer/"
MORE = "[merge]\nguard_minutes = 0\n"


def _family(bench: Bench) -> Family:
    bench.configure(suspend="mirror", more=MORE)
    family = bench.family("30.00", ("10.00", "33.33"))
    bench.link(*((family.main_id, sub, "aggregated") for sub in family.sub_ids))
    return family


def _settle(bench: Bench) -> None:
    """Sync until nothing is open; back-off and quiescence are skipped, not waited for."""
    for _ in range(4):
        report = bench.sync()
        if not report.standing.open:
            return
    raise AssertionError(f"still open: {report}")


def _faults(kind: str, method: str, nth: int) -> dict[str, object]:
    return {
        "retry_after_seconds": 0,
        "fault": {
            "method": method,
            "path_regex": WRITES,
            "nth": nth,
            "count": 1,
            "kind": kind,
        },
    }


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Each kind of fault in turn."""
    found: str = request.param
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("method", "nth"), [("PUT", n) for n in (1, 2, 3)] + [("POST", n) for n in (1, 2, 3, 4)]
)
def test_a_fault_at_any_write_of_a_merge_changes_nothing_in_the_end(
    tmp_path: Path, kind: str, method: str, nth: int
) -> None:
    """Three claims, the pivot, three reliefs: each fails once."""
    with open_bench(tmp_path) as bench:
        family = _family(bench)
        bench.control("POST", "charge", {})
        bench.control("POST", "switch", _faults(kind, method, nth))
        _settle(bench)
        assert bench.audit()["findings"] == []
        assert [d["total"] for d in bench.open_documents(family.main_id)] == ["88.00"]


@pytest.mark.slow
@pytest.mark.parametrize("nth", [1, 2, 3, 4])
def test_a_fault_at_any_write_of_a_cascade_changes_nothing_in_the_end(
    tmp_path: Path, kind: str, nth: int
) -> None:
    """Two suspensions and two releases: each fails once."""
    with open_bench(tmp_path) as bench:
        family = _family(bench)
        bench.control("POST", "charge", {})
        _settle(bench)
        bench.control("POST", "switch", _faults(kind, "PUT", nth))
        bench.control("POST", "advance", {"days": 17})
        _settle(bench)
        assert set(bench.status(family.main_id).values()) == {"blocked"}
        bench.control("POST", "pay", {"customer_id": family.main_id})
        _settle(bench)
        assert set(bench.status(family.main_id).values()) == {"active"}
        assert bench.audit()["findings"] == []


def _retry_what_is_held(bench: Bench) -> None:
    with bench.service() as service:
        with service.store.begin() as unit:
            [operation] = unit.journal.load_unfinished()
        [step] = held_steps(operation)
        record_request(service, RequestKind.RETRY, f"{step.plan_id}/{step.number}", by="anna")


def test_a_refused_write_is_held_and_retried_by_a_named_person(bench: Bench) -> None:
    """The platform says no: the step waits, with its words; asked again, it goes through."""
    family = _family(bench)
    bench.control("POST", "charge", {})
    bench.control("POST", "switch", _faults("http_422", "POST", 2))
    report = bench.sync()
    assert report.standing.held == 1
    _retry_what_is_held(bench)
    report = bench.sync()
    assert report.standing.open == 0
    assert bench.audit()["findings"] == []
    assert len(bench.open_documents(family.main_id)) == 1


def test_retrying_a_pivot_that_stands_already_does_not_send_it_twice(bench: Bench) -> None:
    """Answered "no" after the commit: the retry finds the invoice and takes it for what it is."""
    family = _family(bench)
    bench.control("POST", "charge", {})
    bench.control("POST", "switch", _faults("http_422_after_commit", "POST", 1))
    report = bench.sync()
    assert report.standing.held == 1
    _retry_what_is_held(bench)
    bench.sync()
    assert bench.audit()["findings"] == []
    assert [d["total"] for d in bench.open_documents(family.main_id)] == ["88.00"]


def test_a_source_that_changes_before_the_pivot_gives_the_merge_up_without_a_trace(
    bench: Bench,
) -> None:
    """Approved late, the sub paid meanwhile: claims are handed back, and it is planned anew."""
    bench.configure(mode="propose", more=MORE)
    family = bench.family("30.00", ("10.00", "20.00"))
    bench.link(*((family.main_id, sub, "aggregated") for sub in family.sub_ids))
    bench.control("POST", "charge", {})
    bench.sync()
    with bench.service() as service:
        record_request(service, RequestKind.APPROVE, "all", by="anna")
    # The last claim sees the change; the two before it must be handed back.
    bench.control("POST", "pay", {"customer_id": family.sub_ids[1]})
    bench.sync()
    with bench.service() as service:
        record_request(service, RequestKind.APPROVE, "all", by="anna")
    bench.sync()
    assert bench.audit()["findings"] == []
    assert [d["total"] for d in bench.open_documents(family.main_id)] == ["48.00"]
