"""Holds a mapping against what the code needs; finds all problems at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum

from connector.splynx import needs
from connector.splynx.codec import Codec, shown

_TARGET = re.compile(r"(GET|HEAD|OPTIONS|POST|PUT) (admin(?:/[a-z0-9_{}-]+)+)")
_TABLES = ("platform", "capabilities", "resources", "fields", "vocabulary")
_PLATFORM = ("product", "release", "api", "evidence")


def find_problems(tables: dict[str, object], release: str) -> list[str]:
    """Everything that is wrong with a mapping, each in one line; empty when it is complete."""
    return [
        *_wrong_names("", tables, _TABLES),
        *_platform_problems(_sub(tables, "platform"), release),
        *_capability_problems(_sub(tables, "capabilities")),
        *_route_problems(_sub(tables, "resources")),
        *_field_problems(_sub(tables, "fields"), _held(tables)),
        *_vocabulary_problems(_sub(tables, "vocabulary"), _held(tables)),
    ]


def _platform_problems(table: dict[str, object], release: str) -> Iterator[str]:
    yield from _wrong_names("platform", table, _PLATFORM)
    for name in _PLATFORM:
        if name in table and not isinstance(table[name], str):
            yield f"platform.{name} must be text, not {shown(table[name])}"
    if isinstance(table.get("release"), str) and table["release"] != release:
        yield f"platform.release is {table['release']}, but the file is for {release}"


def _capability_problems(table: dict[str, object]) -> Iterator[str]:
    yield from _wrong_names("capabilities", table, needs.CAPABILITIES)
    for name, value in table.items():
        if not isinstance(value, bool):
            yield f"capabilities.{name} must be true or false, not {shown(value)}"


def _route_problems(table: dict[str, object]) -> Iterator[str]:
    yield from _wrong_names("resources", table, needs.ROUTES)
    for resource, wanted in needs.ROUTES.items():
        routes = _sub(table, resource)
        if resource in table:
            yield from _wrong_names(f"resources.{resource}", routes, wanted)
        for name in wanted.keys() & routes.keys():
            where = f"resources.{resource}.{name}"
            yield from _target_problems(where, routes[name], name, wanted[name])


def _target_problems(where: str, target: object, name: str, method: str) -> Iterator[str]:
    match = _TARGET.fullmatch(target) if isinstance(target, str) else None
    if match is None:
        yield f'{where} must be "{method} admin/…", not {shown(target)}'
    elif match[1] != method:
        yield f"{where} must use {method}, not {match[1]}"
    elif match[2].count("{") != (name in needs.WITH_ID) or "{" in match[2].replace("{id}", ""):
        yield f"{where} must {'end in' if name in needs.WITH_ID else 'not contain'} {{id}}"


def _field_problems(table: dict[str, object], held: frozenset[str]) -> Iterator[str]:
    yield from _wrong_names("fields", table, needs.FIELDS)
    for record, known in needs.FIELDS.items():
        wanted = [name for name in known if _exists(f"{record}.{name}", held)]
        fields = _sub(table, record)
        if record in table:
            yield from _wrong_names(f"fields.{record}", fields, wanted)
        for name in wanted:
            if name in fields:
                yield from _spec_problems(record, name, fields[name], known[name])


def _spec_problems(record: str, name: str, spec: object, codec: Codec) -> Iterator[str]:
    where = f"fields.{record}.{name}"
    if not isinstance(spec, dict):
        yield f"{where} must be a table with at and codec, not {shown(spec)}"
        return
    wanted = ("at", "codec", "vocabulary") if codec is Codec.WORD else ("at", "codec")
    yield from _wrong_names(where, spec, wanted)
    at, said = spec.get("at", "-"), spec.get("codec", codec)
    if not isinstance(at, str) or not at:
        yield f"{where}.at must be the platform's name of the field, not {shown(at)}"
    if said not in list(Codec):
        yield f"{where}.codec: unknown codec {shown(said)}; there are {', '.join(Codec)}"
    elif said != codec:
        yield f"{where}.codec must be {codec}, not {said}"
    vocabulary = needs.WORDS_OF.get(f"{record}.{name}")
    if vocabulary and spec.get("vocabulary", vocabulary) != vocabulary:
        yield f"{where}.vocabulary must be {vocabulary}, not {shown(spec['vocabulary'])}"


def _vocabulary_problems(table: dict[str, object], held: frozenset[str]) -> Iterator[str]:
    wanted = [name for name in needs.VOCABULARIES if _exists(f"vocabulary.{name}", held)]
    yield from _wrong_names("vocabulary", table, wanted)
    for name in wanted:
        if name in table:
            yield from _word_problems(name, _sub(table, name), needs.VOCABULARIES[name])


def _word_problems(name: str, words: dict[str, object], ours: type[StrEnum]) -> Iterator[str]:
    said = list(words.values())
    for theirs, word in words.items():
        if word not in list(ours):
            yield f"vocabulary.{name}.{theirs}: we have no word {shown(word)}"
    for word in ours:
        if said.count(word) != 1:
            yield f"vocabulary.{name} must have our word {word} exactly once"


def _exists(name: str, held: frozenset[str]) -> bool:
    capability = needs.ONLY_WITH.get(name)
    return capability is None or capability in held


def _held(tables: dict[str, object]) -> frozenset[str]:
    said = _sub(tables, "capabilities")
    return frozenset(name for name, value in said.items() if value is True)


def _wrong_names(where: str, table: dict[str, object], wanted: Iterable[str]) -> Iterator[str]:
    prefix = f"{where}." if where else ""
    known = list(wanted)
    yield from (f"{prefix}{name} is missing" for name in known if name not in table)
    yield from (f"{prefix}{name} is not known here" for name in table if name not in known)


def _sub(table: dict[str, object], name: str) -> dict[str, object]:
    value = table.get(name)
    return value if isinstance(value, dict) else {}
