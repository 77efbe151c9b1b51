"""What can be wrong with an answer, drawn from a seed: in its bytes, its form, its rows, its fields."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

Rows = list[dict[str, Any]]

STRANGE: tuple[str, ...] = (
    "null", "true", "false", "0", "1", "-1", "-0", "0.1", "0.30000000000000004", "1e3", "1E-7",
    "1e400", "1e-400", "1e99999999999999999999", "NaN", "-Infinity", "9" * 30, "9" * 5000,
    "0.00001", "12345678901234567890.12345", "999999999999.9999", "1e12",
    '""', '" "', '"0"', '"1"', '"-1"', '"0x10"', '"1e3"', '"1,000.00"', '"10.00 "', '"+5"', '"٣"',
    '"NaN"', '"Infinity"', '"true"', '"null"', '"None"', '"12.34567"', '"00012"', '"1_000"',
    '"0000-00-00"', '"0000-00-00 00:00:00"', '"2026-02-31"', '"2026-13-01"', '"31.02.2026"',
    '"2026-02-01T00:00:00Z"', '"2026-2-1"', '"9999-12-31"', '"0001-01-01"', '"2026-02-01 25:61:00"',
    '"2026-02-30 10:00:00"', '"24:00:00"', '"1769900400"', '"\\ud800"', '"\\u0000"', '"\\u202e"',
    '"=1+1"', '"<b>x</b>"', '"LA1:AAAAAAAAAAAAAAAAAAAA:1:0000"', '"paid"', '"not_paid"', '"deleted"',
    '"active"', '"blocked"', "[]", "{}", "[[]]", '{"id":1}', '[{"id":1}]', '{"error":{}}',
)  # fmt: skip
"""JSON texts of values that do not belong there, or nearly do."""

DEPTHS = (5, 50, 300, 900, 970, 995, 5000)
HTML = b"<!DOCTYPE html><html><body>Please log in</body></html>"


_NUMBER = "\ue001"
_KEPT = re.compile(r'"\\ue001([^"\\]+)\\ue001"')


def parsed(body: bytes) -> Any:
    """A body whose decimal numbers keep their text."""
    text = body.strip() or b"null"
    return json.loads(text, parse_float=lambda number: f"{_NUMBER}{number}{_NUMBER}")


def dumped(value: object) -> bytes:
    """The inverse of :func:`parsed`, to the last digit."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=True)
    return _KEPT.sub(r"\1", text).encode()


def mutate(dice: Random, body: bytes) -> tuple[str, bytes]:
    """A name of what was done, and the body after it."""
    name = dice.choice(NAMES)
    return name, MUTATIONS[name](dice, body)


def _flipped(dice: Random, body: bytes) -> bytes:
    found = bytearray(body)
    for _ in range(dice.choice((1, 1, 1, 2, 8))):
        if found:
            found[dice.randrange(len(found))] ^= 1 << dice.randrange(8)
    return bytes(found)


def _cut(dice: Random, body: bytes) -> bytes:
    return body[: dice.randrange(len(body) + 1)]


def _torn(dice: Random, body: bytes) -> bytes:
    """A piece in the middle is lost, or comes twice."""
    start, end = sorted(dice.randrange(len(body) + 1) for _ in range(2))
    middle = body[start:end]
    return body[:start] + dice.choice((b"", middle * 2)) + body[end:]


def _digit(dice: Random, body: bytes) -> bytes:
    """Another digit somewhere: as well-formed as before."""
    places = [at for at, byte in enumerate(body) if 48 <= byte <= 57]
    if not places:
        return body
    at = dice.choice(places)
    return body[:at] + str(dice.randrange(10)).encode() + body[at + 1 :]


def _bytes_of_no_text(dice: Random, body: bytes) -> bytes:
    at = dice.randrange(len(body) + 1)
    return body[:at] + dice.choice((b"\xff", b"\xc3", b"\xed\xa0\x80", b"\x00")) + body[at:]


def _other_encoding(dice: Random, body: bytes) -> bytes:
    if dice.random() < 0.5:
        return b"\xef\xbb\xbf" + body
    return body.decode("utf-8", "replace").encode(dice.choice(("utf-16", "utf-32-le", "utf-7")))


def _no_answer(dice: Random, body: bytes) -> bytes:
    """Something else instead, or around it."""
    return dice.choice(
        (b"", b" \n", HTML, HTML + body, body + HTML, body * 2, b"null", b"[]", b"{}", b"[null]", b'"x"',
         b"0", b"true", b"[[]]", b'{"error":{"code":500,"message":"x"}}', b"[" + body + b"]", b"1e400",
         b'{"items":' + body + b"}")
    )  # fmt: skip


def _nested(dice: Random, body: bytes) -> bytes:
    """Something very deep in the place of a value, or of everything."""
    depth = dice.choice(DEPTHS)
    if dice.random() < 0.2:
        return b"[" * depth + b"]" * depth
    deep = dice.choice(("[" * depth + "]" * depth, '{"a":' * depth + "1" + "}" * depth))
    return _with_value(dice, body, deep)


def _strange(dice: Random, body: bytes) -> bytes:
    return _with_value(dice, body, dice.choice(STRANGE))


def _missing(dice: Random, body: bytes) -> bytes:
    def drop(row: dict[str, Any], name: str) -> None:
        del row[name]

    return _in_a_row(dice, body, drop)


def _renamed(dice: Random, body: bytes) -> bytes:
    def rename(row: dict[str, Any], name: str) -> None:
        row[dice.choice((name.upper(), f" {name}", f"{name}_", ""))] = row.pop(name)

    return _in_a_row(dice, body, rename)


def _swapped(dice: Random, body: bytes) -> bytes:
    """Two fields have each other's values."""

    def swap(row: dict[str, Any], name: str) -> None:
        other = dice.choice(list(row))
        row[name], row[other] = row[other], row[name]

    return _in_a_row(dice, body, swap)


def _named_twice(dice: Random, body: bytes) -> bytes:
    """A field stands twice, with two values."""
    text = body.decode("utf-8", "replace")
    places = [at for at in range(len(text)) if text.startswith('{"', at)]
    if not places:
        return body
    at = dice.choice(places)
    end = text.find('"', at + 2)
    name = (
        text[at + 2 : end] if dice.random() < 0.3 else dice.choice(("id", "total", "status", "due"))
    )
    return f'{text[: at + 1]}"{name}":{dice.choice(STRANGE)},{text[at + 1 :]}'.encode(
        "utf-8", "surrogatepass"
    )


def _rows_moved(dice: Random, body: bytes) -> bytes:
    """Rows twice, in another order, missing, or none of their kind."""
    rows = parsed(body)
    if not isinstance(rows, list) or not rows:
        return _no_answer(dice, body)
    match dice.randrange(5):
        case 0:
            rows.insert(dice.randrange(len(rows) + 1), dice.choice(rows))
        case 1:
            dice.shuffle(rows)
        case 2:
            rows.pop(dice.randrange(len(rows)))
        case 3:
            rows.insert(dice.randrange(len(rows) + 1), dice.choice((None, 1, "x", [], {}, True)))
        case _:
            return dumped({str(at): row for at, row in enumerate(rows)})
    return dumped(rows)


def _with_value(dice: Random, body: bytes, text: str) -> bytes:
    """A JSON text in the place of a field's value."""
    place = "\ue000here\ue000"

    def put(row: dict[str, Any], name: str) -> None:
        row[name] = place

    changed = _in_a_row(dice, body, put)
    return changed.replace(json.dumps(place).encode(), text.encode(), 1)


def _in_a_row(dice: Random, body: bytes, change: Callable[[dict[str, Any], str], None]) -> bytes:
    """Change one field of one object, at whatever depth."""
    found = parsed(body)
    objects = [each for each in _objects_in(found) if each]
    if not objects:
        return _no_answer(dice, body)
    row = dice.choice(objects)
    change(row, dice.choice(list(row)))
    return dumped(found)


def _objects_in(value: object) -> Rows:
    if isinstance(value, dict):
        return [value, *(row for part in value.values() for row in _objects_in(part))]
    if isinstance(value, list):
        return [row for part in value for row in _objects_in(part)]
    return []


MUTATIONS: Mapping[str, Callable[[Random, bytes], bytes]] = {
    "bits flipped": _flipped,
    "cut off": _cut,
    "torn": _torn,
    "another digit": _digit,
    "bytes of no text": _bytes_of_no_text,
    "another encoding": _other_encoding,
    "no such answer": _no_answer,
    "nested": _nested,
    "a strange value": _strange,
    "a field missing": _missing,
    "a field renamed": _renamed,
    "fields swapped": _swapped,
    "a field named twice": _named_twice,
    "rows moved": _rows_moved,
}
NAMES = (*MUTATIONS, "a strange value", "a strange value", "a strange value")
"""What is drawn from: strange values are the most telling."""
