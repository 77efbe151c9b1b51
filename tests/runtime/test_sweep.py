"""Sweep: what a later look finds of merges that have ended."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from connector.domain.ids import CreditNoteId, InvoiceId
from connector.domain.invoices import InvoiceStatus
from connector.errors import OutcomeUnknown
from connector.ports.store import RequestKind
from connector.runtime.requests import record_request
from connector.saga.effects import IssueCreditNote
from connector.saga.steps import OperationState, StepKind
from tests.runtime.looks import look, put_on_agenda
from tests.runtime.rig import Rig

OPEN, CLOSED = OperationState.OPEN, OperationState.CLOSED


@pytest.fixture
def merged(rig: Rig) -> Rig:
    """Three invoices of 12.00 merged into 36.00, and closed."""
    rig.family()
    rig.charge(1, 2, 3)
    rig.sync()
    assert rig.operation().state is CLOSED
    return rig


def a_day_later(rig: Rig) -> None:
    """The family is looked at again, and whatever follows is done."""
    rig.clock.pass_by(days=1)
    put_on_agenda(rig)
    rig.sync()


def take_relief_back(rig: Rig, number: int) -> None:
    """Staff delete the credit note of a source, which owes again."""
    note = next(key for key, source in rig.world.relieved.items() if source == number)
    rig.world.notes[note] = replace(rig.world.notes[note], deleted=True)
    rig.world.change_invoice(number, due=Decimal(12), status=InvoiceStatus.NOT_PAID)


def add_twin(rig: Rig, **values: object) -> None:
    """A second merged invoice, mark and all."""
    twin = replace(rig.world.invoices[1001], id=InvoiceId(1002), number="M1002")
    rig.world.put(replace(twin, **values))  # type: ignore[arg-type] # values of any field


def test_a_relief_taken_back_opens_its_merge_and_sends_nothing(merged: Rig) -> None:
    """Told once, until a person settles it; then never again."""
    sent = len(merged.platform.sent)
    take_relief_back(merged, 11)
    a_day_later(merged)
    a_day_later(merged)
    assert merged.operation().state is OPEN
    assert "invoice N11 still has 12.00 due" in merged.operation().why
    assert merged.alerts.events == ["plan.unverified"]
    record_request(merged.service, RequestKind.CANCEL, merged.operation().plan_id, "ada")
    a_day_later(merged)
    a_day_later(merged)
    assert merged.operation().state is CLOSED
    assert len(merged.platform.sent) == sent


def test_a_second_document_is_voided(merged: Rig) -> None:
    """The merge is opened for it, and closed again."""
    add_twin(merged)
    a_day_later(merged)
    assert [merged.due(number) for number in (1001, 1002)] == [36, 0]
    assert merged.operation().state is CLOSED
    assert merged.operation().steps[-1].kind is StepKind.VOID
    sent = len(merged.platform.sent)
    a_day_later(merged)
    assert len(merged.platform.sent) == sent


def test_a_second_document_that_was_paid_waits_for_a_person(merged: Rig) -> None:
    """Which of the two they paid is theirs to say."""
    add_twin(merged, due=Decimal(30))
    a_day_later(merged)
    assert merged.operation().steps[-1].state == "held"
    assert "30.00 of 36.00 due" in merged.operation().steps[-1].reason


def test_a_document_of_a_merge_that_was_given_up_is_voided_too(rig: Rig) -> None:
    """Its pivot was sent, declared absent, and the merge withdrawn; then it appeared."""
    rig.family(1, (2,))
    rig.charge(1, 2)
    rig.platform.fail_send(3, OutcomeUnknown("time-out"))
    rig.cycle()
    pivot = rig.step(3)
    rig.clock.pass_by(hours=1)
    rig.world.pay(11)
    rig.sync()
    assert rig.operations(OperationState.WITHDRAWN)
    rig.platform._carry_out(pivot.effect)
    a_day_later(rig)
    assert rig.due(1001) == 0
    assert [n.total for n in rig.world.notes.values()] == [24]


def test_a_source_raised_after_its_relief_is_listed(merged: Rig) -> None:
    """The merge stays closed: what is carried was relieved."""
    merged.world.change_invoice(
        11, total=Decimal(15), due=Decimal(3), status=InvoiceStatus.NOT_PAID
    )
    put_on_agenda(merged)
    look(merged)
    assert merged.rules() == ["left_on_sub"]
    assert merged.operation().state is CLOSED


def test_a_relief_that_stands_twice_is_parked(rig: Rig) -> None:
    """Sent again after the quiescence, and the first one landed at last."""
    rig.family()
    rig.charge(1, 2, 3)
    rig.platform.fail_send(5, OutcomeUnknown("time-out"))
    rig.sync()
    assert rig.operation().state is CLOSED
    step = rig.step(5)
    assert step.attempts == 2
    assert isinstance(step.effect, IssueCreditNote)
    late = replace(rig.world.notes[CreditNoteId(step.remote_id or 0)], id=CreditNoteId(50))
    rig.world.notes[50] = replace(late, number="C50")
    a_day_later(rig)
    assert rig.operation().state is OPEN
    assert "stands 2 times" in rig.operation().why
