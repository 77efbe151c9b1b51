"""Laws of the marker: it survives any text, and damage never passes for it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from connector.domain.ids import PlanId
from connector.domain.marker import Marker, markers_in, with_marker, without_marker
from tests.properties.strategies import markers

PLAN = PlanId("ABCDEFGHIJKLMNOPQRST")
MEMOS = st.text(st.characters(codec="utf-8"), max_size=60).filter(lambda text: "LA1" not in text)


@given(markers, MEMOS)
def test_a_marker_survives_any_memo(marker: Marker, memo: str) -> None:
    """Found again, once, and taken off without a trace."""
    marked = with_marker(memo, marker)
    assert markers_in(marked) == (marker,)
    assert without_marker(marked, marker) == memo


@given(markers, markers, MEMOS)
def test_two_markers_do_not_disturb_each_other(one: Marker, two: Marker, memo: str) -> None:
    """Either may go first: the other stays, and in the end staff's words are as they were."""
    both = with_marker(with_marker(memo, one), two)
    assert set(markers_in(both)) == {one, two}
    for first, second in ((one, two), (two, one)):
        left = without_marker(both, first)
        assert markers_in(left) == (() if one == two else (second,))
        assert without_marker(left, second) == memo


@given(markers, st.integers(0, 33), st.characters(min_codepoint=32, max_codepoint=383))
def test_a_changed_character_is_no_marker(marker: Marker, place: int, other: str) -> None:
    """Wherever it stands, and whatever it became."""
    text = str(marker)
    at = place % len(text)
    damaged = text[:at] + other + text[at + 1 :]
    assert markers_in(damaged) == ((marker,) if damaged == text else ())


def test_no_mistyped_plain_character_passes() -> None:
    """Every place, every other ASCII character, for steps of every length: none by luck."""
    for step in (1, 12, 123, 1234):
        text = str(Marker(plan_id=PLAN, step=step))
        for at in range(len(text)):
            for code in range(128):
                damaged = text[:at] + chr(code) + text[at + 1 :]
                assert damaged == text or markers_in(damaged) == (), damaged


@given(markers, st.integers(1, 33))
def test_a_cut_marker_is_none(marker: Marker, length: int) -> None:
    """From either end."""
    text = str(marker)
    assert markers_in(text[: min(length, len(text) - 1)]) == ()
    assert markers_in(text[-min(length, len(text) - 1) :]) == ()
