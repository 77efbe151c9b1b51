"""The marker: found, told from damage, put on and taken off."""

from __future__ import annotations

import pytest

from connector.domain.ids import PlanId
from connector.domain.marker import (
    LONGEST,
    MEMO_BYTES,
    Marker,
    has_room,
    markers_in,
    with_marker,
    without_marker,
)

MARKER = Marker(plan_id=PlanId("ABCDEFGHIJKLMNOPQRST"), step=12)
OTHER = Marker(plan_id=PlanId("ABCDEFGHIJKLMNOPQRST"), step=13)


def test_a_marker_is_short_and_plain() -> None:
    """At most forty ASCII characters, even on the last step there may be."""
    text = str(Marker(plan_id=MARKER.plan_id, step=9999))
    assert len(text) <= LONGEST == 40
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


@pytest.mark.parametrize(
    ("memo", "left"),
    [
        (f"a\r\nb\r\n{MARKER}", "a\r\nb"),  # the platform makes CRLF of every line end
        (f"a\r{MARKER}", "a"),  # or CR
        (f"call back {MARKER}", "call back"),  # or joins lines
        (f"{MARKER}\ncall back", "\ncall back"),  # staff went on below
        (f"a\n{MARKER}\ncall back", "a\ncall back"),
        (f"a\n{MARKER} call back", "a\n call back"),  # or in our line
        (f"a\nb{MARKER}", "a\nb"),  # or took the line break away
        (f"a\n{MARKER}\n{MARKER}\nb", "a\nb"),  # or doubled it
        (f"see {MARKER}, called\n{MARKER}", "see , called"),  # or quoted it: a copy is a mark too
        (f"a\n{MARKER}\n{OTHER}", f"a\n{OTHER}"),
        (f"a\nX{MARKER}\n{MARKER}0", f"a\nX{MARKER}\n{MARKER}0"),  # damaged ones are just words
    ],
)
def test_nothing_but_the_mark_is_taken_off(memo: str, left: str) -> None:
    """Whatever platform and staff made of the memo; no copy stays that would claim it still."""
    assert without_marker(memo, MARKER) == left
    assert MARKER not in markers_in(left)


def test_what_a_short_field_kept_of_a_mark_goes_too() -> None:
    """But not a line that may be anybody's."""
    for kept in range(12, len(str(MARKER))):
        assert without_marker(f"a\r\n{str(MARKER)[:kept]}", MARKER) == "a"
    assert without_marker("a\nLA1:ABCDEFG", MARKER) == "a\nLA1:ABCDEFG"
    assert without_marker("a\nLA1:ABCDEFGZ", MARKER) == "a\nLA1:ABCDEFGZ"
    assert without_marker(str(MARKER)[:20], MARKER) == ""


@pytest.mark.parametrize("letter", ["x", "ž", "🐎", "\ud83d"])
def test_a_memo_has_room_by_its_bytes(letter: str) -> None:
    """The longest marker and its line break fit exactly, and not a byte more."""
    most = MEMO_BYTES - LONGEST - 1
    size = len(letter.encode(errors="surrogatepass"))
    assert has_room(letter * (most // size))
    assert not has_room(letter * (most // size + 1))
    assert has_room("x" * most)
    assert not has_room("x" * (most - 1) + "\r")  # whose line break is CRLF
