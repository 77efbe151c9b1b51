"""A slice of ``make kill9``, and the ambush it lies in."""

from __future__ import annotations

import threading

import pytest

from tests.kill9.__main__ import main
from tests.kill9.ambush import Ambush, Trap
from tests.kill9.campaign import MOMENTS, STOPPED, campaign

READ, WRITE = ("GET", "/api/2.0/admin/finance/invoices/3"), ("PUT", "/api/2.0/admin/x/3")


@pytest.mark.slow
def test_twenty_kills_leave_nothing_wrong() -> None:
    """Of six families, over some months; at every kind of moment."""
    report = campaign(20, 3, families=6)
    assert report.findings == []
    assert report.kills.total() == 20
    assert set(report.kills) == {*MOMENTS, STOPPED}
    assert report.done["merge"] >= 5
    assert "ok" in report.journal


@pytest.mark.slow
def test_the_figures_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """Everything that a report has, and 0 for nothing wrong."""
    assert main(["--kills", "1", "--families", "1", "--seed", "5"]) == 0
    told = capsys.readouterr().out
    assert "findings" in told
    assert "kills per minute" in told


def test_an_ambush_strikes_the_nth_write_once() -> None:
    """Reads do not count; what is kept back does not go on."""
    struck: list[str] = []
    ambush = Ambush()
    ambush.lay(_trap(struck, nth=2, is_of_writes=True))
    assert [ambush.admits(*each) for each in (READ, WRITE, READ, WRITE, WRITE)] == [
        True,
        True,
        True,
        False,
        True,
    ]
    assert struck == ["dead"]


def test_an_ambush_waits_for_the_answer_of_that_very_request() -> None:
    """Answers to others pass."""
    struck: list[str] = []
    ambush = Ambush()
    trap = _trap(struck, waits_for_answer=True)
    ambush.lay(trap)
    assert ambush.admits(*WRITE)
    other: list[bool] = []
    thread = threading.Thread(target=lambda: other.append(ambush.answers(*READ)))
    thread.start()
    thread.join()
    assert (other, struck) == ([True], [])
    assert not ambush.answers(*WRITE)
    assert (struck, trap.about) == (["dead"], "PUT x/3")


def _trap(
    struck: list[str], *, nth: int = 1, is_of_writes: bool = False, waits_for_answer: bool = False
) -> Trap:
    return Trap(
        nth=nth,
        is_of_writes=is_of_writes,
        waits_for_answer=waits_for_answer,
        keeps_back=True,
        strike=lambda: struck.append("dead"),
    )
