"""A sync in which people act at a chosen moment: right after one of our writes was answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from connector.ports.platform import BillingWriter, Receipt
from connector.runtime.service import hold_pen
from connector.runtime.sync import SyncReport, sync_until_idle
from connector.saga.effects import Effect
from tests.acceptance.bench import Bench, SkippingClock, SkippingStop

Act = Callable[[], object]


class InterruptedWriter:
    """Sends as the real one does; after the n-th write of a kind somebody acts, once."""

    def __init__(self, writer: BillingWriter, kind: type[Effect], nth: int, act: Act) -> None:
        self._writer = writer
        self._kind = kind
        self._left = nth
        self._act = act

    def send(self, effect: Effect, may_leave: Callable[[], None]) -> Receipt:
        """Send one write, once."""
        receipt = self._writer.send(effect, may_leave)
        if isinstance(effect, self._kind):
            self._left -= 1
            if self._left == 0:
                self._act()
        return receipt


def sync_interrupted(bench: Bench, kind: type[Effect], act: Act, *, nth: int = 1) -> SyncReport:
    """One full cycle as a process of its own, with somebody acting in the midst of it."""
    with bench.service() as service:
        assert service.writer is not None
        clock = SkippingClock(service.clock)
        writer = InterruptedWriter(service.writer, kind, nth, act)
        skipping = replace(service, clock=clock, writer=writer)
        with hold_pen(skipping, "test", SkippingStop(clock)) as pen:
            return sync_until_idle(
                skipping, pen, wait=timedelta(minutes=10), progress=lambda _: None
            )
