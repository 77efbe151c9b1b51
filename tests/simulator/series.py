"""Many seeds, in one process or several: what they came to, and how each is played again."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import structlog

from connector.domain.policy import Mode
from tests.simulator.cabinet import fill, make_template, scratch
from tests.simulator.process import ServiceBug, _sound
from tests.simulator.season import Outcome, play
from tests.simulator.weather import FAULTS, REFUSED, forecast

PORTION = 10
SILENT = 50


@dataclass(kw_only=True, slots=True)
class Tally:
    """The sums over many seeds."""

    seeds: int = 0
    requests: int = 0
    writes: int = 0
    operations: int = 0
    held: int = 0
    excused: int = 0
    steps: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    people: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    bad: list[Outcome] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """One seed more."""
        self.seeds += 1
        self.requests += outcome.requests
        self.writes += outcome.writes
        self.operations += outcome.operations
        self.held += outcome.held
        self.excused += outcome.excused
        self.steps += outcome.steps
        self.counts += outcome.counts
        self.people += outcome.people
        self.faults += outcome.faults
        if not outcome.is_good:
            self.bad.append(outcome)

    def never_happened(self) -> list[str]:
        """Kinds of trouble that this series was to have and did not."""
        wanted = [kind for kind in (*FAULTS, REFUSED) if not self.faults[kind]]
        events = (
            "kills",
            "pauses",
            "lease lost",
            "locks lost",
            "operator: retry",
            "operator: lift",
            "operator: undo",
        )
        return [*wanted, *(name for name in events if not self.counts[name])]


@contextmanager
def silence() -> Iterator[None]:
    """No log for as long as the block runs."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(SILENT))
    try:
        yield
    finally:
        structlog.configure(**before)


def play_here(
    seeds: Iterable[int],
    *,
    mode: Mode | None = None,
    bug: ServiceBug = _sound,
    is_traced: bool = False,
) -> Iterator[Outcome]:
    """Play seeds one after the other in this process."""
    with silence(), scratch() as name:
        template = make_template(Path(name))
        folder = Path(name) / "season"
        folder.mkdir()
        for seed in seeds:
            fill(folder, template)
            yield play(forecast(seed, mode), folder, bug=bug, is_traced=is_traced)


def play_abroad(seeds: Iterable[int], *, jobs: int, mode: Mode | None) -> Iterator[Outcome]:
    """Play seeds in several processes; the outcomes come in the order of the seeds."""
    every = tuple(seeds)
    portions = [every[at : at + PORTION] for at in range(0, len(every), PORTION)]
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        for outcomes in pool.map(partial(_play_portion, mode), portions):
            yield from outcomes


def _play_portion(mode: Mode | None, seeds: tuple[int, ...]) -> list[Outcome]:
    gc.freeze()
    return list(play_here(seeds, mode=mode))
