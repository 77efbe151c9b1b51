"""Why nothing is written: a person froze it, or journal and platform do not belong together."""

from __future__ import annotations

from datetime import datetime

from connector.ports.store import UnitOfWork
from connector.runtime import facts

APART = (facts.RECOVERY, facts.ROLLED_BACK)
"""Facts that say that one of the two is older than the other: nothing is planned either."""


def load_stop(unit: UnitOfWork) -> str | None:
    """Why nothing is written to the platform, the gravest reason first; None if it may be."""
    for name in (*APART, facts.FROZEN):
        if (why := unit.facts.load(name)) is not None:
            return why
    return None


def is_apart(unit: UnitOfWork) -> bool:
    """Whether journal and platform do not belong together."""
    return any(unit.facts.load(name) is not None for name in APART)


def record_recovery(unit: UnitOfWork, why: str, at: datetime) -> bool:
    """Begin recovery mode; False if it has begun before."""
    if unit.facts.load(facts.RECOVERY) is not None:
        return False
    unit.facts.record(facts.RECOVERY, why)
    unit.facts.record(facts.RECOVERY_SINCE, at.isoformat())
    return True
