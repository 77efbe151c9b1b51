"""Laws of the marker: it survives any text, and damage never passes for it."""

from __future__ import annotations

import re
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from connector.domain.ids import PlanId
from connector.domain.marker import Marker, markers_in, with_marker, without_marker
from tests.properties.strategies import markers

PLAN = PlanId("ABCDEFGHIJKLMNOPQRST")
MARK = Marker(plan_id=PLAN, step=7)
SCRAPS = (
    *("\n", "\r\n", "\r", " ", "\t", "\u2028", "\x85", "\x0b"),
    *("<b>", "&amp;", "\u202e\u05d0", "🐎", "ž", "LA1:", "LA1:ABCDEFGHIJ", "X", "0"),
    *(f"X{MARK}", f"{MARK}0", str(MARK).lower(), str(Marker(plan_id=PLAN, step=8))),
)
"""What memos may have in them that could be taken for a part of a mark, or torn apart with it."""

WORDS = st.text(st.characters(codec="utf-8"), max_size=20)
MEMOS = st.lists(st.sampled_from(SCRAPS) | WORDS, max_size=8).map("".join)
PLAIN = st.text(st.characters(codec="utf-8"), max_size=60).filter(lambda text: "LA1" not in text)


@given(markers, PLAIN)
def test_a_marker_survives_any_memo(marker: Marker, memo: str) -> None:
    """Found again, once, and taken off without a trace."""
    marked = with_marker(memo, marker)
    assert markers_in(marked) == (marker,)
    assert without_marker(marked, marker) == memo


@given(MEMOS.filter(lambda memo: MARK not in markers_in(memo)))
def test_what_stood_in_a_memo_stays_byte_for_byte(memo: str) -> None:
    """Line ends of every kind, blanks, HTML, other marks, pieces of our own: all of it."""
    assert without_marker(with_marker(memo, MARK), MARK) == memo


@given(
    MEMOS.filter(lambda memo: MARK not in markers_in(memo)), st.sampled_from(("\n", "\r\n")), PLAIN
)
def test_what_staff_append_stays_too(memo: str, end: str, words: str) -> None:
    """On a further line below ours, or behind it in the same line."""
    marked = with_marker(memo, MARK)
    assert without_marker(f"{marked}{end}{words}", MARK) == f"{memo}{end}{words}"
    behind = without_marker(f"{marked} {words}", MARK)
    assert behind in {f"{memo}\n {words}", f"{memo}\r\n {words}", f"{memo} {words}"}


@given(MEMOS, st.integers(0, 4), st.data())
def test_no_copy_of_a_mark_stays(memo: str, copies: int, data: st.DataObject) -> None:
    """Wherever staff put it, once or more; and all other characters stay, in their order."""
    text = with_marker(memo, MARK)
    for _ in range(copies):
        at = data.draw(st.integers(0, len(text)))
        text = f"{text[:at]} {MARK} {text[at:]}"
    left = without_marker(text, MARK)
    assert MARK not in markers_in(left)
    meant = re.sub(rf"(?<![A-Z0-9]){MARK}(?![A-Z0-9])", "", text)
    assert _letters(left) == _letters(meant)


def _letters(text: str) -> str:
    """All but the blanks and line ends, some of which go with a mark."""
    return re.sub(r"[ \r\n]", "", text)


HABITS: dict[str, Callable[[str], str]] = {
    "keep": lambda text: text,
    "trim": str.strip,
    "crlf": lambda text: re.sub(r"\r\n|\r|\n", "\r\n", text),
    "lf": lambda text: re.sub(r"\r\n|\r|\n", "\n", text),
    "strip": lambda text: re.sub(r"\r\n|\r|\n", " ", text),
}


@given(MEMOS.filter(lambda memo: MARK not in markers_in(memo)), st.sampled_from(sorted(HABITS)))
def test_a_platform_that_tidies_texts_does_no_harm(memo: str, name: str) -> None:
    """The mark is known again, and handed back the memo is what the platform would make of it."""
    tidy = HABITS[name]
    kept = tidy(memo)  # what staff wrote has been through it once already
    marked = tidy(with_marker(kept, MARK))
    assert MARK in markers_in(marked)
    assert tidy(without_marker(marked, MARK)) == kept


@given(markers, markers, PLAIN)
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
