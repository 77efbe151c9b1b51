"""The matrix itself, and a slice of it; ``make crash-matrix`` plays the whole."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from connector.runtime.service import Service
from connector.saga.states import TRANSITIONS
from tests.crash_matrix.__main__ import main
from tests.crash_matrix.canon import SCENARIOS
from tests.crash_matrix.matrix import Case, play_case, reference_of
from tests.crash_matrix.seen import RECOVERIES, never_seen
from tests.crash_matrix.series import plan_here, play_here, portions
from tests.crash_matrix.stage import writes
from tests.crash_matrix.troubles import KINDS
from tests.simulator.series import silence
from tests.simulator.weather import FAULTS

FULL = ("kill", "commit refused", "commit unanswered", "http_500_after_commit", "late_commit:1@870")
EVERY = 25


def test_every_order_of_the_simulator_is_a_kind_of_trouble() -> None:
    """Nothing that storms bring is left out here."""
    assert set(FAULTS) <= {name.partition("@")[0] for name in KINDS}


def test_the_whole_must_have_seen_every_fault_transition_and_recovery() -> None:
    """Nothing seen: all of them are named."""
    missing = never_seen(Counter(), Counter())
    assert len(missing) == len(FAULTS) + len(TRANSITIONS) + len(RECOVERIES)
    seen = Counter(["relieve: unknown absent"])
    gone = set(missing) - set(never_seen(seen, Counter(FAULTS)))
    assert gone == {*FAULTS, "relieve: unknown absent", "any step: unknown absent"}


def test_every_effect_of_a_scenario_has_a_case() -> None:
    """A kill at each; a fault at each request; a late write at each write."""
    with silence():
        reference = reference_of("merge")
    effects = reference.effects
    assert sum(map(writes, effects)) == 5
    late = [case.at for case in reference.cases(KINDS["late_commit:1@870"])]
    assert [writes(effects[at - 1]) for at in late] == [True] * 5
    requests = sum(effect.startswith("→") for effect in effects)
    assert len(list(reference.cases(KINDS["http_500"]))) == requests
    kills = [case.at for case in reference.cases(KINDS["kill"])]
    assert {at for at in kills if effects[at - 1].startswith(("→", "←"))} == {
        at for at, effect in enumerate(effects, start=1) if effect.startswith(("→", "←"))
    }
    assert max(map(len, portions(plan_here(["merge"], ["kill"], 1)))) <= 30


def test_a_case_is_the_same_each_time() -> None:
    """Its trace, word for word."""
    case = Case(scenario="merge", kind="kill", at=90)
    first, second = (outcome.trace for _, outcome in play_here([case, case], is_traced=True))
    assert first == second
    assert any("is killed at" in line for line in first)


def test_a_planted_bug_is_caught(tmp_path: Path) -> None:
    """Without a quiescence, the merged invoice that comes late stands twice."""

    def hasty(service: Service) -> Service:
        return replace(service, limits=replace(service.limits, quiescence=timedelta()))

    with silence():
        effects = reference_of("merge").effects
        at = next(n for n, each in enumerate(effects, start=1) if "POST admin/finance/inv" in each)
        case = Case(scenario="merge", kind="late_commit:1@870", at=at)
        assert play_case(case, tmp_path).wrong == []
        wrong = play_case(case, tmp_path, bug=hasty).wrong
    assert any("stands 2 times" in sentence for sentence in wrong)


@pytest.mark.slow
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_kill_now_and_then_in_every_scenario(scenario: str) -> None:
    """Every so many effects."""
    with silence():
        cases = plan_here([scenario], ["kill"], EVERY)
    assert [(case.command, wrong) for case, wrong in _wrong(cases)] == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", FULL)
def test_some_troubles_at_every_effect_of_the_plain_merge(kind: str) -> None:
    """All that kind of trouble can do to it."""
    with silence():
        cases = plan_here(["merge"], [kind], 1)
    assert [(case.command, wrong) for case, wrong in _wrong(cases)] == []


def test_a_claim_that_lands_late_after_an_unlink_is_nobodys_wrong() -> None:
    """It was sent while the account was linked; found by the matrix, mended in the excuses."""
    with silence():
        effects = reference_of("unlinked after").effects
    at = next(number for number, each in enumerate(effects, start=1) if writes(each))
    case = Case(scenario="unlinked after", kind="late_commit:1@870", at=at)
    assert [(each.command, wrong) for each, wrong in _wrong([case])] == []


def test_one_case_from_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    """The command that a failing case names."""
    words = ["--scenario", "supplement", "--kind", "kill", "--at"]
    assert main([*words, "9", "--verbose"]) == 0
    told = capsys.readouterr().out
    assert "is killed at" in told
    assert "nothing wrong" in told
    with pytest.raises(SystemExit, match="effects"):
        main([*words, "9999"])


def _wrong(cases: list[Case]) -> list[tuple[Case, list[str]]]:
    return [(case, outcome.wrong) for case, outcome in play_here(cases) if outcome.wrong]
