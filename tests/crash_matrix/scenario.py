"""What a scenario is: a family, the operator's rules, how it came to this, and who acts when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from connector.domain.policy import Mode
from connector.sandbox.world import World
from tests.crash_matrix.scene import Scene
from tests.simulator.process import LIMITS
from tests.simulator.weather import Weather, forecast

Act = Callable[[Scene], object]
START = "2026-02-03T09:00"

_FAIR = replace(
    forecast(0),  # whose rates of trouble are for seasons; here nobody draws
    release="5.1",
    auth="token",
    mode=Mode.ACT,
    page_size=500,
    mirror=False,
    guard=False,
    approval=False,
    window=timedelta(),
    skew=timedelta(),
    faults=(),
    sends_max=LIMITS.sends_max,
)


def fair(**changes: Any) -> Weather:
    """Nothing goes wrong, and everything is as delivered but for what is named."""
    return replace(_FAIR, **changes)


@dataclass(frozen=True, kw_only=True, slots=True)
class Cue:
    """Somebody acts as soon as something is so; never within a transaction of ours, and once."""

    when: Callable[[Scene], object]
    act: Act


@dataclass(frozen=True, kw_only=True, slots=True)
class Chapter:
    """A part of what was before: somebody acts, then the connector works until it is at rest."""

    act: Act
    at: str = ""  #: local time to which the clock goes first
    turns: int = 0  #: so many turns instead, though it is not at rest after them


@dataclass(frozen=True, kw_only=True, slots=True)
class Scenario:
    """A small story that ends; it is played once for each effect and each trouble."""

    name: str
    tells: str
    build: Callable[[World], object]  #: adds the accounts
    opening: Act  #: what happens right before the first effect that is counted
    weather: Weather = field(default_factory=fair)
    before: tuple[Chapter, ...] = ()
    at: str = ""  #: local time of the opening, if the clock goes there first
    cues: tuple[Cue, ...] = ()
    faults: tuple[dict[str, object], ...] = ()  #: orders that belong to the story
    switches: dict[str, object] = field(default_factory=dict)
    tolerates: str = ""  #: a pattern of what judges may say, since the story is about it
    waits: bool = False  #: whether it ends with something that a person must settle
    patience: int = 2  #: how often the operator has a held step tried again
    shape: str = "source"  #: whether endings are compared by source, or only by family
