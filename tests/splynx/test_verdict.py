"""What an error says: the permission that is missing, and the platform's own words."""

from __future__ import annotations

import httpx
import pytest

from connector.errors import (
    PlatformDenied,
    PlatformRefused,
)
from connector.splynx.wire import Request
from tests.splynx.judging import POST, PUT, READ, own_error
from tests.splynx.support import in_turn, reply, setting


def test_a_denial_names_the_permission() -> None:
    """So that the operator knows what to grant."""
    wanted = [
        (READ, "finance/invoices: view"),
        (POST, "finance/invoices: add"),
        (PUT, "customers/customer: update"),
        (Request(method="GET", path="admin/finance/invoices"), "finance/invoices: index"),
        (Request(method="HEAD", path="admin/customers/customer"), "customers/customer: index"),
    ]
    for request, permission in wanted:
        held = setting(in_turn(own_error(403)))
        client = held.connection.client
        ask = client.write if request.method in {"POST", "PUT"} else client.read
        with pytest.raises(PlatformDenied) as caught:
            ask(request)
        assert caught.value.permission == permission


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"error":{"message":"Not so","code":422,"internal_code":"X"}}', "Not so"),
        (
            b'[{"field":"a","message":"is bad"},{"field":"b","message":"is worse"}]',
            "a: is bad; b: is worse",
        ),
        (
            b'{"amount":["too small","too odd"],"date":"missing"}',
            "amount: too small; too odd; date: missing",
        ),
        (b"Something went wrong", "Something went wrong"),
        (b"", "no explanation"),
        (b'"text"', "text"),
        (b"line one\nline two\x1b[31m", "line one line two [31m"),
    ],
)
def test_the_platforms_words(body: bytes, words: str) -> None:
    """All known shapes, on one line."""
    held = setting(in_turn(httpx.Response(422, content=body)))
    with pytest.raises(PlatformRefused) as caught:
        held.connection.client.write(PUT)
    assert str(caught.value) == f"PUT admin/customers/customer/5: 422: {words}"
    assert caught.value.status == 422


def test_the_platforms_code_is_kept() -> None:
    """For whoever decides by it; none is none."""
    for answer, code in ((own_error(405), "SOME_CODE"), (reply(422, []), None)):
        held = setting(in_turn(answer))
        with pytest.raises(PlatformRefused) as caught:
            held.connection.client.write(PUT)
        assert caught.value.code == code


def test_words_are_cut() -> None:
    """A stack trace of the platform does not fill our log."""
    held = setting(in_turn(httpx.Response(422, content=b"x" * 10_000)))
    with pytest.raises(PlatformRefused) as caught:
        held.connection.client.write(PUT)
    assert len(str(caught.value)) < 600
