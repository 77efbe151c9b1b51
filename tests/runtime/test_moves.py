"""Links that change while plans are under way: two families want the same invoice."""

from __future__ import annotations

from datetime import timedelta

from connector.domain.accounts import BillingMode
from connector.domain.ids import AccountId
from connector.domain.linking import ProposedLink
from connector.errors import PlatformUnavailable
from connector.runtime.links import end_link, judge, record
from connector.saga.steps import OperationState
from tests.build import account
from tests.runtime.rig import Rig


def move(rig: Rig, sub: int, main: int) -> None:
    """Unlink a sub and link it under another main account."""
    end_link(rig.service, AccountId(sub), "ada")
    wanted = ProposedLink(
        line=1, main_id=AccountId(main), sub_id=AccountId(sub), mode=BillingMode.AGGREGATED
    )
    decision = judge(rig.service, (wanted,))
    assert decision.problems == ()
    record(rig.service, decision.links, "ada")


def test_a_source_that_another_familys_plan_still_holds_waits_for_it(rig: Rig) -> None:
    """The platform was down when sub 2 moved: the first plan is given up, then the second made."""
    rig.family(1, (2,))
    rig.world.add(account(7))
    rig.charge(2)
    rig.world.serviced = set()
    rig.platform.fail_send(1, PlatformUnavailable("down", retry_after_seconds=0))
    rig.cycle()
    move(rig, 2, 7)
    rig.clock.pass_by(minutes=1)
    rig.sync()
    assert [op.state for op in rig.operations()] == [OperationState.WITHDRAWN]
    rig.clock.pass_by(hours=1)
    rig.sync()
    assert {op.main_id: op.state.value for op in rig.operations()} == {1: "withdrawn", 7: "closed"}
    assert [inv.account_id for inv in rig.world.invoices.values() if inv.id > 1000] == [7]


def test_one_familys_conflict_stops_no_other(rig: Rig) -> None:
    """A third family is planned and merged in the very same turn."""
    rig.family(1, (2,))
    rig.family(8, (9,))
    rig.world.add(account(7))
    rig.charge(2)
    rig.world.serviced = set()
    rig.platform.fail_send(1, PlatformUnavailable("down", retry_after_seconds=3600))
    rig.cycle()
    move(rig, 2, 7)
    rig.clock.pass_by(minutes=1)
    rig.charge(9, first=20)
    rig.cycle()
    assert {op.main_id: op.state.value for op in rig.operations()} == {1: "open", 8: "closed"}
    with rig.unit() as unit:
        (row,) = unit.agenda.load_all()
    assert row.main_id == 7
    assert row.due_at == rig.clock.now() + timedelta(hours=1)
    assert "another plan" in row.reason


def test_a_pending_switch_does_not_keep_a_link_alive_that_was_ended(rig: Rig) -> None:
    """Aggregated until the cycle's end, independent from then on; and ended altogether today."""
    rig.family(1, (2,))
    wanted = ProposedLink(
        line=1, main_id=AccountId(1), sub_id=AccountId(2), mode=BillingMode.INDEPENDENT
    )
    record(rig.service, judge(rig.service, (wanted,)).links, "ada")
    assert end_link(rig.service, AccountId(2), "ada")
    with rig.unit() as unit:
        assert unit.links.load_map(rig.clock.now().date()).links == ()
