"""Rules of the house that no linter holds for us; each test lists every breach at once."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.architecture.source import FUNCTIONS, Definition, Source, sources

EXACT = tuple(f"connector/{name}" for name in ("domain", "saga", "splynx", "store", "sandbox"))
"""Where amounts are handled."""

BROAD = {"Exception", "BaseException"}


def test_the_tests_look_at_something() -> None:
    """A moved folder must not turn these tests into empty ones."""
    assert len(list(sources("connector"))) > 50
    assert all(list(sources(folder)) for folder in EXACT)


def test_everything_public_says_what_it_is() -> None:
    """A docstring on each module, each class, and each public function and method."""
    missing = [
        f"{source.name}:{getattr(node, 'lineno', 1)}"
        for source in sources("connector", "tests")
        for node in (source.tree, *_public(source.tree))
        if not ast.get_docstring(node)
    ]
    assert missing == []


def test_no_file_is_long() -> None:
    """Over 300 lines, two things share a room."""
    long = {
        source.name: count
        for source in sources("connector", "tests")
        if (count := len(source.text.splitlines())) > 300
    }
    assert long == {}


def test_no_function_is_long() -> None:
    """Over 60 lines, likewise."""
    long = {
        f"{source.name}:{node.name}": _length(node)
        for source in sources("connector", "tests")
        for node in source.definitions()
        if isinstance(node, FUNCTIONS) and _length(node) > 60
    }
    assert long == {}


def test_no_float_is_made_where_amounts_are() -> None:
    """Not even for a moment: 0.1 plus 0.2 would be a wrong invoice."""
    made = [
        f"{source.name}:{node.lineno}"
        for source in sources(*EXACT)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and _name(node.func) == "float"
    ]
    assert made == []


def test_the_core_has_no_float_at_all() -> None:
    """No literal with a point in the two pure packages."""
    found = [
        f"{source.name}:{node.lineno}"
        for source in sources("connector/domain", "connector/saga")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, float)
    ]
    assert found == []


def test_broad_excepts_are_rare() -> None:
    """At the edges of threads and processes only: four in the whole product."""
    broad = [
        f"{source.name}:{node.lineno}"
        for source in sources("connector")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ExceptHandler) and _is_broad(node)
    ]
    assert len(broad) <= 4, broad


def test_tests_use_fakes_not_mocks() -> None:
    """A fake obeys the protocol; a mock obeys the test."""
    mocked = [
        source.name
        for source in sources("tests")
        for name in _imported(source)
        if name.startswith(("unittest.mock", "mock", "pytest_mock"))
    ]
    assert mocked == []


def test_the_core_knows_no_clock_file_or_network() -> None:
    """What is decided depends on what was read, and on nothing else."""
    forbidden = {"io", "logging", "os", "pathlib", "random", "socket", "threading", "time", "uuid"}
    used = [
        f"{source.name}: {name}"
        for source in sources("connector/domain", "connector/saga")
        for name in _imported(source)
        if name.split(".")[0] in forbidden
    ]
    assert used == []
    calls = [
        f"{source.name}:{node.lineno}"
        for source in sources("connector/domain", "connector/saga")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and _name(node.func) in {"now", "today", "utcnow", "open"}
    ]
    assert calls == []


def _public(tree: ast.Module | ast.ClassDef) -> Iterator[Definition]:
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            yield node
            if not node.name.startswith("_"):
                yield from _public(node)
        elif isinstance(node, FUNCTIONS) and not node.name.startswith("_"):
            yield node


def _length(node: Definition) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _is_broad(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or _name(kind) in BROAD for kind in kinds)


def _imported(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
