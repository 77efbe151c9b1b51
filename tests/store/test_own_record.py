"""What counts as our own doing, and what does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connector.domain.ids import AccountId, InvoiceId
from connector.domain.snapshot import OwnRecharge, OwnRecord, OwnRelease, OwnRelief, OwnSuspension
from connector.ports.platform import Feed
from connector.saga.machine import claimed, happened
from connector.saga.states import StepEvent
from connector.saga.steps import Operation, OperationKind, OperationState, StepKind
from connector.store.store import SqlStore
from tests.store.support import (
    MAIN,
    NOW,
    SUB,
    carry_out,
    cascade,
    load,
    merge,
    plan_id,
    record,
    record_changes,
    record_state,
)

RELEASED = OwnRecord(releases=(OwnRelease(sub_id=SUB, block_id=70),))


def _own(store: SqlStore, main_id: AccountId = MAIN) -> OwnRecord:
    with store.begin() as unit:
        return unit.journal.load_own_record(main_id)


@pytest.mark.parametrize(
    ("state", "taken"),
    [
        (OperationState.PROPOSED, set()),
        (OperationState.OPEN, {501, 502}),
        (OperationState.CLOSED, {501, 502}),
    ],
)
def test_open_and_closed_merges_took_their_sources(
    store: SqlStore, state: OperationState, taken: set[int]
) -> None:
    """A proposal took nothing yet."""
    record(store, merge(1, state=state, sources=[501, 502]))
    assert _own(store).taken == taken
    record_state(store, 1, OperationState.WITHDRAWN)
    assert _own(store).taken == frozenset()


def test_a_family_sees_its_own_record_only(store: SqlStore) -> None:
    """Another family's doings are not ours."""
    record(store, merge(1), cascade(2, StepKind.RELEASE))
    assert _own(store, AccountId(99)) == OwnRecord()


def test_a_document_is_ours_once_the_platform_named_it(store: SqlStore) -> None:
    """Confirmed, in doubt or held: it must never be taken for a charge to be merged."""
    record(store, merge(1))
    issue = merge(1).steps[1]
    sent = claimed(issue, issue.effect, NOW)
    assert _own(store).issued == frozenset()
    doubt = record_changes(store, sent, happened(sent.after, StepEvent.UNCLEAR, remote_id=900))
    assert _own(store).issued == {900}
    record_changes(store, happened(doubt, StepEvent.SEEN, remote_id=900))
    assert _own(store).issued == {900}


def test_a_release_counts_whatever_became_of_it(store: SqlStore) -> None:
    """Under way, held, given up by a person, or done."""
    record(store, cascade(1, StepKind.RELEASE))
    assert _own(store) == RELEASED
    step = load(store, 1).steps[0]
    sent = claimed(step, step.effect, NOW)
    held = record_changes(store, sent, happened(sent.after, StepEvent.REFUSED))
    assert _own(store) == RELEASED
    record_changes(store, happened(held, StepEvent.CANCEL_ASKED))
    assert _own(store) == RELEASED
    record_state(store, 1, OperationState.CLOSED)
    assert _own(store) == RELEASED


def test_a_release_we_withdrew_may_be_planned_again(store: SqlStore) -> None:
    """Its ground was gone, and may come back."""
    record(store, cascade(1, StepKind.RELEASE))
    record_changes(store, happened(load(store, 1).steps[0], StepEvent.WITHDRAWN))
    assert _own(store) == OwnRecord()


@pytest.mark.parametrize("kind", [StepKind.RELEASE, StepKind.SUSPEND])
def test_a_waiting_proposal_did_nothing(store: SqlStore, kind: StepKind) -> None:
    """Else the next look would take it for done, and withdraw it; superseded ones neither."""
    record(store, cascade(1, kind, state=OperationState.PROPOSED))
    assert _own(store) == OwnRecord()
    record_state(store, 1, OperationState.WITHDRAWN)
    assert _own(store) == OwnRecord()


def test_what_was_sent_counts_even_when_withdrawn(store: SqlStore) -> None:
    """A withdrawn operation does not undo a send."""
    record(store, cascade(1, StepKind.RELEASE))
    carry_out(store, load(store, 1).steps[0])
    record_state(store, 1, OperationState.WITHDRAWN)
    assert _own(store) == RELEASED


def test_a_suspension_names_its_cause_and_its_trace(store: SqlStore) -> None:
    """The log row it left is known once the platform confirmed it."""
    record(store, cascade(1, StepKind.SUSPEND))
    planned = OwnSuspension(sub_id=SUB, cause_id=70, block_id=None)
    assert _own(store) == OwnRecord(suspensions=(planned,))
    carry_out(store, load(store, 1).steps[0], remote_id=88)
    assert _own(store) == OwnRecord(suspensions=(replace(planned, block_id=88),))


def test_own_documents_are_known_by_their_ids(store: SqlStore) -> None:
    """Invoices by their issue, credit notes by their relief; among many ids."""
    record(store, merge(1))
    carry_out(store, merge(1).steps[1], remote_id=900)
    carry_out(store, merge(1).steps[2], remote_id=901)
    ids = range(1, 2001)
    with store.begin() as unit:
        found = {feed: unit.journal.load_own_ids(feed, ids) for feed in Feed}
        none = unit.journal.load_own_ids(Feed.INVOICES, [])
    assert found == {
        Feed.INVOICES: {900},
        Feed.CREDIT_NOTES: {901},
        Feed.PAYMENTS: frozenset(),
        Feed.STATUS_CHANGES: frozenset(),
    }
    assert none == frozenset()


def test_a_relief_counts_once_confirmed(store: SqlStore) -> None:
    """With the moment of its send: a block before it may have been for the debt it took off."""
    record(store, merge(1))
    relieve = load(store, 1).steps[2]
    assert _own(store).reliefs == ()
    carry_out(store, relieve, remote_id=77)
    assert _own(store).reliefs == (OwnRelief(sub_id=SUB, at=NOW),)


def _undo(number: int, of: int) -> Operation:
    """The undo of a merge: it revokes the merged invoice, and charges the sub anew."""
    name, before = plan_id(number), merge(of)
    _, issue, relieve = before.steps
    return replace(
        before,
        plan_id=name,
        kind=OperationKind.UNDO,
        undoes=before.plan_id,
        sources=(),
        steps=(
            replace(relieve, plan_id=name, number=1, kind=StepKind.REVOKE, account_id=MAIN),
            replace(issue, plan_id=name, number=2, kind=StepKind.RECHARGE, account_id=SUB),
        ),
    )


def test_an_undo_names_its_merge_and_its_recharges(store: SqlStore) -> None:
    """Its documents are ours in every family, and the relief that was given back counts no more."""
    record(store, merge(1), _undo(2, of=1))
    carry_out(store, merge(1).steps[2], remote_id=77)
    undo = load(store, 2)
    assert (undo.kind, undo.undoes, load(store, 1).undoes) == ("undo", plan_id(1), None)
    carry_out(store, undo.steps[0], remote_id=901)
    assert _own(store).reliefs == ()
    assert _own(store).recharges == ()
    carry_out(store, undo.steps[1], remote_id=902)
    recharge = OwnRecharge(invoice_id=InvoiceId(902), plan_id=plan_id(2), by="planner")
    assert _own(store).recharges == _own(store, AccountId(99)).recharges == (recharge,)
    assert _own(store).taken == {501}
    with store.begin() as unit:
        assert unit.journal.load_own_ids(Feed.INVOICES, [901, 902]) == {902}
        assert unit.journal.load_own_ids(Feed.CREDIT_NOTES, [901, 902]) == {901}
