"""What people and programs read: amounts, tables, documents."""

from __future__ import annotations

import io
import json
from datetime import date, time
from decimal import Decimal

import pytest
from rich.console import Console

from connector.cli.jsonout import print_document, to_json
from connector.cli.rendering import amount, for_people, plain, table
from connector.domain.money import CENT


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("25.0000", "25.00"),
        ("0.0100", "0.01"),
        ("16.6625", "16.6625"),
        ("-3.5", "-3.50"),
        ("1E+3", "1000.00"),
        ("0", "0.00"),
    ],
)
def test_amounts_have_two_places_or_what_they_need(value: str, shown: str) -> None:
    """Nothing is ever rounded for showing."""
    assert amount(Decimal(value)) == shown


def test_a_long_cell_is_not_cut_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    """Programs read lines."""
    words = "word " * 200
    table(for_people(), ("a", "b"), [(words, 1)])
    assert words.strip() in capsys.readouterr().out


def test_square_brackets_are_not_markup() -> None:
    """Names may hold anything."""
    target = io.StringIO()
    table(Console(file=target, width=80), ("name",), [("[red]:bomb:[/red]",)])
    assert "[red]:bomb:[/red]" in target.getvalue()


def test_plain_leaves_one_line_without_controls() -> None:
    """Escapes, line ends and direction marks are gone."""
    assert plain(" a\x1b]0;title\x07b\r\nc\u2066d ") == "a ]0;title b c d"


def test_a_document_is_exact_and_ordered(capsys: pytest.CaptureFixture[str]) -> None:
    """Amounts and dates as text, keys in order, whatever order they were given in."""
    print_document({"b": Decimal("1.10"), "a": [date(2026, 1, 2), time(9, 30)], "c": {2: None}})
    text = capsys.readouterr().out
    assert json.loads(text) == {
        "schema_version": 1,
        "a": ["2026-01-02", "09:30:00"],
        "b": "1.10",
        "c": {"2": None},
    }
    assert text.index('"a"') < text.index('"b"') < text.index('"schema_version"')


def test_no_float_gets_into_a_document() -> None:
    """An amount that went through one would not be exact any more."""
    with pytest.raises(TypeError):
        to_json({"total": float(CENT)})
