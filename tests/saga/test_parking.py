"""When a family is parked, and what a person is shown of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from connector.domain.ids import AccountId
from connector.domain.parking import Parking, ParkingCause, refuse_parked, retry_command
from connector.domain.refusals import Weight
from connector.saga.parking import judge_holds, park_for_broken_law
from connector.saga.states import StepState
from connector.saga.steps import Operation
from tests.saga.support import merge, step_of

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
MAIN = AccountId(1)


def holding(*numbers: int, operation: Operation | None = None) -> Operation:
    """A merge with some steps held."""
    found = operation or merge()
    steps = (
        replace(step, state=StepState.HELD, reason="closed\nperiod")
        if step.number in numbers
        else step
        for step in found.steps
    )
    return replace(found, steps=tuple(steps))


def judged(*operations: Operation) -> Parking | None:
    """Judged under a bound of three."""
    return judge_holds(MAIN, operations, holds_max=3, at=NOW)


def test_three_held_steps_park_and_two_do_not() -> None:
    """At the bound, not beyond it."""
    assert judged(holding()) is None
    assert judged(holding(4, 5)) is None
    assert judged(holding(1, 4, 5)) is not None


def test_held_steps_are_counted_over_all_operations() -> None:
    """A merge and what else is under way in the family have one cause in common."""
    assert judged(holding(4, 5), holding(4)) is not None


def test_every_held_step_is_evidence_with_its_document() -> None:
    """On one line each, under the name that the commands understand."""
    operation = holding(1, 4, 5)
    parking = judged(operation)
    assert parking is not None
    assert parking.cause is ParkingCause.REFUSALS
    first = step_of(operation, 4)
    number = next(s.number for s in operation.sources if s.invoice_id == first.invoice_id)
    assert parking.evidence[1] == (
        f"{operation.plan_id}/4: relieve for account {first.account_id}, invoice {number}:"
        " closed period"
    )
    assert len(parking.evidence) == 3
    assert "linked-accounts retry 1" in parking.mend


def test_a_broken_law_names_the_plans_and_their_documents() -> None:
    """So that somebody can compare them."""
    operation = merge()
    parking = park_for_broken_law(MAIN, (operation,), "sum\nis off", NOW)
    assert parking.cause is ParkingCause.IMPOSSIBLE
    assert parking.reason == "a law does not hold: sum is off"
    numbers = ", ".join(source.number for source in operation.sources)
    assert parking.evidence == (f"plan {operation.plan_id}: {operation.summary} ({numbers})",)


def test_many_documents_are_named_in_part() -> None:
    """Ten, and a sign that there are more."""
    operation = merge()
    many = replace(operation, sources=operation.sources * 6)
    (line,) = park_for_broken_law(MAIN, (many,), "x", NOW).evidence
    assert line.count(operation.sources[0].number) == 5
    assert line.endswith(", …)")


def test_the_refusal_says_since_when_why_and_what_to_do() -> None:
    """Somebody must act before anything new is planned."""
    parking = judged(holding(1, 4, 5))
    assert parking is not None
    refusal = refuse_parked(parking)
    assert (refusal.rule, refusal.weight, refusal.account_id) == ("parked", Weight.ACT, MAIN)
    assert refusal.sentence.startswith("parked since 2026-03-01 09:30 UTC: 3 of its writes")
    assert refusal.mend == parking.mend


def test_a_parking_names_the_command_that_lifts_it() -> None:
    """For its family, whoever shows it."""
    parked = judged(holding(4, 5, 3))
    assert parked is not None
    assert parked.retry == retry_command(MAIN)
    assert str(MAIN) in parked.retry
