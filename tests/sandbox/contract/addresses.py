"""What an address says of itself: its ids, the rows below it, and who reads and makes them."""

import re
from collections.abc import Iterator

from tests.sandbox.contract.exceptions import NO_TABLE, ONE_ROW, OTHER_SPELLING
from tests.sandbox.contract.facts import ENDPOINTS, SHAPES, Endpoint

PLACE = re.compile(r"\{(\w+)\}")
_LAST_PLACE = re.compile(r"(?:/|--)\{\w+\}[\w-]*$")


def collection(path: str) -> str:
    """The address below which a row's id stands."""
    above = _LAST_PLACE.sub("", path)
    return OTHER_SPELLING.get(above, above)


def types_of(endpoint: Endpoint) -> Iterator[str]:
    """The types that an endpoint takes and answers, nested ones included."""
    todo = [*endpoint.answer, endpoint.request] if endpoint.request else list(endpoint.answer)
    done: set[str] = set()
    while todo:
        shape = todo.pop()
        if shape not in done and shape in SHAPES:
            done.add(shape)
            yield shape
            todo += [a.of or a.kind for a in SHAPES[shape].values() if (a.of or a.kind) in SHAPES]


def is_table(endpoint: Endpoint) -> bool:
    """Whether a list can be counted, and its attributes listed."""
    return not {endpoint.path, endpoint.key} & set(NO_TABLE) and endpoint.key not in ONE_ROW


def reader_of(endpoint: Endpoint) -> Endpoint | None:
    """The GET by which a row is read: of the same address, or of one below that of a POST."""
    for each in ENDPOINTS:
        if each.method != "GET" or not each.path.endswith("}"):
            continue
        above = {collection(each.path), _twice(each.path)}
        if endpoint.method == "POST":
            if endpoint.path in above:
                return each
        elif _bare(each.path) == _bare(endpoint.path):
            return each
    return None


def _bare(path: str) -> str:
    return PLACE.sub("{}", path)


def maker_of(path: str) -> Endpoint | None:
    """The POST by which rows of an address are made."""
    makers = {each.path: each for each in ENDPOINTS if each.method == "POST" and each.request}
    return makers.get(collection(path)) or makers.get(_twice(path))


def _twice(path: str) -> str:
    return collection(collection(path))
