"""A reader over scripted answers, and rows as each release sends them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from connector.domain.ids import AccountId
from connector.splynx import SplynxPlatform
from tests.splynx.support import Handler, Setting, reply

BERLIN = ZoneInfo("Europe/Berlin")
SEVEN = AccountId(7)


def reader_of(held: Setting) -> SplynxPlatform:
    """A reader."""
    return SplynxPlatform(held.connection)


def once(*rows: object) -> Handler:
    """A list that has these rows, and no more after them."""
    left = [list(rows)]
    return lambda _: reply(200, left.pop() if left else [])


def as_text(row: dict[str, object]) -> dict[str, object]:
    """The same row as older releases send it: everything is text."""
    return {
        name: [as_text(line) for line in value]
        if isinstance(value, list)
        else value
        if value is None
        else str(value)
        for name, value in row.items()
    }
