"""What an answer means: for a read "again or not", for a write "may it have happened". Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus

from connector.errors import (
    OutcomeUnknown,
    PlatformDenied,
    PlatformError,
    PlatformRefused,
    PlatformUnavailable,
    RecordMissing,
    ReplyMalformed,
)
from connector.splynx.codec import decode_id
from connector.splynx.wire import Reply, Request, read_http_date

_WORDS_MAX = 500
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_ACTIONS = {"POST": "add", "PUT": "update", "HEAD": "index", "OPTIONS": "index"}


def judge_read(request: Request, reply: Reply) -> PlatformError | None:
    """The error that an answer to a read stands for; None for an answer we can use."""
    status = reply.status
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return _unreadable(request, reply)
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _unavailable(request, reply)
    if status < HTTPStatus.BAD_REQUEST:
        return _redirected(request, reply)
    if reply.is_page:  # of a proxy, perhaps: it proves nothing, least of all that a record is gone
        return ReplyMalformed(f"{request}: answered {status} with a web page")
    return _declined(request, reply)


def judge_write(request: Request, reply: Reply) -> PlatformError | None:
    """The error that an answer to a write stands for; None when it was certainly carried out.

    A web page never counts as an answer: a proxy may have put it in place of the platform's own
    after the write was carried out. The same holds for every 5xx. A POST needs the new number.
    """
    status = reply.status
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return _unavailable(request, reply)
    if reply.is_page or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return OutcomeUnknown(f"{request}: answered {status}: {words_of(reply)}")
    if status < HTTPStatus.OK or HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return OutcomeUnknown(f"{request}: answered {status}, which this API never does")
    if status < HTTPStatus.MULTIPLE_CHOICES:
        return _unclear(request, reply)
    return _declined(request, reply)


def new_id_of(reply: Reply) -> int | None:
    """The number of the record that a POST created; None when the answer does not tell."""
    try:
        body = reply.parsed()
        return decode_id(body.get("id")) if isinstance(body, dict) else None
    except ValueError:
        return None


def retry_after_of(reply: Reply) -> int | None:
    """Seconds the platform asks us to wait, said as a number or as a date of its own clock."""
    said = reply.headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", said):
        return int(said)
    until, now = read_http_date(said), read_http_date(reply.headers.get("date"))
    if until is None or now is None:
        return None
    return max(0, int((until - now).total_seconds()))


def is_own_401(reply: Reply) -> bool:
    """A 401 in the API's own words: the request was certainly not carried out."""
    return reply.status == HTTPStatus.UNAUTHORIZED and error_code_of(reply) is not None


def error_code_of(reply: Reply) -> str | None:
    """The platform's own code of an error, for example ``EXPIRED_ACCESS_TOKEN``."""
    error = _error_in(reply)
    return str(error.get("internal_code", "")) if error is not None else None


def words_of(reply: Reply) -> str:
    """What the platform says about an error, in any of its known shapes, as one short line."""
    try:
        said = "; ".join(_sentences(reply.parsed()))
    except (ValueError, RecursionError):  # no JSON, or nested beyond all words
        said = "a web page" if reply.is_page else reply.body.decode("utf-8", "replace")
    line = _CONTROL.sub(" ", said).strip()
    return line[:_WORDS_MAX] or "no explanation"


def permission_of(request: Request) -> str:
    """The permission of the API key that a request needs, for example ``finance/invoices: add``."""
    parts = request.path.removeprefix("admin/").split("/")
    controller = "/".join(part for part in parts if not part.isdigit())
    single = parts[-1].isdigit()
    action = _ACTIONS.get(request.method) or ("view" if single else "index")
    return f"{controller}: {action}"


def _sentences(body: object) -> Iterator[str]:
    match body:
        case {"error": {"message": str(message)}}:
            yield message
        case {"field": str(field), "message": message}:
            yield f"{field}: {message}"
        case list():
            for part in body:
                yield from _sentences(part)
        case dict():
            for field, messages in body.items():
                yield f"{field}: {'; '.join(_sentences(messages))}"
        case None:
            return
        case _:
            yield str(body)


def _error_in(reply: Reply) -> dict[str, object] | None:
    try:
        body = reply.parsed()
    except ValueError:
        return None
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, dict) else None


def _unreadable(request: Request, reply: Reply) -> ReplyMalformed | None:
    try:
        reply.parsed()
    except ValueError as problem:
        what = "a web page" if reply.is_page else f"no JSON: {problem}"
        return ReplyMalformed(f"{request}: answered {reply.status} with {what}")
    return None


def _unclear(request: Request, reply: Reply) -> OutcomeUnknown | None:
    if _unreadable(request, reply) is not None:
        return OutcomeUnknown(f"{request}: answered {reply.status} with no JSON")
    if request.method == "POST" and new_id_of(reply) is None:
        return OutcomeUnknown(f"{request}: answered {reply.status} without the new number")
    return None


def _unavailable(request: Request, reply: Reply) -> PlatformUnavailable:
    sentence = f"{request}: answered {reply.status}: {words_of(reply)}"
    return PlatformUnavailable(sentence, retry_after_seconds=retry_after_of(reply))


def _redirected(request: Request, reply: Reply) -> PlatformError:
    return ReplyMalformed(
        f"{request}: answered {reply.status}, a redirection;"
        " platform.base_url must be the address where the platform itself answers"
    )


def _declined(request: Request, reply: Reply) -> PlatformError:
    said = f"{request}: {reply.status}: {words_of(reply)}"
    if reply.status == HTTPStatus.UNAUTHORIZED:
        return PlatformDenied(f"{said}; check platform.key and platform.secret")
    if reply.status == HTTPStatus.FORBIDDEN:
        permission = permission_of(request)
        mend = f"grant the API key {permission}"
        return PlatformDenied(f"{said}; {mend}", permission=permission)
    if reply.status == HTTPStatus.NOT_FOUND and request.method != "POST":
        return RecordMissing(said)
    code = error_code_of(reply) or None
    return PlatformRefused(said, status=reply.status, code=code)
