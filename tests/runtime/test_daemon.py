"""The daemon in this very process, against a sandbox: it ticks, listens, reloads and drains."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path
from threading import Event, Thread

import pytest

from connector.errors import LeaseLost
from connector.observe.notify import Notifier
from connector.runtime.bootstrap import open_service, rewired
from connector.runtime.daemon import _Daemon, _Wishes, run_daemon
from connector.runtime.service import hold_pen
from connector.runtime.views import load_overview, open_desk
from connector.sandbox.server import RunningSandbox
from tests.runtime.setup import secrets, settings, write

PATIENCE = 20.0


class HeardNotifier(Notifier):
    """A notifier that remembers, and acts upon what it hears."""

    def __init__(self) -> None:
        super().__init__({})
        self.said: list[str] = []
        self.beats = 0

    def beat(self) -> None:
        """Alive."""
        self.beats += 1

    def ready(self, status: str = "") -> None:
        """Started, or reloaded."""
        self.said.append(f"ready {status}")

    def reloading(self) -> None:
        """A reload has begun."""
        self.said.append("reloading")

    def stopping(self, status: str = "") -> None:
        """The end."""
        self.said.append(f"stopping {status}".strip())


def run(box: RunningSandbox, folder: Path, wishes: _Wishes, notifier: HeardNotifier) -> int:
    """Run a daemon until its wishes say stop; its exit code."""
    path = write(box, folder)
    told = settings(box, folder)
    with (
        open_service(told) as wired,
        hold_pen(wired.service, "test", wishes.stop, wishes.beat) as pen,
    ):
        daemon = _Daemon(path, wired, pen, wishes)
        return daemon.run(notifier, 3600)


class Counted(_Wishes):
    """Wishes that end the daemon after so many turns."""

    def __init__(self, turns: int) -> None:
        super().__init__()
        self.turns = turns
        self.beats = 0

    def beat(self) -> None:
        """A sign of life."""
        super().beat()
        self.beats += 1
        if self.beats >= self.turns:
            self.stop.set()
        else:
            self.nudge.set()
        self.wake.set()


def test_it_polls_at_once_and_stops_when_asked(box: RunningSandbox, tmp_path: Path) -> None:
    """Exit code 0; the store shows the poll."""
    notifier = HeardNotifier()
    assert run(box, tmp_path, Counted(1), notifier) == 0
    assert notifier.said == ["ready polling", "stopping"]
    with open_desk(settings(box, tmp_path)) as desk:
        assert load_overview(desk).last_poll is not None


def test_a_nudge_makes_another_turn(box: RunningSandbox, tmp_path: Path) -> None:
    """Not an hour later."""
    wishes = Counted(3)
    assert run(box, tmp_path, wishes, HeardNotifier()) == 0
    assert wishes.beats >= 3


def test_a_platform_that_is_down_ends_no_service(box: RunningSandbox, tmp_path: Path) -> None:
    """The turn ends, the next one comes."""
    box.control("POST", "switch", {"deny": [["customers/customer", "*"]]})
    wishes = Counted(2)
    assert run(box, tmp_path, wishes, HeardNotifier()) == 0
    assert wishes.beats >= 2


def test_a_reload_takes_new_settings_or_keeps_the_old(
    box: RunningSandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whole, or not at all."""
    for name, value in secrets(box).items():
        monkeypatch.setenv(name, value)
    path = write(box, tmp_path, mode="act")
    wishes = _Wishes()
    intervals: list[int] = []
    with (
        open_service(settings(box, tmp_path)) as wired,
        hold_pen(wired.service, "test", wishes.stop) as pen,
    ):
        daemon = _Daemon(path, wired, pen, wishes)
        write(box, tmp_path, mode="observe")
        daemon._reload(intervals.append)
        assert daemon._service.policy.mode == "observe"
        assert daemon._service.writer is None
        assert len(intervals) == 1
        write(box, tmp_path, mode="atc")
        daemon._reload(intervals.append)
        assert daemon._service.policy.mode == "observe"
        assert len(intervals) == 1
        again = rewired(wired, settings(box, tmp_path, mode="propose"))
        assert again.writer is not None
        assert again.store is wired.service.store


def test_a_reload_is_told_to_the_service_manager(
    box: RunningSandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reloading, then ready; a watched daemon beats on the way."""
    for name, value in secrets(box).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("WATCHDOG_USEC", "20000000")
    notifier = HeardNotifier()
    wishes = Counted(2)
    wishes.reload.set()
    wishes.wake.set()
    assert run(box, tmp_path, wishes, notifier) == 0
    assert notifier.said == ["ready polling", "reloading", "ready polling", "stopping"]
    assert notifier.beats > 0


def test_another_process_with_the_lease_ends_it(box: RunningSandbox, tmp_path: Path) -> None:
    """A failure that is no trouble of the platform's: stop, with its exit code."""
    wishes = _Wishes()
    told = settings(box, tmp_path)
    with open_service(told) as wired:
        with hold_pen(wired.service, "first", wishes.stop) as stale:
            pass
        daemon = _Daemon(None, wired, stale, wishes)
        assert daemon.run(HeardNotifier(), 3600) == LeaseLost.exit_code
    assert wishes.stop.is_set()


def test_two_daemons_on_one_store_are_one_too_many(box: RunningSandbox, tmp_path: Path) -> None:
    """The second one says who holds the lease."""
    told = settings(box, tmp_path)
    with (
        open_service(told) as wired,
        hold_pen(wired.service, "the first one", Event()),
        pytest.raises(LeaseLost, match="the first one"),
    ):
        run_daemon(None, told)


def test_signals_are_wishes(box: RunningSandbox, tmp_path: Path) -> None:
    """SIGHUP, SIGUSR1 and SIGTERM, and afterwards the handlers are as before."""
    before = signal.getsignal(signal.SIGTERM)
    wishes = _Wishes()
    with wishes.from_signals():
        for number, wish in (
            (signal.SIGHUP, wishes.reload),
            (signal.SIGUSR1, wishes.nudge),
            (signal.SIGTERM, wishes.stop),
        ):
            assert not wish.is_set()
            os.kill(os.getpid(), number)
            assert wish.wait(PATIENCE)
            assert wishes.wake.is_set()
    assert signal.getsignal(signal.SIGTERM) is before


def test_sigterm_ends_a_running_daemon(
    box: RunningSandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ready, then the signal, then the end: as the service manager sees it."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(PATIENCE)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        heard: list[str] = []

        def manage() -> None:
            heard.append(manager.recv(4096).decode())
            os.kill(os.getpid(), signal.SIGTERM)
            heard.append(manager.recv(4096).decode())

        thread = Thread(target=manage)
        thread.start()
        assert run_daemon(write(box, tmp_path), settings(box, tmp_path)) == 0
        thread.join(PATIENCE)
    assert heard == ["READY=1\nSTATUS=polling", "STOPPING=1"]
