"""The kinds of attributes and how one attribute is described."""

from dataclasses import dataclass
from enum import Enum, auto


class Kind(Enum):
    """What an attribute holds; each release writes a kind in its own way."""

    INTEGER = auto()
    NUMBER_AS_TEXT = auto()
    FLAG = auto()
    COLUMN = auto()
    COMPUTED = auto()
    DATE = auto()
    INSTANT = auto()
    TEXT = auto()
    MAP = auto()
    LABELS = auto()
    LIST = auto()
    ITEMS = auto()


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """One attribute: its wire name, where the row keeps it, and how it is listed."""

    name: str
    kind: Kind
    attr: str
    required: bool = False
    documented: bool = False
    readonly: bool = False
    since_linked: bool = False

    @property
    def title(self) -> str:
        """The heading that OPTIONS shows."""
        special = {"parent_id": "Main account", "sub_account_id": "Sub-account"}
        return special.get(self.name, self.name.replace("_", " ").capitalize())


def of_kind(kind: Kind, *names: str, readonly: bool = False) -> tuple[Field, ...]:
    """Attributes of one kind; `a=b` is a row's other name.

    A trailing `!` marks one that has to be sent, `?` one that has to be by the document alone.
    """
    made = []
    for name in names:
        wire, _, attr = name.rstrip("!?").partition("=")
        made.append(
            Field(
                name=wire,
                kind=kind,
                attr=attr or wire,
                required=name.endswith("!"),
                documented=name.endswith(("!", "?")),
                readonly=readonly,
            )
        )
    return tuple(made)


def linked_only(kind: Kind, name: str) -> tuple[Field, ...]:
    """An attribute that only releases with linked accounts know."""
    return (Field(name=name, kind=kind, attr=name, since_linked=True),)


def in_release(fields: tuple[Field, ...], *, linked: bool) -> tuple[Field, ...]:
    """The attributes that a release with or without linked accounts knows."""
    return tuple(field for field in fields if linked or not field.since_linked)
