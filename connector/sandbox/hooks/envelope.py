"""The body of a hook's message, as JSON or as a form, and its signature."""

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from connector.sandbox.hooks.outbox import FORM, Hook
from connector.sandbox.wire.codec import wire_map
from connector.sandbox.wire.json_text import dump

SIGNATURE = "X-Splynx-Signature"


@dataclass(frozen=True, kw_only=True, slots=True)
class Happening:
    """Something that happened to one row; `changed` has the values before it."""

    model: str
    action: str
    customer_id: int
    attributes: Mapping[str, object]
    additional: Mapping[str, object]
    changed: Mapping[str, object] | None = None
    source: str = "system"
    administrator_id: int = 0
    at: datetime


def ping_body(hook: Hook) -> bytes:
    """What a hook is sent when it is registered."""
    return _written(hook, {"type": "ping"})


def event_body(hook: Hook, event: Happening) -> bytes:
    """What a hook is sent of an event; the platform's own fields in its own order."""
    data: dict[str, object] = {
        "source": event.source,
        "model": event.model,
        "action": event.action,
        "date": event.at.date().isoformat(),
        "time": event.at.strftime("%H:%M:%S"),
        "administrator_id": str(event.administrator_id) if event.administrator_id else None,
        "customer_id": str(event.customer_id),
        "result": "success",
        "attributes": dict(event.attributes),
        "attributes_additional": wire_map(dict(event.additional)),
        "changed_attributes": None if event.changed is None else dict(event.changed),
        "extra": None,
        "errors": None,
        "ip": None if event.source == "system" else "127.0.0.1",
        "hook_id": hook.id,
    }
    return _written(hook, {"type": "event", "call": "", "data": data})


def signature(secret: str, body: bytes) -> str:
    """The HMAC of the raw body, in lower-case hex."""
    return hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()


def headers_of(hook: Hook, body: bytes) -> dict[str, str]:
    """The headers a message goes out with."""
    return {"Content-Type": hook.content_type, SIGNATURE: signature(hook.secret, body)}


def _written(hook: Hook, message: Mapping[str, object]) -> bytes:
    if hook.content_type == FORM:
        return urlencode(list(_pairs("", message))).encode()
    return dump(message).encode()


def _pairs(prefix: str, value: object) -> Iterator[tuple[str, str]]:
    """Name and text of every scalar, nested as PHP nests them; null and empty lists are left out."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _pairs(f"{prefix}[{name}]" if prefix else str(name), inner)
    elif value is not None and not isinstance(value, list):
        yield prefix, str(value)
