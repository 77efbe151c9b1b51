"""What the tests of parking have in common: refusals, two families, and who is parked."""

from __future__ import annotations

from collections.abc import Callable

from connector.domain.ids import AccountId
from connector.domain.parking import Parking
from connector.errors import PlatformRefused
from connector.ports.store import RequestKind
from connector.runtime.requests import record_request
from connector.saga.effects import Effect, IssueCreditNote
from tests.runtime.rig import Rig

MAIN = AccountId(1)


def refuses(*sources: int, words: str = "the period is closed") -> Callable[[Effect], None]:
    """A platform that takes no credit note on some invoices."""

    def judge(effect: Effect) -> None:
        if isinstance(effect, IssueCreditNote) and effect.invoice_id in sources:
            raise PlatformRefused(words, status=422)

    return judge


def two_families(rig: Rig) -> None:
    """The first has four subs and invoices 10 to 14, the other one sub and 20 and 21."""
    rig.family(1, (2, 3, 4, 5))
    rig.family(9, (8,))
    rig.charge(1, 2, 3, 4, 5)
    rig.charge(9, 8, first=20)


def parked(rig: Rig) -> tuple[Parking, ...]:
    """Who is parked now."""
    with rig.unit() as unit:
        return unit.parkings.load_all_parked()


def states(rig: Rig) -> list[str]:
    """The first family's reliefs."""
    return [step.state.value for step in rig.operation_of(1).steps[6:]]


def ask(rig: Rig, subject: str, by: str = "ada") -> None:
    """A person asks for a retry."""
    record_request(rig.service, RequestKind.RETRY, subject, by)
