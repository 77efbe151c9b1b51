"""A platform that was put back to an older state: noticed, told, and settled by a person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from connector.domain.ids import AccountId
from connector.domain.payments import Payment
from connector.errors import ConnectorError
from connector.observe.events import Event as Log
from connector.runtime import facts
from connector.runtime.lost import read_lost_interval, settle_lost_interval
from connector.saga.steps import OperationState, StepKind
from tests.build import invoice
from tests.fakes.world import World
from tests.runtime.rig import MIRROR, Rig


def put_back(rig: Rig, world: World) -> None:
    """Restore the platform from a backup."""
    rig.platform.world = world.copy()


def dues(rig: Rig) -> dict[int, Decimal]:
    """What is due, by invoice."""
    return {number: row.due for number, row in rig.world.invoices.items() if row.due}


def later(rig: Rig) -> None:
    """An hour passes, and the service looks and works."""
    rig.clock.pass_by(hours=1)
    rig.sync()


def test_a_merge_that_is_gone_stops_everything(rig: Rig) -> None:
    """Before the merge: its documents are gone. Nothing is sent, and nothing is planned."""
    rig.family()
    rig.charge(1, 2, 3)
    before = rig.world.copy()
    rig.sync()
    later(rig)
    put_back(rig, before)
    sent = len(rig.platform.sent)
    later(rig)
    assert (rig.fact(facts.ROLLED_BACK) or "").startswith("rollback: ")
    assert Log.PLATFORM_BEHIND in rig.alerts.events
    assert len(rig.platform.sent) == sent
    assert rig.operation().state is OperationState.CLOSED


def test_it_is_noticed_at_once_after_the_last_send(rig: Rig) -> None:
    """No poll has seen our documents yet; our journal knows their numbers."""
    rig.family()
    rig.charge(1, 2, 3)
    before = rig.world.copy()
    rig.cycle()
    put_back(rig, before)
    rig.cycle()
    assert rig.fact(facts.ROLLED_BACK) is not None


def test_an_idle_poll_looks_back_once_an_hour(rig: Rig) -> None:
    """Nothing is sent by it; as soon as anything may be, the old records are looked at first."""
    rig.family()
    rig.charge(1, 2, 3)
    rig.sync()
    rig.cycle()
    before = rig.world.copy()
    rig.world.put(invoice(2000, 9, "5.00@20"))
    rig.cycle()
    put_back(rig, before)
    rig.cycle()
    assert rig.fact(facts.ROLLED_BACK) is None
    with rig.unit() as unit:
        unit.agenda.record_due([AccountId(1)], rig.at, "a test")
        unit.commit()
    rig.cycle()
    assert "invoices: number 2000 is gone" in (rig.fact(facts.ROLLED_BACK) or "")


def test_settling_plans_the_sources_anew(rig: Rig) -> None:
    """The lost merge is withdrawn in a person's name; another one takes its sources."""
    rig.family()
    rig.charge(1, 2, 3)
    before = rig.world.copy()
    rig.sync()
    put_back(rig, before)
    later(rig)
    interval = read_lost_interval(rig.service)
    assert [(lost.step.kind, lost.amount) for lost in interval.steps] == [
        (StepKind.ISSUE, Decimal("36.00")),
        *[(StepKind.RELIEVE, Decimal("12.00"))] * 3,
    ]
    settle_lost_interval(rig.service, "ada")
    rig.sync()
    lost, anew = sorted(rig.operations(), key=lambda op: op.state is OperationState.CLOSED)
    assert (lost.state, lost.why) == (
        OperationState.WITHDRAWN,
        "lost with an older state of the platform, said by ada",
    )
    assert anew.state is OperationState.CLOSED
    assert dues(rig) == {1001: Decimal("36.00")}
    assert rig.fact(facts.ROLLED_BACK) is None
    with rig.unit() as unit:
        rows = unit.journal.load_history(account_id=None, plan_id=lost.plan_id, limit=50)
    assert {row.by for row in rows if row.event == "lost"} == {"ada"}


def test_claims_that_came_back_are_handed_back_first(rig: Rig) -> None:
    """The backup was made between the claims and the pivot."""
    rig.family()
    rig.charge(1, 2, 3)
    kept: list[World] = []
    rig.platform.on_send = lambda _: kept.append(rig.world.copy())
    rig.sync()
    put_back(rig, kept[3])
    later(rig)
    assert rig.fact(facts.ROLLED_BACK) is not None
    settle_lost_interval(rig.service, "ada")
    rig.sync()
    later(rig)
    assert dues(rig) == {1001: Decimal("36.00")}
    assert [row.memo.count("LA1:") for row in rig.world.invoices.values()] == [1] * 4


@pytest.mark.parametrize("kept_notes", [0, 1, 2])
def test_reliefs_that_are_gone_are_made_under_another_number(rig: Rig, kept_notes: int) -> None:
    """The merged invoice stands; what the sources still owe is relieved, and no cent twice."""
    rig.family()
    rig.charge(1, 2, 3)
    kept: list[World] = []
    rig.platform.on_send = lambda _: kept.append(rig.world.copy())
    rig.sync()
    put_back(rig, kept[4 + kept_notes])
    later(rig)
    assert rig.fact(facts.ROLLED_BACK) is not None
    settle_lost_interval(rig.service, "ada")
    rig.sync()
    assert dues(rig) == {1001: Decimal("36.00")}
    assert rig.operation().state is OperationState.CLOSED
    assert len(rig.world.notes) == 3


def test_other_documents_under_our_numbers_are_noticed(rig: Rig) -> None:
    """Life went on before we looked: the numbers are taken by others."""
    rig.family()
    rig.charge(1, 2, 3)
    before = rig.world.copy()
    rig.sync()
    later(rig)
    put_back(rig, before)
    rig.world.put(*(invoice(number, 3) for number in range(1001, 1010)))
    later(rig)
    assert "is another document now" in (rig.fact(facts.ROLLED_BACK) or "")
    settle_lost_interval(rig.service, "ada")
    rig.sync()
    assert rig.fact(facts.ROLLED_BACK) is None


def test_the_latest_payment_alone_may_be_taken_back(rig: Rig) -> None:
    """Staff typed it wrongly: nothing stops for that."""
    rig.family()
    rig.sync()
    rig.world.payments.append(_payment())
    later(rig)
    rig.world.payments.clear()
    later(rig)
    assert rig.fact(facts.ROLLED_BACK) is None


def test_payments_that_are_gone_with_nothing_after_them_are_suspect(rig: Rig) -> None:
    """Nothing of ours is lost; still it may be a backup, and only a person can tell."""
    rig.family()
    rig.sync()
    rig.world.payments += [_payment(), replace(_payment(), id=2)]
    later(rig)
    rig.world.payments.clear()
    later(rig)
    assert "payments: number 2 is gone" in (rig.fact(facts.ROLLED_BACK) or "")
    settle_lost_interval(rig.service, "ada")
    later(rig)
    assert rig.fact(facts.ROLLED_BACK) is None


def _payment() -> Payment:
    return Payment(
        id=1,
        account_id=AccountId(2),
        invoice_id=None,
        receipt="R1",
        paid_on=date(2026, 3, 1),
        amount=Decimal(5),
    )


def _delete_payment(rig: Rig) -> None:
    rig.world.payments.clear()


def _delete_merged(rig: Rig) -> None:
    del rig.world.invoices[1001]


@pytest.mark.parametrize("delete", [_delete_payment, _delete_merged])
def test_what_somebody_deleted_is_no_rollback(rig: Rig, delete: Callable[[Rig], None]) -> None:
    """Something stands that came later: an invoice, of whomever."""
    rig.family()
    rig.charge(1, 2, 3)
    rig.sync()
    rig.world.payments.append(_payment())
    later(rig)
    later(rig)
    rig.world.put(invoice(2000, 99))
    later(rig)
    delete(rig)
    later(rig)
    assert rig.fact(facts.ROLLED_BACK) is None


def test_suspensions_that_are_gone_are_made_again(rig: Rig) -> None:
    """The main's block stands in the backup, those of its sub-accounts do not."""
    rig.set_policy(MIRROR)
    rig.family()
    rig.overdue()
    rig.block(1)
    before = rig.world.copy()
    rig.sync()
    assert rig.statuses(2, 3) == ["blocked", "blocked"]
    later(rig)
    put_back(rig, before)
    later(rig)
    assert "status changes" in (rig.fact(facts.ROLLED_BACK) or "")
    assert rig.statuses(2, 3) == ["active", "active"]
    lost = settle_lost_interval(rig.service, "ada")
    assert [row.step.kind for row in lost.steps] == [StepKind.SUSPEND] * 2
    rig.sync()
    assert rig.statuses(2, 3) == ["blocked", "blocked"]


def test_settling_needs_a_rollback(rig: Rig) -> None:
    """There must be something to settle."""
    rig.family()
    rig.sync()
    assert read_lost_interval(rig.service).steps == ()
    with pytest.raises(ConnectorError, match="nothing to settle"):
        settle_lost_interval(rig.service, "ada")
