"""The catalogue of events: stable, well-formed names with a meaning."""

from __future__ import annotations

import re

from connector.observe.events import Event


def test_names_are_unique_and_well_formed() -> None:
    """Alert rules and searches rest on them."""
    names = [name.value for name in Event.__members__.values()]
    assert len(set(names)) == len(Event.__members__)
    assert all(re.fullmatch(r"[a-z]+\.[a-z]+", name) for name in names)


def test_every_event_tells_its_meaning() -> None:
    """In one sentence."""
    assert all(event.meaning[0].isupper() and event.meaning.endswith(".") for event in Event)


def test_an_event_is_its_name() -> None:
    """So that it can stand wherever a text can."""
    assert f"{Event.CYCLE_DONE}" == "cycle.done"
    assert str(Event.CYCLE_DONE) == Event.CYCLE_DONE.value == "cycle.done"
