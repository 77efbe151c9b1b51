"""A transport that hands httpx's requests to a sandbox in this process, without sockets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx

from connector.sandbox.api.message import Call
from connector.sandbox.front import End
from connector.sandbox.world import World
from tests.sandbox.in_process import Exchange, InProcess

ADDRESS = "127.0.0.1"


class SandboxTransport(httpx.BaseTransport):
    """Give it to an httpx client in place of the network; any host name will do."""

    def __init__(self, world: World) -> None:
        self.box = InProcess(world)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request, or fail as the network would."""
        exchange = self.box.exchange(_call(request))
        patience: float | None = request.extensions.get("timeout", {}).get("read")
        if exchange.end is End.REFUSED:
            raise httpx.ConnectError("connection refused", request=request)
        if patience is not None and exchange.wait_seconds > patience:
            raise httpx.ReadTimeout("nothing came", request=request)
        if exchange.end is End.CUT:
            raise httpx.RemoteProtocolError("closed without an answer", request=request)
        return httpx.Response(
            exchange.status,
            headers=dict(exchange.headers),
            stream=_Body(exchange, patience),
            extensions={"body": exchange.body},  # for who watches, and must not read the stream
            request=request,
        )


class _Body(httpx.SyncByteStream):
    """A body that breaks off or dribbles where its exchange does."""

    def __init__(self, exchange: Exchange, patience: float | None) -> None:
        self._exchange = exchange
        self._patience = patience

    def __iter__(self) -> Iterator[bytes]:
        """The pieces, and the failure after them."""
        pieces = 10 if self._exchange.spread_seconds else 1
        if self._patience is not None and self._exchange.spread_seconds / pieces > self._patience:
            raise httpx.ReadTimeout("the body stopped coming")
        yield self._exchange.body
        if self._exchange.end is End.RESET:
            raise httpx.ReadError("connection reset")


def _call(request: httpx.Request) -> Call:
    headers: Any = request.headers
    return Call(
        method=request.method,
        path=request.url.path,
        query=request.url.query.decode(),
        authorization=headers.get("authorization", ""),
        user_agent=headers.get("user-agent", ""),
        address=ADDRESS,
        content_type=headers.get("content-type", ""),
        body=request.read(),
    )
