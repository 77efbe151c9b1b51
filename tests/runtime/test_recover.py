"""Recover: a doubt ends by reading, and only by reading."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from connector.domain.accounts import AccountStatus
from connector.domain.invoices import InvoiceStatus
from connector.domain.snapshot import Quarantined
from connector.errors import OutcomeUnknown
from connector.runtime.recover import record_found_at_start, recover_step, reload
from connector.saga.effects import Effect
from connector.saga.machine import claimed
from connector.saga.states import StepState
from connector.saga.steps import OperationState
from tests.build import items
from tests.runtime.rig import MIRROR, Rig

PIVOT, RELIEF = 4, 5


def doubtful(rig: Rig, number: int, *, stands: bool) -> None:
    """A merge whose n-th send was cut off; nothing more is read in this turn."""
    rig.family()
    rig.charge(1, 2, 3)
    rig.platform.fail_send(number, OutcomeUnknown("cut"), "after" if stands else "before")

    def stop(_: Effect) -> None:
        if len(rig.platform.sent) == number:
            rig.stop.set()

    rig.platform.on_send = stop
    rig.cycle()
    rig.platform.on_send = lambda _: None
    rig.stop.clear()


def recover(rig: Rig, number: int) -> bool:
    """One look at the step."""
    return recover_step(rig.service, rig.pen, rig.operation(), rig.step(number))


@pytest.mark.parametrize(("number", "document"), [(PIVOT, 1001), (RELIEF, 1)])
def test_seen_is_confirmed_with_its_number(rig: Rig, number: int, document: int) -> None:
    """No quiescence is needed for what stands there."""
    doubtful(rig, number, stands=True)
    assert recover(rig, number)
    step = rig.step(number)
    assert (step.state, step.remote_id) == (StepState.CONFIRMED, document)
    assert step.reason == "read back after a doubt"


@pytest.mark.parametrize("number", [PIVOT, RELIEF])
def test_an_unseen_document_waits_for_the_quiescence(rig: Rig, number: int) -> None:
    """To the second: at 119 it may still appear, at 120 it was not carried out."""
    doubtful(rig, number, stands=False)
    rig.clock.hosted += timedelta(seconds=119)
    assert not recover(rig, number)
    assert rig.step(number).state is StepState.UNKNOWN
    rig.clock.hosted += timedelta(seconds=1)
    assert recover(rig, number)
    assert rig.step(number).state is StepState.INTENDED


def test_an_unseen_mark_need_not_wait(rig: Rig) -> None:
    """To set it twice changes nothing."""
    doubtful(rig, 1, stands=False)
    assert recover(rig, 1)
    assert rig.step(1).state is StepState.INTENDED


def test_sends_that_vanish_one_after_another_come_at_growing_gaps(rig: Rig) -> None:
    """The first is repeated at once, the next after four seconds: a sick platform is spared."""
    rig.family()
    rig.charge(1, 2, 3)
    for number in (1, 2):
        rig.platform.fail_send(number, OutcomeUnknown("cut"), "before")
    rig.cycle()
    step = rig.step(1)
    assert (step.state, step.attempts) == (StepState.INTENDED, 2)
    assert step.due_at == rig.clock.host() + timedelta(seconds=4)
    rig.clock.pass_by(seconds=4)
    rig.cycle()
    assert rig.step(1).state is StepState.CONFIRMED


def test_a_status_that_shows_is_confirmed_with_the_row_it_left(rig: Rig) -> None:
    """The log names nobody, so the block is ours."""
    rig.set_policy(MIRROR)
    rig.family(1, (2,))
    rig.overdue()
    rig.block(1)
    rig.platform.fail_send(1, OutcomeUnknown("cut"), "after")
    rig.sync()
    assert (rig.step(1).state, rig.step(1).remote_id) == (StepState.CONFIRMED, 2)


def test_a_block_by_a_person_is_not_taken_for_ours(rig: Rig) -> None:
    """Blocked it is, but the row names somebody: nothing of ours to release later."""
    rig.set_policy(MIRROR)
    rig.family(1, (2,))
    rig.overdue()
    rig.block(1)
    rig.platform.fail_send(1, OutcomeUnknown("cut"))
    rig.platform.on_send = lambda _: rig.block(2, by=4)
    rig.sync()
    assert (rig.step(1).state, rig.step(1).remote_id) == (StepState.CONFIRMED, None)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"total": items("1.00")[0].price}, "makes 1.00, not 36.00"),
        ({"status": InvoiceStatus.DELETED}, "was deleted"),
    ],
)
def test_a_document_that_is_not_as_sent_is_held(
    rig: Rig, values: dict[str, object], reason: str
) -> None:
    """Sending again would make a second one."""
    doubtful(rig, PIVOT, stands=True)
    rig.world.change_invoice(1001, **values)
    assert recover(rig, PIVOT)
    assert rig.step(PIVOT).state is StepState.HELD
    assert reason in rig.step(PIVOT).reason


def test_of_a_document_that_stands_twice_the_older_is_ours(rig: Rig) -> None:
    """The other one is voided by a step of its own, at the next look."""
    doubtful(rig, PIVOT, stands=True)
    rig.world.put(replace(rig.world.invoices[1001], id=rig.world.next_invoice_id()))
    assert recover(rig, PIVOT)
    assert (rig.step(PIVOT).state, rig.step(PIVOT).remote_id) == (StepState.CONFIRMED, 1001)


def test_an_account_that_is_gone_is_held(rig: Rig) -> None:
    """A release in doubt, and its sub deleted."""
    rig.family(1, (2,))
    rig.block(1, 2)
    rig.clock.pass_by(hours=1)
    rig.activate(1)
    rig.platform.fail_send(1, OutcomeUnknown("cut"))
    rig.platform.on_send = lambda _: rig.stop.set()
    rig.cycle()
    del rig.world.accounts[2]
    assert recover(rig, 1)
    assert (rig.step(1).state, rig.step(1).reason) == (StepState.HELD, "the account is gone")


@pytest.mark.parametrize(
    ("number", "name"), [(PIVOT, "read_invoices"), (RELIEF, "read_credit_notes")]
)
def test_a_list_with_a_hole_ends_no_doubt(rig: Rig, number: int, name: str) -> None:
    """The unreadable row may be the very document: nothing is sent again, however long it takes."""
    doubtful(rig, number, stands=False)
    hole = Quarantined(resource="x", object_id=9, account_id=None, field="memo", problem="is 1")
    rig.platform.quarantine(name, hole)
    rig.clock.pass_by(hours=1)
    report = rig.cycle()
    assert rig.step(number).state is StepState.UNKNOWN
    assert len(report.problems) == 1
    rig.platform.mend()
    rig.sync()
    assert rig.operation().state is OperationState.CLOSED


def test_what_was_being_sent_at_our_death_is_in_doubt(rig: Rig) -> None:
    """Not intended: the bytes may have left."""
    doubtful(rig, PIVOT, stands=True)
    recover(rig, PIVOT)
    sending = claimed(rig.step(RELIEF), rig.step(RELIEF).effect, rig.clock.host())
    rig.record(sending)
    rig.restart()
    assert record_found_at_start(rig.service, rig.pen) == 1
    assert rig.step(RELIEF).state is StepState.UNKNOWN
    assert record_found_at_start(rig.service, rig.pen) == 0
    rig.sync()
    assert rig.operation().state is OperationState.CLOSED


def test_reload_shows_what_the_journal_has(rig: Rig) -> None:
    """Not what somebody held in hand."""
    doubtful(rig, 1, stands=True)
    assert reload(rig.service, rig.operation().plan_id) == rig.operation()
    assert rig.world.accounts[1].status is AccountStatus.ACTIVE
