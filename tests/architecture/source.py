"""The project's own source, parsed: what the tests of the house look at."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

ROOT = Path(__file__).parents[2]
GENERATED = ROOT / "connector" / "store" / "migrations" / "versions"
Definition: TypeAlias = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """One Python file."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """Where it is, for a message."""
        return str(self.path.relative_to(ROOT))

    def definitions(self) -> Iterator[Definition]:
        """Every class and function in it, nested ones included."""
        for node in ast.walk(self.tree):
            if isinstance(node, Definition):
                yield node


def sources(*folders: str) -> Iterator[Source]:
    """Every file below these folders, without schema migrations, which are never edited."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if GENERATED not in path.parents:
                text = path.read_text(encoding="utf-8")
                yield Source(path=path, text=text, tree=ast.parse(text, str(path)))
