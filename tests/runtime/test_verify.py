"""Verify: an operation is closed only when every cent is in its place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from connector.domain.invoices import InvoiceStatus
from connector.domain.money import CENT
from connector.errors import PlatformRefused
from connector.ports.store import RequestKind
from connector.runtime.cycle import load_standing
from connector.runtime.requests import record_request
from connector.saga.effects import Effect, IssueCreditNote
from connector.saga.steps import OperationState
from tests.build import invoice
from tests.runtime.rig import Rig

OPEN, CLOSED = OperationState.OPEN, OperationState.CLOSED
Edit = Callable[[Rig], None]


def _reopen_source(rig: Rig) -> None:
    rig.world.change_invoice(11, due=CENT, status=InvoiceStatus.NOT_PAID)


def _drop_source(rig: Rig) -> None:
    del rig.world.invoices[11]


def _drop_merged(rig: Rig) -> None:
    rig.world.change_invoice(1001, status=InvoiceStatus.DELETED)


def _unmark_merged(rig: Rig) -> None:
    rig.world.change_invoice(1001, memo="")


def merged_but(rig: Rig, edit: Edit) -> None:
    """A merge that ran to its end, while somebody changes something just before the last look."""
    rig.family()
    rig.charge(1, 2, 3)
    notes: list[int] = []

    def count(name: str) -> None:
        notes.append(1)
        if name == "read_invoice" and len(rig.world.notes) == 3:
            rig.platform.on_read = lambda _: None
            edit(rig)

    rig.platform.on_read = count
    rig.sync()


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        (_reopen_source, "invoice N11 still has 0.01 due"),
        (_drop_source, "invoice N11 was deleted"),
        (_drop_merged, "the merged invoice was deleted"),
        (_unmark_merged, "the merged invoice M1001 lost our mark"),
    ],
)
def test_a_merge_that_does_not_add_up_stays_open(rig: Rig, edit: Edit, why: str) -> None:
    """With the reason, and one alert, however often it is looked at."""
    merged_but(rig, edit)
    assert rig.operation().state is OPEN
    assert why in rig.operation().why
    rig.sync()
    rig.sync()
    assert rig.alerts.events == ["plan.unverified"]
    assert load_standing(rig.service).unverified == 1


def test_it_is_closed_once_it_adds_up_after_all(rig: Rig) -> None:
    """Somebody credits the cent; the next look is content."""
    merged_but(rig, _reopen_source)
    rig.world.pay(11)
    rig.sync()
    assert rig.operation().state is CLOSED
    assert load_standing(rig.service).unverified == 0


def test_another_problem_is_told_anew(rig: Rig) -> None:
    """The alert says what is the case now."""
    merged_but(rig, _reopen_source)
    _drop_source(rig)
    rig.sync()
    assert rig.alerts.events == ["plan.unverified"] * 2
    assert rig.operation().why == "invoice N11 was deleted"


def test_a_person_settles_it(rig: Rig) -> None:
    """``cancel PLAN`` closes it with the name, and nothing is sent."""
    merged_but(rig, _reopen_source)
    plan = rig.operation().plan_id
    sent = len(rig.platform.sent)
    record_request(rig.service, RequestKind.CANCEL, plan, "ada")
    rig.sync()
    assert rig.operation().state is CLOSED
    assert rig.operation().why.startswith("settled by ada: invoice N11 still has 0.01 due")
    assert len(rig.platform.sent) == sent


def test_a_relief_settled_by_hand_is_not_asked_about(rig: Rig) -> None:
    """The person who cancelled it answers for the source."""
    rig.family()
    rig.charge(1, 2, 3)
    rig.platform.fail_send(5, PlatformRefused("no", status=422))
    rig.sync()
    record_request(rig.service, RequestKind.CANCEL, f"{rig.operation().plan_id}/5", "ada")
    rig.sync()
    assert rig.operation().state is CLOSED
    assert rig.due(10) == 12


def test_cascades_are_closed_without_a_look_at_documents(rig: Rig) -> None:
    """There are none."""
    rig.family(1, (2,))
    rig.block(1, 2)
    rig.clock.pass_by(hours=1)
    rig.activate(1)
    rig.sync()
    assert rig.operation().state is CLOSED
    assert "read_invoice" not in rig.platform.reads


def test_reliefs_are_counted(rig: Rig) -> None:
    """The reference: three notes, and the closing says what was done."""
    seen: list[Effect] = []
    rig.platform.on_send = seen.append
    rig.family()
    rig.charge(1, 2, 3)
    rig.sync()
    assert sum(isinstance(effect, IssueCreditNote) for effect in seen) == 3
    assert rig.operation().state is CLOSED
    assert rig.operation().why == ""


def test_whom_a_merge_freed_of_its_debt_is_released_at_once(rig: Rig) -> None:
    """Blocked by the platform for its own invoice, which its main takes over: not a day later."""
    rig.family()
    day = (rig.clock.now() - timedelta(days=5)).date()
    rig.world.put(invoice(10, 2, "10.00@20", due_on=day), invoice(11, 3, "10.00@20"))
    rig.block(2)
    rig.clock.pass_by(hours=1)
    rig.sync()
    assert rig.due(10) == 0
    assert rig.statuses(1, 2, 3) == ["active"] * 3
