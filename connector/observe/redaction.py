"""Nothing secret leaves through a log line, whoever wrote it and however it is wrapped.

Three nets, one behind the other: names that stand for secrets, shapes that secrets have in text,
and the secrets of this very installation, word for word. Every expression is linear in its input.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any
from urllib.parse import quote

REDACTED = "[redacted]"
_LONGEST = 8192
_DEEPEST = 12
_SHORTEST_SECRET = 6

_NAMES = re.compile(
    r"authorization|token|signature|secret|passw(?:or)?d|cookie|credential|sess(?:ion)?_?id"
    r"|(?:^|[^a-z])(?:api)?key$",
    re.IGNORECASE,
)
_SHAPES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(auth/tokens/)[^\s?#\"'/]+"), rf"\1{REDACTED}"),
    (re.compile(r"(://)[^/\s@\"']*@"), rf"\1{REDACTED}@"),
    (
        re.compile(
            r"(?i)\b((?:proxy-)?authorization|(?:set-)?cookie)(\\{0,4}[\"']?\s{0,8}[:=])[^\r\n]+"
        ),
        rf"\1\2 {REDACTED}",
    ),
    (re.compile(r"(?i)\b(splynx-ea)\s{0,8}\([^)]*\)?"), rf"\1 ({REDACTED})"),
    (re.compile(r"(?i)\b(basic|bearer)\s{1,8}[\w+/=.~-]{12,}"), rf"\1 {REDACTED}"),
    # name=value and "name": "value"; a plain "name: value" only for names that prose seldom uses.
    (
        re.compile(
            r"(?i)(?<![\w.-])"
            r"([\w.-]*(?:token|signature|secret|passw(?:or)?d|key|sess(?:ion)?_?id|phpsessid))"
            r"(\\{0,4}[\"']?\s{0,8}=\s{0,8}|\\{0,4}[\"']\s{0,8}:\s{0,8})"
            r"(?:[bu]?\\{0,4}\"[^\"]*\"?|[bu]?\\{0,4}'[^']*'?|[^\s&,;)\]}\"']+)"
        ),
        rf"\1\2{REDACTED}",
    ),
    (
        re.compile(r"(?i)(?<![\w.-])([\w-]*(?:token|signature|secret|passw(?:or)?d)):\s{1,8}\S+"),
        rf"\1: {REDACTED}",
    ),
    (re.compile(r"(?<![\w.+-])([\w+-])[\w.+-]*(?:@|%40)((?:[\w-]+\.)+[\w-]+)"), r"\1***@\2"),
)


class Redaction:
    """A structlog processor: the event's values as plain, harmless ones."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        # The longest first: a secret may contain another one.
        long_enough = [one for one in secrets if len(one) >= _SHORTEST_SECRET]
        known = {*long_enough, *(quote(one, safe="") for one in long_enough)}
        self._known = sorted(known, key=len, reverse=True)

    def __call__(
        self, logger: Any, method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        """Scrub one event; the last step before it is rendered."""
        del logger, method
        return {self.scrub(str(name)): self._value(name, value) for name, value in event.items()}

    def scrub(self, text: str) -> str:
        """A text without secrets, and with e-mail addresses masked."""
        # Known secrets go first: cutting one in two would hide it from this net.
        for secret in self._known:
            text = text.replace(secret, REDACTED)
        if len(text) > _LONGEST:
            text = text[:_LONGEST] + "…"
        for shape, harmless in _SHAPES:
            text = shape.sub(harmless, text)
        return text

    def _value(self, name: object, value: Any, depth: int = 0) -> Any:
        """A value under its name, which alone may give it away."""
        if _NAMES.search(str(name)) and value is not None:
            return REDACTED
        return self._plain(value, depth)

    def _plain(self, value: Any, depth: int) -> Any:
        """Plain data all the way down, so that a renderer never asks an object for its text."""
        if value is None or isinstance(value, bool | int | float):
            return value
        if depth >= _DEEPEST:
            return "…"
        if isinstance(value, Mapping):
            return {
                self.scrub(str(name)): self._value(name, one, depth + 1)
                for name, one in value.items()
            }
        if isinstance(value, list | tuple | set | frozenset):
            return [self._plain(one, depth + 1) for one in value]
        return self.scrub(_words(value))


def _words(value: object) -> str:
    """An object as text; bytes are decoded, as escapes would hide the shape of what is in them."""
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)
