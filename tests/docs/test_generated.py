"""What is made from the code is as the code is now."""

from __future__ import annotations

from collections import Counter

from connector.observe.events import Event
from tests.docs.generate import BLOCKS, blocks_in, rendered, written_events
from tests.docs.pages import page, pages


def test_generated_parts_are_up_to_date() -> None:
    """Mend: ``python -m tests.docs.generate``."""
    assert [each.name for each in pages() if rendered(each.text) != each.text] == []


def test_every_part_stands_somewhere_once() -> None:
    """A part that nobody shows, or a misspelt marker, would go unnoticed."""
    shown = Counter(name for each in pages() for name in blocks_in(each.text))
    assert shown == Counter(BLOCKS.keys())


def test_every_log_event_is_told() -> None:
    """By its stable name, and no other name is."""
    told = page("docs/events.md").first_cells()
    assert set(Event) <= told
    assert all(name in set(Event) for name in told)


def test_events_that_are_written_are_found() -> None:
    """The search for them sees some, and not the whole catalogue by mistake."""
    assert (
        {"CYCLE_DONE", "WRITES_FROZEN", "LINE_LOST"} <= written_events() <= set(Event.__members__)
    )
