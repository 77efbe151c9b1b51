"""Words on the command line: help, wrong usage, common options, and a quick start."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.cli.support import Shell

HEAVY = ("alembic", "apscheduler", "httpx", "pydantic", "sqlalchemy", "starlette", "uvicorn")


def test_help_lists_every_command(shell: Shell) -> None:
    """Help goes to standard output and ends with 0."""
    done = shell.run("--help")
    assert done.code == 0
    for command in ("run", "sync", "plan", "status", "history", "links", "doctor", "sandbox"):
        assert f" {command} " in done.out
    assert "--config" in done.out
    assert done.err == ""


@pytest.mark.parametrize(
    "words",
    [
        ("approve",),
        ("cancel",),
        ("config", "init"),
        ("config", "show"),
        ("config", "validate"),
        ("demo",),
        ("doctor",),
        ("freeze",),
        ("history",),
        ("links", "add"),
        ("links", "export"),
        ("links", "import"),
        ("links", "list"),
        ("links", "remove"),
        ("mappings", "show"),
        ("plan",),
        ("retry",),
        ("run",),
        ("sandbox",),
        ("status",),
        ("sync",),
        ("unfreeze",),
    ],
)
def test_every_command_has_its_help(shell: Shell, words: tuple[str, ...]) -> None:
    """Every command can be loaded, and tells its options."""
    done = shell.run(*words, "--help")
    assert done.code == 0
    assert f"linked-accounts {' '.join(words)}" in done.out


@pytest.mark.parametrize(
    "words",
    [
        ("stattus",),
        ("links", "imprt"),
        ("plan", "--nothing"),
        ("sync", "--wait", "soon"),
        ("sync", "--wait", "-1"),
        ("links", "import"),
        ("links", "add", "1", "2", "shared"),
        ("links", "add", "0", "2", "aggregated"),
        ("links", "list", "--at", "2026-02-30"),
        ("history", "--limit", "0"),
        ("history", "everything"),
        ("plan", "--main", "one"),
        ("sandbox", "--release", "6"),
        ("sandbox", "--timezone", "Nowhere"),
        ("status", "-c"),
    ],
)
def test_wrong_usage_ends_with_2_and_one_sentence(shell: Shell, words: tuple[str, ...]) -> None:
    """What is wrong is told on standard error; nothing is printed on standard output."""
    done = shell.run(*words)
    assert done.code == 2
    assert done.out == ""
    assert done.err.startswith("linked-accounts: ")
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("words", [(), ("links",), ("-v",), ("config",)])
def test_no_command_is_wrong_usage_and_shows_help(shell: Shell, words: tuple[str, ...]) -> None:
    """A script that forgot the command must not take it for success."""
    done = shell.run(*words)
    assert done.code == 2
    assert done.out == ""
    assert "Usage" in done.err


def test_version(shell: Shell) -> None:
    """One line with our name."""
    done = shell.run("--version")
    assert done.code == 0
    assert done.out.startswith("linked-accounts ")


@pytest.mark.parametrize("before", [True, False])
def test_config_may_stand_before_or_after_the_command(shell: Shell, *, before: bool) -> None:
    """The same file is read either way."""
    path = shell.write("c.toml", '[platform]\nbase_url = "https://splynx.test"\n')
    option = ("-c", path)
    words = ("config", "show", "--json")
    done = shell.run(*(option + words if before else words + option))
    assert done.code == 0
    assert done.document["settings"]["platform"]["base_url"] == "https://splynx.test"


def test_help_needs_nothing_heavy() -> None:
    """The command line is there at once; a command loads what it needs when it is used."""
    program = (
        "import sys; from connector.cli.app import main; code = main(['--help']);"
        f"print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr);"
        "sys.exit(code)"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0
    assert done.stderr == "[]\n"
