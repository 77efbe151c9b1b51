"""Messages to systemd: ready, reloading, stopping, alive. Without systemd, silence."""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections.abc import Callable, Mapping

_BEATS_PER_LIMIT = 2
_MICROSECONDS = 1_000_000


class Notifier:
    """The service manager's notification socket, if there is one."""

    def __init__(
        self,
        environ: Mapping[str, str],
        *,
        monotonic_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        address = environ.get("NOTIFY_SOCKET", "")
        # A leading @ stands for the zero byte of Linux' abstract sockets.
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._monotonic_ns = monotonic_ns

    def ready(self, status: str = "") -> None:
        """Start-up, or a reload, is complete."""
        self._send("READY=1", *self._status(status))

    def reloading(self) -> None:
        """A reload has begun; ``ready`` must follow."""
        self._send("RELOADING=1", f"MONOTONIC_USEC={self._monotonic_ns() // 1000}")

    def stopping(self, status: str = "") -> None:
        """The service is ending by its own will or on request."""
        self._send("STOPPING=1", *self._status(status))

    def beat(self) -> None:
        """Still making progress; only the work loop may say so."""
        self._send("WATCHDOG=1")

    def status(self, text: str) -> None:
        """One line for ``systemctl status``."""
        self._send(*self._status(text))

    @staticmethod
    def _status(text: str) -> list[str]:
        """A line break would begin another message."""
        return [f"STATUS={' '.join(text.split())}"] if text else []

    def _send(self, *fields: str) -> None:
        """Send one datagram; a deaf service manager is no reason to fail."""
        if not self._address or not fields:
            return
        with (
            contextlib.suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel,
        ):
            # Never wait for a full queue: the beat comes from the loop that does the work.
            channel.setblocking(False)
            channel.sendto("\n".join(fields).encode(), self._address)


def watchdog_interval(environ: Mapping[str, str]) -> float | None:
    """Seconds between two beats: half of systemd's limit; None when nobody watches this process."""
    limit = environ.get("WATCHDOG_USEC", "")
    watched = environ.get("WATCHDOG_PID") or str(os.getpid())
    if not limit.isdecimal() or int(limit) == 0 or watched != str(os.getpid()):
        return None
    return int(limit) / _MICROSECONDS / _BEATS_PER_LIMIT
