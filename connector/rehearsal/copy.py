"""A copy of what concerns the families, and the file it may be kept in: one JSON value per line."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from connector.errors import ConnectorError
from connector.rehearsal.kinds import KINDS, Json
from connector.sandbox.wire.json_text import dump, load

FORMAT = 1
NAME = "linked-accounts-copy"


@dataclass(frozen=True, kw_only=True, slots=True)
class Last:
    """The highest number of a kind on the whole platform, and the count in that document's name."""

    id: int
    counter: int = 0


@dataclass(kw_only=True, slots=True)
class Copy:
    """Records as the platform answers them, and the tables of our store."""

    at: datetime  #: the platform's time, aware
    zone: str
    release: str
    masked: bool = False
    since: date  #: older documents are only there if still open
    requests: int = 0  #: that were needed to make it
    warnings: list[str] = field(default_factory=list)
    last: dict[str, Last] = field(default_factory=dict)
    rows: dict[str, list[Json]] = field(default_factory=dict)
    store: dict[str, list[Json]] = field(default_factory=dict)
    proposed: list[Json] = field(default_factory=list)  #: links to be made before the month

    def of(self, kind: str) -> list[Json]:
        """The records of one kind."""
        return self.rows.get(kind, [])


def save_copy(copy: Copy, path: Path) -> None:
    """Write a copy where only its owner may read it; an existing file is replaced.

    Raises:
        ConnectorError: it cannot be written.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            os.fchmod(descriptor, 0o600)  # an existing file keeps the mode it had
            for line in _lines(copy):
                file.write(f"{dump(line)}\n")
    except OSError as error:
        raise ConnectorError(f"{path} cannot be written; {error.strerror}") from error


def load_copy(path: Path) -> Copy:
    """Read a copy back.

    Raises:
        ConnectorError: it cannot be read, or is no copy of this version.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ConnectorError(f"{path} cannot be read; {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConnectorError(f"{path} is no copy that `rehearse --save` made") from error
    try:
        return _parsed([load(line) for line in lines])
    except (ValueError, KeyError, TypeError, IndexError) as error:
        sentence = f"{path} is no copy that this version's `rehearse --save` made"
        raise ConnectorError(sentence) from error


def _lines(copy: Copy) -> Iterator[Json]:
    yield {
        "what": NAME,
        "format": FORMAT,
        "at": copy.at.isoformat(),
        "zone": copy.zone,
        "release": copy.release,
        "masked": copy.masked,
        "since": copy.since.isoformat(),
        "requests": copy.requests,
        "warnings": copy.warnings,
        "last": {name: [last.id, last.counter] for name, last in copy.last.items()},
    }
    for kind in KINDS:
        for row in copy.of(kind.name):
            yield {"kind": kind.name, "row": row}
    for table, rows in copy.store.items():
        for row in rows:
            yield {"table": table, "row": row}
    for row in copy.proposed:
        yield {"link": row}


def _parsed(lines: list[object]) -> Copy:
    head = _object(lines[0])
    if head["what"] != NAME or head["format"] != FORMAT:
        raise ValueError("another format")
    copy = Copy(
        at=datetime.fromisoformat(str(head["at"])),
        zone=str(head["zone"]),
        release=str(head["release"]),
        masked=bool(head["masked"]),
        since=date.fromisoformat(str(head["since"])),
        requests=int(str(head["requests"])),
        warnings=[str(text) for text in _list(head["warnings"])],
    )
    for name, pair in _object(head["last"]).items():
        number, counter = _list(pair)
        copy.last[name] = Last(id=int(str(number)), counter=int(str(counter)))
    for line in map(_object, lines[1:]):
        if "link" in line:
            copy.proposed.append(_object(line["link"]))
            continue
        home = copy.rows if "kind" in line else copy.store
        name = str(line["kind"] if "kind" in line else line["table"])
        home.setdefault(name, []).append(_object(line["row"]))
    return copy


def _object(value: object) -> Json:
    if not isinstance(value, dict):
        raise TypeError("not an object")
    return value


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError("not a list")
    return value
