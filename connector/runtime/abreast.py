"""Several families side by side, or one after the other: how many hands there are decides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def abreast(work: Callable[[T], R], items: Iterable[T], *, hands: int, name: str) -> Iterator[R]:
    """Results in the order of the items; one hand needs no thread, and begins nothing early."""
    if hands == 1:
        yield from map(work, items)
        return
    with ThreadPoolExecutor(hands, thread_name_prefix=name) as pool:
        yield from pool.map(work, items)
