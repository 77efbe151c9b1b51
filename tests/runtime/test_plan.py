"""Plan: what is recorded of a look at a family, under which name, and when it is looked at again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from connector.domain.accounts import AccountStatus, BillingType
from connector.domain.invoices import InvoiceStatus
from connector.domain.policy import Mode
from connector.errors import InvariantBroken, PlatformRefused, PlatformUnavailable, ReplyMalformed
from connector.runtime.allowance import Allowance
from connector.runtime.plan import TROUBLES_MAX, plan_due_families
from tests.build import account, moment
from tests.runtime.looks import OPEN, look, put_on_agenda
from tests.runtime.rig import ACT, Rig


def test_a_plan_is_recorded_with_its_steps_before_anything_is_sent(rig: Rig) -> None:
    """Three claims, the pivot, three reliefs."""
    rig.family()
    rig.charge(1, 2, 3)
    assert look(rig) == 1
    operation = rig.operation()
    assert [step.kind.value for step in operation.steps] == [
        *["claim"] * 3,
        "issue",
        *["relieve"] * 3,
    ]
    assert operation.state is OPEN
    assert rig.platform.sent == []
    assert rig.agenda() == {}


def test_a_second_look_at_the_same_world_adds_nothing(rig: Rig) -> None:
    """The sources are taken by the plan that is under way."""
    rig.family()
    rig.charge(1, 2, 3)
    look(rig)
    put_on_agenda(rig)
    look(rig)
    assert len(rig.operations()) == 1


def test_an_open_window_says_when_to_look_again(rig: Rig) -> None:
    """Sub 3 has a service and no invoice: 96 hours after the first one of a sub."""
    rig.clock.billing = moment("2026-01-02 12:00")
    rig.family()
    rig.charge(1, 2)
    look(rig)
    with rig.unit() as unit:
        (row,) = unit.agenda.load_all()
    assert row.due_at == moment("2026-01-05 00:00")
    assert "waiting for 1 of 3: 3 Name 3" in row.reason
    assert rig.operations() == ()


def test_observe_mode_looks_again_in_an_hour(rig: Rig) -> None:
    """It records no plan, but findings as ever."""
    rig.family()
    rig.charge(1, 2, 3)
    rig.set_policy(replace(ACT, mode=Mode.OBSERVE))
    look(rig)
    with rig.unit() as unit:
        (row,) = unit.agenda.load_all()
    assert row.due_at == rig.clock.now() + timedelta(hours=1)
    assert rig.operations() == ()


def test_observe_mode_has_nothing_to_look_at_again_where_nothing_is_planned(rig: Rig) -> None:
    """No wish, no next look."""
    rig.family()
    rig.set_policy(replace(ACT, mode=Mode.OBSERVE))
    look(rig)
    assert rig.agenda() == {}


def test_what_passes_by_itself_is_looked_at_again(rig: Rig) -> None:
    """A charge under way ends, and nothing may tell us."""
    rig.family()
    rig.charge(1, 2, 3)
    rig.world.change_invoice(11, status=InvoiceStatus.PENDING)
    look(rig)
    assert rig.rules() == ["pending"]
    assert "charge under way" in rig.agenda()[1]


def test_what_needs_a_person_is_not_looked_at_again(rig: Rig) -> None:
    """The person's deed will show in a delta."""
    rig.family()
    rig.world.accounts[1] = account(1, billing_type=BillingType.PREPAID)
    look(rig)
    assert rig.rules() == ["main_not_recurring"]
    assert rig.agenda() == {}


def test_findings_are_those_of_the_latest_look(rig: Rig) -> None:
    """What was mended is gone."""
    rig.family()
    rig.world.accounts[1] = account(1, AccountStatus.INACTIVE)
    look(rig)
    assert rig.rules() == ["main_inactive"]
    rig.world.accounts[1] = account(1)
    put_on_agenda(rig)
    look(rig)
    assert rig.rules() == []


def test_a_vanished_main_is_a_finding(rig: Rig) -> None:
    """Nothing is planned for its subs."""
    rig.family()
    rig.charge(2)
    del rig.world.accounts[1]
    look(rig)
    assert rig.rules() == ["main_gone"]
    assert rig.operations() == ()


def test_a_malformed_reply_stops_its_family_alone(rig: Rig) -> None:
    """It is in quarantine and looked at again; the other family goes on."""
    rig.family()
    rig.family(5, (6,))
    rig.charge(5, 6)
    rig.platform.fail_read("read_open_invoices", ReplyMalformed("no JSON"), key=2)
    assert look(rig) == 2
    assert rig.operation().main_id == 5
    with rig.unit() as unit:
        (broken,) = unit.findings.load_quarantine()
    assert (broken.account_id, broken.resource, broken.field) == (1, "reply", "(body)")
    assert rig.agenda() == {1: "an object is in quarantine"}


def test_a_family_that_cannot_be_read_stays_due_and_stops_nobody(rig: Rig) -> None:
    """The one record is out of reach; the other family is planned, and the trouble is told."""
    rig.family()
    rig.family(5, (6,))
    rig.charge(1, 2, 3)
    rig.charge(5, 6)
    rig.platform.fail_read("read_billing", PlatformUnavailable("down"), key=1)
    report = plan_due_families(rig.service, rig.pen, Allowance())
    assert [str(problem) for problem in report.problems] == ["down"]
    assert [operation.main_id for operation in rig.operations(OPEN)] == [5]
    assert set(rig.agenda()) == {1}


def test_a_family_that_the_platform_refuses_to_show_is_in_quarantine(rig: Rig) -> None:
    """A 400 on one record is no reason to stop the others."""
    rig.family()
    rig.platform.fail_read("read_billing", PlatformRefused("no", status=400), key=1)
    assert look(rig) == 1
    with rig.unit() as unit:
        assert [row.problem for row in unit.findings.load_quarantine()] == ["no"]


def test_a_platform_that_is_down_ends_the_turn_and_loses_no_family(rig: Rig) -> None:
    """After a few families in vain the rest is not even asked for."""
    for main in (1, 5, 9, 13, 17):
        rig.family(main, (main + 1,))
    rig.platform.fail_read("read_accounts", PlatformUnavailable("down"))
    report = plan_due_families(rig.service, rig.pen, Allowance())
    assert (report.looked_at, len(report.problems)) == (0, TROUBLES_MAX)
    assert set(rig.agenda()) == {1, 5, 9, 13, 17}


def test_a_turn_looks_at_so_many_families_and_no_more(rig: Rig) -> None:
    """The rest stays on the agenda."""
    rig.family()
    rig.family(5, (6,))
    rig.set_limits(families_max=1)
    assert look(rig) == 1
    assert set(rig.agenda()) == {5}


def test_stop_leaves_the_rest_on_the_agenda(rig: Rig) -> None:
    """Nothing is recorded of a family that was only read."""
    rig.family()
    rig.charge(1, 2, 3)
    rig.stop.set()
    look(rig)
    assert rig.operations() == ()
    assert set(rig.agenda()) == {1}


def test_a_change_during_the_look_is_not_forgotten(rig: Rig) -> None:
    """The family becomes due anew while it is read: it stays on the agenda."""
    rig.family()
    rig.platform.on_read = lambda name: put_on_agenda(rig) if name == "read_billing" else None
    look(rig)
    assert rig.agenda() == {1: "linked by test"}
    rig.platform.on_read = lambda _: None
    look(rig)
    assert rig.agenda() == {}


def test_a_broken_law_stops_its_family_alone(rig: Rig) -> None:
    """A finding that says whose defect it is, an alert, and no plan; the other family goes on."""
    rig.family()
    rig.family(5, (6,))
    rig.charge(5, 6)

    def break_law(name: str) -> None:
        if name == "read_invoices":
            rig.platform.on_read = lambda _: None
            raise InvariantBroken("a source stands twice in one merge")

    rig.set_limits(concurrency=1)
    rig.platform.on_read = break_law
    look(rig)
    assert rig.rules() == ["invariant_broken"]
    assert rig.alerts.heard == [
        ("invariant.broken", "a source stands twice in one merge"),
        ("family.parked", "a law does not hold: a source stands twice in one merge"),
    ]
    assert rig.alerts.details == [{"main_id": 1}] * 2
    assert rig.operation().main_id == 5
