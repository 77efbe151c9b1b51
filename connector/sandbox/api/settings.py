"""Additional fields, modules and their rows, and the settings by module and path."""

from connector.sandbox.api.answers import Desk, disabled, row_of
from connector.sandbox.api.message import Call, Reply, json_reply
from connector.sandbox.errors import ApiFault, FieldFault
from connector.sandbox.records import Entry
from connector.sandbox.reference.additional_fields import (
    DEFINITIONS,
    KNOWN_MODULES,
    OWN_MODULE,
    definitions,
)
from connector.sandbox.reference.entity import create, delete, update
from connector.sandbox.reference.modules import MODULES, items_of
from connector.sandbox.reference.settings import load_settings, save_setting
from connector.sandbox.wire.brackets import Tree
from connector.sandbox.wire.reading import Body
from connector.sandbox.world import World


def additional_fields(desk: Desk, call: Call, raw_id: str) -> Reply:
    """Answer config/additional-fields/{module}[--{name}]."""
    module, _, name = raw_id.partition("--")
    if module not in KNOWN_MODULES and module not in _own(desk.world):
        raise ApiFault(400, "BAD_REQUEST", "Module is invalid")
    declared = definitions(desk.world, module)
    if not name:
        return _definitions(desk, call, module, declared)
    row = next((row for row in declared if row.name == name), None)
    if row is None:
        raise _missing()
    match call.method:
        case "GET":
            return json_reply(200, desk.encode(DEFINITIONS.resource, row))
        case "PUT":
            update(DEFINITIONS, desk.world, row, _without_name(call), desk.caller())
            return json_reply(202, None)
        case "DELETE":
            delete(DEFINITIONS, desk.world, row, desk.caller())
            return Reply(status=204)
    raise disabled()


def modules(desk: Desk, call: Call, name: str) -> Reply:
    """Answer config/modules[/{name}]; a module is addressed by its name."""
    if not name:
        if call.method != "POST":
            return desk.collection(MODULES.resource, call, call.parameters)
        row = create(MODULES, desk.world, call.fields(), desk.caller())
        return json_reply(201, {"name": row.name})
    if name not in _own(desk.world):
        raise _missing()
    body = _without_name(call) if call.method == "PUT" else {}
    return desk.on_row(MODULES.resource, call.method, _own(desk.world)[name], body)


def module_items(desk: Desk, call: Call, raw_id: str) -> Reply:
    """Answer config/module/{name}[--{id}]: the rows of a module."""
    name, _, number = raw_id.partition("--")
    if name not in _own(desk.world):
        raise _missing()
    resource = items_of(name).resource
    if not number:
        return desk.collection(resource, call, call.parameters)
    if call.method != "PUT":
        return desk.entity(resource, call, number)
    row = row_of(desk.world.entries[f"{OWN_MODULE}{name}"], number)
    body = call.fields()
    nested = body if "additional_attributes" in body else {"additional_attributes": body}
    return desk.on_row(resource, "PUT", row, nested)


def settings(desk: Desk, call: Call, raw_id: str) -> Reply:
    """Answer config/config?module=&path=&key=&partner_id=: settings by name, as text."""
    query = call.parameters
    module, path = str(query.get("module", "")), str(query.get("path", ""))
    if raw_id or not module or not path:
        raise ApiFault(400, "BAD_REQUEST", "Module and path are required")
    partner_id = _natural(query.get("partner_id"))
    if call.method == "GET":
        held = load_settings(desk.world, module, path, partner_id)
        key = query.get("key")
        return json_reply(200, {n: v for n, v in held.items() if key in {None, n}} or [])
    if call.method != "PUT":
        raise disabled()
    for key, value in call.fields().items():
        text = str(int(value)) if isinstance(value, bool) else str(value)
        save_setting(desk.world, (module, path, key), partner_id, text)
    return json_reply(202, None)


def _definitions(desk: Desk, call: Call, module: str, declared: list[Entry]) -> Reply:
    match call.method:
        case "GET":
            resource = DEFINITIONS.resource
            return json_reply(200, [desk.encode(resource, row) for row in declared])
        case "POST":
            body = call.fields()
            if any(row.name == body.get("name") for row in declared):
                raise FieldFault({"name": "Name already exists"})
            row = create(DEFINITIONS, desk.world, body, desk.caller())
            row.module = module
            return json_reply(201, {"name": row.name})
        case "PUT" | "DELETE":
            raise ApiFault(400, "BAD_REQUEST", "Id is required")
        case "OPTIONS":
            return desk.collection(DEFINITIONS.resource, call, {})
    raise disabled()


def _own(world: World) -> dict[str, Entry]:
    """The modules that the installation made, by name."""
    return {row.name: row for row in world.entries[MODULES.name]}


def _without_name(call: Call) -> Body:
    """The body of a change; what a row is addressed by stays."""
    return {name: value for name, value in call.fields().items() if name != "name"}


def _natural(tree: Tree | None) -> int:
    return int(tree) if isinstance(tree, str) and tree.isdecimal() else 0


def _missing() -> ApiFault:
    return ApiFault(404, "NOT_FOUND", "Entity not found")
