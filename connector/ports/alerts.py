"""How the service tells people that something is wrong."""

from __future__ import annotations

from typing import Protocol


class Alerts(Protocol):
    """Somebody who listens."""

    def alert(self, event: str, sentence: str, **details: object) -> None:
        """Say what is wrong, in one sentence with its details, and what to do."""
        ...
