"""Reading a link file: what people's spreadsheets make of three columns."""

from __future__ import annotations

import pytest

from connector.domain.accounts import BillingMode
from connector.errors import ConnectorError
from connector.runtime.links import parse_csv

HEAD = "main_id,sub_id,mode\n"


def rows(text: str) -> list[tuple[int, int, int, str]]:
    """Line, main, sub and mode; the file must be without problems."""
    found, problems = parse_csv(text)
    assert problems == ()
    return [(row.line, row.main_id, row.sub_id, row.mode.value) for row in found]


def problems(text: str) -> list[tuple[int, str]]:
    """Line and sentence of every problem."""
    _, found = parse_csv(text)
    return [(row.line, row.sentence) for row in found]


@pytest.mark.parametrize(
    "text",
    [
        "main_id,sub_id,mode\n1,2,aggregated\n",
        "main_id,sub_id,mode\n1,2,aggregated",
        "\ufeffmain_id,sub_id,mode\n1,2,aggregated\n",
        "main_id;sub_id;mode\n1;2;aggregated\n",
        "main_id,sub_id,mode\r\n1,2,aggregated\r\n",
        '"main_id","sub_id","mode"\n"1","2","aggregated"\n',
        "MAIN_ID, Sub_Id ,MODE\n 1 ,2, Aggregated \n",
        "main_id,sub_id,mode\n01,002,AGGREGATED\n",
        '\ufeff"main_id";"sub_id";"mode"\r\n1;2;aggregated\r\n',
    ],
)
def test_the_same_link_in_many_spellings(text: str) -> None:
    """Byte order mark, semicolons, Windows lines, quotes, blanks, capitals, leading zeros."""
    assert rows(text) == [(2, 1, 2, "aggregated")]


def test_empty_lines_are_passed_over_and_counted() -> None:
    """So that a problem's line is the editor's."""
    text = HEAD + "\n1,2,aggregated\n,,\n  \n3,4,independent\n\n"
    assert rows(text) == [(3, 1, 2, "aggregated"), (6, 3, 4, "independent")]


def test_a_file_of_a_heading_alone_has_no_links() -> None:
    """It is no error."""
    assert rows(HEAD) == []


@pytest.mark.parametrize(
    "text", ["", "\n", "1,2,aggregated\n", "main,sub,mode\n", "sub_id,main_id,mode\n", "a" * 50]
)
def test_another_heading_is_an_error(text: str) -> None:
    """The columns are never guessed."""
    with pytest.raises(ConnectorError, match="line 1: the heading must be main_id,sub_id,mode"):
        parse_csv(text)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("1,2", "2 columns, expected 3"),
        ("1,2,aggregated,x", "4 columns, expected 3"),
        ("x,2,aggregated", "main_id 'x' is not an account number"),
        ("1,,aggregated", "sub_id '' is not an account number"),
        ("0,2,aggregated", "main_id '0' is not"),
        ("-1,2,aggregated", "main_id '-1' is not"),
        ("1.0,2,aggregated", "main_id '1.0' is not"),
        ("1,٢,aggregated", "sub_id '٢' is not"),
        ("1,2147483648,aggregated", "sub_id '2147483648' is not"),
        ("1," + "9" * 5000 + ",aggregated", "is not an account number"),
        ("1,2,shared", "mode 'shared' is none of aggregated, independent"),
        ("1,2,", "mode '' is none of"),
    ],
)
def test_a_bad_line_is_told_by_its_number(line: str, words: str) -> None:
    """And the good ones around it are read."""
    text = f"{HEAD}5,6,independent\n{line}\n7,8,aggregated\n"
    found, _ = parse_csv(text)
    assert [row.line for row in found] == [2, 4]
    ((number, sentence),) = problems(text)
    assert number == 3
    assert words in sentence


def test_every_problem_of_a_line_is_told() -> None:
    """Not one at a time."""
    assert [line for line, _ in problems(HEAD + "x,y,z\n")] == [2, 2, 2]


def test_the_largest_number_is_an_account_number() -> None:
    """One more is not."""
    assert rows(HEAD + "2147483647,2,independent\n")[0][1] == 2147483647


def test_a_cell_beyond_the_readers_limit_is_its_lines_problem() -> None:
    """The lines before it are kept."""
    found, broken = parse_csv(HEAD + "1,2,aggregated\n" + "9" * 200_000 + ",2,aggregated\n")
    assert [(row.sub_id, row.mode) for row in found] == [(2, BillingMode.AGGREGATED)]
    assert broken[0].line == 3
    assert "not a line of CSV" in broken[0].sentence
