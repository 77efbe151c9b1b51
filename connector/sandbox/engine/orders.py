"""Charging one account on order: looking at the charge, making it, taking the last one back."""

from dataclasses import replace
from decimal import Decimal

from connector.sandbox.engine.charge import charge_account, document_date, planned_items, record
from connector.sandbox.engine.plan import ChargeOrder, is_chargeable, subs_by_main
from connector.sandbox.errors import FieldFault
from connector.sandbox.ledger.invoices import delete_invoice
from connector.sandbox.ledger.lines import price_items
from connector.sandbox.ledger.proformas import delete_proforma, issue_proforma
from connector.sandbox.money import ZERO
from connector.sandbox.records import ChargeRecord, Customer, Invoice, Item, Proforma
from connector.sandbox.witness import SYSTEM, Actor
from connector.sandbox.world import World


def preview_charge(
    world: World, customer: Customer, order: ChargeOrder
) -> tuple[list[Item], Decimal]:
    """The lines that charging would make and what they come to; nothing is changed."""
    items = [replace(item) for item in _planned(world, customer, order)]
    if not items:
        return [], ZERO
    counted = world.counters.item
    total = price_items(world, items)
    world.counters.item = counted
    return items, total


def charge_on_order(world: World, customer: Customer, order: ChargeOrder) -> Invoice | None:
    """Charge an account now; None when there is nothing to charge."""
    _refuse_unchargeable(world, customer)
    return charge_account(world, customer, subs_by_main(world).get(customer.id, []), order)


def propose_on_order(world: World, customer: Customer, order: ChargeOrder) -> Proforma | None:
    """Ask for a charge by a proforma invoice, which covers nothing and moves no balance."""
    items = _planned(world, customer, order)
    if not items:
        return None
    draft = Proforma(
        customer_id=customer.id, items=items, date_created=document_date(world, customer, order)
    )
    proforma = issue_proforma(world, draft, SYSTEM)
    record(world, proforma)
    return proforma


def last_charge(world: World, customer_id: int) -> ChargeRecord | None:
    """What the last charge of an account made, if that still stands."""
    made = world.charge_records.of_customer(customer_id)
    return next((each for each in reversed(made) if _stands(world, each)), None)


def cancel_last_charge(world: World, made: ChargeRecord, actor: Actor) -> None:
    """Delete the document of a charge, so that its periods can be charged again; paid ones refuse."""
    invoice = world.invoices.get(made.invoice_id)
    if invoice is not None:
        delete_invoice(world, invoice, actor)
    proforma = world.proformas.get(made.request_id)
    if proforma is not None:
        delete_proforma(world, proforma, actor)
    for service_id, charged_to in made.remembered.items():
        service = world.services.get(service_id)
        if service is not None:
            service.charged_to = charged_to
    world.charge_records.remove(made)


def _planned(world: World, customer: Customer, order: ChargeOrder) -> list[Item]:
    _refuse_unchargeable(world, customer)
    subs = subs_by_main(world).get(customer.id, [])
    return planned_items(world, customer, subs, order)


def _refuse_unchargeable(world: World, customer: Customer) -> None:
    if not is_chargeable(world, customer):
        raise FieldFault({"customer_id": "Customer cannot be charged"})


def _stands(world: World, made: ChargeRecord) -> bool:
    if made.request_id:
        return world.proformas.get(made.request_id) is not None
    invoice = world.invoices.get(made.invoice_id)
    return invoice is not None and invoice.status != "deleted"
