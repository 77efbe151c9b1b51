"""An undo while people pay, edit and delete, and while answers are lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from connector.domain.ids import InvoiceId
from connector.domain.invoices import InvoiceStatus
from connector.domain.marker import markers_in
from connector.errors import OutcomeUnknown, PlatformRefused, PlatformUnavailable
from connector.ports.store import RequestKind
from connector.runtime.requests import carry_out_requests, record_request
from connector.runtime.views import load_overview
from connector.saga.effects import IssueCreditNote, IssueInvoice
from connector.saga.steps import OperationState, StepKind
from tests.runtime.rig import Rig
from tests.runtime.undoing import (
    MERGED,
    ask,
    at_send,
    dues,
    merge_three,
    undo_of,
    unlink,
)


@pytest.fixture
def merged(rig: Rig) -> Rig:
    """Three invoices of 12.00, merged into 36.00 two hours ago."""
    return merge_three(rig)


@pytest.mark.parametrize("amount", ["5.00", None])
def test_what_was_paid_stays(merged: Rig, amount: str | None) -> None:
    """In part or in full: withdrawn before anything was sent; it can be asked for again."""
    before = len(merged.platform.sent)
    merged.world.pay(MERGED, amount)
    ask(merged)
    merged.sync()
    assert len(merged.platform.sent) == before
    assert undo_of(merged).state is OperationState.WITHDRAWN
    assert "is due: some of it was paid" in undo_of(merged).why
    if amount:
        merged.world.change_invoice(MERGED, due=Decimal(36))
        ask(merged)
        merged.sync()
        assert dues(merged) == {1002: 12, 1003: 12, 1004: 12}


@pytest.mark.parametrize(
    ("happens", "words"),
    [
        (lambda rig: rig.world.change_invoice(MERGED, status=InvoiceStatus.DELETED), "deleted"),
        (lambda rig: rig.world.change_invoice(MERGED, status=InvoiceStatus.PENDING), "under way"),
        (lambda rig: rig.world.change_invoice(MERGED, total=Decimal(30)), "makes 30.00"),
        (lambda rig: rig.world.change_invoice(11, due=Decimal(12)), "taken back"),
        (lambda rig: unlink(rig, 3), "account 3 is gone, or no longer aggregated"),
    ],
)
def test_the_last_look_withdraws_it(
    merged: Rig, happens: Callable[[Rig], object], words: str
) -> None:
    """Whatever is not as the merge left it: nothing is sent, and the reason is told."""
    before = len(merged.platform.sent)
    ask(merged)
    carry_out_requests(merged.service, merged.pen)
    happens(merged)
    merged.sync()
    assert len(merged.platform.sent) == before
    assert undo_of(merged).state is OperationState.WITHDRAWN
    assert words in undo_of(merged).why


def test_a_payment_on_its_way_stays_on_the_balance(merged: Rig) -> None:
    """Paid between the last look and the credit note: that covers the rest, the rest is kept."""
    at_send(merged, IssueCreditNote, lambda: merged.world.pay(MERGED, "5.00"))
    ask(merged)
    merged.sync()
    assert dues(merged) == {1002: 12, 1003: 12, 1004: 12}
    assert [merged.world.balance(number) for number in (1, 2, 3)] == [-7, -12, -12]
    assert undo_of(merged).state is OperationState.CLOSED


def test_a_recharge_that_is_declined_waits_and_the_others_go_on(merged: Rig) -> None:
    """`status` says by how much the family is charged too little, and until when."""
    merged.platform.fail_send(3, PlatformRefused("no", status=422))
    ask(merged)
    merged.sync()
    assert dues(merged) == {1002: 12, 1003: 12}
    view = load_overview(merged.service)
    (told,) = view.charged_too_little
    assert (told.amount, view.charged_twice) == (Decimal(12), ())
    assert "is mended and retried" in told.until
    record_request(merged.service, RequestKind.RETRY, view.held[0].name, "ada")
    merged.sync()
    assert dues(merged) == {1002: 12, 1003: 12, 1004: 12}
    assert load_overview(merged.service).charged_too_little == ()


@pytest.mark.parametrize("at", [1, 2, 4])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_answer_is_read_back(merged: Rig, at: int, when: str) -> None:
    """The credit note, or a recharge: found, or sent again after the quiescence; once."""
    merged.platform.fail_send(at, OutcomeUnknown("cut"), when)  # type: ignore[arg-type] # a word
    ask(merged)
    merged.sync(wait_seconds=3600)
    assert sorted(dues(merged).values()) == [12, 12, 12]
    assert MERGED not in dues(merged)
    assert undo_of(merged).state is OperationState.CLOSED
    marks = [mark for note in merged.world.notes.values() for mark in markers_in(note.note)]
    assert len(marks) == len(set(marks)) == 4


def test_a_credit_note_that_lands_after_all_is_told(merged: Rig) -> None:
    """Lost, paid meanwhile, given up, and there a day later: the main account is charged too little."""
    merged.platform.fail_send(1, OutcomeUnknown("cut"))
    at_send(merged, IssueCreditNote, lambda: merged.world.pay(MERGED, "5.00"))
    ask(merged)
    merged.sync(wait_seconds=3600)
    assert undo_of(merged).state is OperationState.WITHDRAWN
    assert {step.state.value for step in undo_of(merged).steps} == {"cancelled"}
    assert dues(merged) == {MERGED: 31}
    merged.platform.on_send = lambda _: None
    merged.platform.send(undo_of(merged).steps[0].effect, lambda: None)
    merged.clock.pass_by(days=1)
    merged.sync()
    with merged.unit() as unit:
        told = [row.refusal for row in unit.findings.load_refusals()]
    assert [(row.rule, "delete that credit note" in row.mend) for row in told] == [
        ("revoked_late", True)
    ]


def test_a_held_credit_note_that_is_given_up_ends_the_undo(merged: Rig) -> None:
    """Declined by the platform; whoever cancels it gives the whole undo up."""
    merged.platform.fail_send(1, PlatformRefused("no", status=422))
    ask(merged)
    merged.sync()
    (held,) = load_overview(merged.service).held
    assert held.step.kind is StepKind.REVOKE
    record_request(merged.service, RequestKind.CANCEL, held.name, "ada")
    merged.sync()
    assert undo_of(merged).state is OperationState.WITHDRAWN
    assert dues(merged) == {MERGED: 36}
    ask(merged)
    merged.sync()
    assert dues(merged) == {1002: 12, 1003: 12, 1004: 12}


def test_staff_who_bring_the_merged_invoice_back_stop_it(merged: Rig) -> None:
    """The credit note was deleted before the sources were charged anew: a person decides."""

    def bring_back() -> None:
        (note,) = [row for row in merged.world.notes.values() if row.account_id == 1][-1:]
        merged.world.notes[note.id] = replace(note, deleted=True)
        merged.world.change_invoice(MERGED, due=Decimal(36), status=InvoiceStatus.NOT_PAID)

    at_send(merged, IssueInvoice, bring_back)
    ask(merged)
    merged.sync()
    assert dues(merged) == {MERGED: 36, 1002: 12}
    held = load_overview(merged.service).held
    assert [row.step.kind for row in held] == [StepKind.RECHARGE] * 2
    for row in held:
        record_request(merged.service, RequestKind.CANCEL, row.name, "ada")
    merged.sync()
    assert "was deleted, though its sources are charged anew" in undo_of(merged).why


def test_a_source_that_owes_itself_again_is_not_charged_anew(merged: Rig) -> None:
    """Staff took its credit note back after the merged invoice was revoked."""
    at_send(
        merged,
        IssueInvoice,
        lambda: merged.world.change_invoice(12, due=Decimal(12), status=InvoiceStatus.NOT_PAID),
    )
    ask(merged)
    merged.sync()
    assert dues(merged) == {12: 12, 1002: 12, 1003: 12}
    assert [step.state.value for step in undo_of(merged).steps][-1] == "cancelled"


def test_a_recharge_that_was_deleted_parks_the_undo(merged: Rig) -> None:
    """Before it was verified: told, and nothing is sent."""
    at_send(
        merged,
        IssueInvoice,
        lambda: merged.world.change_invoice(1002, status=InvoiceStatus.DELETED),
        nth=2,
    )
    ask(merged)
    merged.sync()
    assert undo_of(merged).state is OperationState.OPEN
    assert "was deleted: see to it that it is charged" in undo_of(merged).why
    record_request(merged.service, RequestKind.CANCEL, undo_of(merged).plan_id, "ada")
    merged.sync()
    assert undo_of(merged).state is OperationState.CLOSED


def test_a_recharge_that_stands_twice_is_voided(merged: Rig) -> None:
    """Its twin appears a day later: credited in full, and the undo is closed again."""
    ask(merged)
    merged.sync()
    twin = replace(merged.world.invoices[1003], id=InvoiceId(1005), number="M1005")
    merged.world.put(twin)
    merged.clock.pass_by(days=1)
    merged.sync()
    assert dues(merged) == {1002: 12, 1003: 12, 1004: 12}
    assert undo_of(merged).steps[-1].kind is StepKind.VOID
    assert undo_of(merged).state is OperationState.CLOSED


def test_a_twin_is_kept_when_the_known_one_was_deleted(merged: Rig) -> None:
    """A person decides which of the two charges the account."""
    ask(merged)
    merged.sync()
    merged.world.put(replace(merged.world.invoices[1003], id=InvoiceId(1005), number="M1005"))
    merged.world.change_invoice(1003, status=InvoiceStatus.DELETED)
    merged.clock.pass_by(days=1)
    merged.sync()
    (held,) = load_overview(merged.service).held
    assert "the invoice we know, which was deleted" in held.step.reason


def test_a_merged_invoice_that_owes_again_opens_the_undo(merged: Rig) -> None:
    """Staff delete the credit note that revoked it, long after."""
    ask(merged)
    merged.sync()
    note = max(row.id for row in merged.world.notes.values())
    merged.world.notes[note] = replace(merged.world.notes[note], deleted=True)
    merged.world.change_invoice(MERGED, due=Decimal(36), status=InvoiceStatus.NOT_PAID)
    merged.clock.pass_by(days=1)
    before = len(merged.platform.sent)
    merged.sync()
    assert undo_of(merged).state is OperationState.OPEN
    assert "credit the merged invoice by hand" in undo_of(merged).why
    assert len(merged.platform.sent) == before


def test_it_goes_on_when_the_platform_is_back(merged: Rig) -> None:
    """Down right after the merged invoice was revoked."""
    merged.platform.fail_send(2, PlatformUnavailable("down"))
    ask(merged)
    merged.cycle()
    (told,) = load_overview(merged.service).charged_too_little
    assert (told.amount, told.until) == (Decimal(36), "the next cycle goes on with it")
    merged.sync()
    assert dues(merged) == {1002: 12, 1003: 12, 1004: 12}
