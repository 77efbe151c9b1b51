"""Bugs to plant: wrong writers, readers and stores around the sound ones. Each must be caught."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from connector.domain.ids import AccountId
from connector.domain.invoices import CreditNote
from connector.errors import OutcomeUnknown
from connector.ports.platform import BillingReader, BillingWriter, Reading, Receipt
from connector.ports.store import Store, UnitOfWork
from connector.runtime.service import Service
from connector.saga.effects import Effect, IssueCreditNote

Bug = Callable[[Service], Service]


class _Hasty:
    """A writer that sends once more when no answer came."""

    def __init__(self, writer: BillingWriter) -> None:
        self._writer = writer

    def send(self, effect: Effect, may_leave: Callable[[], None]) -> Receipt:
        """Send, and send again."""
        try:
            return self._writer.send(effect, may_leave)
        except OutcomeUnknown:
            return self._writer.send(effect, may_leave)


class _Generous:
    """A writer that credits a cent more than was intended."""

    def __init__(self, writer: BillingWriter) -> None:
        self._writer = writer

    def send(self, effect: Effect, may_leave: Callable[[], None]) -> Receipt:
        """Send something else than the journal says."""
        if isinstance(effect, IssueCreditNote):
            first, *others = effect.items
            more = replace(first, price=first.price + Decimal("0.01"))
            effect = replace(effect, items=(more, *others))
        return self._writer.send(effect, may_leave)


class _Other:
    """Everything as the one it stands for, save what a subclass does otherwise."""

    def __init__(self, sound: object) -> None:
        self._sound = sound

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sound, name)


class _Blind(_Other):
    """A reader that finds no credit note among those of an account: nothing is read back."""

    def read_credit_notes(self, account_id: AccountId, since: date) -> Reading[CreditNote]:
        """None."""
        del account_id, since
        return Reading(rows=())


class _Unfenced(_Other):
    """A store that forgets to ask whether the lease has passed to another."""

    _sound: Store

    def begin(self, *, epoch: int | None = None) -> AbstractContextManager[UnitOfWork]:
        """Under whatever epoch there is."""
        del epoch
        return self._sound.begin()


def _with_writer(wrong: Callable[[BillingWriter], BillingWriter]) -> Bug:
    def plant(service: Service) -> Service:
        writer = service.writer
        return service if writer is None else replace(service, writer=wrong(writer))

    return plant


def _blinded(service: Service) -> Service:
    reader: BillingReader = _Blind(service.reader)
    return replace(service, reader=reader)


def _unfenced(service: Service) -> Service:
    store: Store = _Unfenced(service.store)
    return replace(service, store=store)


def _impatient(service: Service) -> Service:
    return replace(service, limits=replace(service.limits, quiescence=timedelta()))


def _leisurely(service: Service) -> Service:
    return replace(service, limits=replace(service.limits, margin=timedelta(days=9)))


BUGS: Mapping[str, tuple[Bug, str]] = {
    "sends again when no answer came": (_with_writer(_Hasty), "sent twice under one claim"),
    "sends more than was intended": (_with_writer(_Generous), "intended by 0 steps"),
    "never reads a credit note back": (_blinded, "stands 2 times"),
    "does not wait for late writes": (_impatient, "stands 2 times"),
    "does not ask for the lease": (_unfenced, "stale epoch"),
    "sends however long it was stopped": (_leisurely, "after its record"),
}
"""What is wrong, how, and what the judges say of it."""
