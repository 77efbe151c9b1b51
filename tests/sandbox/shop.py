"""A sandbox that shows what its server is told to do with each request."""

import json

from connector.sandbox.api.message import Call
from connector.sandbox.front import Outcome
from tests.sandbox.bench import Bench
from tests.sandbox.caller import AGENT

PAYMENTS = "finance/payments"
CUSTOMERS = "customers/customer"


class Shop(Bench):
    """A sandbox with five accounts, that shows outcomes as the server gets them."""

    def __init__(self) -> None:
        super().__init__()
        for _ in range(5):
            self.account()

    def order(self, *faults: dict[str, object]) -> None:
        """Order faults."""
        self.still.control("POST", "switch", {"fault": list(faults)})

    def outcome(self, method: str, path: str, body: object = None, auth: str = "") -> Outcome:
        """What the server is told to do with one request."""
        address, _, query = path.partition("?")
        call = Call(
            method=method,
            path=f"/api/2.0/admin/{address}",
            query=query,
            authorization=auth or self.basic(),
            user_agent=AGENT,
            body=b"" if body is None else json.dumps(body).encode(),
        )
        return self.still.front.answer(call)

    def pay_once(self) -> Outcome:
        """One payment."""
        return self.outcome("POST", PAYMENTS, {"customer_id": 1, "amount": "5"})

    @property
    def payments(self) -> int:
        """How many payments there are."""
        return len(self.world.payments)
