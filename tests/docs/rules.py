"""Names of all refusal rules, found in the code: what is passed where a ``rule`` is expected."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.docs.generate import ROOT

PLACES = ("connector/domain", "connector/runtime", "connector/saga")
SHORTEST = 3
"""A reason spelt as a tuple has rule, fact and mend."""


def refusal_rules() -> frozenset[str]:
    """Every rule that some planner can name."""
    return frozenset(
        name
        for place in PLACES
        for path in (ROOT / place).glob("*.py")
        for name in _rules_of(ast.parse(path.read_text(encoding="utf-8")))
    )


def _rules_of(tree: ast.Module) -> Iterator[str]:
    places = {
        node.name: [argument.arg for argument in node.args.args].index("rule")
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        and "rule" in [argument.arg for argument in node.args.args]
    }
    if not places and not _mentions_refusal(tree):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _in_call(node, places)
        elif isinstance(node, ast.Tuple) and len(node.elts) == SHORTEST and _is_reason(node):
            yield from _word(node.elts[0])


def _mentions_refusal(tree: ast.Module) -> bool:
    return any(isinstance(node, ast.Name) and node.id == "Refusal" for node in ast.walk(tree))


def _in_call(call: ast.Call, places: dict[str, int]) -> Iterator[str]:
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    if name in places and len(call.args) > places[name]:
        yield from _word(call.args[places[name]])
    for keyword in call.keywords:
        if keyword.arg == "rule":
            yield from _word(keyword.value)


def _is_reason(node: ast.Tuple) -> bool:
    return all(isinstance(part, ast.Constant | ast.JoinedStr) for part in node.elts)


def _word(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
