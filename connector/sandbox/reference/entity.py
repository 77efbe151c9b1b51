"""How a resource without rules of its own is declared, and how it answers."""

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial

from connector.sandbox.api.resources import Resource
from connector.sandbox.errors import ApiFault, FieldFault
from connector.sandbox.money import ZERO
from connector.sandbox.records import Entry
from connector.sandbox.tables import Table
from connector.sandbox.wire.fields import Field, Kind, in_release
from connector.sandbox.wire.reading import (
    Body,
    apply_changes,
    read_changes,
    read_value,
    require,
)
from connector.sandbox.witness import Actor
from connector.sandbox.world import World

READ_ONLY = ""
ALL_VERBS = "POST PUT DELETE"
_ABSENT = object()
Hook = Callable[[World, Entry], None]
_EMPTY: Mapping[Kind, Callable[[], object]] = {
    Kind.INTEGER: int,
    Kind.NUMBER_AS_TEXT: int,
    Kind.FLAG: int,
    Kind.COLUMN: lambda: ZERO,
    Kind.COMPUTED: lambda: ZERO,
    Kind.TEXT: str,
    Kind.MAP: dict,
    Kind.LABELS: list,
    Kind.LIST: list,
    Kind.ITEMS: list,
}


def _nothing(_world: World, _row: Entry) -> None:
    """Change nothing, refuse nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entity:
    """One resource: its attributes, the rows it starts with, and the verbs that write it.

    Values in `rows` and `defaults` are written as a caller would send them. `choices` are the
    words an attribute knows, `unique` what no two rows may share. `check` refuses a row that may
    not be kept, `complete` fills in what the platform itself adds to a new row, such as a date,
    `amend` does so for a changed one, and `keep` refuses a deletion. `refresh` recalculates what
    a row shows of other tables, whenever the table is read. What is `hidden` is written, never
    shown.
    """

    name: str
    fields: tuple[Field, ...]
    rows: tuple[Mapping[str, object], ...] = ()
    verbs: str = READ_ONLY
    defaults: Mapping[str, object] = field(default_factory=dict)
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unique: tuple[str, ...] = ()
    check: Hook = _nothing
    complete: Hook = _nothing
    amend: Hook = _nothing
    keep: Hook = _nothing
    refresh: Hook | None = None
    hidden: tuple[str, ...] = ()
    write_only: tuple[str, ...] = field(default=())

    @property
    def resource(self) -> Resource:
        """The same as a resource of the API."""
        verbs = self.verbs.split()
        return Resource(
            name=self.name,
            table=partial(_table, self),
            fields=tuple(each for each in self.fields if each.name not in self.hidden),
            create=partial(create, self) if "POST" in verbs else None,
            update=partial(update, self) if "PUT" in verbs else None,
            delete=partial(delete, self) if "DELETE" in verbs else None,
            write_only=self.hidden + self.write_only,
        )

    def filled(self, given: Mapping[str, object]) -> Entry:
        """A row with these attributes, else the defaults, else nothing in them."""
        row = Entry()
        for each in self.fields:
            raw = given.get(each.name, self.defaults.get(each.name, _ABSENT))
            empty = _EMPTY.get(each.kind, _none)
            setattr(row, each.attr, empty() if raw is _ABSENT else read_value(each.kind, raw))
        return row


def stock(world: World, entities: Iterable[Entity]) -> None:
    """Give a world a table per entity, with the rows it starts with; a row may name its id."""
    for entity in entities:
        table = world.entries[entity.name] = Table[Entry]()
        for given in entity.rows:
            row = entity.filled(given)
            _ = table.put(row) if row.id else table.add(row)


def create(entity: Entity, world: World, body: Body, _actor: Actor) -> Entry:
    """Keep a new row; FieldFault when it lacks something or may not be so."""
    fields = in_release(entity.fields, linked=world.linked_accounts)
    require(fields, body, world.switches.required_by)
    row = entity.filled({})
    apply_changes(row, read_changes(entity.fields, body, linked=world.linked_accounts))
    _judge(entity, world, row)
    entity.complete(world, row)
    return world.entries[entity.name].add(row)


def update(entity: Entity, world: World, row: Entry, body: Body, _actor: Actor) -> None:
    """Change a row as a whole or not at all."""
    changes = read_changes(entity.fields, body, linked=world.linked_accounts)
    draft = deepcopy(row)
    apply_changes(draft, changes)
    _judge(entity, world, draft)
    world.entries[entity.name].hand_over(row, draft.customer_id)
    apply_changes(row, changes)
    entity.amend(world, row)


def delete(entity: Entity, world: World, row: Entry, _actor: Actor) -> None:
    """Forget a row, unless it has to stay."""
    entity.keep(world, row)
    world.entries[entity.name].remove(row)


def refuse_deletion(world: World, message: str) -> ApiFault:
    """The platform's refusal to delete a row."""
    status = world.switches.refusal_status
    return ApiFault(status, "ENTITY_CANNOT_BE_DELETED", message)


def _table(entity: Entity, world: World) -> Table[Entry]:
    table = world.entries[entity.name]
    if entity.refresh is not None:
        for row in table:
            entity.refresh(world, row)
    return table


def _judge(entity: Entity, world: World, row: Entry) -> None:
    problems = {
        name: f"{name.replace('_', ' ').capitalize()} is invalid"
        for name, words in entity.choices.items()
        if getattr(row, name) not in words
    }
    for other in world.entries[entity.name] if entity.unique else ():
        for name in entity.unique:
            if other.id != row.id and getattr(other, name) == getattr(row, name):
                problems[name] = f"{name.replace('_', ' ').capitalize()} already exists"
    if problems:
        raise FieldFault(problems)
    entity.check(world, row)


def _none() -> object:
    return None
