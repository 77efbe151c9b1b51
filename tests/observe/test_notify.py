"""Messages to the service manager, against a socket that plays its part."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.observe.notify import Notifier, watchdog_interval


class Manager:
    """A service manager that only listens."""

    def __init__(self, address: str) -> None:
        self.channel = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.channel.settimeout(5)
        self.channel.bind(address)
        self.environ = {"NOTIFY_SOCKET": address.replace("\0", "@")}

    def heard(self) -> list[str]:
        """The fields of the next message."""
        return self.channel.recv(4096).decode().split("\n")


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Manager]:
    """A manager behind a path, and one behind an abstract address."""
    abstract = f"\0linked-accounts-test-{os.getpid()}"
    manager = Manager(str(tmp_path / "notify") if request.param == "path" else abstract)
    yield manager
    manager.channel.close()


def test_a_life_in_messages(manager: Manager) -> None:
    """Each event of the service's life is told in systemd's words."""
    notifier = Notifier(manager.environ, monotonic_ns=lambda: 12_345_678)
    notifier.ready("watching 3 families")
    assert manager.heard() == ["READY=1", "STATUS=watching 3 families"]
    notifier.beat()
    assert manager.heard() == ["WATCHDOG=1"]
    notifier.reloading()
    assert manager.heard() == ["RELOADING=1", "MONOTONIC_USEC=12345"]
    notifier.ready()
    assert manager.heard() == ["READY=1"]
    notifier.stopping("ending its steps")
    assert manager.heard() == ["STOPPING=1", "STATUS=ending its steps"]


def test_a_status_cannot_say_anything_else(manager: Manager) -> None:
    """A line break in it would be another field; nothing at all is not sent."""
    notifier = Notifier(manager.environ)
    notifier.status("")
    notifier.status("x\nMAINPID=1\r\ny")
    assert manager.heard() == ["STATUS=x MAINPID=1 y"]


def test_a_full_queue_does_not_block(manager: Manager) -> None:
    """A manager that no longer listens must not stop the loop that does the work."""
    notifier = Notifier(manager.environ)
    for _ in range(5000):
        notifier.beat()
    assert manager.heard() == ["WATCHDOG=1"]


@pytest.mark.parametrize(
    "environ", [{}, {"NOTIFY_SOCKET": ""}, {"NOTIFY_SOCKET": "/nowhere/at/all"}]
)
def test_without_a_manager_there_is_silence(environ: dict[str, str]) -> None:
    """On a terminal, or with the manager gone, nothing happens and nothing fails."""
    notifier = Notifier(environ)
    notifier.ready("x")
    notifier.beat()


@pytest.mark.parametrize(
    ("environ", "seconds"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({"WATCHDOG_USEC": "60000000"}, 30.0),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": str(os.getpid())}, 30.0),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": str(os.getpid() + 1)}, None),
    ],
)
def test_the_watchdog_is_beaten_twice_per_limit(
    environ: dict[str, str], seconds: float | None
) -> None:
    """Only when systemd asks for it, and asks this process."""
    assert watchdog_interval(environ) == seconds
