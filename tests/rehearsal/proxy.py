"""A real HTTP proxy before the real platform, which writes down whatever passes."""

from __future__ import annotations

import threading
from contextlib import suppress
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol, Self
from urllib.parse import urlsplit

READS = frozenset({"GET", "HEAD", "OPTIONS"})
HOP = frozenset({"transfer-encoding", "connection", "content-length"})


def is_change(method: str, path: str) -> bool:
    """Whether a request is neither a read nor part of a login."""
    return method not in READS and "/admin/auth/tokens" not in path


class Gatekeeper(Protocol):
    """Somebody who may keep a request or an answer back; the connection is closed instead."""

    def admits(self, method: str, path: str) -> bool:
        """Whether a request goes on to the platform."""
        ...

    def answers(self, method: str, path: str) -> bool:
        """Whether the platform's answer goes back."""
        ...


class _OpenGate:
    """Keeps nothing back."""

    def admits(self, method: str, path: str) -> bool:
        """Always."""
        del method, path
        return True

    answers = admits


class RecordingProxy:
    """Hands every request on, and keeps its method and path."""

    def __init__(self, target: str, gate: Gatekeeper | None = None) -> None:
        self._server = _Server(urlsplit(target).netloc, gate or _OpenGate())
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self.seen = self._server.seen

    @property
    def base_url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def changing(self) -> list[tuple[str, str]]:
        """Requests that are neither reads nor part of a login."""
        return [(method, path) for method, path in self.seen if is_change(method, path)]

    def __enter__(self) -> Self:
        """Start."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    """What all connections have in common."""

    daemon_threads = True

    def __init__(self, place: str, gate: Gatekeeper) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.place = place
        self.gate = gate
        self.seen: list[tuple[str, str]] = []

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: whoever asked may be dead."""


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: _Server
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one piece: two would wait for each other's receipt
    disable_nagle_algorithm = True

    def pass_on(self) -> None:
        """Ask the platform, and answer as it does."""
        called = (self.command, urlsplit(self.path).path)
        self.server.seen.append(called)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if not self.server.gate.admits(*called):
            self.close_connection = True
            return
        there = HTTPConnection(self.server.place, timeout=20)
        try:
            there.request(self.command, self.path, body, dict(self.headers.items()))
            answer = there.getresponse()
            text = answer.read()
        finally:
            there.close()
        if not self.server.gate.answers(*called):
            self.close_connection = True
            return
        with suppress(ConnectionError):
            self.pass_back(answer, text)

    def pass_back(self, answer: HTTPResponse, text: bytes) -> None:
        """Answer as the platform did."""
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing."""

    do_GET = do_HEAD = do_OPTIONS = do_POST = do_PUT = do_DELETE = do_PATCH = pass_on  # noqa: N815 - the base looks for these
