"""Answering for one resource: lists, counts, single rows, attributes and writes."""

from collections.abc import Callable
from typing import Any

from connector.sandbox.api.message import Call, Reply, json_reply
from connector.sandbox.api.resources import Resource
from connector.sandbox.errors import ApiFault
from connector.sandbox.records import Billing, Customer, Row
from connector.sandbox.reference.additional_fields import (
    DEFINITIONS,
    checked_attributes,
    listed_attributes,
    shown_attributes,
)
from connector.sandbox.reference.labels import with_labels
from connector.sandbox.search import count, find
from connector.sandbox.tables import R, Table
from connector.sandbox.wire.brackets import Tree
from connector.sandbox.wire.codec import Profile
from connector.sandbox.wire.fields import Field, Kind, in_release
from connector.sandbox.wire.reading import Body
from connector.sandbox.witness import Actor, ApiWrite
from connector.sandbox.world import World

ACTIONS = {"POST": "add", "PUT": "update", "DELETE": "delete", "HEAD": "index", "OPTIONS": "index"}
LISTED_TYPES = {
    Kind.INTEGER: "integer",
    Kind.NUMBER_AS_TEXT: "integer",
    Kind.COLUMN: "decimal",
    Kind.COMPUTED: "decimal",
    Kind.DATE: "date",
    Kind.INSTANT: "datetime",
    Kind.ITEMS: "array",
    Kind.LABELS: "array",
    Kind.LIST: "array",
}


class Desk:
    """Answers plain requests in the words of one release."""

    def __init__(self, world: World, profile: Profile) -> None:
        self.world = world
        self.profile = with_labels(world, profile)
        self.administrator = 0
        self._fields: dict[str, tuple[Field, ...]] = {}
        self._encoders: dict[str, Callable[[object], dict[str, object]]] = {}

    def permit(self, controller: str, method: str, *, single: bool) -> None:
        """Raise 405 when the controller is switched off, 403 when the key may not do this."""
        if controller in self.world.switches.switched_off:
            raise disabled()
        action = ACTIONS.get(method, "view" if single else "index")
        if self.world.switches.denies(controller, action):
            raise ApiFault(403, "FORBIDDEN", "You do not have permission for this action")

    def encode(self, resource: Resource, row: object) -> dict[str, object]:
        """A row as its wire object."""
        encoder = self._encoders.get(resource.name)
        if encoder is None:
            encoder = self.profile.row_encoder(resource.fields, resource.item_fields)
            self._encoders[resource.name] = encoder
        wire = encoder(row)
        if "additional_attributes" in wire and self.world.entries[DEFINITIONS.name]:
            held = wire["additional_attributes"]
            wire["additional_attributes"] = shown_attributes(self.world, resource.name, held)
        return wire

    def checked(self, resource: Resource, body: Body, row: Row | None = None) -> Body:
        """The body of a write with its additional attributes as they are kept, or FieldFault."""
        if not self.world.entries[DEFINITIONS.name]:
            return body
        rows = resource.table(self.world)
        return checked_attributes(self.world, resource.name, body, rows, row)

    def plain(self, resource: Resource, call: Call, raw_id: str) -> Reply:
        """Answer for a resource without rules of its own, or for one row of it."""
        if raw_id:
            return self.entity(resource, call, raw_id)
        return self.collection(resource, call, call.parameters)

    def collection(self, resource: Resource, call: Call, query: dict[str, Tree]) -> Reply:
        """Answer a request without an id."""
        match call.method:
            case "GET" if resource.listed:
                fields = self._known(resource)
                rows = find(resource.table(self.world), fields, query)
                return json_reply(200, [self.encode(resource, row) for row in rows])
            case "HEAD" if resource.listed:
                total = count(resource.table(self.world), self._known(resource), query)
                return count_reply(total)
            case "OPTIONS":
                return json_reply(200, self._attributes(resource))
            case "POST" if resource.create is not None:
                row = resource.create(
                    self.world, self.checked(resource, call.fields()), self.caller()
                )
                self.note_write(call.method, resource.name, row)
                return json_reply(201, {"id": self._id(row)})
            case "PUT" | "DELETE":
                raise ApiFault(400, "BAD_REQUEST", "Id is required")
        raise disabled()

    def entity(self, resource: Resource, call: Call, raw_id: str) -> Reply:
        """Answer a request with an id."""
        row = found(resource.table(self.world).get(int(raw_id)) if raw_id.isdecimal() else None)
        if isinstance(row, Billing):
            found(self.world.customers.get(row.customer_id))
        body = call.fields() if call.method == "PUT" else {}
        return self.on_row(resource, call.method, row, body)

    def on_row(self, resource: Resource, method: str, row: Any, body: Any) -> Reply:
        """Read, change or delete one row."""
        match method:
            case "GET":
                return json_reply(200, self.encode(resource, row))
            case "PUT" if resource.update is not None:
                body = self.checked(resource, body, row)
                resource.update(self.world, row, body, self.caller())
                self.note_write(method, resource.name, row)
                return json_reply(202, None)
            case "DELETE" if resource.delete is not None:
                resource.delete(self.world, row, self.caller())
                self.note_write(method, resource.name, row)
                return Reply(status=204)
        raise disabled()

    def caller(self) -> Actor:
        """Who writes, as the status history will name it: the administrator, or the key."""
        number = self.administrator or self.world.switches.api_status_admin
        return Actor(kind="api", administrator_id=number)

    def note_write(self, method: str, resource: str, row: Row) -> None:
        """Note an accepted write for the auditor, and that hooks may have something to tell."""
        account = row.customer_id or (row.id if isinstance(row, Customer) else 0)
        if not account:
            return  # plans, labels, settings and the like belong to nobody
        self.world.hooks.mark(account)
        self.world.witness.writes.append(
            ApiWrite(
                at=self.world.now(),
                method=method,
                resource=resource,
                record_id=row.id,
                customer_id=account,
                request=self.world.counters.request + 1,
            )
        )

    def _known(self, resource: Resource) -> tuple[Field, ...]:
        known = self._fields.get(resource.name)
        if known is None:
            known = in_release(resource.fields, linked=self.profile.linked)
            self._fields[resource.name] = known
        return known

    def _id(self, row: Row) -> object:
        return row.id if self.profile.linked else str(row.id)

    def _attributes(self, resource: Resource) -> dict[str, object]:
        listed = [
            {
                "name": field.name,
                "title": field.title,
                "type": LISTED_TYPES.get(field.kind, "string"),
                "required": field.required,
            }
            for field in self._known(resource)
            if field.name != "additional_attributes"
        ]
        listed += [
            {"name": name, "title": name, "type": "string", "required": False}
            for name in resource.write_only
        ]
        extra = listed_attributes(self.world, resource.name)
        return {"attributes": listed, "additional_attributes": extra}


def count_reply(total: int) -> Reply:
    """Answer HEAD: the count is in a header."""
    headers = {"X-total-count": str(total), "Access-Control-Expose-Headers": "X-total-count"}
    return Reply(status=204, headers=headers)


def row_of(table: Table[R], raw_id: str) -> R:
    """The row whose number an address names, or 404."""
    row = table.get(int(raw_id)) if raw_id.isdecimal() else None
    if row is None:
        raise ApiFault(404, "NOT_FOUND", "Entity not found")
    return row


def found(row: Row | None) -> Row:
    """The row, or 404."""
    if row is None:
        raise ApiFault(404, "NOT_FOUND", "Entity not found")
    return row


def disabled() -> ApiFault:
    """405 for a verb that this address does not know."""
    return ApiFault(405, "METHOD_DISABLED", "Method is disabled")
