"""Work: every verdict of the last look before a send, and what becomes of the operation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from connector.domain.accounts import AccountStatus
from connector.domain.ids import AccountId, PlanId
from connector.domain.invoices import InvoiceStatus
from connector.domain.marker import Marker
from connector.errors import (
    OutcomeUnknown,
    PlatformRefused,
    PlatformUnavailable,
)
from connector.ports.store import RequestKind
from connector.runtime.cycle import load_standing
from connector.runtime.requests import record_request
from connector.runtime.work import work
from connector.saga.effects import Effect, IssueCreditNote, IssueInvoice, MarkInvoice
from connector.saga.steps import OperationState
from tests.build import account, items, moment
from tests.runtime.rig import Rig

CLAIM, PIVOT, RELIEF = 1, 4, 5
"""The first step of each kind in the merge of three."""


def merging(rig: Rig) -> None:
    """Three invoices of 12.00, planned but not begun."""
    rig.family()
    rig.charge(1, 2, 3)


Edit = Callable[[Rig], None]


def _edit_source(rig: Rig) -> None:
    rig.world.change_invoice(12, items=items("1.00"))


def _pay_source(rig: Rig) -> None:
    rig.world.pay(12)


def _drop_source(rig: Rig) -> None:
    del rig.world.invoices[12]


def _unlink(rig: Rig) -> None:
    with rig.unit() as unit:
        unit.links.record_end(AccountId(3), rig.clock.now().date(), "ada", rig.at)
        unit.commit()


def _close_main(rig: Rig) -> None:
    rig.world.accounts[1] = account(1, AccountStatus.INACTIVE)


def _drop_main(rig: Rig) -> None:
    del rig.world.accounts[1]


def _unmark(rig: Rig) -> None:
    rig.world.change_invoice(11, memo="")


@pytest.mark.parametrize(
    ("edit", "at", "reason"),
    [
        (_edit_source, 2, "changed"),
        (_pay_source, 2, "changed"),
        (_drop_source, 2, "gone"),
        (_edit_source, 3, "changed"),
        (_pay_source, 3, "changed"),
        (_unlink, 3, "no longer linked"),
        (_close_main, 3, "inactive or gone"),
        (_drop_main, 3, "inactive or gone"),
        (_unmark, 3, "mark was taken off"),
    ],
)
def test_a_changed_ground_withdraws_the_merge_before_its_pivot(
    rig: Rig, edit: Edit, at: int, reason: str
) -> None:
    """Among the claims the world changes: nothing is issued, every claim is handed back."""
    merging(rig)
    claims: list[Effect] = []

    def change(effect: Effect) -> None:
        claims.append(effect)
        if len(claims) == at:
            edit(rig)

    rig.platform.on_send = change
    rig.cycle()
    (operation, *_) = rig.operations(OperationState.WITHDRAWN)
    assert reason in operation.why
    assert not any(isinstance(effect, IssueInvoice) for effect in rig.platform.sent)
    assert all("LA1:" not in invoice.memo for invoice in rig.world.invoices.values())
    assert set(rig.agenda()) == {1}


def test_a_handed_back_memo_is_as_staff_wrote_it(rig: Rig) -> None:
    """Words before and after our line stay byte for byte."""
    merging(rig)
    rig.world.change_invoice(10, memo="call first\nžluťoučký")

    def change(effect: Effect) -> None:
        if isinstance(effect, MarkInvoice) and effect.invoice_id == 12:
            rig.world.pay(11)

    rig.platform.on_send = change
    rig.cycle()
    assert rig.world.invoices[10].memo == "call first\nžluťoučký"


def test_a_claim_found_changed_withdraws_without_any_send(rig: Rig) -> None:
    """The source was paid between plan and work."""
    merging(rig)
    rig.platform.on_read = lambda name: rig.world.pay(10) if name == "read_invoice" else None
    rig.cycle()
    assert rig.operations(OperationState.WITHDRAWN)
    assert rig.platform.sent == []


def test_another_plans_mark_withdraws(rig: Rig) -> None:
    """A second installation was quicker: its mark comes between the look and the claim."""
    merging(rig)
    mark = str(Marker(plan_id=PlanId("A" * 20), step=1))
    rig.platform.on_send = lambda _: rig.world.change_invoice(11, memo=mark)
    rig.cycle()
    assert f"marked by plan {'A' * 20}" in rig.operations(OperationState.WITHDRAWN)[0].why


def _edit_at_relief(rig: Rig, nth: int, edit: Edit) -> None:
    """Somebody changes something while the n-th credit note is on its way."""
    notes: list[Effect] = []

    def change(effect: Effect) -> None:
        if isinstance(effect, IssueCreditNote):
            notes.append(effect)
            if len(notes) == nth:
                edit(rig)

    rig.platform.on_send = change


@pytest.mark.parametrize(
    ("edit", "merged_due"),
    [
        (lambda rig: rig.world.pay(12), 24),
        (lambda rig: rig.world.pay(12, "2.00"), 34),
        (lambda rig: rig.world.change_invoice(12, status=InvoiceStatus.DELETED), 24),
    ],
)
def test_a_changed_source_after_the_pivot_is_settled(rig: Rig, edit: Edit, merged_due: int) -> None:
    """What is still due is relieved, the rest credited on the merged invoice; and closed."""
    merging(rig)
    _edit_at_relief(rig, 2, edit)
    rig.sync()
    assert rig.step(7).state == "cancelled"
    assert rig.due(1001) == merged_due
    assert rig.operation().state is OperationState.CLOSED
    sent = len(rig.platform.sent)
    rig.sync()
    assert len(rig.platform.sent) == sent


def test_a_charge_under_way_after_the_pivot_is_held(rig: Rig) -> None:
    """Nobody knows what will be due: a person must look, and nobody is credited twice."""
    merging(rig)
    pending = InvoiceStatus.PENDING
    _edit_at_relief(rig, 2, lambda rig: rig.world.change_invoice(12, status=pending))
    rig.cycle()
    assert rig.step(7).state == "held"
    assert "a charge of 12.00 is under way" in rig.step(7).reason
    assert 12 not in rig.world.relieved.values()


def test_a_late_note_of_our_own_is_no_payment(rig: Rig) -> None:
    """Given up for absent and carried out at last: seen before anybody is credited for it."""
    merging(rig)
    rig.platform.fail_send(RELIEF, PlatformUnavailable("down"))
    rig.cycle()
    step = rig.step(RELIEF)
    landed: list[int] = []

    def look(name: str) -> None:
        """Our note is looked for in vain; it lands just before the source is read."""
        if name == "read_credit_notes" and not landed:
            rig.platform.on_read = land

    def land(name: str) -> None:
        rig.platform.on_read = look
        landed.append(rig.platform._carry_out(step.effect).remote_id or 0)

    rig.platform.on_read = look
    rig.sync()
    assert rig.step(RELIEF).remote_id in landed
    assert rig.due(1001) == 36
    assert sorted(rig.world.relieved.values()) == [10, 11, 12]
    assert rig.operation().state is OperationState.CLOSED


def test_a_merged_invoice_deleted_after_a_relief_is_parked(rig: Rig) -> None:
    """One was relieved: a person is told; the others are handed back."""
    merging(rig)
    deleted = InvoiceStatus.DELETED
    _edit_at_relief(rig, 2, lambda rig: rig.world.change_invoice(1001, status=deleted))
    rig.sync()
    assert rig.operation().state is OperationState.OPEN
    assert "N10 (12.00), N11 (12.00) had been relieved" in rig.operation().why
    assert rig.world.invoices[12].memo == ""
    assert rig.alerts.events == ["plan.unverified"]


def test_after_so_many_sends_a_person_must_look(rig: Rig) -> None:
    """Every send is followed by silence, and nothing ever shows."""
    merging(rig)
    rig.set_limits(sends_max=3)
    for number in (1, 2, 3, 4):
        rig.platform.fail_send(number, OutcomeUnknown("time-out"))
    rig.sync()
    assert (rig.step(1).state, rig.step(1).attempts) == ("held", 3)
    assert rig.step(1).reason == "sent 3 times, never seen on the platform"
    assert len(rig.platform.sent) == 3
    record_request(rig.service, RequestKind.RETRY, f"{rig.operation().plan_id}/1", "ada")
    rig.sync()
    assert rig.step(1).state == "confirmed", "who asks for another try gets it"
    assert rig.operation().state is OperationState.CLOSED


def test_a_document_that_appears_late_is_not_sent_again(rig: Rig) -> None:
    """Held after a refusal, retried by a person, and there it stands after all."""
    merging(rig)
    rig.platform.fail_send(PIVOT, PlatformRefused("internal", status=400), "after")
    rig.sync()
    assert rig.step(PIVOT).state == "held"
    record_request(rig.service, RequestKind.RETRY, f"{rig.operation().plan_id}/{PIVOT}", "ada")
    rig.sync()
    assert rig.step(PIVOT).attempts == 1
    assert rig.operation().state is OperationState.CLOSED


def test_the_guard_holds_the_pivot_back_and_nothing_else(rig: Rig) -> None:
    """At 21:45 the claims go, the pivot waits until after the platform's own jobs."""
    merging(rig)
    rig.platform.fail_send(3, PlatformUnavailable("down", retry_after_seconds=0))
    rig.cycle()
    rig.clock.billing = moment("2026-01-10 21:45")
    rig.cycle()
    assert rig.states()[:4] == ["confirmed"] * 3 + ["intended"]
    assert load_standing(rig.service).open == 1
    rig.clock.billing = moment("2026-01-11 01:30")
    rig.cycle()
    assert rig.operation().state is OperationState.CLOSED


def test_without_a_writer_nothing_is_done(rig: Rig) -> None:
    """Observe mode has nothing to write with."""
    merging(rig)
    rig.platform.fail_send(1, PlatformUnavailable("down", retry_after_seconds=0))
    rig.cycle()
    assert work(replace(rig.service, writer=None), rig.pen).sends == 0
    assert len(rig.platform.sent) == 1
