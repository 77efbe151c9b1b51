"""How a resource without rules of its own is declared, and how it answers."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial

from connector.sandbox.api.resources import Resource
from connector.sandbox.records import Entry
from connector.sandbox.tables import Table
from connector.sandbox.wire.fields import Field, Kind, in_release
from connector.sandbox.wire.reading import Body, apply_changes, read_changes, require
from connector.sandbox.witness import Actor
from connector.sandbox.world import World

READ_ONLY = ""
ALL_VERBS = "POST PUT DELETE"
_EMPTY: Mapping[Kind, Callable[[], object]] = {
    Kind.INTEGER: int,
    Kind.NUMBER_AS_TEXT: int,
    Kind.FLAG: int,
    Kind.TEXT: str,
    Kind.MAP: dict,
    Kind.LABELS: list,
    Kind.ITEMS: list,
}


def _nothing(_world: World, _row: Entry) -> None:
    """Change nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entity:
    """One resource: its attributes, the rows it starts with, and the verbs that write it.

    `complete` fills in what the platform itself adds to a new row, such as a date.
    """

    name: str
    fields: tuple[Field, ...]
    rows: tuple[Mapping[str, object], ...] = ()
    verbs: str = READ_ONLY
    complete: Callable[[World, Entry], None] = _nothing
    write_only: tuple[str, ...] = field(default=())

    @property
    def resource(self) -> Resource:
        """The same as a resource of the API."""
        verbs = self.verbs.split()
        return Resource(
            name=self.name,
            table=lambda world: world.entries[self.name],
            fields=self.fields,
            create=partial(_create, self) if "POST" in verbs else None,
            update=partial(_update, self) if "PUT" in verbs else None,
            delete=partial(_delete, self) if "DELETE" in verbs else None,
            write_only=self.write_only,
        )

    def blank(self) -> Entry:
        """A row with every attribute empty."""
        empty = {each.attr: _EMPTY.get(each.kind, lambda: None)() for each in self.fields}
        return Entry(**empty)


def stock(world: World, entities: Iterable[Entity]) -> None:
    """Give a world a table per entity, with the rows it starts with."""
    for entity in entities:
        table = world.entries[entity.name] = Table[Entry]()
        for given in entity.rows:
            row = entity.blank()
            apply_changes(row, dict(given))
            table.add(row)


def _create(entity: Entity, world: World, body: Body, _actor: Actor) -> Entry:
    require(in_release(entity.fields, linked=world.linked_accounts), body)
    row = entity.blank()
    apply_changes(row, read_changes(entity.fields, body, linked=world.linked_accounts))
    entity.complete(world, row)
    return world.entries[entity.name].add(row)


def _update(entity: Entity, world: World, row: Entry, body: Body, _actor: Actor) -> None:
    apply_changes(row, read_changes(entity.fields, body, linked=world.linked_accounts))


def _delete(entity: Entity, world: World, row: Entry, _actor: Actor) -> None:
    world.entries[entity.name].remove(row)
