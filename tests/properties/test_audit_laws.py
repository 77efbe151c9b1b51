"""Laws of the audit: what was carried out as planned shows nothing, and one wrong shows itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from hypothesis import assume, given
from hypothesis import strategies as st

from connector.domain.ids import AccountId, InvoiceId, PlanId
from connector.domain.invoices import InvoiceStatus
from connector.domain.marker import Marker
from connector.domain.merge import plan_merge
from connector.domain.policy import MergePolicy
from connector.domain.snapshot import FamilySnapshot
from connector.saga.audit.judge import judge_scene
from connector.saga.audit.rules import Rule
from connector.saga.audit.scene import FamilyScene
from connector.saga.planning import operation_of_merge
from connector.saga.states import StepState
from connector.saga.steps import Operation, Step, StepKind
from tests.properties.strategies import families
from tests.saga.audited import carried_out, scene_of, with_step
from tests.saga.support import ORIGIN

Plant = Callable[[FamilyScene, Operation, Step], FamilyScene]


def history_of(family: FamilySnapshot) -> FamilyScene:
    """Every merge that this family needs, carried out and closed."""
    plans = plan_merge(family, MergePolicy()).plans
    assume(plans)
    played = [
        carried_out(operation_of_merge(plan, ORIGIN), plan.sources, first=number * 1000)
        for number, plan in enumerate(plans)
    ]
    scene = scene_of(*played, at=family.at)
    return replace(scene, links=family.links)


def _with_invoice(scene: FamilyScene, number: int, **values: object) -> FamilyScene:
    row = replace(scene.invoices[InvoiceId(number)], **values)  # type: ignore[arg-type] # any
    return replace(scene, invoices={**scene.invoices, row.id: row})


def _without_note(scene: FamilyScene, _: Operation, relief: Step) -> FamilyScene:
    kept = {key: row for key, row in scene.notes.items() if key != relief.remote_id}
    return replace(scene, notes=kept)


def _due_again(scene: FamilyScene, _: Operation, relief: Step) -> FamilyScene:
    number = relief.invoice_id or InvoiceId(0)
    total = scene.invoices[number].total
    return _with_invoice(scene, number, due=total, status=InvoiceStatus.NOT_PAID)


def _merged_of(operation: Operation) -> int:
    issue = next(step for step in operation.steps if step.kind is StepKind.ISSUE)
    return issue.remote_id or 0


def _merged_gone(scene: FamilyScene, operation: Operation, _: Step) -> FamilyScene:
    return _with_invoice(scene, _merged_of(operation), status=InvoiceStatus.DELETED)


def _merged_more(scene: FamilyScene, operation: Operation, _: Step) -> FamilyScene:
    total = operation.total + Decimal("0.01")
    return _with_invoice(scene, _merged_of(operation), total=total, due=total)


def _twin(scene: FamilyScene, operation: Operation, _: Step) -> FamilyScene:
    merged = scene.invoices[InvoiceId(_merged_of(operation))]
    twin = replace(merged, id=InvoiceId(merged.id + 500), number=f"N{merged.id + 500}")
    return replace(scene, invoices={**scene.invoices, twin.id: twin})


def _strange_mark(scene: FamilyScene, operation: Operation, relief: Step) -> FamilyScene:
    mark = Marker(plan_id=PlanId("Z" * 20), step=relief.number)
    merged = scene.invoices[InvoiceId(_merged_of(operation))]
    return _with_invoice(scene, merged.id, memo=f"{merged.memo}\n{mark}")


def _held(scene: FamilyScene, operation: Operation, relief: Step) -> FamilyScene:
    held = with_step(operation, relief.number, state=StepState.HELD)
    operations = tuple(held if each.plan_id == held.plan_id else each for each in scene.operations)
    events = tuple(
        replace(event, event="refused", to_state="held")
        if (event.plan_id, event.step, event.event) == (held.plan_id, relief.number, "accepted")
        else event
        for event in scene.events
    )
    return replace(scene, operations=operations, events=events)


def _money(scene: FamilyScene, _: Operation, relief: Step) -> FamilyScene:
    return replace(scene, balances={relief.account_id: Decimal(10**9)})


WRONGS: dict[Rule, Plant] = {
    Rule.NOTE_GONE: _without_note,
    Rule.NOT_RELIEVED: _due_again,
    Rule.MERGED_GONE: _merged_gone,
    Rule.MERGED_CHANGED: _merged_more,
    Rule.SECOND_DOCUMENT: _twin,
    Rule.MARKER_UNKNOWN: _strange_mark,
    Rule.HELD: _held,
    Rule.MONEY_ON_SUB: _money,
}


@given(families())
def test_what_was_carried_out_as_planned_shows_nothing(family: FamilySnapshot) -> None:
    """Whatever the members, taxes, roundings and cycles."""
    assert judge_scene(history_of(family)) == ()


@given(families(), st.sampled_from(sorted(WRONGS)), st.data())
def test_one_wrong_shows_itself_and_nothing_else(
    family: FamilySnapshot, rule: Rule, data: st.DataObject
) -> None:
    """At any merge and any source of it."""
    scene = history_of(family)
    operation = data.draw(st.sampled_from(scene.operations))
    reliefs = [step for step in operation.steps if step.kind is StepKind.RELIEVE]
    if rule is Rule.MONEY_ON_SUB:
        reliefs = [step for step in reliefs if step.account_id != AccountId(scene.main_id)]
        assume(reliefs)
    relief = data.draw(st.sampled_from(reliefs))
    found = judge_scene(WRONGS[rule](scene, operation, relief))
    assert {finding.rule for finding in found} == {rule}
