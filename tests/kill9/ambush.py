"""An ambush on the wire: at a request that was chosen, before it goes on or once it is answered."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.rehearsal.proxy import is_change


@dataclass(kw_only=True, slots=True)
class Trap:
    """What is waited for, and what is done then."""

    nth: int
    is_of_writes: bool
    waits_for_answer: bool
    keeps_back: bool  #: whether the request or its answer is lost with the process
    strike: Callable[[], None]
    about: str = ""  #: the request that was struck
    struck: threading.Event = field(default_factory=threading.Event)


class Ambush:
    """A gatekeeper with at most one trap."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._trap: Trap | None = None
        self._marked: int | None = None  #: the thread whose request was chosen

    def lay(self, trap: Trap | None) -> None:
        """Wait for something else from now on, or for nothing."""
        with self._lock:
            self._trap, self._marked = trap, None

    def admits(self, method: str, path: str) -> bool:
        """Count a request; it may be the one."""
        with self._lock:
            trap = self._trap
            if trap is None or self._marked is not None or trap.struck.is_set():
                return True
            if trap.is_of_writes and not is_change(method, path):
                return True
            trap.nth -= 1
            if trap.nth:
                return True
            trap.about = f"{method} {path.rpartition('/admin/')[2]}"
            self._marked = threading.get_ident()
            if trap.waits_for_answer:
                return True
        return self._spring(trap)

    def answers(self, method: str, path: str) -> bool:
        """The platform has answered; it may be the one."""
        del method, path
        with self._lock:
            trap = self._trap
            is_chosen = self._marked == threading.get_ident()
            if trap is None or not is_chosen or trap.struck.is_set():
                return True
        return self._spring(trap)

    def _spring(self, trap: Trap) -> bool:
        trap.strike()
        trap.struck.set()
        return not trap.keeps_back
