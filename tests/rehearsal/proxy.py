"""A real HTTP proxy before the real platform, which writes down whatever passes."""

from __future__ import annotations

import threading
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import urlsplit

READS = frozenset({"GET", "HEAD", "OPTIONS"})
HOP = frozenset({"transfer-encoding", "connection", "content-length"})


class RecordingProxy:
    """Hands every request on, and keeps its method and path."""

    def __init__(self, target: str) -> None:
        seen: list[tuple[str, str]] = []
        place = urlsplit(target).netloc
        self.seen = seen

        class Handler(BaseHTTPRequestHandler):
            """One connection."""

            protocol_version = "HTTP/1.1"
            wbufsize = -1  # head and body in one piece: two would wait for each other's receipt
            disable_nagle_algorithm = True

            def pass_on(self) -> None:
                """Ask the platform, and answer as it does."""
                seen.append((self.command, urlsplit(self.path).path))
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                there = HTTPConnection(place, timeout=20)
                try:
                    there.request(self.command, self.path, body, dict(self.headers.items()))
                    answer = there.getresponse()
                    text = answer.read()
                finally:
                    there.close()
                self.send_response_only(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in HOP:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
                """Say nothing."""

        for method in ("GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH"):
            setattr(Handler, f"do_{method}", Handler.pass_on)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def base_url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def changing(self) -> list[tuple[str, str]]:
        """Requests that are neither reads nor part of a login."""
        return [
            (method, path)
            for method, path in self.seen
            if method not in READS and "/admin/auth/tokens" not in path
        ]

    def __enter__(self) -> Self:
        """Start."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
