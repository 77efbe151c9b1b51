"""Parking: a family that was refused thrice, or met the impossible, gets no write; others go on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from connector.domain.ids import AccountId
from connector.domain.parking import Parking, ParkingCause
from connector.domain.policy import Mode
from connector.errors import ConnectorError, IllegalTransition, InvariantBroken, PlatformRefused
from connector.ports.store import RequestKind
from connector.runtime import facts
from connector.runtime.cycle import load_standing
from connector.runtime.parking import park_broken
from connector.runtime.preview import preview
from connector.runtime.requests import record_request
from connector.runtime.views import load_overview
from connector.runtime.work import work
from connector.saga.effects import Effect, IssueCreditNote
from connector.saga.steps import OperationKind, OperationState
from tests.runtime.looks import PROPOSE, look, put_on_agenda
from tests.runtime.rig import ACT, Rig

MAIN = AccountId(1)
CLOSED, OPEN, PROPOSED = OperationState.CLOSED, OperationState.OPEN, OperationState.PROPOSED


def refuses(*sources: int, words: str = "the period is closed") -> Callable[[Effect], None]:
    """A platform that takes no credit note on some invoices."""

    def judge(effect: Effect) -> None:
        if isinstance(effect, IssueCreditNote) and effect.invoice_id in sources:
            raise PlatformRefused(words, status=422)

    return judge


def two_families(rig: Rig) -> None:
    """The first has four subs and invoices 10 to 14, the other one sub and 20 and 21."""
    rig.family(1, (2, 3, 4, 5))
    rig.family(9, (8,))
    rig.charge(1, 2, 3, 4, 5)
    rig.charge(9, 8, first=20)


def parked(rig: Rig) -> tuple[Parking, ...]:
    """Who is parked now."""
    with rig.unit() as unit:
        return unit.parkings.load_all_parked()


def states(rig: Rig) -> list[str]:
    """The first family's reliefs."""
    return [step.state.value for step in rig.operation_of(1).steps[6:]]


def ask(rig: Rig, subject: str, by: str = "ada") -> None:
    """A person asks for a retry."""
    record_request(rig.service, RequestKind.RETRY, subject, by)


# -- refusals -------------------------------------------------------------------------------


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
    assert (report.standing.open, report.standing.held) == (0, 0)
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


# -- the impossible -------------------------------------------------------------------------


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
