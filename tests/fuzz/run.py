"""Many mutated answers, in portions that a seed draws: most go by the quick way, some all the way."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from random import Random

from tests.fuzz.feeding import Fed, Feeder, feed_rows, samples_of
from tests.fuzz.looks import make_lookers
from tests.fuzz.recording import RELEASES, record_questions
from tests.simulator.series import silence

PORTION = 20_000
THROUGH_ADAPTER = 0.02
"""Share of the answers that go through client, paging and reader as well."""
THROUGH_LOOKS = 0.005
"""Share that meet a whole look at a family, up to what would be journaled."""

WAYS = ("rows", "readings", "looks")


@dataclass(kw_only=True, slots=True)
class Portion:
    """What became of some answers: by way, mutation and outcome."""

    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    wrongs: list[str] = field(default_factory=list)

    def add(self, way: str, fed: Fed, where: str) -> None:
        """One answer more."""
        self.counts[way, fed.mutation, fed.outcome] += 1
        self.wrongs += [f"{where}: {fed.mutation}: {wrong}" for wrong in fed.wrongs]


def feed_abroad(bodies: int, *, seed: int, jobs: int) -> Iterator[Portion]:
    """Feed so many answers in several processes, portion by portion."""
    sizes = [min(PORTION, bodies - at) for at in range(0, bodies, PORTION)]
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        seeds = range(seed, seed + len(sizes))
        yield from pool.map(feed_here, sizes, seeds)


def feed_here(bodies: int, seed: int) -> Portion:
    """Feed so many answers in this process."""
    dice, portion = Random(f"fuzz {seed}"), Portion()
    questions = [each for release in RELEASES for each in record_questions(release) if each.answers]
    samples = samples_of(questions)
    feeders = {release: Feeder(release) for release in RELEASES}
    with silence(), tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        lookers = make_lookers(Path(folder))
        for number in range(bodies):
            where, drawn = f"seed {seed}, answer {number}", dice.random()
            if drawn < THROUGH_LOOKS:
                portion.add("looks", dice.choice(lookers).feed(dice), where)
            elif drawn < THROUGH_LOOKS + THROUGH_ADAPTER:
                question = dice.choice(questions)
                portion.add("readings", feeders[question.release].feed(dice, question), where)
            else:
                portion.add("rows", feed_rows(dice, dice.choice(samples)), where)
        for looker in lookers:
            looker.close()
    for feeder in feeders.values():
        feeder.close()
    return portion
