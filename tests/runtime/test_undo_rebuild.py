"""A store that was lost, or is old, after an undo: its marks tell what it was."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from connector.domain.ids import InvoiceId
from connector.domain.invoices import InvoiceStatus
from connector.errors import PlatformUnavailable
from connector.runtime import facts
from connector.runtime.rebuild import rebuild
from connector.saga.steps import OperationState, StepKind
from tests.runtime.losing import confirm, keep, lose, put_back, quietly
from tests.runtime.rig import Rig
from tests.runtime.undoing import ask, dues, merge_of, merge_three, undo_of

OWN = {1002: 12, 1003: 12, 1004: 12}


def lost_and_rebuilt(rig: Rig) -> list[str]:
    """Lose the store, notice it, rebuild and confirm; what could not be told apart."""
    lose(rig)
    rig.sync()
    problems = [each.problem for each in rebuild(rig.service, quietly).plans]
    confirm(rig)
    rig.sync(wait_seconds=3600)
    return problems


@pytest.fixture
def undone(rig: Rig) -> Rig:
    """Three invoices of 12.00, merged and taken back."""
    merge_three(rig)
    ask(rig)
    rig.sync()
    assert dues(rig) == OWN
    return rig


def test_a_lost_undo_is_as_it_was(undone: Rig) -> None:
    """Same plan, same steps, closed; nothing is sent, and nothing merged again."""
    before, sent = undo_of(undone), len(undone.platform.sent)
    assert lost_and_rebuilt(undone) == ["", ""]
    after = undo_of(undone)
    assert (after.plan_id, after.undoes) == (before.plan_id, merge_of(undone).plan_id)
    assert [(step.kind, step.remote_id) for step in after.steps] == [
        (step.kind, step.remote_id) for step in before.steps
    ]
    undone.clock.pass_by(days=2)
    undone.sync()
    assert undo_of(undone).state is OperationState.CLOSED
    assert merge_of(undone).state is OperationState.CLOSED
    assert len(undone.platform.sent) == sent
    assert undone.rules() == ["undone"] * 3


@pytest.mark.parametrize("done", [1, 2, 3])
def test_an_undo_that_was_cut_off_goes_on(rig: Rig, done: int) -> None:
    """The platform went away after so many of its writes, and then the store."""
    merge_three(rig)
    ask(rig)
    for number in range(done + 1, done + 9):
        rig.platform.fail_send(number, PlatformUnavailable("down"))
    rig.cycle()
    rig.platform.mend()
    assert lost_and_rebuilt(rig) == ["", ""]
    assert sorted(dues(rig).values()) == [12, 12, 12]
    assert 1001 not in dues(rig)
    assert undo_of(rig).state is OperationState.CLOSED


@pytest.mark.parametrize("done", [0, 1, 2, 4])
def test_an_old_store_learns_what_was_sent_since(rig: Rig, done: int) -> None:
    """The copy has the undo as planned; some of it, or all, was done after it was made."""
    merge_three(rig)
    ask(rig)
    rig.platform.fail_send(1, PlatformUnavailable("down"))
    rig.cycle()
    keep(rig)
    rig.platform.mend()
    for number in range(done + 1, done + 9):
        rig.platform.fail_send(number, PlatformUnavailable("down"))
    rig.clock.pass_by(minutes=1)
    rig.cycle()
    rig.platform.mend()
    put_back(rig)
    rebuild(rig.service, quietly)
    rig.clock.pass_by(seconds=121)
    rig.sync(wait_seconds=3600)
    assert (rig.fact(facts.RECOVERY) is not None) is (done > 1), "a mark of a step never sent"
    if done > 1:
        confirm(rig)
        rig.sync(wait_seconds=3600)
    assert sorted(dues(rig).values()) == [12, 12, 12]
    assert 1001 not in dues(rig)


def test_without_its_credit_note_a_person_must_look(undone: Rig) -> None:
    """Staff wrote over its note: the recharges bear marks that nobody explains, and stay apart."""
    (number,) = (row.id for row in undone.world.notes.values() if "is undone" in row.note)
    undone.world.notes[number] = replace(undone.world.notes[number], note="Spoke")
    problems = lost_and_rebuilt(undone)
    assert problems[0] == ""
    assert "its credit note is gone" in problems[1]
    undone.clock.pass_by(days=2)
    sent = len(undone.platform.sent)
    undone.sync()
    assert len(undone.platform.sent) == sent
    assert dues(undone) == OWN


def test_a_voided_twin_and_a_deleted_recharge_are_remembered(undone: Rig) -> None:
    """What came after the undo: one document stood twice and was voided, one staff deleted."""
    undone.world.put(replace(undone.world.invoices[1003], id=InvoiceId(1005), number="M1005"))
    undone.clock.pass_by(days=1)
    undone.sync()
    undone.world.change_invoice(1004, status=InvoiceStatus.DELETED, due=Decimal(0))
    sent = len(undone.platform.sent)
    assert lost_and_rebuilt(undone) == ["", ""]
    assert undo_of(undone).steps[-1].kind is StepKind.VOID
    assert len(undone.platform.sent) == sent
    assert "was deleted" in undo_of(undone).why
