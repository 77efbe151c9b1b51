"""Closing a connection without an answer, as a dead server or a cut cable does."""

import asyncio
from typing import ClassVar

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

Ends = tuple[object, object]


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
    """Sends nothing and closes the connection."""

    async def __call__(self, scope: Scope, receive: Receive, _send: Send) -> None:
        """Cut, and wait until the server has noticed."""
        transport = CuttableProtocol.open_connections.get((scope["client"], scope["server"]))
        if transport is not None:
            transport.abort()
        while (await receive())["type"] != "http.disconnect":
            pass
