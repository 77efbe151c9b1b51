"""Families: exact ones on order, intended links, native links."""

from connector.sandbox.control.arguments import Arguments
from connector.sandbox.control.lookup import customer_of
from connector.sandbox.errors import ControlFault
from connector.sandbox.seed import AccountOrder, ServiceOrder, add_account, add_family
from connector.sandbox.world import IntendedLink, World
from connector.sandbox.writes.accounts import LAST_BILLING_DAY
from connector.sandbox.writes.linking import (
    adopt_billing_day,
    check_link,
    check_mode,
    check_unlink,
    settle_link,
)

MODES = ("aggregated", "independent")


def families(world: World, _given: Arguments) -> object:
    """The intended families."""
    return [
        {
            "main_id": main_id,
            "name": getattr(world.customers.get(main_id), "name", ""),
            "subs": [{"id": link.sub_id, "mode": link.mode} for link in links],
        }
        for main_id, links in links_by_main(world).items()
    ]


def links_csv(world: World, _given: Arguments) -> object:
    """The intended links as an import file."""
    rows = [f"{link.main_id},{link.sub_id},{link.mode}" for link in world.links.values()]
    return "\n".join(["main_id,sub_id,mode", *rows]) + "\n"


def links_by_main(world: World) -> dict[int, list[IntendedLink]]:
    """The intended links of each main."""
    by_main: dict[int, list[IntendedLink]] = {}
    for link in world.links.values():
        by_main.setdefault(link.main_id, []).append(link)
    return by_main


def create_family(world: World, given: Arguments) -> object:
    """Create an exact family."""
    day = given.integer("billing_day", 1)
    if not 1 <= day <= LAST_BILLING_DAY:
        raise ControlFault(f"billing_day must be 1 to {LAST_BILLING_DAY}")
    main = _order(given.object("main"), "Main", day)
    orders = given.objects("subs")
    subs = [_order(order, f"Sub {index}", day) for index, order in enumerate(orders, start=1)]
    payer, linked = add_family(world, main, subs)
    return {"main_id": payer.id, "sub_ids": [sub.id for sub in linked]}


def create_test_customer(world: World, given: Arguments) -> object:
    """Create a customer on whom a connector may try what the platform keeps of its documents."""
    made = add_account(world, AccountOrder(name=given.text("name", "Test")), world.now())
    world.test_customers.add(made.id)
    return {"customer_id": made.id}


def intend_link(world: World, given: Arguments) -> object:
    """Tell the auditor of a link as it is meant; mode `none` takes it back."""
    mode = given.one_of("mode", (*MODES, "none"), "aggregated")
    sub = customer_of(world, given.integer("sub_id"))
    if mode == "none":
        world.intend(sub.id, None)
        return {"sub_id": sub.id, "mode": mode}
    main = customer_of(world, given.integer("main_id"))
    world.intend(sub.id, IntendedLink(main_id=main.id, sub_id=sub.id, mode=mode))
    return {"main_id": main.id, "sub_id": sub.id, "mode": mode}


def link_natively(world: World, given: Arguments) -> object:
    """Set the platform's own link under its rules; main 0 takes it away."""
    if not world.linked_accounts:
        raise ControlFault("this release has no linked accounts")
    sub = customer_of(world, given.integer("sub_id"))
    main_id, before = given.integer("main_id", 0), sub.parent_id
    billing = world.billing_of(sub.id)
    if main_id:
        mode = given.one_of("mode", MODES, "aggregated")
        check_link(world, sub, main_id, mode)
        if main_id == before:
            check_mode(world, billing, mode)
        billing.sub_billing_mode = mode
    else:
        check_unlink(world, sub)
    sub.parent_id = main_id
    settle_link(world, sub, before)
    adopt_billing_day(world, billing)
    world.touch(sub.id)
    return {"sub_id": sub.id, "main_id": main_id, "mode": billing.sub_billing_mode}


def _order(given: Arguments, name: str, day: int) -> AccountOrder:
    return AccountOrder(
        name=given.text("name", name),
        services=tuple(_service(service) for service in given.objects("services")),
        mode=given.one_of("mode", MODES, "aggregated"),
        street=given.text("street", "Mill Lane 1"),
        city=given.text("city", "Northport"),
        billing_day=day,
    )


def _service(given: Arguments) -> ServiceOrder:
    return ServiceOrder(
        price=given.amount("price"),
        tax=given.amount("tax", "20"),
        quantity=given.integer("quantity", 1),
        description=given.text("description", "Internet"),
    )
