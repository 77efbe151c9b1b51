"""Parking: a family that was refused thrice gets no write until a person lifts it; others go on."""

from __future__ import annotations

import pytest

from connector.domain.parking import ParkingCause
from connector.errors import ConnectorError, InvariantBroken
from connector.ports.store import RequestKind
from connector.runtime.cycle import load_standing
from connector.runtime.parking import park_broken
from connector.runtime.preview import preview
from connector.runtime.requests import record_request
from connector.runtime.work import work
from connector.saga.steps import OperationKind
from tests.runtime.looks import CLOSED, OPEN, PROPOSE, PROPOSED, look, put_on_agenda
from tests.runtime.parked import MAIN, ask, parked, refuses, states, two_families
from tests.runtime.rig import Rig


def test_three_refusals_park_the_family_and_the_other_goes_on(rig: Rig) -> None:
    """The fourth and fifth relief are not even tried; the other family is merged."""
    two_families(rig)
    rig.platform.on_send = refuses(10, 11, 12, 13, 14)
    report = rig.sync()
    assert states(rig) == ["held", "held", "held", "intended", "intended"]
    assert rig.operation_of(9).state is CLOSED
    (parking,) = parked(rig)
    assert (parking.main_id, parking.cause) == (MAIN, ParkingCause.REFUSALS)
    assert [line.partition(": ")[2] for line in parking.evidence] == [
        f"relieve for account {account}, invoice N{number}: the period is closed"
        for account, number in ((1, 10), (2, 11), (3, 12))
    ]
    assert report.standing.parked == 1
    assert (report.standing.open, report.standing.held) == (1, 3)
    assert "family.parked" in rig.alerts.events


def test_two_refusals_do_not(rig: Rig) -> None:
    """The rest of the family is relieved, as ever."""
    two_families(rig)
    rig.platform.on_send = refuses(10, 12)
    rig.sync()
    assert states(rig) == ["held", "confirmed", "held", "confirmed", "confirmed"]
    assert parked(rig) == ()


def test_held_steps_from_before_a_restart_count(rig: Rig) -> None:
    """They stand in the journal: the family is parked before anything else of it is sent."""
    two_families(rig)
    rig.set_limits(holds_max=100)
    rig.platform.on_send = refuses(10, 11, 12)
    rig.sync()
    assert parked(rig) == ()
    rig.set_limits(holds_max=3)
    rig.restart()
    rig.block(1, 2)
    rig.clock.pass_by(hours=1)
    rig.activate(1)
    sent = len(rig.platform.sent)
    rig.sync()
    assert len(rig.platform.sent) == sent
    assert [row.main_id for row in parked(rig)] == [MAIN]
    kinds = {op.kind: op.state for op in rig.operations() if op.main_id == 1}
    assert kinds[OperationKind.RELEASE] is OPEN


def test_a_parked_family_is_read_and_shown_but_not_planned(rig: Rig) -> None:
    """A new invoice, a paid release: refused with a value, until somebody lifts the parking."""
    two_families(rig)
    rig.platform.on_send = refuses(10, 11, 12)
    rig.sync()
    sent = len(rig.platform.sent)
    rig.charge(2, first=2000)
    rig.clock.pass_by(minutes=1)
    rig.sync()
    assert len(rig.platform.sent) == sent
    assert len(rig.operations()) == 2
    assert rig.rules() == ["parked"]
    assert rig.platform.reads.count("read_invoices") > 0
    (shown,) = preview(rig.service, [MAIN])
    assert shown.snapshot is not None
    assert shown.builders == ()


def test_a_proposal_of_a_parked_family_waits_as_it_is(rig: Rig) -> None:
    """Nothing replaces it, and nobody can know whether its ground has changed."""
    two_families(rig)
    rig.set_policy(PROPOSE)
    look(rig)
    park_broken(rig.service, rig.pen, MAIN, InvariantBroken("odd"))
    rig.world.pay(12)
    put_on_agenda(rig)
    look(rig)
    assert rig.operation_of(1).state is PROPOSED
    record_request(rig.service, RequestKind.APPROVE, rig.operation_of(1).plan_id, "ada")
    rig.sync()
    assert rig.operation_of(1).state is OPEN
    assert all(step.attempts == 0 for step in rig.operation_of(1).steps)


def test_time_does_not_bring_a_parked_family_back(rig: Rig) -> None:
    """A sync does not wait for its steps, and a restart sends nothing."""
    two_families(rig)
    rig.platform.on_send = refuses(10, 11, 12)
    rig.sync()
    rig.platform.on_send = lambda _: None
    sent = len(rig.platform.sent)
    rig.restart()
    rig.start()
    rig.clock.pass_by(days=2)
    rig.sync()
    assert len(rig.platform.sent) == sent
    assert load_standing(rig.service).waiting_until is None


def test_work_does_not_pick_a_parked_family_at_all(rig: Rig) -> None:
    """Nothing of it is judged, let alone sent: work reads nothing for it."""
    rig.family(1, (2, 3, 4, 5))
    rig.charge(1, 2, 3, 4, 5)
    look(rig)
    park_broken(rig.service, rig.pen, MAIN, InvariantBroken("odd"))
    rig.platform.reads.clear()
    assert work(rig.service, rig.pen).sends == 0
    assert rig.platform.reads == []


# -- lifting --------------------------------------------------------------------------------


def test_a_named_person_lifts_it_and_it_ends_well(rig: Rig) -> None:
    """Every held step is tried again; the row stays, with the name."""
    two_families(rig)
    rig.platform.on_send = refuses(10, 11, 12)
    rig.sync()
    rig.platform.on_send = lambda _: None
    ask(rig, "1")
    rig.sync()
    assert rig.operation_of(1).state is CLOSED
    assert [rig.due(number) for number in range(10, 15)] == [0] * 5
    assert sorted(rig.world.relieved.values()) == [10, 11, 12, 13, 14, 20, 21]
    with rig.unit() as unit:
        (row,) = unit.parkings.load_lifted(10)
    assert (row.main_id, row.lifted_by) == (MAIN, "ada")
    assert rig.rules() == []


def test_what_was_never_tried_goes_first(rig: Rig) -> None:
    """The same three are refused again, and park it again; nobody else waits for them."""
    two_families(rig)
    rig.platform.on_send = refuses(10, 11, 12)
    rig.sync()
    ask(rig, "1")
    rig.sync()
    assert states(rig) == ["held", "held", "held", "confirmed", "confirmed"]
    assert [row.main_id for row in parked(rig)] == [MAIN]


def test_what_was_settled_by_hand_is_cancelled_before(rig: Rig) -> None:
    """While it is parked; then the family goes on without it."""
    two_families(rig)
    rig.platform.on_send = refuses(10, 11, 12)
    rig.sync()
    plan_id = rig.operation_of(1).plan_id
    for number in (7, 8, 9):
        rig.world.pay(number + 3)
        record_request(rig.service, RequestKind.CANCEL, f"{plan_id}/{number}", "ada")
    ask(rig, "1")
    rig.sync()
    assert states(rig) == ["cancelled"] * 3 + ["confirmed"] * 2
    assert parked(rig) == ()
    assert rig.operation_of(1).state is CLOSED


def test_one_step_alone_does_not_lift_it(rig: Rig) -> None:
    """It will be tried once the family goes on; the outcome says so."""
    two_families(rig)
    rig.platform.on_send = refuses(10, 11, 12)
    rig.sync()
    rig.platform.on_send = lambda _: None
    sent = len(rig.platform.sent)
    ask(rig, f"{rig.operation_of(1).plan_id}/7")
    rig.sync()
    assert states(rig)[0] == "intended"
    assert len(rig.platform.sent) == sent
    assert len(parked(rig)) == 1


@pytest.mark.parametrize("subject", ["2", "77", "0", "12345678901234567890"])
def test_a_family_that_is_not_parked_cannot_be_let_go_on(rig: Rig, subject: str) -> None:
    """A sub-account's number is none, either."""
    two_families(rig)
    rig.platform.on_send = refuses(10, 11, 12)
    rig.sync()
    with pytest.raises(ConnectorError, match=r"no family|no plan"):
        ask(rig, subject)


def test_two_persons_lift_it_once(rig: Rig) -> None:
    """The second wish finds it gone."""
    two_families(rig)
    rig.platform.on_send = refuses(10, 11, 12)
    rig.sync()
    ask(rig, "1")
    ask(rig, "1", by="ben")
    rig.sync()
    with rig.unit() as unit:
        rows = unit.parkings.load_lifted(10)
    assert [row.lifted_by for row in rows] == ["ada"]
