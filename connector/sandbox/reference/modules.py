"""Tables that an installation makes for itself: the modules, and the rows of each."""

from connector.sandbox.records import Entry
from connector.sandbox.reference.additional_fields import DEFINITIONS, OWN_MODULE
from connector.sandbox.reference.entity import ALL_VERBS, Entity
from connector.sandbox.tables import Table
from connector.sandbox.wire.fields import Kind, of_kind
from connector.sandbox.world import World


def _open(world: World, row: Entry) -> None:
    world.entries[f"{OWN_MODULE}{row.name}"] = Table[Entry]()


def _close(world: World, row: Entry) -> None:
    """Nothing keeps a module; its rows and the definitions of its attributes go with it."""
    world.entries.pop(f"{OWN_MODULE}{row.name}", None)
    table = world.entries[DEFINITIONS.name]
    for definition in table:
        if definition.module == row.name:
            table.remove(definition)


MODULES = Entity(
    name="config/modules",
    fields=(
        *of_kind(Kind.TEXT, "name!", "title!", "root!", "type!", "icon", "path"),
        *of_kind(Kind.TEXT, "title_attribute_prefix", "title_attribute_suffix"),
        *of_kind(Kind.INTEGER, "status"),
    ),
    verbs=ALL_VERBS,
    defaults={"status": 1},
    choices={"type": ("simple", "extended")},
    unique=("name",),
    complete=_open,
    keep=_close,
)


def items_of(name: str) -> Entity:
    """The rows of a module: nothing but additional attributes."""
    return Entity(
        name=f"{OWN_MODULE}{name}",
        fields=(
            *of_kind(Kind.INTEGER, "id", readonly=True),
            *of_kind(Kind.MAP, "additional_attributes!"),
        ),
        verbs=ALL_VERBS,
    )
