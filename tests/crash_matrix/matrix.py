"""The matrix: preparing each scenario once, playing it undisturbed, and then with each trouble."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from zoneinfo import ZoneInfo

from connector.sandbox.options import SandboxOptions
from connector.sandbox.seed import build_world
from tests.crash_matrix.canon import SCENARIOS
from tests.crash_matrix.ending import Ending, ending_of
from tests.crash_matrix.play import Play, Still
from tests.crash_matrix.scenario import START, Chapter, Scenario
from tests.crash_matrix.seen import seen_in
from tests.crash_matrix.stage import told
from tests.crash_matrix.troubles import KINDS, Kind
from tests.simulator.cabinet import Cabinet, fill, make_template, scratch
from tests.simulator.evidence import Evidence
from tests.simulator.process import ZONE, ServiceBug, _sound
from tests.simulator.timeline import PlatformClock, Timeline
from tests.simulator.verdict import judge_season


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Case:
    """One cell: a scenario, a kind of trouble, and the number of the effect it strikes at."""

    scenario: str
    kind: str
    at: int

    @property
    def command(self) -> str:
        """What plays it again."""
        return (
            f"python -m tests.crash_matrix --scenario {self.scenario!r} --kind {self.kind!r}"
            f" --at {self.at} --verbose"
        )


@dataclass(kw_only=True, slots=True)
class Outcome:
    """What became of a play."""

    wrong: list[str] = field(default_factory=list)
    needs_person: bool = False  #: ends with something held or unverified, for a stated reason
    waited: int = 0  #: how often the operator came
    requests: int = 0
    seen: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    effects: list[str] = field(default_factory=list)
    ending: Ending | None = None
    trace: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reference:
    """A scenario at its opening, and how it goes undisturbed."""

    scenario: Scenario
    still: Still
    outcome: Outcome

    @property
    def effects(self) -> list[str]:
        """All effects until the service is at rest."""
        return self.outcome.effects

    def cases(self, kind: Kind, step: int = 1) -> Iterator[Case]:
        """A case for every effect, or every n-th, at which the kind can strike."""
        places = [at for at in range(len(self.effects)) if kind.strikes(self.effects, at)]
        for at in places[::step]:
            yield Case(scenario=self.scenario.name, kind=kind.name, at=at + 1)


@cache
def reference_of(name: str) -> Reference:
    """Prepare a scenario and play it without trouble; once in each process."""
    scenario = SCENARIOS[name]
    with scratch() as folder:
        still = _prepare(scenario, Path(folder))
        outcome = _play(Play(scenario, still, Path(folder)))
    assert outcome.wrong == [], f"{name}, undisturbed: {outcome.wrong}"
    return Reference(scenario=scenario, still=still, outcome=outcome)


def play_case(
    case: Case, folder: Path, *, is_traced: bool = False, bug: ServiceBug = _sound
) -> Outcome:
    """Play one case in a folder of its own."""
    reference = reference_of(case.scenario)
    play = Play(reference.scenario, reference.still, folder, bug)
    play.stage.is_traced = is_traced
    outcome = _play(play, case, reference)
    outcome.effects, outcome.ending = [], None
    return outcome


def _prepare(scenario: Scenario, folder: Path) -> Still:
    """Everything up to the opening."""
    timeline = Timeline(datetime.fromisoformat(START).replace(tzinfo=ZoneInfo(ZONE)))
    options = SandboxOptions(release=_release(scenario), start=START, timezone=ZONE)
    world = build_world(options)
    scenario.build(world)
    world.clock = PlatformClock(timeline, ZONE)
    template = make_template(folder)
    fill(folder, template)
    cabinet = Cabinet(folder, timeline.now)
    cabinet.set_up(world, world.switches.api_status_admin)
    still = Still.of(timeline, world, folder)
    for chapter in scenario.before:
        still = _play_chapter(scenario, still, folder, chapter)
    opening = Chapter(act=scenario.opening, at=scenario.at)
    return _play_chapter(scenario, still, folder, opening, works=False)


def _play_chapter(
    scenario: Scenario, still: Still, folder: Path, chapter: Chapter, *, works: bool = True
) -> Still:
    play = Play(scenario, still, folder)
    try:
        if chapter.at:
            play.go_to(chapter.at)
            play.scene.control("GET", "state")
        chapter.act(play.scene)
        if chapter.turns:
            play.play_turns(chapter.turns)
        elif works:
            play.play_to_rest()
            assert not play.unfinished, f"{scenario.name}: {play.unfinished}"
    finally:
        play.close()
    play.scene.control("DELETE", "requests")  # the story begins here
    return Still.of(play.timeline, play.world, folder)


def _play(play: Play, case: Case | None = None, meant: Reference | None = None) -> Outcome:
    scenario = play.scenario
    play.cues = list(scenario.cues)
    try:
        if scenario.switches or scenario.faults:
            play.scene.switch(*scenario.faults, **scenario.switches)
        if case is not None:
            play.stage.arm(case.at, partial(KINDS[case.kind].strike, play))
        play.play_to_rest()
        effects = list(play.stage.effects)
        play.come_back_later()
        outcome = _judge(play, case, meant)
        outcome.effects = effects
        return outcome
    finally:
        play.close()


def _release(scenario: Scenario) -> str:
    return "5.1" if scenario.weather.release == "auto" else scenario.weather.release


def _judge(play: Play, case: Case | None, meant: Reference | None) -> Outcome:
    """What all judges say together."""
    scenario, watch = play.scenario, play.watch
    watch.judge_log()
    evidence = Evidence(
        play.world, play.cabinet, scenario.weather, alerts=play.scenery.alerts.heard
    )
    verdict = judge_season(evidence)
    wrong = _tolerated(watch.violations, KINDS[case.kind].tolerates if case else "")
    wrong += [f"crashed: {type(each).__name__}: {each}" for each in play.stage.failures]
    wrong += [*verdict.violations, *verdict.unfinished]
    wrong = _tolerated(wrong, scenario.tolerates)
    wrong += [play.unfinished] if play.unfinished else []
    wrong += [f"nobody acted: {len(play.cues)} cues are left"] if play.cues else []
    ending = ending_of(play.world, play.cabinet)
    needs_person = bool(verdict.held)
    if needs_person and not scenario.waits and not evidence.has_deed(set(ending.accounts)):
        wrong.append("a person is needed though nobody did anything")
    if case is not None and meant is not None:
        struck, at = play.stage.struck, meant.effects[case.at - 1]
        if struck != at:
            wrong.append(f"not the same play: {told(struck or 'nothing')} instead of {told(at)}")
        assert meant.outcome.ending is not None
        if needs_person is meant.outcome.needs_person:
            wrong += ending.differs(meant.outcome.ending, scenario.shape)
    elif needs_person is not scenario.waits:
        wrong.append(f"undisturbed it {'waits' if needs_person else 'does not wait'} for a person")
    return Outcome(
        wrong=wrong,
        needs_person=needs_person,
        waited=play.waited,
        requests=watch.requests,
        seen=seen_in(evidence, play.scene.rows("SELECT * FROM event")),
        faults=Counter(play.world.faults_fired),
        ending=ending,
        trace=play.stage.trace,
    )


def _tolerated(sentences: list[str], pattern: str) -> list[str]:
    if not pattern:
        return list(sentences)
    return [each for each in sentences if not re.search(pattern, each)]
