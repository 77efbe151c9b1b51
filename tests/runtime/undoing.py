"""What the tests of an undo have in common: a merge, the wish, and what is due where."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from connector.domain.ids import AccountId
from connector.domain.invoices import InvoiceStatus
from connector.ports.store import RequestKind
from connector.runtime.requests import record_request
from connector.saga.effects import Effect
from connector.saga.steps import Operation, OperationKind
from tests.runtime.rig import Rig

MERGED = 1001
U = RequestKind.UNDO


def merge_three(rig: Rig) -> Rig:
    """Three invoices of 12.00, merged into 36.00 two hours ago."""
    rig.family()
    rig.charge(1, 2, 3)
    rig.sync()
    rig.clock.pass_by(hours=2)
    return rig


def merge_of(rig: Rig) -> Operation:
    """The merge."""
    (found,) = [row for row in rig.operations() if row.kind is OperationKind.MERGE]
    return found


def undo_of(rig: Rig) -> Operation:
    """The undo."""
    (found,) = [row for row in rig.operations() if row.kind is OperationKind.UNDO]
    return found


def ask(rig: Rig, by: str = "ada") -> None:
    """Ask for the undo of the merge."""
    record_request(rig.service, U, merge_of(rig).plan_id, by)


def dues(rig: Rig) -> dict[int, Decimal]:
    """What is due on each document that owes something."""
    live = [row for row in rig.world.invoices.values() if row.status is not InvoiceStatus.DELETED]
    return {row.id: row.due for row in live if row.due}


def at_send(rig: Rig, kind: type[Effect], act: Callable[[], object], *, nth: int = 1) -> None:
    """Somebody acts while the n-th write of a kind from now on is under way."""
    seen: list[Effect] = []

    def watch(effect: Effect) -> None:
        if isinstance(effect, kind):
            seen.append(effect)
            if len(seen) == nth:
                act()

    rig.platform.on_send = watch


def unlink(rig: Rig, sub: int) -> None:
    """End a link today."""
    with rig.unit() as unit:
        unit.links.record_end(AccountId(sub), rig.at.date(), "ada", rig.at)
        unit.commit()
