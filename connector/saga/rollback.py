"""Was the platform put back to an older state? Judged on what a poll reads. Pure.

Numbers of records only grow, and a restored backup takes away everything after some moment, of
every kind. So of a record that is gone, two things prove that somebody deleted it instead: its
collection has a higher number still, or something stands that came after it, such as a later
document of the same plan. A number that is now another record's, or a document of ours that is now
somebody else's, proves the opposite.

Where nothing is proved, staff who take back their latest entry are likelier than a restore: a single
number gone from one collection, not of ours, is taken for that. Rows of the status log are deleted
by nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from connector.saga.steps import Step

DELETED_BY_STAFF = frozenset({"invoices", "credit_notes", "payments"})
"""Collections whose rows people delete."""


class Standing(StrEnum):
    """What became of a record that we knew."""

    STANDS = "stands"
    GONE = "gone"
    OTHER = "other"  #: its number is another record's now


@dataclass(frozen=True, kw_only=True, slots=True)
class Watermark:
    """The newest record of a collection at the poll before, and how it is now."""

    name: str
    id: int  #: 0: there was none
    highest: int  #: number of the newest record now
    standing: Standing
    after: datetime | None = None  #: it came after this,
    seen: datetime | None = None  #: and not after that


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnDocument:
    """A confirmed document of ours, and how it is now."""

    step: Step
    feed: str  #: name of its collection
    standing: Standing


def judge_rollback(watermarks: Iterable[Watermark], documents: Iterable[OwnDocument]) -> str:
    """Why the platform seems to be older than our journal, or ""."""
    rows = {row.name: row for row in watermarks}
    ours = tuple(documents)
    judge = _Judge(rows, {feed: _outlived(feed, ours) for feed in rows})
    sure, gone = [*judge.of_rows(), *judge.of_documents(ours)], judge.gone()
    is_one_entry = len(gone) == 1 and gone[0].highest == gone[0].id - 1
    if not sure and is_one_entry and gone[0].name in DELETED_BY_STAFF:
        return ""
    return "; ".join([*sure, *map(_say_gone, gone)])


def _outlived(feed: str, documents: tuple[OwnDocument, ...]) -> int:
    """The highest number of a document of ours that a later step of its own plan outlived."""
    standing = {
        (row.step.plan_id, row.step.number) for row in documents if row.standing is Standing.STANDS
    }
    return max(
        (
            row.step.remote_id or 0
            for row in documents
            if row.feed == feed
            and any(
                plan_id == row.step.plan_id and number > row.step.number
                for plan_id, number in standing
            )
        ),
        default=0,
    )


def _what(row: Watermark) -> str:
    return f"{row.name.replace('_', ' ')}: number {row.id}"


def _say_gone(row: Watermark) -> str:
    return f"{_what(row)} is gone, and the highest is {row.highest}"


class _Judge:
    """The records of one poll."""

    def __init__(self, rows: Mapping[str, Watermark], outlived: Mapping[str, int]) -> None:
        self._rows = rows
        self._outlived = outlived

    def of_rows(self) -> Iterator[str]:
        """Of the newest rows that we knew, those whose numbers are other records' now."""
        for row in self._rows.values():
            if row.standing is Standing.OTHER:
                yield f"{_what(row)} is another record now"
            elif row.standing is Standing.GONE and row.highest == row.id:
                yield f"{_what(row)} was gone, and is given out again"

    def gone(self) -> list[Watermark]:
        """Those of them that are gone, and nothing proves that they were deleted."""
        return [
            row
            for row in self._rows.values()
            if row.standing is Standing.GONE
            and row.highest != row.id
            and self._is_taken_back(row.id, row, row.seen)
        ]

    def of_documents(self, documents: Iterable[OwnDocument]) -> Iterator[str]:
        """What is wrong with the newest documents of ours."""
        for document in documents:
            step, row = document.step, self._rows.get(document.feed)
            if row is None:  # the first poll: nothing was known before it
                continue
            number = step.remote_id or 0
            what = (
                f"{document.feed.replace('_', ' ')}: number {number}, which step {step.number} of "
                f"{step.plan_id} made,"
            )
            seen = row.seen if number <= row.id else None
            if document.standing is Standing.OTHER:
                yield f"{what} is another document now"
            elif document.standing is Standing.GONE and self._is_taken_back(number, row, seen):
                yield f"{what} is gone"

    def _is_taken_back(self, number: int, row: Watermark, seen: datetime | None) -> bool:
        """Whether nothing proves that a record which is gone was deleted by somebody."""
        if number <= max(row.highest, self._outlived[row.name]):
            return False
        return not any(
            other.standing is Standing.STANDS
            and other.after is not None
            and seen is not None
            and other.after > seen
            for other in self._rows.values()
        )
