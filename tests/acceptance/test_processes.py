"""The daemon as a real process: signals, a second one, maintenance; SIGKILL is `tests/kill9`."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.acceptance.bench import Bench

PATIENCE_SECONDS = 60.0
POLL = "[poll]\ninterval_seconds = {seconds}\n"


class Daemon:
    """One running daemon and what it said."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process = process
        self._log = log

    @property
    def said(self) -> str:
        """Its log up to now."""
        return self._log.read_text()

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and wait for the end; the exit code."""
        self.process.send_signal(number)
        return self.process.wait(timeout=PATIENCE_SECONDS)


@contextmanager
def daemon(bench: Bench, name: str = "daemon", **environ: str) -> Iterator[Daemon]:
    """Start a daemon on the bench's configuration; kill it if the test did not end it."""
    log = bench.folder / f"{name}.log"
    command = [sys.executable, "-m", "connector", "-c", str(bench.config), "run"]
    with (
        log.open("wb") as lines,
        subprocess.Popen(
            command, env={**os.environ, **bench.environ, **environ}, stderr=lines
        ) as process,
    ):
        try:
            yield Daemon(process, log)
        finally:
            if process.poll() is None:
                process.kill()


def until(happened: Callable[[], bool], what: str) -> None:
    """Wait for something to become true, looking often."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not happened():
        assert time.monotonic() < end, f"never came to pass: {what}"
        time.sleep(0.01)


def _charged(bench: Bench) -> int:
    family = bench.family("30.00", ("10.00",))
    bench.link((family.main_id, family.sub_ids[0], "aggregated"))
    bench.control("POST", "charge", {"customer_ids": [family.main_id, *family.sub_ids]})
    return family.main_id


def _has_written(bench: Bench, goal: int) -> Callable[[], bool]:
    return lambda: len(bench.writes()) >= goal


def _is_merged(bench: Bench, main_id: int) -> bool:
    return len(bench.open_documents(main_id)) == 1


@pytest.mark.slow
def test_sigterm_drains_and_ends_with_zero(bench: Bench) -> None:
    """The step in hand is finished and recorded; nothing is left in doubt."""
    bench.configure(more=POLL.format(seconds=1))
    main_id = _charged(bench)
    with daemon(bench) as running:
        until(lambda: len(bench.writes()) > 0, "the first write")
        assert running.end() == 0
    with bench.service() as service, service.store.begin() as unit:
        states = {s.state.value for op in unit.journal.load_unfinished() for s in op.steps}
    assert not states & {"sending", "unknown"}
    bench.sync()
    assert _is_merged(bench, main_id)
    assert bench.audit()["findings"] == []


@pytest.mark.slow
def test_sigusr1_polls_now_and_sighup_reloads_whole_or_not_at_all(bench: Bench) -> None:
    """A nudge does not wait for the interval; wrong settings change nothing, right ones all."""
    bench.configure(mode="observe", more=POLL.format(seconds=3600))
    with daemon(bench) as running:
        until(lambda: "cycle.done" in running.said, "the first turn")
        main_id = _charged(bench)
        bench.configure(mode="acts", more=POLL.format(seconds=3600))
        running.send(signal.SIGHUP)
        until(lambda: "settings.refused" in running.said, "wrong settings refused")
        running.send(signal.SIGUSR1)
        until(lambda: running.said.count("cycle.done") > 1, "a turn on request")
        assert bench.writes() == []
        bench.configure(mode="act", more=POLL.format(seconds=3600))
        running.send(signal.SIGHUP)
        until(lambda: "settings.reloaded" in running.said, "right settings taken")
        running.send(signal.SIGUSR1)
        until(lambda: _is_merged(bench, main_id), "the merge")
        assert running.end() == 0
    assert bench.audit()["findings"] == []


@pytest.mark.slow
def test_a_second_daemon_is_told_who_holds_the_pen(bench: Bench) -> None:
    """It ends with 75 at once; the first one goes on."""
    bench.configure(more=POLL.format(seconds=1))
    with daemon(bench) as first:
        until(lambda: "cycle.done" in first.said, "the first turn")
        with daemon(bench, "second") as second:
            assert second.process.wait(timeout=PATIENCE_SECONDS) == 75
            assert f"pid {first.process.pid}" in second.said
        assert first.end() == 0


@pytest.mark.slow
def test_systemd_is_told_when_ready_and_when_stopping(bench: Bench) -> None:
    """READY after the lease is taken, WATCHDOG while it lives, STOPPING before the drain."""
    address = str(bench.folder / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(address)
        ear.settimeout(PATIENCE_SECONDS)
        with daemon(bench, NOTIFY_SOCKET=address, WATCHDOG_USEC="200000") as running:
            heard = [ear.recv(4096).decode()]
            while "WATCHDOG=1" not in heard:
                heard.append(ear.recv(4096).decode())
            running.send(signal.SIGTERM)
            while not any("STOPPING=1" in text for text in heard):
                heard.append(ear.recv(4096).decode())
            assert running.process.wait(timeout=PATIENCE_SECONDS) == 0
    assert "READY=1" in heard[0]


@pytest.mark.slow
def test_a_dead_platform_stops_the_turn_and_not_the_daemon(bench: Bench) -> None:
    """Maintenance: it says so, waits, and merges when the platform is back."""
    bench.configure(more=POLL.format(seconds=1))
    bench.control("POST", "switch", {"retry_after_seconds": 0})
    main_id = _charged(bench)
    bench.control("POST", "switch", {"maintenance": True})
    with daemon(bench) as running:
        until(lambda: "platform.unavailable" in running.said, "the trouble was told")
        bench.control("POST", "switch", {"maintenance": False})
        until(lambda: _is_merged(bench, main_id), "the merge")
        assert running.end() == 0
    assert bench.audit()["findings"] == []


@pytest.mark.slow
def test_the_demo_ends_with_zero_and_a_verdict(tmp_path: Path) -> None:
    """The command of the README, with few families."""
    done = subprocess.run(
        [sys.executable, "-m", "connector", "demo", "--families", "4"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert done.returncode == 0, done.stderr
    assert "Auditor: nothing found" in done.stdout
