"""The closed set of codecs: the wire's spelling of a value, and ours.

The platform's releases disagree about types: ids and amounts come as text, as whole numbers or as
decimals, depending on the release and on whether a column was stored or computed. Each codec takes
every spelling that is known to occur and refuses the rest with :class:`Misspelt`. A ``float``
is always refused: the reply parser yields ``Decimal``, and no amount may pass through a float.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from connector.domain.money import parse_amount

Json = dict[str, object]
"""One JSON object."""

_WHOLE = re.compile(r"[0-9]{1,18}")
_AMOUNT = re.compile(r"[+-]?[0-9]{1,20}(\.[0-9]{1,20})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
_ZERO_DATES = frozenset({"", "0000-00-00", "0000-00-00 00:00:00"})
_FLAGS: dict[object, bool] = {"0": False, "1": True, 0: False, 1: True}
_SHOWN = 80
_PLACES = 20


class Misspelt(ValueError):
    """A value that the codec does not take; says which and what was expected."""


class Codec(StrEnum):
    """How a field is spelt; a mapping chooses from these and from no others."""

    ID = "id"  #: number of a record; nothing, 0 and "" mean "none"
    COUNT = "count"  #: whole number from 0 on
    TEXT = "text"
    MONEY = "money"  #: decimal with at most four places; quantities and percentages too
    DATE = "date"  #: zero dates mean "none"
    INSTANT = "instant"  #: local time of the platform, without a zone on the wire
    FLAG = "flag"
    WORD = "word"  #: a word of a vocabulary
    ITEMS = "items"  #: a list of lines


def shown(value: object) -> str:
    """A value for a message, cut to a length that a log can bear."""
    try:
        text = repr(value)
    except RecursionError:
        return "something nested too deeply"
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def decode_id(value: object) -> int | None:
    """A record's number, or None where the wire says "no reference"."""
    if value is None or value == "":
        return None
    return _whole(value, "a record number") or None


def decode_count(value: object) -> int:
    """A whole number from 0 on."""
    return _whole(value, "a whole number")


def decode_text(value: object) -> str:
    """Text; nothing is the empty text, and a number is taken as it is written."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise Misspelt(f"{shown(value)} is not text")


def decode_money(value: object) -> Decimal:
    """An exact amount, from text or from a JSON number; never from a float."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise Misspelt(f"{shown(value)} is not an amount")
    text = _plain(value) if isinstance(value, Decimal) else str(value)
    if not _AMOUNT.fullmatch(text):
        raise Misspelt(f"{shown(value)} is not an amount")
    return parse_amount(text)


def decode_date(value: object) -> date | None:
    """A calendar day of the platform, or None for its zero date."""
    if value is None or (isinstance(value, str) and value in _ZERO_DATES):
        return None
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise Misspelt(f"{shown(value)} is not a date")
    return date.fromisoformat(value)


def decode_instant(value: object, zone: ZoneInfo) -> datetime | None:
    """A moment in the platform's zone, or None for its zero date."""
    if value is None or (isinstance(value, str) and value in _ZERO_DATES):
        return None
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        raise Misspelt(f"{shown(value)} is not a date with time")
    return datetime.fromisoformat(value).replace(tzinfo=zone)


def decode_flag(value: object) -> bool:
    """Yes or no."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str | int) and value in _FLAGS:
        return _FLAGS[value]
    raise Misspelt(f"{shown(value)} is not a flag (0 or 1)")


def decode_word(value: object, words: dict[str, str]) -> str:
    """Our word for a word of the platform."""
    if isinstance(value, str) and value in words:
        return words[value]
    raise Misspelt(f"{shown(value)} is none of {', '.join(words)}")


def decode_items(value: object) -> tuple[Json, ...]:
    """The lines of a document, each still undecoded."""
    if not isinstance(value, list):
        raise Misspelt(f"{shown(value)} is not a list of lines")
    found: list[Json] = []
    for line in value:
        if not isinstance(line, dict):
            raise Misspelt(f"{shown(line)} is not a line")
        found.append(line)
    return tuple(found)


def encode_money(amount: Decimal) -> str:
    """Plain decimal text, as the platform sends its own columns."""
    return format(amount, "f")


def encode_date(day: date) -> str:
    """``YYYY-MM-DD``."""
    return day.isoformat()


def encode_instant(moment: datetime, zone: ZoneInfo) -> str:
    """Local time of the platform with whole seconds, from an aware moment."""
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def encode_word(word: str, words: dict[str, str]) -> str:
    """The platform's word for a word of ours; the mapping guarantees that there is one."""
    return next(theirs for theirs, ours in words.items() if ours == word)


def _plain(number: Decimal) -> str:
    """Without an exponent, unless it is far from any amount; then as it is."""
    far = not number.is_finite() or abs(number.adjusted()) > _PLACES
    return str(number) if far else format(number, "f")


def _whole(value: object, wanted: str) -> int:
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**18:
        return value
    raise Misspelt(f"{shown(value)} is not {wanted}")
