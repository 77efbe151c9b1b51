"""``plan``: what the next turn would do, and not a trace of having asked."""

from __future__ import annotations

from dataclasses import replace

from connector.domain.ids import AccountId
from connector.domain.policy import Mode
from connector.errors import ReplyMalformed
from connector.runtime.preview import all_families, due_families, load_waiting, preview
from connector.runtime.views import is_recorded, name_operations
from connector.saga.steps import OperationState
from tests.runtime.rig import ACT, Rig

MAIN = AccountId(1)


def test_families_due_are_those_of_the_agenda_and_of_the_news(rig: Rig) -> None:
    """The marks stay where they are."""
    rig.family()
    rig.family(5, (6,))
    assert due_families(rig.service) == (1, 5)
    rig.sync()
    assert due_families(rig.service) == ()
    rig.charge(6)
    assert due_families(rig.service) == (5,)
    assert due_families(rig.service) == (5,)
    assert all_families(rig.service) == (1, 5)


def test_a_preview_is_what_is_done_then(rig: Rig) -> None:
    """The same plan under the same name, and nothing recorded before."""
    rig.family()
    rig.charge(1, 2, 3)
    (plan,) = preview(rig.service, [MAIN])
    (named,) = name_operations(rig.service, plan)
    assert not is_recorded(rig.service, named)
    assert rig.operations() == ()
    rig.cycle()
    assert is_recorded(rig.service, named)
    assert rig.operation().plan_id == named.plan_id
    assert rig.operation().total == named.total


def test_a_preview_of_a_waiting_plan_shows_that_it_waits(rig: Rig) -> None:
    """Under the name it waits under."""
    rig.family()
    rig.charge(1, 2, 3)
    rig.set_policy(replace(ACT, mode=Mode.PROPOSE))
    rig.cycle()
    (plan,) = preview(rig.service, [MAIN])
    (named,) = name_operations(rig.service, plan)
    assert named.state is OperationState.PROPOSED
    assert load_waiting(rig.service) == (named,)


def test_nothing_is_named_for_a_family_in_quarantine(rig: Rig) -> None:
    """It is not written to."""
    rig.family()
    rig.platform.fail_read("read_open_invoices", ReplyMalformed("no JSON"))
    (plan,) = preview(rig.service, [MAIN])
    assert plan.quarantined
    assert name_operations(rig.service, plan) == ()
