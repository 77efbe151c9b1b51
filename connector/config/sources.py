"""Where settings come from: the environment, systemd's credentials, and the TOML file.

A source never raises for what it finds: it hands over what it could read, and its problems.
"""

from __future__ import annotations

import os
import re
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from connector.config.keys import PREFIX, keys, nearest, sections

DEFAULT_PATH = Path("/etc/linked-accounts/config.toml")
CONFIG_VARIABLE = "LINKED_ACCOUNTS_CONFIG"


@dataclass(frozen=True, kw_only=True, slots=True)
class Layer:
    """What one source says: values as nested tables, where each came from, and what is wrong."""

    values: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    readable: bool = True  #: False when nobody can say what it would have set


def _nested(found: Mapping[str, Any]) -> dict[str, Any]:
    """Dotted names become tables."""
    values: dict[str, Any] = {}
    for dotted, value in found.items():
        section, _, name = dotted.rpartition(".")
        table = values.setdefault(section, {}) if section else values
        table[name] = value
    return values


def read_environment(environ: Mapping[str, str]) -> Layer:
    """Variables ``LINKED_ACCOUNTS_…``; an empty one counts as not set."""
    known = {key.variable: key.dotted for key in keys().values()}
    ours = {name: text for name, text in environ.items() if name.startswith(PREFIX)}
    found = {known[name]: text for name, text in ours.items() if name in known and text}
    return Layer(
        values=_nested(found),
        origins={dotted: keys()[dotted].variable for dotted in found},
        problems=tuple(
            _unknown_variable(name)
            for name in sorted(ours)
            if name not in known and name != CONFIG_VARIABLE
        ),
    )


def _unknown_variable(name: str) -> str:
    """A variable that sets nothing, and the one probably meant."""
    guess = nearest(name.removeprefix(PREFIX).lower().replace("__", "."))
    if guess in sections():
        return f"{name}: unknown variable; write {PREFIX}{guess.upper()}__ and the key's name"
    if guess is None:
        return f"{name}: unknown variable; remove it"
    return f"{name}: unknown variable; did you mean {keys()[guess].variable}?"


def read_credentials(environ: Mapping[str, str]) -> Layer:
    """Secrets from the files systemd puts into ``$CREDENTIALS_DIRECTORY``."""
    folder = environ.get("CREDENTIALS_DIRECTORY")
    if not folder:
        return Layer()
    found: dict[str, str] = {}
    problems: list[str] = []
    for key in (key for key in keys().values() if key.is_secret):
        path = Path(folder, key.credential)
        try:
            text = path.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            continue
        except (OSError, UnicodeDecodeError) as error:
            problems.append(f"{key.dotted}: credential {path} cannot be read; {_why(error)}")
            continue
        if text:
            found[key.dotted] = text
        else:
            problems.append(f"{key.dotted}: credential {path} is empty; write the {key.name} in it")
    origins = {dotted: f"credential {keys()[dotted].credential}" for dotted in found}
    return Layer(values=_nested(found), origins=origins, problems=tuple(problems))


def read_file(path: Path, *, required: bool) -> Layer:
    """The TOML file; one that was not asked for may be absent."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            text = file.read().decode("utf-8-sig")
        # Amounts must not pass through binary fractions, so no number of the file does.
        values = tomllib.loads(text, parse_float=Decimal)
    except FileNotFoundError:
        if not required:
            return Layer()
        return _unreadable(f"{path}: no such file; `linked-accounts config init` writes an example")
    except OSError as error:
        return _unreadable(f"{path}: cannot be read; {_why(error)}")
    except UnicodeDecodeError as error:
        return _unreadable(f"{path}: byte {error.start + 1} is not UTF-8; save the file as UTF-8")
    except ValueError as error:  # bad syntax, or a number beyond all measure
        return _unreadable(_syntax(path, str(error), text))
    return _file_layer(path, values, mode)


def _unreadable(problem: str) -> Layer:
    """A file of which nothing is known but that it is wrong."""
    return Layer(problems=(problem,), readable=False)


def _file_layer(path: Path, values: dict[str, Any], mode: int) -> Layer:
    """Judge what the file holds before the values themselves are checked."""
    misshapen = [name for name in sections() if not isinstance(values.get(name, {}), dict)]
    problems = [f"{name}: must be a section; begin it with a line [{name}]" for name in misshapen]
    tables = {name: value for name, value in values.items() if name not in misshapen}
    origins = {
        dotted: str(path)
        for dotted, key in keys().items()
        if key.name in (tables.get(key.section, {}) if key.section else tables)
    }
    exposed = [dotted for dotted in origins if keys()[dotted].is_secret and _is_shared(mode)]
    problems += [
        f"{dotted}: is in {path}, which others may read; give it as the credential"
        f" {keys()[dotted].credential}, or `chmod 600 {path}`"
        for dotted in exposed
    ]
    return Layer(values=tables, origins=origins, problems=tuple(problems))


def _is_shared(mode: int) -> bool:
    """Whether anybody but the owner may read."""
    return bool(mode & (stat.S_IRGRP | stat.S_IROTH))


def _syntax(path: Path, words: str, text: str) -> str:
    """A syntax error with its line, wherever the parser put it."""
    spot = re.search(r" \(at line (\d+), column (\d+)\)", words)
    if spot is None:
        line = text.count("\n") + 1
        return f"{path}: line {line}: {words.partition(' (at ')[0]}; the file ends too early"
    return f"{path}: line {spot[1]}, column {spot[2]}: {words[: spot.start()]}"


def _why(error: OSError | UnicodeDecodeError) -> str:
    """The system's reason, without repeating the path."""
    return (error.strerror or str(error)) if isinstance(error, OSError) else "it is not UTF-8"
