"""Answers that end badly: cut off, reset half-way, or arriving very slowly."""

import asyncio
import socket
import struct
from typing import ClassVar

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

Ends = tuple[object, object]
PIECES = 10
RESET_AT_ONCE = struct.pack("ii", 1, 0)  # lingering for no time: closing sends a reset


class CuttableProtocol(H11Protocol):
    """uvicorn's HTTP protocol, which also tells where the open connections are."""

    open_connections: ClassVar[dict[Ends, asyncio.Transport]] = {}

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn narrows it likewise
        """Remember a connection by both its ends."""
        super().connection_made(transport)
        self.open_connections[self.client, self.server] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget a connection."""
        self.open_connections.pop((self.client, self.server), None)
        super().connection_lost(exc)


class CutResponse(Response):
    """Sends nothing and closes the connection, after a while or at once."""

    def __init__(self, seconds: int = 0) -> None:
        super().__init__()
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, _send: Send) -> None:
        """Cut, and wait until the server has noticed."""
        if not await _hung_up_within(self.seconds, receive):
            await _abort(scope, receive, reset=False)


class ResetResponse(Response):
    """Sends half of its body and resets the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Promise the whole length, send half of it, and reset."""
        await send(_start(self))
        half = self.body[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
        await _abort(scope, receive, reset=True)


class SlowResponse(Response):
    """Sends its body in pieces with pauses between them."""

    seconds: int = 0

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Send piece after piece, as long as somebody listens."""
        await send(_start(self))
        size = max(1, -(-len(self.body) // PIECES))
        for at in range(0, len(self.body), size):
            if await _hung_up_within(self.seconds / PIECES, receive):
                return
            piece = self.body[at : at + size]
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


async def _hung_up_within(seconds: float, receive: Receive) -> bool:
    """Wait, and tell whether the caller lost patience."""
    try:
        message = await asyncio.wait_for(receive(), seconds)
    except TimeoutError:
        return False
    return bool(message["type"] == "http.disconnect")


def _start(response: Response) -> dict[str, object]:
    return {
        "type": "http.response.start",
        "status": response.status_code,
        "headers": response.raw_headers,
    }


async def _abort(scope: Scope, receive: Receive, *, reset: bool) -> None:
    transport = CuttableProtocol.open_connections.get((scope["client"], scope["server"]))
    if transport is not None:
        if reset:
            raw = transport.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_ONCE)
        transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass
