"""What people ask for: every wish, in right and wrong states, and two at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connector.domain.policy import Mode
from connector.errors import ConnectorError, PlatformRefused
from connector.ports.store import RequestKind
from connector.runtime import facts
from connector.runtime.requests import carry_out_requests, record_request
from connector.saga.steps import OperationState
from tests.runtime.rig import ACT, Rig

A, R, C, F, U = (
    RequestKind.APPROVE,
    RequestKind.RETRY,
    RequestKind.CANCEL,
    RequestKind.FREEZE,
    RequestKind.UNFREEZE,
)
PROPOSE = replace(ACT, mode=Mode.PROPOSE)
NOWHERE = "A" * 20


def wish(rig: Rig, kind: RequestKind, subject: str, by: str = "ada") -> int:
    """Put a request into the store as it is, without asking whether it makes sense."""
    with rig.unit() as unit:
        number = unit.requests.record_request(kind, subject, by, rig.at)
        unit.commit()
    return number


def carry_out(rig: Rig) -> int:
    """Carry out what was asked for."""
    return carry_out_requests(rig.service, rig.pen)


def held(rig: Rig, number: int) -> str:
    """A merge whose n-th send was refused; the step's name."""
    rig.family()
    rig.charge(1, 2, 3)
    rig.platform.fail_send(number, PlatformRefused("no", status=422))
    rig.sync()
    return f"{rig.operation().plan_id}/{number}"


def proposed(rig: Rig) -> None:
    """Two families' merges, waiting."""
    rig.set_policy(PROPOSE)
    rig.family()
    rig.family(5, (6,))
    rig.charge(1, 2, 3)
    rig.charge(5, 6, first=20)
    rig.sync()


def test_one_plan_is_approved_and_the_other_waits(rig: Rig) -> None:
    """With the person's name in the history."""
    proposed(rig)
    chosen, other = rig.operations()
    record_request(rig.service, A, chosen.plan_id, "ada")
    assert carry_out(rig) == 1
    assert {op.plan_id: op.state.value for op in rig.operations()} == {
        chosen.plan_id: "open",
        other.plan_id: "proposed",
    }
    assert (rig.fact(facts.FIRST_APPROVAL) or "").startswith("ada ")
    with rig.unit() as unit:
        rows = unit.journal.load_history(account_id=None, plan_id=chosen.plan_id, limit=1)
    assert (rows[0].event, rows[0].by) == ("open", "ada")


def test_all_plans_are_approved(rig: Rig) -> None:
    """In one request; a second one finds none, and changes nothing."""
    proposed(rig)
    record_request(rig.service, A, "all", "ada")
    record_request(rig.service, A, "all", "bob")
    assert carry_out(rig) == 2
    assert {op.state for op in rig.operations()} == {OperationState.OPEN}
    assert (rig.fact(facts.FIRST_APPROVAL) or "").startswith("ada ")
    assert carry_out(rig) == 0


def test_approving_nothing_is_no_first_approval(rig: Rig) -> None:
    """Only somebody who saw a plan has approved one."""
    wish(rig, A, "all")
    wish(rig, A, NOWHERE)
    assert carry_out(rig) == 2
    assert rig.fact(facts.FIRST_APPROVAL) is None


def test_a_held_step_is_tried_again(rig: Rig) -> None:
    """And the merge ends well."""
    name = held(rig, 4)
    record_request(rig.service, R, name, "ada")
    rig.sync()
    assert rig.operation().state is OperationState.CLOSED
    assert rig.step(4).attempts == 2


def test_two_retries_at_once_send_once(rig: Rig) -> None:
    """The second one finds the step no longer held."""
    name = held(rig, 4)
    record_request(rig.service, R, name, "ada")
    record_request(rig.service, R, name, "bob")
    assert carry_out(rig) == 2
    assert rig.step(4).state == "intended"
    rig.sync()
    assert len([inv for inv in rig.world.invoices if inv > 1000]) == 1


def test_retry_and_cancel_at_once_go_by_their_order(rig: Rig) -> None:
    """Who asked first is heard."""
    name = held(rig, 4)
    record_request(rig.service, R, name, "ada")
    record_request(rig.service, C, name, "bob")
    carry_out(rig)
    assert rig.step(4).state == "intended"


@pytest.mark.parametrize("number", [1, 2, 4])
def test_who_cancels_a_claim_or_the_pivot_gives_the_merge_up(rig: Rig, number: int) -> None:
    """What was claimed is handed back; nobody is charged or credited."""
    name = held(rig, number)
    record_request(rig.service, C, name, "ada")
    rig.sync()
    rig.sync()  # a mark that never stood is dropped without a send, which ends a sync
    operation = rig.operations(OperationState.WITHDRAWN)[0]
    assert operation.why == f"given up by ada: step {number} was cancelled"
    assert operation.steps[3].state == "cancelled"
    with rig.unit() as unit:
        rows = unit.journal.load_history(account_id=None, plan_id=operation.plan_id, limit=100)
    assert {row.by for row in rows if row.event == "cancel_asked"} == {"ada"}
    assert all(operation.plan_id not in inv.memo for inv in rig.world.invoices.values())
    assert 1002 not in rig.world.invoices
    [again] = rig.operations(OperationState.PROPOSED)
    assert again.why == operation.why  # the same plan, made anew, waits for a person


def test_who_cancels_a_relief_gives_only_that_up(rig: Rig) -> None:
    """The others stand."""
    name = held(rig, 5)
    record_request(rig.service, C, name, "ada")
    rig.sync()
    assert rig.operation().state is OperationState.CLOSED
    assert sorted(rig.world.relieved.values()) == [11, 12]


def test_freeze_and_unfreeze(rig: Rig) -> None:
    """With name and reason; afterwards the accounts are counted afresh."""
    rig.family()
    rig.sync()
    rig.charge(1, 2, 3)
    record_request(rig.service, F, "audit", "ada")
    rig.sync()
    assert rig.fact(facts.FROZEN) == "frozen by ada: audit"
    assert rig.platform.sent == []
    record_request(rig.service, U, "", "bob")
    carry_out(rig)
    assert rig.fact(facts.FROZEN) is None
    assert rig.fact(facts.ACCOUNTS_COUNT) is None
    rig.sync()
    assert rig.operation().state is OperationState.CLOSED


def test_unfreezing_believes_in_the_accounts_that_are_left(rig: Rig) -> None:
    """The loss that froze us is not judged again."""
    rig.family(1, (2, 3, 4))
    rig.sync()
    rig.platform.missing_accounts = 3
    rig.sync()
    assert rig.fact(facts.FROZEN) is not None
    record_request(rig.service, U, "", "ada")
    rig.sync()
    assert rig.fact(facts.FROZEN) is None
    assert rig.fact(facts.ACCOUNTS_COUNT) == "1"


@pytest.mark.parametrize(
    ("kind", "subject", "words"),
    [
        (A, NOWHERE, "no plan"),
        (R, f"{NOWHERE}/1", "no plan"),
        (C, NOWHERE, "no plan"),
        (R, "{plan}/99", "has no step 99"),
        (R, "{plan}", "has no step"),
        (R, "{plan}/1", "is confirmed, not held"),
        (C, "{plan}/1", "is confirmed, not held"),
        (A, "{plan}", "it does not wait for approval"),
    ],
)
def test_senseless_wishes_are_refused_where_they_are_made(
    rig: Rig, kind: RequestKind, subject: str, words: str
) -> None:
    """In one sentence; and if one comes through all the same, it changes nothing."""
    held(rig, 4)
    subject = subject.format(plan=rig.operation().plan_id)
    with pytest.raises(ConnectorError, match=words):
        record_request(rig.service, kind, subject, "ada")
    before = rig.operations()
    wish(rig, kind, subject)
    assert carry_out(rig) == 1
    assert rig.operations() == before
