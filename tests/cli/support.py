"""A site: a sandbox, the environment that points to it, and a way to run commands there."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from connector.cli.app import main
from connector.sandbox.server import RunningSandbox

PREFIX = "LINKED_ACCOUNTS_"


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What one command came to."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """The one JSON document on standard output."""
        found = json.loads(self.out)
        assert isinstance(found, dict)
        assert found["schema_version"] == 1
        return found


@dataclass(frozen=True, kw_only=True, slots=True)
class Shell:
    """A shell: an environment, a directory, and what was printed."""

    folder: Path
    environment: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def set(self, **variables: str) -> None:
        """Set settings by their environment variables, named without our prefix."""
        for name, value in variables.items():
            self.environment.setenv(PREFIX + name, value)

    def run(self, *words: str) -> Result:
        """Run one command line in this process."""
        self.capsys.readouterr()
        code = main(list(words))
        printed = self.capsys.readouterr()
        return Result(code=code, out=printed.out, err=printed.err)

    def write(self, name: str, text: str) -> str:
        """Write a file; its path."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def count(self, table: str) -> int:
        """Rows of one of our tables."""
        with sqlite3.connect(self.folder / "state.sqlite3") as store:
            found = store.execute(f"select count(*) from {table}").fetchone()  # noqa: S608 - ours
        store.close()
        return int(found[0])


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """A shell that is set up for a sandbox with one family of three sub-accounts."""

    box: RunningSandbox
    shell: Shell

    def run(self, *words: str) -> Result:
        """Run one command line in this process."""
        return self.shell.run(*words)

    def control(self, method: str, path: str, **body: object) -> Any:
        """Something only the sandbox can do."""
        return self.box.control(method, path, body or None)

    def link_all(self) -> None:
        """Make the links that the sandbox intends."""
        links = self.shell.write("links.csv", str(self.control("GET", "links.csv")))
        assert self.run("links", "import", links).code == 0
