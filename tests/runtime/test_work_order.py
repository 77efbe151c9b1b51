"""Who is worked on first, by whom, and who is left in peace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from threading import get_ident

import pytest

from connector.domain.accounts import AccountStatus
from connector.errors import InvariantBroken, OutcomeUnknown, PlatformDenied, PlatformUnavailable
from connector.ports.platform import Receipt
from connector.runtime import facts
from connector.runtime.service import Pen
from connector.saga.effects import Effect, IssueInvoice, SetStatus
from connector.saga.steps import OperationState
from tests.build import account
from tests.runtime.rig import MIRROR, Rig


def test_a_release_goes_before_a_merge(rig: Rig) -> None:
    """A paying customer is not kept waiting behind a month-end merge."""
    rig.family()
    rig.block(1, 2)
    rig.clock.pass_by(hours=1)
    rig.activate(1)
    rig.charge(1, 3)
    rig.world.serviced = set()
    rig.sync()
    assert isinstance(rig.platform.sent[0], SetStatus)
    assert rig.statuses(1, 2, 3) == ["active"] * 3
    assert {op.state for op in rig.operations()} == {OperationState.CLOSED}


def test_the_family_with_the_most_urgent_plan_comes_first(rig: Rig) -> None:
    """Family 5 has a release, family 1 only a merge; one hand for both."""
    rig.set_limits(concurrency=1)
    rig.family()
    rig.family(5, (6,))
    rig.charge(1, 2, 3)
    rig.block(5, 6)
    rig.clock.pass_by(hours=1)
    rig.activate(5)
    rig.sync()
    assert rig.platform.sent[0] == SetStatus(account_id=account(6).id, status=AccountStatus.ACTIVE)


def test_one_family_has_one_hand(rig: Rig) -> None:
    """Eight families, four hands: no family's writes come from two threads."""
    rig.set_limits(concurrency=4)
    hands: dict[int, set[int]] = {}

    def note(effect: Effect) -> None:
        main = effect.account_id - effect.account_id % 10
        hands.setdefault(main, set()).add(get_ident())

    rig.platform.on_send = note
    for main in range(10, 90, 10):
        rig.family(main, (main + 1, main + 2))
        rig.charge(main, main + 1, main + 2, first=main)
    rig.cycle()
    assert len(hands) == 8
    assert all(len(threads) == 1 for threads in hands.values())
    assert {op.state for op in rig.operations()} == {OperationState.CLOSED}


def test_one_familys_trouble_stops_no_other(rig: Rig) -> None:
    """Family 1 is denied its claims; family 5 is merged."""
    rig.family()
    rig.family(5, (6,))
    rig.charge(1, 2, 3)
    rig.charge(5, 6, first=20)
    rig.platform.fail_read("read_invoice", PlatformDenied("not yours"), key=10)
    report = rig.cycle()
    assert [str(problem) for problem in report.problems] == ["not yours"]
    assert {op.main_id: op.state.value for op in rig.operations()} == {1: "open", 5: "closed"}


def test_stop_lets_the_step_under_way_end_and_begins_no_other(rig: Rig) -> None:
    """Draining: what was sent is recorded, the rest stays intended."""
    rig.family()
    rig.charge(1, 2, 3)
    rig.platform.on_send = lambda effect: (
        rig.stop.set() if isinstance(effect, IssueInvoice) else None
    )
    rig.cycle()
    assert rig.states() == ["confirmed"] * 4 + ["intended"] * 3
    rig.restart()
    rig.platform.on_send = lambda _: None
    rig.sync()
    assert rig.operation().state is OperationState.CLOSED


def test_each_step_is_a_sign_of_life(rig: Rig) -> None:
    """The watchdog is told: by a new store's search, one look, seven steps and the end."""
    rig.family()
    rig.charge(1, 2, 3)
    beats: list[int] = []
    rig.pen = Pen(epoch=rig.pen.epoch, stop=rig.stop, beat=lambda: beats.append(1))
    rig.cycle()
    assert len(beats) == 3 + 1 + 7 + 1


def test_nothing_is_written_while_frozen(rig: Rig) -> None:
    """Plans are recorded all the same."""
    rig.family()
    rig.charge(1, 2, 3)
    with rig.unit() as unit:
        unit.facts.record(facts.FROZEN, "by hand")
        unit.commit()
    rig.sync()
    assert rig.operation().state is OperationState.OPEN
    assert rig.platform.sent == []


def test_an_unproven_release_is_only_observed(rig: Rig) -> None:
    """With an alert, and only if there was something to do."""
    rig.platform.release = "unknown"
    rig.family()
    rig.cycle()
    assert rig.alerts.heard == []
    rig.charge(1, 2, 3)
    rig.clock.pass_by(minutes=1)
    rig.cycle()
    assert rig.platform.sent == []
    assert rig.alerts.events == ["platform.unknown"]


def test_nothing_is_written_by_a_wrong_clock(rig: Rig) -> None:
    """Up to the bound it is; a second more, and only an alert comes of it."""
    rig.family()
    rig.charge(1, 2, 3)

    rig.platform.skew = -rig.service.limits.skew_max - timedelta(seconds=1)
    report = rig.cycle()
    assert rig.platform.sent == []
    assert len(report.problems) == 1
    assert rig.alerts.events == ["clock.skewed"]
    rig.platform.skew = rig.service.limits.skew_max
    rig.cycle()
    assert rig.operation().state is OperationState.CLOSED


def test_a_broken_law_parks_its_family(rig: Rig) -> None:
    """It is a bug, and nobody knows what else of this family is wrong."""
    rig.family()
    rig.charge(1, 2, 3)

    class Broken:
        """A writer that finds a law broken."""

        def send(self, effect: Effect, may_leave: Callable[[], None]) -> Receipt:
            """Raise, having been let go."""
            may_leave()
            raise InvariantBroken(f"no {type(effect).__name__}")

    rig.service = replace(rig.service, writer=Broken())
    rig.cycle()
    assert rig.alerts.heard == [("family.parked", "a law does not hold: no MarkInvoice")]
    assert rig.fact(facts.FROZEN) is None


@pytest.mark.parametrize("who", ["main", "sub", "person"])
def test_a_cascade_step_whose_ground_is_gone_is_dropped(rig: Rig, who: str) -> None:
    """The step alone, not its siblings; and the family is looked at again."""
    rig.family()
    rig.block(1, 2, 3)
    rig.clock.pass_by(hours=1)
    rig.activate(1)

    def change(_: Effect) -> None:
        if who == "main":
            rig.block(1)
        elif who == "sub":
            del rig.world.accounts[3]
        else:
            rig.world.set_status(3, AccountStatus.ACTIVE, rig.clock.now(), by=4)

    rig.platform.on_send = change
    rig.cycle()
    assert rig.states() == ["confirmed", "cancelled"]
    assert rig.operation().state is OperationState.CLOSED
    assert rig.agenda() == {1: "a step was dropped"}


def test_a_release_that_was_dropped_may_come_back(rig: Rig) -> None:
    """The main is blocked for a moment, pays, and its sub is released after all."""
    rig.family(1, (2,))
    rig.block(1, 2)
    rig.clock.pass_by(hours=1)
    rig.activate(1)
    rig.platform.fail_send(1, PlatformUnavailable("down"))
    rig.cycle()
    rig.clock.pass_by(hours=1)
    rig.block(1)
    rig.sync()
    assert rig.states() == ["cancelled"]
    rig.clock.pass_by(hours=1)
    rig.activate(1)
    rig.sync()
    assert rig.statuses(1, 2) == ["active", "active"]
    assert len(rig.operations()) == 2


def test_subs_follow_their_main_off_and_on_again(rig: Rig) -> None:
    """Our own suspension is released as ours, by the log row it left."""
    rig.set_policy(MIRROR)
    rig.family()
    rig.overdue()
    rig.block(1)
    rig.sync()
    assert rig.statuses(1, 2, 3) == ["blocked"] * 3
    assert [step.remote_id for step in rig.operation().steps] == [2, 3]
    rig.clock.pass_by(hours=1)
    rig.world.pay(5)
    rig.activate(1)
    rig.sync()
    assert rig.statuses(1, 2, 3) == ["active"] * 3


@pytest.mark.parametrize("lands", [True, False])
def test_a_suspension_that_may_still_land_is_not_dropped(rig: Rig, lands: bool) -> None:  # noqa: FBT001 - a table
    """The main pays while the block is under way: whenever it lands, the sub is released again.

    Seed 77 of the simulator, in one of its weathers: the step was dropped at once, the platform
    carried it out seven minutes later, and the sub-account stayed off.
    """
    rig.set_policy(MIRROR)
    rig.family(1, (2,))
    rig.overdue()
    rig.block(1)

    def pay(_: Effect) -> None:
        rig.platform.on_send = lambda _: None
        rig.clock.pass_by(seconds=1)
        rig.world.pay(5)
        rig.activate(1)

    rig.platform.on_send = pay
    rig.platform.fail_send(1, OutcomeUnknown("504"))
    rig.cycle()
    assert rig.states() == ["intended"]
    rig.clock.pass_by(seconds=100)
    if lands:
        rig.block(2)
    rig.clock.pass_by(seconds=100)
    rig.sync()
    assert [step.state.value for step in rig.operations()[0].steps] == [
        "confirmed" if lands else "cancelled"
    ]
    assert rig.statuses(1, 2) == ["active", "active"]
    assert len(rig.operations()) == 1 + lands
