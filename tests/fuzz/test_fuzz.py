"""Mutated answers: a few thousand drawn ones, and the corpus of those that mattered."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from connector.domain.ids import AccountId
from connector.errors import PlatformError
from connector.splynx import SplynxPlatform
from tests.fuzz.corpus import BILLING, CASES, TAKEN, Case
from tests.fuzz.feeding import Canned
from tests.fuzz.looks import POISONED, make_lookers
from tests.fuzz.mutations import MUTATIONS, dumped, mutate, parsed
from tests.fuzz.oracle import is_said
from tests.fuzz.recording import RELEASES, Answer, connect, record_questions
from tests.fuzz.run import feed_here

ROOT = Path(__file__).parents[2]
MOST_MIB = 256


def _read_balance(body: bytes, status: int = 200) -> Decimal:
    canned = Canned()
    answer = Answer(status=status, headers={"content-type": "application/json"}, body=body)
    canned.answers = {("GET", "/api/2.0/admin/customers/customer-billing/1"): answer}
    with connect("5.1", canned) as connection:
        return SplynxPlatform(connection).read_billing(AccountId(1)).balance


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_refused_in_our_words(case: Case) -> None:
    """Whatever it is, it ends in an error of ours that says what was wrong."""
    with pytest.raises(PlatformError, match=case.says):
        _read_balance(case.body, case.status)


@pytest.mark.parametrize("name", TAKEN)
def test_it_is_taken_for_what_it_says(name: str) -> None:
    """Every spelling that is known to occur means just its amount."""
    text, amount = TAKEN[name]
    assert _read_balance((BILLING % text).encode()) == Decimal(amount)


def test_nothing_is_wrong_with_some_thousand_answers() -> None:
    """No error but ours, nothing altered in silence; and every kind of mutation was among them."""
    portion = feed_here(2500, seed=1_000_000)
    assert portion.wrongs == []
    assert {mutation for _, mutation, _ in portion.counts} >= set(MUTATIONS)
    outcomes = Counter[str]()
    for (_, _, outcome), number in portion.counts.items():
        outcomes[outcome] += number
    assert min(outcomes[name] for name in ("accepted unchanged", "quarantined", "refused")) > 100


def test_nothing_is_planned_on_what_nobody_can_read(tmp_path: Path) -> None:
    """Merges, releases and suspensions are planned on sound answers, and never on poisoned ones."""
    dice = Random(5)
    for looker in make_lookers(tmp_path):
        fed = [looker.feed(dice) for _ in range(40)]
        assert [wrong for each in fed for wrong in each.wrongs] == []
        assert {each.outcome for each in fed if each.mutation == POISONED} == {"nothing planned"}
        assert "planned" in {each.outcome for each in fed}
        looker.close()


def test_every_reading_is_fed() -> None:
    """The questions are those of the reader: whoever adds a reading adds it here."""
    reads = {name for name in dir(SplynxPlatform) if name.startswith(("read_", "count_"))}
    source = (ROOT / "tests/fuzz/recording.py").read_text(encoding="utf-8")
    assert [name for name in sorted(reads) if f".{name}(" not in source] == []
    for release in RELEASES:
        assert all(question.answers for question in record_questions(release)) is (release == "5.1")


def test_the_oracle_sees_a_silent_change() -> None:
    """An amount that lost a cent, a word that became another, a day that moved."""
    assert is_said("10.00", Decimal(10), {})
    assert not is_said("10.01", Decimal(10), {})
    assert not is_said(True, Decimal(1), {})
    assert not is_said("2026-02-31", None, {})
    assert is_said("0000-00-00", None, {})
    assert not is_said(" Anna", "Anna", {})


def test_a_body_that_is_not_changed_stays_as_it_is() -> None:
    """To the last digit of its numbers: else a mutation would do more than it says."""
    body = b'[{"a":29.9900,"b":[1,"x"],"c":1e3}]'
    assert dumped(parsed(body)) == body
    dice = Random(3)
    assert len({mutate(dice, body)[1] for _ in range(200)}) > 100


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["rows", "lists", "text"])
@pytest.mark.parametrize("size", [30, 50])
def test_a_giant_answer_takes_bounded_memory(kind: str, size: int) -> None:
    """Half of what the unit allows the service, however large or clever the answer is."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.giant", str(size), kind],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(run.stdout) < MOST_MIB, run.stderr
    assert run.stderr
