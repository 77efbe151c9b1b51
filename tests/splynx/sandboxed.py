"""A running sandbox with our adapter connected to it."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from connector.domain.ids import AccountId
from connector.domain.invoices import Invoice
from connector.ports.platform import Receipt
from connector.saga.effects import Effect
from connector.sandbox.server import RunningSandbox
from connector.splynx import PlatformOptions, SplynxConnection, SplynxPlatform, SplynxWriter
from connector.splynx.client import Surroundings
from tests.splynx.support import Nonces, StillClock, at_once

SINCE = date(2025, 12, 1)


@dataclass(frozen=True, kw_only=True)
class World:
    """A sandbox and a connection to it."""

    box: RunningSandbox
    connection: SplynxConnection
    reader: SplynxPlatform
    writer: SplynxWriter
    nonces: Nonces
    closing: ExitStack

    def control(self, method: str, what: str, body: dict[str, Any] | None = None) -> Any:
        """Something only the sandbox can do."""
        return self.box.control(method, what, body)

    def another(self, auth: str = "token", **changes: Any) -> World:
        """A second connection with the same key, closed with the first."""
        return world_of(self.box, self.closing, self.nonces, auth, **changes)

    def send(self, effect: Effect) -> Receipt:
        """A write of ours, as soon as it can leave."""
        return self.writer.send(effect, at_once)

    def fault(self, method: str, path: str, kind: str) -> None:
        """Let the next such request go wrong."""
        rule = {"method": method, "path_regex": path, "nth": 1, "count": 1, "kind": kind}
        self.control("POST", "switch", {"fault": rule})

    def invoices(self) -> list[Invoice]:
        """Every invoice, all of them readable."""
        ids = [AccountId(number) for number in range(1, self.reader.count_accounts() + 1)]
        found = self.reader.read_invoices(ids, SINCE)
        assert found.quarantined == ()
        return list(found.rows)


def world_of(
    box: RunningSandbox,
    closing: ExitStack,
    nonces: Nonces,
    auth: str = "token",
    **changes: Any,
) -> World:
    """Connect to a sandbox; waiting takes no time."""
    told: dict[str, Any] = {
        "base_url": box.base_url,
        "key": box.key,
        "secret": box.secret,
        "timezone": ZoneInfo("UTC"),
        "auth": auth,
        "requests_per_second": 0,
        "read_attempts": 2,
    }
    clock = StillClock()
    around = Surroundings(monotonic=clock.monotonic, sleep=clock.sleep)
    connection = SplynxConnection(PlatformOptions(**(told | changes)), nonces, around)
    closing.callback(connection.close)
    return World(
        box=box,
        connection=connection,
        reader=SplynxPlatform(connection),
        writer=SplynxWriter(connection),
        nonces=nonces,
        closing=closing,
    )
