"""What the operator decided, as frozen values; ``config.py`` builds them from the settings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Literal


class Mode(StrEnum):
    """How far the connector may go."""

    OBSERVE = "observe"  #: reads and plans; nothing is ever written to the platform
    PROPOSE = "propose"  #: plans wait for a person's approval
    ACT = "act"  #: plans are carried out


@dataclass(frozen=True, kw_only=True, slots=True)
class MergePolicy:
    """When and how invoices are merged."""

    window: timedelta = timedelta(hours=96)
    guard: timedelta = timedelta(minutes=30)
    guard_times: tuple[time, ...] = (time(22, 0), time(23, 59), time(0, 30))
    rounding: Literal["line", "refuse"] = "line"
    sources_max: int = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class CascadePolicy:
    """When sub-accounts follow their main account."""

    release_when: Literal["clear", "overdue_paid"] = "clear"
    suspend: Literal["off", "mirror"] = "off"
    releases_max: int = 2  #: releases of one sub-account within one dunning episode


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounds:
    """How much may happen without a person; beyond, plans wait for approval."""

    first_run_approval: bool = True
    families_per_run: int = 1000
    families_per_day: int = 2000
    documents_per_run: int = 10_000
    documents_per_day: int = 20_000
    amount_per_run: Decimal | None = None
    amount_per_day: Decimal | None = None
    growth_percent: int = 20  #: over the last cycle's merged amount
    growth_floor: Decimal = Decimal(1000)  #: growth up to this amount never waits
    vanish_percent: int = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """Everything the planners may know of the operator's will."""

    mode: Mode = Mode.OBSERVE
    merge: MergePolicy = MergePolicy()
    cascade: CascadePolicy = CascadePolicy()
    bounds: Bounds = Bounds()
