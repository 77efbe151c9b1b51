"""Every command that the texts name can be called as they say."""

from __future__ import annotations

import pytest
from cyclopts import CycloptsError

from connector.cli.app import COMMANDS, CONFIG, LINKS, MAPPINGS, app
from tests.docs.pages import page, pages

COMMON = {"-c": 2, "--config": 2, "-v": 1, "--verbose": 1}
"""Options of every command, with the words they take."""

SHOWN = sorted({tuple(words) for each in pages() for words in each.commands()})


def without_common(words: tuple[str, ...]) -> list[str]:
    """The words that the command itself must understand."""
    rest = list(words)
    for name, count in COMMON.items():
        if name in rest:
            place = rest.index(name)
            del rest[place : place + count]
    return rest


@pytest.mark.parametrize("words", SHOWN, ids=" ".join)
def test_it_is_understood(words: tuple[str, ...]) -> None:
    """With its options and arguments; nothing is run."""
    rest = without_common(words)
    if set(rest) & {"--help", "--version"}:
        rest = [word for word in rest if word not in {"--help", "--version"}]
        assert not rest or rest[0] in COMMANDS
        return
    command, _, _ = app.parse_args(rest, exit_on_error=False, print_error=False)
    assert command != app.help_print


def test_a_wrong_option_would_be_noticed() -> None:
    """The check above can fail."""
    with pytest.raises(CycloptsError):
        app.parse_args(["plan", "--al"], exit_on_error=False, print_error=False)


def test_the_texts_show_enough() -> None:
    """A changed form of writing commands must not leave the check above without any."""
    firsts = {words[0] for words in SHOWN}
    assert firsts >= {"sync", "plan", "status", "approve", "retry", "doctor", "links"}


def test_every_command_is_told() -> None:
    """By the changelog, which lists them."""
    text = page("CHANGELOG.md").text
    groups = {"links": LINKS, "config": CONFIG, "mappings": MAPPINGS}
    assert [name for name in (*COMMANDS, *groups) if f"`{name}`" not in text] == []
