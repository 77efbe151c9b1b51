"""What people see: tables and short lines, coloured on a terminal only, never cut off in a pipe."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NoReturn, TextIO

from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

PIPE_WIDTH = 10_000
HELP_WIDTH = 100
"""Wide enough that no line of a table is ever cut or wrapped where a program may read it."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


class _Paper(Console):
    """A console that leaves a closed pipe to those who give the exit code."""

    def on_broken_pipe(self) -> NoReturn:
        """Raise it again instead of ending the process here."""
        raise BrokenPipeError


def for_people() -> Console:
    """Standard output."""
    return _console(sys.stdout)


def for_help() -> Console:
    """Standard output for help pages, which are boxes: a pipe gets them page-wide."""
    return Console(file=sys.stdout, width=None if sys.stdout.isatty() else HELP_WIDTH)


def for_errors() -> Console:
    """Standard error: progress, and help for wrong usage."""
    return _console(sys.stderr)


def _console(stream: TextIO) -> Console:
    is_terminal = stream.isatty()
    return _Paper(
        file=stream,
        force_terminal=is_terminal,
        width=None if is_terminal else PIPE_WIDTH,
        highlight=False,
        markup=False,
        emoji=False,
    )


def show(console: Console, thing: RenderableType) -> None:
    """Print a table or a text; in a pipe without the blanks that fill its columns up."""
    if console.is_terminal:
        console.print(thing)
        return
    with console.capture() as captured:
        console.print(thing)
    for text in captured.get().splitlines():
        console.file.write(f"{text.rstrip()}\n")


def plain(text: object) -> str:
    """Text from elsewhere on one line, without anything that would steer a terminal."""
    return _CONTROL.sub(" ", str(text)).strip()


def amount(value: Decimal) -> str:
    """An amount with at least two places, and no more than it needs."""
    short = value.normalize()
    exponent = short.as_tuple().exponent
    places = -exponent if isinstance(exponent, int) else 0
    return f"{value:.{max(places, 2)}f}"


def moment(at: datetime) -> str:
    """An instant with its zone, to the second."""
    return f"{at:%Y-%m-%d %H:%M:%S} {at.tzname() or ''}".rstrip()


def heading(console: Console, title: str) -> None:
    """A title, with a blank line before it."""
    console.print()
    console.print(Text(plain(title), style="bold"))


def line(console: Console, text: str, *, indent: int = 2, style: str = "") -> None:
    """One line; long ones are wrapped on a terminal under their own indent."""
    grid = Table.grid()
    grid.add_column(width=indent)
    grid.add_column(overflow="fold")
    grid.add_row("", Text(plain(text), style=style))
    show(console, grid)


def pairs(console: Console, rows: Iterable[tuple[str, object]]) -> None:
    """Names and values in two columns."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in rows:
        grid.add_row(Text(name, style="bold"), Text(plain(value)))
    show(console, grid)


def table(
    console: Console,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    numbers: Sequence[str] = (),
) -> None:
    """Rows under headings; the columns in ``numbers`` stand to the right."""
    sheet = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for column in columns:
        sheet.add_column(column, justify="right" if column in numbers else "left", overflow="fold")
    for row in rows:
        sheet.add_row(*(Text(plain(cell)) for cell in row))
    show(console, sheet)


def progress_bar(what: str) -> Progress:
    """A bar on standard error; nothing at all where that is no terminal."""
    return Progress(
        TextColumn(what),
        BarColumn(),
        MofNCompleteColumn(),
        console=for_errors(),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
