"""Answers that are not what they should be, each for one kind of fault."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from urllib.parse import parse_qsl, urlencode

from connector.sandbox.api.message import Call, Reply, fault_reply
from connector.sandbox.errors import ApiFault
from connector.sandbox.faults import Fault
from connector.sandbox.wire.json_text import dump, load

LOGIN_PAGE = "<!DOCTYPE html><html><body><form>Log in</form></body></html>"
WAITING_STATUSES = frozenset({429, 503})
_REFUSALS = {
    "token_expired": (401, "EXPIRED_ACCESS_TOKEN", "Access token has expired"),
    "token_banned": (401, "TOKEN_BANNED", "Access token is not valid"),
    "nonce_replayed": (401, "UNAUTHORIZED", "Nonce must increase"),
    "permission_withdrawn": (403, "FORBIDDEN", "You do not have permission for this action"),
}


def instead(fault: Fault, retry_after: Mapping[str, str]) -> Reply:
    """The answer to a request that is not carried out, or in place of its own."""
    refusal = _REFUSALS.get(fault.kind)
    if refusal is not None:
        return fault_reply(ApiFault(*refusal))
    if fault.about.name == "html_XXX":
        page = {"Content-Type": "text/html; charset=utf-8"}
        return Reply(status=fault.status, text=LOGIN_PAGE, headers=page)
    return http_fault(fault.status, retry_after)


def http_fault(status: int, retry_after: Mapping[str, str]) -> Reply:
    """An error of this status; 429 and 503 ask to wait."""
    headers = retry_after if status in WAITING_STATUSES else None
    return fault_reply(ApiFault(status, "SERVER_ERROR", "Fault on order", headers))


def spoilt(fault: Fault, reply: Reply) -> Reply:
    """The platform's own answer with something wrong in it."""
    if fault.kind == "truncated":
        return reply.with_body(reply.text[: len(reply.text) // 2])
    change = _change(fault)
    if change is None or not reply.text:
        return reply
    return reply.with_body(dump(change(load(reply.text))))


def on_wrong_page(fault: Fault, call: Call) -> Call:
    """The request for a page that begins one row too early or too late."""
    step = -1 if fault.kind == "overlap" else 1
    pairs = [
        (name, str(int(value) + step) if name == "offset" else value)
        for name, value in parse_qsl(call.query, keep_blank_values=True)
    ]
    return replace(call, query=urlencode(pairs))


def _change(fault: Fault) -> Callable[[object], object] | None:
    if fault.about.name == "bad_field":
        _, name, raw = fault.kind.split(":", 2)
        return lambda value: _patched(value, name, load(raw))
    if fault.about.name == "wrong_type":
        _, old, new = fault.kind.split(":")
        return lambda value: _retyped(value, old, new)
    return None


def _patched(value: object, name: str, bad: object) -> object:
    if isinstance(value, list):
        return [_patched(row, name, bad) for row in value]
    if isinstance(value, dict):
        return {key: bad if key == name else inner for key, inner in value.items()}
    return value


def _retyped(value: object, old: str, new: str, *, within: bool = False) -> object:
    """A value with everything of one type turned into another; the outermost list or row stays."""
    if within and _type_of(value) == old:
        return _TURNED[new](value)
    if isinstance(value, list):
        inside = within or not all(isinstance(row, dict) for row in value)
        return [_retyped(row, old, new, within=inside) for row in value]
    if isinstance(value, dict):
        return {key: _retyped(each, old, new, within=True) for key, each in value.items()}
    return value


def _type_of(value: object) -> str:
    for name, kinds in _KINDS_OF.items():
        if isinstance(value, kinds):
            return name
    return "null"


def _as_number(value: object) -> object:
    text = str(value)
    return Decimal(text) if text.replace(".", "", 1).isdecimal() else 0


_KINDS_OF: Mapping[str, type | tuple[type, ...]] = {  # a flag is an int to Python: it goes first
    "flag": bool,
    "number": (int, Decimal),
    "text": str,
    "list": list,
    "map": dict,
}
_TURNED: Mapping[str, Callable[[object], object]] = {
    "flag": bool,
    "number": _as_number,
    "text": str,
    "list": lambda value: [value],
    "map": lambda value: {"0": value},
    "null": lambda _value: None,
}
