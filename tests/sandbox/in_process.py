"""A sandbox without sockets: requests in, exchanges out, with their faults, from any thread."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from connector.sandbox.api.message import Call
from connector.sandbox.control.arguments import Arguments
from connector.sandbox.control.endpoints import control
from connector.sandbox.errors import SandboxError
from connector.sandbox.front import End, Front
from connector.sandbox.world import World


@dataclass(frozen=True, kw_only=True, slots=True)
class Exchange:
    """What a caller over HTTP would see: an answer, or how the connection ended instead.

    Of an answer that is reset, `body` is the part that arrives.
    """

    end: End
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    wait_seconds: int = 0
    spread_seconds: int = 0


class InProcess:
    """One world's API and control API, called directly and one request at a time."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._front = Front(world)
        self._lock = threading.Lock()

    def exchange(self, call: Call) -> Exchange:
        """Hand one request to the API, as the server does; nothing waits."""
        with self._lock:
            outcome = self._front.answer(call)
            date = self.world.clock.http_date()
        if outcome.cut:
            return Exchange(end=outcome.end, wait_seconds=outcome.wait_seconds)
        reply = outcome.reply
        body = b"" if call.method == "HEAD" else reply.text.encode()
        length = {} if reply.status == HTTPStatus.NO_CONTENT else {"Content-Length": str(len(body))}
        return Exchange(
            end=outcome.end,
            status=reply.status,
            headers={**reply.headers, "Date": date, **length},
            body=body[: len(body) // 2] if outcome.end is End.RESET else body,
            wait_seconds=outcome.wait_seconds,
            spread_seconds=outcome.spread_seconds,
        )

    def control(self, method: str, path: str, values: Mapping[str, object] | None = None) -> object:
        """Carry out a control request; SandboxError on a refusal."""
        with self._lock:
            self._front.catch_up()
            status, value = control(self.world, method, path, Arguments(values=values or {}))
        if status != HTTPStatus.OK:
            raise SandboxError(str(value))
        return value
