"""Observe, propose, act; the first run; the bounds of a run."""

from __future__ import annotations

from datetime import date

import pytest

from connector.domain.accounts import BillingMode
from connector.domain.ids import AccountId
from connector.domain.links import Link
from connector.errors import ConnectorError
from connector.ports.store import RequestKind
from connector.runtime import links
from connector.runtime.requests import record_request
from connector.saga.steps import OperationState
from tests.acceptance.bench import READS, Bench, Family


def _charged_family(bench: Bench) -> Family:
    family = bench.family("30.00", ("10.00",))
    bench.link((family.main_id, family.sub_ids[0], "aggregated"))
    bench.control("POST", "charge", {})
    return family


def _waiting(bench: Bench) -> list[tuple[str, str]]:
    with bench.service() as service, service.store.begin() as unit:
        found = unit.journal.load_operations({OperationState.PROPOSED})
    return [(operation.plan_id, operation.why) for operation in found]


def _approve(bench: Bench, subject: str) -> None:
    with bench.service() as service:
        record_request(service, RequestKind.APPROVE, subject, by="anna")


def test_observe_never_writes_and_has_nothing_to_write_with(bench: Bench) -> None:
    """Only reads and the login leave; the write port does not exist."""
    bench.configure(mode="observe")
    family = _charged_family(bench)
    bench.forget_requests()
    bench.sync()
    bench.sync()
    other = [r for r in bench.requests() if r["method"] not in READS]
    assert {row["path"].rpartition("/admin/")[2] for row in other} <= {"auth/tokens"}
    with bench.service() as service:
        assert service.writer is None
    assert len(bench.open_documents(family.main_id)) == 2


def test_what_was_observed_is_done_once_the_mode_is_act(bench: Bench) -> None:
    """Nothing that happened while we only looked is forgotten."""
    bench.configure(mode="observe")
    family = _charged_family(bench)
    bench.sync()
    bench.configure(mode="act")
    bench.sync()
    assert [d["customer_id"] for d in bench.open_documents(family.main_id)] == [family.main_id]
    assert bench.audit()["findings"] == []


def test_in_propose_mode_a_plan_waits_for_its_approval(bench: Bench) -> None:
    """Approved by name, it is carried out by the next sync; nothing before."""
    bench.configure(mode="propose")
    family = _charged_family(bench)
    bench.sync()
    [(plan_id, why)] = _waiting(bench)
    assert "propose" in why
    assert bench.writes() == []
    bench.sync()
    assert [plan for plan, _ in _waiting(bench)] == [plan_id]
    _approve(bench, plan_id)
    bench.sync()
    assert _waiting(bench) == []
    assert len(bench.open_documents(family.main_id)) == 1
    assert bench.audit()["findings"] == []


def test_a_proposal_whose_ground_changed_is_superseded_and_never_sent(bench: Bench) -> None:
    """The sub pays itself before anybody approves: there is nothing to merge any more."""
    bench.configure(mode="propose")
    family = _charged_family(bench)
    bench.sync()
    [(plan_id, _)] = _waiting(bench)
    bench.control("POST", "pay", {"customer_id": family.sub_ids[0]})
    bench.sync()
    assert _waiting(bench) == []
    with pytest.raises(ConnectorError, match="does not wait"):
        _approve(bench, plan_id)
    bench.configure(mode="act")
    bench.sync()
    assert bench.writes() == []


def test_the_first_run_of_an_installation_waits_for_a_person(bench: Bench) -> None:
    """Also in act mode; after one approval later plans go by themselves."""
    bench.configure(approval=True)
    _charged_family(bench)
    bench.sync()
    [(plan_id, why)] = _waiting(bench)
    assert "first run" in why
    assert bench.writes() == []
    _approve(bench, plan_id)
    bench.sync()
    second = bench.family("30.00", ("10.00",))
    bench.link((second.main_id, second.sub_ids[0], "aggregated"))
    bench.control("POST", "charge", {"customer_ids": [second.main_id, *second.sub_ids]})
    bench.sync()
    assert _waiting(bench) == []
    assert len(bench.open_documents(second.main_id)) == 1


def test_more_than_the_bounds_allow_waits(bench: Bench) -> None:
    """Two families charged, one allowed in a run: the second plan waits for a person."""
    bench.configure(more="families_per_run = 1\n")
    families = [_charged_family(bench) for _ in range(2)]
    bench.sync()
    [(plan_id, why)] = _waiting(bench)
    assert "families_per_run" in why
    _approve(bench, plan_id)
    bench.sync()
    for family in families:
        assert len(bench.open_documents(family.main_id)) == 1


def test_if_a_tenth_of_the_accounts_vanishes_nothing_is_written(bench: Bench) -> None:
    """A broken view is not the world: all writes stop until a person unfreezes."""
    families = [bench.family("30.00", ("10.00",)) for _ in range(5)]
    bench.link(*((f.main_id, f.sub_ids[0], "aggregated") for f in families))
    bench.sync()
    for family in families[3:]:
        for account in (family.main_id, *family.sub_ids):
            bench.control("POST", "delete", {"resource": "customers", "id": AccountId(account)})
    bench.control("POST", "charge", {})
    bench.forget_requests()
    report = bench.sync()
    assert report.standing.frozen is not None
    assert bench.writes() == []
    with bench.service() as service:
        record_request(service, RequestKind.UNFREEZE, "", by="anna")
    bench.sync()
    assert len(bench.open_documents(families[0].main_id)) == 1


def test_nothing_is_written_while_the_clocks_differ(bench: Bench) -> None:
    """On the wall clock, months away from the sandbox's: the plan stands, nothing is sent."""
    family = _charged_family(bench)
    bench.config.write_text(bench.config.read_text().replace('clock = "server"', 'clock = "wall"'))
    with bench.service() as service:
        links.record(service, _since_new_year(bench, family), by="test")
    report = bench.sync()
    assert ["differ by" in str(problem) for problem in report.cycle.problems] == [True]
    assert bench.writes() == []


def _since_new_year(bench: Bench, family: Family) -> list[Link]:
    return [
        Link(
            sub_id=family.sub_ids[0],
            main_id=family.main_id,
            mode=BillingMode.AGGREGATED,
            since=date(2026, 1, 1),
        )
    ]


def test_an_invoice_from_before_the_link_stays_and_is_listed(bench: Bench) -> None:
    """Linked a month later: January's invoice is the sub-account's own, and people can see why."""
    family = bench.family("30.00", ("10.00",))
    bench.control("POST", "charge", {})
    bench.control("POST", "pay", {"customer_id": family.main_id})
    bench.control("POST", "advance", {"days": 33})
    bench.link((family.main_id, family.sub_ids[0], "aggregated"))
    bench.sync()
    with bench.service() as service, service.store.begin() as unit:
        rules = [row.refusal.rule for row in unit.findings.load_refusals()]
    assert rules == ["before_link"]
    assert bench.audit()["findings"] == []
