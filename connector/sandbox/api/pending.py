"""Planned changes: statuses and services that wait for their day."""

from connector.sandbox.api.resources import Resource
from connector.sandbox.records import Service
from connector.sandbox.tables import Table
from connector.sandbox.wire.pending import PENDING_SERVICE, PENDING_STATUS
from connector.sandbox.world import World
from connector.sandbox.writes.pending import (
    create_pending_status,
    delete_pending_status,
    update_pending_status,
)


def _pending_services(world: World) -> Table[Service]:
    """The services that have yet to begin, as a table of their own."""
    waiting = Table[Service]()
    for service in world.services:
        if service.status == "pending":
            waiting.put(service)
    return waiting


PENDING = (
    Resource(
        name="logs/pending-statuses",
        table=lambda world: world.pending_statuses,
        fields=PENDING_STATUS,
        create=create_pending_status,
        update=update_pending_status,
        delete=delete_pending_status,
    ),
    Resource(name="logs/pending-services", table=_pending_services, fields=PENDING_SERVICE),
)
