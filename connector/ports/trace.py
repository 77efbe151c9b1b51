"""What long readings of the journal find: those that take no turn, and change nothing."""

from __future__ import annotations

from dataclasses import dataclass

from connector.saga.audit.scene import EventTrace, StepTrace


@dataclass(frozen=True, kw_only=True, slots=True)
class ChainReport:
    """What a walk along the journal's events came to."""

    rows: int  #: rows that were walked, the broken one not counted
    head: str  #: hash of the last good row
    broken_row: int | None = None  #: number of the first row that does not fit
    problem: str = ""  #: what is wrong; empty when the chain is whole
    stale_row: int | None = None  #: the first row recorded under an epoch that was over already


@dataclass(frozen=True, kw_only=True, slots=True)
class FamilyTrace:
    """What the journal keeps of a family's operations besides these themselves."""

    steps: tuple[StepTrace, ...]
    events: tuple[EventTrace, ...]  #: oldest first
