"""The accidents by name, and a seed played with one: its end is as if nothing had been lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from connector.domain.policy import Mode
from tests.simulator.accident import Accident, ThriftySeason
from tests.simulator.cabinet import fill
from tests.simulator.lost_store import LostStore
from tests.simulator.outcome import Outcome
from tests.simulator.rolled_back import RolledBack
from tests.simulator.season import play
from tests.simulator.weather import Weather

ACCIDENTS: Mapping[str, type[Accident]] = {"lose-store": LostStore, "roll-back": RolledBack}


ACTS = ("operator: undo", "operator: unlink")
"""What an operator does by chance, and so at other times, or not at all, in another season."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stricken:
    """Where and in what weather an accident happens."""

    weather: Weather
    folder: Path
    template: Path


def play_accident(name: str, scene: Stricken, *, is_traced: bool = False) -> Outcome:
    """Play a seed with an accident; where no person acts, compare its end with a sound one."""
    weather = scene.weather
    outcome = play(weather, scene.folder, is_traced=is_traced, kind=ACCIDENTS[name])
    if weather.people_rate or weather.mode is Mode.OBSERVE or not outcome.is_good:
        return outcome
    fill(scene.folder, scene.template)
    lasting = partial(ThriftySeason, until=outcome.ended_at)
    sound = play(replace(weather, unlink_rate=0.0), scene.folder, kind=lasting)
    has_acted = any(each.counts[act] for each in (outcome, sound) for act in ACTS)
    if not has_acted and _charges(outcome) == _charges(sound):  # else another month has begun
        outcome.counts["ends compared"] += 1
        outcome.violations += _differences(outcome.standing, sound.standing)
    return outcome


def _charges(outcome: Outcome) -> set[str]:
    names = (name.rpartition(": ")[0] for name in outcome.standing)
    return {name for name in names if name}


def _differences(found: Mapping[str, str], wanted: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(found.keys() | wanted.keys()):
        if found.get(name) != wanted.get(name):
            yield f"{name}: {found.get(name)}, without the accident {wanted.get(name)}"
