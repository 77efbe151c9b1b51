"""Exact numbers in JSON text."""

import json
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from connector.sandbox.wire.json_text import dump, load

AMOUNTS = st.decimals(allow_nan=False, allow_infinity=False, places=4).map(lambda x: x + 0)
TEXTS = st.text(st.characters(blacklist_categories=["Cs"])) | st.just("\ue00012\ue000")
LEAVES = st.none() | st.booleans() | st.integers() | TEXTS | AMOUNTS
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner), max_leaves=20
)


@given(VALUES)
def test_what_is_written_is_read_back(value: object) -> None:
    """Every digit, and texts that look like the private mark."""
    assert load(dump(value)) == value


def test_an_amount_has_no_trailing_zeros() -> None:
    """Nor an exponent, nor a minus before zero."""
    amounts = [Decimal(text) for text in ("12.5000", "100", "1E+3", "-0.00", "0.0001")]
    assert dump({"a": amounts}) == '{"a":[12.5,100,1000,0,0.0001]}'


def test_text_is_left_as_it_is() -> None:
    """Without a Decimal the standard library's words are the answer."""
    value = {"name": "Größe \ue000", "n": 1}
    assert dump(value) == json.dumps(value, ensure_ascii=False, separators=(",", ":"))
