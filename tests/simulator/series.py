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
from tests.simulator.accidents import Stricken, play_accident
from tests.simulator.cabinet import fill, make_template, scratch
from tests.simulator.landed import LEFT, REPAIRED
from tests.simulator.outcome import Outcome
from tests.simulator.season import play
from tests.simulator.weather import FAULTS, REFUSED, forecast

PORTION = 50
"""Seeds that a process plays in one go, at most: what it has made ready serves them all."""

GARBAGE = 20_000
"""Objects made before garbage is looked for."""

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
    late: Counter[str] = field(default_factory=Counter)
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
        self.late += outcome.late
        if not outcome.is_good:
            self.bad.append(outcome)

    def never_happened(self, *, is_late: bool = False) -> list[str]:
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
            "dry runs",
        )
        ends = (REPAIRED, LEFT) if is_late else ()
        return [
            *wanted,
            *(name for name in events if not self.counts[name]),
            *(f"late and {end}" for end in ends if not self.late[end]),
        ]


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
    is_traced: bool = False,
    is_late: bool = False,
    is_hashed: bool = True,
    accident: str | None = None,
) -> Iterator[Outcome]:
    """Play seeds one after the other in this process; with an accident, each with that."""
    with silence(), scratch() as name:
        template = make_template(Path(name))
        folder = Path(name) / "season"
        folder.mkdir()
        for seed in seeds:
            fill(folder, template)
            weather = forecast(seed, mode, is_late=is_late)
            if accident is None:
                yield play(weather, folder, is_traced=is_traced, is_hashed=is_hashed)
            else:
                scene = Stricken(weather=weather, folder=folder, template=template)
                yield play_accident(accident, scene, is_traced=is_traced)


def play_twice(
    seeds: Iterable[int], *, mode: Mode | None = None, is_late: bool = False
) -> Iterator[Outcome]:
    """Play each seed, and once more: the same seed must end in the same state."""
    every = tuple(seeds)
    again = play_here(every, mode=mode, is_late=is_late)
    for first in play_here(every, mode=mode, is_late=is_late):
        second = next(again)
        if second.state_hash != first.state_hash:
            told = f"ended in state {first.state_hash}, and then in state {second.state_hash}"
            first.violations.append(f"the same seed {told}")
        yield first


def play_abroad(
    seeds: Iterable[int],
    *,
    jobs: int,
    mode: Mode | None,
    is_late: bool = False,
    is_twice: bool = False,
    accident: str | None = None,
) -> Iterator[Outcome]:
    """Play seeds in several processes; the outcomes come in the order of the seeds."""
    every = tuple(seeds)
    size = max(1, min(PORTION, len(every) // (4 * jobs)))
    portions = [every[at : at + size] for at in range(0, len(every), size)]
    spawn = get_context("spawn")
    play_portion = partial(
        _play_portion, mode=mode, is_late=is_late, is_twice=is_twice, accident=accident
    )
    with ProcessPoolExecutor(jobs, mp_context=spawn, initializer=_settle_in) as pool:
        for outcomes in pool.map(play_portion, portions):
            yield from outcomes


def _settle_in() -> None:
    """Leave what was imported alone: a season makes little garbage, and ends soon."""
    gc.freeze()
    gc.set_threshold(GARBAGE)


def _play_portion(
    seeds: tuple[int, ...],
    *,
    mode: Mode | None,
    is_late: bool,
    is_twice: bool,
    accident: str | None,
) -> list[Outcome]:
    if is_twice:
        return list(play_twice(seeds, mode=mode, is_late=is_late))
    return list(play_here(seeds, mode=mode, is_late=is_late, is_hashed=False, accident=accident))
