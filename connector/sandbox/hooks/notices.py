"""From marked accounts to messages: what changed since the last look, told to every hook.

Looking at rows instead of at calls tells of every change, whoever made it and wherever: by the API,
by staff, by a customer or by the platform's own rounds.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from connector.sandbox.api.resources import (
    BILLINGS,
    CREDIT_NOTES,
    CUSTOMERS,
    INVOICES,
    PAYMENTS,
    TRANSACTIONS,
    Resource,
)
from connector.sandbox.hooks.courier import ThreadCourier, post_over_http
from connector.sandbox.hooks.envelope import Happening, event_body, ping_body
from connector.sandbox.hooks.marks import Key, Mark, Views
from connector.sandbox.hooks.outbox import Hook, Parcel
from connector.sandbox.records import Row
from connector.sandbox.reference.catalogue import RESOURCES
from connector.sandbox.wire import v43
from connector.sandbox.witness import Actor
from connector.sandbox.world import World

FINANCE = "models\\common\\finance\\"
PEOPLE = "models\\common\\customers\\"
PROFORMAS = "finance/proforma-invoices"
SOURCES = {"customer": "portal"}
SECRET = "password"  # noqa: S105 - the name of an attribute


@dataclass(frozen=True, kw_only=True, slots=True)
class Watched:
    """A model, where its rows are, and attributes whose change alone is no event."""

    model: str
    resource: Resource
    quiet: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One row's change; `before` is None for a new row."""

    key: Key
    action: str
    row: Mapping[str, object]
    changed: Mapping[str, object] | None = None


def _watched() -> tuple[Watched, ...]:
    """What hooks hear of, in the order in which one save tells it."""
    known = [
        Watched(model=f"{FINANCE}Payments", resource=PAYMENTS, quiet=frozenset({"updated_at"})),
        Watched(model=f"{FINANCE}CreditNotes", resource=CREDIT_NOTES),
        Watched(model=f"{FINANCE}Transactions", resource=TRANSACTIONS),
        Watched(model=f"{FINANCE}Invoices", resource=INVOICES, quiet=frozenset({"date_updated"})),
        Watched(model=f"{PEOPLE}CustomerBilling", resource=BILLINGS, quiet=frozenset({"deposit"})),
        Watched(
            model=f"{PEOPLE}Customers",
            resource=CUSTOMERS,
            quiet=frozenset({"last_update", "last_online", "mrr_total", "daily_prepaid_cost"}),
        ),
    ]
    if PROFORMAS in RESOURCES:
        known.insert(4, Watched(model=f"{FINANCE}ProformaInvoices", resource=RESOURCES[PROFORMAS]))
    return tuple(known)


WATCHED = _watched()
QUIET = {each.model: each.quiet for each in WATCHED}


def register(world: World, hook: Hook) -> None:
    """Add a hook, ping it, and remember how all rows look, so that changes can be told."""
    hooks = world.hooks
    if hooks.courier is None:
        lingers = not world.options.frozen
        hooks.courier = ThreadCourier(
            hooks.outbox, post_over_http, world.clock.now, lingers=lingers
        )
    if not hooks.outbox.hooks:
        hooks.views = {row.id: _view(world, row.id) for row in world.customers}
    hooks.outbox.add_hook(hook, world.options.seed)
    _send(world, hook, "ping", ping_body(hook), is_ping=True)
    wake(world)


def unregister(world: World, hook_id: int) -> None:
    """Remove a hook; with the last one, nothing is remembered any more."""
    world.hooks.outbox.remove_hook(hook_id)
    if not world.hooks.outbox.hooks:
        world.hooks.views.clear()
        world.hooks.marks.clear()


def tell(world: World, actor: Actor) -> None:
    """Tell all hooks what changed at the marked accounts; `actor` did what nobody else is named for."""
    hooks = world.hooks
    if not hooks.outbox.hooks:
        return
    marks, hooks.marks = hooks.marks, {}
    for customer_id, mark in marks.items():
        before, after = hooks.views.get(customer_id, {}), _view(world, customer_id)
        hooks.views[customer_id] = after
        for change in changes_between(before, after):
            event = _happening(customer_id, change, _who(change.key[0], mark, actor), world.now())
            _tell_all(world, event)
    wake(world)


def wake(world: World) -> None:
    """Let the courier see that something is due now."""
    due = world.hooks.outbox.next_due()
    if world.hooks.courier is not None and due is not None and due <= world.now():
        world.hooks.courier.wake(world.now())


def deliver_until(world: World, moment: datetime) -> None:
    """Walk the clock through the retries that are due until a moment."""
    courier = world.hooks.courier
    if courier is None:
        return
    while courier.keeps_time:
        due = world.hooks.outbox.next_due()
        if due is None or due > moment:
            return
        if due > world.now():
            world.clock.set(due)
        courier.wake(world.now())


def changes_between(before: Views, after: Views) -> Iterator[Change]:
    """What differs between two looks at an account; a row marked as deleted counts as gone."""
    for key in [*after, *(key for key in before if key not in after)]:
        old, new = before.get(key), after.get(key)
        if old is None and new is not None:
            yield Change(key=key, action="create", row=new)
        elif old is not None and new is None:
            yield Change(key=key, action="delete", row=old)
        elif old is not None and new is not None and old != new:
            changed = {
                name: old.get(name) for name in {**old, **new} if old.get(name) != new.get(name)
            }
            gone = changed.get("status") is not None and new.get("status") == "deleted"
            if set(changed) - QUIET.get(key[0], frozenset()):
                action = "delete" if gone else "edit"
                yield Change(key=key, action=action, row=new, changed=changed)


def _view(world: World, customer_id: int) -> Views:
    """All that hooks may hear of one account; every scalar is text, as the platform sends it."""
    profile = replace(v43.PROFILE, linked=world.linked_accounts)
    found: dict[Key, Mapping[str, object]] = {}
    for watched in WATCHED:
        rows = _rows(world, watched.resource, customer_id)
        encode = profile.row_encoder(watched.resource.fields, watched.resource.item_fields)
        for row in rows:
            found[watched.model, row.id] = _plain(encode(row))
    return found


def _rows(world: World, resource: Resource, customer_id: int) -> list[Row]:
    table = resource.table(world)
    if resource is CUSTOMERS or resource is BILLINGS:
        row = table.get(customer_id)
        return [] if row is None else [row]
    return list(table.of_customer(customer_id))


def _plain(wire: Mapping[str, object]) -> dict[str, object]:
    """The scalars, and the additional attributes under names of their own."""
    plain = {
        name: value
        for name, value in wire.items()
        if name != SECRET and not isinstance(value, dict | list)
    }
    extra = wire.get("additional_attributes")
    if isinstance(extra, dict):
        plain |= {f"additional_attributes.{name}": value for name, value in extra.items()}
    return plain


def _who(model: str, mark: Mark, actor: Actor) -> Actor:
    if model.startswith(FINANCE):
        return mark.money or actor
    return mark.status or actor if model.endswith("Customers") else actor


def _happening(customer_id: int, change: Change, actor: Actor, at: datetime) -> Happening:
    extra = "additional_attributes."
    row = {name: value for name, value in change.row.items() if not name.startswith(extra)}
    more = {
        name.removeprefix(extra): value
        for name, value in change.row.items()
        if name.startswith(extra)
    }
    changed = change.changed
    return Happening(
        model=change.key[0],
        action=change.action,
        customer_id=customer_id,
        attributes=row,
        additional=more,
        changed=changed and {name.removeprefix(extra): value for name, value in changed.items()},
        source=SOURCES.get(actor.kind, actor.kind),
        administrator_id=actor.administrator_id,
        at=at,
    )


def _tell_all(world: World, event: Happening) -> None:
    number = world.hooks.outbox.next_event()
    for hook in world.hooks.outbox.hooks.values():
        if hook.active and hook.hears(event.model):
            subject = f"{event.model} {event.action}"
            _send(world, hook, subject, event_body(hook, event), number=number)


def _send(
    world: World, hook: Hook, subject: str, body: bytes, *, number: int = 0, is_ping: bool = False
) -> None:
    parcel = Parcel(
        event=number, hook=hook, subject=subject, body=body, due=world.now(), is_ping=is_ping
    )
    world.hooks.outbox.put(parcel)
