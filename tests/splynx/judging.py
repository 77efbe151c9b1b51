"""Requests and answers to judge: every failure of the wire, and answers gone wrong."""

from __future__ import annotations

from collections.abc import Iterator

import httpx

from connector.splynx.wire import Request
from tests.splynx.support import error_body, reply

READ = Request(method="GET", path="admin/finance/invoices/5")
POST = Request(method="POST", path="admin/finance/invoices", body={"customer_id": 1})
PUT = Request(method="PUT", path="admin/customers/customer/5", body={"status": "active"})

NOT_SENT = [
    httpx.ConnectError("refused"),
    httpx.ConnectTimeout("late"),
    httpx.PoolTimeout("late"),
    httpx.ProxyError("no"),
    httpx.UnsupportedProtocol("no"),
]
PERHAPS_SENT = [
    httpx.ReadTimeout("late"),
    httpx.WriteTimeout("late"),
    httpx.ReadError("reset"),
    httpx.WriteError("reset"),
    httpx.CloseError("closed"),
    httpx.RemoteProtocolError("Server disconnected without sending a response."),
    httpx.LocalProtocolError("odd"),
    httpx.DecodingError("odd"),
    httpx.TooManyRedirects("odd"),
]


class Broken(httpx.SyncByteStream):
    """A body that ends before its end."""

    def __init__(self, failure: Exception) -> None:
        self._failure = failure

    def __iter__(self) -> Iterator[bytes]:
        yield b'[{"id":'
        raise self._failure


def cut(status: int, failure: Exception | None = None) -> httpx.Response:
    """An answer that breaks off."""
    stream = Broken(failure or httpx.RemoteProtocolError("incomplete body"))
    return httpx.Response(status, stream=stream)


def own_error(status: int, **headers: str) -> httpx.Response:
    """An error in the API's own words."""
    return reply(status, error_body(status, "No way", "SOME_CODE"), **headers)
