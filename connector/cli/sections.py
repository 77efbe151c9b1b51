"""Sections of the screen that several commands show: a title, and lines under it."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console

from connector.cli.rendering import heading, line, moment
from connector.domain.parking import Parking
from connector.runtime.views import HeldStep

SHOWN_MAX = 20
"""Lines of one kind on the screen; ``--json`` has all."""


def section(console: Console, title: str, rows: list[str]) -> None:
    """A title and its lines, at most so many; nothing when there is no line."""
    if not rows:
        return
    heading(console, title)
    for text in rows[:SHOWN_MAX]:
        line(console, text, indent=6 if text.startswith(" ") else 2)
    if len(rows) > SHOWN_MAX:
        line(console, f"and {len(rows) - SHOWN_MAX} more lines; --json has all")


def parked_lines(parkings: Iterable[Parking]) -> list[str]:
    """Families that are parked, each with what was seen and what a person does next."""
    return [
        text
        for row in parkings
        for text in (
            f"family {row.main_id} since {moment(row.since)}: {row.reason}",
            *(f"    {seen}" for seen in row.evidence),
            f"    {row.mend}",
        )
    ]


def held_lines(steps: Iterable[HeldStep]) -> list[str]:
    """Held steps, each with the commands that move it."""
    return [
        text
        for held in steps
        for text in (
            f"{held.name}  {held.step.kind} for account {held.step.account_id}: {held.step.reason}",
            f"    mend it and `linked-accounts retry {held.name}`, or `linked-accounts cancel {held.name}`",
        )
    ]
