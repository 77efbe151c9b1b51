"""Column types that lose nothing: exact amounts, aware instants, plain days, any text.

SQLite keeps ``NUMERIC`` as a binary fraction and drops time zones without a word; PostgreSQL keeps
no text with a NUL in it, and a record of the platform may well have one; hence our own.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from sqlalchemy import Date, DateTime, Dialect, String, Text
from sqlalchemy.types import TypeDecorator

from connector.domain.money import parse_amount


class Amount(TypeDecorator[Decimal]):
    """An exact amount as text with four places; sums are made in Python, never in SQL."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - signature of the base class
        """To text; refuses all but ``Decimal``, and what does not fit four places."""
        if value is None:
            return None
        if not isinstance(value, Decimal):
            raise TypeError(f"an amount must be a Decimal, not {type(value).__name__}")
        return format(parse_amount(format(value, "f")), "f")

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002 - signature of the base class
        """From text, four places."""
        return None if value is None else parse_amount(value)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant in UTC; naive values are refused, since nobody could say what they mean."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; without its zone where the database would drop it anyway."""
        if value is None:
            return None
        if value.tzinfo is None or value.utcoffset() is None:
            raise ValueError(f"an instant needs a time zone: {value.isoformat()}")
        moved = value.astimezone(UTC)
        return moved.replace(tzinfo=None) if dialect.name == "sqlite" else moved

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - signature of the base class
        """Aware again, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Day(TypeDecorator[date]):
    """A calendar day; an instant is refused, since its day depends on a zone."""

    impl = Date
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> date | None:  # noqa: ARG002 - signature of the base class
        """The day itself."""
        if isinstance(value, datetime):
            raise TypeError(f"a day must be a date, not an instant: {value.isoformat()}")
        return value


class Words(TypeDecorator[str]):
    """A text for people; what no database can keep in it is replaced, not refused."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - signature of the base class
        """A text that can be kept."""
        return None if value is None else storable(value)


def storable(text: str) -> str:
    """The text with a sign for each NUL and a question mark for half a character."""
    return text.replace("\0", "\N{SYMBOL FOR NULL}").encode("utf-8", "replace").decode()
