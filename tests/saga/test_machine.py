"""Which step is next, and what happens to a step."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from connector.domain.marker import markers_in
from connector.errors import IllegalTransition
from connector.saga import machine
from connector.saga.effects import MarkInvoice
from connector.saga.states import StepEvent, StepState
from connector.saga.steps import Operation, OperationKind, OperationState, StepKind
from tests.build import NOON
from tests.saga.support import NOW, SECOND, merge, releases, step_of, suspensions, with_states

INTENDED, SENDING, CONFIRMED = StepState.INTENDED, StepState.SENDING, StepState.CONFIRMED
UNKNOWN, HELD, CANCELLED = StepState.UNKNOWN, StepState.HELD, StepState.CANCELLED
DONE = (CONFIRMED, CONFIRMED, CONFIRMED)


def next_number(operation: Operation) -> int | None:
    """The number of the step that is due."""
    step = machine.next_step(operation, NOW)
    return step.number if step else None


@pytest.mark.parametrize(
    ("states", "number"),
    [
        ((), 1),
        ((UNKNOWN,), 1),
        ((HELD,), None),
        ((CONFIRMED,), 2),
        ((CONFIRMED, UNKNOWN), 2),
        ((CONFIRMED, CONFIRMED), 3),
        ((CONFIRMED, CONFIRMED, UNKNOWN), 3),
        ((CONFIRMED, CONFIRMED, HELD), None),
        ((CONFIRMED, CONFIRMED, CANCELLED), None),
        (DONE, 4),
        ((*DONE, HELD), 5),
        ((*DONE, CANCELLED), 5),
        ((*DONE, HELD, CONFIRMED), None),
        ((*DONE, CONFIRMED, CONFIRMED), None),
    ],
)
def test_the_order_of_a_merge(states: tuple[StepState, ...], number: int | None) -> None:
    """Nothing overtakes claims and pivot; no relief without the invoice; reliefs wait for none."""
    assert next_number(with_states(merge(), *states)) == number


@pytest.mark.parametrize(
    ("states", "number"),
    [((HELD,), 3), ((HELD, UNKNOWN), 3), ((CONFIRMED, HELD, CANCELLED), None)],
)
def test_steps_of_a_cascade_do_not_wait_for_each_other(
    states: tuple[StepState, ...], number: int | None
) -> None:
    """Case 19: three of seven fail, four are switched on."""
    operation = with_states(releases(2, 3, 4), *states)
    step = machine.next_step(operation, NOW)
    assert (step.account_id if step else None) == number


def test_a_step_waits_until_it_is_due() -> None:
    """Back-off is kept to the instant; a merge waits with it, a cascade goes on."""
    first = replace(merge().steps[0], due_at=NOW + SECOND)
    operation = replace(merge(), steps=(first, *merge().steps[1:]))
    assert machine.next_step(operation, NOW) is None
    assert machine.next_step(operation, NOW + SECOND) == first
    assert machine.next_due_at(operation) == NOW + SECOND
    cascade = releases(2, 3)
    waiting = replace(cascade.steps[0], due_at=NOW + SECOND)
    assert next_number(replace(cascade, steps=(waiting, cascade.steps[1]))) == 2


def test_only_time_makes_a_step_due() -> None:
    """Held and finished steps have no time, though they once had one."""
    later = NOW + SECOND
    operation = with_states(merge(), CONFIRMED, HELD)
    steps = tuple(replace(step, due_at=later) for step in operation.steps[:2])
    assert machine.next_due_at(replace(operation, steps=steps)) is None


def test_done_and_held() -> None:
    """Done is every step finished; held ones are listed."""
    operation = with_states(merge(), *DONE, CONFIRMED, HELD)
    assert not machine.is_done(operation)
    assert [step.number for step in machine.held_steps(operation)] == [5]
    assert machine.is_done(with_states(merge(), *DONE, CONFIRMED, CANCELLED))


@pytest.mark.parametrize(
    ("state", "past"),
    [(INTENDED, False), (CANCELLED, False), (SENDING, True), (UNKNOWN, True), (CONFIRMED, True)],
)
def test_the_pivot_is_passed_once_it_may_have_left(state: StepState, *, past: bool) -> None:
    """In doubt it counts as passed."""
    operation = with_states(merge(), CONFIRMED, CONFIRMED, state)
    assert machine.is_past_pivot(operation) is past


def test_releases_come_first_then_suspensions_then_merges() -> None:
    """A payer's reactivation never waits behind a month-end merge."""
    late = replace(releases(3), created_at=NOON + SECOND)
    operations = [merge(), suspensions(2), late, releases(2)]
    assert machine.by_urgency(operations) == [
        operations[3],
        late,
        operations[1],
        operations[0],
    ]


# -- events ---------------------------------------------------------------------------------


def test_a_claim_counts_and_stamps() -> None:
    """Attempt, time, and no due time any more."""
    step = replace(merge().steps[2], due_at=NOW)
    change = machine.claimed(step, step.effect, NOW)
    assert (change.before, change.event) == (step, StepEvent.CLAIMED)
    assert change.after == replace(step, state=SENDING, attempts=1, sent_at=NOW, due_at=None)


def test_a_documents_effect_is_frozen_from_the_first_send_on() -> None:
    """A later send is the same document; before the first it may still be another."""
    step = merge().steps[2]
    other = merge().steps[3].effect
    assert machine.claimed(step, other, NOW).after.effect == other
    sent = replace(step, sent_at=NOW, attempts=1)
    assert machine.claimed(sent, other, NOW).after.effect == step.effect


def test_a_memo_is_composed_anew_at_each_send() -> None:
    """Staff may have written something since."""
    step = replace(merge().steps[0], sent_at=NOW, attempts=1)
    assert isinstance(step.effect, MarkInvoice)
    fresh = replace(step.effect, memo="new words")
    assert machine.claimed(step, fresh, NOW).after.effect == fresh


def test_events_keep_what_they_do_not_say() -> None:
    """A reason and a remote id stay until others come; a due time does not."""
    sending = replace(merge().steps[2], state=SENDING, reason="old", due_at=NOW)
    unclear = machine.happened(sending, StepEvent.UNCLEAR).after
    assert (unclear.state, unclear.reason, unclear.due_at) == (UNKNOWN, "old", None)
    seen = machine.happened(unclear, StepEvent.SEEN, reason="read", remote_id=5).after
    assert (seen.state, seen.reason, seen.remote_id) == (CONFIRMED, "read", 5)
    again = machine.happened(replace(sending, remote_id=5), StepEvent.NOT_SENT, due_at=NOW + SECOND)
    assert (again.after.remote_id, again.after.due_at) == (5, NOW + SECOND)


def test_an_illegal_event_raises() -> None:
    """Only an INTENDED step can be claimed, and what is confirmed stays so."""
    step = replace(merge().steps[0], state=CONFIRMED)
    with pytest.raises(IllegalTransition):
        machine.claimed(step, step.effect, NOW)
    with pytest.raises(IllegalTransition):
        machine.happened(step, StepEvent.RETRY_ASKED)


@pytest.mark.parametrize(
    ("attempts", "asked", "seconds"),
    [
        (0, None, 1),
        (1, None, 2),
        (5, None, 32),
        (9, None, 300),
        (99, None, 300),
        (1, 0, 0),
        (1, 90, 90),
        (1, 10**9, 3600),
    ],
)
def test_back_off_doubles_within_bounds(attempts: int, asked: int | None, seconds: int) -> None:
    """Or what the platform asks for, but never more than an hour."""
    step = replace(merge().steps[0], attempts=attempts)
    assert machine.backoff_until(step, NOW, asked) == NOW + timedelta(seconds=seconds)


# -- giving up ------------------------------------------------------------------------------


@pytest.mark.parametrize(("number", "gives_up"), [(1, True), (3, True), (4, False)])
def test_cancelling_claim_or_pivot_gives_the_merge_up(number: int, *, gives_up: bool) -> None:
    """A cancelled relief was settled by hand; the rest goes on."""
    operation = with_states(merge(), *(HELD for _ in range(number)))
    changes, found = machine.cancel(step_of(operation, number), "by anna")
    assert found is gives_up
    assert [(change.after.state, change.after.reason) for change in changes] == [
        (CANCELLED, "by anna")
    ]


def test_cancelling_a_release_concerns_it_alone() -> None:
    """The other sub-accounts are switched on all the same."""
    operation = with_states(releases(2, 3), HELD)
    assert machine.cancel(operation.steps[0], "x")[1] is False


def test_a_withdrawn_merge_hands_its_claims_back() -> None:
    """What has not left is cancelled; each mark is taken off, staff's words stay."""
    changes, handbacks = machine.withdraw(with_states(merge(), CONFIRMED, CONFIRMED), "changed")
    assert [(change.before.number, change.after.state) for change in changes] == [
        (3, CANCELLED),
        (4, CANCELLED),
        (5, CANCELLED),
    ]
    assert [(step.number, step.kind, step.invoice_id) for step in handbacks] == [
        (6, StepKind.UNCLAIM, 10),
        (7, StepKind.UNCLAIM, 20),
    ]
    effects = [step.effect for step in handbacks]
    assert [e.memo for e in effects if isinstance(e, MarkInvoice)] == ["", "call first"]


def test_a_claim_that_may_have_left_is_handed_back_too() -> None:
    """Sent and not seen: its mark may still appear, and would block the source for ever."""
    operation = with_states(merge(), CONFIRMED, HELD)
    _, handbacks = machine.withdraw(operation, "given up")
    assert [step.invoice_id for step in handbacks] == [10, 20]
    again = replace(step_of(operation, 2), state=INTENDED)
    resent = replace(operation, steps=(operation.steps[0], again, *operation.steps[2:]))
    assert [step.invoice_id for step in machine.withdraw(resent, "x")[1]] == [10, 20]
    _, none = machine.withdraw(merge(), "nothing left yet")
    assert none == ()


def test_a_claim_that_may_still_land_is_handed_back_after_the_quiescence() -> None:
    """Only what was sent once and seen has landed for sure; a late mark would stay for ever."""
    minute = timedelta(minutes=1)
    claims = [
        replace(step, attempts=attempts, sent_at=NOW)
        for step, attempts in zip(
            with_states(merge(), CONFIRMED, CONFIRMED).steps[:2], (1, 2), strict=True
        )
    ]
    operation = replace(merge(), steps=(*claims, *merge().steps[2:]))
    _, (landed, resent) = machine.withdraw(operation, "changed", minute)
    assert (landed.due_at, resent.due_at) == (None, NOW + minute)
    unseen = replace(claims[0], state=INTENDED)
    operation = replace(operation, steps=(unseen, *operation.steps[1:]))
    assert machine.withdraw(operation, "changed", minute)[1][0].due_at == NOW + minute


def test_a_doubt_counts_from_when_we_lost_sight() -> None:
    """A process stopped between its claim and its send may have sent long after the claim."""
    lost_at = NOW + timedelta(hours=1)
    step = step_of(merge(), 3)
    sending = machine.claimed(step, step.effect, NOW).after
    doubt = machine.happened(sending, StepEvent.UNCLEAR, lost_at=lost_at).after
    assert doubt.sent_at == lost_at
    assert machine.happened(doubt, StepEvent.ABSENT).after.sent_at == lost_at


def test_handbacks_are_worked_on_and_do_not_wait_for_each_other() -> None:
    """One source that is held keeps no other one marked."""
    operation = with_states(merge(), CONFIRMED, CONFIRMED)
    changes, handbacks = machine.withdraw(operation, "changed")
    after = {change.before.number: change.after for change in changes}
    steps = (*(after.get(step.number, step) for step in operation.steps), *handbacks)
    withdrawn = replace(operation, state=OperationState.WITHDRAWN, steps=steps)
    assert machine.may_work(withdrawn)
    assert next_number(withdrawn) == 6
    held = replace(withdrawn, steps=(*steps[:-2], replace(steps[-2], state=HELD), steps[-1]))
    assert next_number(held) == 7
    marker = step_of(operation, 2).marker
    assert marker not in markers_in(str(handbacks[1].effect))


@pytest.mark.parametrize("state", list(OperationState))
def test_only_approved_operations_are_worked_on(state: OperationState) -> None:
    """Proposals wait; closed ones are over."""
    allowed = state in {OperationState.OPEN, OperationState.WITHDRAWN}
    assert machine.may_work(replace(merge(), state=state)) is allowed


def test_a_claim_is_good_for_five_seconds() -> None:
    """As long as the margin of a lease allows; a slow pace of our own is added to it."""
    almost = timedelta(seconds=5) - timedelta.resolution
    assert not machine.is_stale(timedelta())
    assert not machine.is_stale(almost)
    assert machine.is_stale(timedelta(seconds=5))
    assert not machine.is_stale(timedelta(seconds=5), timedelta(seconds=6))


def test_a_probe_is_carried_out_by_whoever_asked_for_it() -> None:
    """The worker leaves it alone."""
    probe = replace(merge(), kind=OperationKind.PROBE)
    assert machine.to_carry_out([merge(), probe]) == (merge(),)
