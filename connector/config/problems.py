"""Problems as sentences: the key, what is there (never a secret), and what to write instead."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from connector.config.keys import Key, keys, nearest, sections

MASK = "**********"
_SHOWN_MAX = 80


def problems_of(error: ValidationError, origins: Mapping[str, str]) -> list[str]:
    """One sentence per key that is wrong; ``origins`` says where each key was set."""
    found: dict[str, str] = {}
    for detail in error.errors(include_url=False):
        path = [str(part) for part in detail["loc"]]
        dotted = ".".join(path if detail["type"] == "extra_forbidden" else path[:2])
        found.setdefault(dotted, _sentence(dotted, detail, origins))
    return list(found.values())


def _sentence(dotted: str, detail: ErrorDetails, origins: Mapping[str, str]) -> str:
    """What is wrong with one key."""
    if detail["type"] == "extra_forbidden":
        return unknown(dotted)
    key = keys()[dotted]
    if detail["type"] == "missing":
        return missing(key)
    where = f" (from {origins[dotted]})" if dotted in origins else ""
    return f"{dotted}: {shown(key, detail['input'])} does not fit; {_mend(key, detail)}{where}"


def _mend(key: Key, detail: ErrorDetails) -> str:
    """What to write instead: our own check's words, else what the key expects."""
    if detail["type"] == "value_error":
        return str(detail["ctx"]["error"])
    return f"use {key.expects}"


def unknown(dotted: str) -> str:
    """A key that does not exist, and the one probably meant. Its value is not shown: who knows."""
    guess = nearest(dotted)
    if guess is None:
        return f"{dotted}: unknown key; remove it"
    name = f"[{guess}]" if guess in sections() else guess
    return f"{dotted}: unknown key; did you mean {name}?"


def missing(key: Key) -> str:
    """A key that must be set, and where it can be."""
    if not key.is_secret:
        return f"{key.dotted}: missing; set it in the file, or in {key.variable}"
    return (
        f"{key.dotted}: missing; give it as the credential {key.credential}"
        f" (LoadCredential= of the unit), or in {key.variable}"
    )


def shown(key: Key, value: Any) -> str:
    """A value as it may be printed: short, on one line, without anything secret."""
    if key.is_secret:
        return MASK
    text = str(value) if isinstance(value, Decimal) else json.dumps(value, default=str)
    text = re.sub(r"://[^/\s]*@", f"://{MASK}@", text)
    return text if len(text) <= _SHOWN_MAX else text[:_SHOWN_MAX] + "…"
