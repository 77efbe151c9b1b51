"""What can be planted into a scene of the audit in which nothing is wrong."""

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
from connector.saga.audit.scene import FamilyScene
from connector.saga.planning import Origin, operation_of_merge
from connector.saga.states import StepEvent, StepState
from connector.saga.steps import Operation, OperationState
from tests.build import NOON, account, change, family, invoice, link
from tests.saga.audited import MERGED_ID, NOTE_ID, carried_out, events_of, scene_of, with_step
from tests.saga.support import SOURCES, merge, releases, suspensions

Plant = Callable[[FamilyScene], FamilyScene]
MERGED, SUBS = InvoiceId(MERGED_ID), InvoiceId(20)
RELIEF = CreditNoteId(NOTE_ID + 5)
STRANGE = Marker(plan_id=PlanId("A" * 20), step=1)
DAY = date(2026, 1, 1)


def sound() -> FamilyScene:
    """The merge of the main's 36.00 and the sub's 12.00, done and closed."""
    return scene_of(carried_out(merge(), SOURCES))


def with_invoice(number: int, **values: object) -> Plant:
    """An invoice otherwise."""

    def plant(scene: FamilyScene) -> FamilyScene:
        row = replace(scene.invoices[InvoiceId(number)], **values)  # type: ignore[arg-type] # any
        return replace(scene, invoices={**scene.invoices, row.id: row})

    return plant


def with_note(number: int, **values: object) -> Plant:
    """A credit note otherwise."""

    def plant(scene: FamilyScene) -> FamilyScene:
        row = replace(scene.notes[CreditNoteId(number)], **values)  # type: ignore[arg-type] # any
        return replace(scene, notes={**scene.notes, row.id: row})

    return plant


def without_invoice(number: int) -> Plant:
    """An invoice gone without a trace."""
    return lambda scene: replace(
        scene, invoices={key: row for key, row in scene.invoices.items() if key != number}
    )


def without_note(number: int) -> Plant:
    """A credit note gone without a trace."""
    return lambda scene: replace(
        scene, notes={key: row for key, row in scene.notes.items() if key != number}
    )


def with_more(*rows: Invoice | CreditNote) -> Plant:
    """Further documents."""

    def plant(scene: FamilyScene) -> FamilyScene:
        invoices = {row.id: row for row in rows if isinstance(row, Invoice)}
        notes = {row.id: row for row in rows if isinstance(row, CreditNote)}
        return replace(
            scene, invoices={**scene.invoices, **invoices}, notes={**scene.notes, **notes}
        )

    return plant


def with_operation(act: Callable[[Operation], Operation]) -> Plant:
    """The only operation otherwise, and its events as if it had always been so."""

    def plant(scene: FamilyScene) -> FamilyScene:
        operations = tuple(act(each) for each in scene.operations)
        return replace(scene, operations=operations, events=events_of(operations))

    return plant


def in_turn(*plants: Plant) -> Plant:
    """Several plants, one after the other."""

    def plant(scene: FamilyScene) -> FamilyScene:
        for each in plants:
            scene = each(scene)
        return scene

    return plant


def add_twin(scene: FamilyScene) -> FamilyScene:
    """The merged invoice once more, mark and all."""
    twin = replace(scene.invoices[MERGED], id=InvoiceId(MERGED + 1), number="N9001")
    return with_more(twin)(scene)


def copy_memo(scene: FamilyScene) -> FamilyScene:
    """A source's memo on another invoice, too."""
    return with_more(invoice(77, 2, "5.00@20", memo=scene.invoices[SUBS].memo))(scene)


def move_memo(scene: FamilyScene) -> FamilyScene:
    """A source's memo on another invoice instead."""
    return in_turn(copy_memo, with_invoice(SUBS, memo=""))(scene)


def merge_again(scene: FamilyScene) -> FamilyScene:
    """The same sources carried by a second plan."""
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


def given_up(operation: Operation) -> Operation:
    """The operation, withdrawn."""
    return replace(operation, state=OperationState.WITHDRAWN, why="its ground changed")


def relief_cancelled(operation: Operation) -> Operation:
    """The last relief, cancelled."""
    return with_step(operation, 5, state=StepState.CANCELLED)


def ask_to_cancel(scene: FamilyScene) -> FamilyScene:
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
        scene, operations=(relief_cancelled(operation),), events=(*events[:-1], asked, events[-1])
    )


def owing(number: int, due: str = "12.00") -> Plant:
    """An invoice that is due again."""
    return with_invoice(number, due=Decimal(due), status=InvoiceStatus.NOT_PAID)


def move_tax(scene: FamilyScene) -> FamilyScene:
    """An untaxed line where a taxed one of the same total was."""
    merged = scene.invoices[MERGED]
    untaxed = tuple(
        replace(item, price=item.price * Decimal("1.2"), tax_percent=Decimal(0))
        for item in merged.items
    )
    return with_invoice(MERGED, items=untaxed)(scene)


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


def with_period(scene: FamilyScene) -> FamilyScene:
    """The sub-account's line on the merged invoice says for which days it is."""
    ours = tuple(
        FIBRE if item.sub_account_id == AccountId(2) and item.price else item
        for item in scene.invoices[MERGED].items
    )
    return with_invoice(MERGED, items=ours)(scene)


def charge_natively(scene: FamilyScene) -> FamilyScene:
    """Splynx's own invoice of the main has the same line, for some of the same days."""
    theirs = invoice(78, 1, (replace(FIBRE, period_from=DAY + timedelta(days=15)),))
    return in_turn(with_period, with_more(theirs))(scene)


def released(*numbers: int, by: int = 0) -> Plant:
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


def mirrored(by: int, ended_by: int) -> Plant:
    """Block 2 stands in the journal as our own suspension; it and its end bear these numbers."""

    def plant(scene: FamilyScene) -> FamilyScene:
        operation = suspensions(2)
        step = replace(operation.steps[0], state=StepState.CONFIRMED, attempts=1, remote_id=2)
        mirror = replace(operation, steps=(step,), state=OperationState.CLOSED)
        scene = released(1, by=by)(scene)
        operations = (*scene.operations, mirror)
        end = change(3, 2, AccountStatus.ACTIVE, "2026-01-10", by=ended_by)
        return replace(
            scene,
            operations=operations,
            events=events_of(operations),
            changes=(*scene.changes, end),
        )

    return plant


def credit_by_staff(scene: FamilyScene) -> FamilyScene:
    """A credit note of staff on the merged invoice."""
    note = replace(scene.notes[RELIEF], id=CreditNoteId(900), number="C900", note="Goodwill")
    note = replace(note, account_id=AccountId(1), total=Decimal(8))
    return in_turn(with_more(note), with_invoice(MERGED, due=Decimal(40)))(scene)


def later(scene: FamilyScene, **span: int) -> FamilyScene:
    """Time has passed."""
    return replace(scene, host=scene.host + timedelta(**span), at=scene.at + timedelta(**span))


def get_stuck(scene: FamilyScene) -> FamilyScene:
    """A relief that never leaves."""
    waiting = with_operation(
        lambda each: with_step(
            replace(each, state=OperationState.OPEN), 5, state=StepState.INTENDED, attempts=0
        )
    )
    return later(waiting(scene), hours=30)


def held(operation: Operation) -> Operation:
    """The last relief refused."""
    return with_step(
        replace(operation, state=OperationState.OPEN), 5, state=StepState.HELD, reason="no"
    )


def unlink(scene: FamilyScene) -> FamilyScene:
    """The link ended before the merge."""
    gone = link(1, 2, since=date(2025, 1, 1), until=date(2025, 12, 1))
    return replace(scene, links=(gone,))
