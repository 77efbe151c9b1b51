"""A sub-account that staff delete while its invoice is on its way to the main account."""

from __future__ import annotations

from connector.domain.marker import markers_in
from connector.saga.effects import Effect, IssueInvoice, MarkInvoice
from connector.saga.steps import OperationState
from tests.runtime.rig import Rig


def _delete_at(rig: Rig, invoice_id: int) -> None:
    """Let staff delete account 3 while the claim of an invoice is sent."""

    def delete(effect: Effect) -> None:
        if isinstance(effect, MarkInvoice) and effect.invoice_id == invoice_id:
            rig.world.accounts.pop(3, None)

    rig.platform.on_send = delete


def _assert_never_merged(rig: Rig) -> None:
    """No merged invoice carries the debt of the account that is gone, and no mark is left."""
    assert len(rig.operations(OperationState.WITHDRAWN)) == 1
    carried = [effect for effect in rig.platform.sent if isinstance(effect, IssueInvoice)]
    assert all("account 3 " not in item.description for row in carried for item in row.items)
    assert not markers_in(rig.world.invoices[12].memo)


def test_an_account_gone_before_its_claim(rig: Rig) -> None:
    """The invoice may stand; nobody is left to be relieved of it."""
    rig.family()
    rig.charge(1, 2, 3)
    _delete_at(rig, 11)
    rig.sync()
    _assert_never_merged(rig)
    claimed = [e.invoice_id for e in rig.platform.sent if isinstance(e, MarkInvoice)]
    assert 12 not in claimed


def test_an_account_gone_before_the_pivot(rig: Rig) -> None:
    """Claimed already; the claim is handed back."""
    rig.family()
    rig.charge(1, 2, 3)
    _delete_at(rig, 12)
    rig.sync()
    _assert_never_merged(rig)
