"""PHP's bracket syntax: `a[b][0]=1` pairs to nested values."""

import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import parse_qsl

Tree = str | list["Tree"] | dict[str, "Tree"]

_PART = re.compile(r"\[([^\]]*)\]")


def parse_query(query: str) -> dict[str, Tree]:
    """Parse a query or form body into nested values; a map with keys 0..n is a list."""
    return parse_pairs(_pairs_of(query))


def parse_pairs(pairs: Iterable[tuple[str, str]]) -> dict[str, Tree]:
    """Put pairs of a bracketed name and a text together to nested values."""
    root: dict[str, Tree] = {}
    for key, value in pairs:
        head, bracket, _ = key.partition("[")
        path = [head, *_PART.findall(key)] if bracket else [key]
        _put(root, path, value)
    return {name: _listed(tree) for name, tree in root.items()}


@lru_cache(maxsize=1024)
def _pairs_of(query: str) -> tuple[tuple[str, str], ...]:
    return tuple(parse_qsl(query, keep_blank_values=True))


def _put(node: dict[str, Tree], path: list[str], value: str) -> None:
    name = path[0] or str(len(node))
    if len(path) == 1:
        node[name] = value
        return
    below = node.get(name)
    if not isinstance(below, dict):
        below = {}
        node[name] = below
    _put(below, path[1:], value)


def _listed(tree: Tree) -> Tree:
    if not isinstance(tree, dict):
        return tree
    inner = {name: _listed(below) for name, below in tree.items()}
    if inner and set(inner) == {str(index) for index in range(len(inner))}:
        return [inner[str(index)] for index in range(len(inner))]
    return inner
