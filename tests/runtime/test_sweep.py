"""Sweep: what a later look finds of merges that have ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from connector.domain.ids import CreditNoteId, InvoiceId
from connector.domain.invoices import Invoice, InvoiceStatus
from connector.errors import OutcomeUnknown, PlatformRefused
from connector.ports.platform import Reading
from connector.ports.store import RequestKind
from connector.runtime.requests import record_request
from connector.saga.effects import IssueCreditNote
from connector.saga.states import StepState
from connector.saga.steps import OperationState, Step, StepKind
from connector.saga.sweeping import sweep_merge
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


@pytest.mark.parametrize("is_given_up", [False, True])
def test_a_claim_that_lands_after_its_hand_back_is_handed_back_once_more(
    rig: Rig, *, is_given_up: bool
) -> None:
    """Nothing carries the source, so its mark would keep it from every merge; but people decide."""
    rig.family(1, (2,))
    rig.charge(1, 2)
    rig.platform.fail_send(3, OutcomeUnknown("time-out"))
    rig.cycle()
    claim = rig.step(1)
    rig.clock.pass_by(hours=1)
    rig.world.pay(11)
    rig.sync()
    (withdrawn,) = rig.operations(OperationState.WITHDRAWN)
    assert [step.kind for step in withdrawn.steps].count(StepKind.UNCLAIM) == 2
    rig.platform._carry_out(claim.effect)
    if is_given_up:
        handback = next(step for step in withdrawn.steps if step.kind is StepKind.UNCLAIM)
        given_up = replace(handback, state=StepState.CANCELLED, reason="by anna")
        steps = tuple(given_up if step is handback else step for step in withdrawn.steps)
        swept = sweep_merge(
            replace(withdrawn, steps=steps), rig.world.invoices.values(), rig.clock.now()
        )
        assert swept.handbacks == ()
        return
    a_day_later(rig)
    assert rig.world.invoices[claim.invoice_id or 0].memo == ""
    (withdrawn,) = rig.operations(OperationState.WITHDRAWN)
    assert [step.kind for step in withdrawn.steps].count(StepKind.UNCLAIM) == 3


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


def land_again(rig: Rig, step: Step) -> None:
    """The platform carries out, at last, what a step had sent before it sent it again."""
    note = rig.world.notes[CreditNoteId(step.remote_id or 0)]
    rig.world.notes[50] = replace(note, id=CreditNoteId(50), number="C50")


def test_a_relief_that_stands_twice_is_listed_while_another_step_is_held(rig: Rig) -> None:
    """A held step keeps the last look waiting; the second credit note is not silent until then."""
    rig.family()
    rig.charge(1, 2, 3)
    rig.platform.fail_send(5, OutcomeUnknown("time-out"))
    rig.platform.fail_send(7, PlatformRefused("no", status=422))
    rig.sync()
    twice, held = rig.step(5), rig.step(6)
    assert (twice.state, twice.attempts, held.state) == ("confirmed", 2, "held")
    a_day_later(rig)
    assert "surplus_note" not in rig.rules()
    land_again(rig, twice)
    a_day_later(rig)
    assert "surplus_note" in rig.rules()
    with rig.unit() as unit:
        (found,) = (
            row.refusal
            for row in unit.findings.load_refusals()
            if row.refusal.rule == "surplus_note"
        )
    assert "12.00 too often" in found.sentence
    assert "C50; delete all but the first" in found.sentence


def test_a_void_of_a_withdrawn_merge_that_stands_twice_is_listed(rig: Rig) -> None:
    """Its merged invoice came late and was voided by a credit note that came late, too."""
    rig.family(1, (2,))
    rig.charge(1, 2)
    rig.platform.fail_send(3, OutcomeUnknown("time-out"))
    rig.cycle()
    pivot = rig.step(3)
    rig.clock.pass_by(hours=1)
    rig.world.pay(11)
    rig.sync()
    rig.platform._carry_out(pivot.effect)
    rig.platform.fail_send(1, OutcomeUnknown("time-out"))
    a_day_later(rig)
    (withdrawn,) = rig.operations(OperationState.WITHDRAWN)
    void = withdrawn.steps[-1]
    assert (void.kind, void.state, void.attempts) == (StepKind.VOID, "confirmed", 2)
    assert "surplus_note" not in rig.rules()
    land_again(rig, void)
    a_day_later(rig)
    assert "surplus_note" in rig.rules()


def delete_merged(rig: Rig) -> None:
    """Staff delete the merged invoice; it stays in lists as deleted."""
    rig.world.change_invoice(1001, status=InvoiceStatus.DELETED)


def remove_merged(rig: Rig) -> None:
    """Staff delete the merged invoice without a trace."""
    del rig.world.invoices[1001]


def edit_merged(rig: Rig) -> None:
    """Staff take a line off the merged invoice."""
    rig.world.change_invoice(1001, total=Decimal(24), due=Decimal(24))


def delete_source(rig: Rig) -> None:
    """Staff delete a source that was relieved."""
    rig.world.change_invoice(11, status=InvoiceStatus.DELETED)


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (delete_merged, "the merged invoice was deleted after N10 (12.00), N11 (12.00)"),
        (remove_merged, "the merged invoice was deleted"),
        (edit_merged, "the merged invoice makes 24.00, planned was 36.00"),
        (delete_source, "invoice N11 was deleted"),
    ],
)
def test_what_is_deleted_or_edited_after_the_end_opens_its_merge(
    merged: Rig, act: Callable[[Rig], None], why: str
) -> None:
    """Told once, until a person settles it; nothing is sent, and nothing merged anew."""
    sent = len(merged.platform.sent)
    act(merged)
    a_day_later(merged)
    a_day_later(merged)
    assert merged.operation().state is OPEN
    assert why in merged.operation().why
    assert merged.alerts.events == ["plan.unverified"]
    record_request(merged.service, RequestKind.CANCEL, merged.operation().plan_id, "ada")
    a_day_later(merged)
    a_day_later(merged)
    assert merged.operation().state is CLOSED
    assert len(merged.platform.sent) == sent


def test_a_list_that_misses_the_merged_invoice_proves_nothing(
    merged: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked for by its number before the merge is opened."""
    real = merged.platform.read_invoices
    monkeypatch.setattr(
        merged.platform, "read_invoices", lambda ids, since: replace(real(ids, since), rows=())
    )
    nothing: Reading[Invoice] = Reading(rows=())
    monkeypatch.setattr(merged.platform, "read_open_invoices", lambda _: nothing)
    merged.platform.reads.clear()
    a_day_later(merged)
    assert merged.operation().state is CLOSED
    assert "read_invoice" in merged.platform.reads


def test_an_old_merged_invoice_is_not_missed_in_lists_of_later_ones(merged: Rig) -> None:
    """Two cycles later no list of a look reaches back to it."""
    merged.world.pay(1001)
    merged.clock.pass_by(days=120)
    merged.platform.reads.clear()
    put_on_agenda(merged)
    look(merged)
    assert merged.operation().state is CLOSED
    assert "read_invoice" not in merged.platform.reads
