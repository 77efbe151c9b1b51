"""Plans: internet, voice, recurring, bundles and one-time; the seeds are what families have."""

from decimal import Decimal
from functools import partial

from connector.sandbox.records import Entry
from connector.sandbox.reference.entity import ALL_VERBS, Entity, refuse_deletion
from connector.sandbox.wire.fields import Kind, of_kind
from connector.sandbox.world import World

# What a service calls its kind, and where its plans stand.
ADDRESS_OF = {
    "internet": "tariffs/internet",
    "voice": "tariffs/voice",
    "custom": "tariffs/recurring",
    "bundle": "tariffs/bundle",
}
ALL_BILLING = ["recurring", "prepaid", "prepaid_monthly"]
_PLANS = (
    ("Fibre 100", "24.99", 102400),
    ("Fibre 300", "34.99", 307200),
    ("Fibre 1000", "54.99", 1024000),
    ("Wireless 20", "16.6625", 20480),
    ("Wireless 50", "20.8333", 51200),
    ("Metro 200", "29.1667", 204800),
)
_RATES = (("20", "", 2), ("10", " (10 %)", 3), ("0", " (no tax)", 1))
_HEAD = (*of_kind(Kind.INTEGER, "id", readonly=True), *of_kind(Kind.TEXT, "title!"))
_PRICE = (
    *of_kind(Kind.COLUMN, "price"),
    *of_kind(Kind.FLAG, "with_vat"),
    *of_kind(Kind.COLUMN, "vat_percent"),
    *of_kind(Kind.INTEGER, "tax_id", "transaction_category_id"),
    *of_kind(Kind.LIST, "partners_ids!", "available_for_locations!"),
    *of_kind(Kind.LIST, "customer_categories!"),
    *of_kind(Kind.LABELS, "customer_labels"),
    *of_kind(Kind.FLAG, "hide_on_admin_portal", "show_on_customer_portal"),
)
_SERVICE = (
    *_PRICE,
    *of_kind(Kind.TEXT, "service_name"),
    *of_kind(Kind.INTEGER, "billing_days_count"),
    *of_kind(Kind.FLAG, "available_for_services"),
    *of_kind(Kind.LIST, "billing_types!"),
    *of_kind(Kind.NUMBER_AS_TEXT, "custom_period"),
    *of_kind(Kind.LIST, "tariffs_for_change"),
    *of_kind(Kind.INTEGER, "services", readonly=True),
)
_SPEED = (
    *of_kind(Kind.INTEGER, "speed_download!", "speed_upload!"),
    *of_kind(Kind.TEXT, "speed_limit_type"),
    *of_kind(Kind.INTEGER, "speed_limit_at", "speed_limit_fixed_up", "speed_limit_fixed_down"),
    *of_kind(Kind.INTEGER, "aggregation"),
    *of_kind(Kind.TEXT, "burst_type"),
    *of_kind(Kind.INTEGER, "burst_limit", "burst_limit_fixed_up", "burst_limit_fixed_down"),
    *of_kind(Kind.INTEGER, "burst_threshold", "burst_threshold_fixed_up"),
    *of_kind(Kind.INTEGER, "burst_threshold_fixed_down", "burst_time"),
    *of_kind(Kind.TEXT, "priority"),
    *of_kind(Kind.LIST, "exclude_traffic_classes"),
)
_FOR_ALL: dict[str, object] = {"transaction_category_id": 1}
_FOR_SERVICES: dict[str, object] = {
    **_FOR_ALL,
    "available_for_services": 1,
    "billing_days_count": 30,
    "custom_period": 0,
}
_SEEDED: dict[str, object] = {
    "partners_ids": [1],
    "available_for_locations": [1],
    "customer_categories": ["person", "company"],
    "billing_types": ALL_BILLING,
    "vat_percent": "20",
    "tax_id": 2,
}
_BURSTS: dict[str, object] = {
    "aggregation": 1,
    "speed_limit_at": 10,
    "speed_limit_type": "none",
    "burst_type": "none",
    "priority": "normal",
}
_THREE = ("none", "percent", "fixed")


def _name(_world: World, row: Entry) -> None:
    """A plan without a name for its services takes its title."""
    row.service_name = row.service_name or row.title


def _count_services(kind: str, world: World, row: Entry) -> None:
    row.services = sum(
        1 for service in world.services if service.tariff_id == row.id and service.type == kind
    )


def _keep(world: World, row: Entry) -> None:
    if row.services:
        raise refuse_deletion(world, "Tariff has services")


def _internet_rows() -> tuple[dict[str, object], ...]:
    """Each plan at each rate of tax that a family may have."""
    return tuple(
        {
            **_SEEDED,
            "title": f"{title}{suffix}",
            "service_name": title,
            "price": price,
            "vat_percent": rate,
            "tax_id": tax_id,
            "speed_download": speed,
            "speed_upload": speed // 2,
        }
        for rate, suffix, tax_id in _RATES
        for title, price, speed in _PLANS
    )


INTERNET = Entity(
    name="tariffs/internet",
    fields=(*_HEAD, *_SERVICE, *_SPEED),
    rows=_internet_rows(),
    verbs=ALL_VERBS,
    defaults={**_FOR_SERVICES, **_BURSTS},
    choices={
        "burst_type": _THREE,
        "speed_limit_type": _THREE,
        "priority": ("low", "normal", "high"),
    },
    unique=("title",),
    complete=_name,
    keep=_keep,
    refresh=partial(_count_services, "internet"),
)
VOICE = Entity(
    name="tariffs/voice",
    fields=(
        *_HEAD,
        *of_kind(Kind.TEXT, "type!"),
        *of_kind(Kind.INTEGER, "customer_rate_table_id", "buy_price_increase"),
        *of_kind(Kind.FLAG, "connection_cost_included"),
        *of_kind(Kind.INTEGER, "transaction_category_id_for_calls"),
        *of_kind(Kind.INTEGER, "transaction_category_id_for_messages"),
        *of_kind(Kind.INTEGER, "transaction_category_id_for_data"),
        *_SERVICE,
    ),
    rows=({**_SEEDED, "title": "Landline", "type": "fix", "price": "9.90"},),
    verbs=ALL_VERBS,
    defaults={**_FOR_SERVICES, "customer_rate_table_id": None},
    choices={"type": ("voip", "fix", "mobile")},
    unique=("title",),
    complete=_name,
    keep=_keep,
    refresh=partial(_count_services, "voice"),
)
RECURRING = Entity(
    name="tariffs/recurring",
    fields=(*_HEAD, *_SERVICE),
    rows=({**_SEEDED, "title": "Static address", "price": "4.00"},),
    verbs=ALL_VERBS,
    defaults=_FOR_SERVICES,
    unique=("title",),
    complete=_name,
    keep=_keep,
    refresh=partial(_count_services, "custom"),
)
BUNDLE = Entity(
    name="tariffs/bundle",
    fields=(
        *_HEAD,
        *_PRICE,
        *of_kind(Kind.TEXT, "service_description"),
        *of_kind(Kind.COLUMN, "activation_fee", "cancellation_fee", "prior_cancellation_fee"),
        *of_kind(Kind.COLUMN, "change_to_other_bundle_fee"),
        *of_kind(Kind.FLAG, "issue_invoice_while_service_creation"),
        *of_kind(Kind.INTEGER, "contract_duration"),
        *of_kind(Kind.TEXT, "get_activation_fee_when"),
        *of_kind(Kind.FLAG, "automatic_renewal", "auto_reactivate"),
        *of_kind(Kind.INTEGER, "discount_period"),
        *of_kind(Kind.TEXT, "discount_type"),
        *of_kind(Kind.COLUMN, "discount_value"),
        *of_kind(Kind.LIST, "internet_tariffs", "voice_tariffs", "custom_tariffs"),
        *of_kind(Kind.LIST, "billing_types!"),
        *of_kind(Kind.INTEGER, "billing_days_count"),
        *of_kind(Kind.NUMBER_AS_TEXT, "custom_period"),
        *of_kind(Kind.FLAG, "available_for_services"),
        *of_kind(Kind.INTEGER, "services", readonly=True),
    ),
    rows=(
        {
            **_SEEDED,
            "title": "Double play",
            "price": "29.90",
            "internet_tariffs": [1],
            "voice_tariffs": [1],
        },
    ),
    verbs=ALL_VERBS,
    defaults={
        **_FOR_SERVICES,
        "get_activation_fee_when": "create_service",
        "discount_type": "percent",
    },
    choices={
        "get_activation_fee_when": ("create_service", "first_service_billing"),
        "discount_type": ("percent", "fixed"),
    },
    unique=("title",),
    keep=_keep,
    refresh=partial(_count_services, "bundle"),
)
ONE_TIME = Entity(
    name="tariffs/one-time",
    fields=(
        *_HEAD,
        *of_kind(Kind.TEXT, "service_description"),
        *_PRICE,
        *of_kind(Kind.FLAG, "enabled"),
    ),
    rows=({**_SEEDED, "title": "Installation", "price": "50"},),
    verbs=ALL_VERBS,
    defaults={**_FOR_ALL, "enabled": 1},
    unique=("title",),
)
TARIFFS = (INTERNET, VOICE, RECURRING, BUNDLE, ONE_TIME)


def tariff(world: World, kind: str, tariff_id: int) -> Entry | None:
    """The plan of a service of a kind, or None."""
    address = ADDRESS_OF.get(kind)
    return world.entries[address].get(tariff_id) if address else None


def plan_for(world: World, title: str, tax: Decimal) -> int:
    """The number of the internet plan with this title and tax; failing that, of one with the tax."""
    plans = [row for row in world.entries[INTERNET.name] if row.vat_percent == tax]
    named = [row.id for row in plans if row.service_name == title]
    return int(next(iter([*named, *(row.id for row in plans)]), 1))
