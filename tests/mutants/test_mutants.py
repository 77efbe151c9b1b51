"""The simulator bites: every planted bug is caught, by the judge that is to catch it."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from tests.mutants.catalogue import MUTANTS
from tests.mutants.kept import load_kept
from tests.mutants.mutant import Mutant, PatchMissed
from tests.mutants.planting import mutated_texts
from tests.mutants.trial import is_caught, try_abroad

LEAST = 30
FALLBACK = 60
"""Seeds that are tried where the kept one does not catch its mutant any more."""

NAMES = [each.name for each in MUTANTS]


@pytest.mark.parametrize("mutant", MUTANTS, ids=NAMES)
def test_a_mutant_changes_the_code_as_it_is(mutant: Mutant) -> None:
    """Its text stands there exactly once, is Python afterwards, and says something else."""
    texts = mutated_texts(mutant)
    assert {str(file) for file in texts} == {patch.file for patch in mutant.patches}
    assert mutant.mistake.endswith(".")


def test_a_mutant_that_the_code_has_left_behind_fails_loudly() -> None:
    """Nobody believes that a bug was caught which was never planted."""
    stale = replace(MUTANTS[0].patches[0], old="this stands nowhere")
    with pytest.raises(PatchMissed, match="mend the mutant"):
        mutated_texts(replace(MUTANTS[0], patches=(stale,)))


def test_there_are_enough_of_them() -> None:
    """No mutant without a name of its own, no seed of one that is no more."""
    assert len(set(NAMES)) == len(NAMES) >= LEAST
    assert set(load_kept()) <= set(NAMES)


def test_a_mutant_that_does_not_run_is_not_caught() -> None:
    """A slip in a patch is no bug of the kind that it claims to be."""
    assert not is_caught("crashed: NameError: name 'x' is not defined")
    assert is_caught("crashed: IllegalTransition: a step that is sending cannot become claimed")


@pytest.mark.slow
def test_mutants_with_a_kept_seed_are_caught() -> None:
    """By that seed, or, if the code has moved, within a number of others; `make mutants` has all."""
    kept = load_kept()
    assert kept
    chosen = [each for each in MUTANTS if each.name in kept]
    wanted = [(each, (kept[each.name], *range(FALLBACK))) for each in chosen]
    trials = list(try_abroad(wanted, jobs=os.cpu_count() or 1))
    assert [f"{each.name}: {each.broken}" for each in trials if each.caught_by is None] == []
