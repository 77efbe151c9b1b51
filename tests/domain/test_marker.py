"""The marker: found, told from damage, put on and taken off."""

from __future__ import annotations

import pytest

from connector.domain.ids import PlanId
from connector.domain.marker import Marker, markers_in, with_marker, without_marker

MARKER = Marker(plan_id=PlanId("ABCDEFGHIJKLMNOPQRST"), step=12)
OTHER = Marker(plan_id=PlanId("ABCDEFGHIJKLMNOPQRST"), step=13)


def test_a_marker_is_short_and_plain() -> None:
    """At most forty ASCII characters, even on the last step there may be."""
    text = str(Marker(plan_id=MARKER.plan_id, step=9999))
    assert len(text) <= 40
    assert text.isascii()


@pytest.mark.parametrize(
    "text", [str(MARKER), f"paid soon\n{MARKER}", f"Moved. {MARKER} thanks", f"({MARKER})"]
)
def test_a_marker_is_found_in_a_text(text: str) -> None:
    """Wherever staff's words stand around it."""
    assert markers_in(text) == (MARKER,)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "LA1:",
        f"X{MARKER}",
        f"{MARKER}0",
        str(MARKER)[:-1],
        str(MARKER).lower(),
        str(MARKER).replace("LA1", "LA2"),
        str(MARKER).replace(":12:", ":21:"),
        str(MARKER).replace("ABC", "ACB"),
    ],
)
def test_a_damaged_marker_is_none(text: str) -> None:
    """Cut, glued to other text, mistyped, or of another kind."""
    assert markers_in(text) == ()


@pytest.mark.parametrize("text", ["", "call back", "call back\n", "a\r\nb\r\n", "\n", "žluťoučký"])
def test_words_around_a_marker_stay_byte_for_byte(text: str) -> None:
    """On and off again leaves what staff wrote."""
    marked = with_marker(text, MARKER)
    assert markers_in(marked) == (MARKER,)
    assert without_marker(marked, MARKER) == text


def test_a_marker_is_put_on_once() -> None:
    """Claiming what we claimed before changes nothing."""
    once = with_marker("x", MARKER)
    assert with_marker(once, MARKER) == once


def test_taking_one_marker_off_leaves_another() -> None:
    """Two plans in one memo: only ours goes."""
    both = with_marker(with_marker("x", OTHER), MARKER)
    assert markers_in(both) == (OTHER, MARKER)
    assert without_marker(both, MARKER) == with_marker("x", OTHER)
