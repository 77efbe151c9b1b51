"""Proforma invoices: they ask for money before it is owed, and move no balance.

One is paid by payments that name it, once these come to its total.
"""

from datetime import timedelta

from connector.sandbox.errors import ApiFault, FieldFault
from connector.sandbox.ledger.lines import price_items
from connector.sandbox.ledger.numbers import claim_number, free_number, next_number
from connector.sandbox.money import ZERO
from connector.sandbox.records import Proforma
from connector.sandbox.witness import Actor
from connector.sandbox.world import World


def issue_proforma(world: World, draft: Proforma, actor: Actor) -> Proforma:
    """Complete a draft and keep it; the balance stays as it is."""
    if world.customers.get(draft.customer_id) is None:
        raise FieldFault({"customer_id": "Customer ID is invalid"})
    if draft.status not in {"not_paid", "pending"}:
        raise FieldFault({"status": "Status is invalid"})
    draft.total = price_items(world, draft.items, "Proforma invoice")
    draft.date_created = draft.date_created or world.today()
    if draft.date_till is None:
        days = world.billing_of(draft.customer_id).billing_due
        draft.date_till = draft.date_created + timedelta(days=days)
    if draft.date_till < draft.date_created:
        raise FieldFault({"date_till": "Payment due date should be >= document date"})
    draft.number = draft.number or _next_number(world)
    claim_number(world, world.proforma_numbers, draft.number, "Proforma invoice")
    draft.date_updated, draft.real_create_datetime = world.today(), world.now()
    draft.added_by, draft.added_by_id = actor.kind, 0 if actor.kind == "system" else 1
    return world.proformas.add(draft)


def refresh_proforma(world: World, proforma: Proforma) -> None:
    """Recompute whether a proforma is paid from the payments that name it."""
    payments = world.payments.having("request_id", proforma.id)
    received = sum((payment.amount for payment in payments), ZERO)
    paid = bool(payments) and received >= proforma.total
    if paid == (proforma.status == "paid"):
        return
    proforma.status = "paid" if paid else "not_paid"
    proforma.date_payment = payments[-1].date if paid else None
    proforma.payment_id = payments[-1].id if paid else 0
    proforma.date_updated = world.today()


def payable_proforma(world: World, customer_id: int, proforma_id: int | None) -> Proforma | None:
    """The proforma a payment may name: unpaid and of the same customer."""
    if not proforma_id:
        return None
    proforma = world.proformas.get(proforma_id)
    if proforma is None or proforma.customer_id != customer_id or proforma.status == "paid":
        raise FieldFault({"request_id": "Proforma invoice is invalid"})
    return proforma


def delete_proforma(world: World, proforma: Proforma, _actor: Actor) -> None:
    """Forget a proforma that no payment names; its number is free again."""
    if world.payments.having("request_id", proforma.id):
        raise ApiFault(
            world.switches.refusal_status,
            "ENTITY_CANNOT_BE_DELETED",
            "This proforma invoice is paid and can't be deleted",
        )
    world.proformas.remove(proforma)
    others = (row.number for row in world.proformas)
    free_number(world.proforma_numbers, proforma.number, others)


def _next_number(world: World) -> str:
    def make() -> str:
        world.counters.proforma_number += 1
        return f"{world.today().year}{world.counters.proforma_number:06d}"

    return next_number(world.proforma_numbers, make)
