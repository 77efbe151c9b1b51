"""Locations and administrators, as a fresh installation has them."""

from connector.sandbox.records import Entry
from connector.sandbox.reference.entity import ALL_VERBS, Entity, refuse_deletion
from connector.sandbox.wire.fields import Kind, of_kind
from connector.sandbox.world import World

FIRST = 1  # the location and the administrator that an installation starts with


def _keep_location(world: World, row: Entry) -> None:
    if row.id == FIRST or any(customer.location_id == row.id for customer in world.customers):
        raise refuse_deletion(world, "Location is in use")


def _keep_administrator(world: World, row: Entry) -> None:
    if row.id == FIRST:
        raise refuse_deletion(world, "Administrator can't be deleted")


def _stamp(world: World, row: Entry) -> None:
    row.updated_at = world.now()


LOCATIONS = Entity(
    name="administration/locations",
    fields=(
        *of_kind(Kind.INTEGER, "id", readonly=True),
        *of_kind(Kind.TEXT, "name!"),
        *of_kind(Kind.INTEGER, "tax_for_tariff_bundle", "tax_for_tariff_internet"),
        *of_kind(Kind.INTEGER, "tax_for_tariff_voice", "tax_for_tariff_recurring"),
        *of_kind(Kind.INTEGER, "tax_for_tariff_onetime", "tax_for_inventory_items"),
    ),
    rows=({"name": "Main"},),
    verbs=ALL_VERBS,
    unique=("name",),
    keep=_keep_location,
)
ADMINISTRATORS = Entity(
    name="administration/administrators",
    fields=(
        *of_kind(Kind.INTEGER, "id", readonly=True),
        *of_kind(Kind.INTEGER, "partner_id"),
        *of_kind(Kind.TEXT, "role_name", "login!", "name!", "email!", "password!"),
        *of_kind(Kind.INTEGER, "timeout"),
        *of_kind(Kind.TEXT, "last_ip", readonly=True),
        *of_kind(Kind.INSTANT, "last_dt", readonly=True),
        *of_kind(Kind.INTEGER, "filter_partner_id"),
        *of_kind(Kind.TEXT, "router_access", "phone"),
        *of_kind(Kind.FLAG, "send_from_my_name"),
        *of_kind(Kind.TEXT, "calendar_color"),
        *of_kind(Kind.INSTANT, "updated_at", readonly=True),
        *of_kind(Kind.INTEGER, "avatar_api_url", "download_avatar_link", readonly=True),
    ),
    rows=(
        {
            "role_name": "super-administrator",
            "login": "admin",
            "name": "Main Admin",
            "email": "admin@example.net",
        },
    ),
    verbs=ALL_VERBS,
    defaults={
        "role_name": "administrator",
        "router_access": "none",
        "filter_partner_id": None,
        "avatar_api_url": None,
        "download_avatar_link": None,
    },
    unique=("login",),
    complete=_stamp,
    amend=_stamp,
    keep=_keep_administrator,
    hidden=("password",),
)
ADMINISTRATION = (LOCATIONS, ADMINISTRATORS)
