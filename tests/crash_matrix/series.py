"""Many cases, in one process or several, and what they came to."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import groupby
from multiprocessing import get_context
from operator import attrgetter
from pathlib import Path
from typing import Self

from tests.crash_matrix.matrix import Case, Outcome, play_case, reference_of
from tests.crash_matrix.troubles import KINDS
from tests.simulator.cabinet import scratch
from tests.simulator.series import silence

PORTION = 30
Played = tuple[Case, Outcome]


@dataclass(kw_only=True, slots=True)
class Tally:
    """The sums over many cases."""

    cases: Counter[tuple[str, str]] = field(default_factory=Counter)
    failures: Counter[tuple[str, str]] = field(default_factory=Counter)
    persons: Counter[str] = field(default_factory=Counter)
    requests: int = 0
    seen: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)

    def add(self, case: Case, outcome: Outcome) -> None:
        """One case more."""
        cell = (case.scenario, KINDS[case.kind].group)
        self.cases[cell] += 1
        self.failures[cell] += bool(outcome.wrong)
        self.persons[case.scenario] += outcome.needs_person
        self.requests += outcome.requests
        self.seen += outcome.seen
        self.faults += outcome.faults


class Crew:
    """Some processes that play cases; each prepares every scenario that it plays once."""

    def __init__(self, jobs: int) -> None:
        self._pool = ProcessPoolExecutor(jobs, mp_context=get_context("spawn"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def plan(self, scenarios: Sequence[str], kinds: Sequence[str], every: int) -> list[Case]:
        """Every case of some scenarios and kinds, or every n-th effect of each kind."""
        planned = self._pool.map(
            _plan, scenarios, [kinds] * len(scenarios), [every] * len(scenarios)
        )
        return [case for cases in planned for case in cases]

    def play(self, cases: Iterable[Case]) -> Iterator[Played]:
        """Play them; the outcomes come in their order."""
        for played in self._pool.map(_play_portion, portions(cases)):
            yield from played


def plan_here(scenarios: Iterable[str], kinds: Sequence[str], every: int) -> list[Case]:
    """The same as a crew plans, in this process."""
    return [case for name in scenarios for case in _plan(name, kinds, every)]


def play_here(cases: Iterable[Case], *, is_traced: bool = False) -> Iterator[Played]:
    """Play cases one after the other in this process."""
    with silence(), scratch() as folder:
        for case in cases:
            yield case, play_case(case, Path(folder), is_traced=is_traced)


def portions(cases: Iterable[Case]) -> list[list[Case]]:
    """Cases in handfuls, each of one scenario."""
    grouped = [list(group) for _, group in groupby(cases, attrgetter("scenario"))]
    return [group[at : at + PORTION] for group in grouped for at in range(0, len(group), PORTION)]


def _plan(scenario: str, kinds: Sequence[str], every: int) -> list[Case]:
    with silence():
        reference = reference_of(scenario)
    return [case for kind in kinds for case in reference.cases(KINDS[kind], every)]


def _play_portion(cases: list[Case]) -> list[Played]:
    gc.freeze()
    return list(play_here(cases))
