"""The audit of a family whose merge was undone: nothing where all is right, and each wrong once."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from connector.domain.ids import InvoiceId
from connector.domain.invoices import InvoiceStatus
from connector.errors import OutcomeUnknown
from connector.runtime.audit import run_audit
from connector.saga.audit.scene import AuditBounds
from connector.saga.effects import IssueCreditNote
from tests.runtime.rig import Rig
from tests.runtime.undoing import MERGED, ask, at_send, merge_three, undo_of


@pytest.fixture
def undone(rig: Rig) -> Rig:
    """Three invoices of 12.00, merged and taken back."""
    merge_three(rig)
    ask(rig)
    rig.sync()
    return rig


def rules_of(rig: Rig) -> list[str]:
    """Rules of everything that the audit finds."""
    return [found.rule.value for found in run_audit(rig.service, AuditBounds()).findings]


def test_a_right_undo_shows_nothing(undone: Rig) -> None:
    """Neither on the day nor when each account has paid for itself."""
    assert rules_of(undone) == []
    for number in (1002, 1003, 1004):
        undone.world.pay(number)
    assert rules_of(undone) == []


def test_a_merged_invoice_that_is_charged_again_is_seen(undone: Rig) -> None:
    """The credit note that revoked it is gone; with the invoice gone, too, nothing is wrong."""
    note = max(row.id for row in undone.world.notes.values())
    undone.world.notes[note] = replace(undone.world.notes[note], deleted=True)
    undone.world.change_invoice(MERGED, due=Decimal(36), status=InvoiceStatus.NOT_PAID)
    assert rules_of(undone) == ["note_gone"]


def test_a_recharge_that_stands_twice_is_seen_until_it_is_voided(undone: Rig) -> None:
    """The next look of the service credits the second one."""
    twin = replace(undone.world.invoices[1003], id=InvoiceId(1005), number="M1005")
    undone.world.put(twin)
    assert rules_of(undone) == ["second_document"]
    undone.clock.pass_by(days=1)
    undone.sync()
    assert rules_of(undone) == []


def test_a_credit_note_of_an_undo_that_was_given_up_is_seen(rig: Rig) -> None:
    """It landed after all: the main account is charged too little."""
    merge_three(rig)
    rig.platform.fail_send(1, OutcomeUnknown("cut"))
    at_send(rig, IssueCreditNote, lambda: rig.world.pay(MERGED, "5.00"))
    ask(rig)
    rig.sync(wait_seconds=3600)
    assert rules_of(rig) == []
    rig.platform.on_send = lambda _: None
    rig.platform.send(undo_of(rig).steps[0].effect, lambda: None)
    assert rules_of(rig) == ["note_unwanted"]
