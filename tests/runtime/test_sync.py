"""``sync``: it ends when nothing is due, waits for what only time holds back, and not for ever."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from connector.domain.policy import Mode, Policy
from connector.errors import OutcomeUnknown, PlatformUnavailable
from connector.runtime import facts
from connector.runtime.cycle import CycleReport, load_standing
from connector.runtime.sync import sync_until_idle
from connector.saga.effects import Effect
from connector.saga.steps import OperationState
from tests.runtime.rig import ACT, Rig


def test_a_merge_runs_to_its_end_in_one_sync(rig: Rig) -> None:
    """Three invoices of 12.00 become one of 36.00, and all that is left is that one."""
    rig.family()
    rig.charge(1, 2, 3)
    report = rig.sync()
    assert rig.operation().state is OperationState.CLOSED
    assert [rig.due(n) for n in (10, 11, 12)] == [0, 0, 0]
    assert rig.due(1001) == 36
    assert (report.standing.open, report.standing.held, report.cycle.sends) == (0, 0, 7)


def test_the_last_turn_is_idle_and_a_second_sync_is_one_turn(rig: Rig) -> None:
    """Our own documents are no news."""
    rig.family()
    rig.charge(1, 2, 3)
    rig.sync()
    report = rig.sync()
    assert report.rounds == 1
    assert report.cycle.is_idle


def test_waiting_is_bounded_by_what_was_granted(rig: Rig) -> None:
    """Back-off of two seconds does not fit into one."""
    rig.family()
    rig.charge(1, 2, 3)
    rig.platform.fail_send(1, PlatformUnavailable("down"))
    report = rig.sync(wait_seconds=1)
    assert rig.stop.waits == []
    assert report.standing.open == 1
    assert report.standing.waiting_until == rig.clock.host() + timedelta(seconds=2)


def test_it_waits_for_a_back_off_and_goes_on(rig: Rig) -> None:
    """As long as the step says, no longer."""
    rig.family()
    rig.charge(1, 2, 3)
    rig.platform.fail_send(1, PlatformUnavailable("down"))
    rig.sync()
    assert rig.stop.waits == [2.0]
    assert rig.operation().state is OperationState.CLOSED


def test_it_waits_for_the_quiescence(rig: Rig) -> None:
    """A document that does not show may still appear for two minutes."""
    rig.family()
    rig.charge(1, 2, 3)
    rig.platform.fail_send(4, OutcomeUnknown("cut off"))
    rig.sync()
    assert rig.stop.waits == [120.0]
    assert rig.operation().state is OperationState.CLOSED
    assert list(rig.world.invoices) == [10, 11, 12, 1001]


def test_it_does_not_wait_while_frozen(rig: Rig) -> None:
    """Only a person ends that."""
    rig.family()
    rig.charge(1, 2, 3)
    rig.platform.fail_send(1, PlatformUnavailable("down"))
    rig.cycle()
    with rig.unit() as unit:
        unit.facts.record(facts.FROZEN, "by hand")
        unit.commit()
    report = rig.sync()
    assert report.standing.frozen == "by hand"
    assert rig.stop.waits == []


def test_turns_are_bounded(rig: Rig) -> None:
    """Somebody saves an account at every turn; it ends all the same."""
    rig.family()
    rig.set_limits(rounds_max=4)

    def save(_: CycleReport) -> None:
        rig.clock.pass_by(seconds=10)
        rig.world.saved[1] = rig.clock.now()

    report = sync_until_idle(rig.service, rig.pen, wait=timedelta(), progress=save)
    assert report.rounds == 4
    assert not report.cycle.is_idle


def test_stop_ends_it_after_the_turn(rig: Rig) -> None:
    """The step that is under way is finished, nothing further is begun."""
    rig.family()
    rig.charge(1, 2, 3)

    def stop(_: Effect) -> None:
        rig.stop.set()

    rig.platform.on_send = stop
    report = rig.sync()
    assert report.rounds == 1
    assert len(rig.platform.sent) == 1
    assert rig.states()[:2] == ["confirmed", "intended"]


def test_observe_mode_sends_nothing_and_ends(rig: Rig) -> None:
    """What it would do is looked at again in an hour."""
    rig.family()
    rig.charge(1, 2, 3)
    rig.set_policy(_observing())
    report = rig.sync()
    assert report.cycle.sends == 0
    assert rig.operations() == ()
    assert rig.agenda() == {1: "observe mode: planned, not carried out"}


def test_troubles_of_the_latest_turn_are_told(rig: Rig) -> None:
    """What was mended in the meantime is not."""
    report = CycleReport(sends=1)
    trouble = PlatformUnavailable("down")
    report.add(CycleReport(sends=2, problems=[trouble], requests=1, touched=3, looked_at=4))
    assert report.problems == [trouble]
    report.add(CycleReport())
    assert report.problems == []
    assert (report.sends, report.requests, report.touched, report.looked_at) == (3, 1, 3, 4)


def test_a_changed_mode_puts_every_family_on_the_agenda(rig: Rig) -> None:
    """What was only watched may be due now."""
    rig.family()
    rig.sync()
    assert rig.agenda() == {}
    rig.set_policy(_observing())
    rig.start()
    assert rig.agenda() == {1: "mode is now observe"}
    rig.sync()
    rig.start()
    assert rig.agenda() == {}


def test_standing_of_an_empty_store(rig: Rig) -> None:
    """Nothing stands open, nothing is waited for."""
    standing = load_standing(rig.service)
    assert (standing.proposed, standing.open, standing.held, standing.quarantined) == (0, 0, 0, 0)
    assert standing.waiting_until is None
    assert standing.frozen is None


def _observing() -> Policy:
    return replace(ACT, mode=Mode.OBSERVE)
