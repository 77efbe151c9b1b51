"""Accidents in the simulator: a store that is lost or old, a platform that goes back."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tests.simulator.__main__ import main
from tests.simulator.accidents import ACCIDENTS
from tests.simulator.series import Tally, play_here

SOUND = range(15)
BEHIND = (49, 54, 57, 59, 61, 65, 68)
"""Seeds in which the platform has lost something that we knew."""

FOUND = {
    20: "the first run was approved, in the journal that was lost",
    76: "a plan was taken for one of the day of the rebuild, with a debt overdue by then",
}
"""What seeds with a lost store have found, each mended."""


@pytest.mark.slow
def test_a_lost_store_ends_as_if_it_had_not_been() -> None:
    """Noticed without a write, rebuilt, confirmed; where nobody acts, the end is the sound one's."""
    tally = played("lose-store", SOUND)
    assert tally.counts["store deleted"] > 3
    assert tally.counts["store behind"] > 3
    assert tally.counts["rebuilds confirmed"] > 3
    assert tally.counts["plans rebuilt"] > 3
    assert tally.counts["ends compared"] > 3


@pytest.mark.slow
def test_a_platform_that_goes_back_gets_no_write_before_a_person_has_settled_it() -> None:
    """Noticed, told, settled; then everything ends as ever."""
    tally = played("roll-back", BEHIND)
    assert tally.counts["platform behind"] > 3
    assert tally.counts["losses settled"] > 3


@pytest.mark.slow
@pytest.mark.parametrize("seed", FOUND)
def test_what_a_seed_has_found_stays_mended(seed: int) -> None:
    """Each by its number."""
    (outcome,) = play_here([seed], accident="lose-store", is_hashed=False)
    assert outcome.violations + outcome.unfinished == []


@pytest.mark.parametrize("accident", ACCIDENTS)
def test_an_accident_from_the_command_line(
    accident: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command that a failing seed names."""
    assert main(["--seed", "3", f"--{accident}"]) == 0
    assert f"accident: {ACCIDENTS[accident].name}" in capsys.readouterr().out


def played(accident: str, seeds: Iterable[int]) -> Tally:
    """A few seeds with an accident, none of them with anything wrong or left open."""
    tally = Tally()
    for outcome in play_here(seeds, accident=accident, is_hashed=False):
        assert outcome.violations + outcome.unfinished == [], f"seed {outcome.seed}"
        tally.add(outcome)
    return tally
