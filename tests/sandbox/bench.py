"""A sandbox without a port: the same API and control endpoints, called in process."""

import json
from collections.abc import Mapping
from typing import Any

from connector.sandbox.api.message import Call
from connector.sandbox.control.arguments import Arguments
from connector.sandbox.control.endpoints import control
from connector.sandbox.errors import SandboxError
from connector.sandbox.front import Front
from connector.sandbox.server import RunningSandbox, SandboxOptions
from connector.sandbox.wire.json_text import load
from tests.sandbox.caller import AGENT, Answer, Caller


class StillBox(RunningSandbox):
    """A sandbox that listens to nobody; its control endpoints are called directly."""

    def __init__(self, options: SandboxOptions | None = None) -> None:
        super().__init__(options)
        self.front = Front(self.world)
        self.api = self.front.api

    def control(self, method: str, path: str, body: Mapping[str, object] | None = None) -> object:
        """Call a control endpoint; SandboxError on a refusal."""
        values = load(json.dumps(body or {}, default=str))
        assert isinstance(values, dict)
        status, value = control(self.world, method, path, Arguments(values=values))
        if status >= 400:
            raise SandboxError(json.dumps(value))
        return value if isinstance(value, str) else json.loads(json.dumps(value, default=str))


class Bench(Caller):
    """Calls the API in process; everything else is as over HTTP."""

    def __init__(self, release: str = "5.1", **options: Any) -> None:
        self.still = StillBox(SandboxOptions(release=release, **options))
        super().__init__(self.still)
        self.world = self.still.world

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        auth: str | None = None,
        agent: str = AGENT,
    ) -> Answer:
        """Hand one request to the API."""
        address, _, query = path.partition("?")
        call = Call(
            method=method,
            path=f"/api/2.0/admin/{address}",
            query=query,
            authorization=self.basic() if auth is None else auth,
            user_agent=agent,
            body=b"" if body is None else json.dumps(body, default=str).encode(),
        )
        reply = self.still.front.answer(call).reply
        headers = {name.lower(): value for name, value in reply.headers.items()}
        return Answer(status=reply.status, headers=headers, text=reply.text)

    def account(self, *prices: str, tax: str = "20", billing_day: int = 1) -> int:
        """An account of no family with a service per net price."""
        services = [{"price": price, "tax": tax} for price in prices]
        body = {"main": {"services": services}, "billing_day": billing_day}
        made: Any = self.still.control("POST", "family", body)
        return int(made["main_id"])

    def advance(self, moment: str) -> None:
        """Go to a day at nine in the morning, or to a moment."""
        to = moment if "T" in moment else f"{moment}T09:00:00"
        self.still.control("POST", "advance", {"to": to})

    def pay(self, customer_id: int, amount: str | None = None, **more: object) -> int:
        """Take a payment as staff; without an amount all that is due."""
        made: Any = self.still.control(
            "POST", "pay", {"customer_id": customer_id, "amount": amount, **more}
        )
        return int(made["payment_id"])

    def status(self, customer_id: int) -> str:
        """An account's status."""
        return str(self.get(f"customers/customer/{customer_id}")["status"])

    def deposit(self, customer_id: int) -> str:
        """An account's balance, as its column shows it."""
        return str(self.get(f"customers/customer-billing/{customer_id}")["deposit"])

    def invoices(self, customer_id: int) -> list[dict[str, Any]]:
        """An account's invoices."""
        query = {"main_attributes[customer_id]": str(customer_id)}
        return list(self.get("finance/invoices", **query))
