"""Serving a sandbox on a real port, in the foreground or in a thread."""

import asyncio
import contextlib
import json
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Self
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import uvicorn

from connector.sandbox.app import build_app
from connector.sandbox.cutting import CuttableProtocol
from connector.sandbox.errors import SandboxError
from connector.sandbox.options import SandboxOptions
from connector.sandbox.seed import build_world
from connector.sandbox.world import World

__all__ = ["RunningSandbox", "SandboxOptions", "run_sandbox"]

START_SECONDS = 20
STOP_SECONDS = 5
TICK_SECONDS = 0.01
QUEUE_LENGTH = 2048


class _Server(uvicorn.Server):
    """uvicorn, telling when it accepts connections and ending a signal with exit code 0."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._tell_started = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and tell once the sockets are served."""
        await super().startup(sockets)
        self._tell_started()

    async def main_loop(self) -> None:
        """Wait for the end with a finer tick than uvicorn's, so that tests stop sooner."""
        await self.on_tick(0)
        while not self.should_exit:  # noqa: ASYNC110 - signals and other threads set a plain flag
            await asyncio.sleep(TICK_SECONDS)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on SIGINT and SIGTERM without raising them again afterwards."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        stops = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self.handle_exit) for number in stops}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def run_sandbox(options: SandboxOptions, announce: Callable[[str], None]) -> None:
    """Serve a sandbox until SIGTERM or SIGINT.

    Calls `announce` once, with one line of JSON, when connections are accepted.
    """
    world = build_world(options)
    with _listening(options) as listener:
        ready = json.dumps(_addresses(world, listener))
        _server(world, lambda: announce(ready)).run(sockets=[listener])


class RunningSandbox:
    """A sandbox served from a background thread, for tests."""

    def __init__(self, options: SandboxOptions | None = None) -> None:
        self._options = options or SandboxOptions()
        self.world = build_world(self._options)
        self.key, self.secret = self.world.key, self.world.secret
        self.base_url = self.control_url = ""
        self._started = threading.Event()
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self._listener: socket.socket | None = None

    def __enter__(self) -> Self:
        """Bind, start the thread and wait until connections are accepted."""
        self._listener = _listening(self._options)
        addresses = _addresses(self.world, self._listener)
        self.base_url, self.control_url = addresses["base_url"], addresses["control_url"]
        server = _server(self.world, self._started.set)
        listener = self._listener
        self._thread = threading.Thread(target=lambda: server.run(sockets=[listener]), daemon=True)
        self._server = server
        self._thread.start()
        if not self._started.wait(START_SECONDS):
            raise SandboxError("the sandbox did not start")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the server and wait for its thread."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(STOP_SECONDS)
        if self._listener is not None:
            self._listener.close()

    def control(self, method: str, path: str, body: Mapping[str, object] | None = None) -> object:
        """Call the control API over HTTP; SandboxError on a refusal."""
        request = Request(  # noqa: S310 - our own http address
            f"{self.control_url}/{path}",
            method=method,
            data=None if body is None else json.dumps(body, default=str).encode(),
        )
        try:
            with urlopen(request) as answer:  # noqa: S310 - our own http address
                text = answer.read().decode()
        except HTTPError as error:
            with error:
                raise SandboxError(error.read().decode()) from error
        return text if path.endswith(".csv") else json.loads(text)


def _listening(options: SandboxOptions) -> socket.socket:
    # The protocol is named because asyncio turns Nagle's delay off only for sockets that name it.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((options.host, options.port))
    listener.listen(QUEUE_LENGTH)
    return listener


def _addresses(world: World, listener: socket.socket) -> dict[str, str]:
    host, port = listener.getsockname()[:2]
    origin = f"http://{host}:{port}"
    return {
        "base_url": origin,
        "control_url": f"{origin}/control",
        "key": world.key,
        "secret": world.secret,
    }


def _server(world: World, started: Callable[[], None]) -> _Server:
    config = uvicorn.Config(
        build_app(world),
        http=CuttableProtocol,
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        date_header=False,
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=2,
    )
    return _Server(config, started)
