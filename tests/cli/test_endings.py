"""How commands end: exit codes, and one clear sentence for each kind of failure."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from connector.cli.endings import ending, gravest
from connector.errors import (
    ConnectorError,
    InvariantBroken,
    LeaseLost,
    OutcomeUnknown,
    PlatformDenied,
    PlatformUnavailable,
    SetupError,
)
from tests.cli.support import Site

CODES = [
    (ConnectorError("told"), 1),
    (InvariantBroken("told"), 1),
    (PlatformUnavailable("told"), 69),
    (OutcomeUnknown("told"), 75),
    (LeaseLost("told"), 75),
    (PlatformDenied("told"), 77),
    (SetupError(["told"]), 78),
]


def _end_with(error: BaseException) -> None:
    raise error


@pytest.mark.parametrize(("error", "code"), CODES, ids=lambda value: type(value).__name__)
def test_an_error_is_a_sentence_and_a_code(
    error: Exception, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """No traceback for what we raise on purpose."""
    with ending() as end:
        _end_with(error)
    assert end.code == code
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("linked-accounts: ")
    assert "told" in printed.err
    assert "Traceback" not in printed.err


def test_every_problem_of_a_set_up_has_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    """All at once, one below the other."""
    with ending():
        _end_with(SetupError(["first", "second"]))
    assert capsys.readouterr().err == "linked-accounts: first\nlinked-accounts: second\n"


def test_a_sentence_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Words of the platform end up on people's screens."""
    with ending():
        _end_with(ConnectorError("a\x1b[2Jb\nc\u202ed"))
    assert capsys.readouterr().err == "linked-accounts: a [2Jb c d\n"


def test_an_interrupt_is_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever presses Ctrl-C knows."""
    with ending() as end:
        _end_with(KeyboardInterrupt())
    assert end.code == 130
    assert capsys.readouterr().err == ""


def test_a_bug_is_not_hidden() -> None:
    """What nobody foresaw keeps its traceback."""
    with pytest.raises(ZeroDivisionError), ending():
        raise ZeroDivisionError


@pytest.mark.parametrize(
    ("codes", "worst"),
    [([], 0), ([0, 75], 75), ([75, 1], 1), ([1, 69], 69), ([69, 77, 1], 77), ([77, 78, 0], 78)],
)
def test_the_gravest_code_wins(codes: list[int], worst: int) -> None:
    """Settings before permissions before reach before held before later."""
    assert gravest(codes) == worst


def test_a_closed_pipe_is_no_traceback(tmp_path: Path) -> None:
    """``history | head`` ends when head has seen enough."""
    environ = {
        **os.environ,
        "LINKED_ACCOUNTS_PLATFORM__BASE_URL": "https://splynx.test",
        "LINKED_ACCOUNTS_STORE__URL": f"sqlite:///{tmp_path}/state.sqlite3",
    }
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "connector", "config", "show"]
    done = subprocess.run(
        command,
        check=False,
        env=environ,
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
    )
    os.close(writing)
    assert done.returncode == 141
    assert done.stderr == ""


def test_a_wrong_key_is_77(site: Site) -> None:
    """A key that Splynx refuses needs a person."""
    site.shell.set(PLATFORM__KEY="0" * 32)
    done = site.run("sync")
    assert done.code == 77
    assert "linked-accounts: " in done.err
    assert "Traceback" not in done.err
    assert "0" * 32 not in done.err


def test_a_missing_permission_is_77_and_named(site: Site) -> None:
    """The sentence tells what to grant."""
    site.link_all()
    site.control("POST", "switch", deny=[["finance/invoices", "index"]])
    done = site.run("plan")
    assert done.code == 77
    assert "finance/invoices" in done.err


def test_a_dead_host_is_69(site: Site) -> None:
    """Nothing was done; later it may work."""
    site.shell.set(PLATFORM__BASE_URL="http://127.0.0.1:9")
    done = site.run("sync")
    assert done.code == 69
    assert done.err.count("linked-accounts: ") == 1


def test_wrong_settings_are_78_and_all_told(bare_site: Site) -> None:
    """Every problem on its own line, before anything is asked of anybody."""
    bare_site.shell.set(MODE="atc", MERGE__WINDOW_HOURS="-1", PLATFORM__TIMEZONE="Nowhere")
    done = bare_site.run("sync")
    assert done.code == 78
    told = done.err.splitlines()
    assert len(told) == 3
    assert all(line.startswith("linked-accounts: ") for line in told)
    assert not (bare_site.shell.folder / "state.sqlite3").exists()
