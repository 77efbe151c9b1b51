"""What the sandbox's auditor must be told of the time before the copy, so that it judges the month."""

from __future__ import annotations

from datetime import datetime, time
from decimal import Decimal

from connector.domain.money import ZERO, add_up
from connector.runtime.links import live_links
from connector.runtime.service import Service
from connector.saga.effects import IssueCreditNote, IssueInvoice
from connector.saga.machine import is_past_pivot
from connector.saga.states import StepState
from connector.saga.steps import Operation
from connector.sandbox.audit.auditor import audit
from connector.sandbox.records import Change
from connector.sandbox.witness import STAFF, SYSTEM, StatusTurn
from connector.sandbox.world import IntendedLink, World

Finding = dict[str, object]
OPENING = "brought_forward"


def tell_witness(world: World, service: Service) -> None:
    """Intended links, opening debts, open charges, and who switched whom off."""
    for link in live_links(service):
        intended = IntendedLink(main_id=link.main_id, sub_id=link.sub_id, mode=link.mode.value)
        world.intend(link.sub_id, intended)
    with service.store.begin() as unit:
        unfinished = unit.journal.load_unfinished()
        records = [unit.journal.load_own_record(main) for main in unit.links.load_map().main_ids]
    charged = [operation for operation in unfinished if is_past_pivot(operation)]
    moved = {source.invoice_id for operation in charged for source in operation.sources}
    ours = moved.union(*(own.issued for own in records))
    for invoice in world.invoices:
        invoice.added_by = "admin"  # whoever made it, it is not of this month's making
        if invoice.status == "not_paid" and invoice.id not in ours:
            world.witness.note_charge(invoice, SYSTEM)
        world.witness.note_settlement(invoice)
    for note in world.credit_notes:
        note.added_by = "admin"
    ahead = {operation.main_id: _ahead(operation) for operation in unfinished}
    for billing in world.billings:
        owed = -billing.deposit - ahead.get(billing.id, ZERO)  # type: ignore[call-overload]  # account numbers are numbers
        world.note_effect(SYSTEM, OPENING, (billing.id, 0), owed)
    for change in world.changes:
        if not change.service_id:
            world.witness.turns.append(_turn(world, change))
    world.turns_charged = len(world.witness.turns)  # fees are for what happens from now on


def judge(world: World, before: list[Finding]) -> list[Finding]:
    """What the auditor finds now and did not find before."""
    return [finding for finding in findings_of(world) if finding not in before]


def findings_of(world: World) -> list[Finding]:
    """All that the auditor finds."""
    found = audit(world)["findings"]
    return list(found) if isinstance(found, list) else []


def _ahead(operation: Operation) -> Decimal:
    """How much a merge under way charges its main for and has not taken off its sources yet."""
    done = [step.effect for step in operation.steps if step.state is StepState.CONFIRMED]
    charged = add_up(effect.total for effect in done if isinstance(effect, IssueInvoice))
    return charged - add_up(effect.total for effect in done if isinstance(effect, IssueCreditNote))


def _turn(world: World, change: Change) -> StatusTurn:
    day = change.date or world.today()
    try:
        at = datetime.combine(day, time.fromisoformat(change.time))
    except ValueError:
        at = datetime.combine(day, time.min)
    return StatusTurn(
        at=at,
        actor=(STAFF if change.administrator_id else SYSTEM).kind,
        customer_id=change.customer_id,
        old=change.old_status,
        new=change.new_status,
        payer_status="",
        payer_overdue=ZERO,
    )
