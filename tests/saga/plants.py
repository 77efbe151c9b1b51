"""One wrong for each rule of the audit, planted into a scene in which nothing is wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from connector.domain.accounts import AccountStatus
from connector.domain.ids import AccountId, CreditNoteId, InvoiceId, PlanId
from connector.domain.invoices import CreditNote, Invoice, InvoiceItem, InvoiceStatus
from connector.domain.marker import Marker
from connector.domain.merge import plan_merge
from connector.domain.policy import MergePolicy
from connector.saga.audit.rules import Rule
from connector.saga.audit.scene import FamilyScene
from connector.saga.planning import Origin, operation_of_merge
from connector.saga.states import StepEvent, StepState
from connector.saga.steps import Operation, OperationState
from tests.build import NOON, account, change, family, invoice, link
from tests.saga.audited import MERGED_ID, NOTE_ID, carried_out, events_of, scene_of, with_step
from tests.saga.support import SOURCES, merge, releases

Plant = Callable[[FamilyScene], FamilyScene]
MERGED, SUBS = InvoiceId(MERGED_ID), InvoiceId(20)
RELIEF = CreditNoteId(NOTE_ID + 5)
STRANGE = Marker(plan_id=PlanId("A" * 20), step=1)
DAY = date(2026, 1, 1)


def sound() -> FamilyScene:
    """The merge of the main's 36.00 and the sub's 12.00, done and closed."""
    return scene_of(carried_out(merge(), SOURCES))


def _invoice(number: int, **values: object) -> Plant:
    def plant(scene: FamilyScene) -> FamilyScene:
        row = replace(scene.invoices[InvoiceId(number)], **values)  # type: ignore[arg-type] # any
        return replace(scene, invoices={**scene.invoices, row.id: row})

    return plant


def _note(number: int, **values: object) -> Plant:
    def plant(scene: FamilyScene) -> FamilyScene:
        row = replace(scene.notes[CreditNoteId(number)], **values)  # type: ignore[arg-type] # any
        return replace(scene, notes={**scene.notes, row.id: row})

    return plant


def _without_invoice(number: int) -> Plant:
    return lambda scene: replace(
        scene, invoices={key: row for key, row in scene.invoices.items() if key != number}
    )


def _without_note(number: int) -> Plant:
    return lambda scene: replace(
        scene, notes={key: row for key, row in scene.notes.items() if key != number}
    )


def _more(*rows: Invoice | CreditNote) -> Plant:
    def plant(scene: FamilyScene) -> FamilyScene:
        invoices = {row.id: row for row in rows if isinstance(row, Invoice)}
        notes = {row.id: row for row in rows if isinstance(row, CreditNote)}
        return replace(
            scene, invoices={**scene.invoices, **invoices}, notes={**scene.notes, **notes}
        )

    return plant


def _operation(act: Callable[[Operation], Operation]) -> Plant:
    """The only operation otherwise, and its events as if it had always been so."""

    def plant(scene: FamilyScene) -> FamilyScene:
        operations = tuple(act(each) for each in scene.operations)
        return replace(scene, operations=operations, events=events_of(operations))

    return plant


def _all(*plants: Plant) -> Plant:
    def plant(scene: FamilyScene) -> FamilyScene:
        for each in plants:
            scene = each(scene)
        return scene

    return plant


def _twin(scene: FamilyScene) -> FamilyScene:
    twin = replace(scene.invoices[MERGED], id=InvoiceId(MERGED + 1), number="N9001")
    return _more(twin)(scene)


def _copied_memo(scene: FamilyScene) -> FamilyScene:
    return _more(invoice(77, 2, "5.00@20", memo=scene.invoices[SUBS].memo))(scene)


def _moved_memo(scene: FamilyScene) -> FamilyScene:
    return _all(_copied_memo, _invoice(SUBS, memo=""))(scene)


def _merged_again(scene: FamilyScene) -> FamilyScene:
    (plan,) = plan_merge(family(subs=(account(2),), invoices=SOURCES), MergePolicy()).plans
    again = operation_of_merge(plan, Origin(install_id="test", at=NOON, attempt=1))
    other = scene_of(carried_out(again, SOURCES, first=50))
    operations = (*scene.operations, *other.operations)
    return replace(
        scene,
        operations=operations,
        watched=scene.watched | other.watched,
        events=events_of(operations),
        steps=(*scene.steps, *other.steps),
        invoices={**scene.invoices, **other.invoices},
        notes={**scene.notes, **other.notes},
    )


def _given_up(operation: Operation) -> Operation:
    return replace(operation, state=OperationState.WITHDRAWN, why="its ground changed")


def _relief_cancelled(operation: Operation) -> Operation:
    return with_step(operation, 5, state=StepState.CANCELLED)


def _asked_to_cancel(scene: FamilyScene) -> FamilyScene:
    """Step 5 was refused, then given up by a person."""
    (operation,) = scene.operations
    held = with_step(operation, 5, state=StepState.HELD)
    events = events_of([held])
    asked = replace(
        events[-1],
        step=5,
        event=StepEvent.CANCEL_ASKED,
        from_state="held",
        to_state="cancelled",
    )
    return replace(
        scene, operations=(_relief_cancelled(operation),), events=(*events[:-1], asked, events[-1])
    )


def _owing(number: int, due: str = "12.00") -> Plant:
    return _invoice(number, due=Decimal(due), status=InvoiceStatus.NOT_PAID)


def _reversed_tax(scene: FamilyScene) -> FamilyScene:
    """An untaxed line where a taxed one of the same total was."""
    merged = scene.invoices[MERGED]
    untaxed = tuple(
        replace(item, price=item.price * Decimal("1.2"), tax_percent=Decimal(0))
        for item in merged.items
    )
    return _invoice(MERGED, items=untaxed)(scene)


FIBRE = InvoiceItem(
    description="Fibre",
    quantity=Decimal(1),
    unit="",
    price=Decimal(10),
    tax_percent=Decimal(20),
    period_from=DAY,
    period_to=DAY + timedelta(days=30),
    sub_account_id=AccountId(2),
)


def _with_period(scene: FamilyScene) -> FamilyScene:
    """The sub-account's line on the merged invoice says for which days it is."""
    ours = tuple(
        FIBRE if item.sub_account_id == AccountId(2) and item.price else item
        for item in scene.invoices[MERGED].items
    )
    return _invoice(MERGED, items=ours)(scene)


def _charged_natively(scene: FamilyScene) -> FamilyScene:
    """Splynx's own invoice of the main has the same line, for some of the same days."""
    theirs = invoice(78, 1, (replace(FIBRE, period_from=DAY + timedelta(days=15)),))
    return _all(_with_period, _more(theirs))(scene)


def _released(*numbers: int, by: int = 0) -> Plant:
    """Releases of account 2 from block 2, each in a plan of its own."""

    def plant(scene: FamilyScene) -> FamilyScene:
        made = []
        for number in numbers:
            operation = releases(2)
            plan_id = PlanId(f"{number}".rjust(20, "R"))
            step = replace(
                operation.steps[0], plan_id=plan_id, state=StepState.CONFIRMED, attempts=1
            )
            made.append(
                replace(operation, plan_id=plan_id, steps=(step,), state=OperationState.CLOSED)
            )
        operations = (*scene.operations, *made)
        block = change(2, 2, AccountStatus.BLOCKED, "2026-01-09", by=by)
        return replace(scene, operations=operations, events=events_of(operations), changes=(block,))

    return plant


def _credited(scene: FamilyScene) -> FamilyScene:
    note = replace(scene.notes[RELIEF], id=CreditNoteId(900), number="C900", note="Goodwill")
    note = replace(note, account_id=AccountId(1), total=Decimal(8))
    return _all(_more(note), _invoice(MERGED, due=Decimal(40)))(scene)


def _later(scene: FamilyScene, **span: int) -> FamilyScene:
    return replace(scene, host=scene.host + timedelta(**span), at=scene.at + timedelta(**span))


def _stuck(scene: FamilyScene) -> FamilyScene:
    waiting = _operation(
        lambda each: with_step(
            replace(each, state=OperationState.OPEN), 5, state=StepState.INTENDED, attempts=0
        )
    )
    return _later(waiting(scene), hours=30)


def _held(operation: Operation) -> Operation:
    return with_step(
        replace(operation, state=OperationState.OPEN), 5, state=StepState.HELD, reason="no"
    )


def _unlinked(scene: FamilyScene) -> FamilyScene:
    gone = link(1, 2, since=date(2025, 1, 1), until=date(2025, 12, 1))
    return replace(scene, links=(gone,))


PLANTS: dict[str, tuple[Plant, Rule]] = {
    "merged twice": (_merged_again, Rule.BILLED_TWICE),
    "merged invoice stands twice": (_twin, Rule.SECOND_DOCUMENT),
    "memo copied to another invoice": (_copied_memo, Rule.MARKED_TWICE),
    "source is due again": (_owing(SUBS), Rule.NOT_RELIEVED),
    "note of a plan given up": (
        _all(
            _operation(lambda each: _given_up(_relief_cancelled(each))),
            _without_invoice(MERGED),
            _invoice(10, memo=""),
            _invoice(20, memo=""),
        ),
        Rule.NOTE_UNWANTED,
    ),
    "note of a step given up": (_asked_to_cancel, Rule.NOTE_UNWANTED),
    "credit note deleted": (_note(RELIEF, deleted=True), Rule.NOTE_GONE),
    "credit note deleted, source due": (
        _all(_note(RELIEF, deleted=True), _owing(SUBS)),
        Rule.NOTE_GONE,
    ),
    "merged invoice deleted": (_invoice(MERGED, status=InvoiceStatus.DELETED), Rule.MERGED_GONE),
    "merged invoice without a trace": (_without_invoice(MERGED), Rule.MERGED_GONE),
    "relieved without merged invoice": (
        _all(
            _operation(lambda each: _given_up(with_step(each, 3, state=StepState.CANCELLED))),
            _without_invoice(MERGED),
            _invoice(10, memo=""),
            _invoice(20, memo=""),
        ),
        Rule.RELIEF_ALONE,
    ),
    "relief cancelled, source due": (
        _all(_asked_to_cancel, _note(RELIEF, deleted=True), _owing(SUBS)),
        Rule.GIVEN_UP_DUE,
    ),
    "merged invoice edited": (
        _invoice(MERGED, total=Decimal(47), due=Decimal(47)),
        Rule.MERGED_CHANGED,
    ),
    "merged invoice credited by staff": (_credited, Rule.MERGED_CREDITED),
    "credit note edited": (_note(RELIEF, total=Decimal(11)), Rule.NOTE_CHANGED),
    "credit note on another account": (_note(RELIEF, account_id=AccountId(3)), Rule.NOTE_CHANGED),
    "source deleted": (_invoice(SUBS, status=InvoiceStatus.DELETED), Rule.SOURCE_GONE),
    "source being charged": (_invoice(SUBS, status=InvoiceStatus.PENDING), Rule.SOURCE_PENDING),
    "source lowered": (_invoice(SUBS, total=Decimal(10)), Rule.SOURCE_LOWERED),
    "source raised": (
        _all(_invoice(SUBS, total=Decimal(15)), _owing(SUBS, "3.00")),
        Rule.LEFT_ON_SUB,
    ),
    "payment after the relief": (
        lambda scene: replace(scene, balances={AccountId(2): Decimal(12)}),
        Rule.MONEY_ON_SUB,
    ),
    "tax moved": (_reversed_tax, Rule.TAX_MOVED),
    "charged natively too": (_charged_natively, Rule.NATIVE_AGAIN),
    "mark of no plan": (
        _more(invoice(79, 1, "5.00@20", memo=str(STRANGE))),
        Rule.MARKER_UNKNOWN,
    ),
    "mark of no step": (
        _more(invoice(79, 1, memo=str(Marker(plan_id=merge().plan_id, step=77)))),
        Rule.MARKER_UNKNOWN,
    ),
    "claims not handed back": (
        _all(
            _operation(lambda each: _given_up(with_step(each, 3, state=StepState.CANCELLED))),
            lambda scene: replace(scene, notes={}),
            _without_invoice(MERGED),
        ),
        Rule.MARKER_LEFT,
    ),
    "memo moved to another invoice": (_moved_memo, Rule.MARKER_MISPLACED),
    "memo of the merged invoice overwritten": (
        _all(_with_period, _invoice(MERGED, memo="call")),
        Rule.MARKER_LOST,
    ),
    "note of a credit note overwritten": (_note(RELIEF, note="call"), Rule.MARKER_LOST),
    "block by a person ended": (_released(1, by=7), Rule.RELEASED_PERSON),
    "one block ended twice": (_released(1, 2), Rule.RELEASED_TWICE),
    "written to a stranger": (_unlinked, Rule.OUTSIDE_FAMILY),
    "plan and sources differ": (
        _operation(lambda each: replace(each, sources=each.sources[:1])),
        Rule.UNBALANCED,
    ),
    "share not settled": (
        _all(
            _operation(lambda each: replace(each, steps=each.steps[:-1])),
            _without_note(RELIEF),
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
    "operation does not end": (_stuck, Rule.STUCK),
    "step held": (_operation(_held), Rule.HELD),
    "merge unverified": (
        _operation(lambda each: replace(each, state=OperationState.OPEN, why="a cent is missing")),
        Rule.UNVERIFIED,
    ),
    "record unreadable": (
        lambda scene: replace(scene, problem="invoices 20: field total 'abc'"),
        Rule.UNREADABLE,
    ),
}
"""What was done, and the only rule that must see it."""
