"""Somebody who listens, and remembers."""

from __future__ import annotations


class FakeAlerts:
    """Every alert that was raised, oldest first."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []
        self.details: list[dict[str, object]] = []

    def alert(self, event: str, sentence: str, **details: object) -> None:
        """Remember the event and its sentence."""
        self.heard.append((str(event), sentence))
        self.details.append(details)

    @property
    def events(self) -> list[str]:
        """The events alone."""
        return [event for event, _ in self.heard]
