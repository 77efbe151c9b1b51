"""Parking: a family that met the impossible gets no write; several at once freeze everything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from connector.domain.ids import AccountId
from connector.domain.parking import ParkingCause
from connector.domain.policy import Mode
from connector.errors import ConnectorError, IllegalTransition, InvariantBroken
from connector.ports.store import RequestKind
from connector.runtime import facts
from connector.runtime.parking import park_broken
from connector.runtime.requests import record_request
from connector.runtime.views import load_overview
from connector.saga.effects import Effect
from tests.runtime.looks import CLOSED
from tests.runtime.parked import MAIN, ask, parked, refuses, two_families
from tests.runtime.rig import ACT, Rig
from tests.runtime.undoing import merge_of, merge_three


def breaks_for(*accounts: int, error: Exception | None = None) -> Callable[[Effect], None]:
    """A writer that finds a law broken as soon as some families are written to."""

    def judge(effect: Effect) -> None:
        if effect.account_id in accounts:
            raise error or InvariantBroken(f"no {type(effect).__name__}")

    return judge


@pytest.mark.parametrize("error", [InvariantBroken("odd"), IllegalTransition("odd")])
def test_a_broken_law_parks_its_family_alone(rig: Rig, error: Exception) -> None:
    """The other family is merged; what was being sent is in doubt, and read back once lifted."""
    two_families(rig)
    rig.platform.on_send = breaks_for(1, error=error)
    rig.sync()
    (parking,) = parked(rig)
    assert (parking.main_id, parking.cause) == (MAIN, ParkingCause.IMPOSSIBLE)
    assert parking.reason == "a law does not hold: odd"
    assert [step.state.value for step in rig.operation_of(1).steps][:2] == ["unknown", "intended"]
    assert rig.operation_of(9).state is CLOSED
    assert rig.fact(facts.FROZEN) is None
    rig.platform.on_send = lambda _: None
    ask(rig, "1")
    rig.sync()
    assert rig.operation_of(1).state is CLOSED


def families(rig: Rig, *mains: int) -> None:
    """Families of one sub each, all charged."""
    for main in mains:
        rig.family(main, (main + 1,))
        rig.charge(main, main + 1, first=main * 10)


def test_two_at_once_freeze_nothing(rig: Rig) -> None:
    """Each is a matter of its own; the others are merged."""
    families(rig, 10, 20, 30)
    rig.platform.on_send = breaks_for(10, 20)
    rig.sync()
    assert sorted(row.main_id for row in parked(rig)) == [10, 20]
    assert rig.fact(facts.FROZEN) is None
    assert rig.operation_of(30).state is CLOSED


def test_three_at_once_freeze_everything(rig: Rig) -> None:
    """Then the connector or the platform is wrong; nobody after them is written to."""
    families(rig, 10, 20, 30, 40)
    rig.set_limits(concurrency=1)
    rig.platform.on_send = breaks_for(10, 20, 30)
    rig.sync()
    found = [row.main_id for row in parked(rig)]
    assert sorted(found) == [10, 20, 30]
    assert f"({', '.join(map(str, found))})" in (rig.fact(facts.FROZEN) or "")
    assert rig.alerts.events[-1] == "writes.frozen"
    assert rig.platform.sent[-1].account_id == found[-1]


def test_one_now_and_then_freezes_nothing(rig: Rig) -> None:
    """Three within an hour do, whatever was restarted in between."""
    for main in (10, 20, 30, 40):
        park_broken(rig.service, rig.pen, AccountId(main), InvariantBroken("odd"))
        assert rig.fact(facts.FROZEN) is None
        rig.clock.pass_by(seconds=1801)
    park_broken(rig.service, rig.pen, AccountId(50), InvariantBroken("odd"))
    assert rig.fact(facts.FROZEN) is None
    park_broken(rig.service, rig.pen, AccountId(60), InvariantBroken("odd"))
    assert "(40, 50, 60)" in (rig.fact(facts.FROZEN) or "")


def test_refusals_never_freeze_everything(rig: Rig) -> None:
    """However many families are refused: it is what the platform says of them."""
    for main in (10, 20, 30, 40):
        rig.family(main, (main + 1, main + 2))
        rig.charge(main, main + 1, main + 2, first=main * 10)
    rig.platform.on_send = refuses(*range(1000))
    rig.sync()
    assert len(parked(rig)) == 4
    assert rig.fact(facts.FROZEN) is None


def test_a_law_broken_while_planning_parks_too(rig: Rig) -> None:
    """What is under way in the family stops with it; in observe mode there is nothing to stop."""
    two_families(rig)
    rig.set_limits(concurrency=1)

    def break_law(name: str) -> None:
        if name == "read_invoices":
            rig.platform.on_read = lambda _: None
            raise InvariantBroken("a source stands twice in one merge")

    rig.set_policy(replace(ACT, mode=Mode.OBSERVE))
    rig.platform.on_read = break_law
    rig.sync()
    assert parked(rig) == ()
    rig.set_policy(ACT)
    rig.platform.on_read = break_law
    rig.start()
    rig.sync()
    assert [row.main_id for row in parked(rig)] == [MAIN]
    assert [op.main_id for op in rig.operations()] == [9]


def test_a_merge_of_a_parked_family_is_not_undone(rig: Rig) -> None:
    """Asked for before or after it was parked: an undo is a new operation, too."""
    merge_three(rig)
    undo = merge_of(rig).plan_id
    record_request(rig.service, RequestKind.UNDO, undo, "ada")
    park_broken(rig.service, rig.pen, MAIN, InvariantBroken("odd"))
    rig.sync()
    assert rig.operations() == (merge_of(rig),)
    with pytest.raises(ConnectorError, match="family 1 is parked"):
        record_request(rig.service, RequestKind.UNDO, undo, "ada")


# -- the last moment ------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["parked", "frozen"])
def test_nothing_is_sent_once_it_was_stopped_between_look_and_send(rig: Rig, how: str) -> None:
    """Whoever stops it while a step is being judged: SENDING is not committed any more."""
    rig.family(1, (2, 3, 4, 5))
    rig.charge(1, 2, 3, 4, 5)

    def stop(name: str) -> None:
        if name != "read_account" or len(rig.platform.sent) != 2:
            return
        rig.platform.on_read = lambda _: None
        if how == "parked":
            park_broken(rig.service, rig.pen, MAIN, InvariantBroken("odd"))
        else:
            with rig.unit() as unit:
                unit.facts.record(facts.FROZEN, "by hand")
                unit.commit()

    rig.set_limits(concurrency=1)
    rig.platform.on_read = stop
    report = rig.cycle()
    assert len(rig.platform.sent) == 2
    assert report.sends == 2
    assert [step.state.value for step in rig.operation_of(1).steps][:3] == [
        "confirmed",
        "confirmed",
        "intended",
    ]


def test_status_says_who_stands_charged_twice_until_it_is_lifted(rig: Rig) -> None:
    """By the command that lifts it; and somebody is needed."""
    two_families(rig)
    rig.platform.on_send = refuses(10, 11, 12)
    rig.sync()
    view = load_overview(rig.service)
    assert [row.main_id for row in view.parked] == [MAIN]
    assert view.needs_somebody
    assert [row.until for row in view.charged_twice] == [
        "its family is let go on: `linked-accounts retry 1`"
    ]
