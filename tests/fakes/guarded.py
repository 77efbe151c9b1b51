"""A unit of work that commits in its own way; everything else goes through."""

from __future__ import annotations

from collections.abc import Callable

from connector.ports.store import UnitOfWork


class GuardedUnit:
    """A unit of work around another one."""

    def __init__(self, unit: UnitOfWork, commit: Callable[[], None]) -> None:
        self._commit = commit
        self.journal = unit.journal
        self.links = unit.links
        self.agenda = unit.agenda
        self.findings = unit.findings
        self.parkings = unit.parkings
        self.requests = unit.requests
        self.facts = unit.facts

    def commit(self) -> None:
        """Commit, if whoever guards it lets us."""
        self._commit()
