"""One event, one line: text for people that no value can forge."""

from __future__ import annotations

import json
from collections.abc import MutableMapping
from typing import Any

_FIRST = ("timestamp", "level", "event", "logger")


def put_first(logger: Any, method: str, event: MutableMapping[str, Any]) -> dict[str, Any]:
    """A structlog processor: what every line has stands in front, where the eye begins."""
    del logger, method
    rest = {name: value for name, value in event.items() if name not in _FIRST}
    return {name: event[name] for name in _FIRST if name in event} | rest


def render_text(logger: Any, method: str, event: MutableMapping[str, Any]) -> str:
    """A structlog renderer: time, level, event, then the details as ``name=value``."""
    del logger, method
    rest = {name: value for name, value in event.items() if name not in _FIRST}
    failures = rest.pop("exception", None)
    details = [f"{one_line(name)}={_shown(value)}" for name, value in rest.items()]
    if failures is not None:
        details.append(f"exception={_shown(_failure(failures))}")
    moment, level, what = (one_line(str(event.get(name, "-"))) for name in _FIRST[:3])
    return " ".join([moment, f"{level:<7}", what, *details])


def one_line(text: str) -> str:
    """Escape whatever could end a line, move the cursor, or turn the reading direction."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape", "surrogatepass").decode()
        for char in text
    )


def _shown(value: Any) -> str:
    """A detail; quoted where spaces would blur where it ends."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and (not text or set(text) & set(' ="\\')):
        text = json.dumps(text, ensure_ascii=False)
    return one_line(text)


def _failure(failures: Any) -> str:
    """A chain of exceptions in short: each with its words and the place it was raised."""
    if not isinstance(failures, list):
        return str(failures)
    told = []
    for failure in failures:
        frames = failure.get("frames") or [{}]
        last = frames[-1]
        place = f" ({last['filename']}:{last['lineno']} in {last['name']})" if last else ""
        told.append(f"{failure.get('exc_type')}: {failure.get('exc_value')}{place}")
    return " < ".join(told)
