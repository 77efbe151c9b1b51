"""Attributes of planned changes: of a status, and of services that have yet to begin."""

from connector.sandbox.wire.fields import Kind, of_kind

PENDING_STATUS = (
    *of_kind(Kind.INTEGER, "id", readonly=True),
    *of_kind(Kind.INTEGER, "customer_id!"),
    *of_kind(Kind.DATE, "date!"),
    *of_kind(Kind.TEXT, "status!"),
    *of_kind(Kind.FLAG, "done", readonly=True),
    *of_kind(Kind.INTEGER, "administrator_id", readonly=True),
)
PENDING_SERVICE = (
    *of_kind(Kind.INTEGER, "id", "customer_id", "tariff_id", readonly=True),
    *of_kind(Kind.TEXT, "description", readonly=True),
    *of_kind(Kind.COLUMN, "unit_price", readonly=True),
    *of_kind(Kind.DATE, "start_date", readonly=True),
    *of_kind(Kind.TEXT, "type", readonly=True),
)
