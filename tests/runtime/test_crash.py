"""Sudden death on the fakes: at every single write, before and after it, and again and again.

Whatever the moment, the next process ends with every source relieved once and carried once, every
account switched once, and no document standing twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from connector.domain.ids import InvoiceId
from connector.domain.invoices import InvoiceStatus
from connector.domain.marker import markers_in
from connector.domain.money import ZERO, add_up
from connector.runtime.sync import sync_until_idle
from connector.saga.effects import Effect, IssueCreditNote, IssueInvoice, MarkInvoice, SetStatus
from connector.saga.steps import OperationState
from connector.store.open import open_store
from tests.build import invoice
from tests.fakes.mortal import Fuse, Killed, MortalStore, MortalWriter, When, drop
from tests.runtime.rig import MIRROR, Rig, url_of

Scene = Callable[[Rig], None]
WRITES_MAX = 200


def merge(rig: Rig) -> None:
    """Three invoices of 12.00 on their way into one."""
    rig.family()
    rig.charge(1, 2, 3)


def release(rig: Rig) -> None:
    """Two subs blocked with their main, which has paid."""
    rig.family()
    rig.block(1, 2, 3)
    rig.clock.pass_by(hours=1)
    rig.activate(1)


def suspend(rig: Rig) -> None:
    """Two subs that follow their blocked main."""
    rig.set_policy(MIRROR)
    rig.family()
    rig.overdue()
    rig.block(1)


def withdraw(rig: Rig) -> None:
    """A merge whose third source is credited, unannounced, while it is claimed; two are merged."""
    rig.family()
    rig.charge(1, 2, 3)
    rig.world.serviced = set()

    def credit(effect: Effect) -> None:
        if isinstance(effect, MarkInvoice) and effect.invoice_id == 12 and rig.due(12):
            rig.world.change_invoice(12, due=ZERO, status=InvoiceStatus.PAID)

    rig.platform.on_send = credit


def at_first_relief(rig: Rig, act: Callable[[], object]) -> None:
    """Somebody acts, once, while the first source is being relieved."""
    done: list[bool] = []

    def watch(effect: Effect) -> None:
        if isinstance(effect, IssueCreditNote) and not done:
            done.append(True)
            act()

    rig.platform.on_send = watch


def pay_source(rig: Rig) -> None:
    """A sub pays 5.00 of its 12.00 after the pivot."""
    merge(rig)
    at_first_relief(rig, lambda: rig.world.pay(11, "5.00"))


def delete_source(rig: Rig) -> None:
    """Staff delete a sub's invoice after the pivot."""
    merge(rig)
    at_first_relief(rig, lambda: rig.world.change_invoice(11, status=InvoiceStatus.DELETED))


def lower_source(rig: Rig) -> None:
    """Staff lower a sub's invoice to 9.60 after the pivot."""
    merge(rig)
    lowered = invoice(11, 2, "8.00@20")
    changes = {"items": lowered.items, "total": lowered.total, "due": lowered.due}
    at_first_relief(rig, lambda: rig.world.change_invoice(11, **changes))


def issue_twice(rig: Rig) -> None:
    """A second merged invoice, mark and all, appears long after."""
    merge(rig)

    def land() -> None:
        twin = replace(rig.world.invoices[1001], id=InvoiceId(1002), number="M1002")
        rig.world.put(twin)

    at_first_relief(rig, land)


LEFT: dict[Scene, str] = {
    pay_source: "31.00",
    delete_source: "24.00",
    lower_source: "33.60",
    issue_twice: "36.00",
}
"""What the merged invoice has due in the end of each scene after the pivot."""


def assert_mended(rig: Rig, scene: Scene) -> None:
    """Only the merged invoice owes, as much as if it had happened before; every mark once."""
    live = [inv for inv in rig.world.invoices.values() if inv.status is not InvoiceStatus.DELETED]
    owing = {inv.id: inv.due for inv in live if inv.due}
    assert owing == {1001: Decimal(LEFT[scene])}
    assert all(
        rig.world.balance(account) == -add_up(inv.due for inv in live if inv.account_id == account)
        for account in (1, 2, 3)
    )
    marks = [mark for note in rig.world.notes.values() for mark in markers_in(note.note)]
    assert len(set(marks)) == len(marks) == len(rig.world.notes)
    assert {operation.state for operation in rig.operations()} == {OperationState.CLOSED}


def die_at(rig: Rig, number: int, when: When) -> bool:
    """Run on a fuse; False when the run ended before it burnt through."""
    fuse = Fuse(number, when)
    mortal = replace(
        rig.service,
        store=MortalStore(rig.store, fuse),
        writer=MortalWriter(rig.platform, fuse),
        limits=replace(rig.service.limits, concurrency=1),
    )
    try:
        sync_until_idle(mortal, rig.pen, wait=timedelta(hours=1), progress=lambda _: None)
    except Killed:
        pass
    else:
        return False
    drop(rig.store)
    rig.store = open_store(url_of(rig.folder), clock=rig.clock.host)
    rig.service = replace(rig.service, store=rig.store)
    epoch = rig.store.acquire_lease("the next one")
    rig.pen = replace(rig.pen, epoch=epoch)
    return True


def assert_conserved(rig: Rig) -> None:
    """Every source relieved once and carried once; every mark in one document."""
    relieved = Counter(rig.world.relieved.values())
    assert set(relieved.values()) <= {1}
    issued = [inv for inv in rig.world.invoices.values() if inv.id > 1000]
    assert add_up(inv.total for inv in issued) == add_up(
        rig.world.invoices[source].total for source in relieved
    )
    texts = [*(inv.memo for inv in issued), *(note.note for note in rig.world.notes.values())]
    marks = [mark for text in texts for mark in markers_in(text)]
    assert len(set(marks)) == len(marks) == len(texts)


def assert_settled(rig: Rig) -> None:
    """Nothing stands open in the journal either."""
    done = {OperationState.CLOSED, OperationState.WITHDRAWN}
    assert {op.state for op in rig.operations()} <= done
    assert rig.alerts.heard == []


def assert_scene_ended(rig: Rig, scene: Scene) -> None:
    """What the whole was for."""
    if scene is merge:
        assert [rig.due(n) for n in (10, 11, 12, 1001)] == [0, 0, 0, 36]
        assert list(rig.world.invoices) == [10, 11, 12, 1001]
    elif scene is withdraw:
        assert [rig.due(n) for n in (10, 11, 12, 1001)] == [0, 0, 0, 24]
        assert sorted(rig.world.relieved.values()) == [10, 11]
    elif scene is release:
        assert rig.statuses(1, 2, 3) == ["active"] * 3
        assert len(rig.world.changes) == 6
    else:
        assert rig.statuses(1, 2, 3) == ["blocked"] * 3
        assert len(rig.world.changes) == 3


@pytest.mark.slow
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("scene", [merge, release, suspend, withdraw])
def test_every_death_is_survived(tmp_path: Path, scene: Scene, when: When) -> None:
    """Die at write 1, 2, 3 and so on, until a run ends by itself."""
    for number in range(1, WRITES_MAX):
        folder = tmp_path / str(number)
        rig = Rig(folder)
        scene(rig)
        died = die_at(rig, number, when)
        rig.sync(wait_seconds=3600)
        assert_conserved(rig)
        assert_settled(rig)
        assert_scene_ended(rig, scene)
        sent = len(rig.platform.sent)
        rig.sync()
        assert len(rig.platform.sent) == sent, "a further run writes nothing"
        rig.close()
        if not died:
            break
    else:
        pytest.fail("the run never ended by itself")
    assert number > 8


@pytest.mark.slow
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("scene", list(LEFT))
def test_every_death_after_the_pivot_is_survived(tmp_path: Path, scene: Scene, when: When) -> None:
    """The same, while people change what was merged."""
    for number in range(1, WRITES_MAX):
        rig = Rig(tmp_path / str(number))
        scene(rig)
        died = die_at(rig, number, when)
        rig.sync(wait_seconds=3600)
        rig.clock.pass_by(days=1)
        rig.sync(wait_seconds=3600)
        assert_mended(rig, scene)
        sent = len(rig.platform.sent)
        rig.sync()
        assert len(rig.platform.sent) == sent, "a further run writes nothing"
        rig.close()
        if not died:
            break
    else:
        pytest.fail("the run never ended by itself")
    assert number > 20


@pytest.mark.parametrize("when", ["before", "after"])
def test_death_at_the_pivot(rig: Rig, when: When) -> None:
    """The one that matters most, in the quick run too: the merged invoice is about to be made."""
    merge(rig)
    number = write_of(rig, IssueInvoice)
    assert die_at(rig, number, when)
    assert (1001 in rig.world.invoices) is (when == "after")
    rig.sync()
    assert_conserved(rig)
    assert_settled(rig)
    assert_scene_ended(rig, merge)


@pytest.mark.slow
@pytest.mark.parametrize("scene", [merge, release])
def test_death_after_death_is_survived(tmp_path: Path, scene: Scene) -> None:
    """Each process makes a few writes and dies; in the end everything is done, once."""
    rig = Rig(tmp_path)
    scene(rig)
    for _ in range(WRITES_MAX):
        rig.clock.pass_by(minutes=5)
        if not die_at(rig, 9, "after"):
            break
    else:
        pytest.fail("it never got to its end")
    assert_conserved(rig)
    assert_settled(rig)
    assert_scene_ended(rig, scene)
    assert all(isinstance(e, SetStatus) for e in rig.platform.sent) is (scene is release)
    rig.close()


def write_of(rig: Rig, kind: type[Effect]) -> int:
    """Which write, commits counted too, the first send of a kind is: found by a dry run."""
    folder = rig.folder / "dry"
    dry = Rig(folder)
    merge(dry)
    fuse = Fuse(0, "before")
    found: list[int] = []

    def note(effect: Effect) -> None:
        if isinstance(effect, kind):
            found.append(fuse.count)

    dry.platform.on_send = note
    mortal = replace(
        dry.service, store=MortalStore(dry.store, fuse), writer=MortalWriter(dry.platform, fuse)
    )
    sync_until_idle(mortal, dry.pen, wait=timedelta(), progress=lambda _: None)
    dry.close()
    return found[0]
