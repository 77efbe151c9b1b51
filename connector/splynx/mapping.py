"""Mappings: one complete TOML file for each release, naming what the platform calls things.

The files come with the package (``connector/_mappings``), stand in the repository's
``mappings/`` during development, or lie in a directory that the operator names.
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import connector
from connector.errors import SetupError
from connector.splynx.codec import Codec
from connector.splynx.mapping_checks import find_problems

Table = dict[str, object]

SMALLEST = "4.3"
"""The mapping that every known release understands; used where the release is not known."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """Where one field is, and how it is spelt."""

    name: str
    at: str
    codec: Codec
    words: dict[str, str]  #: platform word to ours; empty unless the codec is ``word``


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """One way to a resource: verb and path, with ``{id}`` where a record's number goes."""

    method: str
    path: str

    def to(self, record_id: int) -> Route:
        """The way to one record."""
        return Route(method=self.method, path=self.path.replace("{id}", str(record_id)))


@dataclass(frozen=True, kw_only=True, slots=True)
class PlatformMapping:
    """One mapping, checked completely when it was loaded."""

    release: str
    capabilities: dict[str, bool]
    routes: dict[str, dict[str, Route]]
    fields: dict[str, dict[str, Field]]
    sha256: str  #: of the file's bytes; recorded with what was decided under it
    text: str  #: the file as it is, for people

    def route(self, resource: str, name: str) -> Route:
        """One route of a resource."""
        return self.routes[resource][name]

    def at(self, record: str, name: str) -> str:
        """What the platform calls a field."""
        return self.fields[record][name].at


def mappings_home(mappings_dir: Path | None = None) -> Path:
    """The directory with the mappings of this platform."""
    if mappings_dir is not None:
        return mappings_dir / "splynx"
    package = Path(connector.__file__).parent
    installed = package / "_mappings"
    return (installed if installed.is_dir() else package.parent / "mappings") / "splynx"


def available_releases(mappings_dir: Path | None = None) -> tuple[str, ...]:
    """Releases for which there is a mapping, in order."""
    home = mappings_home(mappings_dir)
    return tuple(sorted(file.stem for file in home.glob("*.toml")))


def load_mapping(release: str, mappings_dir: Path | None = None) -> PlatformMapping:
    """Load and check one mapping.

    Raises:
        SetupError: it is not there, is no TOML, or does not fit the code; names every problem.
    """
    file = mappings_home(mappings_dir) / f"{release}.toml"
    try:
        raw = file.read_bytes()
    except OSError as error:
        known = ", ".join(available_releases(mappings_dir)) or "none"
        raise SetupError([f"{file}: {error.strerror}; there are mappings for: {known}"]) from None
    return parse_mapping(raw, release=release, origin=str(file))


@lru_cache(maxsize=16)
def parse_mapping(raw: bytes, *, release: str, origin: str) -> PlatformMapping:
    """Check the bytes of a mapping file and take it apart; once for the same bytes.

    Raises:
        SetupError: names every problem, each with ``origin`` in front.
    """
    try:
        text = raw.decode()
        tables = tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SetupError([f"{origin}: no valid TOML: {error}"]) from None
    problems = find_problems(tables, release)
    if problems:
        raise SetupError([f"{origin}: {problem}" for problem in problems])
    words = _texts_by_name(tables["vocabulary"])
    return PlatformMapping(
        release=release,
        capabilities={name: bool(held) for name, held in _table(tables["capabilities"]).items()},
        routes={
            resource: {name: _route(target) for name, target in routes.items()}
            for resource, routes in _texts_by_name(tables["resources"]).items()
        },
        fields={
            record: {
                name: _field(name, _texts(spec), words) for name, spec in _table(fields).items()
            }
            for record, fields in _table(tables["fields"]).items()
        },
        sha256=hashlib.sha256(raw).hexdigest(),
        text=text,
    )


def _field(name: str, spec: dict[str, str], vocabularies: dict[str, dict[str, str]]) -> Field:
    words = vocabularies[spec["vocabulary"]] if "vocabulary" in spec else {}
    return Field(name=name, at=spec["at"], codec=Codec(spec["codec"]), words=words)


def _route(target: str) -> Route:
    method, path = target.split(" ", 1)
    return Route(method=method, path=path)


def _table(value: object) -> Table:
    return value if isinstance(value, dict) else {}


def _texts(value: object) -> dict[str, str]:
    return {name: str(text) for name, text in _table(value).items()}


def _texts_by_name(value: object) -> dict[str, dict[str, str]]:
    return {name: _texts(texts) for name, texts in _table(value).items()}
