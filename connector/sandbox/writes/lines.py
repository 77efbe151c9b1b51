"""Reading the bodies of documents that have lines."""

from collections.abc import Mapping
from dataclasses import replace

from connector.sandbox.records import Item
from connector.sandbox.wire.fields import Field
from connector.sandbox.wire.reading import Body, ItemReading, read_changes, require
from connector.sandbox.world import World


def read_new(
    world: World, fields: tuple[Field, ...], item_fields: tuple[Field, ...], body: Body
) -> dict[str, object]:
    """The attributes of a new document; its lines are new too, whatever ids they name."""
    by = world.switches.required_by
    require(fields, body, by)
    lines = body.get("items")
    for line in lines if by == "document" and isinstance(lines, list) else ():
        if isinstance(line, Mapping):
            require(item_fields, line, by)
    reading = ItemReading(fields=item_fields)
    named = read_changes(fields, body, linked=world.linked_accounts, items=reading)
    for item in _lines(named):
        item.id = 0
    return named


def read_edit(
    world: World,
    fields: tuple[Field, ...],
    item_fields: tuple[Field, ...],
    body: Body,
    held: list[Item],
) -> dict[str, object]:
    """The attributes a change names; by switch lines that it leaves out stay."""
    reading = ItemReading(fields=item_fields, held=tuple(held))
    named = read_changes(fields, body, linked=world.linked_accounts, items=reading)
    if "items" in named and world.switches.put_items == "merge":
        named["items"] = _merged(held, _lines(named))
    return named


def differences(row: object, named: Mapping[str, object]) -> dict[str, object]:
    """What a body really changes: naming an unchanged value is no change."""
    return {attr: value for attr, value in named.items() if _differs(getattr(row, attr), value)}


def _differs(held: object, value: object) -> bool:
    if isinstance(held, dict) and isinstance(value, dict):
        return any(held.get(name) != text for name, text in value.items())
    return bool((held or None) != (value or None))


def _lines(named: Mapping[str, object]) -> list[Item]:
    lines = named.get("items")
    return [line for line in lines if isinstance(line, Item)] if isinstance(lines, list) else []


def _merged(held: list[Item], sent: list[Item]) -> list[Item]:
    """The lines that are there, as sent where their id is named, and then the new ones."""
    by_id = {item.id: item for item in sent if item.id}
    kept = [by_id.get(item.id, replace(item)) for item in held]
    known = {item.id for item in held}
    return kept + [item for item in sent if item.id not in known]
