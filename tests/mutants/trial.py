"""The trial of a mutant: seeds against it, one by one, until a judge speaks; in a process of its own."""

from __future__ import annotations

import importlib
import re
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from tests.mutants.mutant import Mutant
from tests.mutants.planting import PACKAGE, plant

KEPT = ("connector.sandbox", "tests.mutants")
"""What is no part of what is mutated, and need not be imported anew."""

BROKEN = re.compile(r"crashed: (NameError|ImportError|SyntaxError|AttributeError|TypeError)")
"""A mutant that ends so is no bug of the kind it claims to be: it does not run."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """What became of a mutant."""

    name: str
    caught_by: int | None = None  #: the seed
    tried: int = 0  #: seeds played
    sentence: str = ""  #: what the judge said
    broken: str = ""  #: that the patch is no bug: it does not run
    seconds: float = 0.0


def try_abroad(wanted: Iterable[tuple[Mutant, tuple[int, ...]]], *, jobs: int) -> Iterator[Trial]:
    """Try mutants in several processes, each with the seeds given; in their order."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["tests.simulator.series"])
    with ProcessPoolExecutor(jobs, mp_context=context, max_tasks_per_child=1) as pool:
        trials = [pool.submit(partial(try_here, mutant, seeds)) for mutant, seeds in wanted]
        for trial in trials:
            yield trial.result()


def try_here(mutant: Mutant, seeds: tuple[int, ...]) -> Trial:
    """Put the mutant in the place of the connector, for good: only for a process of its own."""
    began, broken = time.monotonic(), ""
    mode = None if mutant.mode is None else mutant.mode.value
    with tempfile.TemporaryDirectory(prefix="mutant-") as name:
        plant(mutant, Path(name))
        series = _mutated_series(Path(name))
        policy = importlib.import_module("connector.domain.policy")
        drawn = None if mode is None else policy.Mode(mode)
        outcomes = series.play_here(seeds, mode=drawn, is_late=mutant.is_late, is_hashed=False)
        for tried, outcome in enumerate(outcomes, start=1):
            said = [*outcome.violations, *outcome.unfinished]
            if found := next(filter(is_caught, said), None):
                return Trial(
                    name=mutant.name,
                    caught_by=outcome.seed,
                    tried=tried,
                    sentence=found,
                    seconds=time.monotonic() - began,
                )
            broken = broken or next(iter(said), "")
    return Trial(
        name=mutant.name,
        tried=len(seeds),
        broken=broken,
        seconds=time.monotonic() - began,
    )


def is_caught(sentence: str) -> bool:
    """Whether a judge speaks of the bug, and not of a slip in the patch."""
    return not BROKEN.search(sentence)


def _mutated_series(root: Path) -> Any:
    """The simulator over the mutated connector: all that was imported of either is forgotten."""
    for name in [*sys.modules]:
        is_ours = name.startswith((f"{PACKAGE}.", "tests."))
        if is_ours and not name.startswith(KEPT):
            del sys.modules[name]
    package = importlib.import_module(PACKAGE)
    package.__path__[:] = [str(root / PACKAGE)]
    sys.path.insert(0, str(root))
    importlib.invalidate_caches()
    series = importlib.import_module("tests.simulator.series")
    worked = importlib.import_module("connector.runtime.work").__file__ or ""
    assert worked.startswith(str(root)), f"{worked} is not the mutant"
    return series
