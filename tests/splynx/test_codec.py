"""Every spelling that occurs, every spelling that must not pass, and the way back."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.accounts import AccountStatus
from connector.splynx import codec
from tests.splynx.support import mapping

BERLIN = ZoneInfo("Europe/Berlin")
WORDS = {"disabled": "inactive", "active": "active"}


@pytest.mark.parametrize(
    ("raw", "number"),
    [(1, 1), ("1", 1), ("0001", 1), (0, None), ("0", None), ("", None), (None, None)],
)
def test_id_takes_both_generations(raw: object, number: int | None) -> None:
    """Numbers and text alike; nothing, zero and the empty text are no reference."""
    assert codec.decode_id(raw) == number


@pytest.mark.parametrize(
    "raw", [True, -1, "-1", "1.0", Decimal("1.5"), "abc", " 1", "\u0663", [], {}, 10**18, "9" * 40]
)
def test_id_refuses_the_rest(raw: object) -> None:
    """What is no record number is never guessed."""
    with pytest.raises(codec.Misspelt):
        codec.decode_id(raw)


@pytest.mark.parametrize(("raw", "number"), [(0, 0), ("0", 0), ("15", 15), (28, 28)])
def test_count(raw: object, number: int) -> None:
    """Zero is a number here."""
    assert codec.decode_count(raw) == number


@pytest.mark.parametrize("raw", [None, "", "-1", "x", False, [], Decimal("0.5")])
def test_count_refuses(raw: object) -> None:
    """Nothing is no number."""
    with pytest.raises(codec.Misspelt):
        codec.decode_count(raw)


@pytest.mark.parametrize(("raw", "text"), [("a", "a"), (None, ""), (2026, "2026"), ("", "")])
def test_text(raw: object, text: str) -> None:
    """A number where text should be is taken as written."""
    assert codec.decode_text(raw) == text


@pytest.mark.parametrize("raw", [True, [], {}, Decimal("1.5")])
def test_text_refuses(raw: object) -> None:
    """Structures are no text."""
    with pytest.raises(codec.Misspelt):
        codec.decode_text(raw)


@pytest.mark.parametrize(
    ("raw", "amount"),
    [
        ("64516.1290", "64516.1290"),
        (Decimal("69354.84"), "69354.84"),
        (100, "100"),
        ("0", "0"),
        ("-25.0000", "-25"),
        ("7.50000000", "7.5"),
        (Decimal("1E+2"), "100"),
    ],
)
def test_money_is_exact(raw: object, amount: str) -> None:
    """Text, whole numbers and decimals give the same exact amount."""
    assert codec.decode_money(raw) == Decimal(amount)


@pytest.mark.parametrize(
    "raw",
    [
        69354.84,
        True,
        None,
        "",
        " 1",
        "1_000",
        "1,5",
        "1e3",
        "NaN",
        "12 EUR",
        "1.00001",
        "\u0663.\u0665",
        [],
        {},
        Decimal("NaN"),
        Decimal("sNaN"),
        Decimal("Infinity"),
        Decimal("1E+999999999"),
        Decimal("1E-999999999"),
        10**15,
    ],
)
def test_money_refuses(raw: object) -> None:
    """A float above all, and everything that is no plausible amount of four places."""
    with pytest.raises(ValueError, match=r"amount|places"):
        codec.decode_money(raw)


@pytest.mark.parametrize("raw", ["", None, "0000-00-00", "0000-00-00 00:00:00"])
def test_zero_dates_are_none(raw: object) -> None:
    """The platform's way to say "no date"."""
    assert codec.decode_date(raw) is None
    assert codec.decode_instant(raw, BERLIN) is None


@pytest.mark.parametrize(
    "raw", ["20260101", "2026-13-01", "2026-02-30", "01.02.2026", 20260101, True, [], {}]
)
def test_date_refuses(raw: object) -> None:
    """Other spellings of a day, and days that do not exist."""
    with pytest.raises(ValueError):  # noqa: PT011  the calendar's own words are as good as ours
        codec.decode_date(raw)


@pytest.mark.parametrize(
    "raw", ["2026-01-01", "2026-01-01T10:00:00", "2026-01-01 25:00:00", 1767258000, [], {}]
)
def test_instant_refuses(raw: object) -> None:
    """A day alone, another separator, an hour that does not exist."""
    with pytest.raises(ValueError):  # noqa: PT011  the calendar's own words are as good as ours
        codec.decode_instant(raw, BERLIN)


def test_instant_stands_in_the_platforms_zone() -> None:
    """Nine o'clock in Berlin is eight o'clock UTC in winter."""
    found = codec.decode_instant("2026-01-01 09:00:00", BERLIN)
    assert found == datetime(2026, 1, 1, 8, tzinfo=UTC)
    assert codec.encode_instant(datetime(2026, 7, 1, 8, tzinfo=UTC), BERLIN).endswith("10:00:00")


@pytest.mark.parametrize(
    ("raw", "yes"), [("0", False), ("1", True), (0, False), (1, True), (True, True), (False, False)]
)
def test_flag(raw: object, *, yes: bool) -> None:
    """Text, numbers and booleans."""
    assert codec.decode_flag(raw) is yes


@pytest.mark.parametrize("raw", [None, "", "yes", 2, "2", Decimal(1), [], {}])
def test_flag_refuses(raw: object) -> None:
    """Anything but 0 and 1."""
    with pytest.raises(codec.Misspelt):
        codec.decode_flag(raw)


def test_word_is_translated() -> None:
    """The platform says disabled where we say inactive, both ways."""
    assert codec.decode_word("disabled", WORDS) == "inactive"
    assert codec.encode_word("inactive", WORDS) == "disabled"


@pytest.mark.parametrize("raw", ["inactive", "Active", "", None, 1, [], {}])
def test_word_refuses(raw: object) -> None:
    """Unknown words are named, with those that are known."""
    with pytest.raises(codec.Misspelt, match="none of disabled, active"):
        codec.decode_word(raw, WORDS)


def test_items() -> None:
    """A list of lines, which may be empty."""
    assert codec.decode_items([]) == ()
    assert codec.decode_items([{"a": 1}]) == ({"a": 1},)


@pytest.mark.parametrize("raw", [None, {}, "", "[]", [1], [[]], [None]])
def test_items_refuses(raw: object) -> None:
    """Anything else is no document."""
    with pytest.raises(codec.Misspelt):
        codec.decode_items(raw)


def test_messages_are_cut() -> None:
    """A huge value does not flood a log."""
    with pytest.raises(codec.Misspelt) as caught:
        codec.decode_id("x" * 10_000)
    assert len(str(caught.value)) < 200


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=4))
def test_money_comes_back(amount: Decimal) -> None:
    """What we write is what we read, as text and as a number."""
    text = codec.encode_money(amount)
    assert codec.decode_money(text) == amount
    assert codec.decode_money(Decimal(text)) == amount
    assert "E" not in text


@given(st.dates(min_value=date(1000, 1, 1)))
def test_date_comes_back(day: date) -> None:
    """What we write is what we read."""
    assert codec.decode_date(codec.encode_date(day)) == day


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2090, 1, 1)))  # noqa: DTZ001  naive bounds are what hypothesis wants
def test_instant_comes_back(naive: datetime) -> None:
    """To the second, apart from the hour that a clock change repeats."""
    moment = naive.replace(microsecond=0, tzinfo=UTC)
    back = codec.decode_instant(codec.encode_instant(moment, BERLIN), BERLIN)
    assert back is not None
    assert abs((back - moment).total_seconds()) in {0, 3600}


@given(st.sampled_from(AccountStatus), st.sampled_from(["4.3", "5.1"]))
def test_word_comes_back(status: AccountStatus, release: str) -> None:
    """Every word of ours has one word of the platform, in every mapping."""
    words = mapping(release).fields["account"]["status"].words
    assert codec.decode_word(codec.encode_word(status, words), words) == status


@given(st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.lists(st.integers())))
def test_no_codec_fails_otherwise(raw: object) -> None:
    """Whatever the wire carries: a value or one kind of error, never another."""
    for decode in (
        codec.decode_id,
        codec.decode_count,
        codec.decode_text,
        codec.decode_money,
        codec.decode_date,
        codec.decode_flag,
        codec.decode_items,
    ):
        try:
            decode(raw)
        except ValueError as problem:
            assert str(problem)  # noqa: PT017  both ways are right; no third may happen
