"""Again or not? Every failure of the wire and every status, for reads; and being told to wait."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from connector.errors import (
    InvariantBroken,
    PlatformDenied,
    PlatformRefused,
    PlatformUnavailable,
    RecordMissing,
    ReplyMalformed,
)
from connector.splynx.wire import Request
from tests.splynx.judging import NOT_SENT, PERHAPS_SENT, PUT, READ, cut, own_error
from tests.splynx.support import Answer, always, in_turn, page, reply, setting


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        *[(lambda failure=failure: failure, PlatformUnavailable) for failure in NOT_SENT],
        *[(lambda failure=failure: failure, PlatformUnavailable) for failure in PERHAPS_SENT],
        (lambda: own_error(500), PlatformUnavailable),
        (lambda: page(502), PlatformUnavailable),
        (lambda: own_error(429), PlatformUnavailable),
        (lambda: page(200), ReplyMalformed),
        (lambda: page(404), ReplyMalformed),
        (lambda: cut(200), ReplyMalformed),
        (lambda: cut(500), PlatformUnavailable),
        (lambda: httpx.Response(200, content=b'[{"id": 1'), ReplyMalformed),
        (lambda: httpx.Response(200, content=b'{"total": NaN}'), ReplyMalformed),
        (lambda: httpx.Response(200, content=b"[" * 200_000), ReplyMalformed),
        (lambda: httpx.Response(200, content=b"\xff\xfe\xfd"), ReplyMalformed),
        (lambda: httpx.Response(302, headers={"Location": "/"}), ReplyMalformed),
    ],
)
def test_reads_are_asked_again(answer: Callable[[], Answer], error: type[Exception]) -> None:
    """As often as the options say, with growing waits, then given up."""
    held = setting(always(answer), read_attempts=3)
    with pytest.raises(error):
        held.connection.client.read(READ)
    assert len(held.platform.requests) == 3
    assert len(held.clock.slept) <= 2


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (lambda: own_error(404), RecordMissing),
        (lambda: own_error(400), PlatformRefused),
        (lambda: own_error(405), PlatformRefused),
        (lambda: own_error(422), PlatformRefused),
        (lambda: own_error(401), PlatformDenied),
        (lambda: own_error(403), PlatformDenied),
    ],
)
def test_reads_that_were_answered_are_not(
    answer: Callable[[], Answer], error: type[Exception]
) -> None:
    """The same question would get the same answer."""
    held = setting(in_turn(answer()))
    with pytest.raises(error):
        held.connection.client.read(READ)


def test_a_read_succeeds_in_the_end() -> None:
    """Two failures do not hide a good answer."""
    held = setting(in_turn(httpx.ReadTimeout("late"), page(502), reply(200, {"id": 5})))
    assert held.connection.client.read(READ).parsed() == {"id": 5}


@pytest.mark.parametrize("said", ["7", "Thu, 01 Jan 2026 09:00:07 GMT"])
def test_retry_after_in_both_forms(said: str) -> None:
    """Seconds, or a date by the platform's own clock; waited exactly."""
    held = setting(in_turn(own_error(503, Retry_After=said), reply(200, [])))
    held.connection.client.read(READ)
    assert sum(held.clock.slept) == 7.0


def test_retry_after_beyond_our_patience() -> None:
    """Not waited for, but told; and the next request does not even leave."""
    held = setting(in_turn(own_error(429, Retry_After="600")))
    for request in (READ, READ):
        with pytest.raises(PlatformUnavailable) as caught:
            held.connection.client.read(request)
        assert caught.value.retry_after_seconds == 600
    with pytest.raises(PlatformUnavailable):
        held.connection.client.write(PUT)
    assert len(held.platform.requests) == 1


@pytest.mark.parametrize("said", ["soon", "-5", "", "1e9", "9" * 400])
def test_retry_after_that_makes_no_sense(said: str) -> None:
    """Is as good as none."""
    held = setting(in_turn(own_error(429, Retry_After=said)))
    with pytest.raises(PlatformUnavailable) as caught:
        held.connection.client.write(PUT)
    assert caught.value.retry_after_seconds is None


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_what_is_repeated_can_only_be_a_read(method: str) -> None:
    """Not even a write of ours that took the wrong door is sent by it."""
    held = setting(always(lambda: reply(200, [])))
    with pytest.raises(InvariantBroken, match="it was not sent"):
        held.connection.client.read(Request(method=method, path="admin/finance/invoices"))
    assert held.platform.lines == []
