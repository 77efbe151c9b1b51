"""The documented endpoints and types, read from the JSON files beside this module."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


@dataclass(frozen=True, kw_only=True, slots=True)
class Attribute:
    """One documented attribute; `of` is what an array holds, `words` what it may say."""

    name: str
    kind: str
    of: str = ""
    words: tuple[str, ...] = ()
    required: bool = False
    nullable: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Endpoint:
    """One documented request and its answer; `answer` are the types one row may have."""

    section: str
    method: str
    path: str
    status: int
    query: tuple[str, ...] = ()
    fixed: tuple[tuple[str, str], ...] = ()
    request: str = ""
    media: str = "application/json"
    answer: tuple[str, ...] = ()
    many: bool = False

    @property
    def key(self) -> str:
        """What tells this endpoint from all others."""
        pairs = [f"{name}={value}" for name, value in self.fixed]
        query = "&".join((*self.query, *pairs))
        return f"{self.method} {self.path}{'?' + query if query else ''}"


Shape = Mapping[str, Attribute]


def _endpoint(raw: Mapping[str, Any]) -> Endpoint:
    given: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in raw.items()
    }
    given["fixed"] = tuple(raw.get("fixed", {}).items())
    return Endpoint(**given)


def _attribute(name: str, raw: Mapping[str, Any]) -> Attribute:
    return Attribute(name=name, **{**raw, "words": tuple(raw.get("words", ()))})


def _shapes(raw: Mapping[str, Any]) -> dict[str, Shape]:
    made: dict[str, Shape] = {}

    def shape(name: str) -> Shape:
        if name not in raw:
            return {}
        if name not in made:
            own = {each: _attribute(each, told) for each, told in raw[name]["fields"].items()}
            made[name] = {**shape(raw[name]["base"] or ""), **own}
        return made[name]

    return {name: shape(name) for name in raw}


ENDPOINTS = tuple(map(_endpoint, json.loads((HERE / "endpoints.json").read_text("utf-8"))))
SHAPES: Mapping[str, Shape] = _shapes(json.loads((HERE / "types.json").read_text("utf-8")))
