"""Suspension and reactivation over HTTP: who follows the main account, and who does not."""

from __future__ import annotations

from connector.domain.ids import AccountId
from connector.saga.steps import OperationKind, OperationState
from tests.acceptance.bench import Bench, Family


def _blocked_family(bench: Bench, subs: int = 3) -> Family:
    """A family whose main did not pay: blocked by the platform, the subs by us after it."""
    bench.configure(suspend="mirror")
    family = bench.family("30.00", ("10.00",) * subs, independent=("5.00",))
    modes = ["aggregated"] * subs + ["independent"]
    bench.link(
        *((family.main_id, sub, mode) for sub, mode in zip(family.sub_ids, modes, strict=True))
    )
    bench.control("POST", "charge", {})
    bench.sync()
    bench.control("POST", "pay", {"customer_id": family.sub_ids[-1]})
    bench.control("POST", "advance", {"days": 17})
    return family


def _releases(bench: Bench) -> list[tuple[int, str]]:
    with bench.service() as service, service.store.begin() as unit:
        operations = unit.journal.load_operations({OperationState.CLOSED})
    return sorted(
        (step.account_id, step.state)
        for operation in operations
        if operation.kind is OperationKind.RELEASE
        for step in operation.steps
    )


def test_blocked_subs_are_active_one_cycle_after_the_main_paid(either: Bench) -> None:
    """Each with one journal row; the independent one never moved."""
    family = _blocked_family(either)
    either.sync()
    *aggregated, alone = family.sub_ids
    status = either.status(family.main_id)
    assert {status[i] for i in (family.main_id, *aggregated)} == {"blocked"}
    assert status[alone] == "active"
    either.control("POST", "pay", {"customer_id": family.main_id})
    either.sync()
    assert set(either.status(family.main_id).values()) == {"active"}
    assert _releases(either) == [(sub, "confirmed") for sub in aggregated]
    assert either.audit()["findings"] == []


def test_a_sub_that_a_person_blocked_stays_blocked_and_is_listed(either: Bench) -> None:
    """Staff's reasons are not ours to undo."""
    family = _blocked_family(either)
    by_hand = family.sub_ids[0]
    either.control("POST", "block", {"customer_id": by_hand, "by": "admin"})
    either.sync()
    either.control("POST", "pay", {"customer_id": family.main_id})
    either.sync()
    status = either.status(family.main_id)
    assert [sub for sub in family.sub_ids if status[sub] == "blocked"] == [by_hand]
    with either.service() as service, service.store.begin() as unit:
        listed = {(r.refusal.account_id, r.refusal.rule) for r in unit.findings.load_refusals()}
    assert listed == {(AccountId(by_hand), "blocked_by_person")}
    assert either.audit()["findings"] == []


def test_subs_that_the_platform_blocked_with_their_main_are_released(bench: Bench) -> None:
    """Without mirroring: blocked by the platform during the main's overdue time."""
    family = _blocked_family(bench, subs=2)
    bench.configure(suspend="off")
    *aggregated, _ = family.sub_ids
    for sub in aggregated:
        bench.control("POST", "block", {"customer_id": sub, "by": "system"})
    bench.sync()
    assert {bench.status(family.main_id)[sub] for sub in aggregated} == {"blocked"}
    bench.control("POST", "pay", {"customer_id": family.main_id})
    bench.sync()
    assert {bench.status(family.main_id)[sub] for sub in aggregated} == {"active"}
    assert bench.audit()["findings"] == []


def test_half_a_payment_releases_nobody(bench: Bench) -> None:
    """The main stays blocked, so does everybody under it."""
    family = _blocked_family(bench)
    bench.sync()
    bench.control("POST", "pay", {"customer_id": family.main_id, "amount": "10.00"})
    bench.sync()
    status = bench.status(family.main_id)
    assert {status[sub] for sub in family.sub_ids[:-1]} == {"blocked"}


def test_a_later_block_is_not_undone_by_the_old_payment(bench: Bench) -> None:
    """A release is named after the block it ended; the next block needs its own reason."""
    family = _blocked_family(bench)
    bench.sync()
    bench.control("POST", "pay", {"customer_id": family.main_id})
    bench.sync()
    bench.control("POST", "block", {"customer_id": family.sub_ids[0], "by": "admin"})
    bench.forget_requests()
    bench.sync()
    assert bench.status(family.main_id)[family.sub_ids[0]] == "blocked"
    assert bench.writes() == []


def test_reactivation_does_not_wait_behind_a_merge(bench: Bench) -> None:
    """In one turn with both to do, the release is sent first."""
    family = _blocked_family(bench)
    bench.sync()
    other = bench.family("30.00", ("10.00",))
    bench.link((other.main_id, other.sub_ids[0], "aggregated"))
    bench.control("POST", "charge", {"customer_ids": [other.main_id, *other.sub_ids]})
    bench.control("POST", "pay", {"customer_id": family.main_id})
    bench.configure(suspend="mirror", more="[poll]\nfamilies_max = 10\n")
    bench.config.write_text(bench.config.read_text().replace("concurrency = 4", "concurrency = 1"))
    bench.forget_requests()
    bench.sync()
    kinds = [write.partition(" ")[2].split("/")[1] for write in bench.writes()]
    assert kinds.index("customer") < kinds.index("invoices")
    assert bench.audit()["findings"] == []
