"""An undo from the wish to its end: what was merged is charged where it came from, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from connector.domain.ids import AccountId
from connector.domain.marker import markers_in
from connector.domain.policy import Mode
from connector.errors import ConnectorError
from connector.runtime.requests import carry_out_requests, record_request
from connector.saga.effects import IssueCreditNote, IssueInvoice
from connector.saga.steps import OperationKind, OperationState
from tests.runtime.rig import ACT, Rig
from tests.runtime.undoing import (
    MERGED,
    U,
    ask,
    at_send,
    dues,
    merge_of,
    merge_three,
    undo_of,
)


@pytest.fixture
def merged(rig: Rig) -> Rig:
    """Three invoices of 12.00, merged into 36.00 two hours ago."""
    return merge_three(rig)


def test_what_was_merged_is_charged_where_it_came_from(merged: Rig) -> None:
    """One credit note on the merged invoice, one new invoice for each source, lines and all."""
    before = len(merged.platform.sent)
    ask(merged)
    merged.sync()
    assert dues(merged) == {1002: Decimal(12), 1003: Decimal(12), 1004: Decimal(12)}
    assert [merged.world.balance(number) for number in (1, 2, 3)] == [-12, -12, -12]
    sent = merged.platform.sent[before:]
    assert [type(effect) for effect in sent] == [IssueCreditNote, *[IssueInvoice] * 3]
    notes = {effect.memo: effect.note for effect in sent if isinstance(effect, IssueInvoice)}
    for new, old in ((1002, 10), (1003, 11), (1004, 12)):
        anew, source = merged.world.invoices[new], merged.world.invoices[old]
        assert (anew.account_id, anew.items[1:]) == (source.account_id, source.items)
        assert anew.due_on == source.due_on
        assert f"N{old}" in notes[anew.memo]
        assert markers_in(source.memo), "the old source stays claimed"
    assert undo_of(merged).state is OperationState.CLOSED
    assert merged.alerts.heard == []


def test_it_bears_the_name_of_who_asked(merged: Rig) -> None:
    """In the history, and with what is left as it is."""
    ask(merged, by="grace")
    merged.sync()
    plan_id = undo_of(merged).plan_id
    with merged.unit() as unit:
        rows = unit.journal.load_history(account_id=None, plan_id=plan_id, limit=100)
        told = [row.refusal for row in unit.findings.load_refusals()]
    assert {row.by for row in rows if row.step is None and row.event == "open"} == {"grace"}
    assert {refusal.rule for refusal in told} == {"undone"}
    assert all("grace asked for" in refusal.sentence for refusal in told)


def test_it_is_not_merged_again(merged: Rig) -> None:
    """Neither by the next look nor in the next month, when new invoices come."""
    ask(merged)
    merged.sync()
    sent = len(merged.platform.sent)
    merged.clock.pass_by(days=2)
    merged.sync()
    assert len(merged.platform.sent) == sent
    merged.charge(2, 3, first=20)
    merged.clock.pass_by(days=2)
    merged.sync()
    assert {dues(merged)[number] for number in (1002, 1003, 1004)} == {12}
    later = [row for row in merged.operations() if row.kind is OperationKind.MERGE][1:]
    assert [[source.invoice_id for source in row.sources] for row in later] == [[20, 21]]


@pytest.mark.parametrize("mode", [Mode.ACT, Mode.PROPOSE])
def test_a_person_who_asks_waits_for_no_other(merged: Rig, mode: Mode) -> None:
    """The wish is the approval."""
    merged.set_policy(replace(ACT, mode=mode))
    ask(merged)
    merged.sync()
    assert undo_of(merged).state is OperationState.CLOSED


def test_in_observe_mode_it_cannot_be_asked_for(merged: Rig) -> None:
    """Told at once; and a wish from before the mode was changed comes to nothing."""
    ask(merged)
    merged.set_policy(replace(ACT, mode=Mode.OBSERVE))
    carry_out_requests(merged.service, merged.pen)
    with pytest.raises(ConnectorError, match="observe"):
        ask(merged)
    assert len(merged.operations()) == 1


def test_it_can_be_asked_for_once(merged: Rig) -> None:
    """While it is under way, and after it; whoever asked twice gets one."""
    plan = merge_of(merged).plan_id
    with merged.unit() as unit:
        for _ in range(2):
            unit.requests.record_request(U, plan, "ada", merged.at)
        unit.commit()
    merged.sync()
    assert undo_of(merged).state is OperationState.CLOSED
    with pytest.raises(ConnectorError, match="was undone by plan"):
        ask(merged)
    with pytest.raises(ConnectorError, match="no merge"):
        record_request(merged.service, U, undo_of(merged).plan_id, "ada")
    with pytest.raises(ConnectorError, match="no plan"):
        record_request(merged.service, U, "A" * 20, "ada")


def test_it_waits_out_the_guard_times(merged: Rig) -> None:
    """Near the platform's own charge and blocking hours nothing is revoked."""
    now = merged.clock.now()
    merge = replace(ACT.merge, guard_times=(now.time(),), guard=timedelta(hours=1))
    merged.set_policy(replace(ACT, merge=merge))
    before = len(merged.platform.sent)
    ask(merged)
    merged.cycle()
    assert len(merged.platform.sent) == before
    merged.clock.pass_by(hours=2)
    merged.sync()
    assert undo_of(merged).state is OperationState.CLOSED


def test_past_its_day_a_source_gets_the_accounts_usual_time(merged: Rig) -> None:
    """Never due in the past."""
    merged.clock.pass_by(days=20)
    ask(merged)
    merged.sync()
    today = merged.clock.now().date()
    usual = today + timedelta(days=merged.world.billings[2].due_days)
    assert merged.world.invoices[1003].due_on == usual


def test_a_relief_that_was_undone_releases_nobody(merged: Rig) -> None:
    """A sub that was blocked for its own invoice, which the main took over and gave back."""
    merged.block(2)
    merged.clock.pass_by(hours=1)
    ask(merged)
    merged.sync()
    with merged.unit() as unit:
        assert unit.journal.load_own_record(AccountId(1)).reliefs == ()
    assert merged.statuses(2) == ["blocked"]


def test_what_was_credited_after_the_merge_is_not_charged_anew(rig: Rig) -> None:
    """5.00 of 12.00 were paid at the source: 7.00 come back, and 31.00 are revoked."""
    rig.family()
    rig.charge(1, 2, 3)
    at_send(rig, IssueCreditNote, lambda: rig.world.pay(11, "5.00"))
    rig.sync()
    assert rig.due(MERGED) == 31
    rig.platform.on_send = lambda _: None
    ask(rig)
    rig.sync()
    assert sorted(dues(rig).values()) == [7, 12, 12]
    assert [rig.world.balance(number) for number in (1, 2, 3)] == [-12, -7, -12]
    assert undo_of(rig).total == 31
