"""Attributes of the four kinds of services, and of where one stands on the map."""

from connector.sandbox.wire.fields import Kind, of_kind

_DISCOUNT = (
    *of_kind(Kind.FLAG, "discount"),
    *of_kind(Kind.TEXT, "discount_type"),
    *of_kind(Kind.COLUMN, "discount_value"),
    *of_kind(Kind.DATE, "discount_start_date", "discount_end_date"),
    *of_kind(Kind.TEXT, "discount_text"),
)
_PLAIN = (
    *of_kind(Kind.INTEGER, "id", readonly=True),
    *of_kind(Kind.INTEGER, "parent_id"),
    *of_kind(Kind.INTEGER, "customer_id", readonly=True),
    *of_kind(Kind.INTEGER, "tariff_id!", "bundle_service_id"),
    *of_kind(Kind.TEXT, "description!"),
    *of_kind(Kind.INTEGER, "quantity?"),
    *of_kind(Kind.TEXT, "unit"),
    *of_kind(Kind.COLUMN, "unit_price"),
    *of_kind(Kind.DATE, "start_date?", "end_date?"),
    *_DISCOUNT,
    *of_kind(Kind.TEXT, "status?", "status_new"),
    *of_kind(Kind.FLAG, "on_approve"),
    *of_kind(Kind.NUMBER_AS_TEXT, "period"),
    *of_kind(Kind.TEXT, "type", readonly=True),
)
_EXTRA = of_kind(Kind.MAP, "additional_attributes")
INTERNET = (
    *_PLAIN,
    *of_kind(Kind.INTEGER, "router_id", "sector_id"),
    *of_kind(Kind.TEXT, "login", "password"),
    *of_kind(Kind.INTEGER, "taking_ipv4"),
    *of_kind(Kind.TEXT, "ipv4", "ipv4_route"),
    *of_kind(Kind.INTEGER, "ipv4_pool_id", "taking_ipv6"),
    *of_kind(Kind.TEXT, "ipv6", "ipv6_delegated"),
    *of_kind(Kind.INTEGER, "ipv6_pool_id"),
    *of_kind(Kind.TEXT, "mac"),
    *of_kind(Kind.INTEGER, "port_id", "access_device", "top_up_tariff_id"),
    *of_kind(Kind.MAP, "geo", readonly=True),
    *_EXTRA,
)
VOICE = (
    *_PLAIN,
    *of_kind(Kind.INTEGER, "voice_device_id"),
    *of_kind(Kind.TEXT, "phone?", "direction"),
    *_EXTRA,
)
RECURRING = (*_PLAIN, *_EXTRA)
BUNDLE = (
    *of_kind(Kind.INTEGER, "id", "customer_id", readonly=True),
    *of_kind(Kind.INTEGER, "bundle_id=tariff_id!"),
    *of_kind(Kind.TEXT, "status?", "description!"),
    *of_kind(Kind.COLUMN, "unit_price"),
    *of_kind(Kind.DATE, "start_date?", "end_date?"),
    *_DISCOUNT,
    *of_kind(Kind.FLAG, "automatic_renewal", "auto_reactivate"),
    *of_kind(Kind.COLUMN, "activation_fee"),
    *of_kind(Kind.TEXT, "get_activation_fee_when"),
    *of_kind(Kind.FLAG, "issue_invoice_while_service_creation"),
    *of_kind(Kind.COLUMN, "cancellation_fee", "prior_cancellation_fee"),
    *of_kind(Kind.INTEGER, "activation_fee_transaction_id", readonly=True),
    *of_kind(Kind.INTEGER, "cancellation_fee_transaction_id", readonly=True),
    *of_kind(Kind.INTEGER, "prior_cancellation_fee_transaction_id", readonly=True),
    *of_kind(Kind.TEXT, "type", readonly=True),
    *_EXTRA,
)
GEO = of_kind(Kind.TEXT, "address", "marker")
