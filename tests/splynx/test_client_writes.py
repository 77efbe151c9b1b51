"""May it have happened? Every failure of the wire and every status, for writes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest

from connector.errors import (
    OutcomeUnknown,
    PlatformDenied,
    PlatformRefused,
    PlatformUnavailable,
    RecordMissing,
)
from connector.splynx.wire import Request
from tests.splynx.judging import NOT_SENT, PERHAPS_SENT, POST, PUT, cut, own_error
from tests.splynx.support import Answer, always, in_turn, page, reply, setting


def test_every_failure_of_the_wire_is_in_the_tables() -> None:
    """A new kind of failure in httpx must be judged by a person."""

    def leaves(kind: type[Exception]) -> Iterator[type[Exception]]:
        below = kind.__subclasses__()
        yield from [kind] if not below else [leaf for sub in below for leaf in leaves(sub)]

    judged = {type(failure) for failure in (*NOT_SENT, *PERHAPS_SENT)}
    assert set(leaves(httpx.RequestError)) == judged


@pytest.mark.parametrize("request_", [POST, PUT])
@pytest.mark.parametrize("failure", NOT_SENT, ids=repr)
def test_write_not_sent(request_: Request, failure: Exception) -> None:
    """Nothing had left: certainly not carried out."""
    held = setting(in_turn(failure))
    with pytest.raises(PlatformUnavailable):
        held.connection.client.write(request_)


@pytest.mark.parametrize("request_", [POST, PUT])
@pytest.mark.parametrize("failure", PERHAPS_SENT, ids=repr)
def test_write_perhaps_sent(request_: Request, failure: Exception) -> None:
    """Something may have left: only reading back ends the doubt, and nothing is sent again."""
    held = setting(in_turn(failure))
    with pytest.raises(OutcomeUnknown):
        held.connection.client.write(request_)
    assert len(held.platform.requests) == 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (lambda: cut(200), OutcomeUnknown),
        (lambda: cut(201), OutcomeUnknown),
        (lambda: cut(422), OutcomeUnknown),
        (lambda: page(200), OutcomeUnknown),
        (lambda: page(201), OutcomeUnknown),
        (lambda: page(403), OutcomeUnknown),
        (lambda: page(404), OutcomeUnknown),
        (lambda: page(500), OutcomeUnknown),
        (lambda: page(504), OutcomeUnknown),
        (lambda: own_error(500), OutcomeUnknown),
        (lambda: own_error(502), OutcomeUnknown),
        (lambda: own_error(503, Retry_After="5"), OutcomeUnknown),
        (lambda: httpx.Response(201, content=b'{"id":'), OutcomeUnknown),
        (lambda: httpx.Response(100), OutcomeUnknown),
        (
            lambda: httpx.Response(301, headers={"Location": "https://other.example"}),
            OutcomeUnknown,
        ),
        (lambda: own_error(429), PlatformUnavailable),
        (lambda: own_error(401), PlatformDenied),
        (lambda: own_error(403), PlatformDenied),
        (lambda: own_error(400), PlatformRefused),
        (lambda: own_error(405), PlatformRefused),
        (lambda: own_error(409), PlatformRefused),
        (lambda: own_error(422), PlatformRefused),
        (lambda: reply(422, [{"field": "number", "message": "not unique"}]), PlatformRefused),
        (lambda: reply(400), PlatformRefused),
    ],
)
@pytest.mark.parametrize("request_", [POST, PUT])
def test_write_answers(
    request_: Request, answer: Callable[[], Answer], error: type[Exception]
) -> None:
    """Declined in the API's words, or in doubt; never sent twice."""
    held = setting(in_turn(answer()))
    with pytest.raises(error) as caught:
        held.connection.client.write(request_)
    assert type(caught.value) is error
    assert str(caught.value).startswith(f"{request_.method} {request_.path}: ")
    assert len(held.platform.requests) == 1


@pytest.mark.parametrize("body", [None, {}, [], {"id": None}, {"id": 0}, {"id": "x"}, 5])
def test_post_without_the_new_number_is_in_doubt(body: object) -> None:
    """We could not name what we created."""
    held = setting(in_turn(reply(201, body)))
    with pytest.raises(OutcomeUnknown, match="without the new number"):
        held.connection.client.write(POST)


@pytest.mark.parametrize("body", [b"", b"null", b"{}"])
def test_put_needs_no_body(body: bytes) -> None:
    """The platform answers 202 with null or with nothing."""
    held = setting(in_turn(httpx.Response(202, content=body)))
    assert held.connection.client.write(PUT).status == 202


def test_404_of_a_write() -> None:
    """A record may have gone; a collection cannot: then the address is wrong."""
    held = setting(always(lambda: own_error(404)))
    with pytest.raises(RecordMissing):
        held.connection.client.write(PUT)
    with pytest.raises(PlatformRefused):
        held.connection.client.write(POST)


def test_the_second_send_after_a_401_is_judged_like_the_first() -> None:
    """Its time-out is a doubt, not a denial."""
    held = setting(in_turn(own_error(401), httpx.ReadTimeout("late")), auth="signature")
    with pytest.raises(OutcomeUnknown):
        held.connection.client.write(POST)


def test_a_401_that_is_not_the_apis_own_is_not_sent_again() -> None:
    """Who knows which of the two, proxy or platform, said it."""
    held = setting(in_turn(page(401)), auth="signature")
    with pytest.raises(OutcomeUnknown):
        held.connection.client.write(POST)
