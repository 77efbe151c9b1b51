"""Turning rows into wire objects; what differs between releases comes from their profiles."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial

from connector.sandbox.money import four
from connector.sandbox.wire.fields import Field, Kind, in_release

Encoder = Callable[[object], object]

ZERO_DATE = "0000-00-00"
ZERO_INSTANT = "0000-00-00 00:00:00"


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """How one release writes each kind of attribute; labels come from a table of the world."""

    release: str
    linked: bool
    encoders: Mapping[Kind, Encoder]

    def row_encoder(
        self, fields: tuple[Field, ...], item_fields: tuple[Field, ...] = ()
    ) -> Callable[[object], dict[str, object]]:
        """A function from a row to its wire object."""
        plan = []
        for field in in_release(fields, linked=self.linked):
            encode = self.encoders.get(field.kind)
            if encode is None:
                encode = partial(_items, self.row_encoder(item_fields))
            plan.append((field.name, field.attr, encode))
        return lambda row: {name: encode(getattr(row, attr)) for name, attr, encode in plan}


def _items(encode: Callable[[object], dict[str, object]], value: object) -> object:
    return [encode(item) for item in value] if isinstance(value, list) else []


def wire_date(value: object) -> object:
    """A day, or the zero date for none."""
    return value.isoformat() if isinstance(value, date) else ZERO_DATE


def wire_instant(value: object) -> object:
    """A local moment, or the zero moment for none."""
    return value.strftime("%Y-%m-%d %H:%M:%S") if isinstance(value, datetime) else ZERO_INSTANT


def wire_map(value: object) -> object:
    """An empty map is written as an empty list, as PHP does."""
    return value or []


def as_is(value: object) -> object:
    """Numbers, text and null as they are."""
    return value


def wire_list(value: object) -> object:
    """A list of texts, numbers or maps as it is."""
    return value or []


def wire_text_list(value: object) -> object:
    """A list whose every scalar, however deep, is text."""
    match value:
        case list():
            return [wire_text_list(each) for each in value]
        case dict():
            return {name: wire_text_list(each) for name, each in value.items()}
        case None:
            return None
    return str(value)


def as_text(value: object) -> object:
    """Numbers as text; null stays null."""
    return None if value is None else str(value)


def four_places(value: object) -> object:
    """An amount as a database column writes it."""
    return f"{four(value) + 0:f}" if isinstance(value, Decimal) else None  # + 0: no minus zero


def exact_number(value: object) -> object:
    """An amount as a JSON number without trailing zeros, exact to four places."""
    return four(value) if isinstance(value, Decimal) else None
