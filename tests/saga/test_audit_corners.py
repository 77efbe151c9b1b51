"""The audit at its edges: what it passes over, and what only a damaged journal shows."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from connector.domain.ids import CreditNoteId
from connector.domain.invoices import InvoiceStatus
from connector.domain.marker import with_marker
from connector.domain.money import ZERO
from connector.saga.audit.families import _overlap
from connector.saga.audit.judge import judge_scene
from connector.saga.audit.rules import Rule
from connector.saga.audit.scene import AuditFinding, FamilyScene
from connector.saga.effects import IssueCreditNote
from connector.saga.fixups import Settlement, plan_settlement
from connector.saga.machine import hand_back
from connector.saga.states import StepEvent, StepState
from connector.saga.steps import Operation, OperationState
from tests.build import NOON, items
from tests.saga.audited import carried_out, scene_of, with_step
from tests.saga.planting import (
    MERGED,
    RELIEF,
    SUBS,
    in_turn,
    owing,
    sound,
    with_invoice,
    with_note,
    with_operation,
    without_note,
)
from tests.saga.support import SOURCES, merge, step_of
from tests.saga.undone import NOTE, closed, undone

CONFIRMED, CANCELLED = StepState.CONFIRMED, StepState.CANCELLED


def rules_of(scene: FamilyScene) -> list[Rule]:
    """Rules of everything that is found, in order."""
    return [finding.rule for finding in judge_scene(scene)]


def credited(operation: Operation) -> Operation:
    """The sub's whole share was credited on the merged invoice instead of relieved."""
    relief = step_of(operation, 5)
    settlement = Settlement(relief=ZERO, credit=Decimal(12))
    (credit,) = plan_settlement(operation, relief, SOURCES[1], settlement, NOON.date())
    done = replace(credit, state=CONFIRMED, attempts=1, remote_id=RELIEF)
    given_up = with_step(operation, 5, state=CANCELLED, attempts=0, remote_id=None)
    return replace(given_up, steps=(*given_up.steps, done))


def test_a_share_that_was_credited_charges_nobody_twice() -> None:
    """Its source is the sub-account's own again."""
    (operation,) = (credited(each) for each in sound().operations)
    effect = operation.steps[-1].effect
    assert isinstance(effect, IssueCreditNote)
    scene = in_turn(
        with_operation(credited),
        with_note(RELIEF, account_id=effect.account_id, note=effect.note),
        owing(SUBS),
    )(sound())
    assert Rule.BILLED_TWICE not in rules_of(scene)


def test_lines_without_days_charge_no_common_day() -> None:
    """One-time work is charged natively and by us without being the same."""
    (line,) = items("10.00@20")
    assert not _overlap(line, line)


@pytest.mark.parametrize(
    ("event", "changes", "words"),
    [
        (StepEvent.ACCEPTED, {"from_state": "held"}, "was sending when event"),
        (StepEvent.CLAIMED, {"to_state": "confirmed"}, "became confirmed by claimed"),
    ],
)
def test_events_that_do_not_follow_each_other_are_told(
    event: StepEvent, changes: dict[str, str], words: str
) -> None:
    """Whoever changed a row left the others as they were."""
    scene = sound()
    events = tuple(
        replace(each, **changes) if (each.step, each.event) == (5, event) else each  # type: ignore[arg-type] # by name
        for each in scene.events
    )
    (finding,) = judge_scene(replace(scene, events=events))
    assert finding.rule is Rule.EVENTS_DISAGREE
    assert words in finding.sentence


def test_a_proposal_has_no_end_to_reach() -> None:
    """It waits for a person, however long."""
    waiting = with_operation(
        lambda _: replace(merge(), state=OperationState.PROPOSED, created_at=NOON)
    )
    bare = replace(sound(), notes={}, invoices={row.id: row for row in SOURCES})
    assert judge_scene(waiting(bare)) == ()


def test_the_mark_of_a_credit_note_on_an_invoice_is_misplaced() -> None:
    """It belongs into the note of a credit note."""
    mark = step_of(merge(), 5).marker
    memo = sound().invoices[SUBS].memo
    assert Rule.MARKER_MISPLACED in rules_of(
        with_invoice(20, memo=with_marker(memo, mark))(sound())
    )


def test_a_credit_note_that_stands_twice_is_told_by_its_mark_alone() -> None:
    """The last look's own words for it are not repeated."""
    scene = with_operation(lambda each: with_step(each, 5, attempts=2))(sound())
    twin = replace(scene.notes[RELIEF], id=CreditNoteId(RELIEF + 1), number="C9")
    found = rules_of(replace(scene, notes={**scene.notes, twin.id: twin}))
    assert Rule.MARKED_TWICE in found
    assert Rule.NOTE_UNWANTED not in found


def test_a_source_that_was_handed_back_is_nobodys_reminder() -> None:
    """It is due where it always was; nobody gave its relief up."""

    def handed(operation: Operation) -> Operation:
        given_up = with_step(operation, 5, state=CANCELLED, attempts=0, remote_id=None)
        (unclaim,) = hand_back(given_up, [step_of(given_up, 2)])
        done = replace(unclaim, state=CONFIRMED, attempts=1)
        return replace(given_up, steps=(*given_up.steps, done))

    scene = in_turn(
        with_operation(handed), without_note(RELIEF), owing(SUBS), with_invoice(20, memo="")
    )(sound())
    assert Rule.GIVEN_UP_DUE not in rules_of(scene)


@pytest.mark.parametrize(
    ("note", "status", "rule"),
    [
        (NOTE, InvoiceStatus.PAID, None),
        (None, InvoiceStatus.PAID, Rule.NOTE_GONE),
        (None, InvoiceStatus.DELETED, None),
    ],
)
def test_the_merged_invoice_of_an_undo_stays_revoked(
    note: object, status: InvoiceStatus, rule: Rule | None
) -> None:
    """Unless it is gone itself; what a person settled is not told again."""
    scene = _undone_scene(has_note=note is not None, status=status)
    found: list[AuditFinding] = [
        each for each in judge_scene(scene) if each.rule in {Rule.NOTE_GONE, Rule.NOTE_CHANGED}
    ]
    assert [each.rule for each in found] == ([] if rule is None else [rule])
    settled = tuple(replace(each, why="settled by anna") for each in scene.operations)
    assert Rule.NOTE_GONE not in rules_of(replace(scene, operations=settled))


def test_documents_are_counted() -> None:
    """The merged invoice, two sources, two credit notes."""
    assert sound().documents == 5
    assert MERGED in sound().invoices


def _undone_scene(*, has_note: bool, status: InvoiceStatus) -> FamilyScene:
    steps = tuple(
        replace(step, state=CONFIRMED, attempts=1, remote_id=number)
        for step, number in zip(undone().steps, (70, 901, 902), strict=True)
    )
    undo = replace(undone(), steps=steps, state=OperationState.CLOSED)
    scene = scene_of(replace(carried_out(merge(), SOURCES), operation=undo))
    revoke = steps[0].effect
    assert isinstance(revoke, IssueCreditNote)
    merged = replace(scene.invoices[MERGED], id=revoke.invoice_id, status=status, due=ZERO)
    note = replace(NOTE, total=revoke.total, note=revoke.note, account_id=revoke.account_id)
    assert closed().plan_id == undo.undoes
    return replace(
        scene,
        invoices={**scene.invoices, merged.id: merged},
        notes={note.id: note} if has_note else {},
    )
