"""The catalogue of keys: where each may be set, what it expects, and what a misspelt one meant."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Le
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from connector.config.section import Section
from connector.config.settings import Settings

PREFIX = "LINKED_ACCOUNTS_"
_UNIT = re.compile(r"_(seconds|minutes|hours|percent|max)$")
_SIMILAR = 0.6


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """One key of the configuration."""

    dotted: str  #: ``merge.window_hours``; top-level keys have no dot
    info: FieldInfo

    @property
    def name(self) -> str:
        """The key within its section."""
        return self.dotted.rpartition(".")[2]

    @property
    def section(self) -> str:
        """The section's name, empty at the top level."""
        return self.dotted.rpartition(".")[0]

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return PREFIX + self.dotted.replace(".", "__").upper()

    @property
    def credential(self) -> str:
        """The credential file that sets it, if it is a secret."""
        return self.dotted.replace(".", "__")

    @property
    def is_secret(self) -> bool:
        """Whether its value must never be shown."""
        return SecretStr in get_args(self.info.annotation)

    @property
    def unit(self) -> str:
        """The unit its name ends with; empty for counts and words."""
        match = _UNIT.search(self.name)
        return match[1] if match and match[1] != "max" else ""

    @property
    def expects(self) -> str:
        """What to write, in words that finish "use …"."""
        extra = self.info.json_schema_extra
        if isinstance(extra, dict) and "expects" in extra:
            return str(extra["expects"])
        kind = self.info.annotation
        if get_origin(kind) is Literal:
            return _one_of(get_args(kind))
        if isinstance(kind, type) and issubclass(kind, Enum):
            return _one_of(member.value for member in kind)
        if kind is bool:
            return "true or false"
        return f"a whole number from {self.span}"

    @property
    def span(self) -> str:
        """The limits of a whole number, with its unit; empty for anything else."""
        low = [limit.ge for limit in self.info.metadata if isinstance(limit, Ge)]
        high = [limit.le for limit in self.info.metadata if isinstance(limit, Le)]
        if not low or not high or self.info.annotation is not int:
            return ""
        return f"{low[0]} to {high[0]} {self.unit}".rstrip()

    @property
    def words(self) -> tuple[str, ...]:
        """The words to choose from; none where anything else may stand."""
        kind = self.info.annotation
        return get_args(kind) if get_origin(kind) is Literal else ()


def _one_of(words: Any) -> str:
    """The words to choose from, quoted as the file needs them."""
    return "one of " + ", ".join(f'"{word}"' for word in words)


@cache
def sections() -> dict[str, type[Section]]:
    """The sections by name, in the order of the example file."""
    return {
        name: info.annotation
        for name, info in Settings.model_fields.items()
        if isinstance(info.annotation, type) and issubclass(info.annotation, Section)
    }


@cache
def keys() -> dict[str, Key]:
    """Every key by its dotted name, in the order of the example file."""
    top = {name: info for name, info in Settings.model_fields.items() if name not in sections()}
    nested = {
        f"{section}.{name}": info
        for section, model in sections().items()
        for name, info in model.model_fields.items()
    }
    return {dotted: Key(dotted=dotted, info=info) for dotted, info in {**top, **nested}.items()}


def nearest(strange: str) -> str | None:
    """The dotted name of the key or section that a strange one most likely means."""
    plain = _letters(strange)
    for known in (*keys(), *sections()):
        if _letters(known) == plain:
            return known
    section, _, name = strange.rpartition(".")
    here = {dotted: key.name for dotted, key in keys().items() if key.section == section}
    everywhere = {dotted: key.name for dotted, key in keys().items()}
    if not section:
        here |= {known: known for known in sections()}
    return _closest(name, here) or _closest(name, everywhere)


def _letters(text: str) -> str:
    """Only what a slip of separator or case leaves."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _closest(name: str, candidates: dict[str, str]) -> str | None:
    """The candidate whose name, with or without its unit, is most like ``name``."""
    aliases = {_UNIT.sub("", known): dotted for dotted, known in candidates.items()}
    aliases |= {known: dotted for dotted, known in candidates.items()}
    found = difflib.get_close_matches(name.lower(), aliases, n=1, cutoff=_SIMILAR)
    return aliases[found[0]] if found else None
