"""What became of a seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(kw_only=True, slots=True)
class Outcome:
    """What became of a seed."""

    seed: int
    violations: list[str] = field(default_factory=list)
    unfinished: list[str] = field(default_factory=list)
    held: int = 0  #: steps that wait for a person to the end, each with a reason
    excused: int = 0  #: findings that people caused and our journal lists
    requests: int = 0
    writes: int = 0
    operations: int = 0
    steps: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    people: Counter[str] = field(default_factory=Counter)
    late: Counter[str] = field(default_factory=Counter)  #: ends of landings beyond the quiescence
    state_hash: str = ""
    standing: Mapping[str, str] = field(default_factory=dict)  #: who owes what, carried by what
    ended_at: datetime | None = None
    trace: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Whether nothing was wrong."""
        return not self.violations and not self.unfinished
