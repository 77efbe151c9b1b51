"""Charges that wait for confirmation: held per billing day and partner, issued some days later.

A preview names accounts. What they are charged is looked at when it is issued, so that nothing is
charged twice that was charged by hand meanwhile.
"""

from datetime import timedelta

from connector.sandbox.engine.charge import charge, due_today, makes_invoices
from connector.sandbox.engine.prepaid import charge_prepaid
from connector.sandbox.records import Preview
from connector.sandbox.world import World

WAITING = "waiting"


def hold_charge_round(world: World) -> None:
    """Charge the prepaid accounts, and today's others: at once, or as previews by switch."""
    charge_prepaid(world)
    if world.switches.confirm_days:
        hold_previews(world)
    else:
        charge(world, due_today(world))


def hold_previews(world: World) -> None:
    """Hold today's accounts as one preview per partner."""
    by_partner: dict[int, list[int]] = {}
    for customer_id in due_today(world):
        customer = world.customers.get(customer_id)
        if customer is not None and makes_invoices(world, customer):
            by_partner.setdefault(customer.partner_id, []).append(customer_id)
    for partner_id, accounts in sorted(by_partner.items()):
        world.previews.add(
            Preview(
                partner_id=partner_id,
                billing_day=world.today(),
                issue_on=world.today() + timedelta(days=world.switches.confirm_days),
                accounts=accounts,
            )
        )


def issue_due_previews(world: World) -> None:
    """Issue the previews whose day has come."""
    for preview in world.previews:
        if preview.status == WAITING and preview.issue_on <= world.today():
            issue_preview(world, preview)


def issue_preview(world: World, preview: Preview) -> None:
    """Charge the accounts of a preview for its billing day."""
    preview.invoice_ids = charge(world, preview.accounts, preview.billing_day)
    preview.status = "issued"


def withdraw_preview(preview: Preview, customer_id: int | None = None) -> None:
    """Take a preview back, or one account out of it."""
    if customer_id is None:
        preview.status = "withdrawn"
    elif customer_id in preview.accounts:
        preview.accounts.remove(customer_id)
