"""One object of a reply, read field by field through the mapping."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from connector.domain.ids import AccountId
from connector.domain.snapshot import Quarantined
from connector.errors import ReplyMalformed
from connector.ports.platform import Reading
from connector.splynx import codec
from connector.splynx.codec import Json
from connector.splynx.mapping import PlatformMapping

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A record on the wire; every reader names our field and raises ``ReplyMalformed``."""

    mapping: PlatformMapping
    record: str
    data: Json
    zone: ZoneInfo
    inside: str = ""  #: path of the line within its document, for messages

    def id(self, name: str = "id") -> int:
        """A record number that must be there."""
        found = self._read(name, codec.decode_id)
        if found is None:
            raise self.malformed(name, "is empty")
        return found

    def ref(self, name: str) -> int | None:
        """A reference, or None; a line may leave it out."""
        return self._read_if_any(name, codec.decode_id, None)

    def ref_if_mapped(self, name: str) -> int | None:
        """A reference that must be told by the releases that know of it, though it may be none."""
        known = name in self.mapping.fields[self.record]
        return self._read(name, codec.decode_id) if known else None

    def count(self, name: str) -> int:
        """A whole number."""
        return self._read(name, codec.decode_count)

    def text(self, name: str) -> str:
        """Text that must be there, though it may be empty."""
        return self._read(name, codec.decode_text)

    def text_if_any(self, name: str) -> str:
        """Text that only people read; empty where a release leaves it out."""
        return self._read_if_any(name, codec.decode_text, "")

    def money(self, name: str) -> Decimal:
        """An exact amount, quantity or percentage."""
        return self._read(name, codec.decode_money)

    def day_if_any(self, name: str) -> date | None:
        """A calendar day, or None."""
        return self._read_if_any(name, codec.decode_date, None)

    def day(self, name: str) -> date:
        """A calendar day that must be there."""
        found = self._read(name, codec.decode_date)
        if found is None:
            raise self.malformed(name, "is empty")
        return found

    def instant_if_any(self, name: str) -> datetime | None:
        """A moment in the platform's zone, or None."""
        return self._read_if_any(name, lambda raw: codec.decode_instant(raw, self.zone), None)

    def flag(self, name: str) -> bool:
        """Yes or no."""
        return self._read(name, codec.decode_flag)

    def word(self, name: str, ours: type[E]) -> E:
        """A word of a vocabulary."""
        words = self.mapping.fields[self.record][name].words
        return ours(self._read(name, lambda raw: codec.decode_word(raw, words)))

    def word_if_any(self, name: str, ours: type[E]) -> E | None:
        """A word of a vocabulary; None where it is empty, or where the release has no such field."""
        field = self.mapping.fields[self.record].get(name)
        if field is None or self.data.get(field.at, field) in (None, ""):
            return None
        return self.word(name, ours)

    def items(self, name: str, record: str) -> tuple[Row, ...]:
        """The lines of a document."""
        lines = self._read(name, codec.decode_items)
        return tuple(
            replace(self, record=record, data=line, inside=f"{name}[{number}].")
            for number, line in enumerate(lines)
        )

    def malformed(self, name: str, problem: str) -> ReplyMalformed:
        """The error that says which field of which record does not fit."""
        label = f"{self.inside}{name}"
        number = "" if self.inside else f" {codec.shown(self.data.get('id'))}"
        return ReplyMalformed(f"{self.record}{number}: {label}: {problem}", field=label)

    def _read(self, name: str, decode: Callable[[object], T]) -> T:
        field = self.mapping.fields[self.record].get(name)
        if field is None or field.at not in self.data:
            raise self.malformed(name, "is missing")
        try:
            return decode(self.data[field.at])
        except ValueError as problem:
            raise self.malformed(name, str(problem)) from None

    def _read_if_any(self, name: str, decode: Callable[[object], T], absent: T) -> T:
        field = self.mapping.fields[self.record].get(name)
        if field is None or field.at not in self.data:
            return absent
        return self._read(name, decode)


def read_rows(rows: Iterable[Row], resource: str, build: Callable[[Row], T]) -> Reading[T]:
    """Decode what fits and quarantine the rest, so that one bad row hides no good one."""
    good: list[T] = []
    bad: list[Quarantined] = []
    for row in rows:
        try:
            good.append(build(row))
        except ReplyMalformed as problem:
            bad.append(_quarantined(row, resource, problem))
    return Reading(rows=tuple(good), quarantined=tuple(bad))


def _quarantined(row: Row, resource: str, problem: ReplyMalformed) -> Quarantined:
    account_id = _number_of(row, "account_id" if row.record != "account" else "id")
    return Quarantined(
        resource=resource,
        object_id=_number_of(row, "id"),
        account_id=None if account_id is None else AccountId(account_id),
        field=problem.field or "",
        problem=str(problem),
    )


def _number_of(row: Row, name: str) -> int | None:
    field = row.mapping.fields[row.record].get(name)
    try:
        return None if field is None else codec.decode_id(row.data.get(field.at))
    except ValueError:
        return None
