"""The crash matrix of an undo: die at every single write, before and after it, and start again."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from connector.domain.marker import markers_in
from connector.ports.store import RequestKind
from connector.runtime.requests import record_request
from connector.saga.effects import IssueCreditNote
from connector.saga.steps import OperationState
from tests.fakes.mortal import When
from tests.runtime.rig import Rig
from tests.runtime.test_crash import WRITES_MAX, at_first_relief, die_at, merge

Scene = Callable[[Rig], None]


def undo(rig: Rig) -> None:
    """A merge of yesterday that somebody wants back."""
    merge(rig)
    rig.sync()
    rig.clock.pass_by(days=1)
    record_request(rig.service, RequestKind.UNDO, rig.operation().plan_id, "ada")


def undo_while_paid(rig: Rig) -> None:
    """The same, and 5.00 arrive while the merged invoice is being revoked."""
    undo(rig)
    at_first_relief(rig, lambda: rig.world.pay(1001, "5.00"))  # the first credit note from now on


def undo_in_part(rig: Rig) -> None:
    """A sub had paid 5.00 of its 12.00 before it was relieved of the rest."""
    merge(rig)
    at_first_relief(rig, lambda: rig.world.pay(11, "5.00"))
    rig.sync()
    rig.platform.on_send = lambda _: None
    rig.clock.pass_by(days=1)
    record_request(rig.service, RequestKind.UNDO, rig.operation().plan_id, "ada")


ENDS: dict[Scene, tuple[str, str, list[int]]] = {
    undo: ("12", "12", [-12, -12, -12]),
    undo_while_paid: ("12", "12", [-7, -12, -12]),
    undo_in_part: ("12", "7", [-12, -7, -12]),
}
"""What the main's and the first sub's new invoices make, and the balances."""


def assert_undone(rig: Rig, scene: Scene) -> None:
    """The merged invoice is revoked once, each source charged anew once; every mark once."""
    main, sub, balances = ENDS[scene]
    owing = [(inv.account_id, inv.due) for inv in rig.world.invoices.values() if inv.due]
    assert sorted(owing) == [(1, Decimal(main)), (2, Decimal(sub)), (3, Decimal(12))]
    assert [rig.world.balance(account) for account in (1, 2, 3)] == balances
    issued = [inv.memo for inv in rig.world.invoices.values() if inv.id > 1000]
    texts = [*issued, *(note.note for note in rig.world.notes.values())]
    marks = [mark for text in texts for mark in markers_in(text)]
    assert len(set(marks)) == len(marks) == len(texts)
    assert {operation.state for operation in rig.operations()} == {OperationState.CLOSED}
    assert rig.alerts.heard == []


def revokes(rig: Rig) -> int:
    """How many credit notes were sent to the merged invoice with the mark of an undo's pivot."""
    sent = [effect for effect in rig.platform.sent if isinstance(effect, IssueCreditNote)]
    return sum("is undone" in effect.note for effect in sent)


@pytest.mark.slow
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("scene", list(ENDS))
def test_every_death_within_an_undo_is_survived(tmp_path: Path, scene: Scene, when: When) -> None:
    """Die at write 1, 2, 3 and so on, until a run ends by itself."""
    for number in range(1, WRITES_MAX):
        rig = Rig(tmp_path / str(number))
        scene(rig)
        died = die_at(rig, number, when)
        rig.sync(wait_seconds=3600)
        assert_undone(rig, scene)
        assert revokes(rig) == 1
        sent = len(rig.platform.sent)
        rig.clock.pass_by(days=1)
        rig.sync()
        assert len(rig.platform.sent) == sent, "a further run writes nothing"
        rig.close()
        if not died:
            break
    else:
        pytest.fail("the run never ended by itself")
    assert number > 12
