"""One wrong for each rule of the audit, planted into a scene in which nothing is wrong."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from connector.domain.ids import AccountId
from connector.domain.invoices import InvoiceStatus
from connector.domain.marker import Marker
from connector.saga.audit.rules import Rule
from connector.saga.states import StepEvent, StepState
from connector.saga.steps import OperationState
from tests.build import invoice
from tests.saga.audited import with_step
from tests.saga.planting import (
    MERGED,
    RELIEF,
    STRANGE,
    SUBS,
    Plant,
    add_twin,
    ask_to_cancel,
    charge_natively,
    copy_memo,
    credit_by_staff,
    get_stuck,
    given_up,
    held,
    in_turn,
    merge_again,
    mirrored,
    move_memo,
    move_tax,
    owing,
    released,
    relief_cancelled,
    unlink,
    with_invoice,
    with_more,
    with_note,
    with_operation,
    with_period,
    without_invoice,
    without_note,
)
from tests.saga.support import merge

PLANTS: dict[str, tuple[Plant, Rule]] = {
    "merged twice": (merge_again, Rule.BILLED_TWICE),
    "merged invoice stands twice": (add_twin, Rule.SECOND_DOCUMENT),
    "memo copied to another invoice": (copy_memo, Rule.MARKED_TWICE),
    "source is due again": (owing(SUBS), Rule.NOT_RELIEVED),
    "note of a plan given up": (
        in_turn(
            with_operation(lambda each: given_up(relief_cancelled(each))),
            without_invoice(MERGED),
            with_invoice(10, memo=""),
            with_invoice(20, memo=""),
        ),
        Rule.NOTE_UNWANTED,
    ),
    "note of a step given up": (ask_to_cancel, Rule.NOTE_UNWANTED),
    "credit note deleted": (with_note(RELIEF, deleted=True), Rule.NOTE_GONE),
    "credit note deleted, source due": (
        in_turn(with_note(RELIEF, deleted=True), owing(SUBS)),
        Rule.NOTE_GONE,
    ),
    "merged invoice deleted": (
        with_invoice(MERGED, status=InvoiceStatus.DELETED),
        Rule.MERGED_GONE,
    ),
    "merged invoice without a trace": (without_invoice(MERGED), Rule.MERGED_GONE),
    "relieved without merged invoice": (
        in_turn(
            with_operation(lambda each: given_up(with_step(each, 3, state=StepState.CANCELLED))),
            without_invoice(MERGED),
            with_invoice(10, memo=""),
            with_invoice(20, memo=""),
        ),
        Rule.RELIEF_ALONE,
    ),
    "relief cancelled, source due": (
        in_turn(ask_to_cancel, with_note(RELIEF, deleted=True), owing(SUBS)),
        Rule.GIVEN_UP_DUE,
    ),
    "merged invoice edited": (
        with_invoice(MERGED, total=Decimal(47), due=Decimal(47)),
        Rule.MERGED_CHANGED,
    ),
    "merged invoice credited by staff": (credit_by_staff, Rule.MERGED_CREDITED),
    "credit note edited": (with_note(RELIEF, total=Decimal(11)), Rule.NOTE_CHANGED),
    "credit note on another account": (
        with_note(RELIEF, account_id=AccountId(3)),
        Rule.NOTE_CHANGED,
    ),
    "source deleted": (with_invoice(SUBS, status=InvoiceStatus.DELETED), Rule.SOURCE_GONE),
    "source being charged": (with_invoice(SUBS, status=InvoiceStatus.PENDING), Rule.SOURCE_PENDING),
    "source lowered": (with_invoice(SUBS, total=Decimal(10)), Rule.SOURCE_LOWERED),
    "source raised": (
        in_turn(with_invoice(SUBS, total=Decimal(15)), owing(SUBS, "3.00")),
        Rule.LEFT_ON_SUB,
    ),
    "payment after the relief": (
        lambda scene: replace(scene, balances={AccountId(2): Decimal(12)}),
        Rule.MONEY_ON_SUB,
    ),
    "tax moved": (move_tax, Rule.TAX_MOVED),
    "charged natively too": (charge_natively, Rule.NATIVE_AGAIN),
    "mark of no plan": (
        with_more(invoice(79, 1, "5.00@20", memo=str(STRANGE))),
        Rule.MARKER_UNKNOWN,
    ),
    "mark of no step": (
        with_more(invoice(79, 1, memo=str(Marker(plan_id=merge().plan_id, step=77)))),
        Rule.MARKER_UNKNOWN,
    ),
    "claims not handed back": (
        in_turn(
            with_operation(lambda each: given_up(with_step(each, 3, state=StepState.CANCELLED))),
            lambda scene: replace(scene, notes={}),
            without_invoice(MERGED),
        ),
        Rule.MARKER_LEFT,
    ),
    "memo moved to another invoice": (move_memo, Rule.MARKER_MISPLACED),
    "memo of the merged invoice overwritten": (
        in_turn(with_period, with_invoice(MERGED, memo="call")),
        Rule.MARKER_LOST,
    ),
    "note of a credit note overwritten": (with_note(RELIEF, note="call"), Rule.MARKER_LOST),
    "block by a person ended": (released(1, by=7), Rule.RELEASED_PERSON),
    "block by a person taken for ours": (mirrored(7, 0), Rule.RELEASED_PERSON),
    "one block ended twice": (released(1, 2), Rule.RELEASED_TWICE),
    "written to a stranger": (unlink, Rule.OUTSIDE_FAMILY),
    "plan and sources differ": (
        with_operation(lambda each: replace(each, sources=each.sources[:1])),
        Rule.UNBALANCED,
    ),
    "share not settled": (
        in_turn(
            with_operation(lambda each: replace(each, steps=each.steps[:-1])),
            without_note(RELIEF),
        ),
        Rule.UNBALANCED,
    ),
    "parameters changed": (
        lambda scene: replace(
            scene,
            steps=(replace(scene.steps[0], actual_hash="f" * 64), *scene.steps[1:]),
        ),
        Rule.PARAMS_CHANGED,
    ),
    "state without its event": (
        lambda scene: replace(
            scene,
            events=tuple(
                event
                for event in scene.events
                if (event.step, event.event) != (5, StepEvent.ACCEPTED)
            ),
        ),
        Rule.EVENTS_DISAGREE,
    ),
    "sent without a record": (
        lambda scene: replace(
            scene,
            operations=tuple(with_step(each, 4, attempts=2) for each in scene.operations),
        ),
        Rule.EVENTS_DISAGREE,
    ),
    "operation does not end": (get_stuck, Rule.STUCK),
    "step held": (with_operation(held), Rule.HELD),
    "merge unverified": (
        with_operation(
            lambda each: replace(each, state=OperationState.OPEN, why="a cent is missing")
        ),
        Rule.UNVERIFIED,
    ),
    "record unreadable": (
        lambda scene: replace(scene, problem="invoices 20: field total 'abc'"),
        Rule.UNREADABLE,
    ),
}
"""What was done, and the only rule that must see it."""
