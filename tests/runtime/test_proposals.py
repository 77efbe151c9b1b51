"""Proposals: they wait, give way to better ones, and how much goes without them."""

from __future__ import annotations

from connector.errors import (
    ReplyMalformed,
)
from connector.ports.store import RequestKind
from connector.runtime.requests import record_request
from tests.runtime.looks import CLOSED, PROPOSE, PROPOSED, WITHDRAWN, look, put_on_agenda
from tests.runtime.rig import MIRROR, Rig


def test_propose_mode_asks_for_every_plan(rig: Rig) -> None:
    """It waits, and nothing is sent."""
    rig.family()
    rig.charge(1, 2, 3)
    rig.set_policy(PROPOSE)
    rig.sync()
    operation = rig.operation()
    assert operation.state is PROPOSED
    assert "waits for a person" in operation.why
    assert rig.platform.sent == []


def test_the_same_proposal_is_made_once(rig: Rig) -> None:
    """A look at an unchanged family leaves it alone."""
    rig.family()
    rig.charge(1, 2, 3)
    rig.set_policy(PROPOSE)
    look(rig)
    put_on_agenda(rig)
    look(rig)
    assert len(rig.operations()) == 1


def test_a_superseded_proposal_can_never_be_sent(rig: Rig) -> None:
    """Withdrawn with all its steps; approving it now says that none waits under this name."""
    rig.family()
    rig.charge(1, 2, 3)
    rig.set_policy(PROPOSE)
    look(rig)
    old = rig.operation().plan_id
    rig.world.pay(12)
    rig.clock.pass_by(minutes=1)
    put_on_agenda(rig)
    look(rig)
    assert [op.state for op in rig.operations()] == [WITHDRAWN, PROPOSED]
    assert {step.state.value for step in rig.operations(WITHDRAWN)[0].steps} == {"cancelled"}
    with rig.unit() as unit:
        unit.requests.record_request(RequestKind.APPROVE, old, "ada", rig.at)
        unit.commit()
    rig.sync()
    assert rig.platform.sent == []


def test_a_proposal_whose_ground_is_gone_is_withdrawn_without_successor(rig: Rig) -> None:
    """Everything was paid."""
    rig.family()
    rig.charge(1, 2, 3)
    rig.set_policy(PROPOSE)
    look(rig)
    for number in (10, 11, 12):
        rig.world.pay(number)
    put_on_agenda(rig)
    look(rig)
    assert rig.operation().state is WITHDRAWN


def test_the_same_ground_again_gets_another_name(rig: Rig) -> None:
    """Paid, superseded, and the payment taken back: the first name is used up."""
    rig.family()
    first = rig.charge(1, 2, 3)
    rig.set_policy(PROPOSE)
    for books in ((), (12,), ()):
        rig.world.put(*first)
        for number in books:
            rig.world.pay(number)
        put_on_agenda(rig)
        look(rig)
    names = [op.plan_id for op in rig.operations()]
    assert len(set(names)) == 3
    assert len(rig.operations(PROPOSED)) == 1


def test_quarantine_leaves_proposals_as_they_are(rig: Rig) -> None:
    """Of a family that cannot be read whole nothing is known, so nothing is withdrawn."""
    rig.family()
    rig.charge(1, 2, 3)
    rig.set_policy(PROPOSE)
    look(rig)
    rig.platform.fail_read("read_open_invoices", ReplyMalformed("no JSON", field="due"))
    put_on_agenda(rig)
    look(rig)
    assert rig.operation().state is PROPOSED


def test_an_approved_plan_is_carried_out_even_in_propose_mode(rig: Rig) -> None:
    """The person's word counts, and it is not asked for twice."""
    rig.family()
    rig.charge(1, 2, 3)
    rig.set_policy(PROPOSE)
    rig.sync()
    record_request(rig.service, RequestKind.APPROVE, rig.operation().plan_id, "ada")
    rig.sync()
    assert rig.operation().state is CLOSED


def test_a_cascade_and_a_merge_are_two_plans(rig: Rig) -> None:
    """Each goes its own way; the suspension is named after the main's block."""
    rig.family()
    rig.overdue()
    rig.charge(2, 3)
    rig.set_policy(MIRROR)
    rig.block(1)
    look(rig)
    kinds = {op.kind.value: op for op in rig.operations()}
    assert set(kinds) == {"merge", "suspend"}
    assert [step.block_id for step in kinds["suspend"].steps] == [1, 1]


def test_a_release_is_planned_for_each_sub_that_was_blocked_with_its_main(rig: Rig) -> None:
    """The main has paid and is active again."""
    rig.family()
    rig.block(1, 2, 3)
    rig.clock.pass_by(hours=1)
    rig.activate(1)
    look(rig)
    assert [(s.kind.value, s.account_id, s.block_id) for s in rig.operation().steps] == [
        ("release", 2, 2),
        ("release", 3, 3),
    ]
