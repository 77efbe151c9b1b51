"""Charges that wait for confirmation: looking at them, issuing them early, taking them back."""

from connector.sandbox.control.arguments import Arguments
from connector.sandbox.engine.charge import planned_items
from connector.sandbox.engine.plan import ChargeOrder, subs_by_main
from connector.sandbox.engine.previews import WAITING, issue_preview, withdraw_preview
from connector.sandbox.errors import ControlFault
from connector.sandbox.records import Item, Preview
from connector.sandbox.world import World


def previews(world: World, _given: Arguments) -> object:
    """The charges that wait for confirmation, and those that were issued or withdrawn."""
    return [_shown(world, preview) for preview in world.previews]


def confirm(world: World, given: Arguments) -> object:
    """Issue a preview now."""
    preview = _waiting(world, given)
    issue_preview(world, preview)
    return {"id": preview.id, "invoice_ids": preview.invoice_ids}


def withdraw(world: World, given: Arguments) -> object:
    """Take a preview back, or only the account that is named."""
    preview = _waiting(world, given)
    customer_id = given.integer("customer_id") if given.has("customer_id") else None
    if customer_id is not None and customer_id not in preview.accounts:
        raise ControlFault(f"no customer {customer_id} in preview {preview.id}", status=404)
    withdraw_preview(preview, customer_id)
    return {"id": preview.id, "status": preview.status, "accounts": preview.accounts}


def _waiting(world: World, given: Arguments) -> Preview:
    preview = world.previews.get(given.integer("id"))
    if preview is None or preview.status != WAITING:
        raise ControlFault("no such preview is waiting", status=404)
    return preview


def _shown(world: World, preview: Preview) -> dict[str, object]:
    accounts = _accounts(world, preview) if preview.status == WAITING else []
    return {
        "id": preview.id,
        "partner_id": preview.partner_id,
        "billing_day": preview.billing_day.isoformat(),
        "issue_on": preview.issue_on.isoformat(),
        "status": preview.status,
        "accounts": accounts,
        "invoice_ids": preview.invoice_ids,
    }


def _accounts(world: World, preview: Preview) -> list[dict[str, object]]:
    subs, order = subs_by_main(world), ChargeOrder(day=preview.billing_day)
    shown: list[dict[str, object]] = []
    for customer_id in preview.accounts:
        customer = world.customers.get(customer_id)
        if customer is None:
            continue
        items = planned_items(world, customer, subs.get(customer_id, []), order)
        shown.append({"customer_id": customer_id, "lines": [_line(item) for item in items]})
    return shown


def _line(item: Item) -> dict[str, object]:
    return {
        "description": item.description,
        "quantity": item.quantity,
        "price": item.price,
        "tax": item.tax,
        "period_from": item.period_from and item.period_from.isoformat(),
        "period_to": item.period_to and item.period_to.isoformat(),
        "sub_account_id": item.sub_account_id,
    }
