"""One exchange: bounded, exact, without cookies, without a trace in the log."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import certifi
import httpx
import pytest

from connector.errors import (
    OutcomeUnknown,
    ReplyMalformed,
    SetupError,
)
from tests.splynx.judging import PUT, READ
from tests.splynx.support import always, in_turn, reply, setting


def test_bodies_are_bounded() -> None:
    """A read is malformed, a write in doubt; the memory is not filled."""
    huge = {"note": "x" * 5000}
    held = setting(always(lambda: reply(200, huge)), body_bytes_max=1000)
    with pytest.raises(ReplyMalformed, match="is longer than"):
        held.connection.client.read(READ)
    with pytest.raises(OutcomeUnknown, match="is longer than"):
        held.connection.client.write(PUT)


def test_bodies_are_bounded_in_time() -> None:
    """A drip of bytes ends at twice the time-out."""
    held = setting(lambda _: httpx.Response(200, stream=Drip()), timeout_seconds=10)
    clock = held.clock

    class Drip(httpx.SyncByteStream):
        """One byte every five seconds."""

        def __iter__(self) -> Iterator[bytes]:
            while True:
                clock.now += 5
                yield b" "

    with pytest.raises(OutcomeUnknown, match="takes too long"):
        held.connection.client.write(PUT)


def test_amounts_stay_exact() -> None:
    """No float on the way, whatever the number of digits."""
    held = setting(in_turn(httpx.Response(200, content=b'{"total": 69354.8400000001}')))
    body = held.connection.client.read(READ).parsed()
    assert repr(body) == "{'total': Decimal('69354.8400000001')}"


def test_the_platforms_clock() -> None:
    """The latest Date, aware, in UTC; None before the first answer; nonsense changes nothing."""
    held = setting(in_turn(reply(200, []), httpx.Response(200, headers={"Date": "soon"})))
    assert held.connection.last_server_time() is None
    held.connection.client.read(READ)
    held.connection.client.read(READ)
    assert held.connection.last_server_time() == datetime(2026, 1, 1, 9, tzinfo=UTC)


def test_no_cookie_is_kept() -> None:
    """A session of PHP must not mix with our login."""
    held = setting(
        in_turn(httpx.Response(200, headers={"Set-Cookie": "PHPSESSID=1"}), reply(200, []))
    )
    held.connection.client.read(READ)
    held.connection.client.read(READ)
    assert "Cookie" not in held.platform.requests[1].headers


def test_addresses_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    """The address of a renewal holds a token."""
    held = setting(in_turn(reply(200, [])))
    with caplog.at_level(logging.DEBUG):
        held.connection.client.read(READ)
    assert "isp.example" not in caplog.text


@pytest.mark.parametrize(
    "base_url", ["isp.example", "ftp://isp.example", "https://", "https://isp.example/api/2.0", ""]
)
def test_an_address_that_is_no_origin(base_url: str) -> None:
    """Is told at once, not with the first request."""
    with pytest.raises(SetupError, match=r"platform\.base_url"):
        setting(in_turn(), base_url=base_url)


def test_certificate_authorities_of_the_operators(tmp_path: Path) -> None:
    """A file that is not there is a set-up problem; one that is there is used."""
    with pytest.raises(SetupError, match=r"platform\.verify_tls"):
        setting(in_turn(), verify_tls=tmp_path / "missing.pem")
    held = setting(in_turn(reply(200, [])), verify_tls=Path(certifi.where()))
    assert held.connection.client.read(READ).status == 200


def test_a_connection_closes() -> None:
    """At the end of its block."""
    with setting(in_turn()).connection as connection:
        pass
    with pytest.raises(RuntimeError, match="closed"):
        connection.client.read(READ)
