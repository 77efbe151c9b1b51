"""An old copy of the store: noticed by what it does not know, and taught the rest."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connector.domain.ids import AccountId
from connector.errors import PlatformUnavailable
from connector.runtime import facts
from connector.runtime.rebuild import rebuild
from connector.saga.steps import OperationState
from tests.runtime.losing import (
    confirm,
    cut_after,
    dues,
    keep,
    put_back,
    quietly,
)
from tests.runtime.rig import Rig


def test_an_old_copy_is_noticed_by_new_documents(rig: Rig) -> None:
    """Made before the merge, put back after it: the feeds show marks of an unknown plan."""
    rig.family()
    rig.sync()
    keep(rig)
    rig.charge(1, 2, 3)
    rig.clock.pass_by(minutes=5)
    rig.sync()
    before = rig.operation()
    put_back(rig)
    sent = len(rig.platform.sent)
    rig.sync()
    assert "recovery" in (rig.fact(facts.RECOVERY) or "")
    rebuild(rig.service, quietly)
    confirm(rig)
    rig.sync()
    assert len(rig.platform.sent) == sent
    assert (rig.operation().plan_id, rig.operation().state) == (
        before.plan_id,
        OperationState.CLOSED,
    )


@pytest.mark.parametrize("sends", range(1, 6))
def test_an_old_copy_of_a_merge_under_way_learns_the_rest(rig: Rig, sends: int) -> None:
    """It knows the plan in an earlier state; nothing is made twice."""
    cut_after(rig, sends)
    keep(rig)
    rig.clock.pass_by(minutes=5)
    rig.sync()
    assert dues(rig) == {1001: "36.00"}
    put_back(rig)
    before, sent = rig.operation(), len(rig.platform.sent)
    rig.sync()
    assert rig.fact(facts.RECOVERY) is not None
    assert rig.operation() == before
    rebuild(rig.service, quietly)
    confirm(rig)
    rig.sync()
    assert len(rig.platform.sent) == sent
    assert rig.operation().state is OperationState.CLOSED
    assert dues(rig) == {1001: "36.00"}


def test_an_old_copy_that_knows_of_every_send_needs_no_rebuild(rig: Rig) -> None:
    """It knows the last relief as tried, and looks for it before it sends it again."""
    cut_after(rig, 6)
    keep(rig)
    rig.clock.pass_by(minutes=5)
    rig.sync()
    put_back(rig)
    sent = len(rig.platform.sent)
    rig.sync()
    assert rig.fact(facts.RECOVERY) is None
    assert len(rig.platform.sent) == sent
    assert rig.operation().state is OperationState.CLOSED


def test_an_old_copy_is_noticed_by_a_mark_alone(rig: Rig) -> None:
    """Claims leave no new document; the look at their family shows them before a write to it."""
    rig.family()
    rig.charge(1, 2, 3)
    with rig.unit() as unit:
        unit.facts.record(facts.FROZEN, "by hand")
        unit.commit()
    rig.sync()
    keep(rig)
    with rig.unit() as unit:
        unit.facts.record(facts.FROZEN, None)
        unit.commit()
    for number in range(3, 9):
        rig.platform.fail_send(number, PlatformUnavailable("down"))
    rig.cycle()
    rig.platform.mend()
    put_back(rig)
    with rig.unit() as unit:
        unit.facts.record(facts.FROZEN, None)
        unit.agenda.record_due([AccountId(1)], rig.at, "by hand")
        unit.commit()
    sent = len(rig.platform.sent)
    rig.sync()
    assert rig.fact(facts.RECOVERY) is not None
    assert len(rig.platform.sent) == sent


def test_a_proposal_that_was_carried_out_since_is_taken_up(rig: Rig) -> None:
    """Its approval was lost with the newer store; the marks show that there was one."""
    rig.set_policy(
        replace(
            rig.service.policy, bounds=replace(rig.service.policy.bounds, first_run_approval=True)
        )
    )
    rig.family()
    rig.charge(1, 2, 3)
    rig.sync()
    keep(rig)
    plan_id = rig.operation().plan_id
    with rig.unit() as unit:
        unit.journal.record_state(plan_id, OperationState.OPEN, "", "ada", rig.at)
        unit.commit()
    rig.sync()
    put_back(rig)
    assert rig.operation().state is OperationState.PROPOSED
    rig.sync()
    rebuild(rig.service, quietly)
    confirm(rig)
    rig.sync()
    assert rig.operation().state is OperationState.CLOSED
    assert (rig.fact(facts.FIRST_APPROVAL) or "").startswith("ada ")
