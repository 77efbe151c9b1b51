"""Who delivers: a thread of its own over HTTP, or the caller itself in a simulation."""

import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import ClassVar, Protocol
from urllib.parse import urlsplit

from connector.sandbox.hooks.envelope import headers_of
from connector.sandbox.hooks.outbox import Outbox, Parcel

ANSWER_SECONDS = 10
GLANCE_SECONDS = 0.2


class Deliver(Protocol):
    """Posts one message; returns the status of the answer, or 0 for none."""

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """Post a body."""


class Courier(Protocol):
    """Is woken when something may be due.

    One that keeps time must be woken at the very moment a parcel is due.
    """

    keeps_time: ClassVar[bool]

    def wake(self, now: datetime) -> None:
        """Deliver what is due by now, at once or soon."""


def post_over_http(url: str, headers: Mapping[str, str], body: bytes) -> int:
    """Post to a real listener, with the headers in their own spelling; redirects are answers."""
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    try:
        with closing(kind(parts.hostname or "", parts.port, timeout=ANSWER_SECONDS)) as connection:
            connection.request("POST", target, body=body, headers=dict(headers))
            return int(connection.getresponse().status)
    except (OSError, HTTPException):
        return 0


class InlineCourier:
    """Delivers in the caller's thread, for simulations; listeners may call the sandbox back."""

    keeps_time: ClassVar[bool] = True

    def __init__(self, outbox: Outbox, deliver: Deliver) -> None:
        self._outbox = outbox
        self._deliver = deliver
        self._under_way = False

    def wake(self, now: datetime) -> None:
        """Deliver all that is due; woken by its own listener it just goes on afterwards."""
        if self._under_way:
            return
        self._under_way = True
        try:
            self._outbox.deliver_due(lambda: now, lambda parcel: _posted(parcel, self._deliver))
        finally:
            self._under_way = False


class ThreadCourier:
    """Delivers from a thread that lives while something is due, or may become due by itself."""

    keeps_time: ClassVar[bool] = False

    def __init__(
        self, outbox: Outbox, deliver: Deliver, now: Callable[[], datetime], *, lingers: bool
    ) -> None:
        self._outbox = outbox
        self._deliver = deliver
        self._now = now
        self._lingers = lingers
        self._woken = threading.Condition()
        self._again = False
        self._runs = False

    def wake(self, now: datetime) -> None:  # noqa: ARG002 - the thread looks at the clock itself
        """Let the thread look again, and start it if need be."""
        with self._woken:
            self._again = True
            if self._runs:
                self._woken.notify()
            else:
                self._runs = True
                threading.Thread(target=self._run, name="hooks", daemon=True).start()

    def _run(self) -> None:
        while self._goes_on():
            self._outbox.deliver_due(self._now, lambda parcel: _posted(parcel, self._deliver))

    def _goes_on(self) -> bool:
        """Whether to look again; decided under the lock, so that no call is missed."""
        with self._woken:
            if not self._again and self._lingers and self._outbox.next_due() is not None:
                self._woken.wait(GLANCE_SECONDS)
                self._again = True
            self._runs, self._again = self._again, False
            return self._runs


def _posted(parcel: Parcel, deliver: Deliver) -> int:
    return deliver(parcel.hook.url, headers_of(parcel.hook, parcel.body), parcel.body)
