"""A lost store, an old one, and what a rebuild makes of the marks that are left."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connector.domain.ids import AccountId, PlanId
from connector.domain.marker import Marker
from connector.errors import ConnectorError, OutcomeUnknown, PlatformUnavailable
from connector.observe.events import Event as Log
from connector.runtime import facts
from connector.runtime.rebuild import confirm_rebuild, rebuild
from connector.saga.steps import OperationState
from tests.runtime.losing import (
    confirm,
    cut_after,
    dues,
    lose,
    merged,
    quietly,
)
from tests.runtime.rig import Rig


def test_a_new_store_on_a_new_platform_just_begins(rig: Rig) -> None:
    """No mark anywhere: no recovery."""
    merged(rig)
    assert rig.fact(facts.RECOVERY) is None
    assert rebuild(rig.service, quietly).why == ""


def test_a_lost_store_is_noticed_before_anything_is_written(rig: Rig) -> None:
    """The first look at the platform finds our marks; links or not, nothing is sent or planned."""
    merged(rig)
    rig.charge(2, first=30)
    lose(rig)
    sent = len(rig.platform.sent)
    rig.sync()
    assert (rig.fact(facts.RECOVERY) or "").startswith("recovery: the platform bears marks of 1")
    assert len(rig.platform.sent) == sent
    assert rig.operations() == ()
    assert Log.STORE_BEHIND in rig.alerts.events


def test_a_rebuilt_merge_is_as_it_was(rig: Rig) -> None:
    """Plan, steps, documents and totals; closed at once; rows are by "rebuild", in the chain."""
    merged(rig)
    before = rig.operation()
    lose(rig)
    rig.sync()
    report = rebuild(rig.service, quietly)
    assert [each.problem for each in report.plans] == [""]
    after = rig.operation()
    assert after.plan_id == before.plan_id
    assert after.state is OperationState.CLOSED
    assert (after.main_id, after.total) == (before.main_id, before.total)
    shown = [
        (s.number, s.kind, s.account_id, s.invoice_id, s.state, s.remote_id) for s in after.steps
    ]
    assert shown == [
        (s.number, s.kind, s.account_id, s.invoice_id, s.state, s.remote_id) for s in before.steps
    ]
    assert [row.effect for row in after.steps if row.kind == "relieve"] == [
        row.effect for row in before.steps if row.kind == "relieve"
    ]
    with rig.unit() as unit:
        history = unit.journal.load_history(account_id=None, plan_id=None, limit=9)
    assert {row.by for row in history} == {"rebuild"}
    assert rig.store.verify_journal().problem == ""


def test_nothing_is_written_before_a_person_confirms(rig: Rig) -> None:
    """Not by a rebuild, not by unfreezing; afterwards what was left is done, once."""
    cut_after(rig, 5)
    lose(rig)
    rig.sync()
    rebuild(rig.service, quietly)
    sent = len(rig.platform.sent)
    rig.clock.pass_by(hours=1)
    rig.sync()
    assert len(rig.platform.sent) == sent
    confirm_rebuild(rig.service, quietly, "ada")
    rig.sync()
    assert rig.operation().state is OperationState.CLOSED
    assert dues(rig) == {1001: "36.00"}
    assert (rig.fact(facts.RECOVERED) or "").startswith("ada ")


def test_confirming_waits_for_the_quiescence(rig: Rig) -> None:
    """What was under way when the store was lost may still appear."""
    merged(rig)
    lose(rig)
    rig.sync()
    rebuild(rig.service, quietly)
    with pytest.raises(ConnectorError, match="still be at work"):
        confirm_rebuild(rig.service, quietly, "ada")
    confirm(rig)


def test_confirming_needs_recovery_mode(rig: Rig) -> None:
    """There must be something to confirm."""
    merged(rig)
    with pytest.raises(ConnectorError, match="nothing to confirm"):
        confirm_rebuild(rig.service, quietly, "ada")


@pytest.mark.parametrize("sends", range(8))
def test_a_merge_that_was_cut_off_anywhere_ends_as_if_it_had_not_been(rig: Rig, sends: int) -> None:
    """Lost after any of its seven writes: at the end one invoice, and every cent on it."""
    cut_after(rig, sends)
    lose(rig)
    rig.sync()
    if sends:
        rebuild(rig.service, quietly)
        confirm(rig)
    rig.sync()
    assert dues(rig) == {1001: "36.00"}
    assert all(
        op.state in {OperationState.CLOSED, OperationState.WITHDRAWN} for op in rig.operations()
    )
    assert rig.world.invoices[1001].memo.count("LA1:") == 1
    assert all(row.memo.count("LA1:") <= 1 for row in rig.world.invoices.values())


@pytest.mark.parametrize("sends", range(1, 8))
def test_a_write_that_lands_late_is_found_by_the_walk(rig: Rig, sends: int) -> None:
    """Its answer was lost with the store; it is not made again."""
    rig.family()
    rig.charge(1, 2, 3)
    rig.platform.fail_send(sends, OutcomeUnknown("no answer"), when="after")
    for number in range(sends + 1, sends + 9):
        rig.platform.fail_send(number, PlatformUnavailable("down"))
    rig.cycle()
    rig.platform.mend()
    lose(rig)
    rig.sync()
    rebuild(rig.service, quietly)
    confirm(rig)
    rig.sync()
    assert dues(rig) == {1001: "36.00"}
    notes = [note.note for note in rig.world.notes.values()]
    assert len(notes) == len(set(notes)) == 3


def test_a_merged_invoice_that_turns_up_after_the_rebuild_is_found(rig: Rig) -> None:
    """Beyond all quiescence: its claims were handed back; it is voided, not kept silent."""
    cut_after(rig, 3)
    plan_id = rig.operation().plan_id
    lose(rig)
    rig.sync()
    rebuild(rig.service, quietly)
    confirm(rig)
    rig.sync()
    late = replace(
        rig.world.invoices[1001],
        id=rig.world.next_invoice_id(),
        number="LATE",
        memo=str(Marker(plan_id=plan_id, step=4)),
    )
    rig.world.put(late)
    rig.clock.pass_by(minutes=5)
    rig.sync()
    assert rig.world.invoices[int(late.id)].due == 0
    assert dues(rig) == {1001: "36.00"}


def test_a_source_that_lost_its_mark_is_found_by_its_number(rig: Rig) -> None:
    """Staff rewrote its memo; the merged invoice names it."""
    cut_after(rig, 4)
    rig.world.change_invoice(11, memo="call back on Monday")
    lose(rig)
    rig.sync()
    rebuild(rig.service, quietly)
    assert [row.invoice_id for row in rig.operation().sources] == [10, 11, 12]
    confirm(rig)
    rig.sync()
    assert dues(rig) == {1001: "36.00"}
    assert rig.world.invoices[11].memo == "call back on Monday"


def test_a_source_that_is_gone_is_credited_on_the_merged_invoice(rig: Rig) -> None:
    """Deleted without a trace, before it was relieved; nobody knows its record's number."""
    cut_after(rig, 4)
    del rig.world.invoices[11]
    lose(rig)
    rig.sync()
    rebuild(rig.service, quietly)
    confirm(rig)
    rig.sync()
    assert dues(rig) == {1001: "24.00"}
    assert rig.operation().state is OperationState.CLOSED


def test_what_was_paid_after_the_pivot_is_settled_as_ever(rig: Rig) -> None:
    """A credit that was made before the loss is read from its words; it is not made again."""
    cut_after(rig, 5)
    rig.world.pay(11)
    rig.clock.pass_by(minutes=5)
    rig.sync()
    before = rig.operation()
    assert [step.kind for step in before.steps[7:]] == ["credit"]
    lose(rig)
    rig.sync()
    rebuild(rig.service, quietly)
    confirm(rig)
    rig.sync()
    after = rig.operation()
    assert after.state is OperationState.CLOSED
    assert [(s.kind, s.invoice_id, s.remote_id) for s in after.steps[7:]] == [
        (s.kind, s.invoice_id, s.remote_id) for s in before.steps[7:]
    ]
    assert after.steps[7].effect.items == before.steps[7].effect.items  # type: ignore[union-attr]
    assert len(rig.world.notes) == 3


def test_without_links_nobody_knows_who_pays(rig: Rig) -> None:
    """A merge that had only claimed is not recorded until links say whose it is."""
    cut_after(rig, 2)
    lose(rig, links=False)
    rig.sync()
    report = rebuild(rig.service, quietly)
    assert [each.problem for each in report.plans] == ["no link says who pays for account 1, 2"]
    assert report.unlinked == (1, 2)
    assert rig.operations() == ()
    rig.link(1, 2, 3)
    assert [each.problem for each in rebuild(rig.service, quietly).plans] == [""]
    confirm(rig)
    rig.sync()
    assert dues(rig) == {1001: "36.00"}


def test_whoever_confirms_accepts_what_nobody_can_explain(rig: Rig) -> None:
    """It is listed, kept, and does not begin recovery mode again; its source stays refused."""
    merged(rig)
    rig.charge(2, first=30)
    rig.world.change_invoice(30, memo=str(Marker(plan_id=PlanId("B" * 20), step=1)))
    with rig.unit() as unit:
        unit.links.record_end(AccountId(2), rig.clock.now().date(), "ada", rig.at)
        unit.commit()
    lose(rig, links=False)
    rig.sync()
    rebuild(rig.service, quietly)
    report = confirm(rig)
    assert [trace.where for trace in report.unexplained] == ["invoice N30 of account 2"]
    rig.link(1, 2, 3)
    rig.sync()
    assert rig.fact(facts.RECOVERY) is None
    assert "marked" in rig.rules()


def test_a_dry_run_records_nothing(rig: Rig) -> None:
    """Neither plans nor recovery mode."""
    merged(rig)
    lose(rig)
    report = rebuild(rig.service, quietly, is_dry_run=True)
    assert len(report.plans) == 1
    assert rig.operations() == ()
    assert rig.fact(facts.RECOVERY) is None
