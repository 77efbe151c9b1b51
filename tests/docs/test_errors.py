"""Whatever can go wrong is told, with the exit code that it has."""

from __future__ import annotations

import re

import connector.errors
from connector.cli import endings
from connector.errors import ConnectorError, InvariantBroken
from tests.docs.pages import page
from tests.docs.rules import refusal_rules

ERRORS = {
    name: kind
    for name, kind in vars(connector.errors).items()
    if isinstance(kind, type) and issubclass(kind, ConnectorError | InvariantBroken)
}
EXIT_CODES = {
    endings.DONE,
    endings.FAILED,
    endings.USAGE,
    endings.CHANGES,
    endings.UNAVAILABLE,
    endings.AGAIN,
    endings.DENIED,
    endings.SETUP,
}


def told_errors() -> dict[str, int]:
    """Classes in the table with their exit codes."""
    rows = re.findall(r"(?m)^\| `([A-Z]\w+)` \|.*\| (\d+) \|$", page("docs/errors.md").text)
    return {name: int(code) for name, code in rows}


def test_every_error_is_told_with_its_exit_code() -> None:
    """A broken law ends a command as any failure does."""
    codes = {
        name: kind.exit_code if issubclass(kind, ConnectorError) else endings.FAILED
        for name, kind in ERRORS.items()
    }
    assert told_errors() == codes


def test_every_refusal_rule_is_told() -> None:
    """And every rule that is told exists."""
    told = {name for name in page("docs/errors.md").first_cells() if name.islower()}
    assert told == refusal_rules()


def test_rules_are_found_in_the_code() -> None:
    """In each of the forms in which planners spell them."""
    assert refusal_rules() >= {
        "quarantined",
        "main_inactive",
        "marked",
        "overdue",
        "drift",
        "rounding",
        "blocked_again",
        "main_gone",
    }


def test_the_readme_tells_every_exit_code() -> None:
    """Each once, and none that no command gives."""
    text = page("README.md").text.split("## Exit codes")[1].split("\n## ")[0]
    told = [int(code) for code in re.findall(r"(?m)^\| (\d+) \|", text)]
    assert sorted(told) == sorted(EXIT_CODES)
    assert {kind.exit_code for kind in ERRORS.values() if issubclass(kind, ConnectorError)} <= set(
        told
    )
