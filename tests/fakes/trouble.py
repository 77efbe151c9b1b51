"""What a fake platform can be told to do wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from connector.domain.snapshot import Quarantined
from connector.errors import PlatformError
from connector.saga.effects import Effect

Moment = Literal["before", "after", "instead"]


@dataclass(kw_only=True)
class Trouble:
    """What goes wrong with the n-th send: nothing happens, it happens, or something else does."""

    at: int
    when: Moment = "before"
    error: BaseException | None = None
    other: Callable[[Effect], Effect] | None = None


@dataclass(kw_only=True)
class Script:
    """What the platform was told to do wrong."""

    sends: list[Trouble] = field(default_factory=list)
    reads: list[tuple[str, int | None, PlatformError]] = field(default_factory=list)
    quarantined: dict[str, tuple[Quarantined, ...]] = field(default_factory=dict)
