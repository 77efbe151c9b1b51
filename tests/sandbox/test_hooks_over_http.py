"""Hooks over real HTTP: a listener with a port, and nobody waits for it."""

import queue
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from connector.sandbox.hooks.courier import post_over_http
from connector.sandbox.hooks.envelope import signature
from connector.sandbox.server import RunningSandbox
from tests.sandbox.caller import Caller
from tests.sandbox.conftest import charge, make_family

SECRET = "s3cret"
PATIENCE_SECONDS = 10

Message = tuple[dict[str, str], bytes]


class Post:
    """A listener: its messages in order of arrival, what it answers, and what it waits for."""

    def __init__(self) -> None:
        self.messages: queue.Queue[Message] = queue.Queue()
        self.status = 200
        self.open = threading.Event()
        self.open.set()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook?from=sandbox"

    def next(self) -> Message:
        """The next message."""
        return self.messages.get(timeout=PATIENCE_SECONDS)


def _handler(post: Post) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Keep the message and answer."""
            body = self.rfile.read(int(self.headers["Content-Length"]))
            post.messages.put((dict(self.headers), body))
            post.open.wait(PATIENCE_SECONDS)
            self.send_response(post.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Keep quiet."""

    return Handler


@pytest.fixture
def post() -> Iterator[Post]:
    """A listener that answers 200."""
    listener = Post()
    thread = threading.Thread(target=listener.server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield listener
    finally:
        listener.open.set()
        listener.server.shutdown()
        listener.server.server_close()
        thread.join(PATIENCE_SECONDS)


def hooked(box: RunningSandbox, post: Post) -> tuple[int, int]:
    """A charged family, its main and first sub, and a hook on payments that was pinged."""
    main, subs = make_family(box, "aggregated")
    charge(box)
    order = {"url": post.url, "secret": SECRET, "models": ["Payments"]}
    box.control("POST", "hook", order)
    assert post.next()[1] == b'{"type":"ping"}'
    return main, subs[0]


def test_events_arrive_signed_and_in_order(box: RunningSandbox, post: Post) -> None:
    """The header is spelt as the platform spells it, and signs the very bytes that arrive."""
    main, sub = hooked(box, post)
    for customer in (main, sub):
        box.control("POST", "pay", {"customer_id": customer})
    bodies = []
    for _ in range(2):
        headers, body = post.next()
        assert headers["X-Splynx-Signature"] == signature(SECRET, body)
        assert headers["Content-Type"] == "application/json"
        bodies.append(body)
    for customer, body in zip((main, sub), bodies, strict=True):
        assert f'"customer_id":"{customer}"'.encode() in body


def test_a_slow_listener_holds_no_answer_up(box: RunningSandbox, post: Post) -> None:
    """The API goes on answering while a message waits for its own answer."""
    main, sub = hooked(box, post)
    caller = Caller(box)
    post.open.clear()
    for customer in (main, sub):
        caller.post("finance/payments", {"customer_id": customer, "amount": "5"})
    post.next()
    assert caller.get(f"customers/customer/{main}")["id"] == main
    post.open.set()
    post.next()


def test_failures_are_tried_again_as_the_clock_moves(box: RunningSandbox, post: Post) -> None:
    """Two tries now; moving the clock by two hours brings the other three."""
    main, _ = hooked(box, post)
    post.status = 500
    box.control("POST", "pay", {"customer_id": main})
    tries = [post.next() for _ in range(2)]
    box.control("POST", "advance", {"hours": 2})
    tries += [post.next() for _ in range(3)]
    assert all(each == tries[0] for each in tries)


def test_nobody_there(post: Post) -> None:
    """A closed port is no answer; a redirect is one, and is not followed."""
    post.status = 302
    assert post_over_http(post.url, {}, b"x") == 302
    post.server.shutdown()
    post.server.server_close()
    assert post_over_http(post.url, {}, b"x") == 0
