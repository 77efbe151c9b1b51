"""What a rehearsed month came to, as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class MergedSource:
    """One invoice that became part of a merged one."""

    account: int
    number: str
    total: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class Merged:
    """One merged invoice."""

    at: datetime
    plan: str
    main: int
    cycle: date | None
    total: Decimal
    sources: tuple[MergedSource, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Turned:
    """One sub-account that was released or suspended."""

    at: datetime
    account: int
    main: int


@dataclass(frozen=True, kw_only=True, slots=True)
class StillOff:
    """One aggregated sub-account that is off at the end, and why."""

    account: int
    main: int
    status: str
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """Something that was not done: the rule, since when, and the mend."""

    at: datetime
    main: int
    account: int
    rule: str
    sentence: str
    mend: str
    asks: bool  #: whether a person must act
    stands: bool  #: whether it is still so at the end


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """A write that waits for a person at the end."""

    step: str
    account: int
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A question that a person would have been asked; the rehearsal said yes."""

    at: datetime
    what: str
    main: int
    total: Decimal
    why: str


@dataclass(kw_only=True, slots=True)
class Outcome:
    """Everything that would have happened."""

    begin: datetime
    end: datetime
    merged: list[Merged] = field(default_factory=list)
    released: list[Turned] = field(default_factory=list)
    suspended: list[Turned] = field(default_factory=list)
    still_off: list[StillOff] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)  #: records in quarantine at the end
    problems: list[str] = field(default_factory=list)  #: turns that failed
    findings: list[dict[str, object]] = field(default_factory=list)  #: the auditor's
    findings_before: int = 0  #: what the auditor found before the month began
    issued: int = 0  #: invoices that the platform issued
    payments: int = 0
    paid: Decimal = Decimal(0)

    @property
    def merged_total(self) -> Decimal:
        """The sum of all merged invoices."""
        return sum((row.total for row in self.merged), Decimal(0))

    @property
    def is_good(self) -> bool:
        """Whether nothing needs anybody before the real installation."""
        return not (self.findings or self.held or self.broken or self.problems)
